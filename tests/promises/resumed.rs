//! `--resume` and the journal: what is missing or out of date is developed, nothing else.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use crate::support::{Bench, jpeg, tells};

const JOURNAL: &str = ".longlens.jsonl";

fn modified(bench: &Bench, name: &str) -> SystemTime {
    fs::metadata(bench.path("out").join(name)).unwrap().modified().unwrap()
}

#[test]
fn only_what_is_missing_or_changed_is_developed() {
    let bench = Bench::new();
    bench.frames(4, 60);
    bench.develop("in -o out").code(0);
    let first = bench.tree("out");
    let times = || ["000.jpg", "001.jpg", "002.jpg", "003.jpg"].map(|name| modified(&bench, name));
    let before = times();
    bench.develop("in -o out --resume").code(0).says("0 developed, 4 up to date");
    assert_eq!(times(), before);

    fs::remove_file(bench.path("out/001.jpg")).unwrap();
    bench.put("in/002.jpg", &jpeg(60, 40, 99));
    bench.put("in/003.xmp", SIDECAR.as_bytes());
    bench.develop("in -o out --resume").code(0).says("3 developed, 1 up to date");
    assert_eq!(modified(&bench, "000.jpg"), before[0]);
    let second = bench.tree("out");
    assert_eq!(second.get(Path::new("001.jpg")), first.get(Path::new("001.jpg")));
    assert_ne!(second.get(Path::new("002.jpg")), first.get(Path::new("002.jpg")));

    bench.develop("in -o out --resume --sharpen 80").code(0).says("4 developed");
    bench.develop("in -o afresh --sharpen 80").code(0);
    assert_eq!(bench.tree("out"), bench.tree("afresh"));
}

const SIDECAR: &str = r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:City="Tumen"/></rdf:RDF></x:xmpmeta>"#;

#[test]
fn another_version_develops_anew_and_what_somebody_changed_is_kept() {
    let bench = Bench::new();
    bench.frames(3, 60);
    bench.develop("in -o out").code(0);
    let journal = fs::read_to_string(bench.path("out").join(JOURNAL)).unwrap();
    let version = format!("\"version\":\"{}\"", env!("CARGO_PKG_VERSION"));
    assert_eq!(journal.matches(&version).count(), 3, "{journal}");
    let older = journal.replacen(&version, "\"version\":\"0.0.1\"", 1);
    bench.put(format!("out/{JOURNAL}"), older.as_bytes());
    bench.put("out/001.jpg", b"retouched by hand");
    bench
        .develop("in -o out --resume")
        .code(1)
        .says("1 developed, 1 up to date, 1 not delivered")
        .says("changed");
    let journal = fs::read(bench.path("out").join(JOURNAL)).unwrap();
    bench.put("in/stranger.jpg", &jpeg(60, 40, 9));
    bench.put("out/stranger.jpg", b"another program's");
    bench.develop("in -o out --resume").code(1).says("journal");
    fs::remove_file(bench.path("in/stranger.jpg")).unwrap();
    fs::remove_file(bench.path("out/stranger.jpg")).unwrap();
    bench.put(format!("out/{JOURNAL}"), &journal);
    assert_eq!(fs::read(bench.path("out/001.jpg")).unwrap(), b"retouched by hand");
    bench.develop("in -o out --resume --overwrite").code(0).says("1 developed, 2 up to date");
    bench.develop("in -o afresh").code(0);
    assert_eq!(bench.tree("out"), bench.tree("afresh"));
}

#[test]
fn a_journal_cut_anywhere_is_read_as_far_as_it_goes() {
    let bench = Bench::new();
    bench.frames(3, 60);
    bench.develop("in -o whole").code(0);
    let journal = fs::read(bench.path("whole").join(JOURNAL)).unwrap();
    for tenth in 0..=10 {
        let _ = fs::remove_dir_all(bench.path("out"));
        for (name, bytes) in bench.tree("whole") {
            bench.put(std::path::Path::new("out").join(name), &bytes);
        }
        bench.put(format!("out/{JOURNAL}"), &journal[..journal.len() * tenth / 10]);
        bench.develop("in -o out --resume --overwrite").code(0);
        assert_eq!(bench.tree("out"), bench.tree("whole"), "{tenth}");
    }
    bench.put(format!("out/{JOURNAL}"), &[0xFF, 0, b'{', b'\n'].repeat(100_000));
    bench.develop("in -o out --resume --overwrite").code(0).says("3 developed");
}

#[test]
fn a_journal_that_a_killed_run_left_in_disorder_is_put_in_order_when_nothing_is_missing() {
    let bench = Bench::new();
    bench.frames(3, 60);
    bench.develop("in -o whole").code(0);
    bench.develop("in -o out").code(0);
    let journal = fs::read_to_string(bench.path("out").join(JOURNAL)).unwrap();
    let lines: Vec<&str> = journal.lines().collect();
    // The order in which workers came to an end, a frame twice, half a line.
    let left = [lines[2], lines[0], lines[1], lines[0], &lines[1][..40]].join("\n");
    bench.put(format!("out/{JOURNAL}"), left.as_bytes());
    bench.develop("in -o out --resume").code(0).says("3 up to date");
    assert_eq!(bench.tree("out"), bench.tree("whole"));
}

#[test]
fn a_journal_that_is_no_file_is_refused() {
    let bench = Bench::new();
    bench.frames(1, 60);
    fs::create_dir(bench.path("out")).unwrap();
    std::os::unix::fs::symlink("../elsewhere", bench.path("out").join(JOURNAL)).unwrap();
    bench.develop("in -o out").code(3).says("journal");
    bench.develop("in -o out --resume").code(3);
    assert!(!bench.path("elsewhere").exists());
    bench.develop("in/000.jpg -o one.jpg --resume").code(2).says("--resume");
}

#[test]
fn an_output_of_another_original_is_kept_and_its_original_is_named() {
    let bench = Bench::new();
    bench.put("card1/IMG_0001.jpg", &jpeg(60, 40, 1));
    bench.put("card2/IMG_0001.jpg", &jpeg(60, 40, 2));
    bench.develop("card1 -o out").code(0);
    let first = bench.tree("out");
    let named = ["warning: card2/IMG_0001.jpg: ", "('card1/IMG_0001.jpg')"];
    bench
        .develop("card2 -o out --resume")
        .code(1)
        .says("0 developed, 1 not delivered")
        .tells(&named);
    bench.develop("card2 -o out").code(1).says("0 developed, 1 not delivered").tells(&named);
    assert_eq!(bench.tree("out"), first);
    // From within its folder each is named alike.
    let within = |card: &str, code| {
        let mut program = bench.program();
        program.current_dir(bench.path(card)).args(["develop", ".", "-o", "../within", "--resume"]);
        crate::support::Ran::of(program.output().unwrap()).code(code)
    };
    within("card1", 0).says("1 developed");
    within("card2", 1).says("1 not delivered").says("'./IMG_0001.jpg'");
    bench.develop("card2 -o out --resume --overwrite").code(0).says("1 developed");
    bench.develop("card2 -o out --resume").code(0).says("1 up to date");
}

#[test]
fn a_shoot_that_was_moved_is_the_same_shoot() {
    let bench = Bench::new();
    bench.frames(2, 60);
    bench.develop("in -o out").code(0);
    fs::rename(bench.path("in"), bench.path("moved")).unwrap();
    bench.develop("moved -o out --resume").code(0).says("2 up to date");
    let kept = bench.develop("moved -o out").code(0).says("2 skipped");
    assert!(!kept.err.contains("different original"), "{kept:?}");
    bench.develop("moved -o out --resume --sharpen 80").code(0).says("2 developed");
    // An original that was changed where it lies is the same one, however its folder is named.
    bench.put("moved/000.jpg", &jpeg(60, 40, 99));
    bench.develop("./moved -o out --resume --sharpen 80").code(0).says("1 developed, 1 up to date");
}

#[test]
fn one_frame_more_shifts_numbered_names_and_nothing_is_lost() {
    let bench = Bench::new();
    bench.frames(3, 60);
    bench.develop("in/001.jpg in/002.jpg -o out --name {seqn}").code(0);
    let told = ["warning: in/000.jpg: ", "'in/001.jpg'", "another name"];
    bench.develop("in -o out --name {seqn} --resume").code(0).says("3 developed").tells(&told);
    bench.develop("in -o afresh --name {seqn}").code(0);
    assert_eq!(bench.tree("out"), bench.tree("afresh"));
}

#[test]
fn an_output_that_gets_another_originals_picture_is_told() {
    let bench = Bench::new();
    bench.put("100/IMG.jpg", &jpeg(60, 40, 1));
    bench.put("101/IMG.jpg", &jpeg(60, 40, 2));
    bench.develop("100/IMG.jpg -o out").code(0);
    let told = ["'100/IMG.jpg'", "another name"];
    let dry = bench.develop("101/IMG.jpg 100/IMG.jpg -o out --resume --dry-run").code(0);
    assert!(tells(&dry.out, &told), "{dry:?}");
    bench.develop("101/IMG.jpg 100/IMG.jpg -o out --resume").code(0).tells(&told);
    let again = bench.develop("101/IMG.jpg 100/IMG.jpg -o out --resume").code(0);
    assert!(!again.says("2 up to date").err.contains("another name"));
}

#[test]
fn outputs_of_an_earlier_run_below_the_input_folder_are_passed_over() {
    let bench = Bench::new();
    bench.frames(2, 60);
    bench.develop("in -o in/done").code(0);
    bench.put("in/done/original.jpg", &jpeg(60, 40, 9));
    let ran = bench.develop("in -o out").code(0).says("3 developed");
    ran.says("in/done");
    assert!(
        bench.path("out/done/original.jpg").exists() && !bench.path("out/done/000.jpg").exists()
    );
    // Who names the folder means it.
    bench.develop("in/done -o small --long-edge 30").code(0).says("3 developed");
}

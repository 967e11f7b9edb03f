//! Names: originals are never written over, and nothing is written but what was planned.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use crate::support::{Bench, Ran, jpeg, tells};

#[test]
fn a_plot_replaces_nothing() {
    let bench = Bench::new();
    bench.frames(2, 60);
    let before = bench.tree("in");
    symlink(bench.path("in/001.jpg"), bench.path("link.svg")).unwrap();
    for name in ["in/000.jpg", "in/001.jpg", "link.svg"] {
        let output = bench.program().args(["bench", "in/000.jpg", "--plot", name]).output();
        Ran::of(output.unwrap()).code(2).says("never overwrite");
    }
    assert_eq!(bench.tree("in"), before);
    let output = bench.program().args(["bench", "in/000.jpg", "--plot", "new.svg"]).output();
    Ran::of(output.unwrap()).code(0);
    assert!(fs::read_to_string(bench.path("new.svg")).unwrap().starts_with("<svg"));
}

#[test]
fn an_output_that_is_an_original_is_refused_through_every_link() {
    let bench = Bench::new();
    bench.frames(2, 60);
    let before = bench.tree("in");
    for flag in ["", "--overwrite", "--resume", "--resume --overwrite"] {
        bench
            .develop(&format!("in -o in {flag}"))
            .code(2)
            .tells(&["error", "the output is the input"]);
        bench.develop(&format!("in/000.jpg -o in {flag}")).code(2);
        fs::create_dir(bench.path("hard")).unwrap();
        fs::hard_link(bench.path("in/001.jpg"), bench.path("hard/000.jpg")).unwrap();
        bench
            .develop(&format!("in -o hard {flag}"))
            .code(2)
            .tells(&["error", "the output is the input"]);
        fs::remove_dir_all(bench.path("hard")).unwrap();
        fs::create_dir(bench.path("soft")).unwrap();
        symlink(bench.path("in/001.jpg"), bench.path("soft/000.jpg")).unwrap();
        bench
            .develop(&format!("in -o soft {flag}"))
            .code(2)
            .tells(&["error", "the output is the input"]);
        fs::remove_dir_all(bench.path("soft")).unwrap();
        symlink("in", bench.path("link")).unwrap();
        bench
            .develop(&format!("in -o link {flag}"))
            .code(2)
            .tells(&["error", "the output is the input"]);
        fs::remove_file(bench.path("link")).unwrap();
    }
    bench.develop("in/000.jpg -o in/000.jpg --overwrite").code(2);
    assert_eq!(bench.tree("in"), before);
}

#[test]
fn outputs_that_exist_are_kept_unless_told_otherwise_and_links_are_never_written_through() {
    let bench = Bench::new();
    bench.frames(3, 60);
    bench.put("out/000.jpg", b"somebody's");
    bench.put("elsewhere/treasure", b"treasure");
    symlink("../elsewhere/treasure", bench.path("out/001.jpg")).unwrap();
    let ran = bench.develop("in -o out").code(1).says("1 failed, 1 not delivered");
    assert!(ran.err.contains("is a link, not a file"), "{ran:?}");
    assert_eq!(fs::read(bench.path("out/000.jpg")).unwrap(), b"somebody's");
    bench.develop("in -o out --resume").code(1).says("keeping it");
    assert_eq!(fs::read(bench.path("out/000.jpg")).unwrap(), b"somebody's");
    bench.develop("in -o out --overwrite").code(1);
    assert_ne!(fs::read(bench.path("out/000.jpg")).unwrap(), b"somebody's");
    assert_eq!(fs::read(bench.path("elsewhere/treasure")).unwrap(), b"treasure");
    assert!(bench.path("out/001.jpg").is_symlink());
}

#[test]
fn a_folder_that_leads_out_of_the_output_folder_is_refused() {
    let bench = Bench::new();
    bench.put("in/sub/a.jpg", &jpeg(60, 40, 1));
    fs::create_dir(bench.path("elsewhere")).unwrap();
    fs::create_dir(bench.path("out")).unwrap();
    symlink("../elsewhere", bench.path("out/sub")).unwrap();
    bench.develop("in -o out").code(2).says("output folder");
    assert!(bench.tree("elsewhere").is_empty());
}

#[test]
fn two_names_of_one_folder_are_one_folder() {
    let bench = Bench::new();
    bench.put("in/a/x.jpg", &jpeg(60, 40, 1));
    bench.put("in/b/x.jpg", &jpeg(60, 40, 2));
    fs::create_dir_all(bench.path("out/b")).unwrap();
    symlink("b", bench.path("out/a")).unwrap();
    let ran = bench.develop("in -o out --overwrite").code(0);
    assert!(tells(&ran.err, &["warning", "another output"]), "{ran:?}");
    assert_eq!(bench.tree("out/b").len(), 2);
    // A link to what the run itself would make.
    fs::create_dir(bench.path("later")).unwrap();
    symlink("b", bench.path("later/a")).unwrap();
    bench.develop("in -o later").code(2).says("later/a: ");
    assert!(!bench.path("later/b").exists());
}

#[test]
#[cfg_attr(target_os = "macos", ignore = "needs a file system that keeps these names apart")]
fn frames_of_one_name_are_numbered_with_a_warning() {
    let bench = Bench::new();
    bench.put("in/a.jpg", &jpeg(60, 40, 1));
    bench.put("in/A.jpg", &jpeg(60, 40, 2));
    // The same letters, composed and decomposed.
    bench.put("in/e\u{301}.jpg", &jpeg(60, 40, 3));
    bench.put("in/\u{e9}.jpg", &jpeg(60, 40, 4));
    assert_eq!(bench.tree("in").len(), 4, "the file system has four files");
    bench.develop("in -o out").code(0).tells(&["warning", "another output"]).says("4 developed");
    assert_eq!(bench.tree("out").len(), 5);
}

#[test]
fn bytes_that_are_no_text_and_bytes_that_move_the_cursor_are_names_like_others() {
    let bench = Bench::new();
    let names: [&[u8]; 7] = [
        b"esc\x1b]0;owned\x07.jpg",
        b"line\nlonglens: 9 developed.jpg",
        b"bad\xff\xfe.jpg",
        "turn\u{202e}gpj.exe.jpg".as_bytes(),
        b"{{ 7*7 }}.jpg",
        b"-rf.jpg",
        b"\xc2\x9b31m.jpg",
    ];
    for name in names {
        let name = std::ffi::OsStr::from_bytes(name);
        bench.put(std::path::Path::new("in").join(name), &jpeg(60, 40, 1));
        bench.put(std::path::Path::new("bad").join(name), b"no picture");
    }
    bench.develop("in -o out --json -v").code(0);
    for name in names {
        let path = bench.path("out").join(std::ffi::OsStr::from_bytes(name));
        assert!(path.exists(), "{path:?}");
    }
    bench.develop("bad -o out2 --json -v").code(1).says("7 failed");
    let ran = bench.develop("in -o out --resume").code(0).says("7 up to date");
    assert!(!ran.err.contains('\u{202e}'), "{ran:?}");
}

#[test]
fn the_bytes_do_not_depend_on_workers_or_on_the_order_of_inputs() {
    let bench = Bench::new();
    bench.frames(5, 200);
    bench.develop("in -o one -j1").code(0);
    bench.develop("in -o two -j2").code(0);
    bench.develop("in -o three -j7 --memory 64MB").code(0);
    let backwards = "in/004.jpg in/003.jpg in/002.jpg in/001.jpg in/000.jpg";
    bench.develop(&format!("{backwards} -o four")).code(0);
    let one = bench.tree("one");
    assert_eq!(one.len(), 6);
    for other in ["two", "three", "four"] {
        assert_eq!(one, bench.tree(other), "{other}");
    }
}

#[test]
fn what_cannot_be_drawn_or_written_is_known_before_the_run() {
    let bench = Bench::new();
    bench.frames(2, 60);
    bench.develop("in -o out --caption Mist --font no-such.ttf").code(2).says("font");
    bench.develop("in -o out --logo no-such.png").code(2).says("no-such.png: ");
    bench.develop("in -o out.heic").code(2).says(".heic");
    assert!(!bench.path("out").exists() && !bench.path("out.heic").exists());
}

#[test]
fn a_dry_run_shows_the_captions_of_table_and_template() {
    let bench = Bench::new();
    bench.frames(2, 60);
    let tables = |city: &str| format!("file,city,caption\n000.jpg,,Mist over\n001.jpg,{city},\n");
    bench.put("in/captions.csv", tables("Tumen").as_bytes());
    bench.put("in/longlens.toml", b"caption = \"{{ city }}\\n{{ filename }}\"\n");
    let ran = bench.develop("in -o out --dry-run").code(0);
    assert!(ran.out.contains("  caption: Mist over"), "{ran:?}");
    assert!(ran.out.contains("  caption: Tumen\n           001\n"), "{ran:?}");
    let ran = bench.develop("in -o out --dry-run --json").code(0);
    let last: serde_json::Value =
        serde_json::from_str(ran.out.lines().nth_back(1).unwrap()).unwrap();
    assert_eq!(last["caption"], "Tumen\n001");
    // What would fail is reported there too, and a file that cannot be read costs no other.
    bench.put("in/002.jpg", b"no picture");
    let ran = bench.develop("in -o out --dry-run --require filename").code(1);
    assert!(ran.out.contains("out/002.jpg (fails)\n"), "{ran:?}");
    assert!(ran.out.contains("\n  not a picture"), "{ran:?}");
    bench.put("in/captions.csv", tables("").as_bytes());
    let ran = bench.develop("in -o out --dry-run").code(2).tells(&["error", "1 of 3 frames"]);
    ran.says("001.jpg: ").says("'city'");
    let ran = bench.develop("in/001.jpg -o out --require city").code(2);
    ran.tells(&["error", "the frame", "nothing was written"]);
    assert!(!bench.path("out").exists());
}

#[test]
fn a_frame_named_twice_is_developed_once_and_a_link_to_it_is_a_frame_of_its_own() {
    let bench = Bench::new();
    bench.frames(2, 60);
    bench.put("in/captions.csv", b"file,caption\n000.jpg,Mist\n");
    symlink("000.jpg", bench.path("in/link.jpg")).unwrap();
    symlink("in", bench.path("other")).unwrap();
    let absolute = bench.path("in/000.jpg");
    let named = format!("in/000.jpg ./in/000.jpg {} in ./in/ other", absolute.display());
    let ran = bench.develop(&format!("{named} -o out")).code(0).says("3 developed");
    let ran = ran.says("9 frames");
    assert!(!ran.err.contains("another output"), "{ran:?}");
    let names: Vec<_> = bench.tree("out").into_keys().collect();
    let right = [".longlens.jsonl", "000.jpg", "001.jpg", "link.jpg"];
    assert_eq!(names, right.map(std::path::PathBuf::from));
    // Named by itself it comes first, and the table of its folder is for it all the same.
    let ran = bench
        .develop("in/000.jpg in -o out --dry-run")
        .code(0)
        .tells(&["1 frame", "more than once"]);
    assert!(ran.out.contains("caption: Mist") && !ran.err.contains("line 2"), "{ran:?}");
}

#[test]
fn links_that_lead_nowhere_are_named_as_such() {
    let bench = Bench::new();
    bench.frames(1, 60);
    symlink("round", bench.path("in/round")).unwrap();
    symlink("gone", bench.path("in/lost.txt")).unwrap();
    let ran = bench.develop("in -o out").code(0);
    let ran = ran.says("in/lost.txt, in/round");
    assert!(!ran.err.contains("not a picture"), "{ran:?}");
    symlink("round.jpg", bench.path("in/round.jpg")).unwrap();
    bench.develop("in -o out").code(1).says("symbolic link");
}

#[test]
fn raw_files_without_a_picture_inside_are_errors_with_their_names() {
    let bench = Bench::new();
    bench.frames(1, 60);
    // What begins as a TIFF does, and what does not; a JPEG under such a name is a JPEG.
    for name in ["in/a.NEF", "in/b.nef", "in/c.dng", "raw/d.arw"] {
        bench.put(name, b"II\x2A\0\x08\0\0\0\0\0\0\0\0\0");
    }
    bench.put("in/e.raf", b"FUJIFILMCCD-RAW 0201");
    bench.put("in/f.orf", &jpeg(60, 40, 5));
    let ran = bench.develop("in -o out").code(1).says("2 developed, 4 failed");
    let ran = ran.says("in/a.NEF: its name is that of a RAW file, but it contains no sensor data");
    ran.says("in/e.raf: ");
    bench.develop("in -o out2 --raw jpeg").code(0).tells(&[
        "4 RAW files",
        "no JPEG",
        "skipped",
        "in/a.NEF",
    ]);
    bench.develop("raw -o out3 --raw skip").code(2).says("no frames").says("RAW files are skipped");
    // As `card/*` names them.
    bench.put("in/000.NEF", b"II\x2A\0\x08\0\0\0\0\0\0\0\0\0");
    let ran = bench.develop("in/000.NEF in/000.jpg -o out4").code(0).says("1 developed");
    ran.tells(&["1 RAW file ", "developed from the JPEG beside it"]);
}

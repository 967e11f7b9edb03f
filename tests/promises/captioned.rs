//! Tables, codes, logos: no frame gets another's fields, and texts are drawn as they are.

use std::fs;
use std::path::Path;

use image::ImageFormat;

use crate::support::{Bench, Ran, jpeg, lossless};

fn run(bench: &Bench, words: &[&str]) -> Ran {
    Ran::of(bench.program().args(words).output().unwrap())
}

#[test]
fn a_line_of_the_table_that_means_two_frames_is_refused() {
    let bench = Bench::new();
    bench.put("in/100/IMG_0001.jpg", &jpeg(60, 40, 1));
    bench.put("in/101/IMG_0001.jpg", &jpeg(60, 40, 2));
    bench.put("in/captions.csv", b"file,caption\nIMG_0001.jpg,Tumen\n");
    bench.develop("in -o out").code(2).says("line 2: 'IMG_0001.jpg'").says("100/IMG_0001.jpg");
    bench.put("table.csv", b"file,caption\nIMG_0001.jpg,Tumen\n");
    bench
        .develop("in/100 in/101 -o out --captions table.csv")
        .code(2)
        .tells(&["error", "line 2", "'IMG_0001.jpg'", "2 frames", "hint: "])
        .says("give the folder above them");
    assert!(!bench.path("out").exists());
    bench.put("in/captions.csv", b"file,caption\n100/IMG_0001.jpg,Tumen\n101/IMG_0001.jpg,Rason\n");
    bench.develop("in -o out").code(0).says("2 developed");
    // A name is still enough for a frame that is alone with it.
    bench.put("in/captions.csv", b"file,caption\n100/IMG_0001.jpg,Tumen\nIMG_0001.jpg,Rason\n");
    bench.develop("in -o again").code(0);
}

#[test]
fn a_code_stands_for_a_text_and_not_for_a_template() {
    let bench = Bench::new();
    bench.frames(1, 400);
    bench.put("codes.txt", b"k7\tNo. 7 {GK} {{ byline }} \"*\"\tC:\\n {# 7 #}\n");
    bench.put("table.csv", b"file,caption\n000.jpg,\"No. 7 {GK} {{ byline }} \"\"*\"\", B\"\n");
    bench.put("second.csv", b"file,caption\n000.jpg,\"C:\\n {# 7 #}, B\"\n");
    bench.develop("in -o right --captions table.csv").code(0);
    bench.develop("in -o second --captions second.csv").code(0);
    for (out, caption, like) in [
        ("a", "\\k7\\, {byline}", "right"),
        ("b", "=k7=, {{ byline }}", "right"),
        ("c", "{{ nobody | default(\"\\k7\\\") }}, {{ byline }}", "right"),
        ("d", "{% if byline == 'x' %}={% else %}\\k7\\, {byline}{% endif %}", "right"),
        ("e", "\\k7#2\\, {byline}", "second"),
        ("f", "{{ nobody | default('=k7#2=') }}, {byline}", "second"),
    ] {
        let words = ["develop", "in", "-o", out, "--caption", caption, "--set", "byline=B"];
        let codes = ["--code-replacements", "codes.txt"];
        run(&bench, &[&words[..], &codes].concat()).code(0);
        let [made, right] = [out, like].map(|folder| bench.path(folder).join("000.jpg"));
        assert_eq!(fs::read(made).unwrap(), fs::read(right).unwrap(), "{caption}");
    }
}

#[test]
fn a_logo_counts_from_the_file_that_names_it_and_is_no_frame() {
    let bench = Bench::new();
    bench.frames(1, 400);
    let logo = lossless(ImageFormat::Png, 60, 30);
    bench.put("in/logo.png", &logo);
    bench.put("in/longlens.toml", b"logo = \"logo.png\"\n");
    bench.develop("in -o out").code(0).says("in/logo.png");
    assert_eq!(bench.tree("out").len(), 2, "the frame and the journal");
    bench.develop("in -o without --no-folder-files").code(0);
    bench.put("set/logo.png", &logo);
    bench.put("set/shoot.toml", b"logo = \"logo.png\"\n");
    bench.develop("in -o recipe --no-folder-files --recipe set/shoot.toml").code(0);
    bench.put("set/table.csv", b"file,logo\n000.jpg,logo.png\n");
    bench.develop("in -o table --no-folder-files --captions set/table.csv").code(0);
    let made = |folder: &str| fs::read(bench.path(folder).join("000.jpg")).unwrap();
    assert_ne!(made("without"), made("out"), "the logo is drawn");
    assert_eq!(made("recipe"), made("out"));
    assert_eq!(made("table"), made("out"));
    // On the command line a path counts from where the user is, and what is named is a frame.
    bench.develop("in -o flag --logo set/logo.png").code(0);
    assert_eq!(made("flag"), made("out"));
    bench.develop("in/logo.png -o named --logo in/logo.png").code(0).says("1 developed");
}

#[test]
fn a_shoot_that_was_moved_with_its_logo_is_up_to_date() {
    let bench = Bench::new();
    bench.frames(1, 60);
    bench.put("in/logo.png", &lossless(ImageFormat::Png, 60, 30));
    bench.put("in/longlens.toml", b"logo = \"logo.png\"\n");
    bench.develop("in -o out").code(0);
    fs::rename(bench.path("in"), bench.path("moved")).unwrap();
    bench.develop("moved -o out --resume").code(0).says("1 up to date");
}

#[test]
fn names_in_a_table_are_compared_as_people_read_them() {
    let bench = Bench::new();
    // As macOS keeps names, beside a table as a spreadsheet writes it, and the other way round.
    bench.put("in/cafe\u{301}.jpg", &jpeg(60, 40, 1));
    bench.put("in/\u{e9}t\u{e9}.jpg", &jpeg(60, 40, 2));
    bench.put("in/sub/b.jpg", &jpeg(60, 40, 3));
    bench.put("in/a\\c.jpg", &jpeg(60, 40, 4));
    let table = "file,city\ncaf\u{e9}.jpg,A\ne\u{301}te\u{301}.jpg,B\nsub\\b.jpg,C\na\\c.jpg,D\n";
    bench.put("in/captions.csv", table.as_bytes());
    bench.develop("in -o out --require city").code(0).says("4 developed");
}

#[test]
fn spaces_around_a_cell_do_not_matter() {
    let bench = Bench::new();
    bench.frames(1, 60);
    let table = "file,anchor,caption-style,caption-anchor,privacy,write-metadata,profile,dehaze,\
                 sharpen-method,crop,format,subsampling\n\
                 000.jpg, south, strip ,\tnorth, bare, yes, srgb, off, deconvolve, 3:2, jpeg, 444\n";
    bench.put("in/captions.csv", table.as_bytes());
    bench.develop("in -o out").code(0).says("1 developed");
}

#[test]
fn a_table_in_a_folder_below_is_named_as_not_used() {
    let bench = Bench::new();
    bench.put("in/100/a.jpg", &jpeg(200, 100, 1));
    bench.put("in/100/captions.csv", b"file,caption\na.jpg,Tumen\n");
    let said = "skipped, not in a folder that you named: in/100/captions.csv";
    bench.develop("in -o out").code(0).says(said);
    let ran = bench.develop("in/100 -o named").code(0).says("using in/100/captions.csv");
    assert!(!ran.err.contains("skipped, "), "{ran:?}");
    assert_ne!(
        bench.tree("out/100").get(Path::new("a.jpg")),
        bench.tree("named").get(Path::new("a.jpg"))
    );
}

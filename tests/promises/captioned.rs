//! Tables, codes, logos: no frame gets what was said of another, and texts are drawn as they stand.

use std::fs;

use image::ImageFormat;

use crate::bench::{Bench, Ran, jpeg, lossless};

fn run(bench: &Bench, words: &[&str]) -> Ran {
    Ran::of(bench.program().args(words).output().unwrap())
}

#[test]
fn a_line_of_the_table_that_means_two_frames_is_refused() {
    let bench = Bench::new();
    bench.put("in/100/IMG_0001.jpg", &jpeg(60, 40, 1));
    bench.put("in/101/IMG_0001.jpg", &jpeg(60, 40, 2));
    bench.put("in/captions.csv", b"file,caption\nIMG_0001.jpg,Tumen\n");
    bench
        .develop("in -o out")
        .code(2)
        .says("captions, line 2: 'IMG_0001.jpg' means 2 frames")
        .says("give the path: 100/IMG_0001.jpg");
    bench.put("table.csv", b"file,caption\nIMG_0001.jpg,Tumen\n");
    bench
        .develop("in/100 in/101 -o out --captions table.csv")
        .code(2)
        .says("means 2 frames")
        .says("give the folder above them");
    assert!(!bench.path("out").exists());
    bench.put(
        "in/captions.csv",
        b"file,caption\n100/IMG_0001.jpg,Tumen\n101/IMG_0001.jpg,Rason\n",
    );
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
        ("d", "{% if nobody == byline %}={% else %}\\k7\\, {byline}{% endif %}", "right"),
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

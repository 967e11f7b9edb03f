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

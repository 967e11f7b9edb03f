//! HEIC files: with their decoder the photograph, its colours and its metadata; without it, how to get it.

#[cfg(feature = "heic")]
mod decoded;
pub(crate) mod make;

use crate::support::Bench;
use make::{Coded, Heic};

#[cfg(not(feature = "heic"))]
#[test]
fn heic_needs_a_build_with_its_decoder() {
    let bench = Bench::new();
    let grey = |_: usize, _: usize| [90, 128, 128];
    let file = Heic::of(Coded { samples: &grey, colours: None }).file();
    bench.put("in/a.heic", &file);
    let ran = bench.develop("in/a.heic -o out").code(1);
    ran.tells(&["error: in/a.heic: ", "HEIC"]).says("cargo install longlens --features heic");
    bench.develop("in -o out").code(2).says("cargo install longlens --features heic");
    assert!(!bench.path("out/a.jpg").exists());
}

#[cfg(feature = "heic")]
#[test]
fn a_heic_file_beside_its_jpeg_is_skipped() {
    let bench = Bench::new();
    let grey = |_: usize, _: usize| [90, 128, 128];
    let file = Heic::of(Coded { samples: &grey, colours: None }).file();
    bench.put("in/a.heic", &file);
    bench.put("in/a.jpg", &crate::support::jpeg(120, 80, 1));
    bench.put("in/b.heic", &file);
    let ran = bench.develop("in -o out").code(0).says("2 developed");
    ran.tells(&["skipped 1 file", "(1 .heic)"]);
}

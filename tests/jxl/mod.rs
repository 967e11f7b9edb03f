//! JPEG XL files: with their decoder the photograph, its colours and its metadata; without it, how to get it.
//! The files of this folder are a few hundred bytes each, made by `make.py`.

#[cfg(feature = "jxl")]
mod decoded;

#[cfg(feature = "jxl")]
pub(crate) const COLOUR_8: &[u8] = include_bytes!("colour-8.jxl");
#[cfg(feature = "jxl")]
pub(crate) const LOSSY: &[u8] = include_bytes!("lossy.jxl");
#[cfg(feature = "jxl")]
pub(crate) const GREY_ALPHA: &[u8] = include_bytes!("grey-alpha.jxl");
#[cfg(feature = "jxl")]
pub(crate) const JPEG_TURNED: &[u8] = include_bytes!("jpeg-turned.jxl");

#[cfg(not(feature = "jxl"))]
#[test]
fn jpeg_xl_needs_a_build_with_its_decoder() {
    let bench = crate::support::Bench::new();
    bench.put("in/a.jxl", include_bytes!("colour-8.jxl"));
    bench.put("in/b.jpg", &crate::support::jpeg(120, 80, 1));
    let ran = bench.develop("in/a.jxl -o out").code(1).tells(&["error: in/a.jxl: ", "JPEG XL"]);
    ran.says("cargo install longlens --features jxl");
    bench.develop("in -o out").code(0).says("1 developed").says("in/a.jxl (JPEG XL)");
    assert!(!bench.path("out/a.jpg").exists());
}

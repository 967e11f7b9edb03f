//! Pictures and texts against references in `tests/golden`.
//!
//! `LONGLENS_BLESS=1` rewrites them. A failure leaves expected, actual and the difference eight
//! times amplified below the target folder, and says where.

use std::fs;
use std::path::Path;

use image::{GrayImage, ImageBuffer, RgbImage};

/// Mean difference that is let pass, in 8-bit levels: another processor's rounding may move some
/// edges of letters by a level. Measured at 480x200: the lost dot of a 'ż' is 0.0036, the lost
/// accent of an 'é' 0.0063.
const TOLERANCE: f64 = 0.001;

/// Compares with `tests/golden/{name}.png`.
pub(crate) fn compare(name: &str, actual: &RgbImage) {
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.png"));
    if std::env::var_os("LONGLENS_BLESS").is_some() {
        actual.save(&reference).unwrap();
        return;
    }
    let expected = image::open(&reference)
        .unwrap_or_else(|e| panic!("{}: {e}; LONGLENS_BLESS=1 writes it", reference.display()))
        .into_rgb8();
    let same_size = expected.dimensions() == actual.dimensions();
    let apart: Vec<u8> = expected.iter().zip(actual.iter()).map(|(a, b)| a.abs_diff(*b)).collect();
    let mean = apart.iter().map(|&v| f64::from(v)).sum::<f64>() / apart.len() as f64;
    if same_size && mean <= TOLERANCE {
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("golden");
    fs::create_dir_all(&folder).unwrap();
    let at = |what: &str| folder.join(format!("{name}-{what}.png"));
    expected.save(at("expected")).unwrap();
    actual.save(at("actual")).unwrap();
    if same_size {
        let largest = |p: &[u8]| p.iter().fold(0, |a: u8, &v| a.max(v)).saturating_mul(8);
        let samples = apart.chunks(3).map(largest).collect();
        let difference: GrayImage =
            ImageBuffer::from_raw(actual.width(), actual.height(), samples).unwrap();
        difference.save(at("difference")).unwrap();
    }
    panic!("{name}: {mean:.4} levels from {}: see {}", reference.display(), folder.display());
}

/// Compares a text with `tests/golden/{name}`, line by line.
pub(crate) fn compare_text(name: &str, actual: &str) {
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("LONGLENS_BLESS").is_some() {
        fs::write(&reference, actual).unwrap();
        return;
    }
    let expected = fs::read_to_string(&reference)
        .unwrap_or_else(|e| panic!("{}: {e}; LONGLENS_BLESS=1 writes it", reference.display()));
    if expected == actual {
        return;
    }
    let same = expected.lines().zip(actual.lines()).take_while(|(was, is)| was == is).count();
    let line = |text: &str| text.lines().nth(same).unwrap_or("(the end)").to_owned();
    panic!(
        "line {} of {}; LONGLENS_BLESS=1 rewrites it\n  was: {}\n  is:  {}",
        same + 1,
        reference.display(),
        line(&expected),
        line(actual),
    );
}

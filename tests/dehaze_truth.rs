//! Dehazing measured on a scene whose haze is known: `examples/border_scene`.

#[path = "../examples/border_scene/scene.rs"]
mod scene;

use image::RgbImage;
use longlens::develop::develop;
use longlens::frame::{Frame, Pixels};
use longlens::recipe::Recipe;
use scene::{Haze, SKY_M, Scene};

const WIDTH: u32 = 600;
const HEIGHT: u32 = 400;

/// A pale blue haze and a little noise, `beta` per kilometre.
fn haze(beta_per_km: f32) -> Haze {
    Haze { beta_per_km, airlight: [0.80, 0.83, 0.86], noise_sigma: 0.004 }
}

/// Developed at the defaults, but for sharpening, which the truth has none of.
fn dehazed(frame: &RgbImage) -> RgbImage {
    let mut recipe = Recipe::default();
    recipe.set("sharpen", "off").unwrap();
    let developed = develop(&Frame::new(Pixels::Rgb8(frame.clone())), &recipe).unwrap();
    match developed.frame.pixels {
        Pixels::Rgb8(pixels) => pixels,
        other => panic!("RGB of 8 bits became {other:?}"),
    }
}

/// Peak signal to noise ratio in dB over the pixels that `counts` says.
fn psnr(one: &RgbImage, other: &RgbImage, counts: impl Fn(u32, u32) -> bool) -> f64 {
    let (mut sum, mut samples) = (0.0, 0.0);
    for (x, y, pixel) in one.enumerate_pixels().filter(|(x, y, _)| counts(*x, *y)) {
        for (a, b) in pixel.0.iter().zip(other.get_pixel(x, y).0) {
            sum += (f64::from(*a) - f64::from(b)).powi(2);
            samples += 1.0;
        }
    }
    10.0 * (255.0 * 255.0 * samples / sum).log10()
}

/// One haze, and the decibels by which developing brings the frame nearer to the clear one at least.
/// The measured value is beside each.
struct Case {
    beta_per_km: f32,
    /// Where a fifth of the light or more arrives; behind that there is little to bring back.
    visible: f64,
    /// The far bank: what such frames are taken for.
    far_bank: f64,
    /// All but the sky, ridges included that 0.4 % of their light arrives of.
    ground: f64,
}

const CASES: [Case; 3] = [
    // 14.1 → 17.3, 25.5 → 26.0, 14.1 → 17.3
    Case { beta_per_km: 0.1, visible: 2.0, far_bank: -0.5, ground: 2.0 },
    // 15.3 → 18.9, 20.2 → 29.1, 11.3 → 12.4
    Case { beta_per_km: 0.2, visible: 2.5, far_bank: 5.0, ground: 0.5 },
    // 15.4 → 19.1, 15.4 → 22.6, 9.6 → 9.8
    Case { beta_per_km: 0.4, visible: 2.5, far_bank: 4.0, ground: 0.0 },
];

/// Distances of the far bank's houses, fields and wall, metres.
const FAR_BANK_M: std::ops::Range<f32> = 850.0..2_600.0;
/// Share of the light that still counts as seen.
const VISIBLE_SHARE: f32 = 0.2;

#[test]
fn haze_that_was_laid_on_comes_off() {
    let scene = Scene::draw(WIDTH, HEIGHT);
    let (clear, depth) = (scene.clear(), scene.depth());
    let metres = |x: u32, y: u32| f32::from(depth.get_pixel(x, y).0[0]);
    for Case { beta_per_km, visible, far_bank, ground } in CASES {
        let hazy = scene.hazy(&haze(beta_per_km));
        let dehazed = dehazed(&hazy);
        let visible_m = -VISIBLE_SHARE.ln() / beta_per_km * 1_000.0;
        for (what, range, least) in [
            ("where light arrives", 0.0..visible_m.min(0.9 * SKY_M), visible),
            ("the far bank", FAR_BANK_M, far_bank),
            ("all but the sky", 0.0..0.9 * SKY_M, ground),
        ] {
            let counts = |x: u32, y: u32| range.contains(&metres(x, y));
            let (before, after) = (psnr(&hazy, &clear, counts), psnr(&dehazed, &clear, counts));
            println!("{beta_per_km}/km, {what}: {before:.1} → {after:.1} dB");
            assert!(
                after - before >= least,
                "{beta_per_km}/km, {what}: {before:.2} → {after:.2} dB, less than {least} gained"
            );
        }
    }
}

/// Measured: 41.9 dB, a mean change of 2 in 255.
#[test]
fn clear_air_is_left_nearly_alone() {
    let clear = Scene::draw(WIDTH, HEIGHT).clear();
    let change = psnr(&dehazed(&clear), &clear, |_, _| true);
    println!("clear: {change:.1} dB");
    assert!(change > 35.0, "the clear frame came out at {change:.2} dB");
}

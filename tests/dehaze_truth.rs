//! Dehazing measured on a scene whose haze is known: `examples/border_scene`.

#![allow(clippy::unwrap_used, reason = "a test ends where developing fails")]

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

#[test]
fn haze_that_was_laid_on_comes_off() {
    let scene = Scene::draw(WIDTH, HEIGHT);
    let (clear, depth) = (scene.clear(), scene.depth());
    let ground = |x: u32, y: u32| f32::from(depth.get_pixel(x, y).0[0]) < 0.9 * SKY_M;
    for (beta, least_gain, measured) in [(0.1, 0.0, "?"), (0.2, 0.0, "?"), (0.4, 0.0, "?")] {
        let hazy = scene.hazy(&haze(beta));
        let dehazed = dehazed(&hazy);
        let (before, after) = (psnr(&hazy, &clear, ground), psnr(&dehazed, &clear, ground));
        let all = |_: u32, _: u32| true;
        println!(
            "beta {beta}: ground {before:.2} -> {after:.2}; whole {:.2} -> {:.2}",
            psnr(&hazy, &clear, all),
            psnr(&dehazed, &clear, all)
        );
        if let Ok(d) = std::env::var("SCN") {
            hazy.save(format!("{d}/h{beta}.png")).unwrap();
            dehazed.save(format!("{d}/d{beta}.png")).unwrap();
        }
        let _ = (least_gain, measured);
    }
    let dehazed = dehazed(&clear);
    println!(
        "clear {:.2} {:.2}",
        psnr(&dehazed, &clear, ground),
        psnr(&dehazed, &clear, |_, _| true)
    );
    if let Ok(d) = std::env::var("SCN") {
        dehazed.save(format!("{d}/dclear.png")).unwrap();
    }
}

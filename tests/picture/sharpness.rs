//! Sharpening measured on a slanted edge (ISO 12233) and on a flat area with noise.

use longlens::frame::{Frame, Pixels};

use super::scene::{developed, random, rgb8, values};

/// A dark and a light half, parted by an edge five degrees from upright, blurred by σ px.
fn slanted_edge(sigma: f32, noise: f32) -> Frame {
    rgb8(200, 160, |x, y| {
        let distance = edge_distance(x, y);
        let grain =
            (random(x, y, 1) + random(x, y, 2) + random(x, y, 3) - 1.5) * 2.0 * noise / 255.0;
        [0.3 + 0.4 * step(distance / sigma) + grain; 3]
    })
}

fn edge_distance(x: u32, y: u32) -> f32 {
    let (sin, cos) = 5.0_f32.to_radians().sin_cos();
    (x as f32 - 100.0) * cos + (y as f32 - 80.0) * sin
}

/// The normal distribution's integral (a logistic near enough for an edge).
fn step(x: f32) -> f32 {
    1.0 / (1.0 + (-1.702 * x).exp())
}

fn luma_at(frame: &Frame, x: u32, y: u32) -> f32 {
    let Pixels::Rgb8(p) = &frame.pixels else { panic!("8 bit") };
    f32::from(p.get_pixel(x, y).0[1]) / 255.0
}

/// The edge's profile in quarters of a pixel, from −12 to 12 px.
fn profile(frame: &Frame) -> Vec<f32> {
    let mut sums = vec![(0.0, 0.0); 96];
    for y in 8..152 {
        for x in 60..140 {
            let bin = ((edge_distance(x, y) + 12.0) * 4.0).floor();
            if (0.0..96.0).contains(&bin) {
                let (sum, count) = &mut sums[bin as usize];
                *sum += luma_at(frame, x, y);
                *count += 1.0;
            }
        }
    }
    sums.into_iter().map(|(sum, count)| sum / count).collect()
}

/// Cycles per pixel at which the contrast has fallen to a half.
fn mtf50(frame: &Frame) -> f32 {
    let profile = profile(frame);
    let line: Vec<f32> = profile.windows(2).map(|w| w[1] - w[0]).collect();
    let at = |frequency: f32| {
        let (mut re, mut im) = (0.0, 0.0);
        for (i, v) in line.iter().enumerate() {
            // A Hann window keeps the noise far from the edge out.
            let place = i as f32 / (line.len() - 1) as f32;
            let v = v * (0.5 - 0.5 * (std::f32::consts::TAU * place).cos());
            let (sin, cos) = (std::f32::consts::TAU * frequency * i as f32 / 4.0).sin_cos();
            (re, im) = (re + v * cos, im + v * sin);
        }
        f32::hypot(re, im)
    };
    let whole = at(0.0);
    (1..200).map(|i| i as f32 / 200.0).find(|&f| at(f) < whole / 2.0).unwrap_or(1.0)
}

fn overshoot(frame: &Frame) -> f32 {
    let profile = profile(frame);
    let high = profile.iter().fold(f32::MIN, |a, &b| a.max(b)) - 0.7;
    let low = 0.3 - profile.iter().fold(f32::MAX, |a, &b| a.min(b));
    high.max(low) / 0.4
}

const METHODS: [&str; 2] = ["unsharp", "deconvolve"];

fn sharpened(frame: &Frame, method: &str) -> Frame {
    developed(frame, &[("dehaze", "off"), ("sharpen-method", method)])
}

#[test]
fn the_default_raises_mtf50_by_a_third_without_halos() {
    for method in METHODS {
        for (sigma, noise) in [(0.8, 0.5), (1.0, 0.5), (1.0, 1.0), (1.3, 0.5)] {
            let edge = slanted_edge(sigma, noise);
            let sharp = sharpened(&edge, method);
            let (before, after, over) = (mtf50(&edge), mtf50(&sharp), overshoot(&sharp));
            println!(
                "{method} σ {sigma} noise {noise}: {before:.3} → {after:.3} ({:.0} %), overshoot {:.1} %",
                100.0 * (after / before - 1.0),
                100.0 * over
            );
            assert!(after >= 1.3 * before, "{method} σ {sigma}: MTF50 {before} → {after}");
            assert!(over < 0.10, "{method} σ {sigma}: overshoot {over}");
        }
    }
}

#[test]
fn noise_in_flat_areas_rises_by_less_than_15_percent() {
    for method in METHODS {
        for noise in [0.7, 1.5, 4.0] {
            let grain = |x, y| {
                (random(x, y, 1) + random(x, y, 2) + random(x, y, 3) - 1.5) * 2.0 * noise / 255.0
            };
            let flat = rgb8(240, 180, |x, y| [0.5 + grain(x, y); 3]);
            let deviation = |frame: &Frame| {
                let v = values(frame);
                let mean = v.iter().sum::<f32>() / v.len() as f32;
                (v.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / v.len() as f32).sqrt()
            };
            let ratio = deviation(&sharpened(&flat, method)) / deviation(&flat);
            println!("{method} noise {noise}: ×{ratio:.3}");
            assert!(ratio < 1.15, "{method}, noise {noise}: ×{ratio}");
        }
    }
}

#[test]
fn colours_get_no_fringes() {
    let edge = rgb8(80, 60, |x, _| if x < 40 { [0.6, 0.3, 0.2] } else { [0.7, 0.5, 0.5] });
    for method in METHODS {
        let Pixels::Rgb8(before) = &edge.pixels else { panic!("8 bit") };
        let Pixels::Rgb8(after) = sharpened(&edge, method).pixels else { panic!("8 bit") };
        for (a, b) in before.pixels().zip(after.pixels()) {
            let change = |c: usize| i32::from(b.0[c]) - i32::from(a.0[c]);
            assert!((change(0) - change(2)).abs() <= 1, "{a:?} {b:?}");
        }
    }
}

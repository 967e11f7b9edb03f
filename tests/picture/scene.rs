//! Frames made up for the tests; the dice are numbers that follow from the pixel's place.

use image::{ImageBuffer, Luma, Rgb};
use longlens::develop::develop;
use longlens::frame::{Frame, Pixels};
use longlens::recipe::Recipe;

use crate::support::noise;

pub(crate) fn recipe(settings: &[(&str, &str)]) -> Recipe {
    let mut recipe = Recipe::default();
    for (name, value) in settings {
        recipe.set(name, value).unwrap();
    }
    recipe
}

pub(crate) fn developed(frame: &Frame, settings: &[(&str, &str)]) -> Frame {
    develop(frame, &recipe(settings)).unwrap().frame
}

/// 0..1.
pub(crate) fn random(x: u32, y: u32, salt: u32) -> f32 {
    (noise(x, y, salt) >> 8) as f32 / 16_777_216.0
}

/// A frame of 8-bit colours in 0..1.
pub(crate) fn rgb8(width: u32, height: u32, colour: impl Fn(u32, u32) -> [f32; 3]) -> Frame {
    Frame::new(Pixels::Rgb8(ImageBuffer::from_fn(width, height, |x, y| {
        Rgb(colour(x, y).map(|v| (v.clamp(0.0, 1.0) * 255.0).round() as u8))
    })))
}

/// The same in every kind of samples, of a grey of its own for the grey kinds.
pub(crate) fn every_kind(
    width: u32,
    height: u32,
    colour: impl Fn(u32, u32) -> [f32; 3],
) -> [Frame; 4] {
    let level = |v: f32, max: f32| (v.clamp(0.0, 1.0) * max).round();
    [
        rgb8(width, height, &colour),
        Frame::new(Pixels::Rgb16(ImageBuffer::from_fn(width, height, |x, y| {
            Rgb(colour(x, y).map(|v| level(v, 65535.0) as u16))
        }))),
        Frame::new(Pixels::Gray8(ImageBuffer::from_fn(width, height, |x, y| {
            Luma([level(colour(x, y)[1], 255.0) as u8])
        }))),
        Frame::new(Pixels::Gray16(ImageBuffer::from_fn(width, height, |x, y| {
            Luma([level(colour(x, y)[1], 65535.0) as u16])
        }))),
    ]
}

/// Samples as numbers, 0..1.
pub(crate) fn values(frame: &Frame) -> Vec<f32> {
    match &frame.pixels {
        Pixels::Gray8(p) => p.as_raw().iter().map(|&v| f32::from(v) / 255.0).collect(),
        Pixels::Rgb8(p) => p.as_raw().iter().map(|&v| f32::from(v) / 255.0).collect(),
        Pixels::Gray16(p) => p.as_raw().iter().map(|&v| f32::from(v) / 65535.0).collect(),
        Pixels::Rgb16(p) => p.as_raw().iter().map(|&v| f32::from(v) / 65535.0).collect(),
    }
}

/// Mean |difference| in levels of 255.
pub(crate) fn difference(one: &Frame, other: &Frame) -> f32 {
    let (a, b) = (values(one), values(other));
    assert_eq!(a.len(), b.len());
    255.0 * a.iter().zip(&b).map(|(a, b)| (a - b).abs()).sum::<f32>() / a.len() as f32
}

/// Radiance and distance of a view over a river: dark near bank, water, a far bank with houses,
/// hills, sky. `x` and `y` are shares of the long side and of the height.
pub(crate) fn view(x: f32, y: f32) -> ([f32; 3], f32) {
    let cell = |side: f32| ((x * side) as u32, (y * side) as u32);
    let pick = |side: f32, salt| {
        let (column, row) = cell(side);
        random(column, row, salt)
    };
    let shade = 0.75 + 0.5 * pick(60.0, 1);
    let lit = |colour: [f32; 3]| colour.map(|c| c * shade);
    if y > 0.8 {
        (lit([0.12, 0.13, 0.08]), 0.05)
    } else if y > 0.55 {
        (lit([0.20, 0.26, 0.28]), 0.1 + 0.9 * (0.8 - y) / 0.25)
    } else if y > 0.35 {
        let wall = [[0.7, 0.6, 0.45], [0.55, 0.28, 0.2], [0.06, 0.07, 0.08], [0.12, 0.2, 0.08]];
        (lit(wall[(pick(40.0, 2) * 3.99) as usize]), 1.0)
    } else if y > 0.2 + 0.04 * (x * 9.0).sin() {
        (lit([0.2, 0.26, 0.13]), 1.5)
    } else {
        ([0.55 + 0.2 * y, 0.66 + 0.2 * y, 0.82], 2.5)
    }
}

/// The view in haze: I = Jt + A(1 − t).
pub(crate) fn hazy_view(width: u32, height: u32, beta: f32, airlight: [f32; 3]) -> Frame {
    rgb8(width, height, |x, y| {
        let (colour, distance) = at(x, y, width, height);
        let t = (-beta * distance).exp();
        std::array::from_fn(|c| colour[c] * t + airlight[c] * (1.0 - t))
    })
}

pub(crate) fn clear_view(width: u32, height: u32) -> Frame {
    rgb8(width, height, |x, y| at(x, y, width, height).0)
}

fn at(x: u32, y: u32, width: u32, height: u32) -> ([f32; 3], f32) {
    view((x as f32 + 0.5) / width as f32, (y as f32 + 0.5) / height as f32)
}

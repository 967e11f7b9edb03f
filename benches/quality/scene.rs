//! A drawn telephoto scene with depth, and haze laid over it: a dark near bank, river, a far bank
//! with rows of houses, hills, sky. Everything follows from the position of the pixel.

use longlens::frame::Size;

use crate::Pair;
use crate::picture::Picture;

const SIZE: Size = Size::new(960, 640);

/// Optical depth of a unit of distance: clear air, thin haze, haze, dense haze.
const BETAS: [(&str, f32); 4] = [
    ("drawn, clear air", 0.03),
    ("drawn, thin haze", 0.4),
    ("drawn, haze", 0.8),
    ("drawn, dense haze", 1.5),
];
/// Grey, blue and warm hazes.
const AIRLIGHTS: [[f32; 3]; 3] = [[0.78, 0.80, 0.82], [0.68, 0.74, 0.83], [0.88, 0.84, 0.78]];
/// Noise, levels of 255.
const NOISES: [f32; 2] = [0.5, 2.0];
/// Share of the height where the near bank begins: most of it far, and most of it near.
const SHORES: [f32; 2] = [0.85, 0.55];

/// Sets of pairs by haze, each with all airlights, noises and shores.
pub(crate) fn sets() -> Vec<(String, Vec<Pair>)> {
    let pairs = |beta: f32| {
        let mut pairs = Vec::new();
        for airlight in AIRLIGHTS {
            for noise in NOISES {
                pairs.extend(SHORES.map(|shore| pair(beta, airlight, noise, shore)));
            }
        }
        pairs
    };
    BETAS.iter().map(|&(name, beta)| (name.to_owned(), pairs(beta))).collect()
}

fn pair(beta: f32, airlight: [f32; 3], noise: f32, shore: f32) -> Pair {
    let clear = Picture::from_fn(SIZE, |x, y| point(x, y, SIZE, shore).0);
    let hazy = Picture::from_fn(SIZE, |x, y| {
        let (colour, distance) = point(x, y, SIZE, shore);
        let t = (-beta * distance).exp();
        let grain = |c: u32| (random(x, y, c) + random(x, y, c + 7) - 1.0) * 2.45 * noise / 255.0;
        std::array::from_fn(|c| {
            (colour[c] * t + airlight[c] * (1.0 - t) + grain(c as u32)).clamp(0.0, 1.0)
        })
    });
    Pair { hazy, clear }
}

/// A hazy frame of any size, for timing.
pub(crate) fn photograph(width: u32, height: u32) -> Picture {
    let size = Size::new(width, height);
    Picture::from_fn(size, |x, y| {
        let (colour, distance) = point(x, y, size, 0.8);
        let t = (-0.6 * distance).exp();
        colour.map(|v| v * t + 0.8 * (1.0 - t))
    })
}

/// Radiance and distance at a pixel.
fn point(x: u32, y: u32, size: Size, shore: f32) -> ([f32; 3], f32) {
    let long = size.long_side() as f32;
    let (u, v) = (x as f32 / long, y as f32 / size.height as f32);
    let grain = 0.10 * (random(x, y, 20) - 0.5) + 0.12 * (random(x / 3, y / 3, 21) - 0.5);
    let skyline = 0.20 + 0.05 * (u * 9.0).sin() + 0.03 * (u * 23.0 + 1.0).sin();
    let bank = 0.42 * shore / 0.85;
    let water = bank + 0.16;
    let near = shore + 0.02 * (u * 17.0).sin() + 0.03 * random(x / 6, 0, 22);
    let shaded = |colour: [f32; 3], by: f32| colour.map(|c| (c * (1.0 + by)).clamp(0.0, 1.0));
    if v > near {
        (shaded([0.16, 0.17, 0.10], 4.0 * grain), 0.05)
    } else if v > water {
        let towards = (near - v) / (near - water);
        let ripple = 0.25 * (random(x / 8, y, 23) - 0.5);
        (shaded([0.22, 0.28, 0.30], ripple + grain), 0.1 + 0.8 * towards)
    } else if v > bank {
        (house(x, y, u, v, grain), 1.0)
    } else if v > skyline {
        (shaded([0.22, 0.30, 0.15], 3.0 * grain), 1.3 + 0.4 * (bank - v) / (bank - skyline))
    } else {
        ([0.50 + 0.2 * v, 0.64 + 0.2 * v, 0.84], 2.5)
    }
}

/// Walls, windows and roofs in rows.
fn house(x: u32, y: u32, u: f32, v: f32, grain: f32) -> [f32; 3] {
    const WALLS: [[f32; 3]; 4] =
        [[0.72, 0.62, 0.48], [0.60, 0.30, 0.22], [0.80, 0.78, 0.74], [0.42, 0.40, 0.38]];
    let (row, column) = ((v / 0.055) as u32, (u / 0.030) as u32);
    let (down, across) = (v / 0.055 - row as f32, u / 0.030 - column as f32);
    let wall = WALLS[(random(column, row, 24) * 3.99) as usize];
    let window = (across * 4.0).fract() > 0.6 && (down * 2.0).fract() > 0.55;
    let colour = if down < 0.28 {
        [0.42, 0.20, 0.14]
    } else if window {
        [0.06, 0.07, 0.09]
    } else {
        wall
    };
    let tree = random(x / 14, y / 14, 25) > 0.85;
    let colour = if tree { [0.12, 0.18, 0.08] } else { colour };
    colour.map(|c| (c * (1.0 + grain)).clamp(0.0, 1.0))
}

/// A number in 0..1 that looks random and depends only on the arguments.
fn random(x: u32, y: u32, salt: u32) -> f32 {
    let mut h =
        x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca77) ^ salt.wrapping_mul(0xc2b2_ae3d);
    h = (h ^ (h >> 15)).wrapping_mul(0x2c1b_3c6d);
    h = (h ^ (h >> 12)).wrapping_mul(0x297a_2d39);
    ((h ^ (h >> 15)) >> 8) as f32 / 16_777_216.0
}

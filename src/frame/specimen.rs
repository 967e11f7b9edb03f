//! A drawn frame to measure with where there is no photograph: ridges behind one another that fade
//! into haze, a bright sky, fine texture and sensor noise. Its JPEG is about as large as a camera's.

use image::{ImageBuffer, Rgb};

use super::{Frame, Pixels, Size};

/// Airlight: encoded red, green and blue, in levels.
const AIR: [f32; 3] = [214.0, 219.0, 226.0];
/// Ridges between the sky and the foreground.
const RIDGES: usize = 6;
/// Peak of the fine texture of the nearest ridge, levels.
const TEXTURE: f32 = 26.0;
/// Peak of the sensor noise, levels.
const NOISE: f32 = 3.0;

impl Frame {
    /// A drawn hazy view of this size; the same samples each time.
    #[must_use]
    pub fn specimen(size: Size) -> Self {
        let (width, height) = (size.width.max(1), size.height.max(1));
        let skylines: Vec<[f32; RIDGES]> = (0..width).map(|x| skyline(x, width, height)).collect();
        let picture =
            ImageBuffer::from_fn(width, height, |x, y| Rgb(sample(x, y, &skylines[x as usize])));
        Self::new(Pixels::Rgb8(picture))
    }
}

/// The row at which each ridge begins in a column, far to near.
fn skyline(x: u32, width: u32, height: u32) -> [f32; RIDGES] {
    let across = x as f32 / width as f32;
    std::array::from_fn(|i| {
        let (phase, waves) = (i as f32 * 1.7, 3.0 + 2.0 * i as f32);
        let swing = (across * waves + phase).sin() + 0.3 * (across * waves * 5.3 + phase).sin();
        height as f32 * (0.28 + 0.11 * i as f32 + 0.04 * swing)
    })
}

fn sample(x: u32, y: u32, skyline: &[f32; RIDGES]) -> [u8; 3] {
    let ridge = skyline.iter().filter(|&&begin| y as f32 >= begin).count();
    // From the sky, all haze, to the foreground, nearly none.
    let clear = ridge as f32 / (RIDGES + 1) as f32;
    let texture = TEXTURE * (random(x / 3, y / 3, 1) + 0.5 * random(x, y, 2));
    let colour = [72.0, 88.0, 58.0].map(|level| level + if ridge == 0 { 0.0 } else { texture });
    std::array::from_fn(|c| {
        let noise = NOISE * random(x, y, 3 + c as u32);
        (AIR[c] + (colour[c] - AIR[c]) * clear + noise).clamp(0.0, 255.0) as u8
    })
}

/// −1 to 1, by position (the finaliser of MurmurHash3).
fn random(x: u32, y: u32, seed: u32) -> f32 {
    let mut bits = x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77) ^ (seed << 24);
    bits = (bits ^ (bits >> 16)).wrapping_mul(0x85EB_CA6B);
    bits = (bits ^ (bits >> 13)).wrapping_mul(0xC2B2_AE35);
    (bits ^ (bits >> 16)) as f32 / (u32::MAX as f32 / 2.0) - 1.0
}

//! The tone curve: from light to the values of a picture.
//!
//! A camera's own JPEG is brighter in the middle than the light that it measured, steeper there, and
//! flattens towards white. The curve is that of photoreceptors (Naka and Rushton 1966): steep in the middle,
//! flat towards black and white. Two photographs whose JPEG is known lie on both sides of it: one of a Canon
//! D30 (shown darker, 0.13 of white as 0.12) and one of a Canon 6D (shown brighter, 0.07 as 0.15).

use crate::frame::encoded;

/// How steep the curve is, in powers of light.
const CONTRAST: f32 = 1.5;
/// The light of 1 = white, to the power above, that is shown halfway to the top.
const MIDDLE: f32 = 0.2;
/// Light that is added before the power, so that shadows are not crushed.
const TOE: f32 = 0.002;
/// Values of the table, in even steps of the root of light.
const STEPS: usize = 1 << 14;

/// A table from the square root of light to 16-bit values of sRGB.
pub(super) struct Tone(Vec<u16>);

impl Tone {
    /// The curve after light was multiplied by `gain`; white stays white.
    pub(super) fn new(gain: f32) -> Self {
        let rise = |light: f32| {
            let power = (light * gain + TOE).powf(CONTRAST) - TOE.powf(CONTRAST);
            power / (power + MIDDLE)
        };
        let white = rise(1.0);
        let value = |step: usize| {
            let root = step as f32 / (STEPS - 1) as f32;
            let shown = encoded(f64::from(rise(root * root) / white)) as f32;
            (shown * f32::from(u16::MAX)).round() as u16
        };
        Self((0..STEPS).map(value).collect())
    }

    /// Writes pixels from rows of places in the table ([`place`]).
    pub(super) fn write(&self, places: [&[u16]; 3], out: &mut [u16]) {
        // Every place is below STEPS, and the compiler cannot know it.
        let at = |place: u16| self.0[usize::from(place) & (STEPS - 1)];
        let [red, green, blue] = places;
        for (i, pixel) in out.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            *pixel = [at(red[i]), at(green[i]), at(blue[i])];
        }
    }
}

/// Where the value of some light is in the table.
#[inline(always)]
pub(super) fn place(light: f32) -> u16 {
    let light = light.max(0.0).min(1.0);
    // By way of a signed number, which is one instruction.
    (light.sqrt() * (STEPS - 1) as f32 + 0.5) as i32 as u16
}

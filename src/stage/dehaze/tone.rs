//! The tone after the dehaze: without the veil the frame is darker and its middle tones are flat.
//!
//! White: gain = (goal/white)^(share·f), white the 96th percentile of the greatest channel of the
//! dehazed frame. Then J + J(1−J)·(c + s·f·(2J−1)): contrast s raises the slope at middle grey to
//! 1 + s/2, brightness c lifts what is between black and white, the shadows of the near part above all.
//! f = min(1, strength/0.86): the thinner the haze, the less of it.

use std::f32::consts::LOG2_E;

use serde::{Deserialize, Serialize};

use super::airlight::before_land;
use super::ends::Ends;
use super::measure::quantile;
use crate::filter::{Coefficients, SmallPicture, exp2};
use crate::frame::{Lane, Size, luma};

/// Share of the pixels that stays below white (0.995: a white boat that enters the frame changes the far
/// shore by 5 levels).
const WHITE_SHARE: f32 = 0.96;
/// Where white is taken, share of the greatest sample.
const WHITE_GOAL: f32 = 0.97;
/// Greatest gain that would take it there.
const WHITE_GAIN_MAX: f32 = 1.25;
/// Share of the way, as an exponent (0.5: −0.25 dB on outdoor pairs).
const WHITE_WAY: f32 = 0.3;
/// s: gives the hazy photographs 0.04 more contrast. 0.2 gives 0.07 and costs 0.5 dB more on synthetic
/// outdoor haze, and 4 % more noise in skies; 0.3 costs 1.2 dB more.
const CONTRAST: f32 = 0.12;
/// Mean luma of what is dehazed, beside the original's, below which brightness is given back, and the share of
/// the way that is gone. The clear halves of pairs are darker than their hazy halves (0.61 to 0.9), an editor
/// wants the frame as bright as it was: the eye decides.
const BRIGHTNESS: (f32, f32) = (0.87, 0.65);
/// Share of the light that is taken out of a pixel at strength 1 from which it counts half there. An untouched
/// sky does not count, or its size in the frame would decide how bright the land becomes: with all pixels alike
/// (and 0.90 above), outdoor pairs lose 0.5 dB, rooms 0.6, and 3 % of framing move the picture by a tenth more.
const DEHAZED: f32 = 0.03;
/// What every pixel counts: where nothing is dehazed, all count alike.
const LEAST_WEIGHT: f32 = 1e-4;
/// Greatest c: beyond it near shadows turn grey (by eye).
const BRIGHTNESS_MAX: f32 = 0.4;
/// The strength from which on white and contrast are given back in full.
const FULL_AT: f32 = 0.86;

/// Strengths at which the look of the dehazed frame is known.
pub(super) const STEPS: usize = 5;
/// Strength between two of them: up to 1.6, the strength of amount 100.
const STEP: f32 = 0.4;

/// How bright the dehazed frame is at strengths 0, 0.4 … 1.6; shares of the greatest sample.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Brightness {
    /// The 96th percentile of the greatest channel.
    pub(super) white: [f32; STEPS],
    /// Mean luma of what is dehazed.
    pub(super) mean: [f32; STEPS],
    /// Mean of luma's square, likewise.
    pub(super) square: [f32; STEPS],
}

impl Brightness {
    /// Of every second row and column of the small picture; `factors` are those of the colours'
    /// optical depth.
    pub(super) fn of(
        picture: &SmallPicture,
        airlight: [f32; 3],
        depth: &Coefficients,
        factors: [f32; 3],
    ) -> Self {
        let airlight = before_land(airlight);
        let ends = Ends::new(airlight, factors, 1.0);
        let size = picture.size();
        let (width, height) = (size.width.div_ceil(2), size.height.div_ceil(2));
        let half = Size::new(width, height);
        let mut at = [0.0; STEPS].map(|_| Vec::with_capacity(half.area() as usize));
        let (mut mean, mut square) = ([0.0_f64; STEPS], [0.0_f64; STEPS]);
        let mut weights = 0.0_f64;
        for y in 0..height as usize {
            let rows = picture.channels.each_ref().map(|c| c.row(2 * y));
            let (a, b) = (depth.a.row(2 * y), depth.b.row(2 * y));
            for x in 0..width as usize {
                let colours = rows.map(|row| row[2 * x]);
                let [red, green, blue] = colours;
                let tau = (a[2 * x] * luma(red, green, blue) + b[2 * x]).max(0.0);
                let taken = 1.0 - exp2(-LOG2_E * tau);
                let weight = f64::from(taken / (taken + DEHAZED) + LEAST_WEIGHT);
                weights += weight;
                for (i, greatest) in at.iter_mut().enumerate() {
                    let exponent =
                        (tau * (STEP * LOG2_E) * i as f32).min(super::ends::EXPONENT_MAX);
                    let (from_air, gains) = ends.apart(colours, exponent, 1.0);
                    let [r, g, b] = std::array::from_fn(|c| airlight[c] + from_air[c] * gains[c]);
                    greatest.push(r.max(g).max(b));
                    let luma = f64::from(luma(r, g, b));
                    mean[i] += weight * luma;
                    square[i] += weight * luma * luma;
                }
            }
        }
        let share = |sum: f64| (sum / weights) as f32;
        Self {
            white: at.map(|greatest| quantile(greatest, WHITE_SHARE).clamp(0.01, 1.0)),
            mean: mean.map(share),
            square: square.map(share),
        }
    }

    /// A value at this strength, between the known ones on a straight line.
    fn at(values: &[f32; STEPS], strength: f32) -> f32 {
        let place = (strength / STEP).clamp(0.0, (STEPS - 1) as f32);
        let left = (place as usize).min(STEPS - 2);
        values[left] + (values[left + 1] - values[left]) * (place - left as f32)
    }

    /// The brightness c that this strength needs after white was raised by `gain`.
    fn lift(&self, strength: f32, gain: f32) -> f32 {
        let mean = gain * Self::at(&self.mean, strength);
        let square = gain * gain * Self::at(&self.square, strength);
        let missing = BRIGHTNESS.0 * self.mean[0] - mean;
        (BRIGHTNESS.1 * missing / (mean - square).max(0.02)).clamp(0.0, BRIGHTNESS_MAX)
    }
}

/// The tone curve of one frame, ready for its samples: with x = gain·J − ½ it is
/// x·(1 + s/2) − c·x² − 2s·x³ + ½ + c/4.
///
/// With y = x + c/(6s) the square falls away, and with k·y, k³ = 2s, a product: what is computed is
/// k·y·(l/k − (k·y)²) + o, l = 1 + s/2 + c²/(6s).
#[derive(Debug, Clone, Copy)]
pub(super) struct Tone {
    /// Gain times k.
    gain: f32,
    /// (½ − c/(6s))·k, in samples.
    shift: f32,
    /// o, in samples.
    offset: f32,
    /// o with [`Lane::RAISE`].
    raised: f32,
    /// l/k.
    linear: f32,
}

/// Least s where there is a curve: small enough not to bend it, large enough to divide by.
const LEAST_CONTRAST: f32 = 1e-3;
/// Greatest c/s: keeps c/(6s) near the range of x, where floats are fine.
const LIFT_MAX: f32 = 6.0;

impl Tone {
    /// For a strength; a negative one, which adds haze, leaves the tone as it is.
    pub(super) fn new(found: &Brightness, strength: f32, sample_max: f32) -> Self {
        let share = (strength / FULL_AT).clamp(0.0, 1.0);
        let white = Brightness::at(&found.white, strength);
        let gain = (WHITE_GOAL / white).clamp(1.0, WHITE_GAIN_MAX).powf(WHITE_WAY * share);
        let s = (CONTRAST * share).max(LEAST_CONTRAST);
        let c = if strength > 0.0 { found.lift(strength, gain).min(LIFT_MAX * s) } else { 0.0 };
        let shift = c / (6.0 * s);
        let linear = 1.0 + s / 2.0 + c * shift;
        let offset =
            0.5 + c / 4.0 + shift * (2.0 * s * shift * shift - c * shift - (1.0 + s / 2.0));
        let k = (2.0 * s / (sample_max * sample_max)).cbrt();
        Self {
            gain: k * gain,
            shift: k * sample_max * (0.5 - shift),
            offset: sample_max * offset,
            raised: sample_max * offset,
            linear: linear / k,
        }
    }

    /// The same curve for results in the units of `L`, raised for [`Lane::from_raised`]: k³ is divided by
    /// the square of the unit.
    #[inline(always)]
    pub(super) fn in_lanes<L: Lane>(self) -> Self {
        let (unit, root) = (L::UNIT, L::UNIT_ROOT);
        Self {
            gain: self.gain * root,
            shift: self.shift * root,
            offset: self.offset * unit,
            raised: self.offset * unit + L::RAISE,
            linear: self.linear * root * root,
        }
    }

    /// The airlight as [`Tone::of`] wants it.
    #[inline(always)]
    pub(super) fn air(&self, airlight: f32) -> f32 {
        airlight * self.gain - self.shift
    }

    /// What [`Tone::of`] wants gains multiplied by.
    #[inline(always)]
    pub(super) fn gain(&self) -> f32 {
        self.gain
    }

    /// The toned value of A + (I − A)·g, g times [`Tone::gain`]. Beyond white the curve goes on rising, so that nothing has to be
    /// clamped here.
    #[inline(always)]
    pub(super) fn of(&self, air: f32, from_air: f32, gain: f32) -> f32 {
        let y = air + from_air * gain;
        y * (self.linear - y * y) + self.raised
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Plane;

    #[test]
    fn the_curve_is_the_one_that_is_written_down() {
        let found = Brightness {
            white: [0.9; STEPS],
            mean: [0.5, 0.4, 0.35, 0.3, 0.3],
            square: [0.3; STEPS],
        };
        let tone = Tone::new(&found, 0.86, 255.0);
        let gain = (WHITE_GOAL / 0.9_f32).powf(WHITE_WAY);
        let c = found.lift(0.86, gain);
        assert!(c > 0.1 && c <= BRIGHTNESS_MAX, "{c}");
        for level in 0..=255 {
            let j = level as f32 / 255.0 * gain;
            let right = j + j * (1.0 - j) * (c + CONTRAST * (2.0 * j - 1.0));
            let out = tone.of(tone.air(level as f32), 0.0, tone.gain()) / 255.0;
            assert!((out - right).abs() < 1e-4, "{level}: {out} {right}");
        }
    }

    #[test]
    fn a_sky_that_is_left_alone_does_not_brighten_or_darken_the_land() {
        let lift = |sky_rows: usize| {
            let size = Size::new(64, 40);
            let plane = |sky: f32, land: f32| {
                let value = |i: usize| if i / 64 < sky_rows { sky } else { land };
                Plane::new(size, (0..64 * 40).map(value).collect())
            };
            let picture = SmallPicture::of([0.78, 0.80, 0.82].map(|sky| plane(sky, 0.45)));
            let depth = Coefficients { a: plane(0.0, 0.0), b: plane(0.0, 0.8) };
            Brightness::of(&picture, [0.8; 3], &depth, [1.0; 3]).lift(1.0, 1.0)
        };
        let (small, large) = (lift(8), lift(24));
        assert!(small > 0.05 && (small - large).abs() < 0.01, "{small} {large}");
        assert!(lift(40).abs() < 0.01, "nothing but sky");
    }

    #[test]
    fn haze_that_is_added_leaves_the_tone() {
        let found = Brightness { white: [0.5; STEPS], mean: [0.5; STEPS], square: [0.3; STEPS] };
        let tone = Tone::new(&found, -1.0, 255.0);
        for level in [0.0, 100.0, 255.0] {
            assert!((tone.of(tone.air(level), 0.0, tone.gain()) - level).abs() < 0.1);
        }
    }
}

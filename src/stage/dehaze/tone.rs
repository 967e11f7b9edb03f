//! The tone after the dehaze: taking out the veil takes brightness and leaves the middle tones flat.
//!
//! White: gain = (goal/white)^(share·f), white the 99.5th percentile of the greatest channel of the
//! dehazed frame. Contrast: J + s·f·J(1−J)(2J−1), slope 1 + s/2 at middle grey, 1 − s at both ends.
//! f = min(1, strength/.86): the thinner the haze, the less of both.

use std::f32::consts::LOG2_E;

use super::bounds::{Bounds, exp2};
use super::measure::quantile;
use crate::filter::{Coefficients, SmallPicture};
use crate::frame::{Lane, Plane, Size, luma};

/// Share of the pixels that white may exceed.
const WHITE_SHARE: f32 = 0.995;
/// Where white is taken, share of the greatest sample.
const WHITE_GOAL: f32 = 0.97;
/// Greatest gain that would take it there.
const WHITE_GAIN_MAX: f32 = 1.25;
/// Share of the way, as an exponent (.5: −.25 dB on outdoor pairs).
const WHITE_WAY: f32 = 0.3;
/// s: gives the hazy photographs .04 more contrast. .2 gives .07 and costs .5 dB more on synthetic
/// outdoor haze, and 4 % more noise in skies; .3 costs 1.2 dB more.
const CONTRAST: f32 = 0.12;

/// The strength from which on white and contrast are given back in full.
const FULL_AT: f32 = 0.86;

/// Strengths at which the white of the dehazed frame is known.
const STEPS: usize = 5;
/// Strength between two of them: up to 1.6, the strength of amount 100.
const STEP: f32 = 0.4;

/// The white of the dehazed frame at strengths 0, 0.4 … 1.6; share of the greatest sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Whites([f32; STEPS]);

impl Whites {
    /// Of every second row and column of the small picture.
    pub(super) fn of(picture: &SmallPicture, airlight: [f32; 3], depth: &Coefficients) -> Self {
        let bounds = Bounds::new(airlight, 1.0);
        let size = picture.size();
        let (width, height) = (size.width.div_ceil(2), size.height.div_ceil(2));
        let half = Size::new(width, height);
        let mut at = [0.0; STEPS].map(|_| Plane::filled(half, 0.0));
        for y in 0..height as usize {
            let rows = picture.channels.each_ref().map(|c| c.row(2 * y));
            let (a, b) = (depth.a.row(2 * y), depth.b.row(2 * y));
            for x in 0..width as usize {
                let [red, green, blue] = rows.map(|row| row[2 * x]);
                let tau = (a[2 * x] * luma(red, green, blue) + b[2 * x]).max(0.0);
                let ([r, g, b], most) = bounds.apart(red, green, blue);
                for (i, plane) in at.iter_mut().enumerate() {
                    let depth = (tau * (STEP * LOG2_E) * i as f32).min(60.0);
                    let gain = exp2(depth).min(most);
                    let channels =
                        [airlight[0] + r * gain, airlight[1] + g * gain, airlight[2] + b * gain];
                    plane.values_mut()[y * width as usize + x] =
                        channels[0].max(channels[1]).max(channels[2]);
                }
            }
        }
        Self(at.map(|plane| quantile(&plane, WHITE_SHARE).clamp(0.01, 1.0)))
    }

    /// At this strength, between the known ones on a straight line.
    fn at(&self, strength: f32) -> f32 {
        let place = (strength / STEP).clamp(0.0, (STEPS - 1) as f32);
        let left = (place as usize).min(STEPS - 2);
        self.0[left] + (self.0[left + 1] - self.0[left]) * (place - left as f32)
    }
}

/// The tone curve of one frame, ready for its samples: with c = gain·J − ½ (range −½..½),
/// J + s·J(1−J)(2J−1) = c·(1 + s/2 − 2s·c²) + ½.
///
/// What is computed with is k·c, where k³ = 2s: k·c·((1 + s/2)/k − (k·c)²) is the same with one product
/// less.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tone {
    /// Gain times k.
    gain: f32,
    /// Middle grey.
    middle: f32,
    /// Middle grey times k.
    scaled_middle: f32,
    /// Middle grey with [`Lane::RAISE`].
    raised: f32,
    /// (1 + s/2)/k.
    linear: f32,
}

/// Least k³, in samples: far too small to bend the curve, and large enough to divide by.
const LEAST_CUBIC: f32 = 1e-18;

impl Tone {
    /// For a strength; a negative one, which adds haze, leaves the tone as it is.
    pub(super) fn new(whites: &Whites, strength: f32, sample_max: f32) -> Self {
        let share = (strength / FULL_AT).clamp(0.0, 1.0);
        let gain = (WHITE_GOAL / whites.at(strength)).clamp(1.0, WHITE_GAIN_MAX);
        let contrast = CONTRAST * share;
        let (linear, cubic) = (1.0 + contrast / 2.0, 2.0 * contrast / (sample_max * sample_max));
        let k = cubic.max(LEAST_CUBIC).cbrt();
        Self {
            gain: k * gain.powf(WHITE_WAY * share),
            middle: sample_max / 2.0,
            scaled_middle: k * sample_max / 2.0,
            raised: sample_max / 2.0,
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
            middle: self.middle * unit,
            scaled_middle: self.scaled_middle * root,
            raised: self.middle * unit + L::RAISE,
            linear: self.linear * root * root,
        }
    }

    /// The airlight as [`Tone::of`] wants it.
    #[inline(always)]
    pub(super) fn air(&self, airlight: f32) -> f32 {
        airlight * self.gain - self.scaled_middle
    }

    /// The toned value of A + (I − A)·g. Beyond white the curve goes on rising (slope .8 at the
    /// greatest gain), so that nothing has to be clamped here.
    #[inline(always)]
    pub(super) fn of(&self, air: f32, from_air: f32, gain: f32) -> f32 {
        let c = air + from_air * (gain * self.gain);
        c * (self.linear - c * c) + self.raised
    }
}

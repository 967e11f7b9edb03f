//! How far a gain may go: least transmission, black, white; and the power of two that makes a gain.

use crate::frame::{greater, lesser};

/// Least 1/g: below t = 0.1 there is more noise than picture (He et al. 2009 use 0.1).
pub(super) const T_MIN: f32 = 0.1;
/// Share of the way to black that a channel may go at the most.
const KEEP: f32 = 0.9;
/// No channel is raised above this (share of the greatest sample): without it the blue of skies
/// clips (newly clipped .55 % → .01 % on one such frame).
const HEAD: f32 = 0.985;

/// How far each channel can be taken from the airlight: what of the kernel depends on the airlight
/// alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Airlight.
    pub(super) airlight: [f32; 3],
    /// [`KEEP`]/airlight.
    down: [f32; 3],
    /// 1/([`HEAD`] − airlight).
    up: [f32; 3],
}

impl Bounds {
    /// Of an airlight in 0..1, for values up to `sample_max`.
    pub(super) fn new(airlight: [f32; 3], sample_max: f32) -> Self {
        Self {
            airlight: airlight.map(|a| a * sample_max),
            down: airlight.map(|a| KEEP / (a * sample_max)),
            up: airlight.map(|a| 1.0 / ((HEAD - a).max(1e-3) * sample_max)),
        }
    }

    /// Red, green and blue minus the airlight, and the greatest gain that all three allow.
    ///
    /// 1/g ≥ 1 − v·down and 1/g ≥ (v − A)·up for every channel; the subtraction comes last, once.
    #[inline(always)]
    pub(super) fn apart(&self, red: f32, green: f32, blue: f32) -> ([f32; 3], f32) {
        let Self { airlight, down, up } = self;
        let from_air = [red - airlight[0], green - airlight[1], blue - airlight[2]];
        let low = lesser(lesser(red * down[0], green * down[1]), blue * down[2]);
        let high = greater(from_air[0] * up[0], from_air[1] * up[1]);
        let least = greater(1.0 - low, greater(high, from_air[2] * up[2]));
        (from_air, 1.0 / lesser(greater(least, T_MIN), 1.0))
    }
}

/// 2^x for |x| < 126, to 3 parts in a million (a tenth of what the dither adds to a sample of 8
/// bits), 1 for 0: a polynomial of fourth degree, least in greatest relative error, without a
/// branch or a table, so that a row of them is vectorised.
#[inline(always)]
pub(super) fn exp2(x: f32) -> f32 {
    /// Adding 1.5·2²³ rounds to an integer, which then stands in the low bits.
    const INTEGER: f32 = 12_582_912.0;
    let shifted = x + INTEGER;
    let rest = x - (shifted - INTEGER);
    let p = 9.582_853e-3;
    let p = p * rest + 5.590_642_6e-2;
    let p = p * rest + 0.240_241;
    let p = p * rest + 0.693_124_2;
    let power = p * rest + 1.0;
    f32::from_bits(power.to_bits().wrapping_add(shifted.to_bits() << 23))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_power_of_two_is_right_to_a_few_millionths() {
        assert_eq!(exp2(0.0), 1.0);
        for i in -5000..=5000 {
            let x = i as f32 * 0.02;
            let right = f64::from(x).exp2();
            let error = (f64::from(exp2(x)) - right).abs() / right;
            assert!(error < 3.5e-6, "2^{x}: off by {error:e}");
        }
    }
}

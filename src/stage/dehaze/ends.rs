//! The pixel's own end of the model: how far it may be taken from the airlight, without an edge at either
//! end.
//!
//! J = A + d/(1 − v·(1 − x)), d = I − A, v = 1 − t. Below the airlight x = 0 and that is A + d/t. Above it
//! x = d/(1 − A): the slope is 1/t at the airlight and t at white, and white stays white. Each channel has
//! its own x, so that none is torn from its neighbours where one nears white.
//!
//! Towards black v is the soft minimum of what the haze asks for and u = 0.9·min_c(I_c/A_c), what the
//! darkest channel has to give: min(u, v) − max(k − |u − v|, 0)²/4k, k = 0.4·(u + v). Two roots and a division
//! more, (1/v⁴ + 1/u⁴)^(−¼), took 0.5 ns a pixel more and gave the same on pairs.

use crate::filter::exp2;
use crate::frame::{greater, lesser};

/// Greatest exponent of 2 that a gain may have: a transmission of 0.1, below which there is more noise than
/// picture (He et al. 2009).
pub(super) const EXPONENT_MAX: f32 = std::f32::consts::LOG2_10;
/// Share of the way to black that a channel may go at most.
const KEEP: f32 = 0.9;
/// k as a share of u + v.
const SOFT: f32 = 0.4;
/// Least room above the airlight, share of the greatest sample.
const ROOM: f32 = 0.004;

/// What the ends depend on: the airlight alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    /// Airlight in samples.
    pub(super) airlight: [f32; 3],
    /// [`KEEP`]/airlight.
    down: [f32; 3],
    /// 1/(greatest sample − airlight).
    up: [f32; 3],
    /// Added to u: so much that it does not count where haze is added.
    free: f32,
}

impl Ends {
    /// Of an airlight in 0..1, for values up to `sample_max`.
    pub(super) fn new(airlight: [f32; 3], sample_max: f32) -> Self {
        Self {
            airlight: airlight.map(|a| a * sample_max),
            down: airlight.map(|a| KEEP / (a * sample_max)),
            up: airlight.map(|a| 1.0 / ((1.0 - a).max(ROOM) * sample_max)),
            free: 0.0,
        }
    }

    /// Without ends, for haze that is added: J = A + d/(1 − v), v below 0.
    pub(super) fn open(airlight: [f32; 3], sample_max: f32) -> Self {
        Self { up: [0.0; 3], free: 1e8, ..Self::new(airlight, sample_max) }
    }

    /// v of a pixel whose haze asks for the gain 2^`exponent`.
    #[inline(always)]
    pub(super) fn veil(&self, [red, green, blue]: [f32; 3], exponent: f32) -> f32 {
        let down = &self.down;
        let least = lesser(lesser(red * down[0], green * down[1]), blue * down[2]);
        let u = greater(least, 1e-6) + self.free;
        let v = 1.0 - exp2(-exponent);
        let width = SOFT * (u + v.abs()) + 1e-6;
        let near = greater(width - (u - v).abs(), 0.0);
        lesser(u, v) - near * near / (4.0 * width)
    }

    /// Red, green and blue minus the airlight, and what each is multiplied by at these v.
    #[inline(always)]
    pub(super) fn apart(&self, colours: [f32; 3], veils: [f32; 3]) -> ([f32; 3], [f32; 3]) {
        let from_air: [f32; 3] = std::array::from_fn(|c| colours[c] - self.airlight[c]);
        let [red, green, blue]: [f32; 3] = std::array::from_fn(|c| {
            let x = greater(from_air[c] * self.up[c], 0.0);
            1.0 - veils[c] * (1.0 - x)
        });
        // Three quotients of one division: it takes as long as six products.
        let (both, all) = (red * green, 1.0 / (red * green * blue));
        (from_air, [green * blue * all, red * blue * all, both * all])
    }
}

/// v of the three colours of haze whose wavelength exponent is not 0, from v at the reference:
/// 1 − (1 − v)^f, f the factor on the optical depth, to first order in f − 1:
/// v·(1 + (f − 1)·(1 − v)·(1 + v/2 + v²/3)). Within 0.006 for q up to 1.3.
#[inline(always)]
pub(super) fn coloured(v: f32, factors: [f32; 3]) -> [f32; 3] {
    let change = (1.0 - v) * (1.0 + v * (0.5 + v * (1.0 / 3.0)));
    factors.map(|f| v * (1.0 + (f - 1.0) * change))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixel(ends: &Ends, colours: [f32; 3], exponent: f32) -> [f32; 3] {
        let v = ends.veil(colours, exponent);
        let (from_air, gains) = ends.apart(colours, [v; 3]);
        std::array::from_fn(|c| ends.airlight[c] + from_air[c] * gains[c])
    }

    #[test]
    fn white_stays_white_black_is_not_crossed_and_no_level_overtakes_the_next() {
        for air in [[0.5, 0.6, 0.7], [0.9, 0.95, 1.0], [0.8, 0.5, 0.3]] {
            let ends = Ends::new(air, 255.0);
            for exponent in [0.0, 0.5, 1.5, EXPONENT_MAX] {
                let white = pixel(&ends, [255.0; 3], exponent);
                assert!(white.iter().all(|v| (v - 255.0).abs() < 0.01), "{air:?} {white:?}");
                for c in 0..3 {
                    let mut before = f32::MIN;
                    for level in 0..=255 {
                        let mut colours = air.map(|a| a * 200.0);
                        colours[c] = level as f32;
                        let out = pixel(&ends, colours, exponent)[c];
                        assert!((-0.01..=255.01).contains(&out), "{out}");
                        assert!(out >= before - 1e-3, "{air:?} {exponent} {level}: {out} {before}");
                        before = out;
                    }
                }
            }
        }
    }

    #[test]
    fn nothing_is_done_where_there_is_no_haze_and_added_haze_has_no_ends() {
        let colours = [12.0, 200.0, 254.0];
        let out = pixel(&Ends::new([0.7, 0.8, 0.9], 255.0), colours, 0.0);
        assert!(out.iter().zip(colours).all(|(a, b)| (a - b).abs() < 1e-3), "{out:?}");
        let out = pixel(&Ends::open([0.5; 3], 255.0), colours, -1.0);
        let right = colours.map(|v| 127.5 + (v - 127.5) / 2.0);
        assert!(out.iter().zip(right).all(|(a, b)| (a - b).abs() < 0.01), "{out:?}");
    }

    #[test]
    fn coloured_haze_is_koschmieders() {
        for v in [0.0_f32, 0.1, 0.4, 0.7, 0.9] {
            for f in [0.85_f32, 1.0, 1.25] {
                let right = 1.0 - (1.0 - v).powf(f);
                let [near, ..] = coloured(v, [f; 3]);
                assert!((near - right).abs() < 0.02, "{v} {f}: {near} {right}");
            }
        }
    }
}

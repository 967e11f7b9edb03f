//! The pixel's own ends: how far it may be taken from the airlight, without an edge at black or white.
//!
//! J = A + d/(1 − v·(1 − x)), d = I − A, v = 1 − t. Below the airlight x = 0 and that is A + d/t. Above it
//! x = d/(1 − A): the slope is 1/t at the airlight and t at white, and white stays white. Each channel has
//! its own x, so that none is torn from its neighbours where one nears white.
//!
//! Towards black v is a soft minimum of w, what the haze asks for, and u = 0.95·min_c(I_c/A_c), what the
//! darkest channel has to give: w − w⁶/N, N = (u + w)(u⁴ + u²w² + w⁴), which is below both, and 5/6 of them
//! where they are equal.
//!
//! The colours of haze: v_c = v·κ_c, κ_c = 1 + (f_c − 1)·(1 − w)(1 + 0.8w), f_c the factor on the optical
//! depth, which is 1 − (1 − v)^f_c to first order in f_c − 1, within 0.02 for q up to 1.3.
//!
//! All gains share one division, for it takes as long as sixteen products: with D_c = N − (wN − w⁶)·κ_c·(1 −
//! x_c) the gain of a channel is N/D_c. Tried before: powers of −¼ with roots, 0.5 ns a pixel more.

use crate::frame::{greater, lesser};

/// Greatest exponent of 2 that a gain may have: a transmission of 0.1, below which there is more noise than
/// picture (He et al. 2009).
pub(super) const EXPONENT_MAX: f32 = std::f32::consts::LOG2_10;
/// Least exponent where haze is added: what [`ADDING`] is good for.
pub(super) const EXPONENT_MIN: f32 = -4.0;
/// Share of the way to black that a channel may go at most.
const KEEP: f32 = 0.95;
/// Least u: a level of 255, all but.
const LEAST: f32 = 0.0039;
/// u where haze is added: so much that it does not count.
const FREE: f32 = 100.0;
/// Least room above the airlight, share of the greatest sample.
const ROOM: f32 = 0.004;
/// 1 − 2^−x as a polynomial without a constant, the factors of x to x⁴, from 0 to [`EXPONENT_MAX`], within
/// 0.12 %.
const TAKING: [f32; 4] = [0.692_325_9, -0.233_284_1, 0.045_094_17, -0.003_938_76];
/// The same from [`EXPONENT_MIN`] to 0, within 0.6 %.
const ADDING: [f32; 4] = [0.689_330_2, -0.278_193_5, 0.003_312_41, -0.029_288_4];

/// What the ends depend on: the airlight and the colour of the haze.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    /// Airlight in samples.
    pub(super) airlight: [f32; 3],
    /// [`KEEP`]/airlight.
    down: [f32; 3],
    /// 1/(greatest sample − airlight).
    up: [f32; 3],
    /// Least u.
    least: f32,
    /// Of 1 − 2^−x.
    powers: [f32; 4],
    /// f − 1 of the colours.
    colours: [f32; 3],
}

impl Ends {
    /// Of an airlight in 0..1 and the colours' factors on the optical depth, for values up to `sample_max`.
    pub(super) fn new(airlight: [f32; 3], factors: [f32; 3], sample_max: f32) -> Self {
        Self {
            airlight: airlight.map(|a| a * sample_max),
            down: airlight.map(|a| KEEP / (a * sample_max)),
            up: airlight.map(|a| 1.0 / ((1.0 - a).max(ROOM) * sample_max)),
            least: LEAST,
            powers: TAKING,
            colours: factors.map(|f| f - 1.0),
        }
    }

    /// Without ends, for haze that is added: J = A + d/(1 − v), v below 0.
    pub(super) fn open(airlight: [f32; 3], factors: [f32; 3], sample_max: f32) -> Self {
        let ends = Self::new(airlight, factors, sample_max);
        Self { up: [0.0; 3], least: FREE, powers: ADDING, ..ends }
    }

    /// The same for grey, which has no colours to be dimmed unequally.
    #[inline(always)]
    pub(super) fn of_grey(self) -> Self {
        Self { colours: [0.0; 3], ..self }
    }

    /// Red, green and blue minus the airlight, and what each is multiplied by where the haze asks for the
    /// gain 2^`exponent`, and by `scale` on top.
    #[inline(always)]
    pub(super) fn apart(&self, pixel: [f32; 3], exponent: f32, scale: f32) -> ([f32; 3], [f32; 3]) {
        let from_air = std::array::from_fn(|c| pixel[c] - self.airlight[c]);
        (from_air, self.gains(from_air, self.shared(pixel, exponent), scale))
    }

    /// What the gains of the three channels have in common: N, wN − w⁶, and that times what a channel's
    /// f − 1 makes κ of.
    #[inline(always)]
    pub(super) fn shared(&self, [red, green, blue]: [f32; 3], exponent: f32) -> [f32; 3] {
        let Self { down, least, powers: [a, b, c, d], .. } = *self;
        let w = exponent * (a + exponent * (b + exponent * (c + exponent * d)));
        let u = lesser(lesser(red * down[0], green * down[1]), blue * down[2]);
        let u = greater(u, least);
        let (u2, w2) = (u * u, w * w);
        let w4 = w2 * w2;
        let whole = (u + w) * (u2 * (u2 + w2) + w4);
        let part = w * whole - w4 * w2;
        [whole, part, part * ((1.0 - w) * (1.0 + 0.8 * w))]
    }

    /// The gains, from what the channels are apart from the airlight and what [`Ends::shared`] gave.
    #[inline(always)]
    pub(super) fn gains(
        &self,
        from_air: [f32; 3],
        [whole, part, coloured]: [f32; 3],
        scale: f32,
    ) -> [f32; 3] {
        let [red, green, blue]: [f32; 3] = std::array::from_fn(|c| {
            let x = greater(from_air[c] * self.up[c], 0.0);
            whole - (part + self.colours[c] * coloured) * (1.0 - x)
        });
        let two = red * green;
        let all = scale * whole / (two * blue);
        let (rest, two) = (blue * all, two * all);
        [green * rest, red * rest, two]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixel(ends: &Ends, colours: [f32; 3], exponent: f32) -> [f32; 3] {
        let (from_air, gains) = ends.apart(colours, exponent, 1.0);
        std::array::from_fn(|c| ends.airlight[c] + from_air[c] * gains[c])
    }

    #[test]
    fn white_stays_white_black_is_not_crossed_and_no_level_overtakes_the_next() {
        for air in [[0.5, 0.6, 0.7], [0.9, 0.95, 1.0], [0.8, 0.5, 0.3]] {
            let ends = Ends::new(air, [1.0; 3], 255.0);
            for exponent in [0.0, 0.5, 1.5, EXPONENT_MAX] {
                let white = pixel(&ends, [255.0; 3], exponent);
                assert!(white.iter().all(|v| (v - 255.0).abs() < 0.01), "{air:?} {white:?}");
                for c in 0..3 {
                    let mut before = f32::MIN;
                    for level in 0..=255 {
                        let mut colours = air.map(|a| a * 200.0);
                        colours[c] = level as f32;
                        let out = pixel(&ends, colours, exponent)[c];
                        // Black is crossed by less than a level: u is a level at least.
                        assert!((-1.0..=255.01).contains(&out), "{out}");
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
        let out = pixel(&Ends::new([0.7, 0.8, 0.9], [0.9, 1.0, 1.1], 255.0), colours, 0.0);
        assert!(out.iter().zip(colours).all(|(a, b)| (a - b).abs() < 1e-3), "{out:?}");
        let out = pixel(&Ends::open([0.5; 3], [1.0; 3], 255.0), colours, -1.0);
        let right = colours.map(|v| 127.5 + (v - 127.5) / 2.0);
        assert!(out.iter().zip(right).all(|(a, b)| (a - b).abs() < 0.01), "{out:?}");
    }

    #[test]
    fn coloured_haze_is_koschmieders() {
        for exponent in [0.1_f32, 0.6, 1.5] {
            for factor in [0.87_f32, 1.0, 1.25] {
                // Between black and the airlight, where neither end is near.
                let ends = Ends::new([0.5; 3], [factor; 3], 255.0);
                let (_, [gain, ..]) = ends.apart([126.0; 3], exponent, 1.0);
                let v = 1.0 - 1.0 / gain;
                let right = 1.0 - (-exponent * factor).exp2();
                assert!((v - right).abs() < 0.1 * right, "{exponent} {factor}: {v} {right}");
            }
        }
    }
}

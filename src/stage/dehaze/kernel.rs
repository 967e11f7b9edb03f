//! The haze taken out of one row: J = A + (I − A)·g.
//!
//! g = e^τ, τ = a·luma + b, with a and b interpolated from the small maps (interpolating them
//! rather than t: 20 to 33 % lower error at silhouettes). Two bounds: g ≤ 10, the floor of t; and
//! g ≤ 1/(1 − 0.98·min_c(I_c/A_c)), which keeps J from going negative. Values are in samples of
//! the file, 0..255 or 0..65,535; luma is in 0..1.

use super::{Dehaze, Survey};
use crate::filter::Coefficients;
use crate::frame::{Plane, Rect, Size, luma};

/// Greatest gain, 1/t: below t = 0.1 there is more noise than picture (He et al. 2009 use 0.1).
const GAIN_MAX: f32 = 10.0;
/// Share of the way to black that a pixel may go at the most: leaves 2 % of its radiance.
const KEEP: f32 = 0.98;
/// Transmission of the thinnest haze that a negative amount adds, at amount −100.
const ADDED_T: f32 = 0.65;
/// Centres of the sensor's red, green and blue, nm.
const WAVELENGTHS: [f32; 3] = [610.0, 540.0, 465.0];

/// What the sweep needs to dehaze one frame.
#[derive(Debug, Clone)]
pub struct Removal {
    /// Airlight, in samples.
    airlight: [f32; 3],
    /// 1/airlight, times [`KEEP`].
    bound: [f32; 3],
    /// Exponent = a·luma (in samples) + b; strength and sign are in it.
    maps: Coefficients,
    /// Least and greatest exponent.
    range: [f32; 2],
    /// Exponent of each colour, as a factor; `None` if they are alike.
    colours: Option<[f32; 3]>,
}

impl Removal {
    /// What to take out of a frame of this survey whose samples go up to `sample_max`; `None` if
    /// nothing.
    #[must_use]
    pub fn new(survey: &Survey, dehaze: &Dehaze, sample_max: f32) -> Option<Self> {
        let strength = dehaze.amount.strength(survey.auto_strength);
        if strength == 0.0 {
            return None;
        }
        let range = if strength > 0.0 {
            [0.0, GAIN_MAX.ln()]
        } else {
            // t^|amount|, t no more than ADDED_T: amount −100 is strength −2.
            [-80.0, ADDED_T.ln() * strength.abs() / 2.0]
        };
        let scale = if strength > 0.0 { strength } else { strength / 2.0 };
        let colours = (dehaze.haze_colour != 0.0)
            .then(|| WAVELENGTHS.map(|wave| (wave / 550.0).powf(-dehaze.haze_colour)));
        Some(Self {
            airlight: survey.airlight.map(|a| a * sample_max),
            bound: survey.airlight.map(|a| KEEP / (a * sample_max)),
            maps: Coefficients {
                a: survey.depth.a.map(|a| a * scale / sample_max),
                b: survey.depth.b.map(|b| b * scale),
            },
            range,
            colours,
        })
    }

    /// Dehazes a row of three planes in place, and writes the gain of every pixel.
    #[inline(always)]
    pub fn run(&self, [red, green, blue]: [&mut [f32]; 3], depth: &DepthRows, gains: &mut [f32]) {
        match self.colours {
            None => self.run_alike(red, green, blue, depth, gains),
            Some(colours) => self.run_coloured(colours, red, green, blue, depth, gains),
        }
    }

    /// The same for a grey row.
    #[inline(always)]
    pub fn run_grey(&self, grey: &mut [f32], depth: &DepthRows, gains: &mut [f32]) {
        let [airlight, ..] = self.airlight;
        let [bound, ..] = self.bound;
        let [low, high] = self.range;
        for (i, v) in grey.iter_mut().enumerate() {
            let exponent = (depth.a(i) * *v + depth.b(i)).max(low).min(high);
            let gain = exp(exponent).min(1.0 / (1.0 - (*v * bound).min(KEEP)));
            *v = airlight + (*v - airlight) * gain;
            gains[i] = gain;
        }
    }

    #[inline(always)]
    fn run_alike(
        &self,
        red: &mut [f32],
        green: &mut [f32],
        blue: &mut [f32],
        depth: &DepthRows,
        gains: &mut [f32],
    ) {
        let [air_red, air_green, air_blue] = self.airlight;
        let [bound_red, bound_green, bound_blue] = self.bound;
        let [low, high] = self.range;
        let pixels = red.iter_mut().zip(green).zip(blue).zip(gains);
        for (i, (((r, g), b), out)) in pixels.enumerate() {
            let exponent = (depth.a(i) * luma(*r, *g, *b) + depth.b(i)).max(low).min(high);
            let least = (*r * bound_red).min(*g * bound_green).min(*b * bound_blue).min(KEEP);
            let gain = exp(exponent).min(1.0 / (1.0 - least));
            *r = air_red + (*r - air_red) * gain;
            *g = air_green + (*g - air_green) * gain;
            *b = air_blue + (*b - air_blue) * gain;
            *out = gain;
        }
    }

    #[inline(always)]
    fn run_coloured(
        &self,
        colours: [f32; 3],
        red: &mut [f32],
        green: &mut [f32],
        blue: &mut [f32],
        depth: &DepthRows,
        gains: &mut [f32],
    ) {
        let [low, high] = self.range;
        let pixels = red.iter_mut().zip(green).zip(blue).zip(gains);
        for (i, (((r, g), b), out)) in pixels.enumerate() {
            let exponent = (depth.a(i) * luma(*r, *g, *b) + depth.b(i)).max(low).min(high);
            for (c, v) in [r, g, b].into_iter().enumerate() {
                let bound = 1.0 / (1.0 - (*v * self.bound[c]).min(KEEP));
                let gain = exp(exponent * colours[c]).min(bound);
                *v = self.airlight[c] + (*v - self.airlight[c]) * gain;
                *out = gain;
            }
        }
    }
}

/// e^x for |x| < 87, to 2 units in the last place of 1: Cody–Waite reduction and a polynomial
/// (Cephes `expf`), without a branch or a table, so that a row of them is vectorised.
#[inline(always)]
fn exp(x: f32) -> f32 {
    /// Adding 1.5·2²³ rounds to an integer, which then stands in the low bits.
    const INTEGER: f32 = 12_582_912.0;
    let shifted = x * std::f32::consts::LOG2_E + INTEGER;
    let whole = shifted - INTEGER;
    let rest = x - whole * 0.693_359_4 + whole * 2.121_944_4e-4;
    let p = 1.987_569_1e-4;
    let p = p * rest + 1.398_199_9e-3;
    let p = p * rest + 8.333_452e-3;
    let p = p * rest + 4.166_579_6e-2;
    let p = p * rest + 1.666_666_5e-1;
    let p = p * rest + 0.5;
    let power = p * rest * rest + rest + 1.0;
    let exponent = shifted.to_bits() << 23;
    f32::from_bits(power.to_bits().wrapping_add(exponent))
}

/// The maps' rows above and below a row of the frame, widened to its columns.
///
/// Widening is done once for all rows between two rows of the map; within a row only the
/// weighting between the two is left.
#[derive(Debug, Default)]
pub struct DepthRows {
    above: [Vec<f32>; 2],
    below: [Vec<f32>; 2],
    weight: f32,
    /// The map row that `above` holds.
    at: Option<usize>,
}

impl DepthRows {
    #[inline(always)]
    fn a(&self, i: usize) -> f32 {
        self.above[0][i] + (self.below[0][i] - self.above[0][i]) * self.weight
    }

    #[inline(always)]
    fn b(&self, i: usize) -> f32 {
        self.above[1][i] + (self.below[1][i] - self.above[1][i]) * self.weight
    }

    /// Makes ready for row `y` of a frame of this size, for the columns of `part`.
    pub fn seek(&mut self, removal: &Removal, frame: Size, columns: Rect, y: u32) {
        let maps = [&removal.maps.a, &removal.maps.b];
        let rows = maps[0].size().height as usize;
        let at = position(y, frame.height, rows);
        let row = at as usize;
        self.weight = at - row as f32;
        if self.at == Some(row) {
            return;
        }
        let next = (row + 1).min(rows - 1);
        for (i, map) in maps.into_iter().enumerate() {
            widen(map, row, frame.width, columns, &mut self.above[i]);
            widen(map, next, frame.width, columns, &mut self.below[i]);
        }
        self.at = Some(row);
    }
}

/// Where full-size row or column `i` of `full` lies on a map of `small`, pixel centres on pixel
/// centres, within 0..=small − 1.
#[inline(always)]
fn position(i: u32, full: u32, small: usize) -> f32 {
    let at = (i as f32 + 0.5) * (small as f32 / full as f32) - 0.5;
    at.max(0.0).min((small - 1) as f32)
}

fn widen(map: &Plane, row: usize, full_width: u32, columns: Rect, out: &mut Vec<f32>) {
    let values = map.row(row);
    out.clear();
    out.extend((columns.x..columns.x + columns.width).map(|x| {
        let at = position(x, full_width, values.len());
        let left = at as usize;
        let right = (left + 1).min(values.len() - 1);
        values[left] + (values[right] - values[left]) * (at - left as f32)
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_is_right_to_the_last_places() {
        for i in -4000..=4000 {
            let x = i as f32 * 0.02;
            let right = f64::from(x).exp();
            let error = (f64::from(exp(x)) - right).abs() / right;
            assert!(error < 3e-7, "e^{x}: off by {error:e}");
        }
    }
}

//! The haze taken out of one row: J = A + (I − A)·g, and the tone set right after it.
//!
//! g = e^τ, τ = a·luma + b, with a and b interpolated from the small maps (interpolating them
//! rather than t: 20 to 33 % lower error at silhouettes). Three bounds: g ≤ 10, the floor of t, or
//! less if that would raise the frame's noise too far; g takes the darkest channel at most nine tenths of the way to black, and none beyond [`HEAD`].
//! Values are in samples of the file, 0..255 or 0..65,535.

use super::tone::Tone;
use super::{Dehaze, Survey};
use crate::filter::Coefficients;
use crate::frame::{Plane, Rect, Size, greater, lesser, luma};

/// Least 1/g: below t = 0.1 there is more noise than picture (He et al. 2009 use 0.1).
const T_MIN: f32 = 0.1;
/// Share of the way to black that a channel may go at the most.
const KEEP: f32 = 0.9;
/// No channel is raised above this (share of the greatest sample): without it the blue of skies
/// clips (newly clipped .55 % → .01 % on one such frame).
const HEAD: f32 = 0.985;
/// Standard deviation that noise may be raised to, share of the greatest sample: 4 levels of 255,
/// where it begins to be seen before the picture.
const NOISE_MAX: f32 = 0.015;
/// A noisy frame is still dehazed by this gain.
const NOISY_GAIN: f32 = 1.25;
/// Transmission of the thinnest haze that a negative amount adds, at amount −100.
const ADDED_T: f32 = 0.65;
/// Centres of the sensor's red, green and blue, nm.
const WAVELENGTHS: [f32; 3] = [610.0, 540.0, 465.0];

/// How far each channel can be taken from the airlight: what of the kernel depends on the airlight
/// alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Airlight.
    airlight: [f32; 3],
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

/// What the sweep needs to dehaze one frame.
#[derive(Debug, Clone)]
pub struct Removal {
    bounds: Bounds,
    tone: Tone,
    /// Exponent = a·luma (in samples) + b; strength and sign are in it.
    maps: Coefficients,
    /// Least and greatest exponent.
    range: [f32; 2],
    /// Exponent of each colour, as a factor; `None` if they are alike.
    colours: Option<[f32; 3]>,
}

impl Removal {
    /// What to take out of a frame of this survey and noise (standard deviation, share of the
    /// greatest sample) whose samples go up to `sample_max`; `None` if nothing.
    #[must_use]
    pub fn new(survey: &Survey, dehaze: &Dehaze, noise: f32, sample_max: f32) -> Option<Self> {
        let strength = dehaze.amount.strength(survey.auto_strength);
        if strength == 0.0 {
            return None;
        }
        let range = if strength > 0.0 {
            [0.0, (NOISE_MAX / noise.max(1e-6)).clamp(NOISY_GAIN, 1.0 / T_MIN).ln()]
        } else {
            // t^|amount|, t no more than ADDED_T: amount −100 is strength −2.
            [-80.0, ADDED_T.ln() * strength.abs() / 2.0]
        };
        let scale = if strength > 0.0 { strength } else { strength / 2.0 };
        let colours = (dehaze.haze_colour != 0.0)
            .then(|| WAVELENGTHS.map(|wave| (wave / 550.0).powf(-dehaze.haze_colour)));
        Some(Self {
            bounds: Bounds::new(survey.airlight, sample_max),
            tone: Tone::new(&survey.whites, strength, sample_max),
            maps: Coefficients {
                a: survey.depth.a.map(|a| a * scale / sample_max),
                b: survey.depth.b.map(|b| b * scale),
            },
            range,
            colours,
        })
    }

    /// Dehazes the pixels of a row from column `first` on, three planes in place, and writes the
    /// gain of every pixel.
    #[inline(always)]
    pub fn run(
        &self,
        colours: [&mut [f32]; 3],
        depth: &DepthRows,
        first: usize,
        gains: &mut [f32],
    ) {
        match self.colours {
            None => self.run_gains(colours, depth, first, gains, |exponent| [exp(exponent); 3]),
            Some(factors) => self.run_gains(colours, depth, first, gains, |exponent| {
                factors.map(|factor| exp(exponent * factor))
            }),
        }
    }

    /// The same for grey pixels.
    #[inline(always)]
    pub fn run_grey(&self, grey: &mut [f32], depth: &DepthRows, first: usize, gains: &mut [f32]) {
        let (bounds, tone, [low, high]) = (self.bounds, self.tone, self.range);
        let air = tone.air(bounds.airlight[0]);
        let width = grey.len();
        let (depth, gains) = (depth.columns(first, width), &mut gains[..width]);
        for i in 0..width {
            let value = grey[i];
            let exponent = lesser(greater(depth.a(i) * value + depth.b(i), low), high);
            let ([from_air, ..], most) = bounds.apart(value, value, value);
            let gain = lesser(exp(exponent), most);
            grey[i] = tone.of(air, from_air, gain);
            gains[i] = gain;
        }
    }

    /// Every slice is cut to one length first: a check of one index in the loop and it is not
    /// vectorised (25 ns a pixel instead of 1.6).
    #[inline(always)]
    fn run_gains(
        &self,
        [red, green, blue]: [&mut [f32]; 3],
        depth: &DepthRows,
        first: usize,
        gains: &mut [f32],
        gain_of: impl Fn(f32) -> [f32; 3],
    ) {
        let (bounds, tone, [low, high]) = (self.bounds, self.tone, self.range);
        let air = bounds.airlight.map(|a| tone.air(a));
        let width = red.len();
        let (green, blue) = (&mut green[..width], &mut blue[..width]);
        let (depth, gains) = (depth.columns(first, width), &mut gains[..width]);
        for i in 0..width {
            let (r, g, b) = (red[i], green[i], blue[i]);
            let exponent = lesser(greater(depth.a(i) * luma(r, g, b) + depth.b(i), low), high);
            let (from_air, most) = bounds.apart(r, g, b);
            let gain = gain_of(exponent).map(|gain| lesser(gain, most));
            red[i] = tone.of(air[0], from_air[0], gain[0]);
            green[i] = tone.of(air[1], from_air[1], gain[1]);
            blue[i] = tone.of(air[2], from_air[2], gain[2]);
            gains[i] = gain[1];
        }
    }
}

/// e^x for |x| < 87, to 2 units in the last place of 1: Cody–Waite reduction and a polynomial
/// (Cephes `expf`), without a branch or a table, so that a row of them is vectorised.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
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

/// Some columns of [`DepthRows`].
struct DepthColumns<'a> {
    above: [&'a [f32]; 2],
    below: [&'a [f32]; 2],
    weight: f32,
}

impl DepthColumns<'_> {
    #[inline(always)]
    fn a(&self, i: usize) -> f32 {
        self.above[0][i] + (self.below[0][i] - self.above[0][i]) * self.weight
    }

    #[inline(always)]
    fn b(&self, i: usize) -> f32 {
        self.above[1][i] + (self.below[1][i] - self.above[1][i]) * self.weight
    }
}

impl DepthRows {
    #[inline(always)]
    fn columns(&self, first: usize, width: usize) -> DepthColumns<'_> {
        DepthColumns {
            above: [&self.above[0][first..][..width], &self.above[1][first..][..width]],
            below: [&self.below[0][first..][..width], &self.below[1][first..][..width]],
            weight: self.weight,
        }
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

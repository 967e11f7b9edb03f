//! The haze taken out of one row: J = A + (I − A)·g, and the tone set right after it.
//!
//! g = e^τ, τ = a·luma + b, with a and b interpolated from the small maps (interpolating them
//! rather than t: 20 to 33 % lower error at silhouettes). Three bounds: g ≤ 10, the floor of t, or
//! less if that would raise the frame's noise too far; g takes the darkest channel at most nine
//! tenths of the way to black, and none close to white ([`Bounds`]).
//! Values are in samples of the file, 0..255 or 0..65,535.
//!
//! Tried and left out: chroma averaged over 5×5 pixels where g is beyond 1.5 to 3, before it is raised.
//! On the pairs .01 dB; 6 % less chroma noise in flat parts (15 % from 1.2 to 2 on, and .04 CIEDE2000
//! worse in rooms). JPEG has averaged chroma already; not worth a second ring of rows.

use std::f32::consts::LOG2_E;

use super::bounds::{Bounds, T_MIN, exp2};
use super::tone::Tone;
use super::{Dehaze, Haze};
use crate::filter::Coefficients;
use crate::frame::{Aligned, BLOCK, Input, Lane, Rect, Row, Size, block, greater, lesser, luma};

/// Standard deviation that noise may be raised to, share of the greatest sample: 4 levels of 255,
/// where it begins to be seen before the picture.
const NOISE_MAX: f32 = 0.015;
/// A noisy frame is still dehazed by this gain.
const NOISY_GAIN: f32 = 1.25;
/// Transmission of the thinnest haze that a negative amount adds, at amount −100.
const ADDED_T: f32 = 0.65;
/// Centres of the sensor's red, green and blue, nm.
const WAVELENGTHS: [f32; 3] = [610.0, 540.0, 465.0];

/// What the sweep needs to dehaze one frame.
#[derive(Debug, Clone)]
pub struct Removal {
    bounds: Bounds,
    tone: Tone,
    /// Gain = 2^(a·luma + b), luma in samples; strength and sign are in it.
    maps: Coefficients,
    /// Least and greatest exponent.
    range: [f32; 2],
    /// Exponent of each colour, as a factor; `None` if they are alike.
    colours: Option<[f32; 3]>,
}

impl Removal {
    /// What to take out of a frame of this haze, depth and noise (standard deviation, share of the
    /// greatest sample) whose samples go up to `sample_max`; `None` if nothing.
    #[must_use]
    pub fn new(
        haze: &Haze,
        depth: &Coefficients,
        dehaze: &Dehaze,
        noise: f32,
        sample_max: f32,
    ) -> Option<Self> {
        let strength = dehaze.amount.strength(haze.auto_strength);
        if strength == 0.0 {
            return None;
        }
        let range = if strength > 0.0 {
            [0.0, (NOISE_MAX / noise.max(1e-6)).clamp(NOISY_GAIN, 1.0 / T_MIN).log2()]
        } else {
            // t^|amount|, t no more than ADDED_T: amount −100 is strength −2.
            [-60.0, ADDED_T.log2() * strength.abs() / 2.0]
        };
        let scale = LOG2_E * if strength > 0.0 { strength } else { strength / 2.0 };
        let colours = (dehaze.haze_colour != 0.0)
            .then(|| WAVELENGTHS.map(|wave| (wave / 550.0).powf(-dehaze.haze_colour)));
        Some(Self {
            bounds: Bounds::new(haze.airlight, sample_max),
            tone: Tone::new(&haze.whites, strength, sample_max),
            maps: Coefficients {
                a: depth.a.clone().map(|a| a * scale / sample_max),
                b: depth.b.clone().map(|b| b * scale),
            },
            range,
            colours,
        })
    }

    /// The kernel for results in the units of `L`.
    #[inline(always)]
    #[must_use]
    pub fn kernel<L: Lane>(&self) -> Kernel {
        let tone = self.tone.in_lanes::<L>();
        Kernel {
            bounds: self.bounds,
            air: self.bounds.airlight.map(|a| tone.air(a)),
            tone,
            range: self.range,
            colours: self.colours,
        }
    }
}

/// What the pixels of one row are dehazed with.
#[derive(Debug, Clone, Copy)]
pub struct Kernel {
    bounds: Bounds,
    tone: Tone,
    air: [f32; 3],
    range: [f32; 2],
    colours: Option<[f32; 3]>,
}

impl Kernel {
    /// Dehazes the block of a row that begins at column `first` into `out`; grey is one plane.
    ///
    /// Leaving out the bounds in blocks where the least and the greatest sample say that none holds
    /// takes 1.25 instead of 1.5 ns a pixel there, and 1.6 in all others: not done.
    #[allow(clippy::needless_range_loop, reason = "plain indices are what is vectorised")]
    #[inline(always)]
    pub fn run<I: Input, const CHANNELS: usize>(
        &self,
        planes: [&[I; BLOCK]; CHANNELS],
        depth: &DepthRows,
        first: usize,
        out: &mut Dehazed<I::Lane, CHANNELS>,
    ) {
        // Grey has no colours to be dimmed unequally.
        let kernel = Self { colours: self.colours.filter(|_| CHANNELS == 3), ..*self };
        let depth = depth.block(first);
        for i in 0..BLOCK {
            let colours = std::array::from_fn(|c| planes[c % CHANNELS][i].level());
            let (dehazed, gain) = kernel.pixel(colours, [depth.a(i), depth.b(i)]);
            for c in 0..CHANNELS {
                out.colours[c][i] = Lane::from_raised(dehazed[c]);
            }
            out.gains[i] = gain;
        }
    }

    /// Of a pixel of this luma (levels of the file) the binary logarithm of the gain, but for the bounds
    /// that its colours set; `a` and `b` are the maps there.
    #[inline(always)]
    #[must_use]
    pub fn exponent(&self, luma: f32, [a, b]: [f32; 2]) -> f32 {
        let [low, high] = self.range;
        lesser(greater(a * luma + b, low), high)
    }

    /// One pixel, raised for [`Lane::from_raised`], and its gain (green's); `a` and `b` are the
    /// maps there.
    #[inline(always)]
    pub(crate) fn pixel(&self, [red, green, blue]: [f32; 3], [a, b]: [f32; 2]) -> ([f32; 3], f32) {
        let exponent = self.exponent(luma(red, green, blue), [a, b]);
        let (from_air, most) = self.bounds.apart(red, green, blue);
        let gains = match self.colours {
            None => [exp2(exponent); 3],
            Some(factors) => std::array::from_fn(|c| exp2(exponent * factors[c])),
        };
        let gain = |c: usize| lesser(gains[c], most);
        (std::array::from_fn(|c| self.tone.of(self.air[c], from_air[c], gain(c))), gain(1))
    }
}

/// A block of dehazed pixels.
#[derive(Debug)]
pub struct Dehazed<L, const CHANNELS: usize> {
    /// The planes.
    pub colours: Aligned<[[L; BLOCK]; CHANNELS]>,
    /// What each pixel was raised by.
    pub gains: Aligned<[f32; BLOCK]>,
}

impl<L: Lane, const CHANNELS: usize> Default for Dehazed<L, CHANNELS> {
    fn default() -> Self {
        let colours = Aligned([[L::default(); BLOCK]; CHANNELS]);
        Self { colours, gains: Aligned([1.0; BLOCK]) }
    }
}

/// The maps' rows above and below a row of the frame, widened to its columns.
///
/// Widening is done once for all rows between two rows of the map; within a row only the
/// weighting between the two is left.
#[derive(Debug, Default)]
pub struct DepthRows {
    /// How far each column of the frame lies from the map's column to its left.
    shares: Vec<f32>,
    /// The map's columns that have columns of the frame to their right, and how many those are: within
    /// such a run nothing but the share changes.
    cells: Vec<(usize, usize)>,
    above: [Row<f32>; 2],
    below: [Row<f32>; 2],
    /// The row below minus the one above.
    rise: [Row<f32>; 2],
    weight: f32,
    /// The map row that `above` holds.
    at: Option<usize>,
}

/// A block of [`DepthRows`].
struct DepthBlock<'a> {
    above: [&'a [f32; BLOCK]; 2],
    rise: [&'a [f32; BLOCK]; 2],
    weight: f32,
}

impl DepthBlock<'_> {
    #[inline(always)]
    fn a(&self, i: usize) -> f32 {
        self.above[0][i] + self.rise[0][i] * self.weight
    }

    #[inline(always)]
    fn b(&self, i: usize) -> f32 {
        self.above[1][i] + self.rise[1][i] * self.weight
    }
}

impl DepthRows {
    #[inline(always)]
    fn block(&self, first: usize) -> DepthBlock<'_> {
        DepthBlock {
            above: std::array::from_fn(|i| block(&self.above[i], first)),
            rise: std::array::from_fn(|i| block(&self.rise[i], first)),
            weight: self.weight,
        }
    }

    /// The two maps at a column.
    #[inline(always)]
    #[must_use]
    pub fn at(&self, column: usize) -> [f32; 2] {
        [0, 1].map(|i| self.above[i][column] + self.rise[i][column] * self.weight)
    }

    /// Makes ready for row `y` of a frame of this size, for these columns and what fills
    /// their last block.
    pub fn seek(&mut self, removal: &Removal, frame: Size, columns: Rect, y: u32) {
        let maps = [&removal.maps.a, &removal.maps.b];
        let Size { width, height } = maps[0].size();
        let at = position(y, frame.height, height as usize);
        let row = at as usize;
        self.weight = at - row as f32;
        if self.at == Some(row) {
            return;
        }
        if self.shares.is_empty() {
            let padded = columns.width.next_multiple_of(BLOCK as u32);
            for x in columns.x..columns.x + padded {
                let at = position(x, frame.width, width as usize);
                self.shares.push(at.fract());
                match self.cells.last_mut() {
                    Some((left, count)) if *left == at as usize => *count += 1,
                    _ => self.cells.push((at as usize, 1)),
                }
            }
            for row in [&mut self.above, &mut self.below, &mut self.rise].into_iter().flatten() {
                *row = Row::filled(0.0, self.shares.len());
            }
        }
        let next = (row + 1).min(height as usize - 1);
        let goes_on = self.at.is_some_and(|at| at + 1 == row);
        for (i, map) in maps.into_iter().enumerate() {
            // Rows come from top to bottom: what was below is above now.
            std::mem::swap(&mut self.above[i], &mut self.below[i]);
            if !goes_on {
                widen(map.row(row), &self.cells, &self.shares, &mut self.above[i]);
            }
            widen(map.row(next), &self.cells, &self.shares, &mut self.below[i]);
            let ends = self.below[i].iter().zip(self.above[i].iter());
            self.rise[i].iter_mut().zip(ends).for_each(|(rise, (b, a))| *rise = b - a);
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

fn widen(values: &[f32], cells: &[(usize, usize)], mut shares: &[f32], mut out: &mut [f32]) {
    let last = values.len() - 1;
    for &(left, count) in cells {
        let (value, rise) = (values[left], values[(left + 1).min(last)] - values[left]);
        let (made, behind) = std::mem::take(&mut out).split_at_mut(count);
        let (of_cell, rest) = shares.split_at(count);
        for (out, share) in made.iter_mut().zip(of_cell) {
            *out = value + rise * share;
        }
        (out, shares) = (behind, rest);
    }
}

//! Removing the haze from one row: J = A + (I − A)·g with the ends and the tone of the frame.
//!
//! The exponent τ = a·luma + b comes from the small maps, a and b interpolated between their pixels
//! (interpolating them rather than t: 20 to 33 % lower error at silhouettes). The ends are those of [`Ends`];
//! [`Tone`] is applied in the same pass. Values are in samples of the file, 0..255 or 0..65,535.
//!

use std::f32::consts::LOG2_E;

use super::airlight::before_land;
use super::ends::{EXPONENT_MAX, EXPONENT_MIN, Ends};
use super::tone::Tone;
use super::{Dehaze, DepthMap, Haze, HazeColour, Judged, wavelength};
use crate::filter::Coefficients;
use crate::frame::{
    Aligned, BLOCK, Input, Lane, Rect, Row, Size, Space, block, greater, lesser, luma,
};

/// Transmission of the thinnest haze that a negative amount adds, at amount −100.
const ADDED_T: f32 = 0.65;

/// What the sweep needs to dehaze one frame.
#[derive(Debug, Clone)]
pub struct Removal {
    ends: Ends,
    tone: Tone,
    /// Gain = 2^(a·luma + b), luma in samples; strength and sign are in it.
    maps: Coefficients,
    /// The part of the frame that the maps cover; `None` for all of it.
    framed: Option<Framed>,
    /// Least and greatest exponent.
    range: [f32; 2],
    /// Of samples that are not sRGB's.
    judged: Option<Judged>,
    sample_max: f32,
}

/// A picture with a border around it, in pixels of the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Framed {
    /// The picture inside: what is dehazed; the border is left as it is.
    pub scene: Rect,
    /// The part of it that was surveyed, clear of the mixed pixels along the border.
    pub surveyed: Rect,
}

impl Removal {
    /// What to take out of a frame of this haze and depth whose samples go up to `sample_max`; `None` if
    /// nothing.
    #[must_use]
    pub fn new(haze: &Haze, depth: &DepthMap, dehaze: &Dehaze, sample_max: f32) -> Option<Self> {
        let strength = dehaze.amount.strength(haze.auto_strength);
        if strength == 0.0 {
            return None;
        }
        let airlight = haze.airlight;
        let exponent = match dehaze.haze_colour {
            HazeColour::Auto => haze.exponent,
            HazeColour::Fixed(exponent) => exponent,
        };
        let factors = wavelength::factors(exponent);
        let (ends, range, scale) = if strength > 0.0 {
            let airlight = before_land(airlight);
            (Ends::new(airlight, factors, sample_max), [0.0, EXPONENT_MAX], LOG2_E * strength)
        } else {
            // t^|amount|, t no more than ADDED_T: amount −100 is strength −2.
            let range = [EXPONENT_MIN, ADDED_T.log2() * strength.abs() / 2.0];
            (Ends::open(airlight, factors, sample_max), range, LOG2_E * strength / 2.0)
        };
        let maps = &depth.coefficients;
        Some(Self {
            ends,
            tone: Tone::new(&haze.brightness, strength, sample_max),
            maps: Coefficients {
                a: maps.a.clone().map(|a| a * scale / sample_max),
                b: maps.b.clone().map(|b| b * scale),
            },
            framed: depth.framed,
            range,
            judged: depth.judged,
            sample_max,
        })
    }

    /// The part of a frame of this size that is dehazed.
    #[must_use]
    pub fn scene(&self, frame: Size) -> Rect {
        self.framed.map_or(frame.rect(), |framed| framed.scene)
    }

    /// Whether anything is raised: haze is taken out, not added.
    #[must_use]
    pub fn raises(&self) -> bool {
        self.range[1] > 0.0
    }

    /// The space of the samples if it is not sRGB, and the greatest sample.
    #[must_use]
    pub fn space(&self) -> Option<(&Space, f32)> {
        self.judged.as_ref().map(|judged| (&judged.space, self.sample_max))
    }

    /// The kernel for results in the units of `L`.
    #[inline(always)]
    #[must_use]
    pub fn kernel<L: Lane>(&self) -> Kernel {
        let tone = self.tone.in_lanes::<L>();
        Kernel {
            ends: self.ends,
            air: self.ends.airlight.map(|a| tone.air(a)),
            tone,
            unscaled: 1.0 / tone.gain(),
            range: self.range,
            line: self.judged.map_or((1.0, 0.0), |judged| judged.line),
            sample_max: self.sample_max,
        }
    }
}

/// What the pixels of one row are dehazed with.
#[derive(Debug, Clone, Copy)]
pub struct Kernel {
    ends: Ends,
    tone: Tone,
    /// One over the tone's gain.
    unscaled: f32,
    air: [f32; 3],
    range: [f32; 2],
    line: (f32, f32),
    sample_max: f32,
}

impl Kernel {
    /// Dehazes the block of a row that begins at column `first` into `out`; grey is one plane.
    ///
    /// In several loops: all in one, a pixel is a chain of forty steps that wait for each other, and needs
    /// more registers than there are (1.52 ns a pixel; 1.21 in these, with fused products 1.03, but
    /// processors without those would take many times as long for the same bytes).
    #[allow(clippy::needless_range_loop, reason = "plain indices are what is vectorised")]
    #[inline(always)]
    pub fn run<I: Input, const CHANNELS: usize>(
        &self,
        planes: [&[I; BLOCK]; CHANNELS],
        depth: &DepthRows,
        first: usize,
        out: &mut Dehazed<I::Lane, CHANNELS>,
    ) {
        let ends = if CHANNELS == 3 { self.ends } else { self.ends.of_grey() };
        let kernel = Self { ends, ..*self };
        if depth.is_still(first) {
            return kernel.tone_alone(planes, out);
        }
        let depth = depth.block(first);
        // An array for each, by its name: what is indexed twice is not seen to be apart from the others.
        let [red, green, blue] = [planes[0], planes[1 % CHANNELS], planes[2 % CHANNELS]];
        let mut whole = Aligned([0.0; BLOCK]);
        let mut part = Aligned([0.0; BLOCK]);
        let mut coloured = Aligned([0.0; BLOCK]);
        for i in 0..BLOCK {
            let (r, g, b) = (red[i].level(), green[i].level(), blue[i].level());
            let exponent = kernel.exponent(luma(r, g, b), [depth.a(i), depth.b(i)]);
            let shared = kernel.ends.shared([r, g, b], exponent);
            whole[i] = shared[0];
            part[i] = shared[1];
            coloured[i] = shared[2];
        }
        let (air, scale) = (kernel.ends.airlight, kernel.tone.gain());
        let mut of_red = Aligned([0.0; BLOCK]);
        let mut of_green = Aligned([0.0; BLOCK]);
        let mut of_blue = Aligned([0.0; BLOCK]);
        for i in 0..BLOCK {
            let (r, g, b) = (red[i].level(), green[i].level(), blue[i].level());
            let from_air = [r - air[0], g - air[1], b - air[2]];
            let gains = kernel.ends.gains(from_air, [whole[i], part[i], coloured[i]], scale);
            of_red[i] = gains[0];
            of_green[i] = gains[1];
            of_blue[i] = gains[2];
        }
        let gains = [&of_red, &of_green, &of_blue];
        for c in 0..CHANNELS {
            let (plane, gains, made) = (planes[c], gains[c], &mut out.colours[c]);
            let (air, toned_air) = (air[c], kernel.air[c]);
            for i in 0..BLOCK {
                let toned = kernel.tone.of(toned_air, plane[i].level() - air, gains[i]);
                made[i] = Lane::from_raised(toned);
            }
        }
        for i in 0..BLOCK {
            out.gains[i] = of_green[i] * kernel.unscaled;
        }
    }

    /// [`Self::run`] where the gain is 1.
    #[allow(clippy::needless_range_loop, reason = "plain indices are what is vectorised")]
    #[inline(always)]
    fn tone_alone<I: Input, const CHANNELS: usize>(
        &self,
        planes: [&[I; BLOCK]; CHANNELS],
        out: &mut Dehazed<I::Lane, CHANNELS>,
    ) {
        let kernel = *self;
        let gain = kernel.tone.gain();
        for c in 0..CHANNELS {
            let (plane, made) = (planes[c], &mut out.colours[c]);
            let (air, toned_air) = (kernel.ends.airlight[c], kernel.air[c]);
            for i in 0..BLOCK {
                let toned = kernel.tone.of(toned_air, plane[i].level() - air, gain);
                made[i] = Lane::from_raised(toned);
            }
        }
        *out.gains = [1.0; BLOCK];
    }

    /// Of a pixel of this luma (levels of the file) the binary logarithm of the gain, but for the bounds
    /// that its colours set; `a` and `b` are the maps there.
    #[inline(always)]
    #[must_use]
    pub fn exponent(&self, luma: f32, [a, b]: [f32; 2]) -> f32 {
        let [low, high] = self.range;
        lesser(greater(a * luma + b, low), high)
    }

    /// [`Self::exponent`] of a luma in the samples' own space.
    #[inline(always)]
    #[must_use]
    pub fn exponent_of_own(&self, luma: f32, maps: [f32; 2]) -> f32 {
        let (slope, offset) = self.line;
        self.exponent(slope * luma + offset * self.sample_max, maps)
    }

    /// One pixel the plain way, raised for [`Lane::from_raised`], and its gain (green's); `maps` are a and b
    /// there.
    #[cfg(test)]
    pub(crate) fn pixel(&self, colours: [f32; 3], maps: [f32; 2]) -> ([f32; 3], f32) {
        let [red, green, blue] = colours;
        let exponent = self.exponent(luma(red, green, blue), maps);
        let (from_air, gains) = self.ends.apart(colours, exponent, self.tone.gain());
        let toned = std::array::from_fn(|c| self.tone.of(self.air[c], from_air[c], gains[c]));
        (toned, gains[1] * self.unscaled)
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
    /// Of each block whether no pixel is raised by as much as [`STILL`], whatever its luma.
    still: Vec<bool>,
    /// The map row that `above` holds.
    at: Option<usize>,
}

/// An exponent up to which nothing is raised: what is 200 levels from the airlight is moved by 0.3, what is
/// near it, as a clear sky is, by less than the dither.
const STILL: f32 = 2e-3;

/// A block of [`DepthRows`].
#[derive(Debug)]
pub(crate) struct DepthBlock<'a> {
    above: [&'a [f32; BLOCK]; 2],
    rise: [&'a [f32; BLOCK]; 2],
    weight: f32,
}

impl DepthBlock<'_> {
    #[inline(always)]
    pub(crate) fn a(&self, i: usize) -> f32 {
        self.above[0][i] + self.rise[0][i] * self.weight
    }

    #[inline(always)]
    pub(crate) fn b(&self, i: usize) -> f32 {
        self.above[1][i] + self.rise[1][i] * self.weight
    }
}

impl DepthRows {
    #[inline(always)]
    pub(crate) fn block(&self, first: usize) -> DepthBlock<'_> {
        DepthBlock {
            above: std::array::from_fn(|i| block(&self.above[i], first)),
            rise: std::array::from_fn(|i| block(&self.rise[i], first)),
            weight: self.weight,
        }
    }

    /// Whether nothing is raised in the block that begins at this column, so that all that is left to do is
    /// the tone: a clear sky, in a third of the frame, takes a third of the time.
    #[inline(always)]
    pub(crate) fn is_still(&self, first: usize) -> bool {
        self.still[first / BLOCK]
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
        let covered = removal.framed.map_or(frame.rect(), |framed| framed.surveyed);
        let at = position(y, covered.y, covered.height, height as usize);
        let row = at as usize;
        self.weight = at - row as f32;
        if self.at == Some(row) {
            return;
        }
        if self.shares.is_empty() {
            let padded = columns.width.next_multiple_of(BLOCK as u32);
            for x in columns.x..columns.x + padded {
                let at = position(x, covered.x, covered.width, width as usize);
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
        self.find_still(removal, [row, next]);
        self.at = Some(row);
    }

    /// Finds the still blocks between two rows of the maps. The exponent is bilinear in the place and linear in
    /// luma: it is greatest at a corner of a cell, for black or for white.
    fn find_still(&mut self, removal: &Removal, rows: [usize; 2]) {
        let Coefficients { a, b } = &removal.maps;
        let last = a.size().width as usize - 1;
        let is_still = |x: usize, y: usize| {
            let (a, b) = (a.row(y)[x], b.row(y)[x]);
            b <= STILL && a * removal.sample_max + b <= STILL
        };
        self.still.clear();
        self.still.resize(self.shares.len() / BLOCK, removal.raises());
        let mut column = 0;
        for &(left, count) in &self.cells {
            let corners = [left, (left + 1).min(last)].map(|x| rows.map(|y| is_still(x, y)));
            if corners != [[true; 2]; 2] {
                self.still[column / BLOCK..=(column + count - 1) / BLOCK].fill(false);
            }
            column += count;
        }
    }
}

/// Where row or column `i` of the frame lies on a map of `small` that covers `full` of them from `first`
/// on, pixel centres on pixel centres, within 0..=small − 1.
#[inline(always)]
fn position(i: u32, first: u32, full: u32, small: usize) -> f32 {
    let at = (i as f32 - first as f32 + 0.5) * (small as f32 / full as f32) - 0.5;
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

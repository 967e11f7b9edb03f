//! Denoise: removes noise before the dehaze raises it, by as much as it would be raised.
//!
//! Each channel goes towards the binomial mean of its 5×5 neighbours by the share s²/(D² + s²), the local
//! Wiener filter (Lee, "Digital Image Enhancement and Noise Filtering by Use of Local Statistics", IEEE
//! PAMI 2 (1980)) with the mean difference D of neighbours in green, in the three middle rows, for the
//! deviation. An edge has a large D and stays; a plain surface has D = σ, the noise of the frame. With
//! s² = C·σ²·(g − 1) what is left of its noise, raised by the gain g, is about what it was. No channel moves
//! by more than 4σ, so that a coloured light stays where green does not see it.
//!
//! It runs on the original, so the gain g is computed before the dehaze.
//!
//! Tried and lost: box means and the variance of luma in floats, 6 ns a pixel instead of 1.4; one share for two
//! neighbours, 0.8 ns a pixel more.

use std::fmt;
use std::str::FromStr;

use fearless_simd::{Level, dispatch};

use super::{Around, RowStage, SourceStage};
use crate::error::Error;
use crate::frame::{Aligned, BLOCK, Lane, block, block_mut};
use crate::stage::dehaze::{DepthRows, Kernel, Removal};
use crate::words;

/// How much to denoise.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Denoise {
    /// What the dehaze raises, by as much as it is raised; nothing where nothing is raised.
    #[default]
    Auto,
    /// Not at all: the stage does not run.
    Off,
    /// 0 to 100, everywhere: 50 is as strong as `auto` where the gain is 2.
    Fixed(f32),
}

impl FromStr for Denoise {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match words::folded(text).as_str() {
            "auto" | "automatic" => Ok(Self::Auto),
            _ if words::is_off(text) => Ok(Self::Off),
            _ => words::number(text, 0.0..=100.0, "%", "auto, off or ").map(Self::Fixed),
        }
    }
}

impl fmt::Display for Denoise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Off => f.write_str("off"),
            Self::Fixed(amount) => write!(f, "{amount}"),
        }
    }
}

/// Rows and columns that a pixel reads on each side.
const REACH: usize = 2;
/// C: on five hazy frames with noise 0 to 8 of 255 added, plain parts come out with 0.6 to 1.2 times the
/// original's noise (without: 1.2 to 2.6 times), and far contrast gains up to 3 % less.
const STRENGTH: f32 = 2.5;
/// Standard deviation that is taken for noise at least, levels of 255: the steps of an 8-bit file, which
/// would be bands in a clean sky once they are raised.
const LEAST_NOISE: f32 = 0.4;
/// How far a channel goes at most, in standard deviations of the noise.
const FARTHEST: f32 = 4.0;
/// An exponent of two below this is not a gain worth a look (2^0.1 is 7 %).
const RAISED: f32 = 0.1;
/// Differences of neighbours in three rows of five, across and down.
const DIFFERENCES: f32 = 22.0;
/// Mean difference of two samples of normal noise, in its standard deviations: 2/√π.
const OF_NOISE: f32 = std::f32::consts::FRAC_2_SQRT_PI;
/// Share of the differences that is summed, so that 16 bits hold them.
const SUMMED: f32 = 0.25;

/// What the sweep needs to denoise one frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Denoiser {
    /// σ² in levels of the file.
    variance: f32,
    /// s²/σ² is this times g − 1 …
    factor: f32,
    /// … and this.
    unraised: f32,
}

impl Denoiser {
    /// For a frame with this noise (standard deviation, share of the greatest sample), before this dehaze,
    /// whose samples go up to `sample_max`; `None` if nothing is to be done.
    #[must_use]
    pub fn new(
        denoise: Denoise,
        noise: f32,
        dehaze: Option<&Removal>,
        sample_max: f32,
    ) -> Option<Self> {
        let sigma = noise.max(LEAST_NOISE / 255.0) * sample_max;
        let (factor, unraised) = match denoise {
            Denoise::Auto if dehaze.is_some_and(Removal::raises) => (STRENGTH, 0.0),
            Denoise::Fixed(amount) if amount > 0.0 => {
                let strength = STRENGTH * amount / 50.0;
                (strength, strength)
            }
            _ => return None,
        };
        Some(Self { variance: sigma * sigma, factor, unraised })
    }

    /// One that may be wanted for some frame: what it takes is what any takes.
    #[must_use]
    pub fn strongest(denoise: Denoise) -> Option<Self> {
        let may_run = denoise == Denoise::Auto || matches!(denoise, Denoise::Fixed(a) if a > 0.0);
        may_run.then_some(Self { variance: 0.0, factor: STRENGTH, unraised: 0.0 })
    }
}

impl RowStage for Denoiser {
    fn reach(&self) -> usize {
        REACH
    }
}

impl SourceStage for Denoiser {
    fn run<L: Lane, const CHANNELS: usize>(
        &self,
        level: Level,
        around: &Around<'_, L, CHANNELS>,
        out: [&mut [L]; CHANNELS],
    ) {
        dispatch!(level, _simd => self.run_blocks(around, out));
    }
}

/// Pixels whose columns are made before their rows: what has just been written cannot be read with another
/// alignment without waiting (a block at a time 0.3 ns a pixel more).
const CHUNK: usize = 8 * BLOCK;
const BLOCKS: usize = CHUNK / BLOCK;
/// Columns that a block reads of the next, in whole vectors of 16, for one more would be made by itself.
const BESIDE: usize = 16;

impl Denoiser {
    #[allow(clippy::needless_range_loop, reason = "plain indices are what is vectorised")]
    #[inline(always)]
    fn run_blocks<L: Lane, const CHANNELS: usize>(
        &self,
        around: &Around<'_, L, CHANNELS>,
        out: [&mut [L]; CHANNELS],
    ) {
        let dehaze = around.dehaze.map(|(removal, depth)| (removal.kernel::<L>(), depth));
        let mut columns = Columns::new();
        let mut exponents = Aligned([0.0; CHUNK]);
        for start in (0..around.len).step_by(CHUNK) {
            let blocks = (around.len - start).div_ceil(BLOCK).min(BLOCKS);
            let mut is_raised = [false; BLOCKS + 1];
            for i in 0..blocks {
                let (first, exponents) =
                    (start + i * BLOCK, part_mut(&mut exponents[..], i * BLOCK));
                // Green for luma: near enough to say how much is raised.
                let green = block(around.rows[REACH][CHANNELS / 2], first + REACH);
                is_raised[i] = self.unraised != 0.0;
                if let Some((kernel, depth)) = &dehaze {
                    is_raised[i] |= is_worth_it(kernel, depth, green, first, exponents);
                }
            }
            for i in 0..=blocks {
                let (first, place) = (start + i * BLOCK, i * BLOCK);
                if is_raised[i] {
                    columns.make::<BLOCK>(around.rows, first, place);
                } else if i > 0 && is_raised[i - 1] {
                    columns.make::<BESIDE>(around.rows, first, place);
                }
            }
            for i in 0..blocks {
                let (first, place) = (start + i * BLOCK, i * BLOCK);
                if is_raised[i] {
                    let differences = columns.differences(place);
                    let shares = self.shares(&differences, part(&exponents[..], place));
                    for c in 0..CHANNELS {
                        let centre = block(around.rows[REACH][c], first + REACH);
                        let made = block_mut(out[c], first);
                        self.go(&columns.means[c][place..], centre, &shares, made);
                    }
                } else {
                    for c in 0..CHANNELS {
                        *block_mut(out[c], first) = *block(around.rows[REACH][c], first + REACH);
                    }
                }
            }
        }
    }

    /// The share of the way to the mean that each pixel goes, by what its neighbours differ in.
    #[allow(clippy::needless_range_loop, reason = "plain indices are what is vectorised")]
    #[inline(always)]
    fn shares<L: Lane>(
        &self,
        differences: &[L; BLOCK],
        exponents: &[f32; BLOCK],
    ) -> Aligned<[L; BLOCK]> {
        let unit = 1.0 / (SUMMED * DIFFERENCES * OF_NOISE * L::UNIT);
        let (factor, unraised) = (self.variance * self.factor, self.variance * self.unraised);
        let mut shares = Aligned([L::default(); BLOCK]);
        for i in 0..BLOCK {
            let deviation = differences[i].to_f32() * unit;
            let strength = factor * raised(exponents[i]) + unraised;
            shares[i] = L::of_share(strength / (deviation * deviation + strength + LEAST));
        }
        shares
    }

    /// Goes these shares of the way from a block of one channel to its means.
    #[inline(always)]
    fn go<L: Lane>(
        &self,
        means: &[L],
        centre: &[L; BLOCK],
        shares: &[L; BLOCK],
        made: &mut [L; BLOCK],
    ) {
        let farthest = FARTHEST * self.variance.sqrt() * L::UNIT;
        let (least, most) = (L::from_f32(-farthest), L::from_f32(farthest));
        let [a, b, c] = [block(means, 0), block(means, 1), block(means, 2)];
        let [d, e] = [block(means, 3), block(means, 4)];
        for i in 0..BLOCK {
            let mean = L::binomial([a[i], b[i], c[i], d[i], e[i]]);
            let way = mean.minus(centre[i]).greater(least).lesser(most);
            made[i] = centre[i].plus(way.times(shares[i]));
        }
    }
}

/// What the pixels of a block are going to be raised by, and whether any of them is a gain worth a look.
#[inline(always)]
fn is_worth_it<L: Lane>(
    kernel: &Kernel,
    depth: &DepthRows,
    green: &[L; BLOCK],
    first: usize,
    exponents: &mut [f32; BLOCK],
) -> bool {
    if depth.is_still(first) {
        *exponents = [0.0; BLOCK];
        return false;
    }
    let depth = depth.block(first);
    for i in 0..BLOCK {
        exponents[i] = kernel.exponent_of_own(green[i].level(), [depth.a(i), depth.b(i)]);
    }
    // No greatest of floats: the compiler takes one after the other (0.3 ns a pixel).
    let mut is_raised = 0;
    for exponent in exponents {
        is_raised |= u32::from(*exponent >= RAISED);
    }
    is_raised != 0
}

/// What the rows of a chunk add up to, column by column.
struct Columns<L, const CHANNELS: usize> {
    /// Means of five rows.
    means: [Aligned<[L; CHUNK + BLOCK]>; CHANNELS],
    /// Shares of what three rows of green differ in, from column to column and from row to row.
    across: Aligned<[L; CHUNK + BLOCK]>,
    down: Aligned<[L; CHUNK + BLOCK]>,
}

impl<L: Lane, const CHANNELS: usize> Columns<L, CHANNELS> {
    #[inline(always)]
    fn new() -> Self {
        let none = Aligned([L::default(); CHUNK + BLOCK]);
        Self { means: [none; CHANNELS], across: none, down: none }
    }

    /// Makes `WIDTH` columns of the rows, from `column` on, at this place.
    #[allow(clippy::needless_range_loop, reason = "plain indices are what is vectorised")]
    #[inline(always)]
    fn make<const WIDTH: usize>(&mut self, rows: &[[&[L]; CHANNELS]], column: usize, place: usize) {
        for c in 0..CHANNELS {
            let [a, b]: [&[L; WIDTH]; 2] = [part(rows[0][c], column), part(rows[1][c], column)];
            let m: &[L; WIDTH] = part(rows[2][c], column);
            let [d, e]: [&[L; WIDTH]; 2] = [part(rows[3][c], column), part(rows[4][c], column)];
            let means: &mut [L; WIDTH] = part_mut(&mut self.means[c][..], place);
            for x in 0..WIDTH {
                means[x] = L::binomial([a[x], b[x], m[x], d[x], e[x]]);
            }
        }
        let green = CHANNELS / 2;
        let [b, m, d] = [rows[1][green], rows[2][green], rows[3][green]];
        let right: [&[L; WIDTH]; 3] =
            [part(b, column + 1), part(m, column + 1), part(d, column + 1)];
        let [b, m, d]: [&[L; WIDTH]; 3] = [part(b, column), part(m, column), part(d, column)];
        let across: &mut [L; WIDTH] = part_mut(&mut self.across[..], place);
        for x in 0..WIDTH {
            let sum = apart(b[x], right[0][x]).plus(apart(m[x], right[1][x]));
            across[x] = sum.plus(apart(d[x], right[2][x])).share(SUMMED);
        }
        let down: &mut [L; WIDTH] = part_mut(&mut self.down[..], place);
        for x in 0..WIDTH {
            down[x] = apart(b[x], m[x]).plus(apart(m[x], d[x])).share(SUMMED);
        }
    }

    /// What the neighbours of the pixels of a block differ in, in sum. Not in the loop that goes on with it:
    /// here a number has 16 bits, there 32.
    #[inline(always)]
    fn differences(&self, place: usize) -> Aligned<[L; BLOCK]> {
        let row = &self.across[..];
        let [a, b] = [block(row, place), block(row, place + 1)];
        let [c, d] = [block(row, place + 2), block(row, place + 3)];
        let row = &self.down[..];
        let [f, g, h] = [block(row, place), block(row, place + 1), block(row, place + 2)];
        let [j, k] = [block(row, place + 3), block(row, place + 4)];
        let mut differences = Aligned([L::default(); BLOCK]);
        for i in 0..BLOCK {
            let across = a[i].plus(b[i]).plus(c[i]).plus(d[i]);
            differences[i] = across.plus(f[i].plus(g[i]).plus(h[i]).plus(j[i]).plus(k[i]));
        }
        differences
    }
}

#[inline(always)]
fn apart<L: Lane>(a: L, b: L) -> L {
    a.minus(b).greater(b.minus(a))
}

/// So many numbers of a row from this one on.
#[inline(always)]
fn part<T, const LEN: usize>(row: &[T], first: usize) -> &[T; LEN] {
    &row[first..].as_chunks().0[0]
}

#[inline(always)]
fn part_mut<T, const LEN: usize>(row: &mut [T], first: usize) -> &mut [T; LEN] {
    &mut row[first..].as_chunks_mut().0[0]
}

/// Keeps 0/0 out of the share, levels².
const LEAST: f32 = 1e-6;

/// 2^x − 1 for x from 0 to 3.4, to 2 %.
#[inline(always)]
fn raised(x: f32) -> f32 {
    x * (0.718_8 + x * (0.123_8 + x * 0.139_5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gain_is_near_a_power_of_two() {
        for i in 1..=34 {
            let x = i as f32 / 10.0;
            let right = x.exp2() - 1.0;
            assert!((raised(x) / right - 1.0).abs() < 0.021, "{x}: {} {right}", raised(x));
        }
    }
}

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
use crate::stage::dehaze::Removal;
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
const ROWS: usize = 2 * REACH + 1;
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

/// Columns of a row that are lent for a block and what it reads beside it.
const WIDE: usize = BLOCK + 32;
/// Those of them that are made for it: whole vectors of 16, for one column more would be made by itself.
const MADE: usize = BLOCK + 16;

impl Denoiser {
    #[inline(always)]
    fn run_blocks<L: Lane, const CHANNELS: usize>(
        &self,
        around: &Around<'_, L, CHANNELS>,
        mut out: [&mut [L]; CHANNELS],
    ) {
        let denoiser = *self;
        let dehaze = around.dehaze.map(|(removal, depth)| (removal.kernel::<L>(), depth));
        let mut exponents = [0.0; BLOCK];
        for first in (0..around.len).step_by(BLOCK) {
            let centre: [&[L; BLOCK]; CHANNELS] =
                std::array::from_fn(|c| block(around.rows[REACH][c], first + REACH));
            let mut is_raised = u32::from(denoiser.unraised != 0.0);
            if let Some((kernel, depth)) = &dehaze {
                let depth = depth.block(first);
                // Green for luma: near enough to say how much is raised.
                let green = centre[CHANNELS / 2];
                for i in 0..BLOCK {
                    let maps = [depth.a(i), depth.b(i)];
                    exponents[i] = kernel.exponent_of_own(green[i].level(), maps);
                }
                // No greatest of floats: the compiler takes one after the other (0.3 ns a pixel).
                for exponent in exponents {
                    is_raised |= u32::from(exponent >= RAISED);
                }
            }
            let made = out.each_mut().map(|row| block_mut(row, first));
            if is_raised == 0 {
                made.into_iter().zip(centre).for_each(|(made, centre)| *made = *centre);
            } else {
                let mut rows = [[wide(around.rows[0][0], first); CHANNELS]; ROWS];
                for (to, from) in rows.iter_mut().zip(around.rows) {
                    for c in 0..CHANNELS {
                        to[c] = wide(from[c], first);
                    }
                }
                denoiser.run_block(&rows, &exponents, centre, made);
            }
        }
    }

    #[allow(clippy::needless_range_loop, reason = "plain indices are what is vectorised")]
    #[inline(always)]
    fn run_block<L: Lane, const CHANNELS: usize>(
        &self,
        rows: &[[&[L; WIDE]; CHANNELS]; ROWS],
        exponents: &[f32; BLOCK],
        centre: [&[L; BLOCK]; CHANNELS],
        made: [&mut [L; BLOCK]; CHANNELS],
    ) {
        // All columns before all rows: what has just been written cannot yet be read with another
        // alignment without waiting.
        let mut means = [Aligned([L::default(); WIDE]); CHANNELS];
        for (c, means) in means.iter_mut().enumerate() {
            let [a, b, m, d, e] = rows.map(|row| row[c]);
            each_column(|x| means[x] = L::binomial([a[x], b[x], m[x], d[x], e[x]]));
        }
        let shares = self.shares(&rows.map(|row| row[CHANNELS / 2]), exponents);
        let farthest = FARTHEST * self.variance.sqrt() * L::UNIT;
        let (least, most) = (L::from_f32(-farthest), L::from_f32(farthest));
        for ((means, made), centre) in means.iter().zip(made).zip(centre) {
            for i in 0..BLOCK {
                let near = [means[i], means[i + 1], means[i + 2], means[i + 3], means[i + 4]];
                let way = L::binomial(near).minus(centre[i]).greater(least).lesser(most);
                made[i] = centre[i].plus(way.times(shares[i]));
            }
        }
    }

    /// The share of the way to the mean that each pixel goes, by what these rows of one channel differ in.
    #[allow(clippy::needless_range_loop, reason = "plain indices are what is vectorised")]
    #[inline(always)]
    fn shares<L: Lane>(
        &self,
        rows: &[&[L; WIDE]; ROWS],
        exponents: &[f32; BLOCK],
    ) -> Aligned<[L; BLOCK]> {
        let apart = |a: L, b: L| a.minus(b).greater(b.minus(a));
        let mut across = Aligned([L::default(); WIDE]);
        let mut down = Aligned([L::default(); WIDE]);
        let [_, b, m, d, _] = *rows;
        each_column(|x| {
            let sum = apart(b[x], b[x + 1]).plus(apart(m[x], m[x + 1])).plus(apart(d[x], d[x + 1]));
            across[x] = sum.share(SUMMED);
        });
        each_column(|x| down[x] = apart(b[x], m[x]).plus(apart(m[x], d[x])).share(SUMMED));
        // A loop of its own: 16 bits a number, where the next has 32.
        let mut differences = Aligned([L::default(); BLOCK]);
        for i in 0..BLOCK {
            let across = across[i].plus(across[i + 1]).plus(across[i + 2]).plus(across[i + 3]);
            let down =
                down[i].plus(down[i + 1]).plus(down[i + 2]).plus(down[i + 3]).plus(down[i + 4]);
            differences[i] = across.plus(down);
        }
        let unit = 1.0 / (SUMMED * DIFFERENCES * OF_NOISE * L::UNIT);
        let (variance, factor, unraised) = (self.variance, self.factor, self.unraised);
        let mut shares = Aligned([L::default(); BLOCK]);
        for i in 0..BLOCK {
            let deviation = differences[i].to_f32() * unit;
            let strength = variance * (factor * raised(exponents[i]) + unraised);
            shares[i] = L::of_share(strength / (deviation * deviation + strength + LEAST));
        }
        shares
    }
}

/// Does what makes a column for all of [`MADE`]; two loops, so that both are of whole vectors.
#[inline(always)]
fn each_column(mut make: impl FnMut(usize)) {
    (0..BLOCK).for_each(&mut make);
    (BLOCK..MADE).for_each(make);
}

/// Keeps 0/0 out of the share, levels².
const LEAST: f32 = 1e-6;

/// 2^x − 1 for x from 0 to 3.4, to 2 %.
#[inline(always)]
fn raised(x: f32) -> f32 {
    x * (0.718_8 + x * (0.123_8 + x * 0.139_5))
}

#[inline(always)]
fn wide<L>(row: &[L], first: usize) -> &[L; WIDE] {
    &row[first..].as_chunks().0[0]
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

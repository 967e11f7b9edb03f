//! Denoise: what the dehaze is going to raise loses its noise first, by as much as it is raised.
//!
//! In 5×5 pixels (Lee, "Digital Image Enhancement and Noise Filtering by Use of Local Statistics", IEEE
//! PAMI 2 (1980), the local Wiener filter): each channel goes towards its mean by the share
//! s²/(V + s²), V the variance of luma. An edge has a large V and stays; a plain surface has V = σ², the
//! noise of the frame, and with s² = C·σ²·(g − 1) what is left of its noise, raised by the gain g, is about what
//! it was. No channel moves by more than [`FARTHEST`]·σ, so that a coloured light stays where luma does not
//! see it.
//!
//! It reads the original before the dehaze, so that the gain g is known before anything is raised.

use std::fmt;
use std::str::FromStr;

use fearless_simd::{Level, dispatch};

use super::{Around, RowStage, SourceStage};
use crate::error::Error;
use crate::filter::exp2;
use crate::frame::{BLOCK, Lane, block, block_mut, greater, lesser, luma};
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
/// Pixels of a window.
const WINDOW: f32 = 25.0;
/// C: with 1.5 noise in plain parts is 1.2 to 1.5 times the original's at a gain of 2 to 3, with 4 below
/// the original's and fine texture goes.
const STRENGTH: f32 = 2.5;
/// Standard deviation that is taken for noise at least, levels of 255: the steps of an 8-bit file, which
/// would be bands in a clean sky once they are raised.
const LEAST_NOISE: f32 = 0.4;
/// How far a channel goes at most, in standard deviations of the noise.
const FARTHEST: f32 = 4.0;
/// An exponent of two below this is no gain worth a look (2^0.1 is 7 %).
const RAISED: f32 = 0.1;

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

/// Columns of a block and what it reads beside it.
const WIDE: usize = BLOCK + 2 * REACH;

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
            let mut most = 0.0;
            if let Some((kernel, depth)) = &dehaze {
                let depth = depth.block(first);
                for i in 0..BLOCK {
                    let [r, g, b] = std::array::from_fn(|c| centre[c % CHANNELS][i].level());
                    exponents[i] = kernel.exponent(luma(r, g, b), [depth.a(i), depth.b(i)]);
                    most = greater(most, exponents[i]);
                }
            }
            let made = out.each_mut().map(|row| block_mut(row, first));
            if denoiser.unraised == 0.0 && most < RAISED {
                made.into_iter().zip(centre).for_each(|(made, centre)| *made = *centre);
            } else {
                let rows = std::array::from_fn(|j| around.rows[j].map(|row| wide(row, first)));
                denoiser.run_block(&rows, &exponents, centre, made);
            }
        }
    }

    #[allow(clippy::needless_range_loop, reason = "plain indices are what is vectorised")]
    #[inline(always)]
    fn run_block<L: Lane, const CHANNELS: usize>(
        &self,
        rows: &[[&[L; WIDE]; CHANNELS]; 2 * REACH + 1],
        exponents: &[f32; BLOCK],
        centre: [&[L; BLOCK]; CHANNELS],
        made: [&mut [L; BLOCK]; CHANNELS],
    ) {
        // What a column of five adds up to. Luma counts from a pixel of the block, so that the squares stay
        // small and the variance exact.
        let pivot = L::luma(std::array::from_fn(|c| centre[c % CHANNELS][0]));
        let mut sums = [[0.0_f32; WIDE]; CHANNELS];
        let (mut lumas, mut squares) = ([0.0_f32; WIDE], [0.0_f32; WIDE]);
        for row in rows {
            for x in 0..WIDE {
                for c in 0..CHANNELS {
                    sums[c][x] += row[c][x].to_f32();
                }
                let luma = L::luma(std::array::from_fn(|c| row[c % CHANNELS][x]));
                let luma = luma.minus(pivot).to_f32();
                lumas[x] += luma;
                squares[x] += luma * luma;
            }
        }
        let share = 1.0 / WINDOW;
        let noise = self.variance * L::UNIT * L::UNIT;
        let farthest = FARTHEST * noise.sqrt();
        for i in 0..BLOCK {
            let mean = of_five(&lumas, i) * share;
            let variance = greater(of_five(&squares, i) * share - mean * mean, 0.0);
            let gain = exp2(exponents[i]);
            let strength = noise * (self.factor * (gain - 1.0) + self.unraised);
            let share_of_mean = strength / (variance + strength + 1e-6);
            for c in 0..CHANNELS {
                let lane = centre[c][i].to_f32();
                let way = of_five(&sums[c], i) * share - lane;
                let way = lesser(greater(way, -farthest), farthest);
                made[c][i] = L::from_f32(lane + way * share_of_mean);
            }
        }
    }
}

#[inline(always)]
fn of_five(columns: &[f32; WIDE], i: usize) -> f32 {
    columns[i] + columns[i + 1] + columns[i + 2] + columns[i + 3] + columns[i + 4]
}

#[inline(always)]
fn wide<L>(row: &[L], first: usize) -> &[L; WIDE] {
    &row[first..].as_chunks().0[0]
}

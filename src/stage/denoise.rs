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
use crate::frame::{BLOCK, Lane, block, greater, lesser, luma};
use crate::stage::dehaze::Removal;

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
        match text.trim() {
            "auto" => Ok(Self::Auto),
            "off" => Ok(Self::Off),
            number => match number.parse::<f32>() {
                Ok(amount) if (0.0..=100.0).contains(&amount) => Ok(Self::Fixed(amount)),
                _ => Err(Error::no_value(text, "an amount of denoising", "auto, off or 0 to 100")),
            },
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
    /// σ² in levels.
    variance: f32,
    /// s²/σ² is this times the gain, minus [`Denoiser::less`].
    factor: f32,
    less: f32,
}

impl Denoiser {
    /// For a frame with this noise (standard deviation, share of the greatest sample) whose samples go up to
    /// `sample_max`; `None` if nothing is to be done.
    #[must_use]
    pub fn new(denoise: Denoise, noise: f32, raises: bool, sample_max: f32) -> Option<Self> {
        let sigma = noise.max(LEAST_NOISE / 255.0) * sample_max;
        let (factor, less) = match denoise {
            Denoise::Auto if raises => (STRENGTH, STRENGTH),
            Denoise::Fixed(amount) if amount > 0.0 => (STRENGTH * amount / 50.0, 0.0),
            _ => return None,
        };
        Some(Self { variance: sigma * sigma, factor, less })
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
        for first in (0..around.len).step_by(BLOCK) {
            let centre: [&[L; BLOCK]; CHANNELS] =
                std::array::from_fn(|c| block(around.rows[REACH][c], first + REACH));
            let mut shares = [0.0; BLOCK];
            let most = match around.dehaze {
                None => self.fill_shares(&mut shares),
                Some((removal, depth)) => {
                    let kernel = removal.kernel::<L>();
                    let depth = depth.block(first);
                    let mut most = 0.0_f32;
                    for i in 0..BLOCK {
                        let [r, g, b] = std::array::from_fn(|c| centre[c % CHANNELS][i].level());
                        let exponent = kernel.exponent(luma(r, g, b), [depth.a(i), depth.b(i)]);
                        shares[i] = exponent;
                        most = greater(most, exponent);
                    }
                    most
                }
            };
            let made = out.each_mut().map(|row| crate::frame::block_mut(row, first));
            if self.less > 0.0 && most < RAISED {
                made.into_iter().zip(centre).for_each(|(made, centre)| *made = *centre);
                continue;
            }
            self.run_block(around, first, &mut shares, centre, made);
        }
    }

    /// Without a dehaze the gain is 1 everywhere.
    #[inline(always)]
    fn fill_shares(&self, exponents: &mut [f32; BLOCK]) -> f32 {
        exponents.fill(0.0);
        0.0
    }
}

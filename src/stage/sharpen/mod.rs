//! Sharpen: restores detail that the lens and the air have blurred, on luma alone.
//!
//! Two methods. The unsharp mask of σ = 1 px: detail = luma − blurred luma, one pass, the default.
//! The deconvolution: what luma, blurred by a lens of σ = 0.8 px, would have given this picture;
//! some ten times the work. In both, detail within the noise is not raised, and the result may
//! leave the range of its 3×3 neighbours only by a little, so that no halo shows. The same change
//! goes to red, green and blue: no colour fringes.

mod deconvolve;
mod unsharp;

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use fearless_simd::Level;

use super::RowStage;
use crate::error::Error;
use crate::frame::{BLOCK, Lane, Ring, Row};
use crate::words::{self, named};

pub use deconvolve::Deconvolution;
use deconvolve::Workspace;
use unsharp::Neighbourhood;
pub use unsharp::Unsharp;

/// How to sharpen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sharpen {
    /// How much: 0 to 100; `None` is off.
    pub amount: Option<f32>,
    /// By which method.
    pub method: Method,
}

/// By which method to sharpen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// Unsharp mask: one pass.
    #[default]
    Unsharp,
    /// Richardson–Lucy deconvolution: finer detail, slower.
    Deconvolve,
}

/// What the sweep needs to sharpen one frame.
#[derive(Debug, Clone, Copy)]
pub enum Sharpener {
    /// Row by row.
    Unsharp(Unsharp),
    /// Several rows at once.
    Deconvolution(Deconvolution),
}

impl Sharpener {
    /// For a frame with this noise (standard deviation, in samples), samples up to `sample_max`;
    /// `None` if nothing is to be done.
    #[must_use]
    pub fn new(sharpen: &Sharpen, noise: f32, sample_max: f32) -> Option<Self> {
        let amount = sharpen.amount.filter(|&amount| amount > 0.0)?;
        Some(match sharpen.method {
            Method::Unsharp => Self::Unsharp(Unsharp::new(amount, noise, sample_max)),
            Method::Deconvolve => {
                Self::Deconvolution(Deconvolution::new(amount, noise, sample_max))
            }
        })
    }

    /// Begins on a part of so many columns.
    #[must_use]
    pub(crate) fn begin<L: Lane>(self, width: usize) -> Sharpening<L> {
        match self {
            Self::Unsharp(unsharp) => {
                let len = (width + 2 * unsharp::REACH).next_multiple_of(BLOCK) + BLOCK;
                let row = |_| Row::filled(L::default(), len);
                Sharpening::Unsharp(unsharp, std::array::from_fn(row))
            }
            Self::Deconvolution(deconvolution) => {
                Sharpening::Deconvolution(deconvolution, Workspace::new(width), 0)
            }
        }
    }
}

impl RowStage for Sharpener {
    fn reach(&self) -> usize {
        match self {
            Self::Unsharp(_) => unsharp::REACH,
            Self::Deconvolution(_) => deconvolve::REACH,
        }
    }

    fn rows_at_once(&self) -> usize {
        match self {
            Self::Unsharp(_) => 1,
            Self::Deconvolution(_) => deconvolve::ROWS_AT_ONCE,
        }
    }

    fn work_bytes(&self, width: usize) -> u64 {
        match self {
            Self::Unsharp(_) => 0,
            Self::Deconvolution(_) => Workspace::bytes(width),
        }
    }
}

/// A sharpener at work, with what it works in.
///
/// Rows of luma come in a ring, counted from `reach` rows above the part; each begins `reach` columns
/// to the left of the part and is a block longer than it on the right.
#[derive(Debug)]
pub(crate) enum Sharpening<L> {
    /// With the sums, the least and the greatest of columns.
    Unsharp(Unsharp, [Row<L>; 3]),
    /// With the planes of a block, and its first row.
    Deconvolution(Deconvolution, Workspace, usize),
}

impl<L: Lane> Sharpening<L> {
    /// Takes the rows that are made at once, of which the ring has all that they read.
    pub(crate) fn take(&mut self, level: Level, luma: &Ring<Row<L>>, rows: Range<usize>) {
        let Self::Deconvolution(deconvolution, work, first) = self else { return };
        for (i, y) in (rows.start..rows.end + 2 * deconvolve::REACH).enumerate() {
            for (level, lane) in work.row_mut(i).iter_mut().zip(luma.row(y).iter()) {
                *level = lane.to_f32() / L::UNIT;
            }
        }
        deconvolution.restore(level, work, rows.len());
        *first = rows.start;
    }

    /// Writes into `change` what has to be added to row `y`, one of those taken; `gains` is what its
    /// pixels have been raised by.
    pub(crate) fn change(
        &mut self,
        level: Level,
        luma: &Ring<Row<L>>,
        y: usize,
        gains: &[f32],
        change: &mut [L],
    ) {
        match self {
            Self::Unsharp(unsharp, scratch) => {
                let luma = [0, 1, 2, 3, 4].map(|i| &luma.row(y + i)[..]);
                unsharp.run(level, &Neighbourhood { luma, gains }, scratch, change);
            }
            Self::Deconvolution(deconvolution, work, first) => {
                let levels = deconvolution.change(level, work, y - *first, gains);
                for (lane, level) in change.iter_mut().zip(levels) {
                    *lane = Lane::from_f32(level * L::UNIT);
                }
            }
        }
    }
}

impl Default for Sharpen {
    fn default() -> Self {
        Self { amount: Some(40.0), method: Method::Unsharp }
    }
}

impl FromStr for Sharpen {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let amount = match words::is_off(text) {
            true => None,
            false => Some(words::number(text, 0.0..=100.0, "%", "off or ")?),
        };
        Ok(Self { amount, ..Self::default() })
    }
}

impl fmt::Display for Sharpen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.amount {
            None => f.write_str("off"),
            Some(amount) => write!(f, "{amount}"),
        }
    }
}

named!(
    Method,
    "a sharpening method",
    Unsharp = "unsharp" | "usm" | "unsharp-mask",
    Deconvolve = "deconvolve" | "deconvolution" | "rl"
);

#[cfg(test)]
mod tests;

//! Sharpen: what the lens and the air have blurred, raised on luma alone.
//!
//! Two methods. The unsharp mask of σ = 1 px: detail = luma − blurred luma, one pass, the default.
//! The deconvolution: what luma, blurred by a lens of σ = 0.8 px, would have given this picture;
//! some ten times the work. With both, what is within the noise is left out, and the result may
//! leave the range of its 3×3 neighbours only by a little, so that no halo shows. The same change
//! goes to red, green and blue: no colour fringes.

mod deconvolve;
mod unsharp;

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

pub use deconvolve::{Deconvolution, Workspace};
#[cfg(test)]
pub(crate) use unsharp::limited;
pub use unsharp::{Neighbourhood, Unsharp};

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

    /// Rows and columns that a pixel reads on each side.
    #[must_use]
    pub fn reach(&self) -> usize {
        match self {
            Self::Unsharp(_) => unsharp::REACH,
            Self::Deconvolution(_) => deconvolve::REACH,
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
        let amount = match text.trim() {
            "off" => None,
            number => match number.parse::<f32>() {
                Ok(amount) if (0.0..=100.0).contains(&amount) => Some(amount),
                _ => {
                    return Err(Error::no_value(
                        text,
                        "an amount of sharpening",
                        "off or 0 to 100",
                    ));
                }
            },
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

impl FromStr for Method {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text.trim() {
            "unsharp" => Ok(Self::Unsharp),
            "deconvolve" => Ok(Self::Deconvolve),
            _ => Err(Error::no_value(text, "a method of sharpening", "unsharp or deconvolve")),
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unsharp => "unsharp",
            Self::Deconvolve => "deconvolve",
        })
    }
}

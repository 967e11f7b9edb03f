//! Sharpen: what the lens and the air have blurred, raised on luma alone.
//!
//! The default is an unsharp mask of σ = 1 px: detail = luma − blurred luma; what is within the
//! noise is left out, and the result may leave the range of its 3×3 neighbours only by a little,
//! so that no halo shows. The same change goes to red, green and blue: no colour fringes.

mod unsharp;

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

pub use unsharp::{Neighbourhood, REACH, Unsharp};

/// How to sharpen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sharpen {
    /// How much: 0 to 100; `None` is off.
    pub amount: Option<f32>,
}

impl Default for Sharpen {
    fn default() -> Self {
        Self { amount: Some(40.0) }
    }
}

impl FromStr for Sharpen {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text.trim() {
            "off" => Ok(Self { amount: None }),
            number => match number.parse::<f32>() {
                Ok(amount) if (0.0..=100.0).contains(&amount) => Ok(Self { amount: Some(amount) }),
                _ => Err(Error::no_value(text, "an amount of sharpening", "off or 0 to 100")),
            },
        }
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

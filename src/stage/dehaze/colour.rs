//! The colour of the haze, as a photographer sets it.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;
use crate::words;

/// The wavelength exponent q of the haze: optical depth goes with (λ/550 nm)^−q.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum HazeColour {
    /// What the frame shows.
    #[default]
    Auto,
    /// 0 to 2: 0 is fog, which dims all colours alike; 1.3 the blue haze before far ridges.
    Fixed(f32),
}

impl FromStr for HazeColour {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match words::folded(text).as_str() {
            "auto" | "automatic" => Ok(Self::Auto),
            _ => words::number(text, 0.0..=2.0, "", "auto or ").map(Self::Fixed),
        }
    }
}

impl fmt::Display for HazeColour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Fixed(exponent) => write!(f, "{exponent}"),
        }
    }
}

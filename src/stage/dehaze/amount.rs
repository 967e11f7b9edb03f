//! How much haze to remove: the photographer's scale, and what it means for the optical depth.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;
use crate::words;

/// How much to dehaze.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Amount {
    /// As much as the frame's haze asks for; a clear-air frame is left almost alone.
    #[default]
    Auto,
    /// Not at all: the stage does not run.
    Off,
    /// −100 to 100: 50 takes the surveyed optical depth as it is, 100 takes 1.6 times of it,
    /// negative amounts add haze.
    Fixed(f32),
}

impl Amount {
    /// The factor on the optical depth; negative when haze is added. `auto` is what the survey chose.
    #[must_use]
    pub fn strength(self, auto: f32) -> f32 {
        /// Factor at amount 100: beyond it skies break up (by eye on the sample frames).
        const STRONGEST: f32 = 1.6;
        match self {
            Self::Auto => auto,
            Self::Off => 0.0,
            Self::Fixed(amount) if amount <= 50.0 => amount / 50.0,
            Self::Fixed(amount) => 1.0 + (STRONGEST - 1.0) * (amount - 50.0) / 50.0,
        }
    }

    /// The fixed amount that has this strength: the way back, for reports.
    #[must_use]
    pub fn of_strength(strength: f32) -> f32 {
        if strength <= 1.0 { strength * 50.0 } else { 50.0 + (strength - 1.0) / 0.6 * 50.0 }
    }
}

impl FromStr for Amount {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match words::folded(text).as_str() {
            "auto" | "automatic" => Ok(Self::Auto),
            _ if words::is_off(text) => Ok(Self::Off),
            _ => words::number(text, -100.0..=100.0, "%", "auto, off or ").map(Self::Fixed),
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Off => f.write_str("off"),
            Self::Fixed(amount) => write!(f, "{amount}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strength_grows_with_the_amount_and_back_again() {
        let strength = |amount| Amount::Fixed(amount).strength(9.0);
        assert_eq!([strength(0.0), strength(25.0), strength(50.0)], [0.0, 0.5, 1.0]);
        assert!((strength(100.0) - 1.6).abs() < 1e-6);
        assert!((Amount::of_strength(strength(80.0)) - 80.0).abs() < 1e-3);
        assert!((Amount::of_strength(strength(30.0)) - 30.0).abs() < 1e-3);
        assert_eq!(Amount::Auto.strength(0.7), 0.7);
    }
}

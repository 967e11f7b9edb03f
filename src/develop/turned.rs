//! A frame turned before it is developed: by an angle, or by what it shows.

use super::tilt::{Tilt, tilt};
use crate::error::Result;
use crate::frame::{Original, Pool};
use crate::stage::turn::{Placed, Straighten, Turn};

/// Degrees below which nobody sees that a frame is tilted, and it is not resampled.
const LEAST_DEGREES: f64 = 0.1;

/// How a frame was turned.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Turned {
    /// The turn, if there was one.
    pub placed: Option<Placed>,
    /// What it shows, if it was looked at for that.
    pub tilt: Option<Tilt>,
}

impl Turned {
    /// Degrees clockwise; 0 for a frame that was not turned.
    #[must_use]
    pub fn degrees(&self) -> f64 {
        self.placed.map_or(0.0, |placed| placed.degrees)
    }
}

/// Turns a frame as a recipe says.
///
/// # Errors
/// If the system has no memory for it.
pub fn turned(original: Original, turn: Turn, pool: &Pool) -> Result<(Original, Turned)> {
    let size = original.size();
    let mut found = Turned::default();
    if turn.rotate.0 != 0.0 {
        found.placed = Some(Placed::inside(size, turn.rotate.0));
    } else if turn.straighten == Straighten::Auto {
        found.tilt = tilt(&original);
        let off = found.tilt.map(|tilt| tilt.degrees).filter(|off| off.abs() >= LEAST_DEGREES);
        found.placed = off.map(|off| Placed::inside(size, -off));
    }
    match &found.placed {
        None => Ok((original, found)),
        Some(placed) => Ok((turned_to(original, placed, pool)?, found)),
    }
}

/// Turns a frame to lie like this.
///
/// # Errors
/// If the system has no memory for it.
pub fn turned_to(original: Original, placed: &Placed, pool: &Pool) -> Result<Original> {
    Ok(placed.turned(original.into_frame(pool)?, pool)?.into())
}

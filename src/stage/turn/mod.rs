//! Turn: a frame turned by any angle, before anything else is done to it.
//!
//! The original is turned, not the developed frame: survey, border, crop and caption then work on the picture
//! as it will be, and the sharpening comes after the resampling whose blur it removes. What is left of the
//! frame is the largest part of its shape that has no empty corner.

mod resample;

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind, Result};
use crate::frame::{Frame, Pixels, Pool, Size, each_kind};

/// How a frame is turned.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Turn {
    /// By so many degrees clockwise; an angle other than 0 rules over `straighten`.
    pub rotate: Angle,
    /// Until a horizon is level or verticals are upright, if the frame shows any.
    pub straighten: Straighten,
}

impl Turn {
    /// Whether a frame may be turned.
    #[must_use]
    pub fn is_wanted(self) -> bool {
        self.rotate.0 != 0.0 || self.straighten == Straighten::Auto
    }
}

/// Degrees clockwise, −45 to 45.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Angle(pub f64);

impl Angle {
    /// The greatest angle to either side.
    pub const MOST: f64 = 45.0;
}

impl FromStr for Angle {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let number = text.trim().trim_end_matches('°').trim_end().replace('−', "-");
        let angle = match number.to_ascii_lowercase().as_str() {
            "off" | "no" => Some(0.0),
            number => number.parse::<f64>().ok(),
        };
        angle
            .filter(|angle| angle.abs() <= Self::MOST)
            .map(Self)
            .ok_or_else(|| Error::no_value(text, "an angle", "-45 to 45, degrees clockwise"))
    }
}

impl fmt::Display for Angle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whether a frame is straightened by what it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Straighten {
    /// It is not.
    #[default]
    Off,
    /// By a horizon or verticals that are clearly there.
    Auto,
}

impl Straighten {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Off, Self::Auto];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Auto => "auto",
        }
    }
}

impl FromStr for Straighten {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "off" | "no" | "false" => Ok(Self::Off),
            "auto" | "yes" | "true" => Ok(Self::Auto),
            _ => Err(Error::no_value(text, "a straightening option", "off or auto")),
        }
    }
}

impl fmt::Display for Straighten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where the turned frame lies in the one that it is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placed {
    /// Degrees clockwise by which the picture was turned.
    pub degrees: f64,
    /// Size of what is left.
    pub size: Size,
    /// Its centre, in pixels from the centre of the frame, right and down after the turn.
    pub centre: (f64, f64),
}

impl Placed {
    /// The largest part of a frame's shape that has no empty corner.
    #[must_use]
    pub fn inside(frame: Size, degrees: f64) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (sin, cos) = (sin.abs(), cos.abs());
        let (width, height) = (f64::from(frame.width), f64::from(frame.height));
        let share =
            (width / (width * cos + height * sin)).min(height / (width * sin + height * cos));
        let side = |px: f64| ((px * share + 1e-6).floor() as u32).max(1);
        Self { degrees, size: Size::new(side(width), side(height)), centre: (0.0, 0.0) }
    }

    /// Where a point of the frame, in pixels, is in the turned one.
    #[must_use]
    pub fn follow(&self, frame: Size, (x, y): (f64, f64)) -> (f64, f64) {
        let (sin, cos) = self.degrees.to_radians().sin_cos();
        let half = |px: u32| f64::from(px) / 2.0;
        let (x, y) = (x - half(frame.width), y - half(frame.height));
        let (x, y) = (cos * x - sin * y, sin * x + cos * y);
        (x - self.centre.0 + half(self.size.width), y - self.centre.1 + half(self.size.height))
    }

    /// Bytes that it takes to turn a frame of this size, with so many channels of this depth.
    #[must_use]
    pub fn bytes(frame: Size, channels: u8, depth_bits: u8) -> u64 {
        frame.area() * u64::from(channels) * u64::from(depth_bits / 8)
    }

    /// The frame, turned; its buffer goes to the pool.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] if the system has no memory for it.
    pub fn turned(&self, frame: Frame, pool: &Pool) -> Result<Frame> {
        let len = self.size.area() as usize * frame.pixels.channels();
        let pixels = each_kind!(&frame.pixels, Pixels(picture) => Pixels: {
            let samples = resample::resampled(picture, self, pool.take(len)?);
            image::ImageBuffer::from_raw(self.size.width, self.size.height, samples)
                .ok_or_else(|| Error::new(ErrorKind::Internal, "a buffer smaller than its frame"))?
        });
        let facts = frame.facts.clone();
        pool.give(frame);
        Ok(Frame { pixels, facts })
    }
}

#[cfg(test)]
mod tests;

//! One photograph in memory: samples as the file has them, and their colours.
//!
//! Samples stay in the file's own depth (8 or 16 bit) and encoding; a full-size float copy never
//! exists. A frame is upright: its orientation was applied when it was decoded. The file type does
//! not matter here.

mod aligned;
mod anchor;
mod bands;
mod geometry;
mod kind;
mod lane;
mod light;
mod original;
mod picture;
mod plane;
mod pool;
mod ring;
mod space;
mod specimen;
mod ycc;

use std::sync::Arc;

use image::{ImageBuffer, Luma, Rgb};

pub use aligned::{Aligned, Row};
pub use anchor::Anchor;
pub use bands::{Bands, Samples, SamplesMut, channels, channels_mut};
pub use geometry::{Orientation, Rect, Size};
pub(crate) use kind::each_kind;
pub use lane::{BLOCK, Input, Lane, block, block_mut, join_row, split, split_row};
pub use light::{Sample, encoded, greater, lesser, linear, luma};
pub use original::{Original, Stored};
pub use picture::{Picture, View};
pub use plane::Plane;
pub(crate) use pool::zeros;
pub use pool::{Pool, Pooled};
pub use ring::Ring;
pub use space::{Curve, Space};
pub(crate) use ycc::rgb_of;
pub use ycc::{Sharing, Ycc};

/// The samples of a frame: grey or RGB, 8 or 16 bit, row by row without padding.
#[derive(Debug, Clone, PartialEq)]
pub enum Pixels {
    /// One 8-bit sample a pixel.
    Gray8(ImageBuffer<Luma<u8>, Vec<u8>>),
    /// One 16-bit sample a pixel.
    Gray16(ImageBuffer<Luma<u16>, Vec<u16>>),
    /// Three 8-bit samples a pixel, red first.
    Rgb8(ImageBuffer<Rgb<u8>, Vec<u8>>),
    /// Three 16-bit samples a pixel, red first.
    Rgb16(ImageBuffer<Rgb<u16>, Vec<u16>>),
}

impl Pixels {
    /// Width and height in pixels.
    #[must_use]
    pub fn size(&self) -> Size {
        View::from(self).size()
    }

    /// Samples a pixel: 1 (grey) or 3 (RGB).
    #[must_use]
    pub fn channels(&self) -> usize {
        View::from(self).channels()
    }

    /// Bits a sample: 8 or 16.
    #[must_use]
    pub fn depth_bits(&self) -> u8 {
        View::from(self).depth_bits()
    }

    /// The samples, row by row.
    #[must_use]
    pub fn samples(&self) -> Samples<'_> {
        each_kind!(self, Self(p) => Sample::either(p))
    }

    /// The samples, row by row, to be changed.
    #[must_use]
    pub fn samples_mut(&mut self) -> SamplesMut<'_> {
        each_kind!(self, Self(p) => Sample::either_mut(p))
    }

    /// The greatest sample: 255 or 65,535.
    #[must_use]
    pub fn sample_max(&self) -> f32 {
        View::from(self).sample_max()
    }
}

/// What a frame is beside its samples.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The ICC profile that says what colour the samples mean; without one they are sRGB.
    pub profile: Option<Arc<[u8]>>,
}

/// One photograph, upright.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// The samples.
    pub pixels: Pixels,
    /// Their meaning.
    pub facts: Facts,
}

impl Frame {
    /// A frame of these samples, taken as sRGB.
    #[must_use]
    pub fn new(pixels: Pixels) -> Self {
        Self { pixels, facts: Facts::default() }
    }

    /// Width and height in pixels.
    #[must_use]
    pub fn size(&self) -> Size {
        self.pixels.size()
    }
}

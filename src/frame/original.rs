//! A photograph as it came from its file, before it is developed.

use fearless_simd::{Level, dispatch};
use image::ImageBuffer;

use super::{Facts, Frame, Picture, Pixels, Pool, Size, View, Ycc, join_row};
use crate::error::{Error, ErrorKind, Result};

/// The samples of an original.
#[derive(Debug, Clone, PartialEq)]
pub enum Stored {
    /// Pixel by pixel.
    Pixels(Pixels),
    /// In the planes of a JPEG.
    Ycc(Ycc),
}

/// One photograph, upright, its samples as they were stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Original {
    /// The samples.
    pub stored: Stored,
    /// Their meaning.
    pub facts: Facts,
}

impl From<Frame> for Original {
    fn from(frame: Frame) -> Self {
        Self { stored: Stored::Pixels(frame.pixels), facts: frame.facts }
    }
}

impl<'a> From<&'a Original> for View<'a> {
    fn from(original: &'a Original) -> Self {
        match &original.stored {
            Stored::Pixels(pixels) => pixels.into(),
            Stored::Ycc(planes) => planes.into(),
        }
    }
}

impl Original {
    /// Width and height in pixels.
    #[must_use]
    pub fn size(&self) -> Size {
        match &self.stored {
            Stored::Pixels(pixels) => pixels.size(),
            Stored::Ycc(planes) => planes.size(),
        }
    }

    /// Gives its samples to the pool; planes that a decoder made without one are let go.
    pub fn give_to(self, pool: &Pool) {
        match self.stored {
            Stored::Pixels(pixels) => pool.give(Frame::new(pixels)),
            Stored::Ycc(planes) => planes.give_to(pool),
        }
    }

    /// The frame, its samples pixel by pixel.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] if planes are to be joined and the system has no memory for it.
    pub fn into_frame(self, pool: &Pool) -> Result<Frame> {
        Ok(Frame { pixels: self.stored.into_pixels(pool)?, facts: self.facts })
    }
}

impl Stored {
    /// The samples pixel by pixel.
    ///
    /// # Errors
    /// As [`Original::into_frame`].
    pub fn into_pixels(self, pool: &Pool) -> Result<Pixels> {
        match self {
            Self::Pixels(pixels) => Ok(pixels),
            Self::Ycc(planes) => {
                let pixels = joined(&planes, pool);
                planes.give_to(pool);
                pixels
            }
        }
    }
}

fn joined(planes: &Ycc, pool: &Pool) -> Result<Pixels> {
    let Size { width, height } = planes.size();
    let columns = width as usize;
    let mut samples = pool.take(columns * height as usize * 3)?;
    let (level, mut row) = (Level::new(), [(); 3].map(|()| vec![0; columns]));
    for (y, pixels) in samples.chunks_mut(columns * 3).enumerate() {
        planes.read(level, y, 0..columns, row.each_mut().map(Vec::as_mut_slice));
        let (pixels, _) = pixels.as_chunks_mut();
        dispatch!(level, _simd => join_row(row.each_ref().map(Vec::as_slice), pixels));
    }
    ImageBuffer::from_raw(width, height, samples)
        .map(Pixels::Rgb8)
        .ok_or_else(|| Error::new(ErrorKind::Internal, "a buffer smaller than its frame"))
}

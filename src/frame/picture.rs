//! Pictures whose rows can be read, in whatever way their samples lie in memory.

use std::ops::Range;

use fearless_simd::{Level, dispatch};

use super::lane::split_row;
use super::{Frame, Pixels, Sample, Size, Ycc};

/// A picture of `CHANNELS` samples a pixel that is read row by row.
pub trait Picture<const CHANNELS: usize>: Copy + Sync {
    /// What its samples are.
    type Sample: Sample;

    /// Width and height in pixels.
    fn size(&self) -> Size;

    /// Writes these columns of row `y`, each channel to a row of its own, with the vectors of `level`;
    /// every level gives the same samples.
    ///
    /// # Panics
    /// If the picture has no such row or columns, or if a row is shorter than the columns.
    fn read(
        &self,
        level: Level,
        y: usize,
        columns: Range<usize>,
        out: [&mut [Self::Sample]; CHANNELS],
    );
}

/// Samples that lie in memory pixel by pixel, row by row without padding.
#[derive(Debug, Clone, Copy)]
pub struct Interleaved<'a, S, const CHANNELS: usize> {
    samples: &'a [S],
    size: Size,
}

impl<'a, S: Sample, const CHANNELS: usize> Interleaved<'a, S, CHANNELS> {
    /// These samples as a picture.
    ///
    /// # Panics
    /// If they are too few.
    #[must_use]
    pub fn new(samples: &'a [S], size: Size) -> Self {
        let len = size.area() as usize * CHANNELS;
        assert!(samples.len() >= len, "a picture of {size}");
        Self { samples: &samples[..len], size }
    }
}

impl<S: Sample, const CHANNELS: usize> Picture<CHANNELS> for Interleaved<'_, S, CHANNELS> {
    type Sample = S;

    fn size(&self) -> Size {
        self.size
    }

    fn read(&self, level: Level, y: usize, columns: Range<usize>, out: [&mut [S]; CHANNELS]) {
        let ((pixels, _), width) = (self.samples.as_chunks(), self.size.width as usize);
        let row = &pixels[y * width..][..width][columns];
        dispatch!(level, _simd => split_row(row, out));
    }
}

/// The picture of a frame, whatever its samples are.
#[derive(Debug, Clone, Copy)]
pub enum View<'a> {
    /// One 8-bit sample a pixel.
    Gray8(Interleaved<'a, u8, 1>),
    /// One 16-bit sample a pixel.
    Gray16(Interleaved<'a, u16, 1>),
    /// Three 8-bit samples a pixel.
    Rgb8(Interleaved<'a, u8, 3>),
    /// Three 16-bit samples a pixel.
    Rgb16(Interleaved<'a, u16, 3>),
    /// The planes of a JPEG.
    Ycc8(&'a Ycc),
}

impl<'a> From<&'a Pixels> for View<'a> {
    fn from(pixels: &'a Pixels) -> Self {
        let size = pixels.size();
        match pixels {
            Pixels::Gray8(p) => Self::Gray8(Interleaved::new(p, size)),
            Pixels::Gray16(p) => Self::Gray16(Interleaved::new(p, size)),
            Pixels::Rgb8(p) => Self::Rgb8(Interleaved::new(p, size)),
            Pixels::Rgb16(p) => Self::Rgb16(Interleaved::new(p, size)),
        }
    }
}

impl<'a> From<&'a Frame> for View<'a> {
    fn from(frame: &'a Frame) -> Self {
        Self::from(&frame.pixels)
    }
}

impl<'a> From<&'a Ycc> for View<'a> {
    fn from(planes: &'a Ycc) -> Self {
        Self::Ycc8(planes)
    }
}

impl View<'_> {
    /// Samples a pixel: 1 (grey) or 3.
    #[must_use]
    pub fn channels(self) -> usize {
        match self {
            Self::Gray8(_) | Self::Gray16(_) => 1,
            Self::Rgb8(_) | Self::Rgb16(_) | Self::Ycc8(_) => 3,
        }
    }

    /// Bits a sample: 8 or 16.
    #[must_use]
    pub fn depth_bits(self) -> u8 {
        match self {
            Self::Gray8(_) | Self::Rgb8(_) | Self::Ycc8(_) => 8,
            Self::Gray16(_) | Self::Rgb16(_) => 16,
        }
    }

    /// The greatest sample: 255 or 65,535.
    #[must_use]
    pub fn sample_max(self) -> f32 {
        if self.depth_bits() == 8 { <u8 as Sample>::MAX } else { <u16 as Sample>::MAX }
    }
}

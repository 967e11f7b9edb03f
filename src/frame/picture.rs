//! Pictures whose rows can be read, whatever the layout of their samples in memory.

use std::fmt::Debug;
use std::ops::Range;

use fearless_simd::{Level, dispatch};
use image::{ImageBuffer, Luma, Pixel, Rgb};

use super::kind::each_kind;
use super::lane::split_row;
use super::{Frame, Pixels, Sample, Size, Ycc};

/// A picture of `CHANNELS` samples a pixel that is read row by row.
///
/// Stages take it as `dyn`: a call for each row costs nothing, and they are compiled once for each kind
/// of sample instead of once for each way in which samples lie.
pub trait Picture<const CHANNELS: usize>: Sync + Debug {
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

    /// The planes of a JPEG that its rows are made of, if they are: a rough look at them spares the making.
    fn planes(&self) -> Option<&Ycc> {
        None
    }
}

impl<S: Sample> Picture<1> for ImageBuffer<Luma<S>, Vec<S>>
where
    Luma<S>: Pixel<Subpixel = S> + Debug,
{
    type Sample = S;

    fn size(&self) -> Size {
        Size::new(self.width(), self.height())
    }

    fn read(&self, _: Level, y: usize, columns: Range<usize>, [out]: [&mut [S]; 1]) {
        let row = &self.as_raw()[y * self.width() as usize..][..self.width() as usize][columns];
        out[..row.len()].copy_from_slice(row);
    }
}

impl<S: Sample> Picture<3> for ImageBuffer<Rgb<S>, Vec<S>>
where
    Rgb<S>: Pixel<Subpixel = S> + Debug,
{
    type Sample = S;

    fn size(&self) -> Size {
        Size::new(self.width(), self.height())
    }

    fn read(&self, level: Level, y: usize, columns: Range<usize>, out: [&mut [S]; 3]) {
        let ((pixels, _), width) = (self.as_raw().as_chunks(), self.width() as usize);
        let row = &pixels[y * width..][..width][columns];
        dispatch!(level, _simd => split_row(row, out));
    }
}

/// The picture of a frame, by what its samples are.
#[derive(Debug, Clone, Copy)]
pub enum View<'a> {
    /// One 8-bit sample a pixel.
    Gray8(&'a dyn Picture<1, Sample = u8>),
    /// One 16-bit sample a pixel.
    Gray16(&'a dyn Picture<1, Sample = u16>),
    /// Three 8-bit samples a pixel, whether they lie pixel by pixel or in the planes of a JPEG.
    Rgb8(&'a dyn Picture<3, Sample = u8>),
    /// Three 16-bit samples a pixel.
    Rgb16(&'a dyn Picture<3, Sample = u16>),
}

impl<'a> From<&'a Pixels> for View<'a> {
    fn from(pixels: &'a Pixels) -> Self {
        each_kind!(pixels, Pixels(p) => Self: p)
    }
}

impl<'a> From<&'a Frame> for View<'a> {
    fn from(frame: &'a Frame) -> Self {
        Self::from(&frame.pixels)
    }
}

impl<'a> From<&'a Ycc> for View<'a> {
    fn from(planes: &'a Ycc) -> Self {
        Self::Rgb8(planes)
    }
}

impl View<'_> {
    /// Samples a pixel: 1 (grey) or 3.
    #[must_use]
    pub fn channels(self) -> usize {
        match self {
            Self::Gray8(_) | Self::Gray16(_) => 1,
            Self::Rgb8(_) | Self::Rgb16(_) => 3,
        }
    }

    /// Width and height in pixels.
    #[must_use]
    pub fn size(self) -> Size {
        each_kind!(self, Self(p) => p.size())
    }

    /// Bits a sample: 8 or 16.
    #[must_use]
    pub fn depth_bits(self) -> u8 {
        match self {
            Self::Gray8(_) | Self::Rgb8(_) => 8,
            Self::Gray16(_) | Self::Rgb16(_) => 16,
        }
    }

    /// The greatest sample: 255 or 65,535.
    #[must_use]
    pub fn sample_max(self) -> f32 {
        if self.depth_bits() == 8 { <u8 as Sample>::MAX } else { <u16 as Sample>::MAX }
    }
}

//! The area average: a frame made small, each small pixel the mean of the samples it covers.
//!
//! One pass over the full-size samples; integer sums, so the result does not depend on how the
//! loop is cut up. A pixel on a border between cells goes to both by its share, in 256ths: with
//! whole pixels a frame of 600 px was averaged over two pixels here and three there, and its noise
//! with it. Sums hold 65,535 for cells of up to 256 rows, and wrap beyond.

use fearless_simd::{Level, dispatch};
use image::{ImageBuffer, Pixel};

use crate::frame::{Pixels, Plane, Sample, Size};

/// A frame made small: encoded red, green and blue in 0..1 (three times the same plane if grey).
#[derive(Debug, Clone, PartialEq)]
pub struct SmallPicture {
    /// Encoded red, green, blue.
    pub channels: [Plane; 3],
}

impl SmallPicture {
    /// Width and height in pixels.
    #[must_use]
    pub fn size(&self) -> Size {
        self.channels[0].size()
    }
}

/// The frame averaged down to at most `long_px` on its long side; a smaller frame stays as it is.
#[must_use]
pub fn area_average(pixels: &Pixels, long_px: u32) -> SmallPicture {
    let planes = match pixels {
        Pixels::Gray8(p) => averaged::<_, 1>(p, long_px),
        Pixels::Gray16(p) => averaged::<_, 1>(p, long_px),
        Pixels::Rgb8(p) => averaged::<_, 3>(p, long_px),
        Pixels::Rgb16(p) => averaged::<_, 3>(p, long_px),
    };
    let channels = match <[Plane; 3]>::try_from(planes) {
        Ok(three) => three,
        Err(one) => std::array::from_fn(|_| one[0].clone()),
    };
    SmallPicture { channels }
}

/// Weights are in 256ths: one row or column in full.
const WHOLE: u64 = 256;

/// A sample that can be summed over the rows of a cell.
trait Summed: Sample {
    fn add_row(sums: &mut [u32], row: &[Self], weight: u32);
}

impl Summed for u8 {
    #[inline(always)]
    fn add_row(sums: &mut [u32], row: &[Self], weight: u32) {
        sums.iter_mut().zip(row).for_each(|(sum, &v)| *sum += u32::from(v) * weight);
    }
}

impl Summed for u16 {
    #[inline(always)]
    fn add_row(sums: &mut [u32], row: &[Self], weight: u32) {
        sums.iter_mut().zip(row).for_each(|(sum, &v)| *sum += u32::from(v) * weight);
    }
}

fn averaged<P, const CHANNELS: usize>(
    pixels: &ImageBuffer<P, Vec<P::Subpixel>>,
    long_px: u32,
) -> Vec<Plane>
where
    P: Pixel,
    P::Subpixel: Summed,
{
    let full = Size::new(pixels.width(), pixels.height());
    let small = if full.long_side() > long_px { full.with_long_side(long_px) } else { full };
    let row_len = full.width as usize * CHANNELS;
    let mut planes = vec![Plane::filled(small, 0.0); CHANNELS];
    let mut sums = vec![0_u32; row_len];
    for y in 0..small.height {
        let rows = Cell::new(y, full.height, small.height);
        sums.fill(0);
        dispatch!(Level::new(), _simd => {
            for (row, weight) in rows.weighted() {
                let samples = &pixels.as_raw()[row * row_len..][..row_len];
                P::Subpixel::add_row(&mut sums, samples, weight as u32);
            }
        });
        for x in 0..small.width {
            let columns = Cell::new(x, full.width, small.width);
            let area = (columns.weight() * rows.weight()) as f32 * P::Subpixel::MAX;
            for (channel, plane) in planes.iter_mut().enumerate() {
                let sum: u64 = columns
                    .weighted()
                    .map(|(c, weight)| u64::from(sums[c * CHANNELS + channel]) * weight)
                    .sum();
                plane.values_mut()[(y * small.width + x) as usize] = sum as f32 / area;
            }
        }
    }
    planes
}

/// The full-size rows (or columns) that make up a small one, those at both ends in part.
#[derive(Debug, Clone, Copy)]
struct Cell {
    /// Begin and end, in 256ths of a full-size row.
    from: u64,
    to: u64,
}

impl Cell {
    fn new(i: u32, full: u32, small: u32) -> Self {
        let border = |i: u32| u64::from(i) * u64::from(full) * WHOLE / u64::from(small);
        Self { from: border(i), to: border(i + 1) }
    }

    fn weight(self) -> u64 {
        self.to - self.from
    }

    fn weighted(self) -> impl Iterator<Item = (usize, u64)> {
        (self.from / WHOLE..self.to.div_ceil(WHOLE)).map(move |row| {
            let (begin, end) = (row * WHOLE, (row + 1) * WHOLE);
            (row as usize, end.min(self.to) - begin.max(self.from))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::RgbImage;

    #[test]
    fn a_small_frame_stays_as_it_is_and_a_large_one_keeps_its_mean() {
        let picture = RgbImage::from_fn(97, 61, |x, y| {
            image::Rgb([(x * 5 % 256) as u8, (y * 3 % 256) as u8, ((x * y) % 256) as u8])
        });
        let same = area_average(&Pixels::Rgb8(picture.clone()), 97);
        assert_eq!(same.size(), Size::new(97, 61));
        assert_eq!(same.channels[2].row(10)[10], 100.0 / 255.0);
        let small = area_average(&Pixels::Rgb8(picture), 30);
        assert_eq!(small.size(), Size::new(30, 19));
        for channel in 0..3 {
            let (whole, mean) = (same.channels[channel].mean(), small.channels[channel].mean());
            assert!((whole - mean).abs() < 0.01, "{whole} {mean}");
        }
    }
}

//! The area average: a frame scaled down, each small pixel the mean of the samples that it covers.
//!
//! One pass over the full-size samples, or over every nth row of a large frame; integer sums, so the
//! result does not depend on how the loop is cut up. A pixel on a border between cells goes to both
//! by its share, in 256ths: with whole pixels a frame of 600 px was averaged over two pixels here
//! and three there, and its noise with it.

use std::ops::Range;

use fearless_simd::{Level, dispatch};

use crate::frame::{Picture, Plane, Rect, Sample, Size, View, each_kind};

/// A frame made small: encoded red, green and blue in 0..1 (three times the same plane if grey).
#[derive(Debug, Clone, PartialEq)]
pub struct SmallPicture {
    /// Encoded red, green, blue.
    pub channels: [Plane; 3],
    /// Full-size pixels in one of its pixels, across; 1 if the frame was small enough as it was, less if it was
    /// enlarged.
    pub scale: f32,
}

impl SmallPicture {
    /// These channels, as if they were made of a far larger frame.
    #[must_use]
    pub fn of(channels: [Plane; 3]) -> Self {
        Self { channels, scale: f32::INFINITY }
    }

    /// Width and height in pixels.
    #[must_use]
    pub fn size(&self) -> Size {
        self.channels[0].size()
    }
}

/// The frame averaged down to at most `long_px` on its long side; a smaller frame stays as it is.
#[must_use]
pub fn area_average<'a>(picture: impl Into<View<'a>>, long_px: u32) -> SmallPicture {
    let view = picture.into();
    area_average_of(view, view.size().rect(), long_px)
}

/// [`area_average`] of a part of the frame.
///
/// # Panics
/// If the frame has no such part.
#[must_use]
pub fn area_average_of(view: View<'_>, part: Rect, long_px: u32) -> SmallPicture {
    let planes = each_kind!(view, View(picture) => averaged(picture, part, long_px));
    let channels = match <[Plane; 3]>::try_from(planes) {
        Ok(three) => three,
        Err(one) => std::array::from_fn(|_| one[0].clone()),
    };
    let [small, full] = [channels[0].size(), part.size()].map(Size::long_side);
    SmallPicture { channels, scale: full as f32 / small as f32 }
}

/// Weights are in 256ths: one row or column in full.
const WHOLE: u64 = 256;

/// A sample that can be summed over the rows of a cell.
trait Summed: Sample {
    /// The sum of rows of one channel, each with its weight in 256ths, for every column of them.
    fn sum_rows(sums: &mut [u32], rows: &Rows<'_, Self>, read: &Read);
}

/// The rows that are read for a cell.
struct Read {
    /// Those in full.
    whole: Vec<usize>,
    /// Those in part, each with its weight.
    parts: Vec<(usize, u32)>,
}

impl Read {
    fn of(cell: Cell) -> Self {
        let whole = cell.whole();
        let step = whole.len() / ENOUGH_ROWS;
        if step < 2 {
            return Self { whole: whole.collect(), parts: cell.parts().collect() };
        }
        Self { whole: whole.step_by(step).collect(), parts: Vec::new() }
    }

    /// How many rows these are.
    fn len(&self) -> usize {
        self.whole.len() + self.parts.len()
    }

    /// All of them: those in full, and then those in part.
    fn rows(&self) -> impl Iterator<Item = usize> {
        self.whole.iter().copied().chain(self.parts.iter().map(|&(y, _)| y))
    }

    fn weight(&self) -> u64 {
        let parts: u64 = self.parts.iter().map(|&(_, weight)| u64::from(weight)).sum();
        self.whole.len() as u64 * WHOLE + parts
    }
}

/// Rows of a cell that are read at least; of twice as many every second one, and so on. Of 8 × 23
/// samples the mean of a 24 MP frame's noise is gone, and two thirds of the frame need not be read
/// (9 → 4 ms). So no more than 13 are, and their bytes sum up in 16 bits.
const ENOUGH_ROWS: usize = 7;

impl Summed for u8 {
    /// Whole rows are summed in 16 bits, four at once: twice the samples a vector holds in 32 bits,
    /// and a quarter of the traffic (all rows of a 24 MP frame 30 → 9 ms).
    #[inline(always)]
    fn sum_rows(sums: &mut [u32], rows: &Rows<'_, Self>, read: &Read) {
        let mut whole = [0_u16; STRIP];
        for (i, sums) in sums.chunks_mut(STRIP).enumerate() {
            let strip = i * STRIP..i * STRIP + sums.len();
            let row = |i: usize| &rows.row(i)[strip.clone()];
            let whole = &mut whole[..sums.len()];
            sums.fill(0);
            for (i, &(_, weight)) in read.parts.iter().enumerate() {
                add_weighted(sums, row(read.whole.len() + i), weight);
            }
            whole.fill(0);
            let fours = read.whole.len() / 4 * 4;
            for i in (0..fours).step_by(4) {
                add_four(whole, [row(i), row(i + 1), row(i + 2), row(i + 3)]);
            }
            for i in fours..read.whole.len() {
                add_one(whole, row(i));
            }
            add_weighted(sums, whole, WHOLE as u32);
        }
    }
}

impl Summed for u16 {
    #[inline(always)]
    fn sum_rows(sums: &mut [u32], rows: &Rows<'_, Self>, read: &Read) {
        sums.fill(0);
        let weights = read.whole.iter().map(|_| WHOLE as u32);
        let weights = weights.chain(read.parts.iter().map(|&(_, weight)| weight));
        weights.enumerate().for_each(|(i, weight)| add_weighted(sums, rows.row(i), weight));
    }
}

/// Columns of samples whose sums stay in the first cache.
const STRIP: usize = 4096;

#[inline(always)]
fn add_weighted<T: Copy>(sums: &mut [u32], row: &[T], weight: u32)
where
    u32: From<T>,
{
    sums.iter_mut().zip(row).for_each(|(sum, &v)| *sum += u32::from(v) * weight);
}

#[inline(always)]
fn add_one(sums: &mut [u16], row: &[u8]) {
    sums.iter_mut().zip(row).for_each(|(sum, &v)| *sum += u16::from(v));
}

#[inline(always)]
fn add_four(sums: &mut [u16], rows: [&[u8]; 4]) {
    let [a, b, c, d] = rows.map(|row| &row[..sums.len()]);
    for (i, sum) in sums.iter_mut().enumerate() {
        *sum += (u16::from(a[i]) + u16::from(b[i])) + (u16::from(c[i]) + u16::from(d[i]));
    }
}

/// The rows of one channel that are read for a cell, in the order of [`Read::rows`].
struct Rows<'a, S> {
    samples: &'a [S],
    row_len: usize,
}

impl<'a, S> Rows<'a, S> {
    #[inline(always)]
    fn row(&self, i: usize) -> &'a [S] {
        &self.samples[i * self.row_len..][..self.row_len]
    }
}

fn averaged<S: Summed, const CHANNELS: usize>(
    picture: &dyn Picture<CHANNELS, Sample = S>,
    part: Rect,
    long_px: u32,
) -> Vec<Plane> {
    let (level, full) = (Level::new(), part.size());
    let (left, top) = (part.x as usize, part.y as usize);
    let small = if full.long_side() > long_px { full.with_long_side(long_px) } else { full };
    let width = full.width as usize;
    let mut planes = vec![Plane::filled(small, 0.0); CHANNELS];
    let mut samples: [Vec<S>; CHANNELS] = std::array::from_fn(|_| Vec::new());
    let mut sums = vec![0_u32; width];
    // Made once: a cell takes two divisions, and there are 130,000 of them.
    let columns: Vec<Cell> =
        (0..small.width).map(|x| Cell::new(x, full.width, small.width)).collect();
    for y in 0..small.height {
        let read = Read::of(Cell::new(y, full.height, small.height));
        for rows in &mut samples {
            rows.resize(read.len() * width, S::default());
        }
        for (i, y) in read.rows().enumerate() {
            let rows = samples.each_mut().map(|rows| &mut rows[i * width..][..width]);
            picture.read(level, top + y, left..left + width, rows);
        }
        for (plane, samples) in planes.iter_mut().zip(&samples) {
            let rows = Rows { samples, row_len: width };
            dispatch!(level, _simd => S::sum_rows(&mut sums, &rows, &read));
            let row = &mut plane.values_mut()[(y * small.width) as usize..];
            for (value, cell) in row.iter_mut().zip(&columns) {
                let area = (cell.weight() * read.weight()) as f32 * S::MAX;
                *value = cell.sum(&sums) as f32 / area;
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

    /// The rows that lie in it whole.
    #[inline(always)]
    fn whole(self) -> Range<usize> {
        let first = self.from.div_ceil(WHOLE);
        first as usize..(self.to / WHOLE).max(first) as usize
    }

    /// The rows that lie in it in part (none, one or two), each with its weight.
    #[inline(always)]
    fn parts(self) -> impl Iterator<Item = (usize, u32)> {
        let (first, last) = (self.from / WHOLE, self.to / WHOLE);
        let head = self.to.min((first + 1) * WHOLE) - self.from;
        let tail = if last > first { self.to - last * WHOLE } else { 0 };
        let parts = [(first as usize, head as u32), (last as usize, tail as u32)];
        parts.into_iter().filter(|&(_, weight)| (1..WHOLE as u32).contains(&weight))
    }

    /// The weighted sum of columns.
    #[inline(always)]
    fn sum(self, columns: &[u32]) -> u64 {
        let whole: u64 = columns[self.whole()].iter().map(|&column| u64::from(column)).sum();
        let parts =
            self.parts().map(|(column, weight)| u64::from(columns[column]) * u64::from(weight));
        whole * WHOLE + parts.sum::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use image::RgbImage;

    use super::*;
    use crate::frame::Pixels;

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

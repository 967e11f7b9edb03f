//! A photograph in the planes of its JPEG: luma of every pixel, and colour that one, two or four pixels
//! share. Its red, green and blue are made row by row, as they are read.
//!
//! At 4:2:0 that is half as many samples as RGB has: for a 24 MP frame 36 MB less are written and read, and
//! pixels outside the crop are never converted.
//!
//! Colour is widened and converted as libjpeg does both, to the bit: the triangle filter of `jdsample.c`
//! (h2v1 and h2v2 "fancy" upsampling), and JFIF (ITU-T T.871), clause 7, with the 16 bits of fraction and
//! the rounding of `jdcolor.c`, in vectors of 16 bits.

use std::ops::Range;

use fearless_simd::{Level, dispatch};

use super::lane::high_half;
use super::picture::Picture;
use super::{Aligned, Pool, Size};

/// Pixels that share one sample of colour, across and down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sharing {
    /// 1 or 2.
    pub across: usize,
    /// 1 or 2.
    pub down: usize,
}

/// 8-bit Y'CbCr in three planes.
#[derive(Debug, Clone)]
pub struct Ycc {
    size: Size,
    sharing: Sharing,
    /// Y', Cb, Cr.
    planes: [Vec<u8>; 3],
    /// Samples from a row of each plane to the next.
    strides: [usize; 3],
    /// Whether the planes were taken from a pool.
    pooled: bool,
}

impl Ycc {
    /// A picture of these planes, Y', Cb and Cr, with so many samples from one row to the next.
    ///
    /// `None` if a plane is too small for it, or if colour of two pixels has less than three columns:
    /// libjpeg widens that in another way.
    #[must_use]
    pub fn new(
        size: Size,
        sharing: Sharing,
        planes: [Vec<u8>; 3],
        strides: [usize; 3],
    ) -> Option<Self> {
        let ycc = Self { size, sharing, planes, strides, pooled: false };
        let fits = (0..3).all(|plane| {
            let (columns, rows) = ycc.extent(plane);
            let len = rows.checked_mul(strides[plane]);
            columns <= strides[plane] && len.is_some_and(|len| len <= ycc.planes[plane].len())
        });
        let Sharing { across, down } = sharing;
        let known = matches!((across, down), (1, 1) | (2, 1) | (2, 2));
        let wide = across == 1 || ycc.extent(1).0 > 2;
        (fits && known && wide && size.area() > 0).then_some(ycc)
    }

    /// The same of planes that were taken from a pool, and go back to it.
    #[must_use]
    pub fn from_pool(self) -> Self {
        Self { pooled: true, ..self }
    }

    /// Gives planes from a pool back to it; others are let go.
    pub(super) fn give_to(self, pool: &Pool) {
        if self.pooled {
            self.planes.into_iter().for_each(|plane| pool.give_samples(plane));
        }
    }

    /// Columns and rows of a plane.
    fn extent(&self, plane: usize) -> (usize, usize) {
        let Sharing { across, down } = match plane {
            0 => Sharing { across: 1, down: 1 },
            _ => self.sharing,
        };
        let (width, height) = (self.size.width as usize, self.size.height as usize);
        (width.div_ceil(across), height.div_ceil(down))
    }

    /// How many pixels share a sample of colour.
    pub(crate) fn sharing(&self) -> Sharing {
        self.sharing
    }

    /// Row `y` of a plane, which has fewer rows and columns than the picture where pixels share colour.
    pub(crate) fn row(&self, plane: usize, y: usize) -> &[u8] {
        &self.planes[plane][y * self.strides[plane]..][..self.extent(plane).0]
    }

    /// The row of colour that lies on a row of pixels, and the one that is next nearest to it.
    fn rows_of_colour(&self, y: usize) -> (usize, usize) {
        if self.sharing.down == 1 {
            return (y, y);
        }
        let (near, last) = (y / 2, self.extent(1).1 - 1);
        (near, if y.is_multiple_of(2) { near.saturating_sub(1) } else { (near + 1).min(last) })
    }
}

/// The same picture; what lies behind the end of a row does not count.
impl PartialEq for Ycc {
    fn eq(&self, other: &Self) -> bool {
        let same = |plane| {
            let mut rows = 0..self.extent(plane).1;
            rows.all(|y| self.row(plane, y) == other.row(plane, y))
        };
        (self.size, self.sharing) == (other.size, other.sharing) && (0..3).all(same)
    }
}

impl Picture<3> for Ycc {
    type Sample = u8;

    fn size(&self) -> Size {
        self.size
    }

    fn planes(&self) -> Option<&Ycc> {
        Some(self)
    }

    fn read(&self, level: Level, y: usize, columns: Range<usize>, out: [&mut [u8]; 3]) {
        let luma = &self.row(0, y)[columns.clone()];
        let (near, far) = self.rows_of_colour(y);
        let colours = [1, 2].map(|plane| [near, far].map(|y| self.row(plane, y)));
        let row = Row { luma, colours, columns, out };
        // Pairs beside a part that begins with an odd column and ends with an even one.
        let few = row.columns.len() + 2 <= 2 * FEW_PAIRS;
        match (self.sharing.across, self.sharing.down, few) {
            (2, 2, true) => dispatch!(level, _simd => row.widened::<2, FEW_PAIRS>()),
            (2, 2, false) => dispatch!(level, _simd => row.widened::<2, PAIRS>()),
            (2, _, true) => dispatch!(level, _simd => row.widened::<1, FEW_PAIRS>()),
            (2, _, false) => dispatch!(level, _simd => row.widened::<1, PAIRS>()),
            _ => dispatch!(level, _simd => row.converted()),
        }
    }
}

/// Pairs of pixels that are widened and converted at once: all of it stays in the first cache.
const PAIRS: usize = 256;
/// Pairs at once of a short part: the patches that noise is measured in took 0.9 ms with more.
const FEW_PAIRS: usize = 32;

/// A part of a row that is made.
struct Row<'a> {
    /// Luma of the part.
    luma: &'a [u8],
    /// Of Cb and Cr the nearest whole row and the next nearest.
    colours: [[&'a [u8]; 2]; 2],
    columns: Range<usize>,
    out: [&'a mut [u8]; 3],
}

impl Row<'_> {
    /// Colour for every pixel.
    #[inline(always)]
    fn converted(self) {
        let Self { luma, colours, columns, out } = self;
        let [cb, cr] = colours.map(|[row, _]| &row[columns.clone()]);
        convert(luma, cb, cr, out);
    }

    /// Colour for two pixels across and `DOWN` down.
    #[inline(always)]
    fn widened<const DOWN: usize, const PAIRS: usize>(self) {
        let Self { luma, colours, columns, out: [red, green, blue] } = self;
        // Strips begin with an even column, so that a pair is never cut.
        let mut first = columns.start & !1;
        while first < columns.end {
            let from = first.max(columns.start);
            let to = (first + 2 * PAIRS).min(columns.end);
            let pairs = first / 2..to.div_ceil(2);
            let cb = widen::<DOWN, PAIRS>(colours[0], pairs.clone());
            let cr = widen::<DOWN, PAIRS>(colours[1], pairs);
            let cb = &bytemuck::cast_slice(&cb[..])[from - first..to - first];
            let cr = &bytemuck::cast_slice(&cr[..])[from - first..to - first];
            let part = from - columns.start..to - columns.start;
            let out = [&mut red[part.clone()], &mut green[part.clone()], &mut blue[part.clone()]];
            convert(&luma[part], cb, cr, out);
            first += 2 * PAIRS;
        }
    }
}

/// Samples of colour for both pixels of each of these columns: ¾ of the nearest and ¼ of the next
/// nearest, down and across.
#[inline(always)]
fn widen<const DOWN: usize, const COLUMNS: usize>(
    [near, far]: [&[u8]; 2],
    columns: Range<usize>,
) -> Aligned<[u16; COLUMNS]> {
    // Down first: the sum of four, or of one. With a column more on either side.
    let sum = |near: u8, far: u8| match DOWN {
        1 => i16::from(near),
        _ => 3 * i16::from(near) + i16::from(far),
    };
    let mut sums = [0_i16; PAIRS + 2];
    let (count, last) = (columns.len(), near.len() - 1);
    let (left, right) = (columns.start.saturating_sub(1), columns.end.min(last));
    sums[0] = sum(near[left], far[left]);
    sums[count + 1] = sum(near[right], far[right]);
    let (near, far) = (&near[columns.clone()], &far[columns]);
    for ((made, &near), &far) in sums[1..].iter_mut().zip(near).zip(far) {
        *made = sum(near, far);
    }
    // Rounded up and down by turns.
    let (even, odd, bits) = if DOWN == 1 { (1, 2, 2) } else { (8, 7, 4) };
    let mut wide = Aligned([0; COLUMNS]);
    for (i, pair) in wide.iter_mut().enumerate() {
        let (left, middle, right) = (sums[i], 3 * sums[i + 1], sums[i + 2]);
        let pixels = [(middle + left + even) >> bits, (middle + right + odd) >> bits];
        *pair = u16::from_ne_bytes(pixels.map(|colour| colour as u8));
    }
    wide
}

/// Red, green and blue of rows that have a Y', Cb and Cr for every pixel.
///
/// # Panics
/// If a row is shorter than that of luma.
pub(crate) fn rgb_of(level: Level, [luma, cb, cr]: [&[u8]; 3], out: [&mut [u8]; 3]) {
    dispatch!(level, _simd => convert(luma, cb, cr, out));
}

/// R = Y' + 1.402 Cr, G = Y' − 0.344136 Cb − 0.714136 Cr, B = Y' + 1.772 Cb, the offset of 128 taken off
/// colour; each product rounded from 16 bits of fraction.
#[inline(always)]
fn convert(luma: &[u8], cb: &[u8], cr: &[u8], [red, green, blue]: [&mut [u8]; 3]) {
    /// 0.402, −0.228 (1.772 − 2), −0.344136 and 0.285864 (1 − 0.714136), of 65,536.
    const RED: i16 = 26_345;
    const BLUE: i16 = -14_942;
    const CB: i16 = -22_554;
    const CR: i16 = 18_734;
    // Where the compiler knows how small a value is, it multiplies in 32 bits.
    let offset = std::hint::black_box(128);
    let count = luma.len();
    let (cb, cr) = (&cb[..count], &cr[..count]);
    let (red, green, blue) = (&mut red[..count], &mut green[..count], &mut blue[..count]);
    for i in 0..count {
        // Twice everything, and a half of it in the end: ⌊(⌊2x⌋ + 1)/2⌋ is x, rounded.
        let y = 2 * i16::from(luma[i]) + 1;
        let (b, r) = (2 * (i16::from(cb[i]) - offset), 2 * (i16::from(cr[i]) - offset));
        // The sum of two products in 32 bits: their lower halves may carry into the upper ones.
        let (low_b, low_r) = (b.wrapping_mul(CB) as u16, r.wrapping_mul(CR) as u16);
        let carry = i16::from(low_b.wrapping_add(low_r) < low_b);
        let of_green = high_half(b, CB) + high_half(r, CR) + carry;
        let clamped = |twice: i16| (twice >> 1).max(0).min(255) as u8;
        red[i] = clamped(y + r + high_half(r, RED));
        green[i] = clamped(y - r + of_green);
        blue[i] = clamped(y + 2 * b + high_half(b, BLUE));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `jdcolor.c`, whole numbers with 16 bits of fraction.
    fn of_libjpeg([y, cb, cr]: [i32; 3]) -> [u8; 3] {
        let (cb, cr) = (cb - 128, cr - 128);
        let sums = [
            y + ((91_881 * cr + 32_768) >> 16),
            y + ((-22_554 * cb - 46_802 * cr + 32_768) >> 16),
            y + ((116_130 * cb + 32_768) >> 16),
        ];
        sums.map(|sum| sum.clamp(0, 255) as u8)
    }

    #[test]
    fn every_colour_is_converted_as_libjpeg_does() {
        let size = Size::new(256, 256);
        let all: Vec<u8> = (0..=255).collect();
        for y in [0, 1, 90, 128, 200, 255] {
            let planes =
                [vec![y; 65_536], all.repeat(256), all.iter().flat_map(|&v| [v; 256]).collect()];
            let sharing = Sharing { across: 1, down: 1 };
            let ycc = Ycc::new(size, sharing, planes, [256; 3]).unwrap();
            let mut out = [[0; 256]; 3];
            for row in 0..256 {
                let [r, g, b] = &mut out;
                ycc.read(Level::new(), row, 0..256, [r, g, b]);
                for x in 0..256 {
                    let right = of_libjpeg([i32::from(y), x as i32, row as i32]);
                    assert_eq!(out.map(|plane| plane[x]), right, "{y} {x} {row}");
                }
            }
        }
    }

    #[test]
    fn a_part_of_a_row_is_that_part_of_the_whole_row_at_every_level() {
        let size = Size::new(1301, 5);
        let noise = |step: u32| (0..1304 * 6).map(move |i: u32| (i.wrapping_mul(step) >> 16) as u8);
        for sharing in [(1, 1), (2, 1), (2, 2)].map(|(across, down)| Sharing { across, down }) {
            let planes =
                [2_654_435_761, 40_503_221, 3_266_489_917].map(|step| noise(step).collect());
            let ycc = Ycc::new(size, sharing, planes, [1304; 3]).unwrap();
            let read = |level, y, columns: Range<usize>| {
                let mut out = [0; 3].map(|_: u8| vec![0; columns.len()]);
                ycc.read(level, y, columns, out.each_mut().map(|row| row.as_mut_slice()));
                out
            };
            for y in 0..5 {
                let whole = read(Level::baseline(), y, 0..1301);
                for part in [0..1301, 1..2, 510..515, 511..1301, 1023..1025, 1299..1301] {
                    let right = whole.each_ref().map(|row| row[part.clone()].to_vec());
                    assert!(
                        read(Level::new(), y, part.clone()) == right,
                        "{sharing:?} {y} {part:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn planes_that_are_too_small_are_refused() {
        let planes = |len: usize| [vec![0; 64], vec![0; len], vec![0; len]];
        let sharing = Sharing { across: 2, down: 2 };
        assert!(Ycc::new(Size::new(8, 8), sharing, planes(16), [8, 4, 4]).is_some());
        assert!(Ycc::new(Size::new(8, 8), sharing, planes(15), [8, 4, 4]).is_none());
        assert!(Ycc::new(Size::new(8, 8), sharing, planes(16), [8, 3, 3]).is_none());
        assert!(Ycc::new(Size::new(4, 8), sharing, planes(16), [8, 4, 4]).is_none());
        assert!(
            Ycc::new(Size::new(8, 8), Sharing { across: 4, down: 1 }, planes(64), [8; 3]).is_none()
        );
    }
}

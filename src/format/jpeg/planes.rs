//! The components of a JPEG as planes of samples, and pixels made of them for what [`Ycc`] does not
//! know: any whole ratio of sampling, grey, RGB, CMYK.
//!
//! Samples are widened as libjpeg does it, to the bit (`jdsample.c`): the triangle filter where a
//! component has half of the columns, of the rows or of both, plain repetition elsewhere. Colours are
//! converted as in `jdcolor.c`.
//!
//! [`Ycc`]: crate::frame::Ycc

use std::ops::Range;

use crate::container::jpeg::FrameHeader;
use crate::frame::Pool;

/// Samples on a side of a block.
const SIDE: usize = 8;

/// The samples of one component, in whole blocks.
#[derive(Debug)]
pub(super) struct Plane {
    pub(super) samples: Vec<u8>,
    /// Samples from one row to the next.
    pub(super) stride: usize,
    /// Columns and rows that the picture has of it.
    columns: usize,
    rows: usize,
    /// Blocks across and down in a unit of all components.
    pub(super) blocks_across: usize,
    pub(super) blocks_down: usize,
    /// How many pixels share a sample, across and down, if that is a whole number.
    shared: Option<(usize, usize)>,
}

/// Planes for the components of a frame, to be written, in buffers from the pool; what is not written holds
/// `missing`, or anything.
pub(super) fn planes_of(
    frame: &FrameHeader,
    missing: Option<u8>,
    pool: &Pool,
) -> Result<Vec<Plane>, String> {
    let layouts = layouts(frame);
    let fill = |mut plane: Plane| {
        let (across, down) = plane.units();
        let rows = down * plane.blocks_down * SIDE;
        plane.stride = across * plane.blocks_across * SIDE;
        let length = rows.checked_mul(plane.stride).ok_or("it cannot be addressed")?;
        plane.samples = pool.take(length).map_err(|_| "there is not enough memory")?;
        if let Some(missing) = missing {
            plane.samples.fill(missing);
        }
        Ok(plane)
    };
    layouts.into_iter().map(fill).collect()
}

/// Planes with one sample for each block.
pub(super) fn planes_of_blocks(frame: &FrameHeader) -> Result<Vec<Plane>, String> {
    let layouts = layouts(frame);
    let fill = |mut plane: Plane| {
        let (across, down) = plane.units();
        plane.stride = across * plane.blocks_across;
        let length = down * plane.blocks_down * plane.stride;
        plane.samples = bytemuck::allocation::try_zeroed_vec(length)
            .map_err(|()| "there is not enough memory")?;
        Ok(plane)
    };
    layouts.into_iter().map(fill).collect()
}

/// Planes of samples that were decoded elsewhere, with their strides.
pub(super) fn planes_from(
    frame: &FrameHeader,
    samples: Vec<Vec<u8>>,
    strides: &[usize],
) -> Option<Vec<Plane>> {
    let layouts = layouts(frame);
    (layouts.len() == samples.len() && strides.len() == samples.len()).then_some(())?;
    let planes = layouts.into_iter().zip(samples).zip(strides);
    let planes = planes.map(|((layout, samples), &stride)| Plane { samples, stride, ..layout });
    let fits = |plane: &Plane| {
        plane.columns <= plane.stride && plane.rows * plane.stride <= plane.samples.len()
    };
    planes.map(|plane| fits(&plane).then_some(plane)).collect()
}

/// Planes without samples.
fn layouts(frame: &FrameHeader) -> Vec<Plane> {
    let largest = |of: fn(&crate::container::jpeg::Component) -> u8| {
        usize::from(frame.components.iter().map(of).max().unwrap_or(1)).max(1)
    };
    let (most_across, most_down) = (largest(|c| c.across), largest(|c| c.down));
    let (width, height) = (usize::from(frame.width), usize::from(frame.height));
    let layout = |component: &crate::container::jpeg::Component| {
        let (across, down) = (usize::from(component.across), usize::from(component.down));
        let whole = most_across.is_multiple_of(across) && most_down.is_multiple_of(down);
        Plane {
            samples: Vec::new(),
            stride: 0,
            columns: (width * across).div_ceil(most_across),
            rows: (height * down).div_ceil(most_down),
            blocks_across: across,
            blocks_down: down,
            shared: whole.then(|| (most_across / across, most_down / down)),
        }
    };
    frame.components.iter().map(layout).collect()
}

impl Plane {
    /// Blocks that its samples need, across and down.
    pub(super) fn needed_blocks(&self) -> (usize, usize) {
        (self.columns.div_ceil(SIDE), self.rows.div_ceil(SIDE))
    }

    /// Units of all components in the picture, across and down.
    pub(super) fn units(&self) -> (usize, usize) {
        let (across, down) = self.needed_blocks();
        (across.div_ceil(self.blocks_across), down.div_ceil(self.blocks_down))
    }

    /// Puts a block of 8×8 samples; one outside of the plane is dropped.
    #[inline(always)]
    pub(super) fn put(&mut self, x: usize, y: usize, block: &[u8; 64]) {
        let stride = self.stride;
        let start = y * SIDE * stride + x * SIDE;
        let end = start + (SIDE - 1) * stride + SIDE;
        let Some(place) = self.samples.get_mut(start..end) else { return };
        for (row, samples) in block.as_chunks::<SIDE>().0.iter().enumerate() {
            place[row * stride..][..SIDE].copy_from_slice(samples);
        }
    }

    /// Its samples without what lies beside them.
    pub(super) fn into_samples(mut self) -> Vec<u8> {
        for y in 1..self.rows {
            let start = y * self.stride;
            self.samples.copy_within(start..start + self.columns, y * self.columns);
        }
        self.samples.truncate(self.rows * self.columns);
        self.samples
    }

    /// Puts the one sample of a block; one outside of the plane is dropped.
    #[inline(always)]
    pub(super) fn put_one(&mut self, x: usize, y: usize, sample: u8) {
        if let Some(place) = self.samples.get_mut(y * self.stride + x) {
            *place = sample;
        }
    }

    fn row(&self, y: usize) -> &[u8] {
        // Within the plane: at the edges the last row is repeated.
        let y = y.min(self.rows - 1);
        &self.samples[y * self.stride..][..self.columns]
    }

    /// Writes the samples of one row of pixels.
    fn widen(&self, y: usize, shared: (usize, usize), out: &mut [u8]) {
        let wide = self.columns > 2;
        match shared {
            (1, 1) => out.copy_from_slice(&self.row(y)[..out.len()]),
            (2, 1) if wide => triangle(self.row(y), out),
            (1, 2) => {
                let (near, far, bias) = self.nearest(y, [1, 2]);
                let mixed = near.iter().zip(far).map(|(&n, &f)| 3 * u16::from(n) + u16::from(f));
                out.iter_mut().zip(mixed).for_each(|(o, sum)| *o = ((sum + bias) >> 2) as u8);
            }
            (2, 2) if wide => {
                let (near, far, _) = self.nearest(y, [0, 0]);
                triangle_of_two(near, far, out);
            }
            (across, down) => {
                let row = self.row(y / down);
                out.iter_mut().enumerate().for_each(|(x, o)| *o = row[x / across]);
            }
        }
    }

    /// The row that lies on a row of pixels where two share one, the one next to it, and the rounding for
    /// an upper and a lower row of pixels.
    fn nearest(&self, y: usize, rounding: [u16; 2]) -> (&[u8], &[u8], u16) {
        let near = y / 2;
        let far = if y.is_multiple_of(2) { near.saturating_sub(1) } else { near + 1 };
        (self.row(near), self.row(far), rounding[y % 2])
    }
}

/// `h2v1_fancy_upsample`: three quarters of the nearer, one of the further.
fn triangle(row: &[u8], out: &mut [u8]) {
    let at = |x: usize| u16::from(row[x.min(row.len() - 1)]);
    for (x, out) in out.iter_mut().enumerate() {
        let (near, odd) = (x / 2, x % 2 == 1);
        let sum = match (odd, near) {
            (false, 0) => 4 * at(0),
            (true, last) if last + 1 == row.len() => 4 * at(last),
            (false, near) => 3 * at(near) + at(near - 1) + 1,
            (true, near) => 3 * at(near) + at(near + 1) + 2,
        };
        *out = (sum >> 2) as u8;
    }
}

/// `h2v2_fancy_upsample`: the same both ways.
fn triangle_of_two(near_row: &[u8], far_row: &[u8], out: &mut [u8]) {
    let at = |x: usize| 3 * u16::from(near_row[x]) + u16::from(far_row[x]);
    for (x, out) in out.iter_mut().enumerate() {
        let (near, odd) = (x / 2, x % 2 == 1);
        let sum = match (odd, near) {
            (false, 0) => 4 * at(0) + 8,
            (true, last) if last + 1 == near_row.len() => 4 * at(last) + 7,
            (false, near) => 3 * at(near) + at(near - 1) + 8,
            (true, near) => 3 * at(near) + at(near + 1) + 7,
        };
        *out = (sum >> 4) as u8;
    }
}

/// What the components of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Model {
    /// One, or several that are taken as they are: grey, RGB, CMYK.
    Plain,
    /// Y'CbCr.
    Ycc,
    /// YCCK: Y'CbCr of inverted CMY, and black.
    Ycck,
}

/// Makes rows of pixels of planes; all of them have to share whole numbers of pixels.
pub(super) fn join(
    planes: &[Plane],
    model: Model,
    rows: Range<usize>,
    width: usize,
    out: &mut [u8],
) {
    let count = planes.len();
    let mut wide = vec![vec![0_u8; width]; count];
    for (y, out) in rows.zip(out.chunks_exact_mut(width * count)) {
        for (plane, wide) in planes.iter().zip(&mut wide) {
            plane.widen(y, plane.shared.unwrap_or((1, 1)), wide);
        }
        for (x, pixel) in out.chunks_exact_mut(count).enumerate() {
            pixel.iter_mut().zip(&wide).for_each(|(sample, wide)| *sample = wide[x]);
            if model != Model::Plain
                && let [y, cb, cr, ..] = pixel
            {
                let colours = rgb([*y, *cb, *cr]);
                [*y, *cb, *cr] =
                    if model == Model::Ycck { colours.map(|v| 255 - v) } else { colours };
            }
        }
    }
}

/// Whether every component shares a whole number of pixels; libjpeg refuses others, too.
pub(super) fn can_join(frame: &FrameHeader) -> bool {
    layouts(frame).iter().all(|plane| plane.shared.is_some())
}

/// JFIF, clause 7, with 16 bits of fraction, as `jdcolor.c` rounds it.
fn rgb([y, cb, cr]: [u8; 3]) -> [u8; 3] {
    const HALF: i32 = 1 << 15;
    let (y, cb, cr) = (i32::from(y), i32::from(cb) - 128, i32::from(cr) - 128);
    let red = (91_881 * cr + HALF) >> 16;
    let green = (-22_554 * cb - 46_802 * cr + HALF) >> 16;
    let blue = (116_130 * cb + HALF) >> 16;
    [red, green, blue].map(|offset| (y + offset).clamp(0, 255) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_widened_by_thirds_and_quarters() {
        let mut out = [0; 7];
        triangle(&[0, 100, 200, 40], &mut out);
        assert_eq!(out, [0, 25, 75, 125, 175, 160, 80]);
        triangle_of_two(&[0, 100, 200, 40], &[0, 100, 200, 40], &mut out);
        assert_eq!(out, [0, 25, 75, 125, 175, 160, 80]);
    }

    #[test]
    fn known_colours() {
        assert_eq!(rgb([77, 128, 128]), [77; 3]);
        assert_eq!(rgb([76, 85, 255]), [254, 0, 0]);
        assert_eq!(rgb([255, 0, 255]), [255, 208, 28]);
    }
}

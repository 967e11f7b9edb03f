//! The small picture of a frame or of a part of it.
//!
//! Where the frame lies in the planes of a JPEG, the means are taken there, and pixels made of them: for the
//! full-size rows that are looked at, colour need not be widened and converted. That differs from the means of
//! pixels only where these go beyond black or white.

use fearless_simd::{Level, dispatch};
use image::ImageBuffer;

use super::squares::{Rough, Squares};
use crate::error::{Error, ErrorKind, Result};
use crate::frame::{Picture, Pixels, Rect, Size, Ycc, channels_mut, join_row, rgb_of, zeros};

/// The long side of a small picture, nearly: squares are of whole pixels.
const LONG_PX: u32 = 600;

/// Pixels on each side of the square that a small pixel covers.
pub(super) fn step(size: Size) -> usize {
    ((size.long_side() + LONG_PX / 2) / LONG_PX).max(1) as usize
}

/// The size of the small picture.
pub(super) fn small(size: Size, step: usize) -> Size {
    let side = |px: u32| (px / step as u32).max(1);
    Size::new(side(size.width), side(size.height))
}

/// A small picture in the making, whose rows come once each, in any order.
#[derive(Debug)]
pub(super) struct Sketch {
    squares: Squares,
    size: Size,
    channels: usize,
    samples: Vec<u8>,
    begun: Vec<Begun>,
    /// Sums of rows that are made, and the means of one.
    spare: Vec<Vec<u16>>,
    means: Vec<u8>,
}

/// A row of small pixels of which not all is seen. Only these are held as sums, which stay in the cache: those of
/// all rows at once were 1.8 MB of fresh memory for a frame of 24 MP.
#[derive(Debug)]
struct Begun {
    row: usize,
    /// Rows of the frame that were added.
    added: usize,
    /// A row of each channel.
    sums: Vec<u16>,
}

impl Sketch {
    pub(super) fn new(frame: Size, channels: usize) -> Result<Self> {
        let step = step(frame);
        let size = small(frame, step);
        let squares = Squares { step, width: size.width as usize, sharing: 1 };
        Ok(Self {
            squares,
            size,
            channels,
            samples: zeros(size.area() as usize * channels)?,
            begun: Vec::new(),
            spare: Vec::new(),
            means: vec![0; squares.width * channels],
        })
    }

    /// Whether the picture is smaller than the frame.
    pub(super) fn is_smaller(&self) -> bool {
        self.squares.step > 1
    }

    /// Whether row `y` of the frame is looked at.
    pub(super) fn wants(&self, y: usize) -> bool {
        y / self.squares.step < self.size.height as usize && self.squares.want(y)
    }

    pub(super) fn add<'a, S: Rough>(&mut self, y: usize, channel: impl Fn(usize) -> &'a [S]) {
        if !self.wants(y) {
            return;
        }
        let (squares, row) = (self.squares, y / self.squares.step);
        let at = self.begun.iter().position(|begun| begun.row == row);
        let mut begun = match at {
            Some(at) => self.begun.swap_remove(at),
            None => {
                let mut sums = self.spare.pop().unwrap_or_default();
                sums.clear();
                sums.resize(self.means.len(), 0);
                Begun { row, added: 0, sums }
            }
        };
        for (c, sums) in begun.sums.chunks_exact_mut(squares.width).enumerate() {
            squares.add(Level::new(), sums, channel(c));
        }
        begun.added += 1;
        if begun.added < squares.rows() {
            self.begun.push(begun);
            return;
        }
        squares.means(Level::new(), begun.added, &begun.sums, &mut self.means);
        let len = self.means.len();
        join(self.channels, &self.means, &mut self.samples[row * len..][..len]);
        self.spare.push(begun.sums);
    }

    pub(super) fn finished(self) -> Result<Pixels> {
        pixels(self.size, self.channels, self.samples)
    }
}

/// The small picture of a part that is in memory.
pub(super) fn sketch_of<S: Rough, const CHANNELS: usize>(
    picture: &dyn Picture<CHANNELS, Sample = S>,
    part: Rect,
) -> Result<Pixels> {
    let step = step(part.size());
    match picture.planes() {
        // A picture that stays as large as it is stays as it is.
        Some(planes) if step > 1 => sketch_of_planes(planes, part, step),
        _ => sketch_of_pixels(picture, part),
    }
}

fn sketch_of_pixels<S: Rough, const CHANNELS: usize>(
    picture: &dyn Picture<CHANNELS, Sample = S>,
    part: Rect,
) -> Result<Pixels> {
    let mut sketch = Sketch::new(part.size(), CHANNELS)?;
    let columns = part.x as usize..(part.x + part.width) as usize;
    let mut rows = [(); CHANNELS].map(|()| vec![S::default(); part.width as usize]);
    for y in 0..part.height as usize {
        if sketch.wants(y) {
            let out = rows.each_mut().map(Vec::as_mut_slice);
            picture.read(Level::new(), part.y as usize + y, columns.clone(), out);
            sketch.add(y, |c| &rows[c]);
        }
    }
    sketch.finished()
}

fn sketch_of_planes(planes: &Ycc, part: Rect, step: usize) -> Result<Pixels> {
    let (level, size, sharing) = (Level::new(), small(part.size(), step), planes.sharing());
    let width = size.width as usize;
    let squares = |across| Squares { step, width, sharing: across };
    let squares = [squares(1), squares(sharing.across), squares(sharing.across)];
    let (left, top) = (part.x as usize, part.y as usize);
    let row = |plane: usize, y: usize| match plane {
        0 => &planes.row(0, y)[left..],
        _ => &planes.row(plane, y / sharing.down)[left / sharing.across..],
    };
    let mut sums = vec![0; width];
    let (mut means, mut rgb) = ([(); 3].map(|()| vec![0; width]), vec![0; 3 * width]);
    let mut samples = zeros(size.area() as usize * 3)?;
    for (j, out) in samples.chunks_exact_mut(3 * width).enumerate() {
        for (plane, (squares, means)) in squares.iter().zip(&mut means).enumerate() {
            sums.fill(0);
            // Where two rows share their colour, one in the middle is enough.
            let middle = plane > 0 && sharing.down > 1;
            let is_wanted = |y: &usize| if middle { *y == step / 2 } else { squares.want(*y) };
            let mut rows = 0;
            for y in (0..step).filter(is_wanted) {
                squares.add(level, &mut sums, row(plane, top + j * step + y));
                rows += 1;
            }
            squares.means(level, rows, &sums, means);
        }
        rgb_of(level, means.each_ref().map(Vec::as_slice), channels_mut(&mut rgb));
        join(3, &rgb, out);
    }
    pixels(size, 3, samples)
}

/// A row of channels as a row of pixels.
pub(super) fn join(channels: usize, row: &[u8], pixels: &mut [u8]) {
    match channels {
        3 => {
            let planes: [&[u8]; 3] = crate::frame::channels(row);
            dispatch!(Level::new(), _simd => join_row(planes, pixels.as_chunks_mut::<3>().0));
        }
        _ => pixels.copy_from_slice(row),
    }
}

/// These samples as pixels.
pub(super) fn pixels(size: Size, channels: usize, samples: Vec<u8>) -> Result<Pixels> {
    let Size { width, height } = size;
    let whole = match channels {
        1 => ImageBuffer::from_raw(width, height, samples).map(Pixels::Gray8),
        _ => ImageBuffer::from_raw(width, height, samples).map(Pixels::Rgb8),
    };
    whole.ok_or_else(|| Error::new(ErrorKind::Internal, "a buffer smaller than its picture"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Sharing, View, each_kind};

    /// A scene of soft colours with grain in its luma.
    fn planes(size: Size, sharing: Sharing) -> Ycc {
        let (width, height) = (size.width as usize, size.height as usize);
        let Sharing { across, down } = sharing;
        let luma = (0..width * height).map(|i| {
            let (x, y) = (i % width, i / width);
            (60 + x * 100 / width + ((x * 7919) ^ (y * 104_729)) % 61) as u8
        });
        let (columns, rows) = (width.div_ceil(across), height.div_ceil(down));
        let colour = |from: usize, to: usize| -> Vec<u8> {
            let at =
                |i: usize| (from + (i % columns * across + i / columns * down) * to / width) as u8;
            (0..columns * rows).map(at).collect()
        };
        let planes = [luma.collect(), colour(108, 40), colour(150, 0)];
        Ycc::new(size, sharing, planes, [width, columns, columns]).unwrap()
    }

    #[test]
    fn the_means_of_planes_are_those_of_their_pixels() {
        for step in 2..=15 {
            for (across, down) in [(1, 1), (2, 1), (2, 2)] {
                // An odd number of squares, in a part that begins with an odd row and column.
                let size = Size::new(601 * step as u32 + 3, 3 * step as u32 + 2);
                let planes = planes(size, Sharing { across, down });
                let part = Rect { x: 3, y: 1, width: size.width - 3, height: size.height - 1 };
                let of_planes = sketch_of_planes(&planes, part, step).unwrap();
                let view = View::from(&planes);
                let of_pixels = each_kind!(view, View(p) => sketch_of_pixels(p, part)).unwrap();
                let (Pixels::Rgb8(one), Pixels::Rgb8(other)) = (of_planes, of_pixels) else {
                    panic!("another kind");
                };
                assert_eq!(one.dimensions(), (601, 3));
                let apart = one.iter().zip(other.iter()).map(|(a, b)| a.abs_diff(*b)).max();
                assert!(apart <= Some(2), "{step} {across} {down}: {apart:?}");
            }
        }
    }
}

//! Small pictures of a frame before and after it is developed, for people to compare. They are made from what
//! is in memory anyway: the decoded samples, and the developed rows on their way to the encoder.
//!
//! A pixel of them is the mean of some samples, spread over the square that it covers: of a 24 MP frame two
//! rows of nine are looked at. A frame of 24 MP takes 10 % longer with its small pictures: 4 % are looking,
//! most of the rest their encoding.

mod far;

use std::sync::{Mutex, MutexGuard, PoisonError};

use fearless_simd::Level;
use image::ImageBuffer;

use super::{Prepared, Survey};
use crate::error::{Error, ErrorKind, Result};
use crate::filter::area_average_of;
use crate::frame::{
    Bands, Frame, Original, Picture, Pixels, Rect, Sample, Samples, Size, View, each_kind, zeros,
};
use far::Place;

/// The long side of a small picture, nearly: squares are of whole pixels.
const LONG_PX: u32 = 640;
/// Samples of a square that are looked at, across and down.
const ACROSS: usize = 12;
const DOWN: usize = 2;
/// The part that is shown at 100 %, in pixels of the finished frame.
const PART: Size = Size::new(420, 280);

/// A frame before and after, small, with 8 bits a sample.
#[derive(Debug)]
pub struct Preview {
    /// The part of the original that was kept.
    pub before: Pixels,
    /// The finished frame, with its caption.
    pub after: Pixels,
    /// A part that is far away, both ways, at the size of the finished frame; nothing if that is small itself.
    pub far: Option<[Pixels; 2]>,
}

/// Looks on while a frame is developed.
#[derive(Debug)]
pub struct Onlooker {
    before: Pixels,
    far_before: Option<Pixels>,
    after: Mutex<After>,
}

impl Onlooker {
    /// Takes down what the frame is before; where it is far is known by its survey.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] if the system has no memory for it.
    pub fn new(prepared: &Prepared, original: &Original, survey: Option<&Survey>) -> Result<Self> {
        let (view, kept, target) = (View::from(original), prepared.kept, prepared.target);
        let before = each_kind!(view, View(picture) => sketch_of(picture, kept))?;
        let (size, channels) = (prepared.size(), view.channels());
        let sketch = Sketch::new(size, channels, view.sample_max())?;
        let far = (sketch.step > 1).then(|| {
            let scale = f64::from(kept.width) / f64::from(target.width);
            let place = Place { small: &before, kept, frame: view.size(), survey };
            place.far(PART, target, scale)
        });
        let (part, of_original) = far.unzip();
        let far_before = of_original.map(|part| close(view, part)).transpose()?;
        let part = part.map(|rect| Part::new(rect, channels)).transpose()?;
        let after = After { width: size.width as usize, channels, sketch, part };
        Ok(Self { before, far_before, after: Mutex::new(after) })
    }

    /// Bytes that it takes for a frame of this size.
    #[must_use]
    pub fn bytes(size: Size) -> u64 {
        let small = small(size, step(size));
        // Sums, and both pictures.
        small.area() * 3 * (4 + 2) + 2 * 3 * PART.area()
    }

    /// Takes bands for others, and hands them on.
    #[must_use]
    pub fn before<'a>(&'a self, bands: &'a dyn Bands) -> Before<'a> {
        Before { onlooker: self, bands }
    }

    /// Looks at a frame that is finished.
    pub fn take_frame(&self, frame: &Frame) {
        each_kind!(View::from(frame), View(picture) => self.after().take_picture(picture));
    }

    fn after(&self) -> MutexGuard<'_, After> {
        // What a panic left half done is of a frame that failed.
        self.after.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was seen.
    ///
    /// # Errors
    /// As [`Onlooker::new`].
    pub fn end(self) -> Result<Preview> {
        let After { sketch, part, .. } =
            self.after.into_inner().unwrap_or_else(PoisonError::into_inner);
        let far = match (self.far_before, part) {
            (Some(before), Some(part)) => Some([before, part.finished()?]),
            _ => None,
        };
        Ok(Preview { before: self.before, after: sketch.finished()?, far })
    }
}

/// [`Bands`] that somebody looks at.
#[derive(Clone, Copy)]
#[allow(missing_debug_implementations, reason = "what takes the bands need not have one")]
pub struct Before<'a> {
    onlooker: &'a Onlooker,
    bands: &'a dyn Bands,
}

impl Bands for Before<'_> {
    fn rows(&self) -> usize {
        self.bands.rows()
    }

    fn take(&self, first: usize, samples: Samples<'_>) {
        let top = first * self.rows();
        match samples {
            Samples::Eight(samples) => self.onlooker.after().take(top, samples),
            Samples::Sixteen(samples) => self.onlooker.after().take(top, samples),
        }
        self.bands.take(first, samples);
    }
}

/// The finished frame as far as it was seen.
#[derive(Debug)]
struct After {
    width: usize,
    channels: usize,
    sketch: Sketch,
    part: Option<Part>,
}

impl After {
    /// Rows from `top` on, one channel after the other in each.
    fn take<S: Sample + Into<u32>>(&mut self, top: usize, samples: &[S]) {
        for (i, row) in samples.chunks_exact(self.width * self.channels).enumerate() {
            let width = self.width;
            self.take_row(top + i, |c| &row[c * width..][..width]);
        }
    }

    fn take_row<'a, S: Sample + Into<u32>>(
        &mut self,
        y: usize,
        channel: impl Fn(usize) -> &'a [S],
    ) {
        self.sketch.add(y, &channel);
        if let Some(part) = &mut self.part {
            part.add(y, channel);
        }
    }

    fn wants(&self, y: usize) -> bool {
        self.sketch.wants(y) || self.part.as_ref().is_some_and(|part| part.wants(y))
    }

    fn take_picture<S: Sample + Into<u32>, const CHANNELS: usize>(
        &mut self,
        picture: &dyn Picture<CHANNELS, Sample = S>,
    ) {
        let (level, size) = (Level::new(), picture.size());
        let mut rows = [(); CHANNELS].map(|()| vec![S::default(); size.width as usize]);
        for y in (0..size.height as usize).filter(|&y| self.wants(y)).collect::<Vec<_>>() {
            let out = rows.each_mut().map(Vec::as_mut_slice);
            picture.read(level, y, 0..size.width as usize, out);
            self.take_row(y, |c| &rows[c]);
        }
    }
}

/// Pixels on each side of the square that a small pixel covers.
fn step(size: Size) -> usize {
    ((size.long_side() + LONG_PX / 2) / LONG_PX).max(1) as usize
}

fn small(size: Size, step: usize) -> Size {
    let side = |px: u32| (px / step as u32).max(1);
    Size::new(side(size.width), side(size.height))
}

/// A small picture in the making.
#[derive(Debug)]
struct Sketch {
    step: usize,
    size: Size,
    channels: usize,
    /// What a sample is divided by to have 8 bits.
    scale: u32,
    /// A row of each channel for every row of pixels.
    sums: Vec<u32>,
}

impl Sketch {
    fn new(frame: Size, channels: usize, sample_max: f32) -> Result<Self> {
        let step = step(frame);
        let size = small(frame, step);
        let sums = zeros(size.area() as usize * channels)?;
        Ok(Self { step, size, channels, scale: sample_max as u32 / 255, sums })
    }

    /// Whether row `y` of the frame is looked at.
    fn wants(&self, y: usize) -> bool {
        let (cell, row) = (y / self.step, y % self.step);
        let quarter = self.step / 4;
        cell < self.size.height as usize && (row == quarter || row == self.step - 1 - quarter)
    }

    fn add<'a, S: Sample + Into<u32>>(&mut self, y: usize, channel: impl Fn(usize) -> &'a [S]) {
        if !self.wants(y) {
            return;
        }
        let width = self.size.width as usize;
        let top = y / self.step * width * self.channels;
        for c in 0..self.channels {
            let (sums, row) = (&mut self.sums[top + c * width..][..width], channel(c));
            match self.step {
                1 => add_cells::<S, 1>(sums, row),
                2 => add_cells::<S, 2>(sums, row),
                3 => add_cells::<S, 3>(sums, row),
                4 => add_cells::<S, 4>(sums, row),
                5 => add_cells::<S, 5>(sums, row),
                6 => add_cells::<S, 6>(sums, row),
                7 => add_cells::<S, 7>(sums, row),
                8 => add_cells::<S, 8>(sums, row),
                9 => add_cells::<S, 9>(sums, row),
                10 => add_cells::<S, 10>(sums, row),
                11 => add_cells::<S, 11>(sums, row),
                12 => add_cells::<S, 12>(sums, row),
                step => {
                    for (sum, cell) in sums.iter_mut().zip(row.chunks_exact(step)) {
                        *sum += (0..ACROSS).map(|i| cell[i * step / ACROSS].into()).sum::<u32>();
                    }
                }
            }
        }
    }

    fn finished(self) -> Result<Pixels> {
        let width = self.size.width as usize;
        let count = self.step.min(ACROSS) * self.step.min(DOWN);
        let count = count as u32 * self.scale;
        // A product is faster than a quotient, which as an integer takes 1.5 % of a frame's time.
        let share = 1.0 / count as f32;
        let mut samples = zeros(self.sums.len())?;
        let rows = self.sums.chunks_exact(width * self.channels);
        for (sums, pixels) in rows.zip(samples.chunks_exact_mut(width * self.channels)) {
            for (x, pixel) in pixels.chunks_exact_mut(self.channels).enumerate() {
                for (c, sample) in pixel.iter_mut().enumerate() {
                    *sample = (sums[c * width + x] as f32 * share + 0.5) as u8;
                }
            }
        }
        pixels(self.size, self.channels, samples)
    }
}

/// Sums of `N` neighbours; the compiler makes vectors of a number that it knows.
fn add_cells<S: Sample + Into<u32>, const N: usize>(sums: &mut [u32], row: &[S]) {
    for (sum, cell) in sums.iter_mut().zip(row.as_chunks::<N>().0) {
        *sum += cell.iter().map(|&sample| sample.into()).sum::<u32>();
    }
}

/// The small picture of a part that is in memory.
fn sketch_of<S: Sample + Into<u32>, const CHANNELS: usize>(
    picture: &dyn Picture<CHANNELS, Sample = S>,
    part: Rect,
) -> Result<Pixels> {
    let mut sketch = Sketch::new(part.size(), CHANNELS, S::MAX)?;
    let (level, width) = (Level::new(), part.width as usize);
    let columns = part.x as usize..part.x as usize + width;
    let mut rows = [(); CHANNELS].map(|()| vec![S::default(); width]);
    for y in (0..part.height as usize).filter(|&y| sketch.wants(y)).collect::<Vec<_>>() {
        let out = rows.each_mut().map(Vec::as_mut_slice);
        picture.read(level, part.y as usize + y, columns.clone(), out);
        sketch.add(y, |c| &rows[c]);
    }
    sketch.finished()
}

/// A part of the finished frame, copied as its rows come.
#[derive(Debug)]
struct Part {
    rect: Rect,
    channels: usize,
    samples: Vec<u8>,
}

impl Part {
    fn new(rect: Rect, channels: usize) -> Result<Self> {
        Ok(Self { rect, channels, samples: zeros(rect.size().area() as usize * channels)? })
    }

    fn wants(&self, y: usize) -> bool {
        self.rect.rows().contains(&(y as u32))
    }

    fn add<'a, S: Sample + Into<u32>>(&mut self, y: usize, channel: impl Fn(usize) -> &'a [S]) {
        if !self.wants(y) {
            return;
        }
        let (width, left) = (self.rect.width as usize, self.rect.x as usize);
        let row = (y - self.rect.y as usize) * width * self.channels;
        let pixels = &mut self.samples[row..][..width * self.channels];
        let scale = S::MAX as u32 / 255;
        for c in 0..self.channels {
            let from = &channel(c)[left..left + width];
            for (pixel, &sample) in pixels.chunks_exact_mut(self.channels).zip(from) {
                pixel[c] = (sample.into() / scale) as u8;
            }
        }
    }

    fn finished(self) -> Result<Pixels> {
        pixels(self.rect.size(), self.channels, self.samples)
    }
}

/// A part of the original as large as it is in the finished frame, or nearly.
fn close(view: View<'_>, part: Rect) -> Result<Pixels> {
    let small = area_average_of(view, part, PART.width);
    let size = small.size();
    let mut samples: Vec<u8> = zeros(size.area() as usize * 3)?;
    for (c, plane) in small.channels.iter().enumerate() {
        for (pixel, value) in samples.chunks_exact_mut(3).zip(plane.values()) {
            pixel[c] = (value * 255.0).round() as u8;
        }
    }
    pixels(size, 3, samples)
}

fn pixels(size: Size, channels: usize, samples: Vec<u8>) -> Result<Pixels> {
    let Size { width, height } = size;
    let whole = match channels {
        1 => ImageBuffer::from_raw(width, height, samples).map(Pixels::Gray8),
        _ => ImageBuffer::from_raw(width, height, samples).map(Pixels::Rgb8),
    };
    whole.ok_or_else(|| Error::new(ErrorKind::Internal, "a buffer smaller than its picture"))
}

#[cfg(test)]
mod tests;

//! Small pictures of a frame before and after it is developed, for people to compare. They are made from what
//! is in memory anyway: the decoded samples, and the developed rows on their way to the encoder.
//!
//! A pixel of them is the mean of some samples, spread over the square that it covers: of a 24 MP frame two
//! rows of ten are looked at. Two thirds of what they cost is looking, most of the rest their encoding.

mod far;
mod sketch;
mod squares;

use std::sync::{Mutex, MutexGuard, PoisonError};

use fearless_simd::Level;

use super::{Prepared, Survey};
use crate::error::Result;
use crate::filter::area_average_of;
use crate::frame::{
    Bands, Frame, Original, Picture, Pixels, Rect, Sample, Samples, Size, View, each_kind,
    join_row, zeros,
};
use far::Place;
use sketch::{Sketch, join, pixels, sketch_of, small, step};
use squares::Rough;

/// The part that is shown at 100 %, in pixels of the finished frame: the narrowest card of a page has room for it.
const PART: Size = Size::new(360, 240);

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
    /// [`ErrorKind::TooLarge`](crate::error::ErrorKind::TooLarge) if the system has no memory for it.
    pub fn new(prepared: &Prepared, original: &Original, survey: Option<&Survey>) -> Result<Self> {
        let (view, kept, target) = (View::from(original), prepared.kept, prepared.target);
        let before = each_kind!(view, View(picture) => sketch_of(picture, kept))?;
        let (size, channels) = (prepared.size(), view.channels());
        let sketch = Sketch::new(size, channels)?;
        let far = sketch.is_smaller().then(|| {
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

    /// Bytes that it takes for a frame of this size: both pictures and both parts, beside which a few rows of sums
    /// are nothing.
    #[must_use]
    pub fn bytes(size: Size) -> u64 {
        let small = small(size, step(size));
        2 * 3 * (small.area() + PART.area())
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
    fn take<S: Rough>(&mut self, top: usize, samples: &[S]) {
        for (i, row) in samples.chunks_exact(self.width * self.channels).enumerate() {
            let width = self.width;
            self.take_row(top + i, |c| &row[c * width..][..width]);
        }
    }

    fn take_row<'a, S: Rough>(&mut self, y: usize, channel: impl Fn(usize) -> &'a [S]) {
        self.sketch.add(y, &channel);
        if let Some(part) = &mut self.part {
            part.add(y, part.rect.x as usize, channel);
        }
    }

    fn wants(&self, y: usize) -> bool {
        self.sketch.wants(y) || self.part.as_ref().is_some_and(|part| part.wants(y))
    }

    fn take_picture<S: Rough, const CHANNELS: usize>(
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

/// A part of the finished frame, copied as its rows come.
#[derive(Debug)]
struct Part {
    rect: Rect,
    channels: usize,
    /// One row, channel by channel.
    row: Vec<u8>,
    samples: Vec<u8>,
}

impl Part {
    fn new(rect: Rect, channels: usize) -> Result<Self> {
        let (row, samples) =
            (rect.width as usize * channels, rect.size().area() as usize * channels);
        Ok(Self { rect, channels, row: vec![0; row], samples: zeros(samples)? })
    }

    fn wants(&self, y: usize) -> bool {
        self.rect.rows().contains(&(y as u32))
    }

    /// Row `y` of the frame, in which the part begins at column `left` of what `channel` gives.
    fn add<'a, S: Rough>(&mut self, y: usize, left: usize, channel: impl Fn(usize) -> &'a [S]) {
        if !self.wants(y) {
            return;
        }
        let width = self.rect.width as usize;
        for (c, eights) in self.row.chunks_exact_mut(width).enumerate() {
            for (eight, sample) in eights.iter_mut().zip(&channel(c)[left..left + width]) {
                *eight = sample.eight();
            }
        }
        let len = self.row.len();
        let first = (y - self.rect.y as usize) * len;
        join(self.channels, &self.row, &mut self.samples[first..first + len]);
    }

    fn finished(self) -> Result<Pixels> {
        pixels(self.rect.size(), self.channels, self.samples)
    }
}

/// A part of the original as large as it is in the finished frame, or nearly.
fn close(view: View<'_>, part: Rect) -> Result<Pixels> {
    if part.size() == PART {
        return each_kind!(view, View(picture) => as_it_is(picture, part));
    }
    let small = area_average_of(view, part, PART.width);
    let size = small.size();
    let mut samples: Vec<u8> = zeros(size.area() as usize * 3)?;
    let planes = small.channels.each_ref().map(|plane| {
        let values = plane.values().iter();
        values.map(|value| u8::from_f32(value * 255.0)).collect::<Vec<_>>()
    });
    join_row(planes.each_ref().map(Vec::as_slice), samples.as_chunks_mut::<3>().0);
    pixels(size, 3, samples)
}

/// A part of the original pixel by pixel.
fn as_it_is<S: Rough, const CHANNELS: usize>(
    picture: &dyn Picture<CHANNELS, Sample = S>,
    part: Rect,
) -> Result<Pixels> {
    let (level, columns) = (Level::new(), part.x as usize..(part.x + part.width) as usize);
    let mut rows = [(); CHANNELS].map(|()| vec![S::default(); part.width as usize]);
    let mut copied = Part::new(part, CHANNELS)?;
    for y in part.rows() {
        let out = rows.each_mut().map(Vec::as_mut_slice);
        picture.read(level, y as usize, columns.clone(), out);
        copied.add(y as usize, 0, |c| &rows[c]);
    }
    copied.finished()
}

#[cfg(test)]
mod tests;

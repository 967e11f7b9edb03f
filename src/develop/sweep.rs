//! The sweep: the full-size rows of the crop, each dehazed, sharpened and quantised while it is in
//! the cache.
//!
//! Rows go round in a ring of as many as the sharpener reads (its reach above and below). Bands of
//! rows are independent: each starts its own ring, one reach early, so any number of workers gives
//! the same bytes. The deconvolution takes blocks of rows rather than single ones.

use fearless_simd::{Level, dispatch};
use rayon::prelude::*;

use super::rows::{DITHER_SIDE, dither_rows, join, split};
use crate::frame::{Rect, Sample, Size, luma};
use crate::stage::dehaze::{DepthRows, Removal};
use crate::stage::sharpen::{Deconvolution, Neighbourhood, Sharpener, Unsharp, Workspace};

/// How many workers one frame may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Workers {
    /// The one that calls: there are frames enough for the others.
    #[default]
    One,
    /// All of rayon's current pool.
    All,
}

/// What is done to every row.
#[derive(Debug, Clone, Default)]
pub(super) struct RowStages {
    /// Haze to take out.
    pub(super) dehaze: Option<Removal>,
    /// Detail to raise.
    pub(super) sharpen: Option<Sharpener>,
}

impl RowStages {
    /// Whether the samples would come out as they are.
    #[must_use]
    pub(super) fn is_neutral(&self) -> bool {
        self.dehaze.is_none() && self.sharpen.is_none()
    }
}

/// Rows of a band when a frame is shared out: the unsharp mask's halo costs 4 of them.
const BAND_ROWS: usize = 128;

/// Sweeps the rows and columns of `part` of a frame of `CHANNELS` interleaved samples a pixel into
/// `out`, which is as large as `part`.
pub(super) fn sweep<S: Sample, const CHANNELS: usize>(
    source: &[S],
    frame: Size,
    part: Rect,
    stages: &RowStages,
    workers: Workers,
    out: &mut [S],
) {
    sweep_at::<S, CHANNELS>(Level::new(), source, frame, part, stages, workers, out);
}

/// [`sweep`] with the vectors of `level`; every level gives the same samples.
fn sweep_at<S: Sample, const CHANNELS: usize>(
    level: Level,
    source: &[S],
    frame: Size,
    part: Rect,
    stages: &RowStages,
    workers: Workers,
    out: &mut [S],
) {
    let row_len = part.width as usize * CHANNELS;
    if stages.is_neutral() {
        for (y, row) in out.chunks_exact_mut(row_len).enumerate() {
            let start = ((part.y as usize + y) * frame.width as usize + part.x as usize) * CHANNELS;
            row.copy_from_slice(&source[start..start + row_len]);
        }
        return;
    }
    let band = |first: usize, rows: &mut [S]| {
        Band::<S, CHANNELS>::new(level, source, frame, part, stages).run(first, rows);
    };
    match workers {
        Workers::One => band(0, out),
        Workers::All => out
            .par_chunks_mut(BAND_ROWS * row_len)
            .enumerate()
            .for_each(|(i, rows)| band(i * BAND_ROWS, rows)),
    }
}

/// Rows that are deconvolved at once; the halo of 32 on each side costs as much again.
const BLOCK_ROWS: usize = 64;

/// One band on its way; every row buffer is `reach` longer than the crop on both sides.
struct Band<'a, S, const CHANNELS: usize> {
    source: &'a [S],
    frame: Size,
    part: Rect,
    stages: &'a RowStages,
    /// The processor's vectors.
    level: Level,
    /// The columns that are read: the crop and what of the reach lies in the frame.
    columns: Rect,
    /// Rows and columns that a pixel reads on each side.
    reach: usize,
    /// Reach on the left that lies outside of the frame.
    missing_left: usize,
    depth: DepthRows,
    /// The rings: row `y` stands in slot `y` modulo their length.
    colours: Vec<[Vec<f32>; CHANNELS]>,
    luma: Vec<Vec<f32>>,
    gains: Vec<Vec<f32>>,
    scratch: [Vec<f32>; 3],
    change: Vec<f32>,
    dither: [Vec<f32>; DITHER_SIDE],
}

impl<'a, S: Sample, const CHANNELS: usize> Band<'a, S, CHANNELS> {
    fn new(level: Level, source: &'a [S], frame: Size, part: Rect, stages: &'a RowStages) -> Self {
        let reach = stages.sharpen.map_or(0, |sharpen| sharpen.reach());
        let left = part.x.saturating_sub(reach as u32);
        let right = (part.x + part.width + reach as u32).min(frame.width);
        let width = part.width as usize;
        let row = || vec![0.0_f32; width + 2 * reach];
        let ring = match stages.sharpen {
            Some(Sharpener::Deconvolution(_)) => 2 * reach + BLOCK_ROWS,
            _ => 2 * reach + 1,
        };
        Self {
            source,
            frame,
            part,
            stages,
            level,
            columns: Rect { x: left, y: 0, width: right - left, height: 1 },
            reach,
            missing_left: reach - (part.x - left) as usize,
            depth: DepthRows::default(),
            colours: (0..ring).map(|_| std::array::from_fn(|_| row())).collect(),
            luma: (0..ring).map(|_| row()).collect(),
            gains: (0..ring).map(|_| vec![1.0; width + 2 * reach]).collect(),
            scratch: std::array::from_fn(|_| row()),
            change: vec![0.0; width],
            dither: dither_rows(width),
        }
    }

    /// Writes the rows of the crop from `first` on.
    fn run(mut self, first: usize, out: &mut [S]) {
        let row_len = self.part.width as usize * CHANNELS;
        // The row `first` needs `reach` rows before it; counted from `reach` above the crop.
        for y in first..first + 2 * self.reach {
            self.load(y);
        }
        if let Some(Sharpener::Deconvolution(deconvolution)) = &self.stages.sharpen {
            let mut work = Workspace::new(self.part.width as usize, BLOCK_ROWS);
            for (i, rows) in out.chunks_mut(BLOCK_ROWS * row_len).enumerate() {
                self.run_block(deconvolution, &mut work, first + i * BLOCK_ROWS, rows);
            }
            return;
        }
        for (i, row) in out.chunks_exact_mut(row_len).enumerate() {
            let y = first + i;
            self.load(y + 2 * self.reach);
            if let Some(Sharpener::Unsharp(unsharp)) = &self.stages.sharpen {
                self.sharpen(unsharp, y);
            }
            self.write(y, row);
        }
    }

    /// Deconvolves and writes the rows of a block, of which the first 2·reach are in the ring.
    fn run_block(
        &mut self,
        deconvolution: &Deconvolution,
        work: &mut Workspace,
        first: usize,
        out: &mut [S],
    ) {
        let row_len = self.part.width as usize * CHANNELS;
        let rows = out.len() / row_len;
        for y in 0..rows {
            self.load(first + 2 * self.reach + y);
        }
        for y in 0..rows + 2 * self.reach {
            work.row_mut(y).copy_from_slice(&self.luma[(first + y) % self.luma.len()]);
        }
        let level = self.level;
        dispatch!(level, _simd => deconvolution.restore(work, rows));
        for (i, row) in out.chunks_exact_mut(row_len).enumerate() {
            let y = first + i;
            let gains = &self.gains[(y + self.reach) % self.gains.len()][self.reach..];
            let change = &mut self.change;
            dispatch!(level, _simd => deconvolution.change(work, i, gains, change));
            self.write(y, row);
        }
    }

    /// Reads and dehazes one row into the ring; `y` counts from `reach` rows above the crop.
    fn load(&mut self, y: usize) {
        let row = (self.part.y as usize + y).saturating_sub(self.reach);
        let row = row.min(self.frame.height as usize - 1);
        let start = (row * self.frame.width as usize + self.columns.x as usize) * CHANNELS;
        let len = self.columns.width as usize;
        let samples = &self.source[start..start + len * CHANNELS];
        let slot = y % self.colours.len();
        let inside = self.missing_left..self.missing_left + len;
        let colours = &mut self.colours[slot];
        let mut colours = colours.each_mut().map(|c| &mut c[inside.clone()]);
        let gains = &mut self.gains[slot][inside.clone()];
        let luma_row = &mut self.luma[slot];
        if let Some(removal) = &self.stages.dehaze {
            self.depth.seek(removal, self.frame, self.columns, row as u32);
        }
        let level = self.level;
        for first in (0..len).step_by(STRIP_PX) {
            let strip = first..(first + STRIP_PX).min(len);
            let mut colours = colours.each_mut().map(|c| &mut c[strip.clone()]);
            let samples = &samples[strip.start * CHANNELS..strip.end * CHANNELS];
            let rows = colours.each_mut().map(|c| &mut **c);
            dispatch!(level, _simd => split(samples, rows));
            if let Some(removal) = &self.stages.dehaze {
                let gains = &mut gains[strip.clone()];
                dehaze_strip(level, removal, colours.as_mut_slice(), (&self.depth, first), gains);
            }
            if self.stages.sharpen.is_some() {
                let out = &mut luma_row[inside.start..][strip];
                match colours.as_slice() {
                    [red, green, blue] => luma_of_strip(level, [red, green, blue], out),
                    [grey, ..] => out.copy_from_slice(grey),
                    [] => {}
                }
            }
        }
        if self.stages.sharpen.is_some() {
            let (first, last) = (luma_row[inside.start], luma_row[inside.end - 1]);
            luma_row[..inside.start].fill(first);
            luma_row[inside.end..].fill(last);
        }
    }

    fn sharpen(&mut self, unsharp: &Unsharp, y: usize) {
        let ring = self.luma.len();
        let rows = [0, 1, 2, 3, 4].map(|i| self.luma[(y + i) % ring].as_slice());
        let gains = &self.gains[(y + self.reach) % ring][self.reach..];
        for (i, change) in self.change.chunks_mut(STRIP_PX).enumerate() {
            let first = i * STRIP_PX;
            let luma = rows.map(|row| &row[first..]);
            let scratch = self.scratch.each_mut().map(Vec::as_mut_slice);
            let near = Neighbourhood { luma, gains: &gains[first..] };
            unsharpened_strip(self.level, unsharp, &near, scratch, change);
        }
    }

    fn write(&self, y: usize, out: &mut [S]) {
        let slot = (y + self.reach) % self.colours.len();
        let dither = &self.dither[y % DITHER_SIDE];
        let width = self.part.width as usize;
        let colours = self.colours[slot].each_ref().map(|c| &c[self.reach..self.reach + width]);
        let change = &self.change[..width];
        let dither = &dither[..width];
        dispatch!(self.level, _simd => join(colours, change, dither, out));
    }
}

// Each kernel is dispatched by itself, not the band as a whole: a band with everything inlined, for
// four kinds of samples and four levels, took the compiler five minutes; a dispatch takes
// nanoseconds a row.

fn dehaze_strip(
    level: Level,
    removal: &Removal,
    colours: &mut [&mut [f32]],
    (depth, first): (&DepthRows, usize),
    gains: &mut [f32],
) {
    match colours {
        [red, green, blue] => {
            dispatch!(level, _simd => removal.run([red, green, blue], depth, first, gains));
        }
        [grey, ..] => dispatch!(level, _simd => removal.run_grey(grey, depth, first, gains)),
        [] => {}
    }
}

fn luma_of_strip(level: Level, [red, green, blue]: [&[f32]; 3], out: &mut [f32]) {
    dispatch!(level, _simd => {
        let pixels = red.iter().zip(green).zip(blue).zip(out);
        pixels.for_each(|(((&r, &g), &b), out)| *out = luma(r, g, b));
    });
}

fn unsharpened_strip(
    level: Level,
    unsharp: &Unsharp,
    near: &Neighbourhood,
    scratch: [&mut [f32]; 3],
    change: &mut [f32],
) {
    dispatch!(level, _simd => unsharp.run(near, scratch, change));
}

/// Columns that go through one kernel after the other before the next ones do: their floats stay in
/// the first cache (whole rows of 5,000 px: sharpening 1.7 instead of 1.1 ns a pixel).
const STRIP_PX: usize = 512;

#[cfg(test)]
mod tests;

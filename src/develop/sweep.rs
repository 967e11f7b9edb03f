//! The sweep: the full-size rows of the crop, each dehazed, sharpened and quantised while it is in
//! the cache.
//!
//! Rows go round in a ring of as many as the sharpener reads. Bands of rows are independent: each
//! starts its own ring, [`REACH`] rows early, so any number of workers gives the same bytes.

use fearless_simd::{Level, dispatch};
use rayon::prelude::*;

use crate::frame::{Rect, Sample, Size, luma};
use crate::stage::dehaze::{DepthRows, Removal};
use crate::stage::sharpen::{Neighbourhood, REACH, Unsharp};

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
pub struct RowStages {
    /// Haze to take out.
    pub dehaze: Option<Removal>,
    /// Detail to raise.
    pub sharpen: Option<Unsharp>,
}

impl RowStages {
    /// Whether the samples would come out as they are.
    #[must_use]
    pub fn is_neutral(&self) -> bool {
        self.dehaze.is_none() && self.sharpen.is_none()
    }
}

/// Rows of a band when a frame is shared out: the halo costs 4 of them.
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
    let row_len = part.width as usize * CHANNELS;
    if stages.is_neutral() {
        for (y, row) in out.chunks_exact_mut(row_len).enumerate() {
            let start = ((part.y as usize + y) * frame.width as usize + part.x as usize) * CHANNELS;
            row.copy_from_slice(&source[start..start + row_len]);
        }
        return;
    }
    let band = |first: usize, rows: &mut [S]| {
        dispatch!(Level::new(), _simd => {
            Band::<S, CHANNELS>::new(source, frame, part, stages).run(first, rows);
        });
    };
    match workers {
        Workers::One => band(0, out),
        Workers::All => out
            .par_chunks_mut(BAND_ROWS * row_len)
            .enumerate()
            .for_each(|(i, rows)| band(i * BAND_ROWS, rows)),
    }
}

/// Rows that the ring holds: what the sharpener reads.
const RING: usize = 2 * REACH + 1;

/// One band on its way; every row buffer is [`REACH`] longer than the crop on both sides.
struct Band<'a, S, const CHANNELS: usize> {
    source: &'a [S],
    frame: Size,
    part: Rect,
    stages: &'a RowStages,
    /// The columns that are read: the crop and what of the reach lies in the frame.
    columns: Rect,
    /// Reach on the left that lies outside of the frame.
    missing_left: usize,
    depth: DepthRows,
    colours: [[Vec<f32>; CHANNELS]; RING],
    luma: [Vec<f32>; RING],
    gains: [Vec<f32>; RING],
    scratch: [Vec<f32>; 3],
    change: Vec<f32>,
    dither: [Vec<f32>; DITHER_SIDE],
}

impl<'a, S: Sample, const CHANNELS: usize> Band<'a, S, CHANNELS> {
    fn new(source: &'a [S], frame: Size, part: Rect, stages: &'a RowStages) -> Self {
        let reach = REACH as u32;
        let left = part.x.saturating_sub(reach);
        let right = (part.x + part.width + reach).min(frame.width);
        let width = part.width as usize;
        let row = || vec![0.0_f32; width + 2 * REACH];
        Self {
            source,
            frame,
            part,
            stages,
            columns: Rect { x: left, y: 0, width: right - left, height: 1 },
            missing_left: REACH - (part.x - left) as usize,
            depth: DepthRows::default(),
            colours: std::array::from_fn(|_| std::array::from_fn(|_| row())),
            luma: std::array::from_fn(|_| row()),
            gains: std::array::from_fn(|_| vec![1.0; width + 2 * REACH]),
            scratch: std::array::from_fn(|_| row()),
            change: vec![0.0; width],
            dither: dither_rows(width),
        }
    }

    /// Writes the rows of the crop from `first` on.
    #[inline(always)]
    fn run(mut self, first: usize, out: &mut [S]) {
        let row_len = self.part.width as usize * CHANNELS;
        let reach = if self.stages.sharpen.is_some() { REACH } else { 0 };
        // The row `first` needs `reach` rows before it; counted from `reach` above the crop.
        for y in first..first + 2 * reach {
            self.load(y, reach);
        }
        for (i, row) in out.chunks_exact_mut(row_len).enumerate() {
            let y = first + i;
            self.load(y + 2 * reach, reach);
            if let Some(sharpen) = &self.stages.sharpen {
                self.sharpen(sharpen, y);
            }
            self.write((y + reach) % RING, y, row);
        }
    }

    /// Reads and dehazes one row into the ring; `y` counts from `reach` rows above the crop.
    #[inline(always)]
    fn load(&mut self, y: usize, reach: usize) {
        let row = (self.part.y as usize + y).saturating_sub(reach).min(self.frame.height as usize - 1);
        let start = (row * self.frame.width as usize + self.columns.x as usize) * CHANNELS;
        let len = self.columns.width as usize;
        let samples = &self.source[start..start + len * CHANNELS];
        let slot = y % RING;
        let inside = self.missing_left..self.missing_left + len;
        let colours = &mut self.colours[slot];
        split(samples, colours.each_mut().map(|c| &mut c[inside.clone()]));
        if let Some(removal) = &self.stages.dehaze {
            self.depth.seek(removal, self.frame, self.columns, row as u32);
            let gains = &mut self.gains[slot][inside.clone()];
            match colours.each_mut().map(|c| &mut c[inside.clone()]).as_mut_slice() {
                [red, green, blue] => removal.run([red, green, blue], &self.depth, gains),
                [grey, ..] => removal.run_grey(grey, &self.depth, gains),
                [] => {}
            }
        }
        if self.stages.sharpen.is_some() {
            let luma_row = &mut self.luma[slot];
            match colours.each_ref().map(Vec::as_slice).as_slice() {
                [red, green, blue] => {
                    for (i, out) in luma_row[inside.clone()].iter_mut().enumerate() {
                        let i = i + inside.start;
                        *out = luma(red[i], green[i], blue[i]);
                    }
                }
                [grey, ..] => luma_row[inside.clone()].copy_from_slice(&grey[inside.clone()]),
                [] => {}
            }
            let (first, last) = (luma_row[inside.start], luma_row[inside.end - 1]);
            luma_row[..inside.start].fill(first);
            luma_row[inside.end..].fill(last);
        }
    }

    #[inline(always)]
    fn sharpen(&mut self, sharpen: &Unsharp, y: usize) {
        let luma = [0, 1, 2, 3, 4].map(|i| self.luma[(y + i) % RING].as_slice());
        let gains = &self.gains[(y + REACH) % RING][REACH..];
        let scratch = self.scratch.each_mut().map(Vec::as_mut_slice);
        sharpen.run(&Neighbourhood { luma, gains }, scratch, &mut self.change);
    }

    #[inline(always)]
    fn write(&self, slot: usize, y: usize, out: &mut [S]) {
        let dither = &self.dither[y % DITHER_SIDE];
        let width = self.part.width as usize;
        let colours = self.colours[slot].each_ref().map(|c| &c[REACH..REACH + width]);
        let change = &self.change[..width];
        for (i, pixel) in out.chunks_exact_mut(CHANNELS).enumerate() {
            let add = change[i] + dither[i];
            for (sample, colour) in pixel.iter_mut().zip(&colours) {
                *sample = S::from_f32(colour[i] + add);
            }
        }
    }
}

/// Interleaved samples to one row of floats a channel.
#[inline(always)]
fn split<S: Sample, const CHANNELS: usize>(samples: &[S], mut rows: [&mut [f32]; CHANNELS]) {
    for (i, pixel) in samples.chunks_exact(CHANNELS).enumerate() {
        for (row, sample) in rows.iter_mut().zip(pixel) {
            row[i] = sample.to_f32();
        }
    }
}

/// Side of the dither matrix.
const DITHER_SIDE: usize = 8;

/// Peak to peak, samples. Dehazed samples carry the frame's own noise, raised; more than this would
/// be seen before it (one whole sample: flat-area noise of quiet skies 1.45 → 2.3 times).
const DITHER: f32 = 0.2;

/// Rows of the ordered dither, in samples, within ±[`DITHER`]/2: a sample that needs no rounding
/// stays.
///
/// Bayer, "An optimum method for two-level rendition of continuous-tone pictures", ICC 1973.
fn dither_rows(width: usize) -> [Vec<f32>; DITHER_SIDE] {
    std::array::from_fn(|y| (0..width).map(|x| bayer(x % DITHER_SIDE, y)).collect())
}

fn bayer(x: usize, y: usize) -> f32 {
    let (mut rank, mixed) = (0, x ^ y);
    for bit in 0..3 {
        rank = rank << 2 | (mixed >> bit & 1) << 1 | y >> bit & 1;
    }
    ((rank as f32 + 0.5) / 64.0 - 0.5) * DITHER
}

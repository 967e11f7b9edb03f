//! The sweep: the full-size rows of the crop, each dehazed, sharpened and quantised while it is in
//! the cache.
//!
//! Each stage that reads the rows around its own has a ring of them ([`RowStage`] says how many). Rows are
//! produced in bands, each in the buffer of the one before it, so that the encoder finds a band in the cache.
//! Bands are shared out among workers in runs. Each run fills its own rings, starting one reach early, so any
//! number of workers gives the same bytes.
//!
//! Written over the frame it was read from, 24 MP took 12 ms more, and 7 ms more on two cores. In strips of 500
//! to 2,000 columns, whose rings would fit in the first cache, they took 5 to 35 ms more of 100: what is read
//! of a row at once is then too little.

use std::ops::Range;

use fearless_simd::Level;
use rayon::prelude::*;

use super::rows;
use crate::frame::{Lane, Picture, Rect, Sample, channels_mut};
use crate::recipe::Recipe;
use crate::stage::dehaze::Removal;
use crate::stage::denoise::Denoiser;
use crate::stage::sharpen::Sharpener;
use crate::stage::{Around, RowStage, SourceStage};
use run::Run;

mod run;
mod source;

/// How many workers one frame may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Workers {
    /// The one that calls: there are frames enough for the others.
    #[default]
    One,
    /// All of rayon's current pool.
    All,
}

/// What is done to every row, in this order.
#[derive(Debug, Clone, Default)]
pub(super) struct RowStages {
    /// What is done to the rows of the original before.
    pub(super) source: Option<Cleaner>,
    /// Haze to take out.
    pub(super) dehaze: Option<Removal>,
    /// Detail to raise.
    pub(super) sharpen: Option<Sharpener>,
}

/// The stages that read rows of the original.
#[derive(Debug, Clone)]
pub(super) enum Cleaner {
    /// Noise taken out of what the dehaze is going to raise.
    Denoise(Denoiser),
    #[cfg(test)]
    Mean(tests::Mean),
}

impl RowStage for Cleaner {
    fn reach(&self) -> usize {
        match self {
            Self::Denoise(denoiser) => denoiser.reach(),
            #[cfg(test)]
            Self::Mean(mean) => mean.reach(),
        }
    }
}

impl SourceStage for Cleaner {
    fn run<L: Lane, const CHANNELS: usize>(
        &self,
        level: Level,
        around: &Around<'_, L, CHANNELS>,
        out: [&mut [L]; CHANNELS],
    ) {
        match self {
            Self::Denoise(denoiser) => denoiser.run(level, around, out),
            #[cfg(test)]
            Self::Mean(mean) => mean.run(level, around, out),
        }
    }
}

impl RowStages {
    /// The stages that this recipe may have, whatever the survey is going to find: what they take in memory is
    /// what any of its frames takes.
    pub(super) fn widest(recipe: &Recipe) -> Self {
        Self {
            source: Denoiser::strongest(recipe.denoise).map(Cleaner::Denoise),
            dehaze: None,
            sharpen: Sharpener::new(&recipe.sharpen, 0.0, 255.0),
        }
    }

    /// Whether the samples would come out as they are.
    #[must_use]
    pub(super) fn is_neutral(&self) -> bool {
        self.source.is_none() && self.dehaze.is_none() && self.sharpen.is_none()
    }

    /// Rows that a sharpened row reads on each side, those that are made for it included.
    fn reach(&self) -> usize {
        let source = self.source.as_ref().map_or(0, RowStage::reach);
        source + self.sharpen.as_ref().map_or(0, RowStage::reach)
    }

    /// Rows of the ring behind the dehaze.
    fn ring_rows(&self) -> usize {
        self.sharpen.map_or(1, |sharpen| 2 * sharpen.reach() + sharpen.rows_at_once())
    }

    /// Bytes that one worker's rings take for a part of so many columns.
    pub(super) fn bytes<L>(&self, width: usize, channels: usize) -> u64 {
        let (lane, width) = (size_of::<L>(), width as u64);
        // A row of each channel and one of luma, and the gains.
        let row = (lane * (channels + 1) + size_of::<f32>()) as u64;
        let source = self.source.as_ref().map_or(0, |stage| {
            (2 * stage.reach() + 1) as u64 * width * (lane * channels) as u64
                + stage.work_bytes(width as usize)
        });
        let work = self.sharpen.map_or(0, |sharpen| sharpen.work_bytes(width as usize));
        source + self.ring_rows() as u64 * width * row + work
    }
}

/// Runs of bands for each worker when a frame is shared out: one that is held up leaves the second to
/// others. Every run begins with the maps' rows widened to its columns: runs of 128 rows took 3 to 4 ms
/// more of the 150 of a 24 MP frame on two cores.
const RUNS_EACH: usize = 2;
/// Rows of a run at least: the unsharp mask's halo costs 4 of them.
const RUN_ROWS: usize = 128;
/// Rows of a run at least, for each row of reach: what runs read of each other is a quarter at most.
const RUN_REACHES: usize = 8;

/// What is swept: a picture, and the part of it that is kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a, S, const CHANNELS: usize> {
    pub(super) picture: &'a dyn Picture<CHANNELS, Sample = S>,
    pub(super) part: Rect,
}

impl<S: Sample, const CHANNELS: usize> Source<'_, S, CHANNELS> {
    /// Samples in a row of the part.
    pub(super) fn row_len(&self) -> usize {
        self.part.width as usize * CHANNELS
    }
}

/// Sweeps the part of a frame, and hands it on in bands of so many rows, each with its index and with its
/// rows as [`Bands`](crate::frame::Bands) has them.
pub(super) fn sweep<S: Sample, const CHANNELS: usize>(
    source: Source<S, CHANNELS>,
    stages: &RowStages,
    workers: Workers,
    band_rows: usize,
    take: Take<S>,
) {
    sweep_at(Level::new(), source, stages, workers, band_rows, take);
}

/// [`sweep`] with the vectors of `level`; every level gives the same samples.
fn sweep_at<S: Sample, const CHANNELS: usize>(
    level: Level,
    source: Source<S, CHANNELS>,
    stages: &RowStages,
    workers: Workers,
    band_rows: usize,
    take: Take<S>,
) {
    let rows = source.part.height as usize;
    let run_bands = match workers {
        Workers::One => rows.div_ceil(band_rows),
        Workers::All => {
            let runs = RUNS_EACH * rayon::current_num_threads();
            rows.div_ceil(runs).max(RUN_ROWS).max(RUN_REACHES * stages.reach()).div_ceil(band_rows)
        }
    };
    let run = |first: usize| {
        let rows = first..rows.min(first + run_bands * band_rows);
        let row_len = source.row_len();
        let band = vec![S::default(); band_rows.min(rows.len()) * row_len];
        let out = Out { rows: band_rows, row_len, first, last: rows.end - 1, band, take };
        match stages.is_neutral() {
            true => copy(level, source, rows, out),
            false => Run::new(level, source, stages, out).sweep(rows),
        }
    };
    let firsts = 0..rows.div_ceil(run_bands * band_rows);
    match workers {
        Workers::One => firsts.for_each(|i| run(i * run_bands * band_rows)),
        Workers::All => firsts.into_par_iter().for_each(|i| run(i * run_bands * band_rows)),
    }
}

/// The rows as they are.
fn copy<S: Sample, const CHANNELS: usize>(
    level: Level,
    source: Source<S, CHANNELS>,
    rows: Range<usize>,
    mut out: Out<S, CHANNELS>,
) {
    let Rect { x, y: top, width, .. } = source.part;
    for y in rows {
        let columns = x as usize..(x + width) as usize;
        source.picture.read(level, top as usize + y, columns, out.row(y));
        out.ended(y);
    }
}

/// What takes the bands: the index of each, and its samples.
pub(super) type Take<'a, S> = &'a (dyn Fn(usize, &[S]) + Sync);

/// The rows of a run as they are made, gathered in bands.
struct Out<'a, S, const CHANNELS: usize> {
    /// Rows of a band.
    rows: usize,
    row_len: usize,
    /// The first and the last row of the run; a band begins with the first.
    first: usize,
    last: usize,
    band: Vec<S>,
    take: Take<'a, S>,
}

impl<S, const CHANNELS: usize> Out<'_, S, CHANNELS> {
    /// Where row `y` of the part goes, channel by channel.
    fn row(&mut self, y: usize) -> [&mut [S]; CHANNELS] {
        let start = (y - self.first) % self.rows * self.row_len;
        channels_mut(&mut self.band[start..start + self.row_len])
    }

    /// Row `y` is made; a band that ends with it, or with the run, is handed on.
    fn ended(&self, y: usize) {
        let made = (y - self.first) % self.rows + 1;
        if made == self.rows || y == self.last {
            (self.take)(y / self.rows, &self.band[..made * self.row_len]);
        }
    }
}

#[cfg(test)]
mod tests;

//! One run of the sweep: the rows of the crop from top to bottom, each dehazed into the ring that
//! the sharpener reads, and written once the rows below it are there.

use std::ops::Range;

use fearless_simd::Level;

use super::rows::{DITHER_SIDE, Loaded, dither_rows, finish};
use super::source::{Made, Reader};
use super::{Cleaner, Out, RowStages, Source};
use crate::frame::{BLOCK, Rect, Ring, Row, Sample};
use crate::stage::RowStage;
use crate::stage::dehaze::DepthRows;
use crate::stage::sharpen::Sharpening;

/// One run on its way; every row buffer is `reach` longer than the part on both sides, and then
/// more than a block, so that the last block of pixels is as whole as the others.
pub(super) struct Run<'a, S: Sample, const CHANNELS: usize> {
    source: Source<'a, S, CHANNELS>,
    rows: Rows<'a, S, CHANNELS>,
    stages: &'a RowStages,
    /// The processor's vectors.
    level: Level,
    /// The columns that are dehazed: those of the part and what of the reach lies in the frame.
    columns: Rect,
    /// Rows and columns that a sharpened pixel reads on each side.
    reach: usize,
    /// Reach on the left that lies outside of the frame.
    missing_left: usize,
    depth: DepthRows,
    /// The rings, counted from `reach` rows above the part.
    colours: Ring<[Row<S::Lane>; CHANNELS]>,
    luma: Ring<Row<S::Lane>>,
    gains: Ring<Row<f32>>,
    sharpening: Option<Sharpening<S::Lane>>,
    change: Row<S::Lane>,
    dither: [Row<S::Lane>; DITHER_SIDE],
    out: Out<'a, S, CHANNELS>,
}

/// Where the dehaze has its rows from.
enum Rows<'a, S: Sample, const CHANNELS: usize> {
    Read(Reader<'a, S, CHANNELS>),
    Made(Made<'a, S, Cleaner, CHANNELS>),
}

impl<'a, S: Sample, const CHANNELS: usize> Run<'a, S, CHANNELS> {
    pub(super) fn new(
        level: Level,
        source: Source<'a, S, CHANNELS>,
        stages: &'a RowStages,
        out: Out<'a, S, CHANNELS>,
    ) -> Self {
        let (frame, part) = (source.picture.size(), source.part);
        let reach = stages.sharpen.map_or(0, |sharpen| sharpen.reach());
        let left = part.x.saturating_sub(reach as u32);
        let right = (part.x + part.width + reach as u32).min(frame.width);
        let columns = left as usize..right as usize;
        let rows = match &stages.source {
            None => Rows::Read(Reader::new(source, level, columns)),
            Some(stage) => Rows::Made(Made::new(stage, source, level, columns)),
        };
        let width = part.width as usize;
        let len = (width + 2 * reach).next_multiple_of(BLOCK) + BLOCK;
        let row = || Row::filled(S::Lane::default(), len);
        let ring = stages.ring_rows();
        Self {
            source,
            rows,
            stages,
            level,
            columns: Rect { x: left, y: 0, width: right - left, height: 1 },
            reach,
            missing_left: reach - (part.x - left) as usize,
            depth: DepthRows::default(),
            colours: Ring::new(ring, || std::array::from_fn(|_| row())),
            luma: Ring::new(ring, row),
            gains: Ring::new(ring, || Row::filled(1.0, len)),
            sharpening: stages.sharpen.map(|sharpen| sharpen.begin(width)),
            change: Row::filled(S::Lane::default(), width.next_multiple_of(BLOCK)),
            dither: dither_rows(width.next_multiple_of(BLOCK)),
            out,
        }
    }

    /// Sweeps these rows of the part.
    pub(super) fn sweep(mut self, rows: Range<usize>) {
        let at_once = self.stages.sharpen.map_or(1, |sharpen| sharpen.rows_at_once());
        // The first row needs `reach` rows before it.
        (rows.start..rows.start + 2 * self.reach).for_each(|y| self.load(y));
        for first in rows.clone().step_by(at_once) {
            let block = first..rows.end.min(first + at_once);
            block.clone().for_each(|y| self.load(y + 2 * self.reach));
            if let Some(sharpening) = &mut self.sharpening {
                sharpening.take(self.level, &self.luma, block.clone());
            }
            for y in block {
                if let Some(sharpening) = &mut self.sharpening {
                    let gains = &self.gains.row(y + self.reach)[self.reach..];
                    sharpening.change(self.level, &self.luma, y, gains, &mut self.change);
                }
                self.write(y);
            }
        }
    }

    /// Reads and dehazes one row into the rings; `y` counts from `reach` rows above the part.
    fn load(&mut self, y: usize) {
        let (frame, part) = (self.source.picture.size(), self.source.part);
        let row = (part.y as usize + y).saturating_sub(self.reach);
        let row = row.min(frame.height as usize - 1);
        let (len, left) = (self.columns.width as usize, self.missing_left);
        let removal = self.stages.dehaze.as_ref();
        let scene = removal.map_or(frame.rect(), |removal| removal.scene(frame));
        let removal = removal.filter(|_| scene.rows().contains(&(row as u32)));
        if let Some(removal) = removal {
            self.depth.seek(removal, frame, self.columns, row as u32);
        }
        let column = |x: u32| x.saturating_sub(self.columns.x) as usize;
        let scene = column(scene.columns().start)..match column(scene.columns().end) {
            end if end >= len => usize::MAX,
            end => end,
        };
        let dehaze = removal.map(|removal| (removal, &self.depth));
        let loaded = Loaded {
            colours: self.colours.row_mut(y).each_mut().map(|row| &mut row[left..]),
            gains: &mut self.gains.row_mut(y)[left..],
            luma: &mut self.luma.row_mut(y)[left..],
        };
        match &mut self.rows {
            Rows::Read(reader) => loaded.fill(self.level, reader.row(row), len, scene, dehaze),
            Rows::Made(made) => loaded.fill(self.level, made.row(row, dehaze), len, scene, dehaze),
        }
        if self.stages.sharpen.is_some() {
            let luma = self.luma.row_mut(y);
            let (first, last) = (luma[left], luma[left + len - 1]);
            luma[..left].fill(first);
            luma[left + len..].fill(last);
        }
    }

    /// Row `y` into its band.
    fn write(&mut self, y: usize) {
        let dither = &self.dither[y % DITHER_SIDE];
        let colours = self.colours.row(y + self.reach);
        for (colour, out) in colours.iter().zip(self.out.row(y)) {
            finish(self.level, &colour[self.reach..], &self.change, dither, out);
        }
        self.out.ended(y);
    }
}

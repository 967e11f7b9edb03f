//! The rows of the original before the dehaze: as they were read, or processed by a stage that
//! reads the rows around them.

use std::ops::Range;

use fearless_simd::{Level, dispatch};

use super::Source;
use crate::frame::{BLOCK, Input, Ring, Row, Sample};
use crate::stage::dehaze::{DepthRows, Removal};
use crate::stage::{Around, SourceStage};

/// Rows that a source stage reads on each side at most.
const MOST_REACH: usize = 4;
const MOST_ROWS: usize = 2 * MOST_REACH + 1;

/// Reads these columns of a picture row by row.
pub(super) struct Reader<'a, S: Sample, const CHANNELS: usize> {
    source: Source<'a, S, CHANNELS>,
    level: Level,
    columns: Range<usize>,
    /// The row that was read last.
    samples: [Row<S>; CHANNELS],
}

impl<'a, S: Sample, const CHANNELS: usize> Reader<'a, S, CHANNELS> {
    /// The columns have to lie in the picture.
    pub(super) fn new(
        source: Source<'a, S, CHANNELS>,
        level: Level,
        columns: Range<usize>,
    ) -> Self {
        let len = columns.len().next_multiple_of(BLOCK);
        let samples = std::array::from_fn(|_| Row::filled(S::default(), len));
        Self { source, level, columns, samples }
    }

    /// The samples of row `y` of the picture, to the end of the last block.
    pub(super) fn row(&mut self, y: usize) -> [&[S]; CHANNELS] {
        let out = self.samples.each_mut().map(|row| &mut row[..self.columns.len()]);
        self.source.picture.read(self.level, y, self.columns.clone(), out);
        self.samples.each_ref().map(|row| &row[..])
    }
}

/// The ring of a source stage.
pub(super) struct Made<'a, S: Sample, T, const CHANNELS: usize> {
    stage: &'a T,
    reader: Reader<'a, S, CHANNELS>,
    /// Pixels of the rows that are made.
    len: usize,
    /// Reach on the left that lies outside of the frame.
    missing_left: usize,
    /// Row `y` of the picture is row `y` + reach here: those above it are the first one.
    rows: Ring<[Row<S::Lane>; CHANNELS]>,
    /// How many rows have been read into the ring, those before the first one it needed included.
    read: Option<usize>,
    made: [Row<S::Lane>; CHANNELS],
}

impl<'a, S: Sample, T: SourceStage, const CHANNELS: usize> Made<'a, S, T, CHANNELS> {
    /// Rows of these columns of the picture, made by `stage`.
    pub(super) fn new(
        stage: &'a T,
        source: Source<'a, S, CHANNELS>,
        level: Level,
        columns: Range<usize>,
    ) -> Self {
        let reach = stage.reach();
        assert!(reach <= MOST_REACH, "a source stage reads {MOST_REACH} rows at most");
        let (first, len) = (columns.start.saturating_sub(reach), columns.len());
        let last = (columns.end + reach).min(source.picture.size().width as usize);
        let row = |len: usize| Row::filled(S::Lane::default(), len.next_multiple_of(BLOCK) + BLOCK);
        Self {
            stage,
            reader: Reader::new(source, level, first..last),
            len,
            missing_left: reach - (columns.start - first),
            rows: Ring::new(2 * reach + 1, || std::array::from_fn(|_| row(len + 2 * reach))),
            read: None,
            made: std::array::from_fn(|_| row(len)),
        }
    }

    /// Row `y` of the picture as the stage makes it, to the end of the last block; a call for a row
    /// asks for the one before it or the next.
    pub(super) fn row(
        &mut self,
        y: usize,
        dehaze: Option<(&Removal, &DepthRows)>,
    ) -> [&[S::Lane]; CHANNELS] {
        let (reach, level) = (self.stage.reach(), self.reader.level);
        for at in self.read.unwrap_or(y)..y + 2 * reach + 1 {
            self.read_into_ring(at);
        }
        self.read = Some(y + 2 * reach + 1);
        let rows: [_; MOST_ROWS] = std::array::from_fn(|i| {
            self.rows.row(y + i.min(2 * reach)).each_ref().map(|row| &row[..])
        });
        let around = Around { rows: &rows[..2 * reach + 1], len: self.len, dehaze };
        self.stage.run(level, &around, self.made.each_mut().map(|row| &mut row[..]));
        self.made.each_ref().map(|row| &row[..])
    }

    /// Row `at` − reach of the picture into the ring; beyond its edges the rows there once more.
    fn read_into_ring(&mut self, at: usize) {
        let last = self.reader.source.picture.size().height as usize - 1;
        let y = at.saturating_sub(self.stage.reach()).min(last);
        let (left, len) = (self.missing_left, self.reader.columns.len());
        let level = self.reader.level;
        for (row, samples) in self.rows.row_mut(at).iter_mut().zip(self.reader.row(y)) {
            as_lanes(level, &samples[..len], &mut row[left..]);
            let (first, last) = (row[left], row[left + len - 1]);
            row[..left].fill(first);
            row[left + len..].fill(last);
        }
    }
}

fn as_lanes<S: Sample>(level: Level, samples: &[S], lanes: &mut [S::Lane]) {
    #[inline(always)]
    fn all<S: Sample>(samples: &[S], lanes: &mut [S::Lane]) {
        for (lane, sample) in lanes.iter_mut().zip(samples) {
            *lane = sample.lane();
        }
    }
    dispatch!(level, _simd => all(samples, lanes));
}

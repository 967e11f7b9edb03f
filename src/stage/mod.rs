//! The stages: a module for each, with its settings and what it does to a frame.
//!
//! A stage that runs row by row, in the sweep, is a [`RowStage`]: it states how many rows and columns around a
//! row it reads and how much memory it needs, and its kernel gets whole rows that are long enough. A kernel
//! does not fail, allocate or know where the frame ends. In which order stages run is decided in
//! [`develop`](crate::develop).

use fearless_simd::Level;

use crate::frame::Lane;
use dehaze::{DepthRows, Removal};

pub mod caption;
pub mod crop;
pub mod dehaze;
pub mod denoise;
pub mod resize;
pub mod sharpen;
pub mod turn;

/// A stage that runs in the sweep: what has to be held for it.
///
/// The sweep keeps a ring of rows for each stage with a reach, as wide as the part of the frame and the
/// reaches of the stages behind it.
pub trait RowStage {
    /// Rows and columns that a pixel reads on each side.
    fn reach(&self) -> usize {
        0
    }

    /// Rows that are made at once: more than one if a block of rows shares what it reads around it.
    fn rows_at_once(&self) -> usize {
        1
    }

    /// Bytes that it works in for rows of so many pixels, beside the rows that are held for it.
    fn work_bytes(&self, width: usize) -> u64 {
        let _ = width;
        0
    }
}

/// A stage that makes rows out of those of the original, before the haze is taken out of them.
///
/// The rows that it makes may be longer than the part of the frame that is kept, by the reach of the
/// stages behind it, but never reach out of the frame.
pub trait SourceStage: RowStage {
    /// Makes one row, with the vectors of `level`; every level gives the same lanes.
    fn run<L: Lane, const CHANNELS: usize>(
        &self,
        level: Level,
        around: &Around<'_, L, CHANNELS>,
        out: [&mut [L]; CHANNELS],
    );
}

/// What a [`SourceStage`] makes a row of.
#[derive(Debug)]
pub struct Around<'a, L, const CHANNELS: usize> {
    /// 2·reach + 1 rows of the original, in lanes, the one to be made in the middle. Each begins `reach`
    /// columns to the left of the first pixel and ends at least `reach` columns and a block behind the
    /// last; beyond the frame the row or column at its edge is repeated.
    pub rows: &'a [[&'a [L]; CHANNELS]],
    /// Pixels to be made; the row that takes them goes on to the end of the last block, where anything
    /// may be written.
    pub len: usize,
    /// The dehaze that comes next, if there is one, and the maps at this row: what a pixel is going to
    /// be raised by follows from them, with the same columns as the row to be made.
    pub dehaze: Option<(&'a Removal, &'a DepthRows)>,
}

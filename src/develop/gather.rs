//! Bands put together again: a frame, or the rows of it that a caption lies on.

use std::sync::{Mutex, PoisonError};

use fearless_simd::{Level, dispatch};

use crate::frame::{Sample, channels, channels_mut, join_row, split_row};

/// Rows of interleaved samples with a place for each band; workers fill them in any order.
#[derive(Debug)]
pub(super) struct Gathered<'a, S, const CHANNELS: usize> {
    row_len: usize,
    places: Vec<Mutex<&'a mut [S]>>,
}

impl<'a, S: Sample, const CHANNELS: usize> Gathered<'a, S, CHANNELS> {
    /// Rows of so many samples, to be filled by bands of so many rows; the last may be shorter.
    pub(super) fn new(samples: &'a mut [S], row_len: usize, band_rows: usize) -> Self {
        let places = samples.chunks_mut(row_len * band_rows).map(Mutex::new).collect();
        Self { row_len, places }
    }

    /// The band's samples into its place, from the top of it.
    pub(super) fn put(&self, band: usize, samples: &[S]) {
        // A poisoned place is a frame that failed already: its samples are read by nobody.
        let mut place = self.places[band].lock().unwrap_or_else(PoisonError::into_inner);
        if CHANNELS == 1 {
            return place[..samples.len()].copy_from_slice(samples);
        }
        let rows = place.chunks_mut(self.row_len).zip(samples.chunks(self.row_len));
        for (pixels, row) in rows {
            let ((pixels, _), row) = (pixels.as_chunks_mut(), channels::<_, CHANNELS>(row));
            dispatch!(Level::new(), _simd => join_row(row, pixels));
        }
    }
}

/// Rows of interleaved samples made rows of one channel after the other, each in its place.
pub(super) fn by_channel<S: Sample, const CHANNELS: usize>(samples: &mut [S], row_len: usize) {
    let mut pixels = vec![[S::default(); CHANNELS]; row_len / CHANNELS];
    for row in samples.chunks_mut(row_len) {
        pixels.as_flattened_mut().copy_from_slice(row);
        let row = channels_mut(row);
        dispatch!(Level::new(), _simd => split_row(&pixels, row));
    }
}

//! Bands put together again: a frame, or the rows of it that a caption lies on.

use std::sync::{Mutex, PoisonError};

/// Rows with a place for each band; workers fill them in any order.
#[derive(Debug)]
pub(super) struct Gathered<'a, S>(Vec<Mutex<&'a mut [S]>>);

impl<'a, S: Copy> Gathered<'a, S> {
    /// Rows to be filled by bands of `band_len` samples; the last may be shorter.
    pub(super) fn new(samples: &'a mut [S], band_len: usize) -> Self {
        Self(samples.chunks_mut(band_len).map(Mutex::new).collect())
    }

    /// The band's samples into its place, from the top of it.
    pub(super) fn put(&self, band: usize, samples: &[S]) {
        // A poisoned place is a frame that failed already: its samples are read by nobody.
        let mut place = self.0[band].lock().unwrap_or_else(PoisonError::into_inner);
        place[..samples.len()].copy_from_slice(samples);
    }
}

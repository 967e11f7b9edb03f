//! Buffers for bands that workers produce in any order: the whole frame, or the rows that a caption
//! covers.

use std::sync::{Mutex, PoisonError};

use fearless_simd::{Level, dispatch};

use crate::frame::{Sample, channels, join_row};

/// Samples with a place for each band.
#[derive(Debug)]
pub(super) struct Places<'a, S> {
    band_len: usize,
    places: Vec<Mutex<&'a mut [S]>>,
}

impl<'a, S: Sample> Places<'a, S> {
    /// Samples to be filled by bands of so many; the last may be shorter.
    pub(super) fn new(samples: &'a mut [S], band_len: usize) -> Self {
        Self { band_len, places: samples.chunks_mut(band_len).map(Mutex::new).collect() }
    }

    /// The samples of one band or several into their places, from `first` on, by way of `fill`.
    fn fill(&self, first: usize, samples: &[S], fill: impl Fn(&mut [S], &[S])) {
        for (place, band) in self.places[first..].iter().zip(samples.chunks(self.band_len)) {
            // A poisoned place is a frame that has failed already: nobody reads its samples.
            let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
            fill(&mut place[..band.len()], band);
        }
    }

    /// The rows of bands as they are.
    pub(super) fn put(&self, first: usize, samples: &[S]) {
        self.fill(first, samples, <[S]>::copy_from_slice);
    }

    /// The rows of bands, of `row_len` samples each, as pixels of `CHANNELS` samples.
    pub(super) fn put_joined<const CHANNELS: usize>(
        &self,
        first: usize,
        samples: &[S],
        row_len: usize,
    ) {
        if CHANNELS == 1 {
            return self.put(first, samples);
        }
        let level = Level::new();
        self.fill(first, samples, |place, band| {
            for (pixels, row) in place.chunks_mut(row_len).zip(band.chunks(row_len)) {
                let ((pixels, _), row) = (pixels.as_chunks_mut(), channels::<_, CHANNELS>(row));
                dispatch!(level, _simd => join_row(row, pixels));
            }
        });
    }
}

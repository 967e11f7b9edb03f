//! The squares of a frame that the pixels of its small picture stand for, a row of them at a time.

use fearless_simd::{Level, dispatch};

use crate::frame::{Sample, channels, join_row};

/// Samples of a square that are looked at, across and down: eight bytes are added up in one instruction.
const ACROSS: usize = 8;
const DOWN: usize = 2;
/// Squares of up to so many pixels are looked at in their middle, larger ones all across.
const MIDDLE: usize = 12;

/// The squares that a row of small pixels stands for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Squares {
    /// Pixels on each of their sides.
    pub(super) step: usize,
    /// How many there are.
    pub(super) width: usize,
    pub(super) channels: usize,
}

impl Squares {
    /// Numbers in a row of the sums.
    pub(super) fn len(self) -> usize {
        self.width * self.channels
    }

    /// Whether row `y` of the frame is looked at.
    pub(super) fn want(self, y: usize) -> bool {
        let (row, quarter) = (y % self.step, self.step / 4);
        row == quarter || row == self.step - 1 - quarter
    }

    /// Adds a row of the frame to the sums, which are one channel after the other.
    pub(super) fn add<'a, S: Sample + Into<u32>>(
        self,
        level: Level,
        sums: &mut [u16],
        channel: impl Fn(usize) -> &'a [S],
    ) {
        for (c, sums) in sums.chunks_exact_mut(self.width).enumerate() {
            let row = channel(c);
            dispatch!(level, _simd => self.add_row(sums, row));
        }
    }

    #[inline(always)]
    fn add_row<S: Sample + Into<u32>>(self, sums: &mut [u16], row: &[S]) {
        match self.step {
            1 => add_squares::<S, 1>(sums, row),
            2 => add_squares::<S, 2>(sums, row),
            3 => add_squares::<S, 3>(sums, row),
            4 => add_squares::<S, 4>(sums, row),
            5 => add_squares::<S, 5>(sums, row),
            6 => add_squares::<S, 6>(sums, row),
            7 => add_squares::<S, 7>(sums, row),
            8 => add_squares::<S, 8>(sums, row),
            9 => add_squares::<S, 9>(sums, row),
            10 => add_squares::<S, 10>(sums, row),
            11 => add_squares::<S, 11>(sums, row),
            MIDDLE => add_squares::<S, MIDDLE>(sums, row),
            step => {
                for (sum, square) in sums.iter_mut().zip(row.chunks_exact(step)) {
                    *sum += (0..ACROSS).map(|i| eight(square[i * step / ACROSS])).sum::<u16>();
                }
            }
        }
    }

    /// The pixels that these sums are of.
    pub(super) fn means(self, level: Level, sums: &[u16], pixels: &mut [u8]) {
        dispatch!(level, _simd => self.means_of(sums, pixels));
    }

    #[inline(always)]
    fn means_of(self, sums: &[u16], pixels: &mut [u8]) {
        let count = self.step.min(ACROSS) * self.step.min(DOWN);
        // A product is faster than a quotient, which as an integer takes 1.5 % of a frame's time.
        let share = 1.0 / count as f32;
        let means: Vec<u8> = sums.iter().map(|&sum| u8::from_f32(f32::from(sum) * share)).collect();
        match self.channels {
            3 => join_row(channels(&means), pixels.as_chunks_mut::<3>().0),
            _ => pixels.copy_from_slice(&means),
        }
    }
}

/// A sample in 8 bits.
#[inline(always)]
pub(super) fn eight<S: Sample + Into<u32>>(sample: S) -> u16 {
    (sample.into() / (S::MAX as u32 / 255)) as u16
}

/// Adds what is looked at of squares of `N` columns; the compiler makes vectors of a number that it knows.
#[inline(always)]
fn add_squares<S: Sample + Into<u32>, const N: usize>(sums: &mut [u16], row: &[S]) {
    for (sum, square) in sums.iter_mut().zip(row.as_chunks::<N>().0) {
        *sum += match square[N.saturating_sub(ACROSS) / 2..].first_chunk::<ACROSS>() {
            Some(middle) => middle.iter().map(|&sample| eight(sample)).sum::<u16>(),
            None => square.iter().map(|&sample| eight(sample)).sum(),
        };
    }
}

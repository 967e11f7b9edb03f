//! What resizing does with samples of one depth: they become light, are added up, and become samples again.

use std::fmt::Debug;

use fearless_simd::Level;

use super::taps::Taps;
use crate::frame::Pooled;

/// Small rows that are made at once.
pub(super) const AT_ONCE: usize = 4;

/// Lights of one pixel of each of them: three, and one that does not matter.
pub(super) const LANES: usize = 4 * AT_ONCE;

/// Columns of a row of light come in so many.
const COLUMNS: usize = 64;

/// Lights of a row of so many pixels, with what kernels read beyond its end.
pub(super) fn row_len(pixels: usize, channels: usize) -> usize {
    (pixels * channels + 5).next_multiple_of(COLUMNS)
}

/// Two pixels of each of the rows that are made at once.
pub(super) type PixelPair<L> = [L; 2 * LANES];

/// A sample with its light.
///
/// Rows are held in pairs, and small rows summed in pairs.
pub(super) trait Lit: Pooled {
    /// Its light, linear.
    type Light: Copy + Default + Debug;
    /// A sum of lights.
    type Sum: Copy + Default + Debug;
    /// The weights of two lights.
    type Weight: Copy + Default + Debug;
    /// Weights are whole numbers of a fraction of this, if they are.
    const STEPS: Option<f64>;

    /// The weights of two lights.
    fn weight(pair: [f64; 2]) -> Self::Weight;
    /// The light of these samples.
    fn to_light(level: Level, samples: &[Self], light: &mut [Self::Light]);
    /// Adds light to sums of it.
    fn add(level: Level, light: &[Self::Light], sums: &mut [f32]);
    /// The nearest light to this mean.
    fn mean(number: f32) -> Self::Light;
    /// Two rows as a pair.
    fn pair(level: Level, rows: [&[Self::Light]; 2], pair: &mut [Self::Light]);
    /// Two small rows from pairs of rows.
    fn sum_down(
        level: Level,
        pairs: &[&[Self::Light]],
        weights: &[[Self::Weight; 2]],
        small: [&mut [Self::Light]; 2],
    );
    /// The pixels of rows in pairs.
    fn turn(
        level: Level,
        channels: usize,
        rows: [&[Self::Light]; AT_ONCE],
        pairs: &mut [PixelPair<Self::Light>],
    );
    /// Small rows from pairs of pixels.
    fn sum_along(
        level: Level,
        pairs: &[PixelPair<Self::Light>],
        taps: &Taps<Self::Weight, 1>,
        small: &mut [[Self::Sum; LANES]],
    );
    /// What finds the nearest sample to a sum.
    fn of_sum() -> impl Fn(Self::Sum) -> Self;
}

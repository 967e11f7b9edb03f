//! Samples to quantised coefficients: the forward transform of a JPEG (T.81, A.3.3 and A.3.4).
//!
//! The scaled transform of Arai, Agui and Nakajima ('A Fast DCT-SQ Scheme for Images', 1988), in floating
//! point without fused operations, so the result is the same on every machine: five multiplications for
//! eight samples. What it leaves out of the scale of each coefficient goes into the divisors.
//!
//! libjpeg-turbo-rs transforms, too, but only with its own tables where it is given planes.

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, f32x8};

/// Coefficients of 8×8 samples in the order in which they are coded.
pub(super) type Block = [i16; 64];

/// Samples on a side of a block.
const SIDE: usize = 8;

/// Places of the coefficients, row by row, in the order in which they are coded (T.81, figure A.6).
#[rustfmt::skip]
const ZIGZAG: [u8; 64] = [
     0,  1,  8, 16,  9,  2,  3, 10, 17, 24, 32, 25, 18, 11,  4,  5,
    12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13,  6,  7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
    58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// The same places with columns as rows.
const TURNED: [u8; 64] = {
    let mut turned = [0; 64];
    let mut i = 0;
    while i < 64 {
        turned[i] = ZIGZAG[i] % 8 * 8 + ZIGZAG[i] / 8;
        i += 1;
    }
    turned
};

/// One over what each coefficient is divided by, columns as rows.
#[derive(Debug, Clone)]
pub(super) struct Divisors([[f32; SIDE]; SIDE]);

impl Divisors {
    /// For a table of steps, row by row.
    pub(super) fn new(steps: &[u16; 64]) -> Self {
        use std::f64::consts::{FRAC_1_SQRT_2, PI};
        // What the transform leaves out: cos(kπ/16) √2 for all but the first.
        let scale = |k: usize| match k {
            0 => 1.0,
            _ => (k as f64 * PI / 16.0).cos() / FRAC_1_SQRT_2,
        };
        let mut divisors = [[0.0; SIDE]; SIDE];
        for (column, row) in divisors.iter_mut().enumerate() {
            for (at, divisor) in row.iter_mut().enumerate() {
                let step = f64::from(steps[at * SIDE + column]);
                *divisor = (1.0 / (step * scale(at) * scale(column) * SIDE as f64)) as f32;
            }
        }
        Self(divisors)
    }
}

/// A plane of samples, row by row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plane<'a> {
    pub(super) samples: &'a [u8],
    pub(super) width: usize,
}

impl Plane<'_> {
    /// Its blocks, row by row, `blocks_x` in each row and as many rows of them as are `blocks_y`. Blocks
    /// that reach over its edge repeat its last samples; those beyond it are as they were, for the coder
    /// does not read them.
    pub(super) fn blocks(
        self,
        divisors: &Divisors,
        (blocks_x, blocks_y): (usize, usize),
        blocks: &mut Vec<Block>,
    ) {
        blocks.resize(blocks_x * blocks_y, [0; 64]);
        let level = Level::new();
        let group = self.width * SIDE;
        for (rows, blocks) in self.samples.chunks(group).zip(blocks.chunks_mut(blocks_x)) {
            dispatch!(level, simd => self.row_of_blocks(simd, rows, divisors, blocks));
        }
    }

    #[inline(always)]
    fn row_of_blocks<S: Simd>(
        self,
        simd: S,
        rows: &[u8],
        divisors: &Divisors,
        blocks: &mut [Block],
    ) {
        let width = self.width;
        let last = rows.len() / width - 1;
        for (block, first) in blocks.iter_mut().zip((0..width).step_by(SIDE)) {
            let mut samples = [[0; SIDE]; SIDE];
            for (y, samples) in samples.iter_mut().enumerate() {
                let row = &rows[y.min(last) * width..][..width];
                if let Some(whole) = row[first..].first_chunk() {
                    *samples = *whole;
                } else {
                    for (x, sample) in samples.iter_mut().enumerate() {
                        *sample = row[(first + x).min(width - 1)];
                    }
                }
            }
            fill(simd, block, &samples, divisors);
        }
    }
}

/// Fills a block from its samples. Loops, not `map`, which is not inlined: 48 instead of 130 ns.
#[inline(always)]
fn fill<S: Simd>(simd: S, block: &mut Block, samples: &[[u8; SIDE]; SIDE], divisors: &Divisors) {
    let mut levels = [f32x8::splat(simd, 0.0); SIDE];
    for (level, row) in levels.iter_mut().zip(samples) {
        let mut wide = [0.0; SIDE];
        for (wide, sample) in wide.iter_mut().zip(row) {
            *wide = f32::from(*sample) - 128.0;
        }
        *level = f32x8::simd_from(simd, wide);
    }
    let scaled = transformed(transposed(transformed(levels)));
    let mut flat = [[0; SIDE]; SIDE];
    for ((flat, row), by) in flat.iter_mut().zip(scaled).zip(divisors.0) {
        let row: [f32; SIDE] = (row * f32x8::simd_from(simd, by)).into();
        for (flat, value) in flat.iter_mut().zip(row) {
            *flat = rounded(value);
        }
    }
    let flat = flat.as_flattened();
    // As a loop this is not unrolled, and takes twice as long.
    macro_rules! place {
        ($($i:literal)*) => { $(block[$i] = flat[usize::from(TURNED[$i])];)* };
    }
    place!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);
    place!(32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60);
    place!(61 62 63);
}

/// The nearest whole number, the even one of two: below 2²² the bits of a sum with 1.5·2²³ hold it.
#[inline(always)]
fn rounded(value: f32) -> i16 {
    (value + 12_582_912.0).to_bits() as i16
}

/// Rows as columns: three perfect shuffles.
#[inline(always)]
fn transposed<S: Simd>(mut rows: [f32x8<S>; SIDE]) -> [f32x8<S>; SIDE] {
    for _ in 0..3 {
        let [a, b, c, d, e, f, g, h] = rows;
        let (first, second) = (a.interleave(e), b.interleave(f));
        let (third, fourth) = (c.interleave(g), d.interleave(h));
        rows = [first.0, first.1, second.0, second.1, third.0, third.1, fourth.0, fourth.1];
    }
    rows
}

/// All columns through the transform of eight samples, without the scale of its results.
#[inline(always)]
fn transformed<S: Simd>(rows: [f32x8<S>; SIDE]) -> [f32x8<S>; SIDE] {
    // Cosines of 2π/16, 4π/16 and 6π/16.
    const C2: f32 = 0.923_879_5;
    const C4: f32 = std::f32::consts::FRAC_1_SQRT_2;
    const C6: f32 = 0.382_683_43;
    let sum = |a: usize| rows[a] + rows[7 - a];
    let difference = |a: usize| rows[a] - rows[7 - a];

    let (outer, inner) = (sum(0) + sum(3), sum(1) + sum(2));
    let (far, near) = (sum(0) - sum(3), sum(1) - sum(2));
    let turned = (near + far) * C4;

    let low = difference(3) + difference(2);
    let middle = (difference(2) + difference(1)) * C4;
    let high = difference(1) + difference(0);
    let shared = (low - high) * C6;
    let low = low * (C2 - C6) + shared;
    let high = high * (C2 + C6) + shared;
    let (plus, minus) = (difference(0) + middle, difference(0) - middle);
    [
        outer + inner,
        plus + high,
        far + turned,
        minus - low,
        outer - inner,
        minus + low,
        far - turned,
        plus - high,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// T.81, A.3.3, as it is written there, before rounding.
    fn exact(samples: &[[u8; 8]; 8], u: usize, v: usize) -> f64 {
        use std::f64::consts::{FRAC_1_SQRT_2, PI};
        let c = |k| if k == 0 { FRAC_1_SQRT_2 } else { 1.0 };
        let wave = |x: usize, k: usize| ((2 * x + 1) as f64 * k as f64 * PI / 16.0).cos();
        let terms = (0..64).map(|i| {
            let (y, x) = (i / 8, i % 8);
            (f64::from(samples[y][x]) - 128.0) * wave(x, u) * wave(y, v)
        });
        c(u) * c(v) / 4.0 * terms.sum::<f64>()
    }

    #[test]
    fn coefficients_are_those_of_the_formula() {
        let steps: [u16; 64] = std::array::from_fn(|i| 1 + (i as u16 * 7) % 23);
        let divisors = Divisors::new(&steps);
        let mut state = 1_u32;
        for _ in 0..200 {
            let samples: [[u8; 8]; 8] = std::array::from_fn(|_| {
                std::array::from_fn(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state >> 24) as u8
                })
            });
            let mut blocks = Vec::new();
            let plane = Plane { samples: samples.as_flattened(), width: 8 };
            plane.blocks(&divisors, (1, 1), &mut blocks);
            let block = blocks[0];
            for (found, place) in block.iter().zip(ZIGZAG) {
                let (v, u) = (usize::from(place) / 8, usize::from(place) % 8);
                let wanted = exact(&samples, u, v) / f64::from(steps[usize::from(place)]);
                assert!((f64::from(*found) - wanted).abs() < 0.501, "{found} for {wanted}");
            }
        }
    }

    #[test]
    fn a_block_over_the_edge_repeats_the_last_samples() {
        let divisors = Divisors::new(&[1; 64]);
        let narrow = Plane { samples: &[10, 200, 10, 200, 10, 200], width: 2 };
        let wide: Vec<u8> = (0..64).map(|i| if i % 8 == 0 { 10 } else { 200 }).collect();
        let wide = Plane { samples: &wide, width: 8 };
        let [mut a, mut b] = [Vec::new(), Vec::new()];
        narrow.blocks(&divisors, (2, 1), &mut a);
        wide.blocks(&divisors, (1, 1), &mut b);
        assert_eq!(a[0], b[0]);
    }
}

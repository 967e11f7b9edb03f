//! 16-bit samples: light in floats, 0 to 1.

use std::sync::LazyLock;

use fearless_simd::{Level, dispatch};

use super::light::{AT_ONCE, LANES, Lit, PixelPair};
use super::taps::Taps;
use crate::frame::{Sample, encoded, linear};

/// Rows that are added up in the registers.
const GROUP: usize = 6;

impl Lit for u16 {
    type Light = f32;
    type Sum = f32;
    type Weight = [f32; 2];
    const STEPS: Option<f64> = None;

    fn weight(pair: [f64; 2]) -> [f32; 2] {
        pair.map(|weight| weight as f32)
    }

    fn to_light(_level: Level, samples: &[Self], light: &mut [f32]) {
        static TABLE: LazyLock<Vec<f32>> = LazyLock::new(|| {
            (0..=u16::MAX).map(|i| linear(f64::from(i) / 65_535.0) as f32).collect()
        });
        let table = &**TABLE;
        for (light, &sample) in light.iter_mut().zip(samples) {
            *light = table[usize::from(sample)];
        }
    }

    fn add(level: Level, light: &[f32], sums: &mut [f32]) {
        dispatch!(level, _simd => {
            for (sum, &light) in sums.iter_mut().zip(light) {
                *sum += light;
            }
        });
    }

    fn mean(number: f32) -> f32 {
        number
    }

    /// One after the other.
    fn pair(_level: Level, [one, two]: [&[f32]; 2], pair: &mut [f32]) {
        let (first, second) = pair.split_at_mut(one.len());
        first.copy_from_slice(one);
        second.copy_from_slice(two);
    }

    fn sum_down(level: Level, pairs: &[&[f32]], weights: &[[[f32; 2]; 2]], small: [&mut [f32]; 2]) {
        for (i, small) in small.into_iter().enumerate() {
            let rows: Vec<&[f32]> =
                pairs.iter().flat_map(|pair| pair.chunks_exact(small.len())).collect();
            let weights: Vec<f32> = weights.iter().flat_map(|weights| weights[i]).collect();
            dispatch!(level, _simd => add_rows(small, &weights, &rows));
        }
    }

    fn turn(level: Level, channels: usize, rows: [&[f32]; AT_ONCE], pairs: &mut [PixelPair<f32>]) {
        match channels {
            1 => dispatch!(level, _simd => turn::<1>(rows, pairs)),
            _ => dispatch!(level, _simd => turn::<3>(rows, pairs)),
        }
    }

    fn sum_along(
        level: Level,
        pairs: &[PixelPair<f32>],
        taps: &Taps<[f32; 2], 1>,
        small: &mut [[f32; LANES]],
    ) {
        dispatch!(level, _simd => sum_along(pairs, taps, small));
    }

    #[inline(always)]
    fn of_sum() -> impl Fn(f32) -> Self {
        /// Steps of the table; between two of them the curve is straight to a hundredth of a sample.
        const STEPS: f32 = 4096.0;
        // Of the root of light, which is nearly what is encoded: so dark steps are as fine as they have
        // to be.
        static TABLE: LazyLock<Vec<f32>> = LazyLock::new(|| {
            (0..=STEPS as usize + 1)
                .map(|i| (i as f64 / f64::from(STEPS)).powi(2))
                .map(|light| (encoded(light) * 65_535.0) as f32)
                .collect()
        });
        let table = &**TABLE;
        |light| {
            let at = light.max(0.0).min(1.0).sqrt() * STEPS;
            let (step, share) = (at as usize, at.fract());
            Self::from_f32(table[step] + (table[step + 1] - table[step]) * share)
        }
    }
}

/// The sum of rows, each with its weight.
#[inline(always)]
fn add_rows(sums: &mut [f32], weights: &[f32], rows: &[&[f32]]) {
    // So few columns that their sums stay in the fastest cache.
    const COLUMNS: usize = 2048;
    let len = sums.len();
    for from in (0..len).step_by(COLUMNS) {
        let part = from..len.min(from + COLUMNS);
        let sums = &mut sums[part.clone()];
        sums.fill(0.0);
        let (groups, rest) = rows.as_chunks::<GROUP>();
        let (weights, rest_weights) = weights.as_chunks::<GROUP>();
        for (rows, weights) in groups.iter().zip(weights) {
            add_group(sums, weights, rows.map(|row| &row[part.clone()]));
        }
        for (row, &weight) in rest.iter().zip(rest_weights) {
            for (sum, &light) in sums.iter_mut().zip(&row[part.clone()]) {
                *sum += weight * light;
            }
        }
    }
}

#[inline(always)]
fn add_group(sums: &mut [f32], weights: &[f32; GROUP], rows: [&[f32]; GROUP]) {
    let len = sums.len();
    let rows = rows.map(|row| &row[..len]);
    for i in 0..len {
        let mut sum = sums[i];
        for (row, weight) in rows.iter().zip(weights) {
            sum += weight * row[i];
        }
        sums[i] = sum;
    }
}

#[inline(always)]
fn turn<const CHANNELS: usize>(rows: [&[f32]; AT_ONCE], pairs: &mut [PixelPair<f32>]) {
    let pixels = rows.map(|row| row.as_chunks::<CHANNELS>().0);
    for (i, pair) in pairs.iter_mut().enumerate() {
        let (lanes, _) = pair.as_chunks_mut::<4>();
        for (place, lanes) in lanes.iter_mut().enumerate() {
            lanes[..CHANNELS].copy_from_slice(&pixels[place % AT_ONCE][2 * i + place / AT_ONCE]);
        }
    }
}

#[inline(always)]
fn sum_along(pairs: &[PixelPair<f32>], taps: &Taps<[f32; 2], 1>, small: &mut [[f32; LANES]]) {
    for (column, small) in small.iter_mut().enumerate() {
        let pairs = &pairs[taps.first[column]..][..taps.count];
        let mut sum = [0.0; LANES];
        for (pair, [weights]) in pairs.iter().zip(taps.of(column)) {
            let (pixels, _) = pair.as_chunks::<LANES>();
            for (pixel, weight) in pixels.iter().zip(weights) {
                for lane in 0..LANES {
                    sum[lane] += weight * pixel[lane];
                }
            }
        }
        *small = sum;
    }
}

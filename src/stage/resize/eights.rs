//! 8-bit samples: light in integers of 15 bits, two products of which are added up in one instruction.

use std::sync::LazyLock;

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, i16x8, i16x32, i32x16, u8x16, u8x64};

use super::light::{AT_ONCE, LANES, Lit, PixelPair};
use super::taps::Taps;
use crate::frame::linear;

/// The light of white. The darkest step of a sample is 8 of it, and what the filter overshoots at an edge, a
/// quarter at most, has room above.
const WHITE: i16 = 26_000;

/// Binary digits of a weight.
const WEIGHT_BITS: u32 = 15;
const HALF: i32 = 1 << (WEIGHT_BITS - 1);

/// Samples whose light is looked up at once in registers.
const LOOKED_UP: usize = 64;

impl Lit for u8 {
    type Light = i16;
    type Sum = i32;
    /// The first in the lower half.
    type Weight = i32;
    const STEPS: Option<f64> = Some((1_u32 << WEIGHT_BITS) as f64);

    fn weight(pair: [f64; 2]) -> i32 {
        // A weight of 1 becomes 32,767 of 32,768.
        let [one, two] = pair.map(|weight| (weight * f64::from(1_u32 << WEIGHT_BITS)) as i16);
        i32::from(two) << 16 | i32::from(one.cast_unsigned())
    }

    fn to_light(level: Level, samples: &[Self], light: &mut [i16]) {
        let rest = samples.len() / LOOKED_UP * LOOKED_UP;
        let table = &LIGHTS.whole;
        let looked_up = dispatch!(level, simd => look_up(simd, samples, light));
        let from = if looked_up { rest } else { 0 };
        for (light, &sample) in light[from..].iter_mut().zip(&samples[from..]) {
            *light = table[usize::from(sample)];
        }
    }

    fn add(level: Level, light: &[i16], sums: &mut [f32]) {
        dispatch!(level, _simd => {
            for (sum, &light) in sums.iter_mut().zip(light) {
                *sum += f32::from(light);
            }
        });
    }

    fn mean(number: f32) -> i16 {
        (number + 0.5) as i16
    }

    fn pair(level: Level, [one, two]: [&[i16]; 2], pair: &mut [i16]) {
        let (pair, _) = pair.as_chunks_mut::<2>();
        dispatch!(level, _simd => {
            for ((pair, &one), &two) in pair.iter_mut().zip(one).zip(two) {
                *pair = [one, two];
            }
        });
    }

    fn sum_down(level: Level, pairs: &[&[i16]], weights: &[[i32; 2]], small: [&mut [i16]; 2]) {
        dispatch!(level, simd => sum_down(simd, pairs, weights, small));
    }

    fn turn(level: Level, channels: usize, rows: [&[i16]; AT_ONCE], pairs: &mut [PixelPair<i16>]) {
        // The first light of each channel beside the second, in bytes.
        const THREE: [u8; 16] = [0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11, 12, 13, 14, 15];
        const ONE: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
        match channels {
            1 => dispatch!(level, simd => turn::<_, 1>(simd, &ONE, rows, pairs)),
            _ => dispatch!(level, simd => turn::<_, 3>(simd, &THREE, rows, pairs)),
        }
    }

    fn sum_along(
        level: Level,
        pairs: &[PixelPair<i16>],
        taps: &Taps<i32, 1>,
        small: &mut [[i32; LANES]],
    ) {
        dispatch!(level, simd => sum_along(simd, pairs, taps, small));
    }

    #[inline(always)]
    fn of_sum() -> impl Fn(i32) -> Self {
        static TABLE: LazyLock<Box<[u8; 1 << 15]>> = LazyLock::new(|| {
            let mut table = Box::new([255; 1 << 15]);
            let mut first = 0;
            for sample in 0..255_u8 {
                // As far as the middle between this sample and the next.
                let end = linear((f64::from(sample) + 0.5) / 255.0) * f64::from(WHITE);
                let end = end.ceil() as usize;
                table[first..end].fill(sample);
                first = end;
            }
            table
        });
        let table = &**TABLE;
        |sum| table[sum as usize % (1 << 15)]
    }
}

/// The light of each sample.
struct Lights {
    whole: [i16; 256],
    /// Its bytes, the lower ones and the upper ones.
    bytes: [[[u8; LOOKED_UP]; 4]; 2],
}

static LIGHTS: LazyLock<Lights> = LazyLock::new(|| {
    let light = |i: usize| (linear(i as f64 / 255.0) * f64::from(WHITE)).round() as i16;
    let byte = |upper: usize, i: usize| light(i).to_le_bytes()[upper];
    let quarter = |upper, q| std::array::from_fn(|i| byte(upper, q * LOOKED_UP + i));
    Lights {
        whole: std::array::from_fn(light),
        bytes: [0, 1].map(|upper| std::array::from_fn(|q| quarter(upper, q))),
    }
});

/// Looks up what is a whole number of registers, where a table fits into registers.
#[inline(always)]
fn look_up<S: Simd>(simd: S, samples: &[u8], light: &mut [i16]) -> bool {
    if S::u8s::LEN < LOOKED_UP {
        return false;
    }
    let (samples, _) = samples.as_chunks::<LOOKED_UP>();
    let (light, _) = light.as_chunks_mut::<LOOKED_UP>();
    let tables = LIGHTS.bytes.map(|bytes| bytes.map(|bytes| u8x64::simd_from(simd, bytes)));
    for (samples, light) in samples.iter().zip(light) {
        let samples = u8x64::simd_from(simd, *samples);
        let (is_upper, place) = (samples.simd_ge(128), samples & 127);
        let [low, high] = tables.map(|[one, two, three, four]| {
            let (lower, upper) =
                (one.concat_swizzle_dyn(two, place), three.concat_swizzle_dyn(four, place));
            is_upper.select(upper, lower)
        });
        let (one, two) = low.interleave(high);
        let (one, two): (i16x32<S>, i16x32<S>) = (one.bitcast(), two.bitcast());
        one.store_slice(&mut light[..32]);
        two.store_slice(&mut light[32..]);
    }
    true
}

#[inline(always)]
fn sum_down<S: Simd>(simd: S, pairs: &[&[i16]], weights: &[[i32; 2]], small: [&mut [i16]; 2]) {
    /// Registers of sums for each small row: more columns than they have do not have to be weighed again.
    const WIDE: usize = 4;
    let lights = S::i16s::LEN;
    let [one, two] = small;
    let columns = WIDE * lights / 2;
    let blocks = one.chunks_exact_mut(columns).zip(two.chunks_exact_mut(columns));
    for (block, (one, two)) in blocks.enumerate() {
        let mut sums = [[S::i32s::splat(simd, HALF); WIDE]; 2];
        let from = block * WIDE * lights;
        for (pair, weights) in pairs.iter().zip(weights) {
            let pair = &pair[from..from + WIDE * lights];
            let weights = weights.map(|weight| S::i32s::splat(simd, weight).bitcast::<S::i16s>());
            for i in 0..WIDE {
                let light = S::i16s::from_slice(simd, &pair[i * lights..][..lights]);
                sums[0][i] += light.pairwise_dot_product(weights[0]);
                sums[1][i] += light.pairwise_dot_product(weights[1]);
            }
        }
        for (small, sums) in [one, two].into_iter().zip(sums) {
            let sums = sums.map(|sum| sum >> WEIGHT_BITS);
            sums[0].saturating_narrow(sums[1]).store_slice(&mut small[..lights]);
            sums[2].saturating_narrow(sums[3]).store_slice(&mut small[lights..]);
        }
    }
}

#[inline(always)]
fn turn<S: Simd, const CHANNELS: usize>(
    simd: S,
    order: &[u8; 16],
    rows: [&[i16]; AT_ONCE],
    pairs: &mut [PixelPair<i16>],
) {
    let order = u8x16::simd_from(simd, *order);
    let len = 2 * CHANNELS * pairs.len() + 8 - 2 * CHANNELS;
    let rows = rows.map(|row| &row[..len]);
    for (i, pair) in pairs.iter_mut().enumerate() {
        let (lanes, _) = pair.as_chunks_mut::<8>();
        for (lanes, row) in lanes.iter_mut().zip(rows) {
            let lights = i16x8::from_slice(simd, &row[2 * CHANNELS * i..][..8]);
            *lanes = lights.swizzle_dyn_within_blocks(order).into();
        }
    }
}

#[inline(always)]
fn sum_along<S: Simd>(
    simd: S,
    pairs: &[PixelPair<i16>],
    taps: &Taps<i32, 1>,
    small: &mut [[i32; LANES]],
) {
    for (column, small) in small.iter_mut().enumerate() {
        let pairs = &pairs[taps.first[column]..][..taps.count];
        let mut sum = i32x16::splat(simd, HALF);
        for (pair, [weight]) in pairs.iter().zip(taps.of(column)) {
            let weight: i16x32<S> = i32x16::splat(simd, *weight).bitcast();
            sum += i16x32::simd_from(simd, *pair).pairwise_dot_product(weight);
        }
        let sum = (sum >> WEIGHT_BITS).max(0).min(i32::from(WHITE));
        *small = sum.into();
    }
}

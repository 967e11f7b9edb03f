//! Colours of another space dehazed as sRGB's: the haze was judged on these, and the ends and the tone are
//! made for their curve.
//!
//! A block at a time goes to sRGB, is dehazed and comes back. What lies outside of sRGB keeps its distance
//! from it.

use fearless_simd::{Level, dispatch};

use super::kernel::{Dehazed, DepthRows, Kernel};
use crate::filter::exp2;
use crate::frame::{BLOCK, Curve, Space, greater, lesser};

/// Planes of a block of colours.
type Block = [[f32; BLOCK]; 3];

/// Least value and least light whose power is taken: with powers from 0.9 to 3 the exponent stays within
/// what [`exp2`] can do, and black stays black.
const LEAST_VALUE: f32 = 1e-12;
const LEAST_LIGHT: f32 = 1e-30;

/// Dehazes the block of a row that begins at column `first`, levels of the file up to `sample_max`.
pub fn run_in(
    space: &Space,
    level: Level,
    (kernel, depth): (&Kernel, &DepthRows),
    first: usize,
    levels: &Block,
    sample_max: f32,
    out: &mut Dehazed<f32, 3>,
) {
    dispatch!(level, _simd => run_block(space, kernel, depth, first, levels, sample_max, out));
}

#[inline(always)]
fn run_block(
    space: &Space,
    kernel: &Kernel,
    depth: &DepthRows,
    first: usize,
    levels: &Block,
    sample_max: f32,
    out: &mut Dehazed<f32, 3>,
) {
    let mut srgb = [[0.0; BLOCK]; 3];
    convert(&space.curve, &space.to_srgb, &Curve::SRGB, 1.0 / sample_max, levels, &mut srgb);
    let mut inside = [[0.0; BLOCK]; 3];
    for (inside, srgb) in inside.iter_mut().zip(&mut srgb) {
        for i in 0..BLOCK {
            inside[i] = lesser(greater(srgb[i], 0.0), 1.0) * sample_max;
            srgb[i] = srgb[i] * sample_max - inside[i];
        }
    }
    kernel.run(inside.each_ref(), depth, first, out);
    for (dehazed, outside) in out.colours.iter_mut().zip(&srgb) {
        for i in 0..BLOCK {
            dehazed[i] += outside[i];
        }
    }
    let dehazed: Block = *out.colours;
    convert(
        &Curve::SRGB,
        &space.from_srgb,
        &space.curve,
        1.0 / sample_max,
        &dehazed,
        &mut out.colours,
    );
    for plane in out.colours.iter_mut() {
        plane.iter_mut().for_each(|value| *value *= sample_max);
    }
}

/// Encoded values, times `scale` from 0 to 1, from one space to another; below zero as above it.
#[inline(always)]
fn convert(
    from: &Curve,
    matrix: &[[f32; 3]; 3],
    to: &Curve,
    scale: f32,
    colours: &Block,
    out: &mut Block,
) {
    // Plane by plane, which the compiler makes vectors of.
    let mut light = [[0.0; BLOCK]; 3];
    for (light, values) in light.iter_mut().zip(colours) {
        for i in 0..BLOCK {
            light[i] = decoded(from, values[i] * scale);
        }
    }
    let [red, green, blue] = &light;
    for (out, row) in out.iter_mut().zip(matrix) {
        let [r, g, b] = *row;
        for i in 0..BLOCK {
            out[i] = encoded(to, r * red[i] + g * green[i] + b * blue[i]);
        }
    }
}

#[inline(always)]
fn decoded(curve: &Curve, value: f32) -> f32 {
    let size = value.abs();
    let power =
        exp2(curve.exponent * log2(greater(curve.scale * size + curve.offset, LEAST_VALUE)));
    let light = if size < curve.toe_end { curve.toe * size } else { power };
    light.copysign(value)
}

#[inline(always)]
fn encoded(curve: &Curve, light: f32) -> f32 {
    let size = light.abs();
    let power = exp2(log2(greater(size, LEAST_LIGHT)) * (1.0 / curve.exponent));
    let above = (power - curve.offset) * (1.0 / curve.scale);
    let toe = if curve.toe > 0.0 { size * (1.0 / curve.toe) } else { 0.0 };
    let value = if toe < curve.toe_end { toe } else { above };
    value.copysign(light)
}

/// The binary logarithm of a positive number, to 2 parts in ten million: 2·artanh((m − 1)/(m + 1))/ln 2 as a
/// series, m from √½ to √2.
#[inline(always)]
fn log2(x: f32) -> f32 {
    /// The bits of √½.
    const HALF_ROOT: u32 = 0x3F35_04F3;
    const FACTOR: f32 = 2.0 * std::f32::consts::LOG2_E;
    let above = x.to_bits().wrapping_sub(HALF_ROOT) as i32;
    let exponent = above >> 23;
    let mantissa = f32::from_bits(x.to_bits().wrapping_sub((exponent << 23) as u32));
    let t = (mantissa - 1.0) / (mantissa + 1.0);
    let square = t * t;
    let series = ((square * (1.0 / 7.0) + 0.2) * square + 1.0 / 3.0) * square + 1.0;
    exponent as f32 + FACTOR * t * series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithm_and_curves_are_those_of_the_machine() {
        for i in 1..=20_000 {
            let x = i as f32 * 1e-4;
            assert!((log2(x) - x.log2()).abs() < 3e-6, "{x}");
        }
        for curve in [Curve::SRGB, Curve::power(1.8), Curve::power(563.0 / 256.0)] {
            for i in 0..=1000 {
                let x = i as f32 / 1000.0;
                assert!((decoded(&curve, x) - curve.light(x)).abs() < 3e-5, "{curve:?} {x}");
                let back = encoded(&curve, decoded(&curve, x));
                assert!((back - x).abs() < 5e-5, "{curve:?} {x} {back}");
                assert_eq!(encoded(&curve, -x), -encoded(&curve, x));
            }
        }
    }
}

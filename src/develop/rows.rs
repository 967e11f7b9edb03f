//! Interleaved samples to rows of floats, one a channel, and back to samples with the dither.

use crate::frame::Sample;

/// Pixels that are taken apart at once: an array of fixed length, so that the step of three samples
/// becomes shuffles (a whole row .53 ns a pixel, this .45, 16 pixels .60). Putting them together
/// again gains a fifth from it with vectors of 64 bytes, and nothing with those of 32.
const GROUP_PX: usize = 64;

/// Interleaved samples to one row of floats a channel.
#[inline(always)]
pub(super) fn split<S: Sample, const CHANNELS: usize>(
    samples: &[S],
    mut rows: [&mut [f32]; CHANNELS],
) {
    let (pixels, _) = samples.as_chunks::<CHANNELS>();
    let (groups, rest) = pixels.as_chunks::<GROUP_PX>();
    for (i, group) in groups.iter().enumerate() {
        for (c, row) in rows.iter_mut().enumerate() {
            let mut plane = [S::default(); GROUP_PX];
            for (sample, pixel) in plane.iter_mut().zip(group) {
                *sample = pixel[c];
            }
            for (out, sample) in row[i * GROUP_PX..][..GROUP_PX].iter_mut().zip(plane) {
                *out = sample.to_f32();
            }
        }
    }
    for (i, pixel) in rest.iter().enumerate() {
        for (row, sample) in rows.iter_mut().zip(pixel) {
            row[groups.len() * GROUP_PX + i] = sample.to_f32();
        }
    }
}

/// Rows of floats, with what sharpening and dither add, to interleaved samples.
#[inline(always)]
pub(super) fn join<S: Sample, const CHANNELS: usize>(
    colours: [&[f32]; CHANNELS],
    change: &[f32],
    dither: &[f32],
    out: &mut [S],
) {
    let (pixels, _) = out.as_chunks_mut::<CHANNELS>();
    let width = pixels.len();
    let (change, dither) = (&change[..width], &dither[..width]);
    let colours = colours.map(|row| &row[..width]);
    let (groups, rest) = pixels.as_chunks_mut::<GROUP_PX>();
    let done = groups.len() * GROUP_PX;
    for (i, group) in groups.iter_mut().enumerate() {
        let group_of = |row| <&[f32; GROUP_PX]>::try_from(row).unwrap_or(&[0.0; GROUP_PX]);
        let at = i * GROUP_PX..(i + 1) * GROUP_PX;
        let (change, dither) = (group_of(&change[at.clone()]), group_of(&dither[at.clone()]));
        let mut planes = [[S::default(); GROUP_PX]; CHANNELS];
        for (plane, colour) in planes.iter_mut().zip(colours) {
            let colour = group_of(&colour[at.clone()]);
            for k in 0..GROUP_PX {
                plane[k] = S::from_f32(colour[k] + (change[k] + dither[k]));
            }
        }
        for (k, pixel) in group.iter_mut().enumerate() {
            *pixel = std::array::from_fn(|c| planes[c][k]);
        }
    }
    for (i, pixel) in rest.iter_mut().enumerate() {
        let add = change[done + i] + dither[done + i];
        *pixel = std::array::from_fn(|c| S::from_f32(colours[c][done + i] + add));
    }
}

/// Side of the dither matrix.
pub(super) const DITHER_SIDE: usize = 8;

/// Peak to peak, samples. Dehazed samples carry the frame's own noise, raised; more than this would
/// be seen before it (flat-area noise of a quiet sky: 1.58 times without, 1.85 with .1, 1.99 with
/// .2; 2.3 with one whole sample).
const DITHER: f32 = 0.08;

/// Rows of the ordered dither, in samples, within ±[`DITHER`]/2: a sample that needs no rounding
/// stays.
///
/// Bayer, "An optimum method for two-level rendition of continuous-tone pictures", ICC 1973.
pub(super) fn dither_rows(width: usize) -> [Vec<f32>; DITHER_SIDE] {
    std::array::from_fn(|y| (0..width).map(|x| bayer(x % DITHER_SIDE, y)).collect())
}

pub(super) fn bayer(x: usize, y: usize) -> f32 {
    let (mut rank, mixed) = (0, x ^ y);
    for bit in 0..3 {
        rank = rank << 2 | (mixed >> bit & 1) << 1 | y >> bit & 1;
    }
    ((rank as f32 + 0.5) / 64.0 - 0.5) * DITHER
}

//! Interleaved samples to planes, a block of pixels at a time, and back to samples with the dither.

use crate::frame::{BLOCK, Lane, Sample};

/// A block of interleaved pixels, one plane a channel.
///
/// Plain indices, and all channels in one loop: only then does the compiler see whole pixels and
/// make shuffles of them (.09 ns a pixel; one channel after the other .27, an iterator over the
/// pixels 1.3).
#[inline(always)]
pub(super) fn split<S: Sample, const CHANNELS: usize>(
    pixels: &[[S; CHANNELS]; BLOCK],
) -> [[S; BLOCK]; CHANNELS] {
    let mut planes = [[S::default(); BLOCK]; CHANNELS];
    for i in 0..BLOCK {
        for c in 0..CHANNELS {
            planes[c][i] = pixels[i][c];
        }
    }
    planes
}

/// Planes, with what sharpening and dither add, to a block of interleaved pixels.
#[inline(always)]
pub(super) fn join<S: Sample, const CHANNELS: usize>(
    colours: [&[S::Lane; BLOCK]; CHANNELS],
    change: &[S::Lane; BLOCK],
    dither: &[S::Lane; BLOCK],
    pixels: &mut [[S; CHANNELS]; BLOCK],
) {
    let mut planes = [[S::default(); BLOCK]; CHANNELS];
    for (plane, colour) in planes.iter_mut().zip(colours) {
        for i in 0..BLOCK {
            plane[i] = S::from_lane(colour[i].plus(change[i].plus(dither[i])));
        }
    }
    for i in 0..BLOCK {
        for c in 0..CHANNELS {
            pixels[i][c] = planes[c][i];
        }
    }
}

/// Side of the dither matrix.
pub(super) const DITHER_SIDE: usize = 8;

/// Peak to peak, samples. Dehazed samples carry the frame's own noise, raised; more than this would
/// be seen before it (flat-area noise of a quiet sky: 1.58 times without, 1.85 with .1, 1.99 with
/// .2; 2.3 with one whole sample).
const DITHER: f32 = 0.08;

/// Rows of the ordered dither, within ±[`DITHER`]/2: a sample that needs no rounding stays.
///
/// Bayer, "An optimum method for two-level rendition of continuous-tone pictures", ICC 1973.
pub(super) fn dither_rows<L: Lane>(width: usize) -> [Vec<L>; DITHER_SIDE] {
    std::array::from_fn(|y| (0..width).map(|x| bayer(x % DITHER_SIDE, y)).collect())
}

pub(super) fn bayer<L: Lane>(x: usize, y: usize) -> L {
    let (mut rank, mixed) = (0, x ^ y);
    for bit in 0..3 {
        rank = rank << 2 | (mixed >> bit & 1) << 1 | y >> bit & 1;
    }
    L::from_f32(((rank as f32 + 0.5) / 64.0 - 0.5) * DITHER * L::UNIT)
}

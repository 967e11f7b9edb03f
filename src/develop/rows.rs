//! One row in the sweep: from samples to dehazed planes in the ring, and back to samples with sharpening and
//! dither, a block of pixels at a time.

use std::ops::Range;

use fearless_simd::{Level, dispatch};

use crate::frame::{Aligned, BLOCK, Input, Lane, Row, Sample, Space, block, block_mut};
use crate::stage::dehaze::{Dehazed, DepthRows, Kernel, Removal, run_in};

// Each kernel is dispatched by itself, in a function of its own, not the band as a whole: a band with
// everything inlined, for four kinds of samples and four levels, took the compiler five minutes, and
// kernels dispatched by a caller are compiled for each caller once more. A dispatch takes nanoseconds
// a row.

/// The rows of the ring that one row of the frame goes to.
pub(super) struct Loaded<'a, L, const CHANNELS: usize> {
    pub(super) colours: [&'a mut [L]; CHANNELS],
    pub(super) gains: &'a mut [f32],
    pub(super) luma: &'a mut [L],
}

impl<L: Lane, const CHANNELS: usize> Loaded<'_, L, CHANNELS> {
    /// Fills the rows from `len` pixels of a row, a plane a channel, and on to the end of the last block
    /// with no matter what. Only the columns of the scene are dehazed: the border beside it stays.
    pub(super) fn fill<I: Input<Lane = L>>(
        self,
        level: Level,
        planes: [&[I]; CHANNELS],
        len: usize,
        scene: Range<usize>,
        dehaze: Option<(&Removal, &DepthRows)>,
    ) {
        let judged = dehaze.and_then(|(removal, depth)| Some((removal, depth, removal.space()?)));
        match judged.filter(|_| CHANNELS == 3) {
            Some((removal, depth, space)) => {
                self.fill_in(level, planes, len, scene, (&removal.kernel::<f32>(), depth), space);
            }
            None => dispatch!(level, _simd => self.fill_blocks(planes, len, scene, dehaze)),
        }
    }

    /// The same for samples of another space than sRGB.
    fn fill_in<I: Input<Lane = L>>(
        self,
        level: Level,
        planes: [&[I]; CHANNELS],
        len: usize,
        scene: Range<usize>,
        dehaze: (&Kernel, &DepthRows),
        (space, sample_max): (&Space, f32),
    ) {
        let Self { mut colours, gains, luma } = self;
        let (mut dehazed, mut made) = (Dehazed::<f32, 3>::default(), Dehazed::default());
        for first in (0..len).step_by(BLOCK) {
            let planes: [&[I; BLOCK]; CHANNELS] = planes.map(|plane| block(plane, first));
            let levels = std::array::from_fn(|c| planes[c % CHANNELS].map(Input::level));
            run_in(space, level, dehaze, first, &levels, sample_max, &mut dehazed);
            for (lanes, plane) in made.colours.iter_mut().zip(dehazed.colours.iter()) {
                *lanes = plane.map(|value| L::from_f32(value * L::UNIT));
            }
            *made.gains = *dehazed.gains;
            if first < scene.start || first + BLOCK > scene.end {
                leave(planes, |i| scene.contains(&(first + i)), &mut made);
            }
            *block_mut(luma, first) = *luma_of(&made.colours);
            *block_mut(gains, first) = *made.gains;
            for (row, plane) in colours.iter_mut().zip(made.colours.iter()) {
                *block_mut(row, first) = *plane;
            }
        }
    }

    #[allow(clippy::needless_range_loop, reason = "an iterator's copies are calls")]
    #[inline(always)]
    fn fill_blocks<I: Input<Lane = L>>(
        self,
        planes: [&[I]; CHANNELS],
        len: usize,
        scene: Range<usize>,
        dehaze: Option<(&Removal, &DepthRows)>,
    ) {
        let kernel = dehaze.map(|(removal, depth)| (removal.kernel::<L>(), depth));
        let Self { colours, gains, luma } = self;
        let mut made = Dehazed::default();
        for first in (0..len).step_by(BLOCK) {
            let planes: [&[I; BLOCK]; CHANNELS] = std::array::from_fn(|c| block(planes[c], first));
            match &kernel {
                Some((kernel, depth)) => {
                    kernel.run(planes, depth, first, &mut made);
                    if first < scene.start || first + BLOCK > scene.end {
                        leave(planes, |i| scene.contains(&(first + i)), &mut made);
                    }
                }
                None => as_lanes(planes, &mut made.colours),
            }
            *block_mut(luma, first) = *luma_of(&made.colours);
            *block_mut(gains, first) = *made.gains;
            for c in 0..CHANNELS {
                *block_mut(colours[c], first) = made.colours[c];
            }
        }
    }
}

#[inline(always)]
fn as_lanes<I: Input, const CHANNELS: usize>(
    planes: [&[I; BLOCK]; CHANNELS],
    lanes: &mut [[I::Lane; BLOCK]; CHANNELS],
) {
    for (lanes, plane) in lanes.iter_mut().zip(planes) {
        for i in 0..BLOCK {
            lanes[i] = plane[i].lane();
        }
    }
}

/// Takes the pixels that are not of the scene as they are.
#[inline(never)]
fn leave<I: Input, const CHANNELS: usize>(
    planes: [&[I; BLOCK]; CHANNELS],
    is_scene: impl Fn(usize) -> bool,
    made: &mut Dehazed<I::Lane, CHANNELS>,
) {
    for i in (0..BLOCK).filter(|&i| !is_scene(i)) {
        for (lanes, plane) in made.colours.iter_mut().zip(planes) {
            lanes[i] = plane[i].lane();
        }
        made.gains[i] = 1.0;
    }
}

#[inline(always)]
fn luma_of<L: Lane, const CHANNELS: usize>(planes: &[[L; BLOCK]; CHANNELS]) -> Aligned<[L; BLOCK]> {
    let [red, green, blue] = std::array::from_fn(|c| &planes[c % CHANNELS]);
    let mut out = Aligned([L::default(); BLOCK]);
    for i in 0..BLOCK {
        out[i] = L::luma([red[i], green[i], blue[i]]);
    }
    out
}

/// A row of one channel with what sharpening and dither add, as samples.
pub(super) fn finish<S: Sample>(
    level: Level,
    colour: &[S::Lane],
    change: &[S::Lane],
    dither: &[S::Lane],
    out: &mut [S],
) {
    dispatch!(level, _simd => finish_blocks(colour, change, dither, out));
}

#[inline(always)]
fn finish_blocks<S: Sample>(
    colour: &[S::Lane],
    change: &[S::Lane],
    dither: &[S::Lane],
    out: &mut [S],
) {
    let (blocks, rest) = out.as_chunks_mut();
    let whole = blocks.len() * BLOCK;
    for (i, samples) in blocks.iter_mut().enumerate() {
        let first = i * BLOCK;
        finish_block(block(colour, first), block(change, first), block(dither, first), samples);
    }
    if !rest.is_empty() {
        let mut last = [S::default(); BLOCK];
        finish_block(block(colour, whole), block(change, whole), block(dither, whole), &mut last);
        rest.copy_from_slice(&last[..rest.len()]);
    }
}

#[inline(always)]
fn finish_block<S: Sample>(
    colour: &[S::Lane; BLOCK],
    change: &[S::Lane; BLOCK],
    dither: &[S::Lane; BLOCK],
    out: &mut [S; BLOCK],
) {
    for i in 0..BLOCK {
        out[i] = S::from_lane(colour[i].plus(change[i].plus(dither[i])));
    }
}

/// Side of the dither matrix.
pub(super) const DITHER_SIDE: usize = 8;

/// Peak to peak, samples. Dehazed samples carry the frame's own noise, raised; more than this would
/// be seen before it (flat-area noise of a quiet sky: 1.58 times without, 1.85 with 0.1, 1.99 with
/// 0.2; 2.3 with one whole sample).
const DITHER: f32 = 0.08;

/// Rows of the ordered dither, within ±[`DITHER`]/2: a sample that needs no rounding stays.
///
/// Bayer, "An optimum method for two-level rendition of continuous-tone pictures", ICC 1973.
pub(super) fn dither_rows<L: Lane>(width: usize) -> [Row<L>; DITHER_SIDE] {
    std::array::from_fn(|y| {
        let mut row = Row::filled(L::default(), width);
        row.iter_mut().enumerate().for_each(|(x, v)| *v = bayer(x % DITHER_SIDE, y));
        row
    })
}

pub(super) fn bayer<L: Lane>(x: usize, y: usize) -> L {
    let (mut rank, mixed) = (0, x ^ y);
    for bit in 0..3 {
        rank = rank << 2 | (mixed >> bit & 1) << 1 | y >> bit & 1;
    }
    L::from_f32(((rank as f32 + 0.5) / 64.0 - 0.5) * DITHER * L::UNIT)
}

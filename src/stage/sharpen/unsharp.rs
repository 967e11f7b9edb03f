//! The unsharp mask of one row, with noise threshold and overshoot clamp.
//!
//! detail d = Y − B(Y), B the 5-tap binomial (1 4 6 4 1)/16 in both directions, σ = 1 px. What is
//! added is amount·d·d²/(d² + (3.4·σ_n·g)²), σ_n the noise of the frame and g what dehazing has raised
//! it by; then Y is clamped to its 3×3 neighbours' range and a tenth of it beyond. All in the units of
//! the lanes; the weight in floats.

use fearless_simd::{Level, dispatch};

use crate::frame::{Aligned, BLOCK, Lane, Row, block, block_mut, greater, lesser};

/// Rows and columns that a pixel reads on each side.
pub(super) const REACH: usize = 2;

/// Strength of the detail at amount 100. At the default 40 the MTF50 of a slanted edge rises by half
/// where the lens blurs by σ = 0.8 px, by a third at 1.3 px (2.5: by 30 %).
const STRONGEST: f32 = 2.8;
/// Threshold in standard deviations of the noise: noise alone rises by 12 % (3 would be 15 %).
const THRESHOLD: f32 = 3.4;
/// How far beyond the range of its neighbours a pixel may go, as a share of that range.
const OVERSHOOT: f32 = 0.10;
/// Luma (share of the greatest sample) from which sharpening fades, to nothing at white.
const HIGHLIGHT: f32 = 0.92;

/// How many blocks ahead columns are added up: what has just been written cannot be read with another alignment
/// without waiting (one ahead 0.08 ns a pixel more).
const AHEAD: usize = 4;

/// What the sweep needs to sharpen one frame, in samples.
#[derive(Debug, Clone, Copy)]
pub struct Unsharp {
    /// What a detail far above the noise is multiplied by, and added.
    amount: f32,
    /// [`THRESHOLD`] times the noise.
    threshold: f32,
    sample_max: f32,
}

/// Five rows of luma around the one to sharpen, and the gain of its pixels.
#[derive(Debug)]
pub(super) struct Neighbourhood<'a, L> {
    /// Two rows above, the row, two below; each begins `REACH` to the left of the first pixel and
    /// is a block longer than the row.
    pub(super) luma: [&'a [L]; 5],
    /// The gain of the row's pixels.
    pub(super) gains: &'a [f32],
}

impl Unsharp {
    pub(super) fn new(amount: f32, noise: f32, sample_max: f32) -> Self {
        Self {
            amount: amount / 100.0 * STRONGEST,
            // A thousandth of a level keeps 0/0 out of the weight below.
            threshold: THRESHOLD * noise + 1e-3,
            sample_max,
        }
    }

    /// Writes into `change`, which is whole blocks, what has to be added to each pixel; the scratch
    /// rows need no content, only a block more.
    pub(super) fn run<L: Lane>(
        &self,
        level: Level,
        rows: &Neighbourhood<L>,
        scratch: &mut [Row<L>; 3],
        change: &mut [L],
    ) {
        dispatch!(level, _simd => self.run_blocks(rows, scratch, change));
    }

    #[inline(always)]
    fn run_blocks<L: Lane>(
        &self,
        rows: &Neighbourhood<L>,
        scratch: &mut [Row<L>; 3],
        change: &mut [L],
    ) {
        let unsharp = self.in_lanes::<L>();
        let blocks = change.len() / BLOCK;
        for i in 0..AHEAD.min(blocks + 1) {
            columns_of(rows.luma, scratch, i * BLOCK);
        }
        for (i, change) in change.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
            let first = i * BLOCK;
            // The last pixels of the last block read the one behind it.
            if i + AHEAD <= blocks {
                columns_of(rows.luma, scratch, first + AHEAD * BLOCK);
            }
            let [sums, lows, highs] = scratch.each_ref();
            let around = Around {
                centre: block(rows.luma[REACH], first + REACH),
                sums: std::array::from_fn(|x| block(sums, first + x)),
                lows: std::array::from_fn(|x| block(lows, first + 1 + x)),
                highs: std::array::from_fn(|x| block(highs, first + 1 + x)),
            };
            *change = unsharp.run_block(&around, block(rows.gains, first));
        }
    }

    /// The same mask for values in the units of `L`.
    #[inline(always)]
    fn in_lanes<L: Lane>(self) -> Self {
        Self {
            amount: self.amount,
            threshold: self.threshold * L::UNIT,
            sample_max: self.sample_max * L::UNIT,
        }
    }

    /// Three loops: a vector holds more numbers of 16 bits than of 32, and a loop takes as many at a
    /// time as fit of its widest.
    #[inline(always)]
    fn run_block<L: Lane>(&self, around: &Around<L>, gains: &[f32; BLOCK]) -> [L; BLOCK] {
        let unsharp = *self;
        let Around { centre, sums, lows, highs } = around;
        let [a, b, c, d, e] = *sums;
        let mut change = Aligned([L::default(); BLOCK]);
        for i in 0..BLOCK {
            change[i] = centre[i].minus(L::binomial([a[i], b[i], c[i], d[i], e[i]]));
        }
        for i in 0..BLOCK {
            change[i] = unsharp.raised(change[i], centre[i], gains[i]);
        }
        for i in 0..BLOCK {
            let low = lows[0][i].lesser(lows[1][i]).lesser(lows[2][i]);
            let high = highs[0][i].greater(highs[1][i]).greater(highs[2][i]);
            change[i] = limited(change[i], centre[i], low, high);
        }
        *change
    }

    /// What is added for a detail, before the clamp.
    #[inline(always)]
    fn raised<L: Lane>(&self, detail: L, centre: L, gain: f32) -> L {
        let detail = detail.to_f32();
        let threshold = self.threshold * gain;
        let square = detail * detail;
        // The amount, faded out from the highlights on.
        let fade = self.amount / ((1.0 - HIGHLIGHT) * self.sample_max);
        let amount = fade * self.sample_max - fade * centre.to_f32();
        let amount = lesser(greater(amount, 0.0), self.amount);
        L::from_f32(amount * detail * square / (square + threshold * threshold))
    }
}

/// What is added so that the pixel stays within its neighbours' range and a tenth of it beyond.
#[inline(always)]
fn limited<L: Lane>(change: L, centre: L, low: L, high: L) -> L {
    let room = high.minus(low).share(OVERSHOOT);
    let sharp = centre.plus(change);
    sharp.greater(low.minus(room)).lesser(high.plus(room)).minus(centre)
}

#[cfg(test)]
impl Unsharp {
    /// The mask of one pixel, the plain way: what is added to the middle of five columns of five.
    pub(crate) fn plainly<L: Lane>(self, columns: [[L; REACH * 2 + 1]; 5], gain: f32) -> L {
        let centre = columns[2][2];
        let blurred = L::binomial(columns.map(L::binomial));
        let raised = self.in_lanes::<L>().raised(centre.minus(blurred), centre, gain);
        let nearest = || columns[1..4].iter().flat_map(|column| &column[1..4]).copied();
        let low = nearest().fold(centre, L::lesser);
        limited(raised, centre, low, nearest().fold(centre, L::greater))
    }
}

/// A block of pixels and, for every column around them, what the rows above and below add up to.
struct Around<'a, L> {
    centre: &'a [L; BLOCK],
    /// Five columns, the middle one that of `centre`.
    sums: [&'a [L; BLOCK]; 5],
    /// Three columns.
    lows: [&'a [L; BLOCK]; 3],
    highs: [&'a [L; BLOCK]; 3],
}

/// One block of the columns' weighted means over five rows, least and greatest of three.
#[inline(always)]
fn columns_of<L: Lane>(luma: [&[L]; 5], scratch: &mut [Row<L>; 3], first: usize) {
    let [a, b, c, d, e] = std::array::from_fn(|i| block(luma[i], first));
    let [mut sums, mut lows, mut highs] = [Aligned([L::default(); BLOCK]); 3];
    for i in 0..BLOCK {
        sums[i] = L::binomial([a[i], b[i], c[i], d[i], e[i]]);
        lows[i] = b[i].lesser(c[i]).lesser(d[i]);
        highs[i] = b[i].greater(c[i]).greater(d[i]);
    }
    for (row, block) in scratch.iter_mut().zip([sums, lows, highs]) {
        *block_mut(row, first) = *block;
    }
}

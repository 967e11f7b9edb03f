//! The unsharp mask of one row, with noise threshold and overshoot clamp.
//!
//! detail d = Y − B(Y), B the 5-tap binomial (1 4 6 4 1)/16 in both directions, σ = 1 px. What is
//! added is amount·d·d²/(d² + (3.4·σ_n·g)²), σ_n the noise of the frame and g what dehazing has raised
//! it by; then Y is clamped to its 3×3 neighbours' range and a tenth of it beyond. All in samples.

use crate::frame::{greater, lesser};

/// Rows and columns that a pixel reads on each side.
pub(super) const REACH: usize = 2;

/// Strength of the detail at amount 100. At the default 40 the MTF50 of a slanted edge rises by half
/// where the lens blurs by σ = .8 px, by a third at 1.3 px (2.5: by 30 %).
const STRONGEST: f32 = 2.8;
/// Threshold in standard deviations of the noise: noise alone rises by 12 % (3 would be 15 %).
const THRESHOLD: f32 = 3.4;
/// How far beyond the range of its neighbours a pixel may go, as a share of that range.
const OVERSHOOT: f32 = 0.10;
/// Luma (share of the greatest sample) from which sharpening fades, to nothing at white.
const HIGHLIGHT: f32 = 0.92;

/// What the sweep needs to sharpen one frame.
#[derive(Debug, Clone, Copy)]
pub struct Unsharp {
    amount: f32,
    threshold: f32,
    sample_max: f32,
}

/// Five rows of luma around the one to sharpen, each `REACH` longer on both sides, and the gain
/// of its pixels.
#[derive(Debug)]
pub struct Neighbourhood<'a> {
    /// Two rows above, the row, two below.
    pub luma: [&'a [f32]; 5],
    /// The gain of the row's pixels.
    pub gains: &'a [f32],
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

    /// Writes into `change` what has to be added to each pixel; the scratch rows hold the column
    /// sums and need no content, only two more places on both sides.
    #[inline(always)]
    pub fn run(&self, rows: &Neighbourhood, scratch: [&mut [f32]; 3], change: &mut [f32]) {
        let (unsharp, width) = (*self, change.len());
        let wide = width + 2 * REACH;
        let [sums, lows, highs] = scratch.map(|row| &mut row[..wide]);
        let [a, b, c, d, e] = rows.luma.map(|row| &row[..wide]);
        for i in 0..wide {
            sums[i] = (a[i] + e[i]) + 4.0 * (b[i] + d[i]) + 6.0 * c[i];
            lows[i] = lesser(lesser(b[i], c[i]), d[i]);
            highs[i] = greater(greater(b[i], c[i]), d[i]);
        }
        let fade = 1.0 / ((1.0 - HIGHLIGHT) * unsharp.sample_max);
        let (centre, gains) = (&c[REACH..][..width], &rows.gains[..width]);
        let sums = shifted::<5>(sums, 0, width);
        let (lows, highs) = (shifted::<3>(lows, 1, width), shifted::<3>(highs, 1, width));
        for i in 0..width {
            let blurred =
                ((sums[0][i] + sums[4][i]) + 4.0 * (sums[1][i] + sums[3][i]) + 6.0 * sums[2][i])
                    * (1.0 / 256.0);
            let detail = centre[i] - blurred;
            let threshold = unsharp.threshold * gains[i];
            let square = detail * detail;
            let highlight = (unsharp.sample_max - centre[i]) * fade;
            let highlight = lesser(greater(highlight, 0.0), 1.0);
            let weight = unsharp.amount * highlight * square / (square + threshold * threshold);
            let low = lesser(lesser(lows[0][i], lows[1][i]), lows[2][i]);
            let high = greater(greater(highs[0][i], highs[1][i]), highs[2][i]);
            let room = OVERSHOOT * (high - low);
            let sharp = centre[i] + weight * detail;
            change[i] = lesser(greater(sharp, low - room), high + room) - centre[i];
        }
    }
}

/// A row seen from several columns on, each view of one length, so that no index is checked in the
/// loop.
#[inline(always)]
pub(super) fn shifted<const N: usize>(row: &[f32], first: usize, width: usize) -> [&[f32]; N] {
    std::array::from_fn(|i| &row[first + i..][..width])
}

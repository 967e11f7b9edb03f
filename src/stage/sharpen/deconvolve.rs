//! Richardson–Lucy deconvolution of luma, a block of rows at a time.
//!
//! Richardson, "Bayesian-Based Iterative Method of Image Restoration", JOSA 62 (1972); Lucy 1974:
//! e ← e·G(Y/G(e)), G the Gaussian of the lens. What is added is amount·w·(e − Y), with
//! w = r⁴/(r⁴ + (5.5·σ_n·g)⁴): r the range of the 3×3 neighbours, σ_n the noise of the frame and g
//! what dehazing has raised it by. Then Y is clamped to that range and a little beyond. All in samples.
//! Each iteration reads four pixels further, so a pixel depends on `REACH` around it and on no
//! border of a block.

use fearless_simd::{Level, dispatch};

/// σ = 0.8 px, taps −2 … 2: the blur of a good lens and a Bayer sensor (0.7 to 1 are usual).
const TAPS: [f32; 3] = [0.499_05, 0.228_48, 0.021_995];
/// Radius of the kernel, pixels.
const RADIUS: usize = 2;
/// More than this brings up noise and ringing rather than detail.
const ITERATIONS: usize = 8;
/// Rows and columns that a pixel reads on each side.
pub(super) const REACH: usize = 2 * RADIUS * ITERATIONS;
/// Share of the restored detail at amount 100. At the default 40 the MTF50 of an edge blurred by
/// 1.3 px rises by a third (2: by 27 %).
const STRONGEST: f32 = 2.8;
/// Threshold in standard deviations of the noise; noise alone has a 3×3 range of three.
const THRESHOLD: f32 = 5.5;
/// How far beyond the range of its neighbours a pixel may go, as a share of that range.
const OVERSHOOT: f32 = 0.10;
/// Luma (share of the greatest sample) from which sharpening fades, to nothing at white.
const HIGHLIGHT: f32 = 0.92;

/// Rows that are deconvolved at once; the halo of 32 on each side costs as much again.
pub(super) const ROWS_AT_ONCE: usize = 64;

/// What the sweep needs to deconvolve one frame.
#[derive(Debug, Clone, Copy)]
pub struct Deconvolution {
    amount: f32,
    threshold: f32,
    sample_max: f32,
}

/// The planes of one block, `REACH` longer than it on all sides.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// Luma, to be filled in by the caller.
    observed: Vec<f32>,
    estimate: Vec<f32>,
    ratio: Vec<f32>,
    blurred: Vec<f32>,
    width: usize,
    /// What is to be added to one row of the block.
    change: Vec<f32>,
}

impl Workspace {
    /// For blocks of this many columns.
    pub(super) fn new(columns: usize) -> Self {
        let width = columns + 2 * REACH;
        let plane = || vec![1.0_f32; width * (ROWS_AT_ONCE + 2 * REACH)];
        let [observed, estimate, ratio, blurred] = [plane(), plane(), plane(), plane()];
        Self { observed, estimate, ratio, blurred, width, change: vec![0.0; columns] }
    }

    /// Its bytes.
    pub(super) fn bytes(columns: usize) -> u64 {
        let plane = (columns + 2 * REACH) * (ROWS_AT_ONCE + 2 * REACH);
        ((4 * plane + columns) * size_of::<f32>()) as u64
    }

    /// Row `y` of luma, counted from `REACH` rows above the block.
    pub(super) fn row_mut(&mut self, y: usize) -> &mut [f32] {
        &mut self.observed[y * self.width..][..self.width]
    }
}

impl Deconvolution {
    pub(super) fn new(amount: f32, noise: f32, sample_max: f32) -> Self {
        Self {
            amount: amount / 100.0 * STRONGEST,
            // A thousandth of a level keeps 0/0 out of the weight below.
            threshold: THRESHOLD * noise + 1e-3,
            sample_max,
        }
    }

    /// Restores the block of `rows` rows whose luma is in the workspace.
    pub(super) fn restore(&self, level: Level, work: &mut Workspace, rows: usize) {
        dispatch!(level, _simd => self.restore_block(work, rows));
    }

    #[inline(always)]
    fn restore_block(&self, work: &mut Workspace, rows: usize) {
        let (width, high) = (work.width, rows + 2 * REACH);
        let least = self.sample_max / 1024.0;
        let len = width * high;
        // Black divides nothing: luma is lifted by a thousandth on the way.
        for (estimate, observed) in work.estimate[..len].iter_mut().zip(&work.observed[..len]) {
            *estimate = *observed + least;
        }
        for i in 0..ITERATIONS {
            let begin = 2 * RADIUS * i;
            let inner = begin + RADIUS..high - begin - RADIUS;
            blur(&work.estimate, &mut work.blurred, &mut work.ratio, width, inner.clone());
            let part = inner.start * width..inner.end * width;
            for ((ratio, blurred), observed) in work.ratio[part.clone()]
                .iter_mut()
                .zip(&work.blurred[part.clone()])
                .zip(&work.observed[part])
            {
                *ratio = (*observed + least) / *blurred;
            }
            let inner = inner.start + RADIUS..inner.end - RADIUS;
            // The vertical sums need a place of their own: the estimate outside of `inner` is done with.
            blur_times(&work.ratio, &mut work.blurred, &mut work.estimate, width, inner);
        }
        for estimate in &mut work.estimate[REACH * width..(REACH + rows) * width] {
            *estimate -= least;
        }
    }

    /// What has to be added to row `y` of the block.
    pub(super) fn change<'a>(
        &self,
        level: Level,
        work: &'a mut Workspace,
        y: usize,
        gains: &[f32],
    ) -> &'a [f32] {
        let mut change = std::mem::take(&mut work.change);
        dispatch!(level, _simd => self.change_row(work, y, gains, &mut change));
        work.change = change;
        &work.change
    }

    #[inline(always)]
    fn change_row(&self, work: &Workspace, y: usize, gains: &[f32], change: &mut [f32]) {
        let row = |dy: usize| &work.observed[(y + REACH + dy - 1) * work.width + REACH - 1..];
        let (above, centre, below) = (row(0), row(1), row(2));
        let restored = &work.estimate[(y + REACH) * work.width + REACH..];
        let fade = 1.0 / ((1.0 - HIGHLIGHT) * self.sample_max);
        for (i, change) in change.iter_mut().enumerate() {
            let (mut low, mut high) = (centre[i + 1], centre[i + 1]);
            for row in [above, centre, below] {
                low = low.min(row[i]).min(row[i + 1]).min(row[i + 2]);
                high = high.max(row[i]).max(row[i + 1]).max(row[i + 2]);
            }
            let luma = centre[i + 1];
            let range = high - low;
            let (square, noise) = (range * range, self.threshold * gains[i]);
            let (fourth, noise) = (square * square, noise * noise * noise * noise);
            let highlight = ((self.sample_max - luma) * fade).max(0.0).min(1.0);
            let weight = self.amount * highlight * fourth / (fourth + noise);
            let room = OVERSHOOT * range;
            let sharp = (luma + weight * (restored[i] - luma)).max(low - room).min(high + room);
            *change = sharp - luma;
        }
    }
}

/// The vertical sums of five rows around row `y`.
#[inline(always)]
fn sum_rows(from: &[f32], to: &mut [f32], width: usize, y: usize) {
    let row = |dy: usize| &from[(y + dy - RADIUS) * width..][..width];
    let (a, b, c, d, e) = (row(0), row(1), row(2), row(3), row(4));
    for (i, sum) in to.iter_mut().enumerate() {
        *sum = TAPS[2] * (a[i] + e[i]) + TAPS[1] * (b[i] + d[i]) + TAPS[0] * c[i];
    }
}

#[inline(always)]
fn sum_columns(sums: &[f32], i: usize) -> f32 {
    TAPS[2] * (sums[i] + sums[i + 4])
        + TAPS[1] * (sums[i + 1] + sums[i + 3])
        + TAPS[0] * sums[i + 2]
}

/// `to` = G(`from`) in these rows; `scratch` is overwritten there. The outer two columns repeat
/// their neighbours: what they hold is wrong, and eaten up by `REACH`.
#[inline(always)]
fn blur(
    from: &[f32],
    to: &mut [f32],
    scratch: &mut [f32],
    width: usize,
    rows: std::ops::Range<usize>,
) {
    for y in rows {
        let sums = &mut scratch[y * width..][..width];
        sum_rows(from, sums, width, y);
        let out = &mut to[y * width..][..width];
        for (i, out) in out[RADIUS..width - RADIUS].iter_mut().enumerate() {
            *out = sum_columns(sums, i);
        }
        widen(out, width);
    }
}

/// `to` ·= G(`from`) in these rows; `scratch` is overwritten there.
#[inline(always)]
fn blur_times(
    from: &[f32],
    scratch: &mut [f32],
    to: &mut [f32],
    width: usize,
    rows: std::ops::Range<usize>,
) {
    for y in rows {
        let sums = &mut scratch[y * width..][..width];
        sum_rows(from, sums, width, y);
        let out = &mut to[y * width..][..width];
        for (i, out) in out[RADIUS..width - RADIUS].iter_mut().enumerate() {
            *out *= sum_columns(sums, i);
        }
        widen(out, width);
    }
}

#[inline(always)]
fn widen(row: &mut [f32], width: usize) {
    let (first, last) = (row[RADIUS], row[width - RADIUS - 1]);
    row[..RADIUS].fill(first);
    row[width - RADIUS..].fill(last);
}

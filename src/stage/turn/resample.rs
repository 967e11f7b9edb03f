//! The samples of a turned frame: Lanczos's kernel over 6 × 6 samples (Duchon 1979), in 32-bit floats, rounded once.
//!
//! imageproc's bicubic turn has 4 × 4 samples and rounds to whole ones after each direction; it was read, not
//! measured.

use std::f64::consts::PI;
use std::sync::LazyLock;

use image::{ImageBuffer, Pixel};

use super::Placed;
use crate::frame::Sample;

/// Samples across and down that a turned one is made of.
const TAPS: usize = 6;
/// Places between two samples for which the weights are kept: the error is below half a level of 65,535 for
/// all but the sharpest edges.
const PHASES: usize = 1024;

/// The weights of each place.
static WEIGHTS: LazyLock<Vec<[f32; TAPS]>> = LazyLock::new(|| {
    let lanczos = |x: f64| match x.abs() {
        x if x < 1e-9 => 1.0,
        x if x >= 3.0 => 0.0,
        x => 3.0 * (PI * x).sin() * (PI * x / 3.0).sin() / (PI * x).powi(2),
    };
    let weights = (0..=PHASES).map(|phase| {
        let at = phase as f64 / PHASES as f64;
        let weights: [f64; TAPS] = std::array::from_fn(|tap| lanczos(tap as f64 - 2.0 - at));
        let sum: f64 = weights.iter().sum();
        // A plain surface stays as it is.
        weights.map(|weight| (weight / sum) as f32)
    });
    weights.collect()
});

/// The turned picture, its samples in `out`, which has as many.
pub(super) fn resampled<P>(
    picture: &ImageBuffer<P, Vec<P::Subpixel>>,
    placed: &Placed,
    out: Vec<P::Subpixel>,
) -> Vec<P::Subpixel>
where
    P: Pixel<Subpixel: Sample>,
{
    match P::CHANNEL_COUNT {
        1 => rows::<P::Subpixel, 1>(picture.as_raw(), picture.dimensions(), placed, out),
        _ => rows::<P::Subpixel, 3>(picture.as_raw(), picture.dimensions(), placed, out),
    }
}

fn rows<S: Sample, const CHANNELS: usize>(
    samples: &[S],
    (width, height): (u32, u32),
    placed: &Placed,
    mut out: Vec<S>,
) -> Vec<S> {
    let (sin, cos) = placed.degrees.to_radians().sin_cos();
    let half = |px: u32| f64::from(px) / 2.0;
    let (across, down) = (placed.size.width as usize, placed.size.height);
    let source = Source::<S, CHANNELS> { samples, width: width as usize, height: height as usize };
    for (v, row) in (0..down).zip(out.chunks_exact_mut(across * CHANNELS)) {
        // From the centre of the frame, back by the angle.
        let y = f64::from(v) + 0.5 - half(down) + placed.centre.1;
        let first = 0.5 - half(placed.size.width) + placed.centre.0;
        let start = (
            cos * first + sin * y + half(width) - 0.5,
            -sin * first + cos * y + half(height) - 0.5,
        );
        for (u, pixel) in row.as_chunks_mut::<CHANNELS>().0.iter_mut().enumerate() {
            let u = u as f64;
            *pixel = source.at(start.0 + cos * u, start.1 - sin * u);
        }
    }
    out
}

struct Source<'a, S, const CHANNELS: usize> {
    samples: &'a [S],
    width: usize,
    height: usize,
}

impl<S: Sample, const CHANNELS: usize> Source<'_, S, CHANNELS> {
    /// The sample at a place; beyond the edge are the samples of the edge.
    #[inline(always)]
    fn at(&self, x: f64, y: f64) -> [S; CHANNELS] {
        let (left, top) = (x.floor(), y.floor());
        let phase = |fraction: f64| &WEIGHTS[(fraction * PHASES as f64 + 0.5) as usize];
        let (across, down) = (phase(x - left), phase(y - top));
        let (left, top) = (left as isize - 2, top as isize - 2);
        let inside = |start: isize, len: usize| start >= 0 && start as usize + TAPS <= len;
        let mut sums = [[0.0_f32; CHANNELS]; TAPS];
        if inside(left, self.width) && inside(top, self.height) {
            let first = top as usize * self.width + left as usize;
            for (row, &weight) in down.iter().enumerate() {
                let start = (first + row * self.width) * CHANNELS;
                let taps = self.samples[start..start + TAPS * CHANNELS].as_chunks::<CHANNELS>().0;
                for (sums, samples) in sums.iter_mut().zip(taps) {
                    for (sum, sample) in sums.iter_mut().zip(samples) {
                        *sum += weight * sample.to_f32();
                    }
                }
            }
        } else {
            let held = |at: isize, len: usize| at.clamp(0, len as isize - 1) as usize;
            for (row, &weight) in down.iter().enumerate() {
                let y = held(top + row as isize, self.height);
                for (tap, sums) in sums.iter_mut().enumerate() {
                    let at = (y * self.width + held(left + tap as isize, self.width)) * CHANNELS;
                    for (sum, sample) in sums.iter_mut().zip(&self.samples[at..at + CHANNELS]) {
                        *sum += weight * sample.to_f32();
                    }
                }
            }
        }
        std::array::from_fn(|c| {
            S::from_f32(sums.iter().zip(across).map(|(sums, weight)| sums[c] * weight).sum())
        })
    }
}

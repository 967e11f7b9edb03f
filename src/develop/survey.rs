//! The survey of a whole frame: made small once, looked at for haze and for noise.
//!
//! The whole frame is surveyed whatever part of it is kept, and always at the same size, so that a
//! preview, a crop and the full frame get the same dehaze.

use fearless_simd::Level;

use crate::filter::{Coefficients, area_average};
use crate::frame::{Picture, Sample, Size, View, luma};
use crate::stage::dehaze::{self, Haze};

/// Pixels on the long side of the small picture. At 512 a frame of 600 px and its half differed by
/// 1 to 4 levels after the dehaze, for the half was surveyed at 300: noise and fine texture decide
/// what an erosion finds. 256 brings that under 1 and costs .3 dB on outdoor pairs, .2 dB in rooms.
const SURVEY_PX: u32 = 256;

/// What is known of a frame before it is swept.
#[derive(Debug, Clone, PartialEq)]
pub struct Survey {
    /// The haze of its scene, which frames of one scene may share.
    pub haze: Haze,
    /// Optical depth τ = a·luma + b of every part of this frame at strength 1; a and b are maps
    /// much smaller than the frame.
    pub depth: Coefficients,
    /// Standard deviation of its noise at full size, share of the greatest sample.
    pub noise: f32,
}

/// Surveys a whole frame.
///
/// Noise and area average side by side on two cores saved 3 ms of the 150 that one frame of 24 MP
/// takes there: taken back, threads are the sweep's.
#[must_use]
pub fn survey<'a>(picture: impl Into<View<'a>>) -> Survey {
    let view = picture.into();
    let noise = match view {
        View::Gray8(p) => noise(p),
        View::Gray16(p) => noise(p),
        View::Rgb8(p) => noise(p),
        View::Rgb16(p) => noise(p),
    };
    let (haze, depth) = dehaze::survey(&area_average(view, SURVEY_PX));
    Survey { haze, depth, noise }
}

/// Patches looked at across the frame and down it: of 40 the noise is within a twentieth of this, and
/// 2 ms of waiting for memory more on 24 MP.
const PATCHES: u32 = 24;
/// Side of a patch, pixels.
const PATCH_PX: u32 = 10;
/// The quietest share of the patches is taken for flat.
const FLAT: f32 = 0.10;

/// Standard deviation of the noise of luma, as a share of the greatest sample.
///
/// Immerkær, "Fast Noise Variance Estimation", CVIU 64 (1996), eq. (6), in patches on a grid; the
/// quietest tenth is where the picture itself is flat. Patches of one value (clipped) tell nothing.
fn noise<S: Sample, const CHANNELS: usize>(picture: &dyn Picture<CHANNELS, Sample = S>) -> f32 {
    let Size { width, height } = picture.size();
    if width < PATCH_PX + 2 || height < PATCH_PX + 2 {
        return 0.0;
    }
    let mut deviations = Vec::new();
    for j in 0..PATCHES {
        for i in 0..PATCHES {
            let x = 1 + (width - PATCH_PX - 2) * i / (PATCHES - 1);
            let y = 1 + (height - PATCH_PX - 2) * j / (PATCHES - 1);
            let deviation = patch_deviation(picture, x as usize, y as usize);
            if deviation > 0.0 {
                deviations.push(deviation);
            }
        }
    }
    if deviations.is_empty() {
        return 0.0;
    }
    let at = (deviations.len() as f32 * FLAT) as usize;
    *deviations.select_nth_unstable_by(at, f32::total_cmp).1 / S::MAX
}

/// √(π/2)/(6·n)·Σ|L|, L the difference of two Laplacians, over one patch; in samples.
fn patch_deviation<S: Sample, const CHANNELS: usize>(
    picture: &dyn Picture<CHANNELS, Sample = S>,
    left: usize,
    top: usize,
) -> f32 {
    const SIDE: usize = PATCH_PX as usize + 2;
    let level = Level::new();
    let mut patch = [[0.0_f32; SIDE]; SIDE];
    for (y, row) in patch.iter_mut().enumerate() {
        let mut samples = [[S::default(); SIDE]; CHANNELS];
        let columns = left - 1..left - 1 + SIDE;
        picture.read(level, top - 1 + y, columns, samples.each_mut().map(|row| &mut row[..]));
        for (x, value) in row.iter_mut().enumerate() {
            let [r, g, b] = std::array::from_fn(|c| samples[c % CHANNELS][x].to_f32());
            *value = if CHANNELS == 3 { luma(r, g, b) } else { r };
        }
    }
    let mut sum = 0.0;
    for y in 1..SIDE - 1 {
        for x in 1..SIDE - 1 {
            let at = |dx: usize, dy: usize| patch[y + dy - 1][x + dx - 1];
            let corners = at(0, 0) + at(2, 0) + at(0, 2) + at(2, 2);
            let sides = at(1, 0) + at(0, 1) + at(2, 1) + at(1, 2);
            sum += (corners - 2.0 * sides + 4.0 * at(1, 1)).abs();
        }
    }
    (std::f32::consts::FRAC_PI_2).sqrt() / 6.0 * sum / (PATCH_PX * PATCH_PX) as f32
}

//! How noisy a frame is.

use fearless_simd::Level;

use crate::frame::{Picture, Rect, Sample, Size, View, each_kind, luma};

/// Patches looked at across the frame and down it: of 40 the noise is within a twentieth of this, and
/// 2 ms of waiting for memory more on 24 MP.
const PATCHES: u32 = 24;
/// Side of a patch, pixels.
const PATCH_PX: u32 = 10;
/// The quietest share of the patches is taken for flat.
const FLAT: f32 = 0.10;

/// Standard deviation of the noise of a part of the frame, as a share of the greatest sample.
pub(super) fn deviation(view: View<'_>, scene: Rect) -> f32 {
    each_kind!(view, View(picture) => measured(picture, scene))
}

/// Standard deviation of the noise of luma, as a share of the greatest sample.
///
/// Immerkær, "Fast Noise Variance Estimation", CVIU 64 (1996), eq. (6), in patches on a grid; the
/// quietest tenth is where the picture itself is flat. Patches of one value (clipped) tell nothing.
fn measured<S: Sample, const CHANNELS: usize>(
    picture: &dyn Picture<CHANNELS, Sample = S>,
    scene: Rect,
) -> f32 {
    let Size { width, height } = scene.size();
    if width < PATCH_PX + 2 || height < PATCH_PX + 2 {
        return 0.0;
    }
    let mut deviations = Vec::new();
    for j in 0..PATCHES {
        for i in 0..PATCHES {
            let x = scene.x + 1 + (width - PATCH_PX - 2) * i / (PATCHES - 1);
            let y = scene.y + 1 + (height - PATCH_PX - 2) * j / (PATCHES - 1);
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

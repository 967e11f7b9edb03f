//! The optical depth of every part of the frame, from how little darkness is left in it.
//!
//! The veil index m is the dark channel (He et al. 2009) of the picture divided by the airlight,
//! lowered where the colours are pure, averaged over three window sizes. Soft optical depth:
//! τ = β·(m + m²/2), the first two terms of Koschmieder's −ln(1 − m), so that t = e^(−τ) has a floor
//! of its own. Where the frame is veiled and flat it is sky
//! (or a wall) rather than haze before something, and is left alone. The guided filter lays τ along
//! the luma; its coefficients, not τ, go to the sweep.

use super::measure::{radius_px, smoothstep};
use crate::filter::{Coefficients, SmallPicture, box_mean, erode, guided};
use crate::frame::Plane;

/// Optical depth of a full veil at strength 1: about what `auto` takes, on the mean of hazy frames.
const FULL_VEIL_DEPTH: f32 = 1.39;
// What was tried for the constants below is given in dB beside them, each frame at its best amount,
// means of the four sets of pairs.

/// Erosion radii of the veil, shares of the long side (one of .03: −.05; the greatest of shifted
/// windows, an opening of .03: −.36; 2, 4, 7 % and 3, 7, 12 %: within .08).
const RADII: [f32; 3] = [0.02, 0.05, 0.10];
/// A pixel of full saturation has this share less veil: pure colour is not haze (0: −.25; .8: −.18;
/// 1.25·m/(2 − S) instead: −.8).
const PURITY: f32 = 0.5;
/// Guided filter: radius as a share of the long side (.06: +.1, but not looked at on skylines; .12: −.17).
const GUIDED_RADIUS: f32 = 0.04;
/// Guided filter: variance of encoded luma below which a window is flat (1e-3 and 1e-2: the same).
const GUIDED_EPSILON: f32 = 3e-3;
/// Window in which contrast is measured, share of the long side.
const CONTRAST_RADIUS: f32 = 0.06;
/// Relative contrast from which the veil is trusted fully; sky and white walls have less (.06:
/// .4 dB more on hazes laid on clear frames; each .02 less is 5 % more noise in skies).
pub(super) const CONTRAST_TRUSTED: f32 = 0.0875;
/// Share of the veil that is believed without any contrast, and by how much less of it where the
/// veil is full.
const TRUST: (f32, f32) = (0.6, 0.5);
/// A veil from the first to the second is sky where nothing can be trusted; there τ goes to 0.
const SKY: (f32, f32) = (0.46, 0.76);
/// A pixel counts as veiled from the first veil on, fully from the second.
const VEILED: (f32, f32) = (0.15, 0.30);

/// What the small picture says about depth.
pub(super) struct Depth {
    /// τ = a·luma + b at strength 1.
    pub(super) coefficients: Coefficients,
    /// The veil index, 0..1.
    pub(super) veil: Plane,
    /// The veil index of the largest window.
    pub(super) wide_veil: Plane,
    /// Standard deviation of luma beside what the veil leaves room for.
    pub(super) contrast: Plane,
    /// Mean saturation, 0..1.
    pub(super) saturation: f32,
    /// Share of the frame that is veiled and yet shows something behind the veil.
    pub(super) veiled_share: f32,
}

pub(super) fn depth(
    picture: &SmallPicture,
    least: &Plane,
    guide: &Plane,
    airlight: [f32; 3],
) -> Depth {
    let size = guide.size();
    let saturation = saturation(picture, least);
    let normalised = veil_of_pixels(picture, &saturation, airlight);
    let eroded = RADII.map(|r| erode(&normalised, radius_px(r, size)).map(|m| m.clamp(0.0, 1.0)));
    let [near, middle, wide] = eroded;
    let veil = near.zip(&middle, |a, b| a + b).zip(&wide, |sum, c| (sum + c) / 3.0);

    let deviation = standard_deviation(guide, radius_px(CONTRAST_RADIUS, size));
    let contrast = deviation.zip(&veil, |deviation, m| deviation / (1.05 - m));
    let trusted = veil.clone().zip(&contrast, |m, contrast| {
        let least = TRUST.0 * (1.0 - TRUST.1 * m);
        let rich = (contrast / CONTRAST_TRUSTED).min(1.0);
        let sky = smoothstep(SKY, m) * (1.0 - rich);
        full_depth(m) * (least + (1.0 - least) * rich) * (1.0 - sky)
    });
    let coefficients = guided(guide, trusted, radius_px(GUIDED_RADIUS, size), GUIDED_EPSILON);
    let veiled = middle.zip(&contrast, |m, contrast| {
        let veiled = ((m - VEILED.0) / (VEILED.1 - VEILED.0)).clamp(0.0, 1.0);
        veiled * (contrast / CONTRAST_TRUSTED).min(1.0)
    });
    let veiled_share = veiled.mean();
    let saturation = saturation.mean();
    Depth { coefficients, veil, wide_veil: wide, contrast, saturation, veiled_share }
}

/// 1 − least/greatest channel of every pixel.
fn saturation(picture: &SmallPicture, least: &Plane) -> Plane {
    let [red, green, blue] = &picture.channels;
    let greatest = red.clone().zip(green, f32::max).zip(blue, f32::max);
    greatest.zip(least, |greatest, least| 1.0 - least / greatest.max(1e-3))
}

/// Optical depth at strength 1 behind a veil that is fully trusted. With τ = m what takes out dense
/// haze darkens thin haze (.5 dB less on drawn telephoto scenes, each at its best amount, .2 dB on
/// hazes laid on clear frames); −ln(1 − .8m) loses 1 dB in rooms, √m 2 dB.
fn full_depth(m: f32) -> f32 {
    FULL_VEIL_DEPTH / 1.5 * (m + 0.5 * m * m)
}

/// min_c(I_c/A_c), lowered by the saturation.
fn veil_of_pixels(picture: &SmallPicture, saturation: &Plane, airlight: [f32; 3]) -> Plane {
    let [red, green, blue] = [0, 1, 2].map(|c| picture.channels[c].values());
    let values = (0..red.len())
        .map(|i| {
            let normalised =
                (red[i] / airlight[0]).min(green[i] / airlight[1]).min(blue[i] / airlight[2]);
            normalised * (1.0 - PURITY * saturation.values()[i])
        })
        .collect();
    Plane::new(picture.size(), values)
}

fn standard_deviation(plane: &Plane, radius: usize) -> Plane {
    let mean = box_mean(plane.clone(), radius);
    let square = box_mean(plane.clone().map(|v| v * v), radius);
    square.zip(&mean, |square, mean| (square - mean * mean).max(0.0).sqrt())
}

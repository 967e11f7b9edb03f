//! The survey: what one look at the small picture says about the haze of a scene, and how deep it
//! lies in this frame.

use super::airlight::airlight;
use super::depth::{CONTRAST_TRUSTED, Depth, depth};
use super::measure::{quantile, smoothstep};
use super::tone::Whites;
use crate::filter::{Coefficients, SmallPicture, softened};
use crate::frame::{Plane, luma};

/// The haze of a scene: a few numbers that say nothing about where in the frame it lies, so that
/// frames of one scene may share them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Haze {
    /// Airlight: encoded red, green and blue, 0..1.
    pub airlight: [f32; 3],
    /// How hazy the frame is: up to 0.3 clear air, about 1.5 dense haze in its nearest part too.
    pub score: f32,
    /// The factor on the optical depth that suits the frame, 0 to 1.35.
    pub auto_strength: f32,
    /// How bright the dehazed frame is at its brightest.
    pub whites: Whites,
    /// What `auto` went by.
    pub evidence: Evidence,
}

/// The measures from which the automatic strength follows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// Veil that a quarter of the frame stays below, 0..1: is the near part hazy too?
    pub veil_low: f32,
    /// Veil that half of the frame stays below, 0..1.
    pub veil_median: f32,
    /// Share of the frame that is veiled and yet shows something: haze before a subject, which
    /// neither sky nor white walls are.
    pub veiled_share: f32,
    /// Standard deviation of the veil over the frame.
    pub spread: f32,
    /// Contrast beside what clear air would give, where the haze is neither none nor all.
    pub contrast: f32,
    /// Mean saturation, 0..1: how much colour is left.
    pub saturation: f32,
    /// Correlation of the veil with the row, −1..1: −1 is a veil that grows to the top, as over a
    /// plain with a horizon.
    pub slope: f32,
}

impl std::fmt::Display for Evidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { veil_low, veil_median, veiled_share, spread, contrast, saturation, slope } =
            self;
        write!(f, "veil {veil_low:.2} in the near part, {veil_median:.2} in half of it, ")?;
        write!(f, "{:.0} % of the frame veiled, spread {spread:.2}, ", veiled_share * 100.0)?;
        write!(f, "contrast {contrast:.2}, colour {saturation:.2}, slope {slope:.2}")
    }
}

/// Haze score at which `auto` starts, and at which it is at its full strength. Clear frames score
/// 0 to .5, mostly below .3; hazy ones from .35 on.
const HAZE: (f32, f32) = (0.315, 0.495);
/// Weight of the veil's low percentiles in the haze score, beside the veiled share. Those alone
/// (from .03 to .13) left a dark near part before a hazy far one untouched and dehazed clear frames
/// with a bright sky (34 → 39 dB); the share alone loses 1 dB in rooms.
const NEAR_VEIL: f32 = 0.8;
/// What the strength grows with, once there is haze at all: the more veil the more of it can go, and
/// what is still rich in contrast and colour can be raised further; over a plain (slope −1) the veil
/// is part sky (a veil that grows downwards, slope above 0, says nothing).
///
/// The mean of two fits to the best amount, one on the 36 pairs by slope and contrast, one on these
/// and 77 hazes of four densities laid on clear scenes, by veil, contrast and colour (loss:
/// ln(1 + dB lost)). The first alone takes thin haze for dense (1.4 to 1.6 dB worse on it), the
/// second alone loses .4 dB on real haze. With rooms left out the second fit finds no use for
/// contrast and colour; with any other kind of scene left out the signs hold.
struct Suits {
    offset: f32,
    veil_median: f32,
    slope: f32,
    contrast: f32,
    saturation: f32,
}
const SUITS: Suits =
    Suits { offset: 0.07, veil_median: 1.1, slope: 0.42, contrast: 6.25, saturation: 1.25 };
/// Least and greatest strength of a hazy frame (up to 1.5: rooms .1 dB better, noise worse).
const STRENGTH: (f32, f32) = (0.35, 1.35);
/// Standard deviation of the veil over the frame: below the first it is a wall or a plain sky, from
/// the second on a scene with depth. Hazy frames have .07 and more.
const SPREAD: (f32, f32) = (0.02, 0.05);
/// Share of the frame that shows something: below the first it is nothing but sky, from the second
/// on a scene. A plain blue sky has .22 (and came out 12 levels darker), one that pales to the horizon
/// .38, hazy frames .5 and more.
const SHOWN: (f32, f32) = (0.25, 0.48);

/// Share of each neighbour in a pixel of the picture that is surveyed. A frame of 600 px and its half
/// differ in their finest texture, which the erosion goes by: by 2.2 levels after the dehaze without
/// this, .9 with it. At .2 the far ridges of clear frames pass for haze.
const SOFTENED: f32 = 0.1;

/// Surveys the small picture of a whole frame: the haze of its scene, and the depth map of this frame,
/// which no other frame may use.
///
/// The map is of the size of the small picture: τ = a·luma + b at strength 1.
#[must_use]
pub fn survey(picture: &SmallPicture) -> (Haze, Coefficients) {
    let picture = &softened(picture, SOFTENED);
    let [red, green, blue] = &picture.channels;
    let least = red.clone().zip(green, f32::min).zip(blue, f32::min);
    let air = airlight(picture, &least);
    let guide = Plane::new(
        red.size(),
        (0..red.values().len())
            .map(|i| luma(red.values()[i], green.values()[i], blue.values()[i]))
            .collect(),
    );
    let Depth { coefficients, veil, wide_veil, contrast, saturation, veiled_share } =
        depth(picture, &least, &guide, air);

    let veil_low = quantile(&wide_veil, 0.25);
    let veil_median = quantile(&wide_veil, 0.50);
    let score = veiled_share + NEAR_VEIL * (veil_low + 0.5 * veil_median);
    let shown = contrast.clone().map(|c| (c / CONTRAST_TRUSTED).min(1.0)).mean();
    let weights = veil.clone().map(|m| m * (1.0 - m) + 1e-3);
    let contrast = contrast.zip(&weights, |c, w| w * c).mean() / weights.mean();
    let slope = correlation_with_row(&veil);
    let mean = veil.mean();
    let spread = veil.map(|m| (m - mean) * (m - mean)).mean().sqrt();
    let suits = SUITS.offset
        + SUITS.veil_median * veil_median
        + SUITS.slope * slope.min(0.0)
        + SUITS.contrast * contrast
        + SUITS.saturation * saturation;
    let scene = smoothstep(SPREAD, spread) * smoothstep(SHOWN, shown);
    let evident = ((score - HAZE.0) / (HAZE.1 - HAZE.0)).clamp(0.0, 1.0) * scene;
    let haze = Haze {
        airlight: air,
        whites: Whites::of(picture, air, &coefficients),
        score,
        auto_strength: evident * suits.clamp(STRENGTH.0, STRENGTH.1),
        evidence: Evidence {
            veil_low,
            veil_median,
            veiled_share,
            spread,
            contrast,
            saturation,
            slope,
        },
    };
    (haze, coefficients)
}

/// Pearson's correlation of the values with the number of their row; 0 for a constant plane.
fn correlation_with_row(plane: &Plane) -> f32 {
    let height = plane.size().height as usize;
    let (mean, middle) = (f64::from(plane.mean()), (height as f64 - 1.0) / 2.0);
    let (mut product, mut values, mut rows) = (0.0, 0.0, 0.0);
    for y in 0..height {
        let row = y as f64 - middle;
        for &value in plane.row(y) {
            let value = f64::from(value) - mean;
            product += value * row;
            values += value * value;
            rows += row * row;
        }
    }
    (product / (values * rows + 1e-9).sqrt()) as f32
}

//! The survey: what one look at the small picture says about the haze of a frame.

use super::airlight::airlight;
use super::depth::{Depth, depth};
use super::evidence::{Evidence, Seen};
use super::judge::judge;
use super::kernel::Framed;
use super::shared::SharedHaze;
use super::sky::{self, sky};
use super::tone::Brightness;
use super::wavelength;
use crate::filter::{Coefficients, SmallPicture, exp2, softened};
use crate::frame::{Plane, Space, luma};

/// The haze of a scene: frames of one scene may share it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Haze {
    /// Airlight: encoded red, green and blue, 0..1.
    pub airlight: [f32; 3],
    /// Wavelength exponent of the optical depth, 0 (grey) to 1.3.
    pub exponent: f32,
    /// The factor on the optical depth that suits the scene, 0 to 1.6.
    pub auto_strength: f32,
    /// How bright the dehazed frame is.
    pub brightness: Brightness,
    /// What `auto` went by.
    pub evidence: Evidence,
}

/// The optical depth of every part of one frame: never shared.
#[derive(Debug, Clone, PartialEq)]
pub struct DepthMap {
    /// τ = a·luma + b at strength 1; a and b are smooth maps of the size of the small picture.
    pub coefficients: Coefficients,
    /// Where they lie in the frame if it has a border.
    pub framed: Option<Framed>,
    /// If the samples are not sRGB's and the haze was judged as if they were: how they are.
    pub judged: Option<Judged>,
}

/// Samples of another space than sRGB, in which the haze of the frame was judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// The samples' own space.
    pub space: Space,
    /// Slope and offset of the line that takes their luma to sRGB's, 0..1: near enough for the noise.
    pub line: (f32, f32),
}

/// What the survey saw, as pictures of the size of the small one, 0..1: for whoever wants to look.
#[derive(Debug, Clone, PartialEq)]
pub struct Maps {
    /// The veil of haze.
    pub veil: Plane,
    /// Sky.
    pub sky: Plane,
    /// How far the veil is trusted to be haze before something.
    pub trust: Plane,
    /// The share of the light that is haze and taken out at amount 50: 1 − t.
    pub taken: Plane,
}

/// Share of each neighbour in a pixel of the picture that is surveyed. A frame of 600 px and its half
/// differ in their finest texture, which the erosion goes by: by 2.2 levels after the dehaze without
/// this, 0.9 with it. At 0.2 the far ridges of clear frames pass for haze.
const SOFTENED: f32 = 0.1;
/// Long side of the small picture of a large frame.
const LONG: f32 = 256.0;

/// How much a picture is softened so that its blur is [`SOFTENED`]'s, whatever it was made of.
///
/// Variances count, in pixels of a picture of [`LONG`]. A pixel is a box, 1/12. Cells that end within pixels
/// of the frame blur by 1/(6·scale²) more, on the mean of where they end. The pixels of an enlarged frame are
/// larger boxes. The filter blurs by twice its share.
fn share_softened(picture: &SmallPicture) -> f32 {
    const BOX: f32 = 1.0 / 12.0;
    let SmallPicture { scale, .. } = *picture;
    let made = if scale > 1.0 { BOX + 2.0 * BOX / (scale * scale) } else { BOX / (scale * scale) };
    let pixel = picture.size().long_side() as f32 / LONG;
    let wanted = (BOX + 2.0 * SOFTENED) * pixel * pixel;
    ((wanted - made) / 2.0).clamp(0.0, SOFTENED)
}

/// What one look at a small picture says.
#[derive(Debug, Clone, PartialEq)]
pub struct Survey {
    /// The haze of the scene.
    pub haze: Haze,
    /// The luma of what is white, beside which a sky is bright.
    pub sky_white: f32,
    /// Where it is in this frame.
    pub depth: DepthMap,
    /// What was seen on the way.
    pub maps: Maps,
}

/// Surveys the small picture of a whole frame, without its border.
#[must_use]
pub fn survey(picture: &SmallPicture) -> Survey {
    look(picture, None)
}

/// [`survey`] of a frame of a scene: what is shared rules, and the depth goes by it. Only the evidence is
/// what this frame alone shows.
#[must_use]
pub fn survey_sharing(picture: &SmallPicture, shared: &SharedHaze) -> Survey {
    look(picture, Some(shared))
}

fn look(picture: &SmallPicture, shared: Option<&SharedHaze>) -> Survey {
    let picture = &softened(picture, share_softened(picture));
    let [red, green, blue] = &picture.channels;
    let least = red.clone().zip(green, f32::min).zip(blue, f32::min);
    let guide = Plane::new(
        red.size(),
        (0..red.values().len())
            .map(|i| luma(red.values()[i], green.values()[i], blue.values()[i]))
            .collect(),
    );
    let sky_white = shared.map_or_else(|| sky::white(&guide), |shared| shared.sky_white);
    let sky = sky(picture, &guide, sky_white);
    let airlight = shared.map_or_else(|| airlight(picture, &least, &sky), |shared| shared.airlight);
    let depth = depth(picture, &guide, &sky, airlight);
    let exponent = shared.map_or_else(
        || wavelength::exponent(picture, &depth.judged, &sky, airlight),
        |shared| shared.exponent,
    );
    let seen = Seen { picture, luma: &guide, sky: &sky, depth: &depth, airlight };
    let evidence = Evidence::of(&seen);
    let factors = wavelength::factors(exponent);
    let Depth { coefficients, veil, trust, .. } = depth;
    let haze = Haze {
        airlight,
        exponent,
        auto_strength: shared.map_or_else(|| judge(&evidence), |shared| shared.strength),
        brightness: shared.map_or_else(
            || Brightness::of(picture, airlight, &coefficients, factors),
            |shared| shared.brightness,
        ),
        evidence,
    };
    let depth = DepthMap { coefficients, framed: None, judged: None };
    let slope = depth.coefficients.a.clone().zip(&guide, |a, luma| a * luma);
    let taken = slope.zip(&depth.coefficients.b, |slope, b| {
        1.0 - exp2(-std::f32::consts::LOG2_E * (slope + b).max(0.0))
    });
    Survey { haze, sky_white, depth, maps: Maps { veil, sky, trust, taken } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Size;

    #[test]
    fn what_is_softened_less_was_blurred_more_when_it_was_made_small() {
        let picture = |long: u32, scale: f32| {
            let plane = Plane::filled(Size::new(long, 100), 0.5);
            SmallPicture { scale, ..SmallPicture::of([plane.clone(), plane.clone(), plane]) }
        };
        let share = |long, scale| share_softened(&picture(long, scale));
        assert!((share(256, 20.0) - SOFTENED).abs() < 1e-3);
        assert!(share(256, 1.2) < share(256, 2.4) && share(256, 2.4) < SOFTENED);
        assert!(
            (share(256, 1.0) - SOFTENED).abs() < 1e-6,
            "a frame that is not made small is not blurred"
        );
        assert!(share(200, 1.0) < SOFTENED, "its pixels are larger");
        assert!(
            share(256, 0.9) < SOFTENED && share(256, 0.3) == 0.0,
            "those of an enlarged one, too"
        );
    }
}

//! The survey of a whole frame: made small once, looked at for haze and for noise.
//!
//! The whole frame is surveyed whatever part of it is kept, and always at the same size, so that a
//! preview, a crop and the full frame get the same dehaze. A border around the picture is cut off first.

mod border;
mod gamut;
mod noise;

use gamut::Gamut;

use crate::filter::{area_average, area_average_of};
use crate::frame::View;
use crate::stage::dehaze::{self, Border, DepthMap, Haze, Maps, SharedHaze};

/// Pixels on the long side of the small picture. At 512 a frame of 600 px and its half differed by
/// 1 to 4 levels after the dehaze, for the half was surveyed at 300: noise and fine texture decide
/// what an erosion finds. 256 brings that under 1 and costs 0.3 dB on outdoor pairs, 0.2 dB in rooms.
const SURVEY_PX: u32 = 256;

/// What is known of a frame before it is swept.
#[derive(Debug, Clone, PartialEq)]
pub struct Survey {
    /// The haze of its scene, which frames of one scene may share.
    pub haze: Haze,
    /// Where it is in this frame.
    pub depth: DepthMap,
    /// Standard deviation of its noise at full size, share of the greatest sample.
    pub noise: f32,
}

/// Surveys a whole frame whose samples are sRGB; [`survey_in`] knows of profiles.
///
/// Noise and area average side by side on two cores saved 3 ms of the 150 that one frame of 24 MP
/// takes there: taken back, threads are the sweep's.
#[must_use]
pub fn survey<'a>(picture: impl Into<View<'a>>) -> Survey {
    survey_in(picture, None).0
}

/// [`survey`] of a frame with this ICC profile, and the maps of what it saw.
///
/// Haze is judged on colours as they look, so that a frame gets the same dehaze in Adobe RGB or Display P3 as
/// in sRGB. A profile that cannot be used is ignored.
#[must_use]
pub fn survey_in<'a>(picture: impl Into<View<'a>>, profile: Option<&[u8]>) -> (Survey, Maps) {
    look(picture.into(), profile, None)
}

/// [`survey_in`] of a frame of a scene, which shares this with the others.
#[must_use]
pub fn survey_sharing<'a>(
    picture: impl Into<View<'a>>,
    profile: Option<&[u8]>,
    shared: &SharedHaze,
) -> (Survey, Maps) {
    look(picture.into(), profile, Some(shared))
}

/// The noise of a frame that is not surveyed for haze: a border that is not flat counts as picture.
pub(super) fn noise_of<'a>(picture: impl Into<View<'a>>) -> f32 {
    let view = picture.into();
    noise::deviation(view, view.size().rect())
}

fn look(view: View<'_>, profile: Option<&[u8]>, shared: Option<&SharedHaze>) -> (Survey, Maps) {
    let mut small = area_average(view, SURVEY_PX);
    let found = Border::of(&small);
    let framed = (!found.is_none()).then(|| border::framed(view, &found, small.size()));
    if let Some(framed) = framed {
        small = area_average_of(view, framed.surveyed, SURVEY_PX);
    }
    let gamut = Gamut::enter(profile, &mut small);
    let mut found = match shared {
        Some(shared) => dehaze::survey_sharing(&small, shared),
        None => dehaze::survey(&small),
    };
    if let Some(gamut) = gamut {
        gamut.leave(&mut found);
    }
    let dehaze::Survey { haze, mut depth, maps, .. } = found;
    depth.framed = framed;
    let scene = framed.map_or(view.size().rect(), |framed| framed.scene);
    (Survey { haze, depth, noise: noise::deviation(view, scene) }, maps)
}

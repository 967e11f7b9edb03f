//! The survey of a whole frame: it is scaled down once and examined for haze and for noise.
//!
//! The whole frame is surveyed whatever part of it is kept, and always at the same size, so that a
//! preview, a crop and the full frame get the same dehaze. A border around the picture is cut off first.

mod border;
mod gamut;
mod likeness;
mod noise;

use gamut::Gamut;
pub use likeness::Likeness;

use crate::filter::{SmallPicture, area_average, area_average_of, enlarged};
use crate::frame::View;
use crate::stage::dehaze::{self, Border, DepthMap, Framed, Haze, Maps, SharedHaze};

/// Pixels on the long side of the small picture. At 512 a frame of 600 px and its half differed by
/// 1 to 4 levels after the dehaze, for the half was surveyed at 300: noise and fine texture decide
/// what an erosion finds. 256 brings that under 1 and costs 0.3 dB on outdoor pairs, 0.2 dB in rooms. A
/// smaller frame is enlarged to it: else frames of 480 px and their halves differ by half as much again.
const SURVEY_PX: u32 = 256;

/// What is known about a frame before it is swept.
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
    surveyed(picture.into(), profile, None)
}

/// [`survey_in`] of a frame of a scene, which shares this with the others.
#[must_use]
pub fn survey_sharing<'a>(
    picture: impl Into<View<'a>>,
    profile: Option<&[u8]>,
    shared: &SharedHaze,
) -> (Survey, Maps) {
    surveyed(picture.into(), profile, Some(shared))
}

/// The noise of a frame that is not surveyed for haze: a border that is not flat counts as picture.
pub(super) fn noise_of<'a>(picture: impl Into<View<'a>>) -> f32 {
    let view = picture.into();
    noise::deviation(view, view.size().rect())
}

/// What one look at a frame tells of its scene.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// What it would share with others.
    pub shared: SharedHaze,
    /// What it looks like.
    pub likeness: Likeness,
}

/// Looks at a frame with this ICC profile; its samples may be those of a smaller copy.
#[must_use]
pub fn look<'a>(picture: impl Into<View<'a>>, profile: Option<&[u8]>) -> Look {
    let (mut small, _) = scene(picture.into());
    Gamut::enter(profile, &mut small);
    Look { shared: dehaze::survey(&small).shared(), likeness: Likeness::of(&small) }
}

/// The small picture of what is inside the border, and where that lies if there is one.
fn scene(view: View<'_>) -> (SmallPicture, Option<Framed>) {
    let small = area_average(view, SURVEY_PX);
    let found = Border::of(&small);
    let framed = (!found.is_none()).then(|| border::framed(view, &found, small.size()));
    let small = match &framed {
        Some(framed) => area_average_of(view, framed.surveyed, SURVEY_PX),
        None => small,
    };
    (enlarged(small, SURVEY_PX), framed)
}

fn surveyed(view: View<'_>, profile: Option<&[u8]>, shared: Option<&SharedHaze>) -> (Survey, Maps) {
    let (mut small, framed) = scene(view);
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

//! Haze judged on colours as they look: the small picture of a frame with a profile is surveyed in sRGB, and
//! what is found is brought back to the frame's own values.

use crate::colour::{Mapping, describe, space_of};
use crate::filter::SmallPicture;
use crate::frame::{Plane, Space, luma};
use crate::stage::dehaze::{Judged, Survey};

/// From the samples of a frame to sRGB and back.
pub(super) struct Gamut {
    mapping: Mapping,
    /// The frame's own space, if it is no more than a curve and primaries.
    space: Option<Space>,
    /// Luma of the small picture as its samples have it.
    own: Plane,
    /// The same in sRGB.
    srgb: Plane,
}

impl Gamut {
    /// Of a frame with this profile; makes its small picture sRGB. `None`, and the picture as it is, if the
    /// profile cannot be used both ways: then the samples are taken as they are.
    pub(super) fn enter(profile: Option<&[u8]>, picture: &mut SmallPicture) -> Option<Self> {
        let profile = profile.filter(|profile| describe(profile).is_ok_and(|d| !d.is_srgb))?;
        let mapping = Mapping::new(profile).ok().filter(Mapping::goes_back)?;
        let space = space_of(profile);
        let own = luma_of(picture);
        let [red, green, blue] = picture.channels.each_ref().map(Plane::values);
        let mut colours: Vec<[f32; 3]> =
            (0..red.len()).map(|i| [red[i], green[i], blue[i]]).collect();
        mapping.to_srgb(&mut colours);
        for (c, channel) in picture.channels.iter_mut().enumerate() {
            channel.values_mut().iter_mut().zip(&colours).for_each(|(v, colour)| *v = colour[c]);
        }
        let srgb = luma_of(picture);
        Some(Self { mapping, space, own, srgb })
    }

    /// A frame whose space is known is dehazed as sRGB, and what was found stays. Of any other it is brought
    /// back: the airlight by the profile, and τ = a·luma + b by the line that takes the samples' luma to
    /// sRGB's, least in squares.
    pub(super) fn leave(&self, survey: &mut Survey) {
        let line = line(self.own.values(), self.srgb.values());
        survey.depth.judged = self.space.map(|space| Judged { space, line });
        if self.space.is_some() {
            return;
        }
        let mut airlight = [survey.haze.airlight];
        if self.mapping.from_srgb(&mut airlight).is_ok() {
            [survey.haze.airlight] = airlight.map(|air| air.map(|a| a.max(1.0 / 255.0)));
        }
        let (slope, offset) = line;
        let coefficients = &mut survey.depth.coefficients;
        coefficients.b = coefficients.b.clone().zip(&coefficients.a, |b, a| b + a * offset);
        coefficients.a = coefficients.a.clone().map(|a| a * slope);
    }
}

fn luma_of(picture: &SmallPicture) -> Plane {
    let [red, green, blue] = picture.channels.each_ref().map(Plane::values);
    let values = (0..red.len()).map(|i| luma(red[i], green[i], blue[i])).collect();
    Plane::new(picture.size(), values)
}

/// Slope and offset of the straight line nearest to these points.
fn line(from: &[f32], to: &[f32]) -> (f32, f32) {
    let count = from.len().max(1) as f64;
    let mean = |values: &[f32]| values.iter().map(|&v| f64::from(v)).sum::<f64>() / count;
    let (x, y) = (mean(from), mean(to));
    let (mut product, mut square) = (0.0, 0.0);
    for (a, b) in from.iter().zip(to) {
        product += (f64::from(*a) - x) * (f64::from(*b) - y);
        square += (f64::from(*a) - x) * (f64::from(*a) - x);
    }
    let slope = if square > 1e-6 { product / square } else { 1.0 };
    (slope as f32, (y - slope * x) as f32)
}

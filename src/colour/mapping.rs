//! Single colours converted from a profile to sRGB and back: for judging a small picture by its colours as they
//! look, and for drawing in colours given in sRGB.

use std::fmt;
use std::sync::Arc;

use moxcms::{ColorProfile, Layout, TransformF32Executor};

use super::profile::{read, unusable};
use super::transform::{layout_of, options, srgb_for};
use crate::error::{Error, ErrorKind, Result};

type Transform = Arc<TransformF32Executor>;

/// A profile's colours as sRGB has them, and back: three encoded values from 0 to 1 each, relative
/// colorimetric, clamped to the gamut they come to. Of a grey profile each value is a grey of its own.
///
/// Made once per profile, in a few milliseconds; cheap to clone and to share among threads.
#[derive(Clone)]
pub struct Mapping {
    to_srgb: Transform,
    /// None for a profile that says only what its own colours are, as some cameras' and scanners' do.
    from_srgb: Option<Transform>,
}

impl fmt::Debug for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mapping").field("goes_back", &self.from_srgb.is_some()).finish()
    }
}

impl Mapping {
    /// The mapping of an ICC profile for RGB or grey samples.
    ///
    /// # Errors
    /// If the profile cannot be used, or is for neither grey nor RGB samples.
    pub fn new(profile: &[u8]) -> Result<Self> {
        Self::of(&read(profile)?)
    }

    pub(super) fn of(profile: &ColorProfile) -> Result<Self> {
        let layout = layout_of(profile)?;
        let srgb = srgb_for(layout);
        let way = |from: &ColorProfile, to: &ColorProfile| {
            from.create_transform_f32(layout, to, layout, options(from, to))
        };
        debug_assert!(matches!(layout, Layout::Rgb | Layout::Gray), "as `layout_of` says");
        let to_srgb = way(profile, &srgb).map_err(|e| unusable(&e))?;
        Ok(Self { to_srgb, from_srgb: way(&srgb, profile).ok() })
    }

    /// Makes colours of the profile sRGB's.
    pub fn to_srgb(&self, colours: &mut [[f32; 3]]) {
        convert(&self.to_srgb, colours);
    }

    /// Whether [`Self::from_srgb`] can be used.
    #[must_use]
    pub fn goes_back(&self) -> bool {
        self.from_srgb.is_some()
    }

    /// Makes colours of sRGB the profile's.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] if the profile says only what its own colours are.
    pub fn from_srgb(&self, colours: &mut [[f32; 3]]) -> Result<()> {
        let way = self.from_srgb.as_ref().ok_or_else(|| {
            let message = "the colour profile does not say how to come to its colours";
            Error::new(ErrorKind::Unsupported, message)
        })?;
        convert(way, colours);
        Ok(())
    }
}

/// Colours that are converted at once: 12 kB each in and out.
const RUN: usize = 1024;

fn convert(way: &Transform, colours: &mut [[f32; 3]]) {
    let mut before = [[0.0; 3]; RUN];
    for colours in colours.chunks_mut(RUN) {
        let before = &mut before[..colours.len()];
        for (to, from) in before.as_flattened_mut().iter_mut().zip(colours.as_flattened()) {
            // Not clamp, which keeps what is not a number.
            *to = from.max(0.0).min(1.0);
        }
        let done = way.transform(before.as_flattened(), colours.as_flattened_mut());
        debug_assert!(done.is_ok(), "as many values go in as come out: {done:?}");
        colours.as_flattened_mut().iter_mut().for_each(|v| *v = v.max(0.0).min(1.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn far(a: &[[f32; 3]], b: &[[f32; 3]]) -> f32 {
        let pairs = a.as_flattened().iter().zip(b.as_flattened());
        pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn colours_come_back_from_srgb_and_differ_on_the_way() {
        let colours = [[0.35, 0.4, 0.5], [0.5, 0.5, 0.5], [1.0, 1.0, 1.0], [0.6, 0.5, 0.4]];
        for profile in [
            ColorProfile::new_display_p3(),
            ColorProfile::new_adobe_rgb(),
            ColorProfile::new_pro_photo_rgb(),
        ] {
            let mapping = Mapping::new(&profile.encode().unwrap()).unwrap();
            let mut there = colours;
            mapping.to_srgb(&mut there);
            assert!(far(&there, &colours) > 0.01, "{there:?}");
            mapping.from_srgb(&mut there).unwrap();
            assert!(far(&there, &colours) < 0.002, "{there:?}");
        }
    }

    #[test]
    fn known_colours() {
        // Display P3's own red lies outside of sRGB; its (0.5, 0.3, 0.2) is (0.533, 0.287, 0.175) there.
        let mapping = Mapping::new(&ColorProfile::new_display_p3().encode().unwrap()).unwrap();
        let mut colours = [[1.0, 0.0, 0.0], [0.5, 0.3, 0.2], [f32::NAN, 2.0, -1.0]];
        mapping.to_srgb(&mut colours);
        assert!(
            far(&colours[..2], &[[1.0, 0.0, 0.0], [0.533, 0.287, 0.175]]) < 0.003,
            "{colours:?}"
        );
        assert!(colours[2].iter().all(|v| (0.0..=1.0).contains(v)));
        let grey = Mapping::new(&ColorProfile::new_gray_with_gamma(1.8).encode().unwrap()).unwrap();
        let mut greys = [[0.502, 0.0, 1.0]];
        grey.to_srgb(&mut greys);
        // 128/255 to the 1.8th is 0.289 linear, in sRGB 0.575.
        assert!(far(&greys, &[[0.575, 0.0, 1.0]]) < 0.003, "{greys:?}");
    }
}

//! Colour profiles: reading them, and converting colours from and to them.
//!
//! Layout: ICC.1:2022. Conversion is `moxcms`'s, relative colorimetric, the error at most one level
//! of 255 against lcms2 (30 ms per 24 MP). Samples without a profile are sRGB (IEC 61966-2-1).
//! [`convert_to_srgb`] converts the samples of a frame, [`Mapping`] single colours both ways, and
//! `Press` the four inks of CMYK.

mod cmyk;
mod mapping;
mod profile;
mod space;
mod transform;

use std::sync::Arc;

use moxcms::{ColorProfile, DataColorSpace, ProfileText};

pub(crate) use cmyk::{Polarity, Press};
pub use mapping::Mapping;
pub(crate) use profile::MOST_ICC_BYTES;
use profile::{grey_srgb, read};
pub use space::space_of;
pub use transform::convert_to_srgb;

use crate::error::{Error, ErrorKind, Result};

/// How far a colour may lie from sRGB's own, of 255, for a profile to count as sRGB: the rounding
/// of the many sRGB profiles in use is below it, Display P3 and Adobe RGB are 20 and more away.
const SRGB_TOLERANCE: f32 = 2.0;

/// The samples that a profile is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColourSpace {
    /// Grey.
    Gray,
    /// Red, green, blue.
    Rgb,
    /// Cyan, magenta, yellow, black.
    Cmyk,
    /// Anything else.
    Other,
}

/// What a profile is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// Its name for people; empty if it has none.
    pub name: String,
    /// The samples it is for.
    pub space: ColourSpace,
    /// Whether its colours are those of sRGB, as near as the eye can tell; of a grey profile, whether
    /// its curve is.
    pub is_srgb: bool,
}

/// Says what a profile is.
///
/// # Errors
/// If it cannot be read, or is larger than 16 MiB.
pub fn describe(profile: &[u8]) -> Result<Described> {
    let read = read(profile)?;
    let space = match read.color_space {
        DataColorSpace::Gray => ColourSpace::Gray,
        DataColorSpace::Rgb => ColourSpace::Rgb,
        DataColorSpace::Cmyk => ColourSpace::Cmyk,
        _ => ColourSpace::Other,
    };
    // Of grey each channel is a grey of its own.
    let probes = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [128, 128, 128], [40, 90, 200]];
    let near = |mapping: &Mapping| {
        let mut there = probes.map(|probe| probe.map(|v: u8| f32::from(v) / 255.0));
        mapping.to_srgb(&mut there);
        let pairs = there.as_flattened().iter().zip(probes.as_flattened());
        pairs.map(|(is, &was)| is * 255.0 - f32::from(was)).all(|off| off.abs() <= SRGB_TOLERANCE)
    };
    let is_srgb = Mapping::of(&read).is_ok_and(|mapping| near(&mapping));
    Ok(Described { name: name(&read), space, is_srgb })
}

fn name(profile: &ColorProfile) -> String {
    let name = match &profile.description {
        Some(ProfileText::PlainString(text)) => text.clone(),
        Some(ProfileText::Localizable(texts)) => {
            let english = texts.iter().find(|t| t.language == "en").or(texts.first());
            english.map(|t| t.value.clone()).unwrap_or_default()
        }
        Some(ProfileText::Description(text)) => text.ascii_string.clone(),
        None => String::new(),
    };
    name.trim_matches(|c: char| c.is_control() || c == ' ').to_owned()
}

/// An sRGB profile to write, for RGB samples; the same bytes at any time.
///
/// # Errors
/// If it cannot be made, which is a fault of this program.
pub fn srgb() -> Result<Arc<[u8]>> {
    encoded(ColorProfile::new_srgb())
}

/// An Adobe RGB profile to write, for RGB samples; the same bytes at any time.
///
/// # Errors
/// As [`srgb`].
pub fn adobe_rgb() -> Result<Arc<[u8]>> {
    encoded(ColorProfile::new_adobe_rgb())
}

/// A Display P3 profile to write, for RGB samples; the same bytes at any time.
///
/// # Errors
/// As [`srgb`].
pub fn display_p3() -> Result<Arc<[u8]>> {
    encoded(ColorProfile::new_display_p3())
}

/// The profile that samples have after [`convert_to_srgb`] from this one: sRGB, or for grey ones a
/// grey profile with sRGB's curve. Readers refuse an RGB profile with grey samples, and without any
/// some take grey for that of a printing press.
///
/// # Errors
/// As [`srgb`].
pub fn srgb_instead_of(profile: &[u8]) -> Result<Arc<[u8]>> {
    match read(profile).map(|p| p.color_space) {
        Ok(DataColorSpace::Gray) => encoded(grey_srgb()),
        _ => srgb(),
    }
}

/// Where a profile's header says when it was made (ICC.1:2022, 7.2.1).
const MADE: std::ops::Range<usize> = 24..36;
/// The first of January 2000, in six numbers of 16 bits: `encode` writes the clock there, which would make
/// every output differ.
const ALWAYS: [u8; 12] = [7, 208, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0];

fn encoded(profile: ColorProfile) -> Result<Arc<[u8]>> {
    let internal =
        |e| Error::new(ErrorKind::Internal, format!("the profile cannot be made: {e:?}"));
    let mut bytes = profile.encode().map_err(internal)?;
    if let Some(made) = bytes.get_mut(MADE) {
        made.copy_from_slice(&ALWAYS);
    }
    Ok(bytes.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_that_are_written_hold_no_clock() {
        for profile in [srgb().unwrap(), adobe_rgb().unwrap(), encoded(grey_srgb()).unwrap()] {
            assert_eq!(profile[MADE], ALWAYS);
        }
    }

    #[test]
    fn srgb_is_told_from_other_profiles() {
        let srgb = srgb().unwrap();
        assert!(describe(&srgb).unwrap().is_srgb);
        for other in [ColorProfile::new_display_p3(), ColorProfile::new_adobe_rgb()] {
            let described = describe(&other.encode().unwrap()).unwrap();
            assert!(!described.is_srgb && !described.name.is_empty(), "{described:?}");
        }
        assert!(describe(b"no profile").is_err());
    }
}

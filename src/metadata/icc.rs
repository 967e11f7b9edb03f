//! The ICC profile: what it is, and colours out of it and into it.
//!
//! Layout: ICC.1:2022. Conversion is `moxcms`'s, relative colorimetric, the error at most one level
//! of 255 against lcms2 (30 ms per 24 MP). Samples without a profile are sRGB (IEC 61966-2-1).

use std::sync::Arc;

use moxcms::{
    ColorProfile, DataColorSpace, Layout, LocalizableString, ProfileText, RenderingIntent,
    TransformOptions,
};

use super::MOST_ICC_BYTES;
use crate::error::{Error, ErrorKind, Result};
use crate::frame::{Pixels, Sample};

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
    /// Whether its colours are those of sRGB, as near as the eye can tell.
    pub is_srgb: bool,
}

fn read(profile: &[u8]) -> Result<ColorProfile> {
    if profile.len() > MOST_ICC_BYTES {
        return Err(Error::new(ErrorKind::TooLarge, "the colour profile is larger than 16 MiB"));
    }
    ColorProfile::new_from_slice(profile).map_err(|e| unusable(&e))
}

fn unusable(why: &moxcms::CmsError) -> Error {
    Error::new(ErrorKind::Damaged, format!("the colour profile cannot be used: {why:?}"))
}

fn options() -> TransformOptions {
    TransformOptions {
        rendering_intent: RenderingIntent::RelativeColorimetric,
        ..TransformOptions::default()
    }
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
    let probes = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [128, 128, 128], [40, 90, 200]];
    let near = |probe: [u8; 3]| {
        let there = colour_in_profile(probe, profile).unwrap_or([f32::INFINITY; 3]);
        (0..3).all(|i| (there[i] * 255.0 - f32::from(probe[i])).abs() <= SRGB_TOLERANCE)
    };
    let is_srgb = space == ColourSpace::Rgb && probes.into_iter().all(near);
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

fn encoded(mut profile: ColorProfile) -> Result<Arc<[u8]>> {
    profile.creation_date_time = moxcms::ColorDateTime::default();
    let bytes = profile.encode();
    let internal = |e| Error::new(ErrorKind::Internal, format!("no sRGB profile: {e:?}"));
    bytes.map(Arc::from).map_err(internal)
}

/// A colour given in sRGB as encoded values 0..=1 of this profile: what to draw so that it looks so.
/// Of a grey profile all three are its grey.
///
/// # Errors
/// If the profile cannot be used, or is for neither grey nor RGB samples.
pub fn colour_in_profile(srgb: [u8; 3], profile: &[u8]) -> Result<[f32; 3]> {
    let profile = read(profile)?;
    let from = srgb.map(|s| f32::from(s) / u8::MAX as f32);
    let layout = layout_of(&profile)?;
    let transform = ColorProfile::new_srgb()
        .create_transform_f32(Layout::Rgb, &profile, layout, options())
        .map_err(|e| unusable(&e))?;
    let mut to = vec![0.0; layout.channels()];
    transform.transform(&from, &mut to).map_err(|e| unusable(&e))?;
    Ok([0, 1, 2].map(|i| to[i.min(to.len() - 1)].clamp(0.0, 1.0)))
}

fn layout_of(profile: &ColorProfile) -> Result<Layout> {
    match profile.color_space {
        DataColorSpace::Rgb => Ok(Layout::Rgb),
        DataColorSpace::Gray => Ok(Layout::Gray),
        space => Err(Error::new(
            ErrorKind::Unsupported,
            format!("the colour profile is for {space:?} samples"),
        )),
    }
}

/// Converts samples in place from a profile to sRGB; grey becomes sRGB's grey.
///
/// # Errors
/// If the profile cannot be used, or is for other samples than these.
pub fn convert_to_srgb(pixels: &mut Pixels, profile: &[u8]) -> Result<()> {
    let profile = read(profile)?;
    let layout = layout_of(&profile)?;
    if layout.channels() != pixels.channels() {
        return Err(Error::new(
            ErrorKind::Unsupported,
            format!(
                "the colour profile is for {:?} samples, the frame's are others",
                profile.color_space
            ),
        ));
    }
    let srgb = match layout {
        Layout::Gray => grey_srgb(),
        _ => ColorProfile::new_srgb(),
    };
    let width = pixels.size().width as usize * layout.channels();
    let eights = || profile.create_transform_8bit(layout, &srgb, layout, options());
    let sixteens = || profile.create_transform_16bit(layout, &srgb, layout, options());
    let rows = match pixels {
        Pixels::Gray8(p) => eights().and_then(|t| by_rows(p, width, |a, b| t.transform(a, b))),
        Pixels::Rgb8(p) => eights().and_then(|t| by_rows(p, width, |a, b| t.transform(a, b))),
        Pixels::Gray16(p) => sixteens().and_then(|t| by_rows(p, width, |a, b| t.transform(a, b))),
        Pixels::Rgb16(p) => sixteens().and_then(|t| by_rows(p, width, |a, b| t.transform(a, b))),
    };
    rows.map_err(|e| unusable(&e))
}

/// Grey with sRGB's tone curve, which no profile of `moxcms`'s own has.
fn grey_srgb() -> ColorProfile {
    let mut profile = ColorProfile::new_gray_with_gamma(2.2);
    profile.gray_trc = ColorProfile::new_srgb().red_trc;
    let name = LocalizableString::new("en".into(), "US".into(), "Grey with sRGB's curve".into());
    profile.description = Some(ProfileText::Localizable(vec![name]));
    profile
}

/// Converts row by row, so that one row is all the memory it takes.
fn by_rows<S: Sample, E>(
    samples: &mut [S],
    width: usize,
    convert: impl Fn(&[S], &mut [S]) -> Result<(), E>,
) -> Result<(), E> {
    let mut before = vec![S::default(); width];
    samples.chunks_exact_mut(width).try_for_each(|row| {
        before.copy_from_slice(row);
        convert(&before, row)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_colour_drawn_in_a_wide_profile_comes_back_in_srgb() {
        let wide = ColorProfile::new_display_p3().encode().unwrap();
        let drawn =
            colour_in_profile([250, 40, 30], &wide).unwrap().map(|v| (v * 255.0).round() as u8);
        assert_ne!(drawn, [250, 40, 30]);
        let image = image::ImageBuffer::from_pixel(2, 3, image::Rgb(drawn));
        let mut pixels = Pixels::Rgb8(image);
        convert_to_srgb(&mut pixels, &wide).unwrap();
        let Pixels::Rgb8(image) = pixels else { panic!("RGB stays RGB") };
        for (i, expected) in [250, 40, 30].into_iter().enumerate() {
            assert!((i32::from(image.get_pixel(1, 2)[i]) - expected).abs() <= 2, "{image:?}");
        }
    }

    #[test]
    fn grey_stays_grey_and_a_profile_for_others_is_refused() {
        let gamma = ColorProfile::new_gray_with_gamma(1.8).encode().unwrap();
        let mut pixels = Pixels::Gray8(image::ImageBuffer::from_pixel(3, 1, image::Luma([128])));
        convert_to_srgb(&mut pixels, &gamma).unwrap();
        let Pixels::Gray8(image) = &pixels else { panic!("grey stays grey") };
        // 128/255 to the 1.8th is 0.289 linear, in sRGB 0.575.
        assert!((i32::from(image.get_pixel(0, 0)[0]) - 147).abs() <= 2, "{image:?}");
        let white = colour_in_profile([255; 3], &gamma).unwrap();
        assert!((white[0] - 1.0).abs() < 0.01 && white[0] == white[2]);
        assert!(convert_to_srgb(&mut pixels, &srgb().unwrap()).is_err());
    }
}

//! Reading profiles, with their missing tables filled in, and a profile that moxcms does not have.

use moxcms::{ColorProfile, LocalizableString, ProfileText};

use crate::error::{Error, ErrorKind, Result};

/// Bytes of an ICC profile at most; the largest printing profiles are about 3 MB.
pub(crate) const MOST_ICC_BYTES: usize = 16 << 20;

/// Reads a profile; tables that it has for one rendering intent alone serve all of them, as
/// ICC.1:2022, 8.10.2 asks: many cameras' and scanners' profiles have the perceptual one only.
pub(super) fn read(profile: &[u8]) -> Result<ColorProfile> {
    if profile.len() > MOST_ICC_BYTES {
        return Err(Error::new(ErrorKind::TooLarge, "the colour profile is larger than 16 MiB"));
    }
    let mut read = ColorProfile::new_from_slice(profile).map_err(|e| unusable(&e))?;
    for tables in [
        [
            &mut read.lut_a_to_b_perceptual,
            &mut read.lut_a_to_b_colorimetric,
            &mut read.lut_a_to_b_saturation,
        ],
        [
            &mut read.lut_b_to_a_perceptual,
            &mut read.lut_b_to_a_colorimetric,
            &mut read.lut_b_to_a_saturation,
        ],
    ] {
        let any = tables.iter().find_map(|table| (**table).clone());
        tables.into_iter().filter(|table| table.is_none()).for_each(|table| *table = any.clone());
    }
    Ok(read)
}

pub(super) fn unusable(why: &moxcms::CmsError) -> Error {
    let why = match why {
        moxcms::CmsError::UnsupportedProfileConnection
        | moxcms::CmsError::UnsupportedLutRenderingIntent(_) => {
            "it lacks the curves or tables that a conversion needs"
        }
        moxcms::CmsError::OutOfMemory(_) => "there is not enough memory",
        _ => "it is damaged",
    };
    Error::new(ErrorKind::Damaged, format!("the colour profile cannot be used: {why}"))
}

/// Grey with sRGB's tone curve, which no profile of `moxcms`'s own has.
pub(super) fn grey_srgb() -> ColorProfile {
    let mut profile = ColorProfile::new_gray_with_gamma(2.2);
    profile.gray_trc = ColorProfile::new_srgb().red_trc;
    let name = LocalizableString::new("en".into(), "US".into(), "Grey with sRGB's curve".into());
    profile.description = Some(ProfileText::Localizable(vec![name]));
    profile
}

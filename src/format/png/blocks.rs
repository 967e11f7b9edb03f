//! Metadata in PNG's chunks: eXIf, iCCP, pHYs, and what [`texts`] reads.

use std::borrow::Cow;
use std::collections::BTreeSet;

use png::{ColorType, Info, PixelDimensions, ScaledFloat, Unit};

use super::super::lost::CREDENTIALS;
use super::super::profile::{MOST_EXIF_BYTES, MOST_ICC_BYTES, MOST_XMP_BYTES, within};
use super::layout::Layout;
use super::texts;
use crate::error::Warning;
use crate::metadata::Blocks;

/// sRGB's primaries and curve (ITU-T H.273, tables 2 and 3).
const SRGB_CODES: (u8, u8) = (1, 13);
/// sRGB's gamma, and white, red, green and blue, in hundred-thousandths (W3C PNG 3, 11.3.2.5).
const SRGB_GAMMA: u32 = 45_455;
const SRGB_X: [u32; 4] = [31_270, 64_000, 30_000, 15_000];
const SRGB_Y: [u32; 4] = [32_900, 33_000, 60_000, 6_000];
/// How far rounding takes them: a hundredth. Adobe RGB and Display P3 lie three and more away.
const NEAR: u32 = 1_000;
/// pHYs counts by the metre.
const METRES_PER_INCH: f64 = 0.0254;
/// Texts that are named in a warning.
const MOST_TEXTS: usize = 5;

/// All blocks of a file.
pub(super) fn read(info: &Info<'_>, layout: &Layout<'_>, warnings: &mut Vec<Warning>) -> Blocks {
    let exif = texts::exif(layout.exif, &layout.texts).map(Cow::into_owned);
    let icc = info.icc_profile.as_deref().filter(|icc| icc.len() <= MOST_ICC_BYTES);
    if layout.profile && icc.is_none() {
        let why = "it is damaged or larger than 16 MiB".to_owned();
        warnings.push(Warning::ProfileDropped(why));
    }
    let xmp = texts::xmp(&layout.texts);
    warnings.extend(other_colours(info, layout));
    warnings.extend(lost_texts(layout));
    if layout.credentials {
        warnings.push(Warning::PartsLeftOut(CREDENTIALS.to_owned()));
    }
    Blocks {
        exif: within(exif, MOST_EXIF_BYTES, "EXIF", warnings),
        xmp: within(xmp, MOST_XMP_BYTES, "XMP", warnings),
        photoshop: within(texts::photoshop(&layout.texts), MOST_EXIF_BYTES, "IPTC", warnings),
        icc: icc.map(Into::into),
        density: density(info),
        ..Blocks::default()
    }
}

/// What says that the samples are not sRGB's, and is ignored: the first of the chunks in the order
/// in which they overrule one another (W3C PNG 3, 4.3). A profile or sRGB replaces cICP.
fn other_colours(info: &Info<'_>, layout: &Layout<'_>) -> Option<Warning> {
    if layout.profile || info.srgb.is_some() {
        return None;
    }
    let colour = !matches!(info.color_type, ColorType::Grayscale | ColorType::GrayscaleAlpha);
    let cicp =
        info.coding_independent_code_points.map(|c| (c.color_primaries, c.transfer_function));
    let other = match (cicp, info.gama_chunk, info.chrm_chunk) {
        (Some(codes), ..) => (codes != SRGB_CODES).then_some("cICP"),
        (None, Some(gamma), _) if far([gamma], [SRGB_GAMMA]) => Some("gAMA"),
        (None, _, Some(c)) if colour => {
            let points = [c.white, c.red, c.green, c.blue];
            let other = far(points.map(|p| p.0), SRGB_X) || far(points.map(|p| p.1), SRGB_Y);
            other.then_some("cHRM")
        }
        _ => None,
    }?;
    let why = format!("{other} is ignored; colours are assumed to be sRGB");
    Some(Warning::ProfileDropped(why))
}

/// Whether one of these lies further off than rounding and sRGB's near relations do.
fn far<const N: usize>(given: [ScaledFloat; N], srgb: [u32; N]) -> bool {
    given.iter().zip(srgb).any(|(given, srgb)| given.into_scaled().abs_diff(srgb) > NEAR)
}

/// The texts that are not carried, by their keywords; the program's name and the file's own dates,
/// which converters note in every file, are not a loss.
fn lost_texts(layout: &Layout<'_>) -> Option<Warning> {
    let mut seen = BTreeSet::new();
    let lost: Vec<String> = layout
        .texts
        .iter()
        // A second block of a kind is not read.
        .filter(|text| !text.is_block() || !seen.insert(text.keyword()))
        .map(|text| text.keyword().into_owned())
        .filter(|keyword| keyword != "Software" && !keyword.starts_with("date:"))
        .collect();
    let further = lost.len().saturating_sub(MOST_TEXTS);
    let named = lost.get(..MOST_TEXTS).unwrap_or(&lost).join(", ");
    let more = if further > 0 { format!(" and {further} more") } else { String::new() };
    (!lost.is_empty()).then(|| Warning::MetadataDropped(format!("PNG texts ({named}{more})")))
}

/// The print resolution in dots per inch, out of pHYs, which counts by the metre.
fn density(info: &Info<'_>) -> Option<(u8, u16, u16)> {
    let dims = info.pixel_dims.filter(|dims| dims.unit == Unit::Meter)?;
    let per_inch = |per_metre: u32| {
        let dots = (f64::from(per_metre) * METRES_PER_INCH).round();
        (1.0..=f64::from(u16::MAX)).contains(&dots).then_some(dots as u16)
    };
    Some((1, per_inch(dims.xppu)?, per_inch(dims.yppu)?))
}

/// pHYs of a print resolution as JFIF has it; none without a unit.
pub(super) fn pixel_dims((unit, across, down): (u8, u16, u16)) -> Option<PixelDimensions> {
    let dots_per_metre = match unit {
        1 => 1.0 / METRES_PER_INCH,
        2 => 100.0,
        _ => return None,
    };
    let per_metre = |dots: u16| (f64::from(dots) * dots_per_metre).round() as u32;
    Some(PixelDimensions { xppu: per_metre(across), yppu: per_metre(down), unit: Unit::Meter })
}

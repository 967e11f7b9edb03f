//! Metadata in PNG's chunks: eXIf, iCCP, XMP in iTXt (XMP Specification part 3, 1.1.5), IPTC in
//! ImageMagick's 'Raw profile type iptc'.

use png::{ColorType, Info, ScaledFloat};

use super::super::profile::{MOST_EXIF_BYTES, MOST_ICC_BYTES, MOST_XMP_BYTES, within};
use super::layout::Layout;
use crate::error::Warning;
use crate::metadata::Blocks;

pub(super) const XMP_KEYWORD: &str = "XML:com.adobe.xmp";
/// Keywords of Photoshop's resources; the first is written.
pub(super) const RAW_IPTC: [&str; 2] = ["Raw profile type iptc", "Raw profile type 8bim"];

/// sRGB's primaries and curve (ITU-T H.273, tables 2 and 3).
const SRGB_CODES: (u8, u8) = (1, 13);
/// sRGB's gamma, and white, red, green and blue, in hundred-thousandths (W3C PNG 3, 11.3.2.5).
const SRGB_GAMMA: u32 = 45_455;
const SRGB_X: [u32; 4] = [31_270, 64_000, 30_000, 15_000];
const SRGB_Y: [u32; 4] = [32_900, 33_000, 60_000, 6_000];
/// How far rounding takes them: a hundredth. Adobe RGB and Display P3 lie three and more away.
const NEAR: u32 = 1_000;
/// Texts that are named in a warning.
const MOST_TEXTS: usize = 5;

/// All blocks of a file.
pub(super) fn read(info: &Info<'_>, layout: &Layout<'_>, warnings: &mut Vec<Warning>) -> Blocks {
    let exif = layout.exif.map(|e| e.strip_prefix(b"Exif\0\0").unwrap_or(e).to_vec());
    let icc = info.icc_profile.as_deref().filter(|icc| icc.len() <= MOST_ICC_BYTES);
    if layout.profile && icc.is_none() {
        let why = "it is damaged or larger than 16 MiB".to_owned();
        warnings.push(Warning::ProfileDropped(why));
    }
    let xmp = xmp(info, warnings);
    warnings.extend(other_colours(info, layout));
    warnings.extend(texts(info));
    Blocks {
        exif: within(exif, MOST_EXIF_BYTES, "EXIF", warnings),
        xmp: within(xmp, MOST_XMP_BYTES, "XMP", warnings),
        photoshop: within(iptc(info), MOST_EXIF_BYTES, "IPTC", warnings),
        icc: icc.map(Into::into),
        ..Blocks::default()
    }
}

/// What says that the samples are not sRGB's, and is not heeded: the first of the chunks in the order
/// in which they overrule one another (W3C PNG 3, 4.3). A profile or sRGB stands in for cICP.
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
    let why = format!("it stands in {other} and is not heeded, the samples are taken as sRGB");
    Some(Warning::ProfileDropped(why))
}

/// Whether one of these lies further off than rounding and sRGB's near relations do.
fn far<const N: usize>(given: [ScaledFloat; N], srgb: [u32; N]) -> bool {
    given.iter().zip(srgb).any(|(given, srgb)| given.into_scaled().abs_diff(srgb) > NEAR)
}

/// The texts that are not carried, by their keywords; the program's name and the file's own dates,
/// which converters note in every file, are no loss.
fn texts(info: &Info<'_>) -> Option<Warning> {
    let plain = info.uncompressed_latin1_text.iter().map(|t| t.keyword.as_str());
    let packed = info.compressed_latin1_text.iter().map(|t| t.keyword.as_str());
    let all = plain.chain(packed).chain(info.utf8_text.iter().map(|t| t.keyword.as_str()));
    let carried = |keyword: &str| keyword == XMP_KEYWORD || RAW_IPTC.contains(&keyword);
    let loss = |keyword: &&str| {
        !carried(keyword) && *keyword != "Software" && !keyword.starts_with("date:")
    };
    let lost: Vec<&str> = all.filter(loss).collect();
    let further = lost.len().saturating_sub(MOST_TEXTS);
    let named = lost.get(..MOST_TEXTS).unwrap_or(&lost).join(", ");
    let more = if further > 0 { format!(" and {further} more") } else { String::new() };
    (!lost.is_empty()).then(|| Warning::MetadataDropped(format!("PNG's texts {named}{more}")))
}

/// The packet in iTXt, inflated if it is compressed.
fn xmp(info: &Info<'_>, warnings: &mut Vec<Warning>) -> Option<Vec<u8>> {
    let mut chunk = info.utf8_text.iter().find(|t| t.keyword == XMP_KEYWORD)?.clone();
    let text = chunk.decompress_text_with_limit(MOST_XMP_BYTES).and_then(|()| chunk.get_text());
    match text {
        Ok(text) => Some(text.into_bytes()),
        Err(e) => {
            warnings.push(Warning::MetadataDropped(format!("XMP that cannot be read: {e}")));
            None
        }
    }
}

/// Photoshop's resources as ImageMagick and ExifTool write them: a name, their length, hexadecimal
/// digits in lines of 36 bytes.
pub(super) fn raw_profile(resources: &[u8]) -> String {
    let mut text = format!("\niptc\n{:8}\n", resources.len());
    for line in resources.chunks(36) {
        text.extend(line.iter().flat_map(|&byte| {
            [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap_or('0'))
        }));
        text.push('\n');
    }
    text
}

/// Photoshop's resources in hexadecimal, behind a name and their length on lines of their own.
fn iptc(info: &Info<'_>) -> Option<Vec<u8>> {
    let named = |keyword: &str| RAW_IPTC.contains(&keyword);
    let plain = info.uncompressed_latin1_text.iter().find(|t| named(&t.keyword));
    let text = match plain {
        Some(chunk) => chunk.text.clone(),
        None => {
            let packed = info.compressed_latin1_text.iter().find(|t| named(&t.keyword))?;
            let mut packed = packed.clone();
            // Twice as many digits as bytes, and the line feeds.
            packed.decompress_text_with_limit(3 * MOST_EXIF_BYTES).ok()?;
            packed.get_text().ok()?
        }
    };
    let mut lines = text.trim_start().splitn(3, '\n');
    let (_name, length, digits) = (lines.next()?, lines.next()?, lines.next()?);
    let digits = digits.bytes().filter_map(|b| char::from(b).to_digit(16)).collect::<Vec<_>>();
    let bytes = digits.as_chunks().0.iter().map(|&[high, low]| (high << 4 | low) as u8);
    let bytes = bytes.collect::<Vec<_>>();
    let whole = length.trim().parse() == Ok(bytes.len()) && bytes.starts_with(b"8BIM");
    whole.then_some(bytes)
}

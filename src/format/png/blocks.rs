//! Metadata in PNG's chunks: eXIf, iCCP, XMP in iTXt (XMP Specification part 3, 1.1.5), IPTC in
//! ImageMagick's 'Raw profile type iptc'.

use png::Info;

use super::super::profile::{MOST_EXIF_BYTES, MOST_ICC_BYTES, MOST_XMP_BYTES, within};
use super::chunks::Layout;
use crate::error::Warning;
use crate::metadata::Blocks;

pub(super) const XMP_KEYWORD: &str = "XML:com.adobe.xmp";
/// Keywords of Photoshop's resources; the first is written.
pub(super) const RAW_IPTC: [&str; 2] = ["Raw profile type iptc", "Raw profile type 8bim"];

/// All blocks of a file.
pub(super) fn read(info: &Info<'_>, layout: &Layout<'_>, warnings: &mut Vec<Warning>) -> Blocks {
    let exif = layout.exif.map(|e| e.strip_prefix(b"Exif\0\0").unwrap_or(e).to_vec());
    let icc = info.icc_profile.as_deref().filter(|icc| icc.len() <= MOST_ICC_BYTES);
    if layout.profile && icc.is_none() {
        let why = "it is damaged or larger than 16 MiB".to_owned();
        warnings.push(Warning::ProfileDropped(why));
    }
    let xmp = xmp(info, warnings);
    Blocks {
        exif: within(exif, MOST_EXIF_BYTES, "EXIF", warnings),
        xmp: within(xmp, MOST_XMP_BYTES, "XMP", warnings),
        photoshop: within(iptc(info), MOST_EXIF_BYTES, "IPTC", warnings),
        icc: icc.map(Into::into),
        ..Blocks::default()
    }
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

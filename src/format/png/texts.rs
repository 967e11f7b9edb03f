//! PNG's texts (tEXt, zTXt, iTXt; W3C PNG 3, 11.3.3) and the metadata that programs put into them:
//! XMP under its own keyword, and any block in hexadecimal as a 'Raw profile type …' (ImageMagick,
//! libvips, darktable, ExifTool).

use std::borrow::Cow;
use std::io::Read;

use flate2::read::ZlibDecoder;

use super::super::profile::{MOST_EXIF_BYTES, MOST_XMP_BYTES};
use crate::metadata;

pub(super) const XMP_KEYWORD: &str = "XML:com.adobe.xmp";
/// Before the kind of a block.
const RAW: &str = "Raw profile type ";
/// The keyword under which IPTC is written.
pub(super) const RAW_IPTC: &str = "Raw profile type iptc";
/// What a JPEG has before EXIF and before XMP.
const EXIF_NAME: &[u8] = b"Exif\0\0";
const XMP_NAME: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";

/// One text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'a> {
    keyword: &'a [u8],
    is_packed: bool,
    data: &'a [u8],
}

impl<'a> Text<'a> {
    /// The text in a chunk of this kind.
    pub(super) fn of_chunk(kind: &[u8; 4], body: &'a [u8]) -> Option<Self> {
        let until_zero = |bytes: &'a [u8]| {
            let end = bytes.iter().position(|&b| b == 0)?;
            Some((&bytes[..end], &bytes[end + 1..]))
        };
        let (keyword, rest) = until_zero(body)?;
        let (is_packed, data) = match kind {
            b"tEXt" => (false, rest),
            b"zTXt" => (true, rest.get(1..)?),
            b"iTXt" => {
                let (_language, rest_of) = until_zero(rest.get(2..)?)?;
                (*rest.first()? == 1, until_zero(rest_of)?.1)
            }
            _ => return None,
        };
        Some(Self { keyword, is_packed, data })
    }

    /// Its keyword, as people read it.
    pub(super) fn keyword(&self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.keyword)
    }

    fn is(&self, keyword: &str) -> bool {
        self.keyword.eq_ignore_ascii_case(keyword.as_bytes())
    }

    /// Whether it may hold a block of metadata.
    pub(super) fn is_block(&self) -> bool {
        let kinds = ["exif", "app1", "xmp", "iptc", "8bim"];
        self.is(XMP_KEYWORD) || kinds.iter().any(|kind| self.is(&format!("{RAW}{kind}")))
    }

    /// Its bytes, if there are no more than these.
    fn bytes(&self, most: usize) -> Option<Cow<'a, [u8]>> {
        if self.is_packed {
            let (mut bytes, limit) = (Vec::new(), most as u64 + 1);
            ZlibDecoder::new(self.data).take(limit).read_to_end(&mut bytes).ok()?;
            return (bytes.len() <= most).then_some(Cow::Owned(bytes));
        }
        (self.data.len() <= most).then_some(Cow::Borrowed(self.data))
    }

    /// The block that it has in hexadecimal, behind a name and its length on lines of their own.
    fn raw_profile(&self, most: usize) -> Option<Vec<u8>> {
        // Twice as many digits as bytes, and the line feeds.
        let text = self.bytes(3 * most)?;
        let text = std::str::from_utf8(&text).ok()?;
        let mut lines = text.trim_start().splitn(3, '\n');
        let (_name, length, digits) = (lines.next()?, lines.next()?, lines.next()?);
        let digits = digits.bytes().filter_map(|b| char::from(b).to_digit(16)).collect::<Vec<_>>();
        let bytes = digits.as_chunks().0.iter().map(|&[high, low]| (high << 4 | low) as u8);
        let bytes = bytes.collect::<Vec<_>>();
        (length.trim().parse() == Ok(bytes.len())).then_some(bytes)
    }
}

/// The blocks of the raw profiles of these kinds.
fn raw_profiles<'l>(
    texts: &'l [Text<'_>],
    kinds: &'l [&str],
    most: usize,
) -> impl Iterator<Item = Vec<u8>> + 'l {
    let named = |text: &&Text<'_>| kinds.iter().any(|kind| text.is(&format!("{RAW}{kind}")));
    texts.iter().filter(named).filter_map(move |text| text.raw_profile(most))
}

/// EXIF, out of its own chunk or else out of a raw profile.
pub(super) fn exif<'a>(own: Option<&'a [u8]>, texts: &[Text<'_>]) -> Option<Cow<'a, [u8]>> {
    let own = own.map(|exif| exif.strip_prefix(EXIF_NAME).unwrap_or(exif));
    let own = own.filter(|exif| !exif.is_empty()).map(Cow::Borrowed);
    let plain = |profile: Vec<u8>| match profile.strip_prefix(EXIF_NAME) {
        Some(exif) => Some(exif.to_vec()),
        None => (profile.starts_with(b"II") || profile.starts_with(b"MM")).then_some(profile),
    };
    let raw = || raw_profiles(texts, &["exif", "app1"], MOST_EXIF_BYTES).find_map(plain);
    own.or_else(|| raw().map(Cow::Owned))
}

/// XMP, under its own keyword in any of the chunks or else out of a raw profile.
pub(super) fn xmp(texts: &[Text<'_>]) -> Option<Vec<u8>> {
    let own = texts.iter().filter(|text| text.is(XMP_KEYWORD));
    let own = own.filter_map(|text| text.bytes(MOST_XMP_BYTES)).find(|xmp| !xmp.is_empty());
    let plain = |profile: Vec<u8>| match profile.strip_prefix(XMP_NAME) {
        Some(xmp) => Some(xmp.to_vec()),
        None => profile.trim_ascii_start().starts_with(b"<").then_some(profile),
    };
    let raw = || raw_profiles(texts, &["xmp", "app1"], MOST_XMP_BYTES).find_map(plain);
    own.map(Cow::into_owned).or_else(raw)
}

/// Photoshop's resources; IPTC-IIM alone is put into them.
pub(super) fn photoshop(texts: &[Text<'_>]) -> Option<Vec<u8>> {
    raw_profiles(texts, &["iptc", "8bim"], MOST_EXIF_BYTES).find_map(|profile| match &profile[..] {
        [b'8', b'B', b'I', b'M', ..] => Some(profile),
        [0x1C, 1 | 2, ..] => metadata::with_iptc(None, Some(&profile)),
        _ => None,
    })
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

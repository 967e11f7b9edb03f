//! What a file is by its first bytes; what longlens does not read is named all the same.

use super::Format;
use crate::error::{Error, ErrorKind};

/// The format, if longlens reads it.
pub(super) fn known(bytes: &[u8]) -> Option<Format> {
    match bytes {
        [0xFF, 0xD8, 0xFF, ..] => Some(Format::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(Format::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Format::WebP),
        _ if foreign(bytes).is_some() => None,
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Some(Format::Tiff),
        _ => None,
    }
}

/// The ISO base media brands of still pictures and films.
fn iso_media(bytes: &[u8]) -> Option<&'static str> {
    if bytes.get(4..8)? != b"ftyp" {
        return None;
    }
    Some(match bytes.get(8..12)? {
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1" => "HEIC",
        b"avif" | b"avis" => "AVIF",
        b"crx " => "Canon RAW (CR3)",
        b"jxl " => "JPEG XL",
        b"qt  " => "a QuickTime film",
        _ => "an MP4 film",
    })
}

/// Camera RAW that wears a TIFF header.
fn raw_in_tiff(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [b'I', b'I', 42, 0, _, _, _, _, b'C', b'R', ..] => Some("Canon RAW (CR2)"),
        [b'I', b'I', b'R', b'O' | b'S', ..] => Some("Olympus RAW (ORF)"),
        [b'I', b'I', 0x55, 0, ..] => Some("Panasonic RAW (RW2)"),
        [b'I', b'I', 0xBC, 1, ..] => Some("JPEG XR"),
        _ => None,
    }
}

/// The name of a kind of file that longlens knows but does not read.
fn foreign(bytes: &[u8]) -> Option<&'static str> {
    const MAGIC: [(&[u8], &str); 24] = [
        (b"GIF8", "GIF"),
        (b"BM", "BMP"),
        (b"8BPS", "Photoshop (PSD)"),
        (b"%PDF", "PDF"),
        (b"%!PS", "PostScript"),
        (b"\0\0\0\x0CJXL ", "JPEG XL"),
        (b"\xFF\x0A", "JPEG XL"),
        (b"\0\0\0\x0CjP  ", "JPEG 2000"),
        (b"\xFF\x4F\xFF\x51", "JPEG 2000"),
        (b"\xFF\xD8\xFF\xF7", "JPEG-LS"),
        (b"FUJIFILMCCD-RAW", "Fujifilm RAW (RAF)"),
        (b"\0MRM", "Minolta RAW (MRW)"),
        (b"FOVb", "Sigma RAW (X3F)"),
        (b"\x76\x2F\x31\x01", "OpenEXR"),
        (b"#?RADIANCE", "Radiance HDR"),
        (b"DDS ", "DDS"),
        (b"qoif", "QOI"),
        (b"farbfeld", "farbfeld"),
        (b"\0\0\x01\0", "an icon (ICO)"),
        (b"\x8AMNG", "MNG"),
        (b"\x8BJNG", "JNG"),
        (b"gimp xcf", "GIMP (XCF)"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"\x1F\x8B", "a gzip archive"),
    ];
    let by_magic = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|&(_, name)| name);
    by_magic.or_else(|| iso_media(bytes)).or_else(|| raw_in_tiff(bytes)).or_else(|| text(bytes))
}

/// Pictures that are written as text.
fn text(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [b'P', b'1'..=b'7', b'\n' | b' ' | b'\r' | b'\t', ..] => Some("Netpbm"),
        _ => {
            let head = &bytes[..bytes.len().min(256)];
            head.windows(4).any(|w| w == b"<svg").then_some("SVG")
        }
    }
}

/// Why these bytes are refused.
pub(super) fn refusal(bytes: &[u8]) -> Error {
    const HINT: &str = "longlens reads JPEG, PNG, TIFF and WebP";
    if bytes.is_empty() {
        return Error::new(ErrorKind::Damaged, "the file is empty");
    }
    if bytes.iter().take(4096).all(|&b| b == 0) {
        return Error::new(ErrorKind::Damaged, "the file holds nothing but zeros")
            .with_hint("copying it from the card has failed; copy it again");
    }
    match foreign(bytes) {
        Some(name) if name.contains("RAW") => raw_refusal(name),
        Some(name) => {
            let message = format!("this is {name}, which longlens does not read");
            Error::new(ErrorKind::Unsupported, message).with_hint(HINT)
        }
        None if bytes.starts_with(&[0xFF, 0xD8]) || bytes.starts_with(b"\x89PNG") => {
            Error::new(ErrorKind::Damaged, "the first bytes of the file are broken")
        }
        None => {
            Error::new(ErrorKind::Unsupported, "not a picture that longlens knows").with_hint(HINT)
        }
    }
}

/// Why a camera's RAW file of this name is refused.
pub(crate) fn raw_refusal(name: &str) -> Error {
    let message = format!("this is {name}, which longlens does not read");
    Error::new(ErrorKind::Unsupported, message).with_hint("develop it to JPEG or 16-bit TIFF first")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_read_is_named() {
        let heic = refusal(b"\0\0\0\x18ftypheic\0\0\0\0");
        assert_eq!(heic.message(), "this is HEIC, which longlens does not read");
        assert_eq!(refusal(b"").message(), "the file is empty");
        let text = refusal(b"dear diary, the haze today");
        assert_eq!(text.message(), "not a picture that longlens knows");
        assert!(text.hint().is_some_and(|h| h.contains("TIFF")));
    }

    #[test]
    fn canon_raw_is_no_tiff() {
        assert_eq!(known(b"II\x2A\0\x10\0\0\0CR\x02\0"), None);
        assert_eq!(known(b"II\x2A\0\x08\0\0\0\x01\0"), Some(Format::Tiff));
        assert_eq!(known(b"MM\0\x2A\0\0\0\x08"), Some(Format::Tiff));
    }
}

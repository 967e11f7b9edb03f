//! What a JPEG contains besides its photograph, and what is dropped: further pictures (CIPA DC-007
//! 'Multi-Picture Format'), gain maps (ISO 21496-1, Adobe's hdrgm), films of motion photos after
//! the end, makers' own segments. References to them in XMP are removed in the metadata room.

use super::super::lost::CREDENTIALS;
use super::blocks::{ICC, JFIF, PHOTOSHOP, XMP, XMP_EXTENSION, xmp};
use crate::container::jpeg::{APP0, COM, Segment, Walk};
use crate::error::Warning;

/// Signatures of segments that are read, or that say only how the old samples were coded
/// (Adobe's, Photoshop's 'Save for Web').
const KNOWN: [&[u8]; 8] = [JFIF, b"Exif\0", XMP, XMP_EXTENSION, ICC, PHOTOSHOP, b"Adobe", b"Ducky"];
const MPF: &[u8] = b"MPF\0";
/// Bytes by which the parts of a box know one another: `JP` and its number (ISO 19566-5, annex D).
const BOX_BYTES: usize = 4;
/// Bytes behind the end below which they are padding.
const PADDING_BYTES: usize = 32;
/// Letters of a segment's name that are shown.
const NAME_CHARS: usize = 16;

/// A warning that names what is left out, if there is such.
pub(super) fn left_out(walk: &Walk<'_>) -> Option<Warning> {
    let mut parts: Vec<String> = Vec::new();
    let mut add = |part: String| {
        if !parts.contains(&part) {
            parts.push(part);
        }
    };
    let has = |body: &[u8], word: &[u8]| body.windows(word.len()).any(|w| w == word);
    let packet = xmp(&walk.segments);
    let mut credentials = None;
    for segment in &walk.segments {
        let body = segment.body;
        let is_xmp = body.starts_with(XMP) || packet.is_some_and(|packet| body.ends_with(packet));
        if is_xmp && (has(body, b"hdrgm:") || has(body, b"HDRGainMap")) {
            add("gain map".to_owned());
        } else if segment.marker == APP0 + 11 && has(body, b"c2pa") {
            add(CREDENTIALS.to_owned());
            credentials = segment.body.get(..BOX_BYTES);
        } else if segment.marker == APP0 + 11
            && credentials.is_some_and(|first| body.starts_with(first))
        {
            // A further part of the same box.
        } else if body.starts_with(MPF) {
            add("further pictures (MPF)".to_owned());
        } else if !is_xmp
            && segment.marker != COM
            && !KNOWN.iter().any(|known| body.starts_with(known))
        {
            add(name(segment));
        }
    }
    let behind = walk.behind;
    let is_empty = behind.iter().all(|&b| b == 0 || b == 0xFF);
    if behind.len() >= PADDING_BYTES && !is_empty {
        let kb = behind.len().div_ceil(1000);
        let film = has(&behind[..behind.len().min(4096)], b"ftyp") || has(behind, b"MotionPhoto");
        add(format!("{kb} kB after the picture{}", if film { " (a film)" } else { "" }));
    }
    (!parts.is_empty()).then(|| Warning::PartsLeftOut(parts.join(", ")))
}

/// `APP5 (RMETA)`: the marker and the first letters of the body.
fn name(segment: &Segment<'_>) -> String {
    let letters = segment.body.iter().take(NAME_CHARS).take_while(|b| b.is_ascii_graphic());
    let letters: String = letters.map(|&b| char::from(b)).collect();
    let number = segment.marker - APP0;
    if letters.is_empty() { format!("APP{number}") } else { format!("APP{number} ({letters})") }
}

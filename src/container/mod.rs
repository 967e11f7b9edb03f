//! Containers: the bytes of a file as named parts. Nothing is decoded here, and nothing large allocated.
//!
//! [`kinds`] knows files by their first bytes and by the endings of their names; [`jpeg`] walks over markers,
//! [`png`] and [`riff`] over chunks, [`boxes`] over boxes, [`tiff`] reads tables, [`raw`] reads the structure
//! of cameras' files. What the parts mean is for the rooms above: samples for formats, blocks for metadata.

pub(crate) mod boxes;
pub(crate) mod jpeg;
pub(crate) mod kinds;
pub(crate) mod png;
pub(crate) mod raw;
pub(crate) mod riff;
pub(crate) mod tiff;

use std::ops::Range;

use kinds::Format;

/// The bytes of a file outside of its compressed samples, in pieces: where metadata can be, and where
/// samples cannot look like a serial number by chance. Whatever cannot be followed counts as metadata,
/// so a search only ever sees too much.
pub(crate) fn outside_of_samples(file: &[u8]) -> Vec<&[u8]> {
    let samples = match kinds::format(file) {
        Some(Format::Jpeg) => jpeg::samples(file),
        Some(Format::Png) => png::samples(file),
        Some(Format::WebP) => riff::samples(file),
        Some(Format::Tiff) => tiff::samples(file),
        // Not written, and so not searched.
        _ => Vec::new(),
    };
    outside(file, samples)
}

/// What these ranges leave of a file.
fn outside(file: &[u8], mut ranges: Vec<Range<usize>>) -> Vec<&[u8]> {
    ranges.sort_by_key(|range| range.start);
    let (mut parts, mut at) = (Vec::new(), 0);
    for range in ranges {
        parts.extend(file.get(at..range.start));
        at = at.max(range.end.min(file.len()));
    }
    parts.extend(file.get(at..));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(file: &[u8], word: &str) -> bool {
        let parts = outside_of_samples(file);
        parts.iter().any(|part| part.windows(word.len()).any(|w| w == word.as_bytes()))
    }

    #[test]
    fn the_scan_of_a_jpeg_is_no_part_and_what_follows_it_is() {
        let file = b"\xFF\xD8\xFF\xE1\0\x06meta\xFF\xDA\0\x08\x01\x01\0\0\x3F\0\
            secret\xFF\0\xFF\xD0more\xFF\xD9tail";
        assert!(holds(file, "meta") && holds(file, "tail"));
        assert!(!holds(file, "secret") && !holds(file, "more"));
    }

    #[test]
    fn samples_in_chunks_are_no_part_and_other_chunks_are() {
        let png =
            b"\x89PNG\r\n\x1A\n\0\0\0\x04tEXtmeta----\0\0\0\x06IDATsecret----\0\0\0\0IEND----tail";
        assert!(holds(png, "meta") && holds(png, "tail") && !holds(png, "secret"));
        let webp = b"RIFF\x28\0\0\0WEBPVP8L\x06\0\0\0secretEXIF\x05\0\0\0meta!\0tail";
        assert!(holds(webp, "meta!") && holds(webp, "tail") && !holds(webp, "secret"));
    }

    #[test]
    fn samples_of_all_tables_of_a_tiff_are_no_part() {
        let mut tiff = b"II\x2A\0\x08\0\0\0\x02\0".to_vec();
        for (tag, value) in [(273_u16, 38_u32), (279, 6)] {
            tiff.extend([tag.to_le_bytes(), 4_u16.to_le_bytes()].concat());
            tiff.extend([1_u32.to_le_bytes(), value.to_le_bytes()].concat());
        }
        tiff.extend(b"\0\0\0\0secretmeta");
        assert!(holds(&tiff, "meta") && !holds(&tiff, "secret"));
    }

    #[test]
    fn torn_files_are_seen_whole() {
        assert_eq!(outside_of_samples(b"\xFF\xD8\xFFabc").concat(), b"\xFF\xD8\xFFabc");
        assert_eq!(outside_of_samples(b"other"), [b"other"]);
        let png = b"\x89PNG\r\n\x1A\n\xFF\xFF\xFF\xFFtEXt!";
        assert_eq!(outside_of_samples(png).concat(), png);
    }
}

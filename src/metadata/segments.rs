//! The parts of a finished file that are no samples: where metadata can stand, and where compressed
//! samples cannot look like a serial number by chance.
//!
//! Layouts: JPEG (ITU-T T.81, annex B), PNG (W3C PNG 3, 5), RIFF/WebP (RFC 9649), TIFF 6.0.
//! Whatever cannot be followed counts as metadata, so the search only ever sees too much.

use super::exif;

/// The bytes of a file outside of its samples, in pieces.
pub(super) fn outside_of_samples(file: &[u8]) -> Vec<&[u8]> {
    match file {
        [0xFF, 0xD8, ..] => jpeg(file),
        [0x89, b'P', b'N', b'G', ..] => png(file),
        [b'R', b'I', b'F', b'F', ..] => webp(file),
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => tiff(file),
        _ => vec![file],
    }
}

fn jpeg(file: &[u8]) -> Vec<&[u8]> {
    let (mut parts, mut at) = (Vec::new(), 2);
    while let Some(&[0xFF, marker, high, low]) = file.get(at..at + 4) {
        match marker {
            0xFF => at += 1,
            0xD9 => break,
            0x01 | 0xD0..=0xD8 => at += 2,
            _ => {
                let end = at + 2 + usize::from(u16::from_be_bytes([high, low]));
                parts.push(&file[at..end.min(file.len())]);
                at = end.min(file.len());
                if marker == 0xDA {
                    at = end_of_scan(file, at);
                }
            }
        }
    }
    parts.push(&file[at.min(file.len())..]);
    parts
}

/// The next marker after entropy-coded bytes, in which 0xFF is followed by 0 or a restart marker.
fn end_of_scan(file: &[u8], from: usize) -> usize {
    let marker = |&at: &usize| !matches!(file.get(at + 1), None | Some(0 | 0xD0..=0xD7 | 0xFF));
    let mut ends = memchr::memchr_iter(0xFF, &file[from..]).map(|i| from + i);
    ends.find(marker).unwrap_or(file.len())
}

fn png(file: &[u8]) -> Vec<&[u8]> {
    chunks(file, 8, |head| {
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let samples = matches!(&head[4..8], b"IDAT" | b"fdAT");
        (length.saturating_add(12), samples)
    })
}

fn webp(file: &[u8]) -> Vec<&[u8]> {
    chunks(file, 12, |head| {
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let samples = matches!(&head[..4], b"VP8 " | b"VP8L" | b"ALPH" | b"ANMF");
        (length.next_multiple_of(2).saturating_add(8), samples)
    })
}

/// The chunks that hold no samples; `read` gives a chunk's whole length and whether it does.
fn chunks(file: &[u8], first: usize, read: impl Fn(&[u8]) -> (usize, bool)) -> Vec<&[u8]> {
    let (mut parts, mut at) = (Vec::new(), first);
    while let Some(head) = file.get(at..at + 8) {
        let (length, samples) = read(head);
        let end = at.saturating_add(length).min(file.len());
        if !samples {
            parts.push(&file[at..end]);
        }
        at = end;
    }
    parts.push(&file[at.min(file.len())..]);
    parts
}

fn tiff(file: &[u8]) -> Vec<&[u8]> {
    let (mut parts, mut at) = (Vec::new(), 0);
    for samples in exif::samples_of_tiff(file) {
        parts.push(&file[at.min(samples.start)..samples.start]);
        at = at.max(samples.end);
    }
    parts.push(&file[at.min(file.len())..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scan_of_a_jpeg_is_left_out_and_what_follows_it_is_not() {
        let file = b"\xFF\xD8\xFF\xE1\0\x06meta\xFF\xDA\0\x03Hsecret\xFF\0\xFF\xD0more\xFF\xD9tail";
        let seen = outside_of_samples(file).concat();
        assert!(seen.windows(4).any(|w| w == b"meta") && seen.ends_with(b"tail"));
        assert!(!seen.windows(6).any(|w| w == b"secret") && !seen.windows(4).any(|w| w == b"more"));
    }

    #[test]
    fn torn_files_are_seen_whole() {
        assert_eq!(outside_of_samples(b"\xFF\xD8abc"), [b"abc"]);
        assert_eq!(outside_of_samples(b"other"), [b"other"]);
        assert_eq!(
            outside_of_samples(b"\x89PNG\r\n\x1A\n\xFF\xFF\xFF\xFFtEXt!").concat(),
            b"\xFF\xFF\xFF\xFFtEXt!"
        );
    }
}

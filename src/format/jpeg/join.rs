//! The encoder's output appended to the metadata of a frame: one JPEG, or bands that are separate JPEGs, joined
//! with restart markers.

use crate::container::jpeg::{APP0, DRI, EOI, SOI, SOS};

/// A JPEG behind the metadata that is there already.
pub(super) fn one(file: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let parts = parts(file)?;
    for &(marker, body) in parts.segments.iter().filter(|(marker, _)| !is_app(*marker)) {
        write_segment(marker, body, out);
    }
    // With the scans that follow the first one.
    out.extend_from_slice(parts.coded);
    out.extend_from_slice(&[0xFF, EOI]);
    Some(())
}

/// One header with the full height, then the coded bytes of all bands with RST0 to RST7 between, behind
/// the metadata that is there already.
pub(super) fn bands(
    files: &[Vec<u8>],
    height: u16,
    interval: u16,
    out: &mut Vec<u8>,
) -> Option<()> {
    out.reserve(files.iter().map(|file| file.len() + 2).sum());
    for (band, file) in files.iter().enumerate() {
        let parts = parts(file)?;
        if band == 0 {
            write_header(&parts, height, interval, out)?;
        } else {
            // The remainder of 8 fits.
            out.extend_from_slice(&[0xFF, 0xD0 + ((band - 1) % 8) as u8]);
        }
        out.extend_from_slice(parts.coded);
    }
    out.extend_from_slice(&[0xFF, EOI]);
    Some(())
}

/// A small JPEG taken apart.
struct Parts<'a> {
    /// Its segments from SOI to SOS, each with marker and body.
    segments: Vec<(u8, &'a [u8])>,
    /// Its entropy-coded bytes.
    coded: &'a [u8],
}

fn parts(bytes: &[u8]) -> Option<Parts<'_>> {
    let mut rest = bytes.strip_prefix(&[0xFF, SOI])?;
    let mut segments = Vec::new();
    loop {
        let &[0xFF, marker, high, low] = rest.first_chunk()? else { return None };
        let length = usize::from(u16::from_be_bytes([high, low]));
        segments.push((marker, rest.get(4..length + 2)?));
        rest = &rest[length + 2..];
        if marker == SOS {
            return Some(Parts { segments, coded: rest.strip_suffix(&[0xFF, EOI])? });
        }
    }
}

/// Tables, frame header with the full height, restart interval and scan header.
fn write_header(parts: &Parts<'_>, height: u16, interval: u16, out: &mut Vec<u8>) -> Option<()> {
    for &(marker, body) in &parts.segments {
        let segment_start = out.len() + 4;
        match marker {
            _ if is_app(marker) => continue,
            SOS => {
                out.extend_from_slice(&[&[0xFF, DRI, 0, 4], &interval.to_be_bytes()[..]].concat())
            }
            _ => {}
        }
        write_segment(marker, body, out);
        if marker == 0xC0 {
            out.get_mut(segment_start + 1..segment_start + 3)?
                .copy_from_slice(&height.to_be_bytes());
        }
    }
    Some(())
}

/// The encoder's own JFIF is one: the frame's is there already.
fn is_app(marker: u8) -> bool {
    (APP0..=APP0 + 15).contains(&marker)
}

fn write_segment(marker: u8, body: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&[0xFF, marker]);
    out.extend_from_slice(&(body.len() as u16 + 2).to_be_bytes());
    out.extend_from_slice(body);
}

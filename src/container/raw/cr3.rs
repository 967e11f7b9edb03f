//! Canon's CR3: boxes of the ISO base media format (ISO 14496-12), with TIFF tables in boxes of Canon's
//! own and a track for each picture. Canon has not published it; the layout is as Laurent Clévy
//! describes it (github.com/lclevy/canon_cr3).

use std::ops::Range;

use super::parts::{Metadata, Raw, Tables};
use crate::container::boxes::{descend, find, number, parts, range};
use crate::container::tiff::Directory;
use crate::container::tiff::tag;

/// Canon's box of tables, the one of XMP, and the one of a preview.
const CANON: &[u8] = b"\x85\xC0\xB6\x87\x82\x0F\x11\xE0\x81\x11\xF4\xCE\x46\x2B\x6A\x48";
const XMP: &[u8] = b"\xBE\x7A\xCF\xCB\x97\xA9\x42\xE8\x9C\x71\x99\x94\x91\xE3\xAF\xAC";
const PREVIEW: &[u8] = b"\xEA\xF4\x2B\x5E\x1C\x98\x4B\x88\xB9\xFB\xB7\xDC\x40\x6E\x4D\x16";
/// Bytes of such a name.
const NAME_BYTES: usize = 16;
pub(super) fn read(file: &[u8]) -> Option<Raw<'_>> {
    let mut raw = Raw {
        pictures: Vec::new(),
        sensor_px: None,
        metadata: Metadata::Tables(Tables::default()),
        xmp: None,
        iptc: None,
    };
    let mut tables = Tables::default();
    for part in parts(file, 0..file.len()) {
        let inner = part.content.start.saturating_add(NAME_BYTES)..part.content.end;
        let name = file.get(part.content.start..inner.start).unwrap_or_default();
        match &part.kind {
            b"moov" => read_film(file, part.content, &mut tables, &mut raw),
            b"uuid" if name == XMP => raw.xmp = file.get(inner),
            // Behind eight bytes that say nothing.
            b"uuid" if name == PREVIEW => {
                raw.pictures.extend(preview(file, inner.start.saturating_add(8)..inner.end));
            }
            _ => {}
        }
    }
    let image = Directory::read(tables.image);
    let sides = [tag::IMAGE_WIDTH, tag::IMAGE_LENGTH].map(|tag| image.number(tag));
    let of_table = sides.into_iter().flatten().max().and_then(|side| u32::try_from(side).ok());
    raw.sensor_px = raw.sensor_px.max(of_table);
    raw.metadata = Metadata::Tables(tables);
    Some(raw)
}

/// The box with the tables and the tracks.
fn read_film<'a>(file: &'a [u8], film: Range<usize>, tables: &mut Tables<'a>, raw: &mut Raw<'a>) {
    for part in parts(file, film) {
        match &part.kind {
            b"uuid" if file.get(part.content.clone()).is_some_and(|b| b.starts_with(CANON)) => {
                for part in parts(file, part.content.start + NAME_BYTES..part.content.end) {
                    let content = file.get(part.content).unwrap_or_default();
                    match &part.kind {
                        b"CMT1" => tables.image = content,
                        b"CMT2" => tables.exif = content,
                        b"CMT3" => tables.has_note = true,
                        b"CMT4" => tables.gps = content,
                        _ => {}
                    }
                }
            }
            b"trak" => {
                raw.pictures.extend(sample(file, &part.content));
                raw.sensor_px = raw.sensor_px.max(side_px(file, &part.content));
            }
            _ => {}
        }
    }
}

/// Where the one sample of a track is.
fn sample(file: &[u8], track: &Range<usize>) -> Option<Range<usize>> {
    let table = descend(file, track.clone(), &[b"mdia", b"minf", b"stbl"])?;
    let sizes = find(file, table.clone(), b"stsz")?.start;
    // One size for all samples, or a list.
    let length = match number(file, sizes + 4, 4)? {
        0 => number(file, sizes + 12, 4)?,
        length => length,
    };
    let place = match find(file, table.clone(), b"co64") {
        Some(places) => number(file, places.start + 8, 8)?,
        None => number(file, find(file, table, b"stco")?.start + 8, 4)?,
    };
    range(place, length)
}

/// The long side of a track's picture.
fn side_px(file: &[u8], track: &Range<usize>) -> Option<u32> {
    let table = descend(file, track.clone(), &[b"mdia", b"minf", b"stbl", b"stsd"])?;
    let entries = table.start.checked_add(8)?..table.end;
    let entry = find(file, entries, b"CRAW")?.start;
    let sides = [24, 26].map(|at| number(file, entry + at, 2));
    sides.into_iter().flatten().max().and_then(|side| u32::try_from(side).ok())
}

/// The JPEG of a preview: behind its size in pixels and in bytes.
fn preview(file: &[u8], within: Range<usize>) -> Option<Range<usize>> {
    let start = find(file, within, b"PRVW")?.start;
    range(start as u64 + 16, number(file, start + 12, 4)?)
}

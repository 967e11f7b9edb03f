//! EXIF out of a TIFF and into one.
//!
//! In a TIFF the EXIF tags are the file's own directories (EXIF 2.32, 4.5.4): some entries of the
//! first, and the tables of exposure, position and interoperability that it points to. They are
//! gathered into a block of their own as a JPEG has it. A TIFF gets the block as a whole, right
//! after the header, so that every offset in it stays valid; only its first table is merged into
//! the file's.
//!
//! A maker's note with offsets from the start of the file is put at the same offset in the block;
//! if that is too far away, the note is dropped with a warning.

use std::io::{Seek, Write};

use tiff::encoder::{DirectoryEncoder, TiffEncoder, TiffKindStandard};
use tiff::tags::{Tag, Type};
use tiff::{Directory as Written, TiffResult};

use crate::container::tiff::table::{LONG, SHORT};
use crate::container::tiff::{Directory, Entry, Order, order, tag};
use crate::error::Warning;

/// Entries of the first directory that say something of the photograph rather than of its samples:
/// names, description, camera, orientation, resolution, page, program, dates, people, stars,
/// copyright, Windows' texts (TIFF 6.0, section 8; EXIF 2.32, table 4).
const DESCRIPTIVE: [u16; 22] = [
    269, 270, 271, 272, 274, 282, 283, 285, 296, 305, 306, 315, 316, 18_246, 18_249, 33_432,
    40_091, 40_092, 40_093, 40_094, 40_095, 42_016,
];
/// Bytes of a TIFF's header, behind which a block's content begins.
const HEADER_BYTES: usize = 8;
/// Bytes that may be left empty in a block so that a maker's note keeps its place: a JPEG holds 64 KiB
/// in all.
const MOST_GAP_BYTES: usize = 32 << 10;
/// Bytes of a maker's note at most: beside it the rest has to find room in a JPEG's 64 KiB.
const MOST_NOTE_BYTES: usize = 48 << 10;
/// Makers' notes whose offsets count from the note itself.
const SELF_CONTAINED: [&[u8]; 6] =
    [b"Nikon\0\x02", b"FUJIFILM", b"OLYMPUS\0", b"OM SYSTEM\0", b"PENTAX \0", b"Apple iOS\0"];

/// The EXIF of a TIFF as a block of its own, in the file's byte order; `None` if it has none.
pub(in super::super) fn gather(file: &[u8], warnings: &mut Vec<Warning>) -> Option<Vec<u8>> {
    gather_as(order(file), file, warnings)
}

/// A block in the byte order in which the encoder writes.
fn native(block: &[u8], warnings: &mut Vec<Warning>) -> Option<Vec<u8>> {
    let native = if cfg!(target_endian = "big") { Order::Big } else { Order::Little };
    if order(block) == native { Some(block.to_vec()) } else { gather_as(native, block, warnings) }
}

fn gather_as(to: Order, file: &[u8], warnings: &mut Vec<Warning>) -> Option<Vec<u8>> {
    let mut block = Block::new(to);
    let primary = Directory::read(file);
    let table = |of: &Directory<'_>, tag| of.number(tag).map(|at| Directory::read_at(file, at));
    let exif = table(&primary, tag::EXIF);
    let note = exif.as_ref().and_then(|exif| exif.find(tag::MAKER_NOTE));
    // The note comes first, while its place is free.
    let note = note.and_then(|note| block.note(note, order(file) == to, warnings));
    let interop = exif.as_ref().and_then(|exif| table(exif, tag::INTEROP));
    let gps = table(&primary, tag::GPS);
    let tables = Tables { primary, exif, interop, gps };
    block.filled(&tables, note)
}

/// The tables that a block is gathered from.
struct Tables<'a> {
    primary: Directory<'a>,
    exif: Option<Directory<'a>>,
    interop: Option<Directory<'a>>,
    gps: Option<Directory<'a>>,
}

/// A block out of tables of which each is the first of a TIFF of its own; `None` if there are none.
pub(in super::super) fn gather_tables(image: &[u8], exif: &[u8], gps: &[u8]) -> Option<Vec<u8>> {
    let first = |file| Some(Directory::read(file)).filter(|table| !table.entries().is_empty());
    let primary = Directory::read(image);
    let tables = Tables { primary, exif: first(exif), interop: None, gps: first(gps) };
    Block::new(order(image)).filled(&tables, None)
}

/// An entry of a block in the making: its tag and its twelve bytes.
pub(in super::super) type Put = (u16, Vec<u8>);

/// A block in the making: values first, each table behind its own.
pub(in super::super) struct Block {
    bytes: Vec<u8>,
    order: Order,
}

impl Block {
    pub(in super::super) fn new(order: Order) -> Self {
        let header = match order {
            Order::Little => b"II\x2A\0\0\0\0\0",
            Order::Big => b"MM\0\x2A\0\0\0\0",
        };
        Self { bytes: header.to_vec(), order }
    }

    /// The block with what these tables say of the photograph, and a maker's note that is in it already.
    fn filled(mut self, tables: &Tables<'_>, note: Option<Put>) -> Option<Vec<u8>> {
        let mut entries = self.entries(&tables.primary, |tag| DESCRIPTIVE.contains(&tag));
        if let Some(exif) = &tables.exif {
            let plain = |tag| tag != tag::INTEROP && tag != tag::MAKER_NOTE;
            let mut of_exif = self.entries(exif, plain);
            of_exif.extend(note);
            if let Some(interop) = &tables.interop {
                let interop = self.entries(interop, |_| true);
                of_exif.push(self.pointer(tag::INTEROP, interop));
            }
            entries.push(self.pointer(tag::EXIF, of_exif));
        }
        if let Some(gps) = &tables.gps {
            let gps = self.entries(gps, |_| true);
            entries.push(self.pointer(tag::GPS, gps));
        }
        (!entries.is_empty()).then(|| self.finish(entries))
    }

    /// An entry with a text.
    pub(in super::super) fn text(&mut self, tag: u16, text: &[u8]) -> Put {
        const ASCII: u16 = 2;
        self.value(tag, ASCII, text.len() as u32 + 1, &[text, b"\0"].concat())
    }

    /// An entry with a small number.
    pub(in super::super) fn number(&mut self, tag: u16, number: u16) -> Put {
        self.value(tag, SHORT, 1, &self.order.short(number))
    }

    fn append(&mut self, value: &[u8]) -> u32 {
        self.bytes.resize(self.bytes.len().next_multiple_of(2), 0);
        let place = self.bytes.len() as u32;
        self.bytes.extend_from_slice(value);
        place
    }

    /// The maker's note, at its old place if its offsets need that.
    fn note(
        &mut self,
        note: &Entry<'_>,
        same_order: bool,
        warnings: &mut Vec<Warning>,
    ) -> Option<Put> {
        let free = SELF_CONTAINED.iter().any(|begins| note.bytes().starts_with(begins));
        let near = (HEADER_BYTES..=MOST_GAP_BYTES).contains(&note.at) && note.at.is_multiple_of(2);
        let has_room = note.bytes().len() <= MOST_NOTE_BYTES;
        if !has_room {
            let kib = note.bytes().len() >> 10;
            warnings
                .push(Warning::MetadataDropped(format!("the maker's note, which is {kib} KiB")));
            return None;
        }
        if !(free || near && same_order) {
            let what = "the maker's note, whose offsets would be wrong".to_owned();
            warnings.push(Warning::MetadataDropped(what));
            return None;
        }
        if !free {
            self.bytes.resize(note.at, 0);
        }
        Some(self.entry(note))
    }

    /// Appends the value of an entry, if it needs room, and makes the entry.
    fn entry(&mut self, entry: &Entry<'_>) -> Put {
        let value = ordered(entry, self.order);
        self.value(entry.tag, entry.kind, entry.count() as u32, &value)
    }

    fn value(&mut self, tag: u16, kind: u16, count: u32, value: &[u8]) -> Put {
        let mut bytes = [self.order.short(tag), self.order.short(kind)].concat();
        bytes.extend(self.order.long(count));
        if value.len() <= 4 {
            bytes.extend(value);
            bytes.resize(12, 0);
        } else {
            let place = self.append(value);
            bytes.extend(self.order.long(place));
        }
        (tag, bytes)
    }

    /// The wanted entries of a directory.
    fn entries(&mut self, of: &Directory<'_>, wanted: impl Fn(u16) -> bool) -> Vec<Put> {
        // BigTIFF's wide numbers are not allowed in EXIF.
        let known = of.entries().iter().filter(|e| wanted(e.tag) && e.kind <= 13);
        known.map(|entry| self.entry(entry)).collect()
    }

    /// Appends a table; where it is.
    fn table(&mut self, mut entries: Vec<Put>) -> u32 {
        entries.sort_by_key(|entry| entry.0);
        entries.dedup_by_key(|entry| entry.0);
        let count = self.order.short(entries.len() as u16).to_vec();
        let entries = entries.into_iter().flat_map(|(_, bytes)| bytes);
        let table: Vec<u8> = count.into_iter().chain(entries).chain([0; 4]).collect();
        self.append(&table)
    }

    /// Appends a table and makes the entry that points to it.
    pub(in super::super) fn pointer(&mut self, tag: u16, entries: Vec<Put>) -> Put {
        let place = self.table(entries);
        let head = [self.order.short(tag), self.order.short(LONG)].concat();
        (tag, [head, self.order.long(1).to_vec(), self.order.long(place).to_vec()].concat())
    }

    pub(in super::super) fn finish(mut self, entries: Vec<Put>) -> Vec<u8> {
        let place = self.table(entries);
        let place = self.order.long(place);
        self.bytes[4..HEADER_BYTES].copy_from_slice(&place);
        self.bytes
    }
}

/// The bytes of a value with its numbers in this order.
fn ordered(entry: &Entry<'_>, wanted: Order) -> Vec<u8> {
    let mut bytes = entry.bytes().to_vec();
    let unit = match entry.kind {
        3 | 8 => 2,
        4 | 5 | 9 | 10 | 11 | 13 => 4,
        12 => 8,
        _ => 1,
    };
    if entry.order != wanted && unit > 1 {
        bytes.chunks_exact_mut(unit).for_each(<[u8]>::reverse);
    }
    bytes
}

/// A block that was laid into a file: its first table's entries, to be merged into the file's own.
pub(super) type Laid = Vec<(Tag, Type, Vec<u8>)>;

/// Writes a block behind the header of a file that has nothing else yet, so that its offsets stay.
pub(super) fn lay<W: Write + Seek>(
    block: &[u8],
    file: &mut TiffEncoder<W>,
    warnings: &mut Vec<Warning>,
) -> TiffResult<Laid> {
    let Some(block) = native(block, warnings) else { return Ok(Laid::new()) };
    let content = block.get(HEADER_BYTES..).unwrap_or_default();
    let place = file.extra_directory()?.write_data(content)?;
    debug_assert_eq!(place, HEADER_BYTES as u64, "offsets in the block stay true");
    let primary = Directory::read(&block);
    let kept = |tag| DESCRIPTIVE.contains(&tag) || [tag::EXIF, tag::GPS].contains(&tag);
    let kept = primary.entries().iter().filter(|entry| kept(entry.tag));
    let entry = |e: &Entry<'_>| {
        Some((Tag::from_u16_exhaustive(e.tag), Type::from_u16(e.kind)?, e.bytes().to_vec()))
    };
    Ok(kept.filter_map(entry).collect())
}

/// Merges the entries of a block that was laid into a directory.
pub(super) fn merge<W: Write + Seek>(
    laid: &Laid,
    directory: &mut DirectoryEncoder<'_, W, TiffKindStandard>,
) -> TiffResult<()> {
    let mut merged = Written::empty();
    for (tag, kind, bytes) in laid {
        merged.extend([(*tag, directory.write_entry_bytes(*kind, bytes)?)]);
    }
    directory.extend_from(&merged);
    Ok(())
}

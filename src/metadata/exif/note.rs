//! Makers' notes: private tables inside the EXIF block. Only data that identify the camera, its
//! owner or its position are overwritten with zeros, in place.
//!
//! Layouts and tag numbers are those that ExifTool's tag tables document for each maker. A note is changed only
//! if its table is where its maker puts it and the data to be removed are inside the note; any other note (of
//! an unknown maker, moved or truncated) cannot be cleaned safely, and the caller drops it whole. Encrypted
//! parts are overwritten whole.

use std::ops::{Range, RangeInclusive};

use super::tiff;
use crate::container::tiff::table::{Entry, Order, Table, View};

/// Bytes between the end of a table and its first value that are still taken as 'not moved'.
const SLACK_BYTES: usize = 256;

/// What a range of a note held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// A serial number, a place, an owner's name, or an encrypted part that may hold one.
    Telling,
    /// A picture of the frame as it was before the crop.
    Preview,
}

/// Where a maker's table is and how its offsets count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// The table begins this far into the note; offsets count from the TIFF header.
    FromHeader(usize),
    /// The same; offsets count from the start of the note. The byte order is the one given, or
    /// is (`II`, `MM`) at this place.
    FromNote { table: usize, order_at: Option<usize>, order: Order },
    /// A TIFF header of its own at this place.
    OwnHeader(usize),
    /// Fujifilm: little-endian; the table's offset is at byte 8 and counts from the note.
    Fujifilm,
}

/// What is known of one maker's notes.
struct Maker {
    name: &'static str,
    /// The first bytes of the note; without any, the camera's make must begin with `name`.
    begins: &'static [u8],
    layout: Layout,
    telling: &'static [RangeInclusive<u16>],
    /// Tags whose value is a preview.
    previews: &'static [u16],
    /// Pairs of tags that say where a preview begins and how long it is.
    pointed: &'static [[u16; 2]],
}

const fn one(tag: u16) -> RangeInclusive<u16> {
    tag..=tag
}

const OLYMPUS_TELLING: &[RangeInclusive<u16>] = &[one(0x0404), one(0x101A)];
const NIKON_PREVIEW: u16 = 0x0011;
/// Previews of Olympus's own tables, the first as in Minolta's.
const OLYMPUS_POINTED: &[[u16; 2]] = &[[0x0088, 0x0089], [0x1036, 0x1037]];
const OLYMPUS_EQUIPMENT: u16 = 0x2010;
const OLYMPUS_SETTINGS: u16 = 0x2020;
/// Olympus camera settings: where a preview begins, and its length.
const SETTINGS_PREVIEW: [u16; 2] = [0x0101, 0x0102];
/// Olympus equipment: serials of body (twice), lens and extender.
const EQUIPMENT_TELLING: [u16; 4] = [0x0101, 0x0102, 0x0202, 0x0302];

const MAKERS: &[Maker] = &[
    Maker {
        name: "Nikon",
        begins: b"Nikon\0\x02",
        layout: Layout::OwnHeader(10),
        // Serial twice, location, shutter count; encrypted: shot, colour, lens, flash.
        telling: &[
            one(0x001D),
            one(0x00A0),
            one(0x0039),
            one(0x00A7),
            one(0x0091),
            one(0x0097),
            one(0x0098),
            one(0x00A8),
        ],
        previews: &[],
        pointed: &[],
    },
    Maker {
        name: "Sony",
        begins: b"SONY ",
        layout: Layout::FromHeader(12),
        // Serial; everything that Sony enciphers.
        telling: &[one(0x2031), one(0x2010), 0x9000..=0x94FF],
        previews: &[0x2001],
        pointed: &[],
    },
    Maker {
        name: "Fujifilm",
        begins: b"FUJIFILM",
        layout: Layout::Fujifilm,
        telling: &[one(0x0010)],
        previews: &[],
        pointed: &[],
    },
    Maker {
        name: "Panasonic",
        begins: b"Panasonic\0\0\0",
        layout: Layout::FromHeader(12),
        // Serials of body and lens; location, country, state, city, landmark from its GPS.
        telling: &[
            one(0x0025),
            one(0x0052),
            one(0x0067),
            one(0x0069),
            one(0x006B),
            one(0x006D),
            one(0x006F),
        ],
        previews: &[],
        pointed: &[],
    },
    Maker {
        name: "Olympus",
        begins: b"OM SYSTEM\0\0\0",
        layout: Layout::FromNote { table: 16, order_at: Some(12), order: Order::Little },
        telling: OLYMPUS_TELLING,
        previews: &[0x0081, 0x0100],
        pointed: OLYMPUS_POINTED,
    },
    Maker {
        name: "Olympus",
        begins: b"OLYMPUS\0",
        layout: Layout::FromNote { table: 12, order_at: Some(8), order: Order::Little },
        telling: OLYMPUS_TELLING,
        previews: &[0x0081, 0x0100],
        pointed: OLYMPUS_POINTED,
    },
    Maker {
        name: "Olympus",
        begins: b"OLYMP\0",
        layout: Layout::FromHeader(8),
        telling: OLYMPUS_TELLING,
        previews: &[0x0081, 0x0100],
        pointed: OLYMPUS_POINTED,
    },
    Maker {
        name: "Pentax",
        begins: b"PENTAX \0",
        layout: Layout::FromNote { table: 10, order_at: Some(8), order: Order::Big },
        telling: &[one(0x0229), one(0x0215), one(0x005D)],
        previews: &[],
        pointed: &[[0x0004, 0x0003]],
    },
    Maker {
        name: "Pentax",
        begins: b"AOC\0",
        layout: Layout::FromHeader(6),
        telling: &[one(0x0229), one(0x0215), one(0x005D)],
        previews: &[],
        pointed: &[[0x0004, 0x0003]],
    },
    Maker {
        name: "Apple",
        begins: b"Apple iOS\0",
        layout: Layout::FromNote { table: 14, order_at: None, order: Order::Big },
        // Names that tie the frame to the phone's own library.
        telling: &[one(0x000B), one(0x0011), one(0x0015), one(0x0020), one(0x002B)],
        previews: &[],
        pointed: &[],
    },
    Maker {
        name: "Canon",
        begins: b"",
        layout: Layout::FromHeader(0),
        // Serial, owner, internal serial, the models' own camera block, lens serial.
        telling: &[one(0x000C), one(0x0009), one(0x0096), one(0x000D), one(0x4019)],
        // Where a preview lay in the old file, and how long it was.
        previews: &[0x00B6],
        pointed: &[],
    },
];

/// A note whose table was found.
pub(super) struct Note<'a> {
    maker: &'static Maker,
    view: View<'a>,
    table: Table,
    range: Range<usize>,
}

impl<'a> Note<'a> {
    /// The note in this range of the block; `None` if it is of no known maker, or not whole.
    pub(super) fn find(block: View<'a>, range: &Range<usize>, make: &str) -> Option<Self> {
        let bytes = block.bytes.get(range.clone())?;
        let maker = MAKERS.iter().find(|m| match m.begins {
            b"" => make.starts_with(m.name),
            begins => bytes.starts_with(begins),
        })?;
        // What lies beyond the note does not belong to it.
        let block = block.up_to(range.end);
        let (view, at) = maker.layout.open(block, range)?;
        let table = tiff::table(view, at)?;
        let note = Self { maker, view, table, range: range.clone() };
        (note.table.declared == note.table.entries.len() && note.stands_as_made()).then_some(note)
    }

    /// Whether the values follow the table, as every maker writes them: a note that some program
    /// moved without its offsets points elsewhere.
    fn stands_as_made(&self) -> bool {
        let ends = self.table.next_at();
        let far = self.table.entries.iter().filter(|e| !e.is_inline());
        match far.filter_map(|e| Some(e.value.as_ref()?.start)).min() {
            Some(first) => {
                first >= ends && first <= ends + SLACK_BYTES || !self.counts_from_header()
            }
            None => true,
        }
    }

    fn counts_from_header(&self) -> bool {
        matches!(self.maker.layout, Layout::FromHeader(_))
    }

    /// What has to be overwritten; `None` if something of it lies outside of the note.
    pub(super) fn ranges(&self) -> Option<Vec<(Content, Range<usize>)>> {
        let mut found = Vec::new();
        for entry in &self.table.entries {
            if self.maker.telling.iter().any(|tags| tags.contains(&entry.tag)) {
                found.push((Content::Telling, self.inside(entry)?));
            } else if self.maker.previews.contains(&entry.tag) {
                found.extend(self.clipped(entry).map(|r| (Content::Preview, r)));
            } else if self.maker.name == "Nikon" && entry.tag == NIKON_PREVIEW {
                found.extend(self.nikon_preview(entry));
            } else if self.maker.name == "Olympus" && entry.tag == OLYMPUS_EQUIPMENT {
                self.equipment(entry, &mut found)?;
            } else if self.maker.name == "Olympus" && entry.tag == OLYMPUS_SETTINGS {
                found.extend(
                    self.table_of(entry)
                        .map_or(Vec::new(), |table| self.pointed(&table, SETTINGS_PREVIEW)),
                );
            }
        }
        for &tags in self.maker.pointed {
            found.extend(self.pointed(&self.table, tags));
        }
        Some(found)
    }

    /// The place of a value, if it lies within the note.
    fn inside(&self, entry: &Entry) -> Option<Range<usize>> {
        let value = entry.value.clone()?;
        (value.start >= self.range.start && value.end <= self.range.end).then_some(value)
    }

    /// As much of a value as lies within the note: Canon counts the words of its preview's place as
    /// twice as many as there are, and writes them last.
    fn clipped(&self, entry: &Entry) -> Option<Range<usize>> {
        let value = entry.value.clone().or_else(|| {
            let start = self.view.base.checked_add(self.view.u32(entry.at + 8)? as usize)?;
            Some(start..self.range.end)
        })?;
        let inside = value.start >= self.range.start && value.start < self.range.end;
        inside.then(|| value.start..value.end.min(self.range.end))
    }

    /// A preview of which one entry of a table says where it begins, and another how long it is:
    /// both, and what of it lies within the note.
    fn pointed(&self, table: &Table, [start, length]: [u16; 2]) -> Vec<(Content, Range<usize>)> {
        let ranges = || {
            let (start, length) = (table.find(start)?, table.find(length)?);
            let at = self.view.base.checked_add(self.view.number(start, 0)? as usize)?;
            let end = at.saturating_add(self.view.number(length, 0)? as usize);
            let picture = at.max(self.range.start)..end.min(self.range.end);
            let picture = Some(picture).filter(|picture| !picture.is_empty());
            let places = [self.inside(start)?, self.inside(length)?];
            Some(places.into_iter().chain(picture).map(|r| (Content::Preview, r)).collect())
        };
        ranges().unwrap_or_default()
    }

    /// Nikon's preview: a table of its own with the offset (0x0201) and length (0x0202) of a JPEG.
    /// The table goes as well: every reader accepts an empty one, a preview of no length is.
    fn nikon_preview(&self, entry: &Entry) -> Vec<(Content, Range<usize>)> {
        let ranges = || {
            let at = self.view.base + self.view.number(entry, 0)? as usize;
            let table = tiff::table(self.view, at)?;
            let length = table.find(0x0202)?;
            let whole = table.range(self.range.end);
            let start = self.view.base + self.view.number(table.find(0x0201)?, 0)? as usize;
            let end = start + self.view.number(length, 0)? as usize;
            let picture = start.max(self.range.start)..end.min(self.range.end);
            let inside = whole.start >= self.range.start;
            inside.then(|| vec![(Content::Preview, picture), (Content::Preview, whole)])
        };
        ranges().unwrap_or_default()
    }

    /// Olympus's equipment.
    fn equipment(&self, entry: &Entry, found: &mut Vec<(Content, Range<usize>)>) -> Option<()> {
        let table = self.table_of(entry)?;
        for entry in table.entries.iter().filter(|e| EQUIPMENT_TELLING.contains(&e.tag)) {
            found.push((Content::Telling, self.inside(entry)?));
        }
        Some(())
    }

    /// A further table of Olympus's, whole: its place is a number or the value itself.
    fn table_of(&self, entry: &Entry) -> Option<Table> {
        let at = match entry.kind {
            4 | 13 => self.view.base.checked_add(self.view.number(entry, 0)? as usize)?,
            _ => entry.value.as_ref()?.start,
        };
        tiff::table(self.view, at).filter(|t| t.declared == t.entries.len())
    }
}

impl Layout {
    /// How the note's table is read, and where it is in the block.
    fn open<'a>(self, block: View<'a>, note: &Range<usize>) -> Option<(View<'a>, usize)> {
        let order_at = |at: usize| Order::of(block.bytes.get(at..)?);
        let start = note.start;
        match self {
            Self::FromHeader(table) => {
                let order = order_at(start + 4).filter(|_| table == 6).unwrap_or(block.order);
                Some((block.reread(order, block.base), start + table))
            }
            Self::FromNote { table, order_at: at, order } => {
                let order = at.and_then(|at| order_at(start + at)).unwrap_or(order);
                Some((block.reread(order, start), start + table))
            }
            Self::OwnHeader(at) => {
                let base = start + at;
                let view = block.reread(order_at(base)?, base);
                let table = view.u32(base + 4)? as usize;
                Some((view, base.checked_add(table)?))
            }
            Self::Fujifilm => {
                let view = block.reread(Order::Little, start);
                let table = view.u32(start + 8)? as usize;
                Some((view, start.checked_add(table)?))
            }
        }
    }
}

//! The TIFF structure of an EXIF block: its tables and where their values stand.
//!
//! Layout: TIFF 6.0 (1992), section 2, and EXIF 2.32 (CIPA DC-008-2019), 4.5 and 4.6. A header of
//! 8 bytes (`II` or `MM`, 42, offset of the first table), tables of 12-byte entries (tag, kind,
//! count, value or its offset), then the offset of the next table. Offsets count from the header.
//!
//! Every offset is checked; loops end at the second visit. Nothing is changed here.

use std::collections::{BTreeSet, VecDeque};
use std::ops::Range;

/// Tables in a block, and entries in a table, beyond which it is refused (promise 6).
pub(super) const TABLES_MAX: usize = 1000;
/// Entries in all beyond which a block is refused; the fullest camera files seen have about 400.
pub(super) const ENTRIES_MAX: usize = 4000;
/// Bytes of an entry (TIFF 6.0, section 2).
pub(super) const ENTRY_BYTES: usize = 12;

/// Pointer from the first table to the EXIF table.
pub(super) const EXIF_POINTER: u16 = 0x8769;
/// Pointer to the GPS table.
pub(super) const GPS_POINTER: u16 = 0x8825;
/// Pointer from the EXIF table to the interoperability table.
pub(super) const INTEROP_POINTER: u16 = 0xA005;
/// Pointers to further pictures, previews among them.
pub(super) const SUB_POINTERS: u16 = 0x014A;

/// The kind number of a 16-bit number.
pub(super) const SHORT: u16 = 3;
/// The kind number of a 32-bit number.
pub(super) const LONG: u16 = 4;

/// Which byte of a number comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// `II`: the lowest.
    Little,
    /// `MM`: the highest.
    Big,
}

/// Bytes read as a TIFF structure whose offsets count from `base`.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) order: Order,
    pub(super) base: usize,
}

/// One entry of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Where its 12 bytes stand.
    pub(super) at: usize,
    pub(super) tag: u16,
    pub(super) kind: u16,
    pub(super) count: u32,
    /// Where its value stands; `None` if that is outside of the block.
    pub(super) value: Option<Range<usize>>,
}

impl Entry {
    /// Whether the value stands in the entry itself.
    pub(super) fn is_inline(&self) -> bool {
        self.value.as_ref().is_some_and(|v| v.start == self.at + 8)
    }
}

/// One table of entries.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) at: usize,
    /// Entries that the table says it has; a truncated one has fewer.
    pub(super) declared: usize,
    pub(super) entries: Vec<Entry>,
}

impl Table {
    /// The entry with this tag.
    pub(super) fn find(&self, tag: u16) -> Option<&Entry> {
        self.entries.iter().find(|e| e.tag == tag)
    }

    /// Where the offset of the next table stands.
    pub(super) fn next_at(&self) -> usize {
        self.at + 2 + self.declared * ENTRY_BYTES
    }

    /// The bytes of the table itself, as far as the block has them.
    pub(super) fn range(&self, len: usize) -> Range<usize> {
        self.at..(self.next_at() + 4).min(len)
    }
}

/// What a table of an EXIF block describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// The picture.
    Primary,
    /// How it was taken.
    Exif,
    /// Where it was taken.
    Gps,
    /// Interoperability.
    Interop,
    /// A further picture that an entry points to.
    Sub,
    /// A further picture after the first: the thumbnail.
    Following,
}

/// Bytes of one value of this kind (EXIF 2.32, 4.6.2; TIFF 6.0 for the signed
/// ones; EXIF 3.0 for 129, UTF-8 text).
pub(super) fn bytes_of(kind: u16) -> Option<usize> {
    match kind {
        1 | 2 | 6 | 7 | 129 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 | 13 => Some(4),
        5 | 10 | 12 => Some(8),
        _ => None,
    }
}

impl<'a> View<'a> {
    pub(super) fn u16(&self, at: usize) -> Option<u16> {
        let b: [u8; 2] = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(match self.order {
            Order::Little => u16::from_le_bytes(b),
            Order::Big => u16::from_be_bytes(b),
        })
    }

    pub(super) fn u32(&self, at: usize) -> Option<u32> {
        let b: [u8; 4] = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(match self.order {
            Order::Little => u32::from_le_bytes(b),
            Order::Big => u32::from_be_bytes(b),
        })
    }

    /// The table at this place of the bytes; what lies beyond their end is left out.
    pub(super) fn table(&self, at: usize) -> Option<Table> {
        let declared = usize::from(self.u16(at)?);
        if declared > TABLES_MAX {
            return None;
        }
        let room = (self.bytes.len() - at - 2) / ENTRY_BYTES;
        let places = (0..declared.min(room)).map(|i| at + 2 + i * ENTRY_BYTES);
        Some(Table { at, declared, entries: places.filter_map(|p| self.entry(p)).collect() })
    }

    fn entry(&self, at: usize) -> Option<Entry> {
        let (tag, kind, count) = (self.u16(at)?, self.u16(at + 2)?, self.u32(at + 4)?);
        Some(Entry { at, tag, kind, count, value: self.value_range(at, kind, count) })
    }

    fn value_range(&self, at: usize, kind: u16, count: u32) -> Option<Range<usize>> {
        let len = bytes_of(kind)?.checked_mul(usize::try_from(count).ok()?)?;
        let start = match len {
            0..=4 => at + 8,
            _ => self.base.checked_add(self.u32(at + 8)? as usize)?,
        };
        let end = start.checked_add(len)?;
        (end <= self.bytes.len()).then_some(start..end)
    }

    /// The value's bytes.
    pub(super) fn value(&self, entry: &Entry) -> Option<&'a [u8]> {
        self.bytes.get(entry.value.clone()?)
    }

    /// The `index`th whole number of a value.
    pub(super) fn number(&self, entry: &Entry, index: usize) -> Option<u32> {
        let start = entry.value.as_ref()?.start;
        match entry.kind {
            _ if index >= entry.count as usize => None,
            1 | 7 => self.bytes.get(start + index).map(|&b| u32::from(b)),
            SHORT => self.u16(start + 2 * index).map(u32::from),
            LONG | 9 | 13 => self.u32(start + 4 * index),
            _ => None,
        }
    }

    /// The `index`th unsigned fraction of a value.
    pub(super) fn rational(&self, entry: &Entry, index: usize) -> Option<(u32, u32)> {
        let at = entry.value.as_ref()?.start + 8 * index;
        (entry.kind == 5 && index < entry.count as usize)
            .then_some((self.u32(at)?, self.u32(at + 4)?))
    }

    /// All tables, the picture's first; the error says why the block cannot be read surely.
    pub(super) fn walk(&self) -> Result<Vec<(Which, Table)>, &'static str> {
        let first = self.u32(4).ok_or("no header")? as usize;
        let mut waiting = VecDeque::from([(Which::Primary, first)]);
        let (mut seen, mut found, mut entries) = (BTreeSet::new(), Vec::new(), 0);
        while let Some((which, at)) = waiting.pop_front() {
            if !seen.insert(at) {
                continue;
            }
            if seen.len() > TABLES_MAX {
                return Err("more than 1000 tables");
            }
            if let Some(table) = self.table(at) {
                entries += table.entries.len();
                if entries > ENTRIES_MAX {
                    return Err("more than 4000 entries");
                }
                self.follow(which, &table, &mut waiting);
                found.push((which, table));
            } else if which == Which::Primary {
                return Err("its first table cannot be read");
            }
        }
        Ok(found)
    }

    /// Where a table leads: pointers first, so that a thumbnail cannot claim the picture's tables.
    fn follow(&self, which: Which, table: &Table, waiting: &mut VecDeque<(Which, usize)>) {
        for entry in &table.entries {
            let leads_to = match entry.tag {
                EXIF_POINTER => Which::Exif,
                GPS_POINTER => Which::Gps,
                INTEROP_POINTER => Which::Interop,
                SUB_POINTERS => Which::Sub,
                _ => continue,
            };
            let count = if leads_to == Which::Sub { entry.count.min(TABLES_MAX as u32) } else { 1 };
            let places = (0..count as usize).filter_map(|i| self.number(entry, i));
            waiting.extend(places.map(|at| (leads_to, at as usize)));
        }
        if matches!(which, Which::Primary | Which::Following) {
            let next = self.u32(table.next_at()).filter(|&next| next != 0);
            waiting.extend(next.map(|at| (Which::Following, at as usize)));
        }
    }
}

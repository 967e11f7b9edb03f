//! The TIFF structure of an EXIF block: reading its tables, and changing them where they stand.
//!
//! Layout: TIFF 6.0 (1992), section 2, and EXIF 2.32 (CIPA DC-008-2019), 4.5 and 4.6. A header of
//! 8 bytes (`II` or `MM`, 42, offset of the first table), tables of 12-byte entries (tag, kind,
//! count, value or its offset), then the offset of the next table. Offsets count from the header.
//!
//! Nothing is ever moved: values stay where they are, what is new stands at the end of the block,
//! what goes is overwritten with zeros. Every offset is checked; loops end at the second visit.

use std::collections::{BTreeSet, VecDeque};
use std::ops::Range;

/// Bytes of the largest EXIF block that is read (promise 6); a JPEG segment holds 64 KiB.
const BLOCK_MAX_BYTES: usize = 1 << 20;
/// Tables in a block, and entries in a table, beyond which it is refused (promise 6).
pub(super) const TABLES_MAX: usize = 1000;
/// Entries in all beyond which a block is refused; the fullest camera files seen have about 400.
const ENTRIES_MAX: usize = 4000;
/// Bytes of an entry (TIFF 6.0, section 2).
const ENTRY_BYTES: usize = 12;

/// Pointer from the first table to the EXIF table.
pub(super) const EXIF_POINTER: u16 = 0x8769;
/// Pointer to the GPS table.
pub(super) const GPS_POINTER: u16 = 0x8825;
/// Pointer from the EXIF table to the interoperability table.
const INTEROP_POINTER: u16 = 0xA005;
/// Pointers to further pictures, previews among them.
pub(super) const SUB_POINTERS: u16 = 0x014A;

/// The kind number of text (EXIF 2.32, 4.6.2).
pub(super) const ASCII: u16 = 2;
/// The kind number of a 16-bit number.
const SHORT: u16 = 3;
/// The kind number of a 32-bit number.
const LONG: u16 = 4;

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
fn bytes_of(kind: u16) -> Option<usize> {
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

/// The same ranges in order, those that touch joined.
pub(super) fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|r| r.start);
    ranges.dedup_by(|later, earlier| {
        let touch = later.start <= earlier.end;
        if touch {
            earlier.end = earlier.end.max(later.end);
        }
        touch
    });
    ranges
}

/// An EXIF block that can be changed in place.
#[derive(Debug, Clone)]
pub(super) struct Tiff {
    bytes: Vec<u8>,
    order: Order,
}

impl Tiff {
    /// Takes a block whose header and first table can be read.
    pub(super) fn new(bytes: Vec<u8>) -> Result<Self, &'static str> {
        let order = match bytes.get(..2) {
            Some(b"II") => Order::Little,
            Some(b"MM") => Order::Big,
            _ => return Err("it begins with neither II nor MM"),
        };
        if bytes.len() > BLOCK_MAX_BYTES {
            return Err("it is larger than 1 MiB");
        }
        let tiff = Self { bytes, order };
        if tiff.view().u16(2) != Some(42) {
            return Err("it is no TIFF structure");
        }
        tiff.view().walk()?;
        Ok(tiff)
    }

    /// A block without any entry.
    pub(super) fn fresh() -> Self {
        let bytes = b"II\x2A\0\x08\0\0\0\0\0\0\0\0\0".to_vec();
        Self { bytes, order: Order::Little }
    }

    pub(super) fn view(&self) -> View<'_> {
        View { bytes: &self.bytes, order: self.order, base: 0 }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// All tables; a block that was taken can be walked, so none are the answer only by a fault.
    pub(super) fn tables(&self) -> Vec<(Which, Table)> {
        self.view().walk().unwrap_or_default()
    }

    /// The first table of this sort.
    pub(super) fn table(&self, which: Which) -> Option<Table> {
        self.tables().into_iter().find(|(w, _)| *w == which).map(|(_, table)| table)
    }

    fn write(&mut self, at: usize, what: &[u8]) {
        if let Some(place) = self.bytes.get_mut(at..at + what.len()) {
            place.copy_from_slice(what);
        }
    }

    fn write_u16(&mut self, at: usize, number: u16) {
        let bytes = match self.order {
            Order::Little => number.to_le_bytes(),
            Order::Big => number.to_be_bytes(),
        };
        self.write(at, &bytes);
    }

    pub(super) fn write_u32(&mut self, at: usize, number: u32) {
        let bytes = match self.order {
            Order::Little => number.to_le_bytes(),
            Order::Big => number.to_be_bytes(),
        };
        self.write(at, &bytes);
    }

    /// Makes the entry one whole number, as short as it was if that holds it.
    pub(super) fn set_number(&mut self, entry: &Entry, number: u32) {
        let short = u16::try_from(number).ok().filter(|_| entry.kind == SHORT);
        self.write_u16(entry.at + 2, if short.is_some() { SHORT } else { LONG });
        self.write_u32(entry.at + 4, 1);
        self.write_u32(entry.at + 8, 0);
        match short {
            Some(short) => self.write_u16(entry.at + 8, short),
            None => self.write_u32(entry.at + 8, number),
        }
    }

    /// Overwrites bytes with zeros.
    pub(super) fn zero(&mut self, range: Range<usize>) {
        if let Some(place) = self.bytes.get_mut(range) {
            place.fill(0);
        }
    }

    /// Overwrites with zeros what of these ranges no table and no value still uses.
    pub(super) fn zero_unused(&mut self, ranges: &[Range<usize>]) {
        let kept = merged(self.used());
        for range in merged(ranges.to_vec()) {
            let mut at = range.start;
            let first = kept.partition_point(|k| k.end <= range.start);
            for keep in kept[first..].iter().take_while(|k| k.start < range.end) {
                self.zero(at..keep.start.max(at));
                at = at.max(keep.end);
            }
            self.zero(at..range.end.max(at));
        }
    }

    /// Every range that the header, a table or a value takes.
    pub(super) fn used(&self) -> Vec<Range<usize>> {
        let mut used = vec![0..8];
        for (_, table) in self.tables() {
            used.push(table.range(self.bytes.len()));
            used.extend(table.entries.into_iter().filter_map(|e| e.value));
        }
        used
    }

    /// Takes an entry out of its table; the later ones move up, their values stay.
    pub(super) fn remove(&mut self, table: &Table, entry: &Entry) {
        let end = (table.next_at() + 4).min(self.bytes.len());
        self.bytes.copy_within(entry.at + ENTRY_BYTES..end, entry.at);
        self.zero(end - ENTRY_BYTES..end);
        self.write_u16(table.at, (table.declared - 1) as u16);
    }

    /// Cuts off what leads out of the block, so that it cannot lead into what is appended: the rest
    /// of a truncated table, entries whose value or table is not there. Whether there was such.
    pub(super) fn mend(&mut self) -> bool {
        let mut mended = false;
        for (_, table) in self.tables() {
            if table.next_at() + 4 > self.bytes.len() {
                self.write_u16(table.at, table.entries.len() as u16);
                let next_at = table.at + 2 + table.entries.len() * ENTRY_BYTES;
                self.bytes.resize(self.bytes.len().max(next_at + 4), 0);
                self.write_u32(next_at, 0);
                mended = true;
            }
        }
        for _ in 0..ENTRIES_MAX {
            let Some((table, entry)) = self.lost() else { break };
            self.remove(&table, &entry);
            mended = true;
        }
        mended
    }

    /// The first entry whose value or table is not in the block.
    fn lost(&self) -> Option<(Table, Entry)> {
        let view = self.view();
        let leads = |tag| matches!(tag, EXIF_POINTER | GPS_POINTER | INTEROP_POINTER);
        let is_lost = |entry: &&Entry| match leads(entry.tag) {
            true => view.number(entry, 0).and_then(|at| view.table(at as usize)).is_none(),
            false => entry.value.is_none() && bytes_of(entry.kind).is_some(),
        };
        let first = |(_, table): (Which, Table)| {
            let entry = table.entries.iter().find(is_lost).cloned()?;
            Some((table, entry))
        };
        self.tables().into_iter().find_map(first)
    }

    /// Sets a text of the picture's own table; zero-terminated UTF-8, as most programs write it.
    pub(super) fn put_text(&mut self, tag: u16, text: &str) {
        let mut value = text.replace('\0', " ").into_bytes();
        value.push(0);
        let Some(table) = self.table(Which::Primary) else { return };
        let old = table.find(tag).cloned();
        if old.as_ref().and_then(|e| self.view().value(e)) == Some(&value) {
            return;
        }
        let at = match &old {
            Some(entry) => entry.at,
            None => self.grow(&table, tag),
        };
        self.write_u16(at + 2, ASCII);
        self.write_u32(at + 4, value.len() as u32);
        self.write_u32(at + 8, 0);
        if value.len() <= 4 {
            self.write(at + 8, &value);
        } else {
            let place = self.append(&value);
            self.write_u32(at + 8, place);
        }
        let before = old.filter(|e| !e.is_inline()).and_then(|e| e.value);
        self.zero_unused(&before.into_iter().collect::<Vec<_>>());
    }

    /// Puts bytes at the end of the block, on an even place as TIFF wants.
    fn append(&mut self, value: &[u8]) -> u32 {
        self.bytes.resize(self.bytes.len().next_multiple_of(2), 0);
        let place = self.bytes.len();
        self.bytes.extend_from_slice(value);
        place as u32
    }

    /// Writes the first table anew at the end, with an empty entry more, in the order of tags.
    fn grow(&mut self, table: &Table, tag: u16) -> usize {
        let old = table.range(self.bytes.len());
        let index = table.entries.iter().take_while(|e| e.tag < tag).count();
        let mut copy = self.bytes[old.clone()].to_vec();
        copy.resize(6 + table.declared * ENTRY_BYTES, 0);
        copy.splice(2 + index * ENTRY_BYTES..2 + index * ENTRY_BYTES, [0; ENTRY_BYTES]);
        let place = self.append(&copy);
        self.write_u16(place as usize, (table.declared + 1) as u16);
        self.write_u32(4, place);
        let at = place as usize + 2 + index * ENTRY_BYTES;
        self.write_u16(at, tag);
        self.zero_unused(&[old]);
        at
    }

    /// Drops the bytes at the end that were overwritten with zeros and that nothing uses.
    pub(super) fn trim(&mut self, gone: &[Range<usize>]) {
        let used = self.used().into_iter().map(|r| r.end).max().unwrap_or(0);
        let holds = |len: usize| gone.iter().find(|r| r.start < len && r.end >= len);
        while let Some(range) = holds(self.bytes.len()) {
            let end = range.start.max(used);
            if end >= self.bytes.len() {
                break;
            }
            self.bytes.truncate(end);
        }
    }
}

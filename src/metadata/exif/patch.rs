//! An EXIF block changed in place.
//!
//! Nothing is ever moved: values stay where they are, new ones are appended to the block, and
//! removed ones are overwritten with zeros unless a value that stays uses the same bytes.

use std::ops::Range;

use super::tiff::{self, ENTRIES_MAX, Which, walk};
use crate::container::tiff::table::{
    ENTRY_BYTES, Entry, LONG, Order, SHORT, Table, View, item_bytes,
};
use crate::container::tiff::tag;
use crate::metadata::blocks::MOST_EXIF_BYTES;

/// The kind number of text (EXIF 2.32, 4.6.2).
const ASCII: u16 = 2;
/// The kind number of bytes that have a meaning of their own.
pub(super) const UNDEFINED: u16 = 7;

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
        let order = Order::of(&bytes).ok_or("it begins with neither II nor MM")?;
        if bytes.len() > MOST_EXIF_BYTES {
            return Err("it is larger than 1 MiB");
        }
        let tiff = Self { bytes, order };
        if tiff.view().u16(2) != Some(42) {
            return Err("it is not a TIFF structure");
        }
        walk(tiff.view())?;
        Ok(tiff)
    }

    /// A block without any entry.
    pub(super) fn fresh() -> Self {
        let bytes = b"II\x2A\0\x08\0\0\0\0\0\0\0\0\0".to_vec();
        Self { bytes, order: Order::Little }
    }

    pub(super) fn view(&self) -> View<'_> {
        View::new(&self.bytes, self.order)
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// All tables; a block that was taken can be walked, so none are the answer only by a fault.
    pub(super) fn tables(&self) -> Vec<(Which, Table)> {
        walk(self.view()).unwrap_or_default()
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
        self.write(at, &self.order.short(number));
    }

    pub(super) fn write_u32(&mut self, at: usize, number: u32) {
        self.write(at, &self.order.long(number));
    }

    /// Makes the entry one whole number: of 16 bits where they hold it, unless it had 32 before.
    pub(super) fn set_number(&mut self, entry: &Entry, number: u32) {
        let short = u16::try_from(number).ok().filter(|_| entry.kind != LONG);
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

    /// Overwrites a value with a shorter one, and its rest with zeros.
    pub(super) fn refill(&mut self, range: Range<usize>, value: &[u8]) {
        self.zero(range.clone());
        self.write(range.start, value.get(..range.len()).unwrap_or(value));
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
        let mut used = Vec::from([Range { start: 0, end: 8 }]);
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
        let leads = |tag| matches!(tag, tag::EXIF | tag::GPS | tag::INTEROP);
        let is_lost = |entry: &&Entry| match leads(entry.tag) {
            true => view.number(entry, 0).and_then(|at| tiff::table(view, at as usize)).is_none(),
            false => entry.value.is_none() && item_bytes(entry.kind).is_some(),
        };
        let first = |(_, table): (Which, Table)| {
            let entry = table.entries.iter().find(is_lost).cloned()?;
            Some((table, entry))
        };
        self.tables().into_iter().find_map(first)
    }

    /// Sets a text of the picture's own table, or of the EXIF table, which is made where there is none;
    /// zero-terminated UTF-8, as most programs write it.
    pub(super) fn put_text(&mut self, which: Which, tag: u16, text: &str) {
        let mut value = text.replace('\0', " ").into_bytes();
        value.push(0);
        self.put(which, tag, ASCII, &value);
    }

    /// Sets a value, given in the block's own byte order.
    pub(super) fn put(&mut self, which: Which, tag: u16, kind: u16, value: &[u8]) {
        let Some(unit) = item_bytes(kind) else { return };
        if which == Which::Exif && self.table(which).is_none() {
            self.add_exif();
        }
        let Some(table) = self.table(which) else { return };
        let old = table.find(tag).cloned();
        let same =
            |e: &Entry| (e.kind == kind || kind == ASCII) && self.view().value(e) == Some(value);
        if old.as_ref().is_some_and(same) {
            return;
        }
        let at = match &old {
            Some(entry) => entry.at,
            None => self.grow(which, &table, tag),
        };
        self.write_u16(at + 2, kind);
        self.write_u32(at + 4, (value.len() / unit) as u32);
        self.write_u32(at + 8, 0);
        if value.len() <= 4 {
            self.write(at + 8, value);
        } else {
            let place = self.append(value);
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

    /// Writes a table again at the end, with one more, empty entry, in the order of tags; where that
    /// entry is.
    fn grow(&mut self, which: Which, table: &Table, tag: u16) -> usize {
        let old = table.range(self.bytes.len());
        let index = table.entries.iter().take_while(|e| e.tag < tag).count();
        let mut copy = self.bytes[old.clone()].to_vec();
        copy.resize(6 + table.declared * ENTRY_BYTES, 0);
        copy.splice(2 + index * ENTRY_BYTES..2 + index * ENTRY_BYTES, [0; ENTRY_BYTES]);
        let place = self.append(&copy);
        self.write_u16(place as usize, (table.declared + 1) as u16);
        match which {
            Which::Exif => self.lead_to_exif(place),
            _ => self.write_u32(4, place),
        }
        let at = place as usize + 2 + index * ENTRY_BYTES;
        self.write_u16(at, tag);
        self.zero_unused(&[old]);
        at
    }

    /// Appends an EXIF table without entries.
    fn add_exif(&mut self) {
        let Some(table) = self.table(Which::Primary) else { return };
        if table.find(tag::EXIF).is_none() {
            self.grow(Which::Primary, &table, tag::EXIF);
        }
        let place = self.append(&[0; 6]);
        self.lead_to_exif(place);
    }

    /// Makes the first table's pointer lead to an EXIF table at this place.
    fn lead_to_exif(&mut self, place: u32) {
        let table = self.table(Which::Primary);
        if let Some(entry) = table.as_ref().and_then(|table| table.find(tag::EXIF)) {
            self.write_u16(entry.at + 2, LONG);
            self.write_u32(entry.at + 4, 1);
            self.write_u32(entry.at + 8, place);
        }
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

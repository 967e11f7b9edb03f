//! Tables of entries as they lie in a TIFF, a BigTIFF or an EXIF block (TIFF 6.0, 1992, section 2; EXIF 2.32,
//! CIPA DC-008-2019, 4.5 and 4.6), the only reader of them.
//!
//! A header (`II` or `MM`, 42, place of the first table), tables of 12-byte entries (tag, kind, count, value
//! or its place), then the place of the next table. BigTIFF has 43 instead of 42, and 8 bytes where others
//! have 4. Every place is checked; nothing is copied, nothing changed.

use std::ops::Range;

/// Entries of a table that are read at most; real ones have some dozens.
const MOST_ENTRIES: usize = 4096;
/// Bytes of an entry, but for BigTIFF.
pub(crate) const ENTRY_BYTES: usize = 12;

/// The kind of a 16-bit number.
pub(crate) const SHORT: u16 = 3;
/// The kind of a 32-bit number.
pub(crate) const LONG: u16 = 4;
/// The kind of two 32-bit numbers, a fraction.
pub(crate) const RATIONAL: u16 = 5;

/// Which byte of a number comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// `II`: the lowest.
    Little,
    /// `MM`: the highest.
    Big,
}

impl Order {
    /// The order that these bytes begin with.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        match bytes.get(..2)? {
            b"II" => Some(Self::Little),
            b"MM" => Some(Self::Big),
            _ => None,
        }
    }

    /// The number in these bytes, eight at most.
    pub(crate) fn number(self, bytes: &[u8]) -> u64 {
        let join = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        match self {
            Self::Little => bytes.iter().rev().fold(0, join),
            Self::Big => bytes.iter().fold(0, join),
        }
    }

    /// The bytes of a 16-bit number.
    pub(crate) fn short(self, number: u16) -> [u8; 2] {
        match self {
            Self::Little => number.to_le_bytes(),
            Self::Big => number.to_be_bytes(),
        }
    }

    /// The bytes of a 32-bit number.
    pub(crate) fn long(self, number: u32) -> [u8; 4] {
        match self {
            Self::Little => number.to_le_bytes(),
            Self::Big => number.to_be_bytes(),
        }
    }
}

/// Bytes of one item of a kind (TIFF 6.0, page 15; 16 to 18 of BigTIFF; 129 is EXIF 3.0's UTF-8 text).
pub(crate) fn item_bytes(kind: u16) -> Option<usize> {
    match kind {
        1 | 2 | 6 | 7 | 129 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 | 13 => Some(4),
        5 | 10 | 12 | 16..=18 => Some(8),
        _ => None,
    }
}

/// Bytes read as tables whose places count from `base`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) order: Order,
    pub(crate) base: usize,
    widths: Widths,
}

/// Bytes of the numbers of a table that BigTIFF has widened.
#[derive(Debug, Clone, Copy)]
struct Widths {
    /// Of the count of entries.
    entries: usize,
    /// Of places, and of the count of an entry's items.
    place: usize,
}

const CLASSIC: Widths = Widths { entries: 2, place: 4 };
const BIG: Widths = Widths { entries: 8, place: 8 };

/// One entry of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Where it begins.
    pub(crate) at: usize,
    pub(crate) tag: u16,
    pub(crate) kind: u16,
    /// Items of its value.
    pub(crate) count: usize,
    /// Where its value is; `None` if that is outside of the bytes, or of no known kind.
    pub(crate) value: Option<Range<usize>>,
}

impl Entry {
    /// Whether the value is in the entry itself, which is not one of BigTIFF.
    pub(crate) fn is_inline(&self) -> bool {
        self.value.as_ref().is_some_and(|v| v.start == self.at + 8)
    }
}

/// One table of entries.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// Where it begins.
    pub(crate) at: usize,
    /// Entries that the table says it has; a truncated one has fewer.
    pub(crate) declared: usize,
    pub(crate) entries: Vec<Entry>,
}

impl Table {
    /// The entry with this tag.
    pub(crate) fn find(&self, tag: u16) -> Option<&Entry> {
        self.entries.iter().find(|e| e.tag == tag)
    }

    /// Where the place of the next table is written, but for BigTIFF.
    pub(crate) fn next_at(&self) -> usize {
        self.at + 2 + self.declared * ENTRY_BYTES
    }

    /// The bytes of the table itself, as far as the block has them.
    pub(crate) fn range(&self, len: usize) -> Range<usize> {
        self.at..(self.next_at() + 4).min(len)
    }
}

impl<'a> View<'a> {
    /// Bytes in this order, without a look at their header.
    pub(crate) fn new(bytes: &'a [u8], order: Order) -> Self {
        Self { bytes, order, base: 0, widths: CLASSIC }
    }

    /// The same bytes in another order, with places that count from elsewhere.
    pub(crate) fn reread(self, order: Order, base: usize) -> Self {
        Self { order, base, ..self }
    }

    /// The bytes before this place.
    pub(crate) fn up_to(self, end: usize) -> Self {
        Self { bytes: &self.bytes[..end], ..self }
    }

    /// A file with a header; one without is read as if it began with `MM`.
    pub(crate) fn of_file(bytes: &'a [u8]) -> Self {
        let view = Self::new(bytes, Order::of(bytes).unwrap_or(Order::Big));
        let widths = if view.u16(2) == Some(43) { BIG } else { CLASSIC };
        Self { widths, ..view }
    }

    pub(crate) fn u16(&self, at: usize) -> Option<u16> {
        self.wide(at, 2).map(|number| number as u16)
    }

    pub(crate) fn u32(&self, at: usize) -> Option<u32> {
        self.wide(at, 4).map(|number| number as u32)
    }

    fn wide(&self, at: usize, bytes: usize) -> Option<u64> {
        Some(self.order.number(self.bytes.get(at..at.checked_add(bytes)?)?))
    }

    fn place(&self, at: usize) -> Option<usize> {
        usize::try_from(self.wide(at, self.widths.place)?).ok()
    }

    /// Where the first table is.
    pub(crate) fn first(&self) -> Option<usize> {
        self.place(self.widths.place)
    }

    /// Where the table behind this one is.
    pub(crate) fn next(&self, table: usize) -> Option<usize> {
        let Widths { entries, place } = self.widths;
        let count = usize::try_from(self.wide(table, entries)?).ok()?;
        let length = count.checked_mul(4 + 2 * place)?;
        self.place(table.checked_add(entries)?.checked_add(length)?)
    }

    /// The table at this place of the bytes, as far as they go.
    pub(crate) fn table(&self, at: usize) -> Option<Table> {
        let Widths { entries, place } = self.widths;
        let declared = usize::try_from(self.wide(at, entries)?).ok()?;
        let step = 4 + 2 * place;
        let room = (self.bytes.len() - at - entries) / step;
        let places = (0..declared.min(room).min(MOST_ENTRIES)).map(|i| at + entries + i * step);
        Some(Table { at, declared, entries: places.filter_map(|p| self.entry(p)).collect() })
    }

    fn entry(&self, at: usize) -> Option<Entry> {
        let (tag, kind) = (self.u16(at)?, self.u16(at + 2)?);
        let count = self.wide(at + 4, self.widths.place)?;
        // What no memory holds is outside of the bytes anyway.
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        Some(Entry { at, tag, kind, count, value: self.value_range(at, kind, count) })
    }

    fn value_range(&self, at: usize, kind: u16, count: usize) -> Option<Range<usize>> {
        let place = self.widths.place;
        let length = item_bytes(kind)?.checked_mul(count)?;
        let field_at = at + 4 + place;
        let start = match length <= place {
            true => field_at,
            false => self.base.checked_add(self.place(field_at)?)?,
        };
        let end = start.checked_add(length)?;
        (end <= self.bytes.len()).then_some(start..end)
    }

    /// The value's bytes.
    pub(crate) fn value(&self, entry: &Entry) -> Option<&'a [u8]> {
        self.bytes.get(entry.value.clone()?)
    }

    /// The `index`th whole number of a value.
    pub(crate) fn number(&self, entry: &Entry, index: usize) -> Option<u32> {
        let start = entry.value.as_ref()?.start;
        match entry.kind {
            _ if index >= entry.count => None,
            1 | 7 => self.bytes.get(start + index).map(|&b| u32::from(b)),
            SHORT => self.u16(start + 2 * index).map(u32::from),
            LONG | 9 | 13 => self.u32(start + 4 * index),
            _ => None,
        }
    }

    /// The `index`th unsigned fraction of a value.
    pub(crate) fn rational(&self, entry: &Entry, index: usize) -> Option<(u32, u32)> {
        let at = entry.value.as_ref()?.start + 8 * index;
        (entry.kind == RATIONAL && index < entry.count)
            .then_some((self.u32(at)?, self.u32(at + 4)?))
    }
}

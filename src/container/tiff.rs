//! TIFF's tables, called directories, as they stand in the file (TIFF 6.0, section 2; BigTIFF). Values
//! are slices of the file; nothing is allocated for them.

use std::collections::HashSet;
use std::ops::Range;

/// The tags that are looked for.
pub(crate) mod tag {
    pub(crate) const NEW_SUBFILE_TYPE: u16 = 254;
    pub(crate) const IMAGE_WIDTH: u16 = 256;
    pub(crate) const IMAGE_LENGTH: u16 = 257;
    pub(crate) const BITS_PER_SAMPLE: u16 = 258;
    pub(crate) const COMPRESSION: u16 = 259;
    pub(crate) const PHOTOMETRIC: u16 = 262;
    pub(crate) const FILL_ORDER: u16 = 266;
    pub(crate) const STRIP_OFFSETS: u16 = 273;
    pub(crate) const ORIENTATION: u16 = 274;
    pub(crate) const SAMPLES_PER_PIXEL: u16 = 277;
    pub(crate) const ROWS_PER_STRIP: u16 = 278;
    pub(crate) const STRIP_BYTE_COUNTS: u16 = 279;
    pub(crate) const PLANAR: u16 = 284;
    pub(crate) const PREDICTOR: u16 = 317;
    pub(crate) const COLOR_MAP: u16 = 320;
    pub(crate) const TILE_WIDTH: u16 = 322;
    pub(crate) const TILE_LENGTH: u16 = 323;
    pub(crate) const TILE_OFFSETS: u16 = 324;
    pub(crate) const TILE_BYTE_COUNTS: u16 = 325;
    pub(crate) const SUB_IFDS: u16 = 330;
    pub(crate) const INK_SET: u16 = 332;
    pub(crate) const EXTRA_SAMPLES: u16 = 338;
    pub(crate) const SAMPLE_FORMAT: u16 = 339;
    pub(crate) const JPEG_TABLES: u16 = 347;
    pub(crate) const YCBCR_COEFFICIENTS: u16 = 529;
    pub(crate) const YCBCR_SUBSAMPLING: u16 = 530;
    pub(crate) const REFERENCE_BLACK_WHITE: u16 = 532;
    pub(crate) const XMP: u16 = 700;
    pub(crate) const IPTC: u16 = 33_723;
    pub(crate) const PHOTOSHOP: u16 = 34_377;
    pub(crate) const EXIF: u16 = 34_665;
    pub(crate) const GPS: u16 = 34_853;
    pub(crate) const INTEROP: u16 = 40_965;
    pub(crate) const MAKER_NOTE: u16 = 37_500;
    pub(crate) const ICC: u16 = 34_675;
    pub(crate) const DNG_VERSION: u16 = 50_706;
    pub(crate) const CREDENTIALS: u16 = 52_545;
}

/// Entries of a directory at most; real ones have some dozens.
const MOST_ENTRIES: u64 = 4096;

/// Which end of a number comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

impl Order {
    /// The number in these bytes, eight at most.
    fn number(self, bytes: &[u8]) -> u64 {
        let join = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        match self {
            Self::Little => bytes.iter().rev().fold(0, join),
            Self::Big => bytes.iter().fold(0, join),
        }
    }
}

/// One entry.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub(crate) tag: u16,
    /// The number of the field type.
    pub(crate) kind: u16,
    /// Where the value is in the file.
    pub(crate) at: usize,
    item_bytes: usize,
    value: &'a [u8],
    pub(crate) order: Order,
}

impl<'a> Entry<'a> {
    /// The value's bytes.
    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.value
    }

    /// How many items the value has.
    pub(crate) fn count(&self) -> usize {
        self.value.len() / self.item_bytes
    }

    /// The value's numbers.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u64> {
        let order = self.order;
        self.value.chunks_exact(self.item_bytes).map(move |item| order.number(item))
    }
}

/// The first directory.
#[derive(Debug)]
pub(crate) struct Directory<'a> {
    entries: Vec<Entry<'a>>,
}

impl<'a> Directory<'a> {
    /// Reads what can be read; broken entries are left out.
    pub(crate) fn read(file: &'a [u8]) -> Self {
        Self { entries: first(file).unwrap_or_default() }
    }

    /// Reads the directory that starts at this place.
    pub(crate) fn read_at(file: &'a [u8], at: u64) -> Self {
        let at = usize::try_from(at).ok();
        Self { entries: at.and_then(|at| entries(file, at)).unwrap_or_default() }
    }

    /// All entries, in the order of the file.
    pub(crate) fn entries(&self) -> &[Entry<'a>] {
        &self.entries
    }

    /// The entry with this tag.
    pub(crate) fn find(&self, tag: u16) -> Option<&Entry<'a>> {
        self.entries.iter().find(|e| e.tag == tag)
    }

    /// The first number of a tag.
    pub(crate) fn number(&self, tag: u16) -> Option<u64> {
        self.find(tag)?.numbers().next()
    }

    /// All numbers of a tag.
    pub(crate) fn numbers(&self, tag: u16) -> Vec<u64> {
        self.find(tag).map(|e| e.numbers().collect()).unwrap_or_default()
    }

    /// The two whole numbers of each fraction of a tag, or numbers over one.
    pub(crate) fn longs(&self, tag: u16) -> Vec<u64> {
        let Some(entry) = self.find(tag) else { return Vec::new() };
        if entry.kind == 5 {
            return entry.value.chunks_exact(4).map(|long| entry.order.number(long)).collect();
        }
        entry.numbers().flat_map(|number| [number, 1]).collect()
    }

    /// The bytes of a tag.
    pub(crate) fn bytes(&self, tag: u16) -> Option<&'a [u8]> {
        self.find(tag).map(Entry::bytes).filter(|b| !b.is_empty())
    }

    /// Whether there is such a tag.
    pub(crate) fn has(&self, tag: u16) -> bool {
        self.find(tag).is_some()
    }
}

/// Bytes of one item of a field type (TIFF 6.0, page 15; BigTIFF's 16 to 18).
fn item_bytes(kind: u64) -> Option<usize> {
    Some(match kind {
        1 | 2 | 6 | 7 => 1,
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16..=18 => 8,
        _ => return None,
    })
}

/// How numbers stand in a file.
pub(crate) fn order(file: &[u8]) -> Order {
    if file.starts_with(b"II") { Order::Little } else { Order::Big }
}

fn number(file: &[u8], at: usize, bytes: usize) -> Option<u64> {
    Some(order(file).number(file.get(at..at.checked_add(bytes)?)?))
}

fn is_wide(file: &[u8]) -> bool {
    number(file, 2, 2) == Some(43)
}

/// Where the first directory is.
pub(crate) fn first_place(file: &[u8]) -> Option<usize> {
    if is_wide(file) { place_at(file, 8, 8) } else { place_at(file, 4, 4) }
}

/// The place that a pointer of this width names.
pub(crate) fn place_at(file: &[u8], pointer: usize, width: usize) -> Option<usize> {
    usize::try_from(number(file, pointer, width)?).ok()
}

/// Where the pointer behind the entries of a directory stands, or would stand, and its width.
pub(crate) fn next_pointer(file: &[u8], directory: usize) -> Option<(usize, usize)> {
    let (wide, narrow) = if is_wide(file) { (8, 8) } else { (4, 2) };
    let count = place_at(file, directory, narrow)?;
    let entries = count.checked_mul(4 + 2 * wide)?;
    Some((directory.checked_add(narrow)?.checked_add(entries)?, wide))
}

/// Directories that are followed.
const MOST_DIRECTORIES: usize = 1000;

/// Where the samples of all pictures are, those of further pages and of smaller versions included.
pub(super) fn samples(file: &[u8]) -> Vec<Range<usize>> {
    const PARTS: [(u16, u16); 2] =
        [(tag::STRIP_OFFSETS, tag::STRIP_BYTE_COUNTS), (tag::TILE_OFFSETS, tag::TILE_BYTE_COUNTS)];
    let mut waiting: Vec<usize> = first_place(file).into_iter().collect();
    let (mut seen, mut ranges) = (HashSet::new(), Vec::new());
    while let Some(place) = waiting.pop() {
        if place == 0 || seen.len() == MOST_DIRECTORIES || !seen.insert(place) {
            continue;
        }
        let directory = Directory::read_at(file, place as u64);
        for (offsets, lengths) in PARTS {
            let pairs = directory.numbers(offsets).into_iter().zip(directory.numbers(lengths));
            let within = |(start, length): (u64, u64)| {
                let end = usize::try_from(start.checked_add(length)?).ok()?;
                (end <= file.len()).then_some(start as usize..end)
            };
            ranges.extend(pairs.filter_map(within));
        }
        let next = next_pointer(file, place).and_then(|(at, width)| place_at(file, at, width));
        let inner = directory.numbers(tag::SUB_IFDS).into_iter();
        waiting.extend(next.into_iter().chain(inner.filter_map(|at| usize::try_from(at).ok())));
    }
    ranges
}

fn first(file: &[u8]) -> Option<Vec<Entry<'_>>> {
    entries(file, first_place(file)?)
}

fn entries(file: &[u8], first: usize) -> Option<Vec<Entry<'_>>> {
    let order = order(file);
    let number = |at: usize, bytes: usize| number(file, at, bytes);
    // Width of offsets and counts; of the count of entries.
    let (wide, narrow) = if is_wide(file) { (8, 8) } else { (4, 2) };
    let count = number(first, narrow)?.min(MOST_ENTRIES) as usize;
    let entry_bytes = 4 + 2 * wide;
    let read = |i: usize| {
        let at = first.checked_add(narrow + i * entry_bytes)?;
        let kind = number(at + 2, 2)?;
        let item_bytes = item_bytes(kind)?;
        let length = usize::try_from(number(at + 4, wide)?).ok()?.checked_mul(item_bytes)?;
        let field_at = at + 4 + wide;
        let start = if length <= wide { field_at } else { number(field_at, wide)? as usize };
        let value = file.get(start..start.checked_add(length)?)?;
        let tag = number(at, 2)? as u16;
        Some(Entry { tag, kind: kind as u16, at: start, item_bytes, value, order })
    };
    Some((0..count).filter_map(read).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_in_place_and_from_afar_in_both_orders() {
        let little = b"II\x2A\0\x08\0\0\0\x02\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\
            \xBC\x02\x01\0\x05\0\0\0\x26\0\0\0\0\0\0\0<xmp>";
        let directory = Directory::read(little);
        assert_eq!(directory.number(tag::ORIENTATION), Some(6));
        assert_eq!(directory.bytes(tag::XMP), Some(b"<xmp>".as_slice()));
        let big = b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0\0\0\0\0";
        assert_eq!(Directory::read(big).number(tag::ORIENTATION), Some(8));
        assert!(!Directory::read(b"MM\0\x2A\xFF\xFF\xFF\xFF").has(tag::XMP));
    }
}

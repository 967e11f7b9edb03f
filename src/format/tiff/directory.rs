//! TIFF's first directory as it stands in the file (TIFF 6.0, section 2; BigTIFF): only what the
//! decoder does not hand out cheaply. Values are slices of the file; nothing is allocated for them.

/// The tags that are looked for.
pub(super) mod tag {
    pub(in super::super) const NEW_SUBFILE_TYPE: u16 = 254;
    pub(in super::super) const BITS_PER_SAMPLE: u16 = 258;
    pub(in super::super) const PHOTOMETRIC: u16 = 262;
    pub(in super::super) const STRIP_OFFSETS: u16 = 273;
    pub(in super::super) const ORIENTATION: u16 = 274;
    pub(in super::super) const SAMPLES_PER_PIXEL: u16 = 277;
    pub(in super::super) const STRIP_BYTE_COUNTS: u16 = 279;
    pub(in super::super) const PLANAR: u16 = 284;
    pub(in super::super) const COLOR_MAP: u16 = 320;
    pub(in super::super) const TILE_WIDTH: u16 = 322;
    pub(in super::super) const SUB_IFDS: u16 = 330;
    pub(in super::super) const EXTRA_SAMPLES: u16 = 338;
    pub(in super::super) const XMP: u16 = 700;
    pub(in super::super) const IPTC: u16 = 33_723;
    pub(in super::super) const PHOTOSHOP: u16 = 34_377;
    pub(in super::super) const EXIF: u16 = 34_665;
    pub(in super::super) const GPS: u16 = 34_853;
    pub(in super::super) const INTEROP: u16 = 40_965;
    pub(in super::super) const MAKER_NOTE: u16 = 37_500;
    pub(in super::super) const ICC: u16 = 34_675;
    pub(in super::super) const DNG_VERSION: u16 = 50_706;
}

/// Entries of a directory at most; real ones have some dozens.
const MOST_ENTRIES: u64 = 4096;

/// Which end of a number comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
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

    /// So many bytes, eight at most, of a number.
    fn bytes(self, number: u64, width: usize) -> Vec<u8> {
        match self {
            Self::Little => number.to_le_bytes()[..width].to_vec(),
            Self::Big => number.to_be_bytes()[8 - width..].to_vec(),
        }
    }
}

/// One entry.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) tag: u16,
    /// The number of the field type.
    pub(super) kind: u16,
    /// Where the value is in the file.
    pub(super) at: usize,
    /// Where the entry's value field is in the file.
    field_at: usize,
    item_bytes: usize,
    value: &'a [u8],
    pub(super) order: Order,
}

impl<'a> Entry<'a> {
    /// The value's bytes.
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.value
    }

    /// How many items the value has.
    pub(super) fn count(&self) -> usize {
        self.value.len() / self.item_bytes
    }

    /// The value's numbers.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u64> {
        let order = self.order;
        self.value.chunks_exact(self.item_bytes).map(move |item| order.number(item))
    }

    /// Where its first number stands, and the bytes of another in its place.
    pub(super) fn first_as(&self, number: u64) -> (usize, Vec<u8>) {
        (self.at, self.order.bytes(number, self.item_bytes))
    }

    /// The same entry with fewer items: what has to stand where in the file.
    pub(super) fn shortened(&self, file: &[u8], count: usize) -> Vec<(usize, Vec<u8>)> {
        let wide = if is_wide(file) { 8 } else { 4 };
        let mut patches = vec![(self.field_at - wide, self.order.bytes(count as u64, wide))];
        let items = &self.value[..count * self.item_bytes];
        if items.len() <= wide {
            // So few stand in the entry itself.
            patches.push((self.field_at, items.to_vec()));
        }
        patches
    }
}

/// The first directory.
#[derive(Debug)]
pub(super) struct Directory<'a> {
    entries: Vec<Entry<'a>>,
}

impl<'a> Directory<'a> {
    /// Reads what can be read; broken entries are left out.
    pub(super) fn read(file: &'a [u8]) -> Self {
        Self { entries: first(file).unwrap_or_default() }
    }

    /// Reads the directory that starts at this place.
    pub(super) fn read_at(file: &'a [u8], at: u64) -> Self {
        let at = usize::try_from(at).ok();
        Self { entries: at.and_then(|at| entries(file, at)).unwrap_or_default() }
    }

    /// All entries, in the order of the file.
    pub(super) fn entries(&self) -> &[Entry<'a>] {
        &self.entries
    }

    /// The entry with this tag.
    pub(super) fn find(&self, tag: u16) -> Option<&Entry<'a>> {
        self.entries.iter().find(|e| e.tag == tag)
    }

    /// The first number of a tag.
    pub(super) fn number(&self, tag: u16) -> Option<u64> {
        self.find(tag)?.numbers().next()
    }

    /// All numbers of a tag.
    pub(super) fn numbers(&self, tag: u16) -> Vec<u64> {
        self.find(tag).map(|e| e.numbers().collect()).unwrap_or_default()
    }

    /// The bytes of a tag.
    pub(super) fn bytes(&self, tag: u16) -> Option<&'a [u8]> {
        self.find(tag).map(Entry::bytes).filter(|b| !b.is_empty())
    }

    /// Whether there is such a tag.
    pub(super) fn has(&self, tag: u16) -> bool {
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
pub(super) fn order(file: &[u8]) -> Order {
    if file.starts_with(b"II") { Order::Little } else { Order::Big }
}

fn number(file: &[u8], at: usize, bytes: usize) -> Option<u64> {
    Some(order(file).number(file.get(at..at.checked_add(bytes)?)?))
}

fn is_wide(file: &[u8]) -> bool {
    number(file, 2, 2) == Some(43)
}

/// Where the first directory is.
pub(super) fn first_place(file: &[u8]) -> Option<usize> {
    if is_wide(file) { place_at(file, 8, 8) } else { place_at(file, 4, 4) }
}

/// The place that a pointer of this width names.
pub(super) fn place_at(file: &[u8], pointer: usize, width: usize) -> Option<usize> {
    usize::try_from(number(file, pointer, width)?).ok()
}

/// Where the pointer behind the entries of a directory stands, or would stand, and its width.
pub(super) fn next_pointer(file: &[u8], directory: usize) -> Option<(usize, usize)> {
    let (wide, narrow) = if is_wide(file) { (8, 8) } else { (4, 2) };
    let count = place_at(file, directory, narrow)?;
    let entries = count.checked_mul(4 + 2 * wide)?;
    Some((directory.checked_add(narrow)?.checked_add(entries)?, wide))
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
        Some(Entry { tag, kind: kind as u16, at: start, field_at, item_bytes, value, order })
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
        let (at, bytes) = directory.find(tag::ORIENTATION).unwrap().first_as(1);
        assert_eq!((at, bytes), (18, vec![1, 0]));
        let big = b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0\0\0\0\0";
        assert_eq!(Directory::read(big).number(tag::ORIENTATION), Some(8));
        assert!(!Directory::read(b"MM\0\x2A\xFF\xFF\xFF\xFF").has(tag::XMP));
    }
}

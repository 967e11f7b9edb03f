//! TIFF's tables, called directories, with the values that can be read: slices of the file. [`table`] reads
//! the tables themselves.

pub(crate) mod table;

use std::collections::HashSet;
use std::ops::Range;

pub(crate) use table::Order;
use table::{RATIONAL, Table, View, item_bytes};

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
    #[cfg(feature = "raw")]
    pub(crate) const LINEARIZATION: u16 = 50_712;
    #[cfg(feature = "raw")]
    pub(crate) const OPCODES_1: u16 = 51_008;
    #[cfg(feature = "raw")]
    pub(crate) const NEW_RAW_IMAGE_DIGEST: u16 = 51_111;
    pub(crate) const CREDENTIALS: u16 = 52_545;
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
    fn of(view: View<'a>, entry: &table::Entry) -> Option<Self> {
        Some(Self {
            tag: entry.tag,
            kind: entry.kind,
            at: entry.value.as_ref()?.start,
            item_bytes: item_bytes(entry.kind)?,
            value: view.value(entry)?,
            order: view.order,
        })
    }

    /// The value's bytes.
    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.value
    }

    /// How many items the value has.
    pub(crate) fn count(&self) -> usize {
        self.value.len() / self.item_bytes
    }

    /// The value's numbers.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u64> + use<'a> {
        let order = self.order;
        self.value.chunks_exact(self.item_bytes).map(move |item| order.number(item))
    }
}

/// One table.
#[derive(Debug)]
pub(crate) struct Directory<'a> {
    entries: Vec<Entry<'a>>,
}

impl<'a> Directory<'a> {
    /// Reads what can be read of the first table; broken entries are left out.
    pub(crate) fn read(file: &'a [u8]) -> Self {
        let view = View::of_file(file);
        Self::of(view, view.first())
    }

    /// Reads the table that starts at this place.
    pub(crate) fn read_at(file: &'a [u8], at: u64) -> Self {
        Self::of(View::of_file(file), usize::try_from(at).ok())
    }

    fn of(view: View<'a>, at: Option<usize>) -> Self {
        let entries = |table: Table| {
            table.entries.iter().filter_map(|entry| Entry::of(view, entry)).collect()
        };
        Self { entries: at.and_then(|at| view.table(at)).map_or(Vec::new(), entries) }
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

    /// All numbers of a tag. There can be as many as the file has bytes, so whoever keeps them says how many.
    pub(crate) fn numbers(&self, tag: u16) -> impl Iterator<Item = u64> + use<'a> {
        self.find(tag).copied().into_iter().flat_map(|entry| entry.numbers())
    }

    /// The two whole numbers of each fraction of a tag, or numbers over one; of so many at most.
    pub(crate) fn fractions(&self, tag: u16, most: usize) -> Vec<[u64; 2]> {
        let Some(entry) = self.find(tag) else { return Vec::new() };
        if entry.kind == RATIONAL {
            let long = |bytes: &[u8; 4]| entry.order.number(bytes);
            let longs = entry.value.as_chunks::<4>().0.as_chunks::<2>().0.iter().take(most);
            return longs.map(|[above, below]| [long(above), long(below)]).collect();
        }
        entry.numbers().take(most).map(|number| [number, 1]).collect()
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

/// The byte order of a file.
pub(crate) fn order(file: &[u8]) -> Order {
    View::of_file(file).order
}

/// Whether another table follows the first, that is not the first again.
pub(crate) fn has_further(file: &[u8]) -> bool {
    let view = View::of_file(file);
    let next = || {
        let first = view.first()?;
        view.next(first).filter(|&next| next != 0 && next != first && next < file.len())
    };
    next().is_some()
}

/// Directories that are followed.
const MOST_DIRECTORIES: usize = 1000;

/// All tables, the first one first: those of further pages and of smaller versions included.
pub(crate) fn directories(file: &[u8]) -> Vec<Directory<'_>> {
    let view = View::of_file(file);
    let mut waiting: Vec<usize> = view.first().into_iter().collect();
    let (mut seen, mut directories) = (HashSet::new(), Vec::new());
    while let Some(place) = waiting.pop() {
        if seen.len() == MOST_DIRECTORIES || !seen.insert(place) {
            continue;
        }
        let directory = Directory::of(view, Some(place));
        let inner = directory.numbers(tag::SUB_IFDS).filter_map(|at| usize::try_from(at).ok());
        // One value can name more places than there is memory for.
        let room = MOST_DIRECTORIES.saturating_sub(waiting.len());
        let further = view.next(place).into_iter().chain(inner);
        waiting.extend(further.filter(|&at| at != 0).take(room));
        directories.push(directory);
    }
    directories
}

/// Strips and tiles that are followed, of all pictures together: tables can name the same ones again and again.
const MOST_RANGES: usize = 1 << 20;

/// Where the samples of all pictures are, those of further pages and of smaller versions included.
pub(super) fn samples(file: &[u8]) -> Vec<Range<usize>> {
    const PARTS: [(u16, u16); 2] =
        [(tag::STRIP_OFFSETS, tag::STRIP_BYTE_COUNTS), (tag::TILE_OFFSETS, tag::TILE_BYTE_COUNTS)];
    let mut ranges = Vec::new();
    for directory in directories(file) {
        for (offsets, lengths) in PARTS {
            let pairs = directory.numbers(offsets).zip(directory.numbers(lengths));
            let within = |(start, length): (u64, u64)| {
                let end = usize::try_from(start.checked_add(length)?).ok()?;
                (end <= file.len()).then_some(start as usize..end)
            };
            let room = MOST_RANGES - ranges.len();
            ranges.extend(pairs.filter_map(within).take(room));
        }
    }
    ranges
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

    /// A TIFF whose one entry names smaller versions at these places.
    fn with_smaller(places: &[u32]) -> Vec<u8> {
        let mut file = b"II\x2A\0\x08\0\0\0\x01\0\x4A\x01\x04\0".to_vec();
        file.extend((places.len() as u32).to_le_bytes());
        file.extend(b"\x1A\0\0\0\0\0\0\0");
        file.extend(places.iter().flat_map(|place| place.to_le_bytes()));
        file
    }

    #[test]
    fn of_endless_smaller_versions_only_so_many_are_followed() {
        assert_eq!(directories(&with_smaller(&[0; 100_000])).len(), 1);
        // The first place is that of the file's end, and each other one that of a table of no entries.
        let many: Vec<u32> = (26..26 + 100_000).collect();
        assert_eq!(directories(&with_smaller(&many)).len(), MOST_DIRECTORIES);
        assert_eq!(directories(&with_smaller(&[0, 42, 0, 0, 0])).len(), 2, "a zero takes no room");
    }
}

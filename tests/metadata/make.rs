//! Blocks and files made by hand, byte by byte, so that the tests know where everything is.

use std::collections::BTreeMap;
use std::ops::Range;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

impl Order {
    pub(crate) fn u16(self, n: u16) -> [u8; 2] {
        if self == Self::Little { n.to_le_bytes() } else { n.to_be_bytes() }
    }

    pub(crate) fn u32(self, n: u32) -> [u8; 4] {
        if self == Self::Little { n.to_le_bytes() } else { n.to_be_bytes() }
    }
}

/// A maker's note, made for the place where it will be.
pub(crate) type Note = fn(usize, Order) -> Vec<u8>;

#[derive(Debug, Clone)]
pub(crate) enum Val {
    Ascii(&'static str),
    Text(String),
    Byte(Vec<u8>),
    Short(u16),
    Long(u32),
    Ratio(Vec<(u32, u32)>),
    Bytes(Vec<u8>),
    Note(Note),
    Table(Vec<(u16, Val)>),
}

/// An EXIF block, and where each tag's value is in it.
#[derive(Debug)]
pub(crate) struct Exif {
    pub(crate) order: Order,
    pub(crate) bytes: Vec<u8>,
    /// Where each tag's 12 bytes are, and its value.
    pub(crate) places: BTreeMap<u16, (usize, Range<usize>)>,
}

impl Exif {
    pub(crate) fn new(order: Order, entries: Vec<(u16, Val)>, thumbnail: &[u8]) -> Self {
        let mut bytes = if order == Order::Little { b"II".to_vec() } else { b"MM".to_vec() };
        bytes.extend(order.u16(42));
        bytes.extend(order.u32(8));
        let mut exif = Self { order, bytes, places: BTreeMap::new() };
        let next_at = exif.table(entries);
        if !thumbnail.is_empty() {
            exif.bytes.resize(exif.bytes.len().next_multiple_of(2), 0);
            let at = exif.bytes.len();
            let next = exif.order.u32(at as u32);
            exif.bytes[next_at..next_at + 4].copy_from_slice(&next);
            let place = (at + 2 + 2 * 12 + 4) as u32;
            let of = vec![(0x0201, Val::Long(place)), (0x0202, Val::Long(thumbnail.len() as u32))];
            exif.table(of);
            exif.bytes.extend(thumbnail);
        }
        exif
    }

    /// Writes a table at the end; its values follow it. Gives where the next table's offset is.
    fn table(&mut self, entries: Vec<(u16, Val)>) -> usize {
        let at = self.bytes.len();
        self.bytes.extend(self.order.u16(entries.len() as u16));
        self.bytes.resize(at + 2 + entries.len() * 12 + 4, 0);
        for (i, (tag, value)) in entries.iter().enumerate() {
            self.entry(at + 2 + i * 12, *tag, value);
        }
        at + 2 + entries.len() * 12
    }

    fn entry(&mut self, at: usize, tag: u16, value: &Val) {
        let order = self.order;
        self.bytes.resize(self.bytes.len().next_multiple_of(2), 0);
        let end = self.bytes.len();
        let (kind, count, content) = match value {
            Val::Ascii(text) => (2, text.len() as u32 + 1, [text.as_bytes(), b"\0"].concat()),
            Val::Text(text) => (2, text.len() as u32 + 1, [text.as_bytes(), b"\0"].concat()),
            Val::Byte(bytes) => (1, bytes.len() as u32, bytes.clone()),
            Val::Short(n) => (3, 1, order.u16(*n).to_vec()),
            Val::Long(n) => (4, 1, order.u32(*n).to_vec()),
            Val::Ratio(parts) => {
                let bytes = parts.iter().flat_map(|&(n, d)| [order.u32(n), order.u32(d)]).flatten();
                (5, parts.len() as u32, bytes.collect())
            }
            Val::Bytes(bytes) => (7, bytes.len() as u32, bytes.clone()),
            Val::Note(make) => {
                let note = make(end, order);
                (7, note.len() as u32, note)
            }
            Val::Table(_) => (4, 1, order.u32(end as u32).to_vec()),
        };
        self.bytes[at..at + 2].copy_from_slice(&order.u16(tag));
        self.bytes[at + 2..at + 4].copy_from_slice(&order.u16(kind));
        self.bytes[at + 4..at + 8].copy_from_slice(&order.u32(count));
        let range = if content.len() <= 4 {
            self.bytes[at + 8..at + 8 + content.len()].copy_from_slice(&content);
            at + 8..at + 8 + content.len()
        } else {
            self.bytes[at + 8..at + 12].copy_from_slice(&order.u32(end as u32));
            self.bytes.extend(&content);
            end..end + content.len()
        };
        self.places.insert(tag, (at, range));
        if let Val::Table(entries) = value {
            self.table(entries.clone());
        }
    }

    /// The bytes of a tag's value, in a block in which nothing moved.
    pub(crate) fn value<'a>(&self, tag: u16, block: &'a [u8]) -> &'a [u8] {
        &block[self.places[&tag].1.clone()]
    }
}

pub(crate) const SERIAL: &str = "012345678901";
pub(crate) const LENS_SERIAL: &str = "XK93720";
pub(crate) const INTERNAL_SERIAL: &str = "JD0417728";
pub(crate) const THUMBNAIL: &[u8] = b"\xFF\xD8 who was cropped out \xFF\xD9";
/// 41° 48' 30", 126° 54' 36": decimal 41.8083, 126.9100.
pub(crate) const LATITUDE: [(u32, u32); 3] = [(41, 1), (48, 1), (3000, 100)];
pub(crate) const LONGITUDE: [(u32, u32); 3] = [(126, 1), (54, 1), (3600, 100)];

/// A table at `at` whose offsets count from `at - base`, its values behind it.
fn note_table(at: usize, order: Order, entries: &[(u16, u16, &[u8])]) -> Vec<u8> {
    let mut table = order.u16(entries.len() as u16).to_vec();
    let mut values = Vec::new();
    let end = at + 2 + entries.len() * 12 + 4;
    for (tag, kind, value) in entries {
        let size = if *kind == 4 { 4 } else { 1 };
        table.extend(order.u16(*tag));
        table.extend(order.u16(*kind));
        table.extend(order.u32((value.len() / size) as u32));
        if value.len() <= 4 {
            table.extend(value.iter().copied().chain([0; 4]).take(4));
        } else {
            table.extend(order.u32((end + values.len()) as u32));
            values.extend(*value);
            values.resize(values.len().next_multiple_of(2), 0);
        }
    }
    [table, vec![0; 4], values].concat()
}

/// Canon: no header, offsets from the TIFF header; ends with a copy of the body's serial.
pub(crate) fn canon(at: usize, order: Order) -> Vec<u8> {
    let entries: [(u16, u16, &[u8]); 5] = [
        (0x0006, 2, b"Canon EOS R5\0"),
        (0x0007, 2, b"Firmware Version 1.8.1\0"),
        (0x000C, 4, &order.u32(3_141_592_653)),
        (0x0096, 2, b"JD0417728\0\0\0\0\0\0\0"),
        (0x4099, 7, b"lens XK93720 end"),
    ];
    note_table(at, order, &entries)
}

/// Nikon: a TIFF header of its own, big-endian whatever the block is.
pub(crate) fn nikon(_: usize, _: Order) -> Vec<u8> {
    let entries: [(u16, u16, &[u8]); 4] = [
        (0x0004, 2, b"FINE   \0"),
        (0x001D, 2, b"JD0417728\0"),
        (0x0091, 7, b"0238 enciphered"),
        (0x00A7, 4, &[0, 1, 2, 3]),
    ];
    let table = note_table(8, Order::Big, &entries);
    [&b"Nikon\0\x02\x10\0\0MM\0\x2A\0\0\0\x08"[..], &table].concat()
}

/// Fujifilm: little-endian, offsets from the note.
pub(crate) fn fujifilm(_: usize, _: Order) -> Vec<u8> {
    let entries: [(u16, u16, &[u8]); 2] = [(0x0000, 7, b"0130"), (0x0010, 2, b"JD0417728\0")];
    [&b"FUJIFILM\x0C\0\0\0"[..], &note_table(12, Order::Little, &entries)].concat()
}

/// Olympus, the newer kind: the serials are in a further table.
pub(crate) fn olympus(_: usize, _: Order) -> Vec<u8> {
    let first = note_table(12, Order::Little, &[(0x2010, 4, &30u32.to_le_bytes())]);
    let entries: [(u16, u16, &[u8]); 2] = [(0x0101, 2, b"JD0417728\0"), (0x0203, 2, b"M.ZUIKO\0")];
    let second = note_table(30, Order::Little, &entries);
    [&b"OLYMPUS\0II\x03\0"[..], &first, &second].concat()
}

/// Canon: where a preview lies and how long it is, with the words counted twice as often as there
/// are, as the last of the note.
pub(crate) fn canon_preview(at: usize, order: Order) -> Vec<u8> {
    let place = [24, 2, 380_376, 1536, 1024, 2_449_912].map(|n| order.u32(n)).concat();
    let mut note = note_table(at, order, &[(0x00B6, 4, &place)]);
    note[6..10].copy_from_slice(&order.u32(12));
    note
}

/// Olympus: a preview to which a further table points.
pub(crate) fn olympus_preview(_: usize, _: Order) -> Vec<u8> {
    let first = note_table(12, Order::Little, &[(0x2020, 4, &30u32.to_le_bytes())]);
    let length = (THUMBNAIL.len() as u32).to_le_bytes();
    let entries: [(u16, u16, &[u8]); 2] = [(0x0101, 4, &60u32.to_le_bytes()), (0x0102, 4, &length)];
    let second = note_table(30, Order::Little, &entries);
    [&b"OLYMPUS\0II\x03\0"[..], &first, &second, THUMBNAIL].concat()
}

/// Pentax: a preview to which two entries point, from the TIFF header.
pub(crate) fn pentax_preview(at: usize, order: Order) -> Vec<u8> {
    let (start, length) = (order.u32(at as u32 + 36), order.u32(THUMBNAIL.len() as u32));
    let entries: [(u16, u16, &[u8]); 2] = [(0x0003, 4, &length), (0x0004, 4, &start)];
    let name = match order {
        Order::Little => b"AOC\0II",
        Order::Big => b"AOC\0MM",
    };
    [&name[..], &note_table(at + 6, order, &entries), THUMBNAIL].concat()
}

/// Panasonic: offsets from the TIFF header.
pub(crate) fn panasonic(at: usize, order: Order) -> Vec<u8> {
    let entries: [(u16, u16, &[u8]); 2] = [(0x0025, 7, b"JD0417728\0"), (0x006D, 7, b"Linjiang\0")];
    [&b"Panasonic\0\0\0"[..], &note_table(at + 12, order, &entries)].concat()
}

/// A maker that longlens does not know.
pub(crate) fn unknown(_: usize, _: Order) -> Vec<u8> {
    b"WHO-KNOWS\0JD0417728 and 41.808333".to_vec()
}

/// A block with everything in it.
pub(crate) fn full(order: Order, make: &'static str, note: Note) -> Exif {
    let gps = vec![
        (1, Val::Ascii("N")),
        (2, Val::Ratio(LATITUDE.to_vec())),
        (3, Val::Ascii("E")),
        (4, Val::Ratio(LONGITUDE.to_vec())),
        (0x1D, Val::Ascii("2024:02:28")),
    ];
    let exif = vec![
        (0x829A, Val::Ratio(vec![(10, 5000)])),
        (0x829D, Val::Ratio(vec![(56, 10)])),
        (0x8827, Val::Short(400)),
        (0x9003, Val::Ascii("2024:02:28 14:03:22")),
        (0x920A, Val::Ratio(vec![(600, 1)])),
        (0x927C, Val::Note(note)),
        (0x9286, Val::Bytes(b"ASCII\0\0\0a remark".to_vec())),
        (0xA002, Val::Short(6000)),
        (0xA003, Val::Short(4000)),
        (0xA420, Val::Ascii("id-012345678901-7")),
        (0xA430, Val::Ascii("Someone Else")),
        (0xA431, Val::Ascii(SERIAL)),
        (0xA434, Val::Ascii("RF600mm F4 L IS USM")),
        (0xA435, Val::Ascii(LENS_SERIAL)),
    ];
    let picture = vec![
        (0x010E, Val::Ascii("Rows of uniform houses")),
        (0x010F, Val::Ascii(make)),
        (0x0110, Val::Ascii("EOS R5")),
        (0x0112, Val::Short(6)),
        (0x0131, Val::Ascii("Firmware 1.8.1")),
        (0x013B, Val::Ascii("Pedro Pardo")),
        (0x8298, Val::Ascii("AFP")),
        (0x8769, Val::Table(exif)),
        (0x8825, Val::Table(gps)),
    ];
    Exif::new(order, picture, THUMBNAIL)
}

/// One dataset of IPTC-IIM.
pub(crate) fn dataset(record: u8, number: u8, content: &[u8]) -> Vec<u8> {
    let head = [0x1C, record, number];
    [&head[..], &(content.len() as u16).to_be_bytes(), content].concat()
}

/// One of Photoshop's resources.
pub(crate) fn resource(number: u16, content: &[u8]) -> Vec<u8> {
    let mut bytes = [&b"8BIM"[..], &number.to_be_bytes(), &[0, 0]].concat();
    bytes.extend((content.len() as u32).to_be_bytes());
    bytes.extend(content);
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes
}

/// Photoshop's resources with an IPTC-IIM block, a digest and a thumbnail.
pub(crate) fn photoshop() -> Vec<u8> {
    let iim = [
        dataset(1, 90, b"\x1B%G"),
        dataset(2, 0, &[0, 4]),
        dataset(2, 25, b"river"),
        dataset(2, 25, b"geo:lat=41.8083"),
        dataset(2, 90, "Chunggang".as_bytes()),
        dataset(2, 101, "North Korea".as_bytes()),
    ];
    let version = [0, 72, 0, 0, 0, 1, 0, 1];
    [
        resource(0x03ED, &version),
        resource(0x0404, &iim.concat()),
        resource(0x0409, b"thumbnail"),
        resource(0x0425, &md5::compute(iim.concat()).0),
    ]
    .concat()
}

/// An XMP packet with properties written in every way, and with what has to go.
pub(crate) const XMP: &str = r#"<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <r:Description r:about="uuid:7"
    xmlns:exif="http://ns.adobe.com/exif/1.0/"
    xmlns:tiff="http://ns.adobe.com/tiff/1.0/"
    xmlns:ps="http://ns.adobe.com/photoshop/1.0/"
    xmlns:aux='http://ns.adobe.com/exif/1.0/aux/'
    xmlns:own="http://example.org/own/"
    exif:GPSLatitude="41,48.5N" exif:GPSLongitude="126,54.6E"
    tiff:Orientation="6" exif:PixelXDimension="6000"
    aux:SerialNumber='012345678901' aux:Lens="RF600"
    own:Kept="&lt;a&gt; &#x22;b&#x22;"
    ps:City="Chunggang &amp; more" ps:DateCreated="2024-02-28T14:03:22+09:00">
   <dc:description xmlns:dc="http://purl.org/dc/elements/1.1/">
    <r:Alt><r:li xml:lang="de">Häuser</r:li><r:li xml:lang="x-default">Houses</r:li></r:Alt>
   </dc:description>
   <dc:subject xmlns:dc="http://purl.org/dc/elements/1.1/">
    <r:Bag><r:li>river</r:li><r:li>geo:lon=126.9100</r:li></r:Bag>
   </dc:subject>
   <ext:LocationCreated xmlns:ext="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
    <r:Bag><r:li r:parseType="Resource"><ext:City>Linjiang</ext:City></r:li></r:Bag>
   </ext:LocationCreated>
   <ext:LocationShown xmlns:ext="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
    <r:Bag><r:li r:parseType="Resource"><ext:City>Chunggang</ext:City>
     <ext:CountryName>North Korea</ext:CountryName></r:li></r:Bag>
   </ext:LocationShown>
   <hdrgm:Version xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/">1.0</hdrgm:Version>
   <!-- a remark -->
  </r:Description>
 </r:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"#;

/// A JPEG of these blocks and of any samples.
pub(crate) fn jpeg(blocks: &longlens::metadata::Blocks) -> Vec<u8> {
    let mut file = vec![0xFF, 0xD8];
    let mut segment = |marker: u8, head: &[u8], content: Option<&[u8]>| {
        if let Some(content) = content {
            file.extend([0xFF, marker]);
            file.extend(((2 + head.len() + content.len()) as u16).to_be_bytes());
            file.extend(head);
            file.extend(content);
        }
    };
    segment(0xE1, b"Exif\0\0", blocks.exif.as_deref());
    segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0", blocks.xmp.as_deref());
    segment(0xED, b"Photoshop 3.0\0", blocks.photoshop.as_deref());
    segment(0xFE, b"", blocks.comment.as_deref());
    // 8 by 8 grey pixels: one quantisation table of ones, one code of one bit for DC and for AC.
    segment(0xDB, &[0], Some(&[1; 64]));
    segment(0xC0, &[8, 0, 8, 0, 8, 1], Some(&[1, 0x11, 0]));
    for class in [0x00, 0x10] {
        let lengths = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        segment(0xC4, &[class], Some(&lengths));
    }
    segment(0xDA, &[1, 1, 0], Some(&[0, 63, 0]));
    file.extend([0x3F, 0xFF, 0xD9]);
    file
}

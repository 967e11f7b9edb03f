//! Cameras' RAW files made byte by byte: their layout, and a JPEG, but no samples of a sensor.

/// The value of an entry: its kind, and its items in little-endian bytes.
pub(crate) type Value = (u16, u32, Vec<u8>);

pub(crate) fn longs(numbers: &[u32]) -> Value {
    let bytes = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    (4, numbers.len() as u32, bytes)
}

pub(crate) fn shorts(numbers: &[u16]) -> Value {
    let bytes = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    (3, numbers.len() as u32, bytes)
}

pub(crate) fn text(text: &str) -> Value {
    (2, text.len() as u32 + 1, [text.as_bytes(), b"\0"].concat())
}

/// A little-endian TIFF in the making: values and tables one behind the other.
pub(crate) struct Tiff(Vec<u8>);

impl Tiff {
    pub(crate) fn new() -> Self {
        Self(b"II*\0\0\0\0\0".to_vec())
    }

    pub(crate) fn append(&mut self, bytes: &[u8]) -> u32 {
        self.0.resize(self.0.len().next_multiple_of(2), 0);
        self.0.extend(bytes);
        (self.0.len() - bytes.len()) as u32
    }

    /// Appends a table; where it is.
    pub(crate) fn table(&mut self, mut entries: Vec<(u16, Value)>) -> u32 {
        entries.sort_by_key(|(tag, _)| *tag);
        let mut table = (entries.len() as u16).to_le_bytes().to_vec();
        for (tag, (kind, count, bytes)) in entries {
            table.extend(tag.to_le_bytes());
            table.extend(kind.to_le_bytes());
            table.extend(count.to_le_bytes());
            let mut value = bytes;
            if value.len() > 4 {
                value = self.append(&value).to_le_bytes().to_vec();
            }
            value.resize(4, 0);
            table.extend(value);
        }
        table.extend([0; 4]);
        self.append(&table)
    }

    pub(crate) fn finish(mut self, first: u32) -> Vec<u8> {
        self.0[4..8].copy_from_slice(&first.to_le_bytes());
        self.0
    }
}

/// What a RAW file says.
pub(crate) struct Camera<'a> {
    pub(crate) jpeg: &'a [u8],
    /// The sensor's width; its height is two thirds of it.
    pub(crate) width: u32,
    pub(crate) orientation: u32,
    pub(crate) taken: &'a str,
    /// 1 is sRGB, 65535 another space.
    pub(crate) colours: u32,
    pub(crate) xmp: &'a str,
}

impl<'a> Camera<'a> {
    pub(crate) fn new(jpeg: &'a [u8], width: u32) -> Self {
        let taken = "2024:02:28 14:03:22";
        Self { jpeg, width, orientation: 1, taken, colours: 1, xmp: "" }
    }

    fn exif(&self, tiff: &mut Tiff) -> u32 {
        tiff.table(vec![
            (36_867, text(self.taken)),
            (40_961, longs(&[self.colours])),
            (42_033, text("SERIAL-4711")),
        ])
    }

    /// A Nikon's or another TIFF-like file: the preview in a smaller table, the mosaic in another.
    pub(crate) fn nef(&self) -> Vec<u8> {
        let mut tiff = Tiff::new();
        let jpeg = tiff.append(self.jpeg);
        let preview = tiff.table(vec![
            (259, longs(&[6])),
            (513, longs(&[jpeg])),
            (514, longs(&[self.jpeg.len() as u32])),
        ]);
        let samples = tiff.append(&[7; 64]);
        let mosaic = tiff.table(vec![
            (256, longs(&[self.width])),
            (257, longs(&[self.width * 2 / 3])),
            (259, longs(&[34_713])),
            (262, longs(&[32_803])),
            (273, longs(&[samples])),
            (279, longs(&[64])),
        ]);
        let exif = self.exif(&mut tiff);
        let position = [longs(&[41, 1, 48, 1, 30, 1]), longs(&[126, 1, 47, 1, 30, 1])]
            .map(|(_, _, bytes)| (5, 3, bytes));
        let [north, east] = position;
        let gps = tiff.table(vec![(1, text("N")), (2, north), (3, text("E")), (4, east)]);
        let mut entries = vec![
            (254, longs(&[1])),
            (256, longs(&[160])),
            (257, longs(&[120])),
            (271, text("NIKON CORPORATION")),
            (272, text("NIKON D7100")),
            (274, longs(&[self.orientation])),
            (330, longs(&[preview, mosaic])),
            (34_665, longs(&[exif])),
            (34_853, longs(&[gps])),
        ];
        if !self.xmp.is_empty() {
            entries.push((700, (1, self.xmp.len() as u32, self.xmp.as_bytes().to_vec())));
        }
        let first = tiff.table(entries);
        tiff.finish(first)
    }

    /// A Canon CR3: tables in boxes, the JPEG as the sample of a track behind them.
    pub(crate) fn cr3(&self) -> Vec<u8> {
        let table = |fill: &dyn Fn(&mut Tiff) -> u32| {
            let mut tiff = Tiff::new();
            let first = fill(&mut tiff);
            tiff.finish(first)
        };
        let image = table(&|tiff| {
            tiff.table(vec![
                (256, longs(&[self.width])),
                (257, longs(&[self.width * 2 / 3])),
                (271, text("Canon")),
                (272, text("Canon EOS R6")),
                (274, longs(&[self.orientation])),
            ])
        });
        let exif = table(&|tiff| self.exif(tiff));
        let canon = b"\x85\xC0\xB6\x87\x82\x0F\x11\xE0\x81\x11\xF4\xCE\x46\x2B\x6A\x48".to_vec();
        let canon = [canon, part(b"CMT1", &image), part(b"CMT2", &exif)].concat();
        let film = |place: u64| {
            let sizes = [&[0; 4][..], &(self.jpeg.len() as u32).to_be_bytes(), &[0, 0, 0, 1]];
            let places = [&[0, 0, 0, 0, 0, 0, 0, 1][..], &place.to_be_bytes()].concat();
            let table = [part(b"stsz", &sizes.concat()), part(b"co64", &places)].concat();
            let track = part(b"mdia", &part(b"minf", &part(b"stbl", &table)));
            part(b"moov", &[part(b"uuid", &canon), part(b"trak", &track)].concat())
        };
        let start = part(b"ftyp", b"crx \0\0\0\x01crx isom");
        let place = start.len() + film(0).len() + 8;
        [start, film(place as u64), part(b"mdat", self.jpeg)].concat()
    }

    /// A Fujifilm RAF, whose JPEG says all by itself.
    pub(crate) fn raf(&self) -> Vec<u8> {
        let mut file = b"FUJIFILMCCD-RAW 0201".to_vec();
        let records: [&[u8]; 3] = [
            &[0, 0, 0, 1, 1, 0, 0, 4],
            &(self.width as u16 * 2 / 3).to_be_bytes(),
            &(self.width as u16).to_be_bytes(),
        ];
        let records = records.concat();
        file.resize(84, 0);
        let places = [160, self.jpeg.len(), 120, records.len()];
        file.extend(places.iter().flat_map(|&number| (number as u32).to_be_bytes()));
        file.resize(120, 0);
        file.extend(records);
        file.resize(160, 0);
        [file, self.jpeg.to_vec()].concat()
    }

    /// A Canon CRW: one heap of records.
    pub(crate) fn crw(&self) -> Vec<u8> {
        let make = b"Canon\0Canon EOS D30\0";
        let turned = if self.orientation == 6 { 90_u32 } else { 0 };
        let size = [self.width, self.width * 2 / 3, 0, turned];
        let size: Vec<u8> = size.iter().flat_map(|number| number.to_le_bytes()).collect();
        let (mut heap, mut entries) = (Vec::new(), Vec::new());
        for (tag, value) in [(0x2007_u16, self.jpeg), (0x080A, make), (0x1810, &size)] {
            entries.extend(tag.to_le_bytes());
            entries.extend((value.len() as u32).to_le_bytes());
            entries.extend((heap.len() as u32).to_le_bytes());
            heap.extend(value);
        }
        let table = (heap.len() as u32).to_le_bytes();
        let file =
            [&b"II\x1A\0\0\0HEAPCCDR\x02\0\x01\0\0\0\0\0\0\0\0\0"[..], &heap, &[3, 0], &entries];
        [&file.concat()[..], &table].concat()
    }
}

/// A box of the ISO base media format.
fn part(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [&(content.len() as u32 + 8).to_be_bytes()[..], kind, content].concat()
}

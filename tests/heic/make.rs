//! HEIC files made byte by byte. Their HEVC has every sample as it is (PCM), so that what comes out of a
//! decoder is known (ITU-T H.265; ISO/IEC 23008-12 for the boxes).

/// Samples on the side of a coding block; a coded picture is two by two of them.
const BLOCK: usize = 32;
/// Pixels on the side of a coded picture.
pub(crate) const SIDE: usize = 2 * BLOCK;

/// Bits, the highest of a byte first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    count: usize,
}

impl Bits {
    fn put(&mut self, number: u64, bits: usize) {
        for i in (0..bits).rev() {
            if self.count.is_multiple_of(8) {
                self.bytes.push(0);
            }
            *self.bytes.last_mut().unwrap() |= ((number >> i & 1) as u8) << (7 - self.count % 8);
            self.count += 1;
        }
    }

    /// Numbers in Exp-Golomb code.
    fn golomb(&mut self, numbers: &[u64]) {
        for number in numbers {
            let bits = 64 - (number + 1).leading_zeros() as usize;
            self.put(number + 1, 2 * bits - 1);
        }
    }

    /// A one, and zeros up to the next byte.
    fn close(&mut self) {
        self.put(1, 1);
        self.align();
    }

    fn align(&mut self) {
        self.count = self.count.next_multiple_of(8);
    }

    /// As a unit: behind its head, and with nothing in it that looks like the start of another.
    fn unit(self, kind: u8) -> Vec<u8> {
        let (mut unit, mut zeros) = (vec![kind << 1, 1], 0);
        for byte in self.bytes {
            if zeros >= 2 && byte <= 3 {
                unit.push(3);
                zeros = 0;
            }
            zeros = if byte == 0 { zeros + 1 } else { 0 };
            unit.push(byte);
        }
        unit
    }
}

/// The arithmetic coder (9.3.4), for bins that are certain or as likely as they have been.
struct Coder {
    low: u32,
    range: u32,
    is_first: bool,
    outstanding: usize,
}

impl Coder {
    fn new() -> Self {
        Self { low: 0, range: 510, is_first: true, outstanding: 0 }
    }

    fn bit(&mut self, bits: &mut Bits, bit: u64) {
        if !std::mem::take(&mut self.is_first) {
            bits.put(bit, 1);
        }
        (0..std::mem::take(&mut self.outstanding)).for_each(|_| bits.put(1 - bit, 1));
    }

    fn normalise(&mut self, bits: &mut Bits) {
        while self.range < 256 {
            match self.low {
                ..256 => self.bit(bits, 0),
                512.. => {
                    self.low -= 512;
                    self.bit(bits, 1);
                }
                _ => {
                    self.low -= 256;
                    self.outstanding += 1;
                }
            }
            self.range <<= 1;
            self.low <<= 1;
        }
    }

    /// The more likely bin of a context that has seen it `seen` times.
    fn likely(&mut self, bits: &mut Bits, seen: usize) {
        /// What is left for the other bin (table 9-46), the first rows.
        const OTHER: [[u32; 4]; 4] = [
            [128, 176, 208, 240],
            [128, 167, 197, 227],
            [128, 158, 187, 216],
            [123, 150, 178, 205],
        ];
        self.range -= OTHER[seen][(self.range >> 6 & 3) as usize];
        self.normalise(bits);
    }

    /// Whether something ends here.
    fn end(&mut self, bits: &mut Bits, ends: bool) {
        self.range -= 2;
        if ends {
            self.low += self.range;
            self.range = 2;
            self.normalise(bits);
            self.bit(bits, u64::from(self.low >> 9 & 1));
            bits.put(u64::from(self.low >> 7 & 3 | 1), 2);
        } else {
            self.normalise(bits);
        }
    }
}

/// A coded picture: luma and both colours at a pixel.
pub(crate) struct Coded<'a> {
    pub(crate) samples: &'a dyn Fn(usize, usize) -> [u8; 3],
    /// What the stream says of its range and matrix; `None` for nothing.
    pub(crate) colours: Option<(bool, u8)>,
}

impl Coded<'_> {
    fn sequence(&self) -> Vec<u8> {
        let mut bits = Bits::default();
        bits.put(1, 8);
        // Profile of stills, level 1.
        bits.put(3, 8);
        bits.put(0x1000_0000, 32);
        bits.put(0, 48);
        bits.put(30, 8);
        bits.golomb(&[0, 1, SIDE as u64, SIDE as u64]);
        bits.put(0, 1);
        bits.golomb(&[0, 0, 0]);
        bits.put(1, 1);
        bits.golomb(&[0, 0, 0]);
        // Blocks of 32, transforms of 4 to 32.
        bits.golomb(&[2, 0, 0, 3, 0, 0]);
        bits.put(0, 3);
        // Samples as they are, of 8 bits, in blocks of 32.
        bits.put(1, 1);
        bits.put(0x77, 8);
        bits.golomb(&[2, 0]);
        bits.put(1, 1);
        bits.golomb(&[0]);
        bits.put(0, 3);
        match self.colours {
            None => bits.put(0, 1),
            Some((is_full, matrix)) => {
                bits.put(0b1001, 4);
                bits.put(5, 3);
                bits.put(u64::from(is_full) << 1 | 1, 2);
                [1, 13, matrix].iter().for_each(|&number| bits.put(u64::from(number), 8));
                bits.put(0, 7);
            }
        }
        bits.put(0, 1);
        bits.close();
        bits.unit(33)
    }

    fn picture_set() -> Vec<u8> {
        let mut bits = Bits::default();
        bits.golomb(&[0, 0]);
        bits.put(0, 7);
        bits.golomb(&[0, 0, 0]);
        bits.put(0, 3);
        bits.golomb(&[0, 0]);
        bits.put(0, 7);
        // No deblocking.
        bits.put(0b101, 3);
        bits.put(0, 2);
        bits.golomb(&[0]);
        bits.put(0, 2);
        bits.close();
        bits.unit(34)
    }

    fn slice(&self) -> Vec<u8> {
        let mut bits = Bits::default();
        bits.put(0b10, 2);
        bits.golomb(&[0, 2, 0]);
        bits.close();
        let mut coder = Coder::new();
        for block in 0..4 {
            coder.likely(&mut bits, block);
            coder.end(&mut bits, true);
            bits.align();
            let (left, top) = (block % 2 * BLOCK, block / 2 * BLOCK);
            for (channel, step) in [(0, 1), (1, 2), (2, 2)] {
                for y in (0..BLOCK).step_by(step) {
                    for x in (0..BLOCK).step_by(step) {
                        let sample = (self.samples)(left + x, top + y)[channel];
                        bits.put(sample.into(), 8);
                    }
                }
            }
            coder = Coder::new();
            coder.end(&mut bits, block == 3);
        }
        bits.align();
        bits.unit(20)
    }

    /// Its parameters in a box (ISO/IEC 14496-15).
    fn config(&self) -> Vec<u8> {
        let mut config = vec![1, 3, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 30, 0xF0, 0, 0xFC, 0xFD];
        config.extend([0xF8, 0xF8, 0, 0, 0x0F, 2]);
        for (kind, unit) in [(33, self.sequence()), (34, Self::picture_set())] {
            config.extend([0x80 | kind, 0, 1]);
            config.extend((unit.len() as u16).to_be_bytes());
            config.extend(unit);
        }
        part(b"hvcC", &config)
    }
}

/// What a file consists of.
pub(crate) struct Heic<'a> {
    /// One coded picture, or the tiles of a grid of two columns.
    pub(crate) tiles: Vec<Coded<'a>>,
    /// Width and height that is shown of them.
    pub(crate) size: (u32, u32),
    /// Quarter turns against the clock.
    pub(crate) turned: u8,
    /// A profile, or range and matrix, in a box of their own.
    pub(crate) profile: Option<&'a [u8]>,
    pub(crate) exif: Option<&'a [u8]>,
    pub(crate) xmp: Option<&'a str>,
    /// Whether there are a depth map and a film.
    pub(crate) has_parts: bool,
}

impl<'a> Heic<'a> {
    pub(crate) fn of(coded: Coded<'a>) -> Self {
        Self {
            tiles: vec![coded],
            size: (SIDE as u32, SIDE as u32),
            turned: 0,
            profile: None,
            exif: None,
            xmp: None,
            has_parts: false,
        }
    }

    pub(crate) fn file(&self) -> Vec<u8> {
        // Properties, which of them (from 1) each item has, what kind each item is, and its bytes.
        let (mut properties, mut items) = (Vec::new(), Vec::<Item>::new());
        let mut property = |bytes: Vec<u8>| {
            properties.push(bytes);
            properties.len() as u8
        };
        let extent = |(width, height): (u32, u32)| {
            let size = [[0; 4], width.to_be_bytes(), height.to_be_bytes()];
            part(b"ispe", size.as_flattened())
        };
        let coded_extent = property(extent((SIDE as u32, SIDE as u32)));
        let is_grid = self.tiles.len() > 1;
        for coded in &self.tiles {
            let slice = coded.slice();
            let data = [&(slice.len() as u32).to_be_bytes()[..], &slice].concat();
            items.push(Item::new(b"hvc1", vec![property(coded.config()), coded_extent], data));
        }
        let mut references = Vec::new();
        if is_grid {
            let rows = self.tiles.len() / 2 - 1;
            let size = [self.size.0 as u16, self.size.1 as u16].map(u16::to_be_bytes);
            let data = [&[0, 0, rows as u8, 1][..], size.as_flattened()].concat();
            items.push(Item::new(b"grid", vec![property(extent(self.size))], data));
            let tiles: Vec<u16> = (1..=self.tiles.len() as u16).collect();
            references.push(reference(b"dimg", items.len() as u16, &tiles));
        }
        let photograph = items.len() as u16;
        let own = &mut items[usize::from(photograph) - 1].properties;
        if let Some(profile) = self.profile {
            own.push(property(part(b"colr", &[b"prof", profile].concat())));
        }
        if self.turned > 0 {
            own.push(property(part(b"irot", &[self.turned])));
        }
        if let Some(exif) = self.exif {
            items.push(Item::new(
                b"Exif",
                vec![],
                [&[0, 0, 0, 6], &b"Exif\0\0"[..], exif].concat(),
            ));
            references.push(reference(b"cdsc", items.len() as u16, &[photograph]));
        }
        if let Some(xmp) = self.xmp {
            items.push(Item::new(b"mime", vec![], xmp.as_bytes().to_vec()));
            references.push(reference(b"cdsc", items.len() as u16, &[photograph]));
        }
        if self.has_parts {
            let (properties, data) = (items[0].properties.clone(), items[0].data.clone());
            let urn = b"\0\0\0\0urn:mpeg:hevc:2015:auxid:2\0";
            let kind = property(part(b"auxC", urn));
            items.push(Item::new(b"hvc1", [properties, vec![kind]].concat(), data));
            references.push(reference(b"auxl", items.len() as u16, &[photograph]));
        }
        let film = if self.has_parts { part(b"moov", &[0; 8]) } else { Vec::new() };
        let start = part(b"ftyp", b"heic\0\0\0\0mif1heic");
        let meta = |place: usize| meta(&properties, &items, &references, photograph, place);
        let place = start.len() + meta(0).len() + 8;
        let data: Vec<u8> = items.iter().flat_map(|item| item.data.clone()).collect();
        [start, meta(place), part(b"mdat", &data), film].concat()
    }
}

struct Item {
    kind: [u8; 4],
    properties: Vec<u8>,
    data: Vec<u8>,
}

impl Item {
    fn new(kind: &[u8; 4], properties: Vec<u8>, data: Vec<u8>) -> Self {
        Self { kind: *kind, properties, data }
    }
}

fn meta(
    properties: &[Vec<u8>],
    items: &[Item],
    references: &[Vec<u8>],
    photograph: u16,
    place: usize,
) -> Vec<u8> {
    let count = (items.len() as u16).to_be_bytes();
    let (mut infos, mut places, mut uses) = (vec![0; 4], vec![0, 0, 0, 0, 0x44, 0], vec![0; 4]);
    infos.extend(count);
    places.extend(count);
    uses.extend(
        (items.iter().filter(|item| !item.properties.is_empty()).count() as u32).to_be_bytes(),
    );
    let mut at = place;
    for (i, item) in items.iter().enumerate() {
        let id = (i as u16 + 1).to_be_bytes();
        let kind: &[u8] =
            if item.kind == *b"mime" { b"mime\0application/rdf+xml\0" } else { &item.kind };
        let kind = if item.kind == *b"mime" { kind.to_vec() } else { [kind, b"\0"].concat() };
        infos.extend(part(b"infe", &[&[2, 0, 0, 0][..], &id, &[0, 0], &kind].concat()));
        places.extend(id);
        places.extend([0, 0, 0, 1]);
        places.extend((at as u32).to_be_bytes());
        places.extend((item.data.len() as u32).to_be_bytes());
        at += item.data.len();
        if !item.properties.is_empty() {
            uses.extend(id);
            uses.push(item.properties.len() as u8);
            uses.extend(&item.properties);
        }
    }
    let handler = part(b"hdlr", &[&[0; 8][..], b"pict", &[0; 13]].concat());
    let primary = part(b"pitm", &[&[0; 4][..], &photograph.to_be_bytes()].concat());
    let properties =
        part(b"iprp", &[part(b"ipco", &properties.concat()), part(b"ipma", &uses)].concat());
    let references = part(b"iref", &[&[0; 4][..], &references.concat()].concat());
    let all =
        [handler, primary, part(b"iloc", &places), part(b"iinf", &infos), properties, references];
    part(b"meta", &[&[0; 4][..], &all.concat()].concat())
}

fn reference(kind: &[u8; 4], from: u16, to: &[u16]) -> Vec<u8> {
    let to: Vec<u8> = to.iter().flat_map(|id| id.to_be_bytes()).collect();
    let count = (to.len() as u16 / 2).to_be_bytes();
    part(kind, &[&from.to_be_bytes()[..], &count, &to].concat())
}

fn part(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [&(content.len() as u32 + 8).to_be_bytes()[..], kind, content].concat()
}

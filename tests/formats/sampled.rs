//! JPEGs as few programs write them: sampling, scans, names and inks of every lawful kind, and coded
//! data that does not come out even. The files are written here, block by block, each of one colour.

use longlens::error::{ErrorKind, Warning};
use longlens::frame::Size;

use super::make::{bytes_of, open, open_damaged};

/// One component: its name and its sampling factors.
#[derive(Clone, Copy)]
struct Component(u8, u8, u8);

/// A sequential JPEG whose blocks have one level each.
struct Jpeg {
    size: Size,
    components: Vec<Component>,
    /// The components of each scan.
    scans: Vec<Vec<usize>>,
    /// The transform of Adobe's marker.
    adobe: Option<u8>,
    /// The level of a block by component, column and row.
    level: fn(usize, u32, u32) -> i32,
    /// Bytes behind the coded data of the last scan.
    left: Vec<u8>,
}

/// Coded bits.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    word: u32,
    count: u32,
}

impl Bits {
    fn put(&mut self, value: u32, count: u32) {
        for bit in (0..count).rev() {
            self.word = self.word << 1 | value >> bit & 1;
            self.count += 1;
            if self.count == 8 {
                self.bytes.push(self.word as u8);
                if self.word as u8 == 0xFF {
                    self.bytes.push(0);
                }
                (self.word, self.count) = (0, 0);
            }
        }
    }

    /// A block of this difference to the level before: category, number, end of block.
    fn block(&mut self, difference: i32) {
        let category = 32 - difference.unsigned_abs().leading_zeros();
        let number = if difference < 0 { difference - 1 } else { difference } as u32;
        self.put(category, 4);
        self.put(number & ((1 << category) - 1), category);
        self.put(0, 1);
    }

    fn finish(mut self) -> Vec<u8> {
        while self.count > 0 {
            self.put(1, 1);
        }
        self.bytes
    }
}

impl Jpeg {
    fn colour(components: [Component; 3]) -> Self {
        Self {
            size: Size::new(48, 32),
            components: components.to_vec(),
            scans: vec![vec![0, 1, 2]],
            adobe: None,
            level: |component, x, y| 70 + 25 * (x + 2 * y) as i32 % 80 + 10 * component as i32,
            left: Vec::new(),
        }
    }

    fn most(&self) -> (u32, u32) {
        let most =
            |f: fn(&Component) -> u8| u32::from(self.components.iter().map(f).max().unwrap());
        (most(|c| c.1), most(|c| c.2))
    }

    fn scan(&self, members: &[usize]) -> Vec<u8> {
        let (most_across, most_down) = self.most();
        let Size { width, height } = self.size;
        let (mut bits, mut before) = (Bits::default(), vec![128; self.components.len()]);
        let mut put = |member: usize, x, y| {
            let level = (self.level)(member, x, y);
            bits.block(level - before[member]);
            before[member] = level;
        };
        if let [alone] = *members {
            let Component(_, across, down) = self.components[alone];
            let columns = (width * u32::from(across)).div_ceil(most_across).div_ceil(8);
            let rows = (height * u32::from(down)).div_ceil(most_down).div_ceil(8);
            (0..rows).for_each(|y| (0..columns).for_each(|x| put(alone, x, y)));
        } else {
            for y in 0..height.div_ceil(8 * most_down) {
                for x in 0..width.div_ceil(8 * most_across) {
                    for &member in members {
                        let Component(_, across, down) = self.components[member];
                        let (across, down) = (u32::from(across), u32::from(down));
                        for v in 0..down {
                            (0..across).for_each(|h| put(member, x * across + h, y * down + v));
                        }
                    }
                }
            }
        }
        bits.finish()
    }

    fn bytes(&self) -> Vec<u8> {
        let mut out = vec![0xFF, 0xD8];
        let mut segment = |marker: u8, body: &[u8]| {
            out.extend([0xFF, marker]);
            out.extend((body.len() as u16 + 2).to_be_bytes());
            out.extend(body);
        };
        if let Some(transform) = self.adobe {
            segment(0xEE, &[b"Adobe\0\x64\0\0\0\0".as_slice(), &[transform]].concat());
        }
        // A step of 8 makes a coefficient the level itself.
        segment(0xDB, &[&[0][..], &[8; 64]].concat());
        let [h0, h1] = (self.size.height as u16).to_be_bytes();
        let [w0, w1] = (self.size.width as u16).to_be_bytes();
        let mut frame = vec![8, h0, h1, w0, w1, self.components.len() as u8];
        frame.extend(self.components.iter().flat_map(|c| [c.0, c.1 << 4 | c.2, 0]));
        segment(0xC0, &frame);
        // Nine categories in codes of four bits; an end of block in one.
        let nine = [0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        segment(0xC4, &[&[0][..], &nine, &[0, 1, 2, 3, 4, 5, 6, 7, 8]].concat());
        segment(0xC4, &[&[0x10, 1][..], &[0; 15], &[0]].concat());
        for members in &self.scans {
            let mut head = vec![members.len() as u8];
            head.extend(members.iter().flat_map(|&m| [self.components[m].0, 0]));
            head.extend([0, 63, 0]);
            out.extend([0xFF, 0xDA]);
            out.extend((head.len() as u16 + 2).to_be_bytes());
            out.extend(head);
            out.extend(self.scan(members));
        }
        out.extend(&self.left);
        out.extend([0xFF, 0xD9]);
        out
    }

    /// The level of a component in the middle of the 8×8 pixels at `x`, `y`.
    fn level_at(&self, component: usize, x: u32, y: u32) -> f32 {
        let (most_across, most_down) = self.most();
        let Component(_, across, down) = self.components[component];
        let block = |at: u32, factor: u8, most: u32| at * u32::from(factor) / most;
        let (x, y) = (block(x, across, most_across), block(y, down, most_down));
        (self.level)(component, x, y) as f32
    }

    /// The right colour there: JFIF, clause 7.
    fn colour_at(&self, x: u32, y: u32) -> [f32; 3] {
        let [y, cb, cr] = [0, 1, 2].map(|component| self.level_at(component, x, y));
        let (cb, cr) = (cb - 128.0, cr - 128.0);
        [y + 1.402 * cr, y - 0.344_14 * cb - 0.714_14 * cr, y + 1.772 * cb]
    }

    /// Compares the middle of blocks; where colour is shared by two, the filter reaches two pixels far.
    fn check(&self, right: impl Fn(u32, u32) -> [f32; 3]) {
        let decoded = open(&self.bytes()).unwrap();
        assert_eq!(decoded.frame.size(), self.size);
        let (columns, rows) = (self.size.width / 8, self.size.height / 8);
        for (x, y) in (0..rows).flat_map(|y| (0..columns).map(move |x| (x, y))) {
            let at = ((8 * y + 3) * self.size.width + 8 * x + 3) as usize * 3;
            let is = &bytes_of(&decoded.frame)[at..at + 3];
            for (is, right) in is.iter().zip(right(x, y)) {
                let right = right.clamp(0.0, 255.0);
                assert!((f32::from(*is) - right).abs() < 1.6, "{is} for {right} at block {x}, {y}");
            }
        }
    }
}

const LUMA: Component = Component(1, 1, 1);

#[test]
fn colour_may_be_sampled_finer_than_luma() {
    for (luma, cb, cr) in [
        ((1, 1), (2, 2), (2, 2)),
        ((1, 1), (2, 1), (1, 1)),
        ((1, 2), (2, 2), (1, 1)),
        ((2, 2), (1, 2), (2, 1)),
        ((1, 1), (1, 1), (4, 2)),
        ((3, 1), (1, 1), (1, 1)),
        ((4, 1), (1, 1), (2, 1)),
    ] {
        let component = |id, (across, down)| Component(id, across, down);
        let jpeg = Jpeg::colour([component(1, luma), component(2, cb), component(3, cr)]);
        jpeg.check(|x, y| jpeg.colour_at(x, y));
    }
}

#[test]
fn scans_may_hold_any_components() {
    for factors in [1, 2] {
        for scans in
            [vec![vec![0, 1], vec![2]], vec![vec![0], vec![1, 2]], vec![vec![2], vec![0, 1]]]
        {
            let mut jpeg = Jpeg::colour([
                Component(1, factors, factors),
                Component(2, 1, 1),
                Component(3, 1, 1),
            ]);
            jpeg.scans = scans;
            jpeg.check(|x, y| jpeg.colour_at(x, y));
        }
    }
}

#[test]
fn components_of_one_name_are_known_by_their_places() {
    let mut jpeg = Jpeg::colour([Component(1, 2, 2), LUMA, LUMA]);
    jpeg.check(|x, y| jpeg.colour_at(x, y));
    jpeg.scans = vec![vec![0], vec![1], vec![2]];
    jpeg.check(|x, y| jpeg.colour_at(x, y));
}

#[test]
fn inks_are_inverted_with_adobes_marker_and_without_whatever_their_sampling() {
    for (adobe, factors) in [(None, 1), (None, 2), (Some(0), 2)] {
        let mut jpeg = Jpeg::colour([LUMA; 3]);
        jpeg.components = vec![
            Component(1, factors, factors),
            Component(2, 1, 1),
            Component(3, 1, 1),
            Component(4, 2, 2),
        ];
        jpeg.scans = vec![vec![0, 1, 2, 3]];
        jpeg.adobe = adobe;
        jpeg.check(|x, y| {
            let paper = jpeg.level_at(3, x, y) / 255.0;
            [0, 1, 2].map(|component| jpeg.level_at(component, x, y) * paper)
        });
    }
    // With a transform the inks are in Y'CbCr.
    let mut jpeg = Jpeg::colour([Component(1, 2, 2), Component(2, 1, 1), Component(3, 1, 1)]);
    jpeg.components.push(Component(4, 2, 2));
    jpeg.scans = vec![vec![0, 1, 2, 3]];
    jpeg.adobe = Some(2);
    jpeg.check(|x, y| {
        let paper = jpeg.level_at(3, x, y) / 255.0;
        jpeg.colour_at(x, y).map(|light| (255.0 - light.clamp(0.0, 255.0)) * paper)
    });
}

#[test]
fn what_libjpeg_does_not_read_is_refused_by_name() {
    let jpeg = Jpeg::colour([Component(1, 3, 1), Component(2, 2, 1), Component(3, 1, 1)]);
    let error = open(&jpeg.bytes()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.message().contains("fractionally sampled"), "{}", error.message());
}

#[test]
fn coded_data_that_is_left_over_is_damage() {
    let whole = Jpeg::colour([LUMA, Component(2, 1, 1), Component(3, 1, 1)]);
    let mut left = Jpeg::colour([LUMA, Component(2, 1, 1), Component(3, 1, 1)]);
    left.left = vec![0x3A; 40];
    let error = open(&left.bytes()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Damaged);
    assert!(
        error.message().contains("40 bytes of coded data are left over"),
        "{}",
        error.message()
    );
    let accepted = open_damaged(&left.bytes()).unwrap();
    assert!(matches!(&accepted.warnings[..], [Warning::Damaged(_)]));
    assert_eq!(accepted.frame, open(&whole.bytes()).unwrap().frame);

    // A bit that flips in the middle mostly shows at the end.
    let bytes = whole.bytes();
    let start = bytes.len() - whole.scan(&[0, 1, 2]).len() - 2;
    let mut noticed = 0;
    for at in start..bytes.len() - 2 {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x10;
        noticed += usize::from(open(&flipped).is_err());
        assert!(open_damaged(&flipped).is_ok());
    }
    assert!(noticed * 10 > whole.scan(&[0, 1, 2]).len(), "{noticed} flips noticed");
}

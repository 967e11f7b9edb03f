//! Lossless JPEG (T.81, annex H), in which DNG and CR2 keep samples: whether its codes add up.
//!
//! A decoder takes what it reads. Where bytes have changed, codes are mostly read to the end all the same, but
//! then some are left, or are missing, or a sample has more bits than it can have.

/// Marker segments (T.81, table B.1).
const LOSSLESS: u8 = 0xC3;
const TABLES: u8 = 0xC4;
const SCAN: u8 = 0xDA;
const RESTARTS: u8 = 0xDD;

/// Whether a file is lossless JPEG.
pub(super) fn is_one(file: &[u8]) -> bool {
    file.starts_with(&[0xFF, 0xD8]) && Segments { file, at: 2 }.any(|part| part.0 == LOSSLESS)
}

/// What is wrong with a file, for people; nothing where it is of a kind that is not looked at.
pub(super) fn fault(file: &[u8]) -> Option<&'static str> {
    match Scan::read(file) {
        Ok(scan) => scan?.check().err(),
        Err(fault) => Some(fault),
    }
}

/// Marker segments up to the scan, each with where it ends.
struct Segments<'a> {
    file: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Segments<'a> {
    type Item = (u8, &'a [u8], usize);

    fn next(&mut self) -> Option<Self::Item> {
        let head = self.file.get(self.at..self.at + 4)?;
        let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
        let body = self.file.get(self.at + 4..self.at + 2 + length)?;
        self.at += 2 + length;
        (head[0] == 0xFF).then_some((head[1], body, self.at))
    }
}

/// Codes by the next 16 bits: how long the code is, 0 for none, and how many bits its difference has.
type Codes = Vec<(u8, u8)>;

/// The one scan of a file.
struct Scan<'a> {
    bits: u32,
    columns: usize,
    rows: usize,
    tables: [Option<Codes>; 4],
    /// The table of each component.
    of_components: Vec<usize>,
    predictor: u8,
    coded: &'a [u8],
}

impl<'a> Scan<'a> {
    fn read(file: &'a [u8]) -> Result<Option<Self>, &'static str> {
        const BROKEN: &str = "its header is broken";
        let (mut tables, mut frame) = ([const { None }; 4], None);
        for (marker, body, end) in (Segments { file, at: 2 }) {
            match marker {
                LOSSLESS => frame = Some(body),
                TABLES => read_tables(body, &mut tables).ok_or("a table of its codes is broken")?,
                // No camera was seen that uses them.
                RESTARTS if body.iter().any(|&byte| byte != 0) => return Ok(None),
                SCAN => {
                    let frame = frame.ok_or(BROKEN)?;
                    return Self::of(frame, body, tables, &file[end..]).ok_or(BROKEN)?;
                }
                _ => {}
            }
        }
        Err(BROKEN)
    }

    /// `None` if the headers of frame and scan are broken, `Some(Ok(None))` if they are of another kind.
    fn of(
        frame: &[u8],
        scan: &[u8],
        tables: [Option<Codes>; 4],
        coded: &'a [u8],
    ) -> Option<Result<Option<Self>, &'static str>> {
        let &[bits, r1, r0, c1, c0, count, ref components @ ..] = frame else { return None };
        let (components, rest) = components.as_chunks::<3>();
        let (&scan_count, scan) = scan.split_first()?;
        let count = usize::from(count);
        let (of_scan, end) = scan.split_at_checked(2 * count)?;
        let &[predictor, _, shift] = end else { return None };
        let is_sound = components.len() == count
            && rest.is_empty()
            && usize::from(scan_count) == count
            && (1..=4).contains(&count)
            && (2..=16).contains(&bits);
        if !is_sound {
            return None;
        }
        // Canon's small RAW has colours that are sampled more coarsely.
        if components.iter().any(|component| component[1] != 0x11) || shift != 0 {
            return Some(Ok(None));
        }
        let of_components: Vec<_> =
            of_scan.as_chunks::<2>().0.iter().map(|&[_, table]| usize::from(table >> 4)).collect();
        if of_components.iter().any(|&table| tables.get(table).is_none_or(Option::is_none)) {
            return Some(Err("a table of its codes is missing"));
        }
        let [rows, columns] = [[r1, r0], [c1, c0]].map(|pair| u16::from_be_bytes(pair).into());
        if !(1..=7).contains(&predictor) || rows == 0 || columns == 0 {
            return None;
        }
        let bits = bits.into();
        Some(Ok(Some(Self { bits, columns, rows, tables, of_components, predictor, coded })))
    }

    /// Reads all codes.
    fn check(&self) -> Result<(), &'static str> {
        let count = self.of_components.len();
        let tables: Vec<&[(u8, u8)]> =
            self.of_components.iter().filter_map(|&table| self.tables[table].as_deref()).collect();
        let mut bits = Bits { coded: self.coded, at: 0, held: 0, count: 0 };
        // The samples of the row above and of this one, components in turn.
        let (mut above, mut row) = (Vec::new(), vec![0_i32; self.columns * count]);
        for y in 0..self.rows {
            for i in 0..row.len() {
                let table = tables[i % count];
                let expected = match (i < count, y == 0) {
                    (true, true) => 1 << (self.bits - 1),
                    (true, false) => above[i],
                    (false, true) => row[i - count],
                    (false, false) => {
                        let (left, up, corner) = (row[i - count], above[i], above[i - count]);
                        match self.predictor {
                            1 => left,
                            2 => up,
                            3 => corner,
                            4 => left + up - corner,
                            5 => left + ((up - corner) >> 1),
                            6 => up + ((left - corner) >> 1),
                            _ => (left + up) >> 1,
                        }
                    }
                };
                let sample = expected + bits.difference(table)?;
                // Differences of 16 bits may go round.
                row[i] = if self.bits == 16 { sample & 0xFFFF } else { sample };
                if row[i] >> self.bits != 0 {
                    return Err("a sample is out of its range");
                }
            }
            above.clone_from(&row);
        }
        bits.nothing_left()
    }
}

/// Reads the tables of a segment; `None` if they cannot be.
fn read_tables(mut body: &[u8], tables: &mut [Option<Codes>; 4]) -> Option<()> {
    while let Some((&[place, ref counts @ ..], values)) = body.split_first_chunk::<17>() {
        let total = counts.iter().map(|&count| usize::from(count)).sum::<usize>();
        let (values, further) = values.split_at_checked(total)?;
        let mut codes = Vec::with_capacity(1 << 16);
        let lengths = (1..=16_u8).zip(counts).flat_map(|(length, &n)| (0..n).map(move |_| length));
        for (length, &value) in lengths.zip(values) {
            let room = 1_usize << (16 - length);
            if value > 16 || codes.len() + room > 1 << 16 {
                return None;
            }
            codes.resize(codes.len() + room, (length, value));
        }
        codes.resize(1 << 16, (0, 0));
        *tables.get_mut(usize::from(place))? = Some(codes);
        body = further;
    }
    body.is_empty().then_some(())
}

/// The bits of a scan, up to the next marker.
struct Bits<'a> {
    coded: &'a [u8],
    at: usize,
    /// The next bits, the first of them the highest.
    held: u64,
    count: u32,
}

impl Bits<'_> {
    /// Holds at least 48 bits, if there are so many.
    fn fill(&mut self) {
        while self.count <= 56 {
            let byte = match (self.coded.get(self.at), self.coded.get(self.at + 1)) {
                (Some(0xFF), Some(0)) => {
                    self.at += 2;
                    0xFF
                }
                (Some(0xFF), _) | (None, _) => return,
                (Some(&byte), _) => {
                    self.at += 1;
                    byte
                }
            };
            self.held |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }

    fn difference(&mut self, codes: &[(u8, u8)]) -> Result<i32, &'static str> {
        if self.count < 32 {
            self.fill();
        }
        let (length, bits) = codes[(self.held >> 48) as usize];
        // The one difference of 17 bits is a code without further bits.
        let further = if bits == 16 { 0 } else { u32::from(bits) };
        let used = u32::from(length) + further;
        if used > self.count || (length == 0 && self.count < 16) {
            return Err("its coded data end before its samples do");
        }
        if length == 0 {
            return Err("its coded data have a code that there is not");
        }
        let value = (self.held << length >> 32) as u32;
        self.held <<= used;
        self.count -= used;
        Ok(match bits {
            0 => 0,
            16 => 1 << 15,
            _ => {
                let value = (value >> (32 - further)) as i32;
                if value >> (bits - 1) == 0 { value + 1 - (1 << bits) } else { value }
            }
        })
    }

    /// Behind the last code there are only bits that fill up, and a marker or nothing.
    fn nothing_left(&mut self) -> Result<(), &'static str> {
        let (mut ones, mut zeros) = (true, true);
        loop {
            self.fill();
            if self.count == 0 {
                break;
            }
            let left = self.held >> (64 - self.count);
            zeros &= left == 0;
            ones &= left == u64::MAX >> (64 - self.count);
            (self.held, self.count) = (0, 0);
            if !ones && !zeros {
                return Err("it has coded data left behind its samples");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of one component with differences of 0 to 8 bits, all of whose codes have four bits.
    fn file(columns: u16, rows: u16, sample: impl Fn(u16, u16) -> i32) -> Vec<u8> {
        let mut file = vec![0xFF, 0xD8, 0xFF, 0xC4, 0, 28, 0];
        file.extend((1..=16).map(|length| if length == 4 { 9 } else { 0 }));
        file.extend(0..9);
        file.extend([0xFF, 0xC3, 0, 11, 8, 0, rows as u8, 0, columns as u8, 1, 0, 0x11, 0]);
        file.extend([0xFF, 0xDA, 0, 8, 1, 0, 0, 1, 0, 0]);
        let mut bits = String::new();
        for y in 0..rows {
            for x in 0..columns {
                let before = match (x, y) {
                    (0, 0) => 128,
                    (0, _) => sample(0, y - 1),
                    _ => sample(x - 1, y),
                };
                let difference = sample(x, y) - before;
                let length = 32 - difference.unsigned_abs().leading_zeros();
                bits += &format!("{length:04b}");
                let low = if difference < 0 { difference - 1 } else { difference };
                (0..length)
                    .rev()
                    .for_each(|i| bits.push(if low >> i & 1 == 1 { '1' } else { '0' }));
            }
        }
        while !bits.len().is_multiple_of(8) {
            bits.push('1');
        }
        for byte in bits.as_bytes().chunks(8) {
            let byte = byte.iter().fold(0, |all, bit| all << 1 | (bit - b'0'));
            file.push(byte);
            if byte == 0xFF {
                file.push(0);
            }
        }
        file.extend([0xFF, 0xD9]);
        file
    }

    fn wavy(x: u16, y: u16) -> i32 {
        100 + i32::from(x * 7 + y * 13) % 90
    }

    #[test]
    fn a_sound_file_has_no_fault() {
        for (columns, rows) in [(1, 1), (40, 30), (17, 200)] {
            let file = file(columns, rows, wavy);
            assert!(is_one(&file));
            assert_eq!(fault(&file), None, "{columns} {rows}");
            // Some writers fill up with bytes, or have no marker at the end.
            let end = file.len() - 2;
            assert_eq!(fault(&file[..end]), None);
            assert_eq!(fault(&[&file[..end], &[0xFF, 0, 0xFF, 0, 0xFF, 0xD9]].concat()), None);
        }
    }

    #[test]
    fn damage_is_seen() {
        let sound = file(40, 30, wavy);
        assert!(fault(&sound[..sound.len() - 12]).is_some_and(|what| what.contains("end before")));
        let more = [&sound[..sound.len() - 2], &[0x37, 0x11, 0xFF, 0xD9]].concat();
        assert!(fault(&more).is_some_and(|what| what.contains("left")));
        // The first difference is doubled time and again along the row.
        let up = file(40, 30, |x, y| if (x, y) == (20, 15) { 255 } else { 0 });
        assert_eq!(fault(&up), None);
        let (start, mut seen) = (60, 0);
        for at in start..sound.len() - 2 {
            let mut broken = sound.clone();
            broken[at] ^= 0x50;
            seen += usize::from(fault(&broken).is_some());
        }
        // A difference of another value but as many bits is seen only where samples leave their range.
        assert!(seen * 10 > (sound.len() - 2 - start) * 7, "{seen} of {}", sound.len() - start);
    }
}

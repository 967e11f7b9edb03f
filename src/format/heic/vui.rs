//! The colours of an HEVC stream: the usability information of its sequence parameter set (ITU-T H.265, 7.3.2.2
//! and E.2.1). Phones say there, and nowhere else, that samples use the full range.

/// Range and matrix of samples, by their numbers (ITU-T H.273).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Colours {
    /// Whether black is 0 rather than 16 of 255.
    pub(super) is_full: bool,
    /// Primaries, transfer and matrix, if they are described.
    pub(super) description: Option<[u8; 3]>,
}

/// Layers, sets or entries of a list at most; more are a broken stream.
const MOST: u32 = 64;

/// The colours of a unit that is a sequence parameter set; `None` if it says nothing or is broken.
pub(super) fn colours(unit: &[u8]) -> Option<Colours> {
    let mut bits = Bits::of_unit(unit);
    bits.skip(4)?;
    let layers = bits.number(3)?;
    bits.skip(1)?;
    skip_profile(&mut bits, layers)?;
    bits.golomb()?;
    if bits.golomb()? == 3 {
        bits.skip(1)?;
    }
    // The size, and what is cut off it.
    bits.golombs(2)?;
    if bits.flag()? {
        bits.golombs(4)?;
    }
    bits.golombs(2)?;
    let order_bits = bits.golomb()?.checked_add(4).filter(|bits| *bits <= 16)?;
    let described = if bits.flag()? { layers + 1 } else { 1 };
    bits.golombs(3 * described)?;
    // Sizes of blocks.
    bits.golombs(6)?;
    if bits.flag()? && bits.flag()? {
        skip_scaling(&mut bits)?;
    }
    bits.skip(2)?;
    if bits.flag()? {
        bits.skip(8)?;
        bits.golombs(2)?;
        bits.skip(1)?;
    }
    skip_references(&mut bits)?;
    if bits.flag()? {
        for _ in 0..bits.golomb()?.min(MOST) {
            bits.skip(order_bits + 1)?;
        }
    }
    bits.skip(2)?;
    if !bits.flag()? {
        return None;
    }
    /// The shape of pixels is written out.
    const WRITTEN_OUT: u32 = 255;
    if bits.flag()? && bits.number(8)? == WRITTEN_OUT {
        bits.skip(32)?;
    }
    if bits.flag()? {
        bits.skip(1)?;
    }
    if !bits.flag()? {
        return None;
    }
    bits.skip(3)?;
    let is_full = bits.flag()?;
    let description = match bits.flag()? {
        true => {
            let mut number = || bits.number(8).map(|number| number as u8);
            Some([number()?, number()?, number()?])
        }
        false => None,
    };
    Some(Colours { is_full, description })
}

/// Skips profile, tier and level of all layers.
fn skip_profile(bits: &mut Bits, layers: u32) -> Option<()> {
    const PROFILE: u32 = 88;
    const LEVEL: u32 = 8;
    bits.skip(PROFILE + LEVEL)?;
    let mut further = 0;
    for _ in 0..layers {
        further += if bits.flag()? { PROFILE } else { 0 };
        further += if bits.flag()? { LEVEL } else { 0 };
    }
    if layers > 0 {
        bits.skip(2 * (8 - layers))?;
    }
    bits.skip(further)
}

fn skip_scaling(bits: &mut Bits) -> Option<()> {
    for size in 0..4 {
        for _ in (0..6).step_by(if size == 3 { 3 } else { 1 }) {
            if bits.flag()? {
                let first = u32::from(size > 1);
                bits.golombs(first + (1 << (4 + 2 * size)).min(64))?;
            } else {
                bits.golomb()?;
            }
        }
    }
    Some(())
}

/// Skips the sets of pictures that others refer to; stills have none, films have.
fn skip_references(bits: &mut Bits) -> Option<()> {
    let sets = bits.golomb()?;
    let mut last = 0;
    for set in 0..sets.min(MOST) {
        if set > 0 && bits.flag()? {
            bits.skip(1)?;
            bits.golomb()?;
            let mut count = 0;
            for _ in 0..=last {
                // Used now, or kept for later.
                count += u32::from(bits.flag()? || bits.flag()?);
            }
            last = count;
        } else {
            let (before, after) = (bits.golomb()?, bits.golomb()?);
            last = before.checked_add(after).filter(|count| *count <= MOST)?;
            for _ in 0..last {
                bits.golomb()?;
                bits.skip(1)?;
            }
        }
    }
    Some(())
}

/// Bits, the highest of a byte first.
struct Bits {
    bytes: Vec<u8>,
    at: usize,
}

impl Bits {
    /// The payload of a unit: without its head, and without each 3 that was put behind two zeros so that
    /// nothing looks like the start of another unit.
    fn of_unit(unit: &[u8]) -> Self {
        const HEAD_BYTES: usize = 2;
        let (mut bytes, mut zeros) = (Vec::with_capacity(unit.len()), 0);
        for &byte in unit.iter().skip(HEAD_BYTES) {
            if zeros >= 2 && byte == 3 {
                zeros = 0;
                continue;
            }
            zeros = if byte == 0 { zeros + 1 } else { 0 };
            bytes.push(byte);
        }
        Self { bytes, at: 0 }
    }

    fn flag(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit == 1)
    }

    fn skip(&mut self, bits: u32) -> Option<()> {
        self.at = self.at.checked_add(bits as usize)?;
        (self.at <= self.bytes.len() * 8).then_some(())
    }

    /// A number of 32 bits at most.
    fn number(&mut self, bits: u32) -> Option<u32> {
        (0..bits).try_fold(0, |number, _| Some(number << 1 | u32::from(self.flag()?)))
    }

    /// A number in Exp-Golomb code (9.2).
    fn golomb(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        Some((1 << zeros) - 1 + self.number(zeros)?)
    }

    fn golombs(&mut self, count: u32) -> Option<()> {
        (0..count).try_for_each(|_| self.golomb().map(drop))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A unit of these bits, with a head.
    fn unit(bits: &str) -> Vec<u8> {
        let bits: Vec<u8> = bits.bytes().filter(|b| b"01".contains(b)).map(|b| b - b'0').collect();
        let mut unit = vec![0x42, 0x01];
        for byte in bits.chunks(8) {
            let byte = byte.iter().fold(0, |byte, bit| byte << 1 | bit) << (8 - byte.len());
            if unit.ends_with(&[0, 0]) && byte <= 3 {
                unit.push(3);
            }
            unit.push(byte);
        }
        unit
    }

    /// A still of 4:2:0, up to the usability information.
    fn still() -> String {
        let profile = format!("0000 000 1 {} ", "0".repeat(96));
        // Numbers: set, chroma, width and height of 7, no cut, depths, order, one layer, sizes of blocks.
        let sizes = "1 010 0001000 0001000 0 1 1 1 1 111 111111 ".to_owned();
        // No scaling, two tools, no samples as they are, no sets, no long ones, two tools.
        profile + &sizes + "0 00 0 1 0 00 "
    }

    #[test]
    fn range_and_matrix_are_read() {
        let full = still() + "1 0 0 1 101 1 1 00000001 00001101 00000110";
        let read = colours(&unit(&full));
        assert_eq!(read, Some(Colours { is_full: true, description: Some([1, 13, 6]) }));
        let limited = still() + "1 1 11111111 0000000100000001 0000000000000001 1 0 1 101 0 0";
        assert_eq!(colours(&unit(&limited)), Some(Colours { is_full: false, description: None }));
        assert_eq!(colours(&unit(&(still() + "0"))), None);
    }

    #[test]
    fn a_broken_unit_says_nothing() {
        let whole = unit(&(still() + "1 0 0 1 101 1 1 00000001 00001101 00000110"));
        for length in 0..whole.len() - 1 {
            assert_eq!(colours(&whole[..length]), None);
        }
        for at in 0..whole.len() {
            let mut broken = whole.clone();
            broken[at] ^= 0xFF;
            let _ = colours(&broken);
        }
    }
}

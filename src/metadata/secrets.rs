//! What must not be found in a finished file: positions and serial numbers, as the bytes in which
//! they would stand there.
//!
//! They are collected before anything is taken out, so that the search afterwards does not depend
//! on the code that took it out. Short numbers are not searched for: `0/1 0/1 0/1` or `12` stand in
//! any file by chance.

/// Characters below which a serial number is too common to be searched for.
const SERIAL_MIN_CHARS: usize = 5;
/// Characters from which a serial number is searched for inside of words too.
const SERIAL_SURE_CHARS: usize = 8;
/// Different characters a serial number must have: `0000000` stands for 'none'.
const SERIAL_MIN_KINDS: usize = 3;
/// Digits a serial number must have: `NORMAL`, where a program garbled a maker's note, is none.
const SERIAL_MIN_DIGITS: usize = 3;
/// Degrees nearer to 0 than this are taken as 'no position'.
const DEGREES_MIN: f64 = 0.01;

/// One thing to search for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Secret {
    what: &'static str,
    bytes: Vec<u8>,
    /// Whether letters or digits beside it make it something else.
    whole_word: bool,
    /// Bytes from one letter to the next: 2 in UTF-16.
    step: usize,
}

/// All that must not be found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Secrets(Vec<Secret>);

impl Secrets {
    fn add(&mut self, what: &'static str, bytes: Vec<u8>, whole_word: bool) {
        self.push(Secret { what, bytes, whole_word, step: 1 });
    }

    /// A text, also in UTF-16 (Windows' tags, comments): without its first or last zero, so that one
    /// form is found in both byte orders.
    fn add_text(&mut self, what: &'static str, text: &str, whole_word: bool) {
        self.add(what, text.as_bytes().to_vec(), whole_word);
        let mut bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.pop_if(|last| *last == 0);
        self.push(Secret { what, bytes, whole_word, step: 2 });
    }

    fn push(&mut self, secret: Secret) {
        if !self.0.contains(&secret) {
            self.0.push(secret);
        }
    }

    /// A serial number, as text.
    pub(super) fn add_serial(&mut self, text: &str) {
        let text = text.trim_matches(|c: char| c.is_control() || c.is_whitespace());
        let kinds: std::collections::BTreeSet<char> = text.chars().collect();
        let chars = text.chars().count();
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let long = chars >= SERIAL_MIN_CHARS && digits >= SERIAL_MIN_DIGITS;
        if long && kinds.len() >= SERIAL_MIN_KINDS {
            self.add_text("a serial number", text, chars < SERIAL_SURE_CHARS);
        }
    }

    /// A latitude or longitude as three unsigned fractions (degrees, minutes, seconds; EXIF 2.32,
    /// 4.6.6), searched for in both byte orders and as decimal degrees.
    pub(super) fn add_degrees(&mut self, parts: [(u32, u32); 3]) {
        let part = |i: usize| match parts[i] {
            (_, 0) => 0.0,
            (n, d) => f64::from(n) / f64::from(d),
        };
        let degrees = part(0) + part(1) / 60.0 + part(2) / 3600.0;
        if degrees < DEGREES_MIN {
            return;
        }
        let numbers = || parts.iter().flat_map(|&(n, d)| [n, d]);
        self.add("a position", numbers().flat_map(u32::to_le_bytes).collect(), false);
        self.add("a position", numbers().flat_map(u32::to_be_bytes).collect(), false);
        // Four decimals cut off, not rounded, begin every longer way to write the same place.
        let decimal = format!("{:.4}", (degrees * 1e4).floor() / 1e4);
        self.add_text("a position", &decimal, false);
    }

    /// A position as it is written in XMP: `41,48.5N`, or decimal degrees.
    pub(super) fn add_position_text(&mut self, text: &str) {
        let telling = text.chars().filter(|c| matches!(c, '1'..='9')).count() >= 3;
        if telling && text.chars().count() >= 6 {
            self.add_text("a position", text, false);
        }
    }

    /// What of it stands in these bytes.
    pub(super) fn find(&self, bytes: &[u8]) -> Option<&'static str> {
        self.0.iter().find(|s| s.places(bytes).next().is_some()).map(|s| s.what)
    }

    /// Where anything of it stands in these bytes.
    pub(super) fn places(&self, bytes: &[u8]) -> Vec<std::ops::Range<usize>> {
        let of = |s: &Secret| s.places(bytes).map(|at| at..at + s.bytes.len()).collect::<Vec<_>>();
        self.0.iter().flat_map(of).collect()
    }
}

impl Secret {
    fn places<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
        let first = self.bytes[0];
        let begins = (0..bytes.len()).filter(move |&i| bytes[i] == first);
        begins.filter(|&i| bytes[i..].starts_with(&self.bytes) && !self.is_part_of_a_word(bytes, i))
    }

    fn is_part_of_a_word(&self, bytes: &[u8], at: usize) -> bool {
        let letter = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
        let before = at.checked_sub(self.step).and_then(|i| bytes.get(i));
        let behind = bytes.get(at + self.bytes.len() + self.step - 1);
        self.whole_word && (letter(before) || letter(behind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_in_both_byte_orders_and_as_decimals() {
        let mut secrets = Secrets::default();
        secrets.add_degrees([(41, 1), (48, 1), (3000, 100)]);
        let numbers = [41u32, 1, 48, 1, 3000, 100];
        let little: Vec<u8> = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
        let big: Vec<u8> = numbers.iter().flat_map(|n| n.to_be_bytes()).collect();
        for bytes in [&little[..], &big, b"lat=41.80833"] {
            assert_eq!(secrets.find(&[b"..", bytes].concat()), Some("a position"));
        }
        assert_eq!(secrets.find(b"41.9 and 48"), None);
    }

    #[test]
    fn short_serials_count_as_words_only_and_trivial_ones_not_at_all() {
        let mut secrets = Secrets::default();
        for text in ["0000000", "12", "1", "", "NORMAL", "20417\0"] {
            secrets.add_serial(text);
        }
        assert_eq!(secrets.find(b"0000000 12 1204170 NORMAL"), None);
        assert_eq!(secrets.find(b"no 20417."), Some("a serial number"));
    }
}

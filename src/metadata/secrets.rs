//! What must not be found in a finished file: positions and serial numbers, as the bytes in which
//! they would appear there.
//!
//! They are collected before anything is taken out, so that the search afterwards does not depend
//! on the code that took it out. Short numbers are not searched for: `0/1 0/1 0/1` or `12` occur in
//! any file by chance. Positions are searched for as numbers, as decimal degrees and as
//! [angles](super::angle); angles in UTF-16 are not found.

use std::ops::Range;

use super::angle::{Angle, angles};

/// Characters below which a serial number is too common to be searched for.
const SERIAL_MIN_CHARS: usize = 5;
/// Characters from which a serial number is searched for inside of words too.
const SERIAL_SURE_CHARS: usize = 8;
/// Different characters a serial number must have: `0000000` means 'none'.
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
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Secrets {
    texts: Vec<Secret>,
    /// Latitudes and longitudes, in degrees without a sign.
    degrees: Vec<f64>,
}

/// What a position is called in an error.
const POSITION: &str = "a position";

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
        if !self.texts.contains(&secret) {
            self.texts.push(secret);
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
    /// 4.6.6), searched for in both byte orders and as a text.
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
        self.add(POSITION, numbers().flat_map(u32::to_le_bytes).collect(), false);
        self.add(POSITION, numbers().flat_map(u32::to_be_bytes).collect(), false);
        self.add_written(degrees);
    }

    /// Degrees, searched for as people write them.
    fn add_written(&mut self, degrees: f64) {
        // Four decimals, cut off or rounded, begin every longer way to write the same place.
        for decimals in [(degrees * 1e4).floor(), (degrees * 1e4).round()] {
            self.add_text(POSITION, &format!("{:.4}", decimals / 1e4), false);
        }
        self.degrees.push(degrees);
    }

    /// A latitude, longitude or altitude as it is written in XMP: `41,48.5N`, or decimal degrees.
    pub(super) fn add_position_text(&mut self, name: &str, text: &str) {
        let telling = text.chars().filter(|c| matches!(c, '1'..='9')).count() >= 3;
        if telling && text.chars().count() >= 6 {
            self.add_text(POSITION, text, false);
        }
        if !name.to_lowercase().ends_with("altitude") {
            let degrees = degrees_of(text).filter(|degrees| *degrees >= DEGREES_MIN);
            degrees.into_iter().for_each(|degrees| self.add_written(degrees));
        }
    }

    /// What of it is in these bytes.
    pub(super) fn find(&self, bytes: &[u8]) -> Option<&'static str> {
        let text = self.texts.iter().find(|s| s.places(bytes).next().is_some()).map(|s| s.what);
        text.or_else(|| self.angles(bytes).next().map(|_| POSITION))
    }

    /// Where anything of it is in these bytes.
    pub(super) fn places(&self, bytes: &[u8]) -> Vec<Range<usize>> {
        let of = |s: &Secret| s.places(bytes).map(|at| at..at + s.bytes.len()).collect::<Vec<_>>();
        self.texts.iter().flat_map(of).chain(self.angles(bytes)).collect()
    }

    fn angles<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = Range<usize>> + 'a {
        let searched = if self.degrees.is_empty() { &[] } else { bytes };
        let told = |angle: &Angle| self.degrees.iter().any(|degrees| angle.means(*degrees));
        angles(searched).filter(told).map(|angle| angle.range)
    }
}

/// XMP's `41,48,30N`, `41,48.5N` and `-41.8083` without the sign.
fn degrees_of(text: &str) -> Option<f64> {
    let text = text.trim().trim_start_matches(['-', '+']).trim_end_matches(['N', 'S', 'E', 'W']);
    let parts: Result<Vec<f64>, _> = text.splitn(3, ',').map(str::parse).collect();
    let sum = (parts.ok()?.into_iter().zip([1.0, 60.0, 3600.0])).map(|(n, unit)| n / unit).sum();
    (0.0..=180.0).contains(&sum).then_some(sum)
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
        for bytes in [&little[..], &big, b"lat=41.80833", b"41\xC2\xB048'30\"N"] {
            assert_eq!(secrets.find(&[b"..", bytes].concat()), Some("a position"));
        }
        for bytes in [&b"41.9 and 48"[..], b"41\xC2\xB049'30\"N", b"6'2\" at 14:03:22"] {
            assert_eq!(secrets.find(bytes), None);
        }
        assert_eq!(secrets.places(b"at 41\xC2\xB048'30\"N").first(), Some(&(3..12)));
    }

    #[test]
    fn decimals_are_found_cut_off_and_rounded() {
        let mut secrets = Secrets::default();
        // 41°48'29.88", just below 41.8083.
        secrets.add_degrees([(41, 1), (48, 1), (2_987_999, 100_000)]);
        for bytes in [&b"41.8082"[..], b"41.8083", b"41.80830", b"41.8082999"] {
            assert_eq!(secrets.find(bytes), Some(POSITION), "{}", bytes.escape_ascii());
        }
        assert_eq!(secrets.find(b"41.8084 or 41.8081"), None);
    }

    #[test]
    fn a_place_of_xmp_is_found_however_it_is_written_and_a_height_is_none() {
        for text in ["41,48.5N", "41,48,30S", "-41.808333"] {
            let mut secrets = Secrets::default();
            secrets.add_position_text("GPSLatitude", text);
            for bytes in [&b"41\xC2\xB048'30\"N"[..], b"41.8083"] {
                assert_eq!(secrets.find(bytes), Some(POSITION), "{text}");
            }
        }
        let mut secrets = Secrets::default();
        secrets.add_position_text("RelativeAltitude", "+41.80");
        assert_eq!(secrets.find(b"41.8000 or 41\xC2\xB048'00\""), None);
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

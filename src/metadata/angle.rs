//! Latitudes and longitudes as people write them in texts: `41°48'30"N`, `41° 48.5′ N`, `41 deg 48' 30"`.
//!
//! Degrees need their mark, and minutes their seconds or a fraction: 6'2", 14:03:22, 600 mm and a
//! slope of 12° are not positions. [`super::secrets`] decides which angles must not be found, by
//! comparing them.

use std::ops::Range;

/// How degrees are marked, in UTF-8, in Latin-1 and as XML escapes them.
const DEGREE_MARKS: [&[u8]; 10] = [
    "°".as_bytes(),
    "º".as_bytes(),
    "˚".as_bytes(),
    b"\xB0",
    b"\xBA",
    b"&#176;",
    b"&#xB0;",
    b"&deg;",
    b"deg",
    b"d",
];

/// How minutes are marked.
const MINUTE_MARKS: [&[u8]; 10] = [
    b"'",
    "’".as_bytes(),
    "′".as_bytes(),
    "´".as_bytes(),
    b"\x92",
    b"\xB4",
    b"&#39;",
    b"&#x27;",
    b"&apos;",
    b"m",
];

/// Degrees in a second of arc: what is written without a fraction is not finer.
const SECOND: f64 = 1.0 / 3600.0;

/// An angle in a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Angle {
    /// Its bytes, from the first digit to the last.
    pub(super) range: Range<usize>,
    degrees: f64,
    /// The place value of its last digit, in degrees, and a second of arc at least.
    step: f64,
}

impl Angle {
    /// Whether it is this one, as far as its digits tell.
    pub(super) fn means(&self, degrees: f64) -> bool {
        (self.degrees - degrees).abs() <= self.step
    }
}

/// All angles of a text.
pub(super) fn angles(text: &[u8]) -> impl Iterator<Item = Angle> + '_ {
    // The digits of a fraction begin no number.
    let goes_on = |before: &[u8]| match before {
        [.., b'0'..=b'9', b'.'] => true,
        [.., last] => last.is_ascii_digit(),
        [] => false,
    };
    let begins = move |&at: &usize| text[at].is_ascii_digit() && !goes_on(&text[..at]);
    (0..text.len()).filter(begins).filter_map(|at| angle(text, at))
}

fn angle(text: &[u8], from: usize) -> Option<Angle> {
    let (degrees, at) = number(text, from)?;
    let at = spaces(text, mark(text, spaces(text, at), &DEGREE_MARKS)?);
    let (minutes, end) = number(text, at)?;
    let degrees = degrees.value + minutes.value / 60.0;
    if minutes.step < 1.0 {
        let step = (minutes.step / 60.0).max(SECOND);
        return Some(Angle { range: from..end, degrees, step });
    }
    let at = spaces(text, mark(text, spaces(text, end), &MINUTE_MARKS).unwrap_or(end));
    let (seconds, end) = number(text, at).filter(|_| at > 0 && !text[at - 1].is_ascii_digit())?;
    Some(Angle { range: from..end, degrees: degrees + seconds.value * SECOND, step: SECOND })
}

/// A number, and the place value of its last digit.
struct Number {
    value: f64,
    step: f64,
}

/// A number of at most three digits and a fraction, and where it ends.
fn number(text: &[u8], from: usize) -> Option<(Number, usize)> {
    let digits = |at: usize| text[at..].iter().take_while(|b| b.is_ascii_digit()).count();
    let whole = digits(from);
    let point = from + whole;
    let fraction = match text.get(point) {
        Some(b'.' | b',') => digits(point + 1),
        _ => 0,
    };
    let end = if fraction > 0 { point + 1 + fraction } else { point };
    let written = std::str::from_utf8(text.get(from..end)?).ok()?.replace(',', ".");
    let value = written.parse().ok().filter(|_| (1..=3).contains(&whole))?;
    // Digits beyond the tenth make no difference to a position.
    let step = 10_f64.powi(-(fraction.min(10) as i32));
    Some((Number { value, step }, end))
}

fn spaces(text: &[u8], from: usize) -> usize {
    let rest = &text[from..];
    let no_break = "\u{a0}".as_bytes();
    match rest.first() {
        Some(b' ') => spaces(text, from + 1),
        _ if rest.starts_with(no_break) => spaces(text, from + no_break.len()),
        _ => from,
    }
}

/// Where the text goes on behind one of these marks.
fn mark(text: &[u8], from: usize, marks: &[&[u8]]) -> Option<usize> {
    let rest = &text[from..];
    marks.iter().find(|mark| rest.starts_with(mark)).map(|mark| from + mark.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_way_to_write_it_is_read() {
        let latitude = 42.0 + 57.0 / 60.0 + 31.0 / 3600.0;
        for text in [
            "at 42°57'31\"N 129°50'40\"E",
            "42° 57′ 31.2″ N",
            "N42º57’31”",
            "42 deg 57' 31.00\" N",
            "42d57m31s",
            "42° 57.52' N",
            "42°57,517′",
            "<rdf:li>42&#176;57&apos;31&quot;N</rdf:li>",
            "42°\u{a0}57′\u{a0}30,8″",
        ] {
            let found: Vec<_> = angles(text.as_bytes()).collect();
            assert!(found.iter().any(|angle| angle.means(latitude)), "{text}: {found:?}");
            assert!(!found.iter().any(|angle| angle.means(latitude + 0.01)), "{text}: {found:?}");
        }
        assert!(angles(b"42\xB057'31\"").any(|angle| angle.means(latitude)), "in Latin-1");
        let text = b"at 42\xC2\xB057'31\" north";
        let range = angles(text).next().unwrap().range;
        assert_eq!(&text[range], b"42\xC2\xB057'31");
    }

    #[test]
    fn prose_has_no_angles() {
        for text in [
            "he is 6'2\" and 42 years old",
            "at 14:03:22, or 14h 03m 22s",
            "600 mm at f/8, 1/500 s",
            "12° below zero, 30 people",
            "a slope of 42° 57 metres long",
            "turned by 90°, then 45°",
            "42 57 31",
            "4257°57'31\"",
            "",
            "42°",
            "42° 57",
        ] {
            assert_eq!(angles(text.as_bytes()).collect::<Vec<_>>(), [], "{text}");
        }
    }
}

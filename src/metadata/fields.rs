//! What a caption can say of a frame: named texts, and where each of them came from.
//!
//! Sources overrule one another in the order of [`Origin`]. Dates are ISO 8601 (`2024-02-28`), times
//! `14:03:22` as the camera's clock had them; shutter `1/500`, aperture `f/8`, focal length
//! `600 mm`. Texts are data: nothing in them is interpreted here.

use std::collections::BTreeSet;

use jiff::civil;

use super::{Blocks, exif, iptc, xmp};
use crate::error::Warning;

/// The fields that longlens knows, in the order in which they are listed.
pub const NAMES: [&str; 26] = [
    "headline",
    "description",
    "city",
    "location",
    "province",
    "country",
    "country_code",
    "date",
    "time",
    "byline",
    "credit",
    "source",
    "copyright",
    "instructions",
    "keywords",
    "event",
    "shown_location",
    "viewpoint",
    "camera",
    "lens",
    "focal_length",
    "shutter",
    "aperture",
    "iso",
    "filename",
    "sequence",
];

/// Where a field came from; a later one overrules an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The file's name and place in the run.
    File,
    /// The EXIF block.
    Exif,
    /// The IPTC-IIM block.
    Iptc,
    /// The XMP packet in the file.
    Xmp,
    /// An XMP file beside it.
    Sidecar,
    /// A line of a table of captions.
    Csv,
    /// The command line.
    Set,
}

/// A field's text and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// The text as it is, control characters included; whoever prints it escapes it.
    pub text: String,
    /// Where it came from.
    pub origin: Origin,
}

/// The fields of one frame, in a fixed order: the known ones as in [`NAMES`], then others as they
/// came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    known: [Option<Value>; NAMES.len()],
    further: Vec<(String, Value)>,
    /// Known fields that the order took away.
    taken: BTreeSet<&'static str>,
}

impl Fields {
    /// The fields that a file's blocks and name hold; warnings name blocks that cannot be read.
    #[must_use]
    pub fn read(blocks: &Blocks, filename: &str) -> (Self, Vec<Warning>) {
        let (mut fields, mut warnings) = (Self::default(), Vec::new());
        fields.set("filename", filename, Origin::File);
        if let Some(exif) = &blocks.exif {
            warnings.extend(exif::read(exif, &mut fields).err());
        }
        if let Some(photoshop) = &blocks.photoshop {
            iptc::read(photoshop, &mut fields);
        }
        let packets = [(&blocks.xmp, "XMP"), (&blocks.xmp_extended, "extended XMP")];
        for (packet, name) in packets {
            if let Some(Err(why)) = packet.as_ref().map(|p| fields.add_xmp(p, Origin::Xmp)) {
                warnings.push(Warning::MetadataDropped(format!("the {name} {why}")));
            }
        }
        (fields, warnings)
    }

    /// Adds the fields of an XMP file beside the frame (`name.xmp`, `name.jpg.xmp`).
    ///
    /// # Errors
    /// A warning that says why the sidecar cannot be read; the fields are then as before.
    pub fn add_sidecar(&mut self, xml: &[u8]) -> Result<(), Warning> {
        self.add_xmp(xml, Origin::Sidecar)
            .map_err(|why| Warning::MetadataDropped(format!("the XMP sidecar {why}")))
    }

    fn add_xmp(&mut self, xml: &[u8], origin: Origin) -> Result<(), String> {
        xmp::read(&xmp::in_utf8(xml), origin, self)
    }

    /// Sets a field, unless a later origin has set it already.
    ///
    /// An empty text says nothing and leaves the field as it is; from [`Origin::Set`] it takes the
    /// field away.
    pub fn set(&mut self, name: &str, text: impl Into<String>, origin: Origin) {
        let text = text.into();
        if self.value(name).is_some_and(|v| v.origin > origin) {
            return;
        }
        match NAMES.iter().position(|&n| n == name) {
            _ if text.trim().is_empty() && origin != Origin::Set => {}
            Some(i) => {
                let says = !text.trim().is_empty();
                match says {
                    true => self.taken.remove(NAMES[i]),
                    false => self.taken.insert(NAMES[i]),
                };
                self.known[i] = says.then_some(Value { text, origin });
            }
            None => self.set_further(name, Value { text, origin }),
        }
    }

    /// Whether the order took a field away, so that nothing is to say it.
    pub(super) fn is_taken(&self, name: &str) -> bool {
        self.taken.contains(name)
    }

    /// Makes date and time what the standards write: orders and tables say what people write. For
    /// what is none, that of the file stays, and it is said.
    pub(super) fn make_iso(&mut self, file: &Blocks) -> Vec<Warning> {
        let mut warnings = Vec::new();
        for (name, like) in [("date", "2024-02-28"), ("time", "14:03:22")] {
            let Some(Value { text, origin }) = self.value(name).cloned() else { continue };
            let iso = if name == "date" { given_date(&text) } else { given_time(&text) };
            let mut written = iso.map(|text| Value { text, origin });
            if written.is_none() {
                written = Self::read(file, "").0.value(name).cloned();
                warnings.push(Warning::Other(format!(
                    "'{text}' is no {name} like {like}, so it is not written into the metadata"
                )));
            }
            if let Some(i) = NAMES.iter().position(|&known| known == name) {
                self.known[i] = written;
            }
        }
        warnings
    }

    fn set_further(&mut self, name: &str, value: Value) {
        let place = self.further.iter().position(|(n, _)| n == name);
        match place {
            Some(i) if value.text.is_empty() => drop(self.further.remove(i)),
            Some(i) => self.further[i].1 = value,
            None if value.text.is_empty() => {}
            None => self.further.push((name.to_owned(), value)),
        }
    }

    /// The text of a field, if it has one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.value(name).map(|v| v.text.as_str())
    }

    /// The text of a field and where it came from.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value> {
        match NAMES.iter().position(|&n| n == name) {
            Some(i) => self.known[i].as_ref(),
            None => self.further.iter().find(|(n, _)| n == name).map(|(_, v)| v),
        }
    }

    /// The fields that have a text, in the fixed order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        let known = NAMES.iter().zip(&self.known).filter_map(|(&n, v)| Some((n, v.as_ref()?)));
        known.chain(self.further.iter().map(|(n, v)| (n.as_str(), v)))
    }
}

/// A date as `2024-02-28`, from `2024:02:28 …` (EXIF), `20240228` (IIM) or ISO 8601.
pub(super) fn iso_date(text: &str) -> Option<String> {
    let digits: String = text.chars().take(10).filter(char::is_ascii_digit).take(8).collect();
    let number = |r: std::ops::Range<usize>| digits.get(r)?.parse::<u32>().ok();
    let (year, month, day) = (number(0..4)?, number(4..6)?, number(6..8)?);
    let sane = year > 0 && (1..=12).contains(&month) && (1..=31).contains(&day);
    sane.then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// A time as `14:03:22`, from `14:03:22…` or `140322…`; seconds may be missing.
pub(super) fn iso_time(text: &str) -> Option<String> {
    let clock = text.split(['+', '-', 'Z', '.']).next()?;
    let mut digits: String = clock.chars().filter(char::is_ascii_digit).take(6).collect();
    if digits.len() == 4 {
        digits.push_str("00");
    }
    let number = |r: std::ops::Range<usize>| digits.get(r)?.parse::<u32>().ok();
    let (hour, minute, second) = (number(0..2)?, number(2..4)?, number(4..6)?);
    let sane = hour < 24 && minute < 60 && second < 61;
    sane.then(|| format!("{hour:02}:{minute:02}:{second:02}"))
}

/// A date of the calendar as `2024-02-28`, from what people write like it; a time behind it is left
/// out.
fn given_date(text: &str) -> Option<String> {
    let text = text.trim().split([' ', 'T']).next()?;
    let forms = ["%Y-%m-%d", "%Y:%m:%d", "%Y/%m/%d", "%Y%m%d"];
    let date = forms.iter().find_map(|form| civil::Date::strptime(form, text).ok())?;
    (date.year() > 0).then(|| date.to_string())
}

/// A time of the day as `14:03:22`, from what people write like it; zone and fractions are left out.
fn given_time(text: &str) -> Option<String> {
    let text = text.trim().split(['+', '-', 'Z', '.']).next()?;
    let forms = ["%H:%M:%S", "%H:%M", "%H%M%S", "%H%M"];
    let time = forms.iter().find_map(|form| civil::Time::strptime(form, text).ok())?;
    Some(time.strftime("%H:%M:%S").to_string())
}

/// Bytes of a metadata text: UTF-8 if they are, else Latin-1; without what pads the end.
pub(super) fn text_of(bytes: &[u8]) -> String {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|&b| char::from(b)).collect(),
    };
    text.trim_end_matches(['\0', ' ']).trim_start_matches(' ').to_owned()
}

/// An exposure time for people: `1/500`, `0.4`, `2`.
pub(super) fn shutter(numerator: u32, denominator: u32) -> Option<String> {
    let seconds = f64::from(numerator) / f64::from(denominator);
    match seconds {
        s if !s.is_finite() || s <= 0.0 => None,
        // Below 0.3 s cameras show a fraction, above it a decimal.
        s if s < 0.3 => Some(format!("1/{}", (1.0 / s).round())),
        s => Some(decimal(s)),
    }
}

/// A number with one decimal at most: `8`, `5.6`.
pub(super) fn decimal(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_origin_overrules_and_an_earlier_one_does_not() {
        let mut fields = Fields::default();
        fields.set("city", "Linjiang", Origin::Xmp);
        fields.set("city", "Chunggang", Origin::Csv);
        fields.set("city", "Elsewhere", Origin::Iptc);
        fields.set("city", "  ", Origin::Csv);
        assert_eq!(fields.get("city"), Some("Chunggang"));
        fields.set("city", "", Origin::Set);
        assert_eq!(fields.get("city"), None);
    }

    #[test]
    fn unknown_columns_come_after_the_known_ones_in_their_own_order() {
        let mut fields = Fields::default();
        fields.set("zone", "B", Origin::Csv);
        fields.set("beat", "border", Origin::Csv);
        fields.set("byline", "Pedro Pardo", Origin::Csv);
        fields.set("zone", "A", Origin::Csv);
        let names: Vec<_> = fields.iter().map(|(n, _)| n).collect();
        assert_eq!(names, ["byline", "zone", "beat"]);
        assert_eq!(fields.get("zone"), Some("A"));
    }

    #[test]
    fn dates_and_times_of_all_three_standards_read_alike() {
        for text in ["2024:02:28 14:03:22", "20240228", "2024-02-28T14:03:22+09:00"] {
            assert_eq!(iso_date(text).as_deref(), Some("2024-02-28"), "{text}");
        }
        for text in ["14:03:22", "140322+0900", "14:03:22.53Z"] {
            assert_eq!(iso_time(text).as_deref(), Some("14:03:22"), "{text}");
        }
        assert_eq!(iso_time("14:03").as_deref(), Some("14:03:00"));
        assert_eq!((iso_date("0000:00:00 00:00:00"), iso_time("25:00:00")), (None, None));
    }

    #[test]
    fn dates_and_times_that_people_give_are_read_or_none() {
        for text in ["2024-02-28", "2024:02:28 14:03", "20240228", "2024/2/28", " 2024-2-28 "] {
            assert_eq!(given_date(text).as_deref(), Some("2024-02-28"), "{text}");
        }
        for text in ["28 February 2024", "28.02.2024", "10.11.1201", "2023-02-29", "2024", ""] {
            assert_eq!(given_date(text), None, "{text}");
        }
        for text in ["9:30", "09:30", "0930", "093000", "09:30:00.5+09:00", "9:30:00Z"] {
            assert_eq!(given_time(text).as_deref(), Some("09:30:00"), "{text}");
        }
        for text in ["930", "9", "24:10", "half past nine", "9.30", ""] {
            assert_eq!(given_time(text), None, "{text}");
        }
    }

    #[test]
    fn exposure_times_read_as_on_a_camera() {
        assert_eq!(shutter(10, 5000).as_deref(), Some("1/500"));
        assert_eq!(shutter(4, 10).as_deref(), Some("0.4"));
        assert_eq!(shutter(2, 1).as_deref(), Some("2"));
        assert_eq!((shutter(1, 0), shutter(0, 1)), (None, None));
    }
}

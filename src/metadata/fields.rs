//! Fields: named texts about a frame for captions, and where each of them came from.
//!
//! Sources overrule one another in the order of [`Origin`]. Dates are ISO 8601 (`2024-02-28`, `1968-07`),
//! times `14:03:22` as the camera's clock had them, with the clock's zone (`+09:00`) in a field of its
//! own; shutter `1/500`, aperture `f/8`, focal length `600 mm`. Texts are data: nothing in them is
//! interpreted here.

use std::collections::BTreeSet;

use super::when::{When, Zone, time};

/// The fields that longlens knows, in the order in which they are listed.
pub const NAMES: [&str; 39] = [
    "title",
    "headline",
    "description",
    "caption_writer",
    "city",
    "location",
    "province",
    "country",
    "country_code",
    "date",
    "time",
    "zone",
    "byline",
    "byline_title",
    "credit",
    "source",
    "copyright",
    "usage_terms",
    "contact",
    "instructions",
    "job_id",
    "urgency",
    "rating",
    "label",
    "category",
    "supplemental_categories",
    "keywords",
    "person_in_image",
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

/// Fields of which a frame can have several, and what separates them in one text: the first of
/// these that the text has. A comma alone does not part names of people or addresses.
pub(crate) const LISTS: [(&str, &[char]); 5] = [
    ("keywords", &[';', ',']),
    ("supplemental_categories", &[';', ',']),
    ("person_in_image", &[';', ',']),
    ("byline", &[';']),
    ("contact", &[';']),
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
    /// The text as it is, control characters included; they are escaped where it is printed.
    pub text: String,
    /// Where it came from.
    pub origin: Origin,
    /// Its single items, where a block kept them apart: `Washington, D.C.` is one keyword.
    items: Vec<String>,
}

/// The fields of one frame, in a fixed order: the known ones as in [`NAMES`], then others as they
/// came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields {
    known: [Option<Value>; NAMES.len()],
    further: Vec<(String, Value)>,
    /// Known fields that the command line took away.
    taken: BTreeSet<&'static str>,
}

impl Default for Fields {
    fn default() -> Self {
        let known = std::array::from_fn(|_| None);
        Self { known, further: Vec::new(), taken: BTreeSet::new() }
    }
}

impl Fields {
    /// Sets a field, unless a later origin has set it already.
    ///
    /// An empty text says nothing and leaves the field as it is; from [`Origin::Set`] it takes the
    /// field away. A date that people give with a time (`2024-02-28T14:03:22+09:00`), or a time with a
    /// zone, sets these fields too, unless they are given by themselves.
    pub fn set(&mut self, name: &str, text: impl Into<String>, origin: Origin) {
        let text = text.into();
        match name {
            "date" if origin >= Origin::Csv => {
                let when = When::read(&text).filter(|when| when.time.is_some());
                if let Some(When { date: Some(date), time: Some(time), zone }) = when {
                    let before = |name: &str| self.value(name).is_none_or(|v| v.origin < origin);
                    let (clock, zoned) = (before("time"), before("zone"));
                    self.put(name, &date.to_string(), vec![], origin);
                    if clock {
                        self.put("time", &time.to_string(), vec![], origin);
                    }
                    if let Some(zone) = zone.filter(|_| zoned) {
                        self.put("zone", &zone.to_string(), vec![], origin);
                    }
                    return;
                }
            }
            "time" if origin >= Origin::Csv => {
                if let Some((clock, Some(zone))) = time(&text) {
                    self.put("zone", &zone.to_string(), vec![], origin);
                    self.put(name, &clock.to_string(), vec![], origin);
                    return;
                }
            }
            _ => {}
        }
        self.put(name, &text, vec![], origin);
    }

    /// Sets a field of several items that a block keeps apart.
    pub(super) fn set_list(&mut self, name: &str, mut items: Vec<String>, origin: Origin) {
        items.retain(|item| !item.trim().is_empty());
        let text = items.join(", ");
        self.put(name, &text, items, origin);
    }

    /// Sets date, time and zone as one source has them: they are never mixed, but for a source that
    /// says less of the same day or the same clock than another.
    pub(super) fn set_when(&mut self, when: When, origin: Origin) {
        let Some(date) = when.date.map(|date| date.to_string()) else { return };
        if self.value("date").is_some_and(|v| v.origin > origin) {
            return;
        }
        let clock = when.time.map(|time| time.to_string());
        let same_day = self.get("date") == Some(&date);
        let same_clock = same_day && clock.is_some() && self.get("time") == clock.as_deref();
        self.put("date", &date, vec![], origin);
        if clock.is_some() || !same_day {
            self.forget("time");
            self.put("time", &clock.unwrap_or_default(), vec![], origin);
            if when.zone.is_some() || !same_clock {
                self.forget("zone");
            }
            let zone = when.zone.map(|zone| zone.to_string());
            self.put("zone", &zone.unwrap_or_default(), vec![], origin);
        }
    }

    /// The moment that the fields say, if what they say is one.
    pub(super) fn when(&self) -> When {
        let day = self.get("date").and_then(When::read).unwrap_or_default();
        let clock = self.get("time").and_then(time);
        let zone = self.get("zone").and_then(Zone::read);
        When {
            date: day.date,
            time: clock.map(|(time, _)| time).or(day.time),
            zone: clock.and_then(|(_, zone)| zone).or(day.zone).or(zone),
        }
    }

    fn forget(&mut self, name: &str) {
        if let Some(i) = NAMES.iter().position(|&n| n == name) {
            self.known[i] = None;
        }
    }

    fn put(&mut self, name: &str, text: &str, items: Vec<String>, origin: Origin) {
        if self.value(name).is_some_and(|v| v.origin > origin) {
            return;
        }
        let says = !text.trim().is_empty();
        let value = Value { text: text.to_owned(), origin, items };
        match NAMES.iter().position(|&n| n == name) {
            _ if !says && origin != Origin::Set => {}
            Some(i) => {
                match says {
                    true => self.taken.remove(NAMES[i]),
                    false => self.taken.insert(NAMES[i]),
                };
                self.known[i] = says.then_some(value);
            }
            None => self.set_further(name, value),
        }
    }

    /// Whether the command line took a field away, so that nothing is to say it.
    pub(super) fn is_taken(&self, name: &str) -> bool {
        self.taken.contains(name)
    }

    /// Whether somebody gave a field or took it away: a table or the command line.
    pub(super) fn is_given(&self, name: &str) -> bool {
        self.is_taken(name) || self.value(name).is_some_and(|v| v.origin >= Origin::Csv)
    }

    /// Takes a field out, as if it had never been read.
    pub(super) fn without(mut self, name: &str) -> Self {
        self.forget(name);
        self
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

    /// The single items of a field; of most fields there is one.
    #[must_use]
    pub fn list(&self, name: &str) -> Vec<String> {
        let Some(value) = self.value(name) else { return Vec::new() };
        if !value.items.is_empty() {
            return value.items.clone();
        }
        let marks =
            LISTS.iter().find(|(list, _)| *list == name).map_or(&[][..], |(_, marks)| marks);
        match marks.iter().find(|mark| value.text.contains(**mark)) {
            Some(mark) => {
                let items = value.text.split(*mark).map(str::trim);
                items.filter(|item| !item.is_empty()).map(str::to_owned).collect()
            }
            None => vec![value.text.clone()],
        }
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

    /// Lets a value of a block be overruled by any other block.
    pub(super) fn lower(&mut self, name: &str) {
        let place = NAMES.iter().position(|&n| n == name);
        let value = place.and_then(|i| self.known[i].as_mut());
        if let Some(value) = value.filter(|value| value.origin < Origin::Csv) {
            value.origin = Origin::File;
        }
    }

    /// Copies a field with its items.
    pub(super) fn copy(&mut self, name: &str, value: &Value) {
        self.put(name, &value.text, value.items.clone(), value.origin);
    }
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
        fields.set("zone_name", "B", Origin::Csv);
        fields.set("beat", "border", Origin::Csv);
        fields.set("byline", "Pedro Pardo", Origin::Csv);
        fields.set("zone_name", "A", Origin::Csv);
        let names: Vec<_> = fields.iter().map(|(n, _)| n).collect();
        assert_eq!(names, ["byline", "zone_name", "beat"]);
        assert_eq!(fields.get("zone_name"), Some("A"));
    }

    #[test]
    fn date_and_time_come_from_one_source() {
        let when = |text: &str| When::read(text).unwrap();
        let mut fields = Fields::default();
        fields.set_when(when("2021:05:02 10:00:00"), Origin::Exif);
        fields.set_when(when("1968-07"), Origin::Xmp);
        assert_eq!((fields.get("date"), fields.get("time")), (Some("1968-07"), None));
        let mut fields = Fields::default();
        fields.set_when(when("2024:02:28 14:03:22+09:00"), Origin::Exif);
        fields.set_when(when("2024-02-28"), Origin::Iptc);
        fields.set_when(when("2024-02-28T14:03:22"), Origin::Xmp);
        assert_eq!(fields.when().xmp().as_deref(), Some("2024-02-28T14:03:22+09:00"));
        fields.set_when(when("2024-02-28T05:03:22Z"), Origin::Sidecar);
        assert_eq!(fields.when().xmp().as_deref(), Some("2024-02-28T05:03:22+00:00"));
    }

    #[test]
    fn what_people_give_in_one_text_is_taken_apart() {
        let mut fields = Fields::default();
        fields.set("time", "08:00", Origin::Set);
        fields.set("date", "2024-02-28T14:03:22+09:00", Origin::Set);
        assert_eq!((fields.get("date"), fields.get("time")), (Some("2024-02-28"), Some("08:00")));
        fields.set("time", "14:03:22+01:00", Origin::Set);
        assert_eq!((fields.get("time"), fields.get("zone")), (Some("14:03:22"), Some("+01:00")));
        fields.set("date", "28 February 2024", Origin::Set);
        assert_eq!(fields.get("date"), Some("28 February 2024"));
    }

    #[test]
    fn lists_are_what_a_block_keeps_apart_or_what_stands_between_marks() {
        let mut fields = Fields::default();
        let both = vec!["Washington, D.C.".to_owned(), "river".to_owned()];
        fields.set_list("keywords", both.clone(), Origin::Xmp);
        assert_eq!(fields.list("keywords"), both);
        fields.set("keywords", "Washington, D.C.; river", Origin::Csv);
        assert_eq!(fields.list("keywords"), both);
        fields.set("keywords", "border, river", Origin::Set);
        assert_eq!(fields.list("keywords"), ["border", "river"]);
        fields.set("byline", "Pardo, Pedro; Kim", Origin::Set);
        assert_eq!(fields.list("byline"), ["Pardo, Pedro", "Kim"]);
        fields.set("headline", "a; b", Origin::Set);
        assert_eq!(fields.list("headline"), ["a; b"]);
    }
}

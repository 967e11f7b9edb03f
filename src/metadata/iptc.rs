//! IPTC-IIM: the news agencies' fields, as datasets of record 2 within Photoshop's resources.
//!
//! Layout: IPTC-NAA Information Interchange Model 4.2 (2014), chapter 1: a dataset is 0x1C, record,
//! number, length (15 bits; with the top bit set, the length of the length), content. Chapter 5
//! gives 1:90 (`ESC % G` is UTF-8), chapter 6 the record and its largest lengths in bytes. A block
//! without 1:90 is tried as UTF-8, then read as Latin-1.

use std::collections::BTreeSet;

use super::carry::Removed;
use super::fields::{Fields, Origin, iso_date, iso_time, text_of};
use super::photoshop::{IPTC, IPTC_DIGEST, Resources};
use super::policy::Privacy;
use crate::error::Warning;

/// 1:90's content for UTF-8 (ISO 2022 escape sequence).
const UTF8_MARK: &[u8] = b"\x1B%G";
/// The model's version that record 2 says it follows (2:00).
const VERSION: &[u8] = &[0, 4];

/// The field of each dataset of record 2, and the most bytes it may have (IIM 4.2, chapter 6).
const DATASETS: [(u8, &str, usize); 15] = [
    (25, "keywords", 64),
    (40, "instructions", 256),
    (55, "date", 8),
    (60, "time", 11),
    (80, "byline", 32),
    (90, "city", 32),
    (92, "location", 32),
    (95, "province", 32),
    (100, "country_code", 3),
    (101, "country", 64),
    (105, "headline", 256),
    (110, "credit", 32),
    (115, "source", 32),
    (116, "copyright", 128),
    (120, "description", 2000),
];
const KEYWORDS: u8 = 25;
/// Preview: format, version, bytes (2:200 to 2:202).
const PREVIEW: std::ops::RangeInclusive<u8> = 200..=202;

/// One dataset and the bytes it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Dataset {
    record: u8,
    number: u8,
    content: Vec<u8>,
    /// All of it, as it stood in the block.
    whole: Vec<u8>,
}

impl Dataset {
    fn new(record: u8, number: u8, content: Vec<u8>) -> Self {
        let mut whole = vec![0x1C, record, number];
        whole.extend((content.len() as u16).to_be_bytes());
        whole.extend(&content);
        Self { record, number, content, whole }
    }

    /// The first dataset of these bytes.
    fn first(bytes: &[u8]) -> Option<Self> {
        let head = bytes.get(..5).filter(|h| h[0] == 0x1C)?;
        let length = usize::from(u16::from_be_bytes([head[3], head[4]]));
        let (start, length) = match length {
            0..0x8000 => (5, length),
            _ => {
                let digits = bytes.get(5..5 + (length & 0x7FFF)).filter(|d| d.len() <= 4)?;
                (5 + digits.len(), digits.iter().fold(0, |sum, &d| sum << 8 | usize::from(d)))
            }
        };
        let whole = bytes.get(..start.checked_add(length)?)?.to_vec();
        Some(Self { record: head[1], number: head[2], content: whole[start..].to_vec(), whole })
    }
}

/// An IPTC-IIM block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Iim {
    datasets: Vec<Dataset>,
    /// What lies after the last whole dataset.
    tail: Vec<u8>,
    changed: bool,
}

impl Iim {
    pub(super) fn new(mut bytes: &[u8]) -> Self {
        let mut datasets = Vec::new();
        while let Some(dataset) = Dataset::first(bytes) {
            bytes = &bytes[dataset.whole.len()..];
            datasets.push(dataset);
        }
        Self { datasets, tail: bytes.to_vec(), changed: false }
    }

    fn is_marked_utf8(&self) -> bool {
        self.datasets.iter().any(|d| d.record == 1 && d.number == 90 && d.content == UTF8_MARK)
    }

    /// The texts of all datasets of a number, as a field has them.
    fn field(&self, number: u8) -> Option<String> {
        let of = self.datasets.iter().filter(|d| d.record == 2 && d.number == number);
        let texts: Vec<String> =
            of.map(|d| text_of(&d.content)).filter(|t| !t.is_empty()).collect();
        match number {
            55 => iso_date(texts.first()?),
            60 => iso_time(texts.first()?),
            _ => (!texts.is_empty()).then(|| texts.join(", ")),
        }
    }

    fn read(&self, fields: &mut Fields) {
        for (number, name, _) in DATASETS {
            fields.set(name, self.field(number).unwrap_or_default(), Origin::Iptc);
        }
    }

    /// Takes out the preview and, unless they may be kept, keywords that are a position; which
    /// there were.
    pub(super) fn take_out(&mut self, privacy: Privacy) -> BTreeSet<Removed> {
        let telling = |d: &Dataset| privacy != Privacy::Keep && is_position(&text_of(&d.content));
        let doom = |d: &Dataset| match d.number {
            _ if d.record != 2 => None,
            KEYWORDS => telling(d).then_some(Removed::Position),
            number => PREVIEW.contains(&number).then_some(Removed::Preview),
        };
        let removed: BTreeSet<_> = self.datasets.iter().filter_map(doom).collect();
        self.datasets.retain(|d| doom(d).is_none());
        self.changed |= !removed.is_empty();
        removed
    }

    /// Drops what lies after the last whole dataset, unless it is nothing but filling; whether there
    /// was such.
    pub(super) fn drop_tail(&mut self) -> bool {
        let says = self.tail.iter().any(|&byte| byte != 0);
        if says {
            self.tail.clear();
            self.changed = true;
        }
        says
    }

    /// Makes the block say what the fields say; cut texts are said in the warnings.
    pub(super) fn put(&mut self, fields: &Fields, warnings: &mut Vec<Warning>) {
        for (number, name, limit) in DATASETS {
            // A time without its day says nothing.
            if fields.is_taken(name) || name == "time" && fields.is_taken("date") {
                self.remove(number);
                continue;
            }
            let Some(text) = fields.get(name) else { continue };
            if self.field(number).as_deref() == Some(text) {
                continue;
            }
            let texts: Vec<String> = match name {
                "keywords" => keywords(text).map(str::to_owned).collect(),
                "date" => vec![text.replace('-', "")],
                "time" => match self.clock(text) {
                    Some(clock) => vec![clock],
                    None => continue,
                },
                _ => vec![text.to_owned()],
            };
            self.make_utf8();
            self.replace(number, texts.iter().map(|t| cut(t, limit)));
            if texts.iter().any(|t| t.len() > limit) {
                warnings.push(Warning::Other(format!(
                    "{name} was cut to the {limit} bytes that IPTC-IIM allows; XMP has all of it"
                )));
            }
        }
    }

    /// A time as IIM has it, with the zone that stood in the block. Without one there is no time:
    /// IIM has none without a zone, and a guessed zone would be a wrong time.
    fn clock(&self, text: &str) -> Option<String> {
        let before = self.datasets.iter().find(|d| d.record == 2 && d.number == 60)?;
        let before = text_of(&before.content);
        Some(format!("{}{}", text.replace(':', ""), before.get(6..).unwrap_or_default()))
    }

    fn replace<'a>(&mut self, number: u8, texts: impl Iterator<Item = &'a str>) {
        let is = |d: &Dataset| d.record == 2 && d.number == number;
        let place = self.datasets.iter().position(is).unwrap_or_else(|| self.end_of_record_2());
        self.datasets.retain(|d| !is(d));
        let place = place.min(self.datasets.len());
        let new = texts.map(|t| Dataset::new(2, number, t.as_bytes().to_vec()));
        self.datasets.splice(place..place, new.collect::<Vec<_>>());
        self.changed = true;
    }

    fn remove(&mut self, number: u8) {
        let before = self.datasets.len();
        self.datasets.retain(|d| d.record != 2 || d.number != number);
        self.changed |= self.datasets.len() < before;
    }

    fn end_of_record_2(&self) -> usize {
        self.datasets.iter().rposition(|d| d.record <= 2).map_or(0, |i| i + 1)
    }

    /// Marks the block as UTF-8 and makes its texts so, and gives it a version where it has none.
    fn make_utf8(&mut self) {
        if !self.datasets.iter().any(|d| d.record == 2 && d.number == 0) {
            let place = self.datasets.iter().position(|d| d.record >= 2);
            let place = place.unwrap_or(self.datasets.len());
            self.datasets.insert(place, Dataset::new(2, 0, VERSION.to_vec()));
        }
        if self.is_marked_utf8() {
            return;
        }
        // 2:125 is a picture of the caption, 2:150 to 2:154 and 2:200 to 2:202 are no texts.
        let is_text =
            |d: &Dataset| d.record == 2 && (3..150).contains(&d.number) && d.number != 125;
        for dataset in self.datasets.iter_mut().filter(|d| is_text(d)) {
            if std::str::from_utf8(&dataset.content).is_err() {
                let text: String = dataset.content.iter().map(|&b| char::from(b)).collect();
                *dataset = Dataset::new(2, dataset.number, cut(&text, 0x7FFF).as_bytes().to_vec());
            }
        }
        self.datasets.retain(|d| d.record != 1 || d.number != 90);
        let place = self.datasets.iter().position(|d| d.record > 1 || d.number > 90);
        let mark = Dataset::new(1, 90, UTF8_MARK.to_vec());
        self.datasets.insert(place.unwrap_or(self.datasets.len()), mark);
    }

    /// Puts the block back among the resources, if it was changed.
    pub(super) fn store(self, resources: &mut Resources) {
        if self.changed {
            let mut bytes: Vec<u8> = self.datasets.into_iter().flat_map(|d| d.whole).collect();
            bytes.extend(self.tail);
            resources.put(IPTC, &bytes);
            resources.remove(&[IPTC_DIGEST]);
        }
    }

    /// Whether the block was changed since it was read.
    pub(super) fn is_changed(&self) -> bool {
        self.changed
    }
}

/// Reads the fields of the IPTC-IIM block among these resources.
pub(super) fn read(photoshop: &[u8], fields: &mut Fields) {
    if let Some(block) = Resources::new(photoshop).find(IPTC) {
        Iim::new(block).read(fields);
    }
}

/// The single keywords of a field.
pub(super) fn keywords(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';']).map(str::trim).filter(|k| !k.is_empty())
}

/// Whether a keyword is a position, as Flickr's machine tags write them: `geo:lat=41.8`; also as a
/// branch of a tree of keywords, `places|geo:lat=41.8`.
pub(super) fn is_position(keyword: &str) -> bool {
    let tags = ["geo:lat", "geo:lon", "geo:alt"];
    let tells = |branch: &str| {
        let branch = branch.trim().to_ascii_lowercase();
        tags.iter().any(|tag| branch.starts_with(tag))
    };
    keyword.split(['|', '/']).any(tells)
}

/// As much of a text as fits into so many bytes.
fn cut(text: &str, limit: usize) -> &str {
    let ends = (0..=limit.min(text.len())).rev();
    &text[..ends.into_iter().find(|&i| text.is_char_boundary(i)).unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(datasets: &[(u8, u8, &[u8])]) -> Vec<u8> {
        datasets.iter().flat_map(|&(r, n, c)| Dataset::new(r, n, c.to_vec()).whole).collect()
    }

    fn fields_of(block: &[u8]) -> Fields {
        let mut resources = Resources::default();
        resources.put(IPTC, block);
        let mut fields = Fields::default();
        read(&resources.into_bytes().unwrap(), &mut fields);
        fields
    }

    #[test]
    fn utf8_and_latin1_are_told_apart() {
        let utf8 = block(&[(1, 90, UTF8_MARK), (2, 90, "Đà Lạt".as_bytes())]);
        assert_eq!(fields_of(&utf8).get("city"), Some("Đà Lạt"));
        assert_eq!(fields_of(&block(&[(2, 90, b"Z\xFCrich")])).get("city"), Some("Zürich"));
        assert_eq!(fields_of(&block(&[(2, 90, "Zürich".as_bytes())])).get("city"), Some("Zürich"));
    }

    #[test]
    fn changing_one_field_makes_all_of_a_latin1_block_utf8() {
        let mut iim = Iim::new(&block(&[(2, 0, VERSION), (2, 90, b"Z\xFCrich"), (7, 10, b"\xFF")]));
        let mut fields = Fields::default();
        fields.set("byline", "김 “Kim” {1} 🦅", Origin::Set);
        let mut warnings = Vec::new();
        iim.put(&fields, &mut warnings);
        assert_eq!(warnings, []);
        let mut resources = Resources::default();
        iim.store(&mut resources);
        let bytes = resources.find(IPTC).unwrap().to_vec();
        let read = fields_of(&bytes);
        assert_eq!(
            (read.get("city"), read.get("byline")),
            (Some("Zürich"), Some("김 “Kim” {1} 🦅"))
        );
        assert!(bytes.starts_with(b"\x1C\x01\x5A\0\x03\x1B%G\x1C\x02\0\0\x02\0\x04"));
        assert!(bytes.ends_with(b"\x1C\x07\x0A\0\x01\xFF"));
    }

    #[test]
    fn a_text_beyond_the_models_limit_is_cut_between_characters_and_said() {
        let mut fields = Fields::default();
        fields.set("byline", "김".repeat(11), Origin::Set);
        let (mut iim, mut warnings) = (Iim::default(), Vec::new());
        iim.put(&fields, &mut warnings);
        assert_eq!(iim.field(80).unwrap().chars().count(), 10);
        assert_eq!(warnings.len(), 1);
    }

    #[test]
    fn keywords_that_are_positions_go_and_the_others_stay() {
        let mut iim =
            Iim::new(&block(&[(2, 25, b"river"), (2, 25, b"geo:lat=41.80"), (2, 25, b"border")]));
        assert_eq!(iim.take_out(Privacy::Field), BTreeSet::from([Removed::Position]));
        assert_eq!(iim.field(25).as_deref(), Some("river, border"));
    }

    #[test]
    fn long_lengths_and_torn_ends_are_read_as_far_as_they_go() {
        let mut bytes = b"\x1C\x02\x78\x80\x04\0\0\0\x05hello".to_vec();
        bytes.extend(b"\x1C\x02\x5A\0\xFFshort");
        let iim = Iim::new(&bytes);
        assert_eq!(iim.field(120).as_deref(), Some("hello"));
        assert_eq!(iim.tail, b"\x1C\x02\x5A\0\xFFshort");
    }
}

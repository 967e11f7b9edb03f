//! IPTC-IIM: the news agencies' fields, as datasets of record 2 within Photoshop's resources.
//!
//! Layout: IPTC-NAA Information Interchange Model 4.2 (2014), chapter 1: a dataset is 0x1C, record,
//! number, length (15 bits; with the top bit set, the length of the length), content. Chapter 5
//! gives 1:90 (`ESC % G` is UTF-8), chapter 6 the record and its largest lengths in bytes. A block
//! without 1:90 is tried as UTF-8, then read as `--encoding` says, or as Windows-1252.

mod dataset;
mod differences;

use std::collections::BTreeSet;

use super::dates::Dates;
use super::fields::{Fields, Origin};
use super::keywords::{is_name_of, is_position};
use super::photoshop::{IPTC, IPTC_DIGEST, Resources};
use super::policy::Privacy;
use super::removed::Removed;
use super::text::Encoding;
use super::when::When;
use crate::error::Warning;
use dataset::{DATASETS, Dataset};
pub(super) use differences::differences;

/// 1:90's content for UTF-8 (ISO 2022 escape sequence).
const UTF8_MARK: &[u8] = b"\x1B%G";
/// The model's version that record 2 says it follows (2:00).
const VERSION: &[u8] = &[0, 4];

const KEYWORDS: u8 = 25;
/// Date and time of creation; and of digital creation.
const DATE: u8 = 55;
const TIME: u8 = 60;
const DIGITISED: [u8; 2] = [62, 63];
/// Preview: format, version, bytes (2:200 to 2:202).
const PREVIEW: std::ops::RangeInclusive<u8> = 200..=202;

/// An IPTC-IIM block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Iim {
    datasets: Vec<Dataset>,
    /// What lies after the last whole dataset.
    tail: Vec<u8>,
    /// How texts are read where the block does not say.
    encoding: Encoding,
    digest: [u8; 16],
    changed: bool,
}

impl Iim {
    pub(super) fn new(block: &[u8], encoding: Encoding) -> Self {
        let (mut datasets, mut bytes) = (Vec::new(), block);
        while let Some(dataset) = Dataset::first(bytes) {
            bytes = &bytes[dataset.whole.len()..];
            datasets.push(dataset);
        }
        // A TIFF fills a block up with zeros, which its digest may or may not count.
        let filling = if bytes.iter().all(|&byte| byte == 0) { bytes.len() } else { 0 };
        let digest = md5::compute(&block[..block.len() - filling]).0;
        Self { datasets, tail: bytes.to_vec(), encoding, digest, changed: false }
    }

    /// The block among Photoshop's resources; an empty one if there is none.
    pub(super) fn of(resources: &Resources, encoding: Encoding) -> Self {
        Self::new(resources.find(IPTC).unwrap_or_default(), encoding)
    }

    /// Whether this is the MD5 sum of the block as it was read, with or without what fills it up.
    pub(super) fn has_digest(&self, digest: [u8; 16]) -> bool {
        let whole = || {
            let datasets = self.datasets.iter().flat_map(|d| &d.whole);
            datasets.chain(&self.tail).copied().collect::<Vec<u8>>()
        };
        digest == self.digest || !self.changed && digest == md5::compute(whole()).0
    }

    fn is_marked_utf8(&self) -> bool {
        self.datasets.iter().any(|d| d.record == 1 && d.number == 90 && d.content == UTF8_MARK)
    }

    /// Whether a text that is a field can only be read by a guess.
    pub(super) fn guesses(&self) -> bool {
        self.datasets.iter().any(|d| d.is_text() && self.encoding.guesses(&d.content))
    }

    fn is_legacy(&self) -> bool {
        let other = |d: &Dataset| d.is_text() && std::str::from_utf8(&d.content).is_err();
        !self.is_marked_utf8() && self.datasets.iter().any(other)
    }

    /// The texts of all datasets of a number.
    fn texts(&self, number: u8) -> Vec<String> {
        let of = self.datasets.iter().filter(|d| d.record == 2 && d.number == number);
        of.map(|d| self.encoding.read(&d.content)).filter(|t| !t.is_empty()).collect()
    }

    /// Reads all fields.
    pub(super) fn read(&self, fields: &mut Fields) {
        for (number, name, _, many) in DATASETS {
            let texts = self.texts(number);
            match texts.len() {
                0 => {}
                1 if !many => fields.set(name, texts[0].clone(), Origin::Iptc),
                // Some programs cut a long text into several datasets, others repeat it.
                _ => fields.set_list(name, texts, Origin::Iptc),
            }
        }
        fields.set_when(self.when().unwrap_or_default(), Origin::Iptc);
    }

    /// When the picture was taken, as the block has it.
    pub(super) fn when(&self) -> Option<When> {
        let date = self.texts(DATE).into_iter().next()?;
        let time = self.texts(TIME).into_iter().next();
        let moment = time.and_then(|time| When::read(&format!("{date} {time}")));
        moment.or_else(|| When::of_block(&date))
    }

    /// Takes out the preview and, unless they may be kept, keywords that are a position; which
    /// there were.
    pub(super) fn take_out(&mut self, privacy: Privacy) -> BTreeSet<Removed> {
        let encoding = self.encoding;
        let telling =
            |d: &Dataset| privacy != Privacy::Keep && is_position(&encoding.read(&d.content));
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

    /// Writes the fields into the block; texts that had to be cut are reported as warnings.
    pub(super) fn put(&mut self, fields: &Fields, dates: &Dates, warnings: &mut Vec<Warning>) {
        for (number, name, limit, _) in DATASETS {
            if fields.is_taken(name) {
                self.remove(number);
                continue;
            }
            let texts: Vec<String> = fields.list(name);
            if texts.is_empty() || self.texts(number) == texts {
                continue;
            }
            let fitted = self.fitted(&texts, limit);
            let is_cut = fitted.texts.iter().zip(&texts).any(|(fitted, text)| *fitted != text);
            // What was cut before is not another text.
            if self.texts(number) != fitted.texts {
                let (bytes, is_utf8) = (fitted.bytes, fitted.is_utf8);
                self.replace(number, bytes, is_utf8);
            }
            if is_cut {
                warnings.push(Warning::Other(format!(
                    "{name} was cut to the {limit} bytes that IPTC-IIM allows; XMP has all of it"
                )));
            }
        }
        self.put_dates(dates);
    }

    /// Takes out keywords that name people who were cropped out.
    pub(super) fn drop_names(&mut self, names: &[String]) {
        let encoding = self.encoding;
        let before = self.datasets.len();
        self.datasets.retain(|d| {
            let is_keyword = d.record == 2 && d.number == KEYWORDS;
            !is_keyword || !is_name_of(&encoding.read(&d.content), names)
        });
        self.changed |= self.datasets.len() < before;
    }

    fn put_dates(&mut self, dates: &Dates) {
        let before = self.when();
        match dates {
            Dates::Taken => {
                for number in [DATE, TIME].into_iter().chain(DIGITISED) {
                    self.remove(number);
                }
            }
            Dates::Given(when) if before == Some(*when) => {}
            // Only where there is none; what the block has keeps its bytes.
            Dates::Known(_) if before.is_some() || !self.texts(DATE).is_empty() => {}
            Dates::Known(when) | Dates::Given(when) => {
                let Some(date) = when.date else { return };
                if before.and_then(|before| before.date) != Some(date) {
                    self.replace(DATE, vec![date.iim().into_bytes()], false);
                }
                // Without a zone there is no time here, and a guessed one would be wrong.
                match when.iim_time() {
                    Some(time) => self.replace(TIME, vec![time.into_bytes()], false),
                    None => self.remove(TIME),
                }
            }
            Dates::None => {}
        }
    }

    /// As much of these texts as a dataset may have. A block in another encoding stays in it, so that its
    /// other texts keep their bytes, unless that cannot say what is new.
    fn fitted<'t>(&self, texts: &'t [String], limit: usize) -> Fitted<'t> {
        let in_legacy = |text: &'t String| legacy_start(self.encoding, text, limit);
        let legacy: Option<Vec<_>> = match self.is_legacy() {
            true => texts.iter().map(in_legacy).collect(),
            false => None,
        };
        let is_utf8 = legacy.is_none();
        let in_utf8 = |text: &'t String| {
            let start = cut(text, limit);
            (start, start.as_bytes().to_vec())
        };
        let all = legacy.unwrap_or_else(|| texts.iter().map(in_utf8).collect());
        let (texts, bytes) = all.into_iter().unzip();
        Fitted { texts, bytes, is_utf8 }
    }

    /// Puts datasets in the place of those of a number.
    fn replace(&mut self, number: u8, bytes: Vec<Vec<u8>>, is_utf8: bool) {
        if is_utf8 {
            self.make_utf8();
        }
        self.make_versioned();
        let is = |d: &Dataset| d.record == 2 && d.number == number;
        let place = self.datasets.iter().position(is).unwrap_or_else(|| self.end_of_record_2());
        self.datasets.retain(|d| !is(d));
        let place = place.min(self.datasets.len());
        let new = bytes.into_iter().map(|content| Dataset::new(2, number, content));
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

    /// Gives the record a version where it has none.
    fn make_versioned(&mut self) {
        if !self.datasets.iter().any(|d| d.record == 2 && d.number == 0) {
            let place = self.datasets.iter().position(|d| d.record >= 2);
            let place = place.unwrap_or(self.datasets.len());
            self.datasets.insert(place, Dataset::new(2, 0, VERSION.to_vec()));
        }
    }

    /// Marks the block as UTF-8 and makes its texts so.
    fn make_utf8(&mut self) {
        if self.is_marked_utf8() {
            return;
        }
        for dataset in self.datasets.iter_mut().filter(|d| d.is_text()) {
            if std::str::from_utf8(&dataset.content).is_err() {
                let text = self.encoding.read(&dataset.content);
                *dataset = Dataset::new(2, dataset.number, cut(&text, 0x7FFF).as_bytes().to_vec());
            }
        }
        self.datasets.retain(|d| d.record != 1 || d.number != 90);
        let place = self.datasets.iter().position(|d| d.record > 1 || d.number > 90);
        let mark = Dataset::new(1, 90, UTF8_MARK.to_vec());
        self.datasets.insert(place.unwrap_or(self.datasets.len()), mark);
    }

    /// Puts the block back among the resources, if it was changed. The digest goes on telling whether the
    /// block and XMP say the same: they do where both were `written`, or where they did before.
    pub(super) fn store(self, resources: &mut Resources, written: bool) {
        if self.changed {
            let known = resources.digest();
            let in_line = known.is_some_and(|known| written || known == self.digest);
            let mut bytes: Vec<u8> = self.datasets.into_iter().flat_map(|d| d.whole).collect();
            bytes.extend(self.tail);
            if in_line {
                resources.put(IPTC_DIGEST, &md5::compute(&bytes).0);
            }
            resources.put(IPTC, &bytes);
        }
    }

    /// Whether the block was changed since it was read.
    pub(super) fn is_changed(&self) -> bool {
        self.changed
    }
}

/// Texts as far as they fit.
struct Fitted<'t> {
    texts: Vec<&'t str>,
    bytes: Vec<Vec<u8>>,
    /// Whether these are UTF-8, and so the whole block has to be.
    is_utf8: bool,
}

/// As much of a text as fits into so many bytes of an encoding that is not UTF-8; `None` if that cannot say the
/// text.
fn legacy_start(encoding: Encoding, text: &str, limit: usize) -> Option<(&str, Vec<u8>)> {
    let whole = encoding.write(text)?;
    if whole.len() <= limit {
        return Some((text, whole));
    }
    // A character has a byte at least.
    let ends = text.char_indices().map(|(at, _)| at).take(limit + 1).collect::<Vec<_>>();
    let starts = ends.into_iter().rev().map(|end| &text[..end]);
    let mut fitting = starts.filter_map(|start| Some((start, encoding.write(start)?)));
    fitting.find(|(_, bytes)| bytes.len() <= limit)
}

/// As much of a text as fits into so many bytes.
fn cut(text: &str, limit: usize) -> &str {
    let ends = (0..=limit.min(text.len())).rev();
    &text[..ends.into_iter().find(|&i| text.is_char_boundary(i)).unwrap_or(0)]
}

#[cfg(test)]
mod tests;

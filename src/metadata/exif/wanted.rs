//! The values that fields and dates require in the tags of a block.

use super::read::when;
use super::tags::{CHANGED, COMMENT, FRACTIONS, TAKEN, TEXTS, WINDOWS, ZONES};
use super::tiff::Which;
use crate::metadata::dates::Dates;
use crate::metadata::fields::Fields;
use crate::metadata::when::When;

/// What a tag is to say; `None` takes it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::metadata) struct Wanted {
    pub(super) table: Which,
    pub(super) tag: u16,
    pub(super) text: Option<String>,
    /// It stays if it says this.
    pub(super) unless: Option<String>,
    /// Whether the tag repeats a field that has a tag of its own.
    pub(super) is_copy: bool,
}

impl Wanted {
    fn new(table: Which, tag: u16, text: Option<String>) -> Self {
        Self { table, tag, text, unless: None, is_copy: false }
    }

    /// Bytes of the text.
    pub(in crate::metadata) fn bytes(&self) -> usize {
        self.text.as_ref().map_or(0, String::len)
    }

    /// Whether it takes the tag out.
    pub(in crate::metadata) fn is_removal(&self) -> bool {
        self.text.is_none()
    }
}

/// The text of a field as EXIF has it: authors are separated by semicolons (EXIF 2.32, 4.6.4, Artist).
pub(super) fn in_exif(fields: &Fields, name: &str) -> Option<String> {
    let items = fields.list(name);
    (!items.is_empty()).then(|| items.join("; "))
}

/// What fields want tags to say, and the tags whose field was removed or set, with the tags
/// that repeat them.
pub(in crate::metadata) fn wanted(
    block: Option<&[u8]>,
    fields: &Fields,
    dates: &Dates,
) -> Vec<Wanted> {
    let mut all = Vec::new();
    for (tag, name) in TEXTS {
        let text = in_exif(fields, name);
        if text.is_some() || fields.is_taken(name) {
            all.push(Wanted::new(Which::Primary, tag, text));
        }
    }
    let remark = (Which::Exif, COMMENT, "description");
    let windows = WINDOWS.iter().map(|&(tag, name)| (Which::Primary, tag, name));
    for (table, tag, name) in windows.chain([remark]).filter(|(.., name)| fields.is_given(name)) {
        let unless = match name {
            "keywords" => Some(fields.list(name).join(";")),
            name => in_exif(fields, name),
        };
        all.push(Wanted { table, tag, text: None, unless, is_copy: true });
    }
    all.extend(of_dates(block, dates));
    all
}

fn of_dates(block: Option<&[u8]>, dates: &Dates) -> Vec<Wanted> {
    let before = block.and_then(when);
    let out = |tag: u16| Wanted::new(Which::Exif, tag, None);
    let zone = |when: &When| when.zone.map(|zone| zone.to_string());
    let ([taken, _], [zoned, _], [fraction, _]) = (TAKEN, ZONES, FRACTIONS);
    match dates {
        Dates::None => Vec::new(),
        Dates::Taken => {
            let all = TAKEN.into_iter().chain(ZONES).chain(FRACTIONS).chain(CHANGED);
            all.map(out).collect()
        }
        Dates::Known(when) => match (before, when.exif()) {
            (None, Some(moment)) => {
                let zone = zone(when).map(|zone| Wanted::new(Which::Exif, zoned, Some(zone)));
                let moment = Wanted::new(Which::Exif, taken, Some(moment));
                std::iter::once(moment).chain(zone).collect()
            }
            _ => Vec::new(),
        },
        Dates::Given(when) if before == Some(*when) => Vec::new(),
        Dates::Given(when) => {
            // EXIF has no date without its time, and strict readers refuse blanks.
            let moment = Wanted::new(Which::Exif, taken, when.exif());
            let zone =
                Wanted::new(Which::Exif, zoned, zone(when).filter(|_| moment.text.is_some()));
            let same = before.is_some_and(|before| before.time == when.time);
            let fraction = (!same).then(|| out(fraction));
            [moment, zone].into_iter().chain(fraction).collect()
        }
    }
}

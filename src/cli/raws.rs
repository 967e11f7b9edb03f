//! One sentence on the RAW files of a run: what they were developed from, and which have no JPEG.

use super::text;
use crate::batch::{RawSource, Raws};
use crate::format::DEVELOPS_SENSORS;

/// One sentence; none if there are no RAW files. `developed` is how many of those that have a JPEG were
/// developed, if that is known; `few` shortens a list of names.
pub(super) fn sentence(
    raws: &Raws,
    developed: Option<usize>,
    few: impl Fn(Vec<String>) -> String,
) -> Option<String> {
    let (all, paired, alone) = (raws.count(), raws.by_picture.len(), raws.alone.len());
    if all == 0 {
        return None;
    }
    let files = one_or(all, "RAW file", "RAW files");
    match raws.source {
        RawSource::Auto | RawSource::Jpeg => {}
        RawSource::Skip => return Some(format!("skipped {all} {files}")),
        RawSource::Embedded | RawSource::EmbeddedAny | RawSource::Sensor => {
            let beside = match paired {
                0 => String::new(),
                1 => "; 1 JPEG beside them is not used".to_owned(),
                _ => format!("; {paired} JPEGs beside them are not used"),
            };
            let verb = one_or(all, "is", "are");
            let from = match raws.source {
                RawSource::Sensor => "the sensor data",
                _ => "the JPEG inside",
            };
            return Some(format!("{all} {files} {verb} developed from {from}{beside}"));
        }
    }
    let was = match developed {
        None => one_or(paired, "is", "are"),
        Some(_) => one_or(paired, "was", "were"),
    };
    let is_whole = developed.is_none_or(|developed| developed == paired);
    if alone == 0 && is_whole {
        let beside = one_or(paired, "the JPEG beside it", "the JPEGs beside them");
        return Some(format!("{all} {files} {was} developed from {beside}"));
    }
    let mut parts = Vec::new();
    if paired > 0 {
        let has = one_or(paired, "has", "have");
        parts.push(match developed {
            Some(0) => format!("{paired} {has} a JPEG, not developed in this run"),
            Some(developed) if !is_whole => {
                format!("{paired} {has} a JPEG, {developed} of them developed in this run")
            }
            _ => format!("{paired} {has} a JPEG and {was} developed from it"),
        });
    }
    if alone > 0 {
        let has = one_or(alone, "has", "have");
        let instead = match raws.source {
            RawSource::Jpeg => one_or(alone, " and is skipped", " and are skipped"),
            _ if DEVELOPS_SENSORS => ", so the JPEG inside or the sensor data is needed",
            _ => ", so the JPEG inside is needed",
        };
        let names = few(raws.alone.iter().map(|path| text::path(path)).collect());
        if paired == 0 {
            return Some(format!(
                "{all} {files} {has} no JPEG beside {}{instead}: {names}",
                one_or(alone, "it", "them")
            ));
        }
        parts.push(format!("{alone} {has} none{instead}: {names}"));
    }
    Some(format!("{all} {files}: {}", parts.join(", ")))
}

fn one_or(count: usize, one: &'static str, more: &'static str) -> &'static str {
    if count == 1 { one } else { more }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raws(source: RawSource, paired: usize, alone: usize) -> Raws {
        let name = |what: &str, i: usize| format!("{what}{i}").into();
        Raws {
            source,
            by_picture: (0..paired).map(|i| (name("p", i), name("r", i))).collect(),
            alone: (0..alone).map(|i| name("a", i)).collect(),
        }
    }

    #[test]
    fn each_count_has_its_words() {
        let say = |source, paired, alone, developed| {
            sentence(&raws(source, paired, alone), developed, |names| names.join(", "))
        };
        assert_eq!(say(RawSource::Auto, 0, 0, None), None);
        let whole = say(RawSource::Auto, 50, 2, Some(50)).unwrap();
        let start = "52 RAW files: 50 have a JPEG and were developed from it, 2 have none, so the JPEG \
                     inside ";
        assert!(whole.starts_with(start) && whole.ends_with(" is needed: a0, a1"), "{whole}");
        let one = "1 RAW file is developed from the JPEG beside it";
        assert_eq!(say(RawSource::Jpeg, 1, 0, None).as_deref(), Some(one));
        let some = "3 RAW files: 3 have a JPEG, 2 of them developed in this run";
        assert_eq!(say(RawSource::Auto, 3, 0, Some(2)).as_deref(), Some(some));
        assert_eq!(say(RawSource::Skip, 2, 1, None).as_deref(), Some("skipped 3 RAW files"));
    }
}

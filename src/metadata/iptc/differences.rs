//! Where XMP and IPTC-IIM disagree.

use super::dataset::DATASETS;
use crate::error::Warning;
use crate::metadata::fields::Fields;
use crate::metadata::keywords::is_position;

/// Letters of a text that are shown.
const MOST_LETTERS: usize = 60;

/// What XMP and IPTC-IIM say differently, where nothing tells which of them is newer.
pub(in crate::metadata) fn differences(iptc: &Fields, xmp: &Fields) -> Option<Warning> {
    let plain = |items: Vec<String>| -> Vec<String> {
        items.iter().map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    };
    let cut_off = |name: &str, short: &[String], long: &[String]| {
        let limit = DATASETS.iter().find(|d| d.1 == name).map_or(usize::MAX, |d| d.2);
        let alike =
            |(s, l): (&String, &String)| s == l || s.len() + 4 > limit && l.starts_with(s.as_str());
        short.len() == long.len() && short.iter().zip(long).all(alike)
    };
    let mut found = Vec::new();
    for (_, name, ..) in DATASETS {
        let texts = |fields: &Fields| {
            // A journal keeps the warnings, and goes along with the outputs.
            let told = |item: &String| !is_position(item);
            plain(fields.list(name).into_iter().filter(told).collect())
        };
        let (short, long) = (texts(iptc), texts(xmp));
        if short.is_empty() || long.is_empty() || cut_off(name, &short, &long) {
            continue;
        }
        let (xmp, iptc) = (shown(&long.join(", ")), shown(&short.join(", ")));
        found.push(format!("{name} '{xmp}' and '{iptc}'"));
    }
    if let (Some(short), Some(long)) = (iptc.get("date"), xmp.get("date"))
        && !short.starts_with(long)
        && !long.starts_with(short)
    {
        found.push(format!("date {long} and {short}"));
    }
    (!found.is_empty()).then(|| Warning::SourcesDiffer(found.join("; ")))
}

/// The start of a text.
fn shown(text: &str) -> String {
    match text.char_indices().nth(MOST_LETTERS) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

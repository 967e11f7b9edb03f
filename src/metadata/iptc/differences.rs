//! Where XMP and IPTC-IIM disagree.

use super::dataset::DATASETS;
use crate::error::Warning;
use crate::metadata::fields::Fields;
use crate::metadata::keywords::is_position;

/// What XMP and IPTC-IIM say differently, where nothing tells which of them is newer.
pub(in crate::metadata) fn differences(iptc: &Fields, xmp: &Fields) -> Vec<Warning> {
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
        let shown = |fields: &Fields| {
            // A journal keeps the warnings, and goes along with the outputs.
            let told = |item: &String| !is_position(item);
            plain(fields.list(name).into_iter().filter(told).collect())
        };
        let (short, long) = (shown(iptc), shown(xmp));
        if short.is_empty() || long.is_empty() || cut_off(name, &short, &long) {
            continue;
        }
        found.push(format!(
            "{name}: XMP says '{}', IPTC-IIM '{}'",
            long.join(", "),
            short.join(", ")
        ));
    }
    if let (Some(short), Some(long)) = (iptc.get("date"), xmp.get("date"))
        && !short.starts_with(long)
        && !long.starts_with(short)
    {
        found.push(format!("date: XMP says {long}, IPTC-IIM {short}"));
    }
    found.into_iter().map(|what| Warning::Other(format!("{what}; XMP counts"))).collect()
}

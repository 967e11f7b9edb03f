//! Windows' keywords: UTF-16, little-endian in every block, between semicolons (tag 0x9C9E).

use std::ops::Range;

use crate::container::tiff::table::{Table, View};
use crate::metadata::keywords;

/// The keywords' tag (XPKeywords).
pub(super) const KEYWORDS: u16 = 0x9C9E;

/// Whether a keyword is a position; some programs put several between commas into one.
pub(super) fn is_position(keyword: &str) -> bool {
    keywords::list(keyword).any(keywords::is_position)
}

/// Whether a keyword, or one of several between commas, names one of these people.
pub(super) fn is_name_of(keyword: &str, people: &[String]) -> bool {
    let is = |keyword| keywords::is_name_of(keyword, people);
    is(keyword) || keywords::list(keyword).any(is)
}

/// Where the keywords are, and those of them that stay; `None` if all do.
pub(super) fn without(
    view: View<'_>,
    table: &Table,
    is_gone: impl Fn(&str) -> bool,
) -> Option<(Range<usize>, Vec<u8>)> {
    let entry = table.find(KEYWORDS)?;
    let pairs = view.value(entry)?.as_chunks().0.iter();
    let units: Vec<u16> = pairs.map(|&pair| u16::from_le_bytes(pair)).collect();
    let text = String::from_utf16_lossy(&units);
    let all = || text.split([';', '\0']).map(str::trim).filter(|keyword| !keyword.is_empty());
    let kept: Vec<&str> = all().filter(|keyword| !is_gone(keyword)).collect();
    let wide = kept.join(";").encode_utf16().flat_map(u16::to_le_bytes).collect();
    (kept.len() < all().count()).then_some((entry.value.clone()?, wide))
}

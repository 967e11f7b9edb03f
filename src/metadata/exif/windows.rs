//! Windows' keywords: UTF-16, little-endian in every block, between semicolons (tag 0x9C9E).

use std::ops::Range;

use crate::container::tiff::table::{Table, View};
use crate::metadata::keywords::{self, is_position};

/// The keywords' tag (XPKeywords).
pub(super) const KEYWORDS: u16 = 0x9C9E;

/// Where the keywords are, and those of them that are not positions; `None` if none of them is one.
pub(super) fn places(view: View<'_>, table: &Table) -> Option<(Range<usize>, Vec<u8>)> {
    let entry = table.find(KEYWORDS)?;
    let pairs = view.value(entry)?.as_chunks().0.iter();
    let units: Vec<u16> = pairs.map(|&pair| u16::from_le_bytes(pair)).collect();
    let text = String::from_utf16_lossy(&units);
    let all = || text.split([';', '\0']).map(str::trim).filter(|keyword| !keyword.is_empty());
    let kept: Vec<&str> =
        all().filter(|keyword| !keywords::list(keyword).any(is_position)).collect();
    let wide = kept.join(";").encode_utf16().flat_map(u16::to_le_bytes).collect();
    (kept.len() < all().count()).then_some((entry.value.clone()?, wide))
}

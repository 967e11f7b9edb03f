//! The tables of an EXIF block: which there are, and what each describes.
//!
//! Loops end at the second visit. This file changes nothing.

use std::collections::{BTreeSet, VecDeque};

use crate::container::tiff::table::{Table, View};
use crate::container::tiff::tag;

/// Tables in a block, and entries in a table, beyond which it is refused.
pub(super) const TABLES_MAX: usize = 1000;
/// Entries in all beyond which a block is refused; the fullest camera files seen have about 400.
pub(super) const ENTRIES_MAX: usize = 4000;
/// What a table of an EXIF block describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// The picture.
    Primary,
    /// How it was taken.
    Exif,
    /// Where it was taken.
    Gps,
    /// Interoperability.
    Interop,
    /// A further picture that an entry points to.
    Sub,
    /// A further picture after the first: the thumbnail.
    Following,
}

/// The table at this place, unless it has more entries than one of EXIF may have.
pub(super) fn table(view: View<'_>, at: usize) -> Option<Table> {
    view.table(at).filter(|table| table.declared <= TABLES_MAX)
}

/// All tables, the picture's first; the error says why the block cannot be read surely.
pub(super) fn walk(view: View<'_>) -> Result<Vec<(Which, Table)>, &'static str> {
    let first = view.u32(4).ok_or("no header")? as usize;
    let mut waiting = VecDeque::from([(Which::Primary, first)]);
    let (mut seen, mut found, mut entries) = (BTreeSet::new(), Vec::new(), 0);
    while let Some((which, at)) = waiting.pop_front() {
        if !seen.insert(at) {
            continue;
        }
        if seen.len() > TABLES_MAX {
            return Err("more than 1000 tables");
        }
        if let Some(table) = table(view, at) {
            entries += table.entries.len();
            if entries > ENTRIES_MAX {
                return Err("more than 4000 entries");
            }
            follow(view, which, &table, &mut waiting);
            found.push((which, table));
        } else if which == Which::Primary {
            return Err("its first table cannot be read");
        }
    }
    Ok(found)
}

/// Where a table leads: pointers first, so that a thumbnail cannot claim the picture's tables.
fn follow(view: View<'_>, which: Which, table: &Table, waiting: &mut VecDeque<(Which, usize)>) {
    for entry in &table.entries {
        let leads_to = match entry.tag {
            tag::EXIF => Which::Exif,
            tag::GPS => Which::Gps,
            tag::INTEROP => Which::Interop,
            tag::SUB_IFDS => Which::Sub,
            _ => continue,
        };
        let count = if leads_to == Which::Sub { entry.count.min(TABLES_MAX) } else { 1 };
        let places = (0..count).filter_map(|i| view.number(entry, i));
        waiting.extend(places.map(|at| (leads_to, at as usize)));
    }
    if matches!(which, Which::Primary | Which::Following) {
        let next = view.u32(table.next_at()).filter(|&next| next != 0);
        waiting.extend(next.map(|at| (Which::Following, at as usize)));
    }
}

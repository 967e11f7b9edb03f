//! Changes to an EXIF block before the frame is delivered, and what is removed from it.
//!
//! In every case orientation and size are those of the output, and previews of the original are
//! removed. [`Privacy::Field`] also removes the position, the serial numbers, the owner, and the
//! same data in the maker's note, overwriting their bytes; a note that cannot be cleaned safely is
//! removed whole.

use std::collections::BTreeSet;
use std::ops::Range;

use super::fresh::{Facts, OF_COMPRESSED, complete, put};
use super::note::{Content, Note};
use super::patch::Tiff;
use super::read::orientation;
use super::tags::{
    COLOUR_SPACE, COMMENT, INTEROP_INDEX, MAKE, ORIENTATION, SUBJECTS, coded_text, text,
};
use super::tiff::{TABLES_MAX, Which};
use super::wanted::Wanted;
use super::windows;
use crate::container::tiff::table::{Table, View};
use crate::container::tiff::tag;
use crate::frame::Size;
use crate::metadata::carried::ExifTags;
use crate::metadata::policy::Privacy;
use crate::metadata::removed::Removed;
use crate::metadata::secrets::Secrets;

/// The program that wrote the file.
const SOFTWARE: u16 = 0x0131;
/// The maker's note.
const NOTE: u16 = 0x927C;
/// Who owns the camera: EXIF's tag and Photoshop Camera Raw's.
const OWNERS: [u16; 2] = [0xA430, 0xFDE8];
/// Serial numbers of the body, the lens, DNG's of the camera, and Camera Raw's of the body.
const SERIALS: [u16; 4] = [0xA431, 0xA435, 0xC62F, 0xFDE9];
/// Blocks within the block that would be carried unread: XMP, IPTC, Photoshop, DNG's private one.
const NESTED: [u16; 4] = [0x02BC, 0x83BB, 0x8649, 0xC634];
/// Width and height, as the picture's table, the EXIF table and the interoperability table say it.
const SIZES: [(Which, u16, u16); 3] = [
    (Which::Primary, 0x0100, 0x0101),
    (Which::Exif, 0xA002, 0xA003),
    (Which::Interop, 0x1001, 0x1002),
];
/// Places and lengths of a picture's bytes: JPEG, strips, tiles.
const PICTURES: [(u16, u16); 3] = [(0x0201, 0x0202), (0x0111, 0x0117), (0x0144, 0x0145)];

/// What is ordered for a block.
#[derive(Debug, Clone, Copy)]
pub(in crate::metadata) struct Orders<'a> {
    /// The new size of the picture.
    pub(in crate::metadata) size: Size,
    pub(in crate::metadata) privacy: Privacy,
    /// Names of people who were cropped out.
    pub(in crate::metadata) gone: &'a [String],
    pub(in crate::metadata) byline: Option<&'a str>,
    /// The name of this program.
    pub(in crate::metadata) software: &'a str,
    /// What further tags are to say.
    pub(in crate::metadata) texts: &'a [Wanted],
    /// Whether parts of the picture are no longer where they were.
    pub(in crate::metadata) moved: bool,
    /// Whether the samples were converted to sRGB.
    pub(in crate::metadata) converted: bool,
    /// What the standard requires; `None` if there is no room for it.
    pub(in crate::metadata) required: Option<&'a Facts>,
    /// Whether the block comes from another format.
    pub(in crate::metadata) reformatted: bool,
}

struct Work<'a> {
    tiff: Tiff,
    orders: &'a Orders<'a>,
    /// What is to be overwritten, unless something that stays uses it too.
    gone: Vec<Range<usize>>,
    removed: &'a mut BTreeSet<Removed>,
    secrets: &'a mut Secrets,
}

/// Changes a block as ordered; the error says why it cannot be done surely.
pub(in crate::metadata) fn change(
    block: Vec<u8>,
    orders: &Orders<'_>,
    removed: &mut BTreeSet<Removed>,
    secrets: &mut Secrets,
) -> Result<Vec<u8>, &'static str> {
    let mut tiff = Tiff::new(block)?;
    if tiff.mend() {
        removed.insert(Removed::Unread);
    }
    let mut work = Work { tiff, orders, gone: Vec::new(), removed, secrets };
    work.collect();
    work.drop_previews();
    work.set_picture();
    if orders.privacy != Privacy::Keep {
        work.drop_position();
        work.drop_names();
        if work.drop_keywords(windows::is_position) {
            work.removed.insert(Removed::Position);
        }
    }
    work.drop_keywords(|keyword| windows::is_name_of(keyword, orders.gone));
    work.clean_note();
    for unwanted in orders.texts.iter().filter(|wanted| wanted.text.is_none()) {
        work.remove_wanted(unwanted);
    }
    let is_of_tiff = |facts: &Facts| facts.tags == ExifTags::OfTiff;
    if orders.reformatted && orders.required.is_some_and(is_of_tiff) {
        work.drop_compression();
    }
    work.drop_empty_tables();
    work.tiff.zero_unused(&work.gone);
    if orders.privacy != Privacy::Keep {
        work.sweep();
    }
    work.tiff.trim(&work.gone);
    if orders.software.is_empty() {
        // There is no room for it.
        work.remove(SOFTWARE);
    } else {
        work.tiff.put_text(Which::Primary, SOFTWARE, orders.software);
    }
    let had_table = work.tiff.table(Which::Exif).is_some();
    put(&mut work.tiff, orders.texts);
    let made_table = !had_table && work.tiff.table(Which::Exif).is_some();
    // Another camera's block is not completed where it was: it stays as it is.
    if let Some(facts) = orders.required.filter(|_| orders.reformatted || made_table) {
        complete(&mut work.tiff, facts);
    }
    // A block whose tables overlap can come out broken: then it is not carried at all.
    Ok(Tiff::new(work.tiff.into_bytes())?.into_bytes())
}

/// Of a finished block: what is left in it that should have gone.
pub(in crate::metadata) fn leftover(block: &[u8], byline: Option<&str>) -> Option<&'static str> {
    let Ok(tiff) = Tiff::new(block.to_vec()) else { return Some("an EXIF block of unknown make") };
    let (view, tables) = (tiff.view(), tiff.tables());
    for (which, table) in &tables {
        let has = |tags: &[u16]| tags.iter().any(|&tag| table.find(tag).is_some());
        match which {
            Which::Gps => return Some("EXIF's table of the position"),
            Which::Following | Which::Sub => return Some("a preview"),
            _ if has(&[tag::GPS]) => return Some("EXIF's pointer to the position"),
            _ if has(&SERIALS) => return Some("EXIF's serial number"),
            _ if !is_byline(view, table, byline) => return Some("the owner"),
            _ if windows::without(view, table, windows::is_position).is_some() => {
                return Some("a position in keywords");
            }
            _ if has(&NESTED) => return Some("a block within the EXIF block"),
            _ => {}
        }
    }
    let range = note_range(&tables)?;
    let Some(ranges) = Note::find(view, &range, &make(view, &tables)).and_then(|n| n.ranges())
    else {
        return Some("a maker's note that cannot be read");
    };
    let clean = |r: Range<usize>| view.bytes.get(r).is_none_or(|b| b.iter().all(|&b| b == 0));
    let all = ranges.into_iter().all(|(_, range)| clean(range));
    (!all).then_some("camera and position data in the maker's note")
}

/// The bytes of the pictures that a table describes, as far as the block has them.
pub(super) fn pictures(view: View<'_>, table: &Table) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (place, length) in PICTURES {
        let (Some(place), Some(length)) = (table.find(place), table.find(length)) else { continue };
        for i in 0..place.count {
            let (Some(start), Some(len)) = (view.number(place, i), view.number(length, i)) else {
                break;
            };
            let end = (start as usize).saturating_add(len as usize).min(view.bytes.len());
            found.push((start as usize).min(end)..end);
        }
    }
    found
}

fn note_range(tables: &[(Which, Table)]) -> Option<Range<usize>> {
    tables.iter().find_map(|(_, table)| table.find(NOTE)?.value.clone())
}

fn make(view: View<'_>, tables: &[(Which, Table)]) -> String {
    let primary = tables.iter().find(|(which, _)| *which == Which::Primary);
    primary.and_then(|(_, table)| text(view, table, MAKE)).unwrap_or_default()
}

/// Whether a table names no owner but the byline.
fn is_byline(view: View<'_>, table: &Table, byline: Option<&str>) -> bool {
    let owners = OWNERS.iter().filter_map(|&tag| text(view, table, tag));
    let is = |owner: &str| byline.is_some_and(|b| b.trim().eq_ignore_ascii_case(owner.trim()));
    owners.into_iter().all(|owner| is(unlabelled(&owner)))
}

/// A value of Camera Raw's without what it writes before it: `Serial Number: 0730210045`.
fn unlabelled(text: &str) -> &str {
    text.rsplit_once(": ").map_or(text, |(_, value)| value)
}

impl Work<'_> {
    /// Takes down what must not be found afterwards, before anything is changed.
    fn collect(&mut self) {
        let view = self.tiff.view();
        for (which, table) in self.tiff.tables() {
            if which == Which::Gps {
                // Latitude and longitude (EXIF 2.32, 4.6.6); and of the destination.
                for entry in table.entries.iter().filter(|e| matches!(e.tag, 2 | 4 | 20 | 22)) {
                    let parts = [0, 1, 2].map(|i| view.rational(entry, i).unwrap_or((0, 0)));
                    self.secrets.add_degrees(parts);
                }
            }
            for tag in SERIALS {
                self.secrets.add_serial(unlabelled(&text(view, &table, tag).unwrap_or_default()));
            }
        }
    }

    /// Unlinks the thumbnail and every further picture.
    fn drop_previews(&mut self) {
        let tables = self.tiff.tables();
        let Some((_, primary)) = tables.first() else { return };
        if tables.iter().any(|(which, _)| matches!(which, Which::Following | Which::Sub)) {
            self.removed.insert(Removed::Preview);
        }
        for (_, table) in
            tables.iter().filter(|(which, _)| matches!(which, Which::Following | Which::Sub))
        {
            self.dispose(table);
            self.gone.extend(pictures(self.tiff.view(), table));
        }
        if self.tiff.view().u32(primary.next_at()).is_some() {
            self.tiff.write_u32(primary.next_at(), 0);
        }
        self.remove(tag::SUB_IFDS);
    }

    fn dispose(&mut self, table: &Table) {
        self.gone.push(table.range(self.tiff.view().bytes.len()));
        self.gone.extend(table.entries.iter().filter_map(|e| e.value.clone()));
    }

    /// Takes a tag out of every table that has it; whether one had it.
    fn remove(&mut self, tag: u16) -> bool {
        let has = |(_, table): &(Which, Table)| table.find(tag).is_some();
        let mut found = false;
        // Tables that overlap can bring back what was removed: the walk's own limit ends that too.
        for _ in 0..TABLES_MAX {
            let Some((_, table)) = self.tiff.tables().into_iter().find(has) else { break };
            let Some(entry) = table.find(tag) else { break };
            self.gone.extend(entry.value.clone().filter(|_| !entry.is_inline()));
            self.tiff.remove(&table, entry);
            found = true;
        }
        found
    }

    /// Takes out a tag that is to say nothing, unless it says what it may.
    fn remove_wanted(&mut self, unwanted: &Wanted) {
        let view = self.tiff.view();
        let says = |(_, table): &(Which, Table)| coded_text(view, table, unwanted.tag);
        let tables = self.tiff.tables();
        let stays =
            unwanted.unless.is_some() && tables.iter().filter_map(says).next() == unwanted.unless;
        if !stays && self.remove(unwanted.tag) && unwanted.is_copy {
            self.removed.insert(Removed::Copies);
        }
    }

    /// Takes out what a TIFF does not have.
    fn drop_compression(&mut self) {
        if let Some(interop) = self.tiff.table(Which::Interop) {
            self.dispose(&interop);
        }
        for tag in OF_COMPRESSED {
            self.remove(tag);
        }
    }

    /// Takes out the pointers to tables that have nothing left: TIFF 6.0, section 2, requires at least one
    /// entry.
    fn drop_empty_tables(&mut self) {
        for (which, pointer) in
            [(Which::Interop, tag::INTEROP), (Which::Gps, tag::GPS), (Which::Exif, tag::EXIF)]
        {
            if let Some(table) = self.tiff.table(which).filter(|table| table.declared == 0) {
                self.dispose(&table);
                self.remove(pointer);
            }
        }
    }

    fn set_picture(&mut self) {
        self.set_size();
        if self.orders.moved {
            for tag in SUBJECTS {
                self.remove(tag);
            }
        }
        if self.orders.converted {
            for (_, table) in self.tiff.tables() {
                if let Some(entry) = table.find(COLOUR_SPACE) {
                    self.tiff.set_number(entry, 1);
                }
            }
            let interop = self.tiff.table(Which::Interop);
            let index = interop.and_then(|table| table.find(INTEROP_INDEX)?.value.clone());
            if let Some(range) = index.filter(|range| range.len() >= 4) {
                self.tiff.refill(range, b"R98\0");
            }
        }
    }

    fn set_size(&mut self) {
        // What could not be read was not applied.
        let turned = orientation(self.tiff.view().bytes).is_some();
        for (which, table) in self.tiff.tables() {
            if let Some(entry) = table.find(ORIENTATION).filter(|_| turned) {
                self.tiff.set_number(entry, 1);
            }
            let size = self.orders.size;
            for (_, width, height) in SIZES.iter().filter(|(of, ..)| *of == which) {
                for (tag, number) in [(width, size.width), (height, size.height)] {
                    if let Some(entry) = table.find(*tag) {
                        self.tiff.set_number(entry, number);
                    }
                }
            }
        }
    }

    fn drop_position(&mut self) {
        for (which, table) in self.tiff.tables() {
            if which == Which::Gps {
                self.dispose(&table);
                if !table.entries.is_empty() {
                    self.removed.insert(Removed::Position);
                }
            }
        }
        self.remove(tag::GPS);
    }

    fn drop_names(&mut self) {
        for tag in SERIALS {
            if self.remove(tag) {
                self.removed.insert(Removed::SerialNumber);
            }
        }
        for tag in NESTED {
            self.remove(tag);
        }
        let (view, tables) = (self.tiff.view(), self.tiff.tables());
        if tables.iter().any(|(_, table)| !is_byline(view, table, self.orders.byline)) {
            for tag in OWNERS {
                self.remove(tag);
            }
            self.removed.insert(Removed::Owner);
        }
    }

    /// Takes keywords out of Windows' list, of which the tag goes if there are no others; whether there
    /// were such.
    fn drop_keywords(&mut self, is_gone: impl Fn(&str) -> bool) -> bool {
        let mut found = false;
        for (_, table) in self.tiff.tables() {
            let left = windows::without(self.tiff.view(), &table, &is_gone);
            let Some((range, kept)) = left else { continue };
            found = true;
            self.tiff.refill(range, &kept);
            if kept.is_empty() {
                self.remove(windows::KEYWORDS);
            }
        }
        found
    }

    /// Cleans the maker's note, or drops it where that cannot be done surely.
    fn clean_note(&mut self) {
        let (view, tables) = (self.tiff.view(), self.tiff.tables());
        let Some(range) = note_range(&tables) else { return };
        let ranges = Note::find(view, &range, &make(view, &tables)).and_then(|n| n.ranges());
        let keep = self.orders.privacy == Privacy::Keep;
        let Some(ranges) = ranges else {
            if !keep && self.remove(NOTE) {
                self.removed.insert(Removed::MakerNote);
            }
            return;
        };
        for (content, range) in ranges {
            let bytes = self.tiff.view().bytes.get(range.clone()).unwrap_or_default();
            if keep && content == Content::Telling || bytes.iter().all(|&b| b == 0) {
                continue;
            }
            self.secrets.add_serial(std::str::from_utf8(bytes).unwrap_or_default());
            self.tiff.zero(range);
            self.removed.insert(match content {
                Content::Telling => Removed::SerialNumber,
                Content::Preview => Removed::Preview,
            });
        }
    }

    /// Overwrites what must not be found where it is still found: in bytes that nothing uses (another
    /// program may have cut a table off before), in the rest of the maker's note, and in the values
    /// of how the frame was taken (an image's id may hold the serial number).
    fn sweep(&mut self) {
        let everywhere = self.secrets.places(self.tiff.view().bytes);
        self.tiff.zero_unused(&everywhere);
        let Some(table) = self.tiff.table(Which::Exif) else { return };
        for range in
            table.entries.iter().filter(|e| e.tag != COMMENT).filter_map(|e| e.value.clone())
        {
            let Some(bytes) = self.tiff.view().bytes.get(range.clone()) else { continue };
            for place in self.secrets.places(bytes) {
                self.tiff.zero(range.start + place.start..range.start + place.end);
            }
        }
    }
}

//! EXIF: fields read out of the block, and the block changed without moving anything in it.
//!
//! Tags: EXIF 2.32 (CIPA DC-008-2019), 4.6.4 (picture), 4.6.5 (how it was taken), 4.6.6 (where).
//! The block is never written anew: makers' notes hold offsets that only their makers know.

mod change;
mod note;
mod patch;
mod tiff;
mod windows;

pub(super) use change::{Orders, change, fresh, leftover};

use super::fields::{Fields, Origin, decimal, iso_date, iso_time, shutter, text_of};
use crate::error::Warning;
use patch::Tiff;
use tiff::{Table, View, Which};

/// How the picture has to be turned.
const ORIENTATION: u16 = 0x0112;
/// Camera maker.
const MAKE: u16 = 0x010F;
/// Camera model.
const MODEL: u16 = 0x0110;
/// Description of the picture.
const DESCRIPTION: u16 = 0x010E;
/// Who took it.
const ARTIST: u16 = 0x013B;
/// Copyright: photographer's, then after a zero the editor's.
const COPYRIGHT: u16 = 0x8298;

/// When the picture was taken, and when it was digitised, which stands for it where it is missing.
const TAKEN: [u16; 2] = [0x9003, 0x9004];
/// The texts that fields give to the picture's table.
const TEXTS: [(u16, &str); 3] =
    [(DESCRIPTION, "description"), (ARTIST, "byline"), (COPYRIGHT, "copyright")];

/// What a tag is to say; `None` takes it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    table: Which,
    tag: u16,
    text: Option<String>,
}

/// What fields want tags to say, and the tags whose field was taken away.
pub(super) fn wanted(fields: &Fields) -> Vec<Wanted> {
    let mut all = Vec::new();
    let mut want = |table, tag, text: Option<String>, name: &str| {
        if text.is_some() || fields.is_taken(name) {
            all.push(Wanted { table, tag, text });
        }
    };
    for (tag, name) in TEXTS {
        want(Which::Primary, tag, fields.get(name).map(str::to_owned), name);
    }
    let [taken, digitised] = TAKEN;
    // A part that is not known is blank (EXIF 2.32, 4.6.5, DateTimeOriginal).
    let time = fields.get("time").unwrap_or("  :  :  ");
    let moment = fields.get("date").map(|date| format!("{} {time}", date.replace('-', ":")));
    want(Which::Exif, taken, moment, "date");
    want(Which::Exif, digitised, None, "date");
    all
}

/// The number of the orientation that a block states in its first table. SHORT is its kind by the
/// standard (EXIF 2.32, 4.6.4); some programs write another whole number, which viewers heed as well.
pub(crate) fn orientation(block: &[u8]) -> Option<u16> {
    let order = match block.get(..4)? {
        [b'I', b'I', 42, 0] => tiff::Order::Little,
        [b'M', b'M', 0, 42] => tiff::Order::Big,
        _ => return None,
    };
    let view = View { bytes: block, order, base: 0 };
    let table = view.table(view.u32(4)? as usize)?;
    let number = view.number(table.find(ORIENTATION)?, 0)?;
    Some(u16::try_from(number).unwrap_or(u16::MAX))
}

/// Whether a block says where the photographer stood: a latitude or longitude of its own.
pub(super) fn says_position(block: &[u8]) -> bool {
    let tables = Tiff::new(block.to_vec()).map(|t| t.tables()).unwrap_or_default();
    let says = |t: &Table| t.find(2).is_some() || t.find(4).is_some();
    tables.iter().any(|(which, table)| *which == Which::Gps && says(table))
}

/// Reads an EXIF block's fields into `fields`.
pub(super) fn read(block: &[u8], fields: &mut Fields) -> Result<(), Warning> {
    let tiff = Tiff::new(block.to_vec()).map_err(unreadable)?;
    if let Some(table) = tiff.table(Which::Primary) {
        read_picture(tiff.view(), &table, fields);
    }
    if let Some(table) = tiff.table(Which::Exif) {
        read_exposure(tiff.view(), &table, fields);
    }
    Ok(())
}

fn unreadable(why: &str) -> Warning {
    Warning::MetadataDropped(format!("the EXIF block cannot be read: {why}"))
}

/// A text value up to its first zero.
fn text(view: View<'_>, table: &Table, tag: u16) -> Option<String> {
    let bytes = view.value(table.find(tag)?)?;
    let text = text_of(bytes.split(|&b| b == 0).next()?);
    (!text.is_empty()).then_some(text)
}

fn read_picture(view: View<'_>, table: &Table, fields: &mut Fields) {
    for (tag, name) in TEXTS {
        fields.set(name, text(view, table, tag).unwrap_or_default(), Origin::Exif);
    }
    let make = text(view, table, MAKE).unwrap_or_default();
    let model = text(view, table, MODEL).unwrap_or_default();
    // 'NIKON CORPORATION' makes a 'NIKON D6': the maker is not said twice.
    let first = make.split(' ').next().unwrap_or_default().to_lowercase();
    let twice = model.to_lowercase().starts_with(&first) && !first.is_empty();
    let camera = if twice { model } else { format!("{make} {model}").trim().to_owned() };
    fields.set("camera", camera, Origin::Exif);
}

fn read_exposure(view: View<'_>, table: &Table, fields: &mut Fields) {
    let mut set = |name: &str, text: Option<String>| {
        fields.set(name, text.unwrap_or_default(), Origin::Exif);
    };
    let fraction = |tag| view.rational(table.find(tag)?, 0).filter(|&(n, d)| n > 0 && d > 0);
    let ratio = |tag| fraction(tag).map(|(n, d)| f64::from(n) / f64::from(d));
    set("lens", text(view, table, 0xA434));
    set("shutter", fraction(0x829A).and_then(|(n, d)| shutter(n, d)));
    set("aperture", ratio(0x829D).map(|f| format!("f/{}", decimal(f))));
    set("focal_length", ratio(0x920A).map(|mm| format!("{} mm", decimal(mm))));
    // ISO is 16 bit in 0x8827, 65535 there meaning 'see 0x8833 or 0x8832' (EXIF 2.32, 4.6.5).
    let iso = [0x8827, 0x8833, 0x8832].into_iter().filter_map(|t| view.number(table.find(t)?, 0));
    let iso = iso.filter(|&n| n != 0 && n != 65535).map(|n| n.to_string()).next();
    set("iso", iso);
    let taken = TAKEN.iter().find_map(|&tag| text(view, table, tag)).unwrap_or_default();
    set("date", iso_date(&taken));
    set("time", taken.get(10..).and_then(iso_time));
}

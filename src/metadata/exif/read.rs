//! Fields and facts read out of a block.

use super::patch::Tiff;
use super::tags::{
    COLOUR_SPACE, INTEROP_INDEX, MAKE, MODEL, ORIENTATION, RESOLUTION, SRGB, TAKEN, TEXTS, ZONES,
    text, text_in,
};
use super::tiff::{self, Which};
use crate::container::tiff::table::{Order, Table, View};
use crate::error::Warning;
use crate::metadata::fields::{Fields, Origin};
use crate::metadata::text::{Encoding, decimal, shutter};
use crate::metadata::when::{When, Zone};

/// The number of the orientation that a block states in its first table. SHORT is its kind by the
/// standard (EXIF 2.32, 4.6.4); some programs write another whole number, which viewers accept as well.
pub(crate) fn orientation(block: &[u8]) -> Option<u16> {
    let order = match block.get(..4)? {
        [b'I', b'I', 42, 0] => Order::Little,
        [b'M', b'M', 0, 42] => Order::Big,
        _ => return None,
    };
    let view = View::new(block, order);
    let table = tiff::table(view, view.u32(4)? as usize)?;
    let number = view.number(table.find(ORIENTATION)?, 0)?;
    Some(u16::try_from(number).unwrap_or(u16::MAX))
}

/// Whether bytes are an EXIF block that says something.
pub(crate) fn is_exif(block: &[u8]) -> bool {
    let table = Tiff::new(block.to_vec()).ok().and_then(|tiff| tiff.table(Which::Primary));
    table.is_some_and(|table| !table.entries.is_empty())
}

/// The print resolution as JFIF has it: unit (1 inch, 2 cm), horizontal, vertical.
pub(in crate::metadata) fn density(block: &[u8]) -> Option<(u8, u16, u16)> {
    let tiff = Tiff::new(block.to_vec()).ok()?;
    let (view, table) = (tiff.view(), tiff.table(Which::Primary)?);
    let [across, down, unit] = RESOLUTION;
    let number = |tag| {
        let (numerator, denominator) = view.rational(table.find(tag)?, 0)?;
        let ratio = f64::from(numerator) / f64::from(denominator);
        // Not a number compares false.
        (ratio >= 1.0 && ratio <= f64::from(u16::MAX)).then(|| ratio.round() as u16)
    };
    // Without a unit it is the inch (EXIF 2.32, 4.6.4, ResolutionUnit).
    let unit = match table.find(unit).and_then(|entry| view.number(entry, 0)) {
        Some(3) => 2,
        Some(1) => 0,
        _ => 1,
    };
    Some((unit, number(across)?, number(down)?))
}

/// Whether a camera says that the samples are Adobe RGB as the Design rule for Camera File system has
/// it (CIPA DC-009, 'R03'), unless it says sRGB as EXIF has it (EXIF 2.32, 4.6.5, ColorSpace): programs that
/// convert a frame seldom know of the first.
pub(crate) fn is_adobe_rgb(block: &[u8]) -> bool {
    let Ok(tiff) = Tiff::new(block.to_vec()) else { return false };
    let exif = tiff.table(Which::Exif);
    let space = exif.and_then(|table| tiff.view().number(table.find(COLOUR_SPACE)?, 0));
    if space == Some(SRGB) {
        return false;
    }
    let table = tiff.table(Which::Interop);
    table.and_then(|table| text(tiff.view(), &table, INTEROP_INDEX)).as_deref() == Some("R03")
}

/// Whether a block contains the photographer's position: a latitude or longitude.
pub(in crate::metadata) fn says_position(block: &[u8]) -> bool {
    let tables = Tiff::new(block.to_vec()).map(|t| t.tables()).unwrap_or_default();
    let says = |t: &Table| t.find(2).is_some() || t.find(4).is_some();
    tables.iter().any(|(which, table)| *which == Which::Gps && says(table))
}

/// Reads an EXIF block's fields into `fields`; whether a text could only be read by a guess.
pub(in crate::metadata) fn read(
    block: &[u8],
    encoding: Encoding,
    fields: &mut Fields,
) -> Result<bool, Warning> {
    let tiff = Tiff::new(block.to_vec()).map_err(unreadable)?;
    let mut guessed = false;
    if let Some(table) = tiff.table(Which::Primary) {
        read_picture(tiff.view(), &table, encoding, fields);
        let guesses = |tag| {
            let bytes = table.find(tag).and_then(|entry| tiff.view().value(entry));
            bytes.is_some_and(|bytes| encoding.guesses(bytes))
        };
        guessed = TEXTS.into_iter().any(|(tag, _)| guesses(tag));
    }
    if let Some(table) = tiff.table(Which::Exif) {
        read_exposure(tiff.view(), &table, encoding, fields);
        fields.set_when(when_of(tiff.view(), &table).unwrap_or_default(), Origin::Exif);
    }
    Ok(guessed)
}

/// When the picture was taken, as a block has it.
pub(in crate::metadata) fn when(block: &[u8]) -> Option<When> {
    let tiff = Tiff::new(block.to_vec()).ok()?;
    when_of(tiff.view(), &tiff.table(Which::Exif)?)
}

fn when_of(view: View<'_>, table: &Table) -> Option<When> {
    let mut all = TAKEN.into_iter().zip(ZONES);
    all.find_map(|(tag, zone)| {
        let when = When::of_block(&text(view, table, tag)?)?;
        let zone = text(view, table, zone).and_then(|zone| Zone::read(&zone));
        Some(When { zone: when.zone.or(zone).filter(|_| when.time.is_some()), ..when })
    })
}

fn unreadable(why: &str) -> Warning {
    Warning::MetadataDropped(format!("the EXIF block cannot be read: {why}"))
}

fn read_picture(view: View<'_>, table: &Table, encoding: Encoding, fields: &mut Fields) {
    let text = |view, table, tag| text_in(view, table, tag, encoding);
    for (tag, name) in TEXTS {
        let text = text(view, table, tag).unwrap_or_default();
        match name {
            "byline" if text.contains(';') => {
                let names = text.split(';').map(|name| name.trim().trim_matches('"').to_owned());
                fields.set_list(name, names.collect(), Origin::Exif);
            }
            _ => fields.set(name, text, Origin::Exif),
        }
    }
    let make = text(view, table, MAKE).unwrap_or_default();
    let model = text(view, table, MODEL).unwrap_or_default();
    // 'NIKON CORPORATION' makes a 'NIKON D6': the maker is not said twice.
    let first = make.split(' ').next().unwrap_or_default().to_lowercase();
    let twice = model.to_lowercase().starts_with(&first) && !first.is_empty();
    let camera = if twice { model } else { format!("{make} {model}").trim().to_owned() };
    fields.set("camera", camera, Origin::Exif);
}

fn read_exposure(view: View<'_>, table: &Table, encoding: Encoding, fields: &mut Fields) {
    let text = |view, table, tag| text_in(view, table, tag, encoding);
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
}

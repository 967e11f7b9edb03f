//! A new block, for a file that has none.

use super::patch::{Tiff, UNDEFINED};
use super::tags::{COLOUR_SPACE, RESOLUTION};
use super::tiff::Which;
use super::wanted::Wanted;
use crate::container::tiff::table::{LONG, RATIONAL, SHORT};
use crate::container::tiff::tag;
use crate::frame::Size;
use crate::metadata::carried::ExifTags;

/// What a new block says of the picture: the tags that the standard requires (EXIF 2.32, table 20).
#[derive(Debug, Clone, Copy)]
pub(in crate::metadata) struct Facts {
    pub(in crate::metadata) size: Size,
    /// Print resolution as JFIF has it: unit, horizontal, vertical.
    pub(in crate::metadata) density: Option<(u8, u16, u16)>,
    /// Whether the samples are sRGB's.
    pub(in crate::metadata) srgb: bool,
    /// Which tags belong in the output's format.
    pub(in crate::metadata) tags: ExifTags,
}

/// Tags of a picture's compression and of the rules of DCF, which a TIFF does not have: components, bits
/// per pixel, width, height, interoperability.
pub(super) const OF_COMPRESSED: [u16; 5] = [0x9101, 0x9102, 0xA002, 0xA003, tag::INTEROP];

/// A new block of these texts and of what the standard requires.
pub(in crate::metadata) fn fresh(texts: &[Wanted], facts: &Facts) -> Vec<u8> {
    let mut tiff = Tiff::fresh();
    complete(&mut tiff, facts);
    put(&mut tiff, texts);
    tiff.into_bytes()
}

/// Adds what the standard requires and a block does not have.
pub(super) fn complete(tiff: &mut Tiff, facts: &Facts) {
    let (unit, across, down) =
        facts.density.filter(|density| density.0 != 0).unwrap_or((1, 72, 72));
    let order = tiff.view().order;
    let ratio = |n: u16| [order.long(n.into()), order.long(1)].concat();
    let [x, y, of] = RESOLUTION;
    let colours = if facts.srgb { 1 } else { u16::MAX };
    for (which, entry, kind, value) in [
        (Which::Primary, x, RATIONAL, &ratio(across)[..]),
        (Which::Primary, y, RATIONAL, &ratio(down)),
        (Which::Primary, of, SHORT, &order.short(u16::from(unit) + 1)),
        // YCbCrPositioning: centred, as the encoder averages.
        (Which::Primary, 0x0213, SHORT, &order.short(1)),
        // ExifVersion; ComponentsConfiguration, which is YCbCr; FlashpixVersion.
        (Which::Exif, 0x9000, UNDEFINED, b"0232"),
        (Which::Exif, 0x9101, UNDEFINED, &[1, 2, 3, 0]),
        (Which::Exif, 0xA000, UNDEFINED, b"0100"),
        (Which::Exif, COLOUR_SPACE, SHORT, &order.short(colours)),
        (Which::Exif, 0xA002, LONG, &order.long(facts.size.width)),
        (Which::Exif, 0xA003, LONG, &order.long(facts.size.height)),
    ] {
        let belongs = facts.tags == ExifTags::OfCompressed || !OF_COMPRESSED.contains(&entry);
        if belongs && tiff.table(which).is_none_or(|table| table.find(entry).is_none()) {
            tiff.put(which, entry, kind, value);
        }
    }
}

/// Puts texts into a block.
pub(super) fn put(tiff: &mut Tiff, texts: &[Wanted]) {
    for wanted in texts {
        if let Some(text) = &wanted.text {
            tiff.put_text(wanted.table, wanted.tag, text);
        }
    }
}

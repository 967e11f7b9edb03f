//! A new block, for a file that has none.

use super::patch::{RATIONAL, Tiff, UNDEFINED};
use super::tags::{COLOUR_SPACE, RESOLUTION};
use super::tiff::Which;
use super::wanted::Wanted;
use crate::container::tiff::table::{LONG, SHORT};
use crate::frame::Size;

/// What a new block says of the picture: the tags that the standard requires (EXIF 2.32, table 20).
#[derive(Debug, Clone, Copy)]
pub(in crate::metadata) struct Facts {
    pub(in crate::metadata) size: Size,
    /// Print resolution as JFIF has it: unit, horizontal, vertical.
    pub(in crate::metadata) density: Option<(u8, u16, u16)>,
    /// Whether the samples are sRGB's.
    pub(in crate::metadata) srgb: bool,
}

/// A new block of these texts and of what the standard requires.
pub(in crate::metadata) fn fresh(texts: &[Wanted], facts: &Facts) -> Vec<u8> {
    let mut tiff = Tiff::fresh();
    let (unit, across, down) =
        facts.density.filter(|density| density.0 != 0).unwrap_or((1, 72, 72));
    let ratio = |n: u16| [u32::from(n).to_le_bytes(), 1_u32.to_le_bytes()].concat();
    let [x, y, of] = RESOLUTION;
    let (width, height) = (facts.size.width.to_le_bytes(), facts.size.height.to_le_bytes());
    let colours = if facts.srgb { 1_u16 } else { u16::MAX };
    for (which, tag, kind, value) in [
        (Which::Primary, x, RATIONAL, &ratio(across)[..]),
        (Which::Primary, y, RATIONAL, &ratio(down)),
        (Which::Primary, of, SHORT, &u16::from(unit + 1).to_le_bytes()),
        // YCbCrPositioning: centred, as the encoder averages.
        (Which::Primary, 0x0213, SHORT, &1_u16.to_le_bytes()),
        // ExifVersion; ComponentsConfiguration, which is YCbCr; FlashpixVersion.
        (Which::Exif, 0x9000, UNDEFINED, b"0232"),
        (Which::Exif, 0x9101, UNDEFINED, &[1, 2, 3, 0]),
        (Which::Exif, 0xA000, UNDEFINED, b"0100"),
        (Which::Exif, COLOUR_SPACE, SHORT, &colours.to_le_bytes()),
        (Which::Exif, 0xA002, LONG, &width),
        (Which::Exif, 0xA003, LONG, &height),
    ] {
        tiff.put(which, tag, kind, value);
    }
    put(&mut tiff, texts);
    tiff.into_bytes()
}

/// Puts texts into a block.
pub(super) fn put(tiff: &mut Tiff, texts: &[Wanted]) {
    for wanted in texts {
        if let Some(text) = &wanted.text {
            tiff.put_text(wanted.table, wanted.tag, text);
        }
    }
}

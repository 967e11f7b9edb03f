//! The tags that are read and changed.

use crate::container::tiff::table::{Order, Table, View};
use crate::metadata::text::Encoding;

/// How the picture has to be turned.
pub(super) const ORIENTATION: u16 = 0x0112;
/// Camera maker.
pub(super) const MAKE: u16 = 0x010F;
/// Camera model.
pub(super) const MODEL: u16 = 0x0110;
/// Description of the picture.
pub(super) const DESCRIPTION: u16 = 0x010E;
/// Who took it.
pub(super) const ARTIST: u16 = 0x013B;
/// Copyright: photographer's, then after a zero the editor's.
pub(super) const COPYRIGHT: u16 = 0x8298;

/// When the picture was taken, and when it was digitised, which counts where the first is missing.
pub(super) const TAKEN: [u16; 2] = [0x9003, 0x9004];
/// The zones of these two.
pub(super) const ZONES: [u16; 2] = [0x9011, 0x9012];
/// The fractions of a second of these two.
pub(super) const FRACTIONS: [u16; 2] = [0x9291, 0x9292];
/// When the file was changed, which cameras set to when it was taken, with its zone and fraction.
pub(super) const CHANGED: [u16; 3] = [0x0132, 0x9010, 0x9290];
/// The texts that fields give to the picture's table.
pub(super) const TEXTS: [(u16, &str); 3] =
    [(DESCRIPTION, "description"), (ARTIST, "byline"), (COPYRIGHT, "copyright")];
/// Windows' texts, in UTF-16, little-endian in every block, and the field that each repeats.
pub(super) const WINDOWS: [(u16, &str); 5] = [
    (0x9C9B, "title"),
    (0x9C9C, "description"),
    (0x9C9D, "byline"),
    (0x9C9E, "keywords"),
    (0x9C9F, "description"),
];
/// Which rules the file keeps: `R98` for sRGB, `R03` for Adobe RGB.
pub(super) const INTEROP_INDEX: u16 = 0x0001;
/// The colours: 1 for sRGB, 65535 for others.
pub(super) const COLOUR_SPACE: u16 = 0xA001;
/// What it is for sRGB.
pub(super) const SRGB: u32 = 1;
/// Where in the picture its subject is.
pub(super) const SUBJECTS: [u16; 2] = [0x9214, 0xA214];
/// A person's remark; its first eight bytes name its encoding.
pub(super) const COMMENT: u16 = 0x9286;
/// Horizontal and vertical resolution, and its unit.
pub(super) const RESOLUTION: [u16; 3] = [0x011A, 0x011B, 0x0128];

/// A text value up to its first zero.
pub(super) fn text(view: View<'_>, table: &Table, tag: u16) -> Option<String> {
    text_in(view, table, tag, Encoding::default())
}

/// The same, in this encoding where it is not UTF-8.
pub(super) fn text_in(
    view: View<'_>,
    table: &Table,
    tag: u16,
    encoding: Encoding,
) -> Option<String> {
    let bytes = view.value(table.find(tag)?)?;
    let text = encoding.read(bytes.split(|&b| b == 0).next()?);
    (!text.is_empty()).then_some(text)
}

/// A text of Windows, or a person's remark.
pub(super) fn coded_text(view: View<'_>, table: &Table, tag: u16) -> Option<String> {
    let bytes = view.value(table.find(tag)?)?;
    let wide = |bytes: &[u8], number: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.as_chunks().0.iter().map(|&pair| number(pair)).collect();
        String::from_utf16_lossy(&units)
    };
    let text = match bytes.split_at_checked(8) {
        _ if tag != COMMENT => wide(bytes, u16::from_le_bytes),
        Some((b"UNICODE\0", text)) => match view.order {
            Order::Little => wide(text, u16::from_le_bytes),
            Order::Big => wide(text, u16::from_be_bytes),
        },
        Some((_, text)) => Encoding::default().read(text),
        None => return None,
    };
    let text = text.trim_matches(['\0', ' ']).to_owned();
    (!text.is_empty()).then_some(text)
}

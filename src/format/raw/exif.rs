//! The EXIF of a RAW file as a block of its own.

use super::super::tiff::{Block, gather, gather_tables};
use super::super::upright;
use crate::container::raw::{Basics, Metadata, Tables};
use crate::container::tiff::{Directory, Order, tag};
use crate::error::Warning;
use crate::frame::Orientation;

const MAKE: u16 = 271;
const MODEL: u16 = 272;
const DATE_TIME_ORIGINAL: u16 = 36_867;
const COLOR_SPACE: u16 = 40_961;
const INTEROP: u16 = 40_965;
const INTEROP_INDEX: u16 = 1;

/// How the picture has to be turned.
pub(super) fn orientation(file: &[u8], metadata: &Metadata<'_>) -> Orientation {
    match metadata {
        Metadata::File => upright::from_exif(file),
        Metadata::Tables(tables) => upright::from_exif(tables.image),
        Metadata::Basics(basics) => upright::from_exif(&of_basics(basics)),
        Metadata::Picture => Orientation::Upright,
    }
}

/// The block; `None` if the file has nothing to put in it.
pub(super) fn gathered(
    file: &[u8],
    metadata: &Metadata<'_>,
    warnings: &mut Vec<Warning>,
) -> Option<Vec<u8>> {
    match metadata {
        Metadata::File => gather(file, warnings),
        Metadata::Tables(Tables { image, exif, gps, has_note }) => {
            if *has_note {
                // It counts its offsets from the start of a file that is not there.
                let what = "the maker's note, whose offsets would be wrong".to_owned();
                warnings.push(Warning::MetadataDropped(what));
            }
            gather_tables(image, exif, gps)
        }
        Metadata::Basics(basics) => Some(of_basics(basics)),
        Metadata::Picture => None,
    }
}

/// A block with the few facts that a CRW has.
fn of_basics(basics: &Basics) -> Vec<u8> {
    let mut block = Block::new(Order::Little);
    let orientation = match basics.turned {
        90 => 6,
        180 => 3,
        270 => 8,
        _ => 1,
    };
    let mut entries = vec![
        block.text(MAKE, &basics.make),
        block.text(MODEL, &basics.model),
        block.number(tag::ORIENTATION, orientation),
    ];
    let taken = basics.taken.and_then(|s| jiff::Timestamp::from_second(s.into()).ok());
    if let Some(taken) = taken {
        let date =
            block.text(DATE_TIME_ORIGINAL, taken.strftime("%Y:%m:%d %T").to_string().as_bytes());
        entries.push(block.pointer(tag::EXIF, vec![date]));
    }
    block.finish(entries)
}

/// Whether a block says that the colours are in another space than sRGB.
pub(super) fn is_uncalibrated(block: &[u8]) -> bool {
    let exif = Directory::read(block).number(tag::EXIF);
    let space = exif.and_then(|at| Directory::read_at(block, at).number(COLOR_SPACE));
    // 2 is Adobe RGB to some cameras, though EXIF does not know it.
    matches!(space, Some(2 | 0xFFFF))
}

/// Makes a block say that the colours are those of sRGB.
pub(super) fn say_srgb(block: &mut [u8]) {
    let Some(order) = Order::of(block) else { return };
    let Some(exif) = Directory::read(block).number(tag::EXIF) else { return };
    let exif = Directory::read_at(block, exif);
    let space = exif.find(COLOR_SPACE).map(|entry| (entry.at, order.short(1).to_vec()));
    let interop = exif.number(INTEROP).and_then(|at| {
        let index = Directory::read_at(block, at).find(INTEROP_INDEX)?.at;
        Some((index, b"R98\0".to_vec()))
    });
    for (at, bytes) in [space, interop].into_iter().flatten() {
        if let Some(value) = block.get_mut(at..at + bytes.len()) {
            value.copy_from_slice(&bytes);
        }
    }
}

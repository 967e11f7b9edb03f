//! RAW files that are TIFFs: TIFF/EP (ISO 12234-2) and DNG, with the offsets of JPEGs in one of three
//! ways. Olympus' and Panasonic's begin with a number of their own instead of TIFF's 42.

use super::parts::{Metadata, Raw};
use crate::container::boxes::range;
use crate::container::tiff::{Directory, directories, tag};

const JPEG_OFFSET: u16 = 513;
const JPEG_LENGTH: u16 = 514;
const DEFAULT_CROP_SIZE: u16 = 50_720;
const PIXEL_X: u16 = 40_962;
const PIXEL_Y: u16 = 40_963;
/// Photometric interpretations of a mosaic, and of linear colours (DNG 1.7, chapter 4).
const MOSAICS: [u64; 2] = [32_803, 34_892];
/// Compressions that are a JPEG in one strip.
const JPEGS: [u64; 2] = [6, 7];

/// Panasonic's own tags: the borders of the picture on the sensor, and a JPEG.
mod panasonic {
    pub(super) const TOP: u16 = 4;
    pub(super) const LEFT: u16 = 5;
    pub(super) const BOTTOM: u16 = 6;
    pub(super) const RIGHT: u16 = 7;
    pub(super) const JPEG: u16 = 46;
}

fn is_mosaic(directory: &Directory<'_>) -> bool {
    directory.number(tag::PHOTOMETRIC).is_some_and(|of| MOSAICS.contains(&of))
}

/// Canon's CR2, which has no mosaic in its tables, has its name behind TIFF's header.
fn is_cr2(file: &[u8]) -> bool {
    file.get(8..10) == Some(b"CR")
}

pub(super) fn is_raw(file: &[u8]) -> bool {
    let is_tiff = matches!(file.get(2..4), Some(b"\x2A\0" | b"\0\x2A" | b"\x2B\0" | b"\0\x2B"));
    let of_first = |tag| Directory::read(file).has(tag);
    let has_mosaic = || directories(file).iter().any(is_mosaic);
    !is_tiff || is_cr2(file) || of_first(tag::DNG_VERSION) || has_mosaic()
}

pub(super) fn read(file: &[u8]) -> Option<Raw<'_>> {
    if !is_raw(file) {
        return None;
    }
    let directories = directories(file);
    let first = directories.first()?;
    let panasonic = first.find(panasonic::JPEG);
    let mut pictures: Vec<_> =
        panasonic.into_iter().map(|e| e.at..e.at + e.bytes().len()).collect();
    for directory in &directories {
        let place = |offset, length| range(directory.number(offset)?, directory.number(length)?);
        pictures.extend(place(JPEG_OFFSET, JPEG_LENGTH));
        let compression = directory.number(tag::COMPRESSION).unwrap_or_default();
        let strips = directory.find(tag::STRIP_OFFSETS).map_or(0, |strips| strips.count());
        if JPEGS.contains(&compression) && strips == 1 {
            pictures.extend(place(tag::STRIP_OFFSETS, tag::STRIP_BYTE_COUNTS));
        }
    }
    Some(Raw {
        sensor_px: sensor_px(file, &directories),
        metadata: if panasonic.is_some() { Metadata::Picture } else { Metadata::File },
        xmp: first.bytes(tag::XMP),
        iptc: first.bytes(tag::IPTC),
        pictures,
    })
}

/// What the mosaic is cut to, what it has, or what EXIF says of the picture; the long side.
fn sensor_px(file: &[u8], directories: &[Directory<'_>]) -> Option<u32> {
    let long = |sides: &[u64]| sides.iter().max().and_then(|&side| u32::try_from(side).ok());
    let first = directories.first()?;
    let of = |directory: &Directory<'_>, tags: [u16; 2]| {
        let sides = tags.map(|tag| directory.number(tag));
        sides[0].zip(sides[1]).and_then(|(x, y)| long(&[x, y]))
    };
    if let Some(right) = first.number(panasonic::RIGHT).filter(|_| first.has(panasonic::JPEG)) {
        let number = |tag| first.number(tag).unwrap_or_default();
        let width = right.saturating_sub(number(panasonic::LEFT));
        let height = number(panasonic::BOTTOM).saturating_sub(number(panasonic::TOP));
        return long(&[width, height]);
    }
    let mosaic = directories.iter().filter(|directory| is_mosaic(directory));
    let mosaic = mosaic.max_by_key(|directory| directory.number(tag::IMAGE_WIDTH));
    let cut = mosaic.and_then(|mosaic| {
        // Whole numbers or fractions, and two of them.
        let fractions = mosaic.fractions(DEFAULT_CROP_SIZE, 2);
        let sides: Vec<u64> = fractions.iter().map(|[n, d]| n / (*d).max(1)).collect();
        long(&sides)
    });
    let exif = first.number(tag::EXIF).map(|at| Directory::read_at(file, at));
    cut.or_else(|| of(mosaic?, [tag::IMAGE_WIDTH, tag::IMAGE_LENGTH]))
        .or_else(|| of(exif.as_ref()?, [PIXEL_X, PIXEL_Y]))
}

//! The lossy JPEG tiles of a DNG: flashraw accepts whatever its decoder produces, which is grey where coded
//! data are missing, so they are checked for damage here like any other JPEG.

use crate::container::tiff::{Directory, directories, tag};
use crate::format::jpeg;

/// Lossy JPEG (DNG 1.7, chapter 4).
const LOSSY_JPEG: u64 = 34_892;

/// The first thing that is wrong with a tile, for people.
pub(super) fn fault(file: &[u8]) -> Option<String> {
    let is_lossy = |table: &&Directory<'_>| {
        table.number(tag::COMPRESSION) == Some(LOSSY_JPEG)
            && table.number(tag::NEW_SUBFILE_TYPE).unwrap_or_default() == 0
    };
    directories(file).iter().filter(is_lossy).find_map(|table| fault_of(file, table))
}

fn fault_of(file: &[u8], table: &Directory<'_>) -> Option<String> {
    let (places, lengths) = match table.has(tag::TILE_OFFSETS) {
        true => (tag::TILE_OFFSETS, tag::TILE_BYTE_COUNTS),
        false => (tag::STRIP_OFFSETS, tag::STRIP_BYTE_COUNTS),
    };
    let mut read = 0;
    for (at, length) in table.numbers(places).zip(table.numbers(lengths)) {
        let range = usize::try_from(at).ok().zip(usize::try_from(length).ok());
        let tile = range.and_then(|(at, length)| file.get(at..at.checked_add(length)?));
        let Some(tile) = tile else { return Some("a tile is beyond its end".to_owned()) };
        read += tile.len();
        if read > file.len() {
            return Some("its tiles overlap".to_owned());
        }
        if let Some(fault) = jpeg::fault(tile) {
            return Some(format!("a tile: {fault}"));
        }
    }
    None
}

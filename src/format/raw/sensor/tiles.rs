//! How the samples of TIFF-like files are kept, tile by tile or strip by strip, looked at for damage: flashraw
//! takes what its decoders make of broken codes, and does not compare the digests that a DNG has of its samples.

use flashraw::{RawFrame, RawPixelData};

use super::lossless;
use crate::container::tiff::{Directory, directories, tag};
use crate::format::jpeg;

/// Lossy JPEG and JPEG XL (DNG 1.7, chapter 3).
const LOSSY_JPEG: u64 = 34_892;
const JPEG_XL: u64 = 52_546;
/// JPEG, as Canon and as DNG name it; of which process the first tile says.
const JPEGS: [u64; 2] = [6, 7];
/// What a picture of which parts are seen through is (DNG 1.7): the digest is of both then.
const TRANSPARENCY: u64 = 52_527;
/// Sides of the parts that the digest of samples is made of.
const PART: usize = 256;
const DIFFERS: &str = "its samples are not those that its digest (NewRawImageDigest) was made of";

/// The first thing that is wrong with the coded samples, for people.
pub(super) fn fault(file: &[u8]) -> Option<String> {
    let tables = directories(file);
    // Others wear the same numbers for codings of their own.
    let is_known = is_dng(&tables) || file.get(8..10) == Some(b"CR");
    let main = tables.iter().filter(|table| is_main(table));
    main.filter(|_| is_known).find_map(|table| fault_of(file, table, digest(&tables)))
}

/// Whether decoded samples are other ones than those that the digest of their DNG was made of.
pub(super) fn fault_of_samples(file: &[u8], frame: &RawFrame) -> Option<String> {
    let RawPixelData::U16(samples) = &frame.data else { return None };
    let tables = directories(file);
    let mut main = tables.iter().filter(|table| is_main(table));
    let (table, further) = (main.next()?, main.next());
    let is_same = |tag: u16, side: u32| table.number(tag) == Some(side.into());
    // What was changed since it was read cannot be compared; nor can what is seen as bytes.
    let can_compare = is_dng(&tables)
        && further.is_none()
        && is_same(tag::IMAGE_WIDTH, frame.width)
        && is_same(tag::IMAGE_LENGTH, frame.height)
        && is_same(tag::SAMPLES_PER_PIXEL, frame.cpp)
        && table.number(tag::BITS_PER_SAMPLE).is_some_and(|bits| (9..=16).contains(&bits))
        && !is_lossy(table)
        && !table.has(tag::LINEARIZATION)
        && table.bytes(tag::OPCODES_1).is_none_or(|opcodes| opcodes.len() <= 4)
        && !tables.iter().any(|table| table.number(tag::PHOTOMETRIC) == Some(TRANSPARENCY));
    let digest = digest(&tables).filter(|_| can_compare)?;
    let (columns, channels) = (frame.width as usize, frame.cpp as usize);
    (digest != of_samples(samples, columns, channels)?).then(|| DIFFERS.to_owned())
}

fn is_dng(tables: &[Directory<'_>]) -> bool {
    tables.first().is_some_and(|table| table.has(tag::DNG_VERSION))
}

fn is_main(table: &Directory<'_>) -> bool {
    table.number(tag::NEW_SUBFILE_TYPE).unwrap_or_default() == 0
}

fn is_lossy(table: &Directory<'_>) -> bool {
    table.number(tag::COMPRESSION).is_some_and(|kind| [LOSSY_JPEG, JPEG_XL].contains(&kind))
}

/// The digest of the samples; some write one of zeros.
fn digest(tables: &[Directory<'_>]) -> Option<[u8; 16]> {
    let digest = tables.first()?.bytes(tag::NEW_RAW_IMAGE_DIGEST)?.try_into().ok()?;
    (digest != [0; 16]).then_some(digest)
}

fn fault_of(file: &[u8], table: &Directory<'_>, digest: Option<[u8; 16]>) -> Option<String> {
    let (places, lengths) = match table.has(tag::TILE_OFFSETS) {
        true => (tag::TILE_OFFSETS, tag::TILE_BYTE_COUNTS),
        false => (tag::STRIP_OFFSETS, tag::STRIP_BYTE_COUNTS),
    };
    let compression = table.number(tag::COMPRESSION)?;
    if !is_lossy(table) && !JPEGS.contains(&compression) {
        return None;
    }
    let (mut read, mut digests) = (0, md5::Context::new());
    for (at, length) in table.numbers(places).zip(table.numbers(lengths)) {
        let range = usize::try_from(at).ok().zip(usize::try_from(length).ok());
        let tile = range.and_then(|(at, length)| file.get(at..at.checked_add(length)?));
        let Some(tile) = tile else { return Some("a tile is beyond its end".to_owned()) };
        read += tile.len();
        if read > file.len() {
            return Some("its tiles overlap".to_owned());
        }
        let fault = match compression {
            LOSSY_JPEG => jpeg::fault(tile),
            JPEG_XL => None,
            _ if lossless::is_one(tile) => lossless::fault(tile).map(str::to_owned),
            _ => None,
        };
        if let Some(fault) = fault {
            return Some(format!("a tile: {fault}"));
        }
        if is_lossy(table) && digest.is_some() {
            digests.consume(md5::compute(tile).0);
        }
    }
    // Of what cannot be decoded to the same samples everywhere, the digest is that of the coded data.
    let differs = digest.is_some_and(|digest| digest != digests.finalize().0);
    (is_lossy(table) && differs).then(|| DIFFERS.to_owned())
}

/// The digest of samples: of the digests of all parts, each of them channel by channel.
fn of_samples(samples: &[u16], columns: usize, channels: usize) -> Option<[u8; 16]> {
    let rows = samples.len().checked_div(columns * channels)?;
    let (mut digests, mut bytes) = (md5::Context::new(), Vec::new());
    for top in (0..rows).step_by(PART) {
        for left in (0..columns).step_by(PART) {
            bytes.clear();
            for channel in 0..channels {
                for y in top..rows.min(top + PART) {
                    let row = &samples[y * columns * channels..][..columns * channels];
                    let part = &row[left * channels..columns.min(left + PART) * channels];
                    let of_channel = part.iter().skip(channel).step_by(channels);
                    bytes.extend(of_channel.flat_map(|sample| sample.to_le_bytes()));
                }
            }
            digests.consume(md5::compute(&bytes).0);
        }
    }
    Some(digests.finalize().0)
}

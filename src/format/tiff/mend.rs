//! What writers of TIFF get wrong and readers forgive, put right in a copy for the decoder, which
//! forgives none of it: a chain of directories that comes back to itself or is cut off behind the
//! first, more BitsPerSample than samples, a single strip that does not say its length.
//!
//! And a palette, which is no fault: the decoder is told that its indices were grey.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::container::tiff::{self as directory, Directory, tag};

/// PhotometricInterpretation of a palette, and of grey that starts at black.
pub(super) const PALETTE: u64 = 3;
const BLACK_IS_ZERO: u64 = 1;

/// Directories that are followed to see whether they go in circles.
const MOST_PAGES: usize = 1000;

/// Bytes that stand elsewhere in the copy: where, and which.
type Patch = (usize, Vec<u8>);

/// The bytes that the decoder is given: the file's own, or a copy of them that it can read.
pub(super) fn mended<'a>(file: &'a [u8], directory: &Directory<'_>) -> Cow<'a, [u8]> {
    let mut patches: Vec<Patch> = Vec::new();
    patches.extend(grey_palette(directory));
    patches.extend(samples_of_pixels(file, directory).into_iter().flatten());
    patches.extend(strip_length(file, directory));
    patches.extend(chain_end(file));
    if patches.is_empty() {
        return file.into();
    }
    let mut copy = file.to_vec();
    for (at, bytes) in patches {
        // The pointer behind the last directory may lie outside of the file.
        copy.resize(copy.len().max(at + bytes.len()), 0);
        copy[at..at + bytes.len()].copy_from_slice(&bytes);
    }
    copy.into()
}

fn grey_palette(directory: &Directory<'_>) -> Option<Patch> {
    let photometric = directory.find(tag::PHOTOMETRIC)?;
    (photometric.numbers().next() == Some(PALETTE)).then(|| photometric.first_as(BLACK_IS_ZERO))
}

/// As many BitsPerSample as there are samples in a pixel, if there are more.
fn samples_of_pixels(file: &[u8], directory: &Directory<'_>) -> Option<Vec<Patch>> {
    let samples = directory.number(tag::SAMPLES_PER_PIXEL).unwrap_or(1);
    let bits = directory.find(tag::BITS_PER_SAMPLE)?;
    let fewer = usize::try_from(samples).ok().filter(|&n| n > 0 && n < bits.count())?;
    Some(bits.shortened(file, fewer))
}

/// A single strip of no length reaches to the end of the file.
fn strip_length(file: &[u8], directory: &Directory<'_>) -> Option<Patch> {
    let (offsets, lengths) =
        (directory.find(tag::STRIP_OFFSETS)?, directory.find(tag::STRIP_BYTE_COUNTS)?);
    let alone = offsets.count() == 1 && lengths.count() == 1;
    let start = offsets.numbers().next()?;
    let rest = (file.len() as u64).checked_sub(start)?;
    (alone && lengths.numbers().next() == Some(0)).then(|| lengths.first_as(rest))
}

/// The end of the chain behind the first directory, if it has none.
fn chain_end(file: &[u8]) -> Option<Patch> {
    let first = directory::first_place(file)?;
    let (pointer, width) = directory::next_pointer(file, first)?;
    let end = (pointer, vec![0; width]);
    if pointer + width > file.len() {
        // Only the pointer is missing, not the directory before it.
        return (pointer <= file.len()).then_some(end);
    }
    let (mut seen, mut place) = (HashSet::from([first]), first);
    while seen.len() < MOST_PAGES {
        let (pointer, width) = directory::next_pointer(file, place)?;
        place = directory::place_at(file, pointer, width)?;
        if place == 0 {
            return None;
        }
        if !seen.insert(place) {
            return Some(end);
        }
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::super::{decode, probe};
    use super::*;
    use crate::format::{Decoded, Decoding, Limits};
    use crate::frame::Pool;

    /// A grey TIFF of 2×2 pixels, the samples behind the directory; the last tag's count and value,
    /// and the bytes behind the entries.
    fn grey(bits: (u32, u32), length: u32, next: &[u8]) -> Vec<u8> {
        let entries: [(u16, u16, u32, u32); 8] = [
            (256, 3, 1, 2),
            (257, 3, 1, 2),
            (258, 3, bits.0, bits.1),
            (259, 3, 1, 1),
            (262, 3, 1, 1),
            (273, 4, 1, 8 + 2 + 8 * 12 + 4),
            (277, 3, 1, 1),
            (279, 4, 1, length),
        ];
        let mut file = b"II\x2a\0\x08\0\0\0\x08\0".to_vec();
        for (tag, kind, count, value) in entries {
            file.extend_from_slice(&tag.to_le_bytes());
            file.extend_from_slice(&kind.to_le_bytes());
            file.extend_from_slice(&count.to_le_bytes());
            file.extend_from_slice(&value.to_le_bytes());
        }
        file.extend_from_slice(next);
        file
    }

    fn decoded(file: &[u8]) -> Decoded {
        let header = probe(file, &Limits::default()).unwrap();
        decode(file, header, &Decoding::default(), &Pool::default()).unwrap()
    }

    #[test]
    fn what_readers_forgive_is_forgiven() {
        let whole = grey((1, 8), 4, &[0, 0, 0, 0, 10, 20, 30, 40]);
        let expected = decoded(&whole).frame;
        assert!(matches!(mended(&whole, &Directory::read(&whole)), Cow::Borrowed(_)));
        let faulty = [
            // Two bits-per-sample for one sample; no length; the next directory is the first.
            grey((2, 8 << 16 | 8), 4, &[0, 0, 0, 0, 10, 20, 30, 40]),
            grey((1, 8), 0, &[0, 0, 0, 0, 10, 20, 30, 40]),
            grey((1, 8), 4, &[8, 0, 0, 0, 10, 20, 30, 40]),
        ];
        for (i, file) in faulty.iter().enumerate() {
            assert_eq!(decoded(file).frame, expected, "{i}");
        }
        // The samples before the directory, and nothing behind its last entry.
        let mut ends = b"II\x2a\0\x0c\0\0\0\x0a\x14\x1e\x28\x08\0".to_vec();
        ends.extend_from_slice(&whole[10..106]);
        ends[14 + 5 * 12 + 8] = 8;
        assert_eq!(decoded(&ends).frame, expected);
    }

    #[test]
    fn a_file_cut_within_its_directory_is_not_filled_up() {
        let whole = grey((1, 8), 4, &[0, 0, 0, 0, 10, 20, 30, 40]);
        for length in 8..106 {
            assert!(chain_end(&whole[..length]).is_none(), "{length}");
        }
    }
}

//! The scans of a sequential JPEG (T.81, annex F), decoded block by block into one plane per component:
//! interleaved, one by one or in any groups, with any sampling.
//!
//! Huffman codes and the inverse transform are libjpeg-turbo-rs's; the loop is here because its own
//! refuses components that are sampled finer than the first and groups of components, and because only
//! here it can be seen how much of the coded data was used: a file in which a bit has flipped often
//! decodes to its end, with some bytes left over, or ends early.

use libjpeg_turbo_rs::common::huffman_table::HuffmanTable;
use libjpeg_turbo_rs::decode::bitstream::BitReader;
use libjpeg_turbo_rs::decode::entropy::McuDecoder;
use libjpeg_turbo_rs::decode::marker::{JpegMetadata, MarkerReader, ScanInfo};
use libjpeg_turbo_rs::simd;

use super::one_line;
use super::planes::{Plane, planes_of, planes_of_blocks};
use crate::container::jpeg::{FrameHeader, Walk};
use crate::frame::Pool;

/// Bytes that may be left behind the last block of a scan: libjpeg has read that far ahead and does not
/// notice them either; some cameras fill up.
const MOST_LEFT_BYTES: usize = 8;
/// What fills the places that a damaged file has nothing for.
const MISSING: u8 = 128;
/// Whether to stop at damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rigour {
    /// The first fault is an error.
    Strict,
    /// What is missing is mid-grey up to the next restart marker.
    Lenient,
}

/// One component of a scan.
struct Part<'a> {
    /// Which plane.
    plane: usize,
    dc: &'a HuffmanTable,
    ac: &'a HuffmanTable,
    quant: &'a [u16; 64],
    /// Blocks across and down in a unit.
    across: usize,
    down: usize,
}

/// Decodes all scans of a file whose markers were walked.
pub(super) fn sequential(
    bytes: &[u8],
    walk: &Walk<'_>,
    frame: &FrameHeader,
    rigour: Rigour,
    pool: &Pool,
) -> Result<Vec<Plane>, String> {
    let metadata = MarkerReader::new(bytes).read_markers().map_err(|e| one_line(&e))?;
    // Of a whole file every sample is written.
    let missing = (rigour == Rigour::Lenient).then_some(MISSING);
    let mut planes = planes_of(frame, missing, pool)?;
    let (transform, mut samples) = (simd::detect().idct_islow, [0; 64]);
    let mut whole = |plane: &mut Plane, [x, y]: [usize; 2], block: &[i16; 64], part: &Part<'_>| {
        if is_flat(block) {
            samples.fill(flat(block[0], part.quant[0]));
        } else {
            transform(block, part.quant, &mut samples);
        }
        plane.put(x, y, &samples);
    };
    for (scan, walked) in metadata.scans.iter().zip(&walk.scans) {
        let parts = parts(scan, &walked.components, &metadata, &planes)?;
        decode(bytes, scan, &parts, &mut planes, rigour, &mut whole)?;
    }
    Ok(planes)
}

/// The means of all blocks instead of their samples: planes of an eighth of the width and height, for
/// little more than the reading of the codes.
pub(super) fn eighth(
    bytes: &[u8],
    walk: &Walk<'_>,
    frame: &FrameHeader,
) -> Result<Vec<Plane>, String> {
    let metadata = MarkerReader::new(bytes).read_markers().map_err(|e| one_line(&e))?;
    let mut planes = planes_of_blocks(frame)?;
    let mut mean = |plane: &mut Plane, [x, y]: [usize; 2], block: &[i16; 64], part: &Part<'_>| {
        plane.put_one(x, y, flat(block[0], part.quant[0]));
    };
    for (scan, walked) in metadata.scans.iter().zip(&walk.scans) {
        let parts = parts(scan, &walked.components, &metadata, &planes)?;
        decode(bytes, scan, &parts, &mut planes, Rigour::Strict, &mut mean)?;
    }
    Ok(planes)
}

fn parts<'a>(
    scan: &'a ScanInfo,
    places: &[u8],
    metadata: &'a JpegMetadata,
    planes: &[Plane],
) -> Result<Vec<Part<'a>>, String> {
    let alone = scan.header.components.len() == 1;
    let missing = |what: &str| format!("a scan uses a {what} table that is missing");
    let mut parts: Vec<Part<'a>> = Vec::new();
    for (part, &place) in scan.header.components.iter().zip(places) {
        let plane = usize::from(place);
        let component = metadata.frame.components.get(plane).filter(|_| plane < planes.len());
        let component = component.filter(|_| parts.iter().all(|part| part.plane != plane));
        let component = component.ok_or("a scan names a component that the frame does not have")?;
        fn table<T>(tables: &[T], number: u8) -> Option<&T> {
            tables.get(usize::from(number))
        }
        let dc = table(&scan.dc_huffman_tables, part.dc_table_index).and_then(|t| t.as_deref());
        let ac = table(&scan.ac_huffman_tables, part.ac_table_index).and_then(|t| t.as_deref());
        let quant =
            table(&metadata.quant_tables, component.quant_table_index).and_then(|t| t.as_ref());
        let Plane { blocks_across, blocks_down, .. } = planes[plane];
        parts.push(Part {
            plane,
            dc: dc.ok_or_else(|| missing("Huffman"))?,
            ac: ac.ok_or_else(|| missing("Huffman"))?,
            quant: &quant.ok_or_else(|| missing("quantisation"))?.values,
            across: if alone { 1 } else { blocks_across },
            down: if alone { 1 } else { blocks_down },
        });
    }
    Ok(parts)
}

fn decode(
    bytes: &[u8],
    scan: &ScanInfo,
    parts: &[Part<'_>],
    planes: &mut [Plane],
    rigour: Rigour,
    put: &mut impl FnMut(&mut Plane, [usize; 2], &[i16; 64], &Part<'_>),
) -> Result<(), String> {
    let Some(first) = parts.first() else { return Ok(()) };
    let (across, down) = match parts {
        // One component alone has no more blocks than its own samples need (T.81, A.2.2).
        [part] => planes[part.plane].needed_blocks(),
        _ => planes[first.plane].units(),
    };
    let coded = bytes.get(scan.data_offset..).unwrap_or_default();
    let mut reader = BitReader::new(coded);
    let mut decoder = McuDecoder::new(planes.len());
    let interval = usize::from(scan.restart_interval);
    let mut coefficients = [0_i16; 64];
    let (mut until_restart, mut is_lost) = (interval, false);
    for y in 0..down {
        for x in 0..across {
            if interval > 0 && until_restart == 0 {
                if rigour == Rigour::Strict {
                    nothing_left(coded, &reader, 0)?;
                }
                reader.reset();
                decoder.reset();
                // Where no restart marker comes, nothing does.
                (until_restart, is_lost) = (interval, reader.insufficient_data());
            }
            until_restart = until_restart.wrapping_sub(1);
            for part in parts {
                let plane = &mut planes[part.plane];
                for v in 0..part.down {
                    for h in 0..part.across {
                        if is_lost {
                            continue;
                        }
                        let decoded = decoder.decode_block(
                            &mut reader,
                            part.plane,
                            part.dc,
                            part.ac,
                            &mut coefficients,
                        );
                        match (decoded, rigour) {
                            (Ok(()), _) => {}
                            (Err(_), Rigour::Strict) if reader.insufficient_data() => {
                                return Err(ENDS_EARLY.to_owned());
                            }
                            (Err(e), Rigour::Strict) => return Err(one_line(&e)),
                            (Err(_), Rigour::Lenient) => {
                                // As libjpeg does, go on with the next block: what follows is often there.
                                is_lost = reader.insufficient_data();
                                continue;
                            }
                        }
                        let at = [x * part.across + h, y * part.down + v];
                        put(plane, at, &coefficients, part);
                    }
                }
            }
            if !is_lost && reader.insufficient_data() {
                if rigour == Rigour::Strict {
                    return Err(ENDS_EARLY.to_owned());
                }
                is_lost = true;
            }
        }
    }
    if rigour == Rigour::Strict { nothing_left(coded, &reader, MOST_LEFT_BYTES) } else { Ok(()) }
}

/// Whether a block has nothing but its mean; the first row tells of most that they have more.
#[inline(always)]
fn is_flat(coefficients: &[i16; 64]) -> bool {
    let none = |part: &[i16]| part.iter().fold(0, |any, c| any | c) == 0;
    none(&coefficients[1..8]) && none(&coefficients[8..])
}

/// The sample of a block without any change in it, as the transform rounds it: in 16 bits, like
/// `jidctint.c` for vectors.
fn flat(coefficient: i16, step: u16) -> u8 {
    let level = coefficient.wrapping_mul(step as i16).wrapping_shl(2);
    (((i32::from(level) + 16) >> 5) + 128).clamp(0, 255) as u8
}

const ENDS_EARLY: &str = "the coded data end before the picture does";

/// Whether the coded data up to the next marker were used but for so many bytes and some last bits.
fn nothing_left(coded: &[u8], reader: &BitReader<'_>, most_bytes: usize) -> Result<(), String> {
    let state = reader.state();
    let read = u32::from(state.bits_left).saturating_sub(state.stuffed_bits) as usize / 8;
    let mut unread = 0;
    let mut rest = coded.get(state.pos..).unwrap_or_default();
    loop {
        match rest {
            [0xFF, 0, after @ ..] => (unread, rest) = (unread + 1, after),
            // Any number of these may precede a marker.
            [0xFF, 0xFF, ..] => rest = &rest[1..],
            [] | [0xFF, ..] => break,
            [_, after @ ..] => (unread, rest) = (unread + 1, after),
        }
    }
    let left = read + unread;
    if left <= most_bytes {
        return Ok(());
    }
    Err(format!("{left} bytes of coded data are left over, so some of it is wrong"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_block_is_what_the_transform_makes_of_it() {
        let transform = simd::detect().idct_islow;
        for step in [1, 3, 16, 255] {
            for coefficient in (-2100..2100).step_by(7) {
                let (mut coefficients, mut quant, mut block) = ([0; 64], [1; 64], [0; 64]);
                (coefficients[0], quant[0]) = (coefficient, step);
                transform(&coefficients, &quant, &mut block);
                assert_eq!(block, [flat(coefficient, step); 64], "{coefficient} x {step}");
            }
        }
    }

    #[test]
    fn bytes_before_a_marker_are_left_over() {
        let reader = BitReader::new(&[]);
        let left = |coded: &[u8], most| nothing_left(coded, &reader, most);
        assert!(left(b"\xFF\xD9", 0).is_ok() && left(b"\xFF\xFF\xFF\xD9", 0).is_ok());
        assert!(left(b"\x12\xFF\0\xFF\xD9", 2).is_ok());
        assert!(left(b"\x12\xFF\0\xFF\xD9", 1).is_err_and(|e| e.starts_with("2 bytes")));
    }
}

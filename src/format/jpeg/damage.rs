//! Damage in a JPEG, which the decoders hide by filling missing parts with grey.
//!
//! A transfer that broke off leaves a file without EOI; a repair tool may put EOI behind the break. Then the
//! restart markers, the bits of a progressive file or the number of coded bytes reveal it; where none of them
//! does, the decoder finds it at the end of the coded data ([`super::scans`]).

use crate::container::jpeg::{FrameHeader, Process, Scan, Walk};

/// The first fault that the markers show, for people.
pub(super) fn fault(walk: &Walk<'_>, frame: &FrameHeader) -> Option<String> {
    if walk.scans.is_empty() {
        return Some("the file ends before its picture begins".to_owned());
    }
    if !walk.ended {
        return Some("the file ends before its picture does".to_owned());
    }
    if let Some(fault) = walk.fault {
        return Some(fault.to_owned());
    }
    let scan_fault = walk.scans.iter().find_map(|scan| scan_fault(scan, frame));
    scan_fault.or_else(|| missing_components(walk, frame)).or_else(|| match frame.process {
        Process::Progressive => missing_bits(walk, frame),
        _ => None,
    })
}

/// Blocks of 8×8 that one component has in the whole frame, across and down.
fn component_blocks(frame: &FrameHeader, place: u8) -> Option<(u64, u64)> {
    let (across, down) = largest_factors(frame);
    let component = frame.components.get(usize::from(place))?;
    let blocks = |side: u16, factor: u8, largest: u64| {
        (u64::from(side) * u64::from(factor)).div_ceil(largest).div_ceil(8)
    };
    let x = blocks(frame.width, component.across, across);
    Some((x, blocks(frame.height, component.down, down)))
}

fn largest_factors(frame: &FrameHeader) -> (u64, u64) {
    let across = frame.components.iter().map(|c| u64::from(c.across)).max().unwrap_or(1);
    let down = frame.components.iter().map(|c| u64::from(c.down)).max().unwrap_or(1);
    (across.max(1), down.max(1))
}

/// Minimum coded units of a scan, and blocks in all (T.81, A.2).
fn units(scan: &Scan, frame: &FrameHeader) -> Option<(u64, u64)> {
    if let [place] = scan.components.as_slice() {
        let (x, y) = component_blocks(frame, *place)?;
        return Some((x * y, x * y));
    }
    let (across, down) = largest_factors(frame);
    let units =
        u64::from(frame.width).div_ceil(8 * across) * u64::from(frame.height).div_ceil(8 * down);
    let blocks = |place: &u8| {
        let component = frame.components.get(usize::from(*place))?;
        Some(u64::from(component.across) * u64::from(component.down))
    };
    let per_unit = scan.components.iter().map(blocks).sum::<Option<u64>>()?;
    Some((units, units * per_unit))
}

/// Restart markers that are missing or out of order; fewer bits than the blocks need.
fn scan_fault(scan: &Scan, frame: &FrameHeader) -> Option<String> {
    let Some((units, blocks)) = units(scan, frame) else {
        return Some("a scan names a component that the frame does not have".to_owned());
    };
    if !scan.in_order {
        return Some("restart markers are out of order".to_owned());
    }
    if scan.interval > 0 {
        let expected = units.div_ceil(u64::from(scan.interval)).saturating_sub(1);
        if scan.restarts < expected {
            let restarts = scan.restarts;
            return Some(format!("only {restarts} of {expected} restart markers found"));
        }
    }
    // A sequential Huffman block takes at least one bit for DC and one for the end of block.
    let needs = blocks * 2 / 8;
    if frame.process == Process::Baseline && (scan.coded_bytes as u64) < needs {
        let has = scan.coded_bytes;
        return Some(format!("only {has} coded bytes, but at least {needs} are needed"));
    }
    None
}

/// A component that no scan brings.
fn missing_components(walk: &Walk<'_>, frame: &FrameHeader) -> Option<String> {
    let brought = |place: u8| walk.scans.iter().any(|s| s.components.contains(&place));
    let all = (0..frame.components.len() as u8).all(brought);
    (!all).then(|| "the scans of some components are missing".to_owned())
}

/// Coefficients of a progressive file whose last bits no scan brings.
fn missing_bits(walk: &Walk<'_>, frame: &FrameHeader) -> Option<String> {
    let complete = (0..frame.components.len() as u8).all(|place| {
        let has = |scan: &&Scan| scan.components.contains(&place) && scan.band.0 == 0;
        // The first scan of all brings DC: a file without it was made so, not cut.
        !walk.scans.iter().any(|scan| has(&scan))
            || (0..64).all(|coefficient| {
                let last = walk.scans.iter().rev().find(|scan| {
                    let (first, end) = scan.band;
                    scan.components.contains(&place) && (first..=end).contains(&coefficient)
                });
                // A component's DC comes first (T.81, G.1.1.1.1): no cut takes it alone.
                last.map_or(coefficient == 0, |scan| scan.low_bit == 0)
            })
    });
    (!complete).then(|| "the last scans of this progressive JPEG are missing".to_owned())
}

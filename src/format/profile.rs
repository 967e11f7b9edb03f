//! The colour profile of a file: whether it fits the samples it comes with (ICC.1:2022, 7.2).

use std::sync::Arc;

pub(super) use crate::colour::MOST_ICC_BYTES;
use crate::error::Warning;
pub(super) use crate::metadata::{MOST_EXIF_BYTES, MOST_XMP_BYTES};

/// Bytes of an ICC header.
const HEADER_BYTES: usize = 128;

/// The signature of the profile's colour space: `RGB `, `GRAY`, `CMYK`.
pub(super) fn space(icc: &[u8]) -> Option<&[u8; 4]> {
    let plausible = icc.len() >= HEADER_BYTES && &icc[36..40] == b"acsp";
    if plausible { icc[16..].first_chunk() } else { None }
}

/// Takes the profile out, with a warning, if it cannot mean samples of this many channels.
pub(super) fn drop_unfit(icc: &mut Option<Arc<[u8]>>, channels: u8, warnings: &mut Vec<Warning>) {
    let Some(profile) = icc.as_deref() else { return };
    let reason = match (space(profile), channels) {
        (Some(b"GRAY"), 1) | (Some(b"RGB "), 3) => return,
        (Some(space), _) => {
            let space = String::from_utf8_lossy(space).trim_end().to_ascii_lowercase();
            let samples = if channels == 1 { "grey" } else { "rgb" };
            format!("it is for {space}, but the frame is {samples}")
        }
        (None, _) => "it is damaged".to_owned(),
    };
    *icc = None;
    warnings.push(Warning::ProfileDropped(reason));
}

/// The block, unless it is larger than allowed; then a warning names it.
pub(super) fn within(
    block: Option<Vec<u8>>,
    most_bytes: usize,
    name: &str,
    warnings: &mut Vec<Warning>,
) -> Option<Vec<u8>> {
    let block = block.filter(|b| !b.is_empty())?;
    if block.len() <= most_bytes {
        return Some(block);
    }
    let (has, most) = (block.len() >> 10, most_bytes >> 10);
    warnings
        .push(Warning::MetadataDropped(format!("{name} of {has} KiB (the limit is {most} KiB)")));
    None
}

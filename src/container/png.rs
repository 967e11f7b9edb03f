//! PNG's chunks (W3C PNG, third edition, 5).

use std::ops::Range;

/// Bytes of the signature, behind which the chunks begin.
const SIGNATURE_BYTES: usize = 8;

/// One chunk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chunk<'a> {
    /// Its name.
    pub(crate) kind: [u8; 4],
    /// What it holds.
    pub(crate) body: &'a [u8],
    /// Where that begins in the file.
    pub(crate) at: usize,
}

/// The chunks up to the end of the file, or to the first that is cut short.
pub(crate) fn chunks(file: &[u8]) -> impl Iterator<Item = Chunk<'_>> {
    let mut rest = file.get(SIGNATURE_BYTES..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (&length, after) = rest.split_first_chunk::<4>()?;
        let (&kind, after) = after.split_first_chunk::<4>()?;
        let at = file.len() - after.len();
        let (body, after) = after.split_at_checked(u32::from_be_bytes(length) as usize)?;
        // Behind its checksum.
        rest = after.get(4..).unwrap_or_default();
        Some(Chunk { kind, body, at })
    })
}

/// Where compressed samples are.
pub(super) fn samples(file: &[u8]) -> Vec<Range<usize>> {
    let of_samples = chunks(file).filter(|chunk| matches!(&chunk.kind, b"IDAT" | b"fdAT"));
    of_samples.map(|chunk| chunk.at..chunk.at + chunk.body.len()).collect()
}

//! RIFF's chunks, as WebP has them (RFC 9649, 2.3).

use std::ops::Range;

/// Bytes before the first chunk: `RIFF`, a length, `WEBP`.
const HEADER_BYTES: usize = 12;

/// One chunk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chunk<'a> {
    /// Its name.
    pub(crate) kind: [u8; 4],
    /// What it holds, or what there is of it.
    pub(crate) body: &'a [u8],
    /// Where that begins in the file.
    at: usize,
}

/// The chunks of a file.
#[derive(Debug)]
pub(crate) struct Chunks<'a> {
    /// The chunks, the last perhaps cut short.
    pub(crate) list: Vec<Chunk<'a>>,
    /// Whether none is.
    pub(crate) whole: bool,
}

impl<'a> Chunks<'a> {
    /// The first chunk of this name.
    pub(crate) fn find(&self, kind: &[u8; 4]) -> Option<&'a [u8]> {
        self.list.iter().find(|chunk| &chunk.kind == kind).map(|chunk| chunk.body)
    }
}

/// Bytes that the file says it has, its first eight included.
pub(crate) fn promised_bytes(file: &[u8]) -> u64 {
    let length = file.get(4..8).and_then(|b| b.first_chunk()).map_or(0, |&b| u32::from_le_bytes(b));
    u64::from(length) + 8
}

/// All chunks within the bytes that the file says it has.
pub(crate) fn chunks(file: &[u8]) -> Chunks<'_> {
    let promised = promised_bytes(file);
    let whole = file.len() as u64 >= promised;
    let end = if whole { promised as usize } else { file.len() };
    let mut rest = file.get(HEADER_BYTES..end).unwrap_or_default();
    let mut list = Vec::new();
    while let Some((&kind, after)) = rest.split_first_chunk::<4>() {
        let Some((&length, body)) = after.split_first_chunk::<4>() else { break };
        let length = u32::from_le_bytes(length) as usize;
        let at = end - body.len();
        let Some((body, after)) = body.split_at_checked(length) else {
            list.push(Chunk { kind, body, at });
            return Chunks { list, whole: false };
        };
        list.push(Chunk { kind, body, at });
        // Chunks begin at even places.
        rest = after.get(length % 2..).unwrap_or_default();
    }
    Chunks { list, whole }
}

/// Where compressed samples are.
pub(super) fn samples(file: &[u8]) -> Vec<Range<usize>> {
    let list = chunks(file).list.into_iter();
    let of_samples =
        list.filter(|chunk| matches!(&chunk.kind, b"VP8 " | b"VP8L" | b"ALPH" | b"ANMF"));
    of_samples.map(|chunk| chunk.at..chunk.at + chunk.body.len()).collect()
}

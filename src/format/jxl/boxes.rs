//! The boxes of a JPEG XL file beside its codestream (ISO/IEC 18181-2): metadata, plain or compressed with
//! Brotli (RFC 7932), and parts that are dropped.

use std::io::Read;

use crate::container::boxes::parts;
use crate::error::Warning;
use crate::format::lost::CREDENTIALS;
use crate::format::profile::{MOST_EXIF_BYTES, MOST_XMP_BYTES, within};
use crate::metadata::Blocks;

/// The first of the boxes, by which files are known that have any.
const SIGNATURE: &[u8] = b"\0\0\0\x0CJXL \r\n\x87\n";

/// What boxes have.
pub(super) struct Found {
    pub(super) blocks: Blocks,
    /// What was not kept, for people.
    pub(super) parts_left_out: Vec<&'static str>,
    /// Whether the file ends within a box.
    pub(super) is_cut: bool,
}

pub(super) fn read(file: &[u8], warnings: &mut Vec<Warning>) -> Found {
    let mut found = Found { blocks: Blocks::default(), parts_left_out: Vec::new(), is_cut: false };
    if !file.starts_with(SIGNATURE) {
        return found;
    }
    let (mut exif, mut xmp) = (None, None);
    let parts = parts(file, 0..file.len());
    let end = parts.last().map_or(0, |part| part.content.end);
    // The last box may be longer than the file, or the head of one may be cut.
    found.is_cut = end > file.len() || (1..8).contains(&(file.len() - end));
    for part in parts {
        let content = file.get(part.content.start..part.content.end.min(file.len()));
        let content = content.unwrap_or_default();
        let (kind, packed) = match (&part.kind, content.split_first_chunk()) {
            (b"brob", Some((kind, packed))) => (*kind, Some(packed)),
            _ => (part.kind, None),
        };
        let mut bytes = |most_bytes: usize, name: &str| match packed {
            None => within(Some(content.to_vec()), most_bytes, name, warnings),
            Some(packed) => unpacked(packed, most_bytes, name, warnings),
        };
        match &kind {
            b"Exif" if exif.is_none() => {
                exif = bytes(MOST_EXIF_BYTES, "EXIF").and_then(|block| tiff(&block));
            }
            b"xml " if xmp.is_none() => xmp = bytes(MOST_XMP_BYTES, "XMP"),
            b"jhgm" => found.parts_left_out.push("a gain map"),
            b"jumb" => found.parts_left_out.push(CREDENTIALS),
            _ => {}
        }
    }
    found.blocks = Blocks { exif, xmp, ..Blocks::default() };
    found
}

/// The TIFF structure of an Exif box, behind the offset to it.
fn tiff(content: &[u8]) -> Option<Vec<u8>> {
    let (offset, block) = content.split_first_chunk()?;
    let offset = usize::try_from(u32::from_be_bytes(*offset)).ok()?;
    let block = block.get(offset..)?;
    // Some writers keep JPEG's wrapping.
    let block = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
    (!block.is_empty()).then(|| block.to_vec())
}

/// What Brotli packed, up to a limit.
fn unpacked(
    packed: &[u8],
    most_bytes: usize,
    name: &str,
    warnings: &mut Vec<Warning>,
) -> Option<Vec<u8>> {
    /// Bytes that are read at once.
    const RUN_BYTES: usize = 4096;
    let mut block = Vec::new();
    let reader = brotli_decompressor::Decompressor::new(packed, RUN_BYTES);
    if reader.take(most_bytes as u64 + 1).read_to_end(&mut block).is_err() {
        warnings.push(Warning::MetadataDropped(format!("{name}, whose Brotli data is damaged")));
        return None;
    }
    within(Some(block), most_bytes, name, warnings)
}

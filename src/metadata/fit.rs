//! Blocks that are too long for a segment of a JPEG.

use super::blocks::Blocks;
use super::xmp::{joined, split, without_padding};

/// Bytes before XMP in its segment: `http://ns.adobe.com/xap/1.0/` and a zero.
const XMP_NAME_BYTES: usize = 29;

/// Makes the XMP fit into segments of this length: without its padding, or with a part of it in extended
/// XMP. There can be but one extended packet, so a packet that has one is joined with it and split again.
pub(super) fn xmp(blocks: &mut Blocks, segment_bytes: usize) {
    let most = segment_bytes - XMP_NAME_BYTES;
    let Some(packet) = blocks.xmp.take_if(|packet| packet.len() > most) else { return };
    let packet = without_padding(&packet);
    if packet.len() <= most {
        blocks.xmp = Some(packet);
        return;
    }
    let whole = match &blocks.xmp_extended {
        Some(extended) => joined(&packet, extended),
        None => Some(packet.clone()),
    };
    match whole.and_then(|whole| split(&whole, most)) {
        Some(parts) => {
            blocks.xmp = Some(parts.packet);
            blocks.xmp_extended = Some(parts.extended);
        }
        // The encoder says what it leaves out.
        None => blocks.xmp = Some(packet),
    }
}

/// Puts extended XMP back into the packet, for a format that does not know it.
pub(super) fn join(blocks: &mut Blocks) {
    let (Some(packet), Some(extended)) = (&blocks.xmp, &blocks.xmp_extended) else { return };
    if let Some(whole) = joined(packet, extended) {
        blocks.xmp = Some(whole);
        blocks.xmp_extended = None;
    }
}

//! Blocks that are too long for a segment of a JPEG.

use super::blocks::Blocks;
use super::xmp::{name_of, split, without_padding};
use crate::error::Warning;

/// Bytes before XMP in its segment: `http://ns.adobe.com/xap/1.0/` and a zero.
const XMP_NAME_BYTES: usize = 29;

/// Makes the XMP fit into segments of this length: without its padding, or with a part of it in extended
/// XMP. A packet that has extended XMP already loses what is too much, since there can be but one.
pub(super) fn xmp(blocks: &mut Blocks, segment_bytes: usize, warnings: &mut Vec<Warning>) {
    let most = segment_bytes - XMP_NAME_BYTES;
    let Some(packet) = blocks.xmp.take_if(|packet| packet.len() > most) else { return };
    let packet = without_padding(&packet);
    if packet.len() <= most {
        blocks.xmp = Some(packet);
        return;
    }
    let Some(parts) = split(&packet, most) else {
        // The encoder says what it leaves out.
        blocks.xmp = Some(packet);
        return;
    };
    blocks.xmp = Some(parts.packet);
    match &blocks.xmp_extended {
        None => blocks.xmp_extended = Some(parts.extended),
        Some(extended) => {
            blocks.xmp = blocks.xmp.take().map(|packet| {
                // Named as before, not by the part that goes.
                let (new, old) = (name_of(&parts.extended), name_of(extended));
                let text = String::from_utf8_lossy(&packet);
                text.replace(&new, &old).into_bytes()
            });
            let what = "XMP beyond 64 KiB, beside extended XMP that is full".to_owned();
            warnings.push(Warning::MetadataDropped(what));
        }
    }
}

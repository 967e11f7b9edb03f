//! What of a file is not in its output, in words that all formats share.

use super::Format;
use crate::error::Warning;
use crate::metadata::{Blocks, Iptc};

/// What content credentials are called where they are left out: they hold for the original alone.
pub(super) const CREDENTIALS: &str = "content credentials (C2PA)";

/// What of the blocks a format other than JPEG has no place for.
pub(super) fn no_place(blocks: &Blocks, format: Format) -> impl Iterator<Item = Warning> {
    let iptc = blocks.photoshop.is_some() && format.iptc() == Iptc::IntoXmp;
    [
        (blocks.xmp_extended.is_some(), "extended XMP"),
        (blocks.comment.is_some(), "comments"),
        (iptc, "IPTC-IIM; its fields are written into XMP"),
    ]
    .into_iter()
    .filter_map(move |(there, what)| {
        there.then_some(Warning::NoPlace { what, format: format.name() })
    })
}

//! What a decoder makes of a file, and the last step of decoding, which all formats share.

use std::sync::Arc;

use super::{Decoded, Header, profile, upright};
use crate::error::{Result, Warning};
use crate::frame::{Facts, Orientation, Original, Pixels, Pool, Stored};
use crate::metadata::Blocks;

/// A decoded file, its samples not yet turned upright.
pub(super) struct AsStored {
    /// The samples.
    pub(super) stored: Stored,
    /// The metadata blocks.
    pub(super) blocks: Blocks,
    /// What had to be done otherwise than the file says.
    pub(super) warnings: Vec<Warning>,
}

impl AsStored {
    /// For samples pixel by pixel.
    pub(super) fn pixels(pixels: Pixels, blocks: Blocks, warnings: Vec<Warning>) -> Self {
        Self { stored: Stored::Pixels(pixels), blocks, warnings }
    }

    /// The common end of decoding: a profile for other samples goes, and the picture is turned upright.
    pub(super) fn finish(self, header: Header, pool: &Pool) -> Result<Decoded<Original>> {
        let Self { mut stored, mut blocks, mut warnings } = self;
        profile::drop_unfit(&mut blocks.icc, header.channels, &mut warnings);
        if header.orientation != Orientation::Upright {
            // Planes that share colour cannot be turned: the pixels of an odd size would share it
            // with others.
            let pixels = stored.into_pixels(pool)?;
            stored = Stored::Pixels(upright::turned(pixels, header.orientation, pool)?);
        }
        let facts = Facts { profile: blocks.icc.as_ref().map(Arc::clone) };
        Ok(Decoded { frame: Original { stored, facts }, header, blocks, warnings })
    }
}

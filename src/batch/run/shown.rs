//! The small pictures of a frame for the report page, as JPEGs.

use crate::batch::outcome::{Shown, Thumbnail};
use crate::colour;
use crate::develop::{Onlooker, Preview};
use crate::error::Result;
use crate::format::{self, Encoding, Format, Threads};
use crate::frame::{Frame, Pixels};
use crate::metadata::Blocks;

/// Good enough to judge haze by.
const QUALITY: u8 = 80;

/// The pictures of a frame whose samples are in this profile, as its browser shows them.
///
/// # Errors
/// If a picture cannot be made.
pub(in crate::batch) fn shown(
    onlooker: Onlooker,
    profile: Option<&[u8]>,
    caption: &str,
) -> Result<Shown> {
    let Preview { before, after, far } = onlooker.end()?;
    let thumbnail = |pixels| thumbnail(pixels, profile);
    let far = match far {
        Some([before, after]) => Some([thumbnail(before)?, thumbnail(after)?]),
        None => None,
    };
    let (before, after) = (thumbnail(before)?, thumbnail(after)?);
    Ok(Shown { before, after, far, caption: caption.to_owned() })
}

fn thumbnail(mut pixels: Pixels, profile: Option<&[u8]>) -> Result<Thumbnail> {
    if let Some(profile) = profile {
        // A profile that cannot be used is ignored, as the frame's own viewer does.
        let _ = colour::convert_to_srgb(&mut pixels, profile);
    }
    let size = pixels.size();
    let encoding = Encoding { quality: QUALITY, ..Encoding::of(Format::Jpeg) };
    let mut bytes = Vec::new();
    format::encode(&Frame::new(pixels), &encoding, &Blocks::default(), Threads::One, &mut bytes)?;
    bytes.shrink_to_fit();
    Ok(Thumbnail { size, bytes })
}

//! What a frame takes in memory, in bytes, told from its header and its recipe before anything is taken.

use crate::develop::held_bytes;
use crate::error::Result;
use crate::format::{Format, Header};
use crate::metadata::Profile;
use crate::recipe::Recipe;
use crate::stage::resize::work_bytes;

/// Bytes that the picture of a damaged file may take beside what a sound one does: the planes of the
/// decoder that it goes to, and its file closed anew.
pub(in crate::batch) fn damaged_bytes(header: &Header, file_bytes: u64) -> u64 {
    match header.format {
        Format::Jpeg => header.size.area() * u64::from(header.channels) + file_bytes,
        _ => 0,
    }
}

/// Bytes that a frame takes while it is developed, beside its file: the decoder's share, the copies that
/// are made of it whole or in part, the encoded file.
///
/// # Errors
/// If the crop misses the frame.
pub(in crate::batch) fn needed_bytes(header: &Header, recipe: &Recipe) -> Result<u64> {
    let sample = u64::from(header.channels) * u64::from(header.depth_bits / 8);
    let (kept, _) = recipe.crop.rect(header.size)?;
    let kept = kept.size();
    let target = recipe.resize.target(kept);
    let (swept, finished) = (kept.area() * sample, target.area() * sample);
    // Rows that are held, bands on their way, and the rows on which a usual caption lies.
    let held = held_bytes(recipe, kept.width, header.channels.into(), header.depth_bits);
    let copied = (swept / 4).max(held);
    // The resampler goes across first and then down.
    let (channels, depth) = (header.channels.into(), header.depth_bits);
    let work = || work_bytes(kept, target, channels, depth);
    let resized = if target == kept { 0 } else { swept + work() + finished };
    // Colours are converted pixel by pixel: a JPEG's planes are joined.
    let joined = match recipe.metadata.profile {
        Profile::Srgb => header.joining_bytes(),
        Profile::Keep => 0,
    };
    let developed = header.decode_bytes + joined.max(copied + resized);
    Ok(match recipe.output.format.or_same(header.format) {
        // A photograph has a third of its samples at quality 100, once in bands and once as the file.
        Format::Jpeg => developed + finished * 2 / 3,
        // What is lossless may not shrink at all, and is held three times while it is put together:
        // beside the finished frame, when the one that it was made of is gone.
        _ => (developed + finished).max(4 * finished),
    })
}

//! How much memory developing needs, calculated from the size of a frame and its recipe.

use super::sweep::RowStages;
use crate::error::Result;
use crate::frame::{Sample, Size};
use crate::recipe::Recipe;
use crate::stage::resize::work_bytes;

/// Bytes that a frame takes while it is developed, beside the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// The finished frame, where it is made whole.
    pub frame_bytes: u64,
    /// What is worked in until then: rows that are held, bands on their way, a resize.
    pub working_bytes: u64,
    /// The part that is kept, in full size.
    pub swept_bytes: u64,
    /// The frame made smaller, if it is: further outputs are made smaller at the same time.
    pub small_bytes: u64,
}

impl Needs {
    /// For a frame of this size, with so many channels of this depth.
    ///
    /// # Errors
    /// If the crop misses the frame.
    pub fn of(frame: Size, channels: u8, depth_bits: u8, recipe: &Recipe) -> Result<Self> {
        let sample = u64::from(channels) * u64::from(depth_bits / 8);
        let (kept, _) = recipe.crop.rect(frame)?;
        let kept = kept.size();
        let target = recipe.resize.target(kept);
        let (swept, frame_bytes) = (kept.area() * sample, target.area() * sample);
        // A quarter: bands on their way, and the rows on which a usual caption lies.
        let copied = (swept / 4).max(held_bytes(recipe, kept.width, channels.into(), depth_bits));
        let resized = match target == kept {
            true => 0,
            false => swept + work_bytes(kept, target, channels.into(), depth_bits) + frame_bytes,
        };
        let small_bytes = resized.saturating_sub(swept);
        Ok(Self { frame_bytes, working_bytes: copied + resized, swept_bytes: swept, small_bytes })
    }
}

/// Bytes that the rows which one worker holds take, for a part of so many columns.
fn held_bytes(recipe: &Recipe, width: u32, channels: usize, depth_bits: u8) -> u64 {
    let stages = RowStages::widest(recipe);
    match depth_bits {
        8 => stages.bytes::<<u8 as Sample>::Lane>(width as usize, channels),
        _ => stages.bytes::<<u16 as Sample>::Lane>(width as usize, channels),
    }
}

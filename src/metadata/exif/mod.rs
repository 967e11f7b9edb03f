//! EXIF: fields read out of the block, and the block changed without moving anything in it.
//!
//! Tags: EXIF 2.32 (CIPA DC-008-2019), 4.6.4 (picture), 4.6.5 (how it was taken), 4.6.6 (where).
//! The block is never rewritten as a whole: makers' notes hold offsets that only their makers know.

mod change;
mod fresh;
mod note;
mod patch;
mod read;
mod shot;
mod tags;
mod tiff;
mod wanted;
mod windows;

pub(super) use change::{Orders, change, leftover};
pub(super) use fresh::{Facts, fresh};
pub(super) use read::{density, read, says_position, when};
pub(crate) use read::{is_adobe_rgb, is_exif, orientation};
pub use shot::Shot;
pub(super) use wanted::{Wanted, wanted};

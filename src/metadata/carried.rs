//! The input and the result of [`carry_over`](super::carry_over).

use super::blocks::Blocks;
use super::fields::Fields;
use super::policy::Privacy;
use super::removed::Removed;
use super::secrets::Secrets;
use crate::error::Warning;
use crate::frame::{Orientation, Rect, Size};

/// What happened to the frame that its metadata has to follow.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// The size of the finished picture.
    pub size: Size,
    /// What is known of the frame; the byline tells whether the camera's owner may stay.
    pub fields: &'a Fields,
    /// What the output's format does with IPTC-IIM.
    pub iptc: Iptc,
    /// Bytes that the output's format has for one block, if that is limited: a JPEG's 65,533.
    pub segment_bytes: Option<usize>,
    /// What part of the original the picture is; `None` if it is all of it, as it was stored.
    pub picture: Option<Picture>,
    /// Which of EXIF's tags belong in the output's format.
    pub exif_tags: ExifTags,
    /// Whether the original was in another format, so that EXIF has to fit into this one.
    pub reformatted: bool,
}

/// What part of an original a finished picture is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Picture {
    /// Size of the original, upright.
    pub original: Size,
    /// How it was turned.
    pub turned: Orientation,
    /// How it was turned further, by any angle.
    pub tilted: Option<Tilted>,
    /// The part of it that was kept, after both turns.
    pub kept: Rect,
}

/// How a picture was turned by an angle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tilted {
    /// Degrees clockwise.
    pub degrees: f64,
    /// Size of what was left.
    pub size: Size,
    /// Its centre, in pixels from the centre of the original, right and down after the turn.
    pub centre: (f64, f64),
}

/// Which of EXIF's tags belong in a format: those of a picture's compression belong in compressed files alone
/// (EXIF 2.32, 4.6.8, tables 17 to 20).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ExifTags {
    /// All of them.
    #[default]
    OfCompressed,
    /// All but those of compression.
    OfTiff,
}

/// Whether the output's format has a place for IPTC-IIM.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Iptc {
    /// It has.
    #[default]
    Kept,
    /// It has none: what XMP does not state yet is written there.
    IntoXmp,
}

/// The blocks to write, and what [`super::verify`] has to know of how they came about.
#[derive(Debug, Clone)]
pub struct Carried {
    /// The blocks to write.
    pub blocks: Blocks,
    /// Whether the file said where it was taken.
    pub had_position: bool,
    /// What was taken out, each kind once.
    pub removed: Vec<Removed>,
    /// What could not be carried or was cut.
    pub warnings: Vec<Warning>,
    pub(super) privacy: Privacy,
    pub(super) byline: Option<String>,
    pub(super) secrets: Secrets,
    /// The field that stays at every level and tells what should be gone, if one does.
    pub(super) telling: Option<&'static str>,
}

//! What a file says beside the picture: EXIF, IPTC-IIM, XMP, the colour profile.
//!
//! Blocks are carried as the bytes they are. This room reads fields out of them, changes them in
//! place where something has to change, and takes out what must not leave the house:
//! [`Fields::read`] says what a caption can say, [`carry_over`] makes the output's blocks out of the
//! input's under a [`Policy`], [`verify`] searches the finished file for what should be gone.
//!
//! `exif` patches its block where it stands, `iptc` works by datasets within `photoshop`'s
//! resources, `xmp` by ranges of the packet's bytes; `secrets` and `angle` serve the search.
//! How blocks are packed into a file is the format room's business.

mod angle;
mod carry;
mod exif;
mod fields;
mod iptc;
mod photoshop;
mod policy;
mod secrets;
mod verify;
mod xmp;

use std::sync::Arc;

pub use carry::{Carried, Change, Iptc, Removed, SOFTWARE, carry_over};
pub(crate) use exif::orientation;
pub use fields::{Fields, NAMES, Origin, Value};
pub use photoshop::{with_iptc, without_iptc};
pub use policy::{Policy, Privacy, Profile, WriteMetadata};
pub use verify::verify;

/// Bytes of EXIF at most; a JPEG segment cannot hold more than 64 KiB anyway.
pub(crate) const MOST_EXIF_BYTES: usize = 1 << 20;
/// Bytes of XMP at most; depth maps in extended XMP reach about 10 MB.
pub(crate) const MOST_XMP_BYTES: usize = 32 << 20;

/// The metadata blocks of one file, each as the bytes that the standard defines, without the
/// wrapping of the container.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blocks {
    /// EXIF: a TIFF structure, starting with `II` or `MM` (without JPEG's `Exif\0\0`).
    pub exif: Option<Vec<u8>>,
    /// The XMP packet.
    pub xmp: Option<Vec<u8>>,
    /// JPEG's extended XMP, put together again.
    pub xmp_extended: Option<Vec<u8>>,
    /// Photoshop's image resources (`8BIM…`), IPTC-IIM among them.
    pub photoshop: Option<Vec<u8>>,
    /// The ICC profile.
    pub icc: Option<Arc<[u8]>>,
    /// A JPEG's comment.
    pub comment: Option<Vec<u8>>,
    /// A JPEG's JFIF density: unit (0 none, 1 inch, 2 cm), horizontal, vertical.
    pub density: Option<(u8, u16, u16)>,
}

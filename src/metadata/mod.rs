//! What a file says beside the picture: EXIF, IPTC-IIM, XMP, the colour profile.
//!
//! Blocks are carried as the bytes they are. This room reads fields out of them, changes them in
//! place where something has to change, and takes out what must not leave the house:
//! [`Fields::read`] says what a caption can say, [`carry_over`] makes the output's blocks out of the
//! input's under a [`Policy`], [`verify`] searches the finished file for what should be gone.
//!
//! `exif` patches its block in place, `iptc` works by datasets within `photoshop`'s
//! resources, `xmp` by ranges of the packet's bytes; `secrets` and `angle` serve the search.
//! How blocks are packed into a file is the format room's business.

mod angle;
mod blocks;
mod carried;
mod carry;
mod dates;
mod exif;
mod fields;
mod fit;
mod given;
mod iptc;
mod keywords;
mod photoshop;
mod policy;
mod read;
mod removed;
mod secrets;
mod text;
mod verify;
pub(crate) mod when;
mod xmp;

pub use blocks::Blocks;
pub(crate) use blocks::{MOST_EXIF_BYTES, MOST_XMP_BYTES};
pub use carried::{Carried, Change, ExifTags, Iptc, Picture, Tilted};
pub use carry::{SOFTWARE, carry_over};
pub use exif::Shot;
pub(crate) use exif::{is_adobe_rgb, is_exif, orientation};
pub(crate) use fields::LISTS;
pub use fields::{Fields, NAMES, Origin, Value};
pub use photoshop::{with_iptc, without_iptc};
pub use policy::{Policy, Privacy, Profile, WriteMetadata};
pub use removed::Removed;
pub use text::Encoding;
pub use verify::verify;
pub(crate) use xmp::is_xmp;
pub use xmp::{CropSettings, crop_settings};

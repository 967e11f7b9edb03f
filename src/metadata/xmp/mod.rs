//! XMP: fields read out of a packet, and the packet changed in the bytes that have to change.
//!
//! Layout: XMP Specification Parts 1 (ISO 16684-1:2019) and 3 (2020), IPTC Photo Metadata Standard
//! 2023.1. A property is an attribute or an element of an `rdf:Description`; its value is a text, an
//! array (`rdf:Alt`, `rdf:Bag`, `rdf:Seq`) or a structure, itself written in several ways.

mod change;
mod crop;
mod encoding;
mod geometry;
mod join;
mod properties;
mod read;
mod regions;
mod split;
mod tree;
mod write;

pub(super) use change::{Changing, Packet, fresh, leftover, says_position};
pub use crop::{CropSettings, crop_settings};
pub(super) use encoding::{guesses, in_utf8};
pub(super) use geometry::Geometry;
pub(super) use join::joined;
pub(crate) use read::is_xmp;
pub(super) use read::{iptc_digest, read, when};
pub(super) use regions::{cropped_out, unfollowed};
pub(super) use split::{name_of, split, without_padding};

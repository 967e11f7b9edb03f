//! Cameras' RAW files: which JPEGs they hold, how large the sensor's picture is, and where their metadata is.
//! The sensor's samples are not read.
//!
//! Most RAW files are TIFFs ([`tables`]): a table that describes a mosaic of colour filters (TIFF/EP, DNG)
//! makes one. Canon's CR3 is made of boxes ([`cr3`]), Fujifilm's RAF and Canon's CRW have a layout of
//! their own ([`heaps`]).

mod cr3;
mod heaps;
mod parts;
mod tables;

pub(crate) use parts::{Basics, Metadata, Raw, Tables};

/// A camera's RAW file; `None` for one whose layout is not known.
pub(crate) fn read(file: &[u8]) -> Option<Raw<'_>> {
    match file {
        [_, _, _, _, b'f', b't', b'y', b'p', b'c', b'r', b'x', b' ', ..] => cr3::read(file),
        _ if file.starts_with(b"FUJIFILMCCD-RAW") => heaps::read_raf(file),
        _ if file.starts_with(b"II\x1A\0\0\0HEAPCCDR") => heaps::read_crw(file),
        _ if file.starts_with(b"II") || file.starts_with(b"MM") => tables::read(file),
        _ => None,
    }
}

/// Whether a file that begins as a TIFF is a camera's RAW file.
pub(crate) fn is_raw(file: &[u8]) -> bool {
    tables::is_raw(file)
}

//! Bytes to a frame and back: what a file is, how large it will be, its samples, its file again.
//!
//! The content decides, never the name. Everything is checked on the header before memory is taken
//! for it ([`Limits`]); damage is an error unless it was asked to be accepted.

mod jpeg;

use crate::error::{Error, ErrorKind, Result, Warning};
use crate::frame::{Frame, Orientation, Pool, Size};
use crate::metadata::Blocks;

/// A file format that longlens reads and writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// JPEG: 8 bit, lossy.
    Jpeg,
    /// PNG: 8 or 16 bit, lossless.
    Png,
    /// TIFF: 8 or 16 bit, lossless.
    Tiff,
    /// WebP: 8 bit; written lossless.
    WebP,
}

impl Format {
    /// The extension of its file names, without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Tiff => "tif",
            Self::WebP => "webp",
        }
    }

    /// Its name in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Tiff => "TIFF",
            Self::WebP => "WebP",
        }
    }
}

/// How finely a JPEG keeps colour beside luma.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subsampling {
    /// 4:4:4, every pixel.
    S444,
    /// 4:2:2, every second column.
    S422,
    /// 4:2:0, every second column and row.
    S420,
}

/// What is refused on sight of the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Pixels in all; default 500 million.
    pub pixels: u64,
    /// Pixels on a side; default 65,535.
    pub side_px: u32,
    /// Bytes that the decoded frame and what its decoding needs may take; default no limit.
    pub memory_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { pixels: 500_000_000, side_px: 65_535, memory_bytes: u64::MAX }
    }
}

/// How to decode.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Decoding {
    /// What is refused.
    pub limits: Limits,
    /// Develop what a damaged file still has, with a warning, instead of failing.
    pub accept_damaged: bool,
}

/// What a file says of itself before its samples are decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The format of the content.
    pub format: Format,
    /// Width and height, upright.
    pub size: Size,
    /// How the stored picture has to be turned.
    pub orientation: Orientation,
    /// Samples a pixel of the decoded frame: 1 (grey) or 3.
    pub channels: u8,
    /// Bits a sample of the decoded frame: 8 or 16.
    pub depth_bits: u8,
    /// How the file keeps its samples, for people: "progressive 4:2:0", "palette", "CMYK".
    pub kind: String,
    /// Whether parts are transparent.
    pub alpha: bool,
    /// Of a JPEG: how finely it keeps colour.
    pub subsampling: Option<Subsampling>,
    /// Bytes that decoding takes at its peak, the decoded frame included.
    pub decode_bytes: u64,
}

/// A decoded file.
#[derive(Debug)]
pub struct Decoded {
    /// The photograph, upright.
    pub frame: Frame,
    /// What the file said of itself.
    pub header: Header,
    /// Its metadata blocks as they stand in the file.
    pub blocks: Blocks,
    /// What had to be done otherwise than it stands in the file.
    pub warnings: Vec<Warning>,
}

/// How to encode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding {
    /// The format of the output.
    pub format: Format,
    /// Of a JPEG: 1 (coarse) to 100 (fine).
    pub quality: u8,
    /// Of a JPEG: how finely to keep colour.
    pub subsampling: Subsampling,
}

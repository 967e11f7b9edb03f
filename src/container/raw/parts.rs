//! What is found in a camera's RAW file, whatever its layout.

use std::ops::Range;

/// What a RAW file holds beside the sensor's samples.
#[derive(Debug)]
pub(crate) struct Raw<'a> {
    /// Where JPEGs are, or should be: the file may be shorter. Some may be the sensor's samples.
    pub(crate) pictures: Vec<Range<usize>>,
    /// Pixels on the long side of the sensor's picture, if the file says it.
    pub(crate) sensor_px: Option<u32>,
    /// Where its metadata is.
    pub(crate) metadata: Metadata<'a>,
    /// The XMP packet.
    pub(crate) xmp: Option<&'a [u8]>,
    /// IPTC-IIM.
    pub(crate) iptc: Option<&'a [u8]>,
}

/// Where the EXIF of a RAW file is.
#[derive(Debug)]
pub(crate) enum Metadata<'a> {
    /// In the tables of the file itself.
    File,
    /// In tables of their own.
    Tables(Tables<'a>),
    /// In the JPEG inside.
    Picture,
    /// There is none, but some facts are known.
    Basics(Basics),
}

/// What a CRW says of its photograph.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Basics {
    pub(crate) make: Vec<u8>,
    pub(crate) model: Vec<u8>,
    /// Degrees clockwise that the picture has to be turned.
    pub(crate) turned: u32,
    /// Seconds since 1970 by the camera's clock.
    pub(crate) taken: Option<u32>,
}

/// The tables of a CR3, each a TIFF of its own.
#[derive(Debug, Default)]
pub(crate) struct Tables<'a> {
    /// Camera, orientation, byline.
    pub(crate) image: &'a [u8],
    /// Exposure and dates.
    pub(crate) exif: &'a [u8],
    /// The position.
    pub(crate) gps: &'a [u8],
    /// Whether there is a maker's note.
    pub(crate) has_note: bool,
}

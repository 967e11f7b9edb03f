//! The RAW files of a run, and what they are developed from.

use std::collections::HashMap;
use std::path::PathBuf;

use crate::format::RawPicture;
use crate::words::named;

/// What a RAW file is developed from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum RawSource {
    /// The JPEG of the same name, or else the JPEG inside if it has the sensor's size, or else the sensor's
    /// samples where the build can develop them.
    #[default]
    Auto,
    /// The JPEG of the same name; RAW files without one are skipped.
    Jpeg,
    /// The JPEG inside, if it has the sensor's size.
    Embedded,
    /// The JPEG inside, of whatever size.
    EmbeddedAny,
    /// The sensor's samples.
    Sensor,
    /// Nothing: RAW files are skipped.
    Skip,
}

named!(
    RawSource,
    "a source for RAW files",
    Auto = "auto",
    Jpeg = "jpeg" | "jpg",
    Embedded = "embedded",
    EmbeddedAny = "embedded-any",
    Sensor = "sensor",
    Skip = "skip" | "none" | "off"
);

impl RawSource {
    /// What of a RAW file itself is developed.
    #[must_use]
    pub fn picture(self) -> RawPicture {
        match self {
            Self::Auto => RawPicture::Auto,
            Self::Embedded | Self::Jpeg | Self::Skip => RawPicture::FullSize,
            Self::EmbeddedAny => RawPicture::Any,
            Self::Sensor => RawPicture::Sensor,
        }
    }
}

/// The RAW files of a run.
#[derive(Debug, Clone, Default)]
pub struct Raws {
    /// What they are developed from.
    pub source: RawSource,
    /// The RAW file of each picture that has one.
    pub by_picture: HashMap<PathBuf, PathBuf>,
    /// Those without a picture of the same name.
    pub alone: Vec<PathBuf>,
}

impl Raws {
    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.by_picture.len() + self.alone.len()
    }
}

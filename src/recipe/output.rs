//! The file that is written: format, quality, name.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::format::{Coding, Format, Subsampling};
use crate::words::{self, Names};

/// What file a developed frame becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Its format.
    pub format: FormatChoice,
    /// Of a JPEG: 1 (coarse) to 100 (fine).
    pub quality: u8,
    /// Of a JPEG: how finely colour is kept; `None` is as the input has it, 4:2:0 if it has none.
    pub subsampling: Option<Subsampling>,
    /// Of a JPEG: what is saved where it is coded, time or bytes.
    pub coding: Coding,
    /// The most bytes that it may have.
    pub max_bytes: Option<u64>,
    /// Its name without the extension, a [template](crate::template).
    pub name: String,
}

impl Default for Output {
    fn default() -> Self {
        Self {
            format: FormatChoice::Same,
            quality: 92,
            subsampling: None,
            coding: Coding::Fast,
            max_bytes: None,
            name: "{{ filename }}".to_owned(),
        }
    }
}

/// A format, or the input's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum FormatChoice {
    /// As the input has it.
    #[default]
    Same,
    /// This one.
    Always(Format),
}

impl FormatChoice {
    /// The format for an input of this format; what is only read becomes a JPEG.
    #[must_use]
    pub fn or_same(self, input: Format) -> Format {
        match self {
            Self::Same if input.is_written() => input,
            Self::Same => Format::Jpeg,
            Self::Always(format) => format,
        }
    }
}

const FORMATS: &Names<FormatChoice> = &[
    (FormatChoice::Same, &["same", "keep"]),
    (FormatChoice::Always(Format::Jpeg), &["jpeg", "jpg", "jpe", "jfif"]),
    (FormatChoice::Always(Format::Png), &["png"]),
    (FormatChoice::Always(Format::Tiff), &["tiff", "tif"]),
    (FormatChoice::Always(Format::WebP), &["webp"]),
];

const SUBSAMPLINGS: &Names<Option<Subsampling>> = &[
    (None, &["same", "keep"]),
    (Some(Subsampling::S420), &["420"]),
    (Some(Subsampling::S422), &["422"]),
    (Some(Subsampling::S444), &["444"]),
];

const CODINGS: &Names<Coding> =
    &[(Coding::Fast, &["no", "false", "off", "0"]), (Coding::Small, &["yes", "true", "on", "1"])];

impl FromStr for FormatChoice {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        words::read(text, "a file format that longlens writes", FORMATS)
    }
}

impl fmt::Display for FormatChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(words::name_of(self, FORMATS))
    }
}

pub(super) fn parse_subsampling(text: &str) -> Result<Option<Subsampling>> {
    words::read(text, "a colour subsampling", SUBSAMPLINGS)
}

pub(super) fn print_subsampling(subsampling: Option<Subsampling>) -> String {
    words::name_of(&subsampling, SUBSAMPLINGS).to_owned()
}

pub(super) fn parse_coding(text: &str) -> Result<Coding> {
    words::read(text, "yes or no", CODINGS)
}

pub(super) fn print_coding(coding: Coding) -> String {
    words::name_of(&coding, CODINGS).to_owned()
}

/// Names of codings, as they are printed.
pub(super) fn coding_names() -> Vec<&'static str> {
    words::firsts(CODINGS)
}

/// Fewest bytes that a file may be limited to: less is a slip.
const LEAST_BYTES: u64 = 1000;

pub(super) fn parse_max_bytes(text: &str) -> Result<Option<u64>> {
    if words::is_off(text) {
        return Ok(None);
    }
    match words::bytes(text) {
        Ok(bytes) if bytes >= LEAST_BYTES => Ok(Some(bytes)),
        _ => {
            let values = "off, or a size with its unit, such as 1MB or 800kB";
            Err(Error::no_value(text, "a file size of at least 1kB", values))
        }
    }
}

/// In the largest unit that gives a whole number.
pub(super) fn print_max_bytes(most: Option<u64>) -> String {
    match most {
        None => "off".to_owned(),
        Some(bytes) if bytes % 1_000_000 == 0 => format!("{}MB", bytes / 1_000_000),
        Some(bytes) if bytes % 1000 == 0 => format!("{}kB", bytes / 1000),
        Some(bytes) => bytes.to_string(),
    }
}

/// Names of formats, as they are printed.
pub(super) fn format_names() -> Vec<&'static str> {
    words::firsts(FORMATS)
}

/// Names of subsamplings, as they are printed.
pub(super) fn subsampling_names() -> Vec<&'static str> {
    words::firsts(SUBSAMPLINGS)
}

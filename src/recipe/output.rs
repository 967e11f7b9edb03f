//! The file that is written: format, quality, name.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::format::{Format, Subsampling};

/// What file a developed frame becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Its format.
    pub format: FormatChoice,
    /// Of a JPEG: 1 (coarse) to 100 (fine).
    pub quality: u8,
    /// Of a JPEG: how finely colour is kept; `None` is as the input has it, 4:2:0 if it has none.
    pub subsampling: Option<Subsampling>,
    /// Its name without the extension, a [template](crate::template).
    pub name: String,
}

impl Default for Output {
    fn default() -> Self {
        Self {
            format: FormatChoice::Same,
            quality: 92,
            subsampling: None,
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
    /// The format for an input of this format.
    #[must_use]
    pub fn or_same(self, input: Format) -> Format {
        match self {
            Self::Same => input,
            Self::Always(format) => format,
        }
    }
}

const NAMES: [(&str, FormatChoice); 5] = [
    ("same", FormatChoice::Same),
    ("jpeg", FormatChoice::Always(Format::Jpeg)),
    ("png", FormatChoice::Always(Format::Png)),
    ("tiff", FormatChoice::Always(Format::Tiff)),
    ("webp", FormatChoice::Always(Format::WebP)),
];

impl FromStr for FormatChoice {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let found = NAMES.iter().find(|(name, _)| *name == text.trim());
        found
            .map(|(_, choice)| *choice)
            .ok_or_else(|| Error::no_value(text, "a format", "same, jpeg, png, tiff or webp"))
    }
}

impl fmt::Display for FormatChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = NAMES.iter().find(|(_, choice)| choice == self).map_or("same", |(name, _)| name);
        f.write_str(name)
    }
}

pub(super) fn parse_subsampling(text: &str) -> Result<Option<Subsampling>> {
    match text.trim() {
        "same" => Ok(None),
        "420" => Ok(Some(Subsampling::S420)),
        "422" => Ok(Some(Subsampling::S422)),
        "444" => Ok(Some(Subsampling::S444)),
        _ => Err(Error::no_value(text, "a subsampling", "same, 420, 422 or 444")),
    }
}

pub(super) fn print_subsampling(subsampling: Option<Subsampling>) -> String {
    match subsampling {
        None => "same",
        Some(Subsampling::S420) => "420",
        Some(Subsampling::S422) => "422",
        Some(Subsampling::S444) => "444",
    }
    .to_owned()
}

//! The setting that says which frames are one scene.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use crate::words;

/// How a frame finds its scene. Frames of a scene share what is read off their haze.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Scene {
    /// With the frames around it that show the same view.
    #[default]
    Auto,
    /// Not at all: it is developed alone.
    Off,
    /// With all frames of its folder.
    Folder,
    /// With all frames that have the same text in this field.
    Field(String),
    /// With all frames that are given this name.
    Named(String),
}

impl Scene {
    /// As the line of one frame says it: any other word is the name of a scene.
    #[must_use]
    pub fn of_line(self) -> Self {
        match self {
            Self::Field(name) => Self::Named(name),
            other => other,
        }
    }
}

impl FromStr for Scene {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match words::folded(text).as_str() {
            "auto" | "automatic" => Self::Auto,
            "folder" => Self::Folder,
            _ if words::is_off(text) => Self::Off,
            _ => Self::Field(text.to_owned()),
        })
    }
}

impl fmt::Display for Scene {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Off => "off",
            Self::Folder => "folder",
            Self::Field(name) | Self::Named(name) => name,
        })
    }
}

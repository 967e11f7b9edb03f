//! Values that shell completion can suggest.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, Command};

/// Any text, with the values that a shell can offer: the recipe reads it, by more names than these.
#[derive(Clone)]
pub(super) struct Typed {
    pub(super) values: Vec<&'static str>,
}

impl TypedValueParser for Typed {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        clap::builder::StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        match self.values.is_empty() {
            true => None,
            false => Some(Box::new(self.values.iter().copied().map(PossibleValue::new))),
        }
    }
}

/// A recipe file, or the name of a preset, which a shell can offer.
#[derive(Clone)]
pub(super) struct Preset;

impl TypedValueParser for Preset {
    type Value = PathBuf;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<PathBuf, clap::Error> {
        clap::builder::PathBufValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        // Asked for once, when the script for a shell is printed.
        let names = super::super::presets::names().into_iter().map(|name| &*name.leak());
        Some(Box::new(names.map(PossibleValue::new)))
    }
}

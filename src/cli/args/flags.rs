//! Flags that several subcommands have.

use std::path::PathBuf;

use clap::{Arg, ArgAction, value_parser};

use super::values::{Preset, Typed};
use crate::batch::{First, RawSource};
use crate::recipe::SETTINGS;

/// Where frames and their fields come from.
pub(in crate::cli) fn sources() -> [Arg; 8] {
    [
        path("input", "INPUT")
            .help("Frames and folders of frames")
            .num_args(1..)
            .required_unless_present_any(["files-from", "files0-from"]),
        path("files-from", "FILE")
            .long("files-from")
            .help("Read the inputs from FILE, one per line, or from standard input if FILE is -"),
        path("files0-from", "FILE")
            .long("files0-from")
            .help("The same for inputs separated by NUL, as find -print0 writes them"),
        path("captions", "FILE")
            .long("captions")
            .help("Fields and settings for each frame: a CSV whose first column is 'file'"),
        path("code-replacements", "FILE")
            .long("code-replacements")
            .help("Short forms (\\code\\) to expand in captions and fields: a tab-separated file"),
        Arg::new("set")
            .long("set")
            .value_name("FIELD=VALUE")
            .action(ArgAction::Append)
            .help("Set a field for all frames: --set byline='P. Pardo'"),
        switch("no-folder-files")
            .help("Ignore captions.csv and longlens.toml in the folders of the frames"),
        Arg::new("raw")
            .long("raw")
            .value_name("SOURCE")
            .value_parser(Typed { values: RawSource::ALL.map(RawSource::name).to_vec() })
            .hide_possible_values(true)
            .help(
                "What RAW files are developed from: auto (the JPEG of the same name, else a \
                 full-size JPEG inside, else the sensor data if built with it), jpeg, embedded, \
                 embedded-any, sensor or skip",
            ),
    ]
}

/// Which frames, and which first.
pub(in crate::cli) fn picking() -> [Arg; 4] {
    [
        Arg::new("where")
            .long("where")
            .value_name("EXPR")
            .help("Develop only frames that match: 'rating >= 3 and \"river\" in keywords'"),
        switch("only-table").help("Develop only frames that have a line in the captions table"),
        Arg::new("first")
            .long("first")
            .value_name("ORDER")
            .value_parser(Typed { values: First::ALL.map(First::name).to_vec() })
            .hide_possible_values(true)
            .help("Which frames are developed first: rating (best first), time or table"),
        Arg::new("deadline")
            .long("deadline")
            .value_name("TIME")
            .allow_hyphen_values(true)
            .value_parser(crate::cli::text::parse_time)
            .help(
                "Do not begin frames that would not be finished within this time: 10m, 90s, 1h30m",
            ),
    ]
}

/// Recipes, by file or by name, laid over each other.
pub(in crate::cli) fn recipes() -> Arg {
    path("recipe", "RECIPE")
        .long("recipe")
        .action(ArgAction::Append)
        .value_parser(Preset)
        .hide_possible_values(true)
        .help("Settings from a preset (web, see longlens presets) or a recipe file; later ones win")
}

/// A flag for every setting of a recipe.
pub(in crate::cli) fn settings() -> impl Iterator<Item = Arg> {
    SETTINGS.iter().map(|setting| {
        Arg::new(setting.name)
            .long(setting.name)
            .value_name(setting.value)
            .help(setting.help)
            .allow_hyphen_values(true)
            .value_parser(Typed { values: setting.values() })
            .hide_possible_values(true)
            .help_heading("Settings")
    })
}

pub(in crate::cli) fn require() -> Arg {
    Arg::new("require")
        .long("require")
        .value_name("FIELDS")
        .value_delimiter(',')
        .help("Do nothing unless every frame has these fields: city,country,date,byline")
}

/// What a run takes of the machine.
pub(in crate::cli) fn machine() -> [Arg; 2] {
    [
        Arg::new("jobs")
            .short('j')
            .long("jobs")
            .value_name("N")
            .value_parser(jobs)
            .help("Frames to develop at the same time [default: one per core]"),
        Arg::new("memory")
            .long("memory")
            .value_name("SIZE")
            .value_parser(crate::cli::text::parse_memory)
            .help("Memory limit: 400MB, 2GB [default: half of the free memory]"),
    ]
}

/// How much is printed.
pub(in crate::cli) fn loudness() -> [Arg; 2] {
    [
        switch("quiet").short('q').help("Print errors only"),
        Arg::new("verbose")
            .short('v')
            .long("verbose")
            .action(ArgAction::Count)
            .help("Print what was chosen for each frame, and why"),
    ]
}

/// What becomes of outputs that are there and were not made from their originals.
pub(in crate::cli) fn standing() -> [Arg; 2] {
    [
        switch("overwrite").help("Replace outputs that were not made from their originals"),
        switch("skip-existing")
            .conflicts_with("overwrite")
            .help("Accept outputs that were not made from their originals"),
    ]
}

pub(in crate::cli) fn verify() -> Arg {
    switch("verify")
}

pub(in crate::cli) fn no_sync() -> Arg {
    switch("no-sync").help("Do not wait until outputs have reached the disk")
}

pub(in crate::cli) fn json() -> Arg {
    switch("json").help("Print JSON lines on standard output: the run, each frame, the summary")
}

pub(in crate::cli) fn page() -> Arg {
    path("report", "PAGE")
        .long("report")
        .help("Write a page that shows each frame before and after: a folder or FILE.html")
}

fn jobs(text: &str) -> Result<u16, String> {
    match text.trim().parse::<i64>() {
        Ok(jobs @ 1..=1024) => Ok(jobs as u16),
        Ok(_) => Err(format!("'{text}' is out of range")),
        Err(_) => Err(format!("'{text}' is not a whole number")),
    }
}

pub(in crate::cli) fn path(name: &'static str, value: &'static str) -> Arg {
    Arg::new(name).value_name(value).value_parser(value_parser!(PathBuf))
}

pub(in crate::cli) fn switch(name: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue)
}

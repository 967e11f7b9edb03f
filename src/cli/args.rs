//! The command line. Every setting of a recipe is a flag of the same name.

mod values;
mod watch;

use std::path::PathBuf;

use clap::{Arg, ArgAction, Command, value_parser};

use super::bench::peers;
use crate::batch::{First, RawSource};
use crate::recipe::SETTINGS;
use values::{Preset, Typed};

/// The command line as clap knows it.
pub(super) fn command() -> Command {
    Command::new("longlens")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Develops a shoot of hazy long-range frames: dehaze, sharpen, crop, caption.")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .max_term_width(100)
        .subcommand(develop())
        .subcommand(watch::command())
        .subcommand(plan())
        .subcommand(run())
        .subcommand(report())
        .subcommand(recipe())
        .subcommand(Command::new("presets").about("List the presets (recipes that have a name)"))
        .subcommand(inspect())
        .subcommand(fields())
        .subcommand(compare())
        .subcommand(sheet())
        .subcommand(bench())
        .subcommand(completions())
        .subcommand(Command::new("man").about("Print the manual page"))
}

fn develop() -> Command {
    Command::new("develop")
        .about("Develop frames into a folder; the originals are not changed")
        .args(sources())
        .arg(
            path("out", "OUT")
                .short('o')
                .long("out")
                .required(true)
                .help("Folder to write to; with one input file, a name such as out.jpg works too"),
        )
        .args(settings())
        .arg(recipes())
        .arg(require())
        .args(picking())
        .args(run_flags())
        .arg(page().conflicts_with("dry-run"))
}

fn page() -> Arg {
    path("report", "PAGE")
        .long("report")
        .help("Write a page that shows each frame before and after: a folder or FILE.html")
}

/// What becomes of outputs that are there and were not made from their originals.
fn standing() -> [Arg; 2] {
    [
        switch("overwrite").help("Replace outputs that were not made from their originals"),
        switch("skip-existing")
            .conflicts_with("overwrite")
            .help("Accept outputs that were not made from their originals"),
    ]
}

fn require() -> Arg {
    Arg::new("require")
        .long("require")
        .value_name("FIELDS")
        .value_delimiter(',')
        .help("Do nothing unless every frame has these fields: city,country,date,byline")
}

/// What a run takes of the machine.
fn machine() -> [Arg; 2] {
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
            .value_parser(super::text::parse_memory)
            .help("Memory limit: 400MB, 2GB [default: half of the free memory]"),
    ]
}

/// How much is printed.
fn loudness() -> [Arg; 2] {
    [
        switch("quiet").short('q').help("Print errors only"),
        Arg::new("verbose")
            .short('v')
            .long("verbose")
            .action(ArgAction::Count)
            .help("Print what was chosen for each frame, and why"),
    ]
}

fn no_sync() -> Arg {
    switch("no-sync").help("Do not wait until outputs have reached the disk")
}

fn verify() -> Arg {
    switch("verify")
}

fn json() -> Arg {
    switch("json").help("Print JSON lines on standard output: the run, each frame, the summary")
}

fn plan() -> Command {
    Command::new("plan")
        .about("Print the plan of a shoot for 'longlens run', on one machine or many")
        .args(sources())
        .arg(path("out", "OUT").short('o').long("out").required(true).help("Folder to write to"))
        .args(settings())
        .arg(recipes())
        .arg(require())
        .arg(switch("accept-damaged").help("Plan to develop the readable part of damaged files"))
        .args(loudness())
}

fn run() -> Command {
    Command::new("run")
        .about("Develop the frames of a plan, or a shard of them; finished ones are skipped")
        .arg(path("plan", "PLAN").required(true).help("The plan, or - for standard input"))
        .arg(
            Arg::new("shard")
                .long("shard")
                .value_name("I/N")
                .default_value("1/1")
                .help("Which part: 3/8, or auto in an array of Slurm, Kubernetes or AWS Batch"),
        )
        .args(machine())
        .args(standing())
        .arg(verify().help("Read and hash every file, even if its size and times have not changed"))
        .arg(no_sync())
        .arg(json())
        .args(loudness())
        .arg(page())
}

fn report() -> Command {
    Command::new("report")
        .about("Print which frames of a plan are done, failed or missing")
        .arg(path("plan", "PLAN").required(true).help("The plan, or - for standard input"))
        .arg(
            verify()
                .help("Read and hash every output, even if its size and times have not changed"),
        )
        .arg(switch("json").help("Print JSON lines: each shard, each frame, the totals"))
}

/// Where frames and their fields come from.
pub(super) fn sources() -> [Arg; 8] {
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

/// How the run goes.
fn run_flags() -> Vec<Arg> {
    let files = [
        switch("overwrite").help("Replace existing outputs"),
        switch("skip-existing").conflicts_with("overwrite").help(
            "Keep existing outputs, whatever they were made from, and count them as delivered",
        ),
        switch("resume").help(
            "Continue an earlier run: develop what is missing, and redo outputs whose original, \
             recipe or longlens version has changed (needs the journal in the output folder)",
        ),
        verify().help(
            "With --resume, read and hash every file, even if its size and times have not changed",
        ),
        switch("accept-damaged").help("Develop the readable part of damaged files, with a warning"),
        no_sync(),
        switch("dry-run").help("Print what would be done and write nothing"),
        json(),
    ];
    machine().into_iter().chain(files).chain(loudness()).collect()
}

/// Which frames, and which first.
pub(super) fn picking() -> [Arg; 4] {
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
            .value_parser(super::text::parse_time)
            .help(
                "Do not begin frames that would not be finished within this time: 10m, 90s, 1h30m",
            ),
    ]
}

fn recipe() -> Command {
    Command::new("recipe")
        .about("Print presets and flags as one recipe, in TOML")
        .arg(path("preset", "PRESET").num_args(1..).help(
            "Presets or recipe files to combine; only what they and the flags set is printed",
        ))
        .args(settings())
        .arg(recipes())
}

/// Recipes, by file or by name, laid over each other.
fn recipes() -> Arg {
    path("recipe", "RECIPE")
        .long("recipe")
        .action(ArgAction::Append)
        .value_parser(Preset)
        .hide_possible_values(true)
        .help("Settings from a preset (web, see longlens presets) or a recipe file; later ones win")
}

fn inspect() -> Command {
    Command::new("inspect")
        .about("Print the size, format, depth, profile, orientation and haze of frames")
        .arg(path("file", "FILE").required(true).num_args(1..).help("Frames to look at"))
        .arg(switch("json").help("Print one line of JSON per frame"))
        .arg(
            path("maps", "DIR")
                .long("maps")
                .help("Write maps of what auto saw to DIR, as PNG: haze, sky and gain"),
        )
        .arg(show().conflicts_with("json"))
}

fn show() -> Arg {
    switch("show").help("Show the picture in the terminal, if it can (kitty, iTerm2, sixels)")
}

fn fields() -> Command {
    Command::new("fields")
        .about("Print the fields of frames, and where each comes from")
        .args(sources())
        .args(settings().filter(|setting| setting.get_id() == "encoding"))
        .arg(switch("json").help("Print one line of JSON per frame"))
}

fn compare() -> Command {
    Command::new("compare")
        .about("Show a frame at several amounts side by side: --dehaze 20,40,60 --sharpen 20,60")
        .arg(path("file", "FRAME").required(true).num_args(1..))
        .arg(
            path("out", "OUT")
                .short('o')
                .long("out")
                .required(true)
                .help("Picture to write; for several frames, a folder"),
        )
        .args(settings())
        .arg(recipes())
        .arg(width("Width of the whole picture in pixels [default: 2400]"))
        .arg(show())
        .arg(switch("overwrite").help("Replace an existing picture"))
}

fn sheet() -> Command {
    Command::new("sheet")
        .about("Make a contact sheet of frames, with their names and captions")
        .args(sources())
        .arg(
            path("out", "FILE")
                .short('o')
                .long("out")
                .required(true)
                .help("Picture to write, or a PDF; further pages are FILE-2, FILE-3, …"),
        )
        .args(settings().filter(|setting| setting.get_id() == "encoding"))
        .arg(
            Arg::new("columns")
                .long("columns")
                .value_name("N")
                .value_parser(value_parser!(u32).range(1..=100))
                .help("Frames side by side [default: 5]"),
        )
        .arg(
            Arg::new("paper")
                .long("paper")
                .value_name("PAPER")
                .value_parser(Typed { values: super::sheet::papers() })
                .hide_possible_values(true)
                .help("Pages of this shape: a3, a4, a5, letter, legal or tabloid [default: a4]"),
        )
        .arg(width("Width of a page in pixels [default: that of the paper at 300 dpi]"))
        .arg(switch("overwrite").help("Replace an existing file"))
}

fn width(help: &'static str) -> Arg {
    let pixels = value_parser!(u32).range(200..=30_000);
    Arg::new("width").long("width").value_name("PX").value_parser(pixels).help(help)
}

fn bench() -> Command {
    Command::new("bench")
        .about("Measure how long each stage takes on this machine, and how much memory")
        .arg(path("input", "INPUT").num_args(1..).help("Frames [default: a drawn one]"))
        .args(settings())
        .arg(recipes())
        .arg(
            Arg::new("against")
                .long("against")
                .value_name("PROGRAMS")
                .value_delimiter(',')
                .value_parser(Typed { values: peers::names() })
                .hide_possible_values(true)
                .help("Run these too, if installed: darktable,rawtherapee,vips,magick"),
        )
        .arg(path("plot", "FILE").long("plot").help("Draw the figures into an SVG file"))
        .arg(
            path("keep", "DIR")
                .long("keep")
                .requires("against")
                .help("Keep the pictures of all programs in DIR, to compare them"),
        )
}

fn completions() -> Command {
    Command::new("completions").about("Print a script that completes the command line").arg(
        Arg::new("shell")
            .required(true)
            .value_parser(value_parser!(clap_complete::Shell))
            .help("The shell that reads the script"),
    )
}

/// A flag for every setting of a recipe.
fn settings() -> impl Iterator<Item = Arg> {
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

fn jobs(text: &str) -> Result<u16, String> {
    match text.trim().parse::<i64>() {
        Ok(jobs @ 1..=1024) => Ok(jobs as u16),
        Ok(_) => Err(format!("'{text}' is out of range")),
        Err(_) => Err(format!("'{text}' is not a whole number")),
    }
}

fn path(name: &'static str, value: &'static str) -> Arg {
    Arg::new(name).value_name(value).value_parser(value_parser!(PathBuf))
}

fn switch(name: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_sound() {
        super::command().debug_assert();
    }
}

//! What can be said on the command line. Every setting of a recipe is a flag of the same name.

use std::path::PathBuf;

use clap::{Arg, ArgAction, Command, value_parser};

use crate::recipe::SETTINGS;

/// The command line as clap knows it.
pub(super) fn command() -> Command {
    Command::new("longlens")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Develops a shoot of hazy long-range frames: dehaze, sharpen, crop, caption.")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .max_term_width(100)
        .subcommand(develop())
        .subcommand(recipe())
        .subcommand(inspect())
        .subcommand(fields())
        .subcommand(bench())
        .subcommand(completions())
}

fn develop() -> Command {
    Command::new("develop")
        .about("Develop frames into a folder; the originals are left alone")
        .args(sources())
        .arg(
            path("out", "OUT")
                .short('o')
                .long("out")
                .required(true)
                .help("Folder to write to; with one input file, a name such as out.jpg works too"),
        )
        .args(settings())
        .arg(path("recipe", "FILE").long("recipe").help("Settings from a recipe file; flags win"))
        .arg(
            Arg::new("require")
                .long("require")
                .value_name("FIELDS")
                .value_delimiter(',')
                .help("Do nothing unless every frame has these fields: city,country,date,byline"),
        )
        .args(run_flags())
}

/// Where frames and their fields come from.
pub(super) fn sources() -> [Arg; 6] {
    [
        path("input", "INPUT")
            .help("Frames, and folders of frames")
            .num_args(1..)
            .required_unless_present("files0-from"),
        path("files0-from", "FILE").long("files0-from").help(
            "Read the inputs from FILE, or from standard input if FILE is -, with NUL between them",
        ),
        path("captions", "FILE")
            .long("captions")
            .help("Fields and settings for each frame: a CSV whose first column is 'file'"),
        path("code-replacements", "FILE")
            .long("code-replacements")
            .help("Short forms (\\code\\) to write out in captions: a tab-separated file"),
        Arg::new("set")
            .long("set")
            .value_name("FIELD=VALUE")
            .action(ArgAction::Append)
            .help("Set a field of all frames: --set byline='P. Pardo'"),
        switch("no-folder-files").help("Leave captions.csv and longlens.toml in input folders"),
    ]
}

/// How the run goes.
fn run_flags() -> [Arg; 10] {
    [
        Arg::new("jobs")
            .short('j')
            .long("jobs")
            .value_name("N")
            .value_parser(value_parser!(u16).range(1..=1024))
            .help("Frames developed at once [default: one for each core]"),
        Arg::new("memory")
            .long("memory")
            .value_name("SIZE")
            .value_parser(super::text::parse_bytes)
            .help("Memory to stay within: 400MB, 2GB [default: half of what is free]"),
        switch("overwrite").help("Write outputs that exist anew instead of keeping them"),
        switch("resume").help(
            "Go on where an earlier run ended: develop what is missing, and write anew what the \
             journal in the output folder (.longlens.jsonl) knows and what is out of date because \
             original, recipe or version changed",
        ),
        switch("accept-damaged").help("Develop what there is of damaged files, with a warning"),
        switch("no-sync").help("Do not push outputs to the disk before reporting them"),
        switch("dry-run").help("Print what would be done and write nothing"),
        switch("json").help("Print one line of JSON a frame on standard output"),
        switch("quiet").short('q').help("Print errors only"),
        switch("verbose").short('v').help("Print what was chosen for each frame, and why"),
    ]
}

fn recipe() -> Command {
    Command::new("recipe")
        .about("Print the recipe that the flags amount to, as TOML")
        .args(settings())
        .arg(path("recipe", "FILE").long("recipe").help("Begin with this recipe; flags win"))
}

fn inspect() -> Command {
    Command::new("inspect")
        .about("Print size, format, depth, profile, orientation and haze of frames")
        .arg(path("file", "FILE").required(true).num_args(1..))
        .arg(switch("json").help("Print one line of JSON a frame"))
}

fn fields() -> Command {
    Command::new("fields")
        .about("Print the fields of frames, and where each comes from")
        .args(sources())
        .arg(switch("json").help("Print one line of JSON a frame"))
}

fn bench() -> Command {
    Command::new("bench")
        .about("Measure what developing costs on this machine, stage by stage")
        .arg(path("input", "INPUT").num_args(1..).help("Frames [default: one that is drawn]"))
        .args(settings())
        .arg(path("recipe", "FILE").long("recipe").help("Settings from a recipe file; flags win"))
        .arg(
            Arg::new("against")
                .long("against")
                .value_name("PROGRAMS")
                .value_delimiter(',')
                .help("Run these too, if installed: darktable,rawtherapee,vips,magick"),
        )
        .arg(path("plot", "FILE").long("plot").help("Draw the figures into an SVG file"))
}

fn completions() -> Command {
    Command::new("completions")
        .about("Print a script that completes the command line")
        .arg(Arg::new("shell").required(true).value_parser(value_parser!(clap_complete::Shell)))
}

/// A flag for every setting of a recipe.
fn settings() -> impl Iterator<Item = Arg> {
    SETTINGS.iter().map(|setting| {
        Arg::new(setting.name)
            .long(setting.name)
            .value_name(setting.value)
            .help(setting.help)
            .allow_hyphen_values(true)
            .help_heading("Settings")
    })
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

//! The command line. Every setting of a recipe is a flag of the same name.

mod flags;
mod values;
mod watch;

use clap::{Arg, Command, value_parser};

use super::bench::peers;
use flags::{
    json, loudness, machine, no_sync, page, path, picking, recipes, require, settings, sources,
    standing, switch, verify,
};
use values::Typed;

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

fn recipe() -> Command {
    Command::new("recipe")
        .about("Print presets and flags as one recipe, in TOML")
        .arg(path("preset", "PRESET").num_args(1..).help(
            "Presets or recipe files to combine; only what they and the flags set is printed",
        ))
        .args(settings())
        .arg(recipes())
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
        .args(settings().filter(|setting| LOOKS.contains(&setting.get_id().as_str())))
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
        .args(settings().filter(|setting| !OF_A_SHOOT.contains(&setting.get_id().as_str())))
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

/// The settings that change what a frame looks like, and the font of the labels.
const LOOKS: [&str; 10] = [
    "dehaze",
    "haze-colour",
    "denoise",
    "sharpen",
    "sharpen-method",
    "rotate",
    "straighten",
    "crop",
    "anchor",
    "font",
];
/// The settings without effect where frames are neither compared nor named and their fields are not read.
const OF_A_SHOOT: [&str; 4] = ["scene", "haze-from", "name", "encoding"];

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_sound() {
        super::command().debug_assert();
    }
}

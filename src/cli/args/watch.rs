//! The flags of `longlens watch`: those of `develop` that make sense for frames that are still to come.

use clap::{Arg, Command};

use super::flags::{
    json, loudness, machine, no_sync, page, path, picking, recipes, require, settings, sources,
    standing, switch, verify,
};

/// The settings by which frames share their haze: none for those that arrive one by one.
const SHARED: [&str; 2] = ["scene", "haze-from"];

/// `longlens watch`.
pub(super) fn command() -> Command {
    let is_of_lists = |arg: &Arg| ["files-from", "files0-from"].contains(&arg.get_id().as_str());
    let sources = sources().into_iter().filter(|arg| !is_of_lists(arg) && arg.get_id() != "input");
    let picking = picking().into_iter();
    Command::new("watch")
        .about("Develop frames as they arrive in a folder, until Ctrl-C; finished ones are skipped")
        .arg(path("input", "DIR").required(true).num_args(1..).help("Folders to watch"))
        .args(sources)
        .arg(path("out", "OUT").short('o').long("out").required(true).help("Folder to write to"))
        .arg(
            time("poll")
                .help("Look for changes this often, even if the system reports them: 2s, 1m"),
        )
        .arg(
            time("settle")
                .help("Develop a file once it has not changed for this long [default: 2s]"),
        )
        .arg(
            time("patience").help(
                "Give up on an incomplete file that has not changed for this long [default: 1m]",
            ),
        )
        .args(settings().map(|setting| {
            // They are refused, with the reason.
            let is_refused = SHARED.contains(&setting.get_id().as_str());
            setting.hide(is_refused)
        }))
        .arg(recipes())
        .arg(require())
        .args(picking.filter(|arg| ["where", "only-table"].contains(&arg.get_id().as_str())))
        .args(machine())
        .args(standing())
        .arg(verify().help("Read and hash every file, even if its size and times have not changed"))
        .arg(
            switch("accept-damaged")
                .help("Develop the readable part of damaged files when --patience is over"),
        )
        .arg(no_sync())
        .arg(json())
        .args(loudness())
        .arg(page())
}

fn time(name: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name("TIME")
        .allow_hyphen_values(true)
        .value_parser(crate::cli::text::parse_time)
}

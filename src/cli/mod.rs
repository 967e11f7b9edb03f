//! The command line: parse it, run a batch, report the outcome. The only room that prints.

mod args;
mod bench;
mod compare;
mod completions;
mod counts;
mod details;
mod develop;
mod dry_run;
mod exit;
mod fields;
mod folder_files;
mod given;
mod inspect;
mod joined;
mod json;
mod man;
mod maps;
mod page;
mod plan;
mod planning;
mod presets;
mod progress;
mod raws;
mod refused;
mod report;
mod running;
mod scenes;
mod shard;
mod sheet;
mod shown;
mod signals;
mod slips;
mod sources;
#[cfg(unix)]
mod start;
mod text;
mod tiles;
mod watch;

use clap::ArgMatches;

use crate::error::{ErrorKind, Result};
use crate::recipe::{Edition, Recipe};
use given::{flags, recipe};
use refused::told;

/// The whole program where std has not been started; its exit code.
#[cfg(unix)]
#[must_use]
pub fn main_without_std() -> u8 {
    match start::prepare() {
        Ok(()) => main(),
        Err(_) => exit::ENVIRONMENT,
    }
}

/// The whole program; its exit code.
#[must_use]
pub fn main() -> u8 {
    std::panic::set_hook(Box::new(|fault| text::to_stderr(&text::fault(fault))));
    // A frame's fault is caught where it is developed; this is for all the rest.
    std::panic::catch_unwind(ordered).unwrap_or(exit::ENVIRONMENT)
}

fn ordered() -> u8 {
    let matches = match args::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) if !error.use_stderr() => {
            // Help and version go to stdout and are not mistakes.
            let _ = error.print();
            return exit::DONE;
        }
        Err(error) => return unread(&error),
    };
    let ended = match matches.subcommand() {
        Some(("develop", order)) => develop::run(order),
        Some(("watch", order)) => watch::run(order),
        Some(("plan", order)) => plan::run(order),
        Some(("run", order)) => shard::run(order),
        Some(("report", order)) => joined::run(order),
        Some(("recipe", order)) => print_recipe(order),
        Some(("presets", _)) => presets::list(),
        Some(("inspect", order)) => inspect::run(order),
        Some(("fields", order)) => fields::run(order),
        Some(("compare", order)) => compare::run(order),
        Some(("sheet", order)) => sheet::run(order),
        Some(("bench", order)) => bench::run(order),
        Some(("completions", order)) => print_completions(order),
        Some(("man", _)) => man::print(),
        _ => Ok(exit::USAGE),
    };
    ended.unwrap_or_else(|error| {
        told(&error);
        if error.kind() == ErrorKind::Environment { exit::ENVIRONMENT } else { exit::USAGE }
    })
}

/// The message for a command line that cannot be read.
fn unread(error: &clap::Error) -> u8 {
    match slips::single_hyphen().or_else(|| slips::explained(error)) {
        Some(error) => told(&error),
        None => _ = error.print(),
    }
    exit::USAGE
}

fn print_recipe(order: &ArgMatches) -> Result<u8> {
    let mut recipe = recipe(order, Recipe::default())?;
    let caption = &mut recipe.caption;
    // Wherever the text is put, its paths mean what they mean here.
    for path in [&mut caption.font, &mut caption.logo].into_iter().flatten() {
        *path = std::path::absolute(&path).unwrap_or_else(|_| path.clone());
    }
    recipe.editions.values_mut().for_each(Edition::make_absolute);
    if order.contains_id("preset") {
        let mut named = presets::Layers::read(order)?.settings()?;
        named.extend(flags(order).into_iter().map(|(name, _)| name));
        text::print(&recipe.to_toml_of(|name| named.iter().any(|named| named == name)))?;
        return Ok(exit::DONE);
    }
    text::print(&recipe.to_toml())?;
    Ok(exit::DONE)
}

fn print_completions(order: &ArgMatches) -> Result<u8> {
    if let Some(&shell) = order.get_one::<clap_complete::Shell>("shell") {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut args::command(), "longlens", &mut script);
        let script = String::from_utf8_lossy(&script);
        text::print(&completions::with_recipe_files(&script, shell))?;
    }
    Ok(exit::DONE)
}

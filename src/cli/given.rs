//! What the command line gives: switches, settings, and the recipe that they make.

use clap::ArgMatches;

use super::presets;
use crate::error::Result;
use crate::recipe::{Recipe, SETTINGS};

/// Whether a switch was given, in a command that has it.
pub(super) fn has(order: &ArgMatches, switch: &str) -> bool {
    order.try_get_one::<bool>(switch).is_ok_and(|given| given == Some(&true))
}

/// The settings that were given as flags, by name and text.
pub(super) fn flags(order: &ArgMatches) -> Vec<(String, String)> {
    // Not every command has every setting.
    let given = |name: &str| order.try_get_one::<String>(name).ok().flatten().cloned();
    SETTINGS
        .iter()
        .filter_map(|setting| Some((setting.name.to_owned(), given(setting.name)?)))
        .collect()
}

/// What `--recipe` names laid over a recipe, with the flags over that.
pub(super) fn recipe(order: &ArgMatches, mut recipe: Recipe) -> Result<Recipe> {
    presets::Layers::read(order)?.lay_over(&mut recipe)?;
    for (name, value) in flags(order) {
        recipe.set(&name, &value).map_err(|e| e.prefixed("--"))?;
    }
    Ok(recipe)
}

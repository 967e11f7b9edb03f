//! Presets, which are recipes with a name: the user's own in one folder, and a few built in.
//!
//! The value of `--recipe` is a file if it contains a dot or a slash, else a name. The user's presets are
//! `NAME.toml` in the folder of `LONGLENS_PRESETS`, else `longlens/presets` in the platform's configuration
//! folder; one of theirs replaces a built-in one of the same name. Several recipes are laid over each other,
//! and later ones win.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind::NotFound;
use std::path::{Path, PathBuf};

use clap::ArgMatches;

use super::{exit, folder_files, text};
use crate::error::{Error, ErrorKind, Result};
use crate::recipe::Recipe;
use crate::words::near;

/// What comes with the program, by name.
const BUILT_IN: [(&str, &str); 4] = [
    ("web", include_str!("presets/web.toml")),
    ("wire", include_str!("presets/wire.toml")),
    ("print", include_str!("presets/print.toml")),
    ("evidence", include_str!("presets/evidence.toml")),
];

/// A recipe that was named, read.
#[derive(Debug)]
struct Layer {
    /// Its file; `None` if it comes with the program.
    file: Option<PathBuf>,
    text: String,
}

/// The recipes that a command line names, in their order.
#[derive(Debug, Default)]
pub(super) struct Layers(Vec<Layer>);

impl Layers {
    /// Reads all that `--recipe` names, and before them those given without a flag.
    pub(super) fn read(order: &ArgMatches) -> Result<Self> {
        let bare = order.try_get_many::<PathBuf>("preset").ok().flatten();
        let named = bare.into_iter().flatten();
        let named = named.chain(order.get_many::<PathBuf>("recipe").into_iter().flatten());
        Ok(Self(named.map(|name| layer(name)).collect::<Result<_>>()?))
    }

    /// Sets in a recipe what they say, one after the other.
    pub(super) fn lay_over(&self, recipe: &mut Recipe) -> Result<()> {
        for Layer { file, text } in &self.0 {
            match file {
                Some(file) => {
                    recipe.set_from_toml_in(folder_of(file), text).map_err(|e| e.about(file))?;
                }
                None => recipe.set_from_toml(text)?,
            }
        }
        Ok(())
    }

    /// The files among them.
    pub(super) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.0.iter().filter_map(|layer| layer.file.as_ref())
    }

    /// The names of the settings that they set.
    pub(super) fn settings(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for layer in &self.0 {
            names.extend(Recipe::names_in_toml(&layer.text)?);
        }
        Ok(names)
    }
}

fn folder_of(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new(""))
}

fn layer(name: &Path) -> Result<Layer> {
    let given = name.to_string_lossy();
    let of_file =
        |file: &Path| Ok(Layer { file: Some(file.to_path_buf()), text: folder_files::text(file)? });
    if given.contains(['/', '\\', '.']) {
        return of_file(name);
    }
    let own = own()?;
    if let Some(file) = own.get(&*given) {
        return of_file(file);
    }
    if let Some((_, text)) = BUILT_IN.iter().find(|(built_in, _)| *built_in == given) {
        return Ok(Layer { file: None, text: (*text).to_owned() });
    }
    // A recipe without an ending.
    if name.is_file() {
        return of_file(name);
    }
    let known = || BUILT_IN.iter().map(|(name, _)| *name).chain(own.keys().map(String::as_str));
    let error = format!("there is no preset '{}'", given.escape_debug());
    Err(Error::new(ErrorKind::Usage, error).with_hint(match near(&given, known()) {
        Some(near) => format!("did you mean '{near}'? 'longlens presets' lists all presets"),
        None => format!(
            "the presets are {}; a recipe file is named with its ending, as in {given}.toml",
            known().collect::<Vec<_>>().join(", ")
        ),
    }))
}

/// The environment variable that names the folder of the user's presets.
const VARIABLE: &str = "LONGLENS_PRESETS";

/// What the environment says, if it says something.
fn named(variable: &str) -> Option<OsString> {
    std::env::var_os(variable).filter(|value| !value.is_empty())
}

/// The folder of the user's presets, if the environment says where that is.
fn folder() -> Option<PathBuf> {
    if let Some(folder) = named(VARIABLE) {
        return Some(folder.into());
    }
    let configuration = if cfg!(windows) {
        PathBuf::from(named("APPDATA")?)
    } else if cfg!(target_os = "macos") {
        PathBuf::from(named("HOME")?).join("Library/Application Support")
    } else {
        match named("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute()) {
            Some(folder) => folder,
            None => PathBuf::from(named("HOME")?).join(".config"),
        }
    };
    Some(configuration.join("longlens").join("presets"))
}

/// The user's presets, by name.
///
/// # Errors
/// If the folder cannot be read; the usual one need not exist.
fn own() -> Result<BTreeMap<String, PathBuf>> {
    let Some(folder) = folder() else { return Ok(BTreeMap::new()) };
    let is_named = named(VARIABLE).is_some();
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == NotFound && !is_named => return Ok(BTreeMap::new()),
        Err(cause) => {
            let error = Error::io(ErrorKind::Usage, "cannot read the folder of presets", &cause);
            let error = error.about(&folder);
            return Err(match is_named {
                true => error
                    .with_hint("create the folder, or unset LONGLENS_PRESETS, which points to it"),
                false => error,
            });
        }
    };
    let files = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file());
    let named = files.filter_map(|path| {
        let name = path.file_name()?.to_str()?.strip_suffix(".toml")?.to_owned();
        (!name.is_empty() && !name.contains('.')).then_some((name, path))
    });
    Ok(named.collect())
}

/// The names of the presets that a shell can offer. Others stand in scripts as they are, where `$(…)` or a
/// quote in the name of a file would be run or break them.
pub(super) fn names() -> Vec<String> {
    let is_plain = |c: char| c.is_alphanumeric() || "-_+".contains(c);
    let own = own().unwrap_or_default().into_keys().filter(|name| name.chars().all(is_plain));
    let mut names: Vec<String> = own.collect();
    names.extend(BUILT_IN.iter().map(|(name, _)| (*name).to_owned()));
    names.sort();
    names.dedup();
    names
}

/// `longlens presets`: each with what it is for and where it comes from.
pub(super) fn list() -> Result<u8> {
    let own = own()?;
    let mut rows = Vec::new();
    for (name, text) in BUILT_IN.iter().filter(|(name, _)| !own.contains_key(*name)) {
        rows.push(((*name).to_owned(), purpose(text), "comes with longlens".to_owned()));
    }
    for (name, path) in &own {
        let purpose = match folder_files::text(path) {
            Ok(text) => match Recipe::default().set_from_toml_in(folder_of(path), &text) {
                Ok(()) => purpose(&text),
                Err(error) => format!("invalid: {}", error.message()),
            },
            Err(error) => format!("invalid: {}", error.message()),
        };
        rows.push((name.clone(), purpose, text::path(path)));
    }
    let wide = rows.iter().map(|(name, ..)| name.chars().count()).max().unwrap_or(0);
    let mut page = String::new();
    for (name, purpose, origin) in rows {
        let (name, purpose) = (text::clean(&name), text::clean(&purpose));
        let purpose = if purpose.is_empty() { String::new() } else { format!("{purpose}  ") };
        page.push_str(&format!("{name:wide$}  {purpose}({origin})\n"));
    }
    if let Some(folder) = folder() {
        let folder = text::path(&folder);
        page.push_str(&format!("\nA recipe saved as {folder}/NAME.toml is --recipe NAME.\n"));
    }
    text::print(&page)?;
    Ok(exit::DONE)
}

/// What a preset is for: the comment in its first line.
fn purpose(text: &str) -> String {
    let first = text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default();
    first.strip_prefix('#').unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_of_the_program_can_be_used_and_say_what_they_are_for() {
        for (name, text) in BUILT_IN {
            Recipe::default().set_from_toml(text).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert!(purpose(text).len() > 20, "{name}: {:?}", purpose(text));
        }
    }
}

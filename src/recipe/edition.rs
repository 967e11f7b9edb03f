//! Editions: several outputs of each frame, the tables `[output.web]` of a recipe.
//!
//! An edition has a folder, by default with the edition's name, and settings that override those of the recipe
//! and of the frame's line in the captions table.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::Recipe;
use super::value::text_of;
use crate::error::{Error, ErrorKind, Result};

/// One output of each frame.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edition {
    /// Where its files go, below the output folder; `None` for a folder of its own name.
    folder: Option<PathBuf>,
    /// Its settings by name, as [`Recipe::set`] reads them.
    settings: BTreeMap<String, String>,
}

/// All of a recipe, by name.
pub type Editions = BTreeMap<Arc<str>, Edition>;

/// The key of a recipe that has the tables of its editions.
pub(super) const KEY: &str = "output";

/// The setting that only an edition has.
const FOLDER: &str = "folder";

/// Most characters of a name.
const MOST_CHARS: usize = 40;

impl Edition {
    /// Where the files of the edition of this name go, below the output folder.
    #[must_use]
    pub fn folder<'a>(&'a self, name: &'a str) -> &'a Path {
        self.folder.as_deref().unwrap_or(Path::new(name))
    }

    /// Its settings, by name and text.
    pub fn settings(&self) -> impl Iterator<Item = (&str, &str)> {
        self.settings.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// Makes its paths whole, so that they mean the same in another folder.
    pub fn make_absolute(&mut self) {
        for name in ["font", "logo"] {
            if let Some(text) = self.settings.get_mut(name)
                && let Ok(whole) = std::path::absolute(text.as_str())
            {
                *text = whole.to_string_lossy().into_owned();
            }
        }
    }

    fn set_in(&mut self, folder: &Path, name: &str, text: &str) -> Result<()> {
        if name == FOLDER {
            self.folder = Some(below(text)?);
            return Ok(());
        }
        // Checked at the door, and with paths that count from anywhere.
        let mut alone = Recipe::default();
        alone.set_in(folder, name, text)?;
        if let Some(text) = alone.get(name) {
            self.settings.insert(name.to_owned(), text);
        }
        Ok(())
    }

    pub(super) fn to_toml(&self, name: &str) -> String {
        let mut text = format!("\n[{KEY}.{name}]\n");
        let folder = self.folder.as_ref().map(|folder| (FOLDER, folder.to_string_lossy()));
        let settings = self.settings().map(|(name, text)| (name, text.into()));
        for (name, value) in folder.into_iter().chain(settings) {
            text.push_str(&format!("{name} = {}\n", toml::Value::String(value.into_owned())));
        }
        text
    }
}

/// Adds what a file in this folder says of editions.
pub(super) fn set_in(editions: &mut Editions, folder: &Path, value: &toml::Value) -> Result<()> {
    let toml::Value::Table(tables) = value else {
        let error = Error::new(ErrorKind::Usage, format!("{KEY}: not a table of outputs"));
        return Err(
            error.with_hint("begin a table with [output.web] and put its settings below it")
        );
    };
    for (name, table) in tables {
        let shown = name.escape_debug();
        let toml::Value::Table(settings) = table else {
            let error = Error::new(ErrorKind::Usage, format!("{KEY}.{shown}: not a table"));
            return Err(
                error.with_hint("begin a table with [output.web] and put its settings below it")
            );
        };
        let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        if name.is_empty() || name.chars().count() > MOST_CHARS || !name.chars().all(is_plain) {
            let message = format!("{KEY}: '{shown}' is not the name of an output");
            return Err(Error::new(ErrorKind::Usage, message)
                .with_hint("use letters, digits, - and _, as in [output.web]"));
        }
        let edition = editions.entry(name.as_str().into()).or_default();
        for (setting, value) in settings {
            text_of(setting, value)
                .and_then(|text| edition.set_in(folder, setting, &text))
                .map_err(|error| error.prefixed(&format!("{KEY}.{shown}: ")))?;
        }
    }
    Ok(())
}

/// A folder below the output folder.
fn below(text: &str) -> Result<PathBuf> {
    let text = text.trim();
    let mut folder = PathBuf::new();
    for part in Path::new(text).components() {
        match part {
            Component::Normal(part) => folder.push(part),
            Component::CurDir => {}
            _ => {
                let shown = text.escape_debug();
                let message = format!("{FOLDER}: '{shown}' is not below the output folder");
                return Err(Error::new(ErrorKind::Usage, message)
                    .with_hint("name a folder such as web; . is the output folder itself"));
            }
        }
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = "quality = 80\n[output.web]\nlong-edge = 2048\nfolder = \"for/web\"\n\
                       [output.print]\nprofile = \"keep\"\nlogo = \"mark.png\"\n";

    #[test]
    fn editions_are_read_printed_and_laid_over_each_other() {
        let mut recipe = Recipe::default();
        recipe.set_from_toml_in(Path::new("shoot"), TWO).unwrap();
        let mut again = Recipe::default();
        again.set_from_toml(&recipe.to_toml()).unwrap();
        assert_eq!(again, recipe);
        recipe.set_from_toml("[output.web]\nquality = 70\n").unwrap();
        let (print, web) = (&recipe.editions["print"], &recipe.editions["web"]);
        assert_eq!(web.folder("web"), Path::new("for/web"));
        assert_eq!(web.settings().collect::<Vec<_>>(), [("long-edge", "2048"), ("quality", "70")]);
        assert_eq!(print.folder("print"), Path::new("print"));
        assert!(print.settings().any(|setting| setting == ("logo", "shoot/mark.png")));
        assert_eq!(recipe.output.quality, 80);
    }

    #[test]
    fn what_is_no_edition_is_refused_with_its_place() {
        let refused = |text: &str| Recipe::default().set_from_toml(text).unwrap_err().to_string();
        for (text, why) in [
            ("output = 3", "output: not a table of outputs"),
            ("[output]\nweb = 3", "output.web: not a table"),
            ("[output.\"../web\"]\n", "'../web' is not the name of an output"),
            ("[output.web]\nqualty = 3", "output.web: there is no setting 'qualty'"),
            ("[output.web]\nquality = 0", "output.web: quality: "),
            ("[output.web]\nfolder = \"../web\"", "output.web: folder: '../web' is not below"),
            ("[output.web]\nfolder = \"/tmp\"", "folder: '/tmp' is not below"),
            ("[output.web.small]\nquality = 3", "output.web: small: not a single value"),
        ] {
            let said = refused(text);
            assert!(said.contains(why), "{text}: {said}");
        }
    }
}

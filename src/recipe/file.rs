//! A recipe as a file: flat TOML, one line a setting, commented when printed; a table for each edition.

use std::path::Path;

use super::value::text_of;
use super::{Recipe, SETTINGS, edition};
use crate::error::{Error, ErrorKind, Result, place};

impl Recipe {
    /// Sets what a recipe says; what it does not mention stays as it is.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if it is not TOML (with line and column), or for an unknown key or a
    /// value out of range, as [`Recipe::set`].
    pub fn set_from_toml(&mut self, text: &str) -> Result<()> {
        self.set_from_toml_in(Path::new(""), text)
    }

    /// As [`Recipe::set_from_toml`], of a file in this folder: relative paths count from there.
    ///
    /// # Errors
    /// As [`Recipe::set_from_toml`].
    pub fn set_from_toml_in(&mut self, folder: &Path, text: &str) -> Result<()> {
        for (name, value) in &table(text)? {
            if name == edition::KEY {
                edition::set_in(&mut self.editions, folder, value)?;
            } else {
                self.set_in(folder, name, &text_of(name, value)?)?;
            }
        }
        Ok(())
    }

    /// The names of the settings that a recipe sets.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if it is not TOML.
    pub fn names_in_toml(text: &str) -> Result<Vec<String>> {
        Ok(table(text)?.into_iter().map(|(name, _)| name).collect())
    }

    /// The whole recipe as commented TOML that [`Recipe::set_from_toml`] reads back to the same.
    #[must_use]
    pub fn to_toml(&self) -> String {
        self.to_toml_of(|_| true)
    }

    /// As [`Recipe::to_toml`], only the settings whose names are chosen, and all editions.
    #[must_use]
    pub fn to_toml_of(&self, chosen: impl Fn(&str) -> bool) -> String {
        let mut text = String::from("# A longlens recipe; use it with --recipe FILE.\n");
        for setting in SETTINGS.iter().filter(|setting| chosen(setting.name)) {
            let value = toml::Value::String((setting.print)(self));
            text.push_str(&format!("\n# {}\n{} = {value}\n", setting.help, setting.name));
        }
        for (name, edition) in &self.editions {
            text.push_str(&edition.to_toml(name));
        }
        text
    }
}

fn table(text: &str) -> Result<toml::Table> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.parse().map_err(|e: toml::de::Error| not_toml(text, &e))
}

fn not_toml(text: &str, error: &toml::de::Error) -> Error {
    let place =
        error.span().map_or_else(String::new, |span| format!("{}: ", place(text, span.start)));
    let message = error.message().replace('\n', " ");
    Error::new(ErrorKind::Usage, format!("{place}{message}"))
        .with_hint("a recipe has lines such as: name = \"value\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read_back_to_the_same() {
        let mut recipe = Recipe::default();
        recipe.set("caption", "line one\nline \"two\" {{ city }} \\ # '").unwrap();
        recipe.set("crop", "16:9").unwrap();
        recipe.set("dehaze", "-12.5").unwrap();
        let mut again = Recipe::default();
        again.set_from_toml(&recipe.to_toml()).unwrap();
        assert_eq!(again, recipe);
    }

    #[test]
    fn numbers_need_no_quotes_and_errors_say_where() {
        let mut recipe = Recipe::default();
        recipe.set_from_toml("dehaze = 30\nquality = 80\nwrite-metadata = true\n").unwrap();
        assert_eq!(recipe.get("dehaze").unwrap(), "30");
        assert_eq!(recipe.get("write-metadata").unwrap(), "yes");
        let error = recipe.set_from_toml("dehaze = 30\nquality 80\n").unwrap_err();
        assert!(error.message().starts_with("line 2, column 9"), "{error}");
        let error = recipe.set_from_toml("qualty = 80").unwrap_err();
        assert_eq!(error.hint(), Some("did you mean 'quality'?"));
        let error = recipe.set_from_toml("[dehaze]\namount = 3").unwrap_err();
        assert!(error.message().contains("not a single value"), "{error}");
    }
}

//! Captions, metadata texts and output names as templates: `{{ city }}, {{ date | date("%-d %B %Y") }}`.
//!
//! **Templates** are the texts of `--caption` and `--name`, and of the same settings in a recipe.
//! **Data** are the values of all fields, wherever they came from (a CSV, the file's own metadata,
//! `--set`). A value is inserted as it is and never interpreted, so `{{ 7*7 }}`, quotes or percent
//! signs in one are drawn as they are.
//!
//! A template has values, filters and `if`: no loops, no variables, no multiplication, no files. It
//! cannot run long or grow large, and fuel and lengths are limited as well. A field without a value
//! (none, or only spaces) is an error that names it, unless the template gives a `default`. Photo
//! Mechanic's `{city}` is read as well ([`variables`]), and its code replacements
//! ([`CodeReplacements`]). Engine: minijinja.

mod codes;
mod condition;
mod filters;
mod name;
pub mod variables;

use std::collections::BTreeMap;
use std::fmt;

use minijinja::{Environment, ErrorKind as Cause, UndefinedBehavior, Value};

pub use codes::CodeReplacements;
pub use condition::Condition;
pub use filters::MOST_CHARACTERS;
pub use name::file_name;

use crate::error::{Error, ErrorKind, Result, place};
use crate::words::near;

/// The values that a template puts in, by field name.
pub type Fields = BTreeMap<String, String>;

/// Longest source of a template, in bytes.
const MOST_SOURCE_BYTES: usize = 10_000;

/// Steps that the engine may take; a caption takes some ten per field.
const FUEL: u64 = 20_000;

/// A template that was read and can be filled in for any number of frames.
pub struct Template {
    source: String,
    rewritten: variables::Rewritten,
    engine: Environment<'static>,
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Template").field("source", &self.source).finish_non_exhaustive()
    }
}

impl Template {
    /// Reads a template.
    ///
    /// ```
    /// use longlens::template::{Fields, Template};
    ///
    /// let caption = Template::parse(r#"{{ city }}, {{ date | date("%-d %B %Y") }}. {byline}/AFP"#)?;
    /// let fields = [("city", "Chunggang"), ("date", "2024-02-28"), ("byline", "Pedro Pardo")];
    /// let fields: Fields = fields.map(|(k, v)| (k.into(), v.into())).into();
    /// assert_eq!(caption.render(&fields, "DSC_1.jpg")?, "Chunggang, 28 February 2024. Pedro Pardo/AFP");
    /// # Ok::<(), longlens::error::Error>(())
    /// ```
    ///
    /// # Errors
    /// If it is not a template, with line and column, or longer than 10,000 bytes.
    pub fn parse(source: &str) -> Result<Self> {
        if source.len() > MOST_SOURCE_BYTES {
            let message = format!("the template is longer than {MOST_SOURCE_BYTES} bytes");
            return Err(Error::new(ErrorKind::Usage, message));
        }
        let rewritten = variables::rewrite(source)?;
        let mut engine = Environment::empty();
        engine.set_debug(true);
        engine.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        engine.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        engine.set_fuel(Some(FUEL));
        filters::add(&mut engine);
        let added = engine.add_template_owned("text", rewritten.text.clone());
        let template = Self { source: source.to_owned(), rewritten, engine };
        match added {
            Ok(()) => Ok(template),
            Err(cause) => Err(template.wrong(&cause, ErrorKind::Usage)),
        }
    }

    /// The template as it was given.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it asks for a field of this name.
    #[must_use]
    pub fn asks_for(&self, field: &str) -> bool {
        let asked = self.engine.get_template("text").map(|text| text.undeclared_variables(false));
        asked.is_ok_and(|asked| asked.contains(field))
    }

    /// The text for one frame; `frame` is its name, for messages.
    ///
    /// # Errors
    /// If a field has no value and the template gives no default, if a filter cannot do what is
    /// asked of it, or if the text gets longer than [`MOST_CHARACTERS`].
    pub fn render(&self, fields: &Fields, frame: &str) -> Result<String> {
        let known: BTreeMap<&str, Value> = fields
            .iter()
            .filter(|(_, value)| !value.trim().is_empty())
            .map(|(name, value)| (name.as_str(), Value::from(value.as_str())))
            .collect();
        let text = self
            .engine
            .get_template("text")
            .and_then(|template| template.render(Value::from(known)))
            .map_err(|cause| self.failed(&cause, fields).about(frame))?;
        if text.chars().count() > MOST_CHARACTERS {
            let message = format!("the text gets longer than {MOST_CHARACTERS} characters");
            return Err(Error::new(ErrorKind::Caption, message).about(frame));
        }
        Ok(text)
    }

    /// The name of an output file for one frame: the rendered text and `suffix` (`.jpg`), made
    /// safe as [`file_name`] says.
    ///
    /// # Errors
    /// As [`Template::render`], or if nothing is left for a name.
    pub fn render_name(&self, fields: &Fields, frame: &str, suffix: &str) -> Result<String> {
        let text = self.render(fields, frame)?;
        file_name(&text, suffix).ok_or_else(|| {
            Error::new(ErrorKind::Caption, "the template for names gives an empty name")
                .with_hint("add a field that every frame has, such as {{ filename }}")
                .about(frame)
        })
    }

    /// What went wrong while filling in.
    fn failed(&self, cause: &minijinja::Error, fields: &Fields) -> Error {
        let missing = matches!(cause.kind(), Cause::UndefinedError)
            .then(|| self.missing_field(cause, fields))
            .flatten();
        let Some(missing) = missing else {
            return self.wrong(cause, ErrorKind::Caption);
        };
        let place = self.place(cause);
        let message = format!("the field '{missing}' has no value ({place} of the template)");
        let with_value = || fields.iter().filter(|(_, v)| !v.trim().is_empty()).map(|(k, _)| k);
        let names: Vec<_> = with_value().map(String::as_str).collect();
        let nearest = near(&missing, with_value().map(String::as_str));
        let mut hint = match nearest {
            Some(name) => format!("did you mean '{name}'? or "),
            None => String::new(),
        };
        hint += &format!("write {{{{ {missing} | default(\"…\") }}}}; ");
        hint += &match names.len() {
            0 => "the frame has no fields with values".to_owned(),
            _ => format!("fields with values: {}", names.join(", ")),
        };
        Error::new(ErrorKind::Caption, message).with_hint(hint)
    }

    /// The field that an error is about: the first name without a value in what the engine says
    /// is undefined.
    fn missing_field(&self, cause: &minijinja::Error, fields: &Fields) -> Option<String> {
        let undefined = cause.detail()?;
        let has = |name: &str| fields.get(name).is_some_and(|value| !value.trim().is_empty());
        let asked = self.engine.get_template("text").ok()?.undeclared_variables(false);
        undefined
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .find(|word| asked.contains(*word) && !has(word))
            .map(str::to_owned)
    }

    /// An error of the engine, with its place in the template.
    fn wrong(&self, cause: &minijinja::Error, kind: ErrorKind) -> Error {
        let why = match (cause.kind(), cause.detail()) {
            (Cause::UnknownFilter, detail) => {
                let known = filters::NAMES.join(", ");
                let message =
                    format!("{}: {}", self.place(cause), detail.unwrap_or("no such filter"));
                return Error::new(kind, message).with_hint(format!("filters: {known}"));
            }
            (Cause::OutOfFuel, _) => "the template takes too long".to_owned(),
            (_, Some(detail)) => detail.to_owned(),
            (kind, None) => kind.to_string(),
        };
        Error::new(kind, format!("{}: {why}", self.place(cause)))
    }

    fn place(&self, cause: &minijinja::Error) -> String {
        let offset = match (cause.range(), cause.line()) {
            (Some(range), _) => range.start,
            (None, Some(line)) => {
                self.rewritten.text.split_inclusive('\n').take(line - 1).map(str::len).sum()
            }
            (None, None) => 0,
        };
        place(&self.source, self.rewritten.origin(offset))
    }
}

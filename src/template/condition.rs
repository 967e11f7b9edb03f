//! A condition on a frame's fields: `rating >= 3 and "river" in keywords`.
//!
//! It is an expression of the same engine as templates, with the same filters. Every field that longlens knows
//! can be used, whether the frame has it or not: without a value it is an empty text, an empty list or 0. Lists
//! are `keywords`, `supplemental_categories`, `person_in_image`, `byline` and `contact`; numbers are `rating`,
//! `urgency`, `sequence`, `iso`, `aperture` and `focal_length` (in mm).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use minijinja::{Environment, UndefinedBehavior, Value};

use super::{FUEL, MOST_SOURCE_BYTES, filters};
use crate::error::{Error, ErrorKind, Result, place};
use crate::metadata::{Fields, LISTS, NAMES};

/// Fields that are compared as numbers.
const NUMBERS: [&str; 6] = ["rating", "urgency", "sequence", "iso", "aperture", "focal_length"];

/// A parsed condition, which can be tested on any number of frames.
pub struct Condition {
    source: String,
    engine: Environment<'static>,
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condition").field("source", &self.source).finish_non_exhaustive()
    }
}

impl Condition {
    /// Reads a condition.
    ///
    /// ```
    /// use longlens::metadata::{Fields, Origin};
    /// use longlens::template::Condition;
    ///
    /// let condition = Condition::parse(r#"rating >= 3 and "river" in keywords"#)?;
    /// let mut fields = Fields::default();
    /// fields.set("rating", "4", Origin::Csv);
    /// assert!(!condition.holds(&fields)?);
    /// fields.set("keywords", "border; river", Origin::Csv);
    /// assert!(condition.holds(&fields)?);
    /// # Ok::<(), longlens::error::Error>(())
    /// ```
    ///
    /// # Errors [`ErrorKind::Usage`] if it is not an expression, with the place.
    pub fn parse(source: &str) -> Result<Self> {
        if source.len() > MOST_SOURCE_BYTES {
            let message = format!("the condition is longer than {MOST_SOURCE_BYTES} bytes");
            return Err(Error::new(ErrorKind::Usage, message));
        }
        let mut engine = Environment::empty();
        engine.set_debug(true);
        engine.set_undefined_behavior(UndefinedBehavior::Strict);
        engine.set_fuel(Some(FUEL));
        filters::add(&mut engine);
        let condition = Self { source: source.to_owned(), engine };
        match condition.engine.compile_expression(source) {
            Ok(_) => Ok(condition),
            Err(cause) => Err(condition.wrong(&cause)),
        }
    }

    /// The names that it asks for and that longlens does not know: columns of a table, or slips.
    #[must_use]
    pub fn unknown_names(&self) -> BTreeSet<String> {
        let read = self.engine.compile_expression(&self.source);
        let asked = read.map(|read| read.undeclared_variables(false)).unwrap_or_default();
        asked.into_iter().filter(|name| !NAMES.contains(&name.as_str())).collect()
    }

    /// Whether a frame with these fields meets it. A field of the user's own that this frame does not have
    /// is an empty text.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if it cannot be answered: a text compared with a number by a filter, say.
    pub fn holds(&self, fields: &Fields) -> Result<bool> {
        let own = self.unknown_names();
        let names = NAMES.into_iter().chain(own.iter().map(String::as_str));
        let known: BTreeMap<&str, Value> = names.map(|name| (name, value(fields, name))).collect();
        let read = self.engine.compile_expression(&self.source);
        let answer = read.and_then(|read| read.eval(Value::from(known)));
        answer.map(|answer| answer.is_true()).map_err(|cause| self.wrong(&cause))
    }

    fn wrong(&self, cause: &minijinja::Error) -> Error {
        let why = cause.detail().map_or_else(|| cause.kind().to_string(), str::to_owned);
        let at = cause.range().map_or(0, |range| range.start.min(self.source.len()));
        let place = place(&self.source, at);
        Error::new(ErrorKind::Usage, format!("{place}: {why}"))
            .with_hint("a condition is, for example: rating >= 3 and \"river\" in keywords")
    }
}

fn value(fields: &Fields, name: &str) -> Value {
    let text = fields.get(name).unwrap_or_default().trim();
    if LISTS.iter().any(|(list, _)| *list == name) {
        return Value::from(fields.list(name));
    }
    if NUMBERS.contains(&name) {
        // `600 mm` and `f/8` have their number in them.
        let digits = text.trim_start_matches("f/").split(' ').next().unwrap_or_default();
        return match (digits.parse::<i64>(), digits.parse::<f64>()) {
            (Ok(whole), _) => Value::from(whole),
            (_, Ok(number)) => Value::from(number),
            _ => Value::from(0),
        };
    }
    Value::from(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::Origin;

    fn holds(condition: &str) -> bool {
        let mut fields = Fields::default();
        for (name, text) in [
            ("rating", "3"),
            ("label", "Red"),
            ("city", "Tumen"),
            ("keywords", "border; river"),
            ("aperture", "f/5.6"),
            ("focal_length", "600 mm"),
            ("beat", "north"),
        ] {
            fields.set(name, text, Origin::Csv);
        }
        Condition::parse(condition).unwrap().holds(&fields).unwrap()
    }

    #[test]
    fn fields_are_numbers_lists_and_texts() {
        for condition in [
            "rating >= 3",
            "rating == 3 and not rating > 3",
            "\"river\" in keywords",
            "\"men\" in city",
            "label | lower == \"red\"",
            "focal_length >= 400 and aperture < 8",
            "beat == \"north\" or iso > 100",
            "(rating > 4 or label == \"Red\") and city",
        ] {
            assert!(holds(condition), "{condition}");
        }
        // What a frame does not have is empty, and a keyword is a whole one.
        for condition in ["iso > 0", "\"riv\" in keywords", "country", "person_in_image", "mine"] {
            assert!(!holds(condition), "{condition}");
        }
        assert!(holds("not country and iso == 0"));
    }

    #[test]
    fn what_is_no_condition_is_refused_with_its_place() {
        let error = Condition::parse("rating >=").unwrap_err();
        assert!(error.message().starts_with("line 1"), "{error}");
        assert_eq!(error.kind(), ErrorKind::Usage);
        let names = Condition::parse("ratin > 3 and city").unwrap().unknown_names();
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["ratin"]);
        let condition = Condition::parse("city | date == \"x\"").unwrap();
        let mut fields = Fields::default();
        fields.set("city", "Tumen", Origin::Csv);
        assert!(condition.holds(&fields).is_err());
    }
}

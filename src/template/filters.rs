//! The filters of templates: case, dates, pieces of text.

use std::borrow::Cow;

use jiff::fmt::strtime;
use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind, State, filters};

use crate::container::kinds::is_picture_ending;
use crate::metadata::when::{When, time as read_time};

/// Longest text that a template may give, in characters; IPTC's longest field has 2,000.
pub const MOST_CHARACTERS: usize = 10_000;

/// The filters there are.
pub(super) const NAMES: [&str; 11] = [
    "capitalize",
    "d",
    "date",
    "default",
    "length",
    "lower",
    "replace",
    "stem",
    "title",
    "trim",
    "upper",
];

/// Puts all filters into an engine.
pub(super) fn add(engine: &mut Environment<'_>) {
    engine.add_filter("capitalize", filters::capitalize);
    engine.add_filter("d", filters::default);
    engine.add_filter("date", date);
    engine.add_filter("default", filters::default);
    engine.add_filter("length", filters::length);
    engine.add_filter("lower", filters::lower);
    engine.add_filter("replace", replace);
    engine.add_filter("stem", |name: Cow<'_, str>| stem(&name).to_owned());
    engine.add_filter("title", filters::title);
    engine.add_filter("trim", filters::trim);
    engine.add_filter("upper", filters::upper);
}

/// A date in another form, as strftime writes it; the frame's own has the frame's time of day.
fn date(state: &State, value: Cow<'_, str>, format: Option<&str>) -> Result<String, Error> {
    let is_the_frames = state.lookup("date").is_some_and(|date| date.as_str() == Some(&*value));
    let time = state.lookup("time").filter(|_| is_the_frames);
    written(&value, time.as_ref().and_then(Value::as_str), format)
}

/// A date, with this time of day if it has none itself.
fn written(date: &str, time: Option<&str>, format: Option<&str>) -> Result<String, Error> {
    let wrong = |what: String| Error::new(ErrorKind::InvalidOperation, what);
    let shown = date.escape_debug();
    let when = When::read(date);
    let Some((day, known)) = when.and_then(|when| when.date?.in_part()) else {
        return Err(wrong(format!(
            "'{shown}' is not a date (expected YYYY-MM-DD, e.g. 2024-02-28)"
        )));
    };
    // Of a date known in part, nothing is written that is not known.
    let format = format.unwrap_or(known);
    let lacks = |directive: &str, all: &[&str]| {
        !known.contains(directive) && all.iter().any(|used| format.contains(used))
    };
    if lacks("%B", &["%B", "%b", "%m", "%-m", "%h"])
        || lacks("%-d", &["%d", "%-d", "%e", "%A", "%a", "%j"])
    {
        return Err(wrong(format!("'{}' needs more than '{shown}' has", format.escape_debug())));
    }
    let own = when.and_then(|when| when.time);
    let text = match own.or_else(|| Some(read_time(time?)?.0)) {
        Some(time) => strtime::format(format, day.to_datetime(time)),
        None => strtime::format(format, day),
    };
    text.map_err(|cause| {
        let with_time = strtime::format(format, day.at(0, 0, 0, 0));
        let format = format.escape_debug();
        match with_time {
            Ok(_) => wrong(format!("'{format}' needs a time of day, but '{shown}' has none")),
            Err(_) => wrong(format!("'{format}': {cause}")),
        }
    })
}

/// Every occurrence replaced; the one filter that can make a text longer, so it is bounded.
fn replace(value: Cow<'_, str>, from: &str, to: &str) -> Result<Value, Error> {
    let count =
        if from.is_empty() { value.chars().count() + 1 } else { value.matches(from).count() };
    if value.len() + count * to.len() > 4 * MOST_CHARACTERS {
        return Err(Error::new(ErrorKind::InvalidOperation, "the replaced text gets too long"));
    }
    Ok(Value::from(value.replace(from, to)))
}

/// A file's name without the ending of a picture; the '.5' of 'take 2.5' is not one.
fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && is_picture_ending(ending) => stem,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_cameras_and_agencies_write_them() {
        for text in [
            "2024-02-28",
            "2024:02:28 10:11:12",
            "20240228",
            "2024-02-28T10:11:12.345+09:00",
            "2024-02-28 10:11",
            " 2024-02-28T10:11:12Z ",
        ] {
            let written = written(text, None, None);
            assert_eq!(written.ok().as_deref(), Some("28 February 2024"), "{text}");
        }
        assert_eq!(
            written("2024:02:28 10:11:12", Some("23:59"), Some("%H:%M on %A")).ok().as_deref(),
            Some("10:11 on Wednesday")
        );
        for (text, expected) in [("1968-07", "July 1968"), ("1968", "1968")] {
            assert_eq!(written(text, None, None).ok().as_deref(), Some(expected));
            assert!(written(text, None, Some("%-d %B %Y")).is_err(), "{text} has no day");
        }
        for text in ["yesterday", "", "2024-13-01", "2024-02-30", "28.2.2024", "é024-02-28"] {
            assert!(written(text, None, None).is_err(), "{text}");
        }
    }

    #[test]
    fn a_stem_loses_a_pictures_ending_only() {
        assert_eq!(stem("DSC_0001.NEF"), "DSC_0001");
        assert_eq!(stem("take 2.5"), "take 2.5");
        assert_eq!(stem(".jpg"), ".jpg");
    }
}

//! What a template can do to a value: case, dates, pieces of text.

use std::borrow::Cow;

use jiff::civil;
use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind, filters};

use super::MOST_CHARACTERS;

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

/// Endings that `stem` takes off: those of pictures, not the '.5' of 'take 2.5'.
const PICTURES: [&str; 22] = [
    "jpg", "jpeg", "jpe", "png", "tif", "tiff", "webp", "heic", "avif", "dng", "nef", "nrw", "cr2",
    "cr3", "arw", "raf", "orf", "rw2", "pef", "srw", "psd", "xmp",
];

/// How a date is written if a template does not say: 28 February 2024.
const DATE: &str = "%-d %B %Y";

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

/// A date in another form, as strftime writes it.
fn date(value: Cow<'_, str>, format: Option<&str>) -> Result<String, Error> {
    let wrong = |what: String| Error::new(ErrorKind::InvalidOperation, what);
    let moment = moment(&value)
        .ok_or_else(|| wrong(format!("'{}' is no date as 2024-02-28", value.escape_debug())))?;
    let format = format.unwrap_or(DATE);
    jiff::fmt::strtime::format(format, moment)
        .map_err(|cause| wrong(format!("'{}': {cause}", format.escape_debug())))
}

/// Reads `2024-02-28`, `2024:02:28` (EXIF) or `20240228` (IPTC), with or without a time behind it;
/// an offset from UTC is left out, a photograph's date is that of the place.
fn moment(text: &str) -> Option<civil::DateTime> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (date_len, form) = if digits == 8 { (8, "%Y%m%d") } else { (10, "%Y-%m-%d") };
    let (date, time) = text.split_at_checked(date_len)?;
    let date = civil::Date::strptime(form, date.replace(':', "-")).ok()?;
    let time = time.trim_start_matches(['T', 't', ' ', ':']);
    if time.is_empty() {
        return Some(date.at(0, 0, 0, 0));
    }
    let read = |form: &str, len: usize| civil::Time::strptime(form, time.get(..len)?).ok();
    let time = read("%H:%M:%S", 8).or_else(|| read("%H:%M", 5)).or_else(|| read("%H%M%S", 6))?;
    Some(date.to_datetime(time))
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

/// A file's name without the ending of a picture.
fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => {
            let known = PICTURES.iter().any(|known| known.eq_ignore_ascii_case(ending));
            if known { stem } else { name }
        }
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
            assert_eq!(date(text.into(), None).ok().as_deref(), Some("28 February 2024"), "{text}");
        }
        assert_eq!(
            date("2024:02:28 10:11:12".into(), Some("%H:%M on %A")).ok().as_deref(),
            Some("10:11 on Wednesday")
        );
        for text in ["yesterday", "", "2024-13-01", "2024-02-30", "28.2.2024", "é024-02-28"] {
            assert!(date(text.into(), None).is_err(), "{text}");
        }
    }

    #[test]
    fn a_stem_loses_a_pictures_ending_only() {
        assert_eq!(stem("DSC_0001.NEF"), "DSC_0001");
        assert_eq!(stem("take 2.5"), "take 2.5");
        assert_eq!(stem(".jpg"), ".jpg");
    }
}

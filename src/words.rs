//! Words and numbers as people type them: the names of values, how they are read, and the message
//! for an unknown one.
//!
//! Case, spaces and punctuation do not count: `Top-Left`, `top_left` and `topleft` are one word, and
//! `4:2:0` is `420`. A kind of value has one table of names ([`named!`]); the first name of each value
//! is the one that is printed.

use std::ops::RangeInclusive;

use crate::error::{Error, Result};

/// The letters and digits of a word, in lower case.
pub(crate) fn folded(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The known word that is most like this one, if one is: at most one letter, or a third of them, differ. Two
/// letters in the wrong order count as one.
pub(crate) fn near<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|other| (strsim::osa_distance(word, other), other))
        .filter(|(distance, _)| *distance <= (word.chars().count() / 3).max(1))
        .min()
        .map(|(_, other)| other)
}

/// The known word that differs from this one by one letter, or by the order of two: a typing error. Short words are one letter apart by
/// chance.
pub(crate) fn slip<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let long = known.into_iter().filter(|other| other.len() > 3);
    long.into_iter().find(|other| strsim::osa_distance(other, word) == 1)
}

/// Values and their names; of each the first is printed, the others are read too.
pub(crate) type Names<T> = [(T, &'static [&'static str])];

/// The value that a word names.
///
/// # Errors
/// [`ErrorKind::Usage`](crate::error::ErrorKind::Usage) if it names none: `'nort' is not an anchor`,
/// with the nearest name and all of them.
pub(crate) fn read<T: Copy>(word: &str, what: &str, names: &Names<T>) -> Result<T> {
    let sought = folded(word);
    let has = |names: &[&str]| names.iter().any(|name| folded(name) == sought);
    if let Some((value, _)) = names.iter().find(|(_, names)| has(names)) {
        return Ok(*value);
    }
    let values = listed(&firsts(names));
    let near = near(&sought, names.iter().flat_map(|(_, names)| names.iter().copied()));
    let known = near.and_then(|near| names.iter().find(|(_, names)| names.contains(&near)));
    let error = Error::no_value(word, what, &values);
    Err(match known.and_then(|(_, names)| names.first()) {
        Some(near) => error.with_hint(format!("did you mean '{near}'? The values are {values}")),
        None => error,
    })
}

/// The name that a value is printed with.
pub(crate) fn name_of<T: PartialEq>(value: &T, names: &Names<T>) -> &'static str {
    let found = names.iter().find(|(other, _)| other == value);
    found.and_then(|(_, names)| names.first().copied()).unwrap_or_default()
}

/// The names that are printed.
pub(crate) fn firsts<T>(names: &Names<T>) -> Vec<&'static str> {
    names.iter().filter_map(|(_, names)| names.first().copied()).collect()
}

/// `a, b or c`.
fn listed(names: &[&str]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => names.join(""),
    }
}

/// Whether a word switches something off.
pub(crate) fn is_off(word: &str) -> bool {
    ["off", "no", "none", "false"].contains(&folded(word).as_str())
}

/// A number in a range. `unit` may be written behind it (`px`, `%`); `else_` says what the setting takes
/// beside numbers (`off or `), for the hint.
///
/// # Errors
/// [`ErrorKind::Usage`](crate::error::ErrorKind::Usage): it is not a number, or it is out of range.
pub(crate) fn number(
    text: &str,
    range: RangeInclusive<f32>,
    unit: &str,
    else_: &str,
) -> Result<f32> {
    let values = format!("{else_}{} to {}", range.start(), range.end());
    match without_unit(text, unit).parse::<f32>() {
        Ok(value) if range.contains(&value) => Ok(value),
        Ok(value) if value.is_finite() => Err(Error::out_of_range(text, &values)),
        _ => Err(Error::no_value(text, "a number", &values)),
    }
}

/// A whole number in a range, as [`number`].
///
/// # Errors
/// As [`number`].
pub(crate) fn whole(
    text: &str,
    range: RangeInclusive<u32>,
    unit: &str,
    else_: &str,
) -> Result<u32> {
    let values = format!("{else_}a whole number from {} to {}", range.start(), range.end());
    // Wide enough for whatever somebody may mean by a size.
    match without_unit(text, unit).parse::<i64>().map(u32::try_from) {
        Ok(Ok(value)) if range.contains(&value) => Ok(value),
        Ok(_) => Err(Error::out_of_range(text, &values)),
        Err(_) => Err(Error::no_value(text, "a whole number", &values)),
    }
}

/// A number of bytes: `400MB`, `1.5GiB`, `2g`, or plain bytes.
///
/// # Errors
/// What is wrong with it: the unit, the number, or more than any machine has.
pub(crate) fn bytes(text: &str) -> Result<u64, String> {
    let lower = text.trim().to_ascii_lowercase();
    let unit_at = lower.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(lower.len());
    let (number, unit) = lower.split_at(unit_at);
    let unit: f64 = match unit {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "g" | "gb" => 1e9,
        "kib" => 1024.0,
        "mib" => 1024.0 * 1024.0,
        "gib" => 1024.0 * 1024.0 * 1024.0,
        _ => return Err(format!("'{unit}' is not a unit (kB, MB, GB, MiB, GiB)")),
    };
    /// An exabyte.
    const MOST: f64 = 1e18;
    match number.trim().parse::<f64>() {
        Ok(n) if n >= 0.0 && n * unit < MOST => Ok((n * unit).round() as u64),
        Ok(n) if n.is_finite() && n > 0.0 => Err("that is more than any machine has".to_owned()),
        _ => Err(format!("'{number}' is not a number")),
    }
}

fn without_unit<'a>(text: &'a str, unit: &str) -> &'a str {
    let text = text.trim();
    let at = text.len().saturating_sub(unit.len());
    match text.get(at..) {
        Some(end) if !unit.is_empty() && end.eq_ignore_ascii_case(unit) => text[..at].trim_end(),
        _ => text,
    }
}

/// Gives an enum its names: `ALL`, `name`, `Display` and `FromStr`.
macro_rules! named {
    ($type:ident, $what:literal, $($value:ident = $name:literal $(| $other:literal)*),+ $(,)?) => {
        impl $type {
            /// All values, in the order in which they are listed.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$value),+];

            /// Its name in recipes and on the command line.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$value => $name),+ }
            }
        }

        impl ::std::fmt::Display for $type {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl ::std::str::FromStr for $type {
            type Err = $crate::error::Error;

            fn from_str(text: &str) -> Result<Self, $crate::error::Error> {
                $crate::words::read(text, $what, &[$((Self::$value, &[$name $(, $other)*])),+])
            }
        }
    };
}
pub(crate) use named;

#[cfg(test)]
#[allow(unreachable_pub, reason = "the macro makes public functions")]
mod tests {
    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Fruit {
        Apple,
        BlackPlum,
    }
    named!(Fruit, "a fruit", Apple = "apple" | "pomme", BlackPlum = "black-plum");

    #[test]
    fn case_hyphens_and_other_names_are_read_and_the_first_name_is_printed() {
        for text in ["Black-Plum", "black plum", "BLACKPLUM", " black_plum "] {
            assert_eq!(text.parse(), Ok(Fruit::BlackPlum), "{text}");
        }
        assert_eq!("Pomme".parse::<Fruit>().map(|fruit| fruit.to_string()), Ok("apple".to_owned()));
        assert_eq!(Fruit::ALL.map(Fruit::name), ["apple", "black-plum"]);
    }

    #[test]
    fn a_word_that_is_not_known_gets_the_nearest_and_the_list() {
        let error = "appel".parse::<Fruit>().unwrap_err();
        assert_eq!(error.message(), "'appel' is not a fruit");
        let hint = error.hint().unwrap();
        assert_eq!(hint, "did you mean 'apple'? The values are apple or black-plum");
        assert_eq!(near("wbe", ["wire", "web"]), Some("web"));
        assert_eq!(near("mine", ["wire", "web"]), None);
        let error = "stone".parse::<Fruit>().unwrap_err();
        assert_eq!(error.hint(), Some("use apple or black-plum"));
    }

    #[test]
    fn out_of_range_and_not_a_number_are_two_mistakes() {
        assert_eq!(whole("1200 px", 16..=65_535, "px", "off or "), Ok(1200));
        assert_eq!(number("2.5%", 0.5..=20.0, "%", ""), Ok(2.5));
        for text in ["200", "-1", "1e9"] {
            let error = number(text, 0.0..=100.0, "", "off or ").unwrap_err();
            assert_eq!(error.message(), format!("'{text}' is out of range"));
            assert_eq!(error.hint(), Some("use off or 0 to 100"));
        }
        for text in ["ten", "", "nan", "5mm"] {
            let error = number(text, 0.0..=100.0, "px", "").unwrap_err();
            assert_eq!(error.message(), format!("'{text}' is not a number"));
        }
    }
}

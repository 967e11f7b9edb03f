//! Text for the terminal, with everything that came from files and names made harmless.
//!
//! A control byte in a name could rewrite the screen, a bidi override could reverse a name. Both
//! are shown escaped. A closed or full stdout must not make a frame fail, so nothing here fails.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use crate::batch::Assigned;
use crate::error::{Error, ErrorKind};
use crate::hidden::is_hidden;
use crate::words;

/// The text with harmful characters escaped as `\u{1b}`.
pub(super) fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) {
            clean.extend(c.escape_default());
        } else {
            clean.push(c);
        }
    }
    clean
}

/// A path as it can be shown; bytes that are not text become �.
pub(super) fn path(path: &Path) -> String {
    clean(&path.to_string_lossy())
}

/// A line of JSON without harmful characters; they only occur inside strings there.
pub(super) fn json(value: &serde_json::Value) -> String {
    let mut line = String::new();
    for c in value.to_string().chars() {
        if is_hidden(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                // Writing to a string cannot fail.
                let _ = write!(line, "\\u{unit:04x}");
            }
        } else {
            line.push(c);
        }
    }
    line.push('\n');
    line
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Error,
    Warning,
    Hint,
}

/// The word that a line of this kind begins with, coloured where standard error is a terminal that shows
/// colours and nobody asked for none (<https://no-color.org>).
pub(super) fn painted(tone: Tone) -> String {
    static COLOURED: OnceLock<bool> = OnceLock::new();
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let coloured = || {
        std::io::stderr().is_terminal()
            && !is_set("NO_COLOR")
            && std::env::var_os("TERM").is_none_or(|terminal| terminal != "dumb")
    };
    in_colour(tone, *COLOURED.get_or_init(coloured))
}

fn in_colour(tone: Tone, coloured: bool) -> String {
    let (word, colour) = match tone {
        Tone::Error => ("error:", "1;31"),
        Tone::Warning => ("warning:", "1;33"),
        Tone::Hint => ("hint:", "36"),
    };
    if coloured { format!("\x1b[{colour}m{word}\x1b[0m") } else { word.to_owned() }
}

/// What to do about an error, in flags where the library has none.
pub(super) fn hint(error: &Error) -> Option<&str> {
    match (error.kind(), error.hint()) {
        (ErrorKind::Damaged, Some(hint)) if hint.contains("accept damaged") => {
            Some("copy the file again, or use --accept-damaged to develop the readable part")
        }
        (_, hint) => hint,
    }
}

/// An error as it is shown: file, cause, and the hint on a line of its own.
pub(super) fn error(error: &Error) -> String {
    let mut text = format!("longlens: {} ", painted(Tone::Error));
    if let Some(file) = error.path() {
        text.push_str(&path(file));
        text.push_str(": ");
    }
    text.push_str(&clean(error.message()));
    if let Some(hint) = hint(error) {
        text.push_str(&format!("\n  {} {}", painted(Tone::Hint), clean(hint)));
    }
    text.push('\n');
    text
}

/// A fault of the program as it is shown: where, and what to do about it.
pub(super) fn fault(fault: &std::panic::PanicHookInfo) -> String {
    let place =
        fault.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
    let why = fault.payload_as_str().unwrap_or("no reason given");
    let why = clean(why);
    format!("longlens: internal error{place}: {why}\n  hint: please report this line\n")
}

pub(super) fn to_stdout(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// The same where this is all that was ordered: what cannot be written is an error, unless the reader
/// has had enough.
pub(super) fn print(text: &str) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(cause) if cause.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::io(ErrorKind::Environment, "cannot write to standard output", &cause))
        }
        _ => Ok(()),
    }
}

pub(super) fn to_stderr(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Memory to stay within.
pub(super) fn parse_memory(text: &str) -> Result<u64, String> {
    /// Less than the program and its fonts take themselves.
    const LEAST: u64 = 64_000_000;
    match words::bytes(text)? {
        bytes @ LEAST.. => Ok(bytes),
        bytes if text.trim().ends_with(|c: char| c.is_ascii_digit()) => {
            Err(format!("'{text}' has no unit: {bytes} bytes are too few"))
        }
        _ => Err("at least 64MB is needed".to_owned()),
    }
}

/// `10m`, `90s`, `1h30m`. A number alone may be meant as minutes or as seconds.
pub(super) fn parse_time(text: &str) -> Result<Duration, String> {
    let lower = text.trim().to_ascii_lowercase();
    let wrong = || format!("'{text}' is not a time");
    let mut seconds = 0.0;
    let mut rest = lower.as_str();
    while !rest.is_empty() {
        let unit_at = rest.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let (number, behind) = rest.split_at(unit_at);
        let next = behind.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(next);
        let unit = match unit {
            "h" | "hour" | "hours" => 3600.0,
            "m" | "min" | "minutes" => 60.0,
            "" => return Err(format!("'{text}' has no unit")),
            "s" | "sec" | "seconds" => 1.0,
            _ => return Err(wrong()),
        };
        let number: f64 = number.trim().parse().map_err(|_| wrong())?;
        seconds += number * unit;
        rest = behind.trim_start();
    }
    /// A year: no run is longer.
    const MOST: f64 = 366.0 * 24.0 * 3600.0;
    match seconds > 0.0 && seconds < MOST {
        true => Ok(Duration::from_secs_f64(seconds)),
        false => Err(format!("'{text}' is out of range")),
    }
}

/// `9.8 MB`, `312 kB`.
pub(super) fn bytes(count: u64) -> String {
    match count {
        0..1_000_000 => format!("{} kB", count.div_ceil(1000)),
        1_000_000..1_000_000_000 => format!("{:.1} MB", count as f64 / 1e6),
        _ => format!("{:.2} GB", count as f64 / 1e9),
    }
}

/// `1.80° clockwise, by its horizon (confidence 97 %)`.
pub(super) fn tilt(degrees: f64, by: &str, confidence: f64) -> String {
    format!("{}, by its {by} (confidence {:.0} %)", direction(degrees), 100.0 * confidence)
}

/// `1.80° clockwise`.
pub(super) fn direction(degrees: f64) -> String {
    let way = if degrees < 0.0 { "counterclockwise" } else { "clockwise" };
    format!("{:.2}° {way}", degrees.abs())
}

/// The scene of a frame and why it is in it.
pub(super) fn scene(scene: &Assigned) -> String {
    format!("scene {}: {}", clean(&scene.scene), clean(&scene.why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_a_name_reaches_the_terminal() {
        let name = "a\u{1b}[31m\r\n\u{202e}gpj.exe\u{9b}\u{61c}\u{e0041}\u{fff9}";
        let shown = clean(name);
        assert!(!shown.chars().any(is_hidden), "{shown:?}");
        let line = json(&serde_json::json!({ "file": name }));
        assert!(!line.trim_end().chars().any(is_hidden), "{line:?}");
        let back: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(back["file"], name);
    }

    #[test]
    fn errors_and_warnings_look_different_where_there_is_colour() {
        assert_eq!(in_colour(Tone::Error, true), "\x1b[1;31merror:\x1b[0m");
        assert_ne!(in_colour(Tone::Warning, true), in_colour(Tone::Error, true));
        assert_eq!(in_colour(Tone::Hint, false), "hint:");
    }

    #[test]
    fn times_are_read_with_their_units() {
        for (text, seconds) in [("10m", 600), ("90s", 90), ("1h30m", 5400), ("1 h", 3600)] {
            assert_eq!(parse_time(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "soon", "10 parsecs", "0", "45", "1h30", "-5m", "m"] {
            assert!(parse_time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_are_read_with_their_units() {
        assert_eq!(parse_memory("400MB"), Ok(400_000_000));
        assert_eq!(parse_memory("1.5 GiB"), Ok(1_610_612_736));
        assert!(parse_memory("5 parsecs").is_err());
        assert!(parse_memory("1MB").is_err());
    }
}

//! A text as the name of a file: one path component on every system, whatever a field's value was.

use crate::hidden::is_hidden;

/// Longest name of a file, in bytes (ext4, APFS, NTFS in UTF-8's worst case).
const MOST_BYTES: usize = 255;

/// Names that Windows keeps for devices, whatever the ending.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// The name of a file made of a text and an ending such as `.jpg`; `None` if nothing is left.
///
/// Slashes, backslashes and what Windows forbids (`<>:"|?*`) become `-`, control characters,
/// line ends and bidi overrides go, dots and spaces at the start and spaces and dots at the end go,
/// a device's name gets a `_`, and the whole has at most 255 bytes, cut between two characters.
///
/// ```
/// use longlens::template::file_name;
/// assert_eq!(file_name("../../etc/passwd", ".jpg").as_deref(), Some("-..-etc-passwd.jpg"));
/// assert_eq!(file_name("NUL", ".jpg").as_deref(), Some("_NUL.jpg"));
/// assert_eq!(file_name(" .. ", ".jpg"), None);
/// ```
#[must_use]
pub fn file_name(text: &str, suffix: &str) -> Option<String> {
    let mut name: String = text
        .chars()
        .filter(|c| !is_hidden(*c))
        .map(|c| if is_forbidden(c) { '-' } else { c })
        .collect();
    let blank = |c: char| c == '.' || c.is_whitespace();
    name = name.trim_matches(blank).to_owned();
    if name.is_empty() {
        return None;
    }
    if is_device(&name) {
        name.insert(0, '_');
    }
    let most = MOST_BYTES.checked_sub(suffix.len())?;
    if name.len() > most {
        let cut = (0..=most).rev().find(|&at| name.is_char_boundary(at))?;
        name.truncate(cut);
        name.truncate(name.trim_end_matches(blank).len());
    }
    if name.is_empty() { None } else { Some(name + suffix) }
}

fn is_forbidden(c: char) -> bool {
    // The last three are slashes to some eyes and to some systems' conversions.
    matches!(
        c,
        '/' | '\\' | '<' | '>' | ':' | '"' | '|' | '?' | '*' | '\u{2044}' | '\u{2215}' | '\u{29F8}'
    )
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_lowercase();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix).is_some_and(|n| {
            let mut digits = n.chars();
            matches!((digits.next(), digits.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
        })
    };
    DEVICES.contains(&stem.as_str()) || numbered("com") || numbered("lpt")
}

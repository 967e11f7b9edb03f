//! Dates and times in a table or `--set` that do not exist.

use crate::error::{Error, ErrorKind};
use crate::metadata::when::is_impossible;

/// The error for a field that is written like a date or a time of day, but does not exist.
pub(super) fn impossible(name: &str, text: &str) -> Option<Error> {
    let like = if name == "time" { "14:03:22" } else { "2024-02-28" };
    let message = || format!("'{}' is not a {name} such as {like}", text.trim().escape_debug());
    is_impossible(name, text).then(|| Error::new(ErrorKind::Usage, message()))
}

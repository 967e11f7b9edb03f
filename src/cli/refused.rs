//! Why nothing was done.

use super::{json, text};
use crate::batch::Found;
use crate::error::{Error, ErrorKind};
use crate::format::remedy;

/// Says why nothing was done, to whoever reads JSON too.
pub(super) fn told(error: &Error) {
    text::to_stderr(&text::error(error));
    if std::env::args_os().any(|word| word == "--json") {
        text::to_stdout(&text::json(&json::error(error)));
    }
}

/// The message where nothing was found to develop.
pub(super) fn no_frames(found: &Found) -> Error {
    let hint = if found.raws.count() > 0 {
        "RAW files are skipped with this --raw".to_owned()
    } else if found.undeveloped.is_empty() {
        "longlens reads JPEG, PNG, TIFF, WebP and the JPEG in RAW files".to_owned()
    } else {
        remedy(found.undeveloped.iter().map(|(_, kind)| *kind))
    };
    Error::new(ErrorKind::Usage, "the inputs contain no frames").with_hint(hint)
}

//! What kind of file something is, by its name and its first bytes.

use std::fs;
use std::io::Read;
use std::path::Path;

use crate::format::{self, Format};

/// Names that a frame may have.
const EXTENSIONS: [&str; 6] = ["jpg", "jpeg", "png", "tif", "tiff", "webp"];

/// Endings of cameras' RAW files. Most of them begin as a TIFF does, with a small preview for its
/// picture, so that the content does not tell.
const RAW_EXTENSIONS: [&str; 26] = [
    "3fr", "arw", "cr2", "cr3", "crw", "dcr", "dng", "erf", "fff", "iiq", "kdc", "mef", "mos",
    "mrw", "nef", "nrw", "orf", "pef", "raf", "raw", "rw2", "rwl", "sr2", "srf", "srw", "x3f",
];

/// Whether its name is that of a frame.
pub(in crate::batch) fn is_named_like_one(path: &Path) -> bool {
    EXTENSIONS.contains(&extension(path).as_str())
}

/// Whether a file with this content is a camera's RAW file, by its name; a JPEG or PNG never is.
pub(in crate::batch) fn is_raw(path: &Path, content: Option<Format>) -> bool {
    matches!(content, None | Some(Format::Tiff))
        && RAW_EXTENSIONS.contains(&extension(path).as_str())
}

/// A name's ending in small letters.
pub(in crate::batch) fn extension(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_lowercase()
}

/// What the content of a file is, by its first bytes; `None` if it cannot be read.
pub(in crate::batch) fn sniff_file(path: &Path) -> Option<Format> {
    fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    let mut start = Vec::new();
    fs::File::open(path).ok()?.take(64).read_to_end(&mut start).ok()?;
    format::sniff(&start)
}

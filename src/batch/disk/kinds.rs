//! What kind of file something is, by its name and its first bytes.

use std::fs;
use std::io::Read;
use std::path::Path;

use crate::format::{self, Format, is_raw_ending};

/// Whether its name is that of a frame.
pub(in crate::batch) fn is_named_like_one(path: &Path) -> bool {
    Format::of_ending(&extension(path)).is_some()
}

/// Whether a file with this content is a camera's RAW file, by its name; a JPEG or PNG never is.
fn is_raw(path: &Path, content: Option<Format>) -> bool {
    matches!(content, None | Some(Format::Tiff)) && is_raw_ending(&extension(path))
}

/// What a photograph is that this build cannot read, by its name and content: `HEIC`, `AVIF` or `JPEG XL`.
pub(in crate::batch) fn undeveloped(path: &Path, content: Option<Format>) -> Option<&'static str> {
    content.is_none().then(|| format::unread_photograph(&extension(path)))?
}

/// Whether its name is that of a HEIC file.
pub(in crate::batch) fn is_named_heic(path: &Path) -> bool {
    ["heic", "heif", "hif"].contains(&extension(path).as_str())
}

/// Whether its name is one that programs give a file while they copy or download it.
pub(in crate::batch) fn is_named_like_a_part(path: &Path) -> bool {
    const ENDINGS: [&str; 9] = [
        "part",
        "partial",
        "filepart",
        "crdownload",
        "opdownload",
        "download",
        "tmp",
        "temp",
        "!qb",
    ];
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    let is_marked = name.starts_with(b"~") || name.ends_with(b"~");
    is_marked || ENDINGS.contains(&extension(path).as_str())
}

/// A name's ending in small letters.
pub(in crate::batch) fn extension(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_lowercase()
}

/// What the content of a file is, by its first bytes, and of a RAW file by its name; `None` if it cannot be
/// read.
pub(in crate::batch) fn sniff_file(path: &Path) -> Option<Format> {
    fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    let mut start = Vec::new();
    fs::File::open(path).ok()?.take(64).read_to_end(&mut start).ok()?;
    let content = format::sniff(&start);
    if is_raw(path, content) { Some(Format::Raw) } else { content }
}

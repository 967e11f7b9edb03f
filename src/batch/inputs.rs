//! From what was named on the command line to the frames: folders walked in a stable order.
//!
//! In a folder, a frame is what is named like one (`.jpg`, …) or begins like one; the rest is left
//! out and counted. Links to files are followed; links to folders are not (no loops), and hidden
//! names are passed over. What was named itself is always a frame, whatever it is, so that its error has its name.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::error::{Error, ErrorKind, Result};
use crate::format;

/// Names that a frame may have.
const EXTENSIONS: [&str; 6] = ["jpg", "jpeg", "png", "tif", "tiff", "webp"];

/// Files in an input folder that say how to develop it: the table of captions and the recipe.
pub const FOLDER_FILES: [&str; 2] = ["captions.csv", "longlens.toml"];

/// A frame to be: where it is, and the path below its input folder that its output keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The file.
    pub path: PathBuf,
    /// Folders below the input folder, and the file name; of a file named itself the name alone.
    pub relative: PathBuf,
    /// Which of the named inputs it belongs to, from 0.
    pub root: usize,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// The frames, in the order of the arguments, names sorted within a folder.
    pub inputs: Vec<Input>,
    /// Files that are no pictures, counted by extension.
    pub left_out: BTreeMap<String, usize>,
    /// What was passed over although it may be a picture or hold some, each with its reason.
    pub passed_over: Vec<(PathBuf, &'static str)>,
    /// Folders and links that could not be read, each with its reason.
    pub unreadable: Vec<Error>,
}

impl Found {
    /// How many files were left out.
    #[must_use]
    pub fn left_out_count(&self) -> usize {
        self.left_out.values().sum()
    }
}

/// Looks up everything that was named; what lies below `except` (the output folder) is no input.
///
/// # Errors
/// [`ErrorKind::Usage`] if one of them does not exist.
pub fn find(named: &[PathBuf], except: &Path) -> Result<Found> {
    let mut found = Found::default();
    let except = fs::canonicalize(except).ok();
    for (root, path) in named.iter().enumerate() {
        let kind = fs::metadata(path).map_err(|e| {
            let error = Error::io(ErrorKind::Usage, "cannot look at the input", &e).about(path);
            // A link that leads nowhere is a frame that fails, not a slip of the pen.
            if fs::symlink_metadata(path).is_ok() {
                error.with_hint("it is a link that leads nowhere")
            } else {
                error
            }
        });
        match kind {
            Ok(kind) if kind.is_dir() => {
                walk(path, root, except.as_deref(), &mut found);
            }
            Err(error) if error.hint().is_none() => return Err(error),
            _ => {
                let name = path.file_name().map_or_else(|| path.clone(), PathBuf::from);
                found.inputs.push(Input { path: path.clone(), relative: name, root });
            }
        }
    }
    Ok(found)
}

fn walk(folder: &Path, root: usize, except: Option<&Path>, found: &mut Found) {
    let is_output = |entry: &walkdir::DirEntry| {
        let same = |except| fs::canonicalize(entry.path()).is_ok_and(|path| path == except);
        entry.file_type().is_dir() && entry.depth() > 0 && except.is_some_and(same)
    };
    let mut entries = WalkDir::new(folder).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                found.unreadable.push(unreadable(folder, &error));
                continue;
            }
        };
        let name = entry.file_name().as_encoded_bytes();
        let hidden = entry.depth() > 0 && name.starts_with(b".");
        if hidden || is_output(&entry) {
            // What longlens puts there itself is no news.
            if hidden && !name.starts_with(b".longlens") {
                found.passed_over.push((entry.path().to_path_buf(), "hidden"));
            }
            if entry.file_type().is_dir() {
                entries.skip_current_dir();
            }
            continue;
        }
        let path = entry.path();
        if entry.file_type().is_dir() {
            if entry.depth() > 0 && is_named_like_one(path) {
                found.passed_over.push((path.to_path_buf(), "a folder, not a frame"));
            }
            continue;
        }
        if FOLDER_FILES.iter().any(|name| entry.depth() == 1 && entry.file_name() == *name) {
            continue;
        }
        if is_frame(&entry) {
            let relative = path.strip_prefix(folder).unwrap_or(path).to_path_buf();
            found.inputs.push(Input { path: path.to_path_buf(), relative, root });
        } else if entry.path_is_symlink() && path.is_dir() {
            found.passed_over.push((path.to_path_buf(), "a link to a folder"));
        } else {
            let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
            *found.left_out.entry(extension).or_default() += 1;
        }
    }
}

fn unreadable(folder: &Path, error: &walkdir::Error) -> Error {
    let path = error.path().unwrap_or(folder).to_path_buf();
    match error.io_error() {
        Some(cause) => {
            Error::io(ErrorKind::Unreadable, "cannot read the folder", cause).about(path)
        }
        None => Error::new(ErrorKind::Unreadable, "the folder contains itself").about(path),
    }
}

fn is_frame(entry: &walkdir::DirEntry) -> bool {
    let path = entry.path();
    // A link to a folder is none whatever its name; a dangling link named like a frame is one, so
    // that it is reported.
    let target =
        if entry.path_is_symlink() { fs::metadata(path).ok() } else { entry.metadata().ok() };
    if target.as_ref().is_some_and(fs::Metadata::is_dir) {
        return false;
    }
    is_named_like_one(path) || target.is_some_and(|t| t.is_file()) && begins_like_one(path)
}

fn is_named_like_one(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    EXTENSIONS.contains(&extension.as_str())
}

fn begins_like_one(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(64).read_to_end(&mut start));
    read.is_ok() && format::sniff(&start).is_some()
}

/// Paths out of a list with NUL between them, as `find -print0` writes it.
#[must_use]
pub fn split_at_nul(list: &[u8]) -> Vec<PathBuf> {
    list.split(|&byte| byte == 0).filter(|path| !path.is_empty()).map(path_of_bytes).collect()
}

#[cfg(unix)]
fn path_of_bytes(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(bytes).into()
}

#[cfg(not(unix))]
fn path_of_bytes(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

//! Paths as journals and plans write them.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// A path in the journal: text if it is text, else its bytes as numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Name {
    /// A path that is UTF-8.
    Text(String),
    /// Any other.
    Bytes(Vec<u8>),
}

impl Name {
    /// The name of a path.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        match path.to_str() {
            Some(text) => Self::Text(text.to_owned()),
            None => Self::Bytes(path.as_os_str().as_encoded_bytes().to_vec()),
        }
    }

    /// The path of a name.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        match self {
            Self::Text(text) => text.into(),
            Self::Bytes(bytes) => path_of_bytes(bytes),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Bytes(bytes) => f.write_str(&String::from_utf8_lossy(bytes)),
        }
    }
}

/// The path, or the part of it below the folder.
pub(in crate::batch) fn name_below(folder: &Path, path: &Path) -> Name {
    Name::of(path.strip_prefix(folder).unwrap_or(path))
}

/// A path as a list on disk has it.
#[cfg(unix)]
pub(in crate::batch) fn path_of_bytes(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(bytes).into()
}

/// A path as a list on disk has it.
#[cfg(not(unix))]
pub(in crate::batch) fn path_of_bytes(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

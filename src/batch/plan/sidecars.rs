//! XMP files beside frames: `name.jpg.xmp` or `name.xmp`.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use unicode_normalization::UnicodeNormalization;

/// The XMP files of the folders that were looked into.
#[derive(Debug, Default)]
pub(in crate::batch) struct Sidecars(HashMap<PathBuf, Vec<PathBuf>>);

impl Sidecars {
    /// The sidecar of a frame: by its exact name, else by the same letters, however a disk writes them
    /// and in capitals or not.
    pub(in crate::batch) fn find(&mut self, frame: &Path) -> Option<PathBuf> {
        let folder = frame.parent().unwrap_or(Path::new("")).to_path_buf();
        let files = self.0.entry(folder.clone()).or_insert_with(|| listed(&folder));
        if files.is_empty() {
            return None;
        }
        let mut whole: OsString = frame.as_os_str().to_owned();
        whole.push(".xmp");
        let names = [PathBuf::from(whole), frame.with_extension("xmp")];
        let exact = names.iter().find(|name| files.contains(name)).cloned();
        exact.or_else(|| {
            let alike = |name: &PathBuf| files.iter().find(|file| letters(file) == letters(name));
            names.iter().find_map(alike).cloned()
        })
    }
}

fn letters(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().nfc().collect::<String>().to_lowercase()
}

fn listed(folder: &Path) -> Vec<PathBuf> {
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = fs::read_dir(here) else { return Vec::new() };
    let is_xmp = |path: &PathBuf| path.extension().is_some_and(|e| e.eq_ignore_ascii_case("xmp"));
    let paths = entries.flatten().map(|entry| folder.join(entry.file_name()));
    let mut files: Vec<PathBuf> = paths.filter(is_xmp).filter(|path| path.is_file()).collect();
    // Of two that are alike the same one counts everywhere.
    files.sort();
    files
}

//! Where the page and its pictures go, and whether they may.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::super::text;
use crate::batch::{PICTURES_MARK, Stop, Sync, prepare_folder, write_whole};
use crate::error::{Error, ErrorKind, Result};

/// What the head of every page has: a file that has it may be replaced by a new page.
pub(super) const MARK: &str = "<meta name=\"generator\" content=\"longlens report\">";

/// The name of the page in a folder.
const NAME: &str = "report.html";

/// Where the page goes.
pub(in crate::cli) struct Place {
    pub(super) file: PathBuf,
    /// The folder of its pictures, once it is there.
    made: bool,
}

impl Place {
    /// `FILE.html`, or `report.html` in a folder.
    ///
    /// # Errors
    /// If something has that name that is not a page of longlens.
    pub(super) fn of(path: &Path) -> Result<Self> {
        let ends = path.extension().and_then(|ending| ending.to_str());
        let is_page =
            ends.is_some_and(|e| ["html", "htm"].iter().any(|h| e.eq_ignore_ascii_case(h)));
        let file = if is_page && !path.is_dir() { path.to_path_buf() } else { path.join(NAME) };
        if file != path && path.exists() && !path.is_dir() {
            let message = "the report has to be a folder or a file that ends in .html";
            return Err(Error::new(ErrorKind::Usage, message).about(path));
        }
        let place = Self { file, made: false };
        if place.file.symlink_metadata().is_ok() && !is_ours(&place.file) {
            let message = "this file is not a longlens report; it is never overwritten";
            let hint = "name another file or folder for --report";
            return Err(Error::new(ErrorKind::Usage, message).about(&place.file).with_hint(hint));
        }
        let folder = place.folder();
        if folder.symlink_metadata().is_ok() && !folder.join(PICTURES_MARK).exists() {
            let message = format!(
                "the pictures of the report would go into {}, which already holds something else",
                text::path(&folder)
            );
            let hint = "name another file or folder for --report";
            return Err(Error::new(ErrorKind::Usage, message).with_hint(hint));
        }
        Ok(place)
    }

    /// The folder beside the page.
    fn folder(&self) -> PathBuf {
        let mut name = self.file.file_stem().unwrap_or_default().to_owned();
        name.push("_files");
        self.file.with_file_name(name)
    }

    /// The folder for the pictures, made if it is not there: its place, and its name in links.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(super) fn pictures(&mut self) -> Result<Pictures> {
        let folder = self.folder();
        if !self.made {
            prepare_folder(&folder)?;
            // So that a later run does not take them for frames.
            write_whole(&folder.join(PICTURES_MARK), b"", Sync::Lazy, &Stop::default())?;
            self.made = true;
        }
        let name = folder.file_name().unwrap_or_default().into();
        Ok(Pictures { folder, name })
    }
}

/// The folder of the pictures.
pub(super) struct Pictures {
    folder: PathBuf,
    /// Its name, by which the page beside it finds it.
    name: PathBuf,
}

impl Pictures {
    /// Writes a picture; its path for the page.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn put(&self, name: &str, bytes: &[u8]) -> Result<PathBuf> {
        write_whole(&self.folder.join(name), bytes, Sync::Lazy, &Stop::default())?;
        Ok(self.name.join(name))
    }
}

/// Whether a file is a page of longlens, by its beginning.
fn is_ours(file: &Path) -> bool {
    let mut start = Vec::new();
    let read = fs::File::open(file).and_then(|file| file.take(400).read_to_end(&mut start));
    file.is_file() && read.is_ok() && String::from_utf8_lossy(&start).contains(MARK)
}

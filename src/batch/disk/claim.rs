//! A claim on a frame that is being developed, so that another run into the same folder leaves it
//! alone.
//!
//! A file beside the journal, locked while the frame is developed and gone afterwards. If the machine crashes,
//! the lock is released, and the file that remains is cleaned up like any temporary file. On file systems
//! without locks there are no claims: two runs may develop a frame twice, with the same bytes.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::batch::disk::hash::{digits, hash};
use crate::batch::disk::lines::same_file;
use crate::batch::disk::name::name_below;
use crate::batch::disk::write::TEMPORARY_PREFIX;
use crate::batch::stop::Stop;

/// A claim that is held; dropping it gives the frame up.
#[derive(Debug)]
pub struct Claim {
    path: PathBuf,
    /// Its lock goes with it.
    _file: File,
    stop: Stop,
}

impl Claim {
    /// Claims what arrives for a folder of outputs, so that one process alone watches for it; `None` if
    /// another one does.
    ///
    /// # Errors
    /// As `of`.
    pub fn of_watch(folder: &Path, stop: &Stop) -> io::Result<Option<Self>> {
        // No output is called this.
        Self::of(folder, &folder.join(".watch"), stop)
    }

    /// Claims the frame of an output; `None` if another run has it.
    ///
    /// # Errors
    /// If there is no claim to be had: the folder is not writable, or knows no locks.
    pub(in crate::batch) fn of(
        folder: &Path,
        output: &Path,
        stop: &Stop,
    ) -> io::Result<Option<Self>> {
        let name =
            digits(hash(&serde_json::to_vec(&name_below(folder, output)).unwrap_or_default()));
        let path = folder.join(format!("{TEMPORARY_PREFIX}claim-{name}"));
        let locked = || loop {
            let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path)?;
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(e)) => {
                    let _ = fs::remove_file(&path);
                    return Err(e);
                }
                Ok(()) if same_file(&file, &path) => return Ok(Some(file)),
                // Whoever had it has just given it up.
                Ok(()) => {}
            }
        };
        let locked = stop.claiming(&path, locked)?;
        Ok(locked.map(|file| Self { path, _file: file, stop: stop.clone() }))
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.stop.unclaims(&self.path, || {
            // Before the lock goes with the file.
            let _ = fs::remove_file(&self.path);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_one_runs_until_it_gives_it_up() {
        let folder = tempfile::tempdir().unwrap();
        let (stop, other) = (Stop::default(), Stop::default());
        let claim =
            |name: &str, stop| Claim::of(folder.path(), &folder.path().join(name), stop).unwrap();
        let held = claim("a.jpg", &stop).unwrap();
        assert!(claim("a.jpg", &other).is_none());
        assert!(claim("b.jpg", &other).is_some());
        drop(held);
        assert!(claim("a.jpg", &other).is_some());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

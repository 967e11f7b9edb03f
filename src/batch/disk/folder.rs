//! Output folders: created, checked for write access, cleared of what a killed run left, synced to
//! the disk.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use crate::batch::disk::write::{Sync, TEMPORARY_PREFIX, failed, try_to_create};
use crate::error::{Error, ErrorKind, Result};

/// Makes the folder of an output, and pushes the names of new folders to the disk.
///
/// # Errors
/// As [`write_beside`].
pub(in crate::batch) fn make_folder(folder: &Path, sync: Sync) -> Result<()> {
    let missing = folder.ancestors().take_while(|f| !f.as_os_str().is_empty() && !f.exists());
    let missing: Vec<&Path> = missing.collect();
    if missing.is_empty() && (folder.as_os_str().is_empty() || folder.is_dir()) {
        return Ok(());
    }
    fs::create_dir_all(folder).map_err(|e| failed("cannot make the folder", &e, folder))?;
    if sync == Sync::Full {
        missing.iter().filter_map(|made| made.parent()).try_for_each(sync_folder)?;
    }
    Ok(())
}

/// Makes the output folder ready: made if it is not there, found to be writable, freed of what a
/// killed run left in it.
///
/// # Errors
/// [`ErrorKind::Environment`] with the system's reason.
pub fn prepare_folder(folder: &Path) -> Result<()> {
    let failed = |e: io::Error| {
        Error::io(ErrorKind::Environment, "cannot write to this folder", &e).about(folder)
    };
    make_folder(folder, Sync::Full)
        .map_err(|e| Error::new(ErrorKind::Environment, e.message()).about(folder))?;
    try_to_create(folder).map_err(failed)?;
    tidy(folder).map_err(failed)
}

/// Bytes that are free for the user on the disk of a folder; `None` where that is not known.
#[must_use]
pub fn free_bytes(folder: &Path) -> Option<u64> {
    #[cfg(unix)]
    {
        let disk = rustix::fs::statvfs(folder).ok()?;
        Some(disk.f_bavail.saturating_mul(disk.f_frsize))
    }
    #[cfg(not(unix))]
    {
        let _ = folder;
        None
    }
}

/// Takes away temporary files that a killed run left in a folder: those that no run holds a lock
/// on, or, where there are no locks, those older than an hour.
///
/// # Errors
/// If the folder cannot be read.
pub(in crate::batch) fn tidy(folder: &Path) -> io::Result<()> {
    const ABANDONED: std::time::Duration = std::time::Duration::from_secs(3600);
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    for entry in fs::read_dir(folder)? {
        let Ok(entry) = entry else { continue };
        let ours = entry.file_name().as_encoded_bytes().starts_with(TEMPORARY_PREFIX.as_bytes());
        let Some(kind) = entry.metadata().ok().filter(|kind| ours && kind.is_file()) else {
            continue;
        };
        let age = kind.modified().ok().and_then(|time| time.elapsed().ok());
        let held = match File::open(entry.path()).map(|file| file.try_lock()) {
            Ok(Ok(())) => false,
            Ok(Err(fs::TryLockError::WouldBlock)) => true,
            Ok(Err(fs::TryLockError::Error(_))) | Err(_) => age.is_none_or(|age| age < ABANDONED),
        };
        if !held {
            // What cannot be taken away does no harm.
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}

/// Pushes a folder's names to the disk.
pub(in crate::batch) fn sync_folder(folder: &Path) -> Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let synced = File::open(folder).and_then(|open| open.sync_all());
    synced
        .map_err(|e| Error::io(ErrorKind::Environment, "cannot sync the folder", &e).about(folder))
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "what tests write may be torn")]
mod tests {
    use super::*;
    use crate::batch::disk::write::{Taken, write_beside};
    use crate::batch::stop::Stop;

    #[test]
    fn what_a_killed_run_left_is_taken_away_and_what_a_run_holds_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let (stop, path) = (Stop::default(), folder.path().join("a.jpg"));
        fs::write(folder.path().join(".longlens-killed01"), b"half").unwrap();
        let written = write_beside(&path, b"whole", Sync::Lazy, &stop).unwrap();
        tidy(folder.path()).unwrap();
        assert!(!folder.path().join(".longlens-killed01").exists());
        written.rename(Taken::Replaced).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        sync_folder(folder.path()).unwrap();
    }
}

//! The one place that writes outputs: an output name holds the whole new file, the whole old one,
//! or nothing.
//!
//! A temporary file with a short name of its own in the target folder, written, synced, looked at
//! for its length, renamed; the folder is synced before the frame is reported (see `run`).

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::error::{Error, ErrorKind, Result};

/// How temporary files begin; a later run takes away what a killed one left.
pub const TEMPORARY_PREFIX: &str = ".longlens-";

/// Whether what is written is pushed to the disk before it is called done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sync {
    /// File and folder are synced: a power cut costs no frame that was reported.
    #[default]
    Full,
    /// The system writes when it likes.
    Lazy,
}

/// Writes a whole file under its final name.
///
/// # Errors
/// [`ErrorKind::Environment`] with what was tried; the temporary file is gone and what stood under
/// the name stands there still.
pub(super) fn write_whole(path: &Path, bytes: &[u8], sync: Sync) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let failed = |tried: &str, cause: &std::io::Error| {
        Error::io(ErrorKind::Environment, tried, cause).about(path)
    };
    let mut temporary = tempfile::Builder::new()
        .prefix(TEMPORARY_PREFIX)
        .rand_bytes(8)
        .permissions_like_new_files()
        .tempfile_in(folder)
        .map_err(|e| failed("cannot create a file in the output folder", &e))?;
    temporary.write_all(bytes).map_err(|e| failed("cannot write", &e))?;
    let file = temporary.as_file();
    if sync == Sync::Full {
        file.sync_all().map_err(|e| failed("cannot sync", &e))?;
    }
    let length = file.metadata().map_err(|e| failed("cannot look at what was written", &e))?.len();
    if length != bytes.len() as u64 {
        let message = format!("wrote {length} bytes of {}", bytes.len());
        return Err(Error::new(ErrorKind::Environment, message).about(path));
    }
    temporary.persist(path).map_err(|e| failed("cannot rename into place", &e.error))?;
    Ok(())
}

/// Takes away temporary files that a killed run left in a folder: those older than an hour, since
/// a younger one may belong to a run that is still going on.
///
/// # Errors
/// If the folder cannot be read.
pub fn tidy(folder: &Path) -> std::io::Result<()> {
    const ABANDONED: std::time::Duration = std::time::Duration::from_secs(3600);
    for entry in fs::read_dir(folder)? {
        let Ok(entry) = entry else { continue };
        let ours = entry.file_name().as_encoded_bytes().starts_with(TEMPORARY_PREFIX.as_bytes());
        let age = entry.metadata().ok().filter(fs::Metadata::is_file);
        let age = age.and_then(|file| file.modified().ok()?.elapsed().ok());
        if ours && age.is_some_and(|age| age > ABANDONED) {
            // What cannot be taken away does no harm.
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}

/// Pushes a folder's names to the disk.
pub(super) fn sync_folder(folder: &Path) -> Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let synced = fs::File::open(folder).and_then(|open| open.sync_all());
    synced
        .map_err(|e| Error::io(ErrorKind::Environment, "cannot sync the folder", &e).about(folder))
}

/// New files get the permissions that the user's umask gives, not the temporary file's own 0600.
trait PermissionsLikeNewFiles {
    fn permissions_like_new_files(&mut self) -> &mut Self;
}

impl PermissionsLikeNewFiles for tempfile::Builder<'_, '_> {
    #[cfg(unix)]
    fn permissions_like_new_files(&mut self) -> &mut Self {
        use std::os::unix::fs::PermissionsExt;
        // The system takes the umask off this.
        self.permissions(fs::Permissions::from_mode(0o666))
    }

    #[cfg(not(unix))]
    fn permissions_like_new_files(&mut self) -> &mut Self {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_255_bytes_can_be_written_and_the_old_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("n".repeat(255));
        write_whole(&path, b"old", Sync::Lazy).unwrap();
        write_whole(&path, b"new and longer", Sync::Full).unwrap();
        sync_folder(folder.path()).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new and longer");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_renamed_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::create_dir(&path).unwrap();
        let error = write_whole(&path, b"new", Sync::Lazy).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Environment);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

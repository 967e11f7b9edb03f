//! The one place that writes outputs: an output name holds the whole new file, the whole old one,
//! or nothing.
//!
//! A temporary file with a short name of its own in the target folder, written, synced, checked for
//! its length, renamed; the folder is synced before the frame is reported (see `deliver`).

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::batch::stop::Stop;
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

/// What happens to a file that has the name already, or got it since the run looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::batch) enum Taken {
    /// It is replaced.
    Replaced,
    /// It is kept, and the new file fails.
    Kept,
}

/// The calls that a file goes through on its way to its name; each can fail.
trait Disk {
    fn create(&self, folder: &Path) -> io::Result<NamedTempFile>;
    fn write(&self, file: &mut NamedTempFile, bytes: &[u8]) -> io::Result<()>;
    fn sync(&self, file: &File) -> io::Result<()>;
    fn length(&self, file: &File) -> io::Result<u64>;
    fn rename(&self, file: NamedTempFile, path: &Path, taken: Taken) -> io::Result<()>;
}

/// The disk of the machine.
struct System;

impl Disk for System {
    fn create(&self, folder: &Path) -> io::Result<NamedTempFile> {
        tempfile::Builder::new()
            .prefix(TEMPORARY_PREFIX)
            .rand_bytes(8)
            .permissions_like_new_files()
            .tempfile_in(folder)
    }

    fn write(&self, file: &mut NamedTempFile, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    fn length(&self, file: &File) -> io::Result<u64> {
        Ok(file.metadata()?.len())
    }

    fn rename(&self, file: NamedTempFile, path: &Path, taken: Taken) -> io::Result<()> {
        use io::ErrorKind as Io;
        if taken == Taken::Replaced {
            return Ok(file.persist(path).map(drop)?);
        }
        let Err(refused) = file.persist_noclobber(path) else { return Ok(()) };
        // Some file systems know neither such a rename nor links.
        let unknown = [Io::PermissionDenied, Io::Unsupported, Io::InvalidInput];
        if unknown.contains(&refused.error.kind()) && path.symlink_metadata().is_err() {
            return self.rename(refused.file, path, Taken::Replaced);
        }
        Err(refused.error)
    }
}

/// A whole file that has no name yet; dropping it takes it away.
#[derive(Debug)]
pub(in crate::batch) struct Written<'a> {
    temporary: NamedTempFile,
    path: &'a Path,
    stop: &'a Stop,
}

impl Written<'_> {
    /// Whether something has its name.
    pub(in crate::batch) fn is_taken(&self) -> bool {
        self.path.symlink_metadata().is_ok()
    }

    /// Gives it its name.
    ///
    /// # Errors
    /// As [`write_beside`], and [`ErrorKind::Usage`] if what has the name is [`Taken::Kept`]; what
    /// had the name still has it.
    pub(in crate::batch) fn rename(self, taken: Taken) -> Result<()> {
        self.rename_on(&System, taken)
    }

    fn rename_on(self, disk: &impl Disk, taken: Taken) -> Result<()> {
        let Self { temporary, path, stop } = self;
        let renamed = disk.rename(temporary, path, taken);
        stop.leaves_nothing();
        renamed.map_err(|e| match (e.kind(), taken) {
            (io::ErrorKind::AlreadyExists, Taken::Kept) => is_taken(path),
            _ => failed("cannot rename into place", &e, path),
        })
    }
}

/// The error of a frame whose output was written by somebody else since the run looked.
pub(in crate::batch) fn is_taken(path: &Path) -> Error {
    let message = "another program wrote this output during the run; keeping it";
    Error::new(ErrorKind::Usage, format!("{message}: '{}'", path.display()))
        .with_hint("use --overwrite to replace it")
}

/// Writes a whole file beside its final name.
///
/// # Errors
/// [`ErrorKind::Environment`] if nothing can be written any more, [`ErrorKind::Usage`] if this one
/// name cannot be; the temporary file is gone.
pub(in crate::batch) fn write_beside<'a>(
    path: &'a Path,
    bytes: &[u8],
    sync: Sync,
    stop: &'a Stop,
) -> Result<Written<'a>> {
    write_beside_on(&System, path, bytes, sync, stop)
}

fn write_beside_on<'a>(
    disk: &impl Disk,
    path: &'a Path,
    bytes: &[u8],
    sync: Sync,
    stop: &'a Stop,
) -> Result<Written<'a>> {
    let folder = path.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut temporary = stop
        .leaving(|| disk.create(folder))
        .map_err(|e| failed("cannot create a file in the output folder", &e, path))?;
    // Held until the file is closed: it says that this temporary file is in use. Where the file
    // system knows no locks, its age says it.
    let _ = temporary.as_file().try_lock();
    disk.write(&mut temporary, bytes).map_err(|e| failed("cannot write", &e, path))?;
    if sync == Sync::Full {
        disk.sync(temporary.as_file()).map_err(|e| failed("cannot sync", &e, path))?;
    }
    let length = disk
        .length(temporary.as_file())
        .map_err(|e| failed("cannot check what was written", &e, path))?;
    if length != bytes.len() as u64 {
        let message = format!("wrote {length} bytes of {}", bytes.len());
        return Err(Error::new(ErrorKind::Environment, message).about(path));
    }
    Ok(Written { temporary, path, stop })
}

/// Writes a whole file under its final name.
///
/// # Errors
/// As [`write_beside`]; what had the name still has it.
pub(crate) fn write_whole(path: &Path, bytes: &[u8], sync: Sync, stop: &Stop) -> Result<()> {
    write_beside(path, bytes, sync, stop)?.rename(Taken::Replaced)
}

/// Finds out whether a folder can be written to.
pub(in crate::batch) fn try_to_create(folder: &Path) -> io::Result<()> {
    System.create(folder).map(drop)
}

/// What is wrong with one name costs one frame; the rest ends the run.
pub(in crate::batch) fn failed(tried: &str, cause: &io::Error, path: &Path) -> Error {
    use io::ErrorKind as Io;
    let kind = match cause.kind() {
        Io::InvalidFilename | Io::IsADirectory | Io::NotADirectory | Io::AlreadyExists => {
            ErrorKind::Usage
        }
        _ => ErrorKind::Environment,
    };
    Error::io(kind, tried, cause).about(path)
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
        self.permissions(std::fs::Permissions::from_mode(0o666))
    }

    #[cfg(not(unix))]
    fn permissions_like_new_files(&mut self) -> &mut Self {
        self
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "what tests write may be torn")]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_name_of_255_bytes_can_be_written_and_the_old_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("n".repeat(255));
        write_whole(&path, b"old", Sync::Lazy, &Stop::default()).unwrap();
        write_whole(&path, b"new and longer", Sync::Full, &Stop::default()).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new and longer");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_renamed_leaves_nothing_behind_and_costs_one_frame() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::create_dir(&path).unwrap();
        let error = write_whole(&path, b"new", Sync::Lazy, &Stop::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        let long = folder.path().join("n".repeat(256));
        assert_eq!(
            write_whole(&long, b"new", Sync::Lazy, &Stop::default()).unwrap_err().kind(),
            ErrorKind::Usage
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    /// The machine's disk, but one call fails, in one of three ways.
    struct Failing {
        calls_before: std::cell::Cell<usize>,
        how: How,
    }

    #[derive(Clone, Copy, PartialEq)]
    enum How {
        /// Nothing is done.
        Refused,
        /// The system says so after the work: a write is short, a file is there.
        Halfway,
        /// The call says that all is well and has not done its work.
        Lying,
    }

    impl Failing {
        fn call<T>(
            &self,
            work: impl FnOnce() -> io::Result<T>,
            half: impl FnOnce() -> io::Result<T>,
        ) -> io::Result<T> {
            let left = self.calls_before.get();
            self.calls_before.set(left.wrapping_sub(1));
            match (left, self.how) {
                (0, How::Refused) => Err(io::Error::from_raw_os_error(5)),
                (0, How::Halfway | How::Lying) => half(),
                _ => work(),
            }
        }

        fn full(&self) -> io::Error {
            io::ErrorKind::StorageFull.into()
        }
    }

    impl Disk for Failing {
        fn create(&self, folder: &Path) -> io::Result<NamedTempFile> {
            self.call(|| System.create(folder), || System.create(folder).and(Err(self.full())))
        }

        fn write(&self, file: &mut NamedTempFile, bytes: &[u8]) -> io::Result<()> {
            if self.calls_before.get() == 0 && self.how != How::Refused {
                System.write(file, &bytes[..bytes.len() / 2])?;
            }
            let half = || if self.how == How::Lying { Ok(()) } else { Err(self.full()) };
            self.call(|| System.write(file, bytes), half)
        }

        fn sync(&self, file: &File) -> io::Result<()> {
            self.call(|| System.sync(file), || Err(self.full()))
        }

        fn length(&self, file: &File) -> io::Result<u64> {
            self.call(|| System.length(file), || Ok(1))
        }

        fn rename(&self, file: NamedTempFile, path: &Path, taken: Taken) -> io::Result<()> {
            self.call(|| System.rename(file, path, taken), || Err(self.full()))
        }
    }

    #[test]
    fn whichever_call_fails_the_name_holds_the_old_file_or_the_new_one() {
        for how in [How::Refused, How::Halfway, How::Lying] {
            for calls_before in 0.. {
                let folder = tempfile::tempdir().unwrap();
                let path = folder.path().join("out.jpg");
                fs::write(&path, b"the old file").unwrap();
                let disk = Failing { calls_before: calls_before.into(), how };
                let stop = Stop::default();
                let written = write_beside_on(&disk, &path, b"the new one", Sync::Full, &stop)
                    .and_then(|written| written.rename_on(&disk, Taken::Replaced));
                let hit = disk.calls_before.get() > calls_before;
                let expected: &[u8] = if hit { b"the old file" } else { b"the new one" };
                assert_eq!(fs::read(&path).unwrap(), expected, "call {calls_before}");
                assert_eq!(written.is_err(), hit, "call {calls_before}");
                assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "call {calls_before}");
                if !hit {
                    assert_eq!(calls_before, 5, "create, write, sync, length, rename");
                    break;
                }
            }
        }
    }

    #[test]
    fn what_another_run_wrote_meanwhile_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (stop, path) = (Stop::default(), folder.path().join("a.jpg"));
        let written = write_beside(&path, b"ours", Sync::Lazy, &stop).unwrap();
        fs::write(&path, b"theirs").unwrap();
        assert!(written.is_taken());
        let error = written.rename(Taken::Kept).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert_eq!(fs::read(&path).unwrap(), b"theirs");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        fs::remove_file(&path).unwrap();
        write_beside(&path, b"ours", Sync::Lazy, &stop).unwrap().rename(Taken::Kept).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"ours");
    }
}

//! A file with lines of JSON, each about one output, to which several runs may append at once.
//!
//! The last line of an output counts. A run that was not stopped puts the lines in the order of the
//! outputs, the last of each. A line that is cut short or broken is passed over.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::marker::PhantomData;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::batch::disk::name::Name;
use crate::batch::disk::write::{Sync, write_whole};
use crate::batch::stop::Stop;
use crate::error::{Error, ErrorKind, Result};

/// What a line says.
pub(in crate::batch) trait Line: Serialize + DeserializeOwned {
    /// The output that it is about.
    fn output(&self) -> &Name;
}

/// Calls `each` with every line and where in the file it is; returns how many are broken.
pub(in crate::batch) fn for_each<L: Line>(
    mut lines: impl BufRead,
    mut each: impl FnMut(L, Range<u64>),
) -> std::io::Result<usize> {
    /// Longest line that is one: two paths as numbers, warnings.
    const MOST_BYTES: u64 = 1 << 20;
    let (mut line, mut begin, mut broken) = (Vec::new(), 0, 0);
    loop {
        line.clear();
        let end = begin + (&mut lines).take(MOST_BYTES).read_until(b'\n', &mut line)? as u64;
        if end == begin {
            return Ok(broken);
        }
        match serde_json::from_slice(line.trim_ascii()) {
            Ok(entry) => each(entry, begin..end),
            Err(_) => broken += usize::from(!line.trim_ascii().is_empty()),
        }
        begin = end;
    }
}

/// How far a file has been read.
#[derive(Debug)]
pub(in crate::batch) struct Place {
    path: PathBuf,
    /// The file that was read; another one of its name is read from its beginning.
    id: Option<(u64, u64)>,
    end: u64,
}

impl Place {
    /// The beginning of a file, which may not exist yet.
    pub(in crate::batch) fn begin(path: PathBuf) -> Self {
        Self { path, id: None, end: 0 }
    }

    /// Reads what was added since the last time; returns how many lines are broken.
    ///
    /// # Errors
    /// If the file cannot be read, or something else has its name.
    pub(in crate::batch) fn read_on<L: Line>(&mut self, mut each: impl FnMut(L)) -> Result<usize> {
        if !is_there(&self.path)? {
            return Ok(0);
        }
        let read = || -> std::io::Result<usize> {
            let mut file = File::open(&self.path)?;
            let (id, length) = (id_of(&file.metadata()?), file.metadata()?.len());
            if id != self.id || length < self.end {
                (self.id, self.end) = (id, 0);
            }
            if length == self.end {
                return Ok(0);
            }
            file.seek(SeekFrom::Start(self.end))?;
            let begin = self.end;
            let broken = for_each(BufReader::new(file), |line, at: Range<u64>| {
                self.end = begin + at.end;
                each(line);
            })?;
            Ok(broken)
        };
        let mut read = read;
        read().map_err(|e| cannot("read", &self.path, &e))
    }
}

/// A file of lines that is being written.
#[derive(Debug)]
pub(in crate::batch) struct Lines<L> {
    path: PathBuf,
    file: File,
    of: PhantomData<L>,
}

impl<L: Line> Lines<L> {
    /// Opens a file, or begins one.
    pub(in crate::batch) fn open(path: PathBuf) -> Result<Self> {
        loop {
            is_there(&path)?;
            let file = OpenOptions::new().read(true).append(true).create(true).open(&path);
            let mut file = file.map_err(|e| cannot("open", &path, &e))?;
            // Shared by all runs into this folder; where the file system knows no locks, two runs
            // at once may lose lines, never outputs.
            let _ = file.lock_shared();
            if same_file(&file, &path) {
                end_torn_line(&mut file).map_err(|e| cannot("write", &path, &e))?;
                return Ok(Self { path, file, of: PhantomData });
            }
            // Another run has just put a new one in its place.
        }
    }

    /// Appends a line.
    pub(in crate::batch) fn append(&mut self, line: &L) -> Result<()> {
        // Strings and numbers: they can always be written as JSON.
        let mut line = serde_json::to_vec(line).unwrap_or_default();
        line.push(b'\n');
        self.file.write_all(&line).map_err(|e| cannot("write", &self.path, &e))
    }

    /// Pushes the lines to the disk.
    pub(in crate::batch) fn sync(&self) -> Result<()> {
        self.file.sync_data().map_err(|e| cannot("sync", &self.path, &e))
    }

    /// Puts the lines in order, the last of each output, unless another run is writing too.
    pub(in crate::batch) fn close(self, sync: Sync, stop: &Stop) -> Result<()> {
        let path = self.path;
        if self.file.unlock().is_err()
            || self.file.try_lock().is_err()
            || !same_file(&self.file, &path)
        {
            return Ok(());
        }
        match in_order::<L>(&self.file).map_err(|e| cannot("read", &path, &e))? {
            Some(bytes) => write_whole(&path, &bytes, sync, stop),
            None => Ok(()),
        }
    }
}

/// The last line of each output, in the order of their names; `None` if the file is that already.
///
/// Of the lines only the names are held: with the entries whole, the end of a run of 1,000 small
/// frames took more memory than its middle.
pub(in crate::batch) fn in_order<L: Line>(mut file: &File) -> std::io::Result<Option<Vec<u8>>> {
    let mut lines: BTreeMap<Name, Range<u64>> = BTreeMap::new();
    let (mut end, mut ordered) = (0, true);
    file.rewind()?;
    for_each(BufReader::new(file), |entry: L, line| {
        let last = lines.last_key_value().is_none_or(|(last, _)| last < entry.output());
        ordered &= last && line.start == end;
        end = line.end;
        lines.insert(entry.output().clone(), line);
    })?;
    if ordered && end == file.metadata()?.len() {
        return Ok(None);
    }
    let length: u64 = lines.values().map(|line| line.end - line.start).sum();
    let mut bytes = Vec::with_capacity(length as usize);
    for line in lines.values() {
        file.seek(SeekFrom::Start(line.start))?;
        file.take(line.end - line.start).read_to_end(&mut bytes)?;
    }
    Ok(Some(bytes))
}

fn cannot(what: &str, path: &Path, cause: &std::io::Error) -> Error {
    Error::io(ErrorKind::Environment, &format!("cannot {what} the journal"), cause).about(path)
}

/// Whether there is a journal; a link, pipe or folder of its name is refused.
fn is_there(path: &Path) -> Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(kind) if kind.is_file() => Ok(true),
        Ok(_) => {
            Err(Error::new(ErrorKind::Environment, "it is not a file, so no journal can be kept")
                .about(path)
                .with_hint("move it away, or name another output folder"))
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(cannot("look at", path, &e)),
    }
}

/// Device and number of a file.
#[cfg(unix)]
pub(in crate::batch) fn id_of(file: &fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((file.dev(), file.ino()))
}

/// Not known here: a file counts as another one each time.
#[cfg(not(unix))]
pub(in crate::batch) fn id_of(_: &fs::Metadata) -> Option<(u64, u64)> {
    None
}

/// Whether an open file still has its name.
#[cfg(unix)]
pub(in crate::batch) fn same_file(file: &File, path: &Path) -> bool {
    let (Ok(open), Ok(named)) = (file.metadata(), fs::symlink_metadata(path)) else { return false };
    id_of(&open) == id_of(&named)
}

/// Whether there is a file of its name.
#[cfg(not(unix))]
pub(in crate::batch) fn same_file(_: &File, path: &Path) -> bool {
    path.exists()
}

/// A killed run may have left half a line: what follows it begins on a new one.
fn end_torn_line(file: &mut File) -> std::io::Result<()> {
    if file.metadata()?.len() == 0 {
        return Ok(());
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    if last != *b"\n" { file.write_all(b"\n") } else { Ok(()) }
}

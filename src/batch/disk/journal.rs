//! The record of a folder of outputs: what each was made from, how, and what it holds.
//!
//! `.longlens.jsonl` in the output folder, one line of JSON for each output. A line is appended
//! before the output gets its name, so it promises nothing by itself: an output is ours if its length
//! and hash are those of a line. A run that was not stopped puts the lines in the order of the
//! outputs, the last of each, so the journal too is the same after an interruption.
//!
//! It says what was chosen for a frame; of what was ordered it has a hash alone. It names originals by
//! their paths, so it stays behind when the folder is sent.
//!
//! A line that is cut short or broken is passed over: the frame is developed again.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::batch::disk::hash::{digits, hash};
use crate::batch::disk::write::{Sync, write_whole};
use crate::batch::scene::record::InScene;
use crate::batch::stop::Stop;
use crate::error::{Error, ErrorKind, Result};

/// Name of the journal in the output folder; hidden, so that it is not an input of a later run.
pub const JOURNAL: &str = ".longlens.jsonl";

/// What the journal says of one output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Version of longlens that wrote it.
    pub version: String,
    /// The output, below the folder of the journal.
    pub output: Name,
    /// Its length.
    pub output_bytes: u64,
    /// XXH3 of its bytes, 16 hexadecimal digits.
    pub output_hash: String,
    /// The original, as it was named or found.
    pub input: Name,
    /// XXH3 of its whole path without links: where it lies, whatever it was named; older
    /// journals have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_place: Option<String>,
    /// XXH3 of its bytes.
    pub input_hash: String,
    /// XXH3 of all that was ordered for it: recipe, fields, caption, sidecar, font and logo.
    pub recipe_hash: String,
    /// What was chosen for it where the recipe left it open.
    pub chosen: Chosen,
    /// Its scene, if it was in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scene: Option<InScene>,
    /// What was done otherwise than asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// What longlens chose for a frame.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Chosen {
    /// The haze that was found, 0 clear to about 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub haze: Option<f64>,
    /// Strength of the dehaze, 1 for all of the optical depth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strength: Option<f64>,
    /// Airlight: red, green and blue of 255.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub airlight: Option<[u8; 3]>,
    /// Quality of a JPEG whose length is limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<u8>,
}

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
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Bytes(bytes) => f.write_str(&String::from_utf8_lossy(bytes)),
        }
    }
}

/// Where a file lies, as [`Entry::input_place`] says it.
pub(in crate::batch) fn place(input: &Path) -> String {
    let whole = fs::canonicalize(input).or_else(|_| std::path::absolute(input));
    let whole = whole.unwrap_or_else(|_| input.to_path_buf());
    digits(hash(whole.as_os_str().as_encoded_bytes()))
}

/// What a journal knew when the run began.
#[derive(Debug, Default)]
pub struct Record {
    by_output: HashMap<Name, Vec<Entry>>,
    /// Lines that could not be read.
    pub broken_lines: usize,
}

impl Record {
    /// Reads a journal; none is an empty one.
    ///
    /// # Errors
    /// If there is one that cannot be read, or something else of its name.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(JOURNAL);
        if !is_there(&path)? {
            return Ok(Self::default());
        }
        let file = File::open(&path).map_err(|e| cannot("read", &path, &e))?;
        Self::recover(BufReader::new(file)).map_err(|e| cannot("read", &path, &e))
    }

    /// Reads what can be read of these lines.
    ///
    /// # Errors
    /// Of the reader.
    pub fn recover(lines: impl BufRead) -> std::io::Result<Self> {
        let mut by_output: HashMap<Name, Vec<Entry>> = HashMap::new();
        let broken_lines = for_each_entry(lines, |entry, _| {
            by_output.entry(entry.output.clone()).or_default().push(entry);
        })?;
        Ok(Self { by_output, broken_lines })
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_output.is_empty()
    }

    /// What is known of an output, the newest last.
    #[must_use]
    pub fn of(&self, output: &Name) -> &[Entry] {
        self.by_output.get(output).map_or(&[], Vec::as_slice)
    }
}

/// Calls `each` with every entry and where in the file its line is; returns how many lines
/// are broken.
fn for_each_entry(
    mut lines: impl BufRead,
    mut each: impl FnMut(Entry, Range<u64>),
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

/// A journal that is being written.
#[derive(Debug)]
pub(in crate::batch) struct Journal {
    folder: PathBuf,
    file: File,
}

impl Journal {
    /// Opens the journal of a folder, or begins one.
    pub(in crate::batch) fn open(folder: &Path) -> Result<Self> {
        let path = folder.join(JOURNAL);
        loop {
            is_there(&path)?;
            let file = OpenOptions::new().read(true).append(true).create(true).open(&path);
            let mut file = file.map_err(|e| cannot("open", &path, &e))?;
            // Shared by all runs into this folder; where the file system knows no locks, two runs
            // at once may lose lines, never outputs.
            let _ = file.lock_shared();
            if same_file(&file, &path) {
                end_torn_line(&mut file).map_err(|e| cannot("write", &path, &e))?;
                return Ok(Self { folder: folder.to_path_buf(), file });
            }
            // Another run has just put a new one in its place.
        }
    }

    /// Appends a line.
    pub(in crate::batch) fn append(&mut self, entry: &Entry) -> Result<()> {
        // An entry is strings and numbers: it can always be written as JSON.
        let mut line = serde_json::to_vec(entry).unwrap_or_default();
        line.push(b'\n');
        self.file.write_all(&line).map_err(|e| cannot("write", &self.folder.join(JOURNAL), &e))
    }

    /// Pushes the lines to the disk.
    pub(in crate::batch) fn sync(&self) -> Result<()> {
        self.file.sync_data().map_err(|e| cannot("sync", &self.folder.join(JOURNAL), &e))
    }

    /// Puts the lines in order, the last of each output, unless another run is writing too.
    pub(in crate::batch) fn close(self, sync: Sync, stop: &Stop) -> Result<()> {
        let path = self.folder.join(JOURNAL);
        if self.file.unlock().is_err()
            || self.file.try_lock().is_err()
            || !same_file(&self.file, &path)
        {
            return Ok(());
        }
        match in_order(&self.file).map_err(|e| cannot("read", &path, &e))? {
            Some(bytes) => write_whole(&path, &bytes, sync, stop),
            None => Ok(()),
        }
    }
}

/// The last line of each output, in the order of their names; `None` if the file is that already.
///
/// Of the lines only the names are held: with the entries whole, the end of a run of 1,000 small
/// frames took more memory than its middle.
fn in_order(mut file: &File) -> std::io::Result<Option<Vec<u8>>> {
    let mut lines: BTreeMap<Name, Range<u64>> = BTreeMap::new();
    let (mut end, mut ordered) = (0, true);
    file.rewind()?;
    for_each_entry(BufReader::new(file), |entry, line| {
        let last = lines.last_key_value().is_none_or(|(last, _)| *last < entry.output);
        ordered &= last && line.start == end;
        end = line.end;
        lines.insert(entry.output, line);
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

/// The path below the folder, or as it is.
pub(in crate::batch) fn name_below(folder: &Path, output: &Path) -> Name {
    Name::of(output.strip_prefix(folder).unwrap_or(output))
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

#[cfg(unix)]
fn same_file(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (Ok(open), Ok(named)) = (file.metadata(), fs::symlink_metadata(path)) else { return false };
    (open.dev(), open.ino()) == (named.dev(), named.ino())
}

#[cfg(not(unix))]
fn same_file(_: &File, path: &Path) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(output: &str, version: &str) -> Entry {
        Entry {
            version: version.to_owned(),
            output: Name::Text(output.to_owned()),
            output_bytes: 3,
            output_hash: "0".repeat(16),
            input: Name::Bytes(vec![0xff, 0x2f]),
            input_place: None,
            input_hash: "1".repeat(16),
            recipe_hash: "2".repeat(16),
            chosen: Chosen { haze: Some(0.25), ..Chosen::default() },
            scene: None,
            warnings: Vec::new(),
        }
    }

    #[test]
    fn a_torn_line_costs_itself_only_and_the_end_is_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(folder.path()).unwrap();
        journal.append(&entry("b.jpg", "1")).unwrap();
        journal.append(&entry("a.jpg", "1")).unwrap();
        journal.append(&entry("b.jpg", "2")).unwrap();
        journal.file.write_all(b"{\"version\":\"1\",\"outp").unwrap();
        drop(journal);

        let journal = Journal::open(folder.path()).unwrap();
        let record = Record::read(folder.path()).unwrap();
        assert_eq!((record.of(&Name::Text("b.jpg".into())).len(), record.broken_lines), (2, 1));
        journal.close(Sync::Full, &Stop::default()).unwrap();
        let text = fs::read_to_string(folder.path().join(JOURNAL)).unwrap();
        let read: Vec<Entry> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        assert_eq!(read, [entry("a.jpg", "1"), entry("b.jpg", "2")]);
        let file = File::open(folder.path().join(JOURNAL)).unwrap();
        assert_eq!(in_order(&file).unwrap(), None, "and stays as it is from then on");
    }

    #[test]
    fn two_runs_at_once_lose_no_line() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = Journal::open(folder.path()).unwrap();
        let mut second = Journal::open(folder.path()).unwrap();
        first.append(&entry("a.jpg", "1")).unwrap();
        first.close(Sync::Lazy, &Stop::default()).unwrap();
        second.append(&entry("b.jpg", "1")).unwrap();
        second.close(Sync::Lazy, &Stop::default()).unwrap();
        let record = Record::read(folder.path()).unwrap();
        assert_eq!(record.by_output.len(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_of_the_journals_name_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = folder.path().join("elsewhere");
        fs::create_dir(folder.path().join("out")).unwrap();
        std::os::unix::fs::symlink(&elsewhere, folder.path().join("out").join(JOURNAL)).unwrap();
        assert!(Journal::open(&folder.path().join("out")).is_err());
        assert!(!elsewhere.exists());
    }
}

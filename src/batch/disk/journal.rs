//! The journal of an output folder: what each output was made from, how, and the hash of its
//! content.
//!
//! `.longlens.jsonl` in the output folder, one line of JSON for each output; a shard of a plan has one of its
//! own, `.longlens.3-of-8.jsonl`, and all are read together. A line is appended before the output gets its
//! name, so a line alone proves nothing: an output is ours only if its length and hash match one. A run that
//! was not stopped puts the lines in the order of the outputs, the last of each, so the journal too is the same
//! after an interruption.
//!
//! It records what was chosen for a frame, but only a hash of the settings. It contains the paths of originals,
//! so it should not be sent along with the outputs.
//!
//! A line that is cut short or broken is passed over: the frame is developed again.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::BufRead;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::batch::disk::hash::{digits, hash};
use crate::batch::disk::lines::{self, Line, Place};
use crate::batch::disk::name::Name;
use crate::batch::scene::record::InScene;
use crate::batch::shard::Shard;
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

impl Line for Entry {
    fn output(&self) -> &Name {
        &self.output
    }
}

/// The journals and logs of a folder with the shards that keep them, in order; none if it is not there.
///
/// # Errors
/// If the folder cannot be read.
pub(in crate::batch) fn kept_files(folder: &Path) -> Result<Vec<(Shard, String)>> {
    let cannot = |e: &std::io::Error| {
        Error::io(ErrorKind::Environment, "cannot read the output folder", e).about(folder)
    };
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = match fs::read_dir(here) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|e| cannot(&e))?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let name = entry.map_err(|e| cannot(&e))?.file_name();
        let name = name.to_str().and_then(|name| Some((Shard::of_file(name)?, name.to_owned())));
        files.extend(name);
    }
    files.sort();
    Ok(files)
}

/// The end of a log's name, which a journal's has not.
pub(in crate::batch) const LOG_ENDING: &str = ".log.jsonl";

/// Where a file lies, as [`Entry::input_place`] says it.
pub(in crate::batch) fn place(input: &Path) -> String {
    let whole = fs::canonicalize(input).or_else(|_| std::path::absolute(input));
    let whole = whole.unwrap_or_else(|_| input.to_path_buf());
    digits(hash(whole.as_os_str().as_encoded_bytes()))
}

/// What the journals of a folder say.
#[derive(Debug, Default)]
pub struct Record {
    by_output: HashMap<Name, Vec<Entry>>,
    places: Vec<Place>,
    /// The outputs that somebody asks for; `None` for all.
    wanted: Option<HashSet<Name>>,
    /// Lines that could not be read.
    pub broken_lines: usize,
}

impl Record {
    /// Reads the journals of a folder; none is an empty one.
    ///
    /// # Errors
    /// If there is one that cannot be read, or something else of its name.
    pub fn read(folder: &Path) -> Result<Self> {
        Self::read_with(folder, Shard::WHOLE, None)
    }

    /// Reads what the journals of a folder say of the outputs that are wanted, and later on that of this
    /// shard too, if there is none yet: another run of it may begin one.
    ///
    /// # Errors
    /// As [`Record::read`].
    pub(in crate::batch) fn read_with(
        folder: &Path,
        shard: Shard,
        wanted: Option<HashSet<Name>>,
    ) -> Result<Self> {
        let kept = kept_files(folder)?;
        let journals = kept.iter().filter(|(_, name)| !name.ends_with(LOG_ENDING));
        let mut paths: Vec<_> = journals.map(|(_, name)| folder.join(name)).collect();
        let own = shard.journal(folder);
        if !paths.contains(&own) {
            paths.push(own);
        }
        let places = paths.into_iter().map(Place::begin).collect();
        let mut record = Self { places, wanted, ..Self::default() };
        record.read_on()?;
        Ok(record)
    }

    /// Takes up the lines that were added since; whether there were any.
    ///
    /// # Errors
    /// As [`Record::read`].
    pub(in crate::batch) fn read_on(&mut self) -> Result<bool> {
        let mut added = false;
        let wanted = self.wanted.as_ref();
        let is_wanted = |name: &Name| wanted.is_none_or(|wanted| wanted.contains(name));
        for place in &mut self.places {
            self.broken_lines += place.read_on(|entry: Entry| {
                if !is_wanted(&entry.output) {
                    return;
                }
                added = true;
                self.by_output.entry(entry.output.clone()).or_default().push(entry);
            })?;
        }
        Ok(added)
    }

    /// Reads what can be read of these lines.
    ///
    /// # Errors
    /// Of the reader.
    pub fn recover(reader: impl BufRead) -> std::io::Result<Self> {
        let mut record = Self::default();
        record.broken_lines = lines::for_each(reader, |entry: Entry, _| {
            record.by_output.entry(entry.output.clone()).or_default().push(entry);
        })?;
        Ok(record)
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

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Write;

    use super::*;
    use crate::batch::disk::lines::{Lines, in_order};
    use crate::batch::disk::write::Sync;
    use crate::batch::stop::Stop;

    fn open(folder: &Path) -> Result<Lines<Entry>> {
        Lines::open(folder.join(JOURNAL))
    }

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
        let mut journal = open(folder.path()).unwrap();
        journal.append(&entry("b.jpg", "1")).unwrap();
        journal.append(&entry("a.jpg", "1")).unwrap();
        journal.append(&entry("b.jpg", "2")).unwrap();
        drop(journal);
        let mut torn = File::options().append(true).open(folder.path().join(JOURNAL)).unwrap();
        torn.write_all(b"{\"version\":\"1\",\"outp").unwrap();

        let journal = open(folder.path()).unwrap();
        let record = Record::read(folder.path()).unwrap();
        assert_eq!((record.of(&Name::Text("b.jpg".into())).len(), record.broken_lines), (2, 1));
        journal.close(Sync::Full, &Stop::default()).unwrap();
        let text = fs::read_to_string(folder.path().join(JOURNAL)).unwrap();
        let read: Vec<Entry> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        assert_eq!(read, [entry("a.jpg", "1"), entry("b.jpg", "2")]);
        let file = File::open(folder.path().join(JOURNAL)).unwrap();
        assert_eq!(in_order::<Entry>(&file).unwrap(), None, "and stays as it is from then on");
    }

    #[test]
    fn two_runs_at_once_lose_no_line() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = open(folder.path()).unwrap();
        let mut second = open(folder.path()).unwrap();
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
        assert!(open(&folder.path().join("out")).is_err());
        assert!(!elsewhere.exists());
    }
}

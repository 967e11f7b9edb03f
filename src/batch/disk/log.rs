//! The log of an output folder: what happened to each frame, and the size and times of its files.
//! The journal holds what must last; the log may be deleted.
//!
//! `.longlens.log.jsonl` beside the journal. Its stamps spare a later run from reading files that have not
//! changed; `longlens report` adds up its times and failures. Without it files are read and hashed.

use std::collections::HashMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::batch::disk::journal::{LOG_ENDING, kept_files};
use crate::batch::disk::lines::{Line, Place};
use crate::batch::disk::name::Name;
use crate::batch::disk::stamp::Stamp;
use crate::batch::scene::Assigned;
use crate::batch::shard::Shard;
use crate::error::Result;

/// What happened to a frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// The output, below the folder of the log.
    pub output: Name,
    /// How it ended.
    pub status: Ended,
    /// When, in milliseconds since 1970.
    pub time_ms: i64,
    /// How long it took, from the first byte read to the last one written.
    pub ms: u64,
    /// Millions of pixels of the original; 0 if it was not decoded.
    pub megapixels: f64,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The files as they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Seen>,
    /// Hash of all frames among which scenes were looked for, as they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// The scene that the frame was found to be in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scene: Option<Assigned>,
}

/// How a frame ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// Its output is there.
    Done,
    /// It failed, and will fail again.
    Failed,
    /// It failed for want of something that may come back.
    Retry,
    /// What has its output's name was kept.
    NotDelivered,
}

/// Original and output, with what they held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The original's size and times; `None` if it had just been written.
    pub input: Option<Stamp>,
    /// XXH3 of its bytes.
    pub input_hash: String,
    /// The output's.
    pub output: Stamp,
    /// XXH3 of its bytes.
    pub output_hash: String,
}

impl Line for Trace {
    fn output(&self) -> &Name {
        &self.output
    }
}

/// What the logs of a folder say: of each output the newest.
#[derive(Debug, Default)]
pub struct Log(HashMap<Name, (Shard, Trace)>);

impl Log {
    /// Reads the logs of a folder.
    ///
    /// # Errors
    /// If there is one that cannot be read, or something else of its name.
    pub fn read(folder: &Path) -> Result<Self> {
        Self::read_of(folder, &|_| true)
    }

    /// Reads what the logs say of some outputs.
    ///
    /// # Errors
    /// As [`Log::read`].
    pub(in crate::batch) fn read_of(
        folder: &Path,
        is_wanted: &dyn Fn(&Name) -> bool,
    ) -> Result<Self> {
        let mut log = Self::default();
        for (shard, name) in kept_files(folder)? {
            if name.ends_with(LOG_ENDING) {
                Place::begin(folder.join(name)).read_on(|trace: Trace| {
                    if is_wanted(&trace.output) {
                        log.add(shard, trace);
                    }
                })?;
            }
        }
        Ok(log)
    }

    fn add(&mut self, shard: Shard, trace: Trace) {
        // Of one log the later line is the newer one, whatever the clock said.
        let is_newer = |(of, old): &(Shard, Trace)| *of == shard || old.time_ms <= trace.time_ms;
        if self.0.get(&trace.output).is_none_or(is_newer) {
            self.0.insert(trace.output.clone(), (shard, trace));
        }
    }

    /// What happened last to the frame of this output.
    #[must_use]
    pub fn of(&self, output: &Name) -> Option<&Trace> {
        self.0.get(output).map(|(_, trace)| trace)
    }

    /// The shard to which that happened.
    #[must_use]
    pub fn shard_of(&self, output: &Name) -> Option<Shard> {
        self.0.get(output).map(|&(shard, _)| shard)
    }
}

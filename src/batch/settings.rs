//! A batch: its frames, and how they are run.

use std::path::PathBuf;
use std::time::Duration;

use crate::batch::disk::write::Sync;
use crate::batch::job::Job;
use crate::batch::memory::machine::{machine_bytes, workers_that_fit};
use crate::batch::shard::Shard;
use crate::format::{Decoding, Limits, RawPicture};

/// What happens to outputs that exist before the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Existing {
    /// They are kept and their frames skipped.
    #[default]
    Keep,
    /// They are written again.
    Overwrite,
    /// Those are written again that the journal knows and that are out of date: a changed original,
    /// another recipe or version. What the journal does not know, or knows as made from an original
    /// that is not this run's, is kept.
    Resume,
    /// As [`Existing::Resume`], and what that keeps is written again too.
    ResumeOverwrite,
}

/// How a batch is run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Frames developed at once; 0 is one for each core.
    pub jobs: usize,
    /// Bytes that all frames in flight may take.
    pub memory_bytes: u64,
    /// What happens to outputs that exist.
    pub existing: Existing,
    /// Whether damaged files are developed as far as they go.
    pub accept_damaged: bool,
    /// Which JPEG inside a RAW file may be used for it.
    pub raw: RawPicture,
    /// Whether outputs are pushed to the disk before they are reported.
    pub sync: Sync,
    /// How long the run may take: no frame is begun that is not expected to be done by then.
    pub deadline: Option<Duration>,
    /// The output folder, in which the journal is kept; `None` for no journal. It names the paths of
    /// originals.
    pub journal: Option<PathBuf>,
    /// Which part of a plan this is: it keeps a journal of its own.
    pub shard: Shard,
    /// Whether files are read and hashed that have the size and times that the log knows.
    pub reading: Reading,
    /// Whether small pictures of each frame are made for people to look at.
    pub shown: bool,
}

impl Settings {
    /// Frames that can be developed at once.
    #[must_use]
    pub fn workers(&self) -> usize {
        workers_that_fit(match self.jobs {
            0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            jobs => jobs,
        })
    }

    /// How files are decoded.
    pub(in crate::batch) fn decoding(&self) -> Decoding {
        let Self { memory_bytes, raw, accept_damaged, .. } = *self;
        Decoding { limits: Limits { memory_bytes, raw, ..Limits::default() }, accept_damaged }
    }
}

/// How a run finds out whether files are those that the journal knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reading {
    /// By size and times; a file with others is read.
    #[default]
    Changed,
    /// Every file is read.
    All,
}

impl Default for Settings {
    /// A worker for each core, half of the memory that the machine has free.
    fn default() -> Self {
        Self {
            jobs: 0,
            memory_bytes: machine_bytes() / 2,
            existing: Existing::Keep,
            accept_damaged: false,
            raw: RawPicture::Auto,
            sync: Sync::Full,
            deadline: None,
            journal: None,
            shard: Shard::WHOLE,
            reading: Reading::Changed,
            shown: false,
        }
    }
}

/// Frames to be developed, and how.
///
/// ```no_run
/// use longlens::batch::{Batch, Event, Order, Root, Settings, Stop, Target, find, plan};
/// use longlens::recipe::Recipe;
///
/// let out = Target::Folder("out".into());
/// let found = find(&["shoot".into()], out.folder())?;
/// let roots = [Root { recipe: Recipe::default(), captions: None }];
/// let order = Order { roots: &roots, flags: &[], set: &[], codes: None, reads: &[], out: &out };
/// let batch = Batch { jobs: plan(&found, &order)?.jobs, settings: Settings::default() };
/// let summary = batch.run(&Stop::default(), |event| {
///     if let Event::Finished(outcome) = event {
///         assert!(outcome.result.is_ok(), "{}", outcome.job.input.display());
///     }
/// });
/// assert_eq!(summary.failed, 0);
/// # Ok::<(), longlens::error::Error>(())
/// ```
#[derive(Debug)]
pub struct Batch {
    /// The frames, in the order in which they are begun.
    pub jobs: Vec<Job>,
    /// How they are run.
    pub settings: Settings,
}

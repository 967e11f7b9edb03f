//! What was known of the outputs when a run began, and what other runs have added since.

use std::collections::HashSet;
use std::fs;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::batch::disk::journal::{Record, place};
use crate::batch::disk::log::{Log, Seen, Trace};
use crate::batch::disk::name::name_below;
use crate::batch::disk::stamp::Stamp;
use crate::batch::job::Job;
use crate::batch::settings::{Existing, Reading, Settings};
use crate::error::Result;

/// What is known of the outputs.
#[derive(Debug, Default)]
pub(in crate::batch) struct Known {
    record: Mutex<Record>,
    log: Log,
    /// Where the originals of this run lie, as the journal says it.
    pub(in crate::batch) originals: HashSet<String>,
}

impl Known {
    /// What a run of these jobs needs to know; a run that overwrites everything needs nothing.
    ///
    /// # Errors
    /// If the run resumes and the journal cannot be read.
    pub(in crate::batch) fn read(jobs: &[Job], settings: &Settings) -> Result<Self> {
        let Some(folder) = &settings.journal else { return Ok(Self::default()) };
        let outputs = || jobs.iter().map(|job| name_below(folder, &job.output));
        let wanted = || Some(outputs().collect());
        let record = match settings.existing {
            Existing::Overwrite => return Ok(Self::default()),
            // All that is there is kept anyway, and only said less of.
            Existing::Keep => {
                Record::read_with(folder, settings.shard, wanted()).unwrap_or_default()
            }
            Existing::Resume | Existing::ResumeOverwrite => {
                Record::read_with(folder, settings.shard, wanted())?
            }
        };
        let originals = match record.is_empty() {
            true => HashSet::new(),
            false => jobs.iter().map(|job| place(&job.input)).collect(),
        };
        let log = match record.is_empty() {
            true => Log::default(),
            // Without it everything is read.
            false => {
                let wanted: HashSet<_> = outputs().collect();
                Log::read_of(folder, &|name| wanted.contains(name)).unwrap_or_default()
            }
        };
        Ok(Self { record: Mutex::new(record), log, originals })
    }

    /// The journals. One thread asks, frame by frame.
    pub(in crate::batch) fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What happened to a job last.
    pub(in crate::batch) fn trace(&self, job: &Job, settings: &Settings) -> Option<&Trace> {
        self.log.of(&name_below(settings.journal.as_deref()?, &job.output))
    }

    /// What the files of a job were when they were last read.
    fn seen(&self, job: &Job, settings: &Settings) -> Option<&Seen> {
        self.trace(job, settings)?.seen.as_ref()
    }

    /// Hash of an output with this stamp, if it was read when it had it.
    pub(in crate::batch) fn output_hash(
        &self,
        job: &Job,
        now: Option<Stamp>,
        settings: &Settings,
    ) -> Option<String> {
        let seen = self.seen(job, settings).filter(|_| settings.reading == Reading::Changed)?;
        (Some(seen.output) == now).then(|| seen.output_hash.clone())
    }

    /// Hash of an original that has the stamp with which it was read.
    pub(in crate::batch) fn input_hash(&self, job: &Job, settings: &Settings) -> Option<String> {
        let seen = self.seen(job, settings).filter(|_| settings.reading == Reading::Changed)?;
        let now = Stamp::of(&fs::metadata(&job.input).ok()?);
        (seen.input.is_some() && seen.input == now).then(|| seen.input_hash.clone())
    }
}

//! The log of a run, as it is written: one line for each frame that came to an end.
//!
//! Nothing that is promised depends on it, so a log that cannot be written costs a warning.

use std::path::PathBuf;
use std::time::SystemTime;

use crate::batch::disk::lines::Lines;
use crate::batch::disk::log::{Ended, Seen, Trace};
use crate::batch::disk::name::name_below;
use crate::batch::disk::write::Sync;
use crate::batch::job::Job;
use crate::batch::outcome::{Outcome, Status};
use crate::batch::settings::Settings;
use crate::batch::shard::Shard;
use crate::batch::stop::Stop;
use crate::error::{Error, ErrorKind, Result, Warning};

/// The log of a run.
#[derive(Debug)]
pub(in crate::batch) struct Logbook {
    folder: Option<PathBuf>,
    shard: Shard,
    /// Opened for the first line.
    lines: Option<Lines<Trace>>,
    fault: Option<Error>,
}

impl Logbook {
    pub(in crate::batch) fn new(settings: &Settings) -> Self {
        let (folder, shard) = (settings.journal.clone(), settings.shard);
        Self { folder, shard, lines: None, fault: None }
    }

    /// Takes down how a frame ended, unless nothing happened to it.
    pub(in crate::batch) fn write(&mut self, outcome: &Outcome, seen: Option<Seen>) {
        let ended = match &outcome.result {
            Ok(Status::Done(_)) => Ended::Done,
            Ok(Status::UpToDate) if seen.is_some() => Ended::Done,
            Ok(Status::NotDelivered) => Ended::NotDelivered,
            Err(error) if error.kind() == ErrorKind::Interrupted => return,
            Err(error) if is_passing(error, &outcome.job) => Ended::Retry,
            Err(_) => Ended::Failed,
            Ok(Status::Skipped | Status::UpToDate) => return,
        };
        if self.fault.is_none()
            && let Err(error) = self.append(outcome, ended, seen)
        {
            self.fault = Some(error);
        }
    }

    fn append(&mut self, outcome: &Outcome, status: Ended, seen: Option<Seen>) -> Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let megapixels = match &outcome.result {
            Ok(Status::Done(done)) => done.original.megapixels(),
            _ => 0.0,
        };
        let trace = Trace {
            output: name_below(folder, &outcome.job.output),
            status,
            time_ms: i64::try_from(now.as_millis()).unwrap_or(i64::MAX),
            ms: outcome.took.as_millis() as u64,
            megapixels,
            error: outcome.result.as_ref().err().map(|error| error.message().to_owned()),
            seen,
        };
        let lines = match &mut self.lines {
            Some(lines) => lines,
            none => none.insert(Lines::open(self.shard.log(folder))?),
        };
        lines.append(&trace)
    }

    /// What is to be said if it could not be written.
    pub(in crate::batch) fn fault(&self) -> Option<Warning> {
        let error = self.fault.as_ref()?;
        Some(Warning::Other(format!("the log could not be written: {}", error.message())))
    }

    /// Puts its lines in order. Whatever keeps it from that does no harm.
    pub(in crate::batch) fn close(self, stop: &Stop) {
        if let Some(lines) = self.lines {
            let _ = lines.close(Sync::Lazy, stop);
        }
    }
}

/// Whether a failure is worth another try: what could be read when the plan was written cannot be read
/// now, or the disk is full or gone.
pub(in crate::batch) fn is_passing(error: &Error, job: &Job) -> bool {
    match error.kind() {
        ErrorKind::Environment => true,
        ErrorKind::Unreadable => job.planned.is_some(),
        _ => false,
    }
}

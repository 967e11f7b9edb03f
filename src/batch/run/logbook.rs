//! The log of a run: one line for each finished frame, written as it finishes.
//!
//! Nothing depends on it, so a log that cannot be written is only a warning.

use std::path::PathBuf;
use std::time::SystemTime;

use crate::batch::disk::lines::Lines;
use crate::batch::disk::log::{Ended, Seen, Trace};
use crate::batch::disk::name::name_below;
use crate::batch::disk::write::Sync;
use crate::batch::job::Job;
use crate::batch::outcome::{Outcome, Status};
use crate::batch::run::shared::Shared;
use crate::batch::settings::Settings;
use crate::batch::shard::Shard;
use crate::batch::stop::Stop;
use crate::error::{Error, ErrorKind, Result, Warning};

/// The log of a run.
#[derive(Debug)]
pub(in crate::batch) struct Logbook {
    folder: Option<PathBuf>,
    shard: Shard,
    /// All frames of the run.
    company: Option<String>,
    /// Opened for the first line.
    lines: Option<Lines<Trace>>,
    fault: Option<Error>,
}

impl Logbook {
    pub(in crate::batch) fn new(settings: &Settings, company: Option<String>) -> Self {
        let (folder, shard) = (settings.journal.clone(), settings.shard);
        Self { folder, shard, company, lines: None, fault: None }
    }

    /// Takes down how a frame ended, unless nothing happened to it.
    pub(in crate::batch) fn write(
        &mut self,
        outcome: &Outcome,
        seen: Option<Seen>,
        renewed: Option<Trace>,
    ) {
        let ended = match &outcome.result {
            Ok(Status::Done(_)) => Some(Ended::Done),
            Ok(Status::NotDelivered) => Some(Ended::NotDelivered),
            Ok(Status::Skipped | Status::UpToDate) => None,
            Err(error) if error.kind() == ErrorKind::Interrupted => None,
            Err(error) if is_passing(error, &outcome.job) => Some(Ended::Retry),
            Err(_) => Some(Ended::Failed),
        };
        let trace = renewed.or_else(|| self.trace(outcome, ended?, seen));
        if self.fault.is_none()
            && let Some(trace) = trace
        {
            self.fault = self.append(&trace).err();
        }
    }

    fn trace(&self, outcome: &Outcome, status: Ended, seen: Option<Seen>) -> Option<Trace> {
        let megapixels = match &outcome.result {
            Ok(Status::Done(done)) => done.original.megapixels(),
            _ => 0.0,
        };
        Some(Trace {
            output: name_below(self.folder.as_deref()?, &outcome.job.output),
            status,
            time_ms: now_ms(),
            ms: outcome.took.as_millis() as u64,
            megapixels,
            error: outcome.result.as_ref().err().map(|error| error.message().to_owned()),
            seen,
            company: self.company.clone(),
            scene: outcome.job.scene.clone(),
        })
    }

    fn append(&mut self, trace: &Trace) -> Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let lines = match &mut self.lines {
            Some(lines) => lines,
            none => none.insert(Lines::open(self.shard.log(folder))?),
        };
        lines.append(trace)
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

/// What the log is to say of a frame that is up to date, if that is not what it says: its files may have
/// been read, and there may be other frames in the run than before.
pub(in crate::batch) fn renewed(
    job: &Job,
    before: Option<&Trace>,
    seen: Option<Seen>,
    shared: &Shared,
) -> Option<Trace> {
    let folder = shared.settings.journal.as_deref()?;
    let seen = seen.or_else(|| before?.seen.clone());
    let (company, scene) = (shared.company.clone(), job.scene.clone());
    if before.is_some_and(|b| b.seen == seen && b.company == company && b.scene == scene) {
        return None;
    }
    let new = || Trace {
        output: name_below(folder, &job.output),
        status: Ended::Done,
        time_ms: now_ms(),
        ms: 0,
        megapixels: 0.0,
        error: None,
        seen: None,
        company: None,
        scene: None,
    };
    let made = before.filter(|before| before.status == Ended::Done).cloned();
    Some(Trace { seen, company, scene, ..made.unwrap_or_else(new) })
}

/// Milliseconds since 1970.
fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
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

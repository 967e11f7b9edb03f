//! What stands under an output name before the run: kept, written anew, or found to be up to date.

use std::fs;
use std::path::Path;

use super::frame::{Shared, recipe_hash};
use super::hash::{digits, hash};
use super::journal::{Entry, Record, name_below};
use super::{Existing, Job};
use crate::error::{Error, ErrorKind, Result, Warning};

/// What to do with a frame.
#[derive(Debug)]
pub(super) enum Verdict {
    /// There is nothing, or what there is may be written over.
    Develop,
    /// What there is stays, with this to say of it.
    Keep(Option<Warning>),
    /// What there is was made by this version, of this recipe, from an original with this hash; if
    /// that is still the original's, it stays.
    KeepIf {
        /// XXH64 of the original as the journal has it.
        input_hash: String,
    },
}

/// Looks at what stands under the output name of a job.
///
/// # Errors
/// [`ErrorKind::Usage`] if that is no file: links and devices are not written over.
pub(super) fn look(job: &Job, shared: &Shared) -> Result<Verdict> {
    let Ok(kind) = job.output.symlink_metadata() else { return Ok(Verdict::Develop) };
    if !kind.is_file() {
        let what = if kind.is_symlink() {
            "a link"
        } else if kind.is_dir() {
            "a folder"
        } else {
            "a pipe, socket or device"
        };
        let message = format!("the output '{}' is {what}, not a file", job.output.display());
        return Err(Error::new(ErrorKind::Usage, message)
            .with_hint("it is left alone: move it away, or name another output folder"));
    }
    match shared.settings.existing {
        Existing::Keep => Ok(Verdict::Keep(None)),
        Existing::Overwrite => Ok(Verdict::Develop),
        Existing::Resume | Existing::ResumeOverwrite => Ok(resume(job, kind.len(), shared)),
    }
}

fn resume(job: &Job, length: u64, shared: &Shared) -> Verdict {
    let folder = shared.settings.journal.as_deref().unwrap_or(Path::new(""));
    let entries = shared.record.of(&name_below(folder, &job.output));
    let stranger = || match shared.settings.existing {
        Existing::ResumeOverwrite => Verdict::Develop,
        _ => Verdict::Keep(Some(Warning::Other(
            "the output is not as longlens wrote it, so it is kept (--overwrite writes it anew)"
                .into(),
        ))),
    };
    if !entries.iter().any(|entry| entry.output_bytes == length) {
        return stranger();
    }
    let Ok(bytes) = fs::read(&job.output) else { return stranger() };
    let holds = digits(hash(&bytes));
    let ours = |entry: &&Entry| entry.output_bytes == length && entry.output_hash == holds;
    // The newest line that fits what is there.
    let Some(entry) = entries.iter().rev().find(ours) else { return stranger() };
    let current = entry.version == env!("CARGO_PKG_VERSION")
        && entry.recipe_hash == digits(recipe_hash(job, shared));
    match current {
        true => Verdict::KeepIf { input_hash: entry.input_hash.clone() },
        false => Verdict::Develop,
    }
}

/// The record that a run needs: none unless it resumes.
pub(super) fn record(existing: Existing, journal: Option<&Path>) -> Result<Record> {
    match (existing, journal) {
        (Existing::Resume | Existing::ResumeOverwrite, Some(folder)) => Record::read(folder),
        _ => Ok(Record::default()),
    }
}

//! Outputs that exist before the run: kept, overwritten, or found to be up to date.

use std::fs;
use std::path::Path;

use crate::batch::disk::hash::{digits, hash};
use crate::batch::disk::journal::{Entry, Record, place};
use crate::batch::disk::name::{Name, name_below};
use crate::batch::disk::read::read_bytes;
use crate::batch::disk::stamp::Stamp;
use crate::batch::job::Job;
use crate::batch::run::known::Known;
use crate::batch::run::order_hash::recipe_hash;
use crate::batch::run::shared::Shared;
use crate::batch::scene::record::changed;
use crate::batch::settings::{Batch, Existing};
use crate::batch::stop::Stop;
use crate::error::{Error, ErrorKind, Result, Warning};

/// What to do with a frame.
#[derive(Debug)]
pub(in crate::batch) enum Verdict {
    /// There is nothing, or what there is may be written over, with this to say of it.
    Develop(Option<Warning>),
    /// What there is stays: it was made from this original.
    Skip,
    /// What there is stays, and was not made from this original or is not known to be, as this says.
    Taken(Warning),
    /// What there is is what would be made again.
    UpToDate(Held),
    /// It depends on whether the original has this hash, of what the output was made from.
    ByOriginal {
        /// XXH3 as the journal has it.
        input_hash: String,
        /// If it has.
        same: Box<Verdict>,
        /// If it has another.
        other: Box<Verdict>,
    },
}

/// An output, and what it holds.
#[derive(Debug)]
pub(in crate::batch) struct Held {
    /// Its size and times, taken before it was read.
    pub(in crate::batch) stamp: Option<Stamp>,
    /// XXH3 as the journal has it.
    pub(in crate::batch) hash: String,
}

impl Verdict {
    /// The verdict once the original's hash is known; it depends on nothing any more.
    pub(in crate::batch) fn on(self, original: &str) -> Self {
        match self {
            Self::ByOriginal { input_hash, same, other } => {
                if input_hash == original {
                    *same
                } else {
                    *other
                }
            }
            verdict => verdict,
        }
    }
}

/// What a run would do with a frame.
#[derive(Debug)]
pub enum Foreseen {
    /// It would be developed, if it can be, with this to say of what it replaces.
    Planned(Option<Warning>),
    /// Its output would be kept, with this to say if it was not made from this original.
    Kept(Option<Warning>),
    /// Its output is what would be made again.
    UpToDate,
}

impl Batch {
    /// What a run would do with each frame, in order. Nothing is decoded or written.
    ///
    /// # Errors
    /// If the run resumes and the journal cannot be read; of a frame, what is known already to fail.
    pub fn foreseen(&self) -> Result<Vec<Result<Foreseen>>> {
        let stop = Stop::default();
        let known = Known::read(&self.jobs, &self.settings)?;
        let shared = Shared::new(&self.settings, &stop, known);
        let of = |job: &Job| {
            let mut verdict = look(job, &shared)?;
            if matches!(verdict, Verdict::ByOriginal { .. }) {
                let bytes = read_bytes(&job.input, &shared.decoding().limits)?;
                verdict = verdict.on(&digits(hash(&bytes)));
            }
            Ok(match verdict {
                Verdict::Skip => Foreseen::Kept(None),
                Verdict::Taken(warning) => Foreseen::Kept(Some(warning)),
                Verdict::UpToDate(_) => Foreseen::UpToDate,
                Verdict::Develop(warning) => Foreseen::Planned(warning),
                Verdict::ByOriginal { .. } => Foreseen::Planned(None),
            })
        };
        Ok(self.jobs.iter().map(of).collect())
    }
}

/// Looks at what exists under the output name of a job.
///
/// # Errors
/// [`ErrorKind::Usage`] if that is not a file: links and devices are not written over.
pub(in crate::batch) fn look(job: &Job, shared: &Shared) -> Result<Verdict> {
    let Ok(kind) = job.output.symlink_metadata() else { return Ok(Verdict::Develop(None)) };
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
    let judge = |record: &Record| match shared.settings.existing {
        Existing::Keep => keep(job, kind.len(), record, shared),
        Existing::Overwrite => Verdict::Develop(None),
        Existing::Resume | Existing::ResumeOverwrite => resume(job, &kind, record, shared),
    };
    let mut record = shared.known.record();
    let mut verdict = judge(&record);
    // Another run may have made it meanwhile. What it wrote and nobody can read is not known.
    if matches!(verdict, Verdict::Develop(_) | Verdict::Taken(_))
        && shared.settings.existing != Existing::Overwrite
        && record.read_on().unwrap_or(false)
    {
        verdict = judge(&record);
    }
    if matches!(verdict, Verdict::ByOriginal { .. })
        && let Some(hash) = shared.known.input_hash(job, shared.settings)
        && job.planned.as_ref().is_none_or(|planned| planned.hash == hash)
    {
        verdict = verdict.on(&hash);
    }
    Ok(verdict)
}

/// What the journal says of a job's output, the newest last.
fn entries<'a>(job: &Job, record: &'a Record, shared: &Shared) -> &'a [Entry] {
    let folder = shared.settings.journal.as_deref().unwrap_or(Path::new(""));
    record.of(&name_below(folder, &job.output))
}

/// It is kept whatever it is; whether it is this frame's, made with these settings, decides which warning it gets.
fn keep(job: &Job, length: u64, record: &Record, shared: &Shared) -> Verdict {
    let Some(entry) = entries(job, record, shared).last() else {
        let what = match shared.settings.journal {
            Some(_) => "the output exists and is not in the journal",
            None => "the output exists",
        };
        return Verdict::Taken(Warning::Other(format!("{what}; keeping it")));
    };
    let own = || match entry.recipe_hash == digits(recipe_hash(job, shared)) {
        true => Verdict::Skip,
        false => Verdict::Taken(Warning::Other(
            "the output was made with other settings; keeping it".to_owned(),
        )),
    };
    if is_of(entry, &job.input) {
        return own();
    }
    let other = Box::new(Verdict::Taken(of_another(entry)));
    match entry.output_bytes == length {
        true => Verdict::ByOriginal {
            input_hash: entry.input_hash.clone(),
            same: Box::new(own()),
            other,
        },
        false => *other,
    }
}

fn resume(job: &Job, file: &fs::Metadata, record: &Record, shared: &Shared) -> Verdict {
    let entries = entries(job, record, shared);
    let kept = |warning: Warning| match shared.settings.existing {
        Existing::ResumeOverwrite => Verdict::Develop(None),
        _ => Verdict::Taken(warning),
    };
    let stranger = || {
        let what = match entries.is_empty() {
            true => "the output is not in the journal",
            false => "the output has been changed since longlens wrote it",
        };
        kept(Warning::Other(format!("{what}; keeping it")))
    };
    let length = file.len();
    if !entries.iter().any(|entry| entry.output_bytes == length) {
        return stranger();
    }
    let Some(held) = held(job, file, shared) else { return stranger() };
    let ours = |entry: &&Entry| entry.output_bytes == length && entry.output_hash == held.hash;
    // The newest line that fits what is there.
    let Some(entry) = entries.iter().rev().find(ours) else { return stranger() };
    let ordered = entry.version == env!("CARGO_PKG_VERSION")
        && entry.recipe_hash == digits(recipe_hash(job, shared));
    let new_scene = changed(entry.scene.as_ref(), job.scene.as_ref());
    let again = || {
        let why = new_scene.as_ref().filter(|_| ordered);
        Verdict::Develop(why.map(|why| Warning::Other(format!("developed again: {why}"))))
    };
    // A moved shoot is known by its content. A frame of this very run gets another name in it, as
    // when one frame more shifts all numbers.
    let here = |place: &String| shared.known.originals.contains(place);
    let other = if is_of(entry, &job.input) {
        Verdict::Develop(None)
    } else if entry.input_place.as_ref().is_some_and(here) {
        Verdict::Develop(Some(renamed(entry)))
    } else {
        kept(of_another(entry))
    };
    Verdict::ByOriginal {
        input_hash: entry.input_hash.clone(),
        same: Box::new(match ordered && new_scene.is_none() {
            true => Verdict::UpToDate(held),
            false => again(),
        }),
        other: Box::new(other),
    }
}

/// What an output holds: as it was read last, if it has not been changed since.
fn held(job: &Job, file: &fs::Metadata, shared: &Shared) -> Option<Held> {
    let stamp = Stamp::of(file);
    let known = shared.known.output_hash(job, stamp, shared.settings);
    let hash = match known {
        Some(hash) => hash,
        None => digits(hash(&fs::read(&job.output).ok()?)),
    };
    Some(Held { stamp, hash })
}

/// Whether an entry is of this original, by where it lies: a name counts from where a run began.
fn is_of(entry: &Entry, input: &Path) -> bool {
    match &entry.input_place {
        Some(known) => *known == place(input),
        None => entry.input == Name::of(input),
    }
}

fn renamed(entry: &Entry) -> Warning {
    let name = &entry.input;
    Warning::Other(format!("the output was made from '{name}', which has another name in this run"))
}

fn of_another(entry: &Entry) -> Warning {
    let name = &entry.input;
    Warning::Other(format!("the output was made from a different original ('{name}'); keeping it"))
}

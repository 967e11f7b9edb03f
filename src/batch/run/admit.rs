//! Admission: a frame's file is read and its share of the memory taken before a worker gets it.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Instant;

use crate::batch::disk::read::read_bytes;
use crate::batch::job::Job;
use crate::batch::memory::bomb::refuse_bomb;
use crate::batch::memory::budget::{Budget, Share};
use crate::batch::memory::machine;
use crate::batch::memory::needs::needed_bytes;
use crate::batch::outcome::Status;
use crate::batch::run::deliver::{Content, Delivery};
use crate::batch::run::existing::{Verdict, look};
use crate::batch::run::shared::Shared;
use crate::error::{Error, ErrorKind, Result, Warning};
use crate::format::Opened;

/// A frame that was admitted.
pub(in crate::batch) struct Admitted {
    pub(in crate::batch) job: Job,
    pub(in crate::batch) file: Opened,
    pub(in crate::batch) warnings: Vec<Warning>,
    /// What is to be said of the output that it replaces: of this run, so not for the journal.
    pub(in crate::batch) replaced: Option<Warning>,
    pub(in crate::batch) begun: Instant,
    pub(in crate::batch) share: Share,
}

/// The frame, if it is to be developed; what is kept or refused goes to the writer.
pub(in crate::batch) fn admitted(
    job: Job,
    budget: &Arc<Budget>,
    shared: &Shared,
    deliver: &SyncSender<Delivery>,
) -> Option<Admitted> {
    let begun = Instant::now();
    let mut warnings = job.warnings.clone();
    match admit(&job, budget, shared) {
        Ok(Admission::Kept(status, warning)) => {
            warnings.extend(warning);
            let result = Ok(Content::Kept(Box::new(status)));
            let _ = deliver.send(Delivery { job, result, warnings, begun, share: None });
            None
        }
        Err(error) => {
            refuse(deliver, job, error, begun);
            None
        }
        Ok(Admission::Developed(file, share, replaced)) => {
            Some(Admitted { job, file, warnings, replaced, begun, share })
        }
    }
}

fn refuse(deliver: &SyncSender<Delivery>, job: Job, error: Error, begun: Instant) {
    let warnings = job.warnings.clone();
    let _ = deliver.send(Delivery { job, result: Err(error), warnings, begun, share: None });
}

pub(in crate::batch) fn refuse_all(
    jobs: impl IntoIterator<Item = Job>,
    error: &Error,
    deliver: &SyncSender<Delivery>,
) {
    for job in jobs {
        refuse(deliver, job, error.clone(), Instant::now());
    }
}

/// What becomes of a frame whose turn it is.
#[allow(clippy::large_enum_variant, reason = "one a frame, never in a collection")]
enum Admission {
    /// Its output stays as it is.
    Kept(Status, Option<Warning>),
    /// It is developed: its file, its share of the memory, and what to say of what it replaces.
    Developed(Opened, Share, Option<Warning>),
}

/// Reads a frame's file and takes its share of the memory, unless its output is kept.
fn admit(job: &Job, budget: &Arc<Budget>, shared: &Shared) -> Result<Admission> {
    let verdict = match look(job, shared)? {
        Verdict::Skip => return Ok(Admission::Kept(Status::Skipped, None)),
        Verdict::Taken(warning) => return Ok(Admission::Kept(Status::NotDelivered, Some(warning))),
        verdict => verdict,
    };
    let decoding = shared.decoding();
    let most_bytes = shared.settings.memory_bytes;
    let length = std::fs::metadata(&job.input).map_or(0, |file| file.len());
    let mut share = budget.take(length.min(budget.limit_bytes()));
    make_room(&share, budget, shared)?;
    let bytes = read_bytes(&job.input, &decoding.limits)?;
    let replaced = match verdict.on(&bytes) {
        Verdict::Skip => return Ok(Admission::Kept(Status::Skipped, None)),
        Verdict::Taken(warning) => return Ok(Admission::Kept(Status::NotDelivered, Some(warning))),
        Verdict::UpToDate => return Ok(Admission::Kept(Status::UpToDate, None)),
        Verdict::Develop(warning) => warning,
        Verdict::ByOriginal { .. } => None,
    };
    let file = Opened::new(bytes, &decoding.limits)?;
    let (header, file_bytes) = (file.header(), file.bytes().len() as u64);
    let mut needed = needed_bytes(header, &job.recipe)?;
    if decoding.accept_damaged {
        needed += header.damaged_bytes(file_bytes);
    }
    let whole = file_bytes.saturating_add(needed);
    let mb = |bytes: u64| bytes.div_ceil(1_000_000);
    if whole > most_bytes {
        let (whole, limit) = (mb(whole), mb(most_bytes));
        return Err(Error::new(
            ErrorKind::TooLarge,
            format!(
                "{} px take {whole} MB to develop, and frames may take {limit} MB",
                header.size
            ),
        )
        .with_hint("allow more with --memory"));
    }
    refuse_bomb(header, file_bytes, &job.recipe)?;
    share.add(needed);
    shared.pool.trim_to(most_bytes.saturating_sub(needed));
    make_room(&share, budget, shared)?;
    Ok(Admission::Developed(file, share, replaced))
}

/// Sees to it that what was admitted can be allocated; a frame that does not fit beside the others
/// waits until it is alone.
fn make_room(share: &Share, budget: &Budget, shared: &Shared) -> Result<()> {
    // Some of it is allocated already: this asks for too much rather than too little.
    if machine::fits(budget.used_bytes()) {
        return Ok(());
    }
    shared.pool.trim_to(0);
    if machine::fits(budget.used_bytes()) {
        return Ok(());
    }
    budget.wait_until_alone(share);
    shared.pool.trim_to(0);
    if machine::fits(share.bytes()) {
        return Ok(());
    }
    let mb = |bytes: u64| bytes.div_ceil(1_000_000);
    let (needed, aside) = (mb(share.bytes()), mb(machine::ASIDE_BYTES));
    Err(Error::new(
        ErrorKind::TooLarge,
        format!("not enough memory: it takes {needed} MB to develop, and {aside} MB beside them"),
    )
    .with_hint("use fewer workers (--jobs 1), or allow the program more (ulimit -v)"))
}

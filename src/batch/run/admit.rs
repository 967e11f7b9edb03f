//! Admission: a frame's file is read and its share of the memory taken before a worker gets it.

use std::fs;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use crate::batch::disk::claim::Claim;
use crate::batch::disk::hash::{digits, hash};
use crate::batch::disk::log::{Seen, Trace};
use crate::batch::disk::read::read_bytes;
use crate::batch::disk::stamp::Stamp;
use crate::batch::fields::raw_bytes;
use crate::batch::job::Job;
use crate::batch::memory::bomb::refuse_bomb;
use crate::batch::memory::budget::{Budget, Share};
use crate::batch::memory::machine;
use crate::batch::memory::needs::needed_bytes;
use crate::batch::outcome::Status;
use crate::batch::run::deliver::{Content, Delivery, Kept};
use crate::batch::run::existing::{Verdict, look};
use crate::batch::run::logbook::renewed;
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
    pub(in crate::batch) claim: Option<Claim>,
    /// Size and times of the original.
    pub(in crate::batch) stamp: Option<Stamp>,
}

/// After this time a run looks again at a frame that another one is developing.
pub(in crate::batch) const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// What became of a frame whose turn it was.
#[allow(clippy::large_enum_variant, reason = "one a frame, never in a collection")]
pub(in crate::batch) enum Turn {
    /// It is to be developed.
    Admitted(Admitted),
    /// It was kept or refused, and the writer has it.
    Through,
    /// Another run is developing it: its turn comes again.
    Elsewhere(Job),
}

/// Reads a frame's file if it is to be developed; what is kept or refused goes to the writer.
pub(in crate::batch) fn admitted(
    job: Job,
    budget: &Arc<Budget>,
    shared: &Shared,
    deliver: &SyncSender<Delivery>,
) -> Turn {
    let begun = Instant::now();
    let mut warnings = job.warnings.clone();
    match admit(&job, budget, shared) {
        Ok(Admission::Elsewhere) => Turn::Elsewhere(job),
        Ok(Admission::Kept { status, warning, renewed }) => {
            warnings.extend(warning);
            let result = Ok(Content::Kept(Box::new(Kept { status, renewed })));
            let _ = deliver.send(Delivery::without_memory(job, result, warnings, begun));
            Turn::Through
        }
        Err(error) => {
            refuse(deliver, job, error, begun);
            Turn::Through
        }
        Ok(Admission::Developed { file, share, replaced, claim, stamp }) => {
            Turn::Admitted(Admitted { job, file, warnings, replaced, begun, share, claim, stamp })
        }
    }
}

fn refuse(deliver: &SyncSender<Delivery>, job: Job, error: Error, begun: Instant) {
    let warnings = job.warnings.clone();
    let _ = deliver.send(Delivery::without_memory(job, Err(error), warnings, begun));
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
    Kept { status: Status, warning: Option<Warning>, renewed: Option<Trace> },
    /// Another run is developing it.
    Elsewhere,
    /// It is developed: its file, its share of the memory, what to say of what it replaces.
    Developed {
        file: Opened,
        share: Share,
        replaced: Option<Warning>,
        claim: Option<Claim>,
        stamp: Option<Stamp>,
    },
}

impl Admission {
    fn kept(status: Status, warning: Option<Warning>) -> Self {
        Self::Kept { status, warning, renewed: None }
    }
}

/// What a frame is to be, and the claim on it if it may be developed; `None` if another run has it.
fn claimed(job: &Job, shared: &Shared) -> Result<Option<(Verdict, Option<Claim>)>> {
    let stamp = || Stamp::of(&fs::symlink_metadata(&job.output).ok()?);
    let before = stamp();
    let verdict = look(job, shared)?;
    let Some(folder) = &shared.settings.journal else { return Ok(Some((verdict, None))) };
    if !matches!(verdict, Verdict::Develop(_) | Verdict::ByOriginal { .. }) {
        return Ok(Some((verdict, None)));
    }
    match Claim::of(folder, &job.output, shared.stop) {
        Ok(None) => Ok(None),
        // Whoever had it has just written it.
        Ok(claim) if stamp() != before => Ok(Some((look(job, shared)?, claim))),
        Ok(claim) => Ok(Some((verdict, claim))),
        // No claim is to be had here.
        Err(_) => Ok(Some((verdict, None))),
    }
}

/// An output that stays, its files as they were seen if they had to be read.
fn up_to_date(job: &Job, seen: Option<Seen>, shared: &Shared) -> Admission {
    let before = shared.known.trace(job, shared.settings);
    let renewed = renewed(job, before, seen, shared);
    Admission::Kept { status: Status::UpToDate, warning: None, renewed }
}

/// Reads a frame's file and takes its share of the memory, unless its output is kept.
fn admit(job: &Job, budget: &Arc<Budget>, shared: &Shared) -> Result<Admission> {
    let Some((verdict, claim)) = claimed(job, shared)? else { return Ok(Admission::Elsewhere) };
    let verdict = match verdict {
        Verdict::Skip => return Ok(Admission::kept(Status::Skipped, None)),
        Verdict::Taken(warning) => {
            return Ok(Admission::kept(Status::NotDelivered, Some(warning)));
        }
        Verdict::UpToDate(_) => return Ok(up_to_date(job, None, shared)),
        verdict => verdict,
    };
    let decoding = shared.decoding();
    let most_bytes = shared.settings.memory_bytes;
    let found = fs::metadata(&job.input).ok();
    let length = found.as_ref().map_or(0, fs::Metadata::len);
    let stamp = found.as_ref().and_then(Stamp::of_settled);
    let mut share = budget.take(length.min(budget.limit_bytes()));
    make_room(&share, budget, shared)?;
    let bytes = read_bytes(&job.input, &decoding.limits)?;
    let replaced = match on_bytes(verdict, job, &bytes)? {
        (Verdict::Skip, _) => return Ok(Admission::kept(Status::Skipped, None)),
        (Verdict::Taken(warning), _) => {
            return Ok(Admission::kept(Status::NotDelivered, Some(warning)));
        }
        (Verdict::UpToDate(held), input_hash) => {
            let seen = held.stamp.zip(input_hash).map(|(output, input_hash)| Seen {
                input: stamp,
                input_hash,
                output,
                output_hash: held.hash,
            });
            return Ok(up_to_date(job, seen, shared));
        }
        (Verdict::Develop(warning), _) => warning,
        (Verdict::ByOriginal { .. }, _) => None,
    };
    let file = Opened::new(bytes, &decoding.limits)?;
    let (header, file_bytes) = (file.header(), file.bytes().len() as u64);
    let mut needed = needed_bytes(header, &job.recipe)? + raw_bytes(job);
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
    Ok(Admission::Developed { file, share, replaced, claim, stamp })
}

/// The verdict now that the original is read, and its hash if anything depended on it.
///
/// # Errors
/// [`ErrorKind::Usage`] if the original is not the one that was planned.
fn on_bytes(verdict: Verdict, job: &Job, bytes: &[u8]) -> Result<(Verdict, Option<String>)> {
    if !matches!(verdict, Verdict::ByOriginal { .. }) && job.planned.is_none() {
        return Ok((verdict, None));
    }
    let hash = digits(hash(bytes));
    if job.planned.as_ref().is_some_and(|planned| planned.hash != hash) {
        let message = "the original has changed since the plan was made";
        return Err(Error::new(ErrorKind::Usage, message).with_hint("make the plan again"));
    }
    Ok((verdict.on(&hash), Some(hash)))
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

//! Admission: a frame's file is read and its share of the memory reserved before a worker gets it.

use std::cell::OnceCell;
use std::fs;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use crate::batch::disk::claim::Claim;
use crate::batch::disk::hash::{digits, hash};
use crate::batch::disk::log::Seen;
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
use crate::develop::Onlooker;
use crate::error::{Error, ErrorKind, Result, Warning};
use crate::format::{Header, Opened};

/// A frame that was admitted.
pub(in crate::batch) struct Admitted {
    /// What is made of it.
    pub(in crate::batch) outputs: Vec<Admission>,
    pub(in crate::batch) file: Opened,
    pub(in crate::batch) begun: Instant,
    pub(in crate::batch) share: Share,
    /// Size and times of the original.
    pub(in crate::batch) stamp: Option<Stamp>,
}

/// An output that is to be made.
pub(in crate::batch) struct Admission {
    pub(in crate::batch) job: Job,
    /// What is to be said of the output that it replaces: of this run, so not for the journal.
    pub(in crate::batch) replaced: Option<Warning>,
    pub(in crate::batch) claim: Option<Claim>,
}

/// After this time a run looks again at a frame that another one is developing.
pub(in crate::batch) const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// What became of the outputs of a frame whose turn it was. Those in none of these lists were kept or refused,
/// and the writer has them.
#[derive(Default)]
pub(in crate::batch) struct Turn {
    /// They are to be developed.
    pub(in crate::batch) admitted: Option<Admitted>,
    /// They are to be developed too, but there is not the memory for all together.
    pub(in crate::batch) next: Vec<Job>,
    /// Another run is developing them: their turn comes again.
    pub(in crate::batch) elsewhere: Vec<Job>,
}

/// Reads a frame's file if anything is to be made of it; what is kept or refused goes to the writer.
pub(in crate::batch) fn admitted(
    jobs: Vec<Job>,
    budget: &Arc<Budget>,
    shared: &Shared,
    deliver: &SyncSender<Delivery>,
) -> Turn {
    let admitting = Admitting { budget, shared, deliver, begun: Instant::now() };
    let mut turn = Turn::default();
    let mut open = Vec::new();
    for job in jobs {
        match claimed(&job, shared) {
            Ok(Some((verdict, claim))) => open.extend(admitting.still_open(job, verdict, claim)),
            Ok(None) => turn.elsewhere.push(job),
            Err(error) => refuse(deliver, job, error, admitting.begun),
        }
    }
    if let Some(first) = open.first() {
        match admitting.file(&first.job) {
            Ok(read) => admitting.on_file(open, read, &mut turn),
            Err(error) => admitting.refuse_open(open, &error),
        }
    }
    turn
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

/// An output that may have to be made, by what its original holds.
struct Open {
    job: Job,
    verdict: Verdict,
    claim: Option<Claim>,
}

/// An original, read.
struct Read {
    bytes: Vec<u8>,
    stamp: Option<Stamp>,
    share: Share,
}

/// The admission of one frame.
struct Admitting<'a> {
    budget: &'a Arc<Budget>,
    shared: &'a Shared<'a>,
    deliver: &'a SyncSender<Delivery>,
    begun: Instant,
}

impl Admitting<'_> {
    fn refuse_open(&self, open: Vec<Open>, error: &Error) {
        for Open { job, .. } in open {
            refuse(self.deliver, job, error.clone(), self.begun);
        }
    }

    fn keep(&self, job: Job, status: Status, warning: Option<Warning>, kept: Option<Seen>) {
        let mut warnings = job.warnings.clone();
        warnings.extend(warning);
        let renewed = match status {
            Status::UpToDate => {
                let before = self.shared.known.trace(&job, self.shared.settings);
                renewed(&job, before, kept, self.shared)
            }
            _ => None,
        };
        let result = Ok(Content::Kept(Box::new(Kept { status, renewed })));
        let _ = self.deliver.send(Delivery::without_memory(job, result, warnings, self.begun));
    }

    /// The output, unless it is kept whatever its original holds.
    fn still_open(&self, job: Job, verdict: Verdict, claim: Option<Claim>) -> Option<Open> {
        match verdict {
            Verdict::Skip => self.keep(job, Status::Skipped, None, None),
            Verdict::Taken(warning) => self.keep(job, Status::NotDelivered, Some(warning), None),
            Verdict::UpToDate(_) => self.keep(job, Status::UpToDate, None, None),
            Verdict::Develop(_) | Verdict::ByOriginal { .. } => {
                return Some(Open { job, verdict, claim });
            }
        }
        None
    }

    /// The file of a frame, with the share of the memory that it takes.
    fn file(&self, job: &Job) -> Result<Read> {
        let found = fs::metadata(&job.input).ok();
        let length = found.as_ref().map_or(0, fs::Metadata::len);
        let stamp = found.as_ref().and_then(Stamp::of_settled);
        let share = self.budget.take(length.min(self.budget.limit_bytes()));
        make_room(&share, self.budget, self.shared)?;
        let bytes = read_bytes(&job.input, &self.shared.decoding().limits)?;
        Ok(Read { bytes, stamp, share })
    }

    /// Takes the memory for what is to be made of this file.
    fn on_file(&self, open: Vec<Open>, read: Read, turn: &mut Turn) {
        let Read { bytes, stamp, share } = read;
        let outputs = self.by_original(open, &bytes, stamp);
        if outputs.is_empty() {
            return;
        }
        let file = match Opened::new(bytes, &self.shared.decoding().limits) {
            Ok(file) => file,
            Err(error) => return self.refuse_outputs(outputs, &error),
        };
        let (header, file_bytes) = (file.header(), file.bytes().len() as u64);
        let mut outputs = self.that_fit(outputs, header, file_bytes);
        let Some(mut needed) = self.together(&outputs, header, file_bytes) else { return };
        if outputs.len() > 1 && file_bytes.saturating_add(needed) > self.most_bytes() {
            turn.next = outputs.drain(1..).map(|output| output.job).collect();
            let Some(alone) = self.together(&outputs, header, file_bytes) else { return };
            needed = alone;
        }
        match self.share(share, needed) {
            Ok(share) => {
                let begun = self.begun;
                turn.admitted = Some(Admitted { outputs, file, begun, share, stamp });
            }
            Err(error) => self.refuse_outputs(outputs, &error),
        }
    }

    fn refuse_outputs(&self, outputs: Vec<Admission>, error: &Error) {
        refuse_all(outputs.into_iter().map(|output| output.job), error, self.deliver);
    }

    /// The outputs that are to be made of an original that holds this.
    fn by_original(&self, open: Vec<Open>, bytes: &[u8], stamp: Option<Stamp>) -> Vec<Admission> {
        let hashed = OnceCell::new();
        let hash = || hashed.get_or_init(|| digits(hash(bytes))).as_str();
        let mut outputs = Vec::with_capacity(open.len());
        for Open { job, verdict, claim } in open {
            let depends = matches!(verdict, Verdict::ByOriginal { .. });
            if job.planned.as_ref().is_some_and(|planned| planned.hash != hash()) {
                let message = "the original has changed since the plan was made";
                let error = Error::new(ErrorKind::Usage, message);
                let error = error.with_hint("make the plan again");
                refuse(self.deliver, job, error, self.begun);
                continue;
            }
            match if depends { verdict.on(hash()) } else { verdict } {
                Verdict::Develop(replaced) => outputs.push(Admission { job, replaced, claim }),
                Verdict::ByOriginal { .. } => {
                    outputs.push(Admission { job, replaced: None, claim });
                }
                Verdict::UpToDate(held) => {
                    let seen = held.stamp.map(|output| Seen {
                        input: stamp,
                        input_hash: hash().to_owned(),
                        output,
                        output_hash: held.hash,
                    });
                    self.keep(job, Status::UpToDate, None, seen);
                }
                verdict => drop(self.still_open(job, verdict, claim)),
            }
        }
        outputs
    }

    /// Those of the outputs for which there is enough memory, if each is made alone.
    fn that_fit(
        &self,
        outputs: Vec<Admission>,
        header: &Header,
        file_bytes: u64,
    ) -> Vec<Admission> {
        let most_bytes = self.most_bytes();
        let fits = |job: &Job| {
            let mut needed = needed_bytes(header, &[&job.recipe])? + raw_bytes(job);
            needed += self.damaged_bytes(header, file_bytes) + self.shown_bytes(header, 1);
            let whole = file_bytes.saturating_add(needed);
            if whole > most_bytes {
                let (whole, limit) = (mb(whole), mb(most_bytes));
                let size = header.size;
                let message =
                    format!("{size} px takes {whole} MB to develop; the limit is {limit} MB");
                return Err(
                    Error::new(ErrorKind::TooLarge, message).with_hint("allow more with --memory")
                );
            }
            refuse_bomb(header, file_bytes, &job.recipe)
        };
        let mut fitting = Vec::with_capacity(outputs.len());
        for output in outputs {
            match fits(&output.job) {
                Ok(()) => fitting.push(output),
                Err(error) => {
                    let error = output.job.of_edition(error);
                    refuse(self.deliver, output.job, error, self.begun);
                }
            }
        }
        fitting
    }

    /// Bytes that these outputs take beside the file; nothing if there are none.
    fn together(&self, outputs: &[Admission], header: &Header, file_bytes: u64) -> Option<u64> {
        let raw_bytes = raw_bytes(&outputs.first()?.job);
        let recipes: Vec<_> = outputs.iter().map(|output| &*output.job.recipe).collect();
        let needed = needed_bytes(header, &recipes).ok()?;
        let shown_bytes = self.shown_bytes(header, outputs.len() as u64);
        Some(needed + raw_bytes + self.damaged_bytes(header, file_bytes) + shown_bytes)
    }

    fn damaged_bytes(&self, header: &Header, file_bytes: u64) -> u64 {
        match self.shared.settings.accept_damaged {
            true => header.damaged_bytes(file_bytes),
            false => 0,
        }
    }

    /// What the small pictures of so many outputs take.
    fn shown_bytes(&self, header: &Header, outputs: u64) -> u64 {
        match self.shared.settings.shown {
            true => outputs * Onlooker::bytes(header.size),
            false => 0,
        }
    }

    fn most_bytes(&self) -> u64 {
        self.shared.settings.memory_bytes
    }

    /// The share with so many bytes more.
    fn share(&self, mut share: Share, needed: u64) -> Result<Share> {
        share.add(needed);
        self.shared.pool.trim_to(self.most_bytes().saturating_sub(needed));
        make_room(&share, self.budget, self.shared)?;
        Ok(share)
    }
}

/// In messages.
fn mb(bytes: u64) -> u64 {
    bytes.div_ceil(1_000_000)
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
    let (needed, aside) = (mb(share.bytes()), mb(machine::ASIDE_BYTES));
    Err(Error::new(
        ErrorKind::TooLarge,
        format!("not enough memory: developing it takes {needed} MB, and {aside} MB besides"),
    )
    .with_hint("use fewer workers (--jobs 1), or allow the program more (ulimit -v)"))
}

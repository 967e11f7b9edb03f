//! The run: frames admitted in order as memory allows, developed on the workers, written by one
//! thread, reported one by one.
//!
//! The calling thread admits: it reads a file, looks at its header, waits for the frame's share of
//! the budget and hands it to the pool. It is no worker, so its waiting starves nobody. One more
//! thread writes (see `deliver`). One small frame needs none of them (see `alone`).

pub(in crate::batch) mod alone;
pub(in crate::batch) mod deliver;
pub(in crate::batch) mod existing;
pub(in crate::batch) mod frame;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::batch::disk::read::read_bytes;
use crate::batch::memory::bomb::refuse_bomb;
use crate::batch::memory::budget::{Budget, Share};
use crate::batch::memory::machine;
use crate::batch::memory::needs::{damaged_bytes, needed_bytes};
use crate::batch::run::deliver::{Content, Delivery, write_all};
use crate::batch::run::existing::{Known, Verdict, look};
use crate::batch::run::frame::{Shared, develop_file};
use crate::batch::{Batch, Event, Job, Outcome, Status, Stop, Summary};
use crate::error::{Error, ErrorKind, Result, Warning};
use crate::format;

/// Frames admitted beyond those that are being developed, so that no worker waits for a file.
const READ_AHEAD: usize = 1;

/// A frame that was admitted.
pub(in crate::batch) struct Admitted {
    job: Job,
    bytes: Vec<u8>,
    warnings: Vec<Warning>,
    /// What is to be said of the output that it replaces: of this run, so not for the journal.
    replaced: Option<Warning>,
    begun: Instant,
    share: Share,
}

impl Batch {
    /// Develops all frames, reporting what happens; ends early when `stop` is set.
    ///
    /// A frame is reported as done when its file is whole under its name and, with
    /// [`Sync::Full`](crate::batch::Sync::Full), pushed to the disk. What fails costs its own frame only; an output folder
    /// that cannot be written any more ends the run.
    pub fn run(self, stop: &Stop, report: impl FnMut(&Event) + Send) -> Summary {
        let begun = Instant::now();
        let Self { jobs, settings } = self;
        let total = jobs.len();
        let report = Mutex::new(report);
        let tell = |event: &Event| {
            // A report that panicked does not keep later frames from theirs.
            (report.lock().unwrap_or_else(PoisonError::into_inner))(event);
        };
        let (known, unready) = match Known::read(&jobs, &settings) {
            Ok(known) => (known, None),
            Err(error) => (Known::default(), Some(error)),
        };
        let shared = Shared::new(&settings, stop, known);
        let mut summary = match alone::small(&jobs, &settings).filter(|_| unready.is_none()) {
            Some(job) => alone::run(job.clone(), &shared, &tell),
            None => on_threads(jobs, unready, &shared, &tell),
        };
        let through = summary.done + summary.skipped + summary.up_to_date + summary.failed;
        summary.unbegun = total - through;
        summary.took = begun.elapsed();
        summary
    }
}

/// All frames on the workers, with a thread beside them that writes; none if the run is not ready.
fn on_threads(
    jobs: Vec<Job>,
    unready: Option<Error>,
    shared: &Shared,
    tell: &(impl Fn(&Event) + std::marker::Sync),
) -> Summary {
    let workers = machine::workers_that_fit(match shared.settings.jobs {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        jobs => jobs,
    });
    let (deliver, deliveries) = sync_channel(2 * workers);
    std::thread::scope(|threads| {
        let write = || write_all(deliveries, shared.settings, shared.stop, tell);
        let writer = std::thread::Builder::new().name("write".into());
        let writer = match writer.spawn_scoped(threads, write) {
            Ok(writer) => writer,
            Err(cause) => return tell_all(jobs, &no_threads("the writer", &cause), tell),
        };
        match unready {
            Some(error) => refuse_all(jobs, &error, &deliver),
            None => admit_all(jobs, workers, shared, &deliver, tell),
        }
        drop(deliver);
        // Its only faults are those of `report`, and what it told is lost with it.
        writer.join().unwrap_or(Summary { environment: true, ..Summary::default() })
    })
}

fn no_threads(what: &str, cause: &dyn std::fmt::Display) -> Error {
    Error::new(ErrorKind::Environment, format!("cannot start {what}: {cause}"))
        .with_hint("try fewer workers (--jobs 1), or allow more memory and threads (ulimit)")
}

/// All frames failed, for one reason, and nobody there who reports them one by one.
fn tell_all(jobs: Vec<Job>, error: &Error, tell: &impl Fn(&Event)) -> Summary {
    let failed = jobs.len();
    for job in jobs {
        let (result, warnings) = (Err(error.clone().about(&job.input)), job.warnings.clone());
        tell(&Event::Finished(&Outcome { job, result, warnings, took: Duration::ZERO }));
    }
    Summary { failed, environment: true, ..Summary::default() }
}

/// The calling thread's part: one frame after the other to the workers.
fn admit_all(
    jobs: Vec<Job>,
    workers: usize,
    shared: &Shared,
    deliver: &SyncSender<Delivery>,
    tell: &(impl Fn(&Event) + std::marker::Sync),
) {
    let places = Budget::new((workers + READ_AHEAD) as u64);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(workers)
        .thread_name(|i| format!("develop-{i}"))
        .build();
    let pool = match pool {
        Ok(pool) => pool,
        Err(cause) => {
            let error = no_threads(&format!("{workers} workers"), &cause);
            return refuse_all(jobs, &error, deliver);
        }
    };
    machine::keep_freed();
    // What a thread takes for itself it has before any frame is promised the rest.
    pool.broadcast(|_| machine::settle());
    let budget = Budget::new(machine::together(shared.settings.memory_bytes));
    if workers > 1 {
        shared.to_begin.store(jobs.len(), Ordering::Relaxed);
    }
    pool.in_place_scope(|scope| {
        for job in jobs {
            let place = places.take(1);
            if shared.stop.is_set() {
                break;
            }
            let Some(admitted) = admitted(job, &budget, shared, deliver) else {
                shared.to_begin.fetch_sub(1, Ordering::Relaxed);
                continue;
            };
            scope.spawn(move |_| {
                shared.to_begin.fetch_sub(1, Ordering::Relaxed);
                let worker = rayon::current_thread_index().unwrap_or(0);
                let delivery = developed(admitted, worker, shared, tell);
                drop(place);
                // The writer is there until the last sender is gone.
                let _ = deliver.send(delivery);
            });
        }
    });
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
        Ok(Admission::Developed(bytes, share, replaced)) => {
            Some(Admitted { job, bytes, warnings, replaced, begun, share })
        }
    }
}

/// A worker's part: one frame, from its start to what goes to the writer.
pub(in crate::batch) fn developed(
    admitted: Admitted,
    worker: usize,
    shared: &Shared,
    tell: &impl Fn(&Event),
) -> Delivery {
    tell(&Event::Started { worker, job: &admitted.job });
    let delivery = develop_admitted(admitted, shared);
    tell(&Event::Left { worker });
    delivery
}

fn refuse(deliver: &SyncSender<Delivery>, job: Job, error: Error, begun: Instant) {
    let warnings = job.warnings.clone();
    let _ = deliver.send(Delivery { job, result: Err(error), warnings, begun, share: None });
}

fn refuse_all(jobs: Vec<Job>, error: &Error, deliver: &SyncSender<Delivery>) {
    for job in jobs {
        refuse(deliver, job, error.clone(), Instant::now());
    }
}

/// What becomes of a frame whose turn it is.
#[allow(clippy::large_enum_variant, reason = "one a frame, never in a collection")]
enum Admission {
    /// Its output stays as it is.
    Kept(Status, Option<Warning>),
    /// It is developed: the file's bytes, its share of the memory, and what to say of what it replaces.
    Developed(Vec<u8>, Share, Option<Warning>),
}

/// Reads a frame's file and takes its share of the memory, unless its output is kept.
fn admit(job: &Job, budget: &Arc<Budget>, shared: &Shared) -> Result<Admission> {
    let verdict = match look(job, shared)? {
        Verdict::Keep(warning) => return Ok(Admission::Kept(Status::Skipped, warning)),
        verdict => verdict,
    };
    let decoding = shared.decoding();
    let most_bytes = shared.settings.memory_bytes;
    let length = std::fs::metadata(&job.input).map_or(0, |file| file.len());
    let mut share = budget.take(length.min(budget.limit_bytes()));
    make_room(&share, budget, shared)?;
    let bytes = read_bytes(&job.input, &decoding.limits)?;
    let replaced = match verdict.on(&bytes) {
        Verdict::Keep(warning) => return Ok(Admission::Kept(Status::Skipped, warning)),
        Verdict::UpToDate => return Ok(Admission::Kept(Status::UpToDate, None)),
        Verdict::Develop(warning) => warning,
        Verdict::ByOriginal { .. } => None,
    };
    let header = format::probe(&bytes, &decoding.limits)?;
    let mut needed = needed_bytes(&header, &job.recipe)?;
    if decoding.accept_damaged {
        needed += damaged_bytes(&header, bytes.len() as u64);
    }
    let whole = (bytes.len() as u64).saturating_add(needed);
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
    refuse_bomb(&header, bytes.len() as u64, &job.recipe)?;
    share.add(needed);
    shared.pool.trim_to(most_bytes.saturating_sub(needed));
    make_room(&share, budget, shared)?;
    Ok(Admission::Developed(bytes, share, replaced))
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

/// One frame, whatever happens in it.
fn develop_admitted(admitted: Admitted, shared: &Shared) -> Delivery {
    let Admitted { job, bytes, mut warnings, replaced, begun, mut share } = admitted;
    let developed = match shared.stop.is_set() {
        true => Err(Error::new(ErrorKind::Interrupted, "the run was stopped")),
        // What a panic leaves half done are this frame's own buffers, dropped with it.
        false => {
            catch_unwind(AssertUnwindSafe(|| develop_file(&job, bytes, shared, &mut warnings)))
                .unwrap_or_else(|_| {
                    Err(Error::new(
                        ErrorKind::Internal,
                        "a fault of longlens itself while developing it",
                    )
                    .with_hint("please report it with the frame; the other frames are not touched"))
                })
        }
    };
    warnings.extend(replaced);
    share.shrink_to(developed.as_ref().map_or(0, |finished| finished.bytes.capacity() as u64));
    let result = developed.map(|finished| Content::File(Box::new(finished)));
    Delivery { job, result, warnings, begun, share: Some(share) }
}

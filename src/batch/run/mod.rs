//! The run: frames admitted in order as memory allows, developed on the workers, written by one
//! thread, reported one by one.
//!
//! The calling thread admits: it reads a file, looks at its header, waits for the frame's share of
//! the budget and hands it to the pool. It is not a worker, so its waiting starves nobody. One more
//! thread writes (see `deliver`).

pub(in crate::batch) mod admit;
pub(in crate::batch) mod company;
pub(in crate::batch) mod deliver;
pub(in crate::batch) mod existing;
pub(in crate::batch) mod finish;
pub(in crate::batch) mod frame;
pub(in crate::batch) mod joined;
pub(in crate::batch) mod known;
pub(in crate::batch) mod logbook;
pub(in crate::batch) mod order_hash;
pub(in crate::batch) mod output;
pub(in crate::batch) mod pace;
pub(in crate::batch) mod shared;
pub(in crate::batch) mod shown;
pub(in crate::batch) mod turned;
pub(in crate::batch) mod typesetters;
pub(in crate::batch) mod work;

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::batch::job::Job;
use crate::batch::memory::budget::Budget;
use crate::batch::memory::machine;
use crate::batch::outcome::{Event, Outcome, Summary};
use crate::batch::run::admit::{LOOK_AGAIN, admitted, refuse_all};
use crate::batch::run::company::company;
use crate::batch::run::deliver::{Delivery, write_all};
use crate::batch::run::known::Known;
use crate::batch::run::pace::Pace;
use crate::batch::run::shared::Shared;
use crate::batch::run::work::developed;
use crate::batch::settings::{Batch, Existing, Settings};
use crate::batch::shard::Shard;
use crate::batch::stop::{Stop, stopped};
use crate::error::{Error, ErrorKind};

/// Frames admitted beyond those that are being developed, so that no worker waits for a file.
const READ_AHEAD: usize = 1;

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
        let mut shared = Shared::new(&settings, stop, known);
        if looked_at_all(&jobs, &settings) {
            shared.company = company(&jobs, &shared);
        }
        let mut summary = on_threads(jobs, unready, &shared, &tell);
        let left = summary.skipped + summary.not_delivered + summary.up_to_date;
        let through = summary.done + left + summary.failed;
        summary.unbegun = total - through;
        summary.took = begun.elapsed();
        summary
    }
}

/// Whether the scenes of the jobs are those of all these frames, looked at for this run, and there is a log
/// to say so: the frames of a plan may be some of those that were looked at, and outputs that are kept spare
/// their frames the look.
fn looked_at_all(jobs: &[Job], settings: &Settings) -> bool {
    settings.journal.is_some()
        && settings.shard == Shard::WHOLE
        && jobs.iter().all(|job| job.planned.is_none())
        && (settings.existing != Existing::Keep || !jobs.iter().any(|job| job.output.exists()))
}

/// All frames on the workers, with a thread beside them that writes; none if the run is not ready.
fn on_threads(
    jobs: Vec<Job>,
    unready: Option<Error>,
    shared: &Shared,
    tell: &(impl Fn(&Event) + std::marker::Sync),
) -> Summary {
    let workers = shared.settings.workers();
    let (deliver, deliveries) = sync_channel(2 * workers);
    std::thread::scope(|threads| {
        let write = || write_all(deliveries, shared, tell);
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
    // What a thread takes for itself it has before any frame is promised the rest.
    pool.broadcast(|_| machine::settle());
    let budget = Budget::new(machine::together(shared.settings.memory_bytes));
    let frames = by_frame(jobs);
    if workers > 1 {
        shared.to_begin.store(frames.len(), Ordering::Relaxed);
    }
    pool.in_place_scope(|scope| {
        // Frames that another run is developing come again at the end.
        let (mut frames, mut again) = (frames.into_iter(), VecDeque::new());
        let mut next = Vec::new();
        while let Some(jobs) = following(&mut next, &mut frames, &mut again) {
            let is_last_round = frames.len() == 0;
            let place = places.take(1);
            let reason = if shared.stop.is_closing() {
                Some(stopped())
            } else {
                (!shared.pace.has_time()).then(Pace::late)
            };
            if let Some(reason) = reason {
                let unbegun = std::iter::once(jobs).chain(frames.by_ref()).chain(again);
                return refuse_all(unbegun.flatten(), &reason, deliver);
            }
            let turn = admitted(jobs, &budget, shared, deliver);
            next = turn.next;
            let is_through = next.is_empty() && turn.elsewhere.is_empty();
            if !turn.elsewhere.is_empty() {
                again.push_back(turn.elsewhere);
            }
            let Some(admitted) = turn.admitted else {
                drop(place);
                if is_through {
                    shared.to_begin.fetch_sub(1, Ordering::Relaxed);
                } else if is_last_round && next.is_empty() {
                    std::thread::sleep(LOOK_AGAIN);
                }
                continue;
            };
            scope.spawn(move |_| {
                if is_through {
                    shared.to_begin.fetch_sub(1, Ordering::Relaxed);
                }
                let worker = rayon::current_thread_index().unwrap_or(0);
                // The writer is there until the last sender is gone.
                let send = |delivery| _ = deliver.send(delivery);
                let last = developed(admitted, worker, shared, tell, &send);
                drop(place);
                last.map(send);
            });
        }
    });
}

/// The jobs that come next: what is left of a frame, a new frame, one that another run had.
fn following(
    next: &mut Vec<Job>,
    frames: &mut impl Iterator<Item = Vec<Job>>,
    again: &mut VecDeque<Vec<Job>>,
) -> Option<Vec<Job>> {
    match next.is_empty() {
        false => Some(std::mem::take(next)),
        true => frames.next().or_else(|| again.pop_front()),
    }
}

/// The jobs, those of one frame together, in the order of the first of each.
fn by_frame(jobs: Vec<Job>) -> Vec<Vec<Job>> {
    let mut frames: Vec<Vec<Job>> = Vec::with_capacity(jobs.len());
    let mut known = HashMap::new();
    for job in jobs {
        if job.edition.is_some() {
            let at = *known.entry((job.input.clone(), job.raw.clone())).or_insert(frames.len());
            if let Some(frame) = frames.get_mut(at) {
                frame.push(job);
                continue;
            }
        }
        frames.push(vec![job]);
    }
    frames
}

//! The run: frames admitted in order as memory allows, developed on the workers, written by one
//! thread, reported one by one.
//!
//! The calling thread admits: it reads a file, looks at its header, waits for the frame's share of
//! the budget and hands it to the pool. It is no worker, so its waiting starves nobody. One more
//! thread writes, so that a worker never waits for the disk; it reports a frame only when file and
//! folder are safe.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::budget::{Budget, Share};
use super::frame::{Finished, Shared, develop_file, needed_bytes, read_bytes};
use super::write::{Sync, sync_folder, write_whole};
use super::{Batch, Event, Existing, Job, Outcome, Settings, Status, Stop, Summary};
use crate::develop::Workers;
use crate::error::{Error, ErrorKind, Result, Warning};
use crate::format;

/// Frames admitted beyond those that are being developed, so that no worker waits for a file.
const READ_AHEAD: usize = 1;

/// A frame on its way to the writer.
struct Delivery {
    job: Job,
    result: Result<Content>,
    warnings: Vec<Warning>,
    begun: Instant,
    /// Its memory, given back when it is written.
    share: Option<Share>,
}

enum Content {
    File(Box<Finished>),
    Skipped,
}

/// A frame that was admitted.
struct Admitted {
    job: Job,
    bytes: Vec<u8>,
    warnings: Vec<Warning>,
    begun: Instant,
    share: Share,
    workers: Workers,
}

impl Batch {
    /// Develops all frames, reporting what happens; ends early when `stop` is set.
    ///
    /// A frame is reported as done when its file is whole under its name and, with
    /// [`Sync::Full`], pushed to the disk. What fails costs its own frame only; an output folder
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
        let workers = match settings.jobs {
            0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            jobs => jobs,
        };
        let shared = Shared::new(&settings, stop);
        let (deliver, deliveries) = sync_channel(2 * workers);
        let mut summary = std::thread::scope(|threads| {
            let writer = threads.spawn(|| write_all(deliveries, &settings, stop, &tell));
            admit_all(jobs, workers, &shared, &deliver, &tell);
            drop(deliver);
            writer.join().unwrap_or_default()
        });
        summary.unbegun = total - summary.done - summary.skipped - summary.failed;
        summary.took = begun.elapsed();
        summary
    }
}

/// The calling thread's part: one frame after the other to the workers.
fn admit_all(
    jobs: Vec<Job>,
    workers: usize,
    shared: &Shared,
    deliver: &SyncSender<Delivery>,
    tell: &(impl Fn(&Event) + std::marker::Sync),
) {
    let budget = Budget::new(shared.settings.memory_bytes);
    let places = Budget::new((workers + READ_AHEAD) as u64);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(workers)
        .thread_name(|i| format!("develop-{i}"))
        .build();
    let pool = match pool {
        Ok(pool) => pool,
        Err(error) => return refuse_all(jobs, &error.to_string(), deliver),
    };
    let waiting = AtomicUsize::new(jobs.len());
    pool.in_place_scope(|scope| {
        for job in jobs {
            let place = places.take(1);
            if shared.stop.is_set() {
                break;
            }
            let left = waiting.fetch_sub(1, Ordering::Relaxed);
            let begun = Instant::now();
            let few = left < workers && places.limit_bytes() - places.free_bytes() <= 1;
            match admit(&job, &budget, shared) {
                Ok(None) => send(deliver, job, Ok(Content::Skipped), begun),
                Err(error) => send(deliver, job, Err(error), begun),
                Ok(Some((bytes, share, warnings))) => {
                    let workers = if few { Workers::All } else { Workers::One };
                    let admitted = Admitted { job, bytes, warnings, begun, share, workers };
                    scope.spawn(move |_| {
                        let worker = rayon::current_thread_index().unwrap_or(0);
                        tell(&Event::Started { worker, job: &admitted.job });
                        let delivery = develop_admitted(admitted, shared);
                        tell(&Event::Left { worker });
                        drop(place);
                        // The writer is there until the last sender is gone.
                        let _ = deliver.send(delivery);
                    });
                }
            }
        }
    });
}

fn send(deliver: &SyncSender<Delivery>, job: Job, result: Result<Content>, begun: Instant) {
    let warnings = job.warnings.clone();
    let _ = deliver.send(Delivery { job, result, warnings, begun, share: None });
}

fn refuse_all(jobs: Vec<Job>, why: &str, deliver: &SyncSender<Delivery>) {
    for job in jobs {
        let error = Error::new(ErrorKind::Environment, format!("cannot start workers: {why}"));
        send(deliver, job, Err(error), Instant::now());
    }
}

type AdmittedParts = (Vec<u8>, Share, Vec<Warning>);

/// Reads a frame's file and takes its share of the memory; `None` if it is not to be developed.
fn admit(job: &Job, budget: &Arc<Budget>, shared: &Shared) -> Result<Option<AdmittedParts>> {
    if shared.settings.existing == Existing::Keep && job.output.symlink_metadata().is_ok() {
        return Ok(None);
    }
    let decoding = shared.decoding();
    let length = std::fs::metadata(&job.input).map_or(0, |file| file.len());
    let mut share = budget.take(length.min(budget.limit_bytes()));
    let bytes = read_bytes(&job.input, &decoding.limits)?;
    let header = format::probe(&bytes, &decoding.limits)?;
    let needed = needed_bytes(&header, &job.recipe);
    let warnings = job.warnings.clone();
    let whole = bytes.len() as u64 + needed;
    if whole > budget.limit_bytes() {
        let mb = |bytes: u64| bytes.div_ceil(1_000_000);
        let (whole, limit) = (mb(whole), mb(budget.limit_bytes()));
        return Err(Error::new(
            ErrorKind::TooLarge,
            format!(
                "{} px take {whole} MB to develop, and frames may take {limit} MB",
                header.size
            ),
        )
        .with_hint("allow more with --memory"));
    }
    share.add(needed);
    shared.pool.trim_to(budget.limit_bytes().saturating_sub(needed));
    Ok(Some((bytes, share, warnings)))
}

/// A worker's part: one frame, whatever happens in it.
fn develop_admitted(admitted: Admitted, shared: &Shared) -> Delivery {
    let Admitted { job, bytes, mut warnings, begun, mut share, workers } = admitted;
    let developed = match shared.stop.is_set() {
        true => Err(Error::new(ErrorKind::Interrupted, "the run was stopped")),
        // What a panic leaves half done are this frame's own buffers, dropped with it.
        false => catch_unwind(AssertUnwindSafe(|| {
            develop_file(&job, bytes, workers, shared, &mut warnings)
        }))
        .unwrap_or_else(|_| {
            Err(Error::new(ErrorKind::Internal, "a fault of longlens itself while developing it")
                .with_hint("please report it with the frame; the other frames are not touched"))
        }),
    };
    share.shrink_to(developed.as_ref().map_or(0, |finished| finished.bytes.capacity() as u64));
    let result = developed.map(|finished| Content::File(Box::new(finished)));
    Delivery { job, result, warnings, begun, share: Some(share) }
}

/// Frames whose folders are synced together at the most.
const SYNCED_TOGETHER: usize = 16;

/// The writer's part: files under their names, folders synced, outcomes reported.
fn write_all(
    deliveries: Receiver<Delivery>,
    settings: &Settings,
    stop: &Stop,
    tell: &impl Fn(&Event),
) -> Summary {
    let mut summary = Summary::default();
    let mut written = Vec::new();
    while let Ok(first) = deliveries.recv() {
        let mut folders = BTreeSet::new();
        let mut next = Some(first);
        while let Some(delivery) = next {
            written.push(write(delivery, settings.sync, &mut folders));
            next = (written.len() < SYNCED_TOGETHER).then(|| deliveries.try_recv().ok()).flatten();
        }
        let unsafe_folder = sync_folders(&folders, settings.sync);
        for mut outcome in written.drain(..) {
            if let (Ok(Status::Done(_)), Some(error)) = (&outcome.result, &unsafe_folder) {
                outcome.result = Err(error.clone());
            }
            count(&mut summary, &outcome, stop);
            tell(&Event::Finished(&outcome));
        }
    }
    summary
}

fn write(delivery: Delivery, sync: Sync, folders: &mut BTreeSet<PathBuf>) -> Outcome {
    let Delivery { job, result, warnings, begun, share } = delivery;
    let result = result.and_then(|content| match content {
        Content::Skipped => Ok(Status::Skipped),
        Content::File(finished) => {
            if let Some(folder) = job.output.parent() {
                if !folder.as_os_str().is_empty() {
                    std::fs::create_dir_all(folder).map_err(|e| {
                        Error::io(ErrorKind::Environment, "cannot make the folder", &e)
                            .about(folder)
                    })?;
                }
                folders.insert(folder.to_path_buf());
            }
            write_whole(&job.output, &finished.bytes, sync)?;
            Ok(Status::Done(finished.done))
        }
    });
    drop(share);
    let result = result.map_err(|error| error.about(&job.input));
    Outcome { job, result, warnings, took: begun.elapsed() }
}

fn sync_folders(folders: &BTreeSet<PathBuf>, sync: Sync) -> Option<Error> {
    if sync == Sync::Lazy {
        return None;
    }
    folders.iter().find_map(|folder| sync_folder(folder).err())
}

fn count(summary: &mut Summary, outcome: &Outcome, stop: &Stop) {
    match &outcome.result {
        Ok(Status::Skipped) => summary.skipped += 1,
        Ok(Status::Done(done)) => {
            summary.done += 1;
            summary.megapixels += done.original.megapixels();
            summary.had_position += usize::from(done.had_position);
        }
        Err(error) => {
            match error.kind() {
                // Counted with those that were not begun.
                ErrorKind::Interrupted => return,
                ErrorKind::Environment => {
                    summary.environment = true;
                    stop.set_environment();
                }
                _ => {}
            }
            summary.failed += 1;
        }
    }
}

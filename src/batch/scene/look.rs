//! The quick look at frames that may be in a scene: decoded small where the format allows it, surveyed, and
//! released. It uses all workers and the memory limit of the run; the result depends on neither.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::batch::disk::read::read_bytes;
use crate::batch::memory::budget::{Budget, Share};
use crate::batch::memory::machine;
use crate::batch::settings::Settings;
use crate::batch::stop::{Stop, stopped};
use crate::develop::{Look, look};
use crate::error::{Error, ErrorKind, Result};
use crate::format::{Decoding, Opened};
use crate::frame::{Pool, Size};

/// A frame that was looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Looked {
    /// Its size, upright.
    pub(super) size: Size,
    /// What was seen.
    pub(super) look: Look,
}

/// Looks at these files, in any order; of one that cannot be read there is the reason.
pub(super) fn look_at(
    files: &[&Path],
    settings: &Settings,
    stop: &Stop,
    tell: &(dyn Fn(usize, usize) + Sync),
) -> Vec<Result<Looked>> {
    let budget = Budget::new(machine::together(settings.memory_bytes));
    let decoding = settings.decoding();
    let pool = Pool::default();
    let workers = settings.workers();
    let results: Vec<Mutex<Result<Looked>>> =
        files.iter().map(|_| Mutex::new(Err(stopped()))).collect();
    let (places, through) = (Budget::new(workers as u64 + 1), AtomicUsize::new(0));
    let one = |i: usize, file: Opened, share: Share| {
        // What a panic leaves half done are this frame's own buffers, dropped with it.
        let seen = catch_unwind(AssertUnwindSafe(|| seen(file, &decoding, &pool)));
        drop(share);
        let seen = seen.unwrap_or_else(|_| Err(Error::new(ErrorKind::Internal, "internal error")));
        put(&results[i], seen);
        tell(through.fetch_add(1, Ordering::Relaxed) + 1, files.len());
    };
    let threads = rayon::ThreadPoolBuilder::new().num_threads(workers).build();
    match threads {
        Ok(threads) => threads.in_place_scope(|scope| {
            for (i, file) in files.iter().enumerate() {
                if stop.is_set() {
                    break;
                }
                let place = places.take(1);
                match admitted(file, &decoding, &budget) {
                    Ok((file, share)) => scope.spawn(move |_| {
                        let _place = place;
                        one(i, file, share);
                    }),
                    Err(error) => put(&results[i], Err(error)),
                }
            }
        }),
        Err(cause) => results.iter().for_each(|result| {
            let message = format!("cannot start the workers: {cause}");
            put(result, Err(Error::new(ErrorKind::Environment, message)));
        }),
    }
    let own =
        |result: Mutex<Result<Looked>>| result.into_inner().unwrap_or_else(|e| e.into_inner());
    results.into_iter().map(own).collect()
}

fn put(place: &Mutex<Result<Looked>>, result: Result<Looked>) {
    *place.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = result;
}

/// The file, with its share of the memory.
fn admitted(
    file: &Path,
    decoding: &Decoding,
    budget: &std::sync::Arc<Budget>,
) -> Result<(Opened, Share)> {
    let length = std::fs::metadata(file).map_or(0, |file| file.len());
    let mut share = budget.take(length.min(budget.limit_bytes()));
    let file = Opened::new(read_bytes(file, &decoding.limits)?, &decoding.limits)?;
    let needed = file.survey_bytes();
    if file.bytes().len() as u64 + needed > decoding.limits.memory_bytes {
        return Err(Error::new(ErrorKind::TooLarge, "it takes more memory than frames may take"));
    }
    share.add(needed);
    Ok((file, share))
}

fn seen(file: Opened, decoding: &Decoding, pool: &Pool) -> Result<Looked> {
    let size = file.header().size;
    let original = file.decode_to_survey(decoding, pool)?;
    let look = look(&original, original.facts.profile.as_deref());
    original.give_to(pool);
    Ok(Looked { size, look })
}

//! The originals of a plan, examined before it is written: the hash and size of each.

use rayon::iter::{IntoParallelRefMutIterator, ParallelIterator};

use crate::batch::disk::hash::{digits, hash};
use crate::batch::disk::read::read_bytes;
use crate::batch::job::{Job, Original};
use crate::error::{Error, Result};
use crate::format::{self, Limits, RawPicture};

/// Takes down what each original holds; returns why some cannot be read. These are planned
/// anyway, and fail in the run.
pub fn look_at_originals(jobs: &mut [Job], raw: RawPicture) -> Vec<Error> {
    let look = |job: &mut Job| {
        let (original, error) = match original(job, &Limits { raw, ..Limits::default() }) {
            Ok((original, error)) => (Some(original), error),
            Err(error) => (None, Some(error)),
        };
        job.planned = original;
        error.map(|error| error.about(&job.input))
    };
    // Disks across a network answer many questions at once sooner than one after the other.
    jobs.par_iter_mut().filter_map(look).collect()
}

/// What a file holds, and what is wrong with its header.
fn original(job: &Job, limits: &Limits) -> Result<(Original, Option<Error>)> {
    let bytes = read_bytes(&job.input, limits)?;
    let header = format::probe(&bytes, limits);
    let megapixels = header.as_ref().map_or(0.0, |header| header.size.megapixels());
    let original = Original { bytes: bytes.len() as u64, hash: digits(hash(&bytes)), megapixels };
    Ok((original, header.err()))
}

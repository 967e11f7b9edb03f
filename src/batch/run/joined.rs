//! The journals of all shards of a plan, joined: what is done, what failed, what is missing.
//!
//! A frame is done if its output holds what a journal says was made from the planned original, with the planned
//! settings, by this version. Originals are not examined: they may be elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::batch::disk::hash::{digits, hash};
use crate::batch::disk::journal::Record;
use crate::batch::disk::log::{Ended, Log, Trace};
use crate::batch::disk::name::{Name, name_below};
use crate::batch::disk::stamp::Stamp;
use crate::batch::job::Job;
use crate::batch::plan::reading::WrittenPlan;
use crate::batch::run::known::Known;
use crate::batch::run::order_hash::recipe_hash;
use crate::batch::run::shared::Shared;
use crate::batch::scene::record::changed;
use crate::batch::settings::{Reading, Settings};
use crate::batch::shard::Shard;
use crate::batch::stop::Stop;
use crate::error::Result;

/// What has become of one frame of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Its output is there, and is what was planned.
    Done,
    /// It failed, and will fail again.
    Failed,
    /// It failed for want of something that may come back.
    Retry,
    /// What has its output's name is something else, and was kept.
    NotDelivered,
    /// Nothing is known of it, or its output is out of date.
    Missing,
}

/// One frame of a plan with its fate.
#[derive(Debug)]
pub struct Fated<'a> {
    /// The frame.
    pub job: &'a Job,
    /// What has become of it.
    pub fate: Fate,
    /// The shard that had it last, or that has it to do.
    pub shard: Option<Shard>,
    /// What happened to it last.
    pub trace: Option<Trace>,
}

/// What the frames of one shard came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Part {
    /// Its frames.
    pub frames: usize,
    /// Those that are done.
    pub done: usize,
    /// Those that failed or were not delivered.
    pub failed: usize,
    /// Those that are worth another try, or were not begun.
    pub missing: usize,
    /// Millions of pixels of those that are done.
    pub megapixels: f64,
    /// The times of all frames added up, in milliseconds.
    pub work_ms: u64,
    /// When the first frame was begun and the last one ended, in milliseconds since 1970.
    pub span_ms: Option<(i64, i64)>,
}

/// The fates of all frames of a plan, in the order of its lines.
///
/// # Errors
/// If a journal cannot be read.
pub fn joined(plan: &WrittenPlan, reading: Reading) -> Result<Vec<Fated<'_>>> {
    let settings = Settings { reading, ..plan.settings() };
    let (record, log) = (Record::read(&plan.out)?, Log::read(&plan.out)?);
    let stop = Stop::default();
    let shared = Shared::new(&settings, &stop, Known::default());
    let names: Vec<Name> = plan.jobs.iter().map(|job| name_below(&plan.out, &job.output)).collect();
    let ofs: BTreeSet<u32> =
        names.iter().filter_map(|name| log.shard_of(name)).map(Shard::of).collect();
    // Of frames that nothing happened to the shard is known if all were dealt out alike.
    let dealt = match ofs.first() {
        Some(&of) if ofs.len() == 1 => Some((of, plan.dealt(of))),
        _ => None,
    };
    let of_dealt = |frame: usize| {
        let (of, dealt) = dealt.as_ref()?;
        Shard::new(u64::from(dealt[frame]), u64::from(*of)).ok()
    };
    let fated = |(frame, (job, name)): (usize, (&'_ Job, &Name))| {
        let trace = log.of(name).cloned();
        let fate = match (is_made(job, name, trace.as_ref(), &record, &shared), &trace) {
            (true, _) => Fate::Done,
            (false, Some(Trace { status: Ended::Failed, .. })) => Fate::Failed,
            (false, Some(Trace { status: Ended::Retry, .. })) => Fate::Retry,
            (false, Some(Trace { status: Ended::NotDelivered, .. })) => Fate::NotDelivered,
            (false, Some(Trace { status: Ended::Done, .. }) | None) => Fate::Missing,
        };
        (fate, log.shard_of(name).or_else(|| of_dealt(frame)), trace)
    };
    let mut all = Vec::with_capacity(plan.jobs.len());
    for (frame, (job, name)) in plan.jobs.iter().zip(&names).enumerate() {
        let (fate, shard, trace) = fated((frame, (job, name)));
        all.push(Fated { job, fate, shard, trace });
    }
    Ok(all)
}

/// Whether an output is what was planned.
fn is_made(
    job: &Job,
    name: &Name,
    trace: Option<&Trace>,
    record: &Record,
    shared: &Shared,
) -> bool {
    let Ok(file) = fs::symlink_metadata(&job.output) else { return false };
    let entries = record.of(name).iter().filter(|entry| entry.output_bytes == file.len());
    let planned = |hash: &String| job.planned.as_ref().is_none_or(|planned| planned.hash == *hash);
    let mut entries = entries
        .filter(|entry| entry.version == env!("CARGO_PKG_VERSION") && planned(&entry.input_hash))
        .peekable();
    if !file.is_file() || entries.peek().is_none() {
        return false;
    }
    let seen = trace.and_then(|trace| trace.seen.as_ref());
    let seen = seen.filter(|seen| {
        shared.settings.reading == Reading::Changed && Some(seen.output) == Stamp::of(&file)
    });
    let holds = match seen {
        Some(seen) => Some(seen.output_hash.clone()),
        None => fs::read(&job.output).ok().map(|bytes| digits(hash(&bytes))),
    };
    let ordered = digits(recipe_hash(job, shared));
    entries.any(|entry| {
        Some(&entry.output_hash) == holds.as_ref()
            && entry.recipe_hash == ordered
            && changed(entry.scene.as_ref(), job.scene.as_ref()).is_none()
    })
}

/// What each shard came to; frames of none known are under `None`.
#[must_use]
pub fn parts(fates: &[Fated]) -> BTreeMap<Option<Shard>, Part> {
    let mut parts: BTreeMap<Option<Shard>, Part> = BTreeMap::new();
    for Fated { job, fate, shard, trace } in fates {
        let part = parts.entry(*shard).or_default();
        part.frames += 1;
        match fate {
            Fate::Done => {
                part.done += 1;
                part.megapixels += job.planned.as_ref().map_or(0.0, |planned| planned.megapixels);
            }
            Fate::Failed | Fate::NotDelivered => part.failed += 1,
            Fate::Retry | Fate::Missing => part.missing += 1,
        }
        if let Some(trace) = trace {
            part.work_ms += trace.ms;
            let begun = trace.time_ms - i64::try_from(trace.ms).unwrap_or_default();
            let (first, last) = part.span_ms.unwrap_or((begun, trace.time_ms));
            part.span_ms = Some((first.min(begun), last.max(trace.time_ms)));
        }
    }
    parts
}

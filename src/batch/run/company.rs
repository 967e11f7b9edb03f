//! The frames among which scenes were looked for. If none of them has changed and the settings are the same,
//! the scenes of the last run are kept, and no frame has to be looked at.

use std::fs;

use crate::batch::disk::hash::{digits, hash};
use crate::batch::disk::log::{Log, Trace};
use crate::batch::disk::name::name_below;
use crate::batch::disk::stamp::Stamp;
use crate::batch::job::Job;
use crate::batch::run::known::Known;
use crate::batch::run::order_hash::recipe_hash;
use crate::batch::run::shared::Shared;
use crate::batch::settings::{Existing, Reading, Settings};
use crate::batch::stop::Stop;

/// Hash of all frames of a run with everything asked for them, in whatever order; `None` if one of them
/// cannot be known by its size and times.
pub(in crate::batch) fn company(jobs: &[Job], shared: &Shared) -> Option<String> {
    let mut frames: Vec<(&std::path::Path, Vec<u8>)> = Vec::with_capacity(jobs.len());
    for job in jobs {
        // The frame that it names may be none of these.
        if !job.recipe.haze_from.is_empty() {
            return None;
        }
        let stamp = Stamp::of_settled(&fs::metadata(&job.input).ok()?)?;
        let facts = (stamp, recipe_hash(job, shared), job.recipe.get("scene"));
        // Numbers and strings can always be written as JSON.
        frames.push((&job.input, serde_json::to_vec(&facts).unwrap_or_default()));
    }
    frames.sort();
    let mut all = env!("CARGO_PKG_VERSION").as_bytes().to_vec();
    // What a RAW file shows, and whether it is in a scene at all.
    all.push(shared.settings.raw as u8);
    for (path, facts) in frames {
        for part in [path.as_os_str().as_encoded_bytes(), &facts] {
            all.extend_from_slice(&(part.len() as u64).to_le_bytes());
            all.extend_from_slice(part);
        }
    }
    Some(digits(hash(&all)))
}

/// Gives each job the scene that it was found to be in, if a run that resumes has nothing new to look at;
/// whether it has not.
pub fn recall_scenes(jobs: &mut [Job], settings: &Settings) -> bool {
    let resumes = matches!(settings.existing, Existing::Resume | Existing::ResumeOverwrite);
    let (Some(folder), Reading::Changed, true) = (&settings.journal, settings.reading, resumes)
    else {
        return false;
    };
    let Ok(log) = Log::read(folder) else { return false };
    let stop = Stop::default();
    let shared = Shared::new(settings, &stop, Known::default());
    let trace = |job: &Job| log.of(&name_below(folder, &job.output));
    if jobs.iter().any(|job| trace(job).is_none_or(|trace| trace.company.is_none())) {
        return false;
    }
    let Some(now) = company(jobs, &shared) else { return false };
    let is_same = |trace: &Trace| trace.company.as_ref() == Some(&now);
    if !jobs.iter().all(|job| trace(job).is_some_and(is_same)) {
        return false;
    }
    for job in jobs {
        job.scene = trace(job).and_then(|trace| trace.scene.clone());
    }
    true
}

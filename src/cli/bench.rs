//! `longlens bench`: how fast this machine develops the user's own frames.
//!
//! Four figures: the time of each stage on one thread, the ratio to the codec alone, megapixels per
//! second by number of jobs, and the peak memory. Other programs are started only when they are
//! named.

mod figures;
pub(super) mod peers;
mod plot;
mod stages;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ArgMatches;

use super::{exit, text};
use crate::batch::{Batch, Caption, Job, Settings, Stop, Sync, write_whole};
use crate::error::{Error, ErrorKind, Result};
use crate::frame::{Frame, Size};
use crate::measure::{camera_jpeg, forget_peak, peak_mb};
use crate::recipe::Recipe;
use figures::Figures;

/// What is measured without an input: a camera's 24 megapixels.
const SPECIMEN: Size = Size::new(6000, 4000);
/// Frames that each job of the batch gets at the least: fewer tell nothing about overlap.
const FRAMES_PER_JOB: usize = 4;
/// Drawn if the recipe has no caption or a template for one, so that its cost is seen.
const CAPTION: &str = "longlens bench";

pub(super) fn run(order: &ArgMatches) -> Result<u8> {
    let mut recipe = super::given::recipe(order, Recipe::default())?;
    if recipe.caption.text.contains('{') {
        let instead = "the caption is a template and bench has no fields";
        text::to_stderr(&format!("longlens: {instead}; drawing '{CAPTION}' instead\n"));
        recipe.caption.text.clear();
    }
    if recipe.caption.text.is_empty() {
        CAPTION.clone_into(&mut recipe.caption.text);
    }
    let wanted: Vec<&String> = order.get_many("against").into_iter().flatten().collect();
    let wanted = wanted.into_iter().map(|name| peers::named(name)).collect::<Result<Vec<_>>>()?;
    let plot = order.get_one::<PathBuf>("plot");
    if let Some(path) = plot {
        stands_free(path)?;
    }
    let failed =
        |e: &std::io::Error| Error::io(ErrorKind::Environment, "cannot make a temporary folder", e);
    let scratch = tempfile::tempdir().map_err(|e| failed(&e))?;
    let inputs = match order.get_many::<PathBuf>("input") {
        Some(named) => named.cloned().collect(),
        None => vec![specimen(scratch.path())?],
    };

    // Asked before this program itself makes it busy, told with the figures.
    let load = busy();
    let (input, stages) = stages::measured(&inputs, &recipe)?;
    let mut figures =
        Figures { input, stages, batches: Vec::new(), peak_mb: None, peers: Vec::new() };
    text::to_stdout(&figures.stage_table());
    forget_peak();
    figures.batches = batches(&inputs, &recipe, scratch.path())?;
    figures.peak_mb = peak_mb("self");
    text::to_stdout(&figures.batch_table());
    if !wanted.is_empty() {
        let keep = order.get_one::<PathBuf>("keep").map(PathBuf::as_path);
        figures.peers = peers::measured(&wanted, &inputs[0], &recipe, scratch.path(), keep)?;
        text::to_stdout(&figures.peer_table());
    }
    if let Some((load, cores)) = load {
        text::to_stderr(&format!(
            "longlens: {} the machine was busy (load {load:.1} on {cores} cores), \
             so the figures are worse than usual\n",
            text::painted(text::Tone::Warning)
        ));
    }
    if let Some(path) = plot {
        stands_free(path)?;
        write_whole(path, plot::svg(&figures).as_bytes(), Sync::Lazy, &Stop::default())?;
    }
    Ok(exit::DONE)
}

/// What the machine is doing beside, if that is enough to be seen in the figures: processes that want to
/// run, in the mean of a minute, and cores. Linux only.
fn busy() -> Option<(f64, usize)> {
    /// Of a core: an idle desktop stays below.
    const MUCH: f64 = 0.5;
    let load = std::fs::read_to_string("/proc/loadavg").ok()?;
    let load: f64 = load.split_whitespace().next()?.parse().ok()?;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    (load > MUCH).then_some((load, cores))
}

/// Refuses a name that exists: it may be a photograph.
fn stands_free(path: &Path) -> Result<()> {
    if path.symlink_metadata().is_err() {
        return Ok(());
    }
    let error = Error::new(ErrorKind::Usage, "file exists; plots never overwrite");
    Err(error.with_hint("name another file").about(path))
}

/// A drawn frame as a camera would write it.
fn specimen(folder: &Path) -> Result<PathBuf> {
    let bytes = camera_jpeg(&Frame::specimen(SPECIMEN))?;
    let path = folder.join("specimen.jpg");
    write_whole(&path, &bytes, Sync::Lazy, &Stop::default())?;
    Ok(path)
}

/// Megapixels a second for one job, two, four … and as many as there are cores.
fn batches(inputs: &[PathBuf], recipe: &Recipe, scratch: &Path) -> Result<Vec<(usize, f64)>> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let recipe = Arc::new(recipe.clone());
    let mut figures = Vec::new();
    for jobs in (1..=cores).filter(|jobs| jobs.is_power_of_two() || *jobs == cores) {
        let frames = inputs.len().max(FRAMES_PER_JOB * jobs);
        let job = |i: usize| Job {
            output: scratch.join(format!("out-{i}")),
            recipe: Arc::clone(&recipe),
            caption: Caption::Text(recipe.caption.text.clone()),
            sequence: i as u32 + 1,
            ..Job::of_file(&inputs[i % inputs.len()])
        };
        let existing = crate::batch::Existing::Overwrite;
        let settings = Settings { jobs, sync: Sync::Lazy, existing, ..Settings::default() };
        let batch = Batch { jobs: (0..frames).map(job).collect(), settings };
        let summary = batch.run(&Stop::default(), |_| ());
        if summary.done < frames {
            let message = format!("only {} of {frames} frames could be developed", summary.done);
            return Err(Error::new(ErrorKind::Unreadable, message));
        }
        figures.push((jobs, summary.megapixels / summary.took.as_secs_f64()));
    }
    Ok(figures)
}

//! `longlens run`: the frames of a written plan, or those of one shard.

use std::path::{Path, PathBuf};

use clap::ArgMatches;

use super::page::Page;
use super::planning::{check_drawing, refuse_lacking};
use super::report::Report;
use super::running::{Passing, Run, loudness};
use super::{exit, json, signals, sources, text};
use crate::batch::{Batch, Existing, Job, Reading, Settings, Shard, Stop, Sync, WrittenPlan};
use crate::error::{Error, ErrorKind, Result};

pub(super) fn run(order: &ArgMatches) -> Result<u8> {
    carried_out(order).or_else(|error| match error.kind() {
        // A disk that cannot be written now may be there in a moment.
        ErrorKind::Environment => {
            super::refused::told(&error);
            Ok(exit::TRY_AGAIN)
        }
        _ => Err(error),
    })
}

fn carried_out(order: &ArgMatches) -> Result<u8> {
    let shard = shard(order.get_one::<String>("shard").map_or("1/1", String::as_str), &env)?;
    let (path, plan) = read(order)?;
    refuse_lacking(&plan.lacking(), plan.jobs.len())?;
    let recipe = plan.recipe()?;
    let (all, out) = (plan.head.frames, plan.out.clone());
    let of_plan = plan.settings();
    let jobs = plan.part(shard, &[path])?;
    check_drawing(&jobs)?;
    let settings = Settings {
        jobs: order.get_one::<u16>("jobs").map_or(0, |&jobs| usize::from(jobs)),
        existing: match order.get_flag("overwrite") {
            true => Existing::ResumeOverwrite,
            false => Existing::Resume,
        },
        sync: if order.get_flag("no-sync") { Sync::Lazy } else { Sync::Full },
        shard,
        reading: reading(order),
        shown: order.contains_id("report"),
        ..of_plan
    };
    let memory_bytes = order.get_one::<u64>("memory").copied().unwrap_or(settings.memory_bytes);
    let settings = Settings { memory_bytes, ..settings };
    let mut report = Report::new(loudness(order), order.get_flag("json"), &out).of_plan();
    report.tell(&json::run(Job::frames(&jobs), &out, &recipe, &settings));
    let what = if report.editions(&jobs) { "outputs" } else { "frames" };
    if shard.of() > 1 {
        let part = jobs.len();
        report.say(&format!("shard {shard} has {part} of {all} {what}"));
    }
    let batch = Batch { jobs, settings };
    let accepts_existing = order.get_flag("skip-existing");
    let stop = Stop::default();
    signals::listen(&stop);
    let passing = Passing::TryAgain;
    let (unreadable, page) = (&[], Page::ordered(order, &out, &recipe)?);
    let run = Run { batch, folder: &out, unreadable, stop: &stop, accepts_existing, passing, page };
    run.carry_out(&mut report)
}

/// Reads the plan that was named.
pub(super) fn read(order: &ArgMatches) -> Result<(PathBuf, WrittenPlan)> {
    let path = order.get_one::<PathBuf>("plan").cloned().unwrap_or_default();
    let text = sources::bytes_of(&path, "cannot read the plan")?;
    let plan = WrittenPlan::read(&text).map_err(|error| error.about(&path))?;
    Ok((path, plan))
}

/// How files are looked at.
pub(super) fn reading(order: &ArgMatches) -> Reading {
    if order.get_flag("verify") { Reading::All } else { Reading::Changed }
}

/// A variable of the environment.
fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The shard that was named: `3/8`, `auto`, or `auto/8` where the scheduler says which task this is, but
/// not how many there are.
fn shard(text: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Shard> {
    let (auto, of) = match text.split_once('/') {
        Some((auto, of)) => (auto, Some(of)),
        None => (text, None),
    };
    if auto.trim() != "auto" {
        return Shard::parse(text);
    }
    let of = match of {
        Some(of) => Some(of.trim().parse::<u64>().map_err(|_| {
            Error::no_value(text, "a shard", "auto, or auto/8 for an array of eight")
        })?),
        None => None,
    };
    let number = |name: &str| -> Result<Option<u64>> {
        let Some(text) = env(name) else { return Ok(None) };
        let number = text.trim().parse().map(Some);
        number.map_err(|_| Error::no_value(&text, &format!("a number, in {name}"), "whole numbers"))
    };
    let (index, counted) = if let Some(id) = number("SLURM_ARRAY_TASK_ID")? {
        slurm(id, &number)?
    } else if let Some(index) = number("JOB_COMPLETION_INDEX")? {
        (index, number("JOB_COMPLETIONS")?)
    } else if let Some(index) = number("AWS_BATCH_JOB_ARRAY_INDEX")? {
        (index, number("AWS_BATCH_JOB_ARRAY_SIZE")?)
    } else {
        let message = "--shard auto: this is not an array task: none of SLURM_ARRAY_TASK_ID, \
                       JOB_COMPLETION_INDEX and AWS_BATCH_JOB_ARRAY_INDEX is set";
        return Err(Error::new(ErrorKind::Usage, message).with_hint("name the shard: --shard 3/8"));
    };
    match (of, counted) {
        (Some(of), Some(counted)) if of != counted => {
            let message = format!("--shard auto/{of}: the array has {counted} tasks");
            let hint = "submit the whole array: what is done is skipped";
            Err(Error::new(ErrorKind::Usage, message).with_hint(hint))
        }
        (Some(of), _) | (None, Some(of)) => Shard::new(index + 1, of),
        (None, None) => {
            let message = "--shard auto: the scheduler does not say how many tasks there are";
            let hint = "give it yourself: --shard auto/8";
            Err(Error::new(ErrorKind::Usage, message).with_hint(hint))
        }
    }
}

/// Which task of a Slurm array this is, from 0, and of how many. Its numbers may begin anywhere and have
/// steps, but no gaps.
fn slurm(id: u64, number: &dyn Fn(&str) -> Result<Option<u64>>) -> Result<(u64, Option<u64>)> {
    let count = number("SLURM_ARRAY_TASK_COUNT")?;
    let first = number("SLURM_ARRAY_TASK_MIN")?.unwrap_or(0);
    let last = number("SLURM_ARRAY_TASK_MAX")?;
    let step = number("SLURM_ARRAY_TASK_STEP")?.unwrap_or(1).max(1);
    let is_even = |number: u64| number.checked_sub(first).is_some_and(|from| from % step == 0);
    let spans = last.map(|last| is_even(last).then(|| (last - first) / step + 1));
    let has_gaps = match (count, spans) {
        (Some(count), Some(spanned)) => spanned != Some(count),
        _ => false,
    };
    if has_gaps || !is_even(id) {
        let message = "--shard auto: the numbers of the Slurm array have gaps";
        let hint = "submit the whole array (--array=0-7): what is done is skipped";
        return Err(Error::new(ErrorKind::Usage, message).with_hint(hint));
    }
    Ok(((id - first) / step, count))
}

/// What the plan is called in messages.
pub(super) fn shown(path: &Path) -> String {
    if path == Path::new("-") { "the plan".to_owned() } else { text::path(path) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, variables: &[(&str, &str)]) -> Result<String> {
        let env = |name: &str| {
            variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
        };
        shard(text, &env).map(|shard| shard.to_string())
    }

    #[test]
    fn every_scheduler_says_which_shard_it_is() {
        let slurm = |id, first, last, step, count| {
            told(
                "auto",
                &[
                    ("SLURM_ARRAY_TASK_ID", id),
                    ("SLURM_ARRAY_TASK_MIN", first),
                    ("SLURM_ARRAY_TASK_MAX", last),
                    ("SLURM_ARRAY_TASK_STEP", step),
                    ("SLURM_ARRAY_TASK_COUNT", count),
                ],
            )
        };
        assert_eq!(slurm("0", "0", "7", "1", "8").unwrap(), "1/8");
        assert_eq!(slurm("8", "1", "8", "1", "8").unwrap(), "8/8");
        assert_eq!(slurm("14", "10", "16", "2", "4").unwrap(), "3/4");
        assert!(slurm("5", "1", "7", "1", "3").is_err(), "--array=1,5,7 has gaps");
        let kubernetes = [("JOB_COMPLETION_INDEX", "2")];
        assert_eq!(told("auto/8", &kubernetes).unwrap(), "3/8");
        assert!(told("auto", &kubernetes).is_err(), "nobody says how many there are");
        assert!(told("auto/2", &kubernetes).is_err(), "there is no third of two");
        let aws = [("AWS_BATCH_JOB_ARRAY_INDEX", "0"), ("AWS_BATCH_JOB_ARRAY_SIZE", "5")];
        assert_eq!(told("auto", &aws).unwrap(), "1/5");
        assert!(told("auto/6", &aws).is_err(), "the array has five");
        assert!(told("auto", &[]).is_err());
        assert_eq!(told("2/3", &aws).unwrap(), "2/3");
    }
}

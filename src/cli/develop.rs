//! `longlens develop`: from flags to a plan, from the plan to a batch, from outcomes to a report.

use std::time::Duration;

use clap::ArgMatches;

use super::counts::amount_of;
use super::page::Page;
use super::planning::{Planned, first_recipe};
use super::report::Report;
use super::running::{Passing, Run, loudness};
use super::sources::raw_source;
use super::{dry_run, exit, json, scenes, signals};
use crate::batch::{Batch, Existing, Job, Reading, Settings, Shard, Stop, Summary, Sync, Target};
use crate::error::{Error, ErrorKind, Result};

pub(super) fn run(order: &ArgMatches) -> Result<u8> {
    let planned = Planned::of(order)?;
    let settings = settings(order, &planned.out)?;
    let place = match &planned.out {
        Target::Folder(folder) => folder,
        Target::File(file) => file,
    };
    let mut report = Report::new(loudness(order), order.get_flag("json"), place);
    let frames = planned.plan.jobs.len();
    let recipe = first_recipe(order, &planned.sources)?;
    let page = Page::ordered(order, place, &recipe)?;
    report.tell(&json::run(Job::frames(&planned.plan.jobs), place, &recipe, &settings));
    report.opening(&planned.sources.shoots, &planned.found, &planned.plan);
    let mut batch = Batch { jobs: planned.plan.jobs, settings };
    let stop = Stop::default();
    signals::listen(&stop);
    scenes::assign(&mut batch.jobs, &batch.settings, &stop, report.loudness())?;
    if order.get_flag("dry-run") {
        if let Some(signal) = stop.signal() {
            return Ok(signals::EXIT_BASE + signal as u8);
        }
        report.say_raws(None);
        let undelivered = dry_run::print(&batch, &planned.captions, order.get_flag("json"))?;
        report.say(&format!("{} planned, nothing written", amount_of(&batch.jobs)));
        let unreadable = planned.found.unreadable.len();
        planned.found.unreadable.iter().for_each(|error| report.failure(error));
        // As the run would end.
        let is_lacking = undelivered.failing + unreadable > 0
            || undelivered.taken > 0 && !order.get_flag("skip-existing");
        let exit = if is_lacking { exit::SOME_FAILED } else { exit::DONE };
        if is_lacking {
            report.not_delivered(undelivered.failing + unreadable, undelivered.taken);
        }
        report.tell(&json::summary(&Summary::default(), unreadable, exit));
        return Ok(exit);
    }
    let unreadable = &planned.found.unreadable;
    if frames == 0 && unreadable.is_empty() {
        return Err(super::refused::no_frames(&planned.found));
    }
    let folder = planned.out.folder();
    let accepts_existing = order.get_flag("skip-existing");
    let passing = Passing::Fail;
    let run = Run { batch, folder, unreadable, stop: &stop, accepts_existing, passing, page };
    run.carry_out(&mut report)
}

fn settings(order: &ArgMatches, out: &Target) -> Result<Settings> {
    let defaults = Settings::default();
    let journal = match out {
        Target::Folder(folder) => Some(folder.clone()),
        Target::File(_) => None,
    };
    let resume = order.get_flag("resume");
    if resume && journal.is_none() {
        return Err(Error::new(ErrorKind::Usage, "--resume needs an output folder, not a file"));
    }
    Ok(Settings {
        jobs: order.get_one::<u16>("jobs").map_or(0, |&jobs| usize::from(jobs)),
        memory_bytes: order.get_one::<u64>("memory").copied().unwrap_or(defaults.memory_bytes),
        existing: match (resume, order.get_flag("overwrite")) {
            (false, false) => Existing::Keep,
            (false, true) => Existing::Overwrite,
            (true, false) => Existing::Resume,
            (true, true) => Existing::ResumeOverwrite,
        },
        accept_damaged: order.get_flag("accept-damaged"),
        raw: raw_source(order)?.picture(),
        sync: if order.get_flag("no-sync") { Sync::Lazy } else { Sync::Full },
        deadline: order.get_one::<Duration>("deadline").copied(),
        journal,
        shard: Shard::WHOLE,
        reading: if order.get_flag("verify") { Reading::All } else { Reading::Changed },
        shown: order.contains_id("report"),
    })
}

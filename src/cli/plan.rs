//! `longlens plan`: everything that `develop` decides before it starts, as text on standard output.

use std::io::{BufWriter, Write};

use clap::ArgMatches;

use super::counts::amount_of;
use super::planning::{Planned, first_recipe, required};
use super::report::Report;
use super::running::loudness;
use super::sources::raw_source;
use super::{exit, scenes, signals, text};
use crate::batch::{
    Existing, Job, Settings, Stop, Target, WriteOrder, look_at_originals, write_plan,
};
use crate::error::{Error, ErrorKind, Result};

pub(super) fn run(order: &ArgMatches) -> Result<u8> {
    let mut planned = Planned::of(order)?;
    let Target::Folder(out) = &planned.out else {
        return Err(Error::new(ErrorKind::Usage, "a plan needs an output folder, not a file"));
    };
    let mut report = Report::new(loudness(order), false, out);
    report.opening(&planned.sources.shoots, &planned.found, &planned.plan);
    let (jobs, unreadable) = (&mut planned.plan.jobs, &planned.found.unreadable);
    if jobs.is_empty() && unreadable.is_empty() {
        return Err(super::refused::no_frames(&planned.found));
    }
    for error in unreadable {
        report.failure(error);
    }
    let raw = raw_source(order)?;
    // Whatever there is of the outputs, the scenes are those of all frames.
    let settings = Settings {
        existing: Existing::Overwrite,
        accept_damaged: order.get_flag("accept-damaged"),
        raw: raw.picture(),
        ..Settings::default()
    };
    for error in look_at_originals(jobs, settings.raw) {
        let path = error.path().map(text::path).unwrap_or_default();
        let why = text::clean(error.message());
        report.warn(&format!("{path}: {why}; planned anyway"));
    }
    let stop = Stop::default();
    signals::listen(&stop);
    scenes::assign(jobs, &settings, &stop, report.loudness())?;
    if let Some(signal) = stop.signal() {
        return Ok(signals::EXIT_BASE + signal as u8);
    }
    let folder = std::env::current_dir()
        .map_err(|e| Error::io(ErrorKind::Environment, "cannot find out the current folder", &e))?;
    let write_order = WriteOrder {
        folder,
        out,
        recipe: &first_recipe(order, &planned.sources)?,
        accept_damaged: settings.accept_damaged,
        raw,
        require: required(order).into_iter().map(str::to_owned).collect(),
    };
    let mut stdout = BufWriter::new(std::io::stdout().lock());
    write_plan(jobs, &write_order, &mut stdout)
        .and_then(|()| stdout.flush())
        .map_err(|e| Error::io(ErrorKind::Environment, "cannot write to standard output", &e))?;
    report.say(&format!("{} planned, {:.0} MP", amount_of(jobs), Job::megapixels(jobs)));
    Ok(if unreadable.is_empty() { exit::DONE } else { exit::SOME_FAILED })
}

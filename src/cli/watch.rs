//! `longlens watch`: what arrives in folders is planned and developed batch by batch, as `develop --resume`
//! would.

mod orders;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use clap::ArgMatches;

use super::page::Page;
use super::planning::{first_recipe, required};
use super::progress::Progress;
use super::report::Report;
use super::running::{End, Passing, loudness};
use super::shard::reading;
use super::sources::raw_source;
use super::{json, signals, text};
use crate::batch::{
    Arrivals, Batch, Claim, Event, Existing, Job, Left, Names, News, Outcome, Plan, Ready, Rules,
    Settings, Stop, Summary, Sync, Watched, lacking, prepare_folder,
};
use crate::error::{Error, ErrorKind, Result};
use orders::{Orders, refuse_folders};

/// Between two looks whether something is ready.
const TICK: Duration = Duration::from_millis(100);

/// How long a file must not have changed.
const SETTLE: Duration = Duration::from_secs(2);
/// How long a file may be cut short before it is a failure.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) fn run(order: &ArgMatches) -> Result<u8> {
    let orders = Orders::read(order)?;
    let folder = orders.out.folder().to_path_buf();
    refuse_folders(&orders.sources.named, &folder)?;
    let settings = settings(order, &folder)?;
    let recipe = first_recipe(order, &orders.sources)?;
    let page = Page::ordered(order, &folder, &recipe)?;
    let (stop, read_again) = (Stop::default(), Arc::new(AtomicBool::new(false)));
    prepare_folder(&folder)?;
    page.as_ref().map(Page::prepare).transpose()?;
    let _claim = claim(&folder, &stop)?;
    signals::listen_in_watch(&stop, &read_again)?;
    let mut report = Report::new(loudness(order), order.get_flag("json"), &folder).of_plan();
    report.tell(&json::run(0, &folder, &recipe, &settings));
    for path in orders.sources.shoots.iter().flat_map(|files| &files.used) {
        report.say(&format!("using {}", text::path(path)));
    }
    let time = |name: &str| order.get_one::<Duration>(name).copied();
    let rules = Rules {
        settle: time("settle").unwrap_or(SETTLE),
        patience: time("patience").unwrap_or(PATIENCE),
        raw: raw_source(order)?,
    };
    let named = orders.sources.named.clone();
    let mut watched = Watched::new(&named, &folder, time("poll"));
    let shown = named.iter().map(|folder| text::path(folder)).collect::<Vec<_>>().join(", ");
    report.say(&format!("watching {shown}; press Ctrl-C to stop"));
    let arrivals = Mutex::new(Arrivals::new(rules));
    let (over, news) = (AtomicBool::new(false), Mutex::new(Vec::new()));
    let begun = Instant::now();
    let mut session = Session {
        order,
        orders,
        arrivals: &arrivals,
        stop: &stop,
        settings,
        has_editions: false,
        names: Names::default(),
        frames: 0,
        failed: HashMap::new(),
        sum: Summary::default(),
        report: &mut report,
        page,
    };
    let is_over = || over.load(Ordering::Relaxed) || stop.is_closing();
    let tell = |told| locked(&news).push(told);
    let look = || Arrivals::keep_up(&arrivals, &mut watched, &is_over, &tell);
    std::thread::scope(|threads| {
        // However this ends, so does the other thread.
        let _over = Over(&over);
        std::thread::Builder::new()
            .name("look".into())
            .spawn_scoped(threads, look)
            .map_err(|cause| Error::io(ErrorKind::Environment, "cannot watch", &cause))?;
        while !stop.is_closing() {
            if read_again.swap(false, Ordering::Relaxed) {
                session.read_again();
            }
            let told = std::mem::take(&mut *locked(&news));
            told.into_iter().for_each(|told| session.tell(told));
            let ready = locked(&arrivals).take();
            match ready {
                Some(ready) => session.develop(ready),
                None => std::thread::sleep(TICK),
            }
        }
        Ok(())
    })?;
    let Session { mut sum, page, .. } = session;
    sum.took = begun.elapsed();
    let left = arrivals.into_inner().unwrap_or_else(PoisonError::into_inner).end();
    let accepts_existing = order.get_flag("skip-existing");
    end(&mut report, sum, left, page, accepts_existing)
}

/// Sets a flag when it is dropped.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A lock that a panicked thread may have left: what it guards is whole at any time.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Tells what is not developed, and the sums; the exit code.
fn end(
    report: &mut Report,
    mut sum: Summary,
    left: Left,
    mut page: Option<Page>,
    accepts_existing: bool,
) -> Result<u8> {
    report.opening(&[], &left.found, &Plan::default());
    let failures: Vec<&Error> = left.tried.iter().chain(&left.found.unreadable).collect();
    for error in &failures {
        report.failure(error);
        if let Some(page) = &mut page {
            page.failure(error);
        }
    }
    left.untried.iter().for_each(|path| report.not_reached(path));
    sum.unbegun += left.untried.len();
    let frames = sum.done + sum.failed + sum.up_to_date + sum.not_delivered;
    report.summary(&sum, failures.len(), frames);
    let (unreadable, passing) = (failures.len(), Passing::Fail);
    let end = End { unreadable, accepts_existing, passing, page };
    // A signal is how a watch is ended: what came of it is what counts.
    Ok(end.told(&sum, None, report))
}

/// The claim that no other process may have; `None` where the file system knows no locks.
fn claim(folder: &Path, stop: &Stop) -> Result<Option<Claim>> {
    match Claim::of_watch(folder, stop) {
        Ok(Some(claim)) => Ok(Some(claim)),
        Ok(None) => {
            let message = "another longlens is already watching for this output folder";
            let error = Error::new(ErrorKind::Usage, message).about(folder);
            Err(error.with_hint("stop it first, or name another output folder"))
        }
        Err(_) => Ok(None),
    }
}

fn settings(order: &ArgMatches, folder: &Path) -> Result<Settings> {
    let defaults = Settings::default();
    Ok(Settings {
        jobs: order.get_one::<u16>("jobs").map_or(0, |&jobs| usize::from(jobs)),
        memory_bytes: order.get_one::<u64>("memory").copied().unwrap_or(defaults.memory_bytes),
        existing: match order.get_flag("overwrite") {
            true => Existing::ResumeOverwrite,
            false => Existing::Resume,
        },
        raw: raw_source(order)?.picture(),
        sync: if order.get_flag("no-sync") { Sync::Lazy } else { Sync::Full },
        journal: Some(folder.to_path_buf()),
        reading: reading(order),
        shown: order.contains_id("report"),
        ..defaults
    })
}

/// A watch, as long as it lasts.
struct Session<'a> {
    order: &'a ArgMatches,
    orders: Orders,
    arrivals: &'a Mutex<Arrivals>,
    stop: &'a Stop,
    settings: Settings,
    /// Whether frames have several outputs.
    has_editions: bool,
    /// Names of outputs so far.
    names: Names,
    /// Frames that were planned so far.
    frames: u32,
    /// How many outputs of a frame failed when it was tried last.
    failed: HashMap<PathBuf, usize>,
    sum: Summary,
    report: &'a mut Report,
    page: Option<Page>,
}

impl Session<'_> {
    fn tell(&mut self, news: News) {
        match news {
            News::Gone(folder) => self
                .report
                .warn(&format!("{} is gone; waiting until it is back", text::path(&folder))),
            News::Back(folder) => {
                self.report.say(&format!("{} is back", text::path(&folder)));
            }
        }
    }

    /// Reads recipes and tables once more; if that cannot be done, they stay as they are.
    fn read_again(&mut self) {
        let gone = self.orders.sources.named.iter().find(|folder| !folder.is_dir());
        let read = match gone {
            Some(folder) => Err(Error::new(ErrorKind::Unreadable, "no such folder").about(folder)),
            None => Orders::read(self.order),
        };
        match read {
            Ok(orders) => {
                self.orders = orders;
                self.report
                    .say("reloaded the recipe; it applies to frames that arrive from now on");
            }
            Err(error) => {
                text::to_stderr(&text::error(&error));
                self.report.warn("the recipe could not be reloaded; keeping the old one");
            }
        }
    }

    /// Plans and develops what is ready. What cannot be planned together is planned one by one.
    fn develop(&mut self, ready: Ready) {
        let inputs: Vec<PathBuf> = ready.found.inputs.iter().map(|i| i.path.clone()).collect();
        for input in &inputs {
            self.sum.failed -= self.failed.remove(input).unwrap_or(0);
            self.report.forgive(input);
        }
        if let Some(page) = &mut self.page {
            page.forgive(&inputs.iter().map(PathBuf::as_path).collect());
        }
        let is_last_try = ready.is_last_try;
        let mut jobs = Vec::new();
        for ready in if inputs.len() > 1 { self.planned(ready, &mut jobs) } else { vec![ready] } {
            let input = ready.found.inputs.first().map(|input| input.path.clone());
            match self.orders.plan(self.order, ready, &mut self.names) {
                Ok(plan) => jobs.extend(plan.jobs),
                Err(error) => self.fail(error.about(input.unwrap_or_default())),
            }
        }
        let plan = Plan { jobs, notes: Vec::new() };
        let mut lacking = lacking(&plan, &required(self.order));
        // Each of several outputs of a frame lacks it.
        lacking.dedup();
        let mut jobs = plan.jobs;
        let without: HashSet<PathBuf> =
            lacking.iter().filter_map(|error| Some(error.path()?.to_path_buf())).collect();
        jobs.retain(|job| !without.contains(&job.input));
        lacking.into_iter().for_each(|error| self.fail(error));
        for job in &mut jobs {
            job.sequence += self.frames;
        }
        self.frames += inputs.len() as u32;
        if !jobs.is_empty() {
            self.carry_out(jobs, is_last_try);
        }
        locked(self.arrivals).developed();
    }

    /// Plans frames together; those that cannot be, one by one.
    fn planned(&mut self, ready: Ready, jobs: &mut Vec<Job>) -> Vec<Ready> {
        let Ready { found, is_last_try } = ready;
        let together = Ready { found: found.clone(), is_last_try };
        if let Ok(plan) = self.orders.plan(self.order, together, &mut self.names) {
            jobs.extend(plan.jobs);
            return Vec::new();
        }
        let alone = |input| Ready { found: found.of(input), is_last_try };
        found.inputs.iter().cloned().map(alone).collect()
    }

    /// A frame that cannot be planned.
    fn fail(&mut self, error: Error) {
        if let Some(path) = error.path() {
            self.failed.insert(path.to_path_buf(), 1);
        }
        self.sum.failed += 1;
        self.report.failure(&error);
        if let Some(page) = &mut self.page {
            page.failure(&error);
        }
    }

    fn carry_out(&mut self, jobs: Vec<Job>, is_last_try: bool) {
        let mut settings = self.settings.clone();
        settings.accept_damaged = is_last_try && self.order.get_flag("accept-damaged");
        let is_held = |outcome: &Outcome| match &outcome.result {
            Err(error) => !is_last_try && Arrivals::may_pass(error),
            Ok(_) => false,
        };
        self.has_editions = self.has_editions || self.report.editions(&jobs);
        let what = if self.has_editions { "outputs" } else { "frames" };
        let mut progress = Progress::new(jobs.len(), what, &settings, self.report.loudness());
        let (report, page, failed) = (&mut *self.report, &mut self.page, &mut self.failed);
        let (arrivals, mut held) = (self.arrivals, 0);
        let batch = Batch { jobs, settings };
        let sum = batch.run(self.stop, |event| {
            progress.event(event);
            let Event::Finished(outcome) = event else { return };
            let input = &outcome.job.input;
            match &outcome.result {
                Err(error) if error.kind() == ErrorKind::Interrupted => {
                    locked(arrivals).give_back(input);
                    return;
                }
                Err(error) if is_held(outcome) => {
                    held += 1;
                    locked(arrivals).try_again(input, error);
                    return;
                }
                Err(_) => *failed.entry(input.clone()).or_default() += 1,
                Ok(_) => {}
            }
            progress.suspend(|| report.outcome(outcome));
            if let Some(page) = page {
                page.frame(outcome);
            }
        });
        progress.end();
        self.sum.add(&sum);
        self.sum.failed -= held;
        // They are counted when the watch ends.
        self.sum.unbegun = 0;
        if sum.done > 0 {
            let (done, all) = (sum.done, self.sum.done);
            self.report.say(&format!("{done} developed, {all} so far"));
        }
        if sum.environment {
            // Nothing can be written any more: the end of a watch as of a run.
            self.stop.closing_flag().store(usize::MAX, Ordering::Relaxed);
        }
    }
}

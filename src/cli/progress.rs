//! What moves on the terminal: an overall bar, and a line for each worker with its frame's name.
//!
//! Nothing of it when standard error is no terminal.

use std::io::IsTerminal;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::report::Loudness;
use super::text;
use crate::batch::{Event, Settings, Status};

/// Between two pictures of what turns.
const TICK: Duration = Duration::from_millis(120);

/// Most workers that get a line of their own.
const MOST_LINES: usize = 16;

pub(super) struct Progress {
    bars: MultiProgress,
    overall: ProgressBar,
    workers: Vec<ProgressBar>,
    /// As long as it is there, the lines turn.
    ticking: Option<SyncSender<()>>,
    begun: Instant,
    megapixels: f64,
}

impl Progress {
    pub(super) fn new(frames: usize, settings: &Settings, loudness: Loudness) -> Self {
        let shown = std::io::stderr().is_terminal() && loudness != Loudness::Quiet && frames > 0;
        let target =
            if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bars = MultiProgress::with_draw_target(target);
        let overall = bars.add(ProgressBar::new(frames as u64));
        // The templates are constant; one that is wrong shows the plain bar instead.
        if let Ok(style) =
            ProgressStyle::with_template("{bar:30} {pos}/{len} frames · {msg} · {eta} left")
        {
            overall.set_style(style);
        }
        overall.set_message("0 MP/s");
        let jobs = match settings.jobs {
            0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            jobs => jobs,
        };
        let lines = if shown { jobs.min(frames).min(MOST_LINES) } else { 0 };
        let style = ProgressStyle::with_template("  {spinner} {wide_msg}").ok();
        let line = |_| {
            let line = bars.add(ProgressBar::new_spinner());
            if let Some(style) = &style {
                line.set_style(style.clone());
            }
            line
        };
        let workers: Vec<_> = (0..lines).map(line).collect();
        Self { bars, overall, workers, ticking: None, begun: Instant::now(), megapixels: 0.0 }
    }

    pub(super) fn event(&mut self, event: &Event) {
        match event {
            Event::Threads if !self.workers.is_empty() => {
                self.ticking = tick(self.workers.clone());
            }
            Event::Threads => {}
            Event::Started { worker, job } => {
                if let Some(line) = self.workers.get(*worker) {
                    line.set_message(text::path(&job.input));
                }
            }
            Event::Left { worker } => {
                if let Some(line) = self.workers.get(*worker) {
                    line.set_message("");
                }
            }
            Event::Finished(outcome) => {
                if let Ok(Status::Done(done)) = &outcome.result {
                    self.megapixels += done.original.megapixels();
                }
                let seconds = self.begun.elapsed().as_secs_f64().max(1e-3);
                self.overall.set_message(format!("{:.0} MP/s", self.megapixels / seconds));
                self.overall.inc(1);
            }
        }
    }

    /// Prints something while the bars are out of the way.
    pub(super) fn suspend(&self, print: impl FnOnce()) {
        self.bars.suspend(print);
    }

    pub(super) fn end(self) {
        drop(self.ticking);
        for line in &self.workers {
            line.finish_and_clear();
        }
        self.overall.finish_and_clear();
    }
}

/// Turns the lines until the sender is dropped. Where no thread can be had they stand still: the
/// bars' own way would end the program there.
fn tick(lines: Vec<ProgressBar>) -> Option<SyncSender<()>> {
    let (ticking, ended) = sync_channel(0);
    let turn = move || {
        while ended.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
            lines.iter().filter(|line| !line.is_finished()).for_each(ProgressBar::tick);
        }
    };
    std::thread::Builder::new().name("tick".into()).spawn(turn).ok().map(|_| ticking)
}

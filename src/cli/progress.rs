//! Progress. On a terminal, a bar for the whole run and a line for each worker with its frame's name; elsewhere
//! a line from time to time, for a log file.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::report::Loudness;
use super::text;
use crate::batch::{Event, Settings, Status};

/// Most workers that get a line of their own.
const MOST_LINES: usize = 16;

/// Between two lines of a log: a run of an hour has a hundred.
const LOG_EVERY: Duration = Duration::from_secs(30);

pub(super) struct Progress {
    bars: MultiProgress,
    overall: ProgressBar,
    workers: Vec<ProgressBar>,
    log: Option<Log>,
    begun: Instant,
    megapixels: f64,
}

impl Progress {
    /// For so many frames, or outputs of them.
    pub(super) fn new(
        frames: usize,
        what: &'static str,
        settings: &Settings,
        loudness: Loudness,
    ) -> Self {
        let is_told = loudness != Loudness::Quiet && frames > 0;
        let shown = is_told && std::io::stderr().is_terminal();
        let target =
            if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bars = MultiProgress::with_draw_target(target);
        let overall = bars.add(ProgressBar::new(frames as u64));
        // The templates are constant; one that is wrong shows the plain bar instead.
        let template = format!("{{bar:30}} {{pos}}/{{len}} {what} · {{msg}} · {{eta}} left");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            overall.set_style(style);
        }
        overall.set_message("0 MP/s");
        let jobs = match settings.jobs {
            0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            jobs => jobs,
        };
        let lines = if shown { jobs.min(frames).min(MOST_LINES) } else { 0 };
        let style = ProgressStyle::with_template("  {wide_msg}").ok();
        let line = |_| {
            let line = bars.add(ProgressBar::new_spinner());
            if let Some(style) = &style {
                line.set_style(style.clone());
            }
            line
        };
        let workers = (0..lines).map(line).collect();
        let log = Log { frames, what, through: 0, last: Duration::ZERO };
        let log = (is_told && !shown).then_some(log);
        Self { bars, overall, workers, log, begun: Instant::now(), megapixels: 0.0 }
    }

    pub(super) fn event(&mut self, event: &Event) {
        match event {
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
                    self.megapixels += done.decoded_megapixels();
                }
                let elapsed = self.begun.elapsed();
                let speed = self.megapixels / elapsed.as_secs_f64().max(1e-3);
                self.overall.set_message(format!("{speed:.0} MP/s"));
                self.overall.inc(1);
                if let Some(line) = self.log.as_mut().and_then(|log| log.finished(elapsed)) {
                    text::to_stderr(&line);
                }
            }
        }
    }

    /// Prints something while the bars are out of the way.
    pub(super) fn suspend(&self, print: impl FnOnce()) {
        self.bars.suspend(print);
    }

    pub(super) fn end(self) {
        for line in &self.workers {
            line.finish_and_clear();
        }
        self.overall.finish_and_clear();
    }
}

/// Lines for a log.
struct Log {
    frames: usize,
    what: &'static str,
    through: usize,
    /// When the last line was written, since the run began.
    last: Duration,
}

impl Log {
    /// One more frame is through; the line, if one is due.
    fn finished(&mut self, elapsed: Duration) -> Option<String> {
        self.through += 1;
        if elapsed < self.last + LOG_EVERY || self.through == self.frames {
            return None;
        }
        self.last = elapsed;
        let (through, all) = (self.through as f64, self.frames as f64);
        let speed = through / elapsed.as_secs_f64();
        let minutes = (all - through) / speed / 60.0;
        let left = match minutes.round() as u64 {
            0 => "less than a minute".to_owned(),
            1 => "about a minute".to_owned(),
            minutes => format!("about {minutes} minutes"),
        };
        let Self { through, frames: all, what, .. } = self;
        Some(format!("longlens: {through} of {all} {what}, {speed:.1} {what}/s, {left} left\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_gets_a_line_now_and_then_and_none_for_the_last_frame() {
        let mut log = Log { frames: 1000, what: "frames", through: 0, last: Duration::ZERO };
        assert_eq!(log.finished(Duration::from_secs(29)), None);
        log.through = 239;
        let line = log.finished(Duration::from_secs(30)).unwrap();
        assert_eq!(line, "longlens: 240 of 1000 frames, 8.0 frames/s, about 2 minutes left\n");
        assert_eq!(log.finished(Duration::from_secs(59)), None);
        log.through = 959;
        let line = log.finished(Duration::from_secs(60)).unwrap();
        assert_eq!(line, "longlens: 960 of 1000 frames, 16.0 frames/s, less than a minute left\n");
        log.through = 999;
        assert_eq!(log.finished(Duration::from_secs(120)), None);
    }
}

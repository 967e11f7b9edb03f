//! The progress of the search for scenes, as the user sees it.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::report::Loudness;
use super::text;
use crate::batch::{Job, Settings, Stop, assign_scenes, recall_scenes};
use crate::error::Result;

/// Seconds between two lines of a log.
const LOG_EVERY_S: u64 = 30;

/// Decides which frames are scenes, if there is anything new to look at. On a terminal a bar says how far
/// that is, elsewhere a line now and then.
///
/// # Errors
/// As [`assign_scenes`].
pub(super) fn assign(
    jobs: &mut [Job],
    settings: &Settings,
    stop: &Stop,
    loudness: Loudness,
) -> Result<()> {
    if recall_scenes(jobs, settings) {
        return Ok(());
    }
    let shown = loudness != Loudness::Quiet && std::io::stderr().is_terminal();
    let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(None, target);
    // The template is constant; one that is wrong shows the plain bar instead.
    let style = ProgressStyle::with_template("looking for scenes {bar:30} {pos}/{len} frames");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    let (begun, said_s) = (Instant::now(), AtomicU64::new(0));
    let tell = |through: usize, all: usize| {
        bar.set_length(all as u64);
        bar.set_position(through as u64);
        let (now, last) = (begun.elapsed().as_secs(), said_s.load(Ordering::Relaxed));
        let due = !shown && loudness != Loudness::Quiet && now >= last + LOG_EVERY_S;
        let is_first = || said_s.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed);
        if due && is_first().is_ok() {
            text::to_stderr(&format!("longlens: looked for scenes in {through} of {all} frames\n"));
        }
    };
    let assigned = assign_scenes(jobs, settings, stop, &tell);
    bar.finish_and_clear();
    assigned
}

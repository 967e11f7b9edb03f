//! The look at the frames that decides which are one scene, as the user sees it go on.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::report::Loudness;
use crate::batch::{Job, Settings, Stop, assign_scenes, recall_scenes};
use crate::error::Result;

/// Decides which frames are scenes, if there is anything new to look at. On a terminal a bar says how far that is.
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
    let tell = |through: usize, all: usize| {
        bar.set_length(all as u64);
        bar.set_position(through as u64);
    };
    let assigned = assign_scenes(jobs, settings, stop, &tell);
    bar.finish_and_clear();
    assigned
}

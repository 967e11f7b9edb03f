//! Running a batch: free space checked, signals handled, outcomes reported, the exit code chosen.

use std::collections::BTreeSet;
use std::path::Path;

use clap::ArgMatches;

use super::page::Page;
use super::progress::Progress;
use super::report::{Loudness, Report};
use super::{exit, json, signals, text};
use crate::batch::{Batch, Event, Job, Stop, Summary, free_bytes, prepare_folder};
use crate::error::{Error, Result};

/// A batch with what its end depends on.
pub(super) struct Run<'a> {
    pub(super) batch: Batch,
    /// The folder that outputs go below.
    pub(super) folder: &'a Path,
    /// Folders and links that could not be read.
    pub(super) unreadable: &'a [Error],
    /// What ends the run early.
    pub(super) stop: &'a Stop,
    /// Whether outputs that were not made from their originals are accepted.
    pub(super) accepts_existing: bool,
    /// What becomes of failures that may not come again.
    pub(super) passing: Passing,
    /// The page that shows what came of it, if one was asked for.
    pub(super) page: Option<Page>,
}

/// What becomes of failures that may not come again: a disk that is gone for a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passing {
    /// They are failures like any other.
    Fail,
    /// Whoever started the run is asked to try again.
    TryAgain,
}

impl Run<'_> {
    /// Develops the frames; the exit code.
    pub(super) fn carry_out(self, report: &mut Report) -> Result<u8> {
        let Self { batch, folder, unreadable, stop, accepts_existing, passing, mut page } = self;
        let frames = batch.jobs.len();
        if frames > 0 {
            prepare_folder(folder)?;
            page.as_ref().map(Page::prepare).transpose()?;
            if let Some((needed, free)) = little_space(folder, &batch.jobs) {
                report.little_space(needed, free);
            }
        }
        let what = match batch.jobs.iter().any(|job| job.edition.is_some()) {
            true => "outputs",
            false => "frames",
        };
        let mut progress = Progress::new(frames, what, &batch.settings, report.loudness());
        for error in unreadable {
            progress.suspend(|| report.failure(error));
            if let Some(page) = &mut page {
                page.failure(error);
            }
        }
        let summary = batch.run(stop, |event| {
            progress.event(event);
            if let Event::Finished(outcome) = event {
                progress.suspend(|| report.outcome(outcome));
                if let Some(page) = &mut page {
                    page.frame(outcome);
                }
            }
        });
        progress.end();
        report.summary(&summary, unreadable.len(), frames);
        let end = End { unreadable: unreadable.len(), accepts_existing, passing, page };
        Ok(end.told(&summary, stop.signal(), report))
    }
}

/// What the end of a run depends on, beside its sums.
pub(super) struct End {
    /// How many folders and links could not be read.
    pub(super) unreadable: usize,
    /// As in [`Run`].
    pub(super) accepts_existing: bool,
    pub(super) passing: Passing,
    pub(super) page: Option<Page>,
}

impl End {
    /// Writes the page, tells whoever reads JSON the sums; the exit code.
    pub(super) fn told(self, summary: &Summary, signal: Option<usize>, report: &mut Report) -> u8 {
        let Self { unreadable, accepts_existing, passing, page } = self;
        let is_lacking = summary.failed + summary.unbegun + unreadable > 0
            || summary.not_delivered > 0 && !accepts_existing;
        let exit = match signal {
            Some(signal) => signals::EXIT_BASE + signal as u8,
            None if passing == Passing::TryAgain
                && (summary.environment || summary.passing > 0) =>
            {
                exit::TRY_AGAIN
            }
            None if summary.environment => exit::ENVIRONMENT,
            None if is_lacking => exit::SOME_FAILED,
            None => exit::DONE,
        };
        let page = page.map(|page| page.end(summary)).transpose();
        let exit = match &page {
            Err(_) if exit < exit::ENVIRONMENT => exit::ENVIRONMENT,
            _ => exit,
        };
        match page {
            Ok(Some(file)) => report.say(&format!("the report is {}", text::path(&file))),
            Ok(None) => {}
            Err(error) => report.failure(&error),
        }
        report.tell(&json::summary(summary, unreadable, exit));
        let Some(error) = report.untold() else { return exit };
        text::to_stderr(&text::error(error));
        exit.max(match passing {
            Passing::Fail => exit::ENVIRONMENT,
            Passing::TryAgain => exit::TRY_AGAIN,
        })
    }
}

/// How much is reported, by the flags.
pub(super) fn loudness(order: &ArgMatches) -> Loudness {
    match (order.get_flag("quiet"), order.get_count("verbose") > 0) {
        (true, _) => Loudness::Quiet,
        (false, true) => Loudness::Verbose,
        (false, false) => Loudness::Normal,
    }
}

/// The bytes that the originals of missing outputs have, and those that are free, if these are fewer:
/// a finished frame is about as large as its original.
fn little_space(folder: &Path, jobs: &[Job]) -> Option<(u64, u64)> {
    let free = free_bytes(folder)?;
    let missing = jobs.iter().filter(|job| job.output.symlink_metadata().is_err());
    let originals: BTreeSet<&Path> = missing.map(|job| job.input.as_path()).collect();
    let files = originals.into_iter().filter_map(|path| path.metadata().ok());
    let files = files.filter(std::fs::Metadata::is_file);
    let needed = files.map(|file| held_bytes(&file)).fold(0, u64::saturating_add);
    (free < needed).then_some((needed, free))
}

/// Bytes that a file holds; one with holes holds fewer than its length.
fn held_bytes(file: &std::fs::Metadata) -> u64 {
    #[cfg(unix)]
    {
        /// Of `st_blocks`, whatever the file system's own are.
        const BLOCK_BYTES: u64 = 512;
        file.len().min(std::os::unix::fs::MetadataExt::blocks(file).saturating_mul(BLOCK_BYTES))
    }
    #[cfg(not(unix))]
    {
        file.len()
    }
}

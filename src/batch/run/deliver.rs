//! The writer: one thread puts finished files under their names, syncs their folders, keeps the
//! journal, and reports a frame when file and folder are on the disk. No worker waits for the disk.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::time::Instant;

use crate::batch::disk::claim::Claim;
use crate::batch::disk::folder::{make_folder, sync_folder, tidy};
use crate::batch::disk::journal::Entry;
use crate::batch::disk::lines::Lines;
use crate::batch::disk::log::{Seen, Trace};
use crate::batch::disk::stamp::Stamp;
use crate::batch::disk::write::{Sync, Taken, is_taken, write_beside};
use crate::batch::job::Job;
use crate::batch::memory::budget::Share;
use crate::batch::outcome::{Event, Outcome, Status, Summary};
use crate::batch::run::logbook::{Logbook, is_passing};
use crate::batch::run::output::Finished;
use crate::batch::run::shared::Shared;
use crate::batch::settings::{Existing, Settings};
use crate::batch::stop::Stop;
use crate::error::{ErrorKind, Result, Warning};

/// A frame on its way to the writer.
pub(in crate::batch) struct Delivery {
    pub(in crate::batch) job: Job,
    pub(in crate::batch) result: Result<Content>,
    pub(in crate::batch) warnings: Vec<Warning>,
    pub(in crate::batch) begun: Instant,
    /// Its memory, given back when it is written.
    pub(in crate::batch) share: Option<Share>,
    /// Its claim, given up when it is written.
    pub(in crate::batch) claim: Option<Claim>,
    /// Size and times of the original when it was read.
    pub(in crate::batch) stamp: Option<Stamp>,
}

impl Delivery {
    /// Of a frame that was not developed.
    pub(in crate::batch) fn without_memory(
        job: Job,
        result: Result<Content>,
        warnings: Vec<Warning>,
        begun: Instant,
    ) -> Self {
        Self { job, result, warnings, begun, share: None, claim: None, stamp: None }
    }
}

/// What there is of it.
pub(in crate::batch) enum Content {
    File(Box<Finished>),
    Kept(Box<Kept>),
}

/// A frame whose output stays.
pub(in crate::batch) struct Kept {
    pub(in crate::batch) status: Status,
    /// What the log is to say of it from now on, if that is something else.
    pub(in crate::batch) renewed: Option<Trace>,
}

/// The most frames whose folders are synced together.
const SYNCED_TOGETHER: usize = 16;

/// The writer's part: files under their names, folders synced, outcomes reported.
pub(in crate::batch) fn write_all(
    deliveries: Receiver<Delivery>,
    shared: &Shared,
    tell: &impl Fn(&Event),
) -> Summary {
    let (settings, stop) = (shared.settings, shared.stop);
    let mut summary = Summary::default();
    let mut written = Vec::new();
    let (folders, tidied) = (BTreeSet::new(), HashSet::new());
    let logbook = Logbook::new(settings, shared.company.clone());
    let mut disk = Disk { settings, stop, journal: None, logbook, folders, tidied };
    while let Ok(first) = deliveries.recv() {
        let mut next = Some(first);
        while let Some(delivery) = next {
            written.push(disk.deliver(delivery));
            next = (written.len() < SYNCED_TOGETHER).then(|| deliveries.try_recv().ok()).flatten();
        }
        let unsafe_folder = disk.sync().err();
        for mut outcome in written.drain(..) {
            if let (Ok(Status::Done(_)), Some(error)) = (&outcome.result, &unsafe_folder) {
                outcome.result = Err(error.clone());
            }
            count(&mut summary, &outcome, stop);
            tell(&Event::Finished(&outcome));
        }
    }
    summary.warnings.extend(disk.logbook.fault());
    if !stop.is_set()
        && let Err(error) = disk.close()
    {
        // The outputs are whole and reported, and the journal holds every line of theirs.
        let fault = format!("the journal could not be put in order: {}", error.message());
        summary.warnings.push(Warning::Other(fault));
    }
    summary
}

/// Where outputs go: the folders that wait to be synced, and the journal.
struct Disk<'a> {
    settings: &'a Settings,
    stop: &'a Stop,
    /// Opened for the first frame that is written.
    journal: Option<Lines<Entry>>,
    logbook: Logbook,
    folders: BTreeSet<PathBuf>,
    /// Folders that were freed of what a killed run left in them.
    tidied: HashSet<PathBuf>,
}

impl Disk<'_> {
    fn deliver(&mut self, delivery: Delivery) -> Outcome {
        let Delivery { job, result, warnings, begun, share, claim, stamp } = delivery;
        let (mut seen, mut renewed) = (None, None);
        let result = result.and_then(|content| match content {
            Content::Kept(kept) => {
                renewed = kept.renewed;
                Ok(kept.status)
            }
            Content::File(finished) => {
                let (status, made) = self.write(&job, *finished, stamp)?;
                seen = made;
                Ok(status)
            }
        });
        drop((share, claim));
        let result = result.map_err(|error| error.about(&job.input));
        let outcome = Outcome { job, result, warnings, took: begun.elapsed() };
        self.logbook.write(&outcome, seen, renewed);
        outcome
    }

    /// Writes a file; what it and its original are then.
    fn write(
        &mut self,
        job: &Job,
        finished: Finished,
        stamp: Option<Stamp>,
    ) -> Result<(Status, Option<Seen>)> {
        let folder = job.output.parent().unwrap_or(Path::new(""));
        make_folder(folder, self.settings.sync)?;
        if !self.tidied.contains(folder) {
            self.tidied.insert(folder.to_path_buf());
            // What is left there does no harm.
            let _ = tidy(folder);
        }
        let whole = write_beside(&job.output, &finished.bytes, self.settings.sync, self.stop)?;
        let taken = match self.settings.existing {
            Existing::Keep => Taken::Kept,
            Existing::Overwrite | Existing::Resume | Existing::ResumeOverwrite => Taken::Replaced,
        };
        // Before the journal says what would not be true.
        if taken == Taken::Kept && whole.is_taken() {
            return Err(is_taken(&job.output));
        }
        // The line first: an output without one would be a stranger's to a resumed run.
        if let (Some(folder), Some(entry)) = (&self.settings.journal, &finished.entry) {
            if self.journal.is_none() {
                self.journal = Some(Lines::open(self.settings.shard.journal(folder))?);
            }
            if let Some(journal) = &mut self.journal {
                journal.append(entry)?;
            }
        }
        whole.rename(taken)?;
        self.folders.insert(folder.to_path_buf());
        let output = fs::metadata(&job.output).ok().and_then(|file| Stamp::of(&file));
        let seen = finished.entry.zip(output).map(|(entry, output)| Seen {
            input: stamp,
            input_hash: entry.input_hash,
            output,
            output_hash: entry.output_hash,
        });
        Ok((Status::Done(finished.done), seen))
    }

    /// Pushes names and journal to the disk.
    fn sync(&mut self) -> Result<()> {
        let folders = std::mem::take(&mut self.folders);
        if self.settings.sync == Sync::Lazy || folders.is_empty() {
            return Ok(());
        }
        folders.iter().try_for_each(|folder| sync_folder(folder))?;
        self.journal.as_ref().map_or(Ok(()), Lines::sync)
    }

    fn close(self) -> Result<()> {
        self.logbook.close(self.stop);
        let resumes =
            matches!(self.settings.existing, Existing::Resume | Existing::ResumeOverwrite);
        let journal = match (self.journal, &self.settings.journal) {
            (Some(journal), _) => journal,
            // The run before it may have been killed between its last frame and this.
            (None, Some(folder)) if resumes && self.settings.shard.journal(folder).exists() => {
                Lines::open(self.settings.shard.journal(folder))?
            }
            _ => return Ok(()),
        };
        journal.close(self.settings.sync, self.stop)
    }
}

fn count(summary: &mut Summary, outcome: &Outcome, stop: &Stop) {
    match &outcome.result {
        Ok(Status::Skipped) => summary.skipped += 1,
        Ok(Status::NotDelivered) => summary.not_delivered += 1,
        Ok(Status::UpToDate) => summary.up_to_date += 1,
        Ok(Status::Done(done)) => {
            summary.done += 1;
            summary.megapixels += done.decoded_megapixels();
            summary.had_position += usize::from(done.had_position);
        }
        Err(error) => {
            match error.kind() {
                // Counted with those that were not begun.
                ErrorKind::Interrupted => return,
                ErrorKind::Environment => {
                    summary.environment = true;
                    stop.set_environment();
                }
                _ => {}
            }
            summary.failed += 1;
            summary.passing += usize::from(is_passing(error, &outcome.job));
        }
    }
}

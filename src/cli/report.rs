//! What is reported about a run: before it, for each frame, and at its end. People read standard
//! error; standard output has JSON (see `json`), or the plan of a dry run (see `dry_run`).

mod advice;
mod sidecars;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::counts::{frames_of, kind_of, kinds};
use super::details::chosen;
use super::folder_files::FolderFiles;
use super::text;
use super::{json, raws};
use crate::batch::{Found, Job, Outcome, Plan, Raws, Status, Summary};
use crate::error::{Error, ErrorKind, Warning};
use crate::format::remedy;
use crate::metadata::Removed;
use sidecars::Sidecars;

/// How much is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loudness {
    /// Errors only.
    Quiet,
    /// Errors, warnings, the sums.
    Normal,
    /// Every frame, with what was chosen for it.
    Verbose,
}

/// How many names, and how many warnings of one kind, are printed in full without `-v`: a shoot may have one
/// for each frame.
const MOST_SAID: usize = 3;

/// Most failures that are listed again at the end.
const MOST_FAILURES: usize = 100;

/// Frames of a run of which one look shows all that was said.
const FEW_FRAMES: usize = 10;

pub(super) struct Report {
    loudness: Loudness,
    json: bool,
    /// Where outputs go.
    out: PathBuf,
    warnings: usize,
    /// Warnings by kind: how often, and the last one that was not said.
    kinds: HashMap<String, (usize, String)>,
    /// Frames that were not begun.
    left: Vec<String>,
    /// What failed, and why.
    failures: Vec<Error>,
    /// What was said already of frames with several outputs, by input and text.
    said: HashSet<(String, String)>,
    /// Whether frames have several outputs.
    has_editions: bool,
    /// Whether the frames are those of a written plan, whose runs always continue what is there.
    is_of_plan: bool,
    /// Frames that were decoded and developed.
    frames_done: usize,
    /// The RAW files, and how many frames were developed from the JPEG of one.
    raws: Raws,
    with_raw: usize,
    /// Frames whose position was taken out.
    positions_removed: usize,
    sidecars: Sidecars,
    /// Why a line of JSON could not be written; the run goes on, for the frames' sake.
    untold: Option<Error>,
}

impl Report {
    pub(super) fn new(loudness: Loudness, json: bool, out: &Path) -> Self {
        Self {
            loudness,
            json,
            out: out.to_path_buf(),
            is_of_plan: false,
            warnings: 0,
            kinds: HashMap::new(),
            left: Vec::new(),
            failures: Vec::new(),
            said: HashSet::new(),
            has_editions: false,
            frames_done: 0,
            raws: Raws::default(),
            with_raw: 0,
            positions_removed: 0,
            sidecars: Sidecars::default(),
            untold: None,
        }
    }

    /// For the frames of a written plan.
    pub(super) fn of_plan(self) -> Self {
        Self { is_of_plan: true, ..self }
    }

    pub(super) fn loudness(&self) -> Loudness {
        self.loudness
    }

    /// What whoever reads the JSON was not told, if anything.
    pub(super) fn untold(&self) -> Option<&Error> {
        self.untold.as_ref()
    }

    /// A line for whoever reads JSON.
    pub(super) fn tell(&mut self, line: &Value) {
        if !self.json {
            return;
        }
        if let Err(error) = text::print(&text::json(line)) {
            self.untold.get_or_insert(error);
        }
    }

    pub(super) fn say(&self, line: &str) {
        if self.loudness != Loudness::Quiet {
            text::to_stderr(&format!("longlens: {line}\n"));
        }
    }

    pub(super) fn warn(&self, line: &str) {
        if self.loudness != Loudness::Quiet {
            text::to_stderr(&format!("longlens: {} {line}\n", text::painted(text::Tone::Warning)));
        }
    }

    /// Folder files in use, files skipped, lines without frames.
    pub(super) fn opening(&mut self, files: &[FolderFiles], found: &Found, plan: &Plan) {
        for path in files.iter().flat_map(|files| &files.used) {
            self.say(&format!("using {}", text::path(path)));
        }
        self.editions(&plan.jobs);
        match found.repeated {
            0 => {}
            1 => self.say("1 frame was given more than once; it is developed once"),
            count => self
                .say(&format!("{count} frames were given more than once; each is developed once")),
        }
        self.undeveloped(found);
        self.raws = found.raws.clone();
        match found.left_out_count() {
            0 => {}
            1 => {
                self.say(&format!(
                    "skipped 1 file that is not a picture ({})",
                    kinds(&found.left_out)
                ));
            }
            count => self.say(&format!(
                "skipped {count} files that are not pictures ({})",
                kinds(&found.left_out)
            )),
        }
        let mut by_reason: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (path, why) in &found.passed_over {
            by_reason.entry(why).or_default().push(text::path(path));
        }
        for (why, paths) in by_reason {
            self.say(&format!("skipped, {why}: {}", self.few(paths)));
        }
        for note in &plan.notes {
            self.warn(&text::clean(note));
        }
    }

    /// Takes down whether frames have several outputs, and says which.
    pub(super) fn editions(&mut self, jobs: &[Job]) -> bool {
        let names: BTreeSet<&str> = jobs.iter().filter_map(|job| job.edition.as_deref()).collect();
        self.has_editions |= !names.is_empty();
        if !names.is_empty() {
            let outputs = if names.len() == 1 { "output" } else { "outputs" };
            let (count, names) = (names.len(), Vec::from_iter(names).join(", "));
            self.say(&format!("{count} {outputs} of each frame: {names}"));
        }
        self.has_editions
    }

    /// Photographs that this build cannot read: those beside their pictures are counted, the others are
    /// named.
    fn undeveloped(&self, found: &Found) {
        let beside: usize = found.beside_pictures.values().sum();
        if beside > 0 {
            let files = match beside {
                1 => "file that has a picture",
                _ => "files that have pictures",
            };
            let kinds = kinds(&found.beside_pictures);
            self.say(&format!("skipped {beside} {files} of the same name ({kinds})"));
        }
        let named = |(path, kind): &(PathBuf, _)| format!("{} ({kind})", text::path(path));
        let alone: Vec<String> = found.undeveloped.iter().map(named).collect();
        if !alone.is_empty() {
            let photographs = if alone.len() == 1 { "photograph" } else { "photographs" };
            let count = alone.len();
            let names = self.few(alone);
            self.warn(&format!("skipped {count} {photographs} that longlens cannot read: {names}"));
            let hint = text::painted(text::Tone::Hint);
            if self.loudness != Loudness::Quiet {
                let remedy = remedy(found.undeveloped.iter().map(|(_, kind)| *kind));
                text::to_stderr(&format!("  {hint} {remedy}\n"));
            }
        }
    }

    /// The first few names, and how many more there are; all of them with `-v`.
    fn few(&self, mut names: Vec<String>) -> String {
        if self.loudness != Loudness::Verbose && names.len() > MOST_SAID + 1 {
            let more = names.len() - MOST_SAID;
            names.truncate(MOST_SAID);
            names.push(format!("and {more} more (-v names them)"));
        }
        names.join(", ")
    }

    /// The disk may be too small; the run begins all the same, since nobody knows exactly.
    pub(super) fn little_space(&mut self, needed: u64, free: u64) {
        self.warnings += 1;
        let (needed, free) = (text::bytes(needed), text::bytes(free));
        self.warn(&format!("the originals take {needed}, but only {free} are free on the disk"));
    }

    /// A folder or link that could not be read.
    pub(super) fn failure(&mut self, error: &Error) {
        text::to_stderr(&text::error(error));
        self.tell(&json::error(error));
        self.failures.push(error.clone());
    }

    /// One frame's outcome.
    pub(super) fn outcome(&mut self, outcome: &Outcome) {
        self.tell(&json::frame(outcome));
        let input = text::path(&outcome.job.input);
        for warning in &outcome.warnings {
            if self.is_new(&outcome.job, &input, &warning.to_string()) {
                self.warning(&input, warning);
            }
        }
        match &outcome.result {
            Err(error) if !self.is_new(&outcome.job, &input, error.message()) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => self.left.push(input),
            Err(error) => {
                text::to_stderr(&text::error(error));
                self.failures.push(error.clone());
            }
            Ok(Status::Done(done)) => {
                self.with_raw += usize::from(done.decoded && outcome.job.raw.is_some());
                self.frames_done += usize::from(done.decoded);
                self.positions_removed += usize::from(
                    done.had_position
                        && (done.removed.contains(&Removed::Position)
                            || done.removed.contains(&Removed::AllElse)),
                );
                self.sidecars.count(outcome, done);
                if self.loudness == Loudness::Verbose {
                    let output = text::path(&outcome.job.output);
                    let ms = outcome.took.as_millis();
                    let (size, bytes) = (done.size, text::bytes(done.bytes));
                    self.say(&format!("{input} -> {output} ({size}, {bytes}, {ms} ms)"));
                    for line in chosen(outcome, done) {
                        self.say(&format!("  {line}"));
                    }
                }
            }
            Ok(_) => {}
        }
    }

    /// A frame that was not begun.
    pub(super) fn not_reached(&mut self, input: &Path) {
        self.left.push(text::path(input));
    }

    /// Forgets the failures of a frame that is tried once more.
    pub(super) fn forgive(&mut self, input: &Path) {
        let name = text::path(input);
        self.said.retain(|(said, _)| *said != name);
        self.failures.retain(|error| error.path() != Some(input));
    }

    /// Whether this has not been reported for the frame yet: what concerns all of its outputs is
    /// reported once.
    fn is_new(&mut self, job: &Job, input: &str, text: &str) -> bool {
        job.edition.is_none() || self.said.insert((input.to_owned(), text.to_owned()))
    }

    /// `3 frames`, or `3 outputs` where a frame may have several.
    fn counted(&self, count: usize) -> String {
        match (self.has_editions, count) {
            (false, count) => frames_of(count),
            (true, 1) => "1 output".to_owned(),
            (true, count) => format!("{count} outputs"),
        }
    }

    /// A frame's warning: the first few of a kind, and of those that all frames have alike the first.
    fn warning(&mut self, input: &str, warning: &Warning) {
        let said = text::clean(&warning.to_string());
        let kind = warning.kind().map_or_else(|| kind_of(&said), str::to_owned);
        let (count, last) = self.kinds.entry(kind).or_default();
        *count += 1;
        let is_of_the_run = warning.is_of_the_run();
        self.warnings += usize::from(!is_of_the_run || *count == 1);
        let most = match warning {
            // Each of these frames has to be looked at.
            Warning::Damaged(_) => usize::MAX,
            _ if is_of_the_run => 1,
            _ => MOST_SAID,
        };
        let line = match is_of_the_run {
            true => format!("{input} and frames like it: {said}"),
            false => format!("{input}: {said}"),
        };
        if *count <= most || self.loudness == Loudness::Verbose {
            self.warn(&line);
        } else if !is_of_the_run {
            *last = warning.kind().map_or(said, str::to_owned);
        }
    }

    /// Warnings of kinds of which only the first few were said.
    fn unsaid(&self) {
        let mut unsaid: Vec<_> = self.kinds.values().filter(|(_, last)| !last.is_empty()).collect();
        unsaid.sort();
        for (count, last) in unsaid {
            self.warn(&format!("{count} frames in all: {last} (-v names them)"));
        }
    }

    /// The sums.
    pub(super) fn summary(&mut self, summary: &Summary, unreadable: usize, frames: usize) {
        for warning in &summary.warnings {
            self.warnings += 1;
            self.warn(&text::clean(&warning.to_string()));
        }
        if let Some(warning) = self.sidecars.warning() {
            self.warnings += 1;
            self.warn(warning);
        }
        self.unsaid();
        if frames > FEW_FRAMES && !self.failures.is_empty() {
            let all = self.failures.len();
            let mut list = format!("longlens: {all} failed:\n");
            for error in self.failures.iter().take(MOST_FAILURES) {
                let file = error.path().map(text::path).unwrap_or_default();
                list.push_str(&format!("  {file}: {}\n", text::clean(error.message())));
            }
            if let more @ 1.. = all.saturating_sub(MOST_FAILURES) {
                list.push_str(&format!("  and {more} more\n"));
            }
            text::to_stderr(&list);
        }
        let mut parts = vec![match self.has_editions {
            true => format!("{} developed", self.counted(summary.done)),
            false => format!("{} developed", summary.done),
        }];
        let mut add = |count: usize, what: &str| {
            if count > 0 {
                parts.push(format!("{count} {what}"));
            }
        };
        add(summary.failed + unreadable, "failed");
        add(summary.up_to_date, "up to date");
        add(summary.skipped, "skipped (output exists)");
        add(summary.not_delivered, "not delivered (output name taken)");
        add(summary.unbegun, "not reached");
        add(self.warnings, if self.warnings == 1 { "warning" } else { "warnings" });
        let seconds = summary.took.as_secs_f64();
        let per_second = |amount: f64| amount / seconds.max(1e-3);
        self.say(&format!(
            "{}, {seconds:.1} s, {:.1} frames/s, {:.0} MP/s",
            parts.join(", "),
            per_second(self.frames_done as f64),
            per_second(summary.megapixels)
        ));
        self.say_raws(Some(self.with_raw));
        if !self.left.is_empty() {
            self.say(&format!("not reached: {}", self.few(self.left.clone())));
        }
        if summary.done > 0 {
            let are = if self.out.is_dir() { "outputs are in" } else { "the output is" };
            self.say(&format!("{are} {}", text::path(&self.out)));
        }
        self.positions(summary);
        self.advice(summary);
    }

    /// What RAW files were developed from; before the run what they are developed from.
    pub(super) fn say_raws(&self, developed: Option<usize>) {
        if let Some(line) = raws::sentence(&self.raws, developed, |names| self.few(names)) {
            self.say(&line);
        }
    }

    fn positions(&self, summary: &Summary) {
        let (had, removed) = (summary.had_position, self.positions_removed);
        if removed > 0 {
            self.say(&format!("the position was removed from {}", self.counted(removed)));
        }
        if let kept @ 1.. = had - removed.min(had) {
            let verb = if kept == 1 { "contains" } else { "contain" };
            self.say(&format!("{} still {verb} the position", self.counted(kept)));
        }
    }

    /// Frames that a run would not deliver, foreseen by a dry run.
    pub(super) fn not_delivered(&self, failing: usize, taken: usize) {
        let kinds =
            [(failing, "would fail"), (taken, "would not be delivered (output name taken)")];
        for (count, what) in kinds.into_iter().filter(|(count, _)| *count > 0) {
            self.warn(&format!("{} {what}", self.counted(count)));
        }
    }
}

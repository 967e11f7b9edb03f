//! What is said of a run: before it, of each frame, and at its end. People read standard error;
//! standard output has JSON, one line a frame, or the plan of a dry run.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use serde_json::{Value, json};

use super::folder_files::FolderFiles;
use super::text;
use crate::batch::{Batch, Done, Foreseen, Found, Job, Outcome, Plan, Status, Summary};
use crate::error::{Error, Result, Warning};
use crate::stage::dehaze::{Amount, Haze};

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loudness {
    /// Errors only.
    Quiet,
    /// Errors, warnings, the sums.
    Normal,
    /// Every frame, with what was chosen for it.
    Verbose,
}

/// Names of files passed over that are shown: a card from a Mac may have one for each frame.
const MOST_PASSED_OVER: usize = 20;

/// What is said of RAW files in folders: most lie beside their JPEGs, so they are no failures.
const RAW: &str =
    ", which longlens does not read\n  hint: develop RAW files to JPEG or 16-bit TIFF first";

pub(super) struct Report {
    loudness: Loudness,
    json: bool,
    warnings: usize,
    /// Warnings of the run that were said.
    said: HashSet<Warning>,
    /// Why a line of JSON could not be written; the run goes on, for the frames' sake.
    untold: Option<Error>,
}

impl Report {
    pub(super) fn new(loudness: Loudness, json: bool) -> Self {
        Self { loudness, json, warnings: 0, said: HashSet::new(), untold: None }
    }

    pub(super) fn loudness(&self) -> Loudness {
        self.loudness
    }

    /// What whoever reads the JSON was not told, if anything.
    pub(super) fn untold(&self) -> Option<&Error> {
        self.untold.as_ref()
    }

    fn tell(&mut self, line: &Value) {
        if let Err(error) = text::print(&text::json(line)) {
            self.untold.get_or_insert(error);
        }
    }

    fn say(&self, line: &str) {
        if self.loudness != Loudness::Quiet {
            text::to_stderr(&format!("longlens: {line}\n"));
        }
    }

    /// Folder files in use, files left out, lines without frames.
    pub(super) fn opening(&self, files: &[FolderFiles], found: &Found, plan: &Plan) {
        for path in files.iter().flat_map(|files| &files.used) {
            self.say(&format!("using {}", text::path(path)));
        }
        if found.repeated > 0 {
            let frames = frames(found.repeated);
            self.say(&format!("named more than once, developed once: {frames}"));
        }
        if let count @ 1.. = found.raw_count() {
            let files = if count == 1 { "file" } else { "files" };
            let kinds = match found.raw.first_key_value() {
                Some((extension, _)) if found.raw.len() == 1 => format!(".{extension}"),
                _ => kinds(&found.raw),
            };
            self.say(&format!("skipped {count} RAW {files} ({kinds}){RAW}"));
        }
        if found.left_out_count() > 0 {
            self.say(&format!("left out, no pictures: {}", kinds(&found.left_out)));
        }
        let all = found.passed_over.len();
        // One more takes no more room than the line that counts it.
        let few = self.loudness == Loudness::Verbose || all <= MOST_PASSED_OVER + 1;
        let shown = if few { all } else { MOST_PASSED_OVER };
        for (path, why) in &found.passed_over[..shown] {
            self.say(&format!("passed over, {why}: {}", text::path(path)));
        }
        if let more @ 1.. = all - shown {
            self.say(&format!(
                "passed over: {more} more hidden names, links and folders (--verbose names them)"
            ));
        }
        for note in &plan.notes {
            self.say(&format!("warning: {}", text::clean(note)));
        }
    }

    /// The disk may be too small; the run begins all the same, since nobody knows exactly.
    pub(super) fn little_space(&mut self, needed: u64, free: u64) {
        self.warnings += 1;
        let (needed, free) = (text::bytes(needed), text::bytes(free));
        self.say(&format!("warning: the originals have {needed} and the disk has {free} free"));
    }

    /// The plan in full, on standard output: all that a dry run was ordered for.
    pub(super) fn plan(&self, batch: &Batch, captions: &[Result<String>]) -> Result<()> {
        for ((job, foreseen), caption) in batch.jobs.iter().zip(batch.foreseen()?).zip(captions) {
            let foreseen = foreseen.and_then(|foreseen| match (&foreseen, caption) {
                (Foreseen::Planned(_), Err(error)) => Err(error.clone()),
                _ => Ok(foreseen),
            });
            let mut said = warnings(&job.warnings);
            let (status, note) = match &foreseen {
                Ok(Foreseen::Planned(warning)) => {
                    said.extend(warning.iter().map(ToString::to_string));
                    ("planned", "")
                }
                Ok(Foreseen::UpToDate) => ("up to date", " (up to date)"),
                Ok(Foreseen::Kept(warning)) => {
                    said.extend(warning.iter().map(ToString::to_string));
                    ("skipped", " (exists, kept)")
                }
                Err(_) => ("failed", " (fails)"),
            };
            let mut line = json!({
                "input": lossy(&job.input),
                "output": lossy(&job.output),
                "status": status,
                "caption": caption.as_ref().ok().filter(|text| !text.is_empty()),
                "warnings": &said,
            });
            let (input, output) = (text::path(&job.input), text::path(&job.output));
            if let Err(error) = &foreseen {
                line["error"] = json!(error.message());
                line["hint"] = json!(error.hint());
                said.push(error.message().to_owned());
            }
            if self.json {
                text::print(&text::json(&line))?;
                continue;
            }
            let mut lines = format!("{input} -> {output}{note}\n  {}\n", settings_of(job));
            lines.push_str(&caption_of(caption.as_deref().unwrap_or_default()));
            said.iter().for_each(|what| lines.push_str(&format!("  {}\n", text::clean(what))));
            text::print(&lines)?;
        }
        self.say(&format!("{} planned, nothing written", frames(batch.jobs.len())));
        Ok(())
    }

    /// A folder or link that could not be read.
    pub(super) fn failure(&mut self, error: &Error) {
        text::to_stderr(&text::error(error));
        if self.json {
            let path = error.path().map(lossy);
            self.tell(&json!({
                "input": path, "output": null, "status": "failed",
                "error": error.message(), "hint": error.hint(), "warnings": [],
            }));
        }
    }

    /// One frame's outcome.
    pub(super) fn outcome(&mut self, outcome: &Outcome) {
        if self.json {
            self.tell(&outcome_json(outcome));
        }
        let input = text::path(&outcome.job.input);
        for warning in &outcome.warnings {
            if warning.is_of_the_run() {
                if self.said.insert(warning.clone()) {
                    self.warnings += 1;
                    let warning = text::clean(&warning.to_string());
                    self.say(&format!("warning, for {input} and all frames alike: {warning}"));
                }
                continue;
            }
            self.warnings += 1;
            self.say(&format!("{input}: warning: {}", text::clean(&warning.to_string())));
        }
        match &outcome.result {
            Err(error) => text::to_stderr(&text::error(error)),
            Ok(Status::Done(done)) if self.loudness == Loudness::Verbose => {
                let output = text::path(&outcome.job.output);
                let ms = outcome.took.as_millis();
                let (size, bytes) = (done.size, text::bytes(done.bytes));
                self.say(&format!("{input} -> {output} ({size}, {bytes}, {ms} ms)"));
                for line in chosen(outcome, done) {
                    self.say(&format!("  {line}"));
                }
            }
            Ok(_) => {}
        }
    }

    /// The sums.
    pub(super) fn summary(&mut self, summary: &Summary, unreadable: usize) {
        for warning in &summary.warnings {
            self.warnings += 1;
            self.say(&format!("warning: {}", text::clean(&warning.to_string())));
        }
        let mut parts = vec![format!("{} developed", summary.done)];
        let mut add = |count: usize, what: &str| {
            if count > 0 {
                parts.push(format!("{count} {what}"));
            }
        };
        add(summary.failed + unreadable, "failed");
        add(summary.up_to_date, "up to date");
        let one = "kept because it exists (--overwrite writes it anew)";
        let more = "kept because they exist (--overwrite writes them anew)";
        add(summary.skipped, if summary.skipped == 1 { one } else { more });
        add(summary.unbegun, "not developed because the run was stopped");
        add(self.warnings, if self.warnings == 1 { "warning" } else { "warnings" });
        let seconds = summary.took.as_secs_f64();
        let speed = summary.megapixels / seconds.max(1e-3);
        self.say(&format!("{}, {seconds:.1} s, {speed:.0} MP/s", parts.join(", ")));
        match (summary.had_position, summary.done) {
            (0, _) => {}
            (1, 1) => self.say("the original says where it was taken"),
            (1, frames) => self.say(&format!("1 of {frames} originals says where it was taken")),
            (count, frames) => {
                self.say(&format!("{count} of {frames} originals say where they were taken"));
            }
        }
    }
}

/// `1 frame`, `312 frames`.
fn frames(count: usize) -> String {
    format!("{count} {}", if count == 1 { "frame" } else { "frames" })
}

/// Files counted by extension: `300 .nef, 12 without extension`.
fn kinds(counts: &BTreeMap<String, usize>) -> String {
    let kinds = counts.iter().map(|(extension, count)| match extension.as_str() {
        "" => format!("{count} without extension"),
        extension => format!("{count} .{}", text::clean(extension)),
    });
    kinds.collect::<Vec<_>>().join(", ")
}

/// All settings of a frame that differ from the defaults.
fn settings_of(job: &Job) -> String {
    let defaults = crate::recipe::Recipe::default();
    let named = crate::recipe::SETTINGS.iter().filter_map(|setting| {
        let value = job.recipe.get(setting.name)?;
        (Some(&value) != defaults.get(setting.name).as_ref())
            .then(|| format!("{}={}", setting.name, text::clean(&value)))
    });
    let named: Vec<_> = named.collect();
    if named.is_empty() { "default settings".to_owned() } else { named.join(" ") }
}

/// The text that will be drawn, its lines below one another, or why it is not known.
fn caption_of(caption: &str) -> String {
    const NEXT: &str = "\n           ";
    match caption.lines().map(text::clean).collect::<Vec<_>>() {
        lines if lines.is_empty() => String::new(),
        lines => format!("  caption: {}\n", lines.join(NEXT)),
    }
}

fn chosen(outcome: &Outcome, done: &Done) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(found) = &done.surveyed {
        let dehaze = outcome.job.recipe.dehaze.amount;
        let amount = Amount::of_strength(dehaze.strength(found.haze.auto_strength));
        lines.push(format!("dehaze {dehaze} = {amount:.0}: {}", found.haze));
        lines.push(format!("noise {:.2} of 255", found.noise * 255.0));
    }
    if !done.removed.is_empty() {
        let removed: Vec<_> = done.removed.iter().map(ToString::to_string).collect();
        lines.push(format!("taken out of the metadata: {}", removed.join(", ")));
    }
    lines
}

fn outcome_json(outcome: &Outcome) -> Value {
    let job = &outcome.job;
    let mut line = json!({
        "input": lossy(&job.input),
        "output": lossy(&job.output),
        "warnings": warnings(&outcome.warnings),
        "ms": outcome.took.as_millis() as u64,
    });
    match &outcome.result {
        Err(error) => {
            line["status"] = json!("failed");
            line["error"] = json!(error.message());
            line["hint"] = json!(error.hint());
        }
        Ok(Status::Skipped) => line["status"] = json!("skipped"),
        Ok(Status::UpToDate) => line["status"] = json!("up to date"),
        Ok(Status::Done(done)) => {
            line["status"] = json!("done");
            line["width"] = json!(done.size.width);
            line["height"] = json!(done.size.height);
            line["bytes"] = json!(done.bytes);
            line["had_position"] = json!(done.had_position);
            if let Some(found) = &done.surveyed {
                let strength = job.recipe.dehaze.amount.strength(found.haze.auto_strength);
                line["dehaze"] = haze(&found.haze);
                line["dehaze"]["amount"] = json!(rounded(Amount::of_strength(strength)));
            }
        }
    }
    line
}

fn warnings(warnings: &[crate::error::Warning]) -> Vec<String> {
    warnings.iter().map(ToString::to_string).collect()
}

/// What was found out about the haze, in words and in numbers: airlight in levels of 255, sky as a share of
/// the frame, the mean veil (0 to 1) of the far, the middle and the near third.
pub(super) fn haze(haze: &Haze) -> Value {
    json!({
        "seen": haze.to_string(),
        "haze": rounded(haze.evidence.score()),
        "airlight": haze.airlight.map(|a| (a * 255.0).round() as u8),
        "colour": rounded(haze.exponent),
        "sky": rounded(haze.evidence.sky),
        "veil": haze.evidence.thirds.map(rounded),
    })
}

/// Three decimals: what a person can use.
pub(super) fn rounded(value: f32) -> f64 {
    (f64::from(value) * 1000.0).round() / 1000.0
}

pub(super) fn lossy(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

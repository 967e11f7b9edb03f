//! `longlens report`: how much of a plan is done, from the journals of all its shards.

use std::collections::HashMap;
use std::path::Path;

use clap::ArgMatches;
use serde_json::json;

use super::counts::amount_of;
use super::json::{add_edition, lossy};
use super::shard::{read, reading, shown};
use super::{exit, text};
use crate::batch::{Fate, Fated, Part, Shard, joined, parts};
use crate::error::Result;

/// Most lines of a list of frames.
const MOST: usize = 20;

/// Slowest frames that are listed.
const SLOWEST: usize = 5;

pub(super) fn run(order: &ArgMatches) -> Result<u8> {
    let (path, plan) = read(order)?;
    let fates = joined(&plan, reading(order))?;
    let parts = parts(&fates);
    let sums = Sums::of(&fates);
    let exit = sums.exit();
    if order.get_flag("json") {
        let mut lines = String::new();
        for (shard, part) in &parts {
            lines += &text::json(&part_json(*shard, part));
        }
        for fated in &fates {
            lines += &text::json(&frame_json(fated));
        }
        lines += &text::json(&sums.json(exit));
        text::print(&lines)?;
        return Ok(exit);
    }
    let (frames, megapixels) = (amount_of(&plan.jobs), plan.head.megapixels);
    let mut page = format!("{}: {frames}, {megapixels:.1} MP\n", shown(&path));
    page += &format!("{}\n\n", sums.line());
    page += &table(&parts);
    page += &slowest(&fates);
    page += &listed(&fates, "failed", |fate| matches!(fate, Fate::Failed));
    page += &listed(&fates, "worth another try", |fate| matches!(fate, Fate::Retry));
    page += &listed(&fates, "not delivered", |fate| matches!(fate, Fate::NotDelivered));
    page += &listed(&fates, "missing", |fate| matches!(fate, Fate::Missing));
    page += &again(&parts, &sums, &shown(&path));
    text::print(&page)?;
    Ok(exit)
}

/// How many frames had each fate.
#[derive(Debug, Default, PartialEq)]
struct Sums {
    done: usize,
    failed: usize,
    retry: usize,
    not_delivered: usize,
    missing: usize,
}

impl Sums {
    fn of(fates: &[Fated]) -> Self {
        let mut sums = Self::default();
        for fated in fates {
            *match fated.fate {
                Fate::Done => &mut sums.done,
                Fate::Failed => &mut sums.failed,
                Fate::Retry => &mut sums.retry,
                Fate::NotDelivered => &mut sums.not_delivered,
                Fate::Missing => &mut sums.missing,
            } += 1;
        }
        sums
    }

    /// As that of one run of the whole plan; what was not begun is worth another try.
    fn exit(&self) -> u8 {
        match self {
            Self { retry: 0, missing: 0, failed: 0, not_delivered: 0, .. } => exit::DONE,
            Self { retry: 0, missing: 0, .. } => exit::SOME_FAILED,
            _ => exit::TRY_AGAIN,
        }
    }

    fn line(&self) -> String {
        let counts = [
            (self.failed, "failed"),
            (self.retry, "worth another try"),
            (self.not_delivered, "not delivered (output name taken)"),
            (self.missing, "missing"),
        ];
        let counts = counts.into_iter().filter(|(count, _)| *count > 0);
        let counts = counts.map(|(count, what)| format!("{count} {what}"));
        let all = std::iter::once(format!("{} done", self.done)).chain(counts);
        all.collect::<Vec<_>>().join(", ")
    }

    fn json(&self, exit: u8) -> serde_json::Value {
        json!({
            "type": "summary",
            "done": self.done,
            "failed": self.failed,
            "retry": self.retry,
            "not_delivered": self.not_delivered,
            "missing": self.missing,
            "exit": exit,
        })
    }
}

fn name(shard: Option<Shard>) -> String {
    shard.map_or_else(|| "none yet".to_owned(), |shard| shard.to_string())
}

/// Seconds from the first frame's beginning to the last one's end.
fn span_seconds(part: &Part) -> f64 {
    part.span_ms.map_or(0.0, |(first, last)| (last - first) as f64 / 1e3)
}

fn table(parts: &std::collections::BTreeMap<Option<Shard>, Part>) -> String {
    let mut table = format!(
        "{:>9} {:>7} {:>7} {:>7} {:>8} {:>9} {:>9} {:>9}\n",
        "shard", "frames", "done", "failed", "missing", "MP", "work s", "span s"
    );
    for (shard, part) in parts {
        let Part { frames, done, failed, missing, megapixels, work_ms, .. } = part;
        table += &format!(
            "{:>9} {frames:>7} {done:>7} {failed:>7} {missing:>8} {megapixels:>9.1} {:>9.1} {:>9.1}\n",
            name(*shard),
            *work_ms as f64 / 1e3,
            span_seconds(part),
        );
    }
    table
}

fn slowest(fates: &[Fated]) -> String {
    let times = fates.iter().filter_map(|fated| Some((fated.trace.as_ref()?.ms, fated)));
    let mut times: Vec<_> = times.collect();
    // One after the other in the order of the plan where they took the same.
    times.sort_by_key(|(ms, _)| std::cmp::Reverse(*ms));
    if times.is_empty() {
        return String::new();
    }
    let mut list = "\nslowest frames:\n".to_owned();
    for (ms, fated) in times.into_iter().take(SLOWEST) {
        let megapixels = fated.job.planned.as_ref().map_or(0.0, |planned| planned.megapixels);
        let input = text::path(&fated.job.input);
        let edition = fated.job.edition.as_deref().map(in_brackets).unwrap_or_default();
        list += &format!("  {input}{edition}: {:.1} s, {megapixels:.1} MP\n", ms as f64 / 1e3);
    }
    list
}

/// Outputs of one frame that had the same fate for the same reason.
struct Alike<'a> {
    input: &'a Path,
    reason: Option<&'a str>,
    /// Their names, where frames have several outputs.
    editions: Vec<&'a str>,
}

impl Alike<'_> {
    /// The line of the list; `all` is how many outputs the frame has.
    fn line(&self, all: usize) -> String {
        let Self { input, reason, editions } = self;
        // A reason that one output alone has begins with its name.
        let is_named = |edition: &&str| {
            let rest = reason.and_then(|reason| reason.strip_prefix(edition));
            rest.is_some_and(|rest| rest.starts_with(": "))
        };
        let names = match editions.len() == all || editions.iter().any(is_named) {
            true => String::new(),
            false => in_brackets(&editions.join(", ")),
        };
        let reason = reason.map(|reason| format!(": {}", text::clean(reason))).unwrap_or_default();
        format!("  {}{names}{reason}\n", text::path(input))
    }
}

fn in_brackets(editions: &str) -> String {
    format!(" ({})", text::clean(editions))
}

/// The frames that had this fate, each once for every reason.
fn listed(fates: &[Fated], what: &str, is_one: impl Fn(Fate) -> bool) -> String {
    let mut all = HashMap::new();
    let mut lines: Vec<Alike> = Vec::new();
    let mut known = HashMap::new();
    for Fated { job, fate, trace, .. } in fates {
        let input = job.input.as_path();
        *all.entry(input).or_default() += usize::from(job.edition.is_some());
        if is_one(*fate) {
            let reason = trace.as_ref().and_then(|trace| trace.error.as_deref());
            let line = *known.entry((input, reason)).or_insert_with(|| {
                lines.push(Alike { input, reason, editions: Vec::new() });
                lines.len() - 1
            });
            lines[line].editions.extend(job.edition.as_deref());
        }
    }
    if lines.is_empty() {
        return String::new();
    }
    let mut list = format!("\n{what}:\n");
    for line in lines.iter().take(MOST) {
        list += &line.line(all.get(line.input).copied().unwrap_or(0));
    }
    if let more @ 1.. = lines.len().saturating_sub(MOST) {
        list += &format!("  and {more} more\n");
    }
    list
}

/// What to run again.
fn again(
    parts: &std::collections::BTreeMap<Option<Shard>, Part>,
    sums: &Sums,
    plan: &str,
) -> String {
    if sums.retry + sums.missing == 0 {
        return String::new();
    }
    let unfinished = parts.iter().filter(|(_, part)| part.missing > 0);
    let unfinished: Vec<_> = unfinished.map(|(shard, _)| *shard).collect();
    match unfinished.as_slice() {
        [Some(shard)] if shard.of() > 1 => {
            format!("\nto develop the rest: longlens run {plan} --shard {shard}\n")
        }
        [] => String::new(),
        _ => format!("\nto develop the rest: longlens run {plan}\n"),
    }
}

fn part_json(shard: Option<Shard>, part: &Part) -> serde_json::Value {
    json!({
        "type": "shard",
        "shard": shard.map(|shard| shard.to_string()),
        "frames": part.frames,
        "done": part.done,
        "failed": part.failed,
        "missing": part.missing,
        "megapixels": part.megapixels,
        "work_seconds": part.work_ms as f64 / 1e3,
        "span_seconds": span_seconds(part),
    })
}

fn frame_json(fated: &Fated) -> serde_json::Value {
    let mut line = json!({
        "type": "frame",
        "input": lossy(&fated.job.input),
        "output": lossy(&fated.job.output),
        "shard": fated.shard.map(|shard| shard.to_string()),
        "status": match fated.fate {
            Fate::Done => "done",
            Fate::Failed => "failed",
            Fate::Retry => "retry",
            Fate::NotDelivered => "not delivered",
            Fate::Missing => "missing",
        },
        "error": fated.trace.as_ref().and_then(|trace| trace.error.as_deref()),
        "ms": fated.trace.as_ref().map(|trace| trace.ms),
    });
    add_edition(&mut line, fated.job);
    line
}

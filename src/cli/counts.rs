//! Frames, outputs, files and warnings counted, in words.

use std::collections::BTreeMap;

use super::text;
use crate::batch::Job;

/// `1 frame`, `312 frames`.
pub(super) fn frames_of(count: usize) -> String {
    format!("{count} {}", if count == 1 { "frame" } else { "frames" })
}

/// `12 frames`, `36 outputs of 12 frames`.
pub(super) fn amount_of(jobs: &[Job]) -> String {
    let frames = frames_of(Job::frames(jobs));
    match jobs.iter().any(|job| job.edition.is_some()) {
        true => format!("{} outputs of {frames}", jobs.len()),
        false => frames,
    }
}

/// Files counted by extension: `300 .nef, 12 without extension`.
pub(super) fn kinds(counts: &BTreeMap<String, usize>) -> String {
    let kinds = counts.iter().map(|(extension, count)| match extension.as_str() {
        "" => format!("{count} without extension"),
        extension => format!("{count} .{}", text::clean(extension)),
    });
    kinds.collect::<Vec<_>>().join(", ")
}

/// A warning's kind: its text without what is of one frame, names in quotes and numbers.
pub(super) fn kind_of(text: &str) -> String {
    let mut kind = String::with_capacity(text.len());
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '\'' => quoted = !quoted,
            _ if quoted || c.is_ascii_digit() => {}
            _ => kind.push(c),
        }
    }
    kind
}

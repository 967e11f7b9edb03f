//! Captions checked before the run, so that a missing field is found before anything is written.
//!
//! Fields from the command line and the table are tried first; a file's metadata is read only if they are not
//! enough, and only the start of a JPEG. A dry run needs the texts, so it reads each file once.

use crate::batch::fields::{caption_text, ordered_fields, read_fields};
use crate::batch::job::{Caption, Job};
use crate::batch::plan::order::Plan;
use crate::error::{Error, ErrorKind, Result};
use crate::metadata::{Fields, NAMES};
use crate::words::near;

/// What the frames of a plan lack: of the required fields, and of those that their captions need.
/// One error a frame, in order. A frame that cannot be read is told when it is developed.
#[must_use]
pub fn lacking(plan: &Plan, required: &[&str]) -> Vec<Error> {
    let lacks = |job: &Job| {
        look(job, &ordered_fields(job), required).err()?;
        let (fields, _) = read_fields(job).ok()?;
        look(job, &fields, required).err().map(|error| error.about(&job.input))
    };
    plan.jobs.iter().filter_map(lacks).collect()
}

/// Every frame's caption as it would be drawn, in order; empty for none. An error of the kind
/// [`ErrorKind::Caption`] is one of [`lacking`]'s, any other is a file that cannot be read.
#[must_use]
pub fn captions(plan: &Plan, required: &[&str]) -> Vec<Result<String>> {
    let caption = |job: &Job| {
        let known = required.is_empty() && !matches!(job.caption, Caption::Template(_));
        let fields = if known { ordered_fields(job) } else { read_fields(job)?.0 };
        look(job, &fields, required)
    };
    plan.jobs.iter().map(|job| caption(job).map_err(|error| error.about(&job.input))).collect()
}

/// The caption, if these fields are enough for it and have what is required.
fn look(job: &Job, fields: &Fields, required: &[&str]) -> Result<String> {
    let empty = |name: &str| fields.get(name).is_none_or(|text| text.trim().is_empty());
    let missing: Vec<&str> = required.iter().copied().filter(|name| empty(name)).collect();
    if missing.is_empty() {
        return caption_text(job, fields);
    }
    let message = format!("has no {}", missing.join(", "));
    let slip = missing.iter().filter(|name| !NAMES.contains(name));
    let mut hint = "add it in captions.csv or with --set".to_owned();
    if let Some(near) = slip.filter_map(|name| near(name, NAMES)).next() {
        hint += &format!("; or did you mean '{near}'?");
    }
    Err(Error::new(ErrorKind::Caption, message).with_hint(hint))
}

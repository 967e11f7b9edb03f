//! Captions tried before the run: a field that is missing is found while nothing is written yet.
//!
//! What the order itself knows is tried first; the file's metadata is read only where that is not
//! enough, and of a JPEG only the start.

use super::frame::{caption_text, ordered_fields, read_fields};
use super::{Job, Plan};
use crate::error::{Error, ErrorKind};
use crate::metadata::Fields;

/// What the frames of a plan lack: of the required fields, and of those that their captions need.
/// One error a frame, in order. A frame that cannot be read is told when it is developed.
#[must_use]
pub fn lacking(plan: &Plan, required: &[&str]) -> Vec<Error> {
    let lacks = |job: &Job| {
        look(job, &ordered_fields(job), required)?;
        let (fields, _) = read_fields(job).ok()?;
        look(job, &fields, required).map(|error| error.about(&job.input))
    };
    plan.jobs.iter().filter_map(lacks).collect()
}

fn look(job: &Job, fields: &Fields, required: &[&str]) -> Option<Error> {
    let empty = |name: &str| fields.get(name).is_none_or(|text| text.trim().is_empty());
    let missing: Vec<&str> = required.iter().copied().filter(|name| empty(name)).collect();
    if missing.is_empty() {
        return caption_text(job, fields).err();
    }
    let message = format!("has no {}", missing.join(", "));
    let hint = "add it in captions.csv or with --set";
    Some(Error::new(ErrorKind::Caption, message).with_hint(hint))
}

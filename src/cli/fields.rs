//! `longlens fields`: the fields of frames that captions can use, and where each comes from.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use serde_json::json;

use super::json::lossy;
use super::presets::Layers;
use super::report::{Loudness, Report};
use super::sources::{Sources, logos, raw_source};
use super::{exit, text};
use crate::batch::{Found, Job, Order, Plan, Target, find, plan_to_read, read_fields};
use crate::error::{Error, Result};
use crate::metadata::Origin;
use crate::recipe::Recipe;

/// Prints the fields of each frame; the exit code says whether all could be read.
pub(super) fn run(order: &ArgMatches) -> Result<u8> {
    let json = order.get_flag("json");
    let (found, plan) = to_read(order, json)?;
    let mut code = exit::DONE;
    let mut failed = |error: &Error| {
        text::to_stderr(&text::error(error));
        code = exit::SOME_FAILED;
    };
    found.unreadable.iter().for_each(&mut failed);
    for job in &plan.jobs {
        match lines(job, json) {
            Ok(lines) => text::print(&lines)?,
            Err(error) => failed(&error),
        }
    }
    Ok(code)
}

/// The frames that the flags of [`super::args`] name, with what is known of them.
///
/// # Errors
/// If there are none, or a flag or a table cannot be read.
pub(super) fn to_read(order: &ArgMatches, json: bool) -> Result<(Found, Plan)> {
    let sources = Sources::read(order)?;
    let mut found = find(&sources.named, Path::new(""))?;
    found.pair(raw_source(order)?, &sources.named);
    let roots = sources.roots(&Layers::default())?;
    found.pass_over(&logos(&roots, &[]), "the logo", &sources.named);
    let out = Target::Folder(PathBuf::new());
    let (set, codes) = (&sources.set[..], sources.codes.as_ref());
    let (flags, reads) = (&super::given::flags(order)[..], &[][..]);
    for (name, value) in flags {
        Recipe::default().set(name, value).map_err(|e| e.prefixed("--"))?;
    }
    let order = Order { roots: &roots, flags, set, codes, reads, out: &out };
    let plan = plan_to_read(&found, &order)?;
    let mut report = Report::new(Loudness::Normal, json, Path::new(""));
    report.opening(&sources.shoots, &found, &plan);
    report.say_raws(None);
    if plan.jobs.is_empty() && found.unreadable.is_empty() {
        return Err(super::refused::no_frames(&found));
    }
    Ok((found, plan))
}

fn lines(job: &Job, json: bool) -> Result<String> {
    let (fields, warnings) = read_fields(job)?;
    if json {
        let pairs = fields.iter().map(|(name, value)| {
            (name.to_owned(), json!({ "text": value.text, "from": origin(value.origin) }))
        });
        let fields: serde_json::Map<String, serde_json::Value> = pairs.collect();
        return Ok(text::json(&json!({ "file": lossy(&job.input), "fields": fields })));
    }
    let mut lines = format!("{}\n", text::path(&job.input));
    for (name, value) in fields.iter() {
        let (value, origin) = (text::clean(&value.text), origin(value.origin));
        lines.push_str(&format!("  {name:16} {value}  ({origin})\n"));
    }
    for warning in warnings {
        lines.push_str(&format!("  warning: {}\n", text::clean(&warning.to_string())));
    }
    Ok(lines)
}

fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::File => "file",
        Origin::Exif => "EXIF",
        Origin::Iptc => "IPTC",
        Origin::Xmp => "XMP",
        Origin::Sidecar => "sidecar",
        Origin::Csv => "table",
        Origin::Set => "set",
    }
}

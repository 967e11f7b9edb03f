//! `longlens inspect` and `longlens fields`: what a frame is and says, without developing it.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use serde_json::{Value, json};

use super::report::{lossy, rounded};
use super::{exit, text};
use crate::batch::{Job, read_bytes, read_fields};
use crate::develop::survey;
use crate::error::Result;
use crate::format::{self, Decoding, Limits};
use crate::frame::Pool;
use crate::metadata::{Origin, icc};

pub(super) fn run(order: &ArgMatches) -> Result<u8> {
    let pool = Pool::default();
    Ok(each(order, |path| {
        let facts = inspected(path, &pool)?;
        if order.get_flag("json") {
            return Ok(text::json(&facts));
        }
        let mut lines = format!("{}\n", text::path(path));
        for (name, value) in facts.as_object().into_iter().flatten().skip(1) {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            lines.push_str(&format!("  {name:12} {}\n", text::clean(&value)));
        }
        Ok(lines)
    }))
}

fn inspected(path: &Path, pool: &Pool) -> Result<Value> {
    let limits = Limits::default();
    let bytes = read_bytes(path, &limits)?;
    let decoding = Decoding { limits, accept_damaged: false };
    let decoded = format::decode(&bytes, &decoding, pool).map_err(|e| e.about(path))?;
    let header = decoded.header;
    let survey = survey(&decoded.frame);
    let profile = match &decoded.frame.facts.profile {
        None => "none, taken as sRGB".to_owned(),
        Some(profile) => icc::describe(profile).map_or_else(|e| e.to_string(), |p| p.name),
    };
    let facts = json!({
        "file": lossy(path),
        "format": format!("{} ({})", header.format.name(), header.kind),
        "size": header.size.to_string(),
        "depth": format!("{} bit", header.depth_bits),
        "profile": profile,
        "orientation": header.orientation.to_exif(),
        "haze": rounded(survey.haze.haze),
        "auto": rounded(crate::stage::dehaze::Amount::of_strength(survey.haze.auto_strength)),
        "airlight": survey.haze.airlight.map(|a| (a * 255.0).round() as u8),
        "noise": rounded(survey.noise * 255.0),
    });
    pool.give(decoded.frame);
    Ok(facts)
}

pub(super) fn fields(order: &ArgMatches) -> Result<u8> {
    Ok(each(order, |path| {
        let (fields, warnings) = read_fields(&Job::of_file(path))?;
        let mut lines = String::new();
        if order.get_flag("json") {
            let pairs = fields.iter().map(|(name, value)| {
                (name.to_owned(), json!({ "text": value.text, "from": origin(value.origin) }))
            });
            let fields: serde_json::Map<String, Value> = pairs.collect();
            return Ok(text::json(&json!({ "file": lossy(path), "fields": fields })));
        }
        lines.push_str(&format!("{}\n", text::path(path)));
        for (name, value) in fields.iter() {
            let (value, origin) = (text::clean(&value.text), origin(value.origin));
            lines.push_str(&format!("  {name:16} {value}  ({origin})\n"));
        }
        for warning in warnings {
            lines.push_str(&format!("  warning: {}\n", text::clean(&warning.to_string())));
        }
        Ok(lines)
    }))
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

/// Prints what is found of each file; the exit code says whether all could be read.
fn each(order: &ArgMatches, look: impl Fn(&Path) -> Result<String>) -> u8 {
    let mut code = exit::DONE;
    for path in order.get_many::<PathBuf>("file").into_iter().flatten() {
        match look(path) {
            Ok(lines) => text::to_stdout(&lines),
            Err(error) => {
                text::to_stderr(&text::error(&error));
                code = exit::SOME_FAILED;
            }
        }
    }
    code
}

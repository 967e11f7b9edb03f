//! `longlens inspect`: what a frame is, without developing it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use serde_json::{Value, json};

use super::compare::decoded;
use super::json::{self, lossy, rounded};
use super::{exit, maps, shown, text, tiles};
use crate::batch::{
    Assigned, Job, Settings, Stop, assign_scenes, machine_bytes, read_bytes, refuse_bomb,
};
use crate::colour;
use crate::develop::{survey_in, tilt};
use crate::error::Result;
use crate::format::{self, Decoding, Limits, RawPicture};
use crate::frame::Pool;
use crate::recipe::Recipe;
use crate::stage::dehaze::Amount;

pub(super) fn run(order: &ArgMatches) -> Result<u8> {
    let pool = Pool::default();
    let scenes = scenes(order)?;
    each(order, |path| {
        let maps = order.get_one::<PathBuf>("maps").map(PathBuf::as_path);
        let mut facts = inspected(path, maps, &pool)?;
        if let Some(scene) = scenes.get(path) {
            facts.push(("scene", json!({ "name": scene.scene, "why": scene.why })));
        } else if order.get_many::<PathBuf>("file").is_some_and(|files| files.len() > 1) {
            facts.push(("scene", Value::Null));
        }
        if order.get_flag("json") {
            let mut line: serde_json::Map<String, Value> =
                facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            line.insert("file".to_owned(), json!(lossy(path)));
            return Ok(text::json(&Value::Object(line)));
        }
        let mut lines = format!("{}\n", text::path(path));
        for (name, value) in facts {
            let (name, value) = as_text(name, &value);
            lines.push_str(&format!("  {name:12} {}\n", text::clean(&value)));
        }
        Ok(lines)
    })
}

/// Shows a frame in the terminal.
fn show(path: &Path) -> Result<()> {
    shown::show(&tiles::rgb8(decoded(path)?.pixels), path)
}

fn as_word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A fact as people read it.
fn as_text<'a>(name: &'a str, value: &Value) -> (&'a str, String) {
    let plain = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match (name, value.as_f64()) {
        ("auto", Some(amount)) => ("dehaze", format!("auto {amount:.0}")),
        ("tilt", _) => {
            let number = |name: &str| value[name].as_f64().unwrap_or_default();
            let by = as_word(&value["by"]);
            (name, text::tilt(number("degrees"), by, number("confidence")))
        }
        ("scene", _) if value.is_null() => (name, "none".to_owned()),
        ("scene", _) => (name, [&value["name"], &value["why"]].map(as_word).join(": ")),
        ("haze", _) => (name, plain.strip_prefix("haze ").unwrap_or(&plain).to_owned()),
        _ => (name, plain),
    }
}

/// The scenes of several frames, by their paths.
fn scenes(order: &ArgMatches) -> Result<BTreeMap<PathBuf, Assigned>> {
    let paths = order.get_many::<PathBuf>("file").into_iter().flatten();
    let mut jobs: Vec<Job> = paths.map(|path| Job::of_file(path)).collect();
    if jobs.len() > 1 {
        assign_scenes(&mut jobs, &Settings::default(), &Stop::default(), &|_, _| {})?;
    }
    Ok(jobs.into_iter().filter_map(|job| Some((job.input, job.scene?))).collect())
}

/// What is known about a frame, in the order in which it is shown; its maps go into a folder if one is given.
fn inspected(path: &Path, maps: Option<&Path>, pool: &Pool) -> Result<Vec<(&'static str, Value)>> {
    // A small JPEG inside of a RAW file is better than nothing.
    let raw = if format::DEVELOPS_SENSORS { RawPicture::Auto } else { RawPicture::Any };
    let limits = Limits { memory_bytes: machine_bytes() / 2, raw, ..Limits::default() };
    let bytes = read_bytes(path, &limits)?;
    let header = format::probe(&bytes, &limits).map_err(|e| e.about(path))?;
    refuse_bomb(&header, bytes.len() as u64, &Recipe::default()).map_err(|e| e.about(path))?;
    let decoding = Decoding { limits, accept_damaged: false };
    let decoded = format::decode_as_stored(&bytes, &decoding, pool).map_err(|e| e.about(path))?;
    let (survey, found) = survey_in(&decoded.frame, decoded.frame.facts.profile.as_deref());
    if let Some(folder) = maps {
        maps::write(&found, path, folder)?;
    }
    let profile = match &decoded.frame.facts.profile {
        None => "none, taken as sRGB".to_owned(),
        Some(profile) => colour::describe(profile).map_or_else(|e| e.to_string(), |p| p.name),
    };
    let auto = Amount::of_strength(survey.haze.auto_strength);
    let airlight = survey.haze.airlight.map(|a| (a * 255.0).round() as u8);
    let facts = vec![
        ("size", json!(header.size.to_string())),
        ("format", json!(format!("{} ({})", header.format.name(), header.kind))),
        ("depth", json!(format!("{} bit", header.depth_bits))),
        ("profile", json!(profile)),
        ("orientation", json!(header.orientation.to_exif())),
        ("haze", json!(survey.haze.to_string())),
        ("auto", json!(rounded(auto))),
        ("airlight", json!(airlight)),
        ("noise", json!(rounded(survey.noise * 255.0))),
    ];
    let mut facts = facts;
    facts.extend(tilt(&decoded.frame).map(|found| ("tilt", json::tilt(Some(&found)))));
    decoded.frame.give_to(pool);
    Ok(facts)
}

/// Prints what is found of each file; the exit code says whether all could be read.
fn each(order: &ArgMatches, look: impl Fn(&Path) -> Result<String>) -> Result<u8> {
    let mut code = exit::DONE;
    for path in order.get_many::<PathBuf>("file").into_iter().flatten() {
        match look(path) {
            Ok(lines) => {
                text::print(&lines)?;
                if order.get_flag("show") {
                    show(path)?;
                }
            }
            Err(error) => {
                text::to_stderr(&text::error(&error));
                code = code.max(exit::of_frame(&error));
            }
        }
    }
    Ok(code)
}

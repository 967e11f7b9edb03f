//! The JSON lines of a run on standard output: first the run, then each frame, last the totals. An
//! error that ends a run before its frames is a line too.

use std::path::Path;

use serde_json::{Value, json};

use crate::batch::{Existing, Job, Outcome, Settings, Status, Summary, Sync};
use crate::develop::Tilt;
use crate::error::{Error, ErrorKind, Warning};
use crate::recipe::{Edition, Recipe, SETTINGS};
use crate::stage::dehaze::{Amount, Haze};
use crate::stage::turn::Straighten;

/// The first line: version, run, time, and all that was ordered.
pub(super) fn run(frames: usize, out: &Path, recipe: &Recipe, settings: &Settings) -> Value {
    let now = jiff::Timestamp::now();
    let of_recipe = SETTINGS.iter().filter_map(|setting| {
        Some((setting.name.to_owned(), Value::String(recipe.get(setting.name)?)))
    });
    let mut line = json!({
        "type": "run",
        "version": env!("CARGO_PKG_VERSION"),
        // Two runs of one moment are two processes.
        "run": format!("{:x}-{:x}", now.as_microsecond(), std::process::id()),
        "time": now.to_string(),
        "frames": frames,
        "out": lossy(out),
        "settings": of_recipe.collect::<serde_json::Map<_, _>>(),
        "jobs": settings.workers(),
        "memory_bytes": settings.memory_bytes,
        "existing": match settings.existing {
            Existing::Keep => "keep",
            Existing::Overwrite => "overwrite",
            Existing::Resume => "resume",
            Existing::ResumeOverwrite => "resume, overwrite",
        },
        "accept_damaged": settings.accept_damaged,
        "sync": settings.sync == Sync::Full,
    });
    if !recipe.editions.is_empty() {
        let edition = |(name, edition): (&std::sync::Arc<str>, &Edition)| {
            let settings: serde_json::Map<_, _> =
                edition.settings().map(|(name, text)| (name.to_owned(), json!(text))).collect();
            (name.to_string(), Value::Object(settings))
        };
        let editions = recipe.editions.iter().map(edition);
        line["outputs"] = Value::Object(editions.collect());
    }
    line
}

/// The last line.
pub(super) fn summary(summary: &Summary, unreadable: usize, exit: u8) -> Value {
    json!({
        "type": "summary",
        "done": summary.done,
        "failed": summary.failed + unreadable,
        "skipped": summary.skipped,
        "not_delivered": summary.not_delivered,
        "up_to_date": summary.up_to_date,
        "not_reached": summary.unbegun,
        "had_position": summary.had_position,
        "megapixels": summary.megapixels,
        "seconds": summary.took.as_secs_f64(),
        "warnings": warnings(&summary.warnings),
        "exit": exit,
    })
}

/// What keeps a run, or a folder, from being developed at all.
pub(super) fn error(error: &Error) -> Value {
    json!({
        "type": "error",
        "input": error.path().map(lossy),
        "output": null,
        "status": "failed",
        "error": error.message(),
        "hint": error.hint(),
        "warnings": [],
    })
}

/// One frame, unreached ones included.
pub(super) fn frame(outcome: &Outcome) -> Value {
    let job = &outcome.job;
    let mut line = json!({
        "type": "frame",
        "input": lossy(&job.input),
        "output": lossy(&job.output),
        "raw": job.raw.as_deref().map(lossy),
        "warnings": warnings(&outcome.warnings),
        "ms": outcome.took.as_millis() as u64,
    });
    line["scene"] = scene(job);
    add_edition(&mut line, job);
    match &outcome.result {
        Err(error) => {
            let is_reached = error.kind() != ErrorKind::Interrupted;
            line["status"] = json!(if is_reached { "failed" } else { "not reached" });
            line["error"] = json!(error.message());
            line["hint"] = json!(error.hint());
        }
        Ok(Status::Skipped) => line["status"] = json!("skipped"),
        Ok(Status::NotDelivered) => line["status"] = json!("not delivered"),
        Ok(Status::UpToDate) => line["status"] = json!("up to date"),
        Ok(Status::Done(done)) => {
            line["status"] = json!("done");
            line["width"] = json!(done.size.width);
            line["height"] = json!(done.size.height);
            line["bytes"] = json!(done.bytes);
            line["had_position"] = json!(done.had_position);
            if done.turned_degrees != 0.0 {
                line["turned"] = json!(rounded(done.turned_degrees as f32));
            }
            if job.recipe.turn.straighten == Straighten::Auto {
                line["tilt"] = tilt(done.tilt.as_ref());
            }
            if let Some(fit) = &done.fitted {
                line["quality"] = json!(fit.quality);
                line["encodings"] = json!(fit.encodings);
            }
            if let Some(found) = &done.surveyed {
                let strength = job.recipe.dehaze.amount.strength(found.haze.auto_strength);
                line["dehaze"] = haze(&found.haze);
                line["dehaze"]["amount"] = json!(rounded(Amount::of_strength(strength)));
            }
        }
    }
    line
}

/// Which of several outputs it is, if it is one of them.
pub(super) fn add_edition(line: &mut Value, job: &Job) {
    if let Some(edition) = &job.edition {
        line["output_name"] = json!(&**edition);
    }
}

/// The scene of a frame, with the reason; null for a frame alone.
pub(super) fn scene(job: &Job) -> Value {
    job.scene.as_ref().map_or(Value::Null, |s| json!({ "name": s.scene, "why": s.why }))
}

/// How far a frame is tilted clockwise, by what, and how sure that is; null if nothing shows it.
pub(super) fn tilt(tilt: Option<&Tilt>) -> Value {
    tilt.map_or(Value::Null, |tilt| {
        json!({
            "degrees": rounded(tilt.degrees as f32),
            "by": tilt.by.to_string(),
            "confidence": rounded(tilt.confidence),
        })
    })
}

/// Warnings as texts.
pub(super) fn warnings(warnings: &[Warning]) -> Vec<String> {
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

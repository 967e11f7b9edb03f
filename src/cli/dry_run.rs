//! A dry run: what would be done with each frame, on standard output.

use super::json::{add_edition, lossy, scene, warnings};
use super::text;
use crate::batch::{Batch, Foreseen, Job};
use crate::error::Result;

/// Frames that a run would not deliver.
#[derive(Debug, Default)]
pub(super) struct Undelivered {
    /// It is known already that they fail.
    pub(super) failing: usize,
    /// Their output name is taken by another original's.
    pub(super) taken: usize,
}

/// The plan in full, on standard output: all that a dry run was ordered for.
pub(super) fn print(
    batch: &Batch,
    captions: &[Result<String>],
    as_json: bool,
) -> Result<Undelivered> {
    let mut undelivered = Undelivered::default();
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
            Ok(Foreseen::Kept(None)) => ("skipped", " (output exists)"),
            Ok(Foreseen::Kept(Some(warning))) => {
                said.push(warning.to_string());
                undelivered.taken += 1;
                ("not delivered", " (output name taken)")
            }
            Err(_) => {
                undelivered.failing += 1;
                ("failed", " (fails)")
            }
        };
        let mut line = serde_json::json!({
            "type": "frame",
            "input": lossy(&job.input),
            "output": lossy(&job.output),
            "status": status,
            "scene": scene(job),
            "caption": caption.as_ref().ok().filter(|text| !text.is_empty()),
            "warnings": &said,
        });
        add_edition(&mut line, job);
        let (input, output) = (text::path(&job.input), text::path(&job.output));
        if let Err(error) = &foreseen {
            line["error"] = serde_json::json!(error.message());
            line["hint"] = serde_json::json!(error.hint());
            said.push(error.message().to_owned());
        }
        if as_json {
            text::print(&text::json(&line))?;
            continue;
        }
        let mut lines = format!("{input} -> {output}{note}\n  {}\n", settings_of(job));
        if let Some(scene) = &job.scene {
            lines.push_str(&format!("  {}\n", text::scene(scene)));
        }
        lines.push_str(&caption_of(caption.as_deref().unwrap_or_default()));
        said.iter().for_each(|what| lines.push_str(&format!("  {}\n", text::clean(what))));
        text::print(&lines)?;
    }
    Ok(undelivered)
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

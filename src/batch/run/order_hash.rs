//! A hash of everything that was asked for a frame. If it changes, the output is out of date.

use crate::batch::disk::hash::hash;
use crate::batch::disk::kinds::extension;
use crate::batch::fields::{sidecar, with_raw};
use crate::batch::job::{Caption, Job};
use crate::batch::run::shared::Shared;
use crate::format::{self, is_raw_ending};
use crate::metadata::Blocks;

/// Hash of all that was ordered for a frame beside its original: what changes it changes the output.
pub(in crate::batch) fn recipe_hash(job: &Job, shared: &Shared) -> u64 {
    let mut all = Vec::new();
    // With its length before it, so that no two orders read alike.
    let mut add = |bytes: &[u8]| {
        all.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        all.extend_from_slice(bytes);
    };
    add(shared.recipe_text(&job.recipe).as_bytes());
    for fields in [&job.fields.table, &job.fields.set] {
        add(&fields.len().to_le_bytes());
        for (name, value) in fields {
            add(name.as_bytes());
            add(value.as_bytes());
        }
    }
    match &job.caption {
        Caption::None => add(b"none"),
        Caption::Text(text) => add(format!("text {text}").as_bytes()),
        Caption::Template(template) => add(format!("template {}", template.source()).as_bytes()),
    }
    // The sequence number counts where it may be drawn: elsewhere one frame more would change all.
    let numbered = matches!(&job.caption, Caption::Template(t) if t.asks_for("sequence"));
    add(&if numbered { job.sequence } else { 0 }.to_le_bytes());
    add(job.input.file_name().unwrap_or_default().as_encoded_bytes());
    add(&[u8::from(shared.settings.accept_damaged)]);
    // What cannot be read now fails when the frame is developed.
    let xml = sidecar(job).ok().flatten();
    add(&xml.map_or(0, |xml| hash(&xml)).to_le_bytes());
    if is_raw_ending(&extension(&job.input)) {
        add(&[shared.settings.raw as u8, u8::from(format::DEVELOPS_SENSORS)]);
    }
    if job.raw.is_some() {
        let of_raw = with_raw(job, Blocks::default(), &mut Vec::new());
        let Blocks { exif, xmp, photoshop, .. } = of_raw.unwrap_or_default();
        for block in [exif, xmp, photoshop] {
            add(&block.unwrap_or_default());
        }
    }
    for path in [&job.recipe.caption.font, &job.recipe.caption.logo].into_iter().flatten() {
        add(&shared.furniture(path).to_le_bytes());
    }
    hash(&all)
}

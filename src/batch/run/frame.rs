//! One frame's whole way: the file in, the finished file's bytes out.

use crate::batch::disk::hash::{digits, hash};
use crate::batch::disk::journal::{Chosen, Entry, place};
use crate::batch::disk::name::{Name, name_below};
use crate::batch::fields::{caption_text, fields, with_raw};
use crate::batch::job::Job;
use crate::batch::outcome::{Done, Surveyed};
use crate::batch::run::finish::{Ended, Finishing};
use crate::batch::run::order_hash::recipe_hash;
use crate::batch::run::shared::Shared;
use crate::batch::scene::InScene;
use crate::colour;
use crate::develop::{Means, Prepared};
use crate::error::{Result, Warning};
use crate::format::{self, Decoded, Encoding, Opened, Subsampling};
use crate::metadata::{self, Change, Picture, Profile};
use crate::recipe::Recipe;

/// A finished file that is not written yet.
#[derive(Debug)]
pub(in crate::batch) struct Finished {
    pub(in crate::batch) bytes: Vec<u8>,
    pub(in crate::batch) done: Done,
    /// The line of the journal, if there is one.
    pub(in crate::batch) entry: Option<Entry>,
}

/// Develops one frame from its file.
pub(in crate::batch) fn develop_file(
    job: &Job,
    file: Opened,
    shared: &Shared,
    warnings: &mut Vec<Warning>,
) -> Result<Finished> {
    let mut recipe = (*job.recipe).clone();
    let input_hash = shared.settings.journal.is_some().then(|| hash(file.bytes()));
    let decoded = file.decode_as_stored(&shared.decoding(), &shared.pool)?;
    let Decoded { frame: mut original, header, blocks, warnings: of_decoder } = decoded;
    warnings.extend(of_decoder);
    shared.go_on()?;

    let blocks = with_raw(job, blocks, warnings);
    let fields = fields(job, &blocks, warnings);
    recipe.caption.text = caption_text(job, &fields)?;
    let srgb = recipe.metadata.profile == Profile::Srgb;
    if srgb && let Some(profile) = original.facts.profile.take() {
        let mut frame = original.into_frame(&shared.pool)?;
        colour::convert_to_srgb(&mut frame.pixels, &profile)?;
        original = frame.into();
    }
    let typesetter = shared.typesetters.of(&recipe.caption)?;
    let shared_haze = job.scene.as_ref().map(|scene| &scene.haze);
    let prepared = Prepared::new(original.size(), &recipe, &typesetter)?.sharing(shared_haze);
    let size = prepared.size();
    let format = recipe.output.format.or_same(header.format);
    let picture =
        Picture { original: header.size, turned: header.orientation, kept: prepared.kept() };
    let change = Change {
        size,
        fields: &fields,
        iptc: format.iptc(),
        segment_bytes: format.segment_bytes(),
        picture: Some(picture),
        exif_tags: format.exif_tags(),
        reformatted: format != header.format,
    };
    let mut carried = metadata::carry_over(blocks, &recipe.metadata, &change)?;
    let encoding = Encoding {
        format,
        quality: recipe.output.quality,
        subsampling: recipe.output.subsampling.or(header.subsampling).unwrap_or(Subsampling::S420),
        coding: recipe.output.coding,
    };
    let mut out = Vec::new();
    let means = Means { pool: &shared.pool, workers: shared.workers(), survey: None };
    let max_bytes = recipe.output.max_bytes;
    let finishing = Finishing { encoding, max_bytes, blocks: &carried.blocks, shared };
    let Ended { developed, fitted, warnings: of_encoder } =
        finishing.run(prepared, original, means, &mut out)?;
    warnings.extend(developed.warnings);
    warnings.append(&mut carried.warnings);
    warnings.extend(of_encoder);
    metadata::verify(&format::read_blocks(&out)?, &out, &carried)?;
    let done = Done {
        original: header.size,
        kept: developed.kept,
        size,
        format: encoding.format,
        bytes: out.len() as u64,
        fitted,
        surveyed: developed.survey.map(Surveyed::from),
        had_position: carried.had_position,
        removed: carried.removed,
    };
    let entry = shared.settings.journal.as_deref().zip(input_hash);
    let entry = entry.map(|(folder, input_hash)| Entry {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        output: name_below(folder, &job.output),
        output_bytes: done.bytes,
        output_hash: digits(hash(&out)),
        input: Name::of(&job.input),
        input_place: Some(place(&job.input)),
        input_hash: digits(input_hash),
        recipe_hash: digits(recipe_hash(job, shared)),
        chosen: chosen(&recipe, &done),
        scene: job.scene.as_ref().map(InScene::of),
        warnings: warnings.iter().map(ToString::to_string).collect(),
    });
    Ok(Finished { bytes: out, done, entry })
}

fn chosen(recipe: &Recipe, done: &Done) -> Chosen {
    let quality = done.fitted.map(|fit| fit.quality);
    let Some(found) = &done.surveyed else { return Chosen { quality, ..Chosen::default() } };
    let rounded = |value: f32| Some((f64::from(value) * 1000.0).round() / 1000.0);
    Chosen {
        haze: rounded(found.haze.evidence.score()),
        strength: rounded(recipe.dehaze.amount.strength(found.haze.auto_strength)),
        airlight: Some(found.haze.airlight.map(|a| (a * 255.0).round() as u8)),
        quality,
    }
}

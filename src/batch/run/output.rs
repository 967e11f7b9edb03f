//! One output of a frame that is decoded: its caption filled in, developed, encoded, searched for data that
//! must not be delivered, and noted for the journal.

use std::sync::Arc;

use crate::batch::disk::hash::{digits, hash};
use crate::batch::disk::journal::{Chosen, Entry, place};
use crate::batch::disk::name::{Name, name_below};
use crate::batch::fields::{caption_text, fields};
use crate::batch::job::Job;
use crate::batch::outcome::{Done, Surveyed};
use crate::batch::run::finish::{Ended, Finishing};
use crate::batch::run::order_hash::recipe_hash;
use crate::batch::run::shared::Shared;
use crate::batch::run::shown::shown;
use crate::batch::scene::InScene;
use crate::develop::{Means, Onlooker, Prepared, Start, Turned};
use crate::error::{Result, Warning};
use crate::format::{self, Encoding, Header, Subsampling};
use crate::metadata::{self, Blocks, Change, Fields, Picture, Tilted};
use crate::recipe::Recipe;
use crate::stage::caption::Typesetter;

/// A finished file that is not written yet.
#[derive(Debug)]
pub(in crate::batch) struct Finished {
    pub(in crate::batch) bytes: Vec<u8>,
    pub(in crate::batch) done: Done,
    /// The line of the journal, if there is one.
    pub(in crate::batch) entry: Option<Entry>,
}

/// What the file of a frame holds beside its samples.
#[derive(Debug)]
pub(in crate::batch) struct Origin {
    pub(in crate::batch) header: Header,
    pub(in crate::batch) blocks: Blocks,
    /// The XMP file beside it.
    pub(in crate::batch) sidecar: Option<Vec<u8>>,
    /// Of whoever read it.
    pub(in crate::batch) warnings: Vec<Warning>,
    /// Hash of the file, if there is a journal.
    pub(in crate::batch) input_hash: Option<u64>,
}

/// The recipe of an output with its caption filled in, and what fills it.
#[derive(Debug)]
pub(in crate::batch) struct Filled {
    pub(in crate::batch) recipe: Recipe,
    pub(in crate::batch) typesetter: Arc<Typesetter>,
    fields: Fields,
}

impl Filled {
    pub(in crate::batch) fn new(
        job: &Job,
        origin: &Origin,
        warnings: &mut Vec<Warning>,
        shared: &Shared,
    ) -> Result<Self> {
        let mut recipe = (*job.recipe).clone();
        warnings.extend(origin.warnings.iter().cloned());
        let fields = fields(job, &origin.blocks, origin.sidecar.as_deref(), warnings);
        recipe.caption.text = caption_text(job, &fields)?;
        let typesetter = shared.typesetters.of(&recipe.caption)?;
        Ok(Self { recipe, typesetter, fields })
    }
}

/// An output that is ready to be developed.
#[derive(Debug, Clone, Copy)]
pub(in crate::batch) struct Output<'a> {
    pub(in crate::batch) job: &'a Job,
    pub(in crate::batch) origin: &'a Origin,
    pub(in crate::batch) filled: &'a Filled,
    /// How its frame was turned before.
    pub(in crate::batch) turned: Turned,
    pub(in crate::batch) shared: &'a Shared<'a>,
}

impl Output<'_> {
    /// Develops it and makes its file.
    pub(in crate::batch) fn finish(
        self,
        prepared: Prepared,
        start: Start,
        means: Means,
        onlooker: Option<Onlooker>,
        warnings: &mut Vec<Warning>,
    ) -> Result<Finished> {
        let Self { job, origin, filled, turned, shared } = self;
        let (Origin { header, blocks, .. }, Filled { recipe, fields, .. }) = (origin, filled);
        shared.go_on()?;
        let size = prepared.size();
        let format = recipe.output.format.or_same(header.format);
        let picture = Picture {
            original: header.size,
            turned: header.orientation,
            tilted: turned.placed.map(|placed| Tilted {
                degrees: placed.degrees,
                size: placed.size,
                centre: placed.centre,
            }),
            kept: prepared.kept(),
        };
        let profile = start.profile();
        let change = Change {
            size,
            fields,
            iptc: format.iptc(),
            segment_bytes: format.segment_bytes(),
            picture: Some(picture),
            exif_tags: format.exif_tags(),
            reformatted: format != header.format,
        };
        let mut carried = metadata::carry_over(blocks.clone(), &recipe.metadata, &change)?;
        let subsampling = recipe.output.subsampling.or(header.subsampling);
        let encoding = Encoding {
            format,
            quality: recipe.output.quality,
            subsampling: subsampling.unwrap_or(Subsampling::S420),
            coding: recipe.output.coding,
        };
        let mut out = Vec::new();
        let max_bytes = recipe.output.max_bytes;
        let finishing = Finishing { encoding, max_bytes, blocks: &carried.blocks, shared };
        let Ended { developed, fitted, warnings: of_encoder } =
            finishing.run(prepared, start, means, onlooker.as_ref(), &mut out)?;
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
            turned_degrees: turned.degrees(),
            tilt: turned.tilt,
            had_position: carried.had_position,
            removed: carried.removed,
            decoded: true,
            shown: onlooker.and_then(|onlooker| {
                shown(onlooker, profile.as_deref(), &recipe.caption.text).ok().map(Box::new)
            }),
        };
        let entry = shared.settings.journal.as_deref().zip(origin.input_hash);
        let entry = entry.map(|(folder, input_hash)| Entry {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            output: name_below(folder, &job.output),
            output_bytes: done.bytes,
            output_hash: digits(hash(&out)),
            input: Name::of(&job.input),
            input_place: Some(place(&job.input)),
            input_hash: digits(input_hash),
            recipe_hash: digits(recipe_hash(job, shared)),
            chosen: chosen(recipe, &done),
            scene: job.scene.as_ref().map(InScene::of),
            warnings: warnings.iter().map(ToString::to_string).collect(),
        });
        Ok(Finished { bytes: out, done, entry })
    }
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

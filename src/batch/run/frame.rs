//! One frame's whole way: the file's bytes in, the finished file's bytes out.

use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::batch::disk::hash::{digits, hash};
use crate::batch::disk::journal::{Chosen, Entry, Name, name_below, place};
use crate::batch::disk::read::read_bytes;
use crate::batch::run::existing::Known;
use crate::batch::{Caption, Job, Settings, Stop};
use crate::colour;
use crate::develop::{Developed, Means, Prepared, Survey, Workers};
use crate::error::{Error, ErrorKind, Result, Warning};
use crate::format::{
    self, BandEncoder, Decoded, Decoding, Encoding, Format, Limits, Subsampling, Threads,
};
use crate::frame::{Original, Pool, Rect, Size};
use crate::metadata::{self, Blocks, Change, Fields, Origin, Profile, Removed};
use crate::recipe::Recipe;
use crate::stage::caption::{self as stage, Typesetter};
use crate::stage::dehaze;
use crate::template;

/// A frame that was developed and written.
#[derive(Debug, Clone)]
pub struct Done {
    /// Size of the original, upright.
    pub original: Size,
    /// The part of it that was kept.
    pub kept: Rect,
    /// Size of the finished frame, a strip included.
    pub size: Size,
    /// Format of the file.
    pub format: Format,
    /// Its length in bytes.
    pub bytes: u64,
    /// What the survey found, if there was one.
    pub surveyed: Option<Surveyed>,
    /// Whether the original said where it was taken.
    pub had_position: bool,
    /// What was taken out of the metadata.
    pub removed: Vec<Removed>,
}

/// What the survey of a frame found, as far as it is told: its maps go with the frame. Kept until the file
/// is written, they cut the heap of a worker that has the next frame to begin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Surveyed {
    /// Its haze, [`dehaze::Haze::score`].
    pub haze: f32,
    /// The strength that suits it, [`dehaze::Haze::auto_strength`].
    pub auto_strength: f32,
    /// Airlight: encoded red, green and blue, 0..1.
    pub airlight: [f32; 3],
    /// What the strength follows from.
    pub evidence: dehaze::Evidence,
    /// Standard deviation of its noise, share of the greatest sample.
    pub noise: f32,
}

impl From<Survey> for Surveyed {
    fn from(Survey { haze, noise, .. }: Survey) -> Self {
        let dehaze::Haze { score, auto_strength, airlight, evidence, .. } = haze;
        Self { haze: score, auto_strength, airlight, evidence, noise }
    }
}

/// A finished file that is not written yet.
#[derive(Debug)]
pub(in crate::batch) struct Finished {
    pub(in crate::batch) bytes: Vec<u8>,
    pub(in crate::batch) done: Done,
    /// The line of the journal, if there is one.
    pub(in crate::batch) entry: Option<Entry>,
}

/// What all frames of a run share.
#[derive(Debug)]
pub(in crate::batch) struct Shared<'a> {
    pub(in crate::batch) pool: Pool,
    pub(in crate::batch) settings: &'a Settings,
    pub(in crate::batch) stop: &'a Stop,
    /// What was known of the outputs when the run began.
    pub(in crate::batch) known: Known,
    /// Frames that no worker has begun yet; never 0 where there is one worker.
    pub(in crate::batch) to_begin: AtomicUsize,
    typesetters: Typesetters,
    /// Hashes of fonts and logos, by path.
    furniture: Mutex<HashMap<PathBuf, u64>>,
}

impl<'a> Shared<'a> {
    pub(in crate::batch) fn new(settings: &'a Settings, stop: &'a Stop, known: Known) -> Self {
        Self {
            pool: Pool::default(),
            settings,
            stop,
            known,
            to_begin: AtomicUsize::new(usize::MAX),
            typesetters: Typesetters::default(),
            furniture: Mutex::default(),
        }
    }

    /// Hash of a font or a logo; 0 if it cannot be read, which its frames will say.
    fn furniture(&self, path: &Path) -> u64 {
        let mut known = self.furniture.lock().unwrap_or_else(PoisonError::into_inner);
        *known.entry(path.to_path_buf()).or_insert_with(|| fs::read(path).map_or(0, |b| hash(&b)))
    }

    pub(in crate::batch) fn decoding(&self) -> Decoding {
        let limits = Limits { memory_bytes: self.settings.memory_bytes, ..Limits::default() };
        Decoding { limits, accept_damaged: self.settings.accept_damaged }
    }

    /// How many workers a frame may use that is decoded now: all, once none has another frame to begin.
    /// Of twelve frames on two cores the last two take 2 % less of the whole.
    fn workers(&self) -> Workers {
        match self.to_begin.load(Ordering::Relaxed) {
            0 => Workers::All,
            _ => Workers::One,
        }
    }

    fn go_on(&self) -> Result<()> {
        match self.stop.is_set() {
            true => Err(Error::new(ErrorKind::Interrupted, "the run was stopped")),
            false => Ok(()),
        }
    }
}

/// A font and a logo, as a recipe names them.
type Furniture = (Option<PathBuf>, Option<PathBuf>);

/// A typesetter for each pair of font and logo that the recipes of a run name: one, almost always, or
/// one for each desk of a table.
#[derive(Debug, Default)]
struct Typesetters(Mutex<HashMap<Furniture, Arc<Typesetter>>>);

impl Typesetters {
    fn of(&self, caption: &stage::Caption) -> Result<Arc<Typesetter>> {
        /// Typesetters that are kept: a logo may take many megabytes.
        const MOST: usize = 8;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let named = (caption.font.clone(), caption.logo.clone());
        if let Some(typesetter) = kept.get(&named) {
            return Ok(Arc::clone(typesetter));
        }
        let typesetter = Arc::new(Typesetter::open(caption)?);
        if kept.len() == MOST {
            kept.clear();
        }
        kept.insert(named, Arc::clone(&typesetter));
        Ok(typesetter)
    }
}

/// Develops one frame from the bytes of its file.
pub(in crate::batch) fn develop_file(
    job: &Job,
    bytes: Vec<u8>,
    shared: &Shared,
    warnings: &mut Vec<Warning>,
) -> Result<Finished> {
    let mut recipe = (*job.recipe).clone();
    let input_hash = shared.settings.journal.is_some().then(|| hash(&bytes));
    let decoded = format::decode_as_stored(&bytes, &shared.decoding(), &shared.pool)?;
    drop(bytes);
    let Decoded { frame: mut original, header, blocks, warnings: of_decoder } = decoded;
    warnings.extend(of_decoder);
    shared.go_on()?;

    let fields = fields(job, &blocks, warnings);
    recipe.caption.text = caption_text(job, &fields)?;
    let srgb = recipe.metadata.profile == Profile::Srgb;
    if let (true, Some(profile)) = (srgb, original.facts.profile.take()) {
        let mut frame = original.into_frame(&shared.pool)?;
        colour::convert_to_srgb(&mut frame.pixels, &profile)?;
        original = frame.into();
    }
    let typesetter = shared.typesetters.of(&recipe.caption)?;
    let prepared = Prepared::new(original.size(), &recipe, &typesetter)?;
    let size = prepared.size();
    let format = recipe.output.format.or_same(header.format);
    let change = Change { size, fields: &fields, iptc: format.iptc() };
    let mut carried = metadata::carry_over(blocks, &recipe.metadata, &change)?;
    let encoding = Encoding {
        format,
        quality: recipe.output.quality,
        subsampling: recipe.output.subsampling.or(header.subsampling).unwrap_or(Subsampling::S420),
    };
    let mut out = Vec::new();
    let means = Means { pool: &shared.pool, workers: shared.workers(), survey: None };
    let finishing = Finishing { encoding, blocks: &carried.blocks, shared };
    let (developed, of_encoder) = finishing.run(prepared, original, means, &mut out)?;
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
        warnings: warnings.iter().map(ToString::to_string).collect(),
    });
    Ok(Finished { bytes: out, done, entry })
}

/// The last part of a frame's way: developed and encoded.
struct Finishing<'a> {
    encoding: Encoding,
    blocks: &'a Blocks,
    shared: &'a Shared<'a>,
}

impl Finishing<'_> {
    /// A JPEG is encoded band by band as it is developed, any other file when its frame is whole.
    fn run(
        &self,
        prepared: Prepared<'_>,
        original: Original,
        means: Means<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(Developed<()>, Vec<Warning>)> {
        let threads = match means.workers {
            Workers::One => Threads::One,
            Workers::All => Threads::All,
        };
        let (encoding, blocks) = (&self.encoding, self.blocks);
        if encoding.format == Format::Jpeg {
            let encoder = BandEncoder::new(prepared.size(), &original, encoding, threads)?;
            let developed = prepared.develop_into(original, means, &encoder)?;
            self.shared.go_on()?;
            return Ok((developed, encoder.finish(blocks, out)?));
        }
        let Developed { frame, survey, kept, warnings } = prepared.develop(original, means)?;
        self.shared.go_on()?;
        // The encoder takes as much as the frame and more: what lay idle meanwhile is let go.
        means.pool.trim_to(0);
        let of_encoder = format::encode(&frame, encoding, blocks, threads, out)?;
        means.pool.give(frame);
        Ok((Developed { frame: (), survey, kept, warnings }, of_encoder))
    }
}

fn chosen(recipe: &Recipe, done: &Done) -> Chosen {
    let Some(found) = &done.surveyed else { return Chosen::default() };
    let rounded = |value: f32| Some((f64::from(value) * 1000.0).round() / 1000.0);
    Chosen {
        haze: rounded(found.haze),
        strength: rounded(recipe.dehaze.amount.strength(found.auto_strength)),
        airlight: Some(found.airlight.map(|a| (a * 255.0).round() as u8)),
    }
}

/// Hash of all that was ordered for a frame beside its original: what changes it changes the output.
pub(in crate::batch) fn recipe_hash(job: &Job, shared: &Shared) -> u64 {
    let mut all = Vec::new();
    // With its length before it, so that no two orders read alike.
    let mut add = |bytes: &[u8]| {
        all.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        all.extend_from_slice(bytes);
    };
    // Font and logo count by what they hold: a shoot that is moved with them is the same.
    let mut recipe = (*job.recipe).clone();
    (recipe.caption.font, recipe.caption.logo) = (None, None);
    add(recipe.to_toml().as_bytes());
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
    add(&sidecar(&job.input).map_or(0, |xml| hash(&xml)).to_le_bytes());
    for path in [&job.recipe.caption.font, &job.recipe.caption.logo].into_iter().flatten() {
        add(&shared.furniture(path).to_le_bytes());
    }
    hash(&all)
}

/// All fields of a frame: its file's, its sidecar's, the table's, those set.
fn fields(job: &Job, blocks: &Blocks, warnings: &mut Vec<Warning>) -> Fields {
    let (mut fields, of_blocks) = Fields::read(blocks, "");
    warnings.extend(of_blocks);
    if let Some(xml) = sidecar(&job.input) {
        warnings.extend(fields.add_sidecar(&xml).err());
    }
    add_ordered(job, &mut fields);
    fields
}

/// Adds what is known without the file: its name, the table's line, what is set.
fn add_ordered(job: &Job, fields: &mut Fields) {
    let stem = job.input.file_stem().unwrap_or_default().to_string_lossy();
    fields.set("filename", stem, Origin::File);
    fields.set("sequence", job.sequence.to_string(), Origin::File);
    for (name, text) in &job.fields.table {
        fields.set(name, text.as_str(), Origin::Csv);
    }
    for (name, text) in &job.fields.set {
        fields.set(name, text.as_str(), Origin::Set);
    }
}

/// The fields of a frame, read from its file without decoding its samples.
///
/// # Errors
/// If the file cannot be read or is no picture that longlens knows.
pub fn read_fields(job: &Job) -> Result<(Fields, Vec<Warning>)> {
    let blocks = match blocks_of_start(&job.input) {
        Some(blocks) => blocks,
        None => {
            let bytes = read_bytes(&job.input, &Limits::default())?;
            format::read_blocks(&bytes).map_err(|e| e.about(&job.input))?
        }
    };
    let mut warnings = Vec::new();
    let fields = fields(job, &blocks, &mut warnings);
    Ok((fields, warnings))
}

/// Bytes of a JPEG that nearly always hold all of its blocks: EXIF takes 64 KiB at most.
const START_BYTES: u64 = 128 << 10;

/// The blocks of a JPEG without reading its samples.
fn blocks_of_start(path: &Path) -> Option<Blocks> {
    fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    let mut start = Vec::with_capacity(START_BYTES as usize);
    fs::File::open(path).ok()?.take(START_BYTES).read_to_end(&mut start).ok()?;
    format::read_blocks_of_start(&start)
}

/// What the order alone knows of a frame, its file unread.
pub(in crate::batch) fn ordered_fields(job: &Job) -> Fields {
    let mut fields = Fields::default();
    add_ordered(job, &mut fields);
    fields
}

impl Job {
    /// The fields as templates take them.
    pub(in crate::batch) fn template_fields(&self) -> Result<template::Fields> {
        Ok(for_template(&read_fields(self)?.0))
    }
}

pub(in crate::batch) fn for_template(fields: &Fields) -> template::Fields {
    fields.iter().map(|(name, value)| (name.to_owned(), value.text.clone())).collect()
}

pub(in crate::batch) fn caption_text(job: &Job, fields: &Fields) -> Result<String> {
    match &job.caption {
        Caption::None => Ok(String::new()),
        Caption::Text(text) => Ok(text.clone()),
        Caption::Template(template) => {
            let frame = job.input.to_string_lossy();
            // The report names the frame already.
            template.render(&for_template(fields), &frame)
        }
    }
}

/// Most bytes of a sidecar that are read: XMP beyond that is no caption.
const SIDECAR_BYTES: u64 = 32 << 20;

/// `name.jpg.xmp` or `name.xmp`, if there is one.
fn sidecar(input: &Path) -> Option<Vec<u8>> {
    let mut whole = input.as_os_str().to_os_string();
    whole.push(".xmp");
    [whole.into(), input.with_extension("xmp")].into_iter().find_map(|path| {
        let file = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
        (file.len() <= SIDECAR_BYTES).then(|| fs::read(&path).ok()).flatten()
    })
}

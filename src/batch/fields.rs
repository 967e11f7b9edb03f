//! What is known about a frame from its file, its sidecar, the table and `--set`, and the caption made from it.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use crate::batch::disk::read::read_bytes;
use crate::batch::job::{Caption, Job};
use crate::error::{Error, ErrorKind, Result, Warning};
use crate::format::{self, Limits, RawPicture};
use crate::metadata::{Blocks, Fields, Origin};
use crate::template;

/// All fields of a frame: its file's, its sidecar's, the table's, those set.
pub(in crate::batch) fn fields(
    job: &Job,
    blocks: &Blocks,
    sidecar: Option<&[u8]>,
    warnings: &mut Vec<Warning>,
) -> Fields {
    let (mut fields, of_blocks) = Fields::read(blocks, "", job.recipe.metadata.encoding);
    warnings.extend(of_blocks);
    if let Some(xml) = sidecar {
        warnings.extend(fields.add_sidecar(xml).err());
    }
    add_ordered(job, &mut fields);
    fields
}

/// The blocks of a frame, with those of the RAW file that the camera made it from. One that is damaged is a
/// warning.
///
/// # Errors
/// If the RAW file cannot be read: it was there when the run began.
pub(in crate::batch) fn with_raw(
    job: &Job,
    blocks: Blocks,
    warnings: &mut Vec<Warning>,
) -> Result<Blocks> {
    let Some(raw) = &job.raw else { return Ok(blocks) };
    let name = raw.file_name().unwrap_or_default().to_string_lossy();
    let limits = Limits { raw: RawPicture::Any, ..Limits::default() };
    match read_bytes(raw, &limits).and_then(|bytes| format::read_blocks(&bytes)) {
        Ok(of_raw) => Ok(blocks.with_raw(of_raw)),
        Err(error) if error.kind() == ErrorKind::Unreadable => {
            let what = format!("its RAW file '{name}': {}", error.message());
            Err(Error::new(ErrorKind::Unreadable, what))
        }
        Err(error) => {
            let what = format!("all of '{name}' ({})", error.message());
            warnings.push(Warning::MetadataDropped(what));
            Ok(blocks)
        }
    }
}

/// Bytes that reading them takes.
pub(in crate::batch) fn raw_bytes(job: &Job) -> u64 {
    let raw = job.raw.as_ref().and_then(|raw| fs::metadata(raw).ok());
    raw.map_or(0, |file| file.len())
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
/// If the file cannot be read or is not a picture that longlens knows.
pub fn read_fields(job: &Job) -> Result<(Fields, Vec<Warning>)> {
    let blocks = blocks(&job.input, &Limits::default())?;
    let mut warnings = Vec::new();
    let blocks = with_raw(job, blocks, &mut warnings)?;
    let fields = fields(job, &blocks, sidecar(job)?.as_deref(), &mut warnings);
    Ok((fields, warnings))
}

/// The metadata blocks of a file, of a JPEG by its first bytes.
pub(in crate::batch) fn blocks(path: &Path, limits: &Limits) -> Result<Blocks> {
    match blocks_of_start(path) {
        Some(blocks) => Ok(blocks),
        None => {
            let bytes = read_bytes(path, limits)?;
            format::read_blocks(&bytes).map_err(|e| e.about(path))
        }
    }
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

/// Most bytes of a sidecar that are read: longer XMP is not a caption.
const SIDECAR_BYTES: u64 = 32 << 20;

/// The bytes of a frame's sidecar, if it has one.
///
/// # Errors
/// If it cannot be read: without it a frame would get the wrong caption.
pub(in crate::batch) fn sidecar(job: &Job) -> Result<Option<Vec<u8>>> {
    let Some(path) = &job.sidecar else { return Ok(None) };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let failed = |e: &io::Error| {
        Error::io(ErrorKind::Unreadable, &format!("cannot read its sidecar '{name}'"), e)
    };
    let file = fs::metadata(path).map_err(|e| failed(&e))?;
    if !file.is_file() || file.len() > SIDECAR_BYTES {
        let what = format!("its sidecar '{name}' is not a file of at most 32 MiB");
        return Err(Error::new(ErrorKind::TooLarge, what));
    }
    fs::read(path).map(Some).map_err(|e| failed(&e))
}

//! RAW files and the JPEGs that the camera wrote beside them: one frame each.
//!
//! A JPEG belongs to the RAW file of the same name in its folder. Cameras with two slots write them to two
//! cards, and people sort them into two folders (`RAW` and `JPG`). There the same name counts only if both were
//! taken at the same time, because two cameras may use the same numbers.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::batch::disk::kinds::{extension, sniff_file};
use crate::batch::fields::read_fields;
use crate::batch::job::Job;
use crate::batch::plan::inputs::{Found, Input};
use crate::batch::plan::raws::{RawSource, Raws};
use crate::format::{Format, is_raw_ending};

impl Found {
    /// Makes each RAW file one frame with its picture. The RAW file of a picture that is developed, and
    /// the picture of a RAW file that is, are no frames any more.
    ///
    /// `named` is what was named on the command line: beside a RAW file that was named itself its JPEG is
    /// looked for on the disk.
    pub fn pair(&mut self, source: RawSource, named: &[PathBuf]) {
        let is_raw = |input: &Input| {
            is_raw_ending(&extension(&input.path)) && sniff_file(&input.path) == Some(Format::Raw)
        };
        let (raws, pictures): (Vec<_>, Vec<_>) = self.inputs.iter().cloned().partition(is_raw);
        if raws.is_empty() {
            return;
        }
        let pictures = Pictures::of(&pictures);
        let mut found = Raws { source, ..Raws::default() };
        // Places in `inputs` are kept: a RAW file is replaced by the picture that was not named.
        let mut instead = HashMap::new();
        for raw in &raws {
            let picture = pictures.of_raw(raw).or_else(|| {
                let itself = named.get(raw.root) == Some(&raw.path);
                let picture = beside(&raw.path).filter(|_| itself)?;
                if uses_pictures(source) {
                    let name = picture.file_name().map(PathBuf::from).unwrap_or_default();
                    let input = Input { path: picture.clone(), relative: name, root: raw.root };
                    instead.insert(raw.path.clone(), input);
                }
                Some(picture)
            });
            match picture {
                Some(picture) if !found.by_picture.contains_key(&picture) => {
                    found.by_picture.insert(picture, raw.path.clone());
                }
                _ => found.alone.push(raw.path.clone()),
            }
        }
        let is_alone = |path: &PathBuf| found.alone.contains(path);
        self.inputs = std::mem::take(&mut self.inputs)
            .into_iter()
            .filter_map(|input| match (source, is_raw(&input)) {
                (RawSource::Skip | RawSource::Jpeg, true) => instead.remove(&input.path),
                (RawSource::Auto, true) if !is_alone(&input.path) => instead.remove(&input.path),
                (RawSource::Embedded | RawSource::EmbeddedAny | RawSource::Sensor, false) => {
                    (!found.by_picture.contains_key(&input.path)).then_some(input)
                }
                _ => Some(input),
            })
            .collect();
        if uses_pictures(source) {
            for (picture, raw) in &found.by_picture {
                if let Some(sidecar) = self.sidecars.get(raw).cloned() {
                    self.sidecars.insert(picture.clone(), sidecar);
                }
            }
        }
        self.raws = found;
    }
}

/// Whether a picture is developed rather than its RAW file.
fn uses_pictures(source: RawSource) -> bool {
    matches!(source, RawSource::Auto | RawSource::Jpeg)
}

/// A name without its extension; cameras and programs write IMG_1.CR2 and img_1.jpg.
pub(in crate::batch) fn key(path: &Path) -> String {
    path.with_extension("").to_string_lossy().to_lowercase()
}

/// The JPEG of a RAW file that lies beside it.
fn beside(raw: &Path) -> Option<PathBuf> {
    let names = ["JPG", "jpg", "JPEG", "jpeg"].map(|ending| raw.with_extension(ending));
    names.into_iter().find(|name| sniff_file(name) == Some(Format::Jpeg))
}

/// The pictures of a run, by what may make them those of a RAW file.
struct Pictures<'a> {
    beside: HashMap<String, &'a Input>,
    /// By the name alone.
    elsewhere: HashMap<String, Vec<&'a Input>>,
}

impl<'a> Pictures<'a> {
    fn of(pictures: &'a [Input]) -> Self {
        let mut beside: HashMap<String, &Input> = HashMap::new();
        let mut elsewhere: HashMap<String, Vec<&Input>> = HashMap::new();
        for picture in pictures {
            let known = beside.entry(key(&picture.path)).or_insert(picture);
            // Of two pictures the JPEG is the camera's.
            if Format::of_ending(&extension(&picture.path)) == Some(Format::Jpeg) {
                *known = picture;
                let name = key(Path::new(picture.path.file_name().unwrap_or_default()));
                elsewhere.entry(name).or_default().push(picture);
            }
        }
        Self { beside, elsewhere }
    }

    fn of_raw(&self, raw: &Input) -> Option<PathBuf> {
        if let Some(picture) = self.beside.get(&key(&raw.path)) {
            return Some(picture.path.clone());
        }
        let name = key(Path::new(raw.path.file_name().unwrap_or_default()));
        let candidates = self.elsewhere.get(&name)?.iter();
        let mut candidates = candidates.filter(|picture| are_slots(raw, picture));
        match (candidates.next(), candidates.next()) {
            (Some(picture), None) if same_moment(&raw.path, &picture.path) => {
                Some(picture.path.clone())
            }
            _ => None,
        }
    }
}

/// Whether these lie at the same place of two inputs, or in folders that are called by their kinds.
fn are_slots(raw: &Input, picture: &Input) -> bool {
    if raw.root != picture.root {
        return key(&raw.relative) == key(&picture.relative);
    }
    let folders = |path: &Path| -> Vec<String> {
        let folder = path.parent().unwrap_or(Path::new(""));
        folder.iter().map(|name| name.to_string_lossy().to_lowercase()).collect()
    };
    let (of_raw, of_picture) = (folders(&raw.path), folders(&picture.path));
    let mut differing = of_raw.iter().zip(&of_picture).filter(|(a, b)| a != b);
    let called = |(a, b): (&String, &String)| {
        let is_raw = a.contains("raw") || is_raw_ending(a);
        let is_jpeg = b.contains("jpeg") || b.contains("jpg");
        is_raw && is_jpeg
    };
    of_raw.len() == of_picture.len()
        && differing.next().is_some_and(called)
        && differing.next().is_none()
}

/// Whether two files say that they were taken at the same second.
fn same_moment(raw: &Path, picture: &Path) -> bool {
    let moment = |path: &Path| {
        let (fields, _) = read_fields(&Job::of_file(path)).ok()?;
        let text = |name: &str| fields.get(name).map(str::to_owned);
        Some((text("date")?, text("time")?))
    };
    moment(raw).is_some_and(|taken| moment(picture) == Some(taken))
}

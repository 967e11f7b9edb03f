//! A written plan, read back: lines that may have been edited are checked again.

use std::collections::{BTreeMap, HashMap};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::batch::disk::name::Name;
use crate::batch::job::{Caption, Fields, Job, Original};
use crate::batch::plan::check::lacking;
use crate::batch::plan::claims::{Names, refuse_ways_out, refuse_what_is_read};
use crate::batch::plan::order::{Plan, Target};
use crate::batch::plan::raws::RawSource;
use crate::batch::plan::templates::Templates;
use crate::batch::plan::written::{Frame, Head};
use crate::batch::settings::Settings;
use crate::batch::shard::Shard;
use crate::error::{Error, ErrorKind, Result, Warning};
use crate::format::RawPicture;
use crate::recipe::Recipe;

/// A plan that was written and read.
#[derive(Debug)]
pub struct WrittenPlan {
    /// What holds for all frames.
    pub head: Head,
    /// The output folder, as it is reached from here.
    pub out: PathBuf,
    /// The frames, in the order of their lines.
    pub jobs: Vec<Job>,
    /// What of RAW files is developed.
    raw: RawPicture,
    weights: Vec<f64>,
    edited: Vec<bool>,
}

impl WrittenPlan {
    /// Reads a plan.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] with the line: what is not a plan, was cut short or written by another
    /// version; a setting out of range; an output that another frame has or that leads out of the folder.
    pub fn read(text: &[u8]) -> Result<Self> {
        let (head, frames) = lines(text)?;
        if head.longlens != env!("CARGO_PKG_VERSION") {
            let (wrote, this) = (head.longlens.escape_debug(), env!("CARGO_PKG_VERSION"));
            let message = format!("the plan was made by longlens {wrote}, but this is {this}");
            let hint = "make the plan again with this version, or run it with that one";
            return Err(Error::new(ErrorKind::Usage, message).with_hint(hint));
        }
        if head.frames != frames.len() {
            let (has, says) = (frames.len(), head.frames);
            let message = format!("the plan has {has} frames, but its first line says {says}");
            return Err(Error::new(ErrorKind::Usage, message).with_hint(
                "if you removed frames, correct 'frames' in that line; if not, the plan was cut short",
            ));
        }
        let raw: RawSource = head.raw.parse().map_err(|e: Error| e.prefixed("line 1: raw: "))?;
        let mut reading = Reading::new(&head)?;
        let mut plan = Self {
            out: reading.here(&head.out),
            raw: raw.picture(),
            jobs: Vec::with_capacity(frames.len()),
            weights: Vec::with_capacity(frames.len()),
            edited: Vec::with_capacity(frames.len()),
            head,
        };
        for (number, frame) in frames {
            plan.edited.push(frame.check != frame.checked());
            plan.weights.push(frame.megapixels);
            let job = reading.job(frame, &plan.out);
            plan.jobs.push(job.map_err(|error| error.prefixed(&format!("line {number}: ")))?);
        }
        Ok(plan)
    }

    /// How its frames are developed wherever it is run, with the journal in its output folder.
    #[must_use]
    pub fn settings(&self) -> Settings {
        let (raw, accept_damaged, journal) =
            (self.raw, self.head.accept_damaged, Some(self.out.clone()));
        Settings { accept_damaged, raw, journal, ..Settings::default() }
    }

    /// Which shard of so many has each frame, from 1.
    #[must_use]
    pub fn dealt(&self, of: u32) -> Vec<u32> {
        // All outputs of a frame go to one part, which decodes it once.
        let (mut frames, mut frame_of) = (Vec::new(), Vec::with_capacity(self.jobs.len()));
        let mut known = HashMap::new();
        for (job, &weight) in self.jobs.iter().zip(&self.weights) {
            let several = job.edition.as_ref().map(|_| &job.input);
            let next = frames.len();
            let frame = several.map_or(next, |input| *known.entry(input).or_insert(next));
            match frames.get_mut(frame) {
                None => frames.push((weight, &job.output)),
                Some((_, output)) => *output = (*output).min(&job.output),
            }
            frame_of.push(frame);
        }
        let dealt = Shard::deal(of, &frames);
        frame_of.into_iter().map(|frame| dealt[frame]).collect()
    }

    /// The frames of a shard, in the order of their lines.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if an output is a file that is read, or lies elsewhere through a link.
    pub fn part(mut self, shard: Shard, reads: &[PathBuf]) -> Result<Vec<Job>> {
        let is_edited = self.edited.contains(&true);
        if is_edited {
            refuse_what_is_read(&self.jobs, reads)?;
        }
        if shard.of() > 1 {
            let mut dealt = self.dealt(shard.of()).into_iter();
            self.jobs.retain(|_| dealt.next().is_some_and(|part| shard.has(part)));
        }
        if !is_edited {
            refuse_what_is_read(&self.jobs, reads)?;
        }
        refuse_ways_out(&self.jobs, &Target::Folder(self.out))?;
        Ok(self.jobs)
    }

    /// What the frames lack whose lines were edited: of required fields, and of those in captions.
    #[must_use]
    pub fn lacking(&self) -> Vec<Error> {
        let edited = self.jobs.iter().zip(&self.edited).filter(|(_, edited)| **edited);
        let plan = Plan { jobs: edited.map(|(job, _)| job.clone()).collect(), notes: Vec::new() };
        let required: Vec<&str> = self.head.require.iter().map(String::as_str).collect();
        lacking(&plan, &required)
    }

    /// The settings of its head.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] as [`Recipe::set`]; not for a plan with frames.
    pub fn recipe(&self) -> Result<Recipe> {
        recipe(&self.head.settings, Recipe::default(), Path::new(""))
    }
}

/// The head, wherever it is, and the frames with the numbers of their lines.
fn lines(text: &[u8]) -> Result<(Head, Vec<(usize, Frame)>)> {
    let (mut head, mut frames) = (None, Vec::new());
    for (number, line) in (1..).zip(text.split(|&byte| byte == b'\n')) {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        let is_head = line.starts_with(b"{\"longlens\":");
        let read = match is_head {
            true if head.is_some() => {
                let message = format!("line {number}: the plan has two first lines");
                return Err(Error::new(ErrorKind::Usage, message)
                    .with_hint("two plans cannot be joined; plan both folders at once"));
            }
            true => serde_json::from_slice(line).map(|read| head = Some(read)),
            false => serde_json::from_slice(line).map(|frame| frames.push((number, frame))),
        };
        // The first line of any other file, such as a recipe.
        if read.is_err() && head.is_none() && frames.is_empty() && !line.starts_with(b"{") {
            break;
        }
        read.map_err(|e| {
            let why = e.to_string();
            let why = why.split(" at line ").next().unwrap_or_default().escape_debug().to_string();
            let message = format!("line {number}: not a line of a plan: {}", why.replace('`', "'"));
            Error::new(ErrorKind::Usage, message).with_hint("'longlens plan' writes plans")
        })?;
    }
    let Some(head) = head else {
        let message = "not a plan: there is no line with its version and settings";
        return Err(Error::new(ErrorKind::Usage, message).with_hint("'longlens plan' writes plans"));
    };
    Ok((head, frames))
}

fn recipe(
    settings: &BTreeMap<String, String>,
    mut recipe: Recipe,
    folder: &Path,
) -> Result<Recipe> {
    for (name, text) in settings {
        recipe.set_in(folder, name, text)?;
    }
    Ok(recipe)
}

/// What is needed to read the frames of a plan.
struct Reading {
    /// What paths count from; `None` if that is where the program runs.
    folder: Option<PathBuf>,
    recipe: Recipe,
    /// Recipes by what of them is not the head's: most frames share a few.
    recipes: HashMap<BTreeMap<String, String>, Arc<Recipe>>,
    templates: Templates,
    names: Names,
    /// Lines that were read: each has a name of its own.
    lines: u64,
}

impl Reading {
    fn new(head: &Head) -> Result<Self> {
        let folder = head.folder.path();
        let is_here = std::env::current_dir().is_ok_and(|here| here == folder);
        let folder = (!is_here).then_some(folder);
        let base = folder.clone().unwrap_or_default();
        Ok(Self {
            recipe: recipe(&head.settings, Recipe::default(), &base)
                .map_err(|error| error.prefixed("settings of the plan: "))?,
            folder,
            recipes: HashMap::new(),
            templates: Templates::default(),
            names: Names::default(),
            lines: 0,
        })
    }

    /// A path of the plan as it is reached from here.
    fn here(&self, name: &Name) -> PathBuf {
        match &self.folder {
            Some(folder) => folder.join(name.path()),
            None => name.path(),
        }
    }

    fn job(&mut self, frame: Frame, out: &Path) -> Result<Job> {
        let recipe = match self.recipes.get(&frame.settings) {
            Some(known) => Arc::clone(known),
            None => {
                let base = self.folder.as_deref().unwrap_or(Path::new(""));
                let read = Arc::new(recipe(&frame.settings, self.recipe.clone(), base)?);
                self.recipes.insert(frame.settings.clone(), Arc::clone(&read));
                read
            }
        };
        let caption = match frame.caption {
            Some(text) => Caption::Text(text),
            None if recipe.caption.text.is_empty() => Caption::None,
            None => Caption::Template(self.templates.get(&recipe.caption.text)?),
        };
        let planned = frame.bytes.zip(frame.hash);
        Ok(Job {
            input: self.here(&frame.input),
            output: self.output(&frame.output, out)?,
            recipe,
            sidecar: frame.sidecar.as_ref().map(|sidecar| self.here(sidecar)),
            raw: frame.raw.as_ref().map(|raw| self.here(raw)),
            fields: Fields { table: frame.fields.0, set: frame.set.0 },
            caption,
            sequence: frame.sequence,
            edition: frame.edition.map(Arc::from),
            scene: frame.scene,
            planned: planned.map(|(bytes, hash)| Original {
                bytes,
                hash,
                megapixels: frame.megapixels,
            }),
            warnings: frame.warnings.into_iter().map(Warning::Other).collect(),
        })
    }

    /// The output of a frame, which is below the output folder and its alone.
    fn output(&mut self, name: &Name, out: &Path) -> Result<PathBuf> {
        let below = name.path();
        let shown = || name.to_string().escape_debug().to_string();
        let is_below = below.components().all(|part| matches!(part, Component::Normal(_)));
        if !is_below || below.as_os_str().is_empty() {
            let message = format!("the output '{}' is not below the output folder", shown());
            return Err(Error::new(ErrorKind::Usage, message));
        }
        self.lines += 1;
        match self.names.claim(out.join(below), self.lines) {
            (output, None) => Ok(output),
            (_, Some(_)) => {
                let message = format!("the output '{}' belongs to two frames", shown());
                Err(Error::new(ErrorKind::Usage, message))
            }
        }
    }
}

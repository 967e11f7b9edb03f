//! The plan: every frame with its recipe, its fields and its output name, before any work.
//!
//! Whatever can be found wrong without decoding a sample is found here: two frames of one name, an
//! output that is an input, a caption without its fields, a folder that cannot be written.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::captions::Captions;
use super::inputs::{Found, Input};
use super::names::{Names, format_of_name, output_name};
use super::{Caption, Fields, Job};
use crate::error::{Error, ErrorKind, Result};
use crate::recipe::{FormatChoice, Recipe};
use crate::template::{CodeReplacements, Template};

/// What a run is ordered to do, beside the recipe.
#[derive(Debug)]
pub struct Order<'a> {
    /// What holds for the frames of each named input, in their order.
    pub roots: &'a [Root<'a>],
    /// Settings that win over recipe and table: the flags, by name and text.
    pub flags: &'a [(String, String)],
    /// Fields that win over the table's: `--set`, by name and text.
    pub set: &'a [(String, String)],
    /// Short forms in captions and fields, written out.
    pub codes: Option<&'a CodeReplacements>,
    /// Where outputs go.
    pub out: &'a Target,
}

/// What holds for the frames of one named input.
#[derive(Debug, Clone)]
pub struct Root<'a> {
    /// Settings before table and flags have their say.
    pub recipe: Recipe,
    /// The table of captions.
    pub captions: Option<&'a Captions>,
}

/// Where outputs go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Into this folder, the tree below each input folder kept.
    Folder(PathBuf),
    /// Into this one file.
    File(PathBuf),
}

impl Target {
    /// The folder that everything is written below.
    #[must_use]
    pub fn folder(&self) -> &Path {
        match self {
            Self::Folder(folder) => folder,
            Self::File(file) => match file.parent() {
                Some(parent) if !parent.as_os_str().is_empty() => parent,
                _ => Path::new("."),
            },
        }
    }
}

/// What is going to be done.
#[derive(Debug, Default)]
pub struct Plan {
    /// The frames, in order.
    pub jobs: Vec<Job>,
    /// What the user should know before: lines of the table that no frame has, and the like.
    pub notes: Vec<String>,
}

/// Makes the plan.
///
/// # Errors
/// [`ErrorKind::Usage`] if a template is none, a setting is out of range, or an output is an input.
pub fn plan(found: &Found, order: &Order) -> Result<Plan> {
    let mut names = Names::default();
    let mut templates = Templates::default();
    let mut plan = unnamed(found, order, &mut templates)?;
    for (input, job) in found.inputs.iter().zip(&mut plan.jobs) {
        let (name, wrong_extension) = output_name(input, job, order.out, &mut templates)?;
        job.warnings.extend(wrong_extension);
        let (output, renamed) = names.claim(name);
        job.warnings.extend(renamed);
        job.output = output;
    }
    refuse_inputs_as_outputs(&plan.jobs)?;
    refuse_ways_out(&plan.jobs, order.out)?;
    Ok(plan)
}

/// The plan without output names, for who only reads.
///
/// # Errors
/// [`ErrorKind::Usage`] if a template is none or a setting is out of range.
pub fn plan_to_read(found: &Found, order: &Order) -> Result<Plan> {
    unnamed(found, order, &mut Templates::default())
}

fn unnamed(found: &Found, order: &Order, templates: &mut Templates) -> Result<Plan> {
    let mut jobs = Vec::with_capacity(found.inputs.len());
    let mut matched = Matched::default();
    for (number, input) in (1..).zip(&found.inputs) {
        jobs.push(Job { sequence: number, ..job(input, order, templates, &mut matched)? });
    }
    Ok(Plan { jobs, notes: matched.notes(order) })
}

/// One frame's order but for its name: recipe, then table, then flags.
fn job(
    input: &Input,
    order: &Order,
    templates: &mut Templates,
    matched: &mut Matched,
) -> Result<Job> {
    let root = order.roots.get(input.root);
    let mut recipe = root.map_or_else(Recipe::default, |root| root.recipe.clone());
    let write_out = |text: &str| order.codes.map_or_else(|| text.to_owned(), |c| c.apply(text));
    let pair = |(name, text): (&str, &str)| (name.to_owned(), write_out(text));
    let set = order.set.iter().map(|(name, text)| pair((name, text))).collect();
    let mut fields = Fields { set, ..Fields::default() };
    let mut caption = None;
    if let Some(table) = root.and_then(|root| root.captions) {
        match table.find(&input.relative) {
            Some(line) => {
                matched.lines.insert((std::ptr::from_ref(table) as usize, line.number));
                table.apply(line, &mut recipe)?;
                fields.table = table.fields(line).map(pair).collect();
                caption = table.caption(line).map(|text| Caption::Text(write_out(text)));
            }
            None => matched.without_line.push(input.relative.clone()),
        }
    }
    for (name, value) in order.flags {
        recipe.set(name, value)?;
        if name == "caption" {
            caption = None;
        }
    }
    if let Target::File(file) = order.out {
        file_decides(file, &mut recipe)?;
    }
    let caption = match caption {
        Some(text) => text,
        None if recipe.caption.text.is_empty() => Caption::None,
        None => Caption::Template(templates.get(&write_out(&recipe.caption.text))?),
    };
    Ok(Job {
        input: input.path.clone(),
        output: PathBuf::new(),
        recipe: Arc::new(recipe),
        fields,
        caption,
        sequence: 0,
        warnings: Vec::new(),
    })
}

/// Which lines of which tables have found their frames.
#[derive(Debug, Default)]
struct Matched {
    /// Table (its address) and line number.
    lines: HashSet<(usize, u64)>,
    without_line: Vec<PathBuf>,
}

impl Matched {
    /// Lines without a frame, frames without a line.
    fn notes(&self, order: &Order) -> Vec<String> {
        let mut notes = Vec::new();
        let mut seen = HashSet::new();
        for table in order.roots.iter().filter_map(|root| root.captions) {
            let address = std::ptr::from_ref(table) as usize;
            if seen.insert(address) {
                let unmatched =
                    table.lines().iter().filter(|l| !self.lines.contains(&(address, l.number)));
                let unmatched = unmatched.map(|line| {
                    format!("captions, line {}: no frame is named '{}'", line.number, line.file)
                });
                notes.extend(shortened(unmatched, "lines of which no frame has the name"));
            }
        }
        let lacking = self.without_line.iter();
        let lacking = lacking.map(|path| format!("captions: no line for '{}'", path.display()));
        notes.extend(shortened(lacking, "frames without a line"));
        notes
    }
}

/// Notes of one kind that are said in full: the table of a whole event has thousands of lines.
const MOST_NOTES: usize = 20;

/// The first notes of a kind, and how many more there are.
fn shortened(notes: impl Iterator<Item = String>, more: &str) -> Vec<String> {
    let mut notes: Vec<String> = notes.collect();
    // One more takes no more room than the line that counts it.
    if let further @ 2.. = notes.len().saturating_sub(MOST_NOTES) {
        notes.truncate(MOST_NOTES);
        notes.push(format!("captions: {further} more {more}"));
    }
    notes
}

/// `-o name.png` orders a PNG.
fn file_decides(file: &Path, recipe: &mut Recipe) -> Result<()> {
    let named = format_of_name(file);
    match (recipe.output.format, named) {
        (FormatChoice::Same, Some(format)) => {
            recipe.output.format = FormatChoice::Always(format);
            Ok(())
        }
        (FormatChoice::Always(ordered), Some(format)) if ordered != format => Err(Error::new(
            ErrorKind::Usage,
            format!("the output is named like {} but ordered as {}", format.name(), ordered.name()),
        )
        .about(file)),
        _ => Ok(()),
    }
}

/// Templates that were read, by their source: most frames share one.
#[derive(Debug, Default)]
pub(super) struct Templates(HashMap<String, Arc<Template>>);

impl Templates {
    pub(super) fn get(&mut self, source: &str) -> Result<Arc<Template>> {
        if let Some(template) = self.0.get(source) {
            return Ok(Arc::clone(template));
        }
        let template = Arc::new(Template::parse(source)?);
        self.0.insert(source.to_owned(), Arc::clone(&template));
        Ok(template)
    }
}

/// An output that is an input through whatever links would be lost while it is read.
fn refuse_inputs_as_outputs(jobs: &[Job]) -> Result<()> {
    let inputs: HashMap<FileId, &Path> =
        jobs.iter().filter_map(|job| Some((file_id(&job.input)?, job.input.as_path()))).collect();
    for job in jobs {
        if let Some(input) = file_id(&job.output).and_then(|id| inputs.get(&id)) {
            let message = format!("the output is the input '{}'", input.display());
            return Err(Error::new(ErrorKind::Usage, message)
                .about(&job.output)
                .with_hint("originals are never written over: name another output folder"));
        }
    }
    Ok(())
}

/// A link in the output folder that leads out of it would take outputs along.
fn refuse_ways_out(jobs: &[Job], out: &Target) -> Result<()> {
    let (Target::Folder(folder), Ok(top)) = (out, fs::canonicalize(out.folder())) else {
        return Ok(());
    };
    let mut looked_at = HashSet::new();
    for job in jobs {
        let parents = job.output.ancestors().skip(1).take_while(|parent| *parent != folder);
        for parent in parents {
            if !looked_at.insert(parent) {
                break;
            }
            if fs::canonicalize(parent).is_ok_and(|real| !real.starts_with(&top)) {
                return Err(Error::new(
                    ErrorKind::Usage,
                    "the folder leads out of the output folder",
                )
                .about(parent)
                .with_hint(
                    "nothing is written elsewhere: remove the link, or name another folder",
                ));
            }
        }
    }
    Ok(())
}

/// Device and number of a file; the same through every link.
#[cfg(unix)]
type FileId = (u64, u64);
#[cfg(unix)]
fn file_id(path: &Path) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

/// The path without links; hard links are not seen through here.
#[cfg(not(unix))]
type FileId = PathBuf;
#[cfg(not(unix))]
fn file_id(path: &Path) -> Option<FileId> {
    fs::canonicalize(path).ok()
}

//! The plan: every frame with its recipe, its fields and its output name, before any work.
//!
//! Whatever names and texts alone can have wrong is found here: a template that is none, a line of a
//! table that means two frames, two frames of one output name, an output that is an input (see
//! `claims`). What a caption lacks is found in `check`, a folder that cannot be written in `write`.

pub(in crate::batch) mod captions;
pub(in crate::batch) mod check;
pub(in crate::batch) mod claims;
mod dates;
pub(in crate::batch) mod inputs;
pub(in crate::batch) mod matched;
pub(in crate::batch) mod names;
pub(in crate::batch) mod order;
pub(in crate::batch) mod originals;
mod pairs;
pub(in crate::batch) mod pick;
pub(in crate::batch) mod raws;
pub(in crate::batch) mod reading;
mod set;
mod sidecars;
pub(in crate::batch) mod templates;
pub(in crate::batch) mod written;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::batch::job::{Caption, Fields, Job};
use crate::batch::plan::claims::{Names, refuse_ways_out, refuse_what_is_read};
use crate::batch::plan::inputs::{Found, Input};
use crate::batch::plan::matched::Matched;
use crate::batch::plan::names::{format_of_name, output_name};
use crate::batch::plan::order::{Order, Plan, Target};
use crate::batch::plan::templates::Templates;
use crate::error::{Error, ErrorKind, Result};
use crate::recipe::{FormatChoice, Recipe};

/// Makes the plan.
///
/// # Errors
/// [`ErrorKind::Usage`] if a template is none, a setting is out of range, a line of a table means two
/// frames, or an output is an input.
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
    refuse_what_is_read(&plan.jobs, order.reads)?;
    refuse_ways_out(&plan.jobs, order.out)?;
    Ok(plan)
}

/// The plan without output names, for who only reads.
///
/// # Errors
/// [`ErrorKind::Usage`] if a template is none, a setting is out of range, or a line of a table means
/// two frames.
pub fn plan_to_read(found: &Found, order: &Order) -> Result<Plan> {
    unnamed(found, order, &mut Templates::default())
}

fn unnamed(found: &Found, order: &Order, templates: &mut Templates) -> Result<Plan> {
    let mut jobs = Vec::with_capacity(found.inputs.len());
    let mut matched = Matched::of(&found.inputs, order.roots);
    for (number, input) in (1..).zip(&found.inputs) {
        let sidecar = found.sidecars.get(&input.path).cloned();
        let job = job(input, order, templates, &mut matched)?;
        let raw = found.raws.by_picture.get(&input.path).cloned();
        jobs.push(Job { sequence: number, sidecar, raw, ..job });
    }
    set::refuse_impossible(order)?;
    set::refuse_unused(order, &jobs)?;
    let mut notes = matched.notes(order.roots)?;
    notes.extend(stray_codes(order));
    Ok(Plan { jobs, notes })
}

/// A note for each code that is written somewhere and that the list of codes does not have.
fn stray_codes(order: &Order) -> Vec<String> {
    let Some(codes) = order.codes else { return Vec::new() };
    let mut strays = BTreeSet::new();
    let captions = order.flags.iter().filter(|(name, _)| name == "caption");
    let ordered = captions.chain(order.set).map(|(_, text)| text);
    for text in ordered.chain(order.roots.iter().map(|root| &root.recipe.caption.text)) {
        strays.extend(codes.strays(text).into_iter().map(str::to_owned));
    }
    for table in order.roots.iter().filter_map(|root| root.captions) {
        for line in table.lines() {
            let texts = table.fields(line).map(|(_, text)| text).chain(table.caption(line));
            strays.extend(texts.flat_map(|text| codes.strays(text)).map(str::to_owned));
        }
    }
    let note = |code| format!("'\\{code}\\' is not in the list of codes: it is left unchanged");
    strays.into_iter().map(note).collect()
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
    let given = order.set.iter().map(|(name, text)| pair((set::field(name), text))).collect();
    let mut fields = Fields { set: given, ..Fields::default() };
    let mut caption = None;
    if let Some(table) = root.and_then(|root| root.captions)
        && let Some(line) = matched.find(table, &input.relative)
    {
        table.apply(line, &mut recipe)?;
        fields.table = table.fields(line).map(pair).collect();
        caption = table.caption(line).map(|text| Caption::Text(write_out(text)));
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
        None => {
            if let Some(codes) = order.codes {
                recipe.caption.text = codes.apply_to_template(&recipe.caption.text);
            }
            Caption::Template(templates.get(&recipe.caption.text)?)
        }
    };
    Ok(Job {
        input: input.path.clone(),
        output: PathBuf::new(),
        recipe: templates.share(recipe),
        sidecar: None,
        raw: None,
        fields,
        caption,
        sequence: 0,
        scene: None,
        planned: None,
        warnings: Vec::new(),
    })
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
            format!("the name ends like {}, but the format is {}", format.name(), ordered.name()),
        )
        .about(file)),
        _ => Ok(()),
    }
}

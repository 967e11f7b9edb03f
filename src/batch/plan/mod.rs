//! The plan: every frame with its recipe, its fields and its output name, before any work.
//!
//! Everything that can be wrong with names and texts is found here: an invalid template, a line of a table that
//! matches two frames, two frames with one output name, an output that is an input (see `claims`). Missing
//! fields of captions are found in `check`, folders that cannot be written in `write`.

pub(in crate::batch) mod captions;
pub(in crate::batch) mod check;
pub(in crate::batch) mod claims;
mod dates;
pub(in crate::batch) mod inputs;
pub(in crate::batch) mod matched;
pub(in crate::batch) mod names;
pub(in crate::batch) mod order;
pub(in crate::batch) mod originals;
pub(in crate::batch) mod pairs;
pub(in crate::batch) mod pick;
pub(in crate::batch) mod raws;
pub(in crate::batch) mod reading;
mod set;
mod sidecars;
pub(in crate::batch) mod templates;
pub(in crate::batch) mod written;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::batch::job::{Caption, Fields, Job};
use crate::batch::plan::captions::{Captions, Line};
use crate::batch::plan::claims::{Names, owner, refuse_ways_out, refuse_what_is_read};
use crate::batch::plan::inputs::{Found, Input};
use crate::batch::plan::matched::Matched;
use crate::batch::plan::names::{format_of_name, output_name};
use crate::batch::plan::order::{Order, Plan, Target};
use crate::batch::plan::templates::Templates;
use crate::error::{Error, ErrorKind, Result};
use crate::recipe::{Edition, FormatChoice, Recipe};

/// Makes the plan.
///
/// # Errors
/// [`ErrorKind::Usage`] if a template is none, a setting is out of range, a line of a table means two
/// frames, or an output is an input.
pub fn plan(found: &Found, order: &Order) -> Result<Plan> {
    plan_more(found, order, &mut Names::default())
}

/// Makes the plan of frames that came later than those whose outputs have these names.
///
/// # Errors
/// As [`plan`].
pub fn plan_more(found: &Found, order: &Order, names: &mut Names) -> Result<Plan> {
    let mut templates = Templates::default();
    refuse_one_file_for_several(order)?;
    let mut plan = unnamed(found, order, Made::Delivered, &mut templates)?;
    for job in &mut plan.jobs {
        // They are counted in this order.
        let input = &found.inputs[job.sequence as usize - 1];
        let (name, wrong_extension) = output_name(input, job, order, &mut templates)?;
        job.warnings.extend(wrong_extension);
        let (output, renamed) = names.claim(name, owner(job));
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
    unnamed(found, order, Made::Read, &mut Templates::default())
}

/// Whether frames that are not there yet could be planned, as far as that can be told without them.
///
/// # Errors
/// As [`plan`], but for what depends on the frames.
pub fn plan_none_yet(order: &Order) -> Result<()> {
    refuse_one_file_for_several(order)?;
    let pretended = |root| Input { path: "frame.jpg".into(), relative: "frame.jpg".into(), root };
    let inputs = (0..order.roots.len()).map(pretended).collect();
    let (mut found, mut templates) = (Found::default(), Templates::default());
    found.inputs = inputs;
    let plan = unnamed(&found, order, Made::Delivered, &mut templates)?;
    let of_names = plan.jobs.iter().map(|job| templates.get(&job.recipe.output.name));
    of_names.collect::<Result<Vec<_>>>()?;
    let numbered = |job: &Job| {
        let of_name = templates.get(&job.recipe.output.name);
        let in_name = of_name.is_ok_and(|name| name.asks_for("sequence"));
        in_name || matches!(&job.caption, Caption::Template(t) if t.asks_for("sequence"))
    };
    match plan.jobs.iter().any(numbered) {
        true => Err(Error::new(
            ErrorKind::Usage,
            "'sequence' is a frame's position in the whole shoot, which is not known while frames arrive",
        )
        .with_hint("name and caption frames by their names or their time")),
        false => Ok(()),
    }
}

/// What frames are planned for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Made {
    /// To be read: a job each.
    Read,
    /// To be developed: a job for each output.
    Delivered,
}

fn unnamed(found: &Found, order: &Order, made: Made, templates: &mut Templates) -> Result<Plan> {
    let mut jobs = Vec::with_capacity(found.inputs.len());
    let mut matched = Matched::of(&found.inputs, order.roots);
    for (number, input) in (1..).zip(&found.inputs) {
        let sidecar = found.sidecars.get(&input.path).cloned();
        let raw = found.raws.by_picture.get(&input.path).cloned();
        let root = order.roots.get(input.root);
        let table = root.and_then(|root| root.captions);
        let line = table.and_then(|table| Some((table, matched.find(table, &input.relative)?)));
        let editions = match root.filter(|_| made == Made::Delivered) {
            Some(root) if !root.recipe.editions.is_empty() => {
                root.recipe.editions.iter().map(Some).collect()
            }
            _ => vec![None],
        };
        for edition in editions {
            let job = job(input, order, templates, line, edition)?;
            jobs.push(Job { sequence: number, sidecar: sidecar.clone(), raw: raw.clone(), ..job });
        }
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
    let ordered = captions.chain(order.set).map(|(_, text)| text.as_str());
    let of_recipes = order.roots.iter().flat_map(|root| {
        let editions = root.recipe.editions.values().flat_map(Edition::settings);
        let captions = editions.filter(|(name, _)| *name == "caption").map(|(_, text)| text);
        captions.chain([root.recipe.caption.text.as_str()])
    });
    for text in ordered.chain(of_recipes) {
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

/// One frame's order but for its name: recipe, then table, then edition, then flags.
fn job(
    input: &Input,
    order: &Order,
    templates: &mut Templates,
    line: Option<(&Captions, &Line)>,
    edition: Option<(&Arc<str>, &Edition)>,
) -> Result<Job> {
    let root = order.roots.get(input.root);
    let mut recipe = root.map_or_else(Recipe::default, |root| root.recipe.clone());
    recipe.editions.clear();
    let write_out = |text: &str| order.codes.map_or_else(|| text.to_owned(), |c| c.apply(text));
    let pair = |(name, text): (&str, &str)| (name.to_owned(), write_out(text));
    let given = order.set.iter().map(|(name, text)| pair((set::field(name), text))).collect();
    let mut fields = Fields { set: given, ..Fields::default() };
    let mut caption = None;
    if let Some((table, line)) = line {
        table.apply(line, &mut recipe)?;
        fields.table = table.fields(line).map(pair).collect();
        caption = table.caption(line).map(|text| Caption::Text(write_out(text)));
    }
    let of_edition = edition.into_iter().flat_map(|(_, edition)| edition.settings());
    let of_flags = order.flags.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    for (name, value) in of_edition.chain(of_flags) {
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
        edition: edition.map(|(name, _)| Arc::clone(name)),
        scene: None,
        planned: None,
        warnings: Vec::new(),
    })
}

/// One file cannot hold several outputs.
fn refuse_one_file_for_several(order: &Order) -> Result<()> {
    let Target::File(file) = order.out else { return Ok(()) };
    if order.roots.iter().all(|root| root.recipe.editions.is_empty()) {
        return Ok(());
    }
    let message = "the recipe has several outputs, but this is one file";
    Err(Error::new(ErrorKind::Usage, message).about(file).with_hint("name an output folder"))
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
            format!(
                "the extension is that of {}, but the format is {}",
                format.name(),
                ordered.name()
            ),
        )
        .about(file)),
        _ => Ok(()),
    }
}

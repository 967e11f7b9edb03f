//! From flags to the plan of a run, with every check that is made before anything is written.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use clap::ArgMatches;

use super::presets::Layers;
use super::sources::{Sources, logos, raw_source};
use super::text;
use crate::batch::{
    First, Found, Job, Order, Pick, Plan, Target, captions, find, format_of_name, lacking, plan,
};
use crate::error::{Error, ErrorKind, Result};
use crate::format::Format;
use crate::recipe::Recipe;
use crate::stage::caption::Typesetter;
use crate::template::Condition;

/// A plan that has passed all checks, and what it was made from.
pub(super) struct Planned {
    pub(super) sources: Sources,
    pub(super) out: Target,
    pub(super) found: Found,
    pub(super) plan: Plan,
    /// For a dry run the captions, in the order of the frames; else none.
    pub(super) captions: Vec<Result<String>>,
}

impl Planned {
    /// Makes the plan that the flags ask for.
    pub(super) fn of(order: &ArgMatches) -> Result<Self> {
        let sources = Sources::read(order)?;
        let out = target(order, &sources.named)?;
        let mut found = find(&sources.named, out.folder())?;
        found.pair(raw_source(order)?, &sources.named);
        let plan = plan_of(order, &sources, &mut found, &out)?;
        let captions = check_fields(order, &plan)?;
        check_drawing(&plan.jobs)?;
        Ok(Self { sources, out, found, plan, captions })
    }
}

/// What is ordered for the frames of the first input, before the table has its say.
pub(super) fn first_recipe(order: &ArgMatches, sources: &Sources) -> Result<Recipe> {
    let of_folder = sources.shoots.first().map(|shoot| shoot.recipe.clone());
    super::given::recipe(order, of_folder.unwrap_or_default())
}

/// Opens the fonts and logos that the frames name, so that one that is missing stops the run before it
/// has begun.
pub(super) fn check_drawing(jobs: &[Job]) -> Result<()> {
    let mut seen = HashSet::new();
    for caption in jobs.iter().map(|job| &job.recipe.caption) {
        let named = (&caption.font, &caption.logo);
        if named != (&None, &None) && seen.insert(named) {
            Typesetter::open(caption)?;
        }
    }
    Ok(())
}

/// A folder, or with one input file and a name like a picture's, a file.
fn target(order: &ArgMatches, named: &[PathBuf]) -> Result<Target> {
    let out = order.get_one::<PathBuf>("out").cloned().unwrap_or_default();
    let one_file = matches!(named, [one] if !one.is_dir());
    if out.as_os_str() == "-" {
        let message = "pictures are not written to standard output";
        let hint = "name a folder, or a file such as out.jpg; a folder named - is ./-";
        return Err(Error::new(ErrorKind::Usage, message).with_hint(hint));
    }
    let is_folder = out.is_dir() || out.as_os_str().as_encoded_bytes().ends_with(b"/");
    if is_folder || !format_of_name(&out).is_some_and(Format::is_written) {
        if out.exists() && !out.is_dir() {
            let error = Error::new(ErrorKind::Usage, "the output is a file, not a folder");
            return Err(error.about(out).with_hint("name a folder"));
        }
        if let (false, false, Some(ending)) = (is_folder, out.exists(), ending(&out)) {
            let message = format!("longlens does not write .{ending} files");
            return Err(Error::new(ErrorKind::Usage, message).about(&out).with_hint(format!(
                "name a file that ends in jpg, png, tif or webp; for a folder of this name \
                 write {}/",
                out.display()
            )));
        }
        return Ok(Target::Folder(out));
    }
    if one_file && order.contains_id("name") {
        let message = "--name cannot be used with an output file";
        let hint = "name an output folder, or omit --name";
        return Err(Error::new(ErrorKind::Usage, message).about(out).with_hint(hint));
    }
    if one_file {
        return Ok(Target::File(out));
    }
    Err(Error::new(ErrorKind::Usage, "this is a file name, but there are several inputs")
        .about(&out)
        .with_hint(format!("name a folder; for a folder of this name write {}/", out.display())))
}

/// The ending of a name, if it has one: a file is meant.
fn ending(out: &Path) -> Option<String> {
    let ending = out.extension()?.to_str()?;
    let is_ending = !ending.is_empty() && ending.chars().all(char::is_alphanumeric);
    is_ending.then(|| ending.to_lowercase())
}

fn plan_of(order: &ArgMatches, sources: &Sources, found: &mut Found, out: &Target) -> Result<Plan> {
    let layers = Layers::read(order)?;
    let roots = sources.roots(&layers)?;
    let flags = checked_flags(order)?;
    found.pass_over(&logos(&roots, &flags), "the logo", &sources.named);
    let (set, codes) = (&sources.set[..], sources.codes.as_ref());
    let reads = &read_files(order, sources, &layers);
    let pick = pick(order)?;
    pick.narrow(found, &roots)?;
    let mut plan = plan(found, &Order { roots: &roots, flags: &flags, set, codes, reads, out })?;
    pick.choose(&mut plan, found, &roots).map_err(|e| match pick.condition.is_some() {
        true => e.prefixed("--where: "),
        false => e,
    })?;
    Ok(plan)
}

/// The settings that were given as flags, each a value that there is.
pub(super) fn checked_flags(order: &ArgMatches) -> Result<Vec<(String, String)>> {
    let flags = super::given::flags(order);
    let mut checked = Recipe::default();
    for (name, value) in &flags {
        checked.set(name, value).map_err(|e| e.prefixed("--"))?;
    }
    Ok(flags)
}

/// Which frames are asked for, and in which order.
pub(super) fn pick(order: &ArgMatches) -> Result<Pick> {
    let text = |name: &str| order.try_get_one::<String>(name).ok().flatten();
    let condition = text("where").map(|text| Condition::parse(text));
    let first = text("first").map(|text| text.parse::<First>());
    Ok(Pick {
        condition: condition.transpose().map_err(|e| e.prefixed("--where: "))?,
        only_table: order.try_get_one::<bool>("only-table").ok().flatten().is_some_and(|&is| is),
        first: first.transpose().map_err(|e| e.prefixed("--first: "))?,
        may_be_none: false,
    })
}

/// The files that the order was read from.
pub(super) fn read_files(order: &ArgMatches, sources: &Sources, layers: &Layers) -> Vec<PathBuf> {
    let named = ["captions", "code-replacements", "files-from", "files0-from"];
    let named =
        named.into_iter().filter_map(|name| order.try_get_one::<PathBuf>(name).ok().flatten());
    let of_folders = sources.shoots.iter().flat_map(|files| &files.used);
    named.chain(of_folders).chain(layers.files()).cloned().collect()
}

/// The fields that every frame must have.
pub(super) fn required(order: &ArgMatches) -> Vec<&str> {
    let given = order.get_many::<String>("require").into_iter().flatten();
    given.map(|name| name.trim()).collect()
}

/// Whether every frame has the fields that are required or that its caption needs; an error after
/// all that lack one were named. For a dry run the captions, in the order of the frames.
fn check_fields(order: &ArgMatches, plan: &Plan) -> Result<Vec<Result<String>>> {
    let required = required(order);
    if required.contains(&"") {
        return Err(Error::no_value("", "a field", "names: --require city,country"));
    }
    let (captions, lacking) = if super::given::has(order, "dry-run") {
        let captions = captions(plan, &required);
        let errors = captions.iter().filter_map(|caption| caption.as_ref().err());
        let lacking = errors.filter(|error| error.kind() == ErrorKind::Caption).cloned().collect();
        (captions, lacking)
    } else {
        (Vec::new(), lacking(plan, &required))
    };
    refuse_lacking(&lacking, Job::frames(&plan.jobs))?;
    Ok(captions)
}

/// An error after all frames were named that lack a field.
pub(super) fn refuse_lacking(lacking: &[Error], frames: usize) -> Result<()> {
    let Some(first) = lacking.first() else { return Ok(()) };
    for error in lacking {
        let path = error.path().map(text::path).unwrap_or_default();
        let tone = text::painted(text::Tone::Error);
        text::to_stderr(&format!("longlens: {tone} {path}: {}\n", text::clean(error.message())));
    }
    let lack = match (lacking.len(), frames) {
        (1, 1) => "the frame".to_owned(),
        (count, frames) => format!("{count} of {frames} frames"),
    };
    let message = format!(
        "the caption or a required field cannot be filled in for {lack}; nothing was written"
    );
    let error = Error::new(ErrorKind::Usage, message);
    Err(match first.hint() {
        Some(hint) => error.with_hint(hint),
        None => error,
    })
}

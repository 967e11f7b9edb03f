//! `longlens develop`: from flags to a plan, from the plan to a batch, from outcomes to a report.

use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::ArgMatches;

use super::folder_files::{self, FolderFiles};
use super::progress::Progress;
use super::report::{Loudness, Report};
use super::{exit, flag_error, signals, text};
use crate::batch::{
    Batch, Captions, Event, Existing, Found, Order, Plan, Root, Settings, Stop, Sync, Target, find,
    format_of_name, free_bytes, lacking, plan, prepare_folder, split_at_nul,
};
use crate::error::{Error, ErrorKind, Result};
use crate::recipe::Recipe;
use crate::stage::caption::Typesetter;

pub(super) fn run(order: &ArgMatches) -> Result<u8> {
    let named = inputs(order)?;
    let out = target(order, &named)?;
    let mut found = find(&named, out.folder())?;
    let files = folder_files_of(order, &named)?;
    let plan = planned(order, &named, &mut found, &files, &out)?;
    check_fields(order, &plan)?;
    check_drawing(&plan)?;

    let settings = settings(order, &out)?;
    let mut report = Report::new(loudness(order), order.get_flag("json"));
    report.opening(&files, &found, &plan);
    if order.get_flag("dry-run") {
        report.plan(&Batch { jobs: plan.jobs, settings })?;
        return Ok(exit::DONE);
    }
    if plan.jobs.is_empty() && found.unreadable.is_empty() {
        return Err(no_frames(&found));
    }
    if !plan.jobs.is_empty() {
        prepare_folder(out.folder())?;
        if let Some((needed, free)) = little_space(out.folder(), &plan) {
            report.little_space(needed, free);
        }
    }

    let stop = Stop::default();
    signals::listen(&stop);
    let mut progress = Progress::new(plan.jobs.len(), &settings, report.loudness());
    let batch = Batch { jobs: plan.jobs, settings };
    let mut unreadable = found.unreadable.len();
    for error in &found.unreadable {
        progress.suspend(|| report.failure(error));
    }
    let summary = batch.run(&stop, |event| {
        progress.event(event);
        if let Event::Finished(outcome) = event {
            progress.suspend(|| report.outcome(outcome));
        }
    });
    progress.end();
    report.summary(&summary, unreadable);
    unreadable += summary.failed;
    Ok(match stop.signal() {
        Some(signal) => signals::EXIT_BASE + signal as u8,
        None if summary.environment => exit::ENVIRONMENT,
        None if unreadable > 0 => exit::SOME_FAILED,
        None => exit::DONE,
    })
}

fn no_frames(found: &Found) -> Error {
    let hint = match found.raw_count() {
        0 => "longlens reads JPEG, PNG, TIFF and WebP",
        _ => "develop the RAW files to JPEG or 16-bit TIFF first",
    };
    Error::new(ErrorKind::Usage, "there are no frames among the inputs").with_hint(hint)
}

fn inputs(order: &ArgMatches) -> Result<Vec<PathBuf>> {
    let named = order.get_many::<PathBuf>("input").into_iter().flatten().cloned();
    let mut named: Vec<PathBuf> = named.collect();
    if let Some(list) = order.get_one::<PathBuf>("files0-from") {
        let mut bytes = Vec::new();
        let read = if list == Path::new("-") {
            std::io::stdin().lock().read_to_end(&mut bytes).map(|_| ())
        } else {
            std::fs::read(list).map(|read| bytes = read)
        };
        read.map_err(|e| Error::io(ErrorKind::Usage, "cannot read the list", &e).about(list))?;
        named.extend(split_at_nul(&bytes));
    }
    Ok(named)
}

/// Opens the fonts and logos that the frames name, so that one that is missing stops the run before it
/// has begun.
fn check_drawing(plan: &Plan) -> Result<()> {
    let mut seen = HashSet::new();
    for caption in plan.jobs.iter().map(|job| &job.recipe.caption) {
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
    if out.is_dir() || format_of_name(&out).is_none() {
        if out.exists() && !out.is_dir() {
            return Err(
                Error::new(ErrorKind::Usage, "the output is a file, not a folder").about(out)
            );
        }
        if let (false, Some(ending)) = (out.exists(), foreign_ending(&out)) {
            let message = format!("longlens does not write {ending} files");
            return Err(Error::new(ErrorKind::Usage, message)
                .about(out)
                .with_hint("name a folder, or a file that ends in jpg, png, tif or webp"));
        }
        return Ok(Target::Folder(out));
    }
    if one_file {
        return Ok(Target::File(out));
    }
    Err(Error::new(
        ErrorKind::Usage,
        "the output is named like one frame, but there are more inputs",
    )
    .about(out)
    .with_hint("name a folder"))
}

/// The ending of a file's name of a format that is not written: no folder is meant.
fn foreign_ending(out: &Path) -> Option<String> {
    const ENDINGS: [&str; 18] = [
        "heic", "heif", "avif", "gif", "bmp", "jxl", "jp2", "psd", "dng", "jgp", "csv", "json",
        "pdf", "svg", "toml", "txt", "xmp", "zip",
    ];
    let ending = out.extension()?.to_str()?.to_lowercase();
    ENDINGS.contains(&ending.as_str()).then_some(ending)
}

/// What lies in each named folder, in the order of the inputs.
fn folder_files_of(order: &ArgMatches, named: &[PathBuf]) -> Result<Vec<FolderFiles>> {
    let left = order.get_flag("no-folder-files");
    let of = |path: &PathBuf| match path.is_dir() && !left {
        true => folder_files::of_folder(path),
        false => Ok(FolderFiles::default()),
    };
    named.iter().map(of).collect()
}

fn planned(
    order: &ArgMatches,
    named: &[PathBuf],
    found: &mut Found,
    files: &[FolderFiles],
    out: &Target,
) -> Result<Plan> {
    let captions = order.get_one::<PathBuf>("captions");
    let captions = captions.map(|path| folder_files::read_captions(path)).transpose()?;
    let codes = order.get_one::<PathBuf>("code-replacements");
    let codes = codes.map(|path| folder_files::read_codes(path)).transpose()?;
    let mut roots = Vec::with_capacity(named.len());
    for files in files {
        let mut recipe = files.recipe.clone();
        if let Some(path) = order.get_one::<PathBuf>("recipe") {
            folder_files::read_recipe(path, &mut recipe)?;
        }
        roots.push(Root { recipe, captions: captions.as_ref().or(files.captions.as_ref()) });
    }
    let flags = super::flags(order);
    let mut checked = Recipe::default();
    for (name, value) in &flags {
        checked.set(name, value).map_err(|e| flag_error(&e))?;
    }
    found.pass_over(&logos(&roots, &flags), "the logo", named);
    let set = set_fields(order)?;
    let (codes, reads) = (codes.as_ref(), &read_files(order, files));
    plan(found, &Order { roots: &roots, flags: &flags, set: &set, codes, reads, out })
}

/// The logos that are in use: the flag's rules over all others.
fn logos(roots: &[Root], flags: &[(String, String)]) -> Vec<PathBuf> {
    if let Some((_, logo)) = flags.iter().find(|(name, _)| name == "logo") {
        return vec![logo.into()];
    }
    let of_tables = roots.iter().filter_map(|root| root.captions).flat_map(Captions::logos);
    let of_recipes = roots.iter().filter_map(|root| root.recipe.caption.logo.clone());
    of_recipes.chain(of_tables).collect()
}

/// The files that the order was read from.
fn read_files(order: &ArgMatches, files: &[FolderFiles]) -> Vec<PathBuf> {
    let named = ["recipe", "captions", "code-replacements", "files0-from"];
    let named = named.into_iter().filter_map(|name| order.get_one::<PathBuf>(name));
    named.chain(files.iter().flat_map(|files| &files.used)).cloned().collect()
}

fn set_fields(order: &ArgMatches) -> Result<Vec<(String, String)>> {
    let given = order.get_many::<String>("set").into_iter().flatten();
    let pair = |text: &String| match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.to_owned()))
        }
        _ => Err(Error::no_value(text, "a field and its value", "--set city=Tumen")),
    };
    given.map(pair).collect()
}

/// Whether every frame has the fields that are required or that its caption needs; an error after
/// all that lack one were named.
fn check_fields(order: &ArgMatches, plan: &Plan) -> Result<()> {
    let required: Vec<&String> = order.get_many("require").into_iter().flatten().collect();
    let required: Vec<&str> = required.iter().map(|name| name.trim()).collect();
    if required.contains(&"") {
        return Err(Error::no_value("", "a field", "names: --require city,country"));
    }
    let lacking = lacking(plan, &required);
    let Some(first) = lacking.first() else { return Ok(()) };
    for error in &lacking {
        let path = error.path().map(text::path).unwrap_or_default();
        text::to_stderr(&format!("longlens: {path}: {}\n", text::clean(error.message())));
    }
    let (count, frames) = (lacking.len(), plan.jobs.len());
    let message = format!("{count} of {frames} frames lack fields, so nothing was written");
    let error = Error::new(ErrorKind::Usage, message);
    Err(match first.hint() {
        Some(hint) => error.with_hint(hint),
        None => error,
    })
}

/// The bytes that the originals of missing outputs have, and those that are free, if these are fewer:
/// a finished frame is about as large as its original.
fn little_space(folder: &Path, plan: &Plan) -> Option<(u64, u64)> {
    let free = free_bytes(folder)?;
    let missing = plan.jobs.iter().filter(|job| job.output.symlink_metadata().is_err());
    let files = missing.filter_map(|job| job.input.metadata().ok()).filter(|file| file.is_file());
    let needed = files.map(|file| held_bytes(&file)).fold(0, u64::saturating_add);
    (free < needed).then_some((needed, free))
}

/// Bytes that a file holds; one with holes holds fewer than its length.
fn held_bytes(file: &std::fs::Metadata) -> u64 {
    #[cfg(unix)]
    {
        /// Of `st_blocks`, whatever the file system's own are.
        const BLOCK_BYTES: u64 = 512;
        file.len().min(std::os::unix::fs::MetadataExt::blocks(file).saturating_mul(BLOCK_BYTES))
    }
    #[cfg(not(unix))]
    {
        file.len()
    }
}

fn settings(order: &ArgMatches, out: &Target) -> Result<Settings> {
    let defaults = Settings::default();
    let journal = match out {
        Target::Folder(folder) => Some(folder.clone()),
        Target::File(_) => None,
    };
    let resume = order.get_flag("resume");
    if resume && journal.is_none() {
        return Err(Error::new(ErrorKind::Usage, "--resume needs an output folder, not a file"));
    }
    Ok(Settings {
        jobs: order.get_one::<u16>("jobs").map_or(0, |&jobs| usize::from(jobs)),
        memory_bytes: order.get_one::<u64>("memory").copied().unwrap_or(defaults.memory_bytes),
        existing: match (resume, order.get_flag("overwrite")) {
            (false, false) => Existing::Keep,
            (false, true) => Existing::Overwrite,
            (true, false) => Existing::Resume,
            (true, true) => Existing::ResumeOverwrite,
        },
        accept_damaged: order.get_flag("accept-damaged"),
        sync: if order.get_flag("no-sync") { Sync::Lazy } else { Sync::Full },
        journal,
    })
}

fn loudness(order: &ArgMatches) -> Loudness {
    match (order.get_flag("quiet"), order.get_flag("verbose")) {
        (true, _) => Loudness::Quiet,
        (false, true) => Loudness::Verbose,
        (false, false) => Loudness::Normal,
    }
}

//! Output names: each belongs to one frame, is not a file that the run reads, and stays inside the output
//! folder.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use unicode_normalization::UnicodeNormalization;

use crate::batch::disk::hash::hash;
use crate::batch::job::Job;
use crate::batch::plan::order::Target;
use crate::error::{Error, ErrorKind, Result, Warning};

/// Names that are taken, as file systems compare them: normalised, case-folded.
#[derive(Debug, Default)]
pub struct Names {
    /// Each with a hash of whose it is, so that a frame that is planned again has its name again.
    taken: HashMap<String, u64>,
    /// Folders of outputs, and what they are without links.
    folders: HashMap<PathBuf, PathBuf>,
}

impl Names {
    /// The name, or the name with a number if another output has it.
    pub(in crate::batch) fn claim(
        &mut self,
        path: PathBuf,
        owner: u64,
    ) -> (PathBuf, Option<Warning>) {
        if self.insert(&path, owner) {
            return (path, None);
        }
        let stem = path.file_stem().unwrap_or_default().to_os_string();
        for number in 2.. {
            let mut name = stem.clone();
            name.push(format!("-{number}"));
            if let Some(extension) = path.extension() {
                name.push(".");
                name.push(extension);
            }
            let numbered = path.with_file_name(name);
            if self.insert(&numbered, owner) {
                let name = numbered.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let text = format!("another output has that name, so this one is '{name}'");
                return (numbered, Some(Warning::Other(text)));
            }
        }
        (path, None)
    }

    /// Whether it is free, or this owner's already.
    fn insert(&mut self, path: &Path, owner: u64) -> bool {
        let folder = path.parent().unwrap_or(Path::new(""));
        let real = self.folders.entry(folder.to_path_buf()).or_insert_with(|| real(folder));
        let whole = real.join(path.file_name().unwrap_or_default());
        let folded: String = match whole.to_str() {
            Some(text) => text.nfkc().flat_map(char::to_lowercase).nfc().collect(),
            // Names that are not text are compared by their bytes.
            None => format!("{:?}", whole.as_os_str()),
        };
        *self.taken.entry(folded).or_insert(owner) == owner
    }
}

/// Hash of what has one output: a frame, or one edition of it.
pub(in crate::batch) fn owner(job: &Job) -> u64 {
    let mut whose = job.input.as_os_str().as_encoded_bytes().to_vec();
    // In no path.
    whose.push(0);
    whose.extend_from_slice(job.edition.as_deref().unwrap_or_default().as_bytes());
    hash(&whose)
}

/// A folder without links, as far as it is there already.
fn real(folder: &Path) -> PathBuf {
    for there in folder.ancestors() {
        let named = if there.as_os_str().is_empty() { Path::new(".") } else { there };
        if let Ok(real) = fs::canonicalize(named) {
            return real.join(folder.strip_prefix(there).unwrap_or(Path::new("")));
        }
    }
    folder.to_path_buf()
}

/// An output that the run reads, through whatever links, would be lost while it is read: an original,
/// a font or a logo, what the order was read from.
pub(in crate::batch) fn refuse_what_is_read(jobs: &[Job], reads: &[PathBuf]) -> Result<()> {
    let of_recipes = jobs.iter().flat_map(|job| {
        let caption = &job.recipe.caption;
        [&caption.font, &caption.logo].into_iter().flatten()
    });
    let read = of_recipes.chain(reads).filter_map(|path| Some((file_id(path)?, path.as_path())));
    let read: HashMap<FileId, &Path> = read.collect();
    let inputs = jobs.iter().filter_map(|job| Some((file_id(&job.input)?, job.input.as_path())));
    let inputs: HashMap<FileId, &Path> = inputs.collect();
    for job in jobs {
        let Some(id) = file_id(&job.output) else { continue };
        let (message, hint) = if let Some(input) = inputs.get(&id) {
            (format!("the output is the input '{}'", input.display()), "originals are")
        } else if let Some(read) = read.get(&id) {
            (format!("the output is '{}', which this run reads", read.display()), "it is")
        } else {
            continue;
        };
        return Err(Error::new(ErrorKind::Usage, message)
            .about(&job.output)
            .with_hint(format!("{hint} never overwritten: name another output folder")));
    }
    Ok(())
}

/// Refuses to write a picture over a frame that it is made of, through whatever links.
///
/// # Errors
/// [`ErrorKind::Usage`] if the output is one of the originals.
pub fn refuse_original<'a>(
    output: &Path,
    originals: impl IntoIterator<Item = &'a Path>,
) -> Result<()> {
    let Some(id) = file_id(output) else { return Ok(()) };
    match originals.into_iter().find(|original| file_id(original).as_ref() == Some(&id)) {
        Some(original) => Err(Error::new(
            ErrorKind::Usage,
            format!("the output is the input '{}'", original.display()),
        )
        .about(output)
        .with_hint("originals are never overwritten: give the output another name")),
        None => Ok(()),
    }
}

/// A link in the output folder that leads out of it would take outputs along.
pub(in crate::batch) fn refuse_ways_out(jobs: &[Job], out: &Target) -> Result<()> {
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
            let wrong = match fs::canonicalize(parent) {
                Ok(real) if real.starts_with(&top) => continue,
                Ok(_) => "the folder leads out of the output folder",
                // Where it leads the run itself might make a folder.
                Err(_) if parent.is_symlink() => "the folder is a broken symbolic link",
                Err(_) => continue,
            };
            return Err(Error::new(ErrorKind::Usage, wrong).about(parent).with_hint(
                "outputs never leave the output folder: remove the link, or name another folder",
            ));
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

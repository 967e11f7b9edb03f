//! Recipe, captions and code replacements: read from the named file, or from the input folder that contains
//! them. Paths in a recipe or a table are relative to its own folder, so that a folder can be moved with its
//! logo.

use std::fs;
use std::path::Path;

use crate::batch::Captions;
use crate::error::{Error, ErrorKind, Result};
use crate::recipe::Recipe;
use crate::template::CodeReplacements;

/// Largest text file that is read, bytes: a table of 10,000 frames has about 3 MB.
const MOST_BYTES: u64 = 64 << 20;

/// What an input folder says of how to develop it.
#[derive(Debug, Default)]
pub(super) struct FolderFiles {
    pub(super) recipe: Recipe,
    pub(super) captions: Option<Captions>,
    /// Whether the folder itself was named, and not some of its frames.
    pub(super) is_whole: bool,
    /// The files that were used, for the report.
    pub(super) used: Vec<std::path::PathBuf>,
}

/// Reads `longlens.toml` and `captions.csv` of a folder, if they are there.
pub(super) fn of_folder(folder: &Path) -> Result<FolderFiles> {
    let mut files = FolderFiles::default();
    let [captions, recipe] = crate::batch::FOLDER_FILES.map(|name| folder.join(name));
    if recipe.is_file() {
        read_recipe(&recipe, &mut files.recipe)?;
        files.used.push(recipe);
    }
    if captions.is_file() {
        files.captions = Some(read_captions(&captions)?);
        files.used.push(captions);
    }
    Ok(files)
}

fn read_recipe(path: &Path, recipe: &mut Recipe) -> Result<()> {
    recipe.set_from_toml_in(folder_of(path), &text(path)?).map_err(|e| e.about(path))
}

pub(super) fn read_captions(path: &Path) -> Result<Captions> {
    let table = Captions::parse(&bytes(path)?).map_err(|e| e.about(path))?;
    Ok(table.in_folder(folder_of(path)))
}

/// What a file's relative paths count from.
fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

pub(super) fn read_codes(path: &Path) -> Result<CodeReplacements> {
    CodeReplacements::parse(&text(path)?).map_err(|e| e.about(path))
}

pub(super) fn text(path: &Path) -> Result<String> {
    String::from_utf8(bytes(path)?).map_err(|_| {
        Error::new(ErrorKind::Usage, "the file is not UTF-8")
            .about(path)
            .with_hint("save it as UTF-8")
    })
}

fn bytes(path: &Path) -> Result<Vec<u8>> {
    let failed = |e: &std::io::Error| Error::io(ErrorKind::Usage, "cannot read", e).about(path);
    let length = fs::metadata(path).map_err(|e| failed(&e))?.len();
    if length > MOST_BYTES {
        return Err(Error::new(ErrorKind::Usage, "too large for a text file").about(path));
    }
    fs::read(path).map_err(|e| failed(&e))
}

//! Where frames and what is known of them come from: the inputs, their folders' files, `--captions`,
//! `--code-replacements`, `--set`.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::ArgMatches;

use super::folder_files::{self, FolderFiles};
use crate::batch::{Captions, Root, split_at_nul};
use crate::error::{Error, ErrorKind, Result};
use crate::template::CodeReplacements;

/// All of them, read.
#[derive(Debug)]
pub(super) struct Sources {
    /// Frames and folders, as they were named.
    pub(super) named: Vec<PathBuf>,
    /// What lies in each that is a folder, in the same order.
    pub(super) files: Vec<FolderFiles>,
    /// Fields of all frames, by name and text.
    pub(super) set: Vec<(String, String)>,
    pub(super) codes: Option<CodeReplacements>,
    captions: Option<Captions>,
}

impl Sources {
    /// Reads what the flags of [`super::args::sources`] name.
    pub(super) fn read(order: &ArgMatches) -> Result<Self> {
        let named = named(order)?;
        let left = order.get_flag("no-folder-files");
        let of = |path: &PathBuf| match path.is_dir() && !left {
            true => folder_files::of_folder(path),
            false => Ok(FolderFiles::default()),
        };
        let files = named.iter().map(of).collect::<Result<_>>()?;
        let captions = order.get_one::<PathBuf>("captions");
        let codes = order.get_one::<PathBuf>("code-replacements");
        Ok(Self {
            named,
            files,
            set: set_fields(order)?,
            codes: codes.map(|path| folder_files::read_codes(path)).transpose()?,
            captions: captions.map(|path| folder_files::read_captions(path)).transpose()?,
        })
    }

    /// What holds for the frames of each input, with this recipe over those of the folders.
    pub(super) fn roots(&self, recipe: Option<&PathBuf>) -> Result<Vec<Root<'_>>> {
        let root = |files| {
            let FolderFiles { recipe: of_folder, captions, .. }: &FolderFiles = files;
            let mut settings = of_folder.clone();
            if let Some(path) = recipe {
                folder_files::read_recipe(path, &mut settings)?;
            }
            Ok(Root { recipe: settings, captions: self.captions.as_ref().or(captions.as_ref()) })
        };
        self.files.iter().map(root).collect()
    }
}

/// The logos that are in use: the flag's rules over all others.
pub(super) fn logos(roots: &[Root], flags: &[(String, String)]) -> Vec<PathBuf> {
    if let Some((_, logo)) = flags.iter().find(|(name, _)| name == "logo") {
        return vec![logo.into()];
    }
    let of_tables = roots.iter().filter_map(|root| root.captions).flat_map(Captions::logos);
    let of_recipes = roots.iter().filter_map(|root| root.recipe.caption.logo.clone());
    of_recipes.chain(of_tables).collect()
}

fn named(order: &ArgMatches) -> Result<Vec<PathBuf>> {
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

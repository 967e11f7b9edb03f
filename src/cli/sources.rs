//! Where frames and their fields come from: the inputs, their folders' files, `--captions`,
//! `--code-replacements`, `--set`.

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::ArgMatches;

use super::folder_files::{self, FolderFiles};
use super::presets::Layers;
use crate::batch::{Captions, RawSource, Root, split_at_lines, split_at_nul};
use crate::error::{Error, ErrorKind, Result};
use crate::recipe::Edition;
use crate::template::CodeReplacements;

/// All of them, read.
#[derive(Debug)]
pub(super) struct Sources {
    /// Frames and folders, as they were named.
    pub(super) named: Vec<PathBuf>,
    /// What the folders of the frames say of how to develop them, each folder once.
    pub(super) shoots: Vec<FolderFiles>,
    /// Which of the shoots each named input belongs to.
    shoot_of: Vec<usize>,
    /// Fields of all frames, by name and text.
    pub(super) set: Vec<(String, String)>,
    pub(super) codes: Option<CodeReplacements>,
    captions: Option<Captions>,
}

impl Sources {
    /// Reads what the flags of [`super::args`] name.
    pub(super) fn read(order: &ArgMatches) -> Result<Self> {
        let named = named(order)?;
        let (shoots, shoot_of) = match order.get_flag("no-folder-files") {
            true => (vec![FolderFiles::default()], vec![0; named.len()]),
            false => shoots(&named)?,
        };
        let captions = order.get_one::<PathBuf>("captions");
        let codes = order.get_one::<PathBuf>("code-replacements");
        Ok(Self {
            named,
            shoots,
            shoot_of,
            set: set_fields(order)?,
            codes: codes.map(|path| folder_files::read_codes(path)).transpose()?,
            captions: captions.map(|path| folder_files::read_captions(path)).transpose()?,
        })
    }

    /// What holds for the frames of each input, with these recipes over those of the folders.
    pub(super) fn roots(&self, recipes: &Layers) -> Result<Vec<Root<'_>>> {
        let root = |files| {
            let FolderFiles { recipe: of_folder, captions, .. }: &FolderFiles = files;
            let mut settings = of_folder.clone();
            recipes.lay_over(&mut settings)?;
            Ok(Root { recipe: settings, captions: self.captions.as_ref().or(captions.as_ref()) })
        };
        let of_shoots = self.shoots.iter().map(root).collect::<Result<Vec<_>>>()?;
        Ok(self.shoot_of.iter().map(|&shoot| of_shoots[shoot].clone()).collect())
    }
}

impl Sources {
    /// Takes the tables for those of some frames alone: further ones may come.
    pub(super) fn for_some_frames(&mut self) {
        let tables = self.shoots.iter_mut().map(|shoot| &mut shoot.captions);
        for table in tables.chain([&mut self.captions]) {
            *table = table.take().map(Captions::for_some_frames);
        }
    }
}

/// The files of each folder that was named, and of the folder of each file: a shell turns `shoot/*.jpg`
/// into files, and means the shoot.
fn shoots(named: &[PathBuf]) -> Result<(Vec<FolderFiles>, Vec<usize>)> {
    let mut shoots: Vec<FolderFiles> = Vec::new();
    let mut known: HashMap<PathBuf, usize> = HashMap::new();
    let mut shoot_of = Vec::with_capacity(named.len());
    for path in named {
        let is_whole = path.is_dir();
        let folder = if is_whole { path } else { path.parent().unwrap_or(Path::new("")) };
        let shoot = match known.get(folder) {
            Some(&shoot) => shoot,
            None => {
                shoots.push(FolderFiles { is_whole: false, ..folder_files::of_folder(folder)? });
                known.insert(folder.to_path_buf(), shoots.len() - 1);
                shoots.len() - 1
            }
        };
        shoots[shoot].is_whole |= is_whole;
        shoot_of.push(shoot);
    }
    for shoot in shoots.iter_mut().filter(|shoot| !shoot.is_whole) {
        shoot.captions = shoot.captions.take().map(Captions::for_some_frames);
    }
    Ok((shoots, shoot_of))
}

/// What `--raw` says RAW files are developed from.
pub(super) fn raw_source(order: &ArgMatches) -> Result<RawSource> {
    let named = order.get_one::<String>("raw").map(|text| text.parse());
    named.unwrap_or(Ok(RawSource::Auto)).map_err(|e: Error| e.prefixed("--raw: "))
}

/// The logos that are in use: the flag's rules over all others.
pub(super) fn logos(roots: &[Root], flags: &[(String, String)]) -> Vec<PathBuf> {
    if let Some((_, logo)) = flags.iter().find(|(name, _)| name == "logo") {
        return vec![logo.into()];
    }
    let of_tables = roots.iter().filter_map(|root| root.captions).flat_map(Captions::logos);
    let of_recipes = roots.iter().filter_map(|root| root.recipe.caption.logo.clone());
    let editions = roots.iter().flat_map(|root| root.recipe.editions.values());
    let of_editions = editions.flat_map(Edition::settings).filter(|(name, _)| *name == "logo");
    let of_editions = of_editions.map(|(_, path)| path.into());
    of_recipes.chain(of_editions).chain(of_tables).collect()
}

fn named(order: &ArgMatches) -> Result<Vec<PathBuf>> {
    let named = order.get_many::<PathBuf>("input").into_iter().flatten().cloned();
    let mut named: Vec<PathBuf> = named.collect();
    let list = |name: &str| order.try_get_one::<PathBuf>(name).ok().flatten();
    if let Some(list) = list("files0-from") {
        let bytes = list_bytes(list)?;
        if !bytes.contains(&0) && bytes.contains(&b'\n') {
            let error =
                Error::new(ErrorKind::Usage, "the names in the list are not separated by NUL");
            return Err(error
                .about(list)
                .with_hint("use --files-from for a list with one name per line"));
        }
        named.extend(split_at_nul(&bytes));
    }
    if let Some(list) = list("files-from") {
        let bytes = list_bytes(list)?;
        named.extend(match bytes.contains(&0) {
            // No name has a NUL in it: this is what find -print0 writes.
            true => split_at_nul(&bytes),
            false => split_at_lines(&bytes),
        });
    }
    Ok(named)
}

fn list_bytes(list: &Path) -> Result<Vec<u8>> {
    bytes_of(list, "cannot read the list")
}

/// A file that was named, or standard input for `-`.
pub(super) fn bytes_of(file: &Path, tried: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = if file == Path::new("-") {
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| ())
    } else {
        std::fs::read(file).map(|read| bytes = read)
    };
    read.map_err(|e| {
        use std::io::ErrorKind as Io;
        // What is not there was named wrongly; a disk that fails now may not fail in a moment.
        let is_slip = matches!(
            e.kind(),
            Io::NotFound | Io::PermissionDenied | Io::IsADirectory | Io::NotADirectory
        );
        let kind = if is_slip { ErrorKind::Usage } else { ErrorKind::Environment };
        Error::io(kind, tried, &e).about(file)
    })?;
    Ok(bytes)
}

fn set_fields(order: &ArgMatches) -> Result<Vec<(String, String)>> {
    let given = order.get_many::<String>("set").into_iter().flatten();
    let pair = |text: &String| match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.to_owned()))
        }
        _ => Err(Error::no_value(text, "of the form FIELD=VALUE", "--set city=Tumen")),
    };
    given.map(pair).collect()
}

//! What is asked for each frame: a scene to be found, a named one, the haze of another frame, or none.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::batch::fields::{blocks, read_fields};
use crate::batch::job::Job;
use crate::error::{Error, ErrorKind, Result};
use crate::format::Limits;
use crate::metadata::{NAMES, Shot};
use crate::recipe::{Recipe, Scene};
use crate::stage::dehaze::Amount;
use crate::words::near;

/// Why frames are one scene whatever they look like.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    /// They lie in this folder.
    Folder(PathBuf),
    /// This field has this text.
    Field(String, String),
    /// The table gives them this name.
    Table(String),
}

/// What is wanted of the frames, by the numbers of their jobs.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// Those whose scene is to be found.
    pub(super) by_itself: Vec<usize>,
    /// Those whose scene is named, in the order of their paths.
    pub(super) named: BTreeMap<Reason, Vec<usize>>,
    /// Those that take the haze of another, and its file.
    pub(super) from: Vec<(usize, PathBuf)>,
}

impl Wanted {
    /// Of these of the jobs, which are of different frames.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] for a field that no frame has, and for a frame to take haze from that is none.
    pub(super) fn of(jobs: &[Job], mut order: Vec<usize>) -> Result<Self> {
        let mut wanted = Self::default();
        let mut fields: BTreeMap<&str, bool> = BTreeMap::new();
        order.sort_by(|&a, &b| jobs[a].input.cmp(&jobs[b].input));
        for i in order {
            let (job, recipe) = (&jobs[i], &jobs[i].recipe);
            let named = |wanted: &mut Self, reason| wanted.named.entry(reason).or_default().push(i);
            if !takes_haze(recipe) {
                continue;
            }
            if !recipe.haze_from.is_empty() {
                wanted.from.push((i, frame_named(&recipe.haze_from, jobs)?));
                continue;
            }
            match &recipe.scene {
                Scene::Auto => wanted.by_itself.push(i),
                Scene::Off => {}
                Scene::Folder => {
                    let folder = job.input.parent().unwrap_or(Path::new("")).to_path_buf();
                    named(&mut wanted, Reason::Folder(folder));
                }
                Scene::Named(name) => named(&mut wanted, Reason::Table(name.clone())),
                Scene::Field(field) => {
                    // A frame that cannot be read fails when it is developed.
                    let text = read_fields(job).ok().and_then(|(fields, _)| {
                        fields
                            .get(field)
                            .map(str::trim)
                            .filter(|t| !t.is_empty())
                            .map(str::to_owned)
                    });
                    *fields.entry(field).or_default() |= text.is_some();
                    if let Some(text) = text {
                        named(&mut wanted, Reason::Field(field.clone(), text));
                    }
                }
            }
        }
        match fields.into_iter().find(|(name, is_there)| !is_there && !NAMES.contains(name)) {
            Some((name, _)) => Err(no_field(name)),
            None => Ok(wanted),
        }
    }

    /// What the cameras note of the frames that may need it.
    pub(super) fn shots(&self, jobs: &[Job], limits: &Limits) -> Vec<Option<Shot>> {
        let mut shots = vec![None; jobs.len()];
        let alone = self.by_itself.len() < 2;
        let found = self.by_itself.iter().filter(|_| !alone);
        let named = self.named.values().filter(|members| members.len() > 1).flatten();
        for &i in found.chain(named).chain(self.from.iter().map(|(i, _)| i)) {
            shots[i] = Some(shot(&jobs[i].input, limits));
        }
        shots
    }
}

/// What the camera recorded in a file; nothing for one that cannot be read.
pub(super) fn shot(path: &Path, limits: &Limits) -> Shot {
    let exif = blocks(path, limits).ok().and_then(|blocks| blocks.exif);
    exif.map_or_else(Shot::default, |exif| Shot::read(&exif))
}

/// Whether anything that a scene shares is used.
fn takes_haze(recipe: &Recipe) -> bool {
    !matches!(recipe.dehaze.amount, Amount::Off) && recipe.dehaze.amount.strength(1.0) != 0.0
}

fn no_field(name: &str) -> Error {
    let shown = name.escape_debug();
    let error = Error::new(ErrorKind::Usage, format!("scene: no frame has a field '{shown}'"));
    match near(name, ["auto", "off", "folder"].into_iter().chain(NAMES)) {
        Some(near) => error.with_hint(format!("did you mean '{near}'?")),
        None => error.with_hint(
            "use auto, off, folder or a field; name scenes in a column 'scene' of the table",
        ),
    }
}

/// The file of a frame that is named: one of the run by its name, with or without its ending, or a path.
fn frame_named(name: &str, jobs: &[Job]) -> Result<PathBuf> {
    let path = Path::new(name);
    let inputs = || jobs.iter().map(|job| &job.input);
    if let Some(input) = inputs().find(|input| input.as_path() == path) {
        return Ok(input.clone());
    }
    let by = |part: fn(&Path) -> Option<&std::ffi::OsStr>| -> Vec<&PathBuf> {
        inputs().filter(|input| part(input) == Some(path.as_os_str())).collect()
    };
    let mut found = by(Path::file_name);
    if found.is_empty() {
        found = by(Path::file_stem);
    }
    let shown = name.escape_debug();
    match found[..] {
        [one] => Ok(one.clone()),
        [] if path.is_file() => Ok(path.to_path_buf()),
        [] => {
            let names: Vec<String> = inputs()
                .filter_map(|input| Some(input.file_name()?.to_string_lossy().into_owned()))
                .collect();
            let message = format!("haze-from: there is no frame '{shown}'");
            let error = Error::new(ErrorKind::Usage, message);
            Err(match near(name, names.iter().map(String::as_str)) {
                Some(near) => error.with_hint(format!("did you mean '{near}'?")),
                None => error.with_hint("name a frame of this run, or the path of a file"),
            })
        }
        [one, ..] => {
            let message = format!("haze-from: {} frames are called '{shown}'", found.len());
            Err(Error::new(ErrorKind::Usage, message)
                .with_hint(format!("write its whole path, such as {}", one.display())))
        }
    }
}

/// What a scene is called.
pub(super) fn name(reason: &Reason) -> String {
    match reason {
        Reason::Folder(folder) => match folder.file_name() {
            Some(name) => name.to_string_lossy().into_owned(),
            None => ".".to_owned(),
        },
        Reason::Field(_, text) | Reason::Table(text) => text.clone(),
    }
}

/// Why its frames are in it.
pub(super) fn why(reason: &Reason, frames: usize) -> String {
    match reason {
        Reason::Folder(_) => format!("{frames} frames of one folder"),
        Reason::Field(field, _) => format!("{frames} frames with the same {field}"),
        Reason::Table(_) => format!("{frames} frames that the table gives this name"),
    }
}

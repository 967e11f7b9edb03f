//! From the inputs on the command line to the frames: folders are walked in a stable order.
//!
//! In a folder, a frame is what is named like one (`.jpg`, …) or begins like one; the rest is skipped and
//! counted, HEIC files separately. Links to files are followed; links to folders are not (no loops), and hidden
//! names are passed over. A file that was named itself is always a frame, whatever it is, so that its error is
//! reported under its name; but a HEIC file named together with its JPEG (`card/*`) is counted as in folders.
//! RAW files are frames, until `pairs` makes each one frame with its JPEG.
//!
//! Outputs of earlier runs in subfolders, recognised by the journal beside them, are skipped, so that nothing
//! is sharpened twice.
//!
//! A frame that is given more than once, by whatever path, is one frame, and the first path counts (it decides
//! the output's subfolder and which folder's table applies). A link under another name is a frame of its own.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::batch::disk::journal::{JOURNAL, Record};
use crate::batch::disk::kinds::{
    extension, is_named_heic, is_named_like_one, sniff_file, undeveloped,
};
use crate::batch::disk::name::{name_below, path_of_bytes};
use crate::batch::plan::raws::Raws;
use crate::batch::plan::sidecars::Sidecars;
use crate::error::{Error, ErrorKind, Result};

/// Files in an input folder that say how to develop it: the table of captions and the recipe.
pub const FOLDER_FILES: [&str; 2] = ["captions.csv", "longlens.toml"];

/// Name of the file that marks a folder of pictures which are no frames: those of a report.
pub const PICTURES_MARK: &str = ".longlens-pictures";

/// A frame to be: where it is, and the path below its input folder that its output keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The file.
    pub path: PathBuf,
    /// Folders below the input folder, and the file name; of a file named itself the name alone.
    pub relative: PathBuf,
    /// Which of the named inputs it belongs to, from 0.
    pub root: usize,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The frames, in the order of the arguments, names sorted within a folder.
    pub inputs: Vec<Input>,
    /// The XMP files beside frames, by the frame.
    pub sidecars: HashMap<PathBuf, PathBuf>,
    /// Files that are not pictures, counted by extension.
    pub left_out: BTreeMap<String, usize>,
    /// RAW files, once they are [paired](Found::pair) with their pictures.
    pub raws: Raws,
    /// HEIC files, and other photographs that this build cannot read, with a picture of the same name among the
    /// frames, counted by extension.
    pub beside_pictures: BTreeMap<String, usize>,
    /// Photographs without one that this build cannot read, each with what it is: `HEIC`, `AVIF`, `JPEG XL`.
    pub undeveloped: Vec<(PathBuf, &'static str)>,
    /// How often a frame was named that had been named before.
    pub repeated: usize,
    /// What was passed over although it may be a picture or hold some, each with its reason.
    pub passed_over: Vec<(PathBuf, &'static str)>,
    /// Folders and links that could not be read, each with its reason.
    pub unreadable: Vec<Error>,
    /// XMP files in the folders.
    sidecar_files: Vec<PathBuf>,
}

impl Found {
    /// Takes up a file of a folder.
    fn add(&mut self, input: Input, kind: Kind, is_new: bool) {
        let ending = extension(&input.path);
        match kind {
            Kind::Frame if is_new => self.inputs.push(input),
            Kind::Frame => self.repeated += 1,
            _ if !is_new => {}
            Kind::Undeveloped(what) => self.undeveloped.push((input.path, what)),
            Kind::Link(why) => self.passed_over.push((input.path, why)),
            Kind::Other => {
                if ending.eq_ignore_ascii_case("xmp") {
                    self.sidecar_files.push(input.path);
                }
                *self.left_out.entry(ending).or_default() += 1;
            }
        }
    }

    /// Looks for the frames' sidecars; those that are used were not left out.
    fn find_sidecars(&mut self) {
        let mut sidecars = Sidecars::default();
        let of = |input: &Input| Some((input.path.clone(), sidecars.find(&input.path)?));
        self.sidecars = self.inputs.iter().filter_map(of).collect();
        let used: HashSet<&PathBuf> = self.sidecars.values().collect();
        let walked = self.sidecar_files.iter().filter(|path| used.contains(path));
        for ending in walked.map(|path| extension(path)) {
            if let Some(count) = self.left_out.get_mut(&ending) {
                *count -= 1;
            }
        }
        self.left_out.retain(|_, count| *count > 0);
    }

    /// This frame of those that were found, with what belongs to it.
    #[must_use]
    pub fn of(&self, input: Input) -> Self {
        let of = |map: &HashMap<PathBuf, PathBuf>| {
            map.get(&input.path).map(|other| (input.path.clone(), other.clone()))
        };
        let (sidecars, by_picture) = (of(&self.sidecars), of(&self.raws.by_picture));
        Self {
            sidecars: sidecars.into_iter().collect(),
            raws: Raws { by_picture: by_picture.into_iter().collect(), ..Raws::default() },
            inputs: vec![input],
            ..Self::default()
        }
    }

    /// How many files were skipped that are not pictures.
    #[must_use]
    pub fn left_out_count(&self) -> usize {
        self.left_out.values().sum()
    }

    /// Passes over these files where they lie in folders; what was named itself stays a frame.
    pub fn pass_over(&mut self, files: &[PathBuf], why: &'static str, named: &[PathBuf]) {
        let files = files.iter().filter_map(|path| fs::canonicalize(path).ok());
        let files: HashSet<PathBuf> = files.collect();
        if files.is_empty() {
            return;
        }
        let is_frame = |input: &Input| {
            named.get(input.root) == Some(&input.path)
                || fs::canonicalize(&input.path).map_or(true, |path| !files.contains(&path))
        };
        let (frames, others) = std::mem::take(&mut self.inputs).into_iter().partition(is_frame);
        self.inputs = frames;
        let others: Vec<Input> = others;
        self.passed_over.extend(others.into_iter().map(|input| (input.path, why)));
    }

    /// Counts those of the HEIC files that lie beside their pictures, and leaves the others.
    fn sort_undeveloped(&mut self) {
        // Cameras and programs write IMG_1.CR2 and img_1.jpg.
        let key = |path: &Path| path.with_extension("").to_string_lossy().to_lowercase();
        let is_heic = |input: &&Input| is_named_heic(&input.path);
        let pictures = self.inputs.iter().filter(|input| !is_heic(input));
        let pictures: HashSet<String> = pictures.map(|input| key(&input.path)).collect();
        // A build that can develop them has them among the frames.
        let beside = |input: &&Input| is_heic(input) && pictures.contains(&key(&input.path));
        for input in self.inputs.iter().filter(beside) {
            *self.beside_pictures.entry(extension(&input.path)).or_default() += 1;
        }
        self.inputs.retain(|input| !beside(&input));
        for (path, what) in std::mem::take(&mut self.undeveloped) {
            match pictures.contains(&key(&path)) {
                true => *self.beside_pictures.entry(extension(&path)).or_default() += 1,
                false => self.undeveloped.push((path, what)),
            }
        }
    }
}

/// Looks up everything that was named; what lies below `except` (the output folder) is not an input.
///
/// # Errors
/// [`ErrorKind::Usage`] if one of them does not exist.
pub fn find(named: &[PathBuf], except: &Path) -> Result<Found> {
    let mut found = Found::default();
    let except = fs::canonicalize(except).ok();
    let mut seen = Seen::default();
    let pictures = named.iter().filter(|path| is_named_like_one(path));
    let pictures: HashSet<PathBuf> = pictures.map(|path| path.with_extension("")).collect();
    let beside_its_picture = |path: &Path| {
        pictures.contains(&path.with_extension("")).then(|| undeveloped(path, sniff_file(path)))?
    };
    // `shoot/*` also matches the captions and settings beside the frames.
    let says_how =
        |path: &Path| FOLDER_FILES.iter().any(|name| path.file_name() == Some(name.as_ref()));
    for (root, path) in named.iter().enumerate() {
        let kind = fs::metadata(path).map_err(|e| {
            let error = Error::io(ErrorKind::Usage, "cannot open the input", &e).about(path);
            // A broken link is a frame that fails, not a slip of the pen.
            if fs::symlink_metadata(path).is_ok() {
                error.with_hint("it is a broken symbolic link")
            } else {
                error
            }
        });
        match kind {
            Ok(kind) if kind.is_dir() => {
                walk(path, root, except.as_deref(), &mut seen, &mut found);
            }
            Err(error) if error.hint().is_none() => return Err(error),
            _ if says_how(path) => {}
            _ if beside_its_picture(path).is_some() => {
                *found.beside_pictures.entry(extension(path)).or_default() += 1;
            }
            _ if !seen.is_new(path) => found.repeated += 1,
            _ => {
                let name = path.file_name().map_or_else(|| path.clone(), PathBuf::from);
                found.inputs.push(Input { path: path.clone(), relative: name, root });
            }
        }
    }
    found.find_sidecars();
    found.sort_undeveloped();
    Ok(found)
}

/// The files that were met, each by its folder without links and its name.
#[derive(Debug, Default)]
struct Seen {
    folders: HashMap<PathBuf, PathBuf>,
    files: HashSet<PathBuf>,
}

impl Seen {
    fn is_new(&mut self, path: &Path) -> bool {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let real = || fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
        let real = self.folders.entry(folder.to_path_buf()).or_insert_with(real);
        self.files.insert(real.join(path.file_name().unwrap_or_default()))
    }
}

fn walk(folder: &Path, root: usize, except: Option<&Path>, seen: &mut Seen, found: &mut Found) {
    let is_output = |entry: &walkdir::DirEntry| {
        let same = |except| fs::canonicalize(entry.path()).is_ok_and(|path| path == except);
        entry.file_type().is_dir() && entry.depth() > 0 && except.is_some_and(same)
    };
    let mut earlier = Earlier::default();
    let mut entries = WalkDir::new(folder).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                found.unreadable.push(unreadable(folder, &error));
                continue;
            }
        };
        let name = entry.file_name().as_encoded_bytes();
        let hidden = entry.depth() > 0 && name.starts_with(b".");
        if hidden || is_output(&entry) {
            // What longlens puts there itself is not reported.
            if hidden && !name.starts_with(b".longlens") {
                found.passed_over.push((entry.path().to_path_buf(), "hidden"));
            }
            if entry.file_type().is_dir() {
                entries.skip_current_dir();
            }
            continue;
        }
        let path = entry.path();
        if entry.file_type().is_dir() {
            if entry.depth() > 0 && path.join(PICTURES_MARK).symlink_metadata().is_ok() {
                found.passed_over.push((path.to_path_buf(), "pictures of a report"));
                entries.skip_current_dir();
                continue;
            }
            if entry.depth() > 0 {
                earlier.enter(path);
            }
            continue;
        }
        if let Some(run) = earlier.run_of(path) {
            if !std::mem::replace(&mut run.is_told, true) {
                found.passed_over.push((run.folder.clone(), "outputs of an earlier run"));
            }
            continue;
        }
        if FOLDER_FILES.iter().any(|name| entry.file_name() == *name) {
            if entry.depth() > 1 {
                found.passed_over.push((path.to_path_buf(), "not in a folder that you named"));
            }
            continue;
        }
        let relative = path.strip_prefix(folder).unwrap_or(path).to_path_buf();
        let input = Input { path: path.to_path_buf(), relative, root };
        found.add(input, kind(&entry), seen.is_new(path));
    }
}

/// The journals of the folders that a walk is in, the outermost first.
#[derive(Debug, Default)]
struct Earlier(Vec<EarlierRun>);

#[derive(Debug)]
struct EarlierRun {
    folder: PathBuf,
    record: Record,
    is_told: bool,
}

impl Earlier {
    fn enter(&mut self, folder: &Path) {
        self.0.retain(|run| folder.starts_with(&run.folder));
        if fs::symlink_metadata(folder.join(JOURNAL)).is_ok()
            // One that cannot be read has no moment.
            && let Ok(record) = Record::read(folder)
        {
            self.0.push(EarlierRun { folder: folder.to_path_buf(), record, is_told: false });
        }
    }

    /// The run that wrote this file, by its name and length.
    fn run_of(&mut self, path: &Path) -> Option<&mut EarlierRun> {
        let bytes = if self.0.is_empty() { None } else { Some(fs::metadata(path).ok()?.len()) }?;
        let wrote = |run: &&mut EarlierRun| {
            let entries = run.record.of(&name_below(&run.folder, path));
            path.starts_with(&run.folder) && entries.iter().any(|e| e.output_bytes == bytes)
        };
        self.0.iter_mut().find(wrote)
    }
}

fn unreadable(folder: &Path, error: &walkdir::Error) -> Error {
    let path = error.path().unwrap_or(folder).to_path_buf();
    match error.io_error() {
        Some(cause) => {
            Error::io(ErrorKind::Unreadable, "cannot read the folder", cause).about(path)
        }
        None => Error::new(ErrorKind::Unreadable, "the folder contains itself").about(path),
    }
}

/// What an entry of a folder is, other than a folder.
#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Frame,
    /// By another program first.
    Undeveloped(&'static str),
    /// A link that is not followed, with the reason.
    Link(&'static str),
    Other,
}

fn kind(entry: &walkdir::DirEntry) -> Kind {
    let path = entry.path();
    let is_link = entry.path_is_symlink();
    match if is_link { fs::metadata(path).ok() } else { entry.metadata().ok() } {
        // Whatever its name.
        Some(target) if target.is_dir() => Kind::Link("a link to a folder"),
        // A dangling link named like a frame too, so that it fails as one.
        _ if is_named_like_one(path) => Kind::Frame,
        None if is_link => Kind::Link("a broken link"),
        Some(target) if target.is_file() => {
            let content = sniff_file(path);
            match (undeveloped(path, content), content) {
                (Some(what), _) => Kind::Undeveloped(what),
                (None, Some(_)) => Kind::Frame,
                (None, None) => Kind::Other,
            }
        }
        _ => Kind::Other,
    }
}

/// Paths out of a list with one a line, of Unix or Windows; lines without a name are passed over.
#[must_use]
pub fn split_at_lines(list: &[u8]) -> Vec<PathBuf> {
    let list = list.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(list);
    let lines = list.split(|&byte| byte == b'\n');
    let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines.filter(|line| !line.trim_ascii().is_empty()).map(path_of_bytes).collect()
}

/// Paths out of a list with NUL between them, as `find -print0` writes it.
#[must_use]
pub fn split_at_nul(list: &[u8]) -> Vec<PathBuf> {
    list.split(|&byte| byte == 0).filter(|path| !path.is_empty()).map(path_of_bytes).collect()
}

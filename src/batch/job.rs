//! A job: the file to read, the file to write, and what is done in between. A frame with several outputs has
//! one for each.

use std::path::PathBuf;
use std::sync::Arc;

use crate::batch::scene::Assigned;
use crate::error::{Error, ErrorKind, Warning};
use crate::recipe::Recipe;
use crate::template::Template;

/// One frame's order.
#[derive(Debug, Clone)]
pub struct Job {
    /// The file to read.
    pub input: PathBuf,
    /// The file to write.
    pub output: PathBuf,
    /// What to do.
    pub recipe: Arc<Recipe>,
    /// The XMP file beside it.
    pub sidecar: Option<PathBuf>,
    /// The RAW file that it was made from by the camera.
    pub raw: Option<PathBuf>,
    /// Fields that rule over those of the file, by name: from the table, from `--set`.
    pub fields: Fields,
    /// What to draw.
    pub caption: Caption,
    /// Its place in the run, from 1.
    pub sequence: u32,
    /// Which of several outputs of its frame this is; `None` if it has one.
    pub edition: Option<Arc<str>>,
    /// The scene that it is in, and what it shares with the others in it; `None` for a frame alone.
    pub scene: Option<Assigned>,
    /// What its original held when a written plan was made; `None` if nobody looked.
    pub planned: Option<Original>,
    /// What the plan has to say about it.
    pub warnings: Vec<Warning>,
}

/// What an original held when a plan was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Original {
    /// Its length.
    pub bytes: u64,
    /// XXH3 of its bytes, 16 hexadecimal digits.
    pub hash: String,
    /// Millions of pixels; 0 if that cannot be told.
    pub megapixels: f64,
}

impl Job {
    /// An error that only this one of several outputs has says so.
    pub(in crate::batch) fn of_edition(&self, error: Error) -> Error {
        match &self.edition {
            Some(edition) if error.kind() != ErrorKind::Interrupted => {
                error.prefixed(&format!("{edition}: "))
            }
            _ => error,
        }
    }

    /// How many frames these jobs have: one that has several outputs has a job for each.
    #[must_use]
    pub fn frames(jobs: &[Self]) -> usize {
        let single = jobs.iter().filter(|job| job.edition.is_none()).count();
        let several = jobs.iter().filter(|job| job.edition.is_some()).map(|job| &job.input);
        single + several.collect::<std::collections::HashSet<_>>().len()
    }

    /// Millions of pixels of their frames, as far as their originals were looked at.
    #[must_use]
    pub fn megapixels(jobs: &[Self]) -> f64 {
        let mut seen = std::collections::HashSet::new();
        let once = jobs.iter().filter(|job| job.edition.is_none() || seen.insert(&job.input));
        once.filter_map(|job| job.planned.as_ref()).map(|original| original.megapixels).sum()
    }

    /// A job that only reads a file.
    #[must_use]
    pub fn of_file(path: &std::path::Path) -> Self {
        Self {
            input: path.to_path_buf(),
            output: PathBuf::new(),
            recipe: Arc::default(),
            sidecar: None,
            raw: None,
            fields: Fields::default(),
            caption: Caption::None,
            sequence: 1,
            edition: None,
            scene: None,
            planned: None,
            warnings: Vec::new(),
        }
    }
}

/// Fields from outside of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    /// From the table's line, name and text.
    pub table: Vec<(String, String)>,
    /// From `--set`, name and text.
    pub set: Vec<(String, String)>,
}

/// What a frame's caption is made of.
#[derive(Debug, Clone, Default)]
pub enum Caption {
    /// No caption.
    #[default]
    None,
    /// A finished text, from the table: drawn as is.
    Text(String),
    /// A template, filled in from the frame's fields.
    Template(Arc<Template>),
}

//! A whole shoot: which frames, under which names, on how many workers, in how much memory, and what
//! came of each.
//!
//! [`find`] finds the frames, [`plan`] gives each its recipe, fields and output name, and
//! [`Batch::run`] develops them. No pixel is touched here and nothing is printed.

mod disk;
mod memory;
mod plan;
mod run;
mod stop;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use disk::folder::{free_bytes, prepare_folder};
pub use disk::hash::hash;
pub use disk::journal::{Chosen, Entry, JOURNAL, Name, Record};
pub use disk::read::read_bytes;
pub(crate) use disk::write::write_whole;
pub use disk::write::{Sync, TEMPORARY_PREFIX};
pub use memory::bomb::refuse_bomb;
pub use memory::machine::machine_bytes;
pub use plan::captions::{Captions, Line};
pub use plan::check::{captions, lacking};
pub use plan::inputs::{FOLDER_FILES, Found, Input, find, split_at_nul};
pub use plan::names::format_of_name;
pub use plan::{Order, Plan, Root, Target, plan, plan_to_read};
pub use run::existing::Foreseen;
pub use run::frame::{Done, Surveyed, read_fields};
pub use stop::Stop;

use crate::error::{Error, Warning};
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
    /// Fields that rule over those of the file, by name: from the table, from `--set`.
    pub fields: Fields,
    /// What to draw.
    pub caption: Caption,
    /// Its place in the run, from 1.
    pub sequence: u32,
    /// What the plan has to say about it.
    pub warnings: Vec<Warning>,
}

impl Job {
    /// A job that only reads a file.
    #[must_use]
    pub fn of_file(path: &std::path::Path) -> Self {
        Self {
            input: path.to_path_buf(),
            output: PathBuf::new(),
            recipe: Arc::default(),
            fields: Fields::default(),
            caption: Caption::None,
            sequence: 1,
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
    /// A finished text, from the table: drawn as it stands.
    Text(String),
    /// A template, filled in from the frame's fields.
    Template(Arc<Template>),
}

/// What happens to outputs that exist before the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Existing {
    /// They are kept and their frames skipped.
    #[default]
    Keep,
    /// They are written anew.
    Overwrite,
    /// Those are written anew that the journal knows and that are out of date: a changed original,
    /// another recipe or version. What the journal does not know, or knows as made from an original
    /// that is none of this run's, is kept.
    Resume,
    /// As [`Existing::Resume`], and what that keeps is written anew too.
    ResumeOverwrite,
}

/// How a batch is run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Frames developed at once; 0 is one for each core.
    pub jobs: usize,
    /// Bytes that all frames in flight may take.
    pub memory_bytes: u64,
    /// What happens to outputs that exist.
    pub existing: Existing,
    /// Whether damaged files are developed as far as they go.
    pub accept_damaged: bool,
    /// Whether outputs are pushed to the disk before they are reported.
    pub sync: Sync,
    /// The output folder, in which the journal is kept; `None` for no journal. It names the paths of
    /// originals.
    pub journal: Option<PathBuf>,
}

impl Default for Settings {
    /// A worker for each core, half of the memory that the machine has free.
    fn default() -> Self {
        Self {
            jobs: 0,
            memory_bytes: machine_bytes() / 2,
            existing: Existing::Keep,
            accept_damaged: false,
            sync: Sync::Full,
            journal: None,
        }
    }
}

/// What became of one frame.
#[derive(Debug)]
pub struct Outcome {
    /// Its order.
    pub job: Job,
    /// How it ended.
    pub result: Result<Status, Error>,
    /// What was done otherwise than asked.
    pub warnings: Vec<Warning>,
    /// From the first byte read to the last one written.
    pub took: Duration,
}

/// How a frame ended that did not fail.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "one a frame, and almost all are the large one")]
pub enum Status {
    /// Developed and written.
    Done(Done),
    /// Left alone: its output exists.
    Skipped,
    /// Left alone: the journal says that its output is what would be made again.
    UpToDate,
}

/// What happens while a batch runs.
#[derive(Debug)]
pub enum Event<'a> {
    /// A worker (from 0) begins a frame.
    Started {
        /// Which worker.
        worker: usize,
        /// The frame.
        job: &'a Job,
    },
    /// A worker has encoded a frame, or given it up.
    Left {
        /// Which worker.
        worker: usize,
    },
    /// A frame is through: written, skipped or failed.
    Finished(&'a Outcome),
}

/// The sums of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// Frames developed and written.
    pub done: usize,
    /// Frames left alone because their outputs exist.
    pub skipped: usize,
    /// Frames left alone because their outputs are up to date.
    pub up_to_date: usize,
    /// Frames that failed.
    pub failed: usize,
    /// Frames that were not begun because the run was stopped.
    pub unbegun: usize,
    /// Frames whose file said where it was taken.
    pub had_position: usize,
    /// Millions of pixels decoded in frames that are done.
    pub megapixels: f64,
    /// How long the run took.
    pub took: Duration,
    /// Whether the run was ended because nothing could be written.
    pub environment: bool,
    /// What was not as it should be, though no frame suffered from it.
    pub warnings: Vec<Warning>,
}

/// Frames to be developed, and how.
///
/// ```no_run
/// use longlens::batch::{Batch, Event, Order, Root, Settings, Stop, Target, find, plan};
/// use longlens::recipe::Recipe;
///
/// let out = Target::Folder("out".into());
/// let found = find(&["shoot".into()], out.folder())?;
/// let roots = [Root { recipe: Recipe::default(), captions: None }];
/// let order = Order { roots: &roots, flags: &[], set: &[], codes: None, reads: &[], out: &out };
/// let batch = Batch { jobs: plan(&found, &order)?.jobs, settings: Settings::default() };
/// let summary = batch.run(&Stop::default(), |event| {
///     if let Event::Finished(outcome) = event {
///         assert!(outcome.result.is_ok(), "{}", outcome.job.input.display());
///     }
/// });
/// assert_eq!(summary.failed, 0);
/// # Ok::<(), longlens::error::Error>(())
/// ```
#[derive(Debug)]
pub struct Batch {
    /// The frames, in the order in which they are begun.
    pub jobs: Vec<Job>,
    /// How they are run.
    pub settings: Settings,
}

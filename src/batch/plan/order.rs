//! What a run is asked to do, and the plan that results.

use std::path::{Path, PathBuf};

use crate::batch::job::Job;
use crate::batch::plan::captions::Captions;
use crate::recipe::Recipe;
use crate::template::CodeReplacements;

/// What a run is ordered to do, beside the recipe.
#[derive(Debug)]
pub struct Order<'a> {
    /// What holds for the frames of each named input, in their order.
    pub roots: &'a [Root<'a>],
    /// Settings that win over recipe and table: the flags, by name and text.
    pub flags: &'a [(String, String)],
    /// Fields that win over the table's: `--set`, by name and text.
    pub set: &'a [(String, String)],
    /// Short forms in captions and fields, written out.
    pub codes: Option<&'a CodeReplacements>,
    /// Files that the order was read from: the recipe, the table and the like. No output may be one.
    pub reads: &'a [PathBuf],
    /// Where outputs go.
    pub out: &'a Target,
}

/// What holds for the frames of one named input.
#[derive(Debug, Clone)]
pub struct Root<'a> {
    /// Settings before table and flags have their say.
    pub recipe: Recipe,
    /// The table of captions.
    pub captions: Option<&'a Captions>,
}

/// Where outputs go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Into this folder, the tree below each input folder kept.
    Folder(PathBuf),
    /// Into this one file.
    File(PathBuf),
}

impl Target {
    /// The folder that everything is written below.
    #[must_use]
    pub fn folder(&self) -> &Path {
        match self {
            Self::Folder(folder) => folder,
            Self::File(file) => match file.parent() {
                Some(parent) if !parent.as_os_str().is_empty() => parent,
                _ => Path::new("."),
            },
        }
    }
}

/// What is going to be done.
#[derive(Debug, Default)]
pub struct Plan {
    /// The frames, in order.
    pub jobs: Vec<Job>,
    /// What the user should know before: lines of the table that no frame has, and the like.
    pub notes: Vec<String>,
}

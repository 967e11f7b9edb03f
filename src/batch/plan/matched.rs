//! Which line of which table belongs to which frame; anything ambiguous is reported.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::batch::plan::captions::{Captions, Line, key};
use crate::batch::plan::inputs::Input;
use crate::batch::plan::order::Root;
use crate::error::{Error, ErrorKind, Result};

/// Lines with their frames, frames without a line.
#[derive(Debug, Default)]
pub(in crate::batch) struct Matched {
    /// Table (its address) and line number, with the paths below their input folders.
    lines: HashMap<(usize, u64), Vec<PathBuf>>,
    /// Table and path of every frame: a line that is one of them means that frame and no other.
    paths: HashSet<(usize, String)>,
    without_line: Vec<PathBuf>,
}

fn address(table: &Captions) -> usize {
    std::ptr::from_ref(table) as usize
}

impl Matched {
    /// What these frames will be asked for.
    pub(in crate::batch) fn of(inputs: &[Input], roots: &[Root]) -> Self {
        let path = |input: &Input| {
            let table = roots.get(input.root)?.captions?;
            Some((address(table), key(&input.relative.to_string_lossy())))
        };
        Self { paths: inputs.iter().filter_map(path).collect(), ..Self::default() }
    }

    /// The line of a frame, which is remembered.
    pub(in crate::batch) fn find<'a>(
        &mut self,
        table: &'a Captions,
        relative: &Path,
    ) -> Option<&'a Line> {
        let is_of_another = |line: &Line| {
            let named = key(&line.file);
            named != key(&relative.to_string_lossy())
                && self.paths.contains(&(address(table), named))
        };
        let line = table.find(relative).filter(|line| !is_of_another(line));
        match line {
            Some(line) => {
                let frames = self.lines.entry((address(table), line.number)).or_default();
                frames.push(relative.to_path_buf());
            }
            None => self.without_line.push(relative.to_path_buf()),
        }
        line
    }

    /// Lines without a frame, frames without a line.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if a line means two frames: cameras start counting again in each folder,
    /// and one of the two would get the other's caption.
    pub(in crate::batch) fn notes(&self, roots: &[Root]) -> Result<Vec<String>> {
        let mut notes = Vec::new();
        let mut seen = HashSet::new();
        for table in roots.iter().filter_map(|root| root.captions) {
            if !seen.insert(std::ptr::from_ref(table)) {
                continue;
            }
            let mut unmatched = Vec::new();
            for line in table.lines() {
                match self.lines.get(&(address(table), line.number)).map(Vec::as_slice) {
                    None | Some([]) => {
                        unmatched.push(format!("line {} ('{}')", line.number, line.file));
                    }
                    Some([_]) => {}
                    Some(frames) => return Err(means_several(line, frames)),
                }
            }
            if table.is_for_all() && !unmatched.is_empty() {
                let count = unmatched.len();
                let lines = if count == 1 { "line matches" } else { "lines match" };
                notes.push(format!(
                    "captions: {count} {lines} none of the frames: {}",
                    first_few(unmatched)
                ));
            }
        }
        let lacking = self.without_line.iter();
        let lacking: Vec<_> = lacking.map(|path| format!("'{}'", path.display())).collect();
        if !lacking.is_empty() {
            let frames = if lacking.len() == 1 { "frame has" } else { "frames have" };
            let (count, names) = (lacking.len(), first_few(lacking));
            notes.push(format!("captions: {count} {frames} no line: {names}"));
        }
        Ok(notes)
    }
}

fn means_several(line: &Line, frames: &[PathBuf]) -> Error {
    let message =
        format!("captions, line {}: '{}' matches {} frames", line.number, line.file, frames.len());
    let distinct = frames.iter().collect::<HashSet<_>>().len() == frames.len();
    let deepest = frames.iter().min_by_key(|path| Reverse(path.components().count()));
    Error::new(ErrorKind::Usage, message).with_hint(match deepest.filter(|_| distinct) {
        Some(path) => format!("give the path: {}", path.display()),
        None => "give the folder above them as the input, and paths below it in the table".into(),
    })
}

/// The first few of what a note is about: the table of a whole event has thousands of lines.
fn first_few(mut names: Vec<String>) -> String {
    const MOST: usize = 5;
    // One more takes no more room than the words that count it.
    if names.len() > MOST + 1 {
        let more = names.len() - MOST;
        names.truncate(MOST);
        names.push(format!("and {more} more"));
    }
    names.join(", ")
}

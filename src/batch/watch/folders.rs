//! The watched folders: listed when there is a reason to, and waited for while they are gone.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::batch::disk::kinds::is_named_like_a_part;
use crate::batch::disk::lines::id_of;
use crate::batch::plan::inputs::{Found, find};
use crate::batch::watch::alarm::Alarm;
use crate::error::Result;

/// Between two looks for a signal, or for a folder that comes or goes.
const TICK: Duration = Duration::from_millis(200);
/// A look may take at most a tenth of the time.
const CALM: u32 = 9;

/// Folders that are watched.
#[derive(Debug)]
pub struct Watched {
    named: Vec<PathBuf>,
    except: PathBuf,
    poll: Option<Duration>,
    alarm: Alarm,
    /// Which disk and folder each was when it was looked at last; `None` for one that was not there.
    seen: Vec<Option<Id>>,
    /// When the last look was over, and how long it took.
    looked: Option<(Instant, Duration)>,
}

/// Device and number; nothing where they are not known.
type Id = Option<(u64, u64)>;

/// That a folder went away, or is back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// It is not there any more.
    Gone(PathBuf),
    /// It is there again.
    Back(PathBuf),
}

/// What a look saw.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) found: Found,
    /// Which of the folders were there.
    pub(super) there: Vec<bool>,
}

impl Watched {
    /// Watches these folders; what lies below `except` (the output folder) does not count. `poll` is how often
    /// they are looked at; without it the system says when, where it can.
    #[must_use]
    pub fn new(named: &[PathBuf], except: &Path, poll: Option<Duration>) -> Self {
        let seen: Vec<_> = named.iter().map(|folder| id(folder)).collect();
        let alarm = alarm(named, &seen, poll);
        let (named, except) = (named.to_vec(), except.to_path_buf());
        Self { named, except, poll, alarm, seen, looked: None }
    }

    /// Waits until there is a reason to look: at most this long, and not at all if `is_over`.
    pub(super) fn wait(&mut self, at_most: Duration, is_over: &dyn Fn() -> bool) {
        let Some((last, took)) = self.looked else { return };
        let (calm, late) = (last + took * CALM, last + at_most.min(self.alarm.every()));
        let mut is_due = false;
        while !is_over() {
            let now = Instant::now();
            is_due |= now >= late || self.has_moved();
            if is_due && now >= calm {
                return;
            }
            if is_due {
                std::thread::sleep(TICK.min(calm - now));
            } else {
                is_due = self.alarm.wait(TICK.min(late - now));
            }
        }
    }

    fn has_moved(&self) -> bool {
        self.named.iter().zip(&self.seen).any(|(folder, seen)| id(folder) != *seen)
    }

    /// Looks at what is in the folders.
    pub(super) fn look(&mut self, tell: &dyn Fn(News)) -> Look {
        let begun = Instant::now();
        let now: Vec<_> = self.named.iter().map(|folder| id(folder)).collect();
        for ((folder, before), now) in self.named.iter().zip(&self.seen).zip(&now) {
            match (before, now) {
                (Some(_), None) => tell(News::Gone(folder.clone())),
                (None, Some(_)) => tell(News::Back(folder.clone())),
                _ => {}
            }
        }
        if now != self.seen {
            self.alarm = alarm(&self.named, &now, self.poll);
            self.seen = now;
        }
        let there: Vec<bool> = self.seen.iter().map(Option::is_some).collect();
        let look = match self.found(&there) {
            Ok(found) => Look { found, there },
            // It went between the two.
            Err(_) => Look { found: Found::default(), there: vec![false; there.len()] },
        };
        self.looked = Some((Instant::now(), begun.elapsed()));
        look
    }

    fn found(&self, there: &[bool]) -> Result<Found> {
        let roots: Vec<usize> = (0..there.len()).filter(|&root| there[root]).collect();
        let named: Vec<PathBuf> = roots.iter().map(|&root| self.named[root].clone()).collect();
        let mut found = find(&named, &self.except)?;
        found.inputs.retain(|input| !is_named_like_a_part(&input.path));
        for input in &mut found.inputs {
            input.root = roots[input.root];
        }
        Ok(found)
    }
}

fn alarm(named: &[PathBuf], seen: &[Option<Id>], poll: Option<Duration>) -> Alarm {
    let there = named.iter().zip(seen).filter(|(_, seen)| seen.is_some());
    Alarm::set(&there.map(|(folder, _)| folder.as_path()).collect::<Vec<_>>(), poll)
}

/// Which folder a name means now: after a card was put in again, or another one, it is another folder.
fn id(folder: &Path) -> Option<Id> {
    let folder = fs::metadata(folder).ok().filter(fs::Metadata::is_dir)?;
    Some(id_of(&folder))
}

//! What is known about each file that arrived, and which files are ready to be developed.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::batch::plan::inputs::{Found, Input};
use crate::batch::plan::raws::RawSource;
use crate::batch::watch::folders::{Look, News, Watched};
use crate::batch::watch::partners::{may_be_replaced, name, paired};
use crate::error::{Error, ErrorKind};

/// Most frames that are developed in one go: what was said of the watch meanwhile waits for them.
const MOST: usize = 256;
/// How much longer than other frames one waits that may get a partner.
const FOR_PARTNER: u32 = 5;
/// Between two looks while files are arriving.
const SOON: Duration = Duration::from_millis(500);

/// When files are ready.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// How long size and time must not have changed.
    pub settle: Duration,
    /// How long an incomplete file may stay unchanged before it counts as failed.
    pub patience: Duration,
    /// What RAW files are developed from.
    pub raw: RawSource,
}

/// The files that arrived.
#[derive(Debug)]
pub struct Arrivals {
    rules: Rules,
    records: HashMap<PathBuf, Record>,
    /// What the last look saw, and when.
    last: Option<(Instant, Found)>,
    /// What was given out to be developed.
    given: Vec<PathBuf>,
}

/// What is known of a file.
#[derive(Debug)]
struct Record {
    root: usize,
    /// Length and time of its content.
    seen: (u64, SystemTime),
    /// Since when it has been that.
    since: Instant,
    /// What it was when it was given out.
    given: (u64, SystemTime),
    state: State,
    is_there: bool,
    /// Whether it was there at the look before.
    was_there: bool,
}

#[derive(Debug)]
enum State {
    /// It is new, or has changed.
    New,
    /// It is being developed.
    Given,
    /// It could not be read whole, which may change.
    Tried(Box<Error>),
    /// It is done with.
    Over,
}

/// Frames that can be developed.
#[derive(Debug)]
pub struct Ready {
    /// The frames.
    pub found: Found,
    /// Whether this is their last try.
    pub is_last_try: bool,
}

/// What is not developed when the watch ends.
#[derive(Debug, Default)]
pub struct Left {
    /// Files that were not tried.
    pub untried: Vec<PathBuf>,
    /// Files that could not be read whole, each with its reason.
    pub tried: Vec<Error>,
    /// What the last look found beside the frames.
    pub found: Found,
}

impl Arrivals {
    /// Nothing yet.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self { rules, records: HashMap::new(), last: None, given: Vec::new() }
    }

    /// Looks at the folders whenever there is a reason to, until `is_over`; `tell` hears of folders that go
    /// and come back.
    pub fn keep_up(
        arrivals: &Mutex<Self>,
        watched: &mut Watched,
        is_over: &dyn Fn() -> bool,
        tell: &dyn Fn(News),
    ) {
        while !is_over() {
            let look = watched.look(tell);
            let mut known = arrivals.lock().unwrap_or_else(PoisonError::into_inner);
            known.see(look, Instant::now());
            let again = known.look_again();
            drop(known);
            watched.wait(again, is_over);
        }
    }

    /// How soon a look may show something by the time alone.
    fn look_again(&self) -> Duration {
        let is_waiting = |record: &Record| match record.state {
            State::New | State::Tried(_) => record.is_there,
            State::Given | State::Over => false,
        };
        match self.records.values().any(is_waiting) {
            true => SOON.min(self.rules.settle),
            false => Duration::MAX,
        }
    }

    fn see(&mut self, look: Look, now: Instant) {
        let Look { found, there } = look;
        for record in self.records.values_mut() {
            record.was_there = std::mem::replace(&mut record.is_there, false);
        }
        for input in &found.inputs {
            let Some(seen) = stamp(&input.path) else { continue };
            match self.records.get_mut(&input.path) {
                Some(record) => record.see(seen, now),
                None => {
                    let record = Record::new(input, seen, now);
                    self.records.insert(input.path.clone(), record);
                }
            }
        }
        // A name that is gone from a folder that is there was one for a while: of a file that was being copied,
        // and perhaps was tried too soon.
        let is_gone = |record: &Record| !record.is_there && there.get(record.root) == Some(&true);
        let is_waiting = |record: &Record| matches!(record.state, State::New | State::Tried(_));
        self.records.retain(|_, record| !is_gone(record) || !is_waiting(record));
        self.last = Some((now, found));
    }

    /// What can be developed now.
    pub fn take(&mut self) -> Option<Ready> {
        self.take_for_the(false).or_else(|| self.take_for_the(true))
    }

    fn take_for_the(&mut self, last: bool) -> Option<Ready> {
        let (now, found) = self.last.as_ref()?;
        let (now, Rules { settle, patience, raw }) = (*now, self.rules);
        let still = |path: &Path| {
            let record = self.records.get(path)?;
            (record.is_there && record.state.is_for_the(last))
                .then(|| now.saturating_duration_since(record.since))
        };
        let least = if last { patience } else { settle };
        let names = found.inputs.iter().map(|input| input.path.as_path());
        let names = names.filter(|path| still(path).is_some_and(|still| still >= least));
        let names: HashSet<String> = names.map(name).collect();
        if names.is_empty() {
            return None;
        }
        let mut found = found.clone();
        let without = paired(&mut found, &names, raw);
        let raws = std::mem::take(&mut found.raws.by_picture);
        let is_ready = |input: &Input| {
            let Some(still) = still(&input.path) else { return false };
            let partner = raws.get(&input.path).or_else(|| {
                raws.iter().find(|(_, raw)| **raw == input.path).map(|(picture, _)| picture)
            });
            let needed = match partner {
                None if may_be_replaced(input, raw) && !last => least * FOR_PARTNER,
                _ => least,
            };
            let partner = partner.and_then(|partner| self.records.get(partner));
            let has_partner = partner.is_none_or(|partner| {
                matches!(partner.state, State::Over | State::Given)
                    || now.saturating_duration_since(partner.since) >= settle
            });
            still >= needed && has_partner
        };
        found.inputs.retain(is_ready);
        found.inputs.truncate(MOST);
        found.raws.by_picture = raws;
        // Their partners are developed instead.
        for path in without {
            if let Some(record) = self.records.get_mut(&path) {
                record.state = State::Over;
            }
        }
        for input in &found.inputs {
            if let Some(record) = self.records.get_mut(&input.path) {
                (record.state, record.given) = (State::Given, record.seen);
                self.given.push(input.path.clone());
            }
        }
        (!found.inputs.is_empty()).then_some(Ready { found, is_last_try: last })
    }

    /// Whether an error may be gone when the file has changed, or the disk is back.
    #[must_use]
    pub fn may_pass(error: &Error) -> bool {
        matches!(error.kind(), ErrorKind::Damaged | ErrorKind::Unreadable | ErrorKind::Unsupported)
    }

    /// A file could not be read whole: it comes again when it has changed, or for a last try.
    pub fn try_again(&mut self, path: &Path, error: &Error) {
        if let Some(record) = self.records.get_mut(path) {
            record.state = State::Tried(Box::new(error.clone().about(path)));
        }
    }

    /// A file was not begun.
    pub fn give_back(&mut self, path: &Path) {
        if let Some(record) = self.records.get_mut(path) {
            record.state = State::New;
        }
    }

    /// What was given out has been developed, but for what was tried in vain or given back.
    pub fn developed(&mut self) {
        for path in std::mem::take(&mut self.given) {
            let Some(record) = self.records.get_mut(&path) else { continue };
            if record.seen != record.given {
                record.state = State::New;
            } else if matches!(record.state, State::Given) {
                record.state = State::Over;
            }
        }
    }

    /// What is not developed.
    #[must_use]
    pub fn end(self) -> Left {
        let mut left = Left::default();
        for (path, record) in self.records {
            match record.state {
                State::New | State::Given => left.untried.push(path),
                State::Tried(error) => left.tried.push(*error),
                State::Over => {}
            }
        }
        left.untried.sort();
        left.tried.sort_by(|a, b| a.path().cmp(&b.path()));
        left.found = self.last.map(|(_, found)| found).unwrap_or_default();
        left
    }
}

impl Record {
    fn new(input: &Input, seen: (u64, SystemTime), now: Instant) -> Self {
        let root = input.root;
        let state = State::New;
        Self { root, seen, since: now, given: seen, state, is_there: true, was_there: false }
    }

    fn see(&mut self, seen: (u64, SystemTime), now: Instant) {
        self.is_there = true;
        let is_same = self.seen == seen;
        if is_same && self.was_there {
            return;
        }
        (self.seen, self.since) = (seen, now);
        match self.state {
            // Of a card that is put in again what was done is done.
            State::Over if is_same => {}
            State::Given => {}
            _ => self.state = State::New,
        }
    }
}

impl State {
    /// Whether a file in this state gets its first try, or its last one.
    fn is_for_the(&self, last: bool) -> bool {
        match self {
            Self::New => !last,
            Self::Tried(_) => last,
            Self::Given | Self::Over => false,
        }
    }
}

fn stamp(path: &Path) -> Option<(u64, SystemTime)> {
    let file = fs::metadata(path).ok()?;
    Some((file.len(), file.modified().ok()?))
}

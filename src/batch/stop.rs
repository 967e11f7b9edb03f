//! The request to end a run early: because of a signal, or because the disk is full.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tempfile::NamedTempFile;

use crate::error::{Error, ErrorKind};

/// Set once by whoever wants the run to end; looked at between any two steps of a frame.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    wish: Arc<AtomicUsize>,
    /// The wish that no further frame is begun, as a signal's number.
    closing: Arc<AtomicUsize>,
    /// What a sudden end would leave.
    left: Arc<Mutex<Left>>,
}

/// What a frame ends with that is not begun or not finished because the run was stopped.
pub(in crate::batch) fn stopped() -> Error {
    Error::new(ErrorKind::Interrupted, "the run was stopped")
}

#[derive(Debug, Default)]
struct Left {
    /// The output that is being written.
    temporary: Option<PathBuf>,
    /// Claims on frames.
    claims: BTreeSet<PathBuf>,
}

impl Stop {
    /// A number that is not a signal: the output cannot be written.
    const ENVIRONMENT: usize = usize::MAX;

    /// The flag itself: a signal's number is stored in it by the signal's own handler.
    #[must_use]
    pub fn flag(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.wish)
    }

    /// Whether to end.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.wish.load(Ordering::Relaxed) != 0
    }

    /// The flag that lets frames in flight come to their end and none be begun.
    #[must_use]
    pub fn closing_flag(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.closing)
    }

    /// Whether no further frame is to be begun.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.is_set() || self.closing.load(Ordering::Relaxed) != 0
    }

    /// The signal that wants it, if one does.
    #[must_use]
    pub fn signal(&self) -> Option<usize> {
        Some(self.wish.load(Ordering::Relaxed)).filter(|&n| n != 0 && n != Self::ENVIRONMENT)
    }

    /// Takes away the temporary file of a frame that is being written and the claims on frames, and lets
    /// no other begin: to be called when the program ends without waiting for its workers. Outputs stay whole.
    pub fn abandon(&self) {
        let mut left = self.left();
        for path in left.temporary.take().iter().chain(&left.claims) {
            // Gone already if it has just got its name.
            let _ = std::fs::remove_file(path);
        }
        // For good: the next one to write waits here until the program has ended.
        std::mem::forget(left);
    }

    /// Ends the run because nothing can be written any more.
    pub(in crate::batch) fn set_environment(&self) {
        // A signal that came first keeps its word.
        let _ =
            self.wish.compare_exchange(0, Self::ENVIRONMENT, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Makes a temporary file, and notes its path.
    pub(in crate::batch) fn leaving(
        &self,
        make: impl FnOnce() -> io::Result<NamedTempFile>,
    ) -> io::Result<NamedTempFile> {
        let mut left = self.left();
        let made = make()?;
        left.temporary = Some(made.path().to_path_buf());
        Ok(made)
    }

    /// It has its name, or is gone.
    pub(in crate::batch) fn leaves_nothing(&self) {
        self.left().temporary = None;
    }

    /// Makes a claim, and notes its path if it was made.
    pub(in crate::batch) fn claiming<T>(
        &self,
        path: &Path,
        make: impl FnOnce() -> io::Result<Option<T>>,
    ) -> io::Result<Option<T>> {
        let mut left = self.left();
        let made = make()?;
        if made.is_some() {
            left.claims.insert(path.to_path_buf());
        }
        Ok(made)
    }

    /// Gives a claim up.
    pub(in crate::batch) fn unclaims(&self, path: &Path, give_up: impl FnOnce()) {
        let mut left = self.left();
        give_up();
        left.claims.remove(path);
    }

    fn left(&self) -> MutexGuard<'_, Left> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

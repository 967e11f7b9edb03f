//! The wish to end a run early: by a signal, or because the disk is full.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tempfile::NamedTempFile;

/// Set once by whoever wants the run to end; looked at between any two steps of a frame.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    wish: Arc<AtomicUsize>,
    /// The temporary file that a sudden end would leave.
    left: Arc<Mutex<Option<PathBuf>>>,
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

    /// The signal that wants it, if one does.
    #[must_use]
    pub fn signal(&self) -> Option<usize> {
        Some(self.wish.load(Ordering::Relaxed)).filter(|&n| n != 0 && n != Self::ENVIRONMENT)
    }

    /// Takes away the temporary file of a frame that is being written, and lets no other begin: to
    /// be called when the program ends without waiting for its workers. Outputs stay whole.
    pub fn abandon(&self) {
        let mut left = self.left();
        if let Some(path) = left.take() {
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
        *left = Some(made.path().to_path_buf());
        Ok(made)
    }

    /// It has its name, or is gone.
    pub(in crate::batch) fn leaves_nothing(&self) {
        *self.left() = None;
    }

    fn left(&self) -> MutexGuard<'_, Option<PathBuf>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

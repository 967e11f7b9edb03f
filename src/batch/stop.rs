//! The wish to end a run early: by a signal, or because the disk is full.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Set once by whoever wants the run to end; looked at between any two steps of a frame.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicUsize>);

impl Stop {
    /// A number that is not a signal: the output cannot be written.
    const ENVIRONMENT: usize = usize::MAX;

    /// The flag itself: a signal's number is stored in it by the signal's own handler.
    #[must_use]
    pub fn flag(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.0)
    }

    /// Whether to end.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }

    /// The signal that wants it, if one does.
    #[must_use]
    pub fn signal(&self) -> Option<usize> {
        Some(self.0.load(Ordering::Relaxed)).filter(|&n| n != 0 && n != Self::ENVIRONMENT)
    }

    /// Ends the run because nothing can be written any more.
    pub(super) fn set_environment(&self) {
        // A signal that came first keeps its word.
        let _ = self.0.compare_exchange(0, Self::ENVIRONMENT, Ordering::Relaxed, Ordering::Relaxed);
    }
}

//! A run's deadline: whether there is time to begin one more frame.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind};

/// When the run has to be over, and how long its frames take.
#[derive(Debug)]
pub(in crate::batch) struct Pace {
    until: Option<Instant>,
    /// The longest that a worker had a frame so far, in milliseconds.
    longest_ms: AtomicU64,
}

impl Pace {
    /// From now on.
    pub(in crate::batch) fn new(deadline: Option<Duration>) -> Self {
        let until = deadline.and_then(|deadline| Instant::now().checked_add(deadline));
        Self { until, longest_ms: AtomicU64::new(0) }
    }

    /// A frame was developed in this time.
    pub(in crate::batch) fn took(&self, time: Duration) {
        let ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.longest_ms.fetch_max(ms, Ordering::Relaxed);
    }

    /// Whether a frame that is admitted now should be done in time: it may wait for another before it takes
    /// as long itself.
    pub(in crate::batch) fn has_time(&self) -> bool {
        let Some(until) = self.until else { return true };
        let longest = Duration::from_millis(self.longest_ms.load(Ordering::Relaxed));
        until.saturating_duration_since(Instant::now()) > 2 * longest
    }

    /// What a frame ends with that was not begun in time.
    pub(in crate::batch) fn late() -> Error {
        Error::new(ErrorKind::Interrupted, "not begun: the deadline was too near")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_begun_if_two_like_the_longest_would_be_done() {
        let hour = Duration::from_secs(3600);
        let pace = Pace::new(Some(hour));
        assert!(pace.has_time());
        pace.took(hour / 4);
        assert!(pace.has_time());
        pace.took(hour * 2 / 3);
        pace.took(Duration::from_secs(1));
        assert!(!pace.has_time());
        let free = Pace::new(None);
        free.took(hour);
        assert!(free.has_time());
    }
}

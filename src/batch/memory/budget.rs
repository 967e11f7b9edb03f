//! The memory of a run, in bytes: frames wait until their share is free.
//!
//! Only the calling thread waits here, never a worker, so a frame that has its share can always be
//! finished and give it back.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// So many bytes for all frames in flight.
#[derive(Debug)]
pub(in crate::batch) struct Budget {
    limit_bytes: u64,
    used_bytes: Mutex<u64>,
    freed: Condvar,
}

/// Bytes taken out of a budget; dropping it gives them back.
#[derive(Debug)]
pub(in crate::batch) struct Share {
    budget: Arc<Budget>,
    bytes: u64,
}

impl Budget {
    /// A budget of this many bytes.
    #[must_use]
    pub(in crate::batch) fn new(limit_bytes: u64) -> Arc<Self> {
        Arc::new(Self { limit_bytes, used_bytes: Mutex::new(0), freed: Condvar::new() })
    }

    /// All of it, in bytes.
    #[must_use]
    pub(in crate::batch) fn limit_bytes(&self) -> u64 {
        self.limit_bytes
    }

    /// Waits until this many bytes are free and takes them. More than the whole budget waits until
    /// nothing else is in use: such a frame runs alone.
    pub(in crate::batch) fn take(self: &Arc<Self>, bytes: u64) -> Share {
        self.wait_beside(0, bytes);
        Share { budget: Arc::clone(self), bytes }
    }

    /// Bytes that are taken now.
    #[must_use]
    pub(in crate::batch) fn used_bytes(&self) -> u64 {
        *self.used()
    }

    /// Waits until nothing but this share is taken.
    pub(in crate::batch) fn wait_until_alone(&self, share: &Share) {
        let mut used = self.used();
        while *used > share.bytes {
            used = self.freed.wait(used).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn wait_beside(&self, own: u64, bytes: u64) {
        let mut used = self.used();
        while *used > own && used.saturating_add(bytes) > self.limit_bytes {
            used = self.freed.wait(used).unwrap_or_else(PoisonError::into_inner);
        }
        *used += bytes;
    }

    fn used(&self) -> MutexGuard<'_, u64> {
        // A number is whole whatever its last holder did.
        self.used_bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share {
    /// How many bytes it is.
    #[must_use]
    pub(in crate::batch) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Waits until this many more bytes are free, or nothing else is in use, and takes them too.
    /// Only who admits may call it.
    pub(in crate::batch) fn add(&mut self, bytes: u64) {
        self.budget.wait_beside(self.bytes, bytes);
        self.bytes += bytes;
    }

    /// A share of this many of its bytes, at most all.
    pub(in crate::batch) fn split(&mut self, bytes: u64) -> Self {
        let bytes = bytes.min(self.bytes);
        self.bytes -= bytes;
        Self { budget: Arc::clone(&self.budget), bytes }
    }

    /// Gives back what is above this many bytes.
    pub(in crate::batch) fn shrink_to(&mut self, bytes: u64) {
        let surplus = self.bytes.saturating_sub(bytes);
        self.bytes -= surplus;
        *self.budget.used() -= surplus;
        self.budget.freed.notify_all();
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.shrink_to(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_waits_until_there_is_room_and_a_giant_runs_alone() {
        let budget = Budget::new(100);
        let first = budget.take(60);
        let second = budget.take(40);
        assert_eq!(budget.used_bytes(), 100);
        let waiting = std::thread::spawn({
            let budget = Arc::clone(&budget);
            move || budget.take(1000).bytes
        });
        std::thread::sleep(std::time::Duration::from_millis(30));
        assert!(!waiting.is_finished(), "a frame larger than all has to wait for the others");
        drop((first, second));
        assert_eq!(waiting.join().unwrap(), 1000);
        assert_eq!(budget.used_bytes(), 0);
    }

    #[test]
    fn a_share_that_grows_beyond_the_budget_does_not_wait_for_itself() {
        let budget = Budget::new(100);
        let mut share = budget.take(30);
        share.add(500);
        assert_eq!(budget.used_bytes(), 530);
        drop(share);
        assert_eq!(budget.used_bytes(), 0);
    }
}

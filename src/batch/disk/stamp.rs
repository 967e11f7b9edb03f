//! Size and times of a file. If they have not changed, neither has its content since it was last
//! read.
//!
//! The time of the last change of content and, on Unix, that of the last change of the file's record, which no
//! program can set: the second reveals a copy that keeps the first. A file that is moved or copied to another
//! disk gets a different stamp, and is read again.

use std::fs::Metadata;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

/// Bytes, and nanoseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp(u64, i64, i64);

/// An original that was changed this short a time ago may be changed again within one tick of the
/// disk's clock: two seconds on FAT, the coarsest.
const SETTLED: Duration = Duration::from_secs(2);

impl Stamp {
    /// The stamp of a file.
    pub(in crate::batch) fn of(file: &Metadata) -> Option<Self> {
        Some(Self(file.len(), since_1970(file.modified().ok()?)?, changed(file)))
    }

    /// The stamp of a file that nobody is writing any more, by its time.
    pub(in crate::batch) fn of_settled(file: &Metadata) -> Option<Self> {
        let age = SystemTime::now().duration_since(file.modified().ok()?).ok()?;
        if age < SETTLED { None } else { Self::of(file) }
    }
}

fn since_1970(time: SystemTime) -> Option<i64> {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).ok(),
        Err(before) => i64::try_from(before.duration().as_nanos()).ok().map(|nanos| -nanos),
    }
}

#[cfg(unix)]
fn changed(file: &Metadata) -> i64 {
    use std::os::unix::fs::MetadataExt;
    file.ctime().saturating_mul(1_000_000_000).saturating_add(file.ctime_nsec())
}

#[cfg(not(unix))]
fn changed(_: &Metadata) -> i64 {
    0
}

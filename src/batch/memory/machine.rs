//! How much memory is available: to the machine, to its control group, and in the address space.
//!
//! A failed allocation aborts a Rust program, so a fallible one is tried before a frame is admitted
//! ([`fits`]). That matters where the address space is limited (`ulimit -v`); elsewhere the budget
//! makes frames wait long before that.

/// Bytes that the machine has free, or that the control group of the program may have at all.
///
/// Linux: the smaller of `MemAvailable` of `/proc/meminfo` and `memory.max` of cgroup v2, of which what
/// the group has in use is not taken off; elsewhere, and where neither can be read, 4 GiB.
#[must_use]
pub fn machine_bytes() -> u64 {
    let read = |path: &str| std::fs::read_to_string(path).ok();
    let available = read("/proc/meminfo").and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("MemAvailable:"))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
    });
    let group = read("/sys/fs/cgroup/memory.max").and_then(|text| text.trim().parse().ok());
    match (available, group) {
        (Some(a), Some(b)) => a.min(b),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => 4 << 30,
    }
}

/// Address space that is left to the program, in bytes; `None` if it is not limited, or not known.
///
/// Linux: the soft limit in `/proc/self/limits`, less what `/proc/self/statm` says is in use.
#[must_use]
pub(in crate::batch) fn address_space_left() -> Option<u64> {
    /// Bytes of a page; larger on some ARM and POWER machines, where less is subtracted here.
    const PAGE_BYTES: u64 = 4096;
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max address space"))?;
    let limit: u64 = line.split_whitespace().next()?.parse().ok()?;
    let used = std::fs::read_to_string("/proc/self/statm").ok()?;
    let used: u64 = used.split_whitespace().next()?.parse().ok()?;
    Some(limit.saturating_sub(used * PAGE_BYTES))
}

/// Bytes that stay free beside the frames: fonts, tables, stacks, what the allocator loses.
pub(in crate::batch) const ASIDE_BYTES: u64 = 48 << 20;

/// Bytes of address space that a thread takes with its stack and its part of the heap (glibc
/// reserves 64 MiB for each, and asks for twice that while it aligns them).
const THREAD_BYTES: u64 = 136 << 20;

/// How many of these workers the address space has room for, at least one.
#[must_use]
pub(in crate::batch) fn workers_that_fit(workers: usize) -> usize {
    match address_space_left() {
        // Half for threads, half for frames.
        Some(left) => workers.min((left / 2 / THREAD_BYTES) as usize).max(1),
        None => workers,
    }
}

/// Bytes that frames may be promised together: all that they may take, or half of the address space
/// that is left where that is limited. The other half is for what the allocator cannot use; a frame
/// that needs more than the half is developed alone.
#[must_use]
pub(in crate::batch) fn together(most_bytes: u64) -> u64 {
    address_space_left().map_or(most_bytes, |left| most_bytes.min(left / 2))
}

/// Lets the calling thread take what the allocator sets aside for it. Under tight limits (`ulimit -v`) 70 runs
/// instead of 66 ended with the frames or a reason rather than an abort.
pub(in crate::batch) fn settle() {
    drop(std::hint::black_box(vec![0_u8; 64]));
}

/// Whether so many bytes can be had now, in one piece; they are given back at once. No page is
/// touched, so this costs two system calls.
#[must_use]
pub(in crate::batch) fn fits(bytes: u64) -> bool {
    let Ok(bytes) = usize::try_from(bytes.saturating_add(ASIDE_BYTES)) else { return false };
    let tried = Vec::<u8>::new().try_reserve_exact(std::hint::black_box(bytes));
    std::hint::black_box(tried).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_machine_has_does_not_fit() {
        assert!(fits(1 << 20));
        assert!(!fits(1 << 60));
        assert!(!fits(u64::MAX));
        assert!(machine_bytes() > 1 << 26);
    }
}

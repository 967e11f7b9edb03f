//! What wakes a watch: the system's events, or a timer where there are none.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

/// Between two looks at folders of whose changes nothing is heard.
const POLL: Duration = Duration::from_secs(2);
/// Between two looks at the others, in case something was not heard.
const SAFETY: Duration = Duration::from_secs(30);

/// An alarm that rings when something happens in folders.
#[derive(Debug)]
pub(super) struct Alarm {
    _watcher: Option<RecommendedWatcher>,
    rung: Receiver<()>,
    /// Kept, so that the channel stays open where there is no watcher.
    _ring: SyncSender<()>,
    /// The longest time between two looks.
    every: Duration,
}

impl Alarm {
    /// Rings for changes in these folders; `poll` is how often somebody wants to look instead.
    pub(super) fn set(folders: &[&Path], poll: Option<Duration>) -> Self {
        // One ring more than the one that is being answered says all.
        let (ring, rung) = sync_channel(1);
        let watcher = match poll.is_some() || folders.iter().any(|folder| is_remote(folder)) {
            true => None,
            false => watcher(folders, ring.clone()).ok(),
        };
        let every = poll.unwrap_or(if watcher.is_some() { SAFETY } else { POLL });
        Self { _watcher: watcher, rung, _ring: ring, every }
    }

    /// The longest time between two looks.
    pub(super) fn every(&self) -> Duration {
        self.every
    }

    /// Waits for the alarm; whether it rang.
    pub(super) fn wait(&self, at_most: Duration) -> bool {
        self.rung.recv_timeout(at_most).is_ok()
    }
}

fn watcher(folders: &[&Path], ring: SyncSender<()>) -> notify::Result<RecommendedWatcher> {
    let heard = move |event: notify::Result<Event>| {
        let is_reading = event.is_ok_and(|event| {
            let written = EventKind::Access(AccessKind::Close(AccessMode::Write));
            event.kind.is_access() && event.kind != written
        });
        if !is_reading {
            // Full: it rings already.
            let _ = ring.try_send(());
        }
    };
    let mut watcher = notify::recommended_watcher(heard)?;
    for folder in folders {
        watcher.watch(folder, RecursiveMode::Recursive)?;
    }
    Ok(watcher)
}

/// Whether a folder is on another machine or a disk of a program, whose changes the system does not tell.
#[cfg(target_os = "linux")]
fn is_remote(folder: &Path) -> bool {
    /// NFS, SMB, CIFS, SMB 2, FUSE, 9P, Ceph, AFS, Coda, VirtualBox: `statfs(2)`.
    const TYPES: [u32; 10] = [
        0x6969,
        0x517B,
        0xFF53_4D42,
        0xFE53_4D42,
        0x6573_5546,
        0x0102_1997,
        0x00C3_6400,
        0x5346_414F,
        0x7375_7245,
        0x786F_4256,
    ];
    // The number is signed or not, and wider, by the machine.
    rustix::fs::statfs(folder).is_ok_and(|disk| TYPES.contains(&(disk.f_type as u32)))
}

#[cfg(not(target_os = "linux"))]
fn is_remote(_: &Path) -> bool {
    false
}

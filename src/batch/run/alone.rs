//! One small frame: developed and written on the calling thread. To start threads would take longer
//! than they save.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::sync_channel;

use crate::batch::disk::read::read_bytes;
use crate::batch::job::Job;
use crate::batch::memory::budget::Budget;
use crate::batch::memory::machine;
use crate::batch::outcome::{Event, Summary};
use crate::batch::run::admit::admitted;
use crate::batch::run::deliver::write_all;
use crate::batch::run::shared::Shared;
use crate::batch::run::work::developed;
use crate::batch::settings::Settings;
use crate::format::{self, Limits};

/// Most pixels of a small frame: some tens of milliseconds on one core.
const SMALL_PX: u64 = 1_000_000;

/// Most bytes of its file, which is read once more than others; what is longer is hardly small.
const SMALL_BYTES: u64 = 2_000_000;

/// The job, if it is one alone and its frame is small. What cannot be read is not small.
pub(in crate::batch) fn small<'a>(jobs: &'a [Job], settings: &Settings) -> Option<&'a Job> {
    let [job] = jobs else { return None };
    std::fs::metadata(&job.input).ok().filter(|file| file.len() <= SMALL_BYTES)?;
    let memory_bytes = settings.memory_bytes;
    let limits = Limits { pixels: SMALL_PX, memory_bytes, ..Limits::default() };
    let bytes = read_bytes(&job.input, &limits).ok()?;
    format::probe(&bytes, &limits).is_ok().then_some(job)
}

/// Develops and writes it.
pub(in crate::batch) fn run(
    job: Job,
    shared: &Shared,
    tell: &(impl Fn(&Event) + std::marker::Sync),
) -> Summary {
    let (deliver, deliveries) = sync_channel(1);
    let budget = Budget::new(machine::together(shared.settings.memory_bytes));
    if let Some(admitted) = admitted(job, &budget, shared, &deliver) {
        let _ = deliver.send(developed(admitted, 0, shared, tell));
    }
    drop(deliver);
    // Its only faults are those of the report, as where the writer is a thread.
    let write = || write_all(deliveries, shared.settings, shared.stop, tell);
    catch_unwind(AssertUnwindSafe(write))
        .unwrap_or(Summary { environment: true, ..Summary::default() })
}

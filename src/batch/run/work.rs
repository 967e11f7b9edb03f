//! A worker's part of a run: one admitted frame, including any panic in it.

use std::time::Instant;

use crate::batch::outcome::Event;
use crate::batch::run::admit::{Admission, Admitted};
use crate::batch::run::deliver::{Content, Delivery};
use crate::batch::run::frame::develop_file;
use crate::batch::run::output::Finished;
use crate::batch::run::shared::Shared;
use crate::batch::stop::stopped;
use crate::error::{Result, Warning};

/// A worker's part: one frame, from its start to what goes to the writer. All of its outputs but the last go
/// there as they are finished.
pub(in crate::batch) fn developed(
    admitted: Admitted,
    worker: usize,
    shared: &Shared,
    tell: &impl Fn(&Event),
    deliver: &impl Fn(Delivery),
) -> Option<Delivery> {
    if let Some(first) = admitted.outputs.first() {
        tell(&Event::Started { worker, job: &first.job });
    }
    let begun = Instant::now();
    let last = develop_admitted(admitted, shared, deliver);
    shared.pace.took(begun.elapsed());
    tell(&Event::Left { worker });
    last
}

fn develop_admitted(
    admitted: Admitted,
    shared: &Shared,
    deliver: &impl Fn(Delivery),
) -> Option<Delivery> {
    let Admitted { outputs, file, mut begun, mut share, stamp } = admitted;
    let (mut jobs, mut beside) = (Vec::new(), Vec::new());
    for Admission { job, replaced, claim } in outputs {
        jobs.push(job);
        beside.push((replaced, claim));
    }
    let mut finished: Option<Delivery> = None;
    let mut decoded = false;
    let mut made = |i: usize, result: Result<Finished>, mut warnings: Vec<Warning>| {
        let (replaced, claim) = std::mem::take(&mut beside[i]);
        warnings.extend(replaced);
        let result = result.map(|mut file| {
            file.done.decoded = !std::mem::replace(&mut decoded, true);
            file
        });
        let share = share.split(result.as_ref().map_or(0, |file| file.bytes.capacity() as u64));
        let (job, share) = (jobs[i].clone(), Some(share));
        let result = result.map(|file| Content::File(Box::new(file)));
        let delivery = Delivery { job, result, warnings, begun, share, claim, stamp };
        if let Some(before) = finished.replace(delivery) {
            deliver(before);
        }
        // What comes next begins now.
        begun = Instant::now();
    };
    match shared.stop.is_set() {
        true => (0..jobs.len()).for_each(|i| made(i, Err(stopped()), jobs[i].warnings.clone())),
        false => develop_file(&jobs, file, shared, &mut made),
    }
    finished
}

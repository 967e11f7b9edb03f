//! A worker's part of a run: one admitted frame, whatever happens in it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use crate::batch::outcome::Event;
use crate::batch::run::admit::Admitted;
use crate::batch::run::deliver::{Content, Delivery};
use crate::batch::run::frame::develop_file;
use crate::batch::run::shared::Shared;
use crate::batch::stop::stopped;
use crate::error::{Error, ErrorKind};

/// A worker's part: one frame, from its start to what goes to the writer.
pub(in crate::batch) fn developed(
    admitted: Admitted,
    worker: usize,
    shared: &Shared,
    tell: &impl Fn(&Event),
) -> Delivery {
    tell(&Event::Started { worker, job: &admitted.job });
    let begun = Instant::now();
    let delivery = develop_admitted(admitted, shared);
    shared.pace.took(begun.elapsed());
    tell(&Event::Left { worker });
    delivery
}

/// One frame, whatever happens in it.
fn develop_admitted(admitted: Admitted, shared: &Shared) -> Delivery {
    let Admitted { job, file, mut warnings, replaced, begun, mut share, claim, stamp } = admitted;
    let developed = match shared.stop.is_set() {
        true => Err(stopped()),
        // What a panic leaves half done are this frame's own buffers, dropped with it.
        false => catch_unwind(AssertUnwindSafe(|| develop_file(&job, file, shared, &mut warnings)))
            .unwrap_or_else(|_| {
                Err(Error::new(ErrorKind::Internal, "internal error while developing this frame")
                    .with_hint(
                        "please report it with the frame; the other frames are not affected",
                    ))
            }),
    };
    warnings.extend(replaced);
    share.shrink_to(developed.as_ref().map_or(0, |finished| finished.bytes.capacity() as u64));
    let result = developed.map(|finished| Content::File(Box::new(finished)));
    Delivery { job, result, warnings, begun, share: Some(share), claim, stamp }
}

//! Ctrl-C and TERM: the first ends the run in order and within two seconds, the second at once.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::batch::Stop;

/// What a shell adds to a signal's number.
pub(super) const EXIT_BASE: u8 = 128;

/// How long frames in flight may take to come to an end; two seconds are promised.
const GRACE: Duration = Duration::from_millis(1400);

/// Lets signals set `stop`. Where a handler cannot be set, the system's own way stays.
pub(super) fn listen(stop: &Stop) {
    let armed = Arc::new(AtomicBool::new(false));
    for (signal, number) in [(SIGINT, SIGINT as usize), (SIGTERM, SIGTERM as usize)] {
        let code = i32::from(EXIT_BASE) + signal;
        // In this order: a signal that finds the flag armed ends the program before it arms it.
        let _ = flag::register_conditional_shutdown(signal, code, Arc::clone(&armed))
            .and_then(|_| flag::register(signal, Arc::clone(&armed)))
            .and_then(|_| flag::register_usize(signal, stop.flag(), number));
    }
    #[cfg(unix)]
    {
        // A file that may not grow is an error like a full disk, not a death.
        let _ = flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
        let stop = stop.clone();
        // Without it a large frame may delay the end; nothing else changes.
        let _ =
            std::thread::Builder::new().name("signals".into()).spawn(move || end_in_time(&stop));
    }
}

/// Waits for a signal, then for the run to end by itself, and ends the program if it has not.
#[cfg(unix)]
fn end_in_time(stop: &Stop) {
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else { return };
    let Some(signal) = signals.forever().next() else { return };
    std::thread::sleep(GRACE);
    stop.abandon();
    #[expect(clippy::exit, reason = "workers cannot be interrupted in the middle of a step")]
    std::process::exit(i32::from(EXIT_BASE) + signal);
}

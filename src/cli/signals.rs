//! Ctrl-C and TERM: the first ends the run in order, the second at once.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::batch::Stop;

/// What a shell adds to a signal's number.
pub(super) const EXIT_BASE: u8 = 128;

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
}

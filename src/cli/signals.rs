//! Ctrl-C and TERM: the first ends the run in order and within two seconds, the second at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::low_level::unregister;
use signal_hook::{SigId, flag};

use crate::batch::Stop;

/// What a shell adds to a signal's number.
pub(super) const EXIT_BASE: u8 = 128;

/// How long frames in flight may take to come to an end; two seconds are promised.
const GRACE: Duration = Duration::from_millis(1400);

/// What was set up for signals.
pub(super) struct Signals {
    stop: Stop,
    /// Set when the next signal is to end the program on the spot, from its own handler.
    armed: Arc<AtomicBool>,
    /// What the first signal does only as long as nobody waits for the second.
    unwatched: Vec<SigId>,
}

/// Lets signals set `stop`. Where a handler cannot be set, the system's own way stays.
pub(super) fn listen(stop: &Stop) -> Signals {
    let armed = Arc::new(AtomicBool::new(false));
    for (signal, number) in [(SIGINT, SIGINT as usize), (SIGTERM, SIGTERM as usize)] {
        let code = i32::from(EXIT_BASE) + signal;
        let _ = flag::register_conditional_shutdown(signal, code, Arc::clone(&armed))
            .and_then(|_| flag::register_usize(signal, stop.flag(), number));
    }
    #[cfg(unix)]
    {
        // A file that may not grow is an error like a full disk, not a death.
        let _ = flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
    }
    // Nobody tidies up yet: the second signal ends the program as it is.
    let unwatched = [SIGINT, SIGTERM].map(|signal| flag::register(signal, Arc::clone(&armed)));
    let unwatched = unwatched.into_iter().flatten().collect();
    Signals { stop: stop.clone(), armed, unwatched }
}

impl Signals {
    /// Sees to it from now on that a run ends in time and leaves nothing. One small frame does so
    /// by itself and is not worth the thread that this takes.
    pub(super) fn watch(&mut self) {
        if watch(&self.stop, &self.armed) {
            for id in self.unwatched.drain(..) {
                unregister(id);
            }
        }
    }
}

/// Starts to wait for signals; whether that could be done.
#[cfg(unix)]
fn watch(stop: &Stop, armed: &Arc<AtomicBool>) -> bool {
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else {
        return false;
    };
    let (stop, armed) = (stop.clone(), Arc::clone(armed));
    let wait = move || {
        let mut come = signals.forever();
        let Some(first) = come.next() else { return };
        let late = stop.clone();
        let timer = std::thread::Builder::new().name("grace".into());
        let timed = timer.spawn(move || {
            std::thread::sleep(GRACE);
            end(&late, first);
        });
        // Without a timer there is no grace.
        let second = if timed.is_ok() { come.next() } else { Some(first) };
        armed.store(true, Ordering::Relaxed);
        end(&stop, second.unwrap_or(first));
    };
    std::thread::Builder::new().name("signals".into()).spawn(wait).is_ok()
}

#[cfg(not(unix))]
fn watch(_: &Stop, _: &Arc<AtomicBool>) -> bool {
    false
}

/// Ends the program now; outputs are whole, and no temporary file stays.
#[cfg(unix)]
fn end(stop: &Stop, signal: i32) {
    stop.abandon();
    #[expect(clippy::exit, reason = "workers cannot be interrupted in the middle of a step")]
    std::process::exit(i32::from(EXIT_BASE) + signal);
}

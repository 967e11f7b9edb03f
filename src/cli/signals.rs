//! Ctrl-C, TERM and HUP (a closed terminal): the first ends the run in an orderly way within two seconds, the
//! second at once.

#[cfg(unix)]
use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
#[cfg(unix)]
use std::sync::atomic::Ordering;
#[cfg(unix)]
use std::time::Duration;

#[cfg(unix)]
use signal_hook::consts::SIGHUP;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::batch::Stop;
use crate::error::Result;
#[cfg(unix)]
use crate::error::{Error, ErrorKind};

/// What a shell adds to a signal's number.
pub(super) const EXIT_BASE: u8 = 128;

/// How long frames in flight may take to come to an end; two seconds are promised.
#[cfg(unix)]
const GRACE: Duration = Duration::from_millis(1400);

/// Lets signals set `stop`. Where a handler cannot be set, the system's own way stays.
pub(super) fn listen(stop: &Stop) {
    // Set when the next signal is to end the program on the spot, from its own handler.
    let armed = Arc::new(AtomicBool::new(false));
    for &signal in heard() {
        let number = signal as usize;
        let code = i32::from(EXIT_BASE) + signal;
        let _ = flag::register_conditional_shutdown(signal, code, Arc::clone(&armed))
            .and_then(|_| flag::register_usize(signal, stop.flag(), number));
    }
    #[cfg(unix)]
    {
        // A file that may not grow is an error like a full disk, not a death.
        let _ = flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
    }
    if !watch(stop, &armed) {
        // Nobody tidies up then: the second signal ends the program as it is.
        for &signal in heard() {
            let _ = flag::register(signal, Arc::clone(&armed));
        }
    }
}

/// Lets the first Ctrl-C or TERM end a watch when the frames in flight are done, the second at once; HUP sets
/// `read_again`.
///
/// # Errors
/// If no signals can be heard.
#[cfg(unix)]
pub(super) fn listen_in_watch(stop: &Stop, read_again: &Arc<AtomicBool>) -> Result<()> {
    let cannot =
        |e: std::io::Error| Error::io(ErrorKind::Environment, "cannot listen for signals", &e);
    let _ = flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
    let mut signals =
        signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP]).map_err(cannot)?;
    let (stop, read_again, closing) = (stop.clone(), Arc::clone(read_again), stop.closing_flag());
    let has_terminal = std::io::stderr().is_terminal();
    let hear = move || {
        for signal in signals.forever() {
            // A terminal that was closed hears nothing any more.
            let is_closed = || has_terminal && !std::io::stderr().is_terminal();
            if signal == SIGHUP && !is_closed() {
                read_again.store(true, Ordering::Relaxed);
            } else if closing.swap(signal as usize, Ordering::Relaxed) != 0 {
                end(&stop, signal);
            }
        }
    };
    std::thread::Builder::new().name("signals".into()).spawn(hear).map_err(cannot)?;
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn listen_in_watch(stop: &Stop, _: &Arc<AtomicBool>) -> Result<()> {
    for &signal in heard() {
        let _ = flag::register_usize(signal, stop.closing_flag(), signal as usize);
    }
    Ok(())
}

/// The signals that end a run. A HUP that whoever started the program had it ignore (`nohup`) stays
/// ignored; where that is not known, it is heard.
#[cfg(unix)]
fn heard() -> &'static [i32] {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    match ignored.is_some_and(|mask| mask >> (SIGHUP - 1) & 1 == 1) {
        true => &[SIGINT, SIGTERM],
        false => &[SIGINT, SIGTERM, SIGHUP],
    }
}

#[cfg(not(unix))]
fn heard() -> &'static [i32] {
    &[SIGINT, SIGTERM]
}

/// Starts to wait for signals; whether that could be done.
#[cfg(unix)]
fn watch(stop: &Stop, armed: &Arc<AtomicBool>) -> bool {
    let Ok(mut signals) = signal_hook::iterator::Signals::new(heard()) else {
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
        // Without a timer the program ends at once.
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

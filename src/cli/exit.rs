//! Exit codes: how the program ended, for scripts.

use crate::error::{Error, ErrorKind};

/// All frames are done.
pub(super) const DONE: u8 = 0;
/// Some frames failed.
pub(super) const SOME_FAILED: u8 = 1;
/// An invalid command line, recipe or table; nothing was written.
pub(super) const USAGE: u8 = 2;
/// The run could not go on: disk full, folder not writable, a fault of longlens itself.
pub(super) const ENVIRONMENT: u8 = 3;
/// Of a plan: what is not done may be done by another try (`EX_TEMPFAIL` of sysexits.h).
pub(super) const TRY_AGAIN: u8 = 75;

/// The code of a command in which this error made a frame fail.
pub(super) fn of_frame(error: &Error) -> u8 {
    if error.kind() == ErrorKind::Environment { ENVIRONMENT } else { SOME_FAILED }
}

//! What std does before main, done here because the C library calls this program's main directly.

use std::fs::OpenOptions;
use std::os::fd::{AsFd, BorrowedFd, IntoRawFd};
use std::sync::Arc;

/// No file may become a closed standard stream, and writing to a pipe that nobody reads is an error, which
/// does not end the program.
pub(super) fn prepare() -> std::io::Result<()> {
    let (input, output, errors) = (std::io::stdin(), std::io::stdout(), std::io::stderr());
    for stream in [input.as_fd(), output.as_fd(), errors.as_fd()] {
        stand_in(stream)?;
    }
    signal_hook::flag::register(signal_hook::consts::SIGPIPE, Arc::default())?;
    Ok(())
}

/// Opens `/dev/null` for a stream that is closed: it takes the lowest number that is free.
fn stand_in(stream: BorrowedFd<'_>) -> std::io::Result<()> {
    if rustix::io::fcntl_getfd(stream) == Err(rustix::io::Errno::BADF) {
        let null = OpenOptions::new().read(true).write(true).open("/dev/null")?;
        let _stays_open = null.into_raw_fd();
    }
    Ok(())
}

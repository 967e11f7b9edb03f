//! A wall around the codecs: a panic in a decoder becomes an error of that one file, and nothing is
//! printed.
//!
//! What cannot be caught (a stack overflow, an allocation that fails) is kept away by [`super::Limits`]
//! and by the checks in each format.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use crate::error::{Error, ErrorKind, Result};

thread_local! {
    /// Whether this thread is inside the wall, where panics stay unprinted.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Puts a hook before the present one that stays silent inside the wall.
fn hush() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !INSIDE.get() {
                previous(panic);
            }
        }));
    });
}

/// What `work` returns, or an [`ErrorKind::Internal`] error if it panics.
///
/// Whatever `work` was changing is dropped or emptied by the caller: nothing half-done is kept.
pub(super) fn contained<T>(format: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    hush();
    let outside = INSIDE.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    INSIDE.set(outside);
    result.unwrap_or_else(|_| {
        let message = format!("the {format} codec gave up on this file");
        Err(Error::new(ErrorKind::Internal, message)
            .with_hint("the file is probably damaged; if other programs open it, please report it"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error() {
        let e = contained::<()>("JPEG", || panic!("a decoder lost its way"));
        assert_eq!(e.map_err(|e| e.kind()), Err(ErrorKind::Internal));
    }
}

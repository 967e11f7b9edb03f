//! Sample buffers reused from frame to frame: fresh memory for one 24 MP frame costs 25 to 38 ms in
//! page faults, a third of the time to decode it.

use std::sync::{Mutex, PoisonError};

use super::kind::each_kind;
use super::{Frame, Pixels, Sample};
use crate::error::{Error, ErrorKind, Result};

/// Buffers that frames give back and later frames take; shared between workers.
///
/// The pool never holds more than was in use at once. A buffer is taken by length, the smallest
/// that fits; its content is whatever it was.
#[derive(Debug, Default)]
pub struct Pool {
    eights: Shelf<u8>,
    sixteens: Shelf<u16>,
}

/// Idle buffers of one sort.
type Shelf<S> = Mutex<Vec<Vec<S>>>;

/// A sample whose buffers a [`Pool`] keeps.
pub trait Pooled: Sample + bytemuck::Zeroable {
    /// Where they are kept.
    #[doc(hidden)]
    fn shelf(pool: &Pool) -> &Mutex<Vec<Vec<Self>>>;
}

impl Pooled for u8 {
    fn shelf(pool: &Pool) -> &Shelf<Self> {
        &pool.eights
    }
}

impl Pooled for u16 {
    fn shelf(pool: &Pool) -> &Shelf<Self> {
        &pool.sixteens
    }
}

/// Takes the smallest buffer that fits out of the shelf, or makes one.
fn take<S: Pooled>(shelf: &Shelf<S>, len: usize) -> Result<Vec<S>> {
    // A poisoned shelf only means that a worker panicked between two pushes: the buffers are whole.
    let mut shelf = shelf.lock().unwrap_or_else(PoisonError::into_inner);
    let fits = (0..shelf.len())
        .filter(|&i| shelf[i].capacity() >= len)
        .min_by_key(|&i| shelf[i].capacity());
    // None fits: the largest goes rather than stays beside its successor.
    let gone = fits.or_else(|| (0..shelf.len()).max_by_key(|&i| shelf[i].capacity()));
    let buffer = gone.map(|i| shelf.swap_remove(i));
    drop(shelf);
    match buffer.filter(|buffer| buffer.capacity() >= len) {
        Some(mut buffer) => {
            buffer.resize(len, S::zeroed());
            Ok(buffer)
        }
        None => zeros(len),
    }
}

/// Zeros that nobody had to write: the system gives fresh pages empty.
///
/// Pages of 2 MiB (`madvise`) were tried and lost: a process of one frame right after another took
/// 277 ms instead of 321, but a virtual machine that gives idle memory back gives large free blocks
/// first, and there the system's part of six frames rose from 120 to between 280 and 580 ms.
///
/// # Errors
/// [`ErrorKind::TooLarge`] if the system has no memory for them.
pub(crate) fn zeros<T: bytemuck::Zeroable>(len: usize) -> Result<Vec<T>> {
    bytemuck::allocation::try_zeroed_vec(len)
        .map_err(|()| no_memory(len.saturating_mul(size_of::<T>())))
}

fn no_memory(bytes: usize) -> Error {
    let mb = bytes.div_ceil(1_000_000);
    Error::new(ErrorKind::TooLarge, format!("not enough memory: {mb} MB more are needed"))
        .with_hint("use fewer workers (--jobs 1), or allow the program more (ulimit -v)")
}

/// Keeps the smallest buffers that fit into the room, and takes them off it.
fn trim<S>(shelf: &Shelf<S>, room: &mut u64) {
    let mut shelf = shelf.lock().unwrap_or_else(PoisonError::into_inner);
    shelf.sort_by_key(Vec::capacity);
    shelf.retain(|buffer| {
        let bytes = (buffer.capacity() * size_of::<S>()) as u64;
        let fits = bytes <= *room;
        *room -= if fits { bytes } else { 0 };
        fits
    });
}

impl Pool {
    /// A buffer of `len` samples, content unspecified.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] if the system has no memory for it.
    pub fn take<S: Pooled>(&self, len: usize) -> Result<Vec<S>> {
        take(S::shelf(self), len)
    }

    /// Gives a buffer of samples back.
    pub fn give_samples<S: Pooled>(&self, buffer: Vec<S>) {
        S::shelf(self).lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
    }

    /// Lets go of idle buffers, the largest first, until they are no more than this many bytes.
    pub fn trim_to(&self, most_bytes: u64) {
        let mut room = most_bytes;
        trim(&self.eights, &mut room);
        trim(&self.sixteens, &mut room);
    }

    /// Gives a whole frame's samples back.
    pub fn give(&self, frame: Frame) {
        each_kind!(frame.pixels, Pixels(p) => self.give_samples(p.into_raw()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_given_buffer_is_taken_again() {
        let pool = Pool::default();
        let buffer = pool.take::<u8>(1000).unwrap();
        let address = buffer.as_ptr();
        pool.give_samples(buffer);
        let again = pool.take::<u8>(900).unwrap();
        assert_eq!(again.as_ptr(), address);
    }

    #[test]
    fn what_no_machine_has_is_refused() {
        let refused = Pool::default().take::<u16>(1 << 60);
        assert_eq!(refused.map_err(|e| e.kind()), Err(ErrorKind::TooLarge));
    }
}

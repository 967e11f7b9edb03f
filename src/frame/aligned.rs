//! Memory aligned to a cache line, which is as long as the largest vectors: unaligned loads and stores may
//! touch two lines (the dehaze of 24 MP took 16 or 26 ms, depending on how a build happened to lay out the
//! stack).

use std::ops::{Deref, DerefMut};

/// Bytes of a line.
const LINE_BYTES: usize = 64;

/// A value at the beginning of a line.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub struct Aligned<T>(pub T);

impl<T> Deref for Aligned<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Aligned<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

/// A row of numbers that begins with a line; its length never changes.
#[derive(Debug, Default)]
pub struct Row<T> {
    values: Vec<T>,
    start: usize,
}

impl<T: Copy> Row<T> {
    /// A row of so many times this value.
    #[must_use]
    pub fn filled(value: T, len: usize) -> Self {
        let line = LINE_BYTES / size_of::<T>();
        let values = vec![value; len + line];
        let start = values.as_ptr().align_offset(LINE_BYTES).min(line);
        let mut row = Self { values, start };
        row.values.truncate(start + len);
        row
    }
}

impl<T> Deref for Row<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        &self.values[self.start..]
    }
}

impl<T> DerefMut for Row<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.values[self.start..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_begins_with_a_line_and_is_as_long_as_asked_for() {
        for len in [0, 1, 63, 64, 5000] {
            let row = Row::filled(7_i16, len);
            assert_eq!(row.len(), len);
            assert_eq!(row.as_ptr().addr() % LINE_BYTES, 0);
            assert!(row.iter().all(|&v| v == 7));
        }
    }
}

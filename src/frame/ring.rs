//! A ring of rows: those before and after the current one, for a stage that reads its neighbours.

/// The last few of rows that come from top to bottom, each in the place of the one that has gone.
#[derive(Debug)]
pub struct Ring<T> {
    places: Vec<T>,
}

impl<T> Ring<T> {
    /// With room for so many rows, at least one.
    #[must_use]
    pub fn new(rows: usize, make: impl FnMut() -> T) -> Self {
        Self { places: std::iter::repeat_with(make).take(rows.max(1)).collect() }
    }

    /// Row `y`, if it is among the last ones.
    #[inline(always)]
    #[must_use]
    pub fn row(&self, y: usize) -> &T {
        &self.places[y % self.places.len()]
    }

    /// The place of row `y`, which takes that of the oldest.
    #[inline(always)]
    pub fn row_mut(&mut self, y: usize) -> &mut T {
        let place = y % self.places.len();
        &mut self.places[place]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_rows_are_held_and_no_more() {
        let mut ring = Ring::new(3, || 0);
        (0..10).for_each(|y| *ring.row_mut(y) = y);
        assert_eq!([7, 8, 9].map(|y| *ring.row(y)), [7, 8, 9]);
        assert_eq!(*ring.row(6), 9);
    }
}

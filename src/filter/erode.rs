//! Erosion: the least value in a window; and closing, which fills what is small and dark.
//!
//! The least of 2, 4, 8 … values from each on, then of two such runs that together make the window:
//! Pecht, "Speeding-up successive Minkowski operations with bit-plane computers", Pattern
//! Recognition Letters 3 (1985). Every step takes whole rows, which become vectors; van Herk's three
//! comparisons a pixel (1992) wait for each other: 2 ms for the four erosions of a frame, this 0.5.

use crate::frame::{Plane, lesser};

/// The least value within `radius` pixels in both directions.
#[must_use]
pub fn erode(plane: &Plane, radius: usize) -> Plane {
    least_within(plane, radius, radius)
}

/// The greatest value within `radius` pixels in the same row.
#[must_use]
pub fn greatest_in_row(plane: &Plane, radius: usize) -> Plane {
    least_within(&plane.clone().map(|v| -v), radius, 0).map(|v| -v)
}

/// Dark spots are filled with what lies around them: whatever is darker than its surroundings and no longer
/// than 2·`radius` pixels both across and down (Serra, "Image Analysis and Mathematical Morphology", 1982:
/// the lesser of the closings by a line across and by one down). Lines and large shapes stay.
#[must_use]
pub fn without_spots(plane: &Plane, radius: usize) -> Plane {
    let closed = |across: usize, down: usize| {
        let greatest = least_within(&plane.clone().map(|v| -v), across, down).map(|v| -v);
        least_within(&greatest, across, down)
    };
    closed(radius, 0).zip(&closed(0, radius), lesser)
}

/// The least value within `across` and `down` pixels.
fn least_within(plane: &Plane, across: usize, down: usize) -> Plane {
    let width = plane.size().width as usize;
    let long = width + 2 * across;
    // Rows and then the plane are lengthened by the values at their ends, so that every window is
    // whole.
    let mut values = Vec::with_capacity(long * plane.size().height as usize);
    for row in plane.values().chunks_exact(width) {
        values.extend(std::iter::repeat_n(row[0], across));
        values.extend_from_slice(row);
        values.extend(std::iter::repeat_n(row[width - 1], across));
    }
    let rows = least_of_runs(values, 1, 2 * across + 1);
    let row = |y: usize| &rows[y * long..][..width];
    let last = plane.size().height as usize - 1;
    let mut values = Vec::with_capacity(width * (last + 1 + 2 * down));
    for y in 0..=last + 2 * down {
        values.extend_from_slice(row(y.saturating_sub(down).min(last)));
    }
    let mut least = least_of_runs(values, width, 2 * down + 1);
    least.truncate(plane.values().len());
    Plane::new(plane.size(), least)
}

/// The least of every `count` values that are `step` apart, at the place of the first; beyond the
/// last whole run, whatever.
fn least_of_runs(mut values: Vec<f32>, step: usize, count: usize) -> Vec<f32> {
    let mut next = values.clone();
    let mut least_of_two = |values: &mut Vec<f32>, apart: usize| {
        let pairs = values.iter().zip(&values[apart * step..]);
        next.iter_mut().zip(pairs).for_each(|(next, (&a, &b))| *next = lesser(a, b));
        std::mem::swap(values, &mut next);
    };
    let mut done = 1;
    while 2 * done <= count {
        least_of_two(&mut values, done);
        done *= 2;
    }
    if done < count {
        least_of_two(&mut values, count - done);
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Size;

    fn plain_least(plane: &Plane, radius: i64) -> Plane {
        let (w, h) = (i64::from(plane.size().width), i64::from(plane.size().height));
        let mut values = Vec::new();
        for y in 0..h {
            for x in 0..w {
                let mut least = f32::INFINITY;
                for v in (y - radius).max(0)..=(y + radius).min(h - 1) {
                    for u in (x - radius).max(0)..=(x + radius).min(w - 1) {
                        least = least.min(plane.row(v as usize)[u as usize]);
                    }
                }
                values.push(least);
            }
        }
        Plane::new(plane.size(), values)
    }

    #[test]
    fn a_spot_is_filled_and_a_line_stays() {
        let size = Size::new(40, 30);
        let value = |x: usize, y: usize| {
            let spot = (10..14).contains(&x) && (8..12).contains(&y);
            let line = (20..22).contains(&x) || y == 25;
            if spot || line { 0.2 } else { 0.7 }
        };
        let values = (0..1200).map(|i| value(i % 40, i / 40)).collect();
        let filled = without_spots(&Plane::new(size, values), 2);
        for (i, &found) in filled.values().iter().enumerate() {
            let (x, y) = (i % 40, i / 40);
            let line = (20..22).contains(&x) || y == 25;
            assert_eq!(found, if line { 0.2 } else { 0.7 }, "{x},{y}");
        }
    }

    #[test]
    fn equals_the_plain_definition_on_odd_sizes() {
        for (w, h, radius) in [(1, 1, 0), (1, 1, 3), (7, 5, 1), (13, 9, 4), (5, 1, 2), (1, 6, 9)] {
            let size = Size::new(w, h);
            let noise = (0..size.area()).map(|i| ((i * 7919 + 13) % 101) as f32).collect();
            let plane = Plane::new(size, noise);
            let least = plain_least(&plane, radius as i64);
            assert_eq!(erode(&plane, radius), least, "{w}x{h} radius {radius}");
        }
    }
}

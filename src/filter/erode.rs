//! Erosion and dilation: the least and the greatest value in a square window.
//!
//! van Herk, "A fast algorithm for local minimum and maximum filters on rectangular and octagonal
//! kernels", Pattern Recognition Letters 13 (1992): three comparisons a pixel whatever the radius.

use super::box_mean::transposed;
use crate::frame::Plane;

/// The least value within `radius` pixels in both directions.
#[must_use]
pub fn erode(plane: &Plane, radius: usize) -> Plane {
    let across = extremes_of_rows(plane, radius, f32::min);
    transposed(&extremes_of_rows(&transposed(&across), radius, f32::min))
}

/// The greatest value within `radius` pixels in both directions.
#[must_use]
pub fn dilate(plane: &Plane, radius: usize) -> Plane {
    let across = extremes_of_rows(plane, radius, f32::max);
    transposed(&extremes_of_rows(&transposed(&across), radius, f32::max))
}

fn extremes_of_rows(
    plane: &Plane,
    radius: usize,
    better: impl Fn(f32, f32) -> f32 + Copy,
) -> Plane {
    let (width, height) = (plane.size().width as usize, plane.size().height as usize);
    let mut out = Plane::filled(plane.size(), 0.0);
    // The row, lengthened by its own end values so that every window is whole.
    let mut long = vec![0.0; width + 2 * radius];
    let (mut forward, mut backward) = (long.clone(), long.clone());
    for y in 0..height {
        let row = plane.row(y);
        long[..radius].fill(row[0]);
        long[radius..radius + width].copy_from_slice(row);
        long[radius + width..].fill(row[width - 1]);
        running_extremes(&long, 2 * radius + 1, &mut forward, &mut backward, better);
        for (x, value) in out.values_mut()[y * width..][..width].iter_mut().enumerate() {
            *value = better(backward[x], forward[x + 2 * radius]);
        }
    }
    out
}

/// Extremes from the start of each block of `window` values forward, and from its end backward.
fn running_extremes(
    values: &[f32],
    window: usize,
    forward: &mut [f32],
    backward: &mut [f32],
    better: impl Fn(f32, f32) -> f32 + Copy,
) {
    for start in (0..values.len()).step_by(window) {
        let end = (start + window).min(values.len());
        forward[start] = values[start];
        for i in start + 1..end {
            forward[i] = better(forward[i - 1], values[i]);
        }
        backward[end - 1] = values[end - 1];
        for i in (start..end - 1).rev() {
            backward[i] = better(backward[i + 1], values[i]);
        }
    }
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
    fn equals_the_plain_definition_on_odd_sizes() {
        for (w, h, radius) in [(1, 1, 0), (1, 1, 3), (7, 5, 1), (13, 9, 4), (5, 1, 2), (1, 6, 9)] {
            let size = Size::new(w, h);
            let noise = (0..size.area()).map(|i| ((i * 7919 + 13) % 101) as f32).collect();
            let plane = Plane::new(size, noise);
            let least = plain_least(&plane, radius as i64);
            assert_eq!(erode(&plane, radius), least, "{w}x{h} radius {radius}");
            let mirrored = dilate(&plane.map(|v| -v), radius).map(|v| -v);
            assert_eq!(mirrored, least, "{w}x{h} radius {radius}, dilated");
        }
    }
}

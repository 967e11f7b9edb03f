//! How far values are from their best-fitting plane, window by window.
//!
//! In each window the values are taken for g = m + p·(x − x̄) + q·(y − ȳ), least squares with weights: the
//! slopes solve the 2×2 normal equations of the covariances. What is left is √(σ²(g) − p·σ(x, g) − q·σ(y, g)).
//! Sums run down the columns, and along each row over these.

use crate::frame::Plane;

/// Sums down a column: of the weight w, w·y, w·y², w·g, w·y·g, w·g².
const DOWN: usize = 6;
/// Sums over a window: of w, w·x, w·y, w·x², w·x·y, w·y², w·g, w·x·g, w·y·g, w·g².
const WINDOW: usize = 10;
/// Added to the variances of x and y, as a share of the radius' square: a window of one line has no slope
/// across it.
const LEAST_VARIANCE: f64 = 1e-4;
/// Less weight than this in a window tells nothing.
const LEAST_WEIGHT: f64 = 1e-3;

/// Standard deviation of `values` from the plane that fits them within `radius` pixels in both directions,
/// each pixel counted by its weight; 0 where the pixel itself has none.
///
/// # Panics
/// If the sizes differ.
#[must_use]
pub fn deviation_from_plane(values: &Plane, weights: &Plane, radius: usize) -> Plane {
    assert_eq!(values.size(), weights.size(), "planes of one size");
    let (width, height) = (values.size().width as usize, values.size().height as usize);
    let mut out = Plane::filled(values.size(), 0.0);
    let mut columns = vec![[0.0_f64; DOWN]; width];
    let least = LEAST_VARIANCE * (radius * radius) as f64;
    let change = |columns: &mut [[f64; DOWN]], y: usize, sign: f64| {
        let pixels = values.row(y).iter().zip(weights.row(y));
        let y = y as f64;
        for (sums, (&g, &w)) in columns.iter_mut().zip(pixels) {
            let (g, w) = (f64::from(g), sign * f64::from(w));
            let parts = [w, w * y, w * y * y, w * g, w * y * g, w * g * g];
            sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
        }
    };
    (0..radius.min(height)).for_each(|y| change(&mut columns, y, 1.0));
    for y in 0..height {
        if y + radius < height {
            change(&mut columns, y + radius, 1.0);
        }
        if y > radius {
            change(&mut columns, y - radius - 1, -1.0);
        }
        let mut sums = [0.0_f64; WINDOW];
        (0..radius.min(width)).for_each(|x| add(&mut sums, x, &columns[x], 1.0));
        let deviations = &mut out.values_mut()[y * width..][..width];
        for (x, (deviation, &weight)) in deviations.iter_mut().zip(weights.row(y)).enumerate() {
            if let Some(enters) = columns.get(x + radius) {
                add(&mut sums, x + radius, enters, 1.0);
            }
            if let Some(left) = x.checked_sub(radius + 1) {
                add(&mut sums, left, &columns[left], -1.0);
            }
            if weight > 0.0 {
                *deviation = left_over(&sums, least) as f32;
            }
        }
    }
    out
}

#[inline(always)]
fn add(sums: &mut [f64; WINDOW], x: usize, column: &[f64; DOWN], sign: f64) {
    let x = x as f64;
    let [w, wy, wyy, wg, wyg, wgg] = column.map(|sum| sign * sum);
    let parts = [w, w * x, wy, w * x * x, wy * x, wyy, wg, wg * x, wyg, wgg];
    sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
}

#[inline(always)]
fn left_over(sums: &[f64; WINDOW], least: f64) -> f64 {
    let weight = sums[0];
    if weight < LEAST_WEIGHT {
        return 0.0;
    }
    let share = 1.0 / weight;
    let [_, x, y, xx, xy, yy, g, xg, yg, gg] = sums.map(|sum| sum * share);
    let (xx, xy, yy) = (xx - x * x + least, xy - x * y, yy - y * y + least);
    let (xg, yg, gg) = (xg - x * g, yg - y * g, gg - g * g);
    let explained = (xg * (xg * yy - yg * xy) + yg * (yg * xx - xg * xy)) / (xx * yy - xy * xy);
    (gg - explained).max(0.0).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Size;

    const SIZE: Size = Size { width: 40, height: 30 };

    fn plane(value: impl Fn(usize, usize) -> f32) -> Plane {
        let width = SIZE.width as usize;
        Plane::new(SIZE, (0..SIZE.area() as usize).map(|i| value(i % width, i / width)).collect())
    }

    #[test]
    fn a_slope_is_no_deviation_and_what_lies_on_it_is() {
        let slope = |x: usize, y: usize| 0.2 + 0.01 * x as f32 - 0.006 * y as f32;
        let above = plane(|_, y| if y < 20 { 1.0 } else { 0.0 });
        let found = deviation_from_plane(&plane(slope), &above, 5);
        let worst = found.values().iter().copied().fold(0.0, f32::max);
        assert!(worst < 0.001, "{worst}");
        let checked = plane(|x, y| slope(x, y) + if (x + y) % 2 == 0 { 0.05 } else { -0.05 });
        let found = deviation_from_plane(&checked, &above, 5);
        assert!(found.row(10).iter().all(|&d| (d - 0.05).abs() < 0.003), "{:?}", found.row(10));
    }

    #[test]
    fn what_has_no_weight_does_not_count() {
        let above = plane(|_, y| if y < 20 { 1.0 } else { 0.0 });
        let values = plane(|_, y| if y < 20 { 0.5 } else { 0.1 });
        let found = deviation_from_plane(&values, &above, 5);
        assert!(found.values().iter().all(|&d| d < 1e-6), "{:?}", found.row(19));
        assert!(deviation_from_plane(&values, &plane(|_, _| 1.0), 5).row(19)[9] > 0.03);
    }
}

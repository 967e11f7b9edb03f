//! Values carried along surfaces: each pixel takes the weighted mean of those that it can be reached
//! from without crossing an edge.
//!
//! Gastal, Oliveira, "Domain Transform for Edge-Aware Image and Video Processing", SIGGRAPH 2011,
//! eqs. (11), (14), (21): the recursive filter, two rounds. It is run on value·weight and on weight, and
//! the quotient is the mean (normalised convolution).

use super::SmallPicture;
use super::power::exp2;
use crate::frame::Plane;

/// Rounds of the filter; each goes across and down, half as far as the one before.
const ROUNDS: usize = 2;

/// How far values are carried, and what ends their way.
#[derive(Debug, Clone, Copy)]
pub struct Carried<'a> {
    /// Standard deviation of the filter in pixels where nothing changes.
    pub reach: f32,
    /// The sum of the differences of the three channels that counts as much as `reach` pixels.
    pub edge: f32,
    /// A plane whose differences are edges, too, and how many pixels a difference of 1 counts.
    pub fence: Option<(&'a Plane, f32)>,
}

/// The weighted mean of `value` along the surfaces of `picture`.
///
/// Texture is crossed for nothing: only what changes by more than 0.05 in all from one pixel to the next is an
/// edge. Where no weight can be reached the result is near 0.
#[must_use]
pub fn filled(value: Plane, weight: &Plane, picture: &SmallPicture, carried: Carried<'_>) -> Plane {
    let Carried { reach, .. } = carried;
    let size = value.size();
    let (width, height) = (size.width as usize, size.height as usize);
    let mut pairs: Vec<[f32; 2]> =
        value.values().iter().zip(weight.values()).map(|(v, w)| [v * w, *w]).collect();
    let across = distances(picture, 1, carried);
    let down = distances(picture, width, carried);
    for round in 0..ROUNDS {
        let sigma = reach * 3.0_f32.sqrt() * 2.0_f32.powi((ROUNDS - 1 - round) as i32)
            / (4.0_f32.powi(ROUNDS as i32) - 1.0).sqrt();
        // a = e^(−√2/σ), so a^d = 2^(d·log2 a).
        let log2_a = -std::f32::consts::SQRT_2 / sigma * std::f32::consts::LOG2_E;
        let feedback = |d: &Plane| d.clone().map(|d| exp2((d * log2_a).max(-60.0)));
        let feedback_across = feedback(&across);
        let of_rows = feedback_across.values();
        let (fours, rest) = pairs.split_at_mut(height / ABREAST * ABREAST * width);
        for (i, rows) in fours.chunks_exact_mut(ABREAST * width).enumerate() {
            along::<ABREAST>(rows, &of_rows[i * ABREAST * width..], width);
        }
        let done = fours.len();
        for (i, row) in rest.chunks_exact_mut(width).enumerate() {
            along::<1>(row, &of_rows[done + i * width..], width);
        }
        let feedback_down = feedback(&down);
        for y in 1..height {
            let (above, row) = pairs.split_at_mut(y * width);
            blend(&mut row[..width], &above[(y - 1) * width..], feedback_down.row(y));
        }
        for y in (1..height).rev() {
            let (above, row) = pairs.split_at_mut(y * width);
            blend(&mut above[(y - 1) * width..], &row[..width], feedback_down.row(y));
        }
    }
    let means = pairs.into_iter().map(|[sum, weight]| sum / weight.max(1e-6)).collect();
    Plane::new(size, means)
}

/// Sum of the differences of three channels that is texture, not an edge (0: a wooded hill comes out 40
/// levels paler at its foot than above).
const TEXTURE: f32 = 0.05;

/// Distance of each pixel to the one `step` before it: 1 + `reach`/`edge`·(Σ|difference| − texture), and the
/// fence; the first ones have none.
fn distances(picture: &SmallPicture, step: usize, carried: Carried<'_>) -> Plane {
    let Carried { reach, edge, fence } = carried;
    let mut distances = Plane::filled(picture.size(), 0.0);
    for channel in &picture.channels {
        add_differences(&mut distances, channel, step, 1.0);
    }
    let slope = reach / edge;
    let mut distances = distances.map(|sum| 1.0 + slope * (sum - TEXTURE).max(0.0));
    if let Some((fence, pixels)) = fence {
        add_differences(&mut distances, fence, step, pixels);
    }
    distances
}

fn add_differences(sums: &mut Plane, plane: &Plane, step: usize, factor: f32) {
    let pairs = plane.values().iter().zip(plane.values().get(step..).unwrap_or_default());
    let sums = sums.values_mut().get_mut(step..).unwrap_or_default();
    sums.iter_mut().zip(pairs).for_each(|(sum, (a, b))| *sum += factor * (a - b).abs());
}

#[inline(always)]
fn nearer([v, w]: [f32; 2], [from_v, from_w]: [f32; 2], feedback: f32) -> [f32; 2] {
    [v + feedback * (from_v - v), w + feedback * (from_w - w)]
}

/// Rows that are filtered abreast: along one row each pixel waits for the one before it.
const ABREAST: usize = 4;

/// Along so many rows, both ways.
fn along<const ROWS: usize>(rows: &mut [[f32; 2]], feedback: &[f32], width: usize) {
    for x in 1..width {
        for at in (0..ROWS).map(|y| y * width + x) {
            rows[at] = nearer(rows[at], rows[at - 1], feedback[at]);
        }
    }
    for x in (1..width).rev() {
        for at in (0..ROWS).map(|y| y * width + x) {
            rows[at - 1] = nearer(rows[at - 1], rows[at], feedback[at]);
        }
    }
}

fn blend(row: &mut [[f32; 2]], from: &[[f32; 2]], feedback: &[f32]) {
    for ((pair, from), feedback) in row.iter_mut().zip(from).zip(feedback) {
        *pair = nearer(*pair, *from, *feedback);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Size;

    #[test]
    fn a_value_spreads_over_its_surface_and_not_beyond_the_edge() {
        let size = Size::new(60, 20);
        let values = (0..1200).map(|i| if i % 60 < 30 { 0.2 } else { 0.8 }).collect();
        let half = Plane::new(size, values);
        let picture = SmallPicture::of([half.clone(), half.clone(), half]);
        let mut value = Plane::filled(size, 0.0);
        let mut weight = Plane::filled(size, 1e-7);
        value.values_mut()[10 * 60 + 20] = 0.7;
        weight.values_mut()[10 * 60 + 20] = 1.0;
        let carried = Carried { reach: 30.0, edge: 0.2, fence: None };
        let filled = filled(value, &weight, &picture, carried);
        assert!((filled.row(3)[5] - 0.7).abs() < 0.01, "{}", filled.row(3)[5]);
        assert!(filled.row(10)[40] < 0.1, "{}", filled.row(10)[40]);
    }

    #[test]
    fn tiny_planes_keep_their_value() {
        for (w, h) in [(1, 1), (1, 5), (5, 1), (2, 2)] {
            let plane = Plane::filled(Size::new(w, h), 0.5);
            let picture = SmallPicture::of([plane.clone(), plane.clone(), plane.clone()]);
            let carried = Carried { reach: 10.0, edge: 0.2, fence: Some((&plane, 5.0)) };
            let filled = filled(plane.clone(), &plane, &picture, carried);
            assert!(filled.values().iter().all(|v| (v - 0.5).abs() < 1e-5), "{filled:?}");
        }
    }
}

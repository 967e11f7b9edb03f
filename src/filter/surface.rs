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

/// The weighted mean of `value` along the surfaces of `picture`.
///
/// Texture is crossed for nothing: only what changes by more than 0.05 in all from one pixel to the next is an
/// edge. `reach` is the standard deviation of the filter in pixels where nothing changes, and `edge` the sum of
/// the differences of the three channels that counts as much as `reach` pixels. Where no weight can be
/// reached the result is near 0.
#[must_use]
pub fn filled(
    value: Plane,
    weight: &Plane,
    picture: &SmallPicture,
    reach: f32,
    edge: f32,
) -> Plane {
    let size = value.size();
    let (width, height) = (size.width as usize, size.height as usize);
    let mut pairs: Vec<[f32; 2]> =
        value.values().iter().zip(weight.values()).map(|(v, w)| [v * w, *w]).collect();
    let across = distances(picture, 1, reach / edge);
    let down = distances(picture, width, reach / edge);
    for round in 0..ROUNDS {
        let sigma = reach * 3.0_f32.sqrt() * 2.0_f32.powi((ROUNDS - 1 - round) as i32)
            / (4.0_f32.powi(ROUNDS as i32) - 1.0).sqrt();
        // a = e^(−√2/σ), so a^d = 2^(d·log2 a).
        let log2_a = -std::f32::consts::SQRT_2 / sigma * std::f32::consts::LOG2_E;
        let feedback = |d: &Plane| d.clone().map(|d| exp2((d * log2_a).max(-60.0)));
        let feedback_across = feedback(&across);
        for (row, feedback) in
            pairs.chunks_exact_mut(width).zip(feedback_across.values().chunks_exact(width))
        {
            for x in 1..width {
                row[x] = nearer(row[x], row[x - 1], feedback[x]);
            }
            for x in (1..width).rev() {
                row[x - 1] = nearer(row[x - 1], row[x], feedback[x]);
            }
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

/// Distance of each pixel to the one `step` before it: 1 + `slope`·(Σ|difference| − texture); the first
/// ones have none.
fn distances(picture: &SmallPicture, step: usize, slope: f32) -> Plane {
    let mut sums = Plane::filled(picture.size(), 0.0);
    for channel in &picture.channels {
        let pairs = channel.values().iter().zip(channel.values().get(step..).unwrap_or_default());
        let sums = sums.values_mut().get_mut(step..).unwrap_or_default();
        sums.iter_mut().zip(pairs).for_each(|(sum, (a, b))| *sum += (a - b).abs());
    }
    sums.map(|sum| 1.0 + slope * (sum - TEXTURE).max(0.0))
}

#[inline(always)]
fn nearer([v, w]: [f32; 2], [from_v, from_w]: [f32; 2], feedback: f32) -> [f32; 2] {
    [v + feedback * (from_v - v), w + feedback * (from_w - w)]
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
        let picture = SmallPicture { channels: [half.clone(), half.clone(), half] };
        let mut value = Plane::filled(size, 0.0);
        let mut weight = Plane::filled(size, 1e-7);
        value.values_mut()[10 * 60 + 20] = 0.7;
        weight.values_mut()[10 * 60 + 20] = 1.0;
        let filled = filled(value, &weight, &picture, 30.0, 0.2);
        assert!((filled.row(3)[5] - 0.7).abs() < 0.01, "{}", filled.row(3)[5]);
        assert!(filled.row(10)[40] < 0.1, "{}", filled.row(10)[40]);
    }

    #[test]
    fn tiny_planes_keep_their_value() {
        for (w, h) in [(1, 1), (1, 5), (5, 1), (2, 2)] {
            let plane = Plane::filled(Size::new(w, h), 0.5);
            let picture = SmallPicture { channels: [plane.clone(), plane.clone(), plane.clone()] };
            let filled = filled(plane.clone(), &plane, &picture, 10.0, 0.2);
            assert!(filled.values().iter().all(|v| (v - 0.5).abs() < 1e-5), "{filled:?}");
        }
    }
}

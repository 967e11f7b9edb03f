//! The guided filter: a plane smoothed so that its edges lie where the guide has its own.
//!
//! He, Sun, Tang, "Guided Image Filtering", ECCV 2010, eqs. (5), (6), (8): in each window the
//! output is a·guide + b; a and b are averaged over the windows that cover a pixel. Here the
//! averaged coefficients are the result, so that they can be applied to a larger guide
//! (He, Sun, "Fast Guided Filter", 2015).
//!
//! Windows count by how well a·guide + b fits in them (Chen, Ochotorena, "Weighted Aggregation for Guided
//! Image Filtering", 2020): one that spans two surfaces of one luma and two values has neither.

use super::box_mean;
use crate::frame::Plane;

/// The linear model output = a·guide + b of every pixel.
#[derive(Debug, Clone, PartialEq)]
pub struct Coefficients {
    /// Slope, in units of the output per unit of the guide.
    pub a: Plane,
    /// Offset, in units of the output.
    pub b: Plane,
}

/// Mean square of what a window's model misses at which the window counts half (1.5e-3: the foot of a drawn dark hill
/// comes out a level paler, 5 if all windows count alike; 2e-4: no better, and a textured hill is less even).
const MISSED: f32 = 4e-4;
/// Greatest slope downwards: steeper ones raise a faint edge by more than the haze took of it (without: skies
/// tear beside far towers, and the rims of real ridges are a level darker).
const STEEPEST: f32 = 2.0;
/// Radius within which the weighted means are smoothed, as a share of the long side: weights change fast, and
/// the output must not (0.012: 2 pixels in 10,000 of a small fog tear at amount 80; 0.004: 8).
const SMOOTHED: f32 = 0.016;

/// The guided filter of `input` along `guide`; `epsilon` is the variance of the guide below which
/// a window counts as flat.
#[must_use]
pub fn guided(guide: &Plane, input: Plane, radius: usize, epsilon: f32) -> Coefficients {
    let product_mean = box_mean(guide.clone().zip(&input, |g, p| g * p), radius);
    let square_mean = box_mean(guide.clone().map(|g| g * g), radius);
    let guide_mean = box_mean(guide.clone(), radius);
    let power_mean = box_mean(input.clone().map(|p| p * p), radius);
    let input_mean = box_mean(input, radius);

    let variance = square_mean.zip(&guide_mean, |square, mean| (square - mean * mean).max(0.0));
    let means = guide_mean.clone().zip(&input_mean, |g, p| g * p);
    let covariance = product_mean.zip(&means, |product, means| product - means);

    let a = covariance
        .clone()
        .zip(&variance, |covariance, variance| (covariance / (variance + epsilon)).max(-STEEPEST));
    let slope = guide_mean.zip(&a, |g, a| a * g);
    let b = input_mean.clone().zip(&slope, |p, slope| p - slope);
    let explained = a.clone().zip(&covariance, |a, covariance| a * covariance);
    let missed = power_mean
        .zip(&input_mean, |power, mean| power - mean * mean)
        .zip(&explained, |all, explained| (all - explained).max(0.0));
    let weight = missed.map(|missed| MISSED / (missed + MISSED));
    let weights = box_mean(weight.clone(), radius);
    let weighted = |plane: Plane| {
        box_mean(plane.zip(&weight, |v, w| v * w), radius)
            .zip(&weights, |sum, weights| sum / weights)
    };
    let blur = ((SMOOTHED * guide.size().long_side() as f32).round() as usize).max(1);
    Coefficients { a: box_mean(weighted(a), blur), b: box_mean(weighted(b), blur) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Size;

    #[test]
    fn a_linear_relation_to_the_guide_is_kept() {
        let size = Size::new(40, 30);
        let guide = Plane::new(size, (0..1200).map(|i| ((i * 37) % 101) as f32 / 100.0).collect());
        let input = guide.clone().map(|g| 0.5 * g + 0.2);
        let c = guided(&guide, input.clone(), 4, 1e-6);
        let output = c.a.zip(&guide, |a, g| a * g).zip(&c.b, |slope, b| slope + b);
        let worst = output.zip(&input, |o, i| (o - i).abs());
        assert!(worst.values().iter().all(|&d| d < 1e-3));
    }

    #[test]
    fn a_surface_keeps_its_value_where_the_next_has_the_same_luma() {
        // Sky, then a hill, then land of the hill's luma with less of the input.
        let size = Size::new(40, 60);
        let plane = |sky: f32, hill: f32, land: f32| {
            let value = |i: usize| match i / 40 {
                ..20 => sky,
                20..40 => hill,
                _ => land,
            };
            Plane::new(size, (0..2400).map(value).collect())
        };
        let (guide, input) = (plane(0.9, 0.5, 0.5), plane(0.0, 0.6, 0.1));
        let c = guided(&guide, input, 5, 1e-4);
        let at = |y: usize| c.a.row(y)[20] * guide.row(y)[20] + c.b.row(y)[20];
        for y in [0, 25, 28, 31, 34] {
            let right = if y < 20 { 0.0 } else { 0.6 };
            assert!((at(y) - right).abs() < 0.02, "{y}: {}", at(y));
        }
    }

    #[test]
    fn a_flat_guide_gives_the_mean() {
        let size = Size::new(9, 9);
        let input = Plane::new(size, (0..81).map(|i| (i % 3) as f32).collect());
        let c = guided(&Plane::filled(size, 0.4), input, 40, 1e-3);
        assert!(c.a.values().iter().all(|a| a.abs() < 1e-3));
        assert!(c.b.values().iter().all(|b| (b - 1.0).abs() < 1e-3));
    }
}

//! What a frame looks like, so coarsely that two frames of one view look alike: its tones, how they go from
//! top to bottom, and its colour.
//!
//! Tones are in stops of linear light, so that a different exposure moves all of them by the same amount. On
//! windows of one photograph that overlap by two thirds or more the difference is 0.36 or less on 95 of 100; on
//! different photographs 0.6 or more on 98 of 100, haze and sky or not.

use serde::{Deserialize, Serialize};

use crate::filter::SmallPicture;
use crate::frame::{linear, luma};

/// Quantiles of luma: from 0.1 to 0.9.
const TONES: usize = 9;
/// Horizontal bands.
const BANDS: usize = 8;
/// Steps of a stop.
const STEPS: f32 = 24.0;
/// Levels of colour that count as much as a stop.
const COLOUR_LEVELS: f32 = 40.0;
/// Stops below white within which, and beyond which, a tone says nothing: it is clipped or drowned.
const SAYS: (f32, f32) = (0.1, 7.0);

/// What a frame looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Likeness {
    /// Quantiles of luma, in [`STEPS`] of a stop below white.
    tones: [u8; TONES],
    /// Mean luma of the bands from top to bottom, likewise.
    bands: [u8; BANDS],
    /// Mean red minus green and blue minus green, levels.
    colour: [i8; 2],
}

impl Likeness {
    /// Of a small picture in sRGB.
    #[must_use]
    pub fn of(picture: &SmallPicture) -> Self {
        let [red, green, blue] = picture.channels.each_ref().map(|channel| channel.values());
        let lumas: Vec<f32> = (0..red.len()).map(|i| luma(red[i], green[i], blue[i])).collect();
        let (width, height) = (picture.size().width as usize, picture.size().height as usize);
        let bands = std::array::from_fn(|i| {
            // A picture of fewer rows than bands has some of them twice.
            let first = (i * height / BANDS).min(height - 1);
            let last = ((i + 1) * height / BANDS).max(first + 1);
            stops(mean(&lumas[first * width..last * width]))
        });
        let means = [red, green, blue].map(mean);
        let mut sorted = lumas;
        sorted.sort_unstable_by(f32::total_cmp);
        let tones =
            std::array::from_fn(|i| stops(sorted[(sorted.len() - 1) * (i + 1) / (TONES + 1)]));
        let colour = [0, 2].map(|c: usize| ((means[c] - means[1]) * 255.0).round() as i8);
        Self { tones, bands, colour }
    }

    /// How unlike two frames are, in stops, where the other was given `brighter_ev` more light.
    #[must_use]
    pub fn difference(&self, other: &Self, brighter_ev: f32) -> f32 {
        let pairs = |a: &[u8], b: &[u8]| -> Vec<f32> {
            let stops = |v: u8| f32::from(v) / STEPS;
            let says = |v: f32| (SAYS.0..SAYS.1).contains(&v);
            let pairs = a.iter().zip(b).map(|(&a, &b)| (stops(a), stops(b)));
            pairs.filter(|&(a, b)| says(a) && says(b)).map(|(a, b)| a - b).collect()
        };
        let (tones, bands) = (pairs(&self.tones, &other.tones), pairs(&self.bands, &other.bands));
        let apart = |stops: Vec<f32>| {
            let all: Vec<f32> = stops.iter().map(|v| (v - brighter_ev).abs()).collect();
            mean(&all)
        };
        let colours = self.colour.iter().zip(other.colour);
        let colour = colours.map(|(&a, b)| (f32::from(a) - f32::from(b)).abs()).fold(0.0, f32::max);
        (apart(tones) + apart(bands)) / 2.0 + colour / COLOUR_LEVELS
    }
}

/// The mean, 0 of nothing.
fn mean(values: &[f32]) -> f32 {
    let sum: f64 = values.iter().map(|&v| f64::from(v)).sum();
    (sum / values.len().max(1) as f64) as f32
}

/// Steps below white of an encoded value.
fn stops(encoded: f32) -> u8 {
    // A float that is too large or no number becomes the nearest integer or 0.
    (-linear(f64::from(encoded)).max(1e-4).log2() * f64::from(STEPS)).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Plane, Size, encoded};

    fn picture(value: impl Fn(usize, usize) -> [f32; 3]) -> SmallPicture {
        let size = Size::new(64, 40);
        let channels = [0, 1, 2]
            .map(|c| Plane::new(size, (0..64 * 40).map(|i| value(i % 64, i / 64)[c]).collect()));
        SmallPicture::of(channels)
    }

    #[test]
    fn an_exposure_that_is_known_is_no_difference_and_another_view_is_one() {
        let view = |x: usize, y: usize| [0.05 + (x * 7 % 13) as f32 / 50.0 + y as f32 / 160.0; 3];
        let like = |stops: f64| {
            Likeness::of(&picture(|x, y| {
                view(x, y).map(|v| encoded(linear(f64::from(v)) * stops.exp2()) as f32)
            }))
        };
        let (plain, bright) = (like(0.0), like(1.0));
        assert!(plain.difference(&bright, 1.0) < 0.05, "{plain:?} {bright:?}");
        assert!(plain.difference(&bright, 0.0) > 0.8);
        let other = Likeness::of(&picture(|x, y| view(x, 39 - y)));
        assert!(plain.difference(&other, 0.0) > 0.5);
        let orange = Likeness::of(&picture(|x, y| {
            let [r, g, b] = view(x, y);
            [r + 0.06, g, b - 0.06]
        }));
        assert!(plain.difference(&orange, 0.0) > 0.3);
    }
}

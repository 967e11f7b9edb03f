//! What the small picture shows of haze: smooth measures over the whole frame, so that a boat, a bird or
//! a few percent of framing change little.

use super::depth::Depth;
use super::judge::gate;
use super::measure::{radius_px, smoothstep};
use crate::filter::{SmallPicture, box_mean, erode, exp2};
use crate::frame::{Plane, luma};

/// The measures from which the automatic strength follows. "Land" is what is not sky, the veil is 0..1,
/// contrasts are standard deviations of encoded luma, rows go from 0 (top) to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Evidence {
    /// Veil of the land that borders on the sky or the top.
    pub veil_by_sky: f32,
    /// Share of the frame that is heavily veiled land.
    pub heavily_veiled: f32,
    /// Correlation of the veil with the logarithm of fine contrast: below 0 the veil takes detail.
    pub fine_with_veil: f32,
    /// Share of the frame that is blown out.
    pub blown: f32,
    /// Share of the land that hardly shows.
    pub dense: f32,
    /// How far the land lies above its own veil.
    pub above_veil: f32,
    /// Saturation of the middle third.
    pub saturation_middle: f32,
    /// Mean row of the clear land.
    pub clear_row: f32,
    /// Share of the land that is flat.
    pub flat: f32,
    /// Mean row of the land that is veiled, flat and of the airlight's colour.
    pub pale_row: f32,
    /// Correlation of the veil with the row: below 0 it grows to the top.
    pub veil_with_row: f32,
    /// Fine contrast of the land beside the airlight.
    pub fine: f32,
    /// Standard deviation of the land's veil.
    pub veil_spread: f32,
    /// A soft least of the veil.
    pub least_veil: f32,
    /// Contrast of the land that borders on the sky or the top.
    pub contrast_by_sky: f32,
    /// Fine contrast of the upper third.
    pub fine_top: f32,
    /// Fine contrast of the veiled land, beside what the veil leaves room for.
    pub fine_behind_veil: f32,
    /// Share of the veiled land that is flat.
    pub flat_behind_veil: f32,
    /// Contrast of the land beside the airlight.
    pub contrast: f32,
    /// Share of the frame that is veiled land, by the colours beside the airlight alone.
    pub veiled: f32,
    /// Standard deviation of the land's luma.
    pub luma_spread: f32,
    /// Share of the frame that is sky.
    pub sky: f32,
    /// Mean veil of the land in the upper, the middle and the lower third.
    pub thirds: [f32; 3],
}

/// Radius of the windows for contrast and for fine contrast, shares of the long side.
const WINDOWS: (f32, f32) = (0.06, 0.015);
/// Radius of the erosion for the coarse veil.
const COARSE: f32 = 0.03;
/// Added to every sum of weights, as a share of the frame: a mean of next to nothing goes to 0.
const NOTHING: f32 = 0.002;

/// What the evidence is taken from.
pub(super) struct Seen<'a> {
    pub(super) picture: &'a SmallPicture,
    pub(super) luma: &'a Plane,
    pub(super) sky: &'a Plane,
    pub(super) depth: &'a Depth,
    pub(super) airlight: [f32; 3],
}

impl Evidence {
    /// How sure it is that there is haze, 0..1.
    #[must_use]
    pub fn score(&self) -> f32 {
        gate(self)
    }

    pub(super) fn of(seen: &Seen<'_>) -> Self {
        let Seen { picture, luma: guide, sky, depth, airlight } = *seen;
        let size = guide.size();
        let (height, count) = (size.height as f32, size.area() as f32);
        let [red_air, green_air, blue_air] = airlight;
        let air_luma = luma(red_air, green_air, blue_air).max(0.05);
        let air_sum = red_air + green_air + blue_air;
        let window = radius_px(WINDOWS.0, size);
        let fine_contrast = deviation(guide, radius_px(WINDOWS.1, size));
        let contrast = deviation(guide, window);
        let sky_near = box_mean(sky.clone(), window);
        let coarse = erode(&depth.beside_airlight, radius_px(COARSE, size));

        let mut means: [Mean; 25] = Default::default();
        let mut land = Moments::default();
        let channels = picture.channels.each_ref().map(Plane::values);
        for i in 0..guide.values().len() {
            let pixel = channels.map(|channel| channel[i]);
            let (least, greatest) =
                (pixel[0].min(pixel[1]).min(pixel[2]), pixel[0].max(pixel[1]).max(pixel[2]));
            let row = ((i / size.width as usize) as f32 + 0.5) / height;
            let (m, g) = (depth.veil.values()[i], guide.values()[i]);
            let (con, fine) = (contrast.values()[i], fine_contrast.values()[i]);
            let sum = (pixel[0] + pixel[1] + pixel[2]).max(0.05);
            let off_colour: f32 =
                (0..3).map(|c| (pixel[c] / sum - airlight[c] / air_sum).abs()).sum();
            let u = 1.0 - sky.values()[i];
            let veiled = u * smoothstep((0.2, 0.45), m);
            let by_sky = u * (sky_near.values()[i] + 0.15 * e(-row / 0.12)).clamp(0.0, 1.0);
            let third = |k: f32| {
                let apart = (row - (k + 0.5) / 3.0) / 0.2;
                u * e(-apart * apart)
            };
            let pale = u * smoothstep((0.25, 0.5), m) * e(-off_colour / 0.08) * e(-con / 0.06);
            let thirds = [third(0.0), third(1.0), third(2.0)];
            let pairs = [
                (m, by_sky),
                (u * smoothstep((0.45, 0.7), m), 1.0),
                (smoothstep((0.93, 0.99), greatest), 1.0),
                (smoothstep((0.55, 0.8), m), u),
                ((depth.normalised.values()[i] - m).clamp(0.0, 1.0), u),
                (1.0 - least / greatest.max(1e-3), thirds[1]),
                (row, u * (1.0 - smoothstep((0.15, 0.4), m))),
                (e(-fine / (0.02 * air_luma)), u),
                (row, pale),
                (fine / air_luma, u),
                (e(-depth.wide.values()[i] / 0.05), u),
                (con, by_sky),
                (fine, thirds[0]),
                ((fine / (1.05 - m)).min(0.3), veiled),
                (e(-fine / 0.015), veiled),
                (con / air_luma, u),
                (u * smoothstep((0.2, 0.45), coarse.values()[i].clamp(0.0, 1.0)), 1.0),
                (sky.values()[i], 1.0),
                (m, thirds[0]),
                (m, thirds[1]),
                (m, thirds[2]),
            ];
            means.iter_mut().zip(pairs).for_each(|(mean, (value, weight))| mean.add(value, weight));
            land.add(u, [m, (fine + 0.005).ln(), row, g]);
        }
        let nothing = NOTHING * count;
        let mean = |i: usize| means[i].over(nothing);
        let share = |i: usize| means[i].over(0.0);
        Self {
            veil_by_sky: mean(0),
            heavily_veiled: share(1),
            blown: share(2),
            dense: mean(3),
            above_veil: mean(4),
            saturation_middle: mean(5),
            clear_row: mean(6),
            flat: mean(7),
            pale_row: mean(8),
            fine: mean(9),
            least_veil: -0.05 * (mean(10) + 1e-4).ln(),
            contrast_by_sky: mean(11),
            fine_top: mean(12),
            fine_behind_veil: mean(13),
            flat_behind_veil: mean(14),
            contrast: mean(15),
            veiled: share(16),
            sky: share(17),
            thirds: [mean(18), mean(19), mean(20)],
            fine_with_veil: land.correlation(0, 1, nothing),
            veil_with_row: land.correlation(0, 2, nothing),
            veil_spread: land.deviation(0, nothing),
            luma_spread: land.deviation(3, nothing),
        }
    }
}

/// e^x.
#[inline(always)]
fn e(x: f32) -> f32 {
    exp2((x * std::f32::consts::LOG2_E).max(-60.0))
}

/// Standard deviation in windows of this radius.
fn deviation(plane: &Plane, radius: usize) -> Plane {
    let mean = box_mean(plane.clone(), radius);
    let square = box_mean(plane.clone().map(|v| v * v), radius);
    square.zip(&mean, |square, mean| (square - mean * mean).max(0.0).sqrt())
}

/// A weighted mean on its way.
#[derive(Clone, Copy, Default)]
struct Mean {
    sum: f64,
    weights: f64,
}

impl Mean {
    #[inline(always)]
    fn add(&mut self, value: f32, weight: f32) {
        self.sum += f64::from(value) * f64::from(weight);
        self.weights += f64::from(weight);
    }

    fn over(self, nothing: f32) -> f32 {
        (self.sum / (self.weights + f64::from(nothing)).max(1e-9)) as f32
    }
}

/// Sums of four measures, of their squares and products.
#[derive(Default)]
struct Moments {
    weights: f64,
    sums: [f64; 4],
    products: [[f64; 4]; 4],
}

impl Moments {
    #[inline(always)]
    fn add(&mut self, weight: f32, values: [f32; 4]) {
        let weight = f64::from(weight);
        let values = values.map(f64::from);
        self.weights += weight;
        for (i, a) in values.into_iter().enumerate() {
            self.sums[i] += weight * a;
            for (j, b) in values.into_iter().enumerate() {
                self.products[i][j] += weight * a * b;
            }
        }
    }

    /// Mean product of the differences from (a little less than) the means.
    fn covariance(&self, i: usize, j: usize, nothing: f32) -> f64 {
        let all = self.weights + f64::from(nothing);
        let (a, b) = (self.sums[i] / all, self.sums[j] / all);
        (self.products[i][j] - a * self.sums[j] - b * self.sums[i] + a * b * self.weights) / all
    }

    fn correlation(&self, i: usize, j: usize, nothing: f32) -> f32 {
        let squares = self.covariance(i, i, nothing) * self.covariance(j, j, nothing);
        (self.covariance(i, j, nothing) / (squares + 1e-6).sqrt()) as f32
    }

    fn deviation(&self, i: usize, nothing: f32) -> f32 {
        self.covariance(i, i, nothing).max(0.0).sqrt() as f32
    }
}

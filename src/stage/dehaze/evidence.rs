//! Evidence of haze in the small picture: smooth measures over the whole frame, so that a boat, a bird or a few
//! percent of framing change little.

use fearless_simd::{Level, dispatch};

use super::depth::Depth;
use super::judge::gate;
use super::measure::{Mean, radius_px, smoothstep};
use super::sharp::sharp;
use super::skyline::{CLEAR, Skyline, skyline};
use crate::filter::{SmallPicture, box_mean, erode, exp2};
use crate::frame::{Plane, luma};

/// The measures from which the automatic strength follows. "Land" is what is not sky, the veil is 0..1,
/// contrasts are standard deviations of encoded luma in windows, rows go from 0 (top) to 1, and the coarse
/// veil, saturation and luma count beside the airlight, as if it were white.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Evidence {
    /// Veil of the land that borders on the sky or the top.
    pub veil_by_sky: f32,
    /// Share of the land that hardly shows.
    pub dense: f32,
    /// Share of the frame that is veiled, flat land of the airlight's colour.
    pub pale: f32,
    /// Coarse veil of the middle third.
    pub veil_middle: f32,
    /// Share of the frame that is blown out.
    pub blown: f32,
    /// Correlation of the coarse veil with the logarithm of contrast: below 0 the veil takes detail.
    pub contrast_with_veil: f32,
    /// Share of the land that is smooth.
    pub smooth: f32,
    /// Fine contrast of the veiled land, as it would be without the veil.
    pub fine_behind_veil: f32,
    /// Smooth veil where it is densest.
    pub densest: f32,
    /// Correlation of the veil with the row: below 0 it grows to the top.
    pub veil_with_row: f32,
    /// Correlation of the coarse veil with the saturation: below 0 the veil takes colour.
    pub colour_with_veil: f32,
    /// Mean square of the land's saturation.
    pub saturation: f32,
    /// Luma of the near third.
    pub luma_near: f32,
    /// Contrast of the land that borders on the sky or the top.
    pub contrast_by_sky: f32,
    /// Fine contrast of the far third.
    pub fine_far: f32,
    /// A soft greatest luma of the land.
    pub brightest: f32,
    /// Standard deviation of the land's luma beside the airlight.
    pub spread: f32,
    /// Fine contrast of the land.
    pub fine: f32,
    /// Veil that only the smallest window sees.
    pub small_veil: f32,
    /// Share of the land that is dark.
    pub dark: f32,
    /// Standard deviation of the land's luma.
    pub luma_spread: f32,
    /// An orange sky over land that is not black: dust, not a sunset. 0..1.
    pub dusty_sky: f32,
    /// A band of haze right below the sky, with something clear before it. 0..1.
    pub far_band: f32,
    /// Skylines in a column, on average: more than one and what passes for sky is a bright surface.
    pub skylines: f32,
    /// A textured surface of one veil, without a sky: near. 0..1.
    pub one_veil: f32,
    /// Smooth pale land before clear land: no haze, for that lies behind things. 0..1.
    pub pale_before: f32,
    /// Nothing in the frame is dark, though it is a scene and more than sky: one veil lies over all of it. 0..1.
    pub lifted: f32,
    /// Share of the frame that is sharp: next to none of a drawn gradient, or of a frame out of focus.
    pub sharp: f32,
    /// How yellow the airlight is: ln(red/blue), 0 at least.
    pub yellow: f32,
    /// Share of the land that is pale: veiled, flat and of the airlight's colour.
    pub pale_land: f32,
    /// Share of the frame that is veiled land which borders on the sky or the top.
    pub veiled_by_sky: f32,
    /// Share of the far third that is dark.
    pub dark_far: f32,
    /// Share of the frame that is sky.
    pub sky: f32,
    /// Mean veil of the land in the far (upper), the middle and the near third.
    pub thirds: [f32; 3],
}

/// Radius of the windows for contrast and for fine contrast, shares of the long side.
const WINDOWS: (f32, f32) = (0.06, 0.015);
/// Radius of the erosion for the coarse veil.
const COARSE: f32 = 0.03;
/// Radius of the window for the densest smooth veil.
const DENSEST: f32 = 0.08;
/// Added to every sum of weights, as a share of the frame: a mean of next to nothing goes to 0.
const NOTHING: f32 = 0.002;

/// Spread of the land's veil up to which there is one veil for all, mean fine contrast (a share of the
/// airlight's luma) from which that is texture, and share of the frame up to which there is no sky.
const ONE_VEIL: ((f32, f32), (f32, f32), (f32, f32)) = ((0.02, 0.05), (0.05, 0.09), (0.0, 0.03));
/// Clear land above a pale pixel, share of the height, that makes it lie in front; the mean of that over the
/// pale land from which it does; and the fine contrast behind the veil up to which there is none.
const PALE_BEFORE: ((f32, f32), (f32, f32), (f32, f32)) =
    ((0.01, 0.12), (0.06, 0.12), (0.042, 0.052));

/// Softness of the darkest that a frame has: as a soft least value 0.02 gives 0.1 where 0.5 % of it is black.
const DARKEST: f32 = 0.02;
/// Darkest value beside the airlight from which nothing is dark (of 207 clear photographs half have less than 0.11;
/// those that have more than 0.3 are paper, textures and skies), standard deviation of the land's luma from which
/// it is a scene, and share of the sky from which it is a sky.
const LIFTED: ((f32, f32), (f32, f32), (f32, f32)) = ((0.22, 0.32), (0.045, 0.065), (0.6, 0.85));

/// What the evidence is taken from.
pub(super) struct Seen<'a> {
    pub(super) picture: &'a SmallPicture,
    pub(super) luma: &'a Plane,
    pub(super) sky: &'a Plane,
    pub(super) depth: &'a Depth,
    pub(super) airlight: [f32; 3],
}

impl Seen<'_> {
    /// What is added to every sum of weights.
    pub(super) fn nothing(&self) -> f32 {
        NOTHING * self.luma.size().area() as f32
    }

    /// Saturation of a pixel with the airlight as its white.
    #[inline(always)]
    pub(super) fn saturation(&self, i: usize) -> f32 {
        let beside: [f32; 3] =
            std::array::from_fn(|c| self.picture.channels[c].values()[i] / self.airlight[c]);
        1.0 - least(beside) / greatest(beside).max(1e-3)
    }
}

impl Evidence {
    /// How sure it is that there is haze, 0..1.
    #[must_use]
    pub fn score(&self) -> f32 {
        gate(self)
    }

    pub(super) fn of(seen: &Seen<'_>) -> Self {
        dispatch!(Level::new(), _simd => Self::of_all(seen))
    }

    #[inline(always)]
    fn of_all(seen: &Seen<'_>) -> Self {
        let Seen { picture, luma: guide, sky, depth, airlight } = *seen;
        let size = guide.size();
        let height = size.height as f32;
        let [red_air, green_air, blue_air] = airlight;
        let air_luma = luma(red_air, green_air, blue_air).max(0.05);
        let window = radius_px(WINDOWS.0, size);
        let fine_contrast = deviation(guide, radius_px(WINDOWS.1, size));
        let contrast = deviation(guide, window);
        let sky_near = box_mean(sky.clone(), window);
        let coarse = erode(&depth.beside_airlight, radius_px(COARSE, size));

        let air_sum = red_air + green_air + blue_air;
        let mut means = [Mean::default(); 25];
        let mut land = Moments::default();
        let mut band = Plane::filled(size, 0.0);
        let mut clear_above = vec![0.0; size.width as usize];
        let channels = picture.channels.each_ref().map(Plane::values);
        for i in 0..guide.values().len() {
            let pixel = channels.map(|channel| channel[i]);
            let saturation = seen.saturation(i);
            let row = ((i / size.width as usize) as f32 + 0.5) / height;
            let (m, g) = (depth.judged.values()[i], guide.values()[i]);
            let (con, fine) = (contrast.values()[i], fine_contrast.values()[i]);
            let veil = coarse.values()[i].clamp(0.0, 1.0);
            let sum = (pixel[0] + pixel[1] + pixel[2]).max(0.05);
            let off_colour: f32 =
                (0..3).map(|c| (pixel[c] / sum - airlight[c] / air_sum).abs()).sum();
            let u = 1.0 - sky.values()[i];
            let above: &mut f32 = &mut clear_above[i % size.width as usize];
            *above += u * (1.0 - smoothstep(CLEAR, veil)) / height;
            let veiled = u * smoothstep((0.2, 0.45), m);
            let by_sky = u * (sky_near.values()[i] + 0.15 * e(-row / 0.12)).clamp(0.0, 1.0);
            let third = |k: f32| {
                let apart = (row - (k + 0.5) / 3.0) / 0.2;
                u * e(-apart * apart)
            };
            let thirds = [third(0.0), third(1.0), third(2.0)];
            let pale = u
                * smoothstep((0.25, 0.55), veil)
                * e(-saturation / 0.25)
                * e(-con / air_luma / 0.08);
            let half_veiled = smoothstep((0.25, 0.5), m);
            let pale_land = u * half_veiled * e(-off_colour / 0.08) * e(-con / 0.06);
            let smooth = half_veiled * e(-saturation / 0.15);
            band.values_mut()[i] = u * smooth * e(-fine / air_luma / 0.03);
            let beside_luma = g / air_luma;
            let (dark, black) = (g / 0.3, g / 0.15);
            let own = depth.normalised.values()[i] / 0.2;
            let pairs = [
                (m, by_sky),
                (smoothstep((0.55, 0.8), m), u),
                (pale, 1.0),
                (veil, thirds[1]),
                (smoothstep((0.93, 0.99), greatest(pixel)), 1.0),
                (e(-fine / 0.015), u),
                ((fine / (1.05 - m)).min(0.3), veiled),
                (saturation * saturation, u),
                (beside_luma, thirds[2]),
                (con, by_sky),
                (fine, thirds[0]),
                (e(beside_luma / 0.1 - 10.0), u),
                (fine, u),
                (depth.near.values()[i] - depth.wide.values()[i], u),
                (e(-dark * dark), u),
                (e(-black * black), u),
                (pale_land, u),
                (by_sky * half_veiled, 1.0),
                (e(-own * own), thirds[0]),
                (sky.values()[i], 1.0),
                (m, thirds[0]),
                (m, thirds[1]),
                (m, thirds[2]),
                (smoothstep(PALE_BEFORE.0, *above), pale),
                (e(-depth.beside_airlight.values()[i] / DARKEST), 1.0),
            ];
            means.iter_mut().zip(pairs).for_each(|(mean, (value, weight))| mean.add(value, weight));
            land.add(u, [veil, (con / air_luma + 0.01).ln(), m, row, saturation, g]);
        }
        let nothing = seen.nothing();
        let [
            veil_by_sky,
            dense,
            _,
            veil_middle,
            _,
            smooth,
            fine_behind_veil,
            saturation,
            luma_near,
            contrast_by_sky,
            fine_far,
            brightest,
            fine,
            small_veil,
            dark,
            black,
            pale_land,
            _,
            dark_far,
            _,
            far,
            middle,
            near,
            pale_before,
            darkest,
        ] = means.map(|mean| mean.over(nothing));
        let [pale, blown, veiled_by_sky, sky_share] = [2, 4, 17, 19].map(|i| means[i].over(0.0));
        let orange = (red_air / blue_air.max(1e-3)).ln();
        let luma_spread = land.deviation(5, nothing);
        let Skyline { far_band, count: skylines } = skyline(seen, air_luma, &fine_contrast);
        Self {
            veil_by_sky,
            dense,
            pale,
            veil_middle,
            blown,
            contrast_with_veil: land.correlation(0, 1, nothing),
            smooth,
            fine_behind_veil,
            densest: densest(band, sky, nothing),
            veil_with_row: land.correlation(2, 3, nothing),
            colour_with_veil: land.correlation(0, 4, nothing),
            saturation,
            luma_near,
            contrast_by_sky,
            fine_far,
            brightest: 0.1 * (brightest + 1e-9).ln() + 1.0,
            spread: luma_spread / air_luma,
            fine,
            small_veil,
            dark,
            luma_spread,
            dusty_sky: smoothstep((0.45, 0.8), orange)
                * smoothstep((0.05, 0.15), sky_share)
                * (1.0 - smoothstep((0.2, 0.6), black)),
            far_band,
            skylines,
            one_veil: (1.0 - smoothstep(ONE_VEIL.0, land.deviation(2, nothing)))
                * smoothstep(ONE_VEIL.1, fine / air_luma)
                * (1.0 - smoothstep(ONE_VEIL.2, sky_share)),
            pale_before: smoothstep(PALE_BEFORE.1, pale_before)
                * (1.0 - smoothstep(PALE_BEFORE.2, fine_behind_veil)),
            lifted: smoothstep(LIFTED.0, -DARKEST * (darkest + 1e-9).ln())
                * smoothstep(LIFTED.1, luma_spread)
                * (1.0 - smoothstep(LIFTED.2, sky_share)),
            sharp: sharp(guide, air_luma),
            yellow: orange.max(0.0),
            pale_land,
            veiled_by_sky,
            dark_far,
            sky: sky_share,
            thirds: [far, middle, near],
        }
    }
}

/// Where the smooth veil of the land is densest: Σz³/Σz², z its mean in windows.
fn densest(band: Plane, sky: &Plane, nothing: f32) -> f32 {
    let radius = radius_px(DENSEST, band.size());
    let mut mean = Mean::default();
    for (z, sky) in box_mean(band, radius).values().iter().zip(sky.values()) {
        mean.add(*z, z * z * (1.0 - sky));
    }
    mean.over(nothing)
}

fn least([red, green, blue]: [f32; 3]) -> f32 {
    red.min(green).min(blue)
}

fn greatest([red, green, blue]: [f32; 3]) -> f32 {
    red.max(green).max(blue)
}

/// e^x.
#[inline(always)]
pub(super) fn e(x: f32) -> f32 {
    exp2((x * std::f32::consts::LOG2_E).clamp(-60.0, 60.0))
}

/// Standard deviation in windows of this radius.
fn deviation(plane: &Plane, radius: usize) -> Plane {
    let mean = box_mean(plane.clone(), radius);
    let square = box_mean(plane.clone().map(|v| v * v), radius);
    square.zip(&mean, |square, mean| (square - mean * mean).max(0.0).sqrt())
}

/// Measures of a pixel that are correlated.
const MEASURES: usize = 6;

/// Sums of the measures, of their squares and products.
#[derive(Default)]
struct Moments {
    weights: f64,
    sums: [f64; MEASURES],
    products: [[f64; MEASURES]; MEASURES],
}

impl Moments {
    #[inline(always)]
    fn add(&mut self, weight: f32, values: [f32; MEASURES]) {
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

#[cfg(test)]
mod tests {
    use super::super::survey::survey;
    use super::*;
    use crate::frame::Size;

    /// A scene of blocks from black to pale behind an even veil that leaves `left` of it.
    fn blocks(left: f32) -> SmallPicture {
        let size = Size::new(256, 170);
        let value = |i: usize| {
            let (x, y) = (i % 256 / 16, i / 256 / 16);
            let scene = ((x * 7 + y * 5) % 11) as f32 * 0.06;
            scene * left + 0.9 * (1.0 - left)
        };
        let plane = Plane::new(size, (0..size.area() as usize).map(value).collect());
        SmallPicture::of([plane.clone(), plane.clone(), plane])
    }

    #[test]
    fn a_veil_over_everything_shows_in_that_nothing_is_dark() {
        let lifted = |picture: &SmallPicture| survey(picture).haze.evidence.lifted;
        assert!(lifted(&blocks(1.0)) < 0.01);
        assert!(lifted(&blocks(0.6)) > 0.99);
        let paper = Plane::filled(Size::new(256, 170), 0.8);
        assert!(lifted(&SmallPicture::of([paper.clone(), paper.clone(), paper])) < 0.01);
    }
}

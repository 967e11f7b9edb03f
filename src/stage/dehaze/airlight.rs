//! The airlight A: the colour of infinitely thick haze, read off the haziest part of the frame.
//!
//! Kaiming He, Jian Sun, Xiaoou Tang, "Single Image Haze Removal Using Dark Channel Prior", CVPR
//! 2009, 4.4, with these changes: clipped pixels (the sun, its reflections, lamps) are never the
//! airlight, unless so much of the frame is blown out that it is the sky; what belongs to the sky is
//! preferred; and instead of the few brightest of the haziest pixels all count, by how near they come to the
//! haziest. A tower, a strip of sand or a boat is then never the airlight, and the frame may be moved by a
//! few percent without a jump.

use super::measure::{quantile, radius_px, smoothstep};
use crate::filter::{SmallPicture, erode, exp2};
use crate::frame::{Plane, luma};

/// Erosion radius of the dark channel here, as a share of the long side.
const RADIUS: f32 = 0.025;
/// By how much the sky is preferred.
const SKY: f32 = 0.1;
/// A pixel with a channel above this is clipped.
const CLIPPED: f32 = 0.995;
/// Fewer unclipped pixels than this share of the frame: clipped ones are taken after all.
const UNCLIPPED_SHARE: f32 = 0.05;
/// The dark channel that this share stays below is the haziest.
const HAZIEST: f32 = 0.995;
/// A pixel whose dark channel is this much below the haziest counts 1/e (0.02: a boat moves the airlight,
/// 0.1: 1 dB less on real haze).
const NEAR: f32 = 0.04;
/// The same for the colour, which changes less with depth than the luma (0.04: where no sky is in the frame,
/// 3 % of framing change red and blue by 11 levels, and the picture by 10; as good on pairs; 0.3: the land's own
/// colours pass for the haze's).
const NEAR_IN_COLOUR: f32 = 0.17;
/// The airlight's luma is the weighted mean and this many standard deviations: haze is brightest where
/// it is thickest (1: 1.5 dB less outdoors, 2.5: the same).
const DEVIATIONS: f32 = 2.0;
/// How far a channel may lie from the mean of the three, as a factor: desert dust has B/R down to 0.3 (to
/// 0.8 and 1.25: dust stays in the picture; the pairs are the same to 0.01 dB).
const CAST: (f32, f32) = (0.35, 1.8);
/// A pixel with all channels above this is blown out.
const BLOWN: f32 = 0.98;
/// Share of blown-out pixels: below the first it is a sun or lamps and left out, above the second
/// it is a blown-out sky and *is* the airlight.
const BLOWN_SKY: (f32, f32) = (0.03, 0.10);
/// Share of the way to grey that a bluish airlight is taken: what is read off a sky has blue in it that the
/// haze before the land has not (0: the hues of real frames turn by 1.2° more, and outdoor pairs with laid-on
/// haze lose 0.3 dB and 0.5 in CIEDE2000; 0.36: 3 % of framing move a frame without a sky by 0.4 levels more, and
/// pairs from a haze machine gain 0.1 dB).
const GREYER: f32 = 0.6;
/// ln(red/blue) from which an airlight is no bluish one, and from which it is dust or smoke: their colour is
/// the haze's own.
const YELLOW: (f32, f32) = (0.05, 0.2);

/// Airlight, encoded red, green and blue in 0..1; `least` is the least channel of every pixel.
pub(super) fn airlight(picture: &SmallPicture, least: &Plane, sky: &Plane) -> [f32; 3] {
    let [red, green, blue] = [0, 1, 2].map(|c| picture.channels[c].values());
    let hazy = erode(least, radius_px(RADIUS, least.size()));
    let hazy = hazy.zip(sky, |dark, sky| dark * (1.0 + SKY * sky));
    let clipped = |i: usize| red[i].max(green[i]).max(blue[i]) > CLIPPED;
    let all = least.values().len();
    let mut candidates: Vec<usize> = (0..all).filter(|&i| !clipped(i)).collect();
    if (candidates.len() as f32) < UNCLIPPED_SHARE * all as f32 {
        candidates = (0..all).collect();
    }
    let haziest = quantile(candidates.iter().map(|&i| hazy.values()[i]).collect(), HAZIEST);
    let (mut weights, mut lumas, mut squares) = (0.0_f64, 0.0_f64, 0.0_f64);
    let mut sums = [0.0_f64; 3];
    for i in candidates {
        let below = (haziest - hazy.values()[i]).max(0.0) * -std::f32::consts::LOG2_E;
        let weight = |near: f32| f64::from(exp2((below / near).max(-60.0)));
        let colours = [red[i], green[i], blue[i]];
        sums.iter_mut()
            .zip(colours)
            .for_each(|(sum, v)| *sum += weight(NEAR_IN_COLOUR) * f64::from(v));
        let (weight, luma) = (weight(NEAR), f64::from(luma(red[i], green[i], blue[i])));
        weights += weight;
        lumas += weight * luma;
        squares += weight * luma * luma;
    }
    let mean = lumas / weights;
    let level = mean + f64::from(DEVIATIONS) * (squares / weights - mean * mean).max(0.0).sqrt();
    let [red_sum, green_sum, blue_sum] = sums.map(|sum| sum as f32);
    let scale = level as f32 / luma(red_sum, green_sum, blue_sum).max(1e-6);
    let colour = sums.map(|sum| sum as f32 * scale);
    let grey = (colour.iter().sum::<f32>() / 3.0).max(1.0 / 255.0);
    let blown = least.values().iter().filter(|&&v| v > BLOWN).count() as f32 / all as f32;
    let blown = smoothstep(BLOWN_SKY, blown);
    colour.map(|a| {
        let a = (a / grey).clamp(CAST.0, CAST.1) * grey;
        (a * (1.0 - blown) + a.max(0.99) * blown).min(1.0)
    })
}

/// The colour that the haze has before the land, from the airlight that was read.
pub(super) fn before_land(airlight: [f32; 3]) -> [f32; 3] {
    let [red, green, blue] = airlight;
    let yellow = smoothstep(YELLOW, (red / blue.max(1e-3)).ln());
    let (grey, share) = (luma(red, green, blue), GREYER * (1.0 - yellow));
    airlight.map(|a| a + (grey - a) * share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Size;

    #[test]
    fn a_clipped_sun_is_not_the_airlight() {
        let size = Size::new(200, 100);
        let plane = |value: f32| {
            let mut plane = Plane::filled(size, value);
            for i in 0..40 {
                plane.values_mut()[40 * 200 + 90 + i % 8 + (i / 8) * 200] = 1.0;
            }
            plane
        };
        let picture = SmallPicture::of([plane(0.70), plane(0.75), plane(0.80)]);
        let air = airlight(&picture, &picture.channels[0].clone(), &Plane::filled(size, 0.0));
        for (a, right) in air.into_iter().zip([0.70, 0.75, 0.80]) {
            assert!((a - right).abs() < 0.01, "{air:?}");
        }
    }

    #[test]
    fn haze_before_the_land_is_greyer_than_a_blue_sky_and_dust_stays_as_it_is() {
        let [red, green, blue] = before_land([0.6, 0.7, 0.8]);
        assert!(red > 0.62 && blue < 0.78 && (green - 0.7).abs() < 0.01, "{red} {green} {blue}");
        let light = luma(red, green, blue) - luma(0.6, 0.7, 0.8);
        assert!(light.abs() < 1e-5, "{light}");
        assert_eq!(before_land([0.8, 0.6, 0.4]), [0.8, 0.6, 0.4]);
    }
}

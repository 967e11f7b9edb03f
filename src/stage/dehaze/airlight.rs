//! The airlight A: the colour of infinitely thick haze, read off the haziest part of the frame.
//!
//! Kaiming He, Jian Sun, Xiaoou Tang, "Single Image Haze Removal Using Dark Channel Prior", CVPR
//! 2009, 4.4, with two changes: clipped pixels (the sun, its reflections, lamps) are never the
//! airlight, unless so much of the frame is blown out that it is the sky; and the colour may not
//! lean further than hazes do.

use crate::filter::{SmallPicture, erode};
use crate::frame::{Plane, luma};

/// Erosion radius of the dark channel here, as a share of the long side.
const RADIUS: f32 = 0.025;
/// A pixel with a channel above this is clipped.
const CLIPPED: f32 = 0.995;
/// Fewer unclipped pixels than this share of the frame: clipped ones are taken after all.
const UNCLIPPED_SHARE: f32 = 0.05;
/// The haziest share of the pixels that are candidates (He et al.: the top 0.1 %).
const CANDIDATES: f32 = 0.002;
/// No fewer candidates than this, pixels.
const CANDIDATES_MIN: usize = 20;
/// The brightest share of the candidates is averaged (.01, one pixel: .15 dB more on outdoor pairs,
/// but half the frame gives another airlight; .1: .2 dB less).
const BRIGHTEST: f32 = 0.05;
/// How far a channel may lie from the mean of the three, as a factor.
const CAST: (f32, f32) = (0.8, 1.25);
/// A pixel with all channels above this is blown out.
const BLOWN: f32 = 0.98;
/// Share of blown-out pixels: below the first it is a sun or lamps and left out, above the second
/// it is a blown-out sky and *is* the airlight.
const BLOWN_SKY: (f32, f32) = (0.03, 0.10);

/// Airlight, encoded red, green and blue in 0..1; `least` is the least channel of every pixel.
pub(super) fn airlight(picture: &SmallPicture, least: &Plane) -> [f32; 3] {
    let [red, green, blue] = [0, 1, 2].map(|c| picture.channels[c].values());
    let dark = erode(least, super::measure::radius_px(RADIUS, least.size()));
    let unclipped = |i: usize| red[i].max(green[i]).max(blue[i]) <= CLIPPED;
    let all = least.values().len();
    let mut candidates: Vec<usize> = (0..all).filter(|&i| unclipped(i)).collect();
    if (candidates.len() as f32) < UNCLIPPED_SHARE * all as f32 {
        candidates = (0..all).collect();
    }
    let count = ((CANDIDATES * all as f32) as usize).max(CANDIDATES_MIN);
    keep_greatest(&mut candidates, count, |i| dark.values()[i]);
    let brightest = ((BRIGHTEST * count as f32) as usize).max(1);
    keep_greatest(&mut candidates, brightest, |i| luma(red[i], green[i], blue[i]));

    let mean_of = |channel: &[f32]| {
        candidates.iter().map(|&i| channel[i]).sum::<f32>() / candidates.len().max(1) as f32
    };
    let colour = [red, green, blue].map(mean_of);
    let grey = (colour.iter().sum::<f32>() / 3.0).max(1.0 / 255.0);
    let blown = least.values().iter().filter(|&&v| v > BLOWN).count() as f32 / all as f32;
    let sky = super::measure::smoothstep(BLOWN_SKY, blown);
    colour.map(|a| {
        let a = (a / grey).clamp(CAST.0, CAST.1) * grey;
        a * (1.0 - sky) + a.max(0.99) * sky
    })
}

/// Keeps the `count` indices of the greatest values; ties go to the earlier index.
fn keep_greatest(indices: &mut Vec<usize>, count: usize, value: impl Fn(usize) -> f32) {
    if indices.len() > count && count > 0 {
        let order = |a: &usize, b: &usize| value(*b).total_cmp(&value(*a)).then(a.cmp(b));
        indices.select_nth_unstable_by(count - 1, order);
        indices.truncate(count);
        indices.sort_unstable();
    }
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
        let picture = SmallPicture { channels: [plane(0.70), plane(0.75), plane(0.80)] };
        let air = airlight(&picture, &picture.channels[0].clone());
        for (a, right) in air.into_iter().zip([0.70, 0.75, 0.80]) {
            assert!((a - right).abs() < 0.01, "{air:?}");
        }
    }

    #[test]
    fn ties_go_to_the_earlier_index() {
        let mut indices = vec![4, 3, 2, 1, 0];
        keep_greatest(&mut indices, 2, |i| if i < 3 { 1.0 } else { 0.0 });
        assert_eq!(indices, [0, 1]);
    }
}

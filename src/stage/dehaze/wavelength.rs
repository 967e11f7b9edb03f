//! The colour of haze: optical depth goes with (λ/550 nm)^−q (Ångström 1929). 0 is fog, which dims all
//! colours alike; 1.3 the blue haze before far ridges.

use super::measure::{radius_px, smoothstep};
use crate::filter::{SmallPicture, erode};
use crate::frame::Plane;

/// Centres of the sensor's red, green and blue, nm.
const WAVELENGTHS: [f32; 3] = [610.0, 540.0, 465.0];
/// Erosion radius of the channels, share of the long side.
const RADIUS: f32 = 0.03;
/// Range of an eroded channel over its airlight in which its logarithm tells something.
const TELLING: (f32, f32) = (0.02, 0.97);
/// A veil within these is half a veil: there is haze, and something behind it.
const HALF_VEILED: ((f32, f32), (f32, f32)) = ((0.25, 0.45), (0.75, 0.9));
/// Weight of "grey haze" beside the evidence, as a share of the frame.
const DOUBT: f32 = 0.01;
/// Share of what is read that is believed: shadows are bluer than what they lie on, too.
const BELIEVED: f32 = 0.6;
/// Greatest exponent: continental haze.
const EXPONENT_MAX: f32 = 1.3;

/// The exponent q that the frame shows: how much more veil the darkest things have in blue than in red,
/// where there is half a veil. Dark things are taken for grey.
pub(super) fn exponent(
    picture: &SmallPicture,
    veil: &Plane,
    sky: &Plane,
    airlight: [f32; 3],
) -> f32 {
    let radius = radius_px(RADIUS, veil.size());
    let [red, blue] = [0, 2].map(|c| {
        let channel = picture.channels[c].clone().map(|v| v / airlight[c]);
        erode(&channel, radius).map(|v| v.clamp(TELLING.0, TELLING.1))
    });
    let (mut sum, mut weights) = (0.0_f64, 0.0_f64);
    for i in 0..veil.values().len() {
        let m = veil.values()[i];
        let half = smoothstep(HALF_VEILED.0, m) * (1.0 - smoothstep(HALF_VEILED.1, m));
        let weight = half * (1.0 - sky.values()[i]);
        if weight > 0.0 {
            let [red, blue] = [&red, &blue].map(|channel| (1.0 - channel.values()[i]).ln());
            sum += f64::from(weight * (blue / red).ln());
            weights += f64::from(weight);
        }
    }
    let mean = sum / (weights + f64::from(DOUBT) * veil.values().len() as f64);
    let [long, _, short] = WAVELENGTHS;
    (BELIEVED * mean as f32 / (long / short).ln()).clamp(0.0, EXPONENT_MAX)
}

/// The factors on the optical depth of red, green and blue.
pub(super) fn factors(exponent: f32) -> [f32; 3] {
    WAVELENGTHS.map(|wave| (wave / 550.0).powf(-exponent))
}

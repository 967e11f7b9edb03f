//! How dark the plate has to be for its letters to be legible.
//!
//! Contrast is (L₁ + 0.05) / (L₂ + 0.05) of relative luminances (W3C, Web Content Accessibility
//! Guidelines 2.1, 1.4.3 and its definition of relative luminance). The plate is laid on in encoded
//! values, v' = v(1−α) + pα. The brightest and the darkest sample under it bound the luminance of
//! every pixel there, so a plate that is right for both is right for all.

use crate::frame::{linear, luma};

/// Contrast that the letters have at least, measured as if samples were sRGB. WCAG asks for 4.5;
/// 6 in sRGB is still 4.5 where a profile's curve is as flat as γ = 1.8 (ProPhoto).
const AIM: f32 = 6.0;

/// Steps in which the opacity is raised.
const STEP: f32 = 0.01;

/// Relative luminance of encoded sRGB.
pub(super) fn luminance(colour: [f32; 3]) -> f32 {
    let [red, green, blue] = colour.map(|v| linear(f64::from(v)) as f32);
    luma(red, green, blue)
}

/// Contrast of two relative luminances, 1 to 21.
pub(super) fn contrast(a: f32, b: f32) -> f32 {
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The opacity, `least` or more, at which `ink` on `plate` has the contrast aimed at over samples
/// between `darkest` and `brightest`; 1 if even an opaque plate has not.
pub(super) fn opacity(
    [darkest, brightest]: [f32; 2],
    ink: [f32; 3],
    plate: [f32; 3],
    least: f32,
) -> f32 {
    let ink = luminance(ink);
    let holds = |alpha: f32| {
        [darkest, brightest].into_iter().all(|sample| {
            let under = plate.map(|p| sample * (1.0 - alpha) + p * alpha);
            contrast(ink, luminance(under)) >= AIM
        })
    };
    let steps = ((1.0 - least) / STEP).ceil() as u32;
    (0..steps).map(|i| least + i as f32 * STEP).find(|&alpha| holds(alpha)).unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bright_ground_raises_the_opacity_and_a_dark_one_leaves_it() {
        let (white, black) = ([1.0; 3], [0.0; 3]);
        assert_eq!(opacity([0.0, 0.2], white, black, 0.5), 0.5);
        let raised = opacity([0.0, 1.0], white, black, 0.5);
        assert!(contrast(1.0, luminance([1.0 - raised; 3])) >= AIM && raised < 0.7, "{raised}");
        assert_eq!(opacity([0.0, 1.0], white, white, 0.5), 1.0);
    }
}

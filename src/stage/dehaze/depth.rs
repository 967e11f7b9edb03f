//! The optical depth of every part of the frame, from how little darkness is left in it.
//!
//! The **veil** m is the dark channel (He et al. 2009) of the picture divided by the airlight, lowered where
//! the colours are pure, averaged over three window sizes. It is then carried along surfaces from where no
//! darker neighbour lies in the windows: a surface at one distance has one veil. Soft optical depth:
//! τ = β·(m + m²/2), the first two terms of Koschmieder's −ln(1 − m), so that t = e^(−τ) has a floor of its
//! own.
//!
//! The **trust** T says how far the veil is haze before something. Contrast is the proof; a surface takes it
//! from its rim and its foot, but the sky does not. Where the frame is veiled and nothing is trusted it is
//! sky (or a wall), and is left alone.
//!
//! The guided filter lays τ along the luma; its coefficients, not τ, go to the sweep.

use super::measure::{radius_px, smoothstep};
use super::refine::{Guide, refined};
use crate::filter::{
    Carried, Coefficients, SmallPicture, box_mean, deviation_from_plane, erode, exp2, filled,
    greatest_in_row, without_spots,
};
use crate::frame::Plane;

/// Optical depth of a full veil at strength 1: about what `auto` takes, on the mean of hazy frames.
const FULL_VEIL_DEPTH: f32 = 1.39;
// What was tried for the constants below is given in dB beside them, each frame at its best amount,
// means of the four sets of pairs.

/// Erosion radii of the veil, shares of the long side (one of 0.03: −0.05; the greatest of shifted
/// windows, an opening of 0.03: −0.36; 2, 4, 7 % and 3, 7, 12 %: within 0.08).
const RADII: [f32; 3] = [0.02, 0.05, 0.10];
/// A pixel of full saturation has this share less veil: pure colour is not haze (0: −0.25; 0.8: −0.18;
/// 1.25·m/(2 − S) instead: −0.8).
const PURITY: f32 = 0.5;
/// A pixel speaks for its surface if it is within about this of the soft least value in the widest window
/// (the mean of the three instead of the widest: the foot of a hill stays 40 levels pale).
const SPEAKS: f32 = 0.1;
/// T of that least value. With the least value itself, by which the haze is judged, a boat that passes moves the
/// far shore by 2 levels.
const SOFTNESS: f32 = 0.03;
/// A pixel does not speak either where something small is darker by more than about this. The foot of a dark
/// hill comes out 5 levels paler than its crest; 4 at 0.15, but then a boat moves the far shore by 1.6 levels
/// instead of 1.4.
const LONE: f32 = 0.2;
/// What every pixel speaks with (0.02: the foot of a hill stays 7 levels pale).
const SPEAKS_LEAST: f32 = 0.001;
/// How far the veil is carried, share of the long side (64: framing and boats move the far shore by more).
const VEIL_REACH: f32 = 30.0 / 256.0;
/// The edge that ends its way (0.2: near land takes some of the veil from the foot of a dark hill, which comes out
/// 2 levels paler; 0.1: a cliff in fog is a level less even).
const VEIL_EDGE: f32 = 0.14;
/// The same where the haze is judged.
const JUDGED_EDGE: f32 = 0.2;
/// Where the sky ends, the veil is carried no farther: pixels that this costs, a share of the long side (without:
/// a bird in the sky moves the skyline by 3 levels, and the rim of a far shore is a level darker; twice as much: dust
/// takes more of far buildings).
const SKY_FENCE: f32 = 30.0 / 256.0;
/// How trust is carried: farther, and over weaker edges.
const TRUST_REACH: (f32, f32) = (60.0 / 256.0, 0.5);
/// Guided filter: radius as a share of the long side (0.06: +0.1, but not looked at on skylines; 0.12:
/// −0.17).
const GUIDED_RADIUS: f32 = 0.04;
/// Guided filter: variance of encoded luma below which a window is flat (1e-3: haze beside a far tower, of
/// which it is 10 or 20 levels brighter, is darkened with it; 2e-4: the skyline tears).
const GUIDED_EPSILON: f32 = 5e-4;
/// Window in which contrast is measured, share of the long side.
const CONTRAST_RADIUS: f32 = 0.06;
/// Relative contrast from which the veil is trusted fully; sky and white walls have less (0.06:
/// 0.4 dB more on hazes laid on clear frames; each 0.02 less is 5 % more noise in skies).
const CONTRAST_TRUSTED: f32 = 0.0875;
/// Window in which the sky's own detail is measured, share of the long side (0.06: the bend of a gradient over
/// a skyline counts as much as the far fields of a plain; skies have 0.0015 to 0.0025 here in the middle, pale
/// land that passes for sky 0.0025 to 0.005).
const SKY_RADIUS: f32 = 0.03;
/// Standard deviation of the sky's own pixels, beside their gradient, from which a sky begins to be trusted, and
/// at which it is: clouds before something, or pale land that passes for sky.
const SKY_TRUSTED: (f32, f32) = (0.002, 0.006);
/// How far beside a pixel the brightest sky of its row is looked for, share of the long side: rows, for haze
/// lies in layers, and grows darker towards the ground by as much as a far tower is darker than it.
const BESIDE: f32 = 0.06;
/// By how many standard deviations of its window a pixel must be darker than that to be a shape before the sky:
/// not at all up to the first, fully from the second on (0.7 and 1.7: dark blotches lie around far towers).
const SHAPE: (f32, f32) = (1.3, 2.6);
/// Standard deviation of a window of sky up to which there are no shapes in it, and from which there are: below,
/// it is clouds, or pale land that passes for sky.
const SHAPES: (f32, f32) = (0.005, 0.01);
/// Least standard deviation there.
const LEAST_SPREAD: f32 = 1e-4;
/// What is no longer than twice this across and down, a share of the long side, and darker than the sky around
/// it, is no cloud: dust on the sensor, a bird (0: dust is raised by 1.74 beside 1.66 for the scene, with this
/// by 1.38).
const SPOT_RADIUS: f32 = 0.012;
/// Share of the veil that is believed without any contrast, and by how much less of it where the
/// veil is full.
const TRUST: (f32, f32) = (0.6, 0.5);
/// A veil from the first to the second is sky where nothing can be trusted; there τ goes to 0.
const SKY: (f32, f32) = (0.46, 0.76);

/// What the small picture says about depth.
pub(super) struct Depth {
    /// τ = a·luma + b at strength 1.
    pub(super) coefficients: Coefficients,
    /// min_c(I_c/A_c) of every pixel.
    pub(super) beside_airlight: Plane,
    /// The same, lowered by the saturation.
    pub(super) normalised: Plane,
    /// The veil, 0..1, as the haze is judged by it: what is small and dark lowers it around it.
    pub(super) judged: Plane,
    /// The veil, 0..1, that is taken out.
    pub(super) veil: Plane,
    /// Trust, 0..1.
    pub(super) trust: Plane,
    /// The veil of the narrowest window alone.
    pub(super) near: Plane,
    /// The veil of the widest window alone.
    pub(super) wide: Plane,
}

pub(super) fn depth(
    picture: &SmallPicture,
    luma: &Plane,
    sky: &Plane,
    airlight: [f32; 3],
) -> Depth {
    let size = luma.size();
    let long = size.long_side() as f32;
    let [beside_airlight, normalised] = veil_of_pixels(picture, airlight);
    let eroded = RADII.map(|r| erode(&normalised, radius_px(r, size)).map(|m| m.clamp(0.0, 1.0)));
    let [near, middle, wide] = eroded;
    let mean = near.clone().zip(&middle, |a, b| a + b).zip(&wide, |sum, c| (sum + c) / 3.0);
    let carried = Carried { reach: VEIL_REACH * long, edge: JUDGED_EDGE, fence: None };
    let speaks =
        normalised.clone().zip(&wide, |value, least| within(SPEAKS, value - least) + SPEAKS_LEAST);
    let judged = filled(mean.clone(), &speaks, picture, carried);

    let soft = soft_least(&normalised, radius_px(RADII[2], size));
    let speaks = normalised.clone().zip(&soft, |value, soft| within(SPEAKS, value - soft));
    let lone = soft.zip(&wide, |soft, least| within(LONE, (soft - least).max(0.0)));
    let speaks = speaks.zip(&lone, |a, b| a * b + SPEAKS_LEAST);
    let fence = Some((sky, SKY_FENCE * long));
    let carried = Carried { edge: VEIL_EDGE, fence, ..carried };
    let veil = filled(mean, &speaks, picture, carried);

    let window = radius_px(CONTRAST_RADIUS, size);
    let deviation = standard_deviation(luma, window);
    let contrast = deviation.zip(&veil, |deviation, m| deviation / (1.05 - m));
    let rich = contrast.clone().map(|contrast| (contrast / CONTRAST_TRUSTED).min(1.0));
    let trust = trust(picture, luma, sky, &rich);
    let mut depth = veil.clone();
    for (m, trust) in depth.values_mut().iter_mut().zip(trust.values()) {
        let least = TRUST.0 * (1.0 - TRUST.1 * *m);
        let sky = smoothstep(SKY, *m) * (1.0 - trust);
        *m = full_depth(*m) * (least + (1.0 - least) * trust) * (1.0 - sky);
    }
    let guide = Guide {
        luma,
        sky,
        airlight: crate::frame::luma(airlight[0], airlight[1], airlight[2]),
        scale: picture.scale,
    };
    let coefficients = refined(&guide, depth, radius_px(GUIDED_RADIUS, size), GUIDED_EPSILON);
    Depth { coefficients, beside_airlight, normalised, judged, veil, near, wide, trust }
}

/// Trust in the veil: of the land carried along its surfaces, of the sky that in its own clouds.
fn trust(picture: &SmallPicture, luma: &Plane, sky: &Plane, rich: &Plane) -> Plane {
    let long = luma.size().long_side() as f32;
    let proof =
        rich.clone().zip(sky, |rich, sky| (rich * rich * rich + 0.002) * (1.0 - sky) + 1e-5);
    let carried = Carried { reach: TRUST_REACH.0 * long, edge: TRUST_REACH.1, fence: None };
    let land = filled(rich.clone(), &proof, picture, carried);
    let land = land.zip(rich, |filled, rich| rich.max(filled.clamp(0.0, 1.0)));
    // Of the sky's pixels alone, or a skyline would pass for clouds; beside the plane that fits them, or a sky
    // that grows darker towards the horizon would (with a mean for the plane a dark smear lies over the
    // skyline).
    let spotless = without_spots(luma, radius_px(SPOT_RADIUS, luma.size()));
    let clouds = deviation_from_plane(&spotless, sky, radius_px(SKY_RADIUS, luma.size()))
        .map(|deviation| smoothstep(SKY_TRUSTED, deviation));
    let above = clouds.zip(rich, f32::min).zip(sky, |trust, sky| trust * sky);
    let above = above.zip(&shapes(luma, sky), |trust, shape| trust * shape);
    land.zip(sky, |trust, sky| trust * (1.0 - sky)).zip(&above, |land, above| land + above)
}

/// How far each pixel of the sky is what stands out before it, 0..1: a far tower is darker than the haze
/// beside it in its row, beyond what differs in the window anyway. The haze itself is not, and is no shape.
fn shapes(luma: &Plane, sky: &Plane) -> Plane {
    let size = luma.size();
    let spread = deviation_from_plane(luma, sky, radius_px(SKY_RADIUS, size));
    let of_sky = luma.clone().zip(sky, |luma, sky| luma * sky);
    let beside = greatest_in_row(&of_sky, radius_px(BESIDE, size));
    let darker = beside.zip(luma, |beside, luma| (beside - luma).max(0.0));
    darker.zip(&spread, |darker, spread| {
        let lies_behind = smoothstep(SHAPE, darker / (spread + LEAST_SPREAD));
        1.0 + (lies_behind - 1.0) * smoothstep(SHAPES, spread)
    })
}

/// Optical depth at strength 1 behind a veil that is fully trusted. With τ = m what takes out dense
/// haze darkens thin haze (0.5 dB less on drawn telephoto scenes, each at its best amount, 0.2 dB on
/// hazes laid on clear frames); −ln(1 − 0.8m) loses 1 dB in rooms, √m 2 dB.
fn full_depth(m: f32) -> f32 {
    FULL_VEIL_DEPTH / 1.5 * (m + 0.5 * m * m)
}

/// min_c(I_c/A_c), and the same lowered by the saturation, which is that of the colours with the airlight as their
/// white: else orange dust would pass for a pure colour.
fn veil_of_pixels(picture: &SmallPicture, airlight: [f32; 3]) -> [Plane; 2] {
    let [red, green, blue] = [0, 1, 2].map(|c| picture.channels[c].values());
    let pixel = |i: usize| {
        let [r, g, b] = [red[i] / airlight[0], green[i] / airlight[1], blue[i] / airlight[2]];
        let (least, greatest) = (r.min(g).min(b), r.max(g).max(b));
        (least, least * (1.0 - PURITY * (1.0 - least / greatest.max(1e-3))))
    };
    let (plain, lowered) = (0..red.len()).map(pixel).unzip();
    [Plane::new(picture.size(), plain), Plane::new(picture.size(), lowered)]
}

/// e^(−(apart/by)²): 1 where there is no difference.
fn within(by: f32, apart: f32) -> f32 {
    let apart = apart / by;
    exp2((apart * apart * -std::f32::consts::LOG2_E).max(-60.0))
}

/// A soft least value in windows of this radius: −T·ln(mean of e^(−v/T)), at most 1. What is small weighs
/// little, so that a boat that passes does not change what it passes.
fn soft_least(plane: &Plane, radius: usize) -> Plane {
    let to_power = -std::f32::consts::LOG2_E / SOFTNESS;
    let powers = plane.clone().map(|v| exp2(v.clamp(0.0, 1.0) * to_power));
    let least = (-1.0 / SOFTNESS).exp();
    box_mean(powers, radius).map(|mean| -SOFTNESS * mean.max(least).ln())
}

fn standard_deviation(plane: &Plane, radius: usize) -> Plane {
    let mean = box_mean(plane.clone(), radius);
    let square = box_mean(plane.clone().map(|v| v * v), radius);
    square.zip(&mean, |square, mean| (square - mean * mean).max(0.0).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Size;

    const SIZE: Size = Size { width: 256, height: 171 };

    /// A pale sky over land in haze; with something small and dark in the sky, or without.
    fn depth_of(bird: bool) -> Depth {
        let value = |i: usize| {
            let (x, y) = (i % 256, i / 256);
            match y {
                30..34 if bird && (118..132).contains(&x) => 0.15,
                ..40 => 0.85,
                _ => 0.79 + ((x * 7 + y * 13) % 17) as f32 / 600.0,
            }
        };
        let luma = Plane::new(SIZE, (0..SIZE.area() as usize).map(value).collect());
        let sky = luma.clone().map(|l| if l > 0.84 { 1.0 } else { 0.0 });
        let picture = SmallPicture::of([luma.clone(), luma.clone(), luma.clone()]);
        depth(&picture, &luma, &sky, [0.86; 3])
    }

    /// Shapes in haze that darkens towards the ground by as much as a tower of this width is darker than it.
    fn shapes_of_tower(width: usize) -> Plane {
        let value = |i: usize| {
            let (x, y) = (i % 256, i / 256);
            let haze = 0.8 - y as f32 * 0.001;
            if (120..120 + width).contains(&x) && y > 60 { haze - 0.1 } else { haze }
        };
        let luma = Plane::new(SIZE, (0..SIZE.area() as usize).map(value).collect());
        shapes(&luma, &Plane::filled(SIZE, 1.0))
    }

    #[test]
    fn a_far_tower_is_a_shape_and_the_haze_beside_it_is_not() {
        // A tower that fills a third of the window counts by two thirds: it spreads the window itself.
        for (width, least) in [(2, 0.9), (3, 0.9), (6, 0.6)] {
            let shapes = shapes_of_tower(width);
            for y in [80, 110, 140] {
                let row = shapes.row(y);
                let tower = row[120 + width / 2];
                assert!(tower > least, "{width} wide, row {y}: {tower}");
                for beside in [115, 118, 121 + width, 125 + width] {
                    assert!(row[beside] < 0.1, "{width} wide, row {y}, {beside}: {}", row[beside]);
                }
            }
        }
    }

    #[test]
    fn a_bird_in_the_sky_leaves_the_veil_of_the_land_alone() {
        let (with, without) = (depth_of(true), depth_of(false));
        let moved = |a: &Plane, b: &Plane| {
            (50..171)
                .flat_map(|y| a.row(y).iter().zip(b.row(y)))
                .fold(0.0_f32, |most, (a, b)| most.max((a - b).abs()))
        };
        let veil = moved(&with.veil, &without.veil);
        assert!(veil < 0.01, "{veil}");
        let judged = moved(&with.judged, &without.judged);
        assert!(judged > 2.0 * veil, "{judged}: the scene would not show it");
    }
}

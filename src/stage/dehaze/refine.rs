//! The depth laid along the luma, and mended where the guided filter's lines cannot follow it.
//!
//! A far tower in haze is only a little darker than the haze beside it, which is taken for sky and has no depth. No
//! line from one to the other is steep enough: the tower would come out paler along its rims than inside. What the
//! lines miss is added to their offset, so that a surface keeps its own depth: where edges are faint (along strong
//! ones the lines fit well), where it shows, and with a bounded slope, so that nothing is torn.

use super::measure::smoothstep;
use crate::filter::{Coefficients, box_mean, cheapest_way, erode, guided};
use crate::frame::Plane;

/// What depth is laid along.
pub(super) struct Guide<'a> {
    pub(super) luma: &'a Plane,
    /// How much each pixel is sky. There nothing is mended (else the haze between far towers is left in pale
    /// patches, and pale woods that pass for sky in part get wisps).
    pub(super) sky: &'a Plane,
    /// Luma of the airlight.
    pub(super) airlight: f32,
    /// Pixels of the frame along one of the small picture.
    pub(super) scale: f32,
}

/// Least difference from the airlight that counts.
const LEAST_BELOW: f32 = 0.05;
/// What is missed of the depth, times the square of how far the luma is below the airlight, from which on it counts
/// (by the plain difference the rims of bright far buildings come out a level darker; 0.002: half a level).
const SHOWS: f32 = 0.0035;
/// Range of luma within [`AROUND`] pixels that is a faint edge, and one along which the lines fit (without: the
/// limit on the slope rounds off the rims of hills).
const FAINT: (f32, f32) = (0.08, 0.24);
const AROUND: usize = 2;
/// Greatest change of what is added from one pixel to the next, times how far the luma is below the airlight, in a
/// frame of [`LARGE`] pixels for each (0.03: a few pixels in 10,000 tear beside towers at amount 80).
const SLOPE: f32 = 0.01;
/// Frames of fewer pixels need gentler slopes.
const LARGE: f32 = 4.0;
/// How much more it may change where the luma itself does, as a factor on the luma's range.
const ALONG_EDGES: f32 = 0.3;

/// The coefficients of the guided filter of `depth`, their offset mended.
pub(super) fn refined(
    guide: &Guide<'_>,
    depth: Plane,
    radius: usize,
    epsilon: f32,
) -> Coefficients {
    let Guide { luma, sky, airlight, scale } = *guide;
    let Coefficients { a, b } = guided(luma, depth.clone(), radius, epsilon);
    let line = a.clone().zip(luma, |a, luma| a * luma).zip(&b, |slope, b| slope + b);
    let below = luma.clone().map(|luma| (airlight - luma).max(LEAST_BELOW));
    let missed = depth.zip(&line, |depth, line| depth - line).zip(&below, |missed, below| {
        let shows = missed * below * below;
        missed * shows * shows / (shows * shows + SHOWS * SHOWS)
    });
    let least = erode(luma, AROUND);
    let range = erode(&luma.clone().map(|v| -v), AROUND).zip(&least, |most, least| -most - least);
    let missed = missed
        .zip(&range, |missed, range| missed * (1.0 - smoothstep(FAINT, range)))
        .zip(sky, |missed, sky| missed * (1.0 - sky));
    let slope = SLOPE * (scale / LARGE).min(1.0);
    let slope = below.zip(&range, |below, range| slope / below + ALONG_EDGES * range);
    let b = b.zip(&box_mean(gentle(missed, &slope), 1), |b, missed| b + missed);
    Coefficients { a, b }
}

/// The values with no step between neighbours greater than `slope`: half way between the greatest such plane
/// that is nowhere above them and the least that is nowhere below them.
fn gentle(values: Plane, slope: &Plane) -> Plane {
    let below = cheapest_way(values.clone(), slope, 1);
    let above = cheapest_way(values.map(|v| -v), slope, 1);
    below.zip(&above, |below, above| (below - above) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Size;

    const SIZE: Size = Size { width: 256, height: 171 };

    #[test]
    fn a_faint_tower_keeps_its_depth() {
        for (width, darker) in [(9, 0.08), (12, 0.08), (12, 0.13)] {
            let is_tower = |i: usize| (110..110 + width).contains(&(i % 256)) && i / 256 > 60;
            let plane = |tower: f32, haze: f32| {
                let value = |i: usize| if is_tower(i) { tower } else { haze };
                Plane::new(SIZE, (0..SIZE.area() as usize).map(value).collect())
            };
            let (luma, depth) = (plane(0.88 - darker, 0.88), plane(0.9, 0.0));
            let sky = plane(0.0, 1.0);
            let guide = Guide { luma: &luma, sky: &sky, airlight: 0.9, scale: 4.0 };
            let worst = |c: &Coefficients| {
                let at = |x: usize, y: usize| c.a.row(y)[x] * luma.row(y)[x] + c.b.row(y)[x];
                let tower =
                    [90, 130].into_iter().flat_map(|y| (114..106 + width).map(move |x| (x, y)));
                tower.fold(0.0_f32, |worst, (x, y)| worst.max((at(x, y) - 0.9).abs()))
            };
            let lines = worst(&guided(&luma, depth.clone(), 10, 5e-4));
            let mended = worst(&refined(&guide, depth, 10, 5e-4));
            assert!(mended < 0.2, "{width} wide, {darker} darker: {mended}");
            assert!(lines > 0.3, "{width} wide, {darker} darker: {lines} shows nothing");
        }
    }

    #[test]
    fn what_is_gentle_keeps_its_level_and_takes_its_time_to_rise() {
        let size = Size::new(60, 9);
        let values = (0..540).map(|i| if i % 60 < 30 { 0.0 } else { 1.0 }).collect();
        let gentle = gentle(Plane::new(size, values), &Plane::filled(size, 0.1));
        for row in [0, 4, 8].map(|y| gentle.row(y)) {
            assert!(row[..20].iter().all(|v| v.abs() < 1e-5), "{row:?}");
            assert!(row[40..].iter().all(|v| (v - 1.0).abs() < 1e-5), "{row:?}");
            assert!(
                row.windows(2).all(|two| (-1e-5..0.1001).contains(&(two[1] - two[0]))),
                "{row:?}"
            );
        }
    }
}

//! The sky: what is bright and can be reached from the top without crossing an edge.

use super::measure::{quantile, smoothstep};
use crate::filter::{SmallPicture, cheapest_way, erode};
use crate::frame::Plane;

/// A pixel is bright from the first on, fully from the second: luma as a share of the frame's
/// [`WHITE`].
const BRIGHT: (f32, f32) = (0.55, 0.80);
/// The luma that this share of the frame stays below, and the least that it is taken for.
const WHITE: (f32, f32) = (0.97, 0.2);
/// Range of a channel in 3×3 pixels that a way may cross for nothing: grain, and a sky's own slope.
const FREE: f32 = 0.012;
/// What a way from the top begins with where the top is dark.
const DARK_TOP: f32 = 0.3;
/// Cost of the way: sky up to the first, none from the second on (0.04: pale fields that are sky in one framing and
/// land in the next change by 21 levels instead of 12; 0.06: by 7, but dark smears stand beside far towers).
const WAY: (f32, f32) = (0.01, 0.05);
/// How often the search for the way turns back.
const ROUNDS: usize = 3;
/// More than any way costs.
const FAR: f32 = 9.0;

/// The luma of what is white in a picture, beside which a sky is bright.
pub(super) fn white(luma: &Plane) -> f32 {
    quantile(luma.values().to_vec(), WHITE.0).max(WHITE.1)
}

/// How much each pixel is sky, 0..1, beside this white.
pub(super) fn sky(picture: &SmallPicture, luma: &Plane, white: f32) -> Plane {
    let bright = luma.clone().map(|l| smoothstep(BRIGHT, l / white));
    let mut seeds = Plane::filled(luma.size(), FAR);
    let width = luma.size().width as usize;
    for (seed, bright) in seeds.values_mut()[..width].iter_mut().zip(bright.row(0)) {
        *seed = DARK_TOP * (1.0 - bright);
    }
    // The range, not the difference of two neighbours: a way along the mixed pixels of an edge must not
    // be cheap.
    let [red, green, blue] = picture.channels.each_ref().map(range);
    let range = red.zip(&green, f32::max).zip(&blue, f32::max);
    let cost = range.map(|r| (r - FREE).max(0.0) / 2.0);
    bright.zip(&cheapest_way(seeds, &cost, ROUNDS), |bright, way| {
        bright * (1.0 - smoothstep(WAY, way))
    })
}

/// Greatest minus least value of 3×3 pixels.
fn range(plane: &Plane) -> Plane {
    let least = erode(plane, 1);
    let greatest = erode(&plane.clone().map(|v| -v), 1);
    greatest.zip(&least, |negative, least| -negative - least)
}

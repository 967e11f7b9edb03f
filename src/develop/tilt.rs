//! How far a frame is tilted, measured by a clearly visible horizon or verticals.
//!
//! The small picture is searched for straight lines: places where light changes across one, grouped by a vote
//! over all slopes (Hough 1962; Duda, Hart 1972) and fitted to their points by least squares, to a hundredth of
//! a degree. A **horizon** is a line from side to side with a sky without edges above it.
//! **Verticals** are many lines that agree: they may converge, as they do where a camera looks up, so their
//! tilt is that of the one in the middle. Ridges, roofs, roads and banks of fog are rejected; in doubt the
//! frame counts as level.

mod lines;

use std::fmt;

use crate::filter::area_average;
use crate::frame::{Plane, Size, View, luma};
use lines::{Line, Lying, REACH, lines};

/// Pixels on the long side of the small picture: a line across it is known to 0.01° at a tenth of a pixel.
const LOOKED_AT_PX: u32 = 1024;
/// What a line has to have of the frame's width to be a horizon: points, and from the first to the last.
const HORIZON: (f32, f32) = (0.75, 0.9);
/// How far its points may lie off it, root mean square in small pixels: of a ridge they lie farther.
const HORIZON_STRAIGHT_PX: f32 = 0.7;
/// Another long line that differs by more than this says that one of them is not level.
const AGREE_DEGREES: f32 = 0.7;
/// An edge above a horizon has this share of its step; so much of the sky may have one.
const SKY_EDGE: (f32, f32) = (0.4, 0.015);
/// What a sky takes of the frame at least.
const SKY_SHARE: f32 = 0.04;
/// What a vertical has of the frame's height, how many there are at least, and how wide they are spread.
const VERTICAL: (f32, usize, f64) = (0.2, 5, 0.3);
/// How far verticals may be off their common law, root mean square in degrees, and how much they converge from
/// side to side.
const VERTICAL_LAW: (f64, f64) = (0.25, 6.0);

/// How far a frame is tilted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tilt {
    /// Degrees clockwise.
    pub degrees: f64,
    /// How sure that is, up to 1.
    pub confidence: f32,
    /// What shows it.
    pub by: TiltedBy,
}

/// What shows a tilt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TiltedBy {
    /// A horizon.
    Horizon,
    /// Verticals.
    Verticals,
}

impl fmt::Display for TiltedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Horizon => "horizon",
            Self::Verticals => "verticals",
        })
    }
}

/// The tilt of a frame; none if nothing shows one for certain.
#[must_use]
pub fn tilt<'a>(picture: impl Into<View<'a>>) -> Option<Tilt> {
    let small = area_average(picture, LOOKED_AT_PX);
    let [red, green, blue] = &small.channels;
    let light = (0..red.values().len())
        .map(|i| luma(red.values()[i], green.values()[i], blue.values()[i]))
        .collect();
    let light = Plane::new(small.size(), light);
    horizon(&light).or_else(|| verticals(&light))
}

fn horizon(light: &Plane) -> Option<Tilt> {
    let Size { width, height } = light.size();
    let (along, across) = (width as usize, height as usize);
    let lying = Lying::rows(light);
    let change = lying.change()?;
    let (points, least) = lying.points(&change);
    let found = lines(&points, along, across, 0.3, 4);
    let worth = |line: &Line| line.support * line.step.min(0.1);
    let best = *found.iter().max_by(|a, b| worth(a).total_cmp(&worth(b)))?;
    let is_long = best.support >= HORIZON.0 && best.span >= HORIZON.1;
    let disagrees = |line: &Line| {
        line.support > 0.5 && (line.slope - best.slope).abs() > AGREE_DEGREES.to_radians()
    };
    if !is_long || best.off_px > HORIZON_STRAIGHT_PX || found.iter().any(disagrees) {
        return None;
    }
    // Above a horizon is the sky, which has no edges like it.
    let edge = (SKY_EDGE.0 * best.step).max(0.75 * least);
    let (mut edges, mut all) = (0_u32, 0_u32);
    for x in (REACH..along - REACH).step_by(2) {
        let line = best.middle + best.slope * (x as f32 - along as f32 / 2.0);
        let above = 3..((line - 6.0).max(3.0) as usize).min(across - 3);
        all += above.len() as u32;
        edges += above.filter(|&y| change[x * across + y].abs() > edge).count() as u32;
    }
    let of_frame = all as f32 / (along * across / 2) as f32;
    let unclear = edges as f32 / all.max(1) as f32;
    let confidence = best.support.min(1.0 - 10.0 * unclear);
    (of_frame >= SKY_SHARE && unclear <= SKY_EDGE.1).then(|| Tilt {
        degrees: f64::from(best.slope).atan().to_degrees(),
        confidence,
        by: TiltedBy::Horizon,
    })
}

fn verticals(light: &Plane) -> Option<Tilt> {
    let Size { width, height } = light.size();
    let (along, across) = (height as usize, width as usize);
    let lying = Lying::columns(light);
    let (points, _) = lying.points(&lying.change()?);
    let found = lines(&points, along, across, VERTICAL.0, 24);
    if found.len() < VERTICAL.1 {
        return None;
    }
    // Angles over places, a straight line by least squares: verticals converge.
    let place = |line: &Line| f64::from(line.middle) / f64::from(width) - 0.5;
    let angle = |line: &Line| -f64::from(line.slope).atan().to_degrees();
    let count = found.len() as f64;
    let mean = |of: &dyn Fn(&Line) -> f64| found.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(&place), mean(&angle));
    let spread = mean(&|line| (place(line) - x).powi(2));
    let converging = match spread > 1e-6 {
        true => mean(&|line| (place(line) - x) * (angle(line) - y)) / spread,
        false => 0.0,
    };
    let law = |line: &Line| y + converging * (place(line) - x);
    let off = mean(&|line| (angle(line) - law(line)).powi(2)).sqrt();
    let places = || found.iter().map(place);
    let wide = places().fold(f64::MIN, f64::max) - places().fold(f64::MAX, f64::min);
    let is_law = off <= VERTICAL_LAW.0 && converging.abs() <= VERTICAL_LAW.1;
    (is_law && wide >= VERTICAL.2).then(|| Tilt {
        degrees: y - converging * x,
        confidence: (1.0 - 2.0 * off).min(count / 8.0).min(1.0) as f32,
        by: TiltedBy::Verticals,
    })
}

#[cfg(test)]
mod tests;

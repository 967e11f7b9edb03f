//! How far a frame is tilted, measured by a clearly visible horizon or verticals.
//!
//! The small picture is searched for straight lines: places where light changes across one, grouped by a vote
//! over all slopes (Hough 1962; Duda, Hart 1972) and fitted to their points by least squares, to a hundredth of
//! a degree. A **horizon** is a line from side to side with a sky without edges above it; boats and islands may
//! interrupt it. **Verticals** are many edges that agree, far more than agree on any other angle ([`walls`]).
//! A **shore** is not level if it is seen obliquely: it counts only where verticals confirm it. Ridges, roofs,
//! roads and banks of fog are rejected; in doubt the frame is not turned.

mod lines;
mod walls;

use std::fmt;

use crate::filter::area_average;
use crate::frame::{Plane, Size, View, luma};
use lines::{Line, Lying, REACH, lines};
use walls::{Walls, walls};

/// Pixels on the long side of the small picture: a line across it is known to 0.01° at a tenth of a pixel.
const LOOKED_AT_PX: u32 = 1024;
/// What a line has to have of the frame's width to be a horizon: points, and from the first to the last.
const HORIZON: (f32, f32) = (0.55, 0.9);
/// The same for a shore.
const SHORE: (f32, f32) = (0.55, 0.8);
/// How far the points of a horizon may lie off it, root mean square in small pixels, if it has few of them and if
/// it has all: of a ridge they lie farther.
const HORIZON_STRAIGHT_PX: (f32, f32) = (0.4, 0.7);
/// The same for a shore, of which boats and piers are part.
const SHORE_STRAIGHT_PX: f32 = 0.68;
/// Another long line that differs by more degrees says that one of them is not level, if it is as straight as this,
/// in small pixels.
const DISPUTES: (f32, f32) = (0.7, 0.5);
/// An edge above a horizon has this share of its step, of one with few points less; so much of the sky may have one.
const SKY_EDGE: (f32, f32, f32) = (0.4, 0.1, 0.015);
/// What a sky takes of the frame at least.
const SKY_SHARE: f32 = 0.04;
/// Verticals are sure by themselves if what they have over any other law has this length in heights of the frame,
/// they are in so many parts of its width, and another law has at most this share of them.
const SURE: (f64, usize, f64) = (3.5, 8, 0.34);
/// The same where they only say that a shore is level.
const AGREEING: (f64, usize, f64) = (1.2, 8, 0.45);
/// Degrees by which verticals may differ from a shore, and from a horizon.
const DIFFER: (f64, f64) = (0.35, 1.5);

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
    let walls = verticals(&light);
    let sure = walls.filter(|walls| walls.are(SURE));
    let across = Across::of(&light);
    let level = across.as_ref().and_then(|across| across.horizon(&light)).filter(|horizon| {
        sure.is_none_or(|walls| (walls.degrees - horizon.degrees).abs() <= DIFFER.1)
    });
    let agreeing = walls.filter(|walls| walls.are(AGREEING));
    let shore = || across.as_ref()?.shore(&agreeing?);
    let both = |walls: Walls| {
        let degrees = shore().map_or(walls.degrees, |s| 0.5 * (s.degrees + walls.degrees));
        Tilt { degrees, ..walls.tilt() }
    };
    level.or_else(|| sure.map(both)).or_else(shore)
}

/// What lies from side to side.
struct Across {
    /// For each column, how light changes down it.
    change: Vec<f32>,
    /// A change below this is noise.
    least: f32,
    /// The strongest long line.
    best: Line,
    /// Whether another long line has another slope.
    disputed: bool,
}

impl Across {
    /// None if no long line is found.
    fn of(light: &Plane) -> Option<Self> {
        let Size { width, height } = light.size();
        let lying = Lying::rows(light);
        let change = lying.change()?;
        let (points, least) = lying.points(&change);
        let found = lines(&points, width as usize, height as usize, 0.3, 4);
        let worth = |line: &Line| line.support * line.step.min(0.1);
        let best = *found.iter().max_by(|a, b| worth(a).total_cmp(&worth(b)))?;
        let disagrees = |line: &Line| {
            let differs = (line.slope - best.slope).abs() > DISPUTES.0.to_radians();
            line.support > 0.5 && line.off_px <= DISPUTES.1 && differs
        };
        let disputed = found.iter().any(disagrees);
        Some(Self { change, least, best, disputed })
    }

    fn tilt(&self, confidence: f32) -> Tilt {
        let degrees = f64::from(self.best.slope).atan().to_degrees();
        Tilt { degrees, confidence, by: TiltedBy::Horizon }
    }

    fn is(&self, (support, span): (f32, f32)) -> bool {
        self.best.support >= support && self.best.span >= span && !self.disputed
    }

    fn horizon(&self, light: &Plane) -> Option<Tilt> {
        let best = self.best;
        let share = ((best.support - HORIZON.0) / (0.75 - HORIZON.0)).clamp(0.0, 1.0);
        let (few, all) = HORIZON_STRAIGHT_PX;
        if !self.is(HORIZON) || best.off_px > few + share * (all - few) {
            return None;
        }
        let Size { width, height } = light.size();
        let (along, across) = (width as usize, height as usize);
        // Above a horizon is the sky, which has no edges like it.
        let of_step = SKY_EDGE.1 + share * (SKY_EDGE.0 - SKY_EDGE.1);
        let edge = (of_step * best.step).max(0.75 * self.least);
        let (mut edges, mut all) = (0_u32, 0_u32);
        for x in (REACH..along - REACH).step_by(2) {
            let column = &self.change[x * across..][..across];
            let line = best.middle + best.slope * (x as f32 - along as f32 / 2.0);
            let row = (line.max(3.0) as usize).min(across - 3);
            // Where something is in front of it there is no telling.
            let is_it = |c: &f32| c.abs() >= self.least && (*c > 0.0) == best.rises;
            if !column[row - 2..row + 3].iter().any(is_it) {
                continue;
            }
            let above = 3..((line - 6.0).max(3.0) as usize).min(across - 3);
            all += above.len() as u32;
            edges += above.filter(|&y| column[y].abs() > edge).count() as u32;
        }
        let of_frame = all as f32 / (along * across / 2) as f32;
        let unclear = edges as f32 / all.max(1) as f32;
        let confidence = best.support.min(1.0 - 10.0 * unclear);
        (of_frame >= SKY_SHARE && unclear <= SKY_EDGE.2).then(|| self.tilt(confidence))
    }

    /// A shore that verticals say is level.
    fn shore(&self, walls: &Walls) -> Option<Tilt> {
        let tilt = self.tilt(self.best.support.min(1.0 - walls.others as f32));
        let agree = (tilt.degrees - walls.degrees).abs() <= DIFFER.0;
        (self.is(SHORE) && self.best.off_px <= SHORE_STRAIGHT_PX && agree).then_some(tilt)
    }
}

fn verticals(light: &Plane) -> Option<Walls> {
    let lying = Lying::columns(light);
    let (points, _) = lying.points(&lying.change()?);
    walls(&points, light.size().width as usize, light.size().height as usize)
}

impl Walls {
    fn are(&self, (over, parts, others): (f64, usize, f64)) -> bool {
        self.length * (1.0 - self.others) >= over && self.parts >= parts && self.others <= others
    }

    fn tilt(&self) -> Tilt {
        let confidence = 1.0 - self.others as f32;
        Tilt { degrees: self.degrees, confidence, by: TiltedBy::Verticals }
    }
}

#[cfg(test)]
mod tests;

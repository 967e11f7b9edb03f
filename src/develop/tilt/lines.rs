//! Straight lines in a small picture, nearly along its rows or nearly along its columns.

use crate::frame::Plane;

/// Degrees to each side within which lines are looked for.
pub(super) const MOST_DEGREES: f32 = 8.0;
/// Slopes that are tried to each side: a tenth of a degree apart.
const STEPS: i16 = 80;
/// Change of light from pixel to pixel below which nothing is an edge.
const LEAST_STEP: f32 = 0.004;
/// An edge is this many times the noise of the change.
const OVER_NOISE: f32 = 4.0;
/// Pixels along the line to each side over which light is averaged.
pub(super) const REACH: usize = 4;
/// Distances from a line within which points are its own, from one fit to the next, in pixels.
const OWN_PX: [f64; 4] = [3.0, 2.0, 1.2, 1.2];
/// What lies within so many pixels of a line is the same edge, blurred or doubled.
const SAME_PX: f64 = 3.0;

/// A point of an edge: along the lines, across them (to a fraction of a pixel), whether light rises there, and by
/// how much.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) along: f32,
    pub(super) across: f32,
    pub(super) rises: bool,
    step: f32,
}

/// A straight line of edge points.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// Where it crosses the middle, and how it goes on from there, in pixels across for each along.
    pub(super) middle: f32,
    pub(super) slope: f32,
    /// Share of the places along it that have a point.
    pub(super) support: f32,
    /// From the first of them to the last, as a share.
    pub(super) span: f32,
    /// Root mean square of their distances, pixels.
    pub(super) off_px: f32,
    /// The median change of light across it.
    pub(super) step: f32,
    /// Whether light rises across it.
    pub(super) rises: bool,
}

/// A picture, looked at along its rows or along its columns.
pub(super) struct Lying<'a> {
    values: &'a [f32],
    along: usize,
    across: usize,
    step_along: usize,
    step_across: usize,
}

impl<'a> Lying<'a> {
    pub(super) fn rows(light: &'a Plane) -> Self {
        let (width, height) = (light.size().width as usize, light.size().height as usize);
        Self {
            values: light.values(),
            along: width,
            across: height,
            step_along: 1,
            step_across: width,
        }
    }

    pub(super) fn columns(light: &'a Plane) -> Self {
        let (width, height) = (light.size().width as usize, light.size().height as usize);
        Self {
            values: light.values(),
            along: height,
            across: width,
            step_along: width,
            step_across: 1,
        }
    }

    fn at(&self, along: usize, across: usize) -> f32 {
        self.values[along * self.step_along + across * self.step_across]
    }

    /// How light changes across, averaged over some pixels along: for each place along a row of all places
    /// across. None if the picture is too small.
    pub(super) fn change(&self) -> Option<Vec<f32>> {
        let (along, across) = (self.along, self.across);
        if along <= 8 * REACH || across <= 8 * REACH {
            return None;
        }
        let places = REACH..along - REACH;
        let mut smooth = vec![0.0_f32; along * across];
        for j in 0..across {
            let mut sum: f32 = (0..2 * REACH).map(|i| self.at(i, j)).sum();
            for i in places.clone() {
                sum += self.at(i + REACH, j);
                smooth[i * across + j] = sum / (2 * REACH + 1) as f32;
                sum -= self.at(i - REACH, j);
            }
        }
        let mut change = vec![0.0; along * across];
        for i in places {
            let row = &smooth[i * across..][..across];
            for (j, five) in row.windows(5).enumerate() {
                // The slope of a straight line through five values, nearly.
                let rise = (five[4] - five[0]) + 2.0 * (five[3] - five[1]);
                change[i * across + j + 2] = rise / 6.0;
            }
        }
        Some(change)
    }

    /// The places where light changes most across, in order of their place along, and what a change has to be to be one.
    pub(super) fn points(&self, change: &[f32]) -> (Vec<Point>, f32) {
        let least = LEAST_STEP.max(OVER_NOISE * noise(change));
        let margin = (self.across / 50).max(3);
        let mut points = Vec::new();
        for i in REACH..self.along - REACH {
            let row = &change[i * self.across..][..self.across];
            for j in margin..self.across - margin {
                let [before, here, after] = [row[j - 1], row[j], row[j + 1]].map(f32::abs);
                if here < least || here < before || here <= after {
                    continue;
                }
                // The top of a parabola through the three.
                let bend = before - 2.0 * here + after;
                let offset = if bend < 0.0 { 0.5 * (before - after) / bend } else { 0.0 };
                let across = j as f32 + offset;
                points.push(Point { along: i as f32, across, rises: row[j] > 0.0, step: here });
            }
        }
        (points, least)
    }
}

/// Standard deviation of the change where nothing is, from its lower values.
fn noise(change: &[f32]) -> f32 {
    /// The share of values that is looked at, and what lies below it of a normal law, in deviations.
    const LOWER: (usize, usize, f32) = (3, 10, 0.385);
    let mut sizes: Vec<f32> =
        change.iter().step_by(7).map(|c| c.abs()).filter(|c| *c > 0.0).collect();
    let at = sizes.len() * LOWER.0 / LOWER.1;
    match at < sizes.len() {
        true => *sizes.select_nth_unstable_by(at, f32::total_cmp).1 / LOWER.2,
        false => 0.0,
    }
}

/// The longest lines among the points, each point used once.
pub(super) fn lines(
    points: &[Point],
    along: usize,
    across: usize,
    least_support: f32,
    most: usize,
) -> Vec<Line> {
    let mut votes = Votes::new(along, across);
    points.iter().for_each(|point| votes.cast(point, 1));
    let least_votes = (0.8 * least_support * along as f32) as i32;
    let mut left = points.to_vec();
    let mut found = Vec::new();
    while found.len() < most {
        let Some(start) = votes.strongest(least_votes) else { break };
        let Some(Refined { line, own, rest }) = refined(left, along, start) else { break };
        left = rest;
        own.iter().for_each(|point| votes.cast(point, -1));
        if line.support < least_support {
            break;
        }
        found.push(line);
    }
    found
}

/// Where a line may lie.
struct Start {
    slope: f32,
    middle: f32,
    rises: bool,
}

/// How many points lie on each line, for lines of all slopes a pixel apart.
struct Votes {
    /// The middle of the places along, and how far beyond the edges a line may cross it.
    centre: f32,
    reach: usize,
    bins: usize,
    slopes: Vec<f32>,
    /// For each slope, falling and rising, all places across.
    counts: Vec<i32>,
}

impl Votes {
    fn new(along: usize, across: usize) -> Self {
        let centre = along as f32 / 2.0;
        let reach = (centre * MOST_DEGREES.to_radians().tan()).ceil() as usize + 2;
        let bins = across + 2 * reach;
        let slope = |step| MOST_DEGREES * f32::from(step) / f32::from(STEPS);
        let slopes: Vec<f32> = (-STEPS..=STEPS).map(|i| slope(i).to_radians().tan()).collect();
        let counts = vec![0; slopes.len() * 2 * bins];
        Self { centre, reach, bins, slopes, counts }
    }

    fn cast(&mut self, point: &Point, vote: i32) {
        let side = usize::from(point.rises);
        for (i, slope) in self.slopes.iter().enumerate() {
            let bin = point.across - slope * (point.along - self.centre);
            let bin = (bin + self.reach as f32) as usize;
            self.counts[(2 * i + side) * self.bins + bin] += vote;
        }
    }

    /// Where most points agree on one line, if so many do; those beside it count half.
    fn strongest(&self, least: i32) -> Option<Start> {
        let (mut most, mut best) = (least.max(1) - 1, None);
        for (i, counts) in self.counts.chunks_exact(self.bins).enumerate() {
            for (bin, three) in counts.windows(3).enumerate() {
                let sum = three[0] + 2 * three[1] + three[2];
                if sum > most {
                    (most, best) = (sum, Some((i, bin)));
                }
            }
        }
        best.map(|(i, bin)| Start {
            slope: self.slopes[i / 2],
            middle: (bin + 1) as f32 + 0.5 - self.reach as f32,
            rises: i % 2 == 1,
        })
    }
}

/// A line, its points, and those that are not its own.
struct Refined {
    line: Line,
    own: Vec<Point>,
    rest: Vec<Point>,
}

/// The line through the points near it, by least squares.
fn refined(points: Vec<Point>, along: usize, start: Start) -> Option<Refined> {
    let centre = along as f32 / 2.0;
    let rises = start.rises;
    let (mut slope, mut middle) = (f64::from(start.slope), f64::from(start.middle));
    let off = |point: &Point, slope: f64, middle: f64| {
        f64::from(point.across) - middle - slope * f64::from(point.along - centre)
    };
    let own = |slope: f64, middle: f64, reach: f64| {
        let near = move |p: &&Point| p.rises == rises && off(p, slope, middle).abs() < reach;
        points.iter().filter(near)
    };
    for reach in OWN_PX {
        let (mut n, mut x, mut y, mut xx, mut xy) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for point in own(slope, middle, reach) {
            let (u, v) = (f64::from(point.along - centre), f64::from(point.across));
            n += 1.0;
            x += u;
            y += v;
            xx += u * u;
            xy += u * v;
        }
        let spread = n * xx - x * x;
        if n < 8.0 || spread <= 0.0 {
            return None;
        }
        slope = (n * xy - x * y) / spread;
        middle = (y - slope * x) / n;
    }
    let mut covered = vec![false; along];
    let (mut squares, mut steps) = (0.0, Vec::new());
    for point in own(slope, middle, OWN_PX[3]) {
        covered[point.along as usize] = true;
        squares += off(point, slope, middle).powi(2);
        steps.push(point.step);
    }
    let count = steps.len();
    let step = match count {
        0 => return None,
        count => *steps.select_nth_unstable_by(count / 2, f32::total_cmp).1,
    };
    let share = |places: usize| places as f32 / (along - 2 * REACH) as f32;
    let first = covered.iter().position(|&is| is).unwrap_or(0);
    let last = covered.iter().rposition(|&is| is).unwrap_or(0);
    let line = Line {
        middle: middle as f32,
        slope: slope as f32,
        support: share(covered.iter().filter(|&&is| is).count()).min(1.0),
        span: share(last - first + 1).min(1.0),
        off_px: (squares / count as f64).sqrt() as f32,
        step,
        rises,
    };
    let is_own = |p: &Point| off(p, slope, middle).abs() < SAME_PX;
    let (own, rest) = points.into_iter().partition(is_own);
    Some(Refined { line, own, rest })
}

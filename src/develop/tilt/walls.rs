//! Verticals: edges that follow each other down the picture, and the one law that most of them agree on.
//!
//! Where a camera looks up or down, verticals converge: their angles go along a straight line from the left side
//! to the right. Walls agree on such a law; trunks, slopes and rocks have as many edges beside it.

use super::lines::{MOST_DEGREES, Point};

/// An edge counts from so many pixels on, or this share of the height: shorter ones snap to columns of pixels.
const LEAST: (f32, f64) = (30.0, 0.07);
/// Rows that an edge may skip, and how far its next point may lie off: from the last one, and, once there are
/// enough points for that, from the line through them.
const SKIP: f32 = 3.0;
const OFF_PX: f32 = 1.0;
const ENOUGH: f64 = 8.0;
/// How far its points may lie off its line, root mean square, and how far they always do.
const STRAIGHT_PX: (f64, f64) = (0.6, 0.12);
/// Rows of which the change of light is one mean, so that their errors are one.
const ROWS: f64 = 9.0;
/// Degrees by which even long walls are off.
const LEAST_ERROR: f64 = 0.05;
/// Degrees from side to side by which verticals converge at the most.
const CONVERGING: i8 = 8;
/// Degrees around the law within which its edges lie, besides one and a half times their error.
const BAND: f64 = 0.15;
/// Laws that differ by less are the same.
const OTHER: f64 = 1.5;
/// Parts of the width of which it is counted in how many there are walls.
const PARTS: usize = 24;

/// An edge that is nearly upright.
struct Edge {
    /// Its middle, as a share of the width to the right of the centre.
    place: f64,
    /// Degrees clockwise, and the error of that.
    angle: f64,
    error: f64,
    /// As a share of the height.
    length: f64,
}

/// What the verticals of a picture agree on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Walls {
    /// Degrees clockwise of those in the middle.
    pub(super) degrees: f64,
    /// Length of all that agree, in heights of the picture.
    pub(super) length: f64,
    /// The same of the best of other laws, as a share of it.
    pub(super) others: f64,
    /// In how many of 24 parts of the width they are.
    pub(super) parts: usize,
}

/// What most edges agree on, from the points of a picture that was looked at along its columns.
pub(super) fn walls(points: &[Point], width: usize, height: usize) -> Option<Walls> {
    let edges = edges(points, width as f64, height as f64);
    let (mut degrees, mut converging) = nearly(&edges)?;
    let near = |edge: &&Edge, degrees: f64, converging: f64| {
        let off = edge.angle - degrees - converging * edge.place;
        off.abs() <= 1.5 * edge.error + BAND
    };
    for _ in 0..4 {
        // Least squares, by weight.
        let (mut n, mut x, mut y, mut xx, mut xy) = (0.0, 0.0, 0.0, 0.5, 0.0);
        for edge in edges.iter().filter(|edge| near(edge, degrees, converging)) {
            let weight = edge.error.powi(-2);
            n += weight;
            x += weight * edge.place;
            y += weight * edge.angle;
            xx += weight * edge.place.powi(2);
            xy += weight * edge.place * edge.angle;
        }
        let spread = n * xx - x * x;
        if n <= 0.0 || spread <= 0.0 {
            return None;
        }
        converging = (n * xy - x * y) / spread;
        degrees = (y - converging * x) / n;
    }
    let agreeing = |degrees: f64| {
        let own = edges.iter().filter(move |edge| near(edge, degrees, converging));
        own.map(|edge| edge.length).sum::<f64>()
    };
    let length = agreeing(degrees);
    let elsewhere = angles().filter(|other| (other - degrees).abs() >= OTHER);
    let others = elsewhere.map(agreeing).fold(0.0, f64::max) / length.max(f64::MIN_POSITIVE);
    let mut parts = [false; PARTS];
    for edge in edges.iter().filter(|edge| near(edge, degrees, converging)) {
        parts[(((edge.place + 0.5) * PARTS as f64) as usize).min(PARTS - 1)] = true;
    }
    let parts = parts.iter().filter(|&&is| is).count();
    Some(Walls { degrees, length, others, parts })
}

/// All angles, a tenth of a degree apart.
fn angles() -> impl Iterator<Item = f64> {
    let most = (10.0 * MOST_DEGREES) as i16;
    (-most..=most).map(|tenths| f64::from(tenths) / 10.0)
}

/// The law that most edges are near to: degrees in the middle, and from side to side.
fn nearly(edges: &[Edge]) -> Option<(f64, f64)> {
    let (mut most, mut best) = (0.0, None);
    for converging in (-CONVERGING..=CONVERGING).map(f64::from) {
        for degrees in angles() {
            let worth = |edge: &Edge| {
                let off = (edge.angle - degrees - converging * edge.place).abs();
                edge.length * (1.0 - off / (1.5 * edge.error + BAND)).max(0.0)
            };
            // In doubt they do not converge.
            let sum = edges.iter().map(worth).sum::<f64>() * (1.0 - 0.02 * converging.abs());
            if sum > most {
                (most, best) = (sum, Some((degrees, converging)));
            }
        }
    }
    best
}

/// Points that follow each other down the picture.
struct Chain {
    rises: bool,
    first: f32,
    last: Point,
    n: f64,
    x: f64,
    y: f64,
    xx: f64,
    xy: f64,
    yy: f64,
}

impl Chain {
    fn new(point: Point) -> Self {
        let (n, x, y, xx, xy, yy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        let (rises, first) = (point.rises, point.along);
        let mut chain = Self { rises, first, last: point, n, x, y, xx, xy, yy };
        chain.push(point);
        chain
    }

    fn push(&mut self, point: Point) {
        let (x, y) = (f64::from(point.along), f64::from(point.across));
        self.n += 1.0;
        self.x += x;
        self.y += y;
        self.xx += x * x;
        self.xy += x * y;
        self.yy += y * y;
        self.last = point;
    }

    /// Slope, and where the line is at the first row.
    fn line(&self) -> (f64, f64) {
        let slope = (self.n * self.xy - self.x * self.y) / (self.n * self.xx - self.x * self.x);
        (slope, (self.y - slope * self.x) / self.n)
    }

    /// How far a point of a later row is off.
    fn off(&self, point: &Point) -> f32 {
        let expected = match self.n >= ENOUGH {
            true => {
                let (slope, start) = self.line();
                (start + slope * f64::from(point.along)) as f32
            }
            false => self.last.across,
        };
        (point.across - expected).abs()
    }

    fn edge(&self, width: f64, height: f64) -> Option<Edge> {
        let length = f64::from(self.last.along - self.first) + 1.0;
        if length < f64::from(LEAST.0).max(LEAST.1 * height) || self.n < 0.8 * length {
            return None;
        }
        let (slope, start) = self.line();
        let off = (self.yy - slope * self.xy - start * self.y) / self.n;
        let off = off.max(0.0).sqrt();
        let angle = -slope.atan().to_degrees();
        if off > STRAIGHT_PX.0 || angle.abs() > f64::from(MOST_DEGREES) {
            return None;
        }
        // Of a slope through so many places, of which some are one.
        let error = off.max(STRAIGHT_PX.1) * (12.0 * ROWS / self.n).sqrt() / length;
        Some(Edge {
            place: self.y / self.n / width - 0.5,
            angle,
            error: error.atan().to_degrees().hypot(LEAST_ERROR),
            length: length / height,
        })
    }
}

/// The edges that the points of one row after the other go on with.
fn edges(points: &[Point], width: f64, height: f64) -> Vec<Edge> {
    let (mut open, mut edges): (Vec<Chain>, Vec<Edge>) = (Vec::new(), Vec::new());
    for row in points.chunk_by(|a, b| a.along == b.along) {
        let along = row[0].along;
        open.retain(|chain| {
            let goes_on = along - chain.last.along <= SKIP;
            if !goes_on {
                edges.extend(chain.edge(width, height));
            }
            goes_on
        });
        let mut used = vec![false; row.len()];
        for chain in &mut open {
            let free = (0..row.len()).filter(|&k| !used[k] && row[k].rises == chain.rises);
            let near = free.map(|k| (k, chain.off(&row[k]))).min_by(|a, b| a.1.total_cmp(&b.1));
            if let Some((k, _)) = near.filter(|(_, off)| *off < OFF_PX) {
                used[k] = true;
                chain.push(row[k]);
            }
        }
        let free = row.iter().zip(used).filter(|(_, used)| !used);
        open.extend(free.map(|(point, _)| Chain::new(*point)));
    }
    edges.extend(open.iter().filter_map(|chain| chain.edge(width, height)));
    edges
}

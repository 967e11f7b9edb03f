//! The weights of the filter: Lanczos with three lobes, widened by the factor of the reduction.

use std::ops::Range;

/// Lobes of the filter on each side.
const LOBES: f64 = 3.0;

/// The rows (or columns) that groups of `EACH` small ones are the sums of. Rows are read in pairs, the first of
/// them an even one: `W` is the weight of two rows.
#[derive(Debug)]
pub(super) struct Taps<W, const EACH: usize> {
    /// The first pair that each group is made of.
    pub(super) first: Vec<usize>,
    /// How many pairs each group is made of, the same for all.
    pub(super) count: usize,
    /// Their weights, `count` for each group.
    weights: Vec<[W; EACH]>,
}

impl<W: Default, const EACH: usize> Taps<W, EACH> {
    /// From `source` rows to `target` rows, each of which covers `scale` of them. Weights that add up to 1 are
    /// whole numbers of `1 / steps`, if there are such.
    pub(super) fn new(
        source: usize,
        target: usize,
        scale: f64,
        steps: Option<f64>,
        weight: impl Fn([f64; 2]) -> W,
    ) -> Self {
        let windows: Vec<Window> =
            (0..target).map(|row| Window::new(source, row, scale, steps)).collect();
        let groups = windows.chunks(EACH);
        let count = groups.clone().map(|group| pairs_of(group).len()).max().unwrap_or(0);
        let mut taps = Self { first: Vec::new(), count, weights: Vec::new() };
        for group in groups {
            let first = pairs_of(group).start.min(source.div_ceil(2) - count);
            taps.first.push(first);
            let of = |window: &Window, pair| weight([2 * pair, 2 * pair + 1].map(|i| window.at(i)));
            taps.weights.extend((first..first + count).map(|pair| {
                std::array::from_fn(|i| group.get(i).map_or(W::default(), |row| of(row, pair)))
            }));
        }
        taps
    }

    /// The weights of what one group is made of.
    pub(super) fn of(&self, group: usize) -> &[[W; EACH]] {
        &self.weights[group * self.count..][..self.count]
    }
}

/// The pairs of rows that these small rows are made of.
fn pairs_of(windows: &[Window]) -> Range<usize> {
    let first = windows.iter().map(|window| window.first).min().unwrap_or(0);
    let end = windows.iter().map(|window| window.first + window.weights.len()).max().unwrap_or(0);
    first / 2..end.div_ceil(2)
}

/// What one small row is the sum of.
struct Window {
    first: usize,
    weights: Vec<f64>,
}

impl Window {
    fn new(source: usize, row: usize, scale: f64, steps: Option<f64>) -> Self {
        let reach = LOBES * scale.max(1.0);
        let count = ((2.0 * reach).ceil() as usize + 1).min(source);
        let centre = (row as f64 + 0.5) * scale;
        let first = ((centre - reach).floor().max(0.0) as usize).min(source - count);
        let place = |tap: usize| (first + tap) as f64 + 0.5;
        let mut weights: Vec<f64> =
            (0..count).map(|tap| lanczos((place(tap) - centre) / scale.max(1.0))).collect();
        let sum: f64 = weights.iter().sum();
        // What rounding leaves of one weight goes into the next: so they still add up to 1.
        let (mut exact, mut rounded) = (0.0, 0.0);
        for weight in &mut weights {
            exact += *weight / sum;
            let until = steps.map_or(exact, |steps| (exact * steps).round() / steps);
            *weight = until - rounded;
            rounded = until;
        }
        Self { first, weights }
    }

    /// The weight of this row.
    fn at(&self, row: usize) -> f64 {
        row.checked_sub(self.first).and_then(|tap| self.weights.get(tap)).copied().unwrap_or(0.0)
    }
}

pub(super) fn lanczos(x: f64) -> f64 {
    let sinc = |x: f64| {
        let x = x * std::f64::consts::PI;
        if x == 0.0 { 1.0 } else { x.sin() / x }
    };
    if x.abs() < LOBES { sinc(x) * sinc(x / LOBES) } else { 0.0 }
}

//! The weights of the filter: Lanczos with three lobes, widened by the factor of the reduction.

/// Lobes of the filter on each side.
const LOBES: f64 = 3.0;

/// What each small row (or column) is the sum of.
#[derive(Debug)]
pub(super) struct Taps {
    /// The first row that each is made of.
    pub(super) first: Vec<usize>,
    /// How many rows each is made of, the same for all.
    pub(super) count: usize,
    /// Their weights, `count` for each; they add up to 1.
    weights: Vec<f32>,
}

impl Taps {
    /// From `source` rows to `target` rows, each of which covers `scale` of them.
    pub(super) fn new(source: usize, target: usize, scale: f64) -> Self {
        let reach = LOBES * scale.max(1.0);
        let count = (2.0 * reach).ceil() as usize + 1;
        let count = count.min(source);
        let mut taps = Self { first: Vec::with_capacity(target), count, weights: Vec::new() };
        taps.weights.reserve_exact(target * count);
        let mut weights = vec![0.0; count];
        for row in 0..target {
            let centre = (row as f64 + 0.5) * scale;
            let first = (centre - reach).floor().max(0.0) as usize;
            let first = first.min(source - count);
            for (tap, weight) in weights.iter_mut().enumerate() {
                let place = (first + tap) as f64 + 0.5;
                *weight = lanczos((place - centre) / scale.max(1.0));
            }
            let sum: f64 = weights.iter().sum();
            taps.first.push(first);
            taps.weights.extend(weights.iter().map(|weight| (weight / sum) as f32));
        }
        taps
    }

    /// The weights of what one row is made of.
    pub(super) fn of(&self, row: usize) -> &[f32] {
        &self.weights[row * self.count..][..self.count]
    }
}

pub(super) fn lanczos(x: f64) -> f64 {
    let sinc = |x: f64| {
        let x = x * std::f64::consts::PI;
        if x == 0.0 { 1.0 } else { x.sin() / x }
    };
    if x.abs() < LOBES { sinc(x) * sinc(x / LOBES) } else { 0.0 }
}

//! A value that several frames agree on: one constant, or one that follows a line in time.
//!
//! Medians throughout, so that a frame unlike the others has no influence: the slope is that of Theil and Sen
//! (Sen, "Estimates of the Regression Coefficient Based on Kendall's Tau", JASA 63, 1968). For a long scene the
//! line is bent at knots, since the light does not keep changing at one rate.

/// Seconds up to which the light is taken for constant, and frames that a line needs.
const CONSTANT_S: f64 = 20.0;
const LINE_FRAMES: usize = 5;
/// Seconds and frames between two knots, at least.
const KNOT_S: f64 = 120.0;
const KNOT_FRAMES: usize = 8;
/// Most knots of a line.
const MOST_KNOTS: usize = 64;
/// A line has to lead further than this many times the mean deviation from the constant.
const LEADS: f64 = 1.0;
/// Most frames around a knot that are compared with each other, evenly chosen: 200 have 20,000 pairs.
const MOST_COMPARED: usize = 200;

/// A value in time.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// Seconds and value, at least one; between them it goes straight.
    knots: Vec<(f64, f64)>,
}

impl Line {
    /// The value that these points agree on: seconds, in order, and value; at least one.
    pub(super) fn through(points: &[(f64, f64)]) -> Self {
        let constant = median(points.iter().map(|&(_, value)| value).collect());
        let (first, last) = match points {
            [(first, _), .., (last, _)] => (*first, *last),
            _ => (0.0, 0.0),
        };
        let span = last - first;
        let flat = Self { knots: vec![(first, constant)] };
        if span < CONSTANT_S || points.len() < LINE_FRAMES {
            return flat;
        }
        let pieces = ((span / KNOT_S) as usize).min(points.len() / KNOT_FRAMES);
        let pieces = pieces.clamp(1, MOST_KNOTS);
        let step = span / pieces as f64;
        let knot = |i: usize| {
            let at = first + step * i as f64;
            (at, around(points, at, step))
        };
        let knots: Vec<_> = (0..=pieces).map(knot).collect();
        let values = || knots.iter().map(|&(_, value)| value);
        let leads = values().fold(f64::MIN, f64::max) - values().fold(f64::MAX, f64::min);
        let strays = median(points.iter().map(|(_, value)| (value - constant).abs()).collect());
        if leads > LEADS * strays { Self { knots } } else { flat }
    }

    /// The value at this moment.
    pub(super) fn at(&self, seconds: f64) -> f64 {
        let next = self.knots.partition_point(|&(at, _)| at <= seconds);
        match (self.knots.get(next.wrapping_sub(1)), self.knots.get(next)) {
            (Some(&(t0, a)), Some(&(t1, b))) => a + (b - a) * (seconds - t0) / (t1 - t0),
            (Some(&(_, value)), None) | (None, Some(&(_, value))) => value,
            (None, None) => 0.0,
        }
    }

    /// How far the points lie from the line, as the median.
    pub(super) fn strays(&self, points: &[(f64, f64)]) -> f64 {
        median(points.iter().map(|&(at, value)| (value - self.at(at)).abs()).collect())
    }
}

/// The value at a knot: a straight line through the points that are not farther than this, or through the
/// nearest if these are few.
fn around(points: &[(f64, f64)], at: f64, reach: f64) -> f64 {
    let mut near: Vec<(f64, f64)> = points.to_vec();
    near.sort_by(|a, b| (a.0 - at).abs().total_cmp(&(b.0 - at).abs()));
    let within = near.iter().take_while(|point| (point.0 - at).abs() <= reach).count();
    near.truncate(within.max(LINE_FRAMES));
    let chosen: Vec<(f64, f64)> =
        near.iter().step_by(near.len().div_ceil(MOST_COMPARED)).copied().collect();
    let mut slopes = Vec::new();
    for (i, a) in chosen.iter().enumerate() {
        let others = chosen[i + 1..].iter().filter(|b| b.0 != a.0);
        slopes.extend(others.map(|b| (b.1 - a.1) / (b.0 - a.0)));
    }
    let slope = if slopes.is_empty() { 0.0 } else { median(slopes) };
    median(near.iter().map(|&(t, value)| value - slope * (t - at)).collect())
}

/// The middle value, or the mean of the two in the middle; there is at least one.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        count if count % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_has_one_value_and_an_outlier_no_say() {
        let line = Line::through(&[(0.0, 5.0), (0.1, 5.1), (0.2, 90.0), (0.3, 5.0), (0.4, 4.9)]);
        assert_eq!((line.at(-9.0), line.at(0.2), line.at(9.0)), (5.0, 5.0, 5.0));
        assert_eq!(Line::through(&[(0.0, 2.0), (1.0, 4.0)]).at(0.0), 3.0);
    }

    #[test]
    fn slow_change_is_followed_without_steps_whatever_one_frame_shows() {
        let truth = |t: f64| if t < 600.0 { t / 100.0 } else { 6.0 - (t - 600.0) / 300.0 };
        let mut points: Vec<(f64, f64)> =
            (0..=120).map(|i| (f64::from(i) * 10.0, truth(f64::from(i) * 10.0))).collect();
        points[30].1 = 50.0;
        points[90].1 = -50.0;
        let line = Line::through(&points);
        let mut before = line.at(0.0);
        for (t, _) in &points {
            let value = line.at(*t);
            assert!((value - truth(*t)).abs() < 0.6, "{t}: {value}");
            assert!((value - before).abs() < 0.15, "{t}: {value} after {before}");
            before = value;
        }
        assert!((line.at(300.0) - 3.0).abs() < 0.05 && (line.at(1200.0) - 4.0).abs() < 0.2);
    }

    #[test]
    fn what_only_strays_is_constant() {
        let points: Vec<(f64, f64)> =
            (0..40).map(|i| (f64::from(i) * 5.0, f64::from(i * 7 % 5))).collect();
        let line = Line::through(&points);
        assert_eq!(line.at(0.0), line.at(200.0));
    }
}

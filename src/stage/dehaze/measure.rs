//! Small measures of the small picture that airlight, depth, tone and survey share.

use crate::frame::Size;

/// The value that `share` of the values stay below.
pub(super) fn quantile(mut values: Vec<f32>, share: f32) -> f32 {
    let at = ((values.len() - 1) as f32 * share).round() as usize;
    *values.select_nth_unstable_by(at, f32::total_cmp).1
}

/// A share of the long side in pixels of the small picture, at least one.
pub(super) fn radius_px(share: f32, size: Size) -> usize {
    ((share * size.long_side() as f32).round() as usize).max(1)
}

/// 0 below the range, 1 above it, smooth between (Hermite).
pub(super) fn smoothstep((low, high): (f32, f32), value: f32) -> f32 {
    let t = ((value - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// A weighted mean on its way.
#[derive(Clone, Copy, Default)]
pub(super) struct Mean {
    sum: f64,
    weights: f64,
}

impl Mean {
    #[inline(always)]
    pub(super) fn add(&mut self, value: f32, weight: f32) {
        self.sum += f64::from(value) * f64::from(weight);
        self.weights += f64::from(weight);
    }

    pub(super) fn over(self, nothing: f32) -> f32 {
        (self.sum / (self.weights + f64::from(nothing)).max(1e-9)) as f32
    }
}

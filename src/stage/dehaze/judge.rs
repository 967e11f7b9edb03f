//! How much haze `auto` takes out: is there haze, and how much of it?

use super::Amount;
use super::depth::Depth;
use super::measure::{quantile, smoothstep};
use crate::filter::SmallPicture;
use crate::frame::Plane;

/// What the judge looks at.
pub(super) struct Seen<'a> {
    pub(super) picture: &'a SmallPicture,
    pub(super) luma: &'a Plane,
    pub(super) sky: &'a Plane,
    pub(super) depth: &'a Depth,
    pub(super) airlight: [f32; 3],
}

/// The measures from which the automatic strength follows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// Veil that a quarter of the frame stays below, 0..1: is the near part hazy too?
    pub veil_low: f32,
    /// Veil that half of the frame stays below, 0..1.
    pub veil_median: f32,
    /// Mean saturation, 0..1: how much colour is left.
    pub saturation: f32,
}

impl Evidence {
    /// How sure it is that there is haze, 0..1.
    #[must_use]
    pub fn score(&self) -> f32 {
        smoothstep((0.2, 0.4), self.veil_median)
    }

    pub(super) fn of(seen: &Seen<'_>) -> Self {
        Self {
            veil_low: quantile(seen.depth.veil.values().to_vec(), 0.25),
            veil_median: quantile(seen.depth.veil.values().to_vec(), 0.5),
            saturation: seen.depth.saturation.mean(),
        }
    }
}

impl std::fmt::Display for Evidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { veil_low, veil_median, saturation } = self;
        write!(f, "veil {veil_low:.2} in the near part, {veil_median:.2} in half of it, ")?;
        write!(f, "colour {saturation:.2}")
    }
}

/// The strength that suits the scene.
pub(super) fn judge(evidence: &Evidence) -> f32 {
    let amount = 45.0 * smoothstep((0.2, 0.4), evidence.veil_median);
    Amount::Fixed(amount).strength(0.0)
}

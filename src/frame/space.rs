//! An RGB colour space: its curve, and its primaries relative to those of sRGB.

/// From an encoded value x to light: (a·x + b)^exponent from `toe_end` on, toe·x below (ICC.1:2022, 10.18).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Curve {
    /// The power.
    pub exponent: f32,
    /// a.
    pub scale: f32,
    /// b.
    pub offset: f32,
    /// The slope of the toe.
    pub toe: f32,
    /// Where the toe ends.
    pub toe_end: f32,
}

impl Curve {
    /// sRGB's (IEC 61966-2-1), which Display P3 shares.
    pub const SRGB: Self = Self {
        exponent: 2.4,
        scale: 1.0 / 1.055,
        offset: 0.055 / 1.055,
        toe: 1.0 / 12.92,
        toe_end: 0.04045,
    };

    /// A power alone.
    #[must_use]
    pub const fn power(exponent: f32) -> Self {
        Self { exponent, scale: 1.0, offset: 0.0, toe: 0.0, toe_end: 0.0 }
    }

    /// The light of an encoded value, as exactly as the machine computes it.
    #[must_use]
    pub fn light(&self, value: f32) -> f32 {
        match value < self.toe_end {
            true => self.toe * value,
            false => (self.scale * value + self.offset).max(0.0).powf(self.exponent),
        }
    }
}

/// A space of RGB colours whose three channels have one curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Space {
    /// The curve.
    pub curve: Curve,
    /// Its light as sRGB's, red first; rows are sRGB's channels.
    pub to_srgb: [[f32; 3]; 3],
    /// The way back.
    pub from_srgb: [[f32; 3]; 3],
}

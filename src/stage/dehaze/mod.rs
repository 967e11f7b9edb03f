//! Dehaze: the airlight between camera and subject taken out, by single-image optical depth.
//!
//! A hazy frame is I = J·t + A·(1 − t), t = e^(−τ) (Koschmieder 1924; Nayar, Narasimhan, "Vision
//! in Bad Weather", ICCV 1999): the radiance J dimmed by the transmission t, and the airlight A
//! that the haze scatters into the way. The survey finds A and a map of the optical depth τ on the
//! small picture; the sweep then computes, for every full-size pixel,
//! J = A + (I − A)·g with the gain g = 1/t, and gives back the white and the contrast that go with the
//! veil.
//!
//! All values are the file's own encoded ones, 0..1.

mod airlight;
mod amount;
mod bounds;
mod depth;
mod kernel;
mod measure;
mod survey;
mod tone;

pub use amount::Amount;
pub use kernel::{Dehazed, DepthRows, Kernel, Removal};
pub use survey::{Evidence, Haze, survey};
pub use tone::Whites;

/// How to dehaze.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dehaze {
    /// How much.
    pub amount: Amount,
    /// The wavelength exponent q of the haze, 0 to 2: optical depth goes with (λ/550 nm)^−q.
    /// 0 is fog, which dims all colours alike; 1.3 the blue haze before far ridges
    /// (Ångström 1929). Right for a place, not for all: .3 brings the pairs of real haze .25 dB nearer
    /// to the truth, takes outdoor pairs of white haze .5 dB away and turns hues by another .4°.
    pub haze_colour: f32,
}

impl Default for Dehaze {
    fn default() -> Self {
        Self { amount: Amount::Auto, haze_colour: 0.0 }
    }
}

//! Dehaze: removes the airlight between camera and subject, by single-image optical depth.
//!
//! A hazy frame is I = J·t + A·(1 − t), t = e^(−τ) (Koschmieder 1924; Nayar, Narasimhan, "Vision
//! in Bad Weather", ICCV 1999): the radiance J dimmed by the transmission t, and the airlight A
//! that the haze scatters into the way. The survey finds A and a map of the optical depth τ on the
//! small picture; the sweep then computes, for every full-size pixel,
//! J = A + (I − A)·g with the gain g = 1/t, with soft ends at black and white, and gives back the white,
//! the contrast and the brightness that go with the veil.
//!
//! The survey in order: `border` (what is not part of the scene), `sky`, `airlight`, `depth` (veil and trust),
//! `wavelength` (the haze's own colour), `evidence` and `judge` (how much `auto` takes), `tone`.
//!
//! All values are the file's own encoded ones, 0..1.

mod airlight;
mod amount;
mod border;
mod colour;
mod depth;
mod ends;
mod evidence;
mod judge;
mod kernel;
mod measure;
mod refine;
mod shared;
mod sharp;
mod sky;
mod skyline;
mod space;
mod survey;
mod telling;
mod tone;
mod wavelength;

pub use amount::Amount;
pub use border::Border;
pub use colour::HazeColour;
pub use evidence::Evidence;
pub use kernel::{Dehazed, DepthRows, Framed, Kernel, Removal};
pub use shared::{NUMBERS, SharedHaze};
pub use space::run_in;
pub use survey::{DepthMap, Haze, Judged, Maps, Survey, survey, survey_sharing};
pub use tone::Brightness;

/// How to dehaze.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dehaze {
    /// How much.
    pub amount: Amount,
    /// The wavelength exponent of the haze.
    pub haze_colour: HazeColour,
}

impl Default for Dehaze {
    fn default() -> Self {
        Self { amount: Amount::Auto, haze_colour: HazeColour::Auto }
    }
}

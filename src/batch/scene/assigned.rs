//! What was decided for a frame of a scene: everything that developing it needs from the others.

use serde::{Deserialize, Serialize};

use crate::stage::dehaze::SharedHaze;

/// The scene of a frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assigned {
    /// What the scene is called; no other scene of the run has this name.
    pub scene: String,
    /// Why the frame is in it, for people.
    pub why: String,
    /// How many frames are in it.
    pub frames: usize,
    /// The haze that it shares with the others, at the exposure and the time of this frame.
    pub haze: SharedHaze,
}

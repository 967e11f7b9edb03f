//! What the journal keeps of a scene: enough to say why a frame is developed again.

use serde::{Deserialize, Serialize};

use super::assigned::Assigned;
use crate::batch::disk::hash::{digits, hash};

/// The scene of an output when it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InScene {
    /// What it was called.
    pub name: String,
    /// How many frames were in it.
    pub frames: usize,
    /// XXH3 of what they shared, at the exposure and time of this frame.
    pub haze_hash: String,
}

impl InScene {
    pub(in crate::batch) fn of(scene: &Assigned) -> Self {
        // Numbers can always be written as JSON.
        let haze = serde_json::to_vec(&scene.haze).unwrap_or_default();
        let (name, frames) = (scene.scene.clone(), scene.frames);
        Self { name, frames, haze_hash: digits(hash(&haze)) }
    }
}

/// What has changed for a frame since it was made in this scene; `None` if it would be made the same again.
pub(in crate::batch) fn changed(
    before: Option<&InScene>,
    now: Option<&Assigned>,
) -> Option<String> {
    match (before, now.map(InScene::of)) {
        (None, None) => None,
        (None, Some(now)) => Some(format!("it is now in scene '{}'", now.name)),
        (Some(before), None) => Some(format!("it was in scene '{}' and is now alone", before.name)),
        (Some(before), Some(now)) if before.haze_hash == now.haze_hash => None,
        (Some(before), Some(now)) if before.frames != now.frames => Some(format!(
            "scene '{}' has {} frames, it had {}",
            now.name, now.frames, before.frames
        )),
        (Some(_), Some(now)) => Some(format!("the haze of scene '{}' has changed", now.name)),
    }
}

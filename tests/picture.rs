//! What developing does to the light: contracts of the stages, physics, sharpness.

#![allow(clippy::unwrap_used, reason = "a test ends where something fails")]

#[path = "picture/contract.rs"]
mod contract;
#[path = "picture/haze.rs"]
mod haze;
#[path = "picture/scene.rs"]
mod scene;
#[path = "picture/sharpness.rs"]
mod sharpness;

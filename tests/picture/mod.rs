//! What developing does to the light: contracts of the stages, physics, sharpness.

mod contract;
mod haze;
pub(crate) mod scene;
mod sharpness;
mod surfaces;

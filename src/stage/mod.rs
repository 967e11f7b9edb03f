//! The stages: one room each, with its settings, what it needs to know, and its row kernel.
//!
//! A kernel gets rows that are whole and long enough; it neither fails nor allocates nor knows
//! where the frame ends. In which order stages run is decided in [`develop`](crate::develop).

pub mod caption;
pub mod crop;
pub mod dehaze;
pub mod resize;
pub mod sharpen;

//! Scenes: frames that show one view in one light, and are developed alike.

mod assigned;

pub use assigned::Assigned;

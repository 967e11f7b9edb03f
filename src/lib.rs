#![doc = "skeleton"]
pub mod error;
pub mod format;
pub mod frame;
pub mod metadata;
pub mod stage;
pub mod template;

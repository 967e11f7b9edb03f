#![doc = "skeleton"]
pub mod batch;
#[doc(hidden)]
pub mod cli;
pub mod develop;
pub mod error;
pub mod filter;
pub mod format;
pub mod frame;
pub mod metadata;
pub mod recipe;
pub mod stage;
pub mod template;

//! All integration tests in one program, so that the library is linked once and every core has work.
//!
//! * [`agency`]: captions and metadata through the built program, as an agency gets them
//! * [`promises`]: bad files, full disks, interruptions, names, through the built program
//! * [`delivery`]: presets, sizes and what else goes out, through the built program
//! * [`scenes`]: frames of one scene developed alike, through the built program
//! * [`raw`]: cameras' RAW files and their JPEGs, through the built program
//! * [`formats`], [`metadata`], [`picture`], [`caption`], [`template`], [`samples`],
//!   [`dehaze_truth`]: the library from outside
//! * [`messages`]: the golden page of all messages; [`readme`]: its commands and tables
//! * [`layers`]: the plan in `src/lib.rs` against the sources
//! * [`support`]: what they share
//!
//! Some tests need a tool or a right; they are `#[ignore = "needs …"]`, and `.ci/run` runs them.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails by a panic")]
#![allow(clippy::disallowed_methods, reason = "tests make the files that longlens has to read")]

mod agency;
mod caption;
mod dehaze_truth;
mod delivery;
mod formats;
mod heic;
mod jxl;
mod layers;
mod messages;
mod metadata;
mod picture;
mod promises;
mod raw;
mod readme;
mod samples;
mod scenes;
mod support;
mod template;

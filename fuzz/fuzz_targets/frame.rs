//! Any bytes as a tiny frame through the whole pipeline, under a recipe that the first bytes choose.
#![no_main]

#[path = "../targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::frame(bytes));

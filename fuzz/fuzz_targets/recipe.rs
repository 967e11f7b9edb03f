//! Any text as a recipe; what it sets prints to a recipe that sets the same.
#![no_main]

#[path = "../targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::recipe(bytes));

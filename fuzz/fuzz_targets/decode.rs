//! Any bytes as a file: probed, read for metadata, decoded, both as they are and as damaged ones.
#![no_main]

#[path = "../targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::decode(bytes));

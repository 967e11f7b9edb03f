//! Metadata of any bytes: read, changed, carried over, written, read again.
#![no_main]

#[path = "../targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::metadata(bytes));

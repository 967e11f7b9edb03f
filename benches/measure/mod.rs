//! What all measuring programs here share: the frame, its crop, and the lines at the top.

#![allow(dead_code, reason = "each program uses its part")]

use longlens::format::{Encoding, Format};
use longlens::frame::Size;

/// The frame of a 24-megapixel camera.
pub(crate) const FRAME: Size = Size::new(6000, 4000);
/// The part of it that is kept.
pub(crate) const CROP: &str = "5000x3333+500+400";
pub(crate) const CAPTION: &str = "Namyang, seen from Tumen";
pub(crate) const ENCODING: Encoding = Encoding { quality: 90, ..Encoding::of(Format::Jpeg) };

/// Prints the machine and the input that the figures below were made with.
pub(crate) fn opening(what: &str, input: &str) {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("?");
    println!("{what}");
    println!("machine: {} · load {load}", longlens::measure::machine());
    println!("input:   {input}");
}

//! What all measuring programs here share: the machine, the input, the least of several times.

#![allow(dead_code, reason = "each program uses its part")]

use std::time::Instant;

use longlens::format::{Encoding, Format, Subsampling, Threads, encode};
use longlens::frame::{Frame, Size};
use longlens::metadata::Blocks;

/// A 24-megapixel camera's frame.
pub(crate) const FRAME: Size = Size::new(6000, 4000);
/// The part of it that is kept.
pub(crate) const CROP: &str = "5000x3333+500+400";
pub(crate) const CAPTION: &str = "Namyang, seen from Tumen";
pub(crate) const ENCODING: Encoding =
    Encoding { format: Format::Jpeg, quality: 90, subsampling: Subsampling::S420 };

/// Says on which machine and with what input the figures that follow were made.
pub(crate) fn opening(what: &str, input: &str) {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("?");
    println!("{what}");
    println!("machine: {} · {cores} cores · load {load}", model.unwrap_or(std::env::consts::ARCH));
    println!("input:   {input}");
}

/// The least time of several runs, in milliseconds: what else runs on the machine only adds.
pub(crate) fn least_ms(runs: usize, mut work: impl FnMut()) -> f64 {
    let time = |_| {
        let begun = Instant::now();
        work();
        begun.elapsed().as_secs_f64() * 1e3
    };
    (0..runs).map(time).fold(f64::INFINITY, f64::min)
}

/// A frame as a camera would write it: 4:2:0, quality 92.
pub(crate) fn jpeg(frame: &Frame) -> Vec<u8> {
    let mut bytes = Vec::new();
    let camera = Encoding { quality: 92, ..ENCODING };
    encode(frame, &camera, &Blocks::default(), Threads::All, &mut bytes).unwrap();
    bytes
}

/// The most memory that this process has had so far, in megabytes; Linux only.
pub(crate) fn resident_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024.0 / 1e6)
}

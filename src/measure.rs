//! What `longlens bench` and the programs in `benches` share: the machine, the least of several times, the peak
//! memory, a JPEG like a camera's. Not part of the library's interface.

use std::time::Instant;

use crate::error::Result;
use crate::format::{Encoding, Format, Threads, encode};
use crate::frame::Frame;
use crate::metadata::Blocks;

/// The processor and how many cores it offers.
#[must_use]
pub fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    let model = model.unwrap_or(std::env::consts::ARCH);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    format!("{model}, {cores} cores")
}

/// The least time of several runs, in milliseconds: what else runs on the machine only adds.
pub fn least_ms(runs: usize, mut work: impl FnMut()) -> f64 {
    let time = |_| {
        let begun = Instant::now();
        work();
        begun.elapsed().as_secs_f64() * 1e3
    };
    (0..runs).map(time).fold(f64::INFINITY, f64::min)
}

/// A frame as a camera would write it: 4:2:0, quality 92.
///
/// # Errors
/// As [`encode`].
pub fn camera_jpeg(frame: &Frame) -> Result<Vec<u8>> {
    let camera = Encoding::of(Format::Jpeg);
    let mut bytes = Vec::new();
    encode(frame, &camera, &Blocks::default(), Threads::All, &mut bytes)?;
    Ok(bytes)
}

/// Counts the peak memory of this process from now on, where the system can (Linux, proc(5)).
pub fn forget_peak() {
    let refs = std::fs::OpenOptions::new().write(true).open("/proc/self/clear_refs");
    // Elsewhere the peak includes what came before.
    let _ = refs.and_then(|mut refs| std::io::Write::write_all(&mut refs, b"5"));
}

/// The peak memory of a process (its number, or `self`), in megabytes; Linux only.
#[must_use]
pub fn peak_mb(process: &str) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024.0 / 1e6)
}

//! Reading a file, after checking that it is a regular file and may be a frame: longlens never
//! waits for a pipe or reads a terabyte of text.

use std::fs;
use std::io::Read;
use std::path::Path;

use crate::batch::disk::kinds::extension;
use crate::error::{Error, ErrorKind, Result};
use crate::format::{self, Format, Limits};

/// Reads a whole file that is a regular one and no larger than memory allows.
///
/// # Errors
/// [`ErrorKind::Unreadable`] with the system's reason, for pipes and devices, and if the length
/// changes while it is read; [`ErrorKind::TooLarge`].
pub fn read_bytes(path: &Path, limits: &Limits) -> Result<Vec<u8>> {
    let failed =
        |e: &std::io::Error| Error::io(ErrorKind::Unreadable, "cannot read", e).about(path);
    let kind = fs::metadata(path).map_err(|e| {
        let dangling = fs::symlink_metadata(path).is_ok();
        let error = failed(&e);
        if dangling { error.with_hint("it is a broken symbolic link") } else { error }
    })?;
    if !kind.is_file() {
        let what = if kind.is_dir() { "a folder" } else { "a pipe, socket or device" };
        return Err(
            Error::new(ErrorKind::Unreadable, format!("it is {what}, not a file")).about(path)
        );
    }
    let mut file = fs::File::open(path).map_err(|e| failed(&e))?;
    let before = file.metadata().map_err(|e| failed(&e))?;
    let length = before.len();
    // A few bytes tell a text of a terabyte from a picture.
    let mut start = Vec::with_capacity(64);
    (&mut file).take(64).read_to_end(&mut start).map_err(|e| failed(&e))?;
    let content = format::sniff(&start);
    if content.is_none() {
        // The first bytes are all that its reason needs.
        format::probe(&start, limits).map_err(|e| e.about(path))?;
    }
    if length > limits.memory_bytes {
        let gib = length as f64 / (1 << 30) as f64;
        let message = format!("the file is {gib:.1} GiB, more than the memory limit");
        return Err(Error::new(ErrorKind::TooLarge, message).about(path));
    }
    let mut bytes = start;
    let room = usize::try_from(length).unwrap_or(usize::MAX).saturating_sub(bytes.len());
    bytes.try_reserve_exact(room + 1).map_err(|_| {
        Error::new(ErrorKind::TooLarge, "not enough memory to read the file").about(path)
    })?;
    // One byte more than there should be tells a file that grows.
    (&mut file).take(room as u64 + 1).read_to_end(&mut bytes).map_err(|e| failed(&e))?;
    let after = file.metadata().map_err(|e| failed(&e))?;
    if bytes.len() as u64 != length || after.modified().ok() != before.modified().ok() {
        return Err(Error::new(ErrorKind::Unreadable, "the file changed while it was read")
            .about(path)
            .with_hint("develop it again when it is copied completely"));
    }
    if format::is_raw_ending(&extension(path)) && format::sniff(&bytes) == Some(Format::Tiff) {
        // Its picture would be the preview of a file of which the rest is lost.
        let message = "its name is that of a RAW file, but it contains no sensor data";
        return Err(Error::new(ErrorKind::Damaged, message)
            .about(path)
            .with_hint("copy it again, or name it .tif if it is a TIFF"));
    }
    Ok(bytes)
}

//! From bytes to a frame and back: a file's format, its size in memory, its samples, and the
//! finished file.
//!
//! The content decides, never the name. The header is checked against the [`Limits`] before memory is
//! allocated; damage is an error unless the caller accepts it. A decoder that panics fails only the file at
//! hand.
//!
//! This room works on bytes; the caller reads and writes files.

mod codec;
mod fit;
mod guard;
#[cfg(feature = "heic")]
mod heic;
mod jpeg;
#[cfg(feature = "jxl")]
mod jxl;
mod lost;
mod opened;
mod png;
mod profile;
mod raw;
mod samples;
mod sniff;
mod store;
mod stored;
mod tiff;
mod upright;
mod webp;

pub use crate::container::kinds::{Format, is_picture_ending, is_raw_ending};
pub use fit::{Fitted, encode_to_fit};
pub use jpeg::BandEncoder;
pub use opened::Opened;
pub use raw::{DEVELOPS_SENSORS, RawPicture};
pub use sniff::{remedy, unread_photograph};

use crate::container::{self, kinds};
use std::sync::Arc;

use crate::colour;
use crate::error::{Error, ErrorKind, Result, Warning};
use crate::frame::{Frame, Orientation, Original, Pool, Sharing, Size};
use crate::metadata::{Blocks, is_adobe_rgb};

/// How finely a JPEG keeps colour beside luma.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subsampling {
    /// 4:4:4, every pixel.
    S444,
    /// 4:2:2, every second column.
    S422,
    /// 4:2:0, every second column and row.
    S420,
}

impl From<Subsampling> for Sharing {
    fn from(subsampling: Subsampling) -> Self {
        let (across, down) = match subsampling {
            Subsampling::S444 => (1, 1),
            Subsampling::S422 => (2, 1),
            Subsampling::S420 => (2, 2),
        };
        Self { across, down }
    }
}

impl Format {
    /// Bytes that it has for one block of metadata, if that is limited (T.81, B.1.1.4).
    #[must_use]
    pub fn segment_bytes(self) -> Option<usize> {
        (self == Self::Jpeg).then_some(65_533)
    }
}

/// What is refused on sight of the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Pixels in all; default 500 million.
    pub pixels: u64,
    /// Pixels on a side; default 65,535.
    pub side_px: u32,
    /// Bytes that the decoded frame and what its decoding needs may take; default no limit.
    pub memory_bytes: u64,
    /// What of a RAW file is developed; default the JPEG inside of the sensor's size, or else the samples.
    pub raw: RawPicture,
}

impl Default for Limits {
    fn default() -> Self {
        let raw = RawPicture::Auto;
        Self { pixels: 500_000_000, side_px: 65_535, memory_bytes: u64::MAX, raw }
    }
}

/// How to decode.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Decoding {
    /// What is refused.
    pub limits: Limits,
    /// Develop what a damaged file still has, with a warning, instead of failing.
    pub accept_damaged: bool,
}

/// What a file says of itself before its samples are decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The format of the content.
    pub format: Format,
    /// Width and height, upright.
    pub size: Size,
    /// How the stored picture has to be turned.
    pub orientation: Orientation,
    /// Samples a pixel of the decoded frame: 1 (grey) or 3.
    pub channels: u8,
    /// Bits a sample of the decoded frame: 8 or 16.
    pub depth_bits: u8,
    /// How the file keeps its samples, for people: "progressive 4:2:0", "palette", "CMYK".
    pub kind: String,
    /// Whether parts are transparent.
    pub alpha: bool,
    /// Of a JPEG: how finely it keeps colour.
    pub subsampling: Option<Subsampling>,
    /// Bytes that decoding takes at its peak, the decoded frame included, with the planes of a JPEG left
    /// as they are ([`decode_as_stored`]).
    pub decode_bytes: u64,
}

impl Header {
    /// Bytes that it takes more where planes that a JPEG may be left in are made a frame ([`decode`]).
    #[must_use]
    pub fn joining_bytes(&self) -> u64 {
        let left = self.subsampling.is_some() && self.orientation == Orientation::Upright;
        let frame_bytes = samples::frame_bytes(self.size, self.channels, self.depth_bits);
        if left { frame_bytes } else { 0 }
    }

    /// Bytes that it may take beside `decode_bytes` if the file, of so many bytes, is damaged and
    /// [`Decoding::accept_damaged`] is set.
    #[must_use]
    pub fn damaged_bytes(&self, file_bytes: u64) -> u64 {
        (self.format.codec().damaged_bytes)(self, file_bytes)
    }
}

/// A decoded file.
#[derive(Debug)]
pub struct Decoded<F = Frame> {
    /// The photograph, upright.
    pub frame: F,
    /// What the file said of itself.
    pub header: Header,
    /// Its metadata blocks as the file has them.
    pub blocks: Blocks,
    /// What had to be done otherwise than the file says.
    pub warnings: Vec<Warning>,
}

/// How to encode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding {
    /// The format of the output.
    pub format: Format,
    /// Of a JPEG: 1 (coarse) to 100 (fine).
    pub quality: u8,
    /// Of a JPEG: how finely to keep colour.
    pub subsampling: Subsampling,
    /// Of a JPEG: what is saved, time or bytes.
    pub coding: Coding,
}

impl Encoding {
    /// This format, and a JPEG as it is written by default: quality 92, 4:2:0, fast.
    #[must_use]
    pub const fn of(format: Format) -> Self {
        Self { format, quality: 92, subsampling: Subsampling::S420, coding: Coding::Fast }
    }
}

/// What is saved where a JPEG is coded; the picture is the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Coding {
    /// Time: a baseline file, with tables that suit most photographs.
    #[default]
    Fast,
    /// Bytes: a progressive file, with tables made for the frame.
    Small,
}

/// How many threads one encoding may use; the bytes do not depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Threads {
    /// The calling thread alone.
    One,
    /// All of the current rayon pool.
    All,
}

impl Limits {
    /// Checks what a header claims; `decode_bytes` is what decoding will take at its peak.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] for a side of zero, [`ErrorKind::TooLarge`] beyond a limit.
    pub fn admit(&self, size: Size, decode_bytes: u64) -> Result<()> {
        if size.area() == 0 {
            return Err(Error::new(
                ErrorKind::Damaged,
                format!("the picture is empty ({size} px)"),
            ));
        }
        if size.long_side() > self.side_px {
            return Err(Error::new(
                ErrorKind::TooLarge,
                format!("{size} px: a side cannot exceed {} px", self.side_px),
            ));
        }
        if size.area() > self.pixels {
            let most = self.pixels as f64 / 1e6;
            return Err(Error::new(
                ErrorKind::TooLarge,
                format!("{size} px is {:.0} Mpx; the limit is {most:.0} Mpx", size.megapixels()),
            ));
        }
        if decode_bytes > self.memory_bytes {
            let mib = |bytes: u64| bytes.div_ceil(1 << 20);
            return Err(Error::new(
                ErrorKind::TooLarge,
                format!(
                    "{size} px takes {} MiB to decode; the limit is {} MiB",
                    mib(decode_bytes),
                    mib(self.memory_bytes)
                ),
            )
            .with_hint("allow more memory"));
        }
        Ok(())
    }
}

/// The format of these bytes, by their first few; `None` for anything longlens does not read.
#[must_use]
pub fn sniff(bytes: &[u8]) -> Option<Format> {
    match kinds::format(bytes) {
        // Most RAW files begin as a TIFF does, with a small preview for its picture.
        Some(Format::Tiff) if container::raw::is_raw(bytes) => Some(Format::Raw),
        format => format,
    }
}

/// What the file says of itself, read from its header alone: no sample is decoded and nothing
/// large is allocated.
///
/// # Errors
/// [`ErrorKind::Unsupported`] for what longlens does not read, named if its kind is known;
/// [`ErrorKind::Damaged`] for a header that is cut short or contradicts itself;
/// [`ErrorKind::TooLarge`] beyond `limits`.
pub fn probe(bytes: &[u8], limits: &Limits) -> Result<Header> {
    let format = sniff(bytes).ok_or_else(|| sniff::refusal(bytes))?;
    let header = guard::contained(format.name(), || (format.codec().probe)(bytes, limits))?;
    limits.admit(header.size, header.decode_bytes)?;
    Ok(header)
}

/// Decodes a file into an upright frame; the samples live in a buffer from `pool`.
///
/// # Errors
/// Those of [`probe`], with [`Header::joining_bytes`] on top of what it says that decoding takes, and
/// [`ErrorKind::Damaged`] for samples that are cut short or broken unless
/// `decoding.accept_damaged` takes what there is (then a [`Warning::Damaged`] says so).
pub fn decode(bytes: &[u8], decoding: &Decoding, pool: &Pool) -> Result<Decoded> {
    let header = probe(bytes, &decoding.limits)?;
    decoding.limits.admit(header.size, header.decode_bytes + header.joining_bytes())?;
    let Decoded { frame, header, blocks, warnings } = decode_as_stored(bytes, decoding, pool)?;
    Ok(Decoded { frame: frame.into_frame(pool)?, header, blocks, warnings })
}

/// [`decode`], with the samples of an upright JPEG left in its own planes: half of the memory at 4:2:0,
/// and nothing is converted that is not read. What is read of it are the samples of [`decode`].
///
/// # Errors
/// Those of [`decode`], but for what joining takes.
pub fn decode_as_stored(
    bytes: &[u8],
    decoding: &Decoding,
    pool: &Pool,
) -> Result<Decoded<Original>> {
    let header = probe(bytes, &decoding.limits)?;
    decode_admitted(bytes, header, decoding, pool)
}

/// Decodes a file whose header was probed.
fn decode_admitted(
    bytes: &[u8],
    header: Header,
    decoding: &Decoding,
    pool: &Pool,
) -> Result<Decoded<Original>> {
    let format = header.format;
    let mut decoded = guard::contained(format.name(), || {
        (format.codec().decode)(bytes, &header, decoding, pool)?.finish(header, pool)
    })?;
    embed_adobe_rgb(&mut decoded)?;
    Ok(decoded)
}

/// The picture at an eighth of its width and height, if that saves work: of a large sequential JPEG the
/// means of its blocks.
fn decode_eighth(bytes: &[u8], header: &Header, pool: &Pool) -> Result<Option<Original>> {
    if header.format != Format::Jpeg {
        return Ok(None);
    }
    let name = header.format.name();
    let Some(eighth) = guard::contained(name, || jpeg::decode_eighth(bytes, header))? else {
        return Ok(None);
    };
    let mut decoded = eighth.finish(header.clone(), pool)?;
    embed_adobe_rgb(&mut decoded)?;
    Ok(Some(decoded.frame))
}

/// Whether [`decode_eighth`] makes a picture of this file.
fn has_eighth(bytes: &[u8], header: &Header) -> bool {
    header.format == Format::Jpeg && jpeg::has_eighth(bytes, header)
}

/// Cameras say in EXIF alone that their samples are Adobe RGB (CIPA DC-009): they get the profile.
fn embed_adobe_rgb(decoded: &mut Decoded<Original>) -> Result<()> {
    let Decoded { frame, header, blocks, warnings } = decoded;
    let says = blocks.exif.as_deref().is_some_and(is_adobe_rgb);
    if blocks.icc.is_none() && header.channels == 3 && says {
        let profile = colour::adobe_rgb()?;
        frame.facts.profile = Some(Arc::clone(&profile));
        blocks.icc = Some(profile);
        warnings.push(Warning::Other(
            "there is none, but EXIF says Adobe RGB (R03), which is assumed".to_owned(),
        ));
    }
    Ok(())
}

/// The metadata blocks of a file; no sample is decoded.
///
/// # Errors
/// As [`probe`], without limits.
pub fn read_blocks(bytes: &[u8]) -> Result<Blocks> {
    let format = sniff(bytes).ok_or_else(|| sniff::refusal(bytes))?;
    guard::contained(format.name(), || (format.codec().read_blocks)(bytes))
}

/// The metadata blocks of a JPEG of which `start` are the first bytes; `None` if there may be more
/// blocks behind them, or if it is of another format.
#[must_use]
pub fn read_blocks_of_start(start: &[u8]) -> Option<Blocks> {
    let jpeg = sniff(start) == Some(Format::Jpeg);
    jpeg.then(|| guard::contained("JPEG", || Ok(jpeg::read_blocks_of_start(start))).ok())
        .flatten()?
}

/// Encodes a frame with its metadata blocks into `out`, which is emptied first.
///
/// The profile written is `blocks.icc`; `frame.facts` is not looked at. The bytes are a function of
/// the frame, the encoding and the blocks alone, whatever `threads` is.
///
/// # Errors
/// [`ErrorKind::TooLarge`] if the format cannot hold the size, [`ErrorKind::Unsupported`] if it is only
/// read, [`ErrorKind::Internal`] if the
/// encoder fails or what it wrote does not look like the file it should be.
pub fn encode(
    frame: &Frame,
    encoding: &Encoding,
    blocks: &Blocks,
    threads: Threads,
    out: &mut Vec<u8>,
) -> Result<Vec<Warning>> {
    out.clear();
    if frame.size().area() == 0 {
        return Err(Error::new(ErrorKind::Internal, "a frame without pixels cannot be written"));
    }
    let format = encoding.format;
    let writing = format.codec().writing.as_ref().ok_or_else(|| {
        let message = format!("longlens does not write {}", format.name());
        Error::new(ErrorKind::Unsupported, message)
    })?;
    let encode = || (writing.encode)(frame, encoding, blocks, threads, out);
    let warnings = guard::contained(format.name(), encode)?;
    check_output(frame.size(), format, out)?;
    Ok(warnings)
}

/// Whether what was written begins, ends and measures as it should; no sample is decoded again.
fn check_output(frame: Size, format: Format, bytes: &[u8]) -> Result<()> {
    let ends = format.codec().writing.as_ref().is_some_and(|writing| (writing.is_ended)(bytes));
    let limits = Limits { pixels: u64::MAX, side_px: u32::MAX, ..Limits::default() };
    let header = probe(bytes, &limits);
    let measures = header.as_ref().is_ok_and(|h| {
        // The frame is upright, so the stored size has to be its own whatever the blocks say.
        let stored = if h.orientation.transposes() { h.size.transposed() } else { h.size };
        h.format == format && stored == frame
    });
    if ends && measures {
        return Ok(());
    }
    let name = format.name();
    Err(Error::new(ErrorKind::Internal, format!("the {name} that was written is incomplete")))
}

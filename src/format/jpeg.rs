//! JPEG (ITU-T T.81 | ISO 10918-1): its markers, its damage, its samples, its writing.
//!
//! libjpeg-turbo-rs decodes: sequential files block by block ([`scans`]), others as a whole, into planes that
//! most photographs are left in; and it codes the blocks that [`transform`] made. It silently fills what a
//! truncated file lacks with grey, so damage is detected here: [`jpeg::walk`] reads all markers once,
//! [`damage`] finds what does not add up.
//!
//! Not read: 12 bits a sample, lossless and hierarchical files, components of which one has two samples
//! where another has three (libjpeg does not read those either).

mod blocks;
mod colour;
mod damage;
mod decode;
mod encode;
mod join;
mod parts;
mod planes;
mod quantise;
mod scans;
mod transform;

#[cfg(feature = "raw")]
pub(super) use decode::fault;
use decode::one_line;
pub(super) use decode::{decode, decode_eighth, has_eighth, plain_samples};
pub use encode::BandEncoder;

use super::{Coding, Encoding, Format, Header, Limits, Subsampling, Threads, samples, upright};
use crate::container::jpeg::{self, Extent, FrameHeader, Process, Walk};
use crate::error::{Error, ErrorKind, Result, Warning};
use crate::frame::{Frame, Orientation, Size};
use crate::metadata::Blocks;

/// The header of a JPEG: all markers up to its first scan.
pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Header> {
    probe_turned(bytes, limits, None)
}

/// [`probe`], of a JPEG that has to be turned as is known from elsewhere, if it is.
pub(super) fn probe_turned(
    bytes: &[u8],
    limits: &Limits,
    turn: Option<Orientation>,
) -> Result<Header> {
    let walk = jpeg::walk(bytes, Extent::Header)?;
    let frame = walk.frame()?;
    let orientation = turn.unwrap_or_else(|| blocks::orientation(&walk.segments));
    let header = header(frame, &walk, orientation)?;
    limits.admit(header.size, header.decode_bytes)?;
    Ok(header)
}

/// Bytes that the planes of a damaged file take beside what a sound one does, and a copy of its file with an end.
pub(super) fn damaged_bytes(header: &Header, file_bytes: u64) -> u64 {
    header.size.area() * u64::from(header.channels) + file_bytes
}

/// A photograph has a third of its samples at quality 100, once in bands and once as the file.
pub(super) fn encode_bytes(frame_bytes: u64, coding: Coding) -> u64 {
    let coded = frame_bytes * 2 / 3;
    match coding {
        Coding::Fast => coded,
        // The coefficients have 16 bits, and there may be one for each sample.
        Coding::Small => coded + frame_bytes * 2,
    }
}

/// The metadata blocks, from the markers before the first scan.
pub(super) fn read_blocks(bytes: &[u8]) -> Result<Blocks> {
    let walk = jpeg::walk(bytes, Extent::Header)?;
    Ok(blocks::read(&walk.segments, &mut Vec::new()))
}

/// The metadata blocks, if the start reaches to the first scan.
pub(super) fn read_blocks_of_start(start: &[u8]) -> Option<Blocks> {
    let walk = jpeg::walk(start, Extent::Header).ok().filter(|walk| !walk.scans.is_empty())?;
    Some(blocks::read(&walk.segments, &mut Vec::new()))
}

/// Encodes a whole frame.
pub(super) fn encode(
    frame: &Frame,
    encoding: &Encoding,
    blocks: &Blocks,
    threads: Threads,
    out: &mut Vec<u8>,
) -> Result<Vec<Warning>> {
    let encoder = BandEncoder::new(frame.size(), &frame.pixels, encoding, threads)?;
    encoder.take_frame(frame.pixels.samples());
    encoder.finish(blocks, out)
}

/// How finely colour is kept, if it is one of the three ways that longlens can write.
fn subsampling(frame: &FrameHeader) -> Option<Subsampling> {
    let [luma, chroma @ ..] = frame.components.as_slice() else { return None };
    if chroma.len() != 2 || chroma.iter().any(|c| (c.across, c.down) != (1, 1)) {
        return None;
    }
    match (luma.across, luma.down) {
        (1, 1) => Some(Subsampling::S444),
        (2, 1) => Some(Subsampling::S422),
        (2, 2) => Some(Subsampling::S420),
        _ => None,
    }
}

/// The process and the sampling, for people.
fn kind(frame: &FrameHeader) -> String {
    let process = match frame.process {
        Process::Progressive => "progressive",
        Process::Arithmetic => "arithmetic-coded",
        _ => "baseline",
    };
    let colour = match (frame.components.as_slice(), subsampling(frame)) {
        ([_], _) => "grey".to_owned(),
        ([_, _, _, _], _) => "CMYK".to_owned(),
        (_, Some(Subsampling::S444)) => "4:4:4".to_owned(),
        (_, Some(Subsampling::S422)) => "4:2:2".to_owned(),
        (_, Some(Subsampling::S420)) => "4:2:0".to_owned(),
        ([luma, ..], None) if (luma.across, luma.down) == (1, 2) => "4:4:0".to_owned(),
        ([luma, ..], None) => format!("{}x{} sampling", luma.across, luma.down),
        ([], None) => String::new(),
    };
    format!("{process} {colour}")
}

/// What longlens makes of a JPEG's markers, or why it does not read this kind.
fn header(frame: &FrameHeader, walk: &Walk<'_>, orientation: Orientation) -> Result<Header> {
    refuse_kind(frame)?;
    let stored = Size::new(u32::from(frame.width), u32::from(frame.height));
    let channels = if frame.components.len() == 1 { 1 } else { 3 };
    let frame_bytes = samples::frame_bytes(stored, channels, 8);
    let needs = frame_bytes + decode::working_bytes(frame, walk);
    let turned = match orientation {
        Orientation::Upright => 0,
        // Its planes beside the frame, or the frame beside the one that is turned.
        _ if subsampling(frame).is_some() => 2 * frame_bytes + decode::padding_bytes(frame),
        _ => frame_bytes + upright::extra_bytes(orientation, frame_bytes),
    };
    Ok(Header {
        format: Format::Jpeg,
        size: upright::size(stored, orientation),
        orientation,
        channels,
        depth_bits: 8,
        kind: kind(frame),
        alpha: false,
        subsampling: subsampling(frame),
        decode_bytes: needs.max(turned),
    })
}

/// Refuses by name what neither decoder should be given.
fn refuse_kind(frame: &FrameHeader) -> Result<()> {
    const HINT: &str = "save it as a baseline or progressive JPEG, or as TIFF";
    let unsupported = |what: String| {
        Err(Error::new(
            ErrorKind::Unsupported,
            format!("{what} JPEG, which longlens does not read"),
        )
        .with_hint(HINT))
    };
    match frame.process {
        Process::Lossless => return unsupported("a lossless".to_owned()),
        Process::Hierarchical => return unsupported("a hierarchical".to_owned()),
        Process::Baseline | Process::Progressive | Process::Arithmetic => {}
    }
    if frame.precision != 8 {
        return unsupported(format!("a {}-bit", frame.precision));
    }
    if !matches!(frame.components.len(), 1 | 3 | 4) {
        return unsupported(format!("a {}-component", frame.components.len()));
    }
    if frame.height == 0 && frame.width > 0 {
        return unsupported("a height-comes-last (DNL)".to_owned());
    }
    if frame.components.iter().any(|c| !(1..=4).contains(&c.across) || !(1..=4).contains(&c.down)) {
        return Err(Error::new(ErrorKind::Damaged, "the frame header has impossible sampling"));
    }
    if !planes::can_join(frame) {
        return unsupported("a fractionally sampled".to_owned());
    }
    Ok(())
}

//! JPEG samples decoded into planes: strictly, then leniently if damage is accepted; what the planes mean; and
//! their conversion to pixels where they cannot stay planes.

use std::borrow::Cow;

use libjpeg_turbo_rs::Decoder as Turbo;

use super::super::stored::AsStored;
use super::super::{Decoding, Format, Header, Subsampling, profile, samples};
use super::planes::{self, Model, Plane};
use super::scans::{self, Rigour};
use super::{blocks, damage, parts, subsampling};
use crate::colour::{Polarity, Press};
use crate::container::jpeg::{self, APP0, EOI, Extent, FrameHeader, Process, Segment, Walk};
use crate::error::{Error, Result, Warning};
use crate::frame::{Pool, Sharing, Size, Stored, Ycc};
use crate::metadata::Blocks;

const APP1: u8 = APP0 + 1;
const APP2: u8 = APP0 + 2;
/// Adobe's marker, which says what the components are.
const APP14: u8 = APP0 + 14;
/// What the components of a file are: JFIF counts first, then Adobe's marker, then the names of the
/// components, as in `jdapimin.c`.
fn model(frame: &FrameHeader, walk: &Walk<'_>) -> Model {
    let jfif = walk.segments.iter().any(|s| s.marker == APP0 && s.body.starts_with(b"JFIF\0"));
    let adobe = |s: &&Segment<'_>| s.marker == APP14 && s.body.starts_with(b"Adobe");
    let adobe = walk.segments.iter().find(adobe).and_then(|s| s.body.get(11));
    let named_rgb = frame.components.iter().map(|c| c.id).eq(*b"RGB");
    match (frame.components.len(), adobe) {
        (3, _) if jfif => Model::Ycc,
        (3, Some(0)) => Model::Plain,
        (3, None) if named_rgb => Model::Plain,
        (3, _) => Model::Ycc,
        (4, Some(&transform)) if transform != 0 => Model::Ycck,
        _ => Model::Plain,
    }
}

/// Bytes that decoding takes beside the RGB or grey samples, at its peak.
pub(super) fn working_bytes(frame: &FrameHeader, walk: &Walk<'_>) -> u64 {
    let area = u64::from(frame.width) * u64::from(frame.height);
    let largest = |f: fn(&jpeg::Component) -> u8| {
        u64::from(frame.components.iter().map(f).max().unwrap_or(1).max(1))
    };
    let unit = largest(|c| c.across) * largest(|c| c.down);
    let factors = frame.components.iter().map(|c| u64::from(c.across) * u64::from(c.down));
    let stored = area.saturating_mul(factors.sum()).div_ceil(unit);
    let fourth_ink = if frame.components.len() == 4 { area } else { 0 };
    let buffers = match frame.process {
        // Planes of a whole photograph take no more than its samples pixel by pixel.
        Process::Baseline if subsampling(frame).is_some() || frame.components.len() == 1 => 0,
        Process::Baseline => stored,
        // Coefficients of 16 bits and decoded planes.
        _ => stored * 3 + area,
    };
    // A row of units in 16-bit samples, before and after upsampling, for four components.
    let rows = u64::from(frame.width) * 32 * 2 * 2 * 4;
    // libjpeg-turbo-rs copies them as it reads the markers, what comes in parts more than once.
    let metadata = walk.segments.iter().filter(|s| matches!(s.marker, APP1 | APP2));
    let metadata = metadata.map(|s| s.body.len() as u64).sum::<u64>() * 3;
    rows + padding_bytes(frame) + metadata + fourth_ink + buffers
}

/// Bytes that the planes of a file may take beyond its RGB or grey samples: they are made of whole units.
pub(super) fn padding_bytes(frame: &FrameHeader) -> u64 {
    (u64::from(frame.width) + u64::from(frame.height)) * 32 * 3
}

/// Decodes a JPEG whose header has been admitted.
pub(in super::super) fn decode(
    bytes: &[u8],
    _header: &Header,
    decoding: &Decoding,
    pool: &Pool,
) -> Result<AsStored> {
    let walk = jpeg::walk(bytes, Extent::Whole)?;
    let frame = walk.frame()?;
    let mut warnings = Vec::new();
    let mut blocks = blocks::read(&walk.segments, &mut warnings);
    warnings.extend(parts::left_out(&walk));
    let source = Source { bytes, walk: &walk, frame };
    let planes = match damage::fault(&walk, frame) {
        // Before memory is taken: a few bytes may claim a frame of a gigabyte.
        Some(fault) => Err(fault),
        None => source.planes(Rigour::Strict, pool),
    };
    let planes = match planes {
        Err(fault) if decoding.accept_damaged => {
            let planes = source.leniently(pool).map_err(|_| damaged(&fault))?;
            warnings.push(Warning::Damaged(fault));
            planes
        }
        planes => planes.map_err(|fault| damaged(&fault))?,
    };
    let stored = source.stored(planes, pool, &mut blocks, &mut warnings)?;
    Ok(AsStored { stored, blocks, warnings })
}

/// Long side from which on an eighth of a picture is enough to survey it: the small picture of a survey
/// has 256 px.
const EIGHTH_FROM_PX: u32 = 8 * 256;

/// How finely colour is kept, if an eighth can be decoded and is enough.
fn eighth(frame: &FrameHeader, walk: &Walk<'_>, header: &Header) -> Option<Subsampling> {
    let large = header.size.long_side() >= EIGHTH_FROM_PX;
    let known = frame.process == Process::Baseline && model(frame, walk) == Model::Ycc;
    subsampling(frame).filter(|_| large && known)
}

/// Whether [`decode_eighth`] decodes this file.
pub(in super::super) fn has_eighth(bytes: &[u8], header: &Header) -> bool {
    let walk = jpeg::walk(bytes, Extent::Header).ok();
    walk.is_some_and(|walk| walk.frame().is_ok_and(|f| eighth(f, &walk, header).is_some()))
}

/// Decodes a JPEG whose header has been admitted at an eighth of its width and height, if that saves
/// work: a large sequential one whose colours can stay in planes. No metadata but the profile is read.
pub(in super::super) fn decode_eighth(bytes: &[u8], header: &Header) -> Result<Option<AsStored>> {
    let walk = jpeg::walk(bytes, Extent::Whole)?;
    let frame = walk.frame()?;
    let Some(sharing) = eighth(frame, &walk, header) else { return Ok(None) };
    if let Some(fault) = damage::fault(&walk, frame) {
        return Err(damaged(&fault));
    }
    let planes = scans::eighth(bytes, &walk, frame).map_err(|fault| damaged(&fault))?;
    let blocks_along = |side: u16| u32::from(side).div_ceil(8);
    let size = Size::new(blocks_along(frame.width), blocks_along(frame.height));
    let blocks = blocks::read(&walk.segments, &mut Vec::new());
    let stored = kept(size, sharing.into(), planes).map(Stored::Ycc).ok();
    Ok(stored.map(|stored| AsStored { stored, blocks, warnings: Vec::new() }))
}

fn damaged(fault: &str) -> Error {
    Format::Jpeg.damaged(fault)
}

/// One file and what its markers say.
struct Source<'a> {
    bytes: &'a [u8],
    walk: &'a Walk<'a>,
    frame: &'a FrameHeader,
}

impl Source<'_> {
    /// Width and height as they are stored.
    fn size(&self) -> Size {
        Size::new(u32::from(self.frame.width), u32::from(self.frame.height))
    }

    /// Whether its planes are decoded into buffers of the pool; libjpeg-turbo-rs takes its own.
    fn is_pooled(&self) -> bool {
        self.frame.process == Process::Baseline
    }

    /// The planes of a file; the fault of a damaged one.
    fn planes(&self, rigour: Rigour, pool: &Pool) -> Result<Vec<Plane>, String> {
        if self.is_pooled() {
            return scans::sequential(self.bytes, self.walk, self.frame, rigour, pool);
        }
        let mut decoder = Turbo::new(self.bytes).map_err(|e| one_line(&e))?;
        decoder.set_lenient(rigour == Rigour::Lenient);
        let raw = decoder.decode_raw().map_err(|e| one_line(&e))?;
        planes::planes_from(self.frame, raw.planes, &raw.plane_widths)
            .ok_or_else(|| "its planes are smaller than its picture".to_owned())
    }

    /// What there is of a damaged file; the rest is mid-grey.
    fn leniently(&self, pool: &Pool) -> Result<Vec<Plane>, String> {
        if self.walk.scans.is_empty() {
            return Err("there is no picture in it".to_owned());
        }
        let closed = self.closed();
        Source { bytes: &closed, ..*self }.planes(Rigour::Lenient, pool)
    }

    /// The file with an end: libjpeg-turbo-rs gives up in a torn segment (the tables of a scan that never
    /// came), and where a scan that is not the last has no end.
    fn closed(&self) -> Cow<'_, [u8]> {
        if self.walk.ended {
            return Cow::Borrowed(self.bytes);
        }
        let whole = &self.bytes[..self.walk.torn_at.unwrap_or(self.bytes.len())];
        Cow::Owned([whole, &[0xFF, EOI]].concat())
    }

    /// Leaves planes as they are if [`Ycc`] knows them; makes pixels of others.
    fn stored(
        &self,
        planes: Vec<Plane>,
        pool: &Pool,
        blocks: &mut Blocks,
        warnings: &mut Vec<Warning>,
    ) -> Result<Stored> {
        let (size, model) = (self.size(), model(self.frame, self.walk));
        let planes = match (subsampling(self.frame), model) {
            (Some(subsampling), Model::Ycc) => match kept(size, subsampling.into(), planes) {
                Ok(kept) if self.is_pooled() => return Ok(Stored::Ycc(kept.from_pool())),
                Ok(kept) => return Ok(Stored::Ycc(kept)),
                Err(planes) => planes,
            },
            _ => planes,
        };
        let planes = match <[Plane; 1]>::try_from(planes) {
            Ok([grey]) if self.is_pooled() => {
                return Ok(Stored::Pixels(samples::eight(size, 1, grey.into_samples())?));
            }
            Ok([grey]) => vec![grey],
            Err(planes) => planes,
        };
        // One of a few; both by the checks on the header.
        let count = planes.len() as u8;
        let mut buffer = pool.take::<u8>(samples::length(size, count)?)?;
        let (width, height) = (size.width as usize, size.height as usize);
        planes::join(&planes, model, 0..height, width, &mut buffer);
        if self.is_pooled() {
            planes.into_iter().for_each(|plane| pool.give_samples(plane.samples));
        }
        if count == 4 {
            self.cmyk_to_srgb(&mut buffer, blocks, warnings);
        }
        Ok(Stored::Pixels(samples::eight(size, count.min(3), buffer)?))
    }

    /// Converts CMYK to sRGB; the profile is dropped, for it no longer describes the samples.
    fn cmyk_to_srgb(&self, buffer: &mut Vec<u8>, blocks: &mut Blocks, warnings: &mut Vec<Warning>) {
        let icc = blocks.icc.take();
        let inks = icc.as_deref().filter(|icc| profile::space(icc) == Some(b"CMYK"));
        // Adobe stores CMYK inverted, and so does everybody else, with its marker or without.
        let press = Press::new(Polarity::Light, inks);
        press.print_in_place(buffer, usize::from(self.frame.width));
        if icc.is_some() {
            warnings.push(Warning::ProfileDropped(press.said().to_owned()));
        }
    }
}

/// A JPEG within another file, its samples as they are or, of Y'CbCr, as RGB.
pub(in super::super) struct Within {
    pub(in super::super) width: usize,
    pub(in super::super) samples: Vec<u8>,
}

/// Decodes a strip or tile of a TIFF, which is not larger than `most` but for whole blocks.
///
/// # Errors
/// [`ErrorKind::Damaged`] or [`ErrorKind::Unsupported`].
pub(in super::super) fn plain_samples(
    bytes: &[u8],
    most: Size,
    components: usize,
    is_ycc: bool,
) -> Result<Within> {
    /// Pixels on a side of the largest unit.
    const UNIT: u32 = 32;
    let walk = jpeg::walk(bytes, Extent::Whole)?;
    let frame = walk.frame()?;
    super::refuse_kind(frame)?;
    let source = Source { bytes, walk: &walk, frame };
    let (size, within) = (source.size(), most.width.saturating_add(UNIT));
    let fits = size.width <= within && size.height <= most.height.saturating_add(UNIT);
    if !fits || size.area() == 0 || frame.components.len() != components {
        return Err(damaged("a strip or tile does not match its header"));
    }
    let planes =
        source.planes(Rigour::Strict, &Pool::default()).map_err(|fault| damaged(&fault))?;
    let model = if is_ycc { Model::Ycc } else { Model::Plain };
    let (width, height) = (size.width as usize, size.height as usize);
    let mut samples = vec![0; width * height * components];
    planes::join(&planes, model, 0..height, width, &mut samples);
    Ok(Within { width, samples })
}

/// What is wrong with a JPEG that another decoder makes samples of: all its codes are read.
#[cfg(feature = "raw")]
pub(in super::super) fn fault(bytes: &[u8]) -> Option<String> {
    let walk = match jpeg::walk(bytes, Extent::Whole) {
        Ok(walk) => walk,
        Err(error) => return Some(error.message().to_owned()),
    };
    let frame = match walk.frame() {
        Ok(frame) => frame,
        Err(error) => return Some(error.message().to_owned()),
    };
    let is_known = frame.process == Process::Baseline && frame.precision == 8;
    damage::fault(&walk, frame)
        .or_else(|| is_known.then(|| scans::eighth(bytes, &walk, frame).err()).flatten())
}

/// The planes as [`Ycc`] has them, or as they were if it does not know them.
fn kept(size: Size, sharing: Sharing, planes: Vec<Plane>) -> Result<Ycc, Vec<Plane>> {
    // It widens colour of less than three columns in another way.
    if sharing.across > 1 && (size.width as usize).div_ceil(sharing.across) < 3 {
        return Err(planes);
    }
    let planes = <[Plane; 3]>::try_from(planes)?;
    let strides = [0, 1, 2].map(|i: usize| planes[i].stride);
    let samples = planes.map(|plane| plane.samples);
    Ycc::new(size, sharing, samples, strides).ok_or_else(Vec::new)
}

/// A decoder's reason on one line, without quotes and full stop.
pub(super) fn one_line(reason: &impl std::fmt::Display) -> String {
    let text = reason.to_string();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.trim_matches('"').trim_end_matches('.').chars().take(120).collect()
}

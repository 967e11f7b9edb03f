//! WebP (RFC 9649): lossy and lossless read, lossless written; of an animation the first picture.

use std::io::Cursor;

use image::codecs::webp::{WebPDecoder, WebPEncoder};
use image::{ColorType, ExtendedColorType, ImageDecoder, ImageError};

use super::lost::{CREDENTIALS, no_place};
use super::profile::{self, MOST_EXIF_BYTES, MOST_ICC_BYTES, MOST_XMP_BYTES, within};
use super::store::{Fault, Run, Store};
use super::stored::AsStored;
use super::{Decoding, Format, Header, Limits, samples, upright};
use crate::colour;
use crate::container::riff::{Chunks, chunks, promised_bytes};
use crate::error::{Error, ErrorKind, Result, Warning};
use crate::frame::{Frame, Pixels, Pool, Samples, Size};
use crate::metadata::Blocks;

/// Pixels on a side at most: the format counts them in 14 bits.
const MOST_SIDE_PX: u32 = 16_383;
/// Bytes that a file cut short is filled up with zeros to, at most, to see what is there.
const MOST_MISSING_BYTES: usize = 64 << 20;
/// Flags of the VP8X chunk.
const HAS_ICC: u8 = 0x20;
const HAS_EXIF: u8 = 0x08;
const HAS_XMP: u8 = 0x04;

impl<'a> Chunks<'a> {
    fn exif(&self) -> Option<&'a [u8]> {
        let exif = self.find(b"EXIF")?;
        // Some writers keep JPEG's wrapping.
        Some(exif.strip_prefix(b"Exif\0\0").unwrap_or(exif))
    }

    fn lossless(&self) -> bool {
        self.find(b"VP8L").is_some()
    }

    fn animated(&self) -> bool {
        self.find(b"ANMF").is_some()
    }
}

type WebP<'a> = WebPDecoder<Cursor<&'a [u8]>>;

fn open(bytes: &[u8]) -> Result<WebP<'_>> {
    WebPDecoder::new(Cursor::new(bytes)).map_err(|e| damaged(&reason(&e)))
}

fn reason(e: &ImageError) -> String {
    match e {
        ImageError::IoError(_) => "the file ends before its picture does".to_owned(),
        other => other.to_string().chars().take(120).collect(),
    }
}

fn damaged(fault: &str) -> Error {
    Format::WebP.damaged(fault)
}

/// The header of a WebP: its chunks and the size in the first of them.
pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Header> {
    let decoder = open(bytes)?;
    let (width, height) = decoder.dimensions();
    let stored = Size::new(width, height);
    limits.admit(stored, 0)?;
    let alpha = decoder.color_type() == ColorType::Rgba8;
    let chunks = chunks(bytes);
    let orientation = upright::from_exif(chunks.exif().unwrap_or_default());
    let frame_bytes = samples::frame_bytes(stored, 3, 8);
    let area = stored.area();
    // Canvas and picture of an animation; the words of lossless; the planes of lossy.
    let coded = match (chunks.animated(), chunks.lossless()) {
        (true, _) => 8 * area,
        (false, true) => 4 * area,
        (false, false) => 2 * area,
    };
    let with_alpha = if alpha { 6 * area } else { 0 };
    let needs = (coded + with_alpha).max(upright::extra_bytes(orientation, frame_bytes));
    let kind = match (chunks.animated(), chunks.lossless()) {
        (true, _) => "animation",
        (false, true) => "lossless",
        (false, false) => "lossy",
    };
    Ok(Header {
        format: Format::WebP,
        size: upright::size(stored, orientation),
        orientation,
        channels: 3,
        depth_bits: 8,
        kind: kind.to_owned(),
        alpha,
        subsampling: None,
        decode_bytes: frame_bytes + needs,
    })
}

/// Decodes a WebP whose header has been admitted.
pub(super) fn decode(
    bytes: &[u8],
    header: &Header,
    decoding: &Decoding,
    pool: &Pool,
) -> Result<AsStored> {
    let chunks = chunks(bytes);
    let mut warnings = Vec::new();
    let strict = if chunks.whole {
        pixels(bytes, header, pool, &mut warnings)
    } else {
        Err(Fault::Damage("the file ends before its picture does".to_owned()))
    };
    let pixels = match strict {
        Ok(pixels) => pixels,
        Err(Fault::Damage(fault)) if decoding.accept_damaged => {
            warnings.clear();
            let filled = filled_up(bytes);
            let pixels = pixels(&filled, header, pool, &mut warnings);
            warnings.push(Warning::Damaged(fault.clone()));
            pixels.map_err(|_| damaged(&fault))?
        }
        Err(fault) => return Err(fault.into_error(damaged)),
    };
    if chunks.animated() {
        warnings.push(Warning::FirstOfMany);
    }
    let blocks = blocks(&chunks, &mut warnings);
    Ok(AsStored::pixels(pixels, blocks, warnings))
}

/// The metadata blocks, from the chunks.
pub(super) fn read_blocks(bytes: &[u8]) -> Result<Blocks> {
    Ok(blocks(&chunks(bytes), &mut Vec::new()))
}

/// The file with zeros for what it lacks: the decoder gives nothing at all without them.
fn filled_up(bytes: &[u8]) -> Vec<u8> {
    let promised = promised_bytes(bytes) as usize;
    let most = bytes.len() + MOST_MISSING_BYTES;
    let mut filled = bytes.to_vec();
    filled.resize(promised.clamp(bytes.len(), most), 0);
    filled
}

fn pixels(
    bytes: &[u8],
    header: &Header,
    pool: &Pool,
    warnings: &mut Vec<Warning>,
) -> Result<Pixels, Fault> {
    let stored = upright::size(header.size, header.orientation);
    let channels = if header.alpha { 4 } else { 3 };
    let mut buffer = pool.take::<u8>(samples::length(stored, channels)?)?;
    let decoder = open(bytes).map_err(|e| Fault::Damage(e.message().to_owned()))?;
    if decoder.total_bytes() != buffer.len() as u64 {
        return Err(Fault::Damage("its chunks contradict each other".to_owned()));
    }
    decoder.read_image(&mut buffer).map_err(|e| Fault::Damage(reason(&e)))?;
    if !header.alpha {
        return Ok(samples::eight(stored, 3, buffer)?);
    }
    let mut store = Store::new(stored, 3, 8, pool)?;
    for (y, row) in buffer.chunks_exact(stored.width as usize * 4).enumerate() {
        store.put(0, y, Run::Eight(row), 4);
    }
    pool.give_samples(buffer);
    Ok(store.finish(warnings)?)
}

fn blocks(chunks: &Chunks<'_>, warnings: &mut Vec<Warning>) -> Blocks {
    let exif = chunks.exif().map(<[u8]>::to_vec);
    let xmp = chunks.find(b"XMP ").map(<[u8]>::to_vec);
    if chunks.find(b"C2PA").is_some() {
        warnings.push(Warning::PartsLeftOut(CREDENTIALS.to_owned()));
    }
    let icc = chunks.find(b"ICCP").filter(|icc| !icc.is_empty());
    if icc.is_some_and(|icc| icc.len() > MOST_ICC_BYTES) {
        warnings.push(Warning::ProfileDropped("it is larger than 16 MiB".to_owned()));
    }
    Blocks {
        exif: within(exif, MOST_EXIF_BYTES, "EXIF", warnings),
        xmp: within(xmp, MOST_XMP_BYTES, "XMP", warnings),
        icc: icc.filter(|icc| icc.len() <= MOST_ICC_BYTES).map(Into::into),
        ..Blocks::default()
    }
}

/// Encodes a frame losslessly with 8 bits a sample, and its profile, EXIF and XMP.
pub(super) fn encode(frame: &Frame, blocks: &Blocks, out: &mut Vec<u8>) -> Result<Vec<Warning>> {
    let size = frame.size();
    if size.long_side() > MOST_SIDE_PX {
        let message = format!("{size} px: a side of a WebP cannot exceed {MOST_SIDE_PX} px");
        return Err(Error::new(ErrorKind::TooLarge, message));
    }
    let mut warnings = Vec::new();
    let mut blocks = blocks.clone();
    let as_srgb = grey_as_srgb(frame, &mut blocks, &mut warnings)?;
    let frame = as_srgb.as_ref().unwrap_or(frame);
    let eight = |wide: &[u16]| wide.iter().map(|&s| samples::to_eight(s)).collect::<Vec<_>>();
    let mut coded = Vec::new();
    let colour = match frame.pixels.channels() {
        1 => ExtendedColorType::L8,
        _ => ExtendedColorType::Rgb8,
    };
    match frame.pixels.samples() {
        Samples::Eight(samples) => encode_eight(samples, size, colour, &mut coded)?,
        Samples::Sixteen(samples) => encode_eight(&eight(samples), size, colour, &mut coded)?,
    }
    if frame.pixels.depth_bits() > 8 {
        warnings.push(Warning::DepthReduced);
    }
    // WebP has colour only.
    profile::drop_unfit(&mut blocks.icc, 3, &mut warnings);
    warnings.extend(no_place(&blocks, Format::WebP));
    assemble(&coded, size, &blocks, out)?;
    Ok(warnings)
}

/// A grey frame in sRGB's curve, if its profile has another: WebP has colour only, so that its profile
/// has no place there. sRGB is what samples without a profile are.
fn grey_as_srgb(
    frame: &Frame,
    blocks: &mut Blocks,
    warnings: &mut Vec<Warning>,
) -> Result<Option<Frame>> {
    let Some(icc) = blocks.icc.as_deref() else { return Ok(None) };
    let is_grey = frame.pixels.channels() == 1 && profile::space(icc) == Some(b"GRAY");
    let Some(described) = is_grey.then(|| colour::describe(icc).ok()).flatten() else {
        return Ok(None);
    };
    let mut converted = None;
    if !described.is_srgb {
        let mut frame = frame.clone();
        colour::convert_to_srgb(&mut frame.pixels, icc)?;
        let why = "WebP has no grey; the samples were converted to sRGB with it";
        warnings.push(Warning::ProfileDropped(why.to_owned()));
        converted = Some(frame);
    }
    blocks.icc = None;
    Ok(converted)
}

fn encode_eight(
    samples: &[u8],
    size: Size,
    colour: ExtendedColorType,
    out: &mut Vec<u8>,
) -> Result<()> {
    WebPEncoder::new_lossless(out)
        .encode(samples, size.width, size.height, colour)
        .map_err(|e| Error::new(ErrorKind::Internal, format!("the WebP encoder failed: {e}")))
}

/// Puts the picture and the metadata into one RIFF file, in the order of RFC 9649, 2.7.
fn assemble(coded: &[u8], size: Size, blocks: &Blocks, out: &mut Vec<u8>) -> Result<()> {
    let picture = chunks(coded).find(b"VP8L").ok_or_else(|| {
        Error::new(ErrorKind::Internal, "the WebP encoder wrote an unknown layout")
    })?;
    let (icc, exif, xmp) = (blocks.icc.as_deref(), blocks.exif.as_deref(), blocks.xmp.as_deref());
    let flag = |block: Option<&[u8]>, flag| if block.is_some() { flag } else { 0 };
    let flags = flag(icc, HAS_ICC) | flag(exif, HAS_EXIF) | flag(xmp, HAS_XMP);
    let [w0, w1, w2, _] = (size.width - 1).to_le_bytes();
    let [h0, h1, h2, _] = (size.height - 1).to_le_bytes();
    let extended = [flags, 0, 0, 0, w0, w1, w2, h0, h1, h2];
    out.extend_from_slice(b"RIFF\0\0\0\0WEBP");
    for (kind, body) in [
        (b"VP8X", (flags != 0).then_some(extended.as_slice())),
        (b"ICCP", icc),
        (b"VP8L", Some(picture)),
        (b"EXIF", exif),
        (b"XMP ", xmp),
    ] {
        let Some(body) = body else { continue };
        out.extend_from_slice(kind);
        out.extend_from_slice(&(body.len() as u32).to_le_bytes());
        out.extend_from_slice(body);
        out.resize(out.len().next_multiple_of(2), 0);
    }
    let length = u32::try_from(out.len() - 8)
        .map_err(|_| Error::new(ErrorKind::TooLarge, "a WebP cannot exceed 4 GiB"))?;
    out[4..8].copy_from_slice(&length.to_le_bytes());
    Ok(())
}

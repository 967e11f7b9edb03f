//! JPEG samples: decoded strictly, into their own planes or a reused buffer, and again leniently where
//! damage is accepted.

use std::borrow::Cow;
use std::sync::Arc;

use libjpeg_turbo_rs::{ColorSpace as TurboColour, Decoder as Turbo, PixelFormat};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::{ZByteReaderTrait, ZCursor};
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::super::{
    Decoded, Decoding, Format, Header, Subsampling, guard, profile, samples, upright,
};
use super::coded::Coded;
use super::{blocks, damage, parts, subsampling};
use crate::colour::{Polarity, Press};
use crate::container::jpeg::{self, APP0, EOI, Extent, FrameHeader, Process, Segment, Walk};
use crate::error::{Error, ErrorKind, Result, Warning};
use crate::frame::{Facts, Orientation, Original, Pool, Sharing, Size, Stored, Ycc};
use crate::metadata::Blocks;

const APP1: u8 = APP0 + 1;
const APP2: u8 = APP0 + 2;
/// Adobe's marker: what the components are, and that inks are stored inverted.
const APP14: u8 = APP0 + 14;
/// What fills the places that a damaged file has nothing for.
const MISSING: u8 = 128;
/// Written to the last row before decoding: if it is still there, the decoder stopped before it.
const UNTOUCHED: [u8; 4] = [0x5A, 0xA5, 0x3C, 0xC3];

/// Which decoder is right for a file whose planes cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route {
    /// zune-jpeg, checked memory.
    Zune,
    /// libjpeg-turbo-rs: what zune-jpeg garbles or does not know.
    Turbo,
}

fn route(frame: &FrameHeader, walk: &Walk<'_>) -> Route {
    let components = frame.components.len();
    let first = walk.scans.first().map_or(components, |s| s.components.len());
    let one_scan = first == components && walk.scans.len() <= 1;
    match frame.process {
        _ if of_two_minds(frame, walk) => Route::Turbo,
        Process::Progressive if components != 4 => Route::Zune,
        Process::Baseline if components != 4 && one_scan => Route::Zune,
        _ => Route::Turbo,
    }
}

/// How colour is shared in the planes of a file, if it is left in them.
///
/// Of 24 MP libjpeg-turbo-rs decodes the planes where zune-jpeg decodes RGB in 66 instead of 84 ms (4:2:0),
/// 77 instead of 82 (4:2:2), 192 instead of 265 (progressive 4:2:0), but 100 instead of 94 at baseline
/// 4:4:4, where planes are no smaller either.
pub(super) fn sharing(frame: &FrameHeader) -> Option<Sharing> {
    let subsampling = subsampling(frame)?;
    let left = (subsampling, frame.process) != (Subsampling::S444, Process::Baseline);
    left.then(|| subsampling.into())
}

/// Whether the markers of a file of three components say two things about its colours: that they are RGB,
/// and that they are Y'CbCr. libjpeg heeds JFIF first, then Adobe's marker, then the names of the
/// components, and so does libjpeg-turbo-rs; zune-jpeg goes the other way.
fn of_two_minds(frame: &FrameHeader, walk: &Walk<'_>) -> bool {
    let named = frame.components.iter().map(|c| c.id).eq(*b"RGB");
    let jfif = walk.segments.iter().any(|s| s.marker == APP0 && s.body.starts_with(b"JFIF\0"));
    let adobe = |s: &Segment<'_>| s.marker == APP14 && s.body.starts_with(b"Adobe");
    let adobe = walk.segments.iter().find(|&s| adobe(s)).and_then(|s| s.body.get(11));
    let rgb = named || adobe == Some(&0);
    let ycc = jfif || adobe.is_some_and(|&transform| transform != 0);
    frame.components.len() == 3 && rgb && ycc
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
    let buffers = match (route(frame, walk), frame.process) {
        // 16-bit coefficients of the whole picture.
        (Route::Zune, Process::Progressive) => stored * 2,
        (Route::Zune, _) => 0,
        // Coefficients and decoded planes.
        (Route::Turbo, _) => stored * 3 + area,
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
    header: Header,
    decoding: &Decoding,
    pool: &Pool,
) -> Result<Decoded<Original>> {
    let walk = jpeg::walk(bytes, Extent::Whole)?;
    let frame = walk.frame()?;
    let mut warnings = Vec::new();
    let mut blocks = blocks::read(&walk.segments, &mut warnings);
    warnings.extend(parts::left_out(&walk));
    let source = Source { bytes, walk: &walk, frame, channels: usize::from(header.channels) };
    let fault = damage::fault(&walk, frame);
    if let (Some(fault), false) = (&fault, decoding.accept_damaged) {
        // Before memory is taken: a few bytes may claim a frame of a gigabyte.
        return Err(damaged(fault));
    }
    let planes = if fault.is_none() { source.planes() } else { None };
    let mut stored = match planes {
        Some(planes) => Stored::Ycc(planes),
        None => {
            let mut buffer = source.interleaved(fault, decoding, pool, &mut warnings)?;
            if frame.components.len() == 4 {
                source.inks_to_lights(&mut buffer, &mut blocks, &mut warnings);
            }
            Stored::Pixels(samples::eight(source.size(), header.channels, buffer)?)
        }
    };
    profile::drop_unfit(&mut blocks.icc, header.channels, &mut warnings);
    if header.orientation != Orientation::Upright {
        // Planes that share colour cannot be turned: the pixels of an odd size would share it
        // with others.
        let pixels = stored.into_pixels(pool)?;
        stored = Stored::Pixels(upright::turned(pixels, header.orientation, pool)?);
    }
    let facts = Facts { profile: blocks.icc.as_ref().map(Arc::clone) };
    Ok(Decoded { frame: Original { stored, facts }, header, blocks, warnings })
}

fn damaged(fault: &str) -> Error {
    Error::new(ErrorKind::Damaged, format!("the JPEG is damaged: {fault}"))
        .with_hint("copy it again, or accept damaged files to develop what there is")
}

/// One file and what its markers say.
struct Source<'a> {
    bytes: &'a [u8],
    walk: &'a Walk<'a>,
    frame: &'a FrameHeader,
    channels: usize,
}

impl Source<'_> {
    /// Samples a pixel as the decoder gives them: 4 for inks.
    fn stored_channels(&self) -> u8 {
        if self.frame.components.len() == 4 { 4 } else { self.channels as u8 }
    }

    /// Width and height as they are stored.
    fn size(&self) -> Size {
        Size::new(u32::from(self.frame.width), u32::from(self.frame.height))
    }

    /// The samples pixel by pixel, of a file with a fault in its markers or without; what there is of
    /// them, with a warning, if that is accepted.
    fn interleaved(
        &self,
        fault: Option<String>,
        decoding: &Decoding,
        pool: &Pool,
        warnings: &mut Vec<Warning>,
    ) -> Result<Vec<u8>> {
        let mut buffer = pool.take_u8(samples::length(self.size(), self.stored_channels())?)?;
        if let Err(fault) = fault.map_or_else(|| self.strictly(&mut buffer), Err) {
            if !decoding.accept_damaged {
                pool.give_u8(buffer);
                return Err(damaged(&fault));
            }
            self.leniently(&mut buffer).map_err(|_| damaged(&fault))?;
            warnings.push(Warning::Damaged(fault));
        }
        Ok(buffer)
    }

    /// The planes of a file whose markers are whole, if it has any that [`Ycc`] knows; what is wrong
    /// with it is for [`Source::strictly`] to say.
    fn planes(&self) -> Option<Ycc> {
        // A decoder that panics has not said anything about the file yet.
        guard::contained(Format::Jpeg.name(), || Ok(self.sound_planes())).ok().flatten()
    }

    fn sound_planes(&self) -> Option<Ycc> {
        let sharing = sharing(self.frame)?;
        let decoder = Turbo::new(self.bytes).ok()?;
        if decoder.jpeg_color_space() != TurboColour::YCbCr {
            return None;
        }
        let raw = decoder.decode_raw().ok()?;
        let planes = <[_; 3]>::try_from(raw.planes).ok()?;
        Ycc::new(self.size(), sharing, planes, raw.plane_widths.try_into().ok()?)
    }

    /// Decodes a file whose markers are whole; the fault of a damaged one.
    fn strictly(&self, out: &mut [u8]) -> Result<(), String> {
        if route(self.frame, self.walk) == Route::Turbo {
            return self.turbo(out, Rigour::Strict);
        }
        let last = out.len() - usize::from(self.frame.width) * self.channels;
        out[last..].iter_mut().zip(UNTOUCHED.iter().cycle()).for_each(|(v, &mark)| *v = mark);
        let strict = self.zune(out, Rigour::Strict);
        let cut = out[last..].iter().zip(UNTOUCHED.iter().cycle()).all(|(v, mark)| v == mark);
        let doubtful = strict.is_err() || (cut && out.len() - last > UNTOUCHED.len());
        if doubtful {
            // zune-jpeg also refuses what is harmless: stray bytes between segments, a short APP14.
            return self.turbo(out, Rigour::Strict);
        }
        Ok(())
    }

    /// Decodes what there is of a damaged file; the rest is mid-grey.
    fn leniently(&self, out: &mut [u8]) -> Result<(), String> {
        if self.walk.scans.is_empty() {
            return Err("there is no picture in it".to_owned());
        }
        let closed = self.closed();
        let source = Source { bytes: &closed, ..*self };
        out.fill(MISSING);
        // zune-jpeg reads on past the end as if there were zeros: black, green, checks for the rest.
        let decoded = source.turbo(out, Rigour::Lenient);
        if decoded.is_ok() || route(self.frame, self.walk) == Route::Turbo {
            return decoded;
        }
        out.fill(MISSING);
        source.zune(out, Rigour::Lenient)
    }

    /// The file with an end: both decoders give up in a torn segment (the tables of a scan that
    /// never came), libjpeg-turbo-rs also where a scan that is not the last has no end.
    fn closed(&self) -> Cow<'_, [u8]> {
        if self.walk.ended {
            return Cow::Borrowed(self.bytes);
        }
        let whole = &self.bytes[..self.walk.torn_at.unwrap_or(self.bytes.len())];
        Cow::Owned([whole, &[0xFF, EOI]].concat())
    }

    fn zune(&self, out: &mut [u8], rigour: Rigour) -> Result<(), String> {
        match (self.frame.process, self.walk.scans.last(), rigour) {
            (Process::Baseline | Process::Progressive, Some(scan), Rigour::Strict) => {
                self.zune_from(Coded::new(&self.bytes[..scan.end]), out, rigour)
            }
            _ => self.zune_from(ZCursor::new(self.bytes), out, rigour),
        }
    }

    fn zune_from(
        &self,
        reader: impl ZByteReaderTrait,
        out: &mut [u8],
        rigour: Rigour,
    ) -> Result<(), String> {
        let colour = if self.channels == 1 { ColorSpace::Luma } else { ColorSpace::RGB };
        let options = DecoderOptions::default()
            .set_strict_mode(rigour == Rigour::Strict)
            .set_max_width(usize::from(u16::MAX))
            .set_max_height(usize::from(u16::MAX))
            .jpeg_set_out_colorspace(colour);
        let mut decoder = JpegDecoder::new_with_options(reader, options);
        decoder.decode_into(out).map_err(|e| one_line(&e))
    }

    fn turbo(&self, out: &mut [u8], rigour: Rigour) -> Result<(), String> {
        let format = match self.frame.components.len() {
            1 => PixelFormat::Grayscale,
            4 => PixelFormat::Cmyk,
            _ => PixelFormat::Rgb,
        };
        let mut decoder = Turbo::new(self.bytes).map_err(|e| one_line(&e))?;
        decoder.set_output_format(format);
        decoder.set_lenient(rigour == Rigour::Lenient);
        decoder.decode_image_into(out).map(drop).map_err(|e| one_line(&e))
    }

    /// Turns four inks into sRGB; the profile goes, for it no longer means the samples.
    fn inks_to_lights(
        &self,
        buffer: &mut Vec<u8>,
        blocks: &mut Blocks,
        warnings: &mut Vec<Warning>,
    ) {
        let icc = blocks.icc.take();
        let inks = icc.as_deref().filter(|icc| profile::space(icc) == Some(b"CMYK"));
        let adobe = |s: &Segment<'_>| s.marker == APP14 && s.body.starts_with(b"Adobe");
        let inverted = self.walk.segments.iter().any(adobe);
        let press = Press::new(if inverted { Polarity::Light } else { Polarity::Ink }, inks);
        press.print_in_place(buffer, usize::from(self.frame.width));
        if icc.is_some() {
            warnings.push(Warning::ProfileDropped(press.said().to_owned()));
        }
    }
}

/// Whether to stop at damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rigour {
    Strict,
    Lenient,
}

/// A decoder's reason on one line, without quotes and full stop.
fn one_line(reason: &impl std::fmt::Display) -> String {
    let text = reason.to_string();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.trim_matches('"').trim_end_matches('.').chars().take(120).collect()
}

//! JPEG written in bands of rows that are encoded on their own and joined with restart markers.
//!
//! The height of a band follows from the size of the frame alone, so the bytes are the same on one
//! thread and on many. A restart resets the prediction of DC and nothing else, and colour is halved
//! within a row of units only, so the pixels are those of a file without restarts.

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use libjpeg_turbo_rs::{PixelFormat, Subsampling as Chroma, compress};

use super::super::{Encoding, Subsampling, Threads, samples};
use super::blocks;
use super::walk::{DRI, EOI, SOI, SOS};
use crate::error::{Error, ErrorKind, Result, Warning};
use crate::frame::{Frame, Pixels, Size};
use crate::metadata::Blocks;

/// Bands of a frame: enough for eight threads, few enough that restarts cost nothing to speak of.
const BANDS: usize = 8;
/// Units in a band at most: DRI counts them in 16 bits (T.81, B.2.4.4).
const MOST_UNITS: usize = 65_535;
/// Pixels on a side at most: SOF counts them in 16 bits.
const MOST_SIDE_PX: u32 = 65_535;

/// How a frame is cut into bands.
#[derive(Debug, Clone, Copy)]
struct Bands {
    /// Rows of pixels in every band but the last.
    rows: usize,
    /// Bands in all.
    count: usize,
    /// Units in every band but the last: the restart interval.
    interval: u16,
}

impl Bands {
    fn of(size: Size, unit: (usize, usize)) -> Self {
        let (width, height) = (size.width as usize, size.height as usize);
        let across = width.div_ceil(unit.0);
        let down = height.div_ceil(unit.1);
        let unit_rows = down.div_ceil(BANDS).min(MOST_UNITS / across).max(1);
        Self {
            rows: unit_rows * unit.1,
            count: down.div_ceil(unit_rows),
            interval: (unit_rows * across) as u16,
        }
    }
}

/// Encodes a frame; 16-bit samples are rounded to 8.
pub(in super::super) fn encode(
    frame: &Frame,
    encoding: &Encoding,
    blocks: &Blocks,
    threads: Threads,
    out: &mut Vec<u8>,
) -> Result<Vec<Warning>> {
    let size = frame.size();
    if size.long_side() > MOST_SIDE_PX {
        let message = format!("{size} px, but a side of a JPEG has {MOST_SIDE_PX} px at most");
        return Err(Error::new(ErrorKind::TooLarge, message));
    }
    let mut warnings = Vec::new();
    if frame.pixels.depth_bits() > 8 {
        warnings.push(Warning::DepthReduced);
    }
    let writer = Writer::new(frame, encoding);
    let encoded = writer.encode_all(threads)?;
    out.extend_from_slice(&[0xFF, SOI]);
    blocks::write(blocks, out, &mut warnings);
    writer.join(&encoded, out)?;
    Ok(warnings)
}

/// What the bands of one frame have in common.
struct Writer<'a> {
    frame: &'a Frame,
    quality: u8,
    chroma: Chroma,
    bands: Bands,
}

impl<'a> Writer<'a> {
    fn new(frame: &'a Frame, encoding: &Encoding) -> Self {
        let grey = frame.pixels.channels() == 1;
        let (chroma, unit) = match encoding.subsampling {
            _ if grey => (Chroma::S444, (8, 8)),
            Subsampling::S444 => (Chroma::S444, (8, 8)),
            Subsampling::S422 => (Chroma::S422, (16, 8)),
            Subsampling::S420 => (Chroma::S420, (16, 16)),
        };
        let quality = encoding.quality.clamp(1, 100);
        Self { frame, quality, chroma, bands: Bands::of(frame.size(), unit) }
    }

    /// Every band as a JPEG of its own.
    fn encode_all(&self, threads: Threads) -> Result<Vec<Vec<u8>>> {
        match threads {
            Threads::One => (0..self.bands.count).map(|band| self.encode(band)).collect(),
            Threads::All => {
                (0..self.bands.count).into_par_iter().map(|band| self.encode(band)).collect()
            }
        }
    }

    fn encode(&self, band: usize) -> Result<Vec<u8>> {
        let size = self.frame.size();
        let row = size.width as usize * self.frame.pixels.channels();
        let top = band * self.bands.rows;
        let rows = self.bands.rows.min(size.height as usize - top);
        let span = top * row..(top + rows) * row;
        let eight = |wide: &[u16]| wide.iter().map(|&s| samples::to_eight(s)).collect::<Vec<_>>();
        match &self.frame.pixels {
            Pixels::Gray8(p) => self.compress(&p.as_raw()[span], rows, PixelFormat::Grayscale),
            Pixels::Rgb8(p) => self.compress(&p.as_raw()[span], rows, PixelFormat::Rgb),
            Pixels::Gray16(p) => {
                self.compress(&eight(&p.as_raw()[span]), rows, PixelFormat::Grayscale)
            }
            Pixels::Rgb16(p) => self.compress(&eight(&p.as_raw()[span]), rows, PixelFormat::Rgb),
        }
    }

    fn compress(&self, samples: &[u8], rows: usize, format: PixelFormat) -> Result<Vec<u8>> {
        let width = self.frame.size().width as usize;
        compress(samples, width, rows, format, self.quality, self.chroma)
            .map_err(|e| Error::new(ErrorKind::Internal, format!("the JPEG encoder failed: {e}")))
    }

    /// One header with the full height, then the coded bytes of all bands with RST0 to RST7 between.
    fn join(&self, encoded: &[Vec<u8>], out: &mut Vec<u8>) -> Result<()> {
        let broken = || Error::new(ErrorKind::Internal, "the JPEG encoder wrote an unknown layout");
        let height = self.frame.size().height as u16;
        out.reserve(encoded.iter().map(|band| band.len() + 2).sum());
        for (band, bytes) in encoded.iter().enumerate() {
            let parts = parts(bytes).ok_or_else(broken)?;
            if band == 0 {
                write_header(&parts, height, self.bands.interval, out).ok_or_else(broken)?;
            } else {
                // The remainder of 8 fits.
                out.extend_from_slice(&[0xFF, 0xD0 + ((band - 1) % 8) as u8]);
            }
            out.extend_from_slice(parts.coded);
        }
        out.extend_from_slice(&[0xFF, EOI]);
        Ok(())
    }
}

/// A small JPEG taken apart.
struct Parts<'a> {
    /// Its segments from SOI to SOS, each with marker and body.
    segments: Vec<(u8, &'a [u8])>,
    /// Its entropy-coded bytes.
    coded: &'a [u8],
}

fn parts(bytes: &[u8]) -> Option<Parts<'_>> {
    let mut rest = bytes.strip_prefix(&[0xFF, SOI])?;
    let mut segments = Vec::new();
    loop {
        let &[0xFF, marker, high, low] = rest.first_chunk()? else { return None };
        let length = usize::from(u16::from_be_bytes([high, low]));
        segments.push((marker, rest.get(4..length + 2)?));
        rest = &rest[length + 2..];
        if marker == SOS {
            return Some(Parts { segments, coded: rest.strip_suffix(&[0xFF, EOI])? });
        }
    }
}

/// Tables, frame header with the full height, restart interval and scan header.
fn write_header(parts: &Parts<'_>, height: u16, interval: u16, out: &mut Vec<u8>) -> Option<()> {
    for &(marker, body) in &parts.segments {
        let segment_start = out.len() + 4;
        match marker {
            // The band's own JFIF; the frame's stands already.
            0xE0..=0xEF => continue,
            SOS => {
                out.extend_from_slice(&[&[0xFF, DRI, 0, 4], &interval.to_be_bytes()[..]].concat())
            }
            _ => {}
        }
        out.extend_from_slice(&[0xFF, marker]);
        out.extend_from_slice(&(body.len() as u16 + 2).to_be_bytes());
        out.extend_from_slice(body);
        if marker == 0xC0 {
            out.get_mut(segment_start + 1..segment_start + 3)?
                .copy_from_slice(&height.to_be_bytes());
        }
    }
    Some(())
}

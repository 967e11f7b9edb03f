//! JPEG written in bands of rows that are encoded on their own and joined with restart markers.
//!
//! The height of a band follows from the size of the frame alone, so the bytes are the same on one
//! thread and on many. A restart resets the prediction of DC and nothing else, and colour is halved
//! within a row of units only, so the pixels are those of a file without restarts. Bands come as they
//! are made, in any order.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSlice;

use libjpeg_turbo_rs::{Subsampling as Chroma, compress_raw};

use super::super::{Encoding, Format, Subsampling, Threads, check_output, guard, samples};
use super::blocks;
use super::colour::{Order, Planes};
use crate::container::jpeg::{DRI, EOI, SOI, SOS};
use crate::error::{Error, ErrorKind, Result, Warning};
use crate::frame::{Bands, Samples, Sharing, Size, View};
use crate::metadata::Blocks;

/// Bytes of a band's samples, as far as whole rows of units go: with what made it and what is made of it,
/// it stays in a cache of 2 MiB. A band costs 20 µs of its own, a restart some 6 bytes.
const BAND_BYTES: usize = 1 << 20;
/// Units in a band at most: DRI counts them in 16 bits (T.81, B.2.4.4).
const MOST_UNITS: usize = 65_535;
/// Pixels on a side at most: SOF counts them in 16 bits.
const MOST_SIDE_PX: u32 = 65_535;

/// A JPEG in the making: takes the bands of a frame, and puts the file together.
#[derive(Debug)]
pub struct BandEncoder {
    size: Size,
    channels: usize,
    depth_bits: u8,
    quality: u8,
    chroma: Chroma,
    sharing: Sharing,
    threads: Threads,
    /// Rows of pixels in every band but the last.
    rows: usize,
    /// Units in every band but the last: the restart interval.
    interval: u16,
    /// Planes that no band uses now.
    spare: Mutex<Vec<Planes>>,
    /// Every band as a JPEG of its own, once it was taken.
    encoded: Vec<OnceLock<Result<Vec<u8>>>>,
}

impl BandEncoder {
    /// For a frame of this size with samples of the kind that `like` has; 16 bits are rounded to 8.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] if a JPEG cannot be so large.
    pub fn new<'a>(
        size: Size,
        like: impl Into<View<'a>>,
        encoding: &Encoding,
        threads: Threads,
    ) -> Result<Self> {
        Self::in_bands(size, like.into(), encoding, threads, BAND_BYTES)
    }

    fn in_bands(
        size: Size,
        like: View<'_>,
        encoding: &Encoding,
        threads: Threads,
        band_bytes: usize,
    ) -> Result<Self> {
        if size.long_side() > MOST_SIDE_PX {
            let message = format!("{size} px, but a side of a JPEG has {MOST_SIDE_PX} px at most");
            return Err(Error::new(ErrorKind::TooLarge, message));
        }
        let channels = like.channels();
        let subsampling = if channels == 1 { Subsampling::S444 } else { encoding.subsampling };
        let chroma = match subsampling {
            Subsampling::S444 => Chroma::S444,
            Subsampling::S422 => Chroma::S422,
            Subsampling::S420 => Chroma::S420,
        };
        let sharing = Sharing::from(subsampling);
        let Sharing { across, down } = sharing;
        let (width, height) = (size.width as usize, size.height as usize);
        let units = width.div_ceil(8 * across);
        let unit_rows = band_bytes / (width * channels * 8 * down).max(1);
        let unit_rows = unit_rows.min(MOST_UNITS / units.max(1)).max(1);
        let rows = unit_rows * 8 * down;
        Ok(Self {
            size,
            channels,
            depth_bits: like.depth_bits(),
            quality: encoding.quality.clamp(1, 100),
            chroma,
            sharing,
            threads,
            rows,
            interval: (unit_rows * units) as u16,
            spare: Mutex::default(),
            encoded: (0..height.div_ceil(rows)).map(|_| OnceLock::new()).collect(),
        })
    }

    /// Writes the file with its metadata blocks into `out`, which is emptied first. The profile written
    /// is `blocks.icc`.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`] if a band failed or is missing, or if what was written does not look like
    /// the file it should be.
    pub fn finish(self, blocks: &Blocks, out: &mut Vec<u8>) -> Result<Vec<Warning>> {
        let mut warnings = Vec::new();
        if self.depth_bits > 8 {
            warnings.push(Warning::DepthReduced);
        }
        out.clear();
        out.extend_from_slice(&[0xFF, SOI]);
        blocks::write(blocks, out, &mut warnings);
        let size = self.size;
        self.join(out)?;
        check_output(size, Format::Jpeg, out)?;
        Ok(warnings)
    }

    /// Samples of a band: those of all whole ones.
    fn band_len(&self) -> usize {
        self.rows * self.size.width as usize * self.channels
    }

    fn spare(&self) -> MutexGuard<'_, Vec<Planes>> {
        // A list is whole whatever its last holder did.
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes all bands of a frame at once, its samples pixel by pixel.
    pub(in super::super) fn take_frame(&self, samples: Samples<'_>) {
        self.take_bands(0, samples, Order::Pixels);
    }

    fn take_bands(&self, first: usize, samples: Samples<'_>, order: Order) {
        let keep = |i: usize, encoded| {
            if let Some(place) = self.encoded.get(first + i) {
                // A band that comes twice stays as it came first.
                let _ = place.set(encoded);
            }
        };
        let of_eight = |(i, samples): (usize, &[u8])| keep(i, self.encode(samples, order));
        let of_sixteen = |(i, samples): (usize, &[u16])| {
            let eight: Vec<u8> = samples.iter().map(|&s| samples::to_eight(s)).collect();
            keep(i, self.encode(&eight, order));
        };
        let len = self.band_len();
        match (samples, self.threads) {
            (Samples::Eight(s), Threads::One) => s.chunks(len).enumerate().for_each(of_eight),
            (Samples::Eight(s), Threads::All) => s.par_chunks(len).enumerate().for_each(of_eight),
            (Samples::Sixteen(s), Threads::One) => s.chunks(len).enumerate().for_each(of_sixteen),
            (Samples::Sixteen(s), Threads::All) => {
                s.par_chunks(len).enumerate().for_each(of_sixteen);
            }
        }
    }

    fn encode(&self, samples: &[u8], order: Order) -> Result<Vec<u8>> {
        guard::contained(Format::Jpeg.name(), || self.coded(samples, order))
    }

    fn coded(&self, samples: &[u8], order: Order) -> Result<Vec<u8>> {
        let width = self.size.width as usize;
        let rows = samples.len() / (width * self.channels);
        let coded = if self.channels == 1 {
            compress_raw(&[samples], &[width], &[rows], width, rows, self.quality, self.chroma)
        } else {
            let Sharing { across, down } = self.sharing;
            let mut planes = self.spare().pop().unwrap_or_default();
            planes.fill(samples, order, width, self.sharing);
            let (widths, heights) = (width.div_ceil(across), rows.div_ceil(down));
            let (widths, heights) = ([width, widths, widths], [rows, heights, heights]);
            let Planes { luma, cb, cr } = &planes;
            let of = [luma.as_slice(), cb, cr];
            let coded =
                compress_raw(&of, &widths, &heights, width, rows, self.quality, self.chroma);
            self.spare().push(planes);
            coded
        };
        coded.map_err(|e| Error::new(ErrorKind::Internal, format!("the JPEG encoder failed: {e}")))
    }

    /// One header with the full height, then the coded bytes of all bands with RST0 to RST7 between.
    fn join(self, out: &mut Vec<u8>) -> Result<()> {
        let broken = |what| Error::new(ErrorKind::Internal, format!("the JPEG encoder {what}"));
        let height = self.size.height as u16;
        let encoded = self.encoded.into_iter().map(|band| {
            band.into_inner().unwrap_or_else(|| Err(broken("was not given every band")))
        });
        let encoded = encoded.collect::<Result<Vec<_>>>()?;
        out.reserve(encoded.iter().map(|band| band.len() + 2).sum());
        for (band, bytes) in encoded.into_iter().enumerate() {
            let parts = parts(&bytes).ok_or_else(|| broken("wrote an unknown layout"))?;
            if band == 0 {
                write_header(&parts, height, self.interval, out)
                    .ok_or_else(|| broken("wrote an unknown header"))?;
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

impl Bands for BandEncoder {
    fn rows(&self) -> usize {
        self.rows
    }

    fn take(&self, first: usize, samples: Samples<'_>) {
        self.take_bands(first, samples, Order::Channels);
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
            // The band's own JFIF; the frame has one already.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Frame;

    fn encoded(frame: &Frame, subsampling: Subsampling, band_bytes: usize) -> Vec<u8> {
        let encoding = Encoding { format: Format::Jpeg, quality: 92, subsampling };
        let (size, like) = (frame.size(), &frame.pixels);
        let encoder =
            BandEncoder::in_bands(size, like.into(), &encoding, Threads::One, band_bytes).unwrap();
        encoder.take_frame(like.samples());
        let mut out = Vec::new();
        encoder.finish(&Blocks::default(), &mut out).unwrap();
        out
    }

    #[test]
    fn joined_bands_have_the_pixels_of_one_piece() {
        for (width, height) in [(250, 171), (64, 300), (17, 43), (1, 999)] {
            let frame = Frame::specimen(Size::new(width, height));
            for subsampling in [Subsampling::S444, Subsampling::S422, Subsampling::S420] {
                let [joined, whole] = [1, 1 << 30].map(|bytes| encoded(&frame, subsampling, bytes));
                assert!(joined != whole, "more than one band");
                let [joined, whole] =
                    [joined, whole].map(|file| libjpeg_turbo_rs::decompress(&file).unwrap().data);
                assert!(joined == whole, "{width}x{height} {subsampling:?}");
            }
        }
    }

    #[test]
    fn a_band_that_never_came_is_an_error() {
        let frame = Frame::specimen(Size::new(40, 40));
        let encoding =
            Encoding { format: Format::Jpeg, quality: 92, subsampling: Subsampling::S420 };
        let encoder =
            BandEncoder::in_bands(frame.size(), (&frame).into(), &encoding, Threads::One, 1)
                .unwrap();
        let Samples::Eight(samples) = frame.pixels.samples() else { panic!("8 bits") };
        encoder.take(0, Samples::Eight(&samples[..16 * 40 * 3]));
        let error = encoder.finish(&Blocks::default(), &mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Internal);
    }
}

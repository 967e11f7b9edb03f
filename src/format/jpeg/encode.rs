//! JPEG written in bands of rows that are encoded on their own and joined with restart markers.
//!
//! The height of a band follows from the size of the frame alone, so the bytes are the same on one
//! thread and on many. A restart resets the prediction of DC and nothing else, and colour is halved
//! within a row of units only, so the pixels are those of a file without restarts. Bands come as they
//! are made, in any order.
//!
//! For the smallest file the bands are only transformed. When all are there, they are coded as one
//! progressive file, whose tables fit the frame: same pixels, fewer bytes, more time and memory.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSlice;

use libjpeg_turbo_rs::{ComponentCoefficients, JpegCoefficients};
use libjpeg_turbo_rs::{write_coefficients, write_coefficients_progressive};

use super::super::{Coding, Encoding, Format, Subsampling, Threads, check_output, guard, samples};
use super::colour::{Order, Planes};
use super::quantise::steps;
use super::transform::{Block, Divisors, Plane};
use super::{blocks, join};
use crate::container::jpeg::SOI;
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
    steps: [u16; 64],
    divisors: Divisors,
    coding: Coding,
    sharing: Sharing,
    threads: Threads,
    /// Rows of pixels in every band but the last.
    rows: usize,
    /// Units in every band but the last: the restart interval.
    interval: u16,
    /// Buffers that no band uses now.
    spare: Mutex<Vec<Spare>>,
    /// Every band, once it was taken.
    taken: Vec<OnceLock<Result<Band>>>,
}

/// What a band is made in.
#[derive(Debug, Default)]
struct Spare {
    planes: Planes,
    blocks: [Vec<Block>; 3],
}

/// What was made of a band.
#[derive(Debug)]
enum Band {
    /// A JPEG of its own.
    File(Vec<u8>),
    /// Its blocks, not coded yet; grey has those of luma alone.
    Blocks([Vec<Block>; 3]),
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
            let message = format!("{size} px: a side of a JPEG cannot exceed {MOST_SIDE_PX} px");
            return Err(Error::new(ErrorKind::TooLarge, message));
        }
        let channels = like.channels();
        let subsampling = if channels == 1 { Subsampling::S444 } else { encoding.subsampling };
        let steps = steps(encoding.quality);
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
            divisors: Divisors::new(&steps),
            steps,
            coding: encoding.coding,
            sharing,
            threads,
            rows,
            interval: (unit_rows * units) as u16,
            spare: Mutex::default(),
            taken: (0..height.div_ceil(rows)).map(|_| OnceLock::new()).collect(),
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
        match self.coding {
            Coding::Fast => self.join(out)?,
            Coding::Small => self.code_as_one(out)?,
        }
        check_output(size, Format::Jpeg, out)?;
        Ok(warnings)
    }

    /// Samples of a band: those of all whole ones.
    fn band_len(&self) -> usize {
        self.rows * self.size.width as usize * self.channels
    }

    fn spare(&self) -> MutexGuard<'_, Vec<Spare>> {
        // A list is whole whatever its last holder did.
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes all bands of a frame at once, its samples pixel by pixel.
    pub(in super::super) fn take_frame(&self, samples: Samples<'_>) {
        self.take_bands(0, samples, Order::Pixels);
    }

    fn take_bands(&self, first: usize, samples: Samples<'_>, order: Order) {
        let keep = |i: usize, band| {
            if let Some(place) = self.taken.get(first + i) {
                // A band that comes twice stays as it came first.
                let _ = place.set(band);
            }
        };
        let of_eight = |(i, samples): (usize, &[u8])| keep(i, self.band(samples, order));
        let of_sixteen = |(i, samples): (usize, &[u16])| {
            let eight: Vec<u8> = samples.iter().map(|&s| samples::to_eight(s)).collect();
            keep(i, self.band(&eight, order));
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

    /// What becomes of the samples of a band.
    fn band(&self, samples: &[u8], order: Order) -> Result<Band> {
        guard::contained(Format::Jpeg.name(), || {
            let Spare { mut planes, mut blocks } = self.spare().pop().unwrap_or_default();
            let rows = samples.len() / (self.size.width as usize * self.channels);
            self.transform(samples, order, &mut planes, &mut blocks);
            if self.coding == Coding::Small {
                self.spare().push(Spare { planes, ..Spare::default() });
                return Ok(Band::Blocks(blocks));
            }
            let coefficients = self.coefficients(rows, blocks);
            let coded = write_coefficients(&coefficients);
            let mut components = coefficients.components.into_iter().map(|of| of.blocks);
            let blocks = std::array::from_fn(|_| components.next().unwrap_or_default());
            self.spare().push(Spare { planes, blocks });
            Ok(Band::File(coded.map_err(|e| fault(format!("failed: {e}")))?))
        })
    }

    /// The blocks of a band of samples, by way of its planes.
    fn transform(
        &self,
        samples: &[u8],
        order: Order,
        planes: &mut Planes,
        blocks: &mut [Vec<Block>; 3],
    ) {
        let width = self.size.width as usize;
        let rows = samples.len() / (width * self.channels);
        let [luma, cb, cr] = blocks;
        let (of_luma, of_chroma) = self.grid(rows);
        if self.channels == 1 {
            return Plane { samples, width }.blocks(&self.divisors, of_luma, luma);
        }
        planes.fill(samples, order, width, self.sharing);
        let chroma_width = width.div_ceil(self.sharing.across);
        for (samples, width, grid, blocks) in [
            (&planes.luma, width, of_luma, luma),
            (&planes.cb, chroma_width, of_chroma, cb),
            (&planes.cr, chroma_width, of_chroma, cr),
        ] {
            Plane { samples, width }.blocks(&self.divisors, grid, blocks);
        }
    }

    /// Blocks across and down of luma and of colour in so many rows, in whole units.
    fn grid(&self, rows: usize) -> ((usize, usize), (usize, usize)) {
        let Sharing { across, down } = self.sharing;
        let units = ((self.size.width as usize).div_ceil(8 * across), rows.div_ceil(8 * down));
        ((units.0 * across, units.1 * down), units)
    }

    /// Blocks as the entropy coder takes them.
    fn coefficients(&self, rows: usize, blocks: [Vec<Block>; 3]) -> JpegCoefficients {
        let (of_luma, of_chroma) = self.grid(rows);
        let Sharing { across, down } = self.sharing;
        let component = |(index, blocks): (u8, Vec<Block>)| {
            // A side has at most 65,535 px, and two samples at most share a colour on it.
            let ((blocks_x, blocks_y), sampling) = match index {
                0 => (of_luma, (across as u8, down as u8)),
                _ => (of_chroma, (1, 1)),
            };
            ComponentCoefficients {
                blocks,
                blocks_x,
                blocks_y,
                h_sampling: sampling.0,
                v_sampling: sampling.1,
                quant_table_index: 0,
                component_id: index + 1,
            }
        };
        JpegCoefficients {
            width: self.size.width as u16,
            height: rows as u16,
            data_precision: 8,
            components: (0..).zip(blocks).take(self.channels).map(component).collect(),
            quant_tables: vec![self.steps],
            restart_interval: 0,
            density_unit: 0,
            x_density: 1,
            y_density: 1,
            saw_jfif_marker: true,
            adobe_transform: None,
        }
    }

    /// One header with the full height, then the coded bytes of all bands with RST0 to RST7 between.
    fn join(self, out: &mut Vec<u8>) -> Result<()> {
        let height = self.size.height as u16;
        let files = bands(self.taken).map(|band| match band? {
            Band::File(file) => Ok(file),
            Band::Blocks(_) => Err(fault("did not code a band")),
        });
        join::bands(&files.collect::<Result<Vec<_>>>()?, height, self.interval, out)
            .ok_or_else(|| fault("wrote an unknown layout"))
    }

    /// The blocks of all bands, coded in several scans with tables of their own.
    fn code_as_one(mut self, out: &mut Vec<u8>) -> Result<()> {
        let mut whole = <[Vec<Block>; 3]>::default();
        let (of_luma, of_chroma) = self.grid(self.size.height as usize);
        let grids = [of_luma, of_chroma, of_chroma];
        for (all, (across, down)) in whole.iter_mut().zip(grids).take(self.channels) {
            // A list that grows by doubling takes up to three times as much.
            all.reserve_exact(across * down);
        }
        for band in bands(std::mem::take(&mut self.taken)) {
            let Band::Blocks(blocks) = band? else { return Err(fault("coded a band too soon")) };
            for (all, blocks) in whole.iter_mut().zip(blocks) {
                all.extend(blocks);
            }
        }
        let coefficients = self.coefficients(self.size.height as usize, whole);
        let file = guard::contained(Format::Jpeg.name(), || {
            write_coefficients_progressive(&coefficients, None)
                .map_err(|e| fault(format!("failed: {e}")))
        })?;
        join::one(&file, out).ok_or_else(|| fault("wrote an unknown layout"))
    }
}

/// The bands in their order; one that never came is an error.
fn bands(taken: Vec<OnceLock<Result<Band>>>) -> impl Iterator<Item = Result<Band>> {
    let band = |place: OnceLock<_>| place.into_inner();
    taken
        .into_iter()
        .map(move |place| band(place).unwrap_or_else(|| Err(fault("was not given every band"))))
}

/// A fault of the encoder itself.
fn fault(what: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Internal, format!("the JPEG encoder {what}"))
}

impl Bands for BandEncoder {
    fn rows(&self) -> usize {
        self.rows
    }

    fn take(&self, first: usize, samples: Samples<'_>) {
        self.take_bands(first, samples, Order::Channels);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Frame;

    fn encoded(
        frame: &Frame,
        subsampling: Subsampling,
        coding: Coding,
        band_bytes: usize,
    ) -> Vec<u8> {
        let encoding = Encoding { subsampling, coding, ..Encoding::of(Format::Jpeg) };
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
                let with = |coding, bytes| encoded(&frame, subsampling, coding, bytes);
                let [joined, whole] = [1, 1 << 30].map(|bytes| with(Coding::Fast, bytes));
                assert!(joined != whole, "more than one band");
                let [small, as_small] = [1, 1 << 30].map(|bytes| with(Coding::Small, bytes));
                assert!(small == as_small, "bands leave no trace");
                let [joined, whole, small] = [joined, whole, small]
                    .map(|file| libjpeg_turbo_rs::decompress(&file).unwrap().data);
                assert!(joined == whole, "{width}x{height} {subsampling:?}");
                assert!(small == whole, "{width}x{height} {subsampling:?} progressive");
            }
        }
    }

    #[test]
    fn a_band_that_never_came_is_an_error() {
        let frame = Frame::specimen(Size::new(40, 40));
        let encoding = Encoding::of(Format::Jpeg);
        let encoder =
            BandEncoder::in_bands(frame.size(), (&frame).into(), &encoding, Threads::One, 1)
                .unwrap();
        let Samples::Eight(samples) = frame.pixels.samples() else { panic!("8 bits") };
        encoder.take(0, Samples::Eight(&samples[..16 * 40 * 3]));
        let error = encoder.finish(&Blocks::default(), &mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Internal);
    }
}

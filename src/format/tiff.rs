//! TIFF 6.0 and BigTIFF: what the `tiff` crate decodes of them, strip by strip or tile by tile; of
//! several pages the first.
//!
//! The rest is refused by name: tiles with planes apart (the decoder panics), float and wide
//! integers, Lab, fax group 3, camera RAW in TIFF's clothes.

mod convert;
mod encode;
mod exif;
mod mend;

use std::borrow::Cow;
use std::io::Cursor;
use std::sync::Arc;

use tiff::decoder::{Decoder, DecodingResult};
use tiff::{ColorType, TiffError};

pub(super) use encode::encode;

use super::profile::{self, MOST_EXIF_BYTES, MOST_ICC_BYTES, MOST_XMP_BYTES, within};
use super::store::Store;
use super::{Decoded, Decoding, Format, Header, Limits, samples, upright};
use crate::colour::{Polarity, Press};
use crate::container::tiff::{Directory, tag};
use crate::error::{Error, ErrorKind, Result, Warning};
use crate::frame::{Facts, Frame, Orientation, Pool, Size};
use crate::metadata::{self, Blocks};
use convert::Meaning;
use mend::{PALETTE, mended};

/// PlanarConfiguration of samples that stand apart.
const PLANES: u64 = 2;
/// The bit of NewSubfileType that says 'a smaller version of another picture'.
const REDUCED: u64 = 1;

type Tiff<'a> = Decoder<Cursor<&'a [u8]>>;

/// A file, its directory, and the decoder's view of it.
struct Source<'a> {
    file: &'a [u8],
    directory: Directory<'a>,
    colour: ColorType,
    palette: bool,
    /// Whether the decoder reads a copy of the file.
    copied: bool,
    size: Size,
    /// Width and height of a strip or tile.
    chunk: Size,
    samples: u8,
    bits: u8,
    more_pages: bool,
}

fn damaged(fault: &str) -> Error {
    Error::new(ErrorKind::Damaged, format!("the TIFF is damaged: {fault}"))
        .with_hint("copy it again, or accept damaged files to develop what there is")
}

fn unsupported(what: &str) -> Error {
    Error::new(ErrorKind::Unsupported, format!("this is {what}, which longlens does not read"))
        .with_hint("save it as 8- or 16-bit RGB or grey TIFF")
}

/// The decoder's reason as an error of the right kind.
fn refused(e: &TiffError) -> Error {
    match e {
        TiffError::UnsupportedError(kind) => {
            unsupported(&format!("a TIFF of a rare kind ({kind})"))
        }
        TiffError::LimitsExceeded | TiffError::IntSizeError => {
            Error::new(ErrorKind::TooLarge, "a strip or tile of the TIFF is too large")
        }
        TiffError::IoError(_) => damaged("the file ends before its picture does"),
        other => damaged(&other.to_string().chars().take(120).collect::<String>()),
    }
}

fn open(bytes: &[u8]) -> Result<Tiff<'_>> {
    let limits = {
        let mut limits = tiff::decoder::Limits::default();
        // The header has been admitted, and a chunk is never larger than the frame.
        limits.decoding_buffer_size = usize::MAX;
        limits.intermediate_buffer_size = bytes.len();
        limits
    };
    Ok(Decoder::new(Cursor::new(bytes)).map_err(|e| refused(&e))?.with_limits(limits))
}

/// Refuses by name what the decoder would panic on or show a thumbnail of.
fn refuse_kind(directory: &Directory<'_>) -> Result<()> {
    if directory.has(tag::DNG_VERSION) {
        return Err(unsupported("a camera RAW (DNG)"));
    }
    let reduced = directory.number(tag::NEW_SUBFILE_TYPE).is_some_and(|t| t & REDUCED != 0);
    if reduced && directory.has(tag::SUB_IFDS) {
        return Err(unsupported("a camera RAW"));
    }
    if directory.number(tag::PLANAR) == Some(PLANES) && directory.has(tag::TILE_WIDTH) {
        return Err(unsupported("a TIFF of tiles with its planes apart"));
    }
    let bits = directory.numbers(tag::BITS_PER_SAMPLE);
    if bits.iter().any(|&b| b > 16) {
        return Err(unsupported(&format!("a TIFF of {} bits a sample", bits[0])));
    }
    Ok(())
}

/// What a file is, its size admitted by `limits` but for memory.
fn look<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Source<'a>> {
    let directory = Directory::read(bytes);
    refuse_kind(&directory)?;
    let told = mended(bytes, &directory);
    let mut decoder = open(&told)?;
    let (width, height) = decoder.dimensions().map_err(|e| refused(&e))?;
    let size = Size::new(width, height);
    limits.admit(size, 0)?;
    let colour = decoder.colortype().map_err(|e| refused(&e))?;
    let (chunk_width, chunk_height) = decoder.chunk_dimensions();
    if chunk_width == 0 || chunk_height == 0 {
        return Err(damaged("its strips or tiles are empty"));
    }
    let palette = directory.number(tag::PHOTOMETRIC) == Some(PALETTE);
    let copied = matches!(told, Cow::Owned(_));
    Ok(Source {
        file: bytes,
        directory,
        colour,
        palette,
        copied,
        size,
        chunk: Size::new(chunk_width.min(width), chunk_height.min(height)),
        samples: colour.num_samples().min(255) as u8,
        bits: colour.bit_depth(),
        more_pages: decoder.more_images(),
    })
}

/// The header of a TIFF: its first directory.
pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Header> {
    let source = look(bytes, limits)?;
    let (channels, alpha) = source.channels()?;
    let depth_bits = if source.bits == 16 { 16 } else { 8 };
    let orientation = source.orientation();
    let frame_bytes = samples::frame_bytes(source.size, channels, depth_bits);
    // A chunk as it is decoded, and its planes put together.
    let chunk_bytes = 2 * samples::frame_bytes(source.chunk, source.samples, depth_bits);
    let copy = if source.copied { bytes.len() as u64 } else { 0 };
    let turned = upright::extra_bytes(orientation, frame_bytes);
    Ok(Header {
        format: Format::Tiff,
        size: upright::size(source.size, orientation),
        orientation,
        channels,
        depth_bits,
        kind: source.kind(),
        alpha,
        subsampling: None,
        decode_bytes: frame_bytes + turned.max(chunk_bytes + copy),
    })
}

/// The metadata blocks, from the first directory.
pub(super) fn read_blocks(bytes: &[u8]) -> Result<Blocks> {
    Ok(look(bytes, &Limits::default())?.blocks(&mut Vec::new()))
}

/// Decodes a TIFF whose header has been admitted.
pub(super) fn decode(
    bytes: &[u8],
    header: Header,
    decoding: &Decoding,
    pool: &Pool,
) -> Result<Decoded> {
    let source = look(bytes, &decoding.limits)?;
    let mut warnings = Vec::new();
    let mut blocks = source.blocks(&mut warnings);
    let meaning = source.meaning(&mut blocks, &mut warnings);
    let told = mended(bytes, &source.directory);
    let mut decoder = open(&told)?;
    let mut store = Store::new(source.size, header.channels, header.depth_bits, pool)?;
    match source.chunks(&mut decoder, &meaning, &mut store) {
        (_, Ok(())) => {}
        (done, Err(fault)) if decoding.accept_damaged && done > 0 => {
            warnings.push(Warning::Damaged(fault.message().to_owned()));
        }
        (_, Err(fault)) => return Err(fault),
    }
    if source.more_pages {
        warnings.push(Warning::FirstOfMany);
    }
    profile::drop_unfit(&mut blocks.icc, header.channels, &mut warnings);
    let pixels = store.finish(&mut warnings)?;
    let pixels = upright::turned(pixels, header.orientation, pool)?;
    let facts = Facts { profile: blocks.icc.as_ref().map(Arc::clone) };
    Ok(Decoded { frame: Frame { pixels, facts }, header, blocks, warnings })
}

impl Source<'_> {
    /// Samples a pixel of the frame, and whether alpha comes behind them.
    fn channels(&self) -> Result<(u8, bool)> {
        let rare = |what: String| Err(unsupported(&what));
        Ok(match (self.colour, self.palette) {
            (ColorType::Gray(1 | 2 | 4 | 8), true) => (3, false),
            (_, true) => return rare("a TIFF with a palette of a rare kind".to_owned()),
            (ColorType::Gray(1 | 2 | 4 | 8 | 16), _) => (1, false),
            (ColorType::Multiband { bit_depth: 8 | 16, num_samples: 2 }, _)
            | (ColorType::GrayA(8 | 16), _) => (1, true),
            (ColorType::RGB(8 | 16), _) => (3, false),
            (ColorType::RGBA(8 | 16), _) => (3, true),
            (ColorType::CMYK(8), _) | (ColorType::YCbCr(8), _) => (3, false),
            (other, _) => return rare(format!("a TIFF of {other:?}")),
        })
    }

    fn orientation(&self) -> Orientation {
        let number = self.directory.number(tag::ORIENTATION).unwrap_or(1);
        Orientation::from_exif(number.min(9) as u16)
    }

    /// For people.
    fn kind(&self) -> String {
        let colour = match self.colour {
            _ if self.palette => "palette",
            ColorType::Gray(_) => "grey",
            ColorType::RGB(_) => "rgb",
            ColorType::RGBA(_) => "rgb with alpha",
            ColorType::CMYK(_) => "CMYK",
            ColorType::YCbCr(_) => "YCbCr",
            _ => "grey with alpha",
        };
        format!("{}-bit {colour}", self.bits)
    }

    /// What the samples mean; the profile of inks is used up.
    fn meaning(&self, blocks: &mut Blocks, warnings: &mut Vec<Warning>) -> Meaning {
        let bits = u32::from(self.bits);
        match self.colour {
            _ if self.palette => Meaning::Palette(self.palette(), bits),
            ColorType::Gray(1 | 2 | 4) => Meaning::Packed(bits),
            ColorType::YCbCr(_) => Meaning::YCbCr,
            ColorType::CMYK(_) => {
                let icc = blocks.icc.take();
                let press = Press::new(Polarity::Ink, icc.as_deref());
                if icc.is_some() {
                    warnings.push(Warning::ProfileDropped(press.said().to_owned()));
                }
                Meaning::Inks(press)
            }
            _ if self.directory.number(tag::EXTRA_SAMPLES) == Some(1) => Meaning::Premultiplied,
            _ => Meaning::Plain,
        }
    }

    /// All reds, then all greens, then all blues, of 16 bits; old writers put 8-bit numbers there.
    fn palette(&self) -> Vec<[u8; 3]> {
        let map = self.directory.numbers(tag::COLOR_MAP);
        let narrow = map.iter().all(|&v| v < 256);
        let level = |v: u64| if narrow { v as u8 } else { samples::to_eight(v as u16) };
        let third = map.len() / 3;
        (0..third).map(|i| [map[i], map[i + third], map[i + 2 * third]].map(level)).collect()
    }

    fn blocks(&self, warnings: &mut Vec<Warning>) -> Blocks {
        let block = |tag| self.directory.bytes(tag).map(<[u8]>::to_vec);
        let exif = exif::gather(self.file, warnings);
        let photoshop = metadata::with_iptc(block(tag::PHOTOSHOP), self.directory.bytes(tag::IPTC));
        let icc = within(block(tag::ICC), MOST_ICC_BYTES, "colour profile", warnings);
        Blocks {
            xmp: within(block(tag::XMP), MOST_XMP_BYTES, "XMP", warnings),
            photoshop: within(photoshop, MOST_ICC_BYTES, "IPTC", warnings),
            exif: within(exif, MOST_EXIF_BYTES, "EXIF", warnings),
            icc: icc.map(Into::into),
            ..Blocks::default()
        }
    }

    /// Decodes all strips or tiles into the store; how many, and what stopped it.
    fn chunks(
        &self,
        decoder: &mut Tiff<'_>,
        meaning: &Meaning,
        store: &mut Store,
    ) -> (u32, Result<()>) {
        let (chunk_width, chunk_height) = decoder.chunk_dimensions();
        let across = self.size.width.div_ceil(chunk_width);
        let down = self.size.height.div_ceil(chunk_height);
        let planes = match self.directory.number(tag::PLANAR) {
            Some(PLANES) => u32::from(self.samples),
            _ => 1,
        };
        for chunk in 0..across * down {
            let at = (chunk % across * chunk_width, chunk / across * chunk_height);
            let width = chunk_width.min(self.size.width - at.0) as usize;
            let joined = (0..planes)
                .map(|plane| decoder.read_chunk(plane * across * down + chunk))
                .collect::<Result<Vec<_>, _>>()
                .map_err(|e| refused(&e))
                .and_then(interleaved);
            let put = joined.and_then(|samples| self.put(samples, meaning, store, at, width));
            if let Err(e) = put {
                return (chunk, Err(e));
            }
        }
        (across * down, Ok(()))
    }

    /// Puts the rows of a chunk.
    fn put(
        &self,
        chunk: DecodingResult,
        meaning: &Meaning,
        store: &mut Store,
        (x, y): (u32, u32),
        width: usize,
    ) -> Result<()> {
        let samples = usize::from(self.samples);
        let row_bits = width * samples * usize::from(self.bits);
        let rows = (self.size.height - y) as usize;
        let (x, y) = (x as usize, y as usize);
        match chunk {
            DecodingResult::U8(mut bytes) => {
                let rows = bytes.chunks_exact_mut(row_bits.div_ceil(8)).take(rows).enumerate();
                for (i, row) in rows {
                    convert::put_eight(meaning, store, (x, y + i), width, row, samples);
                }
            }
            DecodingResult::U16(numbers) if self.bits == 16 => {
                for (i, row) in numbers.chunks_exact(width * samples).take(rows).enumerate() {
                    convert::put_sixteen(meaning, store, (x, y + i), row, samples);
                }
            }
            _ => return Err(unsupported("a TIFF of signed or float samples")),
        }
        Ok(())
    }
}

/// Planes of one chunk as pixels; a single one is what it is.
fn interleaved(mut planes: Vec<DecodingResult>) -> Result<DecodingResult> {
    fn join<T: Copy>(planes: &[Vec<T>]) -> Vec<T> {
        let pixels = planes.iter().map(Vec::len).min().unwrap_or(0);
        (0..pixels).flat_map(|i| planes.iter().map(move |plane| plane[i])).collect()
    }
    if planes.len() == 1 {
        return planes.pop().ok_or_else(|| damaged("it has no samples"));
    }
    let (mut eights, mut sixteens) = (Vec::new(), Vec::new());
    for plane in planes {
        match plane {
            DecodingResult::U8(bytes) => eights.push(bytes),
            DecodingResult::U16(numbers) => sixteens.push(numbers),
            _ => return Err(unsupported("a TIFF of signed or float samples")),
        }
    }
    Ok(match sixteens.is_empty() {
        true => DecodingResult::U8(join(&eights)),
        false => DecodingResult::U16(join(&sixteens)),
    })
}

//! PNG (ISO/IEC 15948, third edition): 1 to 16 bits, grey, colour, palette, alpha over white.
//!
//! The chunks are checked first: the decoder panics on a palette whose length is not a multiple of three, and
//! it silently drops a profile that inflates beyond its limit. Of an animation the default picture is read.

mod blocks;
mod encode;
mod layout;
mod texts;

use std::io::Cursor;

use png::{BitDepth, ColorType, DecodeOptions, Decoder, DecodingError, Reader, Transformations};

pub(super) use encode::encode;

use super::profile::MOST_ICC_BYTES;
use super::store::{Fault, Run, Store};
use super::stored::AsStored;
use super::{Decoding, Format, Header, Limits, samples, upright};
use crate::error::{Error, ErrorKind, Result, Warning};
use crate::frame::{Pixels, Pool, Size};
use crate::metadata::Blocks;
use layout::{Colour, Layout};

/// Bytes that the decoder may take for chunks beside the file's own bytes and a profile.
const CHUNK_BYTES: usize = 1 << 20;

/// The most bytes that one byte of deflate can expand to (258 for two bits).
const MOST_DEFLATED: u64 = 1032;

/// The header of a PNG: its first chunks, and the positions of the others.
pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Header> {
    let layout = layout::layout(bytes)?;
    // Before anything else, for a size beyond the limits must not be multiplied out.
    limits.admit(layout.size, 0)?;
    let orientation =
        upright::from_exif(&texts::exif(layout.exif, &layout.texts).unwrap_or_default());
    let (channels, depth_bits) = (layout.channels(), layout.depth_bits());
    let frame_bytes = samples::frame_bytes(layout.size, channels, depth_bits);
    let alpha = u8::from(layout.alpha);
    let raw_bytes = samples::frame_bytes(layout.size, channels + alpha, depth_bits);
    let row_bytes = raw_bytes / u64::from(layout.size.height);
    let whole = if layout.interlaced { raw_bytes } else { 0 };
    let turned = upright::extra_bytes(orientation, frame_bytes);
    Ok(Header {
        format: Format::Png,
        size: upright::size(layout.size, orientation),
        orientation,
        channels,
        depth_bits,
        kind: layout.kind(),
        alpha: layout.alpha,
        subsampling: None,
        decode_bytes: frame_bytes + turned.max(whole + 8 * row_bytes),
    })
}

/// The metadata blocks, from the chunks before the samples.
pub(super) fn read_blocks(bytes: &[u8]) -> Result<Blocks> {
    let layout = layout::layout(bytes)?;
    let mut decoder = Decoder::new(Cursor::new(bytes));
    decoder.set_limits(png::Limits { bytes: bytes.len() + MOST_ICC_BYTES + CHUNK_BYTES });
    let reader = decoder
        .read_info()
        .map_err(|e| Error::new(ErrorKind::Damaged, format!("the PNG cannot be read: {e}")))?;
    Ok(blocks::read(reader.info(), &layout, &mut Vec::new()))
}

/// Decodes a PNG whose header has been admitted.
pub(super) fn decode(
    bytes: &[u8],
    header: &Header,
    decoding: &Decoding,
    pool: &Pool,
) -> Result<AsStored> {
    let layout = layout::layout(bytes)?;
    let source = Source { bytes, layout: &layout, header, pool };
    let mut warnings = Vec::new();
    if !decoding.accept_damaged && layout.coded_bytes * MOST_DEFLATED < layout.raw_bits() / 8 {
        // Before memory is taken: a few bytes may claim a frame of a gigabyte.
        return Err(damaged("the file ends before its picture does"));
    }
    let (pixels, blocks) = match source.strictly(&mut warnings) {
        Ok(done) => done,
        Err(Fault::Damage(fault)) if decoding.accept_damaged => {
            warnings.clear();
            let done = source.leniently(&mut warnings).map_err(|_| damaged(&fault))?;
            warnings.push(Warning::Damaged(fault));
            done
        }
        Err(fault) => return Err(fault.into_error(damaged)),
    };
    if layout.animated {
        warnings.push(Warning::FirstOfMany);
    }
    Ok(AsStored::pixels(pixels, blocks, warnings))
}

fn damaged(fault: &str) -> Error {
    Format::Png.damaged(fault)
}

/// The decoder's reason, reworded where it names its own types.
fn fault(e: &DecodingError) -> Fault {
    let text = e.to_string();
    // '… ChunkType { type: IDAT, critical: true, … }', perhaps with more behind it.
    Fault::Damage(match text.split_once("ChunkType { type: ") {
        Some((before, after)) => {
            let kind = after.split_once(", critical").map_or(after, |(kind, _)| kind);
            let what = if before.starts_with("CRC") { "wrong checksum in chunk " } else { before };
            format!("{what}{kind}")
        }
        None => text,
    })
}

type Png<'a> = Reader<Cursor<&'a [u8]>>;

/// One file and what its chunks say.
struct Source<'a> {
    bytes: &'a [u8],
    layout: &'a Layout<'a>,
    header: &'a Header,
    pool: &'a Pool,
}

impl<'a> Source<'a> {
    fn stored(&self) -> Size {
        self.layout.size
    }

    fn open(&self, options: DecodeOptions) -> Result<Png<'a>, Fault> {
        let mut decoder = Decoder::new_with_options(Cursor::new(self.bytes), options);
        let bytes = self.bytes.len() + MOST_ICC_BYTES + CHUNK_BYTES;
        decoder.set_limits(png::Limits { bytes });
        decoder.set_transformations(Transformations::EXPAND);
        decoder.read_info().map_err(|e| fault(&e))
    }

    fn store(&self) -> Result<Store> {
        Store::new(self.stored(), self.header.channels, self.header.depth_bits, self.pool)
    }

    /// Decodes a whole file, checksums and end included.
    fn strictly(&self, warnings: &mut Vec<Warning>) -> Result<(Pixels, Blocks), Fault> {
        let mut options = DecodeOptions::default();
        options.set_ignore_adler32(false);
        let mut reader = self.open(options)?;
        let mut store = self.store()?;
        self.rows(&mut reader, &mut store).1?;
        if self.layout.animated && self.layout.ended {
            // What is wrong with the other pictures does not concern this frame.
            return self.result(&reader, store, warnings);
        }
        reader.finish().map_err(|e| fault(&e))?;
        self.result(&reader, store, warnings)
    }

    /// Decodes what there is, checksums ignored.
    fn leniently(&self, warnings: &mut Vec<Warning>) -> Result<(Pixels, Blocks), Fault> {
        let mut options = DecodeOptions::default();
        options.set_ignore_checksums(true);
        let mut reader = self.open(options)?;
        let mut store = self.store()?;
        if let (0, Err(fault)) = self.rows(&mut reader, &mut store) {
            return Err(fault);
        }
        // Chunks behind the picture are welcome, not needed.
        let _ = reader.finish();
        self.result(&reader, store, warnings)
    }

    fn result(
        &self,
        reader: &Png<'_>,
        store: Store,
        warnings: &mut Vec<Warning>,
    ) -> Result<(Pixels, Blocks), Fault> {
        let blocks = blocks::read(reader.info(), self.layout, warnings);
        Ok((store.finish(warnings)?, blocks))
    }

    /// Puts all rows that can be decoded; how many, and what stopped it.
    fn rows(&self, reader: &mut Png<'_>, store: &mut Store) -> (usize, Result<(), Fault>) {
        let (colour, depth) = reader.output_color_type();
        let expected =
            if self.header.depth_bits == 16 { BitDepth::Sixteen } else { BitDepth::Eight };
        let colours = match colour {
            ColorType::Grayscale | ColorType::GrayscaleAlpha => 1,
            _ => 3,
        };
        if depth != expected || colours != self.header.channels {
            return (0, Err(Fault::Damage("its chunks contradict each other".to_owned())));
        }
        if self.layout.interlaced {
            return self.interlaced(reader, store, colour.samples());
        }
        let height = self.stored().height as usize;
        for y in 0..height {
            if let Err(fault) = self.row(reader, store, y, colour.samples()) {
                return (y, Err(fault));
            }
        }
        (height, Ok(()))
    }

    fn row(
        &self,
        reader: &mut Png<'_>,
        store: &mut Store,
        y: usize,
        channels: usize,
    ) -> Result<(), Fault> {
        let direct = channels == usize::from(self.header.channels);
        let row = match store.row_mut(y) {
            Some(row) if direct => reader.read_row(row).map(|interlace| interlace.map(|_| ())),
            _ => reader
                .next_row()
                .map(|row| row.map(|row| store.put(0, y, self.run(row.data()), channels))),
        };
        match row {
            Ok(Some(())) => Ok(()),
            Ok(None) => Err(Fault::Damage("rows are missing".to_owned())),
            Err(e) => Err(fault(&e)),
        }
    }

    /// All seven passes into one buffer first; they do not come row by row.
    fn interlaced(
        &self,
        reader: &mut Png<'_>,
        store: &mut Store,
        channels: usize,
    ) -> (usize, Result<(), Fault>) {
        let Some(bytes) = reader.output_buffer_size() else {
            return (0, Err(Fault::Damage("it cannot be addressed".to_owned())));
        };
        let mut whole = match self.pool.take::<u8>(bytes) {
            Ok(whole) => whole,
            Err(error) => return (0, Err(error.into())),
        };
        whole.fill(0x80);
        let result = reader.next_frame(&mut whole).map(drop).map_err(|e| fault(&e));
        let height = self.stored().height as usize;
        for (y, row) in whole.chunks_exact(bytes / height).enumerate() {
            store.put(0, y, self.run(row), channels);
        }
        let touched = whole.iter().any(|&b| b != 0x80);
        self.pool.give_samples(whole);
        (if touched { height } else { 0 }, result)
    }

    fn run<'r>(&self, row: &'r [u8]) -> Run<'r> {
        if self.header.depth_bits == 16 { Run::BigEndian(row) } else { Run::Eight(row) }
    }
}

impl Layout<'_> {
    /// Samples a pixel of the frame.
    fn channels(&self) -> u8 {
        match self.colour {
            Colour::Grey | Colour::GreyAlpha => 1,
            Colour::Rgb | Colour::Palette | Colour::RgbAlpha => 3,
        }
    }

    /// Bits a sample of the frame.
    fn depth_bits(&self) -> u8 {
        if self.depth == 16 { 16 } else { 8 }
    }

    /// Bits of all samples as the file has them.
    fn raw_bits(&self) -> u64 {
        let samples = match self.colour {
            Colour::Grey | Colour::Palette => 1,
            Colour::GreyAlpha => 2,
            Colour::Rgb => 3,
            Colour::RgbAlpha => 4,
        };
        self.size.area() * samples * u64::from(self.depth)
    }

    /// For people.
    fn kind(&self) -> String {
        let colour = match self.colour {
            Colour::Grey => "grey",
            Colour::GreyAlpha => "grey with alpha",
            Colour::Rgb => "rgb",
            Colour::Palette => "palette",
            Colour::RgbAlpha => "rgb with alpha",
        };
        let interlaced = if self.interlaced { ", interlaced" } else { "" };
        format!("{}-bit {colour}{interlaced}", self.depth)
    }
}

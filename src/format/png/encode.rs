//! Writing PNG: 8 or 16 bits, grey or colour, with a fast compression made for pictures.

use std::borrow::Cow;

use png::text_metadata::{ITXtChunk, ZTXtChunk};
use png::{BitDepth, ColorType, Compression, Encoder, EncodingError, Info};

use super::super::Format;
use super::super::lost::no_place;
use super::blocks::pixel_dims;
use super::texts::{RAW_IPTC, XMP_KEYWORD, raw_profile};
use crate::error::{Error, ErrorKind, Result, Warning};
use crate::frame::{Frame, Samples};
use crate::metadata::Blocks;

/// Samples that are put into big-endian order at once.
const RUN_SAMPLES: usize = 1 << 16;

/// Encodes a frame with its profile, EXIF, XMP and IPTC.
pub(in super::super) fn encode(
    frame: &Frame,
    blocks: &Blocks,
    out: &mut Vec<u8>,
) -> Result<Vec<Warning>> {
    let mut warnings = Vec::new();
    let failed =
        |e: EncodingError| Error::new(ErrorKind::Internal, format!("the PNG encoder failed: {e}"));
    write(frame, blocks, out, &mut warnings).map_err(failed)?;
    Ok(warnings)
}

/// What the chunks before the picture hold.
fn header<'a>(frame: &Frame, blocks: &'a Blocks, warnings: &mut Vec<Warning>) -> Info<'a> {
    let size = frame.size();
    let mut header = Info::with_size(size.width, size.height);
    header.color_type =
        if frame.pixels.channels() == 1 { ColorType::Grayscale } else { ColorType::Rgb };
    header.bit_depth =
        if frame.pixels.depth_bits() == 8 { BitDepth::Eight } else { BitDepth::Sixteen };
    header.icc_profile = blocks.icc.as_deref().map(Cow::Borrowed);
    header.exif_metadata = blocks.exif.as_deref().map(Cow::Borrowed);
    header.pixel_dims = blocks.density.and_then(pixel_dims);
    match blocks.xmp.as_deref().map(std::str::from_utf8) {
        Some(Ok(xmp)) => header.utf8_text.push(ITXtChunk::new(XMP_KEYWORD, xmp)),
        Some(Err(_)) => {
            warnings.push(Warning::MetadataDropped("XMP that is not UTF-8".to_owned()));
        }
        None => {}
    }
    if let Some(resources) = blocks.photoshop.as_deref() {
        header.compressed_latin1_text.push(ZTXtChunk::new(RAW_IPTC, raw_profile(resources)));
    }
    warnings.extend(no_place(blocks, Format::Png));
    header
}

fn write(
    frame: &Frame,
    blocks: &Blocks,
    out: &mut Vec<u8>,
    warnings: &mut Vec<Warning>,
) -> Result<(), EncodingError> {
    let mut encoder = Encoder::with_info(out, header(frame, blocks, warnings))?;
    encoder.set_compression(Compression::Fast);
    let mut writer = encoder.write_header()?;
    match frame.pixels.samples() {
        Samples::Eight(samples) => writer.write_image_data(samples)?,
        Samples::Sixteen(samples) => write_sixteen(&mut writer, samples)?,
    }
    writer.finish()
}

/// Hands 16-bit samples over, high byte first, without a second copy of the frame.
fn write_sixteen(
    writer: &mut png::Writer<&mut Vec<u8>>,
    samples: &[u16],
) -> Result<(), EncodingError> {
    let mut stream = writer.stream_writer()?;
    let mut bytes = Vec::with_capacity(2 * RUN_SAMPLES);
    for run in samples.chunks(RUN_SAMPLES) {
        bytes.clear();
        bytes.extend(run.iter().flat_map(|s| s.to_be_bytes()));
        std::io::Write::write_all(&mut stream, &bytes)?;
    }
    stream.finish()
}

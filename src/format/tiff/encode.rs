//! TIFF written as every reader of TIFF 6.0 knows it: grey or colour, 8 bits as LZW with horizontal
//! differences, 16 bits plain, since LZW makes them longer (by 17 % in a photograph).

use std::io::Cursor;

use tiff::TiffResult;
use tiff::encoder::colortype::{ColorType, Gray8, Gray16, RGB8, RGB16};
use tiff::encoder::{Compression, Predictor, Rational, TiffEncoder, TiffValue};
use tiff::tags::{ResolutionUnit, Tag, Type};

use super::super::Format;
use super::super::lost::no_place;
use super::align::align;
use super::exif;
use crate::container::tiff::tag;
use crate::error::{Error, ErrorKind, Result, Warning};
use crate::frame::{Frame, Pixels, Size};
use crate::metadata::{self, Blocks};

/// Encodes a frame with its profile, EXIF, XMP, IPTC and Photoshop's other resources.
pub(in super::super) fn encode(
    frame: &Frame,
    blocks: &Blocks,
    out: &mut Vec<u8>,
) -> Result<Vec<Warning>> {
    let size = frame.size();
    let warnings = match &frame.pixels {
        Pixels::Gray8(p) => write::<Gray8>(p.as_raw(), size, blocks, out),
        Pixels::Rgb8(p) => write::<RGB8>(p.as_raw(), size, blocks, out),
        Pixels::Gray16(p) => write::<Gray16>(p.as_raw(), size, blocks, out),
        Pixels::Rgb16(p) => write::<RGB16>(p.as_raw(), size, blocks, out),
    };
    let failed = |e| Error::new(ErrorKind::Internal, format!("the TIFF encoder failed: {e}"));
    let mut warnings = warnings.map_err(failed)?;
    align(out);
    warnings.extend(no_place(blocks, Format::Tiff));
    Ok(warnings)
}

fn write<C: ColorType>(
    samples: &[C::Inner],
    size: Size,
    blocks: &Blocks,
    out: &mut Vec<u8>,
) -> TiffResult<Vec<Warning>>
where
    [C::Inner]: TiffValue,
{
    let mut encoder = TiffEncoder::new(Cursor::new(out))?;
    if size_of::<C::Inner>() == 1 {
        encoder = encoder.with_compression(Compression::Lzw).with_predictor(Predictor::Horizontal);
    }
    let mut warnings = Vec::new();
    let mut laid = match &blocks.exif {
        Some(block) => exif::lay(block, &mut encoder, &mut warnings)?,
        None => Vec::new(),
    };
    let mut image = encoder.new_image::<C>(size.width, size.height)?;
    if let Some((unit, x, y)) = blocks.density {
        let unit = match unit {
            1 => ResolutionUnit::Inch,
            2 => ResolutionUnit::Centimeter,
            _ => ResolutionUnit::None,
        };
        let ratio = |n: u16| Rational { n: u32::from(n), d: 1 };
        image.resolution_unit(unit);
        image.x_resolution(ratio(x));
        image.y_resolution(ratio(y));
    }
    let (photoshop, iptc) = metadata::without_iptc(blocks.photoshop.as_deref());
    // Photoshop counts it in numbers of 32 bits, filled up with zeros, and some readers accept nothing else.
    laid.extend(iptc.map(|mut iptc| {
        iptc.resize(iptc.len().next_multiple_of(4), 0);
        (Tag::Unknown(tag::IPTC), Type::LONG, iptc)
    }));
    // Over the density, which the block may know better.
    exif::merge(&laid, image.encoder())?;
    for (tag, block) in [
        (tag::ICC, blocks.icc.as_deref()),
        (tag::XMP, blocks.xmp.as_deref()),
        (tag::PHOTOSHOP, photoshop.as_deref()),
    ] {
        if let Some(block) = block {
            image.encoder().write_tag(Tag::Unknown(tag), block)?;
        }
    }
    image.write_data(samples)?;
    Ok(warnings)
}

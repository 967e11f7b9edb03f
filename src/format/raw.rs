//! Cameras' RAW files: the JPEG inside, or the sensor's samples ([`sensor`]), with the metadata of the RAW
//! file.
//!
//! Cameras put a JPEG into most RAW files. It seldom has metadata, so EXIF with orientation, colour space and
//! position, XMP and IPTC-IIM are those of the RAW file. Only a JPEG of nearly the sensor's size is used as the
//! photograph, unless the user accepts any ([`RawPicture`]).

mod exif;
#[cfg(feature = "raw")]
mod sensor;
#[cfg(not(feature = "raw"))]
#[path = "raw/without.rs"]
mod sensor;

use std::ops::Range;

use super::profile::{MOST_EXIF_BYTES, MOST_XMP_BYTES, within};
use super::stored::AsStored;
use super::{Decoding, Format, Header, Limits, jpeg};
use crate::colour;
use crate::container::raw::{self, Metadata, Raw};
use crate::error::{Error, ErrorKind, Result, Warning};
use crate::frame::{Pool, Size};
use crate::metadata::{Blocks, with_iptc};

/// Percent of the sensor's long side that a JPEG has at least to be the photograph: cameras cut off some
/// pixels at the borders.
const FULL_SIZE_PERCENT: u64 = 90;

/// What to do where the sensor's samples cannot be developed.
#[cfg(feature = "raw")]
const USE_JPEG: &str =
    "use the JPEG inside with --raw embedded, or --raw embedded-any if it is small";

/// Whether this build can develop the sensor's samples.
pub const DEVELOPS_SENSORS: bool = sensor::IS_BUILT;

/// What of a RAW file is taken for the photograph.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum RawPicture {
    /// The JPEG inside if it is nearly as large as the sensor's picture, or else the sensor's samples where
    /// the build can develop them.
    #[default]
    Auto,
    /// The JPEG inside if it is nearly as large as the sensor's picture.
    FullSize,
    /// The largest JPEG inside, of whatever size.
    Any,
    /// The sensor's samples.
    Sensor,
}

/// The JPEG that is taken.
struct Picture {
    range: Range<usize>,
    header: Header,
}

/// What the photograph is made from.
enum Source {
    Jpeg(Picture),
    /// The header of the picture that the samples make.
    Sensor(Header),
}

/// The header of the largest JPEG inside, turned as the RAW file says, or of the developed samples.
pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Header> {
    match source(bytes, &read(bytes)?, limits)? {
        Source::Jpeg(Picture { header, .. }) => {
            let kind = format!("the JPEG inside, {}", header.kind);
            Ok(Header { format: Format::Raw, kind, ..header })
        }
        Source::Sensor(header) => Ok(header),
    }
}

/// Chooses between the JPEG and the samples.
fn source(bytes: &[u8], raw: &Raw<'_>, limits: &Limits) -> Result<Source> {
    if limits.raw == RawPicture::Sensor {
        return sensor::probe(bytes, limits).map(Source::Sensor);
    }
    match picture(bytes, raw, limits) {
        Ok(picture) => Ok(Source::Jpeg(picture)),
        Err(error)
            if sensor::IS_BUILT
                && limits.raw == RawPicture::Auto
                && error.kind() == ErrorKind::Unsupported =>
        {
            sensor::probe(bytes, limits).map(Source::Sensor).map_err(|of_sensor| {
                // The remedy is that of the JPEG: nothing mends the samples.
                let both = format!("{}; {}", error.message(), of_sensor.message());
                let hint = error.hint().unwrap_or(super::sniff::DEVELOP_FIRST);
                Error::new(of_sensor.kind(), both).with_hint(hint)
            })
        }
        Err(error) => Err(error),
    }
}

/// The metadata blocks of a RAW file.
pub(super) fn read_blocks(bytes: &[u8]) -> Result<Blocks> {
    let raw = read(bytes)?;
    blocks(bytes, &raw, &mut Vec::new())
}

/// Decodes the JPEG inside, or develops the samples.
pub(super) fn decode(
    bytes: &[u8],
    header: &Header,
    decoding: &Decoding,
    pool: &Pool,
) -> Result<AsStored> {
    let raw = read(bytes)?;
    let Picture { range, .. } = match source(bytes, &raw, &decoding.limits)? {
        Source::Jpeg(picture) => picture,
        Source::Sensor(_) => {
            let (pixels, mut warnings) = sensor::decode(bytes, header, decoding, pool)?;
            let mut blocks = blocks(bytes, &raw, &mut warnings)?;
            // What the camera would have made its JPEG of is not what was made here.
            blocks.exif.as_deref_mut().map(exif::say_srgb);
            return Ok(AsStored::pixels(pixels, Blocks { icc: None, ..blocks }, warnings));
        }
    };
    let mut decoded = jpeg::decode(&bytes[range], header, decoding, pool)?;
    // What the JPEG has beside its picture is not the photographer's.
    decoded.warnings.retain(|warning| !matches!(warning, Warning::PartsLeftOut(_)));
    decoded.blocks = blocks(bytes, &raw, &mut decoded.warnings)?;
    if header.channels == 3 && decoded.blocks.icc.is_none() && is_uncalibrated(&decoded.blocks) {
        decoded.blocks.icc = Some(colour::adobe_rgb()?);
        let said = "EXIF says that the colours are not sRGB: taken as Adobe RGB";
        decoded.warnings.push(Warning::Other(said.to_owned()));
    }
    Ok(decoded)
}

fn read(bytes: &[u8]) -> Result<Raw<'_>> {
    raw::read(bytes).ok_or_else(|| {
        let message = "this is a RAW file of a kind that longlens does not read";
        Error::new(ErrorKind::Unsupported, message).with_hint(super::sniff::DEVELOP_FIRST)
    })
}

/// The largest JPEG that can be developed, if it is large enough.
fn picture(bytes: &[u8], raw: &Raw<'_>, limits: &Limits) -> Result<Picture> {
    let turn = match raw.metadata {
        Metadata::Picture => None,
        _ => Some(exif::orientation(bytes, &raw.metadata)),
    };
    let (mut largest, mut refused, mut is_cut) = (None::<Picture>, None, false);
    for range in &raw.pictures {
        let there = range.start..range.end.min(bytes.len());
        let Some(file) = bytes.get(there.clone()).filter(|b| b.starts_with(&[0xFF, 0xD8])) else {
            continue;
        };
        is_cut |= there.end < range.end;
        let range = there;
        match jpeg::probe_turned(file, limits, turn) {
            Ok(header) => {
                let area = |picture: &Picture| picture.header.size.area();
                if largest.as_ref().is_none_or(|other| header.size.area() > area(other)) {
                    largest = Some(Picture { range, header });
                }
            }
            // The sensor's own samples may be a lossless JPEG.
            Err(error) if error.kind() == ErrorKind::Unsupported => {}
            Err(error) => refused = Some(error),
        }
    }
    let small = match (&largest, raw.sensor_px) {
        _ if limits.raw == RawPicture::Any => false,
        (Some(picture), Some(sensor_px)) => is_small(picture.header.size, sensor_px),
        (Some(_), None) => true,
        (None, _) => false,
    };
    match largest {
        Some(picture) if !small => Ok(picture),
        // A larger one may lie where the file ends too soon.
        _ if is_cut => Err(Format::Raw.damaged("it ends before the JPEG inside does")),
        Some(picture) => Err(too_small(picture.header.size, raw.sensor_px)),
        None => Err(refused.unwrap_or_else(|| {
            Error::new(ErrorKind::Unsupported, "longlens cannot find a JPEG in this RAW file")
                .with_hint(WITHOUT_JPEG)
        })),
    }
}

/// What to do about a RAW file without a JPEG inside.
const WITHOUT_JPEG: &str = if sensor::IS_BUILT {
    super::sniff::DEVELOP_FIRST
} else {
    "develop the RAW file to JPEG or 16-bit TIFF first, or build longlens with the decoder of sensor data: \
     cargo install longlens --features raw"
};

fn is_small(size: Size, sensor_px: u32) -> bool {
    u64::from(size.long_side()) * 100 < u64::from(sensor_px) * FULL_SIZE_PERCENT
}

fn too_small(size: Size, sensor_px: Option<u32>) -> Error {
    let sensor = match sensor_px {
        Some(px) => format!("but the sensor has {px} px on its long side"),
        None => "and the file does not state the sensor's size".to_owned(),
    };
    let message = format!("the JPEG inside this RAW file has {size} px, {sensor}");
    Error::new(ErrorKind::Unsupported, message).with_hint(
        "develop the RAW file to JPEG or 16-bit TIFF first, or take the small JPEG with \
         --raw embedded-any",
    )
}

/// The blocks of the RAW file, or of the JPEG inside where they are there.
fn blocks(bytes: &[u8], raw: &Raw<'_>, warnings: &mut Vec<Warning>) -> Result<Blocks> {
    let mut blocks = match raw.metadata {
        Metadata::Picture => raw.pictures.iter().find_map(|range| {
            let start = bytes.get(range.start..range.end.min(bytes.len()))?;
            jpeg::read_blocks(start).ok().filter(|blocks| blocks.exif.is_some())
        }),
        _ => None,
    }
    .unwrap_or_default();
    if blocks.exif.is_none() {
        let exif = exif::gathered(bytes, &raw.metadata, warnings);
        blocks.exif = within(exif, MOST_EXIF_BYTES, "EXIF", warnings);
    }
    if let Some(xmp) = raw.xmp {
        blocks.xmp = within(Some(xmp.to_vec()), MOST_XMP_BYTES, "XMP", warnings);
    }
    blocks.photoshop = with_iptc(blocks.photoshop, raw.iptc);
    Ok(Blocks { density: None, ..blocks })
}

/// Whether EXIF says that the colours are not sRGB: cameras know one other space, Adobe RGB, and some
/// say which only in their own notes.
fn is_uncalibrated(blocks: &Blocks) -> bool {
    blocks.exif.as_deref().is_some_and(exif::is_uncalibrated)
}

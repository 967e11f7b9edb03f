//! HEIC and HIF (ISO/IEC 23008-12): photographs of phones and some cameras, 8 or 10 bits; only read.
//!
//! heic-rs walks the boxes and decodes HEVC; which colours the samples mean is read here, because it passes
//! over what the stream itself says ([`vui`]). Thumbnails are dropped silently; depth and gain maps, further
//! pictures and the film of a live photograph are dropped with a warning.

mod vui;

use heic_rs::context::Context;
use heic_rs::hevc::{self, ChromaFormat, Frame};
use heic_rs::meta::iref::{RefKind, targets};
use heic_rs::props::ItemProps;
use heic_rs::{Grid, MatrixCoefficients, Nclx, PixelLayout, Range, color, grid, transform};

use super::profile::{MOST_EXIF_BYTES, MOST_ICC_BYTES, MOST_XMP_BYTES, within};
use super::stored::AsStored;
use super::{Decoding, Format, Header, Limits, samples};
use crate::colour;
use crate::container::boxes;
use crate::error::{Error, ErrorKind, Result, Warning};
use crate::frame::{Orientation, Pool, Size};
use crate::metadata::Blocks;

/// Primaries and transfers by their numbers (ITU-T H.273, tables 2 and 3).
const DISPLAY_P3: u16 = 12;
const BT_2020: u16 = 9;
const PQ: u16 = 16;
const HLG: u16 = 18;
/// What is done with a file that is not decoded.
const EXPORT: &str = "export it as JPEG or TIFF from the camera or the phone";

/// A file whose boxes were read, and its photograph.
struct Photograph<'a> {
    context: Context<'a>,
    id: u32,
    props: ItemProps<'a>,
    /// The tiles that it is put together from.
    grid: Option<(Grid, Vec<u32>)>,
    /// Of the coded picture, or of the first tile.
    coded: hevc::Info,
    nclx: Nclx,
}

impl<'a> Photograph<'a> {
    fn open(bytes: &'a [u8]) -> Result<Self> {
        let context = Context::open(bytes).map_err(refusal)?;
        let id = context.meta.primary;
        let props = context.props(id).map_err(refusal)?;
        let grid = context.grid(id).map_err(refusal)?;
        let coded = grid.as_ref().and_then(|(_, tiles)| tiles.first()).copied().unwrap_or(id);
        let of_coded = context.props(coded).map_err(refusal)?;
        let config = of_coded.hvcc.ok_or_else(|| {
            Error::new(ErrorKind::Unsupported, "its picture is not coded as HEVC").with_hint(EXPORT)
        })?;
        let sets = config.parameter_sets();
        let said = sets.iter().filter(|unit| is_sequence(unit)).find_map(|unit| vui::colours(unit));
        let nclx = props.nclx.or(of_coded.nclx).unwrap_or_else(|| colours(said));
        let coded = hevc::probe(&sets).map_err(refusal)?;
        Ok(Self { context, id, props, grid, coded, nclx })
    }

    /// Refuses what would not come out right.
    fn check(&self) -> Result<()> {
        let cannot =
            |what: &str| Err(Error::new(ErrorKind::Unsupported, what.to_owned()).with_hint(EXPORT));
        if self.coded.chroma == ChromaFormat::Yuv422 {
            // Canon's, which the decoder gives up on; no other camera's was seen.
            return cannot(
                "this HIF has 4:2:2 colour, as Canon's cameras write it, which longlens does not read yet",
            );
        }
        if [PQ, HLG].contains(&self.nclx.transfer) {
            return cannot(
                "this HIF is for HDR screens (PQ or HLG), which longlens does not develop",
            );
        }
        match self.coded.bit_depth {
            8 | 10 => Ok(()),
            depth => cannot(&format!("its samples have {depth} bits")),
        }
    }

    fn size(&self) -> Result<Size> {
        let (width, height) = self.context.coded_size(self.id, &self.props).map_err(refusal)?;
        Ok(Size::new(width, height))
    }

    fn depth_bits(&self) -> u8 {
        if self.coded.bit_depth > 8 { 16 } else { 8 }
    }

    /// Samples of all that is decoded: tiles reach beyond the picture, and only broken ones far.
    fn coded_area(&self) -> u64 {
        let tiles = self.grid.as_ref().map_or(1, |(_, tiles)| tiles.len() as u64);
        u64::from(self.coded.width) * u64::from(self.coded.height) * tiles
    }

    fn decoded(&self, limits: &Limits) -> Result<Frame> {
        match &self.grid {
            None => self.item(self.id),
            Some((layout, tiles)) => {
                let tiles =
                    tiles.iter().map(|&tile| self.item(tile)).collect::<Result<Vec<_>>>()?;
                grid::compose(layout, &tiles, limits.pixels).map_err(refusal)
            }
        }
    }

    /// One coded picture.
    fn item(&self, id: u32) -> Result<Frame> {
        let props = self.context.props(id).map_err(refusal)?;
        let config = props.hvcc.as_ref().ok_or_else(|| damaged("a tile has no header"))?;
        let sets = config.parameter_sets();
        // What was admitted is what the first tile says.
        if hevc::probe(&sets).map_err(refusal)? != self.coded {
            return Err(damaged("its tiles are of different kinds"));
        }
        let data = self.context.item_data(id).map_err(refusal)?;
        let units = config.split_nals(&data).map_err(refusal)?;
        let frame = hevc::decode_still(&sets, &units).map_err(refusal)?;
        frame.validate().map_err(refusal)?;
        Ok(frame)
    }

    /// What the file has beside the photograph that somebody may miss.
    fn parts_left_out(&self, bytes: &[u8]) -> Option<Warning> {
        let items = &self.context.meta.items;
        let names = items.iter().filter_map(|item| {
            let of = self.context.props(item.id).ok()?;
            let urn = of.auxc?.urn;
            Some(match urn {
                _ if urn.contains("depth") || urn.ends_with("auxid:2") => "a depth map",
                _ if urn.contains("gainmap") => "a gain map",
                _ if urn.contains("matte") => "a matte",
                _ if urn.contains("alpha") || urn.ends_with("auxid:1") => return None,
                _ => "an auxiliary picture",
            })
        });
        let mut names: Vec<_> = names.collect();
        let refs = &self.context.meta.refs;
        let is_part = |id: u32| {
            let of_others = refs.iter().any(|r| r.kind == RefKind::Dimg && r.to.contains(&id));
            let helps = [RefKind::Thmb, RefKind::Auxl]
                .iter()
                .any(|&kind| !targets(refs, id, kind).is_empty());
            of_others || helps
        };
        let others = items.iter().filter(|item| {
            (item.is_hevc() || item.is_grid())
                && item.id != self.id
                && !item.hidden
                && !is_part(item.id)
        });
        if others.count() > 0 {
            names.push("further pictures");
        }
        let boxes = boxes::parts(bytes, 0..bytes.len());
        if boxes.iter().any(|part| [*b"moov", *b"mpvd"].contains(&part.kind)) {
            names.push("a film");
        }
        names.sort_unstable();
        names.dedup();
        (!names.is_empty()).then(|| Warning::PartsLeftOut(names.join(", ")))
    }
}

/// Whether a unit is a sequence parameter set.
fn is_sequence(unit: &[u8]) -> bool {
    unit.first().is_some_and(|head| head >> 1 & 0x3F == heic_rs::props::hvcc::NAL_SPS)
}

/// The colours of a file without a box that says them: what its stream says, or else what HEVC means then.
fn colours(said: Option<vui::Colours>) -> Nclx {
    /// Unspecified (H.273); stills without a matrix use that of JPEG.
    const UNSAID: u8 = 2;
    const BT_601: u8 = 6;
    let said = said.unwrap_or(vui::Colours { is_full: false, description: None });
    let [primaries, transfer, matrix] = said.description.unwrap_or([UNSAID; 3]);
    let matrix = if matrix == UNSAID { BT_601 } else { matrix };
    Nclx {
        primaries: primaries.into(),
        transfer: transfer.into(),
        matrix: MatrixCoefficients::from_code(matrix.into()),
        matrix_code: matrix.into(),
        range: if said.is_full { Range::Full } else { Range::Limited },
    }
}

fn damaged(fault: &str) -> Error {
    Format::Heic.damaged(fault)
}

/// heic-rs' errors in our words.
fn refusal(error: heic_rs::Error) -> Error {
    use heic_rs::Error as Of;
    match error {
        Of::Unsupported(what) => {
            Error::new(ErrorKind::Unsupported, format!("this HEIC cannot be decoded: {what}"))
                .with_hint(EXPORT)
        }
        Of::PixelLimit { pixels, .. } => {
            Error::new(ErrorKind::TooLarge, format!("its picture has {pixels} pixels"))
        }
        other => damaged(&other.to_string()),
    }
}

/// The header of the photograph, as it is shown.
pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Header> {
    let photograph = Photograph::open(bytes)?;
    photograph.check()?;
    let stored = photograph.size()?;
    limits.admit(stored, 0)?;
    // A coded picture or its tiles may be a little larger than what is shown of them.
    let coded = photograph.coded_area();
    if coded / 4 > stored.area() + (1 << 20) {
        return Err(damaged("its tiles are far larger than its picture"));
    }
    let (width, height) =
        transform::transformed_size(stored.width, stored.height, &photograph.props.transforms)
            .map_err(refusal)?;
    let depth_bits = photograph.depth_bits();
    let frame_bytes = samples::frame_bytes(stored, 3, depth_bits);
    // Samples of all tiles in 16 bits, colour as often as luma at most, the canvas that they are laid on, and
    // what the decoder notes of each block.
    let planes = coded * 2 * 3;
    let canvas = if photograph.grid.is_some() { stored.area() * 2 * 3 } else { 0 };
    let turned = 2 * frame_bytes;
    Ok(Header {
        format: Format::Heic,
        size: Size::new(width, height),
        // It is turned as its own boxes say; what EXIF says has been done by then.
        orientation: Orientation::Upright,
        channels: 3,
        depth_bits,
        kind: match photograph.grid {
            Some((_, tiles)) => {
                format!("{} bit, {} tiles", photograph.coded.bit_depth, tiles.len())
            }
            None => format!("{} bit", photograph.coded.bit_depth),
        },
        alpha: false,
        subsampling: None,
        decode_bytes: (planes + canvas + frame_bytes).max(turned) + bytes.len() as u64,
    })
}

/// Decodes the photograph of a file whose header has been admitted.
pub(super) fn decode(
    bytes: &[u8],
    header: &Header,
    decoding: &Decoding,
    pool: &Pool,
) -> Result<AsStored> {
    let photograph = Photograph::open(bytes)?;
    photograph.check()?;
    let mut warnings = Vec::new();
    let layout = match header.depth_bits {
        8 => PixelLayout::Rgb8,
        _ => PixelLayout::Rgb16,
    };
    let frame = photograph.decoded(&decoding.limits)?;
    let most = decoding.limits.pixels;
    let image = color::convert(&frame, None, photograph.nclx, layout, most, Some(1));
    drop(frame);
    let image = image.and_then(|image| transform::apply_all(image, &photograph.props.transforms));
    let image = image.map_err(refusal)?;
    if (image.width, image.height) != (header.size.width, header.size.height) {
        return Err(damaged("its picture does not have the size that it states"));
    }
    let length = samples::length(header.size, 3)?;
    let pixels = match layout {
        PixelLayout::Rgb8 => samples::eight(header.size, 3, image.data)?,
        _ => {
            let mut wide = pool.take::<u16>(length)?;
            let pairs = image.data.as_chunks::<2>().0;
            wide.iter_mut().zip(pairs).for_each(|(to, pair)| *to = u16::from_ne_bytes(*pair));
            samples::sixteen(header.size, 3, wide)?
        }
    };
    let mut blocks = blocks(&photograph, &mut warnings)?;
    if blocks.icc.is_none() {
        match photograph.nclx.primaries {
            DISPLAY_P3 => blocks.icc = Some(colour::display_p3()?),
            BT_2020 => warnings.push(Warning::Other(
                "its colours are those of BT.2020, and there is no profile: taken as sRGB"
                    .to_owned(),
            )),
            _ => {}
        }
    }
    warnings.extend(photograph.parts_left_out(bytes));
    Ok(AsStored::pixels(pixels, blocks, warnings))
}

/// The metadata blocks of a file.
pub(super) fn read_blocks(bytes: &[u8]) -> Result<Blocks> {
    blocks(&Photograph::open(bytes)?, &mut Vec::new())
}

fn blocks(photograph: &Photograph<'_>, warnings: &mut Vec<Warning>) -> Result<Blocks> {
    let Photograph { context, id, .. } = photograph;
    let alone = || context.meta.items.iter().find(|item| item.item_type == *b"Exif");
    let exif = context.exif_item(*id).or_else(|| alone().map(|item| item.id));
    let mut kept = |name: &str, block: heic_rs::Result<Vec<u8>>| {
        block.inspect_err(|e| warnings.push(Warning::MetadataDropped(format!("{name}: {e}")))).ok()
    };
    let tiff = |item| {
        let data = context.item_data(item)?;
        heic_rs::metadata::exif_tiff(&data).map(<[u8]>::to_vec)
    };
    let exif = exif.and_then(|item| kept("EXIF", tiff(item)));
    let xmp =
        context.xmp_item(*id).and_then(|item| kept("XMP", context.item_data(item).map(Into::into)));
    let icc = context.icc(&photograph.props).filter(|icc| !icc.is_empty());
    if icc.is_some_and(|icc| icc.len() > MOST_ICC_BYTES) {
        warnings.push(Warning::ProfileDropped("it is larger than 16 MiB".to_owned()));
    }
    Ok(Blocks {
        exif: within(exif, MOST_EXIF_BYTES, "EXIF", warnings),
        xmp: within(xmp, MOST_XMP_BYTES, "XMP", warnings),
        icc: icc.filter(|icc| icc.len() <= MOST_ICC_BYTES).map(Into::into),
        ..Blocks::default()
    })
}

//! TIFF 6.0 and BigTIFF: grey, RGB, palette, CMYK and YCbCr of 1 to 16 bits, in strips or tiles, plain or
//! packed as LZW, deflate, PackBits, JPEG or fax group 4; of several pages the first.
//!
//! The rest is refused by name: float and wide integers, Lab, fax group 3, old-style JPEG, camera RAW in
//! TIFF's clothes. Directories are read by the container room, strips and tiles in [`unpack`]; the `tiff`
//! crate writes.

mod align;
mod convert;
mod encode;
mod exif;
mod layout;
mod unpack;

pub(super) use encode::encode;
pub(super) use exif::{Block, gather, gather_tables};

use super::lost::CREDENTIALS;
use super::profile::{MOST_EXIF_BYTES, MOST_ICC_BYTES, MOST_XMP_BYTES, within};
use super::store::Store;
use super::stored::AsStored;
use super::{Decoding, Format, Header, Limits, samples, upright};
use crate::container::tiff::tag;
use crate::error::{Error, ErrorKind, Result, Warning};
use crate::frame::{Orientation, Pool};
use crate::metadata::{self, Blocks};
use convert::Converter;
use layout::{Colour, Compression, Extra, Layout};

fn damaged(fault: &str) -> Error {
    Format::Tiff.damaged(fault)
}

fn unsupported(what: &str) -> Error {
    Error::new(ErrorKind::Unsupported, format!("this is {what}, which longlens does not read"))
        .with_hint("save it as 8- or 16-bit RGB or grey TIFF")
}

/// What a file is, its size admitted by `limits` but for memory.
fn look<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Layout<'a>> {
    let layout = layout::read(bytes)?;
    limits.admit(layout.size, 0)?;
    Ok(layout)
}

/// The header of a TIFF: its first directory.
pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Header> {
    let layout = look(bytes, limits)?;
    let (channels, alpha) = layout.channels();
    let depth_bits = layout.depth_bits();
    let orientation = layout.orientation();
    let frame_bytes = samples::frame_bytes(layout.size, channels, depth_bits);
    // A chunk as it is unpacked; a JPEG has planes and pixels beside it.
    let copies = if layout.compression == Compression::Jpeg { 3 } else { 1 };
    let packed = if layout.reversed { bytes.len() as u64 } else { 0 };
    let row_bytes = u64::from(layout.chunk.width) * u64::from(layout.samples) * 8;
    let chunk_bytes = layout.chunk_bytes() * copies + packed + row_bytes;
    let turned = upright::extra_bytes(orientation, frame_bytes);
    Ok(Header {
        format: Format::Tiff,
        size: upright::size(layout.size, orientation),
        orientation,
        channels,
        depth_bits,
        kind: layout.kind(),
        alpha,
        subsampling: None,
        decode_bytes: frame_bytes + turned.max(chunk_bytes),
    })
}

/// The metadata blocks, from the first directory.
pub(super) fn read_blocks(bytes: &[u8]) -> Result<Blocks> {
    Ok(look(bytes, &Limits::default())?.blocks(&mut Vec::new()))
}

/// Decodes a TIFF whose header has been admitted.
pub(super) fn decode(
    bytes: &[u8],
    header: &Header,
    decoding: &Decoding,
    pool: &Pool,
) -> Result<AsStored> {
    let layout = look(bytes, &decoding.limits)?;
    let mut warnings = Vec::new();
    let mut blocks = layout.blocks(&mut warnings);
    let inks = if layout.colour == Colour::Cmyk { blocks.icc.take() } else { None };
    let mut converter = Converter::new(&layout, inks.as_deref());
    if let (Some(_), Some(said)) = (&inks, converter.said()) {
        warnings.push(Warning::ProfileDropped(said.to_owned()));
    }
    let mut store = Store::new(layout.size, header.channels, header.depth_bits, pool)?;
    match layout.unpack(&mut converter, &mut store) {
        (_, Ok(())) => {}
        (done, Err(fault)) if decoding.accept_damaged && done > 0 => {
            warnings.push(Warning::Damaged(fault.message().to_owned()));
        }
        (_, Err(fault)) => return Err(fault),
    }
    if layout.more_pages {
        warnings.push(Warning::FirstOfMany);
    }
    if layout.extra == Extra::Other || layout.samples > layout.colour.samples() + 1 {
        warnings.push(Warning::PartsLeftOut("extra channels".to_owned()));
    }
    let pixels = store.finish(&mut warnings)?;
    Ok(AsStored::pixels(pixels, blocks, warnings))
}

impl Layout<'_> {
    fn orientation(&self) -> Orientation {
        let number = self.directory.number(tag::ORIENTATION).unwrap_or(1);
        Orientation::from_exif(number.min(9) as u16)
    }

    /// For people.
    fn kind(&self) -> String {
        let colour = match (self.colour, self.channels().1) {
            (Colour::Palette, _) => "palette",
            (Colour::Grey | Colour::GreyFromWhite, false) => "grey",
            (Colour::Grey | Colour::GreyFromWhite, true) => "grey with alpha",
            (Colour::Rgb, false) => "rgb",
            (Colour::Rgb, true) => "rgb with alpha",
            (Colour::Cmyk, _) => "CMYK",
            (Colour::YCbCr, _) => "YCbCr",
        };
        format!("{}-bit {colour}", self.bits)
    }

    fn blocks(&self, warnings: &mut Vec<Warning>) -> Blocks {
        let block = |tag| self.directory.bytes(tag).map(<[u8]>::to_vec);
        if self.directory.has(tag::CREDENTIALS) {
            warnings.push(Warning::PartsLeftOut(CREDENTIALS.to_owned()));
        }
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

    /// Unpacks all strips or tiles into the store; how many, and what stopped it.
    fn unpack(&self, converter: &mut Converter, store: &mut Store) -> (u32, Result<()>) {
        let (across, down) = self.chunks();
        let planes = if self.planes { usize::from(self.samples) } else { 1 };
        let mut unpacked = vec![Vec::new(); planes];
        for chunk in 0..across * down {
            let rows = self.chunk_rows(chunk / across);
            let (row_bytes, rows_of_bytes) = self.row_bytes(rows);
            for (plane, unpacked) in unpacked.iter_mut().enumerate() {
                unpacked.resize(row_bytes * rows_of_bytes, 0);
                let number = plane * (across * down) as usize + chunk as usize;
                let packed = self.packed(number);
                let done = packed.and_then(|p| unpack::unpack(self, p, row_bytes, unpacked));
                if let Err(e) = done {
                    return (chunk, Err(e));
                }
            }
            let at = (chunk % across * self.chunk.width, chunk / across * self.chunk.height);
            self.put(&unpacked, row_bytes, at, rows, converter, store);
        }
        (across * down, Ok(()))
    }

    /// Puts the rows of a chunk that lie within the picture.
    fn put(
        &self,
        unpacked: &[Vec<u8>],
        row_bytes: usize,
        (x, y): (u32, u32),
        rows: u32,
        converter: &mut Converter,
        store: &mut Store,
    ) {
        let width = self.chunk.width.min(self.size.width - x) as usize;
        let rows = rows.min(self.size.height - y) as usize;
        let (x, y) = (x as usize, y as usize);
        let row = |plane: usize, i: usize| &unpacked[plane][i * row_bytes..][..row_bytes];
        let (across, down) = (self.shared.0 as usize, self.shared.1 as usize);
        for i in 0..rows {
            if self.planes {
                let planes: Vec<&[u8]> = (0..unpacked.len()).map(|plane| row(plane, i)).collect();
                converter.put_planes(store, (x, y + i), &planes, width);
            } else if self.shared != (1, 1) {
                let pixels = convert::spread(row(0, i / down), (across, down), width, i % down);
                converter.put(store, (x, y + i), &pixels, width);
            } else {
                converter.put(store, (x, y + i), row(0, i), width);
            }
        }
    }
}

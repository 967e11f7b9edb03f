//! The first directory of a TIFF: the kind of samples, their layout in strips or tiles, and where those are.
//! Common faults that other readers accept are accepted here: more depths than samples, a single strip that
//! does not say its length, a directory that follows itself.

use super::{damaged, unsupported};
use crate::container::tiff::{Directory, Order, has_further, order, tag};
use crate::error::{Error, ErrorKind, Result};
use crate::frame::Size;

/// PlanarConfiguration of samples in planes of their own.
const PLANES: u64 = 2;
/// The bit of NewSubfileType that says 'a smaller version of another picture'.
const REDUCED: u64 = 1;
/// Samples of a pixel at most: colours, alpha, and extra channels.
const MOST_SAMPLES: u64 = 64;
/// How much larger than the picture its tiles may be: a tile of a small picture is larger than that.
const MOST_TILE_PIXELS: u64 = 4 << 20;

/// How strips and tiles are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    Fax4,
    Lzw,
    Jpeg,
    Deflate,
    PackBits,
}

/// What the colours of a pixel are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colour {
    /// Grey; zero is white.
    GreyFromWhite,
    Grey,
    Rgb,
    Palette,
    Cmyk,
    YCbCr,
}

impl Colour {
    /// Samples of a pixel that are colours.
    pub(super) fn samples(self) -> u8 {
        match self {
            Self::GreyFromWhite | Self::Grey | Self::Palette => 1,
            Self::Rgb | Self::YCbCr => 3,
            Self::Cmyk => 4,
        }
    }
}

/// What the sample behind the colours is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extra {
    /// There is none.
    None,
    /// Opacity, not multiplied into the colours.
    Straight,
    /// Opacity that is (TIFF 6.0, section 18, ExtraSamples 1).
    Premultiplied,
    /// Something else: it is left out.
    Other,
}

/// A TIFF's first picture.
#[derive(Debug)]
pub(super) struct Layout<'a> {
    pub(super) file: &'a [u8],
    pub(super) directory: Directory<'a>,
    pub(super) order: Order,
    pub(super) size: Size,
    pub(super) colour: Colour,
    pub(super) extra: Extra,
    pub(super) compression: Compression,
    /// Bits of a sample, 1 to 16.
    pub(super) bits: u8,
    /// Samples of a pixel.
    pub(super) samples: u8,
    /// Whether each sample of a pixel has a plane of its own.
    pub(super) planes: bool,
    /// Whether a sample is the difference to the one before.
    pub(super) differences: bool,
    /// Whether the first bit of a byte is the lowest.
    pub(super) reversed: bool,
    /// Width and height of a strip or tile.
    pub(super) chunk: Size,
    /// Whether the last strip is as high as the others, as tiles are.
    tiled: bool,
    /// How many pixels share a sample of colour in YCbCr other than JPEG.
    pub(super) shared: (u32, u32),
    offsets: Vec<u64>,
    lengths: Vec<u64>,
    pub(super) more_pages: bool,
}

/// Reads the directory; only kinds that can be decoded come out.
pub(super) fn read(file: &[u8]) -> Result<Layout<'_>> {
    let directory = Directory::read(file);
    refuse_raw(&directory)?;
    let number = |tag, default| directory.number(tag).unwrap_or(default);
    let side = |tag| {
        let side = directory.number(tag).ok_or_else(|| damaged("its size is missing"))?;
        u32::try_from(side).map_err(|_| Error::new(ErrorKind::TooLarge, "its sides are too long"))
    };
    let size = Size::new(side(tag::IMAGE_WIDTH)?, side(tag::IMAGE_LENGTH)?);
    let samples = number(tag::SAMPLES_PER_PIXEL, 1);
    if !(1..=MOST_SAMPLES).contains(&samples) {
        return Err(unsupported(&format!("a TIFF with {samples} samples per pixel")));
    }
    let samples = samples as u8;
    let compression = compression(&directory)?;
    let colour = colour(&directory, samples)?;
    if samples < colour.samples() {
        return Err(damaged("it has fewer samples than colours"));
    }
    let planes = samples > 1 && number(tag::PLANAR, 1) == PLANES;
    let (tiled, chunk) = chunk(&directory, size)?;
    let is_jpeg = compression == Compression::Jpeg;
    let shared = match colour {
        Colour::YCbCr if !is_jpeg => sharing(&directory, planes)?,
        _ => (1, 1),
    };
    let (offsets, lengths) = match directory.has(tag::TILE_OFFSETS) {
        true => (tag::TILE_OFFSETS, tag::TILE_BYTE_COUNTS),
        false => (tag::STRIP_OFFSETS, tag::STRIP_BYTE_COUNTS),
    };
    // A file can name more places than its picture has parts.
    let parts = u64::from(size.width.div_ceil(chunk.width))
        * u64::from(size.height.div_ceil(chunk.height))
        * if planes { u64::from(samples) } else { 1 };
    let parts = usize::try_from(parts).unwrap_or(usize::MAX);
    let [offsets, lengths] =
        [offsets, lengths].map(|tag| directory.numbers(tag).take(parts).collect());
    let bits = bits(&directory, samples)?;
    if bits != 8 && (is_jpeg || colour == Colour::YCbCr) {
        return Err(unsupported(&format!("a TIFF of {bits}-bit JPEG or YCbCr")));
    }
    if compression == Compression::Fax4 && (bits, samples) != (1, 1) {
        return Err(damaged("its fax is not black and white"));
    }
    let differences = !is_jpeg && differences(&directory, bits)?;
    Ok(Layout {
        file,
        order: order(file),
        size,
        colour,
        extra: extra(&directory, colour, samples),
        compression,
        bits,
        samples,
        planes,
        differences,
        reversed: number(tag::FILL_ORDER, 1) == 2,
        chunk,
        tiled,
        shared,
        offsets,
        lengths,
        more_pages: has_further(file),
        directory,
    })
}

/// Refuses a camera's raw file, whose first picture may be a thumbnail.
fn refuse_raw(directory: &Directory<'_>) -> Result<()> {
    if directory.has(tag::DNG_VERSION) {
        return Err(unsupported("a camera RAW (DNG)"));
    }
    let reduced = directory.number(tag::NEW_SUBFILE_TYPE).is_some_and(|t| t & REDUCED != 0);
    if reduced && directory.has(tag::SUB_IFDS) {
        return Err(unsupported("a camera RAW"));
    }
    Ok(())
}

fn compression(directory: &Directory<'_>) -> Result<Compression> {
    let rare = |what: &str| Err(unsupported(&format!("a TIFF with {what} compression")));
    match directory.number(tag::COMPRESSION).unwrap_or(1) {
        1 => Ok(Compression::None),
        2 | 3 => rare("fax group 3"),
        4 => Ok(Compression::Fax4),
        5 => Ok(Compression::Lzw),
        6 => rare("old-style JPEG"),
        7 => Ok(Compression::Jpeg),
        8 | 32_946 => Ok(Compression::Deflate),
        32_773 => Ok(Compression::PackBits),
        34_887 => rare("LERC"),
        34_925 => rare("LZMA"),
        50_000 => rare("Zstandard"),
        50_001 => rare("WebP"),
        number => rare(&format!("unknown ({number})")),
    }
}

fn colour(directory: &Directory<'_>, samples: u8) -> Result<Colour> {
    let guess = if samples >= 3 { 2 } else { 1 };
    Ok(match directory.number(tag::PHOTOMETRIC).unwrap_or(guess) {
        0 => Colour::GreyFromWhite,
        1 => Colour::Grey,
        2 => Colour::Rgb,
        3 => Colour::Palette,
        4 => return Err(unsupported("a TIFF of a transparency mask")),
        5 if directory.number(tag::INK_SET).is_none_or(|set| set == 1) => Colour::Cmyk,
        5 => return Err(unsupported("a TIFF with inks other than CMYK")),
        6 => Colour::YCbCr,
        8..=10 => return Err(unsupported("a CIELab TIFF")),
        32_844 | 32_845 => return Err(unsupported("a LogLuv TIFF")),
        32_803 | 34_892 => return Err(unsupported("a camera RAW")),
        number => {
            return Err(unsupported(&format!("a TIFF of an unknown colour model ({number})")));
        }
    })
}

fn bits(directory: &Directory<'_>, samples: u8) -> Result<u8> {
    let of_samples = |tag| directory.numbers(tag).take(usize::from(samples));
    let bits = directory.number(tag::BITS_PER_SAMPLE).unwrap_or(1);
    if of_samples(tag::BITS_PER_SAMPLE).any(|b| b != bits) {
        return Err(unsupported("a TIFF whose samples have different depths"));
    }
    if of_samples(tag::SAMPLE_FORMAT).any(|f| f == 2 || f == 3) && bits <= 16 {
        return Err(unsupported("a TIFF of signed or float samples"));
    }
    match bits {
        1..=16 => Ok(bits as u8),
        _ => Err(unsupported(&format!("a TIFF with {bits} bits per sample"))),
    }
}

fn differences(directory: &Directory<'_>, bits: u8) -> Result<bool> {
    match (directory.number(tag::PREDICTOR).unwrap_or(1), bits) {
        (0 | 1, _) => Ok(false),
        (2, 8 | 16) => Ok(true),
        (2, bits) => Err(unsupported(&format!("a TIFF with a predictor in {bits} bits"))),
        (number, _) => Err(unsupported(&format!("a TIFF with an unknown predictor ({number})"))),
    }
}

fn extra(directory: &Directory<'_>, colour: Colour, samples: u8) -> Extra {
    if samples == colour.samples() {
        return Extra::None;
    }
    match directory.number(tag::EXTRA_SAMPLES) {
        _ if matches!(colour, Colour::Cmyk | Colour::Palette | Colour::YCbCr) => Extra::Other,
        Some(1) => Extra::Premultiplied,
        // A second or fourth sample that nobody speaks of is opacity, as other readers take it.
        Some(2) | None => Extra::Straight,
        Some(_) => Extra::Other,
    }
}

/// Whether there are tiles, and the size of a strip or tile.
fn chunk(directory: &Directory<'_>, size: Size) -> Result<(bool, Size)> {
    let empty = || damaged("its strips or tiles are empty");
    let side = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let tile = directory.number(tag::TILE_WIDTH).zip(directory.number(tag::TILE_LENGTH));
    let Some((width, height)) = tile else {
        let rows = side(directory.number(tag::ROWS_PER_STRIP).unwrap_or(u64::MAX));
        let rows = rows.min(size.height);
        return if rows == 0 { Err(empty()) } else { Ok((false, Size::new(size.width, rows))) };
    };
    let tile = Size::new(side(width), side(height));
    if tile.area() == 0 {
        return Err(empty());
    }
    if tile.area() > size.area().saturating_mul(4).max(MOST_TILE_PIXELS) {
        return Err(Error::new(ErrorKind::TooLarge, "a tile is much larger than the picture"));
    }
    Ok((true, tile))
}

/// How many pixels share a sample of colour (TIFF 6.0, section 21); two both ways unless the file says otherwise.
fn sharing(directory: &Directory<'_>, planes: bool) -> Result<(u32, u32)> {
    let shared: Vec<u64> = directory.numbers(tag::YCBCR_SUBSAMPLING).take(2).collect();
    let shared = match shared[..] {
        [across @ (1 | 2 | 4), down @ (1 | 2 | 4), ..] => (across as u32, down as u32),
        [] => (2, 2),
        _ => return Err(damaged("its chroma subsampling is invalid")),
    };
    if planes && shared != (1, 1) {
        return Err(unsupported("a TIFF of subsampled YCbCr in planes"));
    }
    Ok(shared)
}

impl<'a> Layout<'a> {
    /// Samples of a pixel of the frame, and whether opacity comes behind them.
    pub(super) fn channels(&self) -> (u8, bool) {
        let channels =
            if matches!(self.colour, Colour::Grey | Colour::GreyFromWhite) { 1 } else { 3 };
        (channels, matches!(self.extra, Extra::Straight | Extra::Premultiplied))
    }

    /// Bits of a sample of the frame.
    pub(super) fn depth_bits(&self) -> u8 {
        if self.bits > 8 && self.colour != Colour::Palette { 16 } else { 8 }
    }

    /// Strips or tiles across and down.
    pub(super) fn chunks(&self) -> (u32, u32) {
        (self.size.width.div_ceil(self.chunk.width), self.size.height.div_ceil(self.chunk.height))
    }

    /// Rows that the strip or tile in this row of them has.
    pub(super) fn chunk_rows(&self, row: u32) -> u32 {
        let left = self.size.height - row * self.chunk.height;
        if self.tiled { self.chunk.height } else { left.min(self.chunk.height) }
    }

    /// Bytes of a row of a chunk, and how many such rows so many rows of pixels are: rows of subsampled
    /// colour hold several.
    pub(super) fn row_bytes(&self, rows: u32) -> (usize, usize) {
        let width = self.chunk.width as usize;
        if self.shared != (1, 1) {
            let (across, down) = (self.shared.0 as usize, self.shared.1 as usize);
            return (width.div_ceil(across) * (across * down + 2), (rows as usize).div_ceil(down));
        }
        let samples = if self.planes { 1 } else { usize::from(self.samples) };
        ((width * samples * usize::from(self.bits)).div_ceil(8), rows as usize)
    }

    /// Bytes that the largest chunk has when it is unpacked, all its planes together.
    pub(super) fn chunk_bytes(&self) -> u64 {
        let (row, rows) = self.row_bytes(self.chunk.height);
        let planes = if self.planes { u64::from(self.samples) } else { 1 };
        row as u64 * rows as u64 * planes
    }

    /// The packed bytes of a chunk.
    pub(super) fn packed(&self, chunk: usize) -> Result<&'a [u8]> {
        let ends = || damaged("the file ends before its picture does");
        let start = *self.offsets.get(chunk).ok_or_else(ends)?;
        let start = usize::try_from(start).map_err(|_| ends())?;
        let rest = self.file.get(start..).filter(|rest| !rest.is_empty()).ok_or_else(ends)?;
        let length = match self.lengths.get(chunk) {
            // A single strip of no length reaches to the end of the file, and so may any other.
            None | Some(0) => rest.len(),
            Some(&length) => usize::try_from(length).map_err(|_| ends())?,
        };
        // Packed data say themselves whether they end early.
        if length > rest.len() && self.compression == Compression::None {
            return Err(ends());
        }
        Ok(&rest[..length.min(rest.len())])
    }
}

#[cfg(test)]
mod tests {
    use crate::format::{Decoded, Decoding, decode};
    use crate::frame::Pool;

    /// A grey TIFF of 2×2 pixels, the samples behind the directory; the last tag's count and value,
    /// and the bytes behind the entries.
    fn grey(bits: (u32, u32), length: u32, next: &[u8]) -> Vec<u8> {
        let entries: [(u16, u16, u32, u32); 8] = [
            (256, 3, 1, 2),
            (257, 3, 1, 2),
            (258, 3, bits.0, bits.1),
            (259, 3, 1, 1),
            (262, 3, 1, 1),
            (273, 4, 1, 8 + 2 + 8 * 12 + 4),
            (277, 3, 1, 1),
            (279, 4, 1, length),
        ];
        let mut file = b"II\x2a\0\x08\0\0\0\x08\0".to_vec();
        for (tag, kind, count, value) in entries {
            file.extend_from_slice(&tag.to_le_bytes());
            file.extend_from_slice(&kind.to_le_bytes());
            file.extend_from_slice(&count.to_le_bytes());
            file.extend_from_slice(&value.to_le_bytes());
        }
        file.extend_from_slice(next);
        file
    }

    fn decoded(file: &[u8]) -> Decoded {
        decode(file, &Decoding::default(), &Pool::default()).unwrap()
    }

    #[test]
    fn what_readers_forgive_is_forgiven() {
        let whole = grey((1, 8), 4, &[0, 0, 0, 0, 10, 20, 30, 40]);
        let expected = decoded(&whole).frame;
        let faulty = [
            // Two bits-per-sample for one sample; no length; the next directory is the first.
            grey((2, 8 << 16 | 8), 4, &[0, 0, 0, 0, 10, 20, 30, 40]),
            grey((1, 8), 0, &[0, 0, 0, 0, 10, 20, 30, 40]),
            grey((1, 8), 4, &[8, 0, 0, 0, 10, 20, 30, 40]),
        ];
        for (i, file) in faulty.iter().enumerate() {
            assert_eq!(decoded(file).frame, expected, "{i}");
        }
        // The samples before the directory, and nothing behind its last entry.
        let mut ends = b"II\x2a\0\x0c\0\0\0\x0a\x14\x1e\x28\x08\0".to_vec();
        ends.extend_from_slice(&whole[10..106]);
        ends[14 + 5 * 12 + 8] = 8;
        assert_eq!(decoded(&ends).frame, expected);
    }
}

//! Pictures with a label below, laid side by side: for `compare` and `sheet`.

use std::path::Path;

use image::{DynamicImage, ImageBuffer, Rgb, RgbImage};
use imageproc::compose::replace_mut;

use crate::batch::{Stop, Sync, format_of_name, write_whole};
use crate::colour;
use crate::develop::develop;
use crate::error::{Error, ErrorKind, Result, Warning};
use crate::format::{self, Encoding, Format, Threads};
use crate::frame::{Frame, Pixels, Size};
use crate::metadata::Blocks;
use crate::recipe::Recipe;
use crate::stage::caption::Style;

/// Height of the letters of a label at the least, and as a share of the width of its tile.
const LETTERS: (f32, f32) = (14.0, 0.03);
/// Pixels between tiles, as a share of the width of the whole, and at least.
const GAP: (f32, u32) = (0.008, 8);
/// JPEG quality of what is laid together: it is looked at closely.
const QUALITY: u8 = 92;

/// A picture with its label, in sRGB.
pub(super) type Tile = RgbImage;

/// Pixels between tiles of a whole that is so wide.
pub(super) fn gap(width: u32) -> u32 {
    ((width as f32 * GAP.0) as u32).max(GAP.1)
}

/// The frame with its colours in sRGB; a profile that cannot be used is ignored.
pub(super) fn in_srgb(mut frame: Frame) -> Frame {
    if let Some(profile) = frame.facts.profile.take() {
        let _ = colour::convert_to_srgb(&mut frame.pixels, &profile);
    }
    frame
}

/// The frame, developed, with a label below, and what is to be said of it.
///
/// # Errors
/// Those of developing it.
pub(super) fn labelled(
    frame: &Frame,
    recipe: &Recipe,
    label: &str,
) -> Result<(Tile, Vec<Warning>)> {
    let mut recipe = recipe.clone();
    recipe.caption.text = label.to_owned();
    recipe.caption.style = Style::Strip;
    recipe.caption.anchor = None;
    recipe.caption.logo = None;
    let shown = recipe.crop.rect(frame.size())?.0.size();
    let shown = recipe.resize.target(shown);
    let letters = LETTERS.0.max(LETTERS.1 * shown.width as f32);
    recipe.caption.size_percent = (100.0 * letters / shown.short_side() as f32).clamp(0.5, 20.0);
    let developed = develop(frame, &recipe)?;
    Ok((rgb8(developed.frame.pixels), developed.warnings))
}

/// A picture in the middle of a ground of this size.
pub(super) fn mounted(picture: &RgbImage, size: Size) -> Frame {
    let mut ground = ImageBuffer::from_pixel(size.width, size.height, GROUND);
    let start = |whole: u32, part: u32| whole.saturating_sub(part) / 2;
    let x = start(size.width, picture.width());
    replace_mut(&mut ground, picture, x, start(size.height, picture.height()));
    Frame::new(Pixels::Rgb8(ground))
}

/// What is around the pictures: as dark as the strip with the label.
const GROUND: Rgb<u8> = Rgb([GROUND_LEVEL; 3]);
const GROUND_LEVEL: u8 = 14;
/// The same as a share of white.
pub(super) const GROUND_GREY: f32 = GROUND_LEVEL as f32 / 255.0;

/// Tiles in rows of so many columns, all as wide as the first of them.
pub(super) fn laid(tiles: &[Tile], columns: usize, gap: u32) -> RgbImage {
    let wide = tiles.iter().map(RgbImage::width).max().unwrap_or(1);
    let rows: Vec<&[Tile]> = tiles.chunks(columns.max(1)).collect();
    let high = |row: &[Tile]| row.iter().map(RgbImage::height).max().unwrap_or(0);
    let across = columns.min(tiles.len()).max(1) as u32;
    let height = rows.iter().map(|row| high(row) + gap).sum::<u32>() + gap;
    let mut whole = ImageBuffer::from_pixel(across * (wide + gap) + gap, height, GROUND);
    let mut top = gap;
    for row in rows {
        for (column, tile) in (0..).zip(row) {
            replace_mut(&mut whole, tile, gap + column * (wide + gap), top);
        }
        top += high(row) + gap;
    }
    whole
}

/// The samples of a frame with three channels of 8 bits.
pub(super) fn rgb8(pixels: Pixels) -> RgbImage {
    match pixels {
        Pixels::Rgb8(picture) => picture,
        Pixels::Gray8(picture) => DynamicImage::ImageLuma8(picture).into_rgb8(),
        Pixels::Rgb16(picture) => DynamicImage::ImageRgb16(picture).into_rgb8(),
        Pixels::Gray16(picture) => DynamicImage::ImageLuma16(picture).into_rgb8(),
    }
}

/// The format of a picture that is to be written here.
///
/// # Errors
/// If longlens does not write files of this name, or if there is one already.
pub(super) fn format_to_write(file: &Path, overwrite: bool) -> Result<Format> {
    let format = format_of_name(file).filter(|format| format.is_written()).ok_or_else(|| {
        Error::new(ErrorKind::Usage, "this is not the name of a picture")
            .about(file)
            .with_hint("name a file that ends in jpg, png, tif or webp")
    })?;
    refuse_existing(file, overwrite)?;
    Ok(format)
}

/// # Errors
/// If something has the name and may not be replaced.
pub(super) fn refuse_existing(file: &Path, overwrite: bool) -> Result<()> {
    let there = file.symlink_metadata();
    let is_file = there.as_ref().is_ok_and(std::fs::Metadata::is_file);
    match there.is_err() || overwrite && is_file {
        true => Ok(()),
        false => Err(Error::new(ErrorKind::Usage, "file exists")
            .about(file)
            .with_hint("use --overwrite to replace it")),
    }
}

/// A picture as the bytes of a file.
///
/// # Errors
/// If it is too large for the format.
pub(super) fn encoded(picture: RgbImage, format: Format) -> Result<Vec<u8>> {
    let frame = Frame::new(Pixels::Rgb8(picture));
    let encoding = Encoding { quality: QUALITY, ..Encoding::of(format) };
    let mut bytes = Vec::new();
    format::encode(&frame, &encoding, &Blocks::default(), Threads::One, &mut bytes)?;
    Ok(bytes)
}

/// Writes a file whole.
///
/// # Errors
/// If it cannot be written.
pub(super) fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        crate::batch::prepare_folder(folder)?;
    }
    write_whole(file, bytes, Sync::Lazy, &Stop::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_lie_in_rows() {
        let tile = |grey: u8, height| RgbImage::from_pixel(10, height, Rgb([grey; 3]));
        let whole = laid(&[tile(1, 8), tile(2, 6), tile(3, 5)], 2, 4);
        assert_eq!(whole.dimensions(), (4 + 2 * 14, 4 + 8 + 4 + 5 + 4));
        assert_eq!([whole[(4, 4)][0], whole[(18, 4)][0], whole[(4, 16)][0]], [1, 2, 3]);
        assert_eq!(whole[(18, 16)], GROUND, "nothing is there");
    }
}

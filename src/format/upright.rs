//! Turning the stored picture upright, by EXIF's orientation (CIPA DC-008, 4.6.4, tag 0x0112).
//!
//! Turns that keep width and height are done in place; those that exchange them go into a second
//! buffer in square blocks, so that reading along rows and writing along columns both stay in the
//! cache.

use image::{ImageBuffer, Pixel};

use crate::error::Result;
use crate::frame::{Orientation, Picture, Pixels, Pool, Pooled, Size, each_kind};
use crate::metadata::orientation;

use super::samples;

/// Pixels on the side of a block: 32 × 32 RGB pixels of 16 bits are 6 KiB, in and out within L1.
const BLOCK: usize = 32;

/// The size of the upright picture.
pub(super) fn size(stored: Size, orientation: Orientation) -> Size {
    if orientation.transposes() { stored.transposed() } else { stored }
}

/// Bytes that turning takes beside the frame itself.
pub(super) fn extra_bytes(orientation: Orientation, frame_bytes: u64) -> u64 {
    if orientation.transposes() { frame_bytes } else { 0 }
}

/// The same picture, upright; an upright one is returned as it is.
pub(super) fn turned(pixels: Pixels, orientation: Orientation, pool: &Pool) -> Result<Pixels> {
    if orientation == Orientation::Upright {
        return Ok(pixels);
    }
    Ok(each_kind!(pixels, Pixels(picture) => Pixels: turned_picture(picture, orientation, pool)?))
}

/// Turns a picture of `N` samples a pixel, in place or into another buffer of the pool.
fn turned_picture<P, const N: usize>(
    picture: ImageBuffer<P, Vec<P::Subpixel>>,
    orientation: Orientation,
    pool: &Pool,
) -> Result<ImageBuffer<P, Vec<P::Subpixel>>>
where
    P: Pixel<Subpixel: Pooled>,
    ImageBuffer<P, Vec<P::Subpixel>>: Picture<N, Sample = P::Subpixel>,
{
    let stored_size = picture.size();
    let mut stored = picture.into_raw();
    let width = stored_size.width as usize;
    let (pixels, _) = stored.as_chunks_mut::<N>();
    match orientation {
        Orientation::Upright => {}
        Orientation::MirrorHorizontal => {
            pixels.chunks_exact_mut(width).for_each(<[_]>::reverse);
        }
        Orientation::Rotate180 => pixels.reverse(),
        Orientation::MirrorVertical => mirror_vertically(pixels, width),
        _ => {
            let mut upright = pool.take(stored.len())?;
            let (from, to) = (stored.as_chunks::<N>().0, upright.as_chunks_mut::<N>().0);
            transpose(from, to, stored_size, orientation);
            pool.give_samples(std::mem::replace(&mut stored, upright));
        }
    }
    samples::picture(size(stored_size, orientation), stored)
}

/// Exchanges the first row with the last, and so on.
fn mirror_vertically<P>(pixels: &mut [P], width: usize) {
    let height = pixels.len() / width;
    let (top, bottom) = pixels.split_at_mut(height / 2 * width);
    let rows = top.chunks_exact_mut(width).zip(bottom.chunks_exact_mut(width).rev());
    rows.for_each(|(a, b)| a.swap_with_slice(b));
}

/// Writes rows as columns, block by block; `size` is the stored one.
fn transpose<P: Copy>(stored: &[P], upright: &mut [P], size: Size, orientation: Orientation) {
    let (width, height) = (size.width as usize, size.height as usize);
    let flip_x = matches!(orientation, Orientation::Rotate90 | Orientation::Transverse);
    let flip_y = matches!(orientation, Orientation::Rotate270 | Orientation::Transverse);
    for top in (0..height).step_by(BLOCK) {
        for left in (0..width).step_by(BLOCK) {
            for x in left..(left + BLOCK).min(width) {
                let row = if flip_y { width - 1 - x } else { x };
                for y in top..(top + BLOCK).min(height) {
                    let column = if flip_x { height - 1 - y } else { y };
                    upright[row * height + column] = stored[y * width + x];
                }
            }
        }
    }
}

/// The orientation that an EXIF block states, in JPEG's wrapping or without; upright if it states
/// none or cannot be read.
pub(super) fn from_exif(exif: &[u8]) -> Orientation {
    let block = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    orientation(block).map_or(Orientation::Upright, Orientation::from_exif)
}

#[cfg(test)]
mod tests {
    use image::ImageBuffer;

    use super::*;

    /// A 3×2 picture `abc/def` as numbers.
    fn stored() -> Pixels {
        let p = ImageBuffer::from_raw(3, 2, vec![1_u8, 2, 3, 4, 5, 6]).unwrap();
        Pixels::Gray8(p)
    }

    #[test]
    fn each_of_the_eight_ways_comes_upright() {
        let expected: [(u16, Size, [u8; 6]); 8] = [
            (1, Size::new(3, 2), [1, 2, 3, 4, 5, 6]),
            (2, Size::new(3, 2), [3, 2, 1, 6, 5, 4]),
            (3, Size::new(3, 2), [6, 5, 4, 3, 2, 1]),
            (4, Size::new(3, 2), [4, 5, 6, 1, 2, 3]),
            (5, Size::new(2, 3), [1, 4, 2, 5, 3, 6]),
            (6, Size::new(2, 3), [4, 1, 5, 2, 6, 3]),
            (7, Size::new(2, 3), [6, 3, 5, 2, 4, 1]),
            (8, Size::new(2, 3), [3, 6, 2, 5, 1, 4]),
        ];
        for (number, size, samples) in expected {
            let upright = turned(stored(), Orientation::from_exif(number), &Pool::default());
            let Ok(Pixels::Gray8(p)) = upright else { panic!("grey stays grey") };
            assert_eq!(Size::new(p.width(), p.height()), size, "{number}");
            assert_eq!(p.as_raw().as_slice(), samples, "{number}");
        }
    }

    #[test]
    fn four_quarter_turns_over_odd_sizes_are_none() {
        for (width, height) in [(1_u32, 1_u32), (1, 70), (70, 1), (33, 65), (97, 31)] {
            let before: Vec<u16> = (0..width * height * 3).map(|v| v as u16).collect();
            let mut pixels = samples::sixteen(Size::new(width, height), 3, before.clone());
            for _ in 0..4 {
                pixels = pixels.and_then(|p| turned(p, Orientation::Rotate90, &Pool::default()));
            }
            let Ok(Pixels::Rgb16(p)) = pixels else { panic!("colour stays colour") };
            assert_eq!(p.into_raw(), before);
        }
    }

    #[test]
    fn orientation_is_read_in_both_byte_orders() {
        let le = b"II\x2A\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        let be = b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0\0\0\0\0";
        assert_eq!(from_exif(le), Orientation::Rotate90);
        assert_eq!(from_exif(be), Orientation::Rotate270);
        assert_eq!(from_exif(b"MM\0\x2A\xFF\xFF\xFF\xFF"), Orientation::Upright);
        assert_eq!(from_exif(b""), Orientation::Upright);
        let wrapped = [b"Exif\0\0", &le[..]].concat();
        assert_eq!(from_exif(&wrapped), Orientation::Rotate90);
    }
}

//! From a codec's samples to a frame's: transparent areas placed on white, big-endian pairs read as
//! numbers, 16 bits reduced to 8. Plain integer arithmetic, rounded.

use image::{ImageBuffer, Pixel};

use crate::error::{Error, ErrorKind, Result};
use crate::frame::{Pixels, Size};

/// A sample with the arithmetic of alpha.
pub(super) trait Depth: Copy {
    /// Full: white, or opaque.
    const FULL: u32;
    /// From a number within 0..=`FULL`.
    fn narrow(value: u32) -> Self;
    /// As a number.
    fn wide(self) -> u32;
}

impl Depth for u8 {
    const FULL: u32 = 255;
    fn narrow(value: u32) -> Self {
        value as Self
    }
    fn wide(self) -> u32 {
        u32::from(self)
    }
}

impl Depth for u16 {
    const FULL: u32 = 65_535;
    fn narrow(value: u32) -> Self {
        value as Self
    }
    fn wide(self) -> u32 {
        u32::from(self)
    }
}

/// Whether any of the pixels, `channels` samples each with alpha last, lets something through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alpha {
    /// Every pixel is opaque.
    Opaque,
    /// Some pixel is not.
    Transparent,
}

impl Alpha {
    /// Of both together.
    pub(super) fn join(&mut self, other: Self) {
        if other == Self::Transparent {
            *self = other;
        }
    }
}

/// Lays a row with alpha last over white: out = (s·a + full·(full − a)) / full, rounded.
pub(super) fn over_white<D: Depth>(row: &[D], colours: usize, out: &mut [D]) -> Alpha {
    let mut alpha = Alpha::Opaque;
    for (from, to) in row.chunks_exact(colours + 1).zip(out.chunks_exact_mut(colours)) {
        let opacity = from[colours].wide();
        if opacity == D::FULL {
            to.copy_from_slice(&from[..colours]);
            continue;
        }
        alpha = Alpha::Transparent;
        let white = u64::from(D::FULL) * u64::from(D::FULL - opacity);
        for (s, t) in from.iter().zip(to) {
            let mixed = u64::from(s.wide()) * u64::from(opacity) + white;
            let full = u64::from(D::FULL);
            *t = D::narrow(((mixed + full / 2) / full) as u32);
        }
    }
    alpha
}

/// 16 bits to 8: v·255/65535, rounded, which is v/257.
pub(super) fn to_eight(sample: u16) -> u8 {
    ((u32::from(sample) + 128) / 257) as u8
}

/// An image buffer of exactly these samples.
pub(super) fn picture<P: Pixel>(
    size: Size,
    samples: Vec<P::Subpixel>,
) -> Result<ImageBuffer<P, Vec<P::Subpixel>>> {
    ImageBuffer::from_raw(size.width, size.height, samples).ok_or_else(|| {
        Error::new(ErrorKind::Internal, format!("fewer samples than {size} px need"))
    })
}

/// 8-bit samples as a frame's pixels; `channels` is 1 or 3.
pub(super) fn eight(size: Size, channels: u8, samples: Vec<u8>) -> Result<Pixels> {
    Ok(match channels {
        1 => Pixels::Gray8(picture(size, samples)?),
        _ => Pixels::Rgb8(picture(size, samples)?),
    })
}

/// 16-bit samples as a frame's pixels; `channels` is 1 or 3.
pub(super) fn sixteen(size: Size, channels: u8, samples: Vec<u16>) -> Result<Pixels> {
    Ok(match channels {
        1 => Pixels::Gray16(picture(size, samples)?),
        _ => Pixels::Rgb16(picture(size, samples)?),
    })
}

/// The bytes of a frame's samples: 8 or 16 bit, 1 or 3 channels.
pub(super) fn frame_bytes(size: Size, channels: u8, depth_bits: u8) -> u64 {
    size.area() * u64::from(channels) * u64::from(depth_bits / 8)
}

/// A length of samples as an index; a frame that the machine cannot address is too large.
pub(super) fn length(size: Size, channels: u8) -> Result<usize> {
    usize::try_from(size.area() * u64::from(channels))
        .map_err(|_| Error::new(ErrorKind::TooLarge, format!("{size} px cannot be addressed")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_over_white_is_white_and_everything_is_itself() {
        let mut out = [0_u8; 3];
        assert_eq!(over_white(&[10, 20, 30, 0], 3, &mut out), Alpha::Transparent);
        assert_eq!(out, [255; 3]);
        assert_eq!(over_white(&[10, 20, 30, 255], 3, &mut out), Alpha::Opaque);
        assert_eq!(out, [10, 20, 30]);
        let mut grey = [0_u16; 1];
        assert_eq!(over_white(&[0_u16, 32_768], 1, &mut grey), Alpha::Transparent);
        assert_eq!(grey, [32_767]);
    }

    #[test]
    fn sixteen_bits_become_the_nearest_eight() {
        for v in 0..=u16::MAX {
            let exact = (f64::from(v) * 255.0 / 65535.0).round();
            assert_eq!(f64::from(to_eight(v)), exact, "{v}");
        }
    }
}

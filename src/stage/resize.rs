//! Resize: the frame made smaller by area-aware resampling (Lanczos, three lobes) of its light.
//!
//! Light is what adds up: half of the pixels black and half of them white look, from afar, like a grey
//! of 188, not of 128, and lamps at night keep their brightness. So samples go through the sRGB curve
//! (near enough for other profiles, whose curves differ from it by a few levels), are averaged, and
//! go back. 8-bit samples are 16-bit light on the way, 16-bit samples are floats.
//!
//! The averaging is `fast_image_resize`'s, a band of rows at a time: a frame of light would be twice as
//! large as the frame. A frame is never made larger.

use std::sync::LazyLock;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{F32, F32x3, U16, U16x3};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use image::{ImageBuffer, Pixel};

use crate::error::{Error, ErrorKind, Result};
use crate::frame::{Pixels, Pool, Sample, Size, encoded, linear};

/// Rows of the small frame that are made at once. What is read above and below for them is read twice:
/// a tenth.
const BAND_ROWS: u32 = 64;

/// Lobes of the filter on each side.
const LOBES: f64 = 3.0;

/// How large the finished frame may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Resize {
    /// Pixels on the long side; a frame that has fewer stays as it is. `None` means no limit.
    pub long_edge_px: Option<u32>,
}

impl Resize {
    /// The size that a frame of this size gets.
    #[must_use]
    pub fn target(self, frame: Size) -> Size {
        match self.long_edge_px {
            Some(long_px) if frame.long_side() > long_px => frame.with_long_side(long_px),
            _ => frame,
        }
    }
}

/// Bytes that [`resize`] works in, beside the frame and the one that it makes.
#[must_use]
pub fn work_bytes(frame: Size, target: Size, channels: usize, depth_bits: u8) -> u64 {
    let light = channels as u64 * if depth_bits == 8 { 2 } else { 4 };
    let scale = f64::from(frame.height) / f64::from(target.height);
    let rows = (f64::from(BAND_ROWS.min(target.height)) + 2.0 * LOBES) * scale;
    let rows = rows.min(f64::from(frame.height)) as u64 + 2;
    // The band, the band made narrower, and the band made small.
    let columns = u64::from(frame.width + target.width) * rows;
    (columns + u64::from(target.width * BAND_ROWS)) * light
}

/// The samples resampled to this size, in a buffer from the pool.
///
/// # Errors
/// [`ErrorKind::Internal`] if the resampler refuses the sizes, [`ErrorKind::TooLarge`] without memory.
pub fn resize(pixels: &Pixels, target: Size, pool: &Pool) -> Result<Pixels> {
    let len = target.area() as usize * pixels.channels();
    Ok(match pixels {
        Pixels::Gray8(p) => Pixels::Gray8(resample::<U16, _>(p, target, pool.take(len)?)?),
        Pixels::Rgb8(p) => Pixels::Rgb8(resample::<U16x3, _>(p, target, pool.take(len)?)?),
        Pixels::Gray16(p) => Pixels::Gray16(resample::<F32, _>(p, target, pool.take(len)?)?),
        Pixels::Rgb16(p) => Pixels::Rgb16(resample::<F32x3, _>(p, target, pool.take(len)?)?),
    })
}

/// `L` are the pixels of light.
fn resample<L, P>(
    picture: &ImageBuffer<P, Vec<P::Subpixel>>,
    target: Size,
    mut out: Vec<P::Subpixel>,
) -> Result<ImageBuffer<P, Vec<P::Subpixel>>>
where
    L: PixelTrait,
    P: Pixel<Subpixel: Lit>,
{
    let size = Size::new(picture.width(), picture.height());
    let refused = |why: &dyn std::fmt::Display| {
        Error::new(ErrorKind::Internal, format!("cannot resize {size} to {target}: {why}"))
    };
    let channels = usize::from(P::CHANNEL_COUNT);
    let (row_len, out_row_len) = (size.width as usize * channels, target.width as usize * channels);
    let lanczos = ResizeAlg::Convolution(FilterType::Lanczos3);
    let options = ResizeOptions::new().resize_alg(lanczos).use_alpha(false);
    let mut resizer = Resizer::new();
    let (mut light, mut small) = (Vec::new(), Vec::new());
    let scale = f64::from(size.height) / f64::from(target.height);
    for first in (0..target.height).step_by(BAND_ROWS as usize) {
        let rows = first..target.height.min(first + BAND_ROWS);
        // What becomes these rows, and what the filter reads above and below.
        let (top, bottom) = (f64::from(rows.start) * scale, f64::from(rows.end) * scale);
        let from = (top - LOBES * scale).floor().max(0.0) as u32;
        let to = ((bottom + LOBES * scale).ceil() as u32).min(size.height);
        P::Subpixel::to_light(
            &picture.as_raw()[from as usize * row_len..to as usize * row_len],
            &mut light,
        );
        small.resize(rows.len() * out_row_len, Default::default());
        let source =
            TypedImageRef::<L>::from_buffer(size.width, to - from, bytemuck::cast_slice(&light))
                .map_err(|e| refused(&e))?;
        let band = bytemuck::cast_slice_mut(&mut small);
        let mut band = TypedImage::<L>::from_buffer(target.width, rows.len() as u32, band)
            .map_err(|e| refused(&e))?;
        let above = top - f64::from(from);
        let high = (bottom - top).min(f64::from(to - from) - above);
        let options = options.crop(0.0, above, f64::from(size.width), high);
        resizer.resize_typed(&source, &mut band, &options).map_err(|e| refused(&e))?;
        let place = rows.start as usize * out_row_len;
        P::Subpixel::of_light(&small, &mut out[place..place + small.len()]);
    }
    ImageBuffer::from_raw(target.width, target.height, out).ok_or_else(|| refused(&"too small"))
}

/// A sample with its light.
trait Lit: Sample {
    /// Its light, linear.
    type Light: bytemuck::Pod + Default;
    /// The light of these samples, in place of what was there.
    fn to_light(samples: &[Self], light: &mut Vec<Self::Light>);
    /// The nearest samples of this light.
    fn of_light(light: &[Self::Light], samples: &mut [Self]);
}

/// 65,535ths: the darkest step of an 8-bit sample is 20 of them.
impl Lit for u8 {
    type Light = u16;

    fn to_light(samples: &[Self], light: &mut Vec<u16>) {
        static TABLE: LazyLock<[u16; 256]> = LazyLock::new(|| {
            std::array::from_fn(|i| (linear(i as f64 / 255.0) * 65_535.0).round() as u16)
        });
        let table = &*TABLE;
        light.clear();
        light.extend(samples.iter().map(|&sample| table[usize::from(sample)]));
    }

    fn of_light(light: &[u16], samples: &mut [Self]) {
        static TABLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
            let mut table = vec![255; 65_536];
            let mut first = 0;
            for sample in 0..255_u8 {
                // As far as the middle between this sample and the next.
                let end = linear((f64::from(sample) + 0.5) / 255.0) * 65_535.0;
                let end = end.ceil() as usize;
                table[first..end].fill(sample);
                first = end;
            }
            table
        });
        let table = &**TABLE;
        for (sample, &light) in samples.iter_mut().zip(light) {
            *sample = table[usize::from(light)];
        }
    }
}

/// Floats, 0 to 1.
impl Lit for u16 {
    type Light = f32;

    fn to_light(samples: &[Self], light: &mut Vec<f32>) {
        static TABLE: LazyLock<Vec<f32>> = LazyLock::new(|| {
            (0..=u16::MAX).map(|i| linear(f64::from(i) / 65_535.0) as f32).collect()
        });
        let table = &**TABLE;
        light.clear();
        light.extend(samples.iter().map(|&sample| table[usize::from(sample)]));
    }

    fn of_light(light: &[f32], samples: &mut [Self]) {
        /// Steps of the table; between two of them the curve is straight to a hundredth of a sample.
        const STEPS: f32 = 4096.0;
        // Of the root of light, which is nearly what is encoded: so dark steps are as fine as they have
        // to be.
        static TABLE: LazyLock<Vec<f32>> = LazyLock::new(|| {
            (0..=STEPS as usize + 1)
                .map(|i| (i as f64 / f64::from(STEPS)).powi(2))
                .map(|light| (encoded(light) * 65_535.0) as f32)
                .collect()
        });
        let table = &**TABLE;
        for (sample, &light) in samples.iter_mut().zip(light) {
            let at = light.max(0.0).min(1.0).sqrt() * STEPS;
            let (step, share) = (at as usize, at.fract());
            *sample = Self::from_f32(table[step] + (table[step + 1] - table[step]) * share);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_frame_stays_flat_in_every_depth() {
        let pool = Pool::default();
        let grey = Pixels::Gray16(ImageBuffer::from_pixel(301, 200, image::Luma([40_000])));
        let small =
            resize(&grey, Resize { long_edge_px: Some(77) }.target(grey.size()), &pool).unwrap();
        assert_eq!(small, Pixels::Gray16(ImageBuffer::from_pixel(77, 51, image::Luma([40_000]))));
        let rgb = Pixels::Rgb8(ImageBuffer::from_pixel(30, 90, image::Rgb([9, 99, 199])));
        let small = resize(&rgb, Size::new(10, 30), &pool).unwrap();
        assert_eq!(small, Pixels::Rgb8(ImageBuffer::from_pixel(10, 30, image::Rgb([9, 99, 199]))));
    }

    #[test]
    fn every_sample_is_the_sample_of_its_light() {
        let eights: Vec<u8> = (0..=u8::MAX).collect();
        let (mut light, mut again) = (Vec::new(), vec![0; 256]);
        u8::to_light(&eights, &mut light);
        u8::of_light(&light, &mut again);
        assert_eq!(again, eights);
        let sixteens: Vec<u16> = (0..=u16::MAX).collect();
        let (mut light, mut again) = (Vec::new(), vec![0; 65_536]);
        u16::to_light(&sixteens, &mut light);
        u16::of_light(&light, &mut again);
        assert_eq!(again, sixteens);
    }

    #[test]
    fn black_and_white_pixels_become_the_grey_of_half_their_light() {
        let pool = Pool::default();
        let on = |x: u32, y: u32| (x + y) % 2;
        let eights = ImageBuffer::from_fn(480, 320, |x, y| image::Luma([on(x, y) as u8 * 255]));
        let sixteens =
            ImageBuffer::from_fn(480, 320, |x, y| image::Rgb([on(x, y) as u16 * 65_535; 3]));
        let small = resize(&Pixels::Gray8(eights), Size::new(48, 32), &pool).unwrap();
        let Pixels::Gray8(small) = small else { panic!("8-bit grey") };
        assert!(small.pixels().all(|p| p.0[0].abs_diff(188) <= 1), "{:?}", small.get_pixel(20, 20));
        let small = resize(&Pixels::Rgb16(sixteens), Size::new(48, 32), &pool).unwrap();
        let Pixels::Rgb16(small) = small else { panic!("16-bit RGB") };
        let middle = small.get_pixel(20, 20).0;
        assert!(middle.iter().all(|v| v.abs_diff(188 * 257) <= 200), "{middle:?}");
    }

    #[test]
    fn bands_meet_without_a_seam() {
        let pool = Pool::default();
        // A ramp from top to bottom: more rows than a band has, at a fractional scale.
        let ramp = ImageBuffer::from_fn(64, 2001, |_, y| image::Luma([(y * 32) as u16]));
        let small = resize(&Pixels::Gray16(ramp), Size::new(9, 290), &pool).unwrap();
        let Pixels::Gray16(small) = small else { panic!("16-bit grey") };
        let column: Vec<i32> = (0..290).map(|y| i32::from(small.get_pixel(4, y).0[0])).collect();
        for (y, pair) in column.windows(2).enumerate().skip(4).take(280) {
            let step = pair[1] - pair[0];
            assert!((step - 221).abs() <= 3, "{step} between rows {y} and {}", y + 1);
        }
    }

    #[test]
    fn a_frame_is_never_made_larger() {
        assert_eq!(
            Resize { long_edge_px: Some(500) }.target(Size::new(300, 200)),
            Size::new(300, 200)
        );
    }
}

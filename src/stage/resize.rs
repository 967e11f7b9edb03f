//! Resize: the frame scaled down by area-aware resampling (Lanczos, three lobes) of its light.
//!
//! Light is what adds up: half of the pixels black and half of them white look, from afar, like a grey
//! of 188, not of 128, and lamps at night keep their brightness. So samples go through the sRGB curve
//! (near enough for other profiles, whose curves differ from it by a few levels), are averaged, and
//! go back. 8-bit samples are integers of 15 bits on the way, 16-bit samples are floats.
//!
//! Rows are read once, from top to bottom; only a few of them are in memory at a time. A frame is never made
//! larger.

mod eights;
mod light;
mod sixteens;
mod stream;
mod taps;

use std::collections::BTreeMap;

use image::{ImageBuffer, Pixel};

use crate::error::{Error, ErrorKind, Result};
use crate::frame::{Pixels, Pool, Size};
use light::{LANES, Lit, row_len};
use stream::Way;

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
    let way = Way::new(frame, target);
    let (light, sum): (u64, u64) = if depth_bits == 8 { (2, 4) } else { (4, 4) };
    let row = row_len(way.cells.width as usize, channels) as u64 * light;
    let columns = u64::from(frame.width) * channels as u64 * (light + 4);
    let columns = if way.cell > 1 { columns } else { 0 };
    let lanes = LANES as u64;
    // The rows of cells, the sums of the rows that are made at once, these as pairs of pixels, and made small.
    let across = u64::from(way.cells.width.next_multiple_of(2)) * lanes * light;
    (way.rows() + 4) * row + across + columns + u64::from(target.width) * lanes * sum
}

/// The samples resampled to this size, in a buffer from the pool.
///
/// # Errors
/// [`ErrorKind::TooLarge`] without memory.
pub fn resize(pixels: &Pixels, target: Size, pool: &Pool) -> Result<Pixels> {
    let made = resize_all(pixels, &[target], pool)?.pop();
    made.ok_or_else(|| Error::new(ErrorKind::Internal, "a frame was not resized"))
}

/// The samples resampled to each of these sizes, as [`resize`] does it, in less time than one by one.
///
/// # Errors
/// As [`resize`].
pub fn resize_all(pixels: &Pixels, targets: &[Size], pool: &Pool) -> Result<Vec<Pixels>> {
    /// Of one kind of samples.
    macro_rules! resized {
        ($picture:ident, $kind:ident) => {
            resampled($picture, targets, pool)?.into_iter().map(Pixels::$kind).collect()
        };
    }
    Ok(match pixels {
        Pixels::Gray8(p) => resized!(p, Gray8),
        Pixels::Rgb8(p) => resized!(p, Rgb8),
        Pixels::Gray16(p) => resized!(p, Gray16),
        Pixels::Rgb16(p) => resized!(p, Rgb16),
    })
}

type Buffer<P> = ImageBuffer<P, Vec<<P as Pixel>::Subpixel>>;

fn resampled<P>(picture: &Buffer<P>, targets: &[Size], pool: &Pool) -> Result<Vec<Buffer<P>>>
where
    P: Pixel<Subpixel: Lit>,
{
    let frame = Size::new(picture.width(), picture.height());
    let channels = usize::from(P::CHANNEL_COUNT);
    let buffer = |target: &Size| pool.take(target.area() as usize * channels);
    let mut buffers = targets.iter().map(buffer).collect::<Result<Vec<_>>>()?;
    // Those with cells of one size are made together.
    let mut together: BTreeMap<usize, Vec<_>> = BTreeMap::new();
    for (target, buffer) in targets.iter().zip(&mut buffers) {
        let cell = Way::new(frame, *target).cell;
        together.entry(cell).or_default().push((*target, &mut buffer[..]));
    }
    together.into_values().for_each(|made| stream::resample(picture, made));
    let refused = || Error::new(ErrorKind::Internal, "a buffer smaller than its picture");
    let whole = targets.iter().zip(buffers).map(|(target, buffer)| {
        ImageBuffer::from_raw(target.width, target.height, buffer).ok_or_else(refused)
    });
    whole.collect()
}

#[cfg(test)]
mod tests {
    use fearless_simd::Level;

    use super::*;
    use taps::Taps;

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
        let mut light = vec![0; 256];
        u8::to_light(Level::new(), &eights, &mut light);
        let again: Vec<u8> = light.into_iter().map(i32::from).map(u8::of_sum()).collect();
        assert_eq!(again, eights);
        let sixteens: Vec<u16> = (0..=u16::MAX).collect();
        let mut light = vec![0.0; 65_536];
        u16::to_light(Level::new(), &sixteens, &mut light);
        let again: Vec<u16> = light.into_iter().map(u16::of_sum()).collect();
        assert_eq!(again, sixteens);
    }

    #[test]
    fn every_machine_makes_the_same_samples() {
        let len = row_len(128, 3);
        let samples: Vec<u8> = (0..len).map(|i| (i * 7919 % 251) as u8).collect();
        let taps = Taps::new(128, 40, 3.2, u8::STEPS, u8::weight);
        let made = [Level::baseline(), Level::new()].map(|level| {
            let (mut light, mut small) =
                ([vec![0; len], vec![0; len]], [vec![0; len], vec![0; len]]);
            u8::to_light(level, &samples, &mut light[0]);
            u8::to_light(level, &samples[100..], &mut light[1]);
            let mut pair = vec![0; 2 * len];
            u8::pair(level, light.each_ref().map(|row| &row[..]), &mut pair);
            let weights = [[u8::weight([0.75, 0.5]), u8::weight([0.25, -0.1])]; 2];
            let [one, two] = &mut small;
            u8::sum_down(level, &[&pair, &pair], &weights, [one, two]);
            let mut turned = [[0; 2 * LANES]; 64];
            u8::turn(level, 3, [0, 1, 0, 1].map(|i| &small[i][..]), &mut turned);
            let mut sums = [[0; LANES]; 40];
            u8::sum_along(level, &turned, &taps, &mut sums);
            (light, small, turned, sums)
        });
        assert!(made[0] == made[1]);
        let middle = made[0].3[20];
        assert!(middle.iter().any(|&sum| sum > 1000), "{middle:?}");
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

    /// The plain sum, in as many digits as there are.
    fn plainly(picture: &image::RgbImage, target: Size) -> image::RgbImage {
        use crate::frame::{encoded, linear};
        let light = |x: u32, y: u32, c: usize| linear(f64::from(picture[(x, y)][c]) / 255.0);
        let weights = |from: u32, to: u32| -> Vec<Vec<(u32, f64)>> {
            let scale = f64::from(from) / f64::from(to);
            let of = |at: u32| {
                let centre = (f64::from(at) + 0.5) * scale;
                let place = |i: u32| (f64::from(i) + 0.5 - centre) / scale;
                let near = (0..from).filter(|&i| place(i).abs() < 3.0);
                let near: Vec<_> = near.map(|i| (i, taps::lanczos(place(i)))).collect();
                let sum: f64 = near.iter().map(|(_, weight)| weight).sum();
                near.into_iter().map(|(i, weight)| (i, weight / sum)).collect()
            };
            (0..to).map(of).collect()
        };
        let (across, down) =
            (weights(picture.width(), target.width), weights(picture.height(), target.height));
        ImageBuffer::from_fn(target.width, target.height, |x, y| {
            image::Rgb([0, 1, 2].map(|c| {
                let row = |j: u32| -> f64 {
                    across[x as usize].iter().map(|&(i, weight)| weight * light(i, j, c)).sum()
                };
                let sum: f64 = down[y as usize].iter().map(|&(j, weight)| weight * row(j)).sum();
                (encoded(sum.clamp(0.0, 1.0)) * 255.0).round() as u8
            }))
        })
    }

    /// Decibels between two pictures.
    fn decibels(one: &image::RgbImage, two: &image::RgbImage) -> f64 {
        let squares =
            one.as_raw().iter().zip(two.as_raw()).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2));
        10.0 * (255.0_f64.powi(2) / (squares.sum::<f64>() / one.as_raw().len() as f64).max(1e-9))
            .log10()
    }

    #[test]
    fn what_is_made_in_rows_and_cells_is_the_plain_sum() {
        // Edges, textures as fine as the small frame can show, and a little noise.
        let picture = ImageBuffer::from_fn(480, 322, |x, y| {
            let wave = |length: f64| (f64::from(x + 2 * y) / length).sin();
            let edge = if (x / 37 + y / 23) % 2 == 0 { 60.0 } else { 0.0 };
            let noise = f64::from(((x * 7919) ^ (y * 104_729)) % 9);
            let level = 90.0 + 30.0 * wave(11.0) + 20.0 * wave(47.0) + edge + noise;
            image::Rgb([level as u8, (level * 0.9) as u8, (200.0 - level * 0.7) as u8])
        });
        // Where cells are averaged first, the finest of the textures are a little fainter.
        for (long, least) in
            [(164, 55.0), (240, 55.0), (480, 90.0), (90, 40.0), (37, 40.0), (9, 40.0)]
        {
            let target = Size::new(480, 322).with_long_side(long);
            let pool = Pool::default();
            let Pixels::Rgb8(made) = resize(&Pixels::Rgb8(picture.clone()), target, &pool).unwrap()
            else {
                panic!("another kind")
            };
            let off = decibels(&made, &plainly(&picture, target));
            assert!(off > least, "{long} px: {off:.1} dB");
        }
    }

    #[test]
    fn sizes_that_are_made_together_are_those_made_alone() {
        let noise = |x: u32, y: u32| ((x * 7919) ^ (y * 104_729)) as u8;
        let picture = ImageBuffer::from_fn(331, 223, |x, y| {
            image::Rgb([noise(x, y), noise(y, x), (x + y) as u8])
        });
        let (picture, pool) = (Pixels::Rgb8(picture), Pool::default());
        let targets = [(300, 202), (150, 101), (40, 27), (149, 100), (11, 7), (331, 80)];
        let targets = targets.map(|(width, height)| Size::new(width, height));
        let together = resize_all(&picture, &targets, &pool).unwrap();
        for (target, made) in targets.into_iter().zip(together) {
            assert!(made == resize(&picture, target, &pool).unwrap(), "{target}");
        }
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

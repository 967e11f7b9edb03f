//! A caption's layers laid on a frame's samples, in the file's own depth and encoding.
//!
//! v' = v(1−α) + cα in encoded values: what every picture program does, and what the eye expects
//! of a translucent plate (in linear light the same α would look far lighter). In fixed point: 8-bit
//! samples with α in 256ths, 16-bit samples with α in 32,768ths. Only the rows covered are touched.

use image::GrayImage;

use super::logo::Scaled;
use crate::frame::{Rect, Sample, luma};

/// Pixels that are looked at together for whether any letter is there.
const RUN: usize = 16;

/// A sample that can be mixed in fixed point.
pub(super) trait Mix: Sample + Ord {
    /// Wide enough for sample × weight.
    type Wide: Copy;
    /// α into what is kept of the sample, and what is added for a colour component of 0..1.
    fn weights(alpha: f32, colour: f32) -> (Self::Wide, Self::Wide);
    /// Sample × kept + added.
    fn mix(self, kept: Self::Wide, added: Self::Wide) -> Self;
}

impl Mix for u8 {
    type Wide = u16;
    fn weights(alpha: f32, colour: f32) -> (u16, u16) {
        let weight = (alpha * 256.0).round() as u16;
        let colour = (colour * 255.0).round() as u16;
        (256 - weight, weight * colour + 128)
    }
    #[inline(always)]
    fn mix(self, kept: u16, added: u16) -> Self {
        ((u16::from(self) * kept + added) >> 8) as Self
    }
}

impl Mix for u16 {
    type Wide = u32;
    fn weights(alpha: f32, colour: f32) -> (u32, u32) {
        let weight = (alpha * 32_768.0).round() as u32;
        let colour = (colour * 65_535.0).round() as u32;
        (32_768 - weight, weight * colour + 16_384)
    }
    #[inline(always)]
    fn mix(self, kept: u32, added: u32) -> Self {
        ((u32::from(self) * kept + added) >> 15) as Self
    }
}

/// Rows of a frame with their shape.
#[derive(Debug)]
pub(super) struct Canvas<'a, S> {
    pub(super) samples: &'a mut [S],
    pub(super) width: usize,
    pub(super) channels: usize,
    /// Which row of the frame the samples begin with.
    pub(super) top: u32,
}

impl<S: Mix> Canvas<'_, S> {
    fn row(&mut self, x: u32, y: u32, width: u32) -> &mut [S] {
        let start = ((y - self.top) as usize * self.width + x as usize) * self.channels;
        &mut self.samples[start..][..width as usize * self.channels]
    }

    /// A colour in the frame's channels; grey frames take its luma.
    fn inked(&self, colour: [f32; 3]) -> [f32; 3] {
        if self.channels == 1 { [luma(colour[0], colour[1], colour[2]); 3] } else { colour }
    }

    /// One colour, whatever was there.
    pub(super) fn fill(&mut self, rect: Rect, colour: [f32; 3]) {
        let colour = self.inked(colour).map(|v| S::from_f32(v * S::MAX));
        let channels = self.channels;
        for y in rect.y..rect.y + rect.height {
            for pixel in self.row(rect.x, y, rect.width).chunks_exact_mut(channels) {
                pixel.copy_from_slice(&colour[..channels]);
            }
        }
    }

    /// The smallest and the largest sample in a rectangle, 0..1.
    pub(super) fn extremes(&mut self, rect: Rect) -> [f32; 2] {
        let (mut low, mut high) = (S::MAX, 0.0_f32);
        for y in rect.y..rect.y + rect.height {
            let row = self.row(rect.x, y, rect.width);
            let row_low = row.iter().fold(row[0], |low, &v| low.min(v));
            let row_high = row.iter().fold(row[0], |high, &v| high.max(v));
            (low, high) = (low.min(row_low.to_f32()), high.max(row_high.to_f32()));
        }
        [low / S::MAX, high / S::MAX]
    }

    /// A plate of one colour and opacity with round corners.
    pub(super) fn plate(&mut self, rect: Rect, radius: f32, colour: [f32; 3], alpha: f32) {
        let colour = self.inked(colour);
        let channels = self.channels;
        // Sixteen pixels' worth of added terms, so that whole registers are mixed at once.
        let (kept, _) = S::weights(alpha, 0.0);
        let added: Vec<_> =
            (0..16 * channels).map(|i| S::weights(alpha, colour[i % channels]).1).collect();
        for y in 0..rect.height {
            let edge = corner_columns(y, rect, radius);
            let row = self.row(rect.x, rect.y + y, rect.width);
            let last = rect.width - 1;
            for x in (0..edge).chain(rect.width - edge..rect.width) {
                let share = corner_coverage(x.min(last - x), y.min(rect.height - 1 - y), radius);
                mix_pixel(&mut row[x as usize * channels..][..channels], colour, alpha * share);
            }
            let inner = edge as usize * channels..(rect.width - edge) as usize * channels;
            for chunk in row[inner].chunks_mut(added.len()) {
                for (v, &added) in chunk.iter_mut().zip(&added) {
                    *v = v.mix(kept, added);
                }
            }
        }
    }

    /// A colour through a coverage plane whose top left pixel is at that of `rect`.
    pub(super) fn letters(&mut self, rect: Rect, cover: &GrayImage, colour: [f32; 3], alpha: f32) {
        let colour = self.inked(colour);
        let channels = self.channels;
        let weights: Vec<[_; 3]> = (0..=255_u8)
            .map(|c| colour.map(|v| S::weights(alpha * f32::from(c) / 255.0, v)))
            .collect();
        for (y, cover) in (0..rect.height).zip(cover.chunks_exact(cover.width() as usize)) {
            let row = self.row(rect.x, rect.y + y, rect.width);
            // Most of a plate is between letters: whole runs of nothing are passed over at once.
            for (pixels, cover) in row.chunks_mut(RUN * channels).zip(cover.chunks(RUN)) {
                if cover.iter().all(|&c| c == 0) {
                    continue;
                }
                for (pixel, &c) in pixels.chunks_exact_mut(channels).zip(cover) {
                    for (v, &(kept, added)) in pixel.iter_mut().zip(&weights[usize::from(c)]) {
                        *v = v.mix(kept, added);
                    }
                }
            }
        }
    }

    /// A picture with alpha (premultiplied), as it is.
    pub(super) fn picture(&mut self, rect: Rect, picture: &Scaled) {
        let channels = self.channels;
        for y in 0..rect.height {
            let row = self.row(rect.x, rect.y + y, rect.width);
            for (x, pixel) in row.chunks_exact_mut(channels).enumerate() {
                let [r, g, b, a] = picture.at(x as u32, y);
                let colour = if channels == 1 { [luma(r, g, b); 3] } else { [r, g, b] };
                for (v, c) in pixel.iter_mut().zip(colour) {
                    let mixed = v.to_f32() * (1.0 - a) + c * S::MAX;
                    *v = S::from_f32(mixed);
                }
            }
        }
    }
}

fn mix_pixel<S: Mix>(pixel: &mut [S], colour: [f32; 3], alpha: f32) {
    for (v, c) in pixel.iter_mut().zip(colour) {
        let (kept, added) = S::weights(alpha, c);
        *v = v.mix(kept, added);
    }
}

/// How many columns at each end of a plate's row belong to its corners.
fn corner_columns(y: u32, rect: Rect, radius: f32) -> u32 {
    let from_edge = y.min(rect.height - 1 - y);
    if (from_edge as f32) < radius { (radius.ceil() as u32).min(rect.width / 2) } else { 0 }
}

/// Coverage of a pixel so many columns and rows from a rounded corner: one pixel's width of slope
/// along the circle.
fn corner_coverage(x: u32, y: u32, radius: f32) -> f32 {
    let (dx, dy) = (radius - 0.5 - x as f32, radius - 0.5 - y as f32);
    if dx <= 0.0 || dy <= 0.0 { 1.0 } else { (radius + 0.5 - dx.hypot(dy)).clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixing_nothing_changes_nothing_and_mixing_all_gives_the_colour() {
        for v in 0..=255_u8 {
            let (kept, added) = u8::weights(0.0, 0.7);
            assert_eq!(v.mix(kept, added), v);
            let (kept, added) = u8::weights(1.0, 1.0);
            assert_eq!(v.mix(kept, added), 255);
        }
        for v in [0, 1, 777, 65_534, 65_535_u16] {
            let (kept, added) = u16::weights(0.0, 0.7);
            assert_eq!(v.mix(kept, added), v);
            let (kept, added) = u16::weights(1.0, 1.0);
            assert_eq!(v.mix(kept, added), 65_535);
        }
    }
}

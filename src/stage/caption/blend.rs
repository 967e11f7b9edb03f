//! Blending a caption's layers onto a frame's samples, in the file's own depth and encoding.
//!
//! v' = v(1−α) + cα in encoded values: as other picture programs do it, and as a translucent plate is expected
//! to look (in linear light the same α would look far lighter). In fixed point: 8-bit samples with α in 256ths,
//! 16-bit samples with α in 32,768ths. Only the rows covered are touched.

use image::GrayImage;

use super::logo::Scaled;
use crate::frame::{Rect, Sample, luma};

/// Samples that are looked at together for whether any letter is there.
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

/// Rows of a frame, each of them one channel after the other, with their shape.
#[derive(Debug)]
pub(super) struct Canvas<'a, S> {
    pub(super) samples: &'a mut [S],
    pub(super) width: usize,
    pub(super) channels: usize,
    /// Which row of the frame the samples begin with.
    pub(super) top: u32,
}

impl<S: Mix> Canvas<'_, S> {
    /// A part of one channel of row `y`.
    fn row(&mut self, channel: usize, x: u32, y: u32, width: u32) -> &mut [S] {
        let row = (y - self.top) as usize * self.channels + channel;
        &mut self.samples[row * self.width + x as usize..][..width as usize]
    }

    /// A colour in the frame's channels; grey frames take its luma.
    fn inked(&self, colour: [f32; 3]) -> [f32; 3] {
        if self.channels == 1 { [luma(colour[0], colour[1], colour[2]); 3] } else { colour }
    }

    /// What [`Canvas::row`] takes of every row of a rectangle.
    fn rows(&self, rect: Rect) -> impl Iterator<Item = (usize, u32)> + use<S> {
        let channels = self.channels;
        (rect.y..rect.y + rect.height).flat_map(move |y| (0..channels).map(move |c| (c, y)))
    }

    /// One colour, whatever was there.
    pub(super) fn fill(&mut self, rect: Rect, colour: [f32; 3]) {
        let colour = self.inked(colour).map(|v| S::from_f32(v * S::MAX));
        for (channel, y) in self.rows(rect) {
            self.row(channel, rect.x, y, rect.width).fill(colour[channel]);
        }
    }

    /// The smallest and the largest sample in a rectangle, 0..1.
    pub(super) fn extremes(&mut self, rect: Rect) -> [f32; 2] {
        let (mut low, mut high) = (S::MAX, 0.0_f32);
        for (channel, y) in self.rows(rect) {
            let row = self.row(channel, rect.x, y, rect.width);
            let row_low = row.iter().fold(row[0], |low, &v| low.min(v));
            let row_high = row.iter().fold(row[0], |high, &v| high.max(v));
            (low, high) = (low.min(row_low.to_f32()), high.max(row_high.to_f32()));
        }
        [low / S::MAX, high / S::MAX]
    }

    /// A plate of one colour and opacity with round corners.
    pub(super) fn plate(&mut self, rect: Rect, radius: f32, colour: [f32; 3], alpha: f32) {
        let colour = self.inked(colour);
        let last = rect.width - 1;
        for (channel, y) in self.rows(rect) {
            let (row, y) = (self.row(channel, rect.x, y, rect.width), y - rect.y);
            let edge = corner_columns(y, rect, radius);
            for x in (0..edge).chain(rect.width - edge..rect.width) {
                let share = corner_coverage(x.min(last - x), y.min(rect.height - 1 - y), radius);
                let (kept, added) = S::weights(alpha * share, colour[channel]);
                row[x as usize] = row[x as usize].mix(kept, added);
            }
            let (kept, added) = S::weights(alpha, colour[channel]);
            for v in &mut row[edge as usize..(rect.width - edge) as usize] {
                *v = v.mix(kept, added);
            }
        }
    }

    /// A colour through a coverage plane whose top left pixel is at that of `rect`.
    pub(super) fn letters(&mut self, rect: Rect, cover: &GrayImage, colour: [f32; 3], alpha: f32) {
        let weights = self.inked(colour).map(|colour| -> [_; 256] {
            std::array::from_fn(|cover| S::weights(alpha * cover as f32 / 255.0, colour))
        });
        let width = cover.width() as usize;
        for (channel, y) in self.rows(rect) {
            let cover = &cover.as_raw()[(y - rect.y) as usize * width..][..width];
            let row = self.row(channel, rect.x, y, rect.width);
            // Most of a plate is between letters: whole runs of nothing are passed over at once.
            for (samples, cover) in row.chunks_mut(RUN).zip(cover.chunks(RUN)) {
                if cover.iter().all(|&c| c == 0) {
                    continue;
                }
                for (v, &c) in samples.iter_mut().zip(cover) {
                    let (kept, added) = weights[channel][usize::from(c)];
                    *v = v.mix(kept, added);
                }
            }
        }
    }

    /// A picture with alpha (premultiplied), as it is.
    pub(super) fn picture(&mut self, rect: Rect, picture: &Scaled) {
        let grey = self.channels == 1;
        for (channel, y) in self.rows(rect) {
            let row = self.row(channel, rect.x, y, rect.width);
            for (x, v) in row.iter_mut().enumerate() {
                let [r, g, b, a] = picture.at(x as u32, y - rect.y);
                let colour = if grey { luma(r, g, b) } else { [r, g, b][channel] };
                *v = S::from_f32(v.to_f32() * (1.0 - a) + colour * S::MAX);
            }
        }
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

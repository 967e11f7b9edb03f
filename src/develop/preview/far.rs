//! Which part of a frame is worth a close look: the one with most detail behind most haze.

use std::ops::Range;

use fearless_simd::{Level, dispatch};

use super::super::Survey;
use crate::frame::{Pixels, Rect, Size};

/// Where the far part is looked for.
pub(super) struct Place<'a> {
    /// The small picture of what is kept.
    pub(super) small: &'a Pixels,
    pub(super) kept: Rect,
    pub(super) frame: Size,
    pub(super) survey: Option<&'a Survey>,
}

/// Pixels of the small picture on each side of a block that counts as one place.
const BLOCK_PX: usize = 8;
/// Of so many rows of them one is looked at.
const EVERY: usize = 4;
/// Luma of white.
const WHITE: u32 = 4 * 255;
/// Change of luma up to which it is noise, or the gradient of a sky: 1 % of white.
const QUIET_CHANGE: u16 = 10;
/// Change beyond that from which on more of it makes no place more worth looking at: 4 % of white.
const ENOUGH_CHANGE: u16 = 41;

impl Place<'_> {
    /// The part with most detail behind most haze, in the finished frame and in the original.
    pub(super) fn far(&self, part: Size, target: Size, scale: f64) -> (Rect, Rect) {
        let (width, height) = (part.width.min(target.width), part.height.min(target.height));
        let blocks = self.blocks();
        let size = blocks.size;
        let across = |px: u32, whole: u32, blocks: usize| {
            ((px as f64 / whole as f64 * blocks as f64).round() as usize).clamp(1, blocks)
        };
        let (wide, high) =
            (across(width, target.width, size.0), across(height, target.height, size.1));
        let mut best = (f64::MIN, 0, 0);
        for y in 0..=size.1 - high {
            for x in 0..=size.0 - wide {
                let worth = blocks.worth(x..x + wide, y..y + high);
                if worth > best.0 {
                    best = (worth, x, y);
                }
            }
        }
        let start = |block: usize, blocks: usize, whole: u32, part: u32| {
            let at = (block as f64 / blocks as f64 * f64::from(whole)).round() as u32;
            at.min(whole - part)
        };
        let x = start(best.1, size.0, target.width, width);
        let y = start(best.2, size.1, target.height, height);
        let scaled = |px: u32| (f64::from(px) * scale).round() as u32;
        let of_original = Rect {
            x: self.kept.x + scaled(x).min(self.kept.width - 1),
            y: self.kept.y + scaled(y).min(self.kept.height - 1),
            width: scaled(width).max(1),
            height: scaled(height).max(1),
        };
        let kept_end = |start: u32, kept: u32, len: u32| (kept + len) - start;
        let of_original = Rect {
            width: of_original.width.min(kept_end(of_original.x, self.kept.x, self.kept.width)),
            height: of_original.height.min(kept_end(of_original.y, self.kept.y, self.kept.height)),
            ..of_original
        };
        (Rect { x, y, width, height }, of_original)
    }

    fn blocks(&self) -> Blocks {
        let size = self.small.size();
        let (width, height) = (size.width as usize, size.height as usize);
        let blocks = (width.div_ceil(BLOCK_PX), height.div_ceil(BLOCK_PX));
        let mut worth = vec![0.0; blocks.0 * blocks.1];
        let mut looks = vec![Look::default(); blocks.0];
        let mut luma = [(); 2].map(|()| vec![0; width]);
        for (j, worth) in worth.chunks_exact_mut(blocks.0).enumerate() {
            looks.fill(Look::default());
            let top = j * BLOCK_PX;
            for y in (top..(top + BLOCK_PX).min(height.saturating_sub(1))).step_by(EVERY) {
                luma.iter_mut().enumerate().for_each(|(i, row)| self.luma(y + i, row));
                let [here, below] = luma.each_ref().map(Vec::as_slice);
                dispatch!(Level::new(), _simd => look_at(here, below, &mut looks));
            }
            for (i, (worth, look)) in worth.iter_mut().zip(&looks).enumerate() {
                // One depth for the block: it does not change much within.
                let brightness = look.brightness as f32 / (look.count.max(1) * WHITE) as f32;
                let depth = self.depth(i * BLOCK_PX, top, size, brightness);
                *worth = depth * depth * look.change as f32;
            }
        }
        Blocks::new(blocks, &worth)
    }

    /// The luma of a row of the small picture, 0..[`WHITE`].
    fn luma(&self, y: usize, luma: &mut [u16]) {
        match self.small {
            Pixels::Rgb8(p) => {
                let pixels = p.as_raw()[y * luma.len() * 3..].as_chunks().0;
                for (luma, &[r, g, b]) in luma.iter_mut().zip(pixels) {
                    *luma = u16::from(r) + 2 * u16::from(g) + u16::from(b);
                }
            }
            Pixels::Gray8(p) => {
                let row = &p.as_raw()[y * luma.len()..];
                for (luma, &grey) in luma.iter_mut().zip(row) {
                    *luma = 4 * u16::from(grey);
                }
            }
            // Small pictures have 8 bits.
            Pixels::Gray16(_) | Pixels::Rgb16(_) => luma.fill(0),
        }
    }

    /// Optical depth at a pixel of the small picture; 1 everywhere where nobody knows.
    fn depth(&self, x: usize, y: usize, size: Size, luma: f32) -> f32 {
        let Some(survey) = self.survey else { return 1.0 };
        let coefficients = &survey.depth.coefficients;
        let map = coefficients.a.size();
        let area = survey.depth.framed.map_or(self.frame.rect(), |framed| framed.surveyed);
        let at = |px: usize, small: u32, start: u32, kept: u32, area: (u32, u32), map: u32| {
            let in_frame = start as f32 + px as f32 / small as f32 * kept as f32;
            let in_map = (in_frame - area.0 as f32) / area.1 as f32 * map as f32;
            (in_map.max(0.0) as usize).min(map as usize - 1)
        };
        let column =
            at(x, size.width, self.kept.x, self.kept.width, (area.x, area.width), map.width);
        let row =
            at(y, size.height, self.kept.y, self.kept.height, (area.y, area.height), map.height);
        let [a, b] = [&coefficients.a, &coefficients.b].map(|plane| plane.row(row)[column]);
        (a * luma + b).max(0.0)
    }
}

/// How much the blocks of the small picture are worth looking at.
struct Blocks {
    size: (usize, usize),
    /// Of each corner of a block, what all blocks above and left of it are worth together.
    sums: Vec<f64>,
}

impl Blocks {
    fn new(size: (usize, usize), worth: &[f32]) -> Self {
        let len = size.0 + 1;
        let mut sums = vec![0.0; len * (size.1 + 1)];
        for (y, worth) in worth.chunks_exact(size.0).enumerate() {
            let mut row = 0.0;
            for (x, worth) in worth.iter().enumerate() {
                row += f64::from(*worth);
                sums[(y + 1) * len + x + 1] = sums[y * len + x + 1] + row;
            }
        }
        Self { size, sums }
    }

    /// What these blocks are worth together.
    fn worth(&self, columns: Range<usize>, rows: Range<usize>) -> f64 {
        let sum = |x: usize, y: usize| self.sums[y * (self.size.0 + 1) + x];
        sum(columns.end, rows.end) - sum(columns.start, rows.end) - sum(columns.end, rows.start)
            + sum(columns.start, rows.start)
    }
}

/// What is seen of a block.
#[derive(Debug, Clone, Copy, Default)]
struct Look {
    /// Sum of the changes of luma from pixel to pixel.
    change: u32,
    /// Sum of luma.
    brightness: u32,
    /// Pixels looked at.
    count: u32,
}

/// Looks at one row of the small picture, and the row below it, for each block.
#[inline(always)]
fn look_at(here: &[u16], below: &[u16], looks: &mut [Look]) {
    for (i, look) in looks.iter_mut().enumerate() {
        let end = ((i + 1) * BLOCK_PX).min(here.len().saturating_sub(1));
        let columns = i * BLOCK_PX..end;
        let next = &here[columns.start + 1..][..columns.len()];
        let (here, below) = (&here[columns.clone()], &below[columns]);
        for ((&here, &below), &next) in here.iter().zip(below).zip(next) {
            let apart = here.abs_diff(next) + here.abs_diff(below);
            look.change += u32::from(apart.saturating_sub(QUIET_CHANGE).min(ENOUGH_CHANGE));
            look.brightness += u32::from(here);
            look.count += 1;
        }
    }
}

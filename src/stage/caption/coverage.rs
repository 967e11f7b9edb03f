//! Lines of text drawn as coverage: a small 8-bit plane, 0 outside the letters and 255 inside.

use image::{GrayImage, Luma};
use imageproc::drawing::draw_hollow_rect_mut;
use imageproc::filter::box_filter;
use imageproc::rect::Rect as Frame;
use swash::scale::image::Image;

use super::desk::{Desk, Part, edge_px};
use super::layout::{ASCENT, Block, LEADING, Row};
use crate::frame::Size;

/// How far the halo reaches beyond the edge of letters, in letter sizes.
const HALO: f32 = 0.23;
/// The blurred edge is raised by this, so that the halo is whole between the letters of a word.
const HALO_GAIN: u16 = 3;

/// Height of the box drawn for a missing glyph, in letter sizes: a capital.
const BOX_HEIGHT: f32 = 0.714;

/// How lines are aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alignment {
    /// Each line begins where its script begins.
    Start,
    /// All in the middle.
    Middle,
    /// All end at the right.
    Right,
}

/// The coverage of a block in a plane of this size, padded by so many pixels left and above.
pub(super) fn coverage(
    desk: &mut Desk,
    block: &Block,
    size: Size,
    pad_px: [f32; 2],
    alignment: Alignment,
    part: Part,
) -> GrayImage {
    let mut plane = GrayImage::new(size.width, size.height);
    let width = size.width as f32 - 2.0 * pad_px[0];
    for (i, row) in block.rows.iter().enumerate() {
        let spare = width - row.width;
        let indent = match alignment {
            Alignment::Start if row.rtl => spare,
            Alignment::Start => 0.0,
            Alignment::Middle => spare / 2.0,
            Alignment::Right => spare,
        };
        let baseline = pad_px[1] + (ASCENT + i as f32 * LEADING) * block.size_px;
        let origin = (pad_px[0] + indent - row.left, baseline.round());
        draw_row(desk, row, origin, part, &mut plane);
    }
    plane
}

fn draw_row(desk: &mut Desk, row: &Row, origin: (f32, f32), part: Part, plane: &mut GrayImage) {
    for glyph in &row.glyphs {
        let placed = glyph.physical(origin, 1.0);
        if glyph.glyph_id == 0 {
            if glyph.w > 0.0 {
                draw_box(plane, placed.x, placed.y, glyph.w, glyph.font_size, part);
            }
        } else if let Some(image) = desk.glyph(placed.cache_key, part) {
            let at = (placed.x + image.placement.left, placed.y - image.placement.top);
            unite(plane, image, at);
        }
    }
}

/// The hollow box for a character that no font has.
fn draw_box(plane: &mut GrayImage, x: i32, baseline: i32, advance: f32, size_px: f32, part: Part) {
    let line = edge_px(size_px).round() as i32;
    let grow = if part == Part::Edge { line } else { 0 };
    let side = (advance * 0.1).round() as i32;
    let width = (advance as i32 - 2 * side).max(3);
    let height = ((BOX_HEIGHT * size_px) as i32).max(3);
    for ring in -grow..line + grow {
        let (w, h) = (width - 2 * ring, height - 2 * ring);
        if w > 0 && h > 0 {
            let at = Frame::at(x + side + ring, baseline - height + ring);
            draw_hollow_rect_mut(plane, at.of_size(w as u32, h as u32), Luma([255]));
        }
    }
}

/// The edge of letters of this size with a halo that fades away from it.
///
/// On a façade, whose windows are as large and as bright as letters, an edge alone leaves the eye to
/// find the letters; a soft dark ground shows where the text is.
pub(super) fn haloed(mut edge: GrayImage, size_px: f32) -> GrayImage {
    // Two boxes are a tent: nothing of their form is seen.
    let radius = ((HALO / 2.0 * size_px).round() as u32).max(1);
    let halo = box_filter(&box_filter(&edge, radius, radius), radius, radius);
    for (to, &from) in edge.iter_mut().zip(halo.iter()) {
        *to = united(*to, (u16::from(from) * HALO_GAIN).min(255));
    }
    edge
}

/// a + b − ab: what two unrelated coverages have together.
fn united(a: u8, b: u16) -> u8 {
    let a = u16::from(a);
    // ab / 255, rounded, without leaving 16 bits.
    let product = a * b + 128;
    (a + b - ((product + (product >> 8)) >> 8)) as u8
}

/// Adds a glyph's coverage.
fn unite(plane: &mut GrayImage, glyph: &Image, (left, top): (i32, i32)) {
    let (width, height) = (plane.width() as i32, plane.height() as i32);
    let glyph_width = glyph.placement.width as usize;
    if glyph_width == 0 {
        return;
    }
    let skip = usize::try_from(-left).unwrap_or(0).min(glyph_width);
    let take = usize::try_from(width - left).unwrap_or(0).min(glyph_width);
    let samples: &mut [u8] = plane;
    for (i, row) in glyph.data.chunks_exact(glyph_width).enumerate() {
        let y = top + i as i32;
        if !(0..height).contains(&y) || skip >= take {
            continue;
        }
        let start = y as usize * width as usize + (left + skip as i32) as usize;
        for (to, &from) in samples[start..].iter_mut().zip(&row[skip..take]) {
            *to = united(*to, u16::from(from));
        }
    }
}

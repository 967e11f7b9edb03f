//! The border of a frame, to the pixel: found on the small picture, its edges read at full size.

use std::ops::Range;

use fearless_simd::Level;

use crate::frame::{Picture, Rect, Sample, Size, View, each_kind};
use crate::stage::dehaze::{Border, Framed};

/// A sample differs from the border by more than this share of the greatest one (what JPEG makes of a plain
/// surface beside an edge stays below).
const DIFFERS: f32 = 0.04;
/// The first line of the scene differs in this share of its pixels.
const SCENE: f32 = 0.3;
/// Pixels of a line that are looked at.
const LOOKED_AT: u32 = 256;
/// What of the scene along the border is left out of the survey: the pixels that are mixed with it, in
/// pixels of the small picture.
const MIXED: f32 = 1.2;

/// Where the scene lies in the frame whose small picture, of this size, has this border.
pub(super) fn framed(view: View<'_>, border: &Border, small: Size) -> Framed {
    each_kind!(view, View(picture) => of(picture, border, small))
}

fn of<S: Sample, const CHANNELS: usize>(
    picture: &dyn Picture<CHANNELS, Sample = S>,
    border: &Border,
    small: Size,
) -> Framed {
    let full = picture.size();
    let scale = f64::from(full.long_side()) / f64::from(small.long_side());
    let lines = Lines { picture, scale };
    let top = lines.end(Edge::Top, border.top);
    let bottom = lines.end(Edge::Bottom, border.bottom);
    let left = lines.end(Edge::Left, border.left);
    let right = lines.end(Edge::Right, border.right);
    let rect = |margin: u32| {
        let [top, bottom, left, right] = [
            (top, border.top),
            (bottom, border.bottom),
            (left, border.left),
            (right, border.right),
        ]
        .map(|(end, lines)| if lines == 0 { 0 } else { end + margin });
        let width = full.width.saturating_sub(left + right).max(1);
        let height = full.height.saturating_sub(top + bottom).max(1);
        Rect { x: left.min(full.width - 1), y: top.min(full.height - 1), width, height }
    };
    let margin = (f64::from(MIXED) * scale).ceil() as u32;
    Framed { scene: rect(0), surveyed: rect(margin) }
}

#[derive(Clone, Copy)]
enum Edge {
    Top,
    Bottom,
    Left,
    Right,
}

struct Lines<'a, S, const CHANNELS: usize> {
    picture: &'a dyn Picture<CHANNELS, Sample = S>,
    /// Full-size pixels of one pixel of the small picture.
    scale: f64,
}

impl<S: Sample, const CHANNELS: usize> Lines<'_, S, CHANNELS> {
    /// Lines of border along an edge that has `small` of them in the small picture.
    fn end(&self, edge: Edge, small: u32) -> u32 {
        if small == 0 {
            return 0;
        }
        let Size { width, height } = self.picture.size();
        let all = if matches!(edge, Edge::Top | Edge::Bottom) { height } else { width };
        let at = |line: f64| ((line * self.scale) as u32).min(all - 1);
        let small = f64::from(small);
        let (first, last) = (at(small - 1.0), at(small + 2.0));
        let colour = self.mean(edge, at((small / 2.0).min(small - 0.5)));
        (first..=last).find(|&line| self.differs(edge, line, colour) > SCENE).unwrap_or(last)
    }

    fn mean(&self, edge: Edge, line: u32) -> [f32; CHANNELS] {
        let mut sums = [0.0; CHANNELS];
        let mut count = 0.0_f32;
        self.each(edge, line, |pixel| {
            sums.iter_mut().zip(pixel).for_each(|(sum, v)| *sum += v);
            count += 1.0;
        });
        sums.map(|sum| sum / count.max(1.0))
    }

    /// Share of the line that is not of this colour.
    fn differs(&self, edge: Edge, line: u32, colour: [f32; CHANNELS]) -> f32 {
        let (mut differing, mut count) = (0.0_f32, 0.0_f32);
        self.each(edge, line, |pixel| {
            let by = DIFFERS * S::MAX;
            let differs = pixel.iter().zip(&colour).any(|(v, c)| (v - c).abs() > by);
            differing += if differs { 1.0 } else { 0.0 };
            count += 1.0;
        });
        differing / count.max(1.0)
    }

    /// Looks at pixels all along a line, counted from its edge.
    fn each(&self, edge: Edge, line: u32, mut look: impl FnMut([f32; CHANNELS])) {
        let Size { width, height } = self.picture.size();
        let level = Level::new();
        let mut read = |y: u32, columns: Range<usize>, step: usize| {
            let len = columns.len();
            let mut rows: [Vec<S>; CHANNELS] = std::array::from_fn(|_| vec![S::default(); len]);
            let out = rows.each_mut().map(|row| &mut row[..]);
            self.picture.read(level, y as usize, columns, out);
            for i in (0..len).step_by(step) {
                look(std::array::from_fn(|c| rows[c][i].to_f32()));
            }
        };
        match edge {
            Edge::Top | Edge::Bottom => {
                let y = if matches!(edge, Edge::Top) { line } else { height - 1 - line };
                let step = (width / LOOKED_AT).max(1) as usize;
                read(y, 0..width as usize, step);
            }
            Edge::Left | Edge::Right => {
                let x = if matches!(edge, Edge::Left) { line } else { width - 1 - line } as usize;
                let step = (height / LOOKED_AT).max(1) as usize;
                (0..height).step_by(step).for_each(|y| read(y, x..x + 1, 1));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::*;
    use crate::filter::area_average;
    use crate::frame::Pixels;

    #[test]
    fn the_scene_inside_a_border_is_found_to_the_pixel() {
        let inside = |x: u32, y: u32| (37..963).contains(&x) && (23..580).contains(&y);
        let pixels = RgbImage::from_fn(1000, 600, |x, y| {
            let scene = 60 + ((x * 7 + y * 13) % 97) as u8;
            if inside(x, y) { Rgb([scene, scene / 2, scene]) } else { Rgb([255; 3]) }
        });
        let pixels = Pixels::Rgb8(pixels);
        let small = area_average(&pixels, 256);
        let found = framed((&pixels).into(), &Border::of(&small), small.size());
        assert_eq!(found.scene, Rect { x: 37, y: 23, width: 926, height: 557 });
        let Rect { x, y, width, height } = found.surveyed;
        assert!(x > 37 && y > 23 && x + width < 963 && y + height < 580, "{found:?}");
    }
}

//! A border around the picture: a frame, a letterbox, pillars. It is not part of the scene.
//!
//! Along each edge of the small picture, lines of one colour that end in one straight step. A clear sky
//! may begin with lines of one colour, too, but it has no such end.

use crate::filter::SmallPicture;
use crate::frame::Size;

/// Pixels this near to the colour of the outermost line belong to the border, encoded 0..1.
const SAME: f32 = 0.012;
/// Share of a line that may differ all the same.
const STRAYS: f32 = 0.02;
/// Greatest share of the side that a border may take.
const WIDEST: f32 = 0.3;
/// The line after the mixed one differs from the border's last by this much more than the next from it …
const STEP: f32 = 0.016;
/// … in more than this share of its pixels.
const STRAIGHT: f32 = 0.6;

/// Lines of border along each edge, in pixels of the picture they were found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Border {
    /// Rows at the top.
    pub top: u32,
    /// Rows at the bottom.
    pub bottom: u32,
    /// Columns at the left.
    pub left: u32,
    /// Columns at the right.
    pub right: u32,
}

impl Border {
    /// The border of a small picture, which has not been softened; all 0 if there is none.
    #[must_use]
    pub fn of(picture: &SmallPicture) -> Self {
        let Size { width, height } = picture.size();
        let rows = |columns: (u32, u32)| {
            let at = |y: u32, x: u32| pixel(picture, columns.0 + x, y);
            ends(height, columns.1 - columns.0, at)
        };
        let mut found = Self::default();
        (found.top, found.bottom) = rows((0, width));
        let below = found.top;
        let at = |x: u32, y: u32| pixel(picture, x, below + y);
        (found.left, found.right) = ends(width, height - found.top - found.bottom, at);
        if found.top == 0 && found.bottom == 0 {
            // Between pillars a letterbox may show that the whole width hid.
            (found.top, found.bottom) = rows((found.left, width - found.right));
        }
        found
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

fn pixel(picture: &SmallPicture, x: u32, y: u32) -> [f32; 3] {
    picture.channels.each_ref().map(|channel| channel.row(y as usize)[x as usize])
}

/// Lines of border at both ends of `lines` lines of `len` pixels.
fn ends(lines: u32, len: u32, at: impl Fn(u32, u32) -> [f32; 3]) -> (u32, u32) {
    let first = depth(lines, len, &at);
    let last = depth(lines, len, &|line, i| at(lines - 1 - line, i));
    (first, last)
}

fn depth(lines: u32, len: u32, at: &impl Fn(u32, u32) -> [f32; 3]) -> u32 {
    if len == 0 {
        return 0;
    }
    let colour: [f32; 3] = std::array::from_fn(|c| {
        let mut values: Vec<f32> = (0..len).map(|i| at(0, i)[c]).collect();
        *values.select_nth_unstable_by(len as usize / 2, f32::total_cmp).1
    });
    let differing = |line: u32, from: &dyn Fn(u32) -> [f32; 3], by: f32| {
        let differs = |i: &u32| {
            let (pixel, from) = (at(line, *i), from(*i));
            (0..3).any(|c| (pixel[c] - from[c]).abs() > by)
        };
        (0..len).filter(differs).count() as f32 / len as f32
    };
    let most = (WIDEST * lines as f32) as u32;
    let is_border = |line: &u32| differing(*line, &|_| colour, SAME) <= STRAYS;
    let depth = (0..most).take_while(is_border).count() as u32;
    if depth == 0 || depth == most || depth + 3 >= lines {
        return 0;
    }
    // A smooth sky ends nowhere: what counts is how much greater the step out of the border is than the
    // next one.
    let expected = |i: u32| {
        let [last, after, next] = [depth - 1, depth + 1, depth + 3].map(|line| at(line, i));
        std::array::from_fn(|c| last[c] + next[c] - after[c])
    };
    let ends_straight = differing(depth + 1, &expected, STEP) > STRAIGHT;
    if ends_straight { depth } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Plane;

    fn picture(width: u32, height: u32, value: impl Fn(u32, u32) -> f32) -> SmallPicture {
        let values = (0..width * height).map(|i| value(i % width, i / width)).collect();
        let plane = Plane::new(Size::new(width, height), values);
        SmallPicture::of([plane.clone(), plane.clone(), plane])
    }

    fn scene(x: u32, y: u32) -> f32 {
        0.3 + 0.4 * ((x * 7 + y * 13) % 11) as f32 / 11.0
    }

    #[test]
    fn a_frame_a_letterbox_and_pillars_are_found() {
        let framed = picture(60, 40, |x, y| {
            if !(4..57).contains(&x) || !(3..38).contains(&y) { 1.0 } else { scene(x, y) }
        });
        assert_eq!(Border::of(&framed), Border { top: 3, bottom: 2, left: 4, right: 3 });
        let letterbox =
            picture(60, 40, |x, y| if (5..35).contains(&y) { scene(x, y) } else { 0.0 });
        assert_eq!(Border::of(&letterbox), Border { top: 5, bottom: 5, left: 0, right: 0 });
        let pillars = picture(60, 40, |x, y| if (6..54).contains(&x) { scene(x, y) } else { 0.0 });
        assert_eq!(Border::of(&pillars), Border { top: 0, bottom: 0, left: 6, right: 6 });
    }

    #[test]
    fn a_sky_and_a_plain_wall_are_no_border() {
        let sky = picture(60, 40, |x, y| if y < 12 + x / 8 { 0.9 } else { scene(x, y) });
        assert!(Border::of(&sky).is_none());
        for slope in [0.002, 0.004, 0.01, 0.02] {
            let gradient = picture(60, 40, |_, y| 0.9 - y as f32 * slope);
            assert!(Border::of(&gradient).is_none(), "{slope}");
        }
        assert!(Border::of(&picture(60, 40, |_, _| 0.5)).is_none());
        assert!(Border::of(&picture(1, 1, |_, _| 0.5)).is_none());
    }
}

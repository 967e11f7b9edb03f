//! Where an area of the original is in the finished picture, after turn, crop, resize and a strip below.

use crate::frame::{Orientation, Rect, Size};
use crate::metadata::carried::Tilted;

/// What became of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::metadata) struct Geometry {
    /// Size of the original, upright.
    pub(in crate::metadata) original: Size,
    /// How it was turned.
    pub(in crate::metadata) turned: Orientation,
    /// How it was turned by an angle.
    pub(in crate::metadata) tilted: Option<Tilted>,
    /// The part of it that was kept.
    pub(in crate::metadata) kept: Rect,
    /// Size of the finished picture, a strip below it included.
    pub(in crate::metadata) size: Size,
}

/// An area of a picture: left, top, right, bottom, as shares of it.
pub(super) type Area = [f64; 4];

impl Geometry {
    /// Whether parts of the picture are no longer where they were, as shares of it.
    pub(in crate::metadata) fn moves(&self) -> bool {
        let whole = Rect { x: 0, y: 0, width: self.original.width, height: self.original.height };
        self.turned != Orientation::Upright
            || self.tilted.is_some()
            || self.kept != whole
            || self.has_strip()
    }

    /// The same in pixels.
    pub(in crate::metadata) fn moves_pixels(&self) -> bool {
        self.moves() || self.size != self.original
    }

    /// Width and height of the original as it was stored.
    pub(super) fn stored(&self) -> [f64; 2] {
        let Size { width, height } = self.original;
        let [width, height] = [width, height].map(f64::from);
        if self.turned.transposes() { [height, width] } else { [width, height] }
    }

    fn picture_height(&self) -> f64 {
        f64::from(self.kept.height) * f64::from(self.size.width) / f64::from(self.kept.width)
    }

    fn has_strip(&self) -> bool {
        f64::from(self.size.height) - self.picture_height() > 1.5
    }

    /// By how much the turn by an angle moves a pixel of the upright original.
    fn moved(&self, x: f64, y: f64) -> (f64, f64) {
        let Some(Tilted { degrees, size, centre }) = self.tilted else { return (0.0, 0.0) };
        let (sin, cos) = degrees.to_radians().sin_cos();
        let half = |px: u32| f64::from(px) / 2.0;
        let (u, v) = (x - half(self.original.width), y - half(self.original.height));
        let (u, v) = (cos * u - sin * v - centre.0, sin * u + cos * v - centre.1);
        (u + half(size.width) - x, v + half(size.height) - y)
    }

    /// The area of the finished picture, cut to what was kept; none if its centre was cropped away.
    /// `applied` is the size of the picture that it is a share of, if that is known.
    pub(super) fn follow(
        &self,
        [left, top, right, bottom]: Area,
        applied: Option<[f64; 2]>,
    ) -> Option<Area> {
        let turn = |x: f64, y: f64| upright((x, y), self.turned);
        // Most programs mean the stored picture; one that says an upright size means that.
        let landscape = |[width, height]: [f64; 2]| width > height;
        let upright = self.turned.transposes()
            && applied.is_some_and(|size| {
                landscape(size) == (self.original.width > self.original.height)
            });
        let turn = |x, y| if upright { (x, y) } else { turn(x, y) };
        let (a, b) = (turn(left, top), turn(right, bottom));
        let (width, height) = (f64::from(self.original.width), f64::from(self.original.height));
        let [left, right] = [a.0.min(b.0) * width, a.0.max(b.0) * width];
        let [top, bottom] = [a.1.min(b.1) * height, a.1.max(b.1) * height];
        // Turned by an angle, a face is where its centre is, and as large as it was.
        let (dx, dy) = self.moved((left + right) / 2.0, (top + bottom) / 2.0);
        let kept = self.kept;
        let across = |x: f64| (x + dx - f64::from(kept.x)) / f64::from(kept.width);
        let share = (self.picture_height() / f64::from(self.size.height)).min(1.0);
        let down = |y: f64| (y + dy - f64::from(kept.y)) / f64::from(kept.height) * share;
        let area = [across(left), down(top), across(right), down(bottom)];
        let centre = [(area[0] + area[2]) / 2.0, (area[1] + area[3]) / 2.0];
        let inside = (0.0..=1.0).contains(&centre[0]) && (0.0..=share).contains(&centre[1]);
        let cut = [area[0].max(0.0), area[1].max(0.0), area[2].min(1.0), area[3].min(share)];
        inside.then_some(cut)
    }
}

/// Where a place of the stored picture is in the upright one, both in shares of the picture's sides.
pub(super) fn upright((x, y): (f64, f64), stored: Orientation) -> (f64, f64) {
    match stored {
        Orientation::Upright => (x, y),
        Orientation::MirrorHorizontal => (1.0 - x, y),
        Orientation::Rotate180 => (1.0 - x, 1.0 - y),
        Orientation::MirrorVertical => (x, 1.0 - y),
        Orientation::Transpose => (y, x),
        Orientation::Rotate90 => (1.0 - y, x),
        Orientation::Transverse => (1.0 - y, 1.0 - x),
        Orientation::Rotate270 => (y, 1.0 - x),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_follows_turn_crop_resize_and_strip() {
        let kept = Rect { x: 0, y: 100, width: 300, height: 200 };
        let geometry = Geometry {
            original: Size::new(300, 400),
            turned: Orientation::Rotate90,
            tilted: None,
            kept,
            size: Size::new(150, 125),
        };
        // Stored 400 x 300; its left middle is the upright picture's top middle, cropped away.
        assert_eq!(geometry.follow([0.0, 0.4, 0.1, 0.6], None), None);
        let area = geometry.follow([0.4, 0.25, 0.6, 0.75], None).unwrap();
        let expected = [0.25, 0.24, 0.75, 0.56];
        assert!(area.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9), "{area:?}");
        // Said of the upright size, it is not turned again.
        let area = geometry.follow([0.25, 0.4, 0.75, 0.6], Some([300.0, 400.0])).unwrap();
        assert!(area.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9), "{area:?}");
    }

    #[test]
    fn an_area_follows_a_turn_by_an_angle() {
        let geometry = Geometry {
            original: Size::new(400, 300),
            turned: Orientation::Upright,
            tilted: Some(Tilted { degrees: 90.0, size: Size::new(200, 200), centre: (0.0, 0.0) }),
            kept: Rect { x: 0, y: 0, width: 200, height: 200 },
            size: Size::new(200, 200),
        };
        // Right of the centre; a quarter turn clockwise brings it below.
        let area = geometry.follow([0.6, 0.45, 0.7, 0.55], None).unwrap();
        let expected = [0.4, 0.725, 0.6, 0.875];
        assert!(area.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9), "{area:?}");
        assert_eq!(geometry.follow([0.9, 0.45, 1.0, 0.55], None), None);
    }
}

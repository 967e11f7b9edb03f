//! Sizes, rectangles and the eight ways a camera can be held; pixels, origin at the top left.

use std::fmt;

/// Width and height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Size {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

impl Size {
    /// A size of `width` by `height` pixels.
    #[must_use]
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// Pixels in all.
    #[must_use]
    pub fn area(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// Millions of pixels.
    #[must_use]
    pub fn megapixels(self) -> f64 {
        self.area() as f64 / 1e6
    }

    /// The longer side.
    #[must_use]
    pub fn long_side(self) -> u32 {
        self.width.max(self.height)
    }

    /// The shorter side.
    #[must_use]
    pub fn short_side(self) -> u32 {
        self.width.min(self.height)
    }

    /// The rectangle that covers all of it.
    #[must_use]
    pub fn rect(self) -> Rect {
        Rect { x: 0, y: 0, width: self.width, height: self.height }
    }

    /// Width and height exchanged.
    #[must_use]
    pub fn transposed(self) -> Self {
        Self { width: self.height, height: self.width }
    }

    /// The size with this long side, of the same shape; never below one pixel.
    #[must_use]
    pub fn with_long_side(self, long_px: u32) -> Self {
        let scale = f64::from(long_px) / f64::from(self.long_side().max(1));
        let scaled =
            |side: u32| ((f64::from(side) * scale).round() as u32).clamp(1, long_px.max(1));
        Self { width: scaled(self.width), height: scaled(self.height) }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// A rectangle inside a frame; `x` and `y` are its top left pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rect {
    /// First column.
    pub x: u32,
    /// First row.
    pub y: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Rect {
    /// Its rows.
    #[must_use]
    pub fn rows(self) -> std::ops::Range<u32> {
        self.y..self.y + self.height
    }

    /// Its columns.
    #[must_use]
    pub fn columns(self) -> std::ops::Range<u32> {
        self.x..self.x + self.width
    }

    /// Width and height.
    #[must_use]
    pub fn size(self) -> Size {
        Size { width: self.width, height: self.height }
    }

    /// The part of it that lies within a frame of this size; `None` if nothing does.
    #[must_use]
    pub fn within(self, frame: Size) -> Option<Self> {
        let width = frame.width.checked_sub(self.x)?.min(self.width);
        let height = frame.height.checked_sub(self.y)?.min(self.height);
        (width > 0 && height > 0).then_some(Self { width, height, ..self })
    }
}

/// How the stored picture has to be turned upright: EXIF tag 0x0112 (CIPA DC-008, 4.6.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Orientation {
    /// 1: as stored.
    #[default]
    Upright,
    /// 2: mirrored left to right.
    MirrorHorizontal,
    /// 3: turned by 180°.
    Rotate180,
    /// 4: mirrored top to bottom.
    MirrorVertical,
    /// 5: mirrored along the diagonal from top left.
    Transpose,
    /// 6: to be turned by 90° clockwise.
    Rotate90,
    /// 7: mirrored along the diagonal from top right.
    Transverse,
    /// 8: to be turned by 270° clockwise.
    Rotate270,
}

impl Orientation {
    /// The orientation of this EXIF number; anything but 2 to 8 is upright.
    #[must_use]
    pub fn from_exif(number: u16) -> Self {
        match number {
            2 => Self::MirrorHorizontal,
            3 => Self::Rotate180,
            4 => Self::MirrorVertical,
            5 => Self::Transpose,
            6 => Self::Rotate90,
            7 => Self::Transverse,
            8 => Self::Rotate270,
            _ => Self::Upright,
        }
    }

    /// Whether turning exchanges width and height.
    #[must_use]
    pub fn transposes(self) -> bool {
        matches!(self, Self::Transpose | Self::Rotate90 | Self::Transverse | Self::Rotate270)
    }

    /// The EXIF number, 1 to 8.
    #[must_use]
    pub fn to_exif(self) -> u16 {
        self as u16 + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rectangle_is_cut_to_the_frame_it_lies_in() {
        let frame = Size::new(100, 50);
        let r = |x, y, width, height| Rect { x, y, width, height };
        assert_eq!(r(90, 10, 20, 10).within(frame), Some(r(90, 10, 10, 10)));
        assert_eq!(r(100, 0, 5, 5).within(frame), None);
        assert_eq!(r(u32::MAX, 0, 5, 5).within(frame), None);
    }

    #[test]
    fn exif_numbers_go_there_and_back() {
        for number in 1..=8 {
            assert_eq!(Orientation::from_exif(number).to_exif(), number);
        }
        assert_eq!(Orientation::from_exif(0), Orientation::Upright);
        assert_eq!(Orientation::from_exif(9), Orientation::Upright);
    }

    #[test]
    fn scaling_keeps_the_shape_and_at_least_a_pixel() {
        assert_eq!(Size::new(6000, 4000).with_long_side(512), Size::new(512, 341));
        assert_eq!(Size::new(1, 9000).with_long_side(512), Size::new(1, 512));
    }
}

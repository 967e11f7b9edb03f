//! Where a smaller rectangle is placed in a larger one: nine places, named after the points of the
//! compass.

use super::{Rect, Size};
use crate::words::named;

/// One of nine places in a frame; north is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Anchor {
    /// The middle.
    Center,
    /// Top middle.
    North,
    /// Top right.
    Northeast,
    /// Right middle.
    East,
    /// Bottom right.
    Southeast,
    /// Bottom middle.
    South,
    /// Bottom left.
    Southwest,
    /// Left middle.
    West,
    /// Top left.
    Northwest,
}

impl Anchor {
    /// How far to the right: −1 west, 0 middle, 1 east.
    #[must_use]
    pub fn across(self) -> i32 {
        match self {
            Self::Northwest | Self::West | Self::Southwest => -1,
            Self::North | Self::Center | Self::South => 0,
            Self::Northeast | Self::East | Self::Southeast => 1,
        }
    }

    /// How far down: −1 north, 0 middle, 1 south.
    #[must_use]
    pub fn down(self) -> i32 {
        match self {
            Self::Northwest | Self::North | Self::Northeast => -1,
            Self::West | Self::Center | Self::East => 0,
            Self::Southwest | Self::South | Self::Southeast => 1,
        }
    }

    /// The rectangle of size `inner` at this place of `outer`; what is larger is cut to `outer`.
    #[must_use]
    pub fn place(self, inner: Size, outer: Rect) -> Rect {
        let width = inner.width.min(outer.width);
        let height = inner.height.min(outer.height);
        let shift = |step: i32, room: u32| match step {
            -1 => 0,
            0 => room / 2,
            _ => room,
        };
        Rect {
            x: outer.x + shift(self.across(), outer.width - width),
            y: outer.y + shift(self.down(), outer.height - height),
            width,
            height,
        }
    }
}

named!(
    Anchor,
    "an anchor",
    Center = "center" | "centre" | "middle" | "c",
    North = "north" | "n" | "top" | "top-center" | "top-centre",
    Northeast = "northeast" | "ne" | "top-right" | "upper-right",
    East = "east" | "e" | "right" | "center-right" | "centre-right",
    Southeast = "southeast" | "se" | "bottom-right" | "lower-right",
    South = "south" | "s" | "bottom" | "bottom-center" | "bottom-centre",
    Southwest = "southwest" | "sw" | "bottom-left" | "lower-left",
    West = "west" | "w" | "left" | "center-left" | "centre-left",
    Northwest = "northwest" | "nw" | "top-left" | "upper-left",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back_and_strangers_get_the_list() {
        for anchor in Anchor::ALL {
            assert_eq!(anchor.to_string().parse(), Ok(anchor));
        }
        for (text, anchor) in [("top-left", Anchor::Northwest), ("Centre", Anchor::Center)] {
            assert_eq!(text.parse(), Ok(anchor));
        }
        let error = "up".parse::<Anchor>().unwrap_err();
        assert!(error.hint().is_some_and(|hint| hint.contains("northeast")), "{error:?}");
    }

    #[test]
    fn every_place_is_inside_even_if_the_guest_is_larger_than_the_house() {
        let outer = Rect { x: 10, y: 20, width: 101, height: 51 };
        for anchor in Anchor::ALL {
            for inner in [Size::new(1, 1), Size::new(30, 20), Size::new(500, 500)] {
                let placed = anchor.place(inner, outer);
                assert!(placed.x >= 10 && placed.x + placed.width <= 111);
                assert!(placed.y >= 20 && placed.y + placed.height <= 71);
            }
        }
        let southeast = Anchor::Southeast.place(Size::new(30, 20), outer);
        assert_eq!(southeast, Rect { x: 81, y: 51, width: 30, height: 20 });
    }
}

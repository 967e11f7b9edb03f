//! Where a smaller rectangle sits in a larger one: nine places, named like the compass.

use std::fmt;
use std::str::FromStr;

use super::{Rect, Size};
use crate::error::{Error, ErrorKind};

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
    /// All nine, the middle first, then clockwise from the top.
    pub const ALL: [Self; 9] = [
        Self::Center,
        Self::North,
        Self::Northeast,
        Self::East,
        Self::Southeast,
        Self::South,
        Self::Southwest,
        Self::West,
        Self::Northwest,
    ];

    /// Its name in recipes and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Center => "center",
            Self::North => "north",
            Self::Northeast => "northeast",
            Self::East => "east",
            Self::Southeast => "southeast",
            Self::South => "south",
            Self::Southwest => "southwest",
            Self::West => "west",
            Self::Northwest => "northwest",
        }
    }

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

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Anchor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|anchor| anchor.name() == text).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            Error::new(ErrorKind::Usage, format!("'{}' is no anchor", text.escape_debug()))
                .with_hint(format!("one of {names}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back_and_strangers_get_the_list() {
        for anchor in Anchor::ALL {
            assert_eq!(anchor.to_string().parse(), Ok(anchor));
        }
        let error = "top".parse::<Anchor>().unwrap_err();
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

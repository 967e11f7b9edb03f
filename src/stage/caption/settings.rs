//! What a recipe says about the caption.

use std::path::PathBuf;

use crate::frame::Anchor;
use crate::words::named;

/// The letter sizes that can be ordered, in percent of the short side.
pub const SIZE_PERCENT: std::ops::RangeInclusive<f32> = 0.5..=20.0;

/// How a caption is laid on the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Style {
    /// White letters on a translucent dark box over the picture.
    #[default]
    Plate,
    /// White letters on a dark strip below the picture, which gets taller by it: nothing is hidden.
    Strip,
    /// White letters with a soft dark edge straight on the picture.
    Text,
}

named!(
    Style,
    "a caption style",
    Plate = "plate" | "box",
    Strip = "strip" | "bar" | "below",
    Text = "text" | "plain"
);

/// The settings of the caption stage.
#[derive(Debug, Clone, PartialEq)]
pub struct Caption {
    /// The text, a [template](crate::template): fields are put in before it is set.
    pub text: String,
    /// How it is laid on the picture.
    pub style: Style,
    /// Where it is. A strip is always below; there only left, middle or right counts. `None` is bottom
    /// left, or bottom right for a text that is read from right to left.
    pub anchor: Option<Anchor>,
    /// Letter size in percent of the short side, [`SIZE_PERCENT`]; never below 12 px.
    pub size_percent: f32,
    /// A font that is tried before the built-in ones.
    pub font: Option<PathBuf>,
    /// A logo (PNG) in the other corner of the caption's side, or at the other end of the strip.
    pub logo: Option<PathBuf>,
}

impl Default for Caption {
    fn default() -> Self {
        Self {
            text: String::new(),
            style: Style::default(),
            anchor: None,
            // By eye on samples/frames at 1,600 px and at 6,000: some 70 letters a line.
            size_percent: 2.4,
            font: None,
            logo: None,
        }
    }
}

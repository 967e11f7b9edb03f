//! Where plate, strip, letters and logo go in the frame.
//!
//! Proportions follow the frame's short side (inset, logo) and the letter size (padding, corners),
//! so a preview looks like the full frame. All of them were chosen by eye on samples/frames, at
//! 1,600 and 6,000 px.

use super::coverage::{Alignment, coverage, haloed};
use super::desk::{Desk, Part};
use super::layout::{Block, Room};
use super::logo::Logo;
use super::{Caption, Layers, Layout, Style};
use crate::error::Warning;
use crate::frame::{Anchor, Rect, Size};

/// From the frame's border to the plate, as a share of the short side.
const INSET: f32 = 0.03;

/// Letters are not ordered smaller than this: Hangul and Han need 12 rows.
const FLOOR_PX: f32 = 12.0;

/// The width a caption keeps to at a side or corner, and in the middle, as shares of the frame's.
const MEASURE_SIDE: f32 = 0.62;
const MEASURE_MIDDLE: f32 = 0.8;

/// A measure below this many letter sizes (some 60 characters) makes ragged lines: narrow frames
/// give it what they have.
const MEASURE_LEAST: f32 = 30.0;

/// The height a plate keeps to, as a share of the frame's, and a strip.
const PLATE_HEIGHT: f32 = 0.4;
const STRIP_HEIGHT: f32 = 0.5;

/// Padding around letters, left and right, above and below, in letter sizes.
const PLATE_PAD: [f32; 2] = [0.75, 0.55];
const STRIP_PAD: [f32; 2] = [0.0, 0.75];
const TEXT_PAD: [f32; 2] = [0.3, 0.4];

/// Radius of the plate's corners, in letter sizes.
const RADIUS: f32 = 0.22;

/// Height of the logo as a share of the short side, and the width it may take of the frame's.
const LOGO_HEIGHT: f32 = 0.07;
const LOGO_HEIGHT_STRIP: f32 = 0.045;
const LOGO_WIDTH: f32 = 0.22;

/// The longest side a frame may have, in pixels: JPEG's.
const LONGEST_PX: u32 = 65_535;

/// The frame as the caption sees it.
#[derive(Debug)]
pub(super) struct Place<'a> {
    frame: Size,
    caption: &'a Caption,
    /// Where the caption is: as the recipe says, or at the bottom, where its lines begin.
    anchor: Anchor,
    logo: Option<&'a Logo>,
    inset: u32,
}

impl<'a> Place<'a> {
    pub(super) fn new(frame: Size, caption: &'a Caption, logo: Option<&'a Logo>) -> Self {
        let inset = (INSET * frame.short_side() as f32).round() as u32;
        Self { frame, caption, anchor: caption.anchor.unwrap_or(Anchor::Southwest), logo, inset }
    }

    /// The place of a text that is read from right to left or from left to right.
    pub(super) fn for_text(self, rtl: bool) -> Self {
        let begins = if rtl { Anchor::Southeast } else { Anchor::Southwest };
        Self { anchor: self.caption.anchor.unwrap_or(begins), ..self }
    }

    /// The frame without its inset.
    fn inner(&self) -> Rect {
        let Size { width, height } = self.frame;
        Rect {
            x: self.inset,
            y: self.inset,
            width: width - 2 * self.inset,
            height: height - 2 * self.inset,
        }
    }

    /// The room the text has.
    pub(super) fn room(&self) -> Room {
        let short = self.frame.short_side() as f32;
        let asked_px = (self.caption.size_percent / 100.0 * short).max(FLOOR_PX);
        let (width, height) = (self.inner().width as f32, self.inner().height as f32);
        let frame_height = self.frame.height as f32;
        let share = if self.anchor.across() == 0 { MEASURE_MIDDLE } else { MEASURE_SIDE };
        let measure = (share * self.frame.width as f32).max(MEASURE_LEAST * asked_px).min(width);
        match self.caption.style {
            Style::Strip => {
                let logo = self.logo_size().map_or(0, |logo| logo.width + self.inset);
                let most = (LONGEST_PX - self.frame.height.min(LONGEST_PX)) as f32;
                let text = width - logo as f32;
                Room {
                    asked_px,
                    width: [text, text],
                    height: [
                        (STRIP_HEIGHT * frame_height).min(most),
                        (2.0 * frame_height).min(most),
                    ],
                    pad: STRIP_PAD,
                    balanced: false,
                }
            }
            style => Room {
                asked_px,
                width: [measure, width],
                height: [(PLATE_HEIGHT * frame_height).min(height), height],
                pad: if style == Style::Plate { PLATE_PAD } else { TEXT_PAD },
                balanced: true,
            },
        }
    }

    fn alignment(&self) -> Alignment {
        match (self.anchor.across(), self.caption.style) {
            (0, _) => Alignment::Middle,
            (1, Style::Text | Style::Strip) => Alignment::Right,
            _ => Alignment::Start,
        }
    }

    /// Draws a block that fits.
    pub(super) fn layout(
        &self,
        desk: &mut Desk,
        block: &Block,
        warnings: &mut Vec<Warning>,
    ) -> Layout {
        let pad_px = self.room().pad.map(|pad| pad * block.size_px);
        let size = Size {
            width: (block.width() + 2.0 * pad_px[0]).ceil() as u32,
            height: (block.height() + 2.0 * pad_px[1]).ceil() as u32,
        };
        let mut layers = Layers::default();
        let mut strip_px = 0;
        let rect = if self.caption.style == Style::Strip {
            let logo = self.logo_size();
            let padding = 2.0 * pad_px[1];
            let logo_px = logo.map_or(0, |logo| logo.height + padding as u32);
            strip_px = size.height.max(logo_px);
            let strip = Rect { y: self.frame.height, height: strip_px, ..self.inner() };
            let across = beside(self.anchor, 0);
            layers.logo = self.placed_logo(logo, mirrored(across), strip);
            across.place(size, strip)
        } else {
            // Letters without a plate go where its border would be, not inside it.
            let outer = match self.caption.style {
                Style::Text => self.grown(pad_px),
                _ => self.inner(),
            };
            let rect = self.anchor.place(size, outer);
            layers.logo = self.logo_clear_of(rect, warnings);
            rect
        };
        let size = rect.size();
        let mut draw = |part| coverage(desk, block, size, pad_px, self.alignment(), part);
        match self.caption.style {
            Style::Plate => layers.plate = Some((rect, RADIUS * block.size_px)),
            Style::Text => layers.edge = Some((rect, haloed(draw(Part::Edge), block.size_px))),
            Style::Strip => {}
        }
        layers.letters = Some((rect, draw(Part::Body)));
        Layout { strip_px, layers }
    }

    /// A logo without a text.
    pub(super) fn logo_alone(&self, warnings: &mut Vec<Warning>) -> Option<Layout> {
        let nothing = Rect { x: 0, y: 0, width: 0, height: 0 };
        self.logo?;
        let logo = self.logo_clear_of(nothing, warnings);
        Some(Layout { strip_px: 0, layers: Layers { logo, ..Layers::default() } })
    }

    /// The inner rectangle, larger by a padding as far as the frame goes.
    fn grown(&self, pad_px: [f32; 2]) -> Rect {
        let [x, y] = pad_px.map(|pad| (pad as u32).min(self.inset));
        let inner = self.inner();
        Rect {
            x: inner.x - x,
            y: inner.y - y,
            width: inner.width + 2 * x,
            height: inner.height + 2 * y,
        }
    }

    fn logo_size(&self) -> Option<Size> {
        let share =
            if self.caption.style == Style::Strip { LOGO_HEIGHT_STRIP } else { LOGO_HEIGHT };
        let height = (share * self.frame.short_side() as f32).round() as u32;
        let most_width = (LOGO_WIDTH * self.frame.width as f32) as u32;
        (height > 0 && most_width > 0).then_some(())?;
        Some(self.logo?.size(height, most_width))
    }

    fn placed_logo(
        &self,
        size: Option<Size>,
        anchor: Anchor,
        outer: Rect,
    ) -> Option<(Rect, std::sync::Arc<super::logo::Scaled>)> {
        let (size, logo) = (size?, self.logo?);
        let rect = anchor.place(size, outer);
        (rect.size() == size).then(|| (rect, logo.scaled(size)))
    }

    /// The logo at the other end of the caption's side, or at the opposite one if the caption is
    /// in the way there.
    fn logo_clear_of(
        &self,
        caption: Rect,
        warnings: &mut Vec<Warning>,
    ) -> Option<(Rect, std::sync::Arc<super::logo::Scaled>)> {
        self.logo?;
        let anchor = self.anchor;
        let first = mirrored(anchor);
        let places = [first, beside(first, -first.down()), beside(anchor, -anchor.down())];
        let found = places.into_iter().find_map(|anchor| {
            self.placed_logo(self.logo_size(), anchor, self.inner())
                .filter(|(rect, _)| !overlap(*rect, caption))
        });
        if found.is_none() {
            let text = "the frame is too small for the logo, which was left out";
            warnings.push(Warning::Other(text.to_owned()));
        }
        found
    }
}

/// The anchor in the same column, in the row above (−1), middle (0) or below (1).
fn beside(anchor: Anchor, down: i32) -> Anchor {
    at(anchor.across(), down)
}

/// The anchor at the other end of the same row; from the middle column the right end.
fn mirrored(anchor: Anchor) -> Anchor {
    at(if anchor.across() > 0 { -1 } else { 1 }, anchor.down())
}

fn at(across: i32, down: i32) -> Anchor {
    let there = |anchor: &Anchor| anchor.across() == across && anchor.down() == down;
    Anchor::ALL.into_iter().find(there).unwrap_or(Anchor::Center)
}

fn overlap(a: Rect, b: Rect) -> bool {
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

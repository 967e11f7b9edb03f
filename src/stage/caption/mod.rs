//! The caption: a text over a frame or in a strip below it, and a logo.
//!
//! text → shaped and broken into lines ([`Typesetter`]) → set as large as asked, or as fits → drawn as coverage
//! → laid on the rows it covers. [`crate::template`] makes the text; here it is only drawn.
//!
//! A plate takes at most 40 % of the frame's height; a caption that needs more is set wider, then
//! smaller, and as a last resort over the whole frame, with a warning, but it is never cut off. The
//! plate gets as dark as the contrast needs, measured on the samples under it (see `contrast`).

mod blend;
mod contrast;
mod coverage;
mod desk;
mod fonts;
mod layout;
mod legible;
mod logo;
mod place;
mod settings;
mod typesetter;

use std::ops::Range;

use image::GrayImage;

pub use settings::{Caption, SIZE_PERCENT, Style};
pub use typesetter::Typesetter;

use self::blend::{Canvas, Mix};
use self::place::Place;
use crate::error::Warning;
use crate::frame::{Rect, SamplesMut, Size};

/// The letters, and plate, strip and edge around letters, in the frame's own encoded values, 0..1: a
/// white and a black that is not quite black, so that it does not look like a hole. Equal red, green
/// and blue are neutral in every RGB profile.
const INK: [f32; 3] = [1.0; 3];
const PLATE: [f32; 3] = [0.055; 3];

/// Opacity of the plate where the picture is dark enough; over white it becomes 0.65. By eye on
/// samples/frames: the picture is still seen through it.
const PLATE_OPACITY: f32 = 0.58;

/// Opacity of the edge around letters; thinner than a plate, so darker.
const EDGE_OPACITY: f32 = 0.85;

/// Everything that is laid on a frame, each with its place.
#[derive(Debug, Default)]
struct Layers {
    plate: Option<(Rect, f32)>,
    edge: Option<(Rect, GrayImage)>,
    letters: Option<(Rect, GrayImage)>,
    logo: Option<(Rect, std::sync::Arc<logo::Scaled>)>,
}

/// A caption drawn for a frame of one size: what is laid on it and where.
#[derive(Debug)]
pub struct Layout {
    strip_px: u32,
    layers: Layers,
}

/// Draws a caption for a frame of this size; `None` if there is nothing to lay on.
///
/// `text` is what is drawn, its fields already put in; `caption.text` is not looked at. The same
/// arguments give the same layout in every thread.
#[must_use]
pub fn compose(
    frame: Size,
    text: &str,
    caption: &Caption,
    typesetter: &Typesetter,
) -> (Option<Layout>, Vec<Warning>) {
    let mut warnings = Vec::new();
    let place = Place::new(frame, caption, typesetter.logo());
    let text = legible::legible(text);
    if text.is_empty() {
        return (place.logo_alone(&mut warnings), warnings);
    }
    let layout = typesetter.set(&text, &place.room(), |desk, set| {
        warnings.extend(set.missing.into_iter().map(Warning::MissingGlyph));
        let block = set.block?;
        if block.shrunk {
            warnings.push(Warning::CaptionShrunk);
        }
        if block.broken {
            warnings.push(Warning::CaptionBroken);
        }
        Some(place.for_text(block.rtl()).layout(desk, &block, &mut warnings))
    });
    let layout = layout.flatten();
    if layout.is_none() {
        warnings.push(Warning::CaptionLeftOut);
    }
    (layout, warnings)
}

impl Layout {
    /// Rows that a strip adds below the picture; 0 without one.
    #[must_use]
    pub fn strip_px(&self) -> u32 {
        self.strip_px
    }

    /// The rows of the finished frame that are changed or added, and those between them; `picture_px`
    /// is the height of the picture.
    #[must_use]
    pub fn rows(&self, picture_px: u32) -> Range<u32> {
        let Layers { plate, edge, letters, logo } = &self.layers;
        let strip = (self.strip_px > 0).then_some(picture_px..picture_px + self.strip_px);
        let rects = [
            plate.as_ref().map(|(rect, _)| *rect),
            edge.as_ref().map(|(rect, _)| *rect),
            letters.as_ref().map(|(rect, _)| *rect),
            logo.as_ref().map(|(rect, _)| *rect),
        ];
        let rows = rects.into_iter().flatten().map(|rect| rect.y..rect.y + rect.height);
        rows.chain(strip)
            .reduce(|a, b| a.start.min(b.start)..a.end.max(b.end))
            .unwrap_or(picture_px..picture_px)
    }

    /// Lays it on some rows of the finished frame, [`Layout::rows`] at least; `picture` is its size
    /// without a strip, and the rows of a strip may hold anything.
    ///
    /// # Panics
    /// If a row is missing.
    pub fn lay(&self, rows: Rows<'_>, picture: Size) {
        let Rows { samples, channels, top } = rows;
        let width = picture.width as usize;
        match samples {
            SamplesMut::Eight(samples) => {
                self.lay_on(Canvas { samples, width, channels, top }, picture);
            }
            SamplesMut::Sixteen(samples) => {
                self.lay_on(Canvas { samples, width, channels, top }, picture);
            }
        }
    }

    fn lay_on<S: Mix>(&self, mut canvas: Canvas<'_, S>, picture: Size) {
        let (layers, ink, plate) = (&self.layers, INK, PLATE);
        if self.strip_px > 0 {
            let strip = Rect { y: picture.height, height: self.strip_px, ..picture.rect() };
            canvas.fill(strip, plate);
        }
        if let Some((rect, radius)) = layers.plate {
            let extremes = canvas.extremes(rect);
            let alpha = contrast::opacity(extremes, ink, plate, PLATE_OPACITY);
            canvas.plate(rect, radius, plate, alpha);
        }
        if let Some((rect, cover)) = &layers.edge {
            let extremes = canvas.extremes(*rect);
            let alpha = contrast::opacity(extremes, ink, plate, EDGE_OPACITY);
            canvas.letters(*rect, cover, plate, alpha);
        }
        if let Some((rect, cover)) = &layers.letters {
            canvas.letters(*rect, cover, ink, 1.0);
        }
        if let Some((rect, logo)) = &layers.logo {
            canvas.picture(*rect, logo);
        }
    }
}

/// Rows of a finished frame.
#[derive(Debug)]
pub struct Rows<'a> {
    /// Their samples, row by row without padding, each row one channel after the other.
    pub samples: SamplesMut<'a>,
    /// Samples a pixel: 1 or 3.
    pub channels: usize,
    /// Which row of the frame the first one is.
    pub top: u32,
}

//! The caption: a text over a frame or in a strip below it, and a logo.
//!
//! text → shaped and broken into lines ([`Typesetter`]) → set as large as asked, or as fits → drawn
//! as coverage → laid on the rows it covers. What the text says is made in [`crate::template`]; here
//! it is only letters.
//!
//! A plate takes at most 40 % of the frame's height; a caption that needs more is set wider, then
//! smaller, and in the last resort over the whole frame, with a warning, but never cut. The plate
//! gets as dark as the contrast needs, measured on the samples under it (see `contrast`).

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

use image::{GrayImage, ImageBuffer};

pub use settings::{Caption, Palette, SIZE_PERCENT, Style};
pub use typesetter::Typesetter;

use self::blend::{Canvas, Mix};
use self::place::{Layout, Place};
use crate::error::Warning;
use crate::frame::{Frame, Pixels, Rect, Sample, luma};

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

/// Lays a caption on a frame; a strip makes the frame taller.
///
/// `text` is what is drawn, its fields already put in; `caption.text` is not looked at. The same
/// arguments give the same bytes in every thread.
#[must_use]
pub fn stamp(
    mut frame: Frame,
    text: &str,
    caption: &Caption,
    palette: &Palette,
    typesetter: &Typesetter,
) -> (Frame, Vec<Warning>) {
    let mut warnings = Vec::new();
    let place = Place::new(frame.size(), caption, typesetter.logo());
    let layout = compose(text, &place, typesetter, &mut warnings);
    if let Some(layout) = layout {
        if layout.strip_px > 0 {
            extend(&mut frame.pixels, layout.strip_px, palette);
        }
        lay(&mut frame.pixels, &layout.layers, palette);
    }
    (frame, warnings)
}

/// Draws the layers; `None` if there is nothing to lay on.
fn compose(
    text: &str,
    place: &Place<'_>,
    typesetter: &Typesetter,
    warnings: &mut Vec<Warning>,
) -> Option<Layout> {
    let text = legible::legible(text);
    if text.is_empty() {
        return place.logo_alone(warnings);
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
        Some(place.layout(desk, &block, warnings))
    });
    let layout = layout.flatten();
    if layout.is_none() {
        warnings.push(Warning::CaptionLeftOut);
    }
    layout
}

/// Adds rows of the plate's colour below the picture.
fn extend(pixels: &mut Pixels, strip_px: u32, palette: &Palette) {
    /// Longer by rows; the samples stay where they are, so nothing is copied if the system can
    /// give the buffer more pages. Written once: every new page costs as much as filling it.
    fn longer<P>(picture: &mut ImageBuffer<P, Vec<P::Subpixel>>, strip_px: u32, colour: [f32; 3])
    where
        P: image::Pixel<Subpixel: Sample>,
    {
        let (width, height) = picture.dimensions();
        let taken = std::mem::replace(picture, ImageBuffer::new(0, 0));
        let mut samples = taken.into_raw();
        let colour = colour.map(|v| Sample::from_f32(v * <P::Subpixel as Sample>::MAX));
        let row = colour[..usize::from(P::CHANNEL_COUNT)].repeat(width as usize);
        samples.reserve_exact(row.len() * strip_px as usize);
        (0..strip_px).for_each(|_| samples.extend_from_slice(&row));
        if let Some(longer) = ImageBuffer::from_raw(width, height + strip_px, samples) {
            *picture = longer;
        }
    }
    let [red, green, blue] = palette.plate;
    let grey = [luma(red, green, blue); 3];
    match pixels {
        Pixels::Gray8(p) => longer(p, strip_px, grey),
        Pixels::Gray16(p) => longer(p, strip_px, grey),
        Pixels::Rgb8(p) => longer(p, strip_px, palette.plate),
        Pixels::Rgb16(p) => longer(p, strip_px, palette.plate),
    }
}

/// Something done to a canvas of whatever depth.
trait Work {
    fn on<S: Mix>(self, canvas: Canvas<'_, S>);
}

struct Lay<'a>(&'a Layers, &'a Palette);

impl Work for Lay<'_> {
    fn on<S: Mix>(self, mut canvas: Canvas<'_, S>) {
        let Self(layers, &Palette { ink, plate }) = self;
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

fn lay(pixels: &mut Pixels, layers: &Layers, palette: &Palette) {
    with_canvas(pixels, Lay(layers, palette));
}

fn with_canvas(pixels: &mut Pixels, work: impl Work) {
    let width = pixels.size().width as usize;
    let channels = pixels.channels();
    match pixels {
        Pixels::Gray8(p) => work.on(Canvas { samples: p, width, channels }),
        Pixels::Gray16(p) => work.on(Canvas { samples: p, width, channels }),
        Pixels::Rgb8(p) => work.on(Canvas { samples: p, width, channels }),
        Pixels::Rgb16(p) => work.on(Canvas { samples: p, width, channels }),
    }
}

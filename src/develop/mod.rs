//! One frame's way: survey it small, sweep the part that is kept, resize, caption.
//!
//! The order is the product's, not the user's. Nothing here reads a clock or an environment, and no
//! file but the font and the logo that the recipe names (and, for characters that longlens carries
//! no letters for, the machine's fonts): the same frame and recipe give the same samples, whatever
//! the number of workers.

mod bands;
mod rows;
mod survey;
mod sweep;

use image::ImageBuffer;

pub use survey::{Survey, survey};
pub use sweep::Workers;

use crate::error::{Error, ErrorKind, Result, Warning};
use crate::frame::{Frame, Pixels, Pool, Rect, Sample, Size};
use crate::recipe::Recipe;
use crate::stage::caption::{Palette, Typesetter, stamp};
use crate::stage::dehaze::{Amount, Removal};
use crate::stage::resize::resize;
use crate::stage::sharpen::{Method, Sharpen, Sharpener};
use sweep::{RowStages, sweep};

/// A developed frame and what was found and done on the way.
#[derive(Debug)]
pub struct Developed {
    /// The finished photograph.
    pub frame: Frame,
    /// What the survey found; `None` if no stage asked for one.
    pub survey: Option<Survey>,
    /// The part of the original that was kept, before resizing.
    pub kept: Rect,
    /// What was done otherwise than asked.
    pub warnings: Vec<Warning>,
}

/// What developing may use beside the frame and the recipe.
#[derive(Debug, Clone, Copy)]
pub struct Means<'a> {
    /// Where buffers come from and go to.
    pub pool: &'a Pool,
    /// How many workers the sweep may use; the samples do not depend on it.
    pub workers: Workers,
    /// A survey to use instead of the frame's own: frames of one scene developed alike.
    pub survey: Option<&'a Survey>,
}

/// Develops one frame; the caption is drawn as it stands in the recipe.
///
/// # Errors
/// If the crop misses the frame, or the caption cannot be drawn: a font that cannot be read, say.
pub fn develop(frame: &Frame, recipe: &Recipe) -> Result<Developed> {
    let pool = Pool::default();
    let typesetter = Typesetter::open(&recipe.caption)?;
    let means = Means { pool: &pool, workers: Workers::One, survey: None };
    develop_with(frame.clone(), recipe, &typesetter, means)
}

/// Develops one frame where it stands, with buffers, workers and maybe a survey from outside.
///
/// # Errors
/// As [`develop`].
pub fn develop_with(
    frame: Frame,
    recipe: &Recipe,
    typesetter: &Typesetter,
    means: Means,
) -> Result<Developed> {
    let mut warnings = Vec::new();
    let (kept, reduced) = recipe.crop.rect(frame.size())?;
    warnings.extend(reduced);

    let wants_survey = recipe.dehaze.amount != Amount::Off || recipe.sharpen.amount.is_some();
    let survey = match means.survey {
        Some(shared) => Some(shared.clone()),
        None => wants_survey.then(|| survey::survey(&frame)),
    };
    let Frame { pixels, facts } = frame;
    let mut pixels = swept(pixels, kept, recipe, survey.as_ref(), means.workers)?;

    let target = recipe.resize.target(kept.size());
    if target != kept.size() {
        let small = resize(&pixels, target, means.pool)?;
        means.pool.give(Frame::new(std::mem::replace(&mut pixels, small)));
        pixels = output_sharpened(pixels, recipe, means.workers)?;
    }
    let mut frame = Frame { pixels, facts };
    let caption = &recipe.caption;
    if !caption.text.is_empty() || caption.logo.is_some() {
        // White and black are the same in every RGB profile.
        let palette = Palette::default();
        let (stamped, of_caption) = stamp(frame, &caption.text, caption, &palette, typesetter);
        frame = stamped;
        warnings.extend(of_caption);
    }
    Ok(Developed { frame, survey, kept, warnings })
}

fn swept(
    pixels: Pixels,
    kept: Rect,
    recipe: &Recipe,
    survey: Option<&Survey>,
    workers: Workers,
) -> Result<Pixels> {
    let stages = |sample_max: f32| RowStages {
        dehaze: survey.and_then(|s| Removal::new(&s.haze, &recipe.dehaze, s.noise, sample_max)),
        sharpen: survey
            .and_then(|s| Sharpener::new(&recipe.sharpen, s.noise * sample_max, sample_max)),
    };
    sweep_pixels(pixels, kept, stages, workers)
}

/// Amount of the sharpening after a resize: the resampling has blurred what the eye reads.
const OUTPUT_AMOUNT: f32 = 20.0;

/// A second, light sharpening of the small frame, if sharpening is wanted at all.
fn output_sharpened(pixels: Pixels, recipe: &Recipe, workers: Workers) -> Result<Pixels> {
    if recipe.sharpen.amount.is_none_or(|amount| amount == 0.0) {
        return Ok(pixels);
    }
    let output = Sharpen { amount: Some(OUTPUT_AMOUNT), method: Method::Unsharp };
    let stages = |sample_max: f32| RowStages {
        dehaze: None,
        sharpen: Sharpener::new(&output, 1.0 / 255.0 * sample_max, sample_max),
    };
    let whole = pixels.size().rect();
    sweep_pixels(pixels, whole, stages, workers)
}

fn sweep_pixels(
    pixels: Pixels,
    part: Rect,
    stages: impl Fn(f32) -> RowStages,
    workers: Workers,
) -> Result<Pixels> {
    Ok(match pixels {
        Pixels::Gray8(p) => Pixels::Gray8(swept_in_place::<_, 1>(p, part, stages, workers)?),
        Pixels::Rgb8(p) => Pixels::Rgb8(swept_in_place::<_, 3>(p, part, stages, workers)?),
        Pixels::Gray16(p) => Pixels::Gray16(swept_in_place::<_, 1>(p, part, stages, workers)?),
        Pixels::Rgb16(p) => Pixels::Rgb16(swept_in_place::<_, 3>(p, part, stages, workers)?),
    })
}

/// `CHANNELS` is the number of `P`'s.
fn swept_in_place<P, const CHANNELS: usize>(
    pixels: ImageBuffer<P, Vec<P::Subpixel>>,
    part: Rect,
    stages: impl Fn(f32) -> RowStages,
    workers: Workers,
) -> Result<ImageBuffer<P, Vec<P::Subpixel>>>
where
    P: image::Pixel<Subpixel: Sample>,
{
    let frame = Size::new(pixels.width(), pixels.height());
    let mut samples = pixels.into_raw();
    let stages = stages(<P::Subpixel as Sample>::MAX);
    sweep::<P::Subpixel, CHANNELS>(&mut samples, frame, part, &stages, workers);
    samples.truncate(part.size().area() as usize * CHANNELS);
    ImageBuffer::from_raw(part.width, part.height, samples)
        .ok_or_else(|| Error::new(ErrorKind::Internal, "a buffer smaller than its frame"))
}

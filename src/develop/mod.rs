//! One frame's way: survey it small, sweep the part that is kept, resize it, caption it.
//!
//! The result is a whole frame, or goes band by band to an encoder. The encoder then finds its
//! samples in the cache: for a 24 MP frame, 50 MB are neither written to memory nor read again.
//!
//! The order is the product's, not the user's. Nothing here reads a clock, the environment or any
//! file but the font and logo that the recipe names (and the machine's fonts, for characters that
//! the built-in ones lack): the same frame and recipe give the same samples, whatever the number of
//! workers.

mod needs;
mod places;
mod preview;
mod rows;
mod survey;
mod sweep;
mod swept;
mod tilt;
mod turned;

use image::ImageBuffer;

pub use needs::Needs;
pub use preview::{Onlooker, Preview};
use survey::noise_of;
pub use survey::{Likeness, Look, Survey, look, survey, survey_in, survey_sharing};
pub use sweep::Workers;
use swept::Held;
pub use swept::{Start, Swept};
pub use tilt::{Tilt, TiltedBy, tilt};
pub use turned::{Turned, turned, turned_to};

use crate::error::{Error, ErrorKind, Result, Warning};
use crate::frame::{
    Bands, Frame, Original, Pixels, Pool, Rect, Sample, Size, Stored, View, each_kind, zeros,
};
use crate::recipe::Recipe;
use crate::stage::caption::{Layout, Rows, Typesetter, compose};
use crate::stage::dehaze::{Amount, Removal, SharedHaze};
use crate::stage::denoise::{Denoise, Denoiser};
use crate::stage::resize::resize;
use crate::stage::sharpen::{Method, Sharpen, Sharpener};
use places::Places;
use sweep::{Cleaner, RowStages, Source, Take, sweep};

/// A developed frame and what was found and done on the way.
#[derive(Debug)]
pub struct Developed<F = Frame> {
    /// The finished photograph; nothing if it was taken band by band.
    pub frame: F,
    /// What the survey found; `None` without dehaze.
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
    /// The survey of this frame if there is one already; its depth is of no use to any other frame.
    pub survey: Option<&'a Survey>,
}

/// Develops one frame; the caption is drawn as the recipe has it.
///
/// # Errors
/// If the crop misses the frame, or the caption cannot be drawn: a font that cannot be read, say.
pub fn develop(frame: &Frame, recipe: &Recipe) -> Result<Developed> {
    let pool = Pool::default();
    let typesetter = Typesetter::open(&recipe.caption)?;
    let means = Means { pool: &pool, workers: Workers::One, survey: None };
    let (original, _) = turned(frame.clone().into(), recipe.turn, &pool)?;
    Prepared::new(original.size(), recipe, &typesetter)?.develop(original, means)
}

/// What is going to be made of a frame that lies as it is to be ([`turned`]): all that follows from its size and
/// the recipe alone, with the caption's letters drawn.
#[derive(Debug)]
pub struct Prepared<'a> {
    recipe: &'a Recipe,
    kept: Rect,
    /// Size after resizing, without a caption's strip.
    target: Size,
    layout: Option<Layout>,
    warnings: Vec<Warning>,
    shared: Option<&'a SharedHaze>,
}

impl<'a> Prepared<'a> {
    /// For a frame of this size; the caption is drawn as the recipe has it.
    ///
    /// # Errors
    /// If the crop misses the frame.
    pub fn new(frame: Size, recipe: &'a Recipe, typesetter: &Typesetter) -> Result<Self> {
        let (kept, reduced) = recipe.crop.rect(frame)?;
        let target = recipe.resize.target(kept.size());
        let caption = &recipe.caption;
        let (layout, of_caption) = match caption.text.is_empty() && caption.logo.is_none() {
            true => (None, Vec::new()),
            false => compose(target, &caption.text, caption, typesetter),
        };
        let warnings = reduced.into_iter().chain(of_caption).collect();
        Ok(Self { recipe, kept, target, layout, warnings, shared: None })
    }

    /// The same for a frame of a scene, which shares this haze with the others.
    #[must_use]
    pub fn sharing(self, shared: Option<&'a SharedHaze>) -> Self {
        Self { shared, ..self }
    }

    /// The part of the frame that is kept.
    #[must_use]
    pub fn kept(&self) -> Rect {
        self.kept
    }

    /// Size of the finished frame.
    #[must_use]
    pub fn size(&self) -> Size {
        let strip_px = self.layout.as_ref().map_or(0, Layout::strip_px);
        Size { height: self.target.height + strip_px, ..self.target }
    }

    /// Develops the frame.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] if the system has no memory for it.
    ///
    /// # Panics
    /// If the frame is smaller than the one that this was prepared for.
    pub fn develop<'s>(self, start: impl Into<Start<'s>>, means: Means) -> Result<Developed> {
        let start = start.into();
        let facts = start.facts().clone();
        let LastSweep { held, part, stages, survey } = self.up_to_last_sweep(start, means)?;
        let pixels = swept(held, part, &stages, self.layout.as_ref(), means)?;
        let frame = Frame { pixels, facts };
        Ok(Developed { frame, survey, kept: self.kept, warnings: self.warnings })
    }

    /// Develops the frame and hands it on in bands as they are made; the rows on which the caption lies
    /// come last. The frame's buffer goes to the pool.
    ///
    /// # Errors
    /// As [`Prepared::develop`].
    ///
    /// # Panics
    /// As [`Prepared::develop`].
    pub fn develop_into<'s>(
        self,
        start: impl Into<Start<'s>>,
        means: Means,
        bands: &dyn Bands,
    ) -> Result<Developed<()>> {
        let LastSweep { held, part, stages, survey } =
            self.up_to_last_sweep(start.into(), means)?;
        let layout = self.layout.as_ref();
        each_kind!(held.view(), View(picture) => {
            hand_on(Source { picture, part }, &stages, layout, means, bands)
        })?;
        held.give_to(means.pool);
        Ok(Developed { frame: (), survey, kept: self.kept, warnings: self.warnings })
    }

    /// What the dehaze of this frame looks at; nothing without dehaze.
    #[must_use]
    pub fn survey(&self, original: &Original) -> Option<Survey> {
        let profile = original.facts.profile.as_deref();
        let survey = || match self.shared {
            Some(shared) => survey_sharing(original, profile, shared).0,
            None => survey_in(original, profile).0,
        };
        (self.recipe.dehaze.amount != Amount::Off).then(survey)
    }

    /// What is done to the rows of the original, and what had to be found out for it.
    fn stages(&self, original: &Original, means: Means) -> (RowStages, Option<Survey>) {
        let recipe = self.recipe;
        let sample_max = View::from(original).sample_max();
        let survey = means.survey.cloned().or_else(|| self.survey(original));
        let for_noise =
            recipe.sharpen.amount.is_some() || matches!(recipe.denoise, Denoise::Fixed(_));
        // Without dehaze nothing needs the whole frame before the sweep.
        let noise = match &survey {
            Some(survey) => Some(survey.noise),
            None => for_noise.then(|| noise_of(original)),
        };
        let dehaze = survey
            .as_ref()
            .and_then(|s| Removal::new(&s.haze, &s.depth, &recipe.dehaze, sample_max));
        let denoiser = noise
            .and_then(|noise| Denoiser::new(recipe.denoise, noise, dehaze.as_ref(), sample_max));
        let stages = RowStages {
            source: denoiser.map(Cleaner::Denoise),
            dehaze,
            sharpen: noise
                .and_then(|noise| Sharpener::new(&recipe.sharpen, noise * sample_max, sample_max)),
        };
        (stages, survey)
    }

    /// What a sweep reads, what it does, and what had to be found out for it.
    fn begin<'s>(&self, start: Start<'s>, means: Means) -> (Held<'s>, RowStages, Option<Survey>) {
        let ((stages, survey), held) = match start {
            Start::Given(original) => (self.stages(&original, means), Held::Own(original)),
            Start::Lent(original) => (self.stages(original, means), Held::Lent(original.into())),
            Start::Swept(Swept { pixels, survey, .. }) => {
                ((RowStages::default(), survey.clone()), Held::Lent(pixels.into()))
            }
        };
        (held, stages, survey)
    }

    /// What the last sweep reads, the part of it that it keeps and what it does: the only one, or the
    /// one after the resize.
    fn up_to_last_sweep<'s>(&self, start: Start<'s>, means: Means) -> Result<LastSweep<'s>> {
        let is_resized = self.target != self.kept.size();
        let part = match start {
            Start::Swept(Swept { pixels, small, survey, .. }) if is_resized => {
                let small = small.iter().find(|small| small.size() == self.target);
                return match small {
                    Some(small) => Ok(self.last_sweep(Held::Lent(small.into()), survey.clone())),
                    None => self.resized(pixels, survey.clone(), means),
                };
            }
            Start::Swept(Swept { pixels, .. }) => pixels.size().rect(),
            Start::Given(_) | Start::Lent(_) => self.kept,
        };
        let (held, stages, survey) = self.begin(start, means);
        if !is_resized {
            return Ok(LastSweep { held, part, stages, survey });
        }
        let large = swept(held, part, &stages, None, means)?;
        let last = self.resized(&large, survey, means);
        means.pool.give(Frame::new(large));
        last
    }

    /// The last sweep of a frame that is made smaller.
    fn resized(
        &self,
        large: &Pixels,
        survey: Option<Survey>,
        means: Means,
    ) -> Result<LastSweep<'static>> {
        let small = Frame::new(resize(large, self.target, means.pool)?);
        Ok(self.last_sweep(Held::Own(small.into()), survey))
    }

    fn last_sweep<'s>(&self, held: Held<'s>, survey: Option<Survey>) -> LastSweep<'s> {
        let stages = output_stages(self.recipe, held.view().sample_max());
        LastSweep { held, part: self.target.rect(), stages, survey }
    }
}

/// What the last sweep reads, the part of it that it keeps, what it does, and what was found out before.
struct LastSweep<'s> {
    held: Held<'s>,
    part: Rect,
    stages: RowStages,
    survey: Option<Survey>,
}

/// Sweeps and captions the part, and hands its bands on.
fn hand_on<S: Sample + bytemuck::Zeroable, const CHANNELS: usize>(
    source: Source<S, CHANNELS>,
    stages: &RowStages,
    layout: Option<&Layout>,
    means: Means,
    bands: &dyn Bands,
) -> Result<()> {
    let take = |i: usize, band: &[S]| bands.take(i, Sample::either(band));
    sweep_captioned(source, stages, layout, means.workers, bands.rows(), &take)
}

/// The sweep with a caption laid on: the bands that it covers, and those between them, come last and
/// together.
fn sweep_captioned<S: Sample + bytemuck::Zeroable, const CHANNELS: usize>(
    source: Source<S, CHANNELS>,
    stages: &RowStages,
    layout: Option<&Layout>,
    workers: Workers,
    rows: usize,
    take: Take<S>,
) -> Result<()> {
    let Some(layout) = layout else {
        sweep(source, stages, workers, rows, take);
        return Ok(());
    };
    let picture = source.part.size();
    let (covered, last) = (layout.rows(picture.height), picture.height + layout.strip_px());
    let covered = covered.start as usize / rows..(covered.end as usize).div_ceil(rows);
    let top = covered.start * rows;
    let held_rows = (covered.end * rows).min(last as usize) - top;
    let mut held = zeros(held_rows * source.row_len())?;
    let places = Places::new(&mut held, rows * source.row_len());
    sweep(source, stages, workers, rows, &|i, band| match covered.contains(&i) {
        true => places.put(i - covered.start, band),
        false => take(i, band),
    });
    let samples = Sample::either_mut(&mut held);
    layout.lay(Rows { samples, channels: CHANNELS, top: top as u32 }, picture);
    take(covered.start, &held);
    Ok(())
}

/// Amount of the sharpening after a resize: the resampling has blurred what the eye reads.
const OUTPUT_AMOUNT: f32 = 20.0;

/// A second, light sharpening of the small frame, if sharpening is wanted at all.
fn output_stages(recipe: &Recipe, sample_max: f32) -> RowStages {
    let wanted = recipe.sharpen.amount.is_some_and(|amount| amount != 0.0);
    let output = Sharpen { amount: wanted.then_some(OUTPUT_AMOUNT), method: Method::Unsharp };
    let noise = 1.0 / 255.0 * sample_max;
    RowStages { source: None, dehaze: None, sharpen: Sharpener::new(&output, noise, sample_max) }
}

/// The part of a picture swept and captioned into a buffer from the pool, to which that of the original
/// goes.
fn swept(
    held: Held,
    part: Rect,
    stages: &RowStages,
    layout: Option<&Layout>,
    means: Means,
) -> Result<Pixels> {
    let as_it_is = stages.is_neutral() && layout.is_none();
    let held = match held {
        Held::Own(Original { stored: Stored::Pixels(pixels), .. })
            if as_it_is && part == pixels.size().rect() =>
        {
            return Ok(pixels);
        }
        held => held,
    };
    let (pool, workers, view) = (means.pool, means.workers, held.view());
    let size = Size { height: part.height + layout.map_or(0, Layout::strip_px), ..part.size() };
    let len = size.area() as usize * view.channels();
    let assembly = Assembly { stages, layout, workers, size };
    let swept = each_kind!(view, View(picture) => Pixels: {
        assembly.of(Source { picture, part }, pool.take(len)?)?
    });
    held.give_to(pool);
    Ok(swept)
}

/// Rows of a band that goes into a whole frame: half a megabyte to one of a 24 MP frame.
const BAND_ROWS: usize = 64;

/// How bands become a frame of this size.
struct Assembly<'a> {
    stages: &'a RowStages,
    layout: Option<&'a Layout>,
    workers: Workers,
    size: Size,
}

impl Assembly<'_> {
    fn of<P, const CHANNELS: usize>(
        &self,
        source: Source<P::Subpixel, CHANNELS>,
        mut out: Vec<P::Subpixel>,
    ) -> Result<ImageBuffer<P, Vec<P::Subpixel>>>
    where
        P: image::Pixel<Subpixel: Sample + bytemuck::Zeroable>,
    {
        let row_len = source.row_len();
        let places = Places::new(&mut out, BAND_ROWS * row_len);
        let take = |i: usize, band: &[P::Subpixel]| {
            places.put_joined::<CHANNELS>(i, band, row_len);
        };
        sweep_captioned(source, self.stages, self.layout, self.workers, BAND_ROWS, &take)?;
        ImageBuffer::from_raw(self.size.width, self.size.height, out)
            .ok_or_else(|| Error::new(ErrorKind::Internal, "a buffer smaller than its frame"))
    }
}

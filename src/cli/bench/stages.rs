//! The stages of a frame on one thread, each timed alone; the least of several runs.

use std::path::PathBuf;
use std::time::Instant;

use crate::batch::read_bytes;
use crate::cli::counts::frames_of;
use crate::develop::{Means, Prepared, Workers, survey};
use crate::error::Result;
use crate::format::{self, Decoding, Encoding, Limits, Subsampling, Threads};
use crate::frame::{Bands, Pool, Samples, SamplesMut};
use crate::measure::least_ms;
use crate::metadata::Blocks;
use crate::recipe::Recipe;
use crate::stage::caption::{Rows, Typesetter, compose};

/// Times that each stage runs: what else the machine does only adds.
const RUNS: usize = 5;
/// Frames that are looked at: more of one shoot tell nothing new.
const MOST_FRAMES: usize = 8;

/// What one stage takes, in the mean of the frames.
pub(super) struct Stage {
    pub(super) name: &'static str,
    pub(super) ms: f64,
    /// Pixels that it puts out.
    pub(super) pixels: f64,
    /// Whether it is the codec's work.
    pub(super) codec: bool,
}

/// A line on the frames, and the stages.
pub(super) fn measured(inputs: &[PathBuf], recipe: &Recipe) -> Result<(String, Vec<Stage>)> {
    let stage = |name, codec| Stage { name, ms: 0.0, pixels: 0.0, codec };
    let mut sums = [
        stage("decode", true),
        stage("survey", false),
        stage("sweep", false),
        stage("caption", false),
        stage("encode", true),
    ];
    let (pool, typesetter) = (Pool::default(), Typesetter::open(&recipe.caption)?);
    let looked_at = &inputs[..inputs.len().min(MOST_FRAMES)];
    let share = 1.0 / looked_at.len() as f64;
    let mut sizes = Vec::new();
    for input in looked_at {
        let times = one(input, recipe, &typesetter, &pool, &mut sizes)?;
        for (sum, (ms, pixels)) in sums.iter_mut().zip(times) {
            sum.ms += ms * share;
            sum.pixels += pixels as f64 * share;
        }
    }
    let input = format!("{}: {}", frames_of(looked_at.len()), sizes.join(", "));
    Ok((input, sums.into()))
}

/// Milliseconds and pixels of the five stages of one frame.
fn one(
    input: &std::path::Path,
    recipe: &Recipe,
    typesetter: &Typesetter,
    pool: &Pool,
    sizes: &mut Vec<String>,
) -> Result<[(f64, u64); 5]> {
    let bytes = read_bytes(input, &Limits::default())?;
    let decoding = Decoding::default();
    let mut decoded =
        format::decode_as_stored(&bytes, &decoding, pool).map_err(|e| e.about(input))?;
    let mut fault = None;
    let decode_ms = least_ms(RUNS, || match format::decode_as_stored(&bytes, &decoding, pool) {
        Ok(again) => std::mem::replace(&mut decoded, again).frame.give_to(pool),
        Err(error) => fault = Some(error),
    });
    let (frame, header) = (decoded.frame, decoded.header);
    let found = survey(&frame);
    let survey_ms = least_ms(RUNS, || drop(survey(&frame)));

    let mut without = recipe.clone();
    without.caption.text.clear();
    without.caption.logo = None;
    let means = Means { pool, workers: Workers::One, survey: Some(&found) };
    let prepared = || Prepared::new(frame.size(), &without, typesetter);
    let (sweep_ms, ()) = least_of_copies(&frame, pool, |copy| {
        prepared()?.develop_into(copy, means, &Untaken).map(drop)
    })?;
    let (size, caption) = (prepared()?.size(), &recipe.caption);
    let mut rows = Vec::new();
    let caption_ms = least_ms(RUNS, || {
        if let (Some(layout), _) = compose(size, &caption.text, caption, typesetter) {
            let covered = layout.rows(size.height);
            rows.resize(covered.len() * size.width as usize * 3, 90);
            let samples = SamplesMut::Eight(&mut rows);
            layout.lay(Rows { samples, channels: 3, top: covered.start }, size);
        }
    });
    let captioned = Prepared::new(frame.size(), recipe, typesetter)?;
    let finished = captioned.develop(frame.clone(), means)?.frame;

    let encoding = Encoding {
        format: recipe.output.format.or_same(header.format),
        quality: recipe.output.quality,
        subsampling: recipe.output.subsampling.or(header.subsampling).unwrap_or(Subsampling::S420),
        coding: recipe.output.coding,
    };
    let mut out = Vec::new();
    let blocks = Blocks::default();
    let encode_ms = least_ms(RUNS, || {
        let encoded = format::encode(&finished, &encoding, &blocks, Threads::One, &mut out);
        fault = fault.take().or(encoded.err());
    });
    if let Some(error) = fault {
        return Err(error.about(input));
    }
    sizes.push(format!("{} {}", header.size, header.format.name()));
    let (all, kept) = (header.size.area(), finished.size().area());
    pool.give(finished);
    frame.give_to(pool);
    Ok([
        (decode_ms, all),
        (survey_ms, all),
        (sweep_ms, kept),
        (caption_ms, kept),
        (encode_ms, kept),
    ])
}

/// Takes bands as they are swept and does nothing with them.
struct Untaken;

impl Bands for Untaken {
    fn rows(&self) -> usize {
        64
    }

    fn take(&self, _: usize, samples: Samples<'_>) {
        std::hint::black_box(samples);
    }
}

/// The least time of work that uses a frame up, and what it last made.
fn least_of_copies<F: Clone, T>(
    frame: &F,
    pool: &Pool,
    mut work: impl FnMut(F) -> Result<T>,
) -> Result<(f64, T)> {
    let mut timed = || -> Result<_> {
        // Copies that went to the pool do not gather there.
        pool.trim_to(0);
        let copy = frame.clone();
        let begun = Instant::now();
        let made = work(copy)?;
        Ok((begun.elapsed().as_secs_f64() * 1e3, made))
    };
    let (mut least, mut made) = timed()?;
    for _ in 1..RUNS {
        let (ms, again) = timed()?;
        (least, made) = (least.min(ms), again);
    }
    Ok((least, made))
}

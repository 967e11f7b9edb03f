//! One frame's whole way: the file in, the bytes of each finished file out.
//!
//! Outputs of one frame share its decoded samples, the survey, and the sweep if they need the same one. They
//! are developed one after the other, and each is passed to the writer before the next begins.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::batch::disk::hash::hash;
use crate::batch::fields::{sidecar, with_raw};
use crate::batch::job::Job;
use crate::batch::run::output::{Filled, Finished, Origin, Output};
use crate::batch::run::shared::Shared;
use crate::batch::run::turned::{Laid, Way, laid, way};
use crate::colour;
use crate::develop::{Means, Onlooker, Prepared, Start, Survey, Turned};
use crate::error::{Error, ErrorKind, Result, Warning};
use crate::format::{Decoded, Opened};
use crate::frame::{Original, Size};
use crate::metadata::Profile;
use crate::stage::crop::Shape;
use crate::stage::dehaze::{Amount, SharedHaze};

/// Takes an output of a frame, by the number of its job, with its warnings.
pub(in crate::batch) type Made<'a> = &'a mut dyn FnMut(usize, Result<Finished>, Vec<Warning>);

/// Develops one frame from its file into all of its outputs, and hands each on as it is finished.
pub(in crate::batch) fn develop_file(jobs: &[Job], file: Opened, shared: &Shared, made: Made) {
    let all = 0..jobs.len();
    let (original, origin) = match guarded(|| decoded(&jobs[0], file, shared)) {
        Ok(decoded) => decoded,
        Err(error) => return refuse(jobs, all, &error, made),
    };
    let has_profile = original.facts.profile.is_some();
    let is_converted = |i: usize| has_profile && jobs[i].recipe.metadata.profile == Profile::Srgb;
    let mut lots: Vec<Lot> = Vec::new();
    for i in all {
        let (converted, way) = (is_converted(i), way(&jobs[i]));
        match lots.iter_mut().find(|lot| lot.converted == converted && lot.way == way) {
            Some(lot) => lot.which.push(i),
            None => lots.push(Lot { converted, way, which: vec![i] }),
        }
    }
    // What is converted comes last, and what is not turned needs no samples of its own.
    lots.sort_by_key(|lot| (lot.converted, lot.is_turned()));
    let frame = OneFrame { jobs, origin, shared };
    let (mut left, mut last) = (Some(original), lots.len());
    let (mut in_srgb, mut failed) = (false, None);
    for lot in lots {
        last -= 1;
        if lot.converted && !in_srgb {
            in_srgb = true;
            match guarded(|| to_srgb(left.take(), shared)) {
                Ok(original) => left = Some(original),
                Err(error) => failed = Some(error),
            }
        }
        if let Some(error) = &failed {
            refuse(jobs, lot.which, error, made);
            continue;
        }
        if !lot.is_turned() {
            frame.develop(lot.which, &mut left, last == 0, Laying::default(), made);
            continue;
        }
        let samples = if last == 0 { left.take() } else { left.clone() };
        let turn = || laid(samples.ok_or_else(gone)?, lot.way, &frame.origin, &shared.pool);
        match guarded(turn) {
            Ok(Laid { original, turned, crop }) => {
                let laying = Laying { turned, crop };
                frame.develop(lot.which, &mut Some(original), true, laying, made);
            }
            Err(error) => refuse(jobs, lot.which, &error, made),
        }
    }
}

/// Outputs that are made of the same samples.
struct Lot {
    /// Whether its colours are converted to sRGB.
    converted: bool,
    way: Way,
    which: Vec<usize>,
}

impl Lot {
    fn is_turned(&self) -> bool {
        let (turn, by_sidecar) = self.way;
        turn.is_wanted() || by_sidecar
    }
}

/// How a frame lies that outputs are made of.
#[derive(Debug, Clone, Copy, Default)]
struct Laying {
    turned: Turned,
    /// What its sidecar keeps of it.
    crop: Option<Shape>,
}

fn gone() -> Error {
    Error::new(ErrorKind::Internal, "the frame is gone before its last output")
}

/// What a panic leaves half done are this frame's own buffers, dropped with it.
fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(Error::new(ErrorKind::Internal, "internal error while developing this frame")
            .with_hint("please report it with the frame; the other frames are not affected"))
    })
}

fn refuse(jobs: &[Job], which: impl IntoIterator<Item = usize>, error: &Error, made: Made) {
    for i in which {
        made(i, Err(error.clone()), jobs[i].warnings.clone());
    }
}

/// The samples of a frame, and what else its file holds.
fn decoded(job: &Job, file: Opened, shared: &Shared) -> Result<(Original, Origin)> {
    let input_hash = shared.settings.journal.is_some().then(|| hash(file.bytes()));
    let decoded = file.decode_as_stored(&shared.decoding(), &shared.pool)?;
    let Decoded { frame, header, blocks, mut warnings } = decoded;
    shared.go_on()?;
    let blocks = with_raw(job, blocks, &mut warnings)?;
    let sidecar = sidecar(job)?;
    Ok((frame, Origin { header, blocks, sidecar, warnings, input_hash }))
}

/// The frame in the colours of sRGB, without its profile.
fn to_srgb(original: Option<Original>, shared: &Shared) -> Result<Original> {
    let mut original = original.ok_or_else(gone)?;
    let Some(profile) = original.facts.profile.take() else { return Ok(original) };
    let mut frame = original.into_frame(&shared.pool)?;
    colour::convert_to_srgb(&mut frame.pixels, &profile)?;
    Ok(frame.into())
}

/// One frame, decoded.
struct OneFrame<'a> {
    jobs: &'a [Job],
    origin: Origin,
    shared: &'a Shared<'a>,
}

/// An output with its caption filled in, by the number of its job.
type Captioned = (usize, Filled, Vec<Warning>);

/// An output that is ready to be swept.
struct Ready<'a> {
    i: usize,
    filled: &'a Filled,
    prepared: Prepared<'a>,
    warnings: Vec<Warning>,
    /// Who looks on, if what is made is shown.
    onlooker: Option<Onlooker>,
}

impl OneFrame<'_> {
    /// Develops these outputs, all from the same samples, which the last sweep uses up if they are not
    /// wanted again.
    fn develop(
        &self,
        which: Vec<usize>,
        left: &mut Option<Original>,
        is_last: bool,
        laying: Laying,
        made: Made,
    ) {
        let Some(size) = left.as_ref().map(Original::size) else { return };
        let mut captioned = self.captioned(which, laying.crop, made);
        let sweeps = self.sweeps(&mut captioned, size, made);
        let mut surveys = Surveys::default();
        let mut to_come = sweeps.len();
        let several = to_come > 1;
        let shown = self.shared.settings.shown;
        for mut sweep in sweeps {
            to_come -= 1;
            let first = &sweep[0];
            let survey = guarded(|| match left.as_ref() {
                Some(original) if several || shown => {
                    Ok(surveys.of(&self.jobs[first.i], &first.prepared, original))
                }
                _ => Ok(None),
            });
            let survey = match survey {
                Ok(survey) => survey,
                Err(error) => {
                    refuse_ready(sweep, &error, made);
                    continue;
                }
            };
            if let Some(original) = left.as_ref().filter(|_| shown) {
                for Ready { prepared, onlooker, .. } in &mut sweep {
                    *onlooker = guarded(|| Onlooker::new(prepared, original, survey)).ok();
                }
            }
            let (pool, workers) = (&self.shared.pool, self.shared.workers());
            let means = Means { pool, workers, survey };
            let start = match left.take_if(|_| is_last && to_come == 0) {
                Some(original) => Start::Given(original),
                None => match left.as_ref() {
                    Some(original) => Start::Lent(original),
                    None => continue,
                },
            };
            self.sweep(sweep, start, means, laying.turned, made);
        }
        if is_last && let Some(original) = left.take() {
            original.give_to(&self.shared.pool);
        }
    }

    fn captioned(
        &self,
        which: Vec<usize>,
        of_sidecar: Option<Shape>,
        made: Made,
    ) -> Vec<Captioned> {
        let mut captioned = Vec::with_capacity(which.len());
        for i in which {
            let job = &self.jobs[i];
            let mut warnings = job.warnings.clone();
            match guarded(|| Filled::new(job, &self.origin, &mut warnings, self.shared)) {
                Ok(mut filled) => {
                    let crop = &mut filled.recipe.crop.shape;
                    if *crop == Some(Shape::Sidecar) {
                        *crop = of_sidecar;
                    }
                    captioned.push((i, filled, warnings));
                }
                Err(error) => made(i, Err(job.of_edition(error)), warnings),
            }
        }
        captioned
    }

    /// The outputs, those together that sweep the same.
    fn sweeps<'a>(
        &'a self,
        captioned: &'a mut [Captioned],
        size: Size,
        made: Made,
    ) -> Vec<Vec<Ready<'a>>> {
        let mut sweeps: Vec<Vec<Ready>> = Vec::new();
        for (i, filled, warnings) in captioned {
            let (i, filled, warnings) = (*i, &*filled, std::mem::take(warnings));
            let job = &self.jobs[i];
            let haze = job.scene.as_ref().map(|scene| &scene.haze);
            let prepared = match guarded(|| Prepared::new(size, &filled.recipe, &filled.typesetter))
            {
                Ok(prepared) => prepared.sharing(haze),
                Err(error) => {
                    made(i, Err(job.of_edition(error)), warnings);
                    continue;
                }
            };
            let ready = Ready { i, filled, prepared, warnings, onlooker: None };
            match sweeps.iter_mut().find(|sweep| sweep[0].prepared.sweeps_as(&ready.prepared)) {
                Some(sweep) => sweep.push(ready),
                None => sweeps.push(vec![ready]),
            }
        }
        sweeps
    }

    /// Finishes the outputs of one sweep.
    fn sweep(&self, mut sweep: Vec<Ready>, start: Start, means: Means, turned: Turned, made: Made) {
        let mut finish = |ready: Ready, start: Start| {
            let Self { jobs, origin, shared } = self;
            let Ready { i, filled, prepared, mut warnings, onlooker } = ready;
            let output = Output { job: &jobs[i], origin, filled, turned, shared };
            let finish = || output.finish(prepared, start, means, onlooker, &mut warnings);
            let finished = guarded(finish).map_err(|error| jobs[i].of_edition(error));
            made(i, finished, warnings);
        };
        if sweep.len() == 1
            && let Some(alone) = sweep.pop()
        {
            return finish(alone, start);
        }
        let mut sizes: Vec<Size> =
            sweep.iter().filter_map(|ready| ready.prepared.resized_to()).collect();
        sizes.sort_by_key(|size| (size.width, size.height));
        sizes.dedup();
        match guarded(|| sweep[0].prepared.sweep(start, &sizes, means)) {
            Ok(swept) => {
                sweep.into_iter().for_each(|ready| finish(ready, Start::Swept(&swept)));
                swept.give_to(means.pool);
            }
            Err(error) => refuse_ready(sweep, &error, made),
        }
    }
}

fn refuse_ready(ready: Vec<Ready>, error: &Error, made: Made) {
    for Ready { i, warnings, .. } in ready {
        made(i, Err(error.clone()), warnings);
    }
}

/// The surveys of one frame: one for all outputs that look for the same.
#[derive(Default)]
struct Surveys<'a>(Vec<(Sought<'a>, Option<Survey>)>);

/// Whether there is haze to be taken out, and what of it is shared with other frames.
type Sought<'a> = (bool, Option<&'a SharedHaze>);

impl<'a> Surveys<'a> {
    fn of(&mut self, job: &'a Job, prepared: &Prepared, original: &Original) -> Option<&Survey> {
        let has_haze = job.recipe.dehaze.amount != Amount::Off;
        let sought = (has_haze, job.scene.as_ref().map(|scene| &scene.haze));
        let known = self.0.iter().position(|(known, _)| *known == sought);
        let at = known.unwrap_or_else(|| {
            self.0.push((sought, prepared.survey(original)));
            self.0.len() - 1
        });
        self.0[at].1.as_ref()
    }
}

//! One frame's whole way: the file in, the bytes of each finished file out.
//!
//! Outputs of one frame have its decoded samples in common, the survey, and the sweep where they sweep the
//! same. They are developed one after the other, and each is on its way to the disk before the next.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::batch::disk::hash::hash;
use crate::batch::fields::with_raw;
use crate::batch::job::Job;
use crate::batch::run::output::{Filled, Finished, Origin, Output};
use crate::batch::run::shared::Shared;
use crate::colour;
use crate::develop::{Means, Prepared, Start, Survey};
use crate::error::{Error, ErrorKind, Result, Warning};
use crate::format::{Decoded, Opened};
use crate::frame::Original;
use crate::metadata::Profile;
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
    let is_converted = |&i: &usize| has_profile && jobs[i].recipe.metadata.profile == Profile::Srgb;
    let (converted, stored): (Vec<usize>, Vec<usize>) = all.partition(is_converted);
    let frame = OneFrame { jobs, origin, shared };
    let mut left = Some(original);
    let is_last = converted.is_empty();
    frame.develop(stored, &mut left, is_last, made);
    if is_last {
        return;
    }
    match guarded(|| to_srgb(left.take(), shared)) {
        Ok(original) => frame.develop(converted, &mut Some(original), true, made),
        Err(error) => refuse(jobs, converted, &error, made),
    }
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
    Ok((frame, Origin { header, blocks, warnings, input_hash }))
}

/// The frame in the colours of sRGB, without its profile.
fn to_srgb(original: Option<Original>, shared: &Shared) -> Result<Original> {
    let gone = || Error::new(ErrorKind::Internal, "the frame is gone before its last output");
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

/// An output that is ready to be swept.
struct Ready<'a> {
    i: usize,
    filled: &'a Filled,
    prepared: Prepared<'a>,
}

impl OneFrame<'_> {
    /// Develops these outputs, all from the same samples; the last time these are used up.
    fn develop(&self, which: Vec<usize>, left: &mut Option<Original>, is_last: bool, made: Made) {
        let Some(original) = left.as_ref() else { return };
        let size = original.size();
        let mut all = Vec::with_capacity(which.len());
        for i in which {
            let mut warnings = self.jobs[i].warnings.clone();
            match guarded(|| Filled::new(&self.jobs[i], &self.origin, &mut warnings, self.shared)) {
                Ok(filled) => all.push((i, filled, warnings)),
                Err(error) => made(i, Err(self.jobs[i].of_edition(error)), warnings),
            }
        }
        let mut sweeps: Vec<Vec<Ready>> = Vec::new();
        let mut said: Vec<Vec<Warning>> = vec![Vec::new(); self.jobs.len()];
        for (i, filled, warnings) in &mut all {
            let (i, filled) = (*i, &*filled);
            said[i] = std::mem::take(warnings);
            let haze = self.jobs[i].scene.as_ref().map(|scene| &scene.haze);
            let prepare = || Prepared::new(size, &filled.recipe, &filled.typesetter);
            let prepared = match guarded(prepare) {
                Ok(prepared) => prepared.sharing(haze),
                Err(error) => {
                    made(i, Err(self.jobs[i].of_edition(error)), std::mem::take(&mut said[i]));
                    continue;
                }
            };
            let ready = Ready { i, filled, prepared };
            match sweeps.iter_mut().find(|sweep| sweep[0].prepared.sweeps_as(&ready.prepared)) {
                Some(sweep) => sweep.push(ready),
                None => sweeps.push(vec![ready]),
            }
        }
        let mut surveys = Surveys::default();
        let several = sweeps.len() > 1;
        let mut last = sweeps.len();
        for sweep in sweeps {
            last -= 1;
            let survey = match left.as_ref() {
                Some(original) if several => {
                    surveys.of(&self.jobs[sweep[0].i], &sweep[0].prepared, original)
                }
                _ => None,
            };
            let (pool, workers) = (&self.shared.pool, self.shared.workers());
            let means = Means { pool, workers, survey };
            let start = match left.take_if(|_| is_last && last == 0) {
                Some(original) => Start::Given(original),
                None => match left.as_ref() {
                    Some(original) => Start::Lent(original),
                    None => continue,
                },
            };
            self.sweep(sweep, start, means, &mut said, made);
        }
        if is_last && let Some(original) = left.take() {
            original.give_to(&self.shared.pool);
        }
    }

    /// Finishes the outputs of one sweep.
    fn sweep(
        &self,
        sweep: Vec<Ready>,
        start: Start,
        means: Means,
        said: &mut [Vec<Warning>],
        made: Made,
    ) {
        let mut finish = |ready: Ready, start: Start| {
            let Self { jobs, origin, shared } = self;
            let Ready { i, filled, prepared } = ready;
            let mut warnings = std::mem::take(&mut said[i]);
            let output = Output { job: &jobs[i], origin, filled, shared };
            let finish = || output.finish(prepared, start, means, &mut warnings);
            let finished = guarded(finish).map_err(|error| self.jobs[i].of_edition(error));
            made(i, finished, warnings);
        };
        if sweep.len() == 1 {
            if let Some(alone) = sweep.into_iter().next() {
                finish(alone, start);
            }
            return;
        }
        match guarded(|| sweep[0].prepared.sweep(start, means)) {
            Ok(swept) => {
                sweep.into_iter().for_each(|ready| finish(ready, Start::Swept(&swept)));
                swept.give_to(means.pool);
            }
            Err(error) => {
                for Ready { i, .. } in sweep {
                    made(i, Err(error.clone()), std::mem::take(&mut said[i]));
                }
            }
        }
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

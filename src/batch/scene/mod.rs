//! Scenes: frames that show one view in one light share the values of their haze, so that something that moves
//! in one of them does not change the look of the rest.
//!
//! First the settings and the cameras' records (`wanted`, `group`) select the frames that may be in a scene;
//! only those are looked at, small (`look`); frames that are alike become a scene; its frames share robust
//! values (`share`, `line`). A frame in no scene is not affected.
//!
//! What is decided is a function of the frames and their settings: not of their order, nor of the workers.

mod assigned;
mod group;
mod line;
mod look;
mod names;
pub(in crate::batch) mod record;
mod share;
mod wanted;

pub use assigned::Assigned;
pub use record::InScene;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::batch::job::Job;
use crate::batch::settings::{Existing, Settings};
use crate::batch::stop::Stop;
use crate::error::{Error, ErrorKind, Result};
use crate::format::Limits;
use crate::metadata::Shot;
use crate::stage::dehaze::SharedHaze;
use group::{SeenFrame, Taken, alike, runs};
use look::{Looked, look_at};
use share::{Share, shared};
use wanted::Wanted;

/// Decides which of these frames are scenes, and writes into each job what it shares; frames that are alone
/// have none. Reads the frames that may have company; `tell` hears how many of how many are through.
///
/// A frame that cannot be read is in no scene: it fails when it is developed. If `stop` is set, nothing is
/// decided.
///
/// # Errors
/// [`ErrorKind::Usage`] if a field is named that no frame has, or a frame to take the haze from that is none
/// or cannot be read.
pub fn assign_scenes(
    jobs: &mut [Job],
    settings: &Settings,
    stop: &Stop,
    tell: &(dyn Fn(usize, usize) + Sync),
) -> Result<()> {
    let limits = settings.decoding().limits;
    let sets = by_edition(jobs).into_iter();
    let sets = sets.map(|members| Set::of(jobs, members, &limits)).collect::<Result<Vec<_>>>()?;
    let looks = Looks::at(jobs, &sets, settings, stop, tell);
    if stop.is_set() {
        return Ok(());
    }
    let mut assigned: Vec<(usize, Assigned)> = Vec::new();
    for set in &sets {
        set.assign(jobs, &looks, &limits, &mut assigned)?;
    }
    for (i, scene) in assigned {
        jobs[i].scene = Some(scene);
    }
    Ok(())
}

/// The jobs by edition: several outputs of a frame are not several frames of one view.
fn by_edition(jobs: &[Job]) -> Vec<Vec<usize>> {
    let mut sets: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
    for (i, job) in jobs.iter().enumerate() {
        sets.entry(job.edition.as_deref()).or_default().push(i);
    }
    sets.into_values().collect()
}

/// The frames of a run, with the settings for each and what their cameras recorded.
struct Set {
    wanted: Wanted,
    /// By the numbers of the jobs.
    shots: Vec<Option<Shot>>,
    runs: Vec<Vec<Taken>>,
}

impl Set {
    fn of(jobs: &[Job], members: Vec<usize>, limits: &Limits) -> Result<Self> {
        let wanted = Wanted::of(jobs, members)?;
        let shots = wanted.shots(jobs, limits);
        let taken = |&job: &usize| {
            let (shot, path) = (shots[job].clone()?, jobs[job].input.clone());
            Some(Taken { job, shot, path })
        };
        let runs = runs(wanted.by_itself.iter().filter_map(taken).collect());
        Ok(Self { wanted, shots, runs })
    }

    /// What each frame of a scene shares, by the numbers of the jobs.
    fn assign(
        &self,
        jobs: &[Job],
        looks: &Looks,
        limits: &Limits,
        assigned: &mut Vec<(usize, Assigned)>,
    ) -> Result<()> {
        let Self { wanted, shots, runs } = self;
        let mut scenes = Vec::new();
        for run in runs {
            scenes.extend(of_run(run, looks));
        }
        for (why, members) in &wanted.named {
            let members: Vec<usize> =
                members.iter().copied().filter(|&i| looks.of(&jobs[i].input).is_some()).collect();
            if members.len() > 1 {
                scenes.push(Scene {
                    name: wanted::name(why),
                    why: wanted::why(why, members.len()),
                    members,
                });
            }
        }
        let frame = |i: usize| {
            let looked = looks.of(&jobs[i].input)?;
            let shot = shots[i].clone().unwrap_or_default();
            Some(of_frame(&looked, &shot))
        };
        let named = scenes.iter().map(|s| (s.name.as_str(), jobs[s.members[0]].input.as_path()));
        let names = names::unique(&named.collect::<Vec<_>>());
        for (Scene { why, members, .. }, name) in scenes.iter().zip(names) {
            let shares: Vec<Share> = members.iter().filter_map(|&i| frame(i)).collect();
            for (&i, haze) in members.iter().zip(shared(&shares)) {
                let (scene, why, frames) = (name.clone(), why.clone(), members.len());
                assigned.push((i, Assigned { scene, why, frames, haze }));
            }
        }
        for (i, path) in &wanted.from {
            let source = looks.taken_from(path)?;
            let named = Share { seconds: None, ..of_frame(&source, &wanted::shot(path, limits)) };
            let shot = shots[*i].clone().unwrap_or_default();
            assigned.push((*i, named.taken_by(&shot, path)));
        }
        Ok(())
    }
}

/// Frames that are one scene.
struct Scene {
    /// What it is called, but for scenes of the same name.
    name: String,
    why: String,
    /// Which jobs, in the order in which they were taken.
    members: Vec<usize>,
}

/// The scenes of a run of frames.
fn of_run(run: &[Taken], looks: &Looks) -> Vec<Scene> {
    let seen = |taken: &Taken| {
        let Looked { size, look } = looks.of(&taken.path)?;
        let (ms, exposure_ev) = (taken.shot.taken_ms?, taken.shot.exposure_ev);
        Some(SeenFrame { size, likeness: look.likeness, ms, exposure_ev })
    };
    let seen: Vec<Option<SeenFrame>> = run.iter().map(seen).collect();
    let scene = |group: group::Group| {
        let members: Vec<&Taken> = group.members.iter().map(|&i| &run[i]).collect();
        // There are two at least.
        let (first, last) = (members[0], members[members.len() - 1]);
        let ms = last.shot.taken_ms.unwrap_or_default() - first.shot.taken_ms.unwrap_or_default();
        let lens = first.shot.focal_mm.map_or_else(String::new, |mm| format!(" at {mm:.0} mm"));
        let why = format!(
            "{} frames{lens} within {} that differ by {:.2} stops at most",
            members.len(),
            span(ms),
            group.apart,
        );
        Scene {
            name: names::of(&first.path),
            why,
            members: members.iter().map(|t| t.job).collect(),
        }
    };
    alike(&seen).into_iter().map(scene).collect()
}

/// A span of time for people.
fn span(ms: i64) -> String {
    let seconds = ms as f64 / 1000.0;
    match seconds {
        s if s < 10.0 => format!("{s:.1} s"),
        s if s < 120.0 => format!("{s:.0} s"),
        s => format!("{:.0} min", s / 60.0),
    }
}

fn of_frame(looked: &Looked, shot: &Shot) -> Share {
    Share {
        own: looked.look.shared,
        seconds: shot.taken_ms.map(|ms| ms as f64 / 1000.0),
        exposure_ev: shot.exposure_ev.map(f64::from),
    }
}

impl Share {
    /// What a frame takes that is told to take the haze of this one.
    fn taken_by(&self, shot: &Shot, path: &Path) -> Assigned {
        let brighter = shot.exposure_ev.zip(self.exposure_ev);
        let brighter = brighter.map_or(0.0, |(own, its)| f64::from(own) - its);
        let mut stops = self.own.stops();
        for (number, value) in stops.iter_mut().enumerate() {
            if SharedHaze::is_light(number) {
                *value += brighter;
            }
        }
        let haze = match brighter == 0.0 {
            true => self.own,
            false => SharedHaze::of_stops(&stops),
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Assigned {
            scene: format!("haze of {name}"),
            why: "haze-from names that frame".to_owned(),
            frames: 1,
            haze,
        }
    }
}

/// All files that were looked at, once each.
struct Looks {
    by_path: BTreeMap<PathBuf, Result<Looked>>,
}

impl Looks {
    fn at(
        jobs: &[Job],
        sets: &[Set],
        settings: &Settings,
        stop: &Stop,
        tell: &(dyn Fn(usize, usize) + Sync),
    ) -> Self {
        // Where all outputs are there and kept nothing is developed.
        let is_needed = |i: usize| settings.existing != Existing::Keep || !jobs[i].output.exists();
        let mut files: BTreeSet<&Path> = BTreeSet::new();
        for Set { wanted, runs, .. } in sets {
            let runs = runs.iter().filter(|run| run.iter().any(|taken| is_needed(taken.job)));
            files.extend(runs.flatten().map(|taken| taken.path.as_path()));
            let named = wanted.named.values().filter(|members| members.len() > 1);
            let named = named.filter(|members| members.iter().any(|&i| is_needed(i))).flatten();
            files.extend(named.map(|&i| jobs[i].input.as_path()));
            files.extend(wanted.from.iter().map(|(_, path)| path.as_path()));
        }
        let files: Vec<&Path> = files.into_iter().collect();
        let looked = match files.is_empty() {
            true => Vec::new(),
            false => look_at(&files, settings, stop, tell),
        };
        Self { by_path: files.into_iter().map(PathBuf::from).zip(looked).collect() }
    }

    fn of(&self, path: &Path) -> Option<Looked> {
        self.by_path.get(path)?.as_ref().ok().copied()
    }

    fn taken_from(&self, path: &Path) -> Result<Looked> {
        let looked = self.by_path.get(path).cloned();
        let none = || Error::new(ErrorKind::Internal, "it was not looked at");
        looked.unwrap_or_else(|| Err(none())).map_err(|error| {
            let message = format!("haze-from: {}", error.message());
            Error::new(ErrorKind::Usage, message).about(path)
        })
    }
}

//! Which frames are one scene: taken by one camera one after the other, and alike.
//!
//! Two steps, so that only frames that may be in a scene are decoded: [`runs`] compares what cameras record,
//! [`alike`] what the frames look like. Neither depends on the order in which frames were given.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::develop::Likeness;
use crate::frame::Size;
use crate::metadata::Shot;

/// Milliseconds between two frames up to which they are a burst: even a boat that fills the frame does not
/// part them.
const BURST_MS: i64 = 2_500;
/// Milliseconds after which a view is another one: a person has turned, or the light has.
const PAUSE_MS: i64 = 60_000;
/// The same where frames come at even intervals, as a timer takes them.
const TIMER_PAUSE_MS: i64 = 15 * 60_000;
/// How even an interval is, as a share of it, and at least in milliseconds.
const EVEN: (f64, i64) = (0.05, 1_500);
/// How far focal lengths of one view may differ, as a factor.
const FOCAL: f32 = 1.03;
/// Differences up to which frames are alike, in stops: of a burst, of others (see [`Likeness`]).
const ALIKE: (f32, f32) = (0.8, 0.4);
/// How many frames a frame is compared with before it: a ship that passes does not end a scene.
const BACK: usize = 3;

/// A frame that has a time.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    /// Which job.
    pub(super) job: usize,
    /// What the camera notes.
    pub(super) shot: Shot,
    /// Its file: frames of one moment go by its name.
    pub(super) path: PathBuf,
}

impl Taken {
    fn ms(&self) -> i64 {
        self.shot.taken_ms.unwrap_or_default()
    }
}

/// Frames of one camera in one folder between pauses and changes of lens, in the order in which they were
/// taken: at least two.
pub(super) fn runs(frames: Vec<Taken>) -> Vec<Vec<Taken>> {
    let mut by_camera: BTreeMap<(Option<String>, Option<PathBuf>), Vec<Taken>> = BTreeMap::new();
    for frame in frames.into_iter().filter(|frame| frame.shot.taken_ms.is_some()) {
        let folder = frame.path.parent().map(PathBuf::from);
        by_camera.entry((frame.shot.camera.clone(), folder)).or_default().push(frame);
    }
    let mut runs = Vec::new();
    for mut frames in by_camera.into_values() {
        frames.sort_by(|a, b| (a.ms(), &a.path).cmp(&(b.ms(), &b.path)));
        let gaps: Vec<i64> = frames.windows(2).map(|pair| pair[1].ms() - pair[0].ms()).collect();
        let mut run: Vec<Taken> = Vec::new();
        for (i, frame) in frames.into_iter().enumerate() {
            let follows = |before: &Taken| goes_on(&gaps, i - 1) && same_lens(before, &frame);
            if run.last().is_some_and(|before| !follows(before)) {
                runs.push(std::mem::take(&mut run));
            }
            run.push(frame);
        }
        runs.push(run);
    }
    runs.retain(|run| run.len() > 1);
    runs
}

/// Whether this gap is none.
fn goes_on(gaps: &[i64], i: usize) -> bool {
    let gap = gaps[i];
    let is_even = |other: Option<&i64>| {
        let most = (EVEN.0 * gap as f64).max(EVEN.1 as f64);
        other.is_some_and(|other| (other - gap).abs() as f64 <= most)
    };
    let beside = || is_even(gaps.get(i + 1)) || i > 0 && is_even(gaps.get(i - 1));
    gap <= PAUSE_MS || gap <= TIMER_PAUSE_MS && beside()
}

fn same_lens(a: &Taken, b: &Taken) -> bool {
    let focal = match (a.shot.focal_mm, b.shot.focal_mm) {
        (Some(a), Some(b)) => a.max(b) <= FOCAL * a.min(b),
        (a, b) => a == b,
    };
    focal && a.shot.lens == b.shot.lens
}

/// A frame of a run as it was seen.
#[derive(Debug, Clone, Copy)]
pub(super) struct SeenFrame {
    /// Its size in pixels, upright.
    pub(super) size: Size,
    /// What it looks like.
    pub(super) likeness: Likeness,
    /// Milliseconds since 1970.
    pub(super) ms: i64,
    /// Exposure in stops.
    pub(super) exposure_ev: Option<f32>,
}

/// Frames that show one view.
#[derive(Debug, PartialEq)]
pub(super) struct Group {
    /// Their places in the run, in order; at least two.
    pub(super) members: Vec<usize>,
    /// The greatest difference of two that hang together, stops.
    pub(super) apart: f32,
}

/// Groups the frames of a run; a frame that was not seen is in none.
pub(super) fn alike(run: &[Option<SeenFrame>]) -> Vec<Group> {
    // Each frame leads to an earlier one of its group, the first to itself.
    let mut leads: Vec<usize> = (0..run.len()).collect();
    let mut apart = vec![0.0_f32; run.len()];
    let seen: Vec<(usize, SeenFrame)> =
        run.iter().enumerate().filter_map(|(i, frame)| Some((i, (*frame)?))).collect();
    for (at, (i, frame)) in seen.iter().enumerate() {
        let before = seen[at.saturating_sub(BACK)..at].iter().rev();
        let links = before.filter_map(|(j, other)| Some((first(&leads, *j), link(other, frame)?)));
        for (group, difference) in links.collect::<Vec<_>>() {
            let own = first(&leads, *i);
            let (head, tail) = (own.min(group), own.max(group));
            if own != group || own == *i {
                apart[head] = apart[head].max(apart[tail]).max(difference);
            }
            leads[tail] = head;
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (i, _) in &seen {
        groups.entry(first(&leads, *i)).or_default().push(*i);
    }
    let groups = groups.into_iter().filter(|(_, members)| members.len() > 1);
    groups.map(|(head, members)| Group { members, apart: apart[head] }).collect()
}

fn first(leads: &[usize], mut i: usize) -> usize {
    while leads[i] != i {
        i = leads[i];
    }
    i
}

/// The difference of two frames, the earlier first, if it is small enough.
fn link(a: &SeenFrame, b: &SeenFrame) -> Option<f32> {
    if a.size != b.size {
        return None;
    }
    let brighter = a.exposure_ev.zip(b.exposure_ev).map_or(0.0, |(a, b)| b - a);
    // The light is the same, or the camera has followed it.
    let difference = [brighter, 0.0].map(|ev| a.likeness.difference(&b.likeness, ev));
    let difference = difference[0].min(difference[1]);
    let most = if b.ms - a.ms <= BURST_MS { ALIKE.0 } else { ALIKE.1 };
    (difference <= most).then_some(difference)
}

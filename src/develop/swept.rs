//! One frame developed into several outputs: steps that they have in common are done once.
//!
//! Outputs that keep the same part and have the same dehaze, denoise and sharpening differ after the sweep
//! only: it is done once, into a whole frame, from which each output is resized and captioned. Its samples are
//! the same as those of a sweep for each output.

use std::sync::Arc;

use super::{Means, Prepared, Survey, swept};
use crate::error::Result;
use crate::frame::{Facts, Frame, Original, Pixels, Pool, Size, View};
use crate::stage::resize::resize_all;

/// What a frame, or one output of it, is developed from.
#[derive(Debug)]
pub enum Start<'s> {
    /// The original, whose buffer goes to the pool.
    Given(Original),
    /// The original, which is wanted again.
    Lent(&'s Original),
    /// What was swept for several outputs.
    Swept(&'s Swept),
}

impl Start<'_> {
    pub(super) fn facts(&self) -> &Facts {
        match self {
            Self::Given(original) => &original.facts,
            Self::Lent(original) => &original.facts,
            Self::Swept(swept) => &swept.facts,
        }
    }

    /// The profile of its samples, if they are not sRGB.
    #[must_use]
    pub fn profile(&self) -> Option<Arc<[u8]>> {
        self.facts().profile.clone()
    }

    /// What its samples are.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        match self {
            Self::Given(original) => original.into(),
            Self::Lent(original) => (*original).into(),
            Self::Swept(swept) => (&swept.pixels).into(),
        }
    }
}

impl From<Original> for Start<'_> {
    fn from(original: Original) -> Self {
        Self::Given(original)
    }
}

impl From<Frame> for Start<'_> {
    fn from(frame: Frame) -> Self {
        Self::Given(frame.into())
    }
}

/// The part of a frame that several outputs keep, swept; neither resized nor captioned.
#[derive(Debug)]
pub struct Swept {
    pub(super) pixels: Pixels,
    /// The same in the sizes that are wanted.
    pub(super) small: Vec<Pixels>,
    pub(super) facts: Facts,
    pub(super) survey: Option<Survey>,
}

impl Swept {
    /// Gives its samples to the pool.
    pub fn give_to(self, pool: &Pool) {
        self.small.into_iter().for_each(|small| pool.give(Frame::new(small)));
        pool.give(Frame::new(self.pixels));
    }
}

impl Prepared<'_> {
    /// Whether the sweep of another output of the same frame makes the same samples.
    #[must_use]
    pub fn sweeps_as(&self, other: &Self) -> bool {
        let (one, two) = (self.recipe, other.recipe);
        self.kept == other.kept
            && self.shared == other.shared
            && one.dehaze == two.dehaze
            && one.denoise == two.denoise
            && one.sharpen == two.sharpen
    }

    /// The sweep alone, for all outputs that [sweep](Prepared::sweeps_as) alike, and the frame in these sizes.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`](crate::error::ErrorKind::TooLarge) if the system has no memory for it.
    ///
    /// # Panics
    /// If the frame is smaller than the one that this was prepared for.
    pub fn sweep(&self, original: Start, sizes: &[Size], means: Means) -> Result<Swept> {
        let facts = original.facts().clone();
        let (held, stages, survey) = self.begin(original, means);
        let pixels = swept(held, self.kept, &stages, None, means)?;
        let small = resize_all(&pixels, sizes, means.pool)?;
        Ok(Swept { pixels, small, facts, survey })
    }

    /// The size to which the frame is resized, if it is.
    #[must_use]
    pub fn resized_to(&self) -> Option<Size> {
        (self.target != self.kept.size()).then_some(self.target)
    }
}

/// Samples on their way through a sweep.
pub(super) enum Held<'s> {
    /// They go to the pool afterwards.
    Own(Original),
    /// They are wanted again.
    Lent(View<'s>),
}

impl Held<'_> {
    pub(super) fn view(&self) -> View<'_> {
        match self {
            Self::Own(original) => original.into(),
            Self::Lent(view) => *view,
        }
    }

    pub(super) fn give_to(self, pool: &Pool) {
        if let Self::Own(original) = self {
            original.give_to(pool);
        }
    }
}

//! Whether `--crop sidecar` found a crop anywhere: where it did not, the sidecars are somewhere else.

use crate::batch::{Done, Outcome};
use crate::stage::crop::Shape;

/// Frames that were to be cropped as their sidecars say.
#[derive(Debug, Default)]
pub(super) struct Sidecars {
    asked: usize,
    /// Those of which nothing was cut off.
    whole: usize,
}

impl Sidecars {
    pub(super) fn count(&mut self, outcome: &Outcome, done: &Done) {
        if outcome.job.recipe.crop.shape == Some(Shape::Sidecar) {
            let (kept, turned) = (done.kept.size(), done.turned_degrees);
            self.asked += 1;
            self.whole += usize::from(kept == done.original && turned == 0.0);
        }
    }

    /// What to say if none has a crop.
    pub(super) fn warning(&self) -> Option<&'static str> {
        (self.asked > 0 && self.whole == self.asked).then_some(
            "--crop sidecar: no frame has a crop in its sidecar or its XMP, so none was cropped",
        )
    }
}

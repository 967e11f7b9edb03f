//! What `-v` says of one output below its name.

use super::text;
use crate::batch::{Done, Fit, Outcome};
use crate::stage::dehaze::Amount;

/// A line for each thing that was chosen or taken out.
pub(super) fn chosen(outcome: &Outcome, done: &Done) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(outcome.job.scene.as_ref().map(text::scene));
    if let Some(found) = &done.surveyed {
        let dehaze = outcome.job.recipe.dehaze.amount;
        let amount = Amount::of_strength(dehaze.strength(found.haze.auto_strength));
        lines.push(format!("dehaze {dehaze} = {amount:.0}: {}", found.haze));
        lines.push(format!("noise {:.2} of 255", found.noise * 255.0));
    }
    if let Some(Fit { quality, encodings }) = done.fitted {
        let times = if encodings == 1 { "encoding" } else { "encodings" };
        lines.push(format!("quality {quality}, in {encodings} {times}"));
    }
    if !done.removed.is_empty() {
        let removed: Vec<_> = done.removed.iter().map(ToString::to_string).collect();
        lines.push(format!("removed from the metadata: {}", removed.join(", ")));
    }
    lines
}

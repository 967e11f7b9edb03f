//! The details of one output: what `-v` prints below its name, and what the report page shows on
//! its card.

use super::text;
use crate::batch::{Done, Fit, Outcome};
use crate::stage::dehaze::Amount;
use crate::stage::turn::Straighten;

/// A line for each thing that was chosen or taken out.
pub(super) fn chosen(outcome: &Outcome, done: &Done) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(outcome.job.scene.as_ref().map(text::scene));
    lines.extend(turned(outcome, done));
    if let Some(found) = &done.surveyed {
        let dehaze = outcome.job.recipe.dehaze.amount;
        let amount = Amount::of_strength(dehaze.strength(found.haze.auto_strength));
        let of_scene = match (&outcome.job.scene, dehaze) {
            (Some(_), Amount::Auto) => ", shared by the scene; in this frame",
            _ => "",
        };
        lines.push(format!("dehaze {dehaze} = {amount:.0}{of_scene}: {}", found.haze));
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

/// How a frame was turned, or why not, if that was asked for.
pub(super) fn turned(outcome: &Outcome, done: &Done) -> Option<String> {
    let turned = || format!("turned {}", text::direction(done.turned_degrees));
    match (&done.tilt, done.turned_degrees != 0.0) {
        (Some(tilt), true) => {
            let by = text::tilt(tilt.degrees, &tilt.by.to_string(), tilt.confidence.into());
            Some(format!("{}: it was tilted {by}", turned()))
        }
        (Some(tilt), false) => Some(format!("level, by its {}", tilt.by)),
        (None, true) => Some(turned()),
        (None, false) => (outcome.job.recipe.turn.straighten == Straighten::Auto)
            .then(|| "not straightened: neither a horizon nor verticals are certain".to_owned()),
    }
}

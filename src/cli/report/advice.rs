//! What to type next.

use super::super::text;
use super::{Loudness, Report};
use crate::batch::Summary;

impl Report {
    /// What to type next.
    pub(super) fn advice(&self, summary: &Summary) {
        let hint = |text: &str| {
            if self.loudness != Loudness::Quiet {
                text::to_stderr(&format!("  {} {text}\n", text::painted(text::Tone::Hint)));
            }
        };
        if summary.not_delivered > 0 && self.is_of_plan {
            hint("use --overwrite to replace those outputs, --skip-existing to accept them");
        } else if summary.not_delivered > 0 {
            hint(
                "use --overwrite to replace those outputs, --resume to redo those of other settings, \
                 --skip-existing to accept them",
            );
        } else if summary.skipped > 0 {
            hint("use --overwrite to replace existing outputs, --resume to redo those out of date");
        }
        if summary.unbegun > 0 {
            hint(match self.is_of_plan {
                true => "run the same command again to develop the rest",
                false => "run the same command with --resume to develop the rest",
            });
        }
    }
}

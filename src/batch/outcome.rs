//! The outcome of a run: of each frame, and in total.

use std::time::Duration;

use crate::batch::job::Job;
use crate::develop::{Survey, Tilt};
use crate::error::{Error, Warning};
use crate::format::Format;
use crate::frame::{Rect, Size};
use crate::metadata::Removed;
use crate::stage::dehaze::Haze;

/// What became of one frame.
#[derive(Debug)]
pub struct Outcome {
    /// Its order.
    pub job: Job,
    /// How it ended.
    pub result: Result<Status, Error>,
    /// What was done otherwise than asked.
    pub warnings: Vec<Warning>,
    /// From the first byte read to the last one written.
    pub took: Duration,
}

/// How a frame ended that did not fail.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "one a frame, and almost all are the large one")]
pub enum Status {
    /// Developed and written.
    Done(Done),
    /// Left alone: its output exists and was made from it.
    Skipped,
    /// Left alone: what has its output's name was not made from it, or is not known to be.
    NotDelivered,
    /// Left alone: the journal says that its output is what would be made again.
    UpToDate,
}

/// What happens while a batch runs.
#[derive(Debug)]
pub enum Event<'a> {
    /// A worker (from 0) begins a frame.
    Started {
        /// Which worker.
        worker: usize,
        /// The frame.
        job: &'a Job,
    },
    /// A worker has encoded a frame, or given it up.
    Left {
        /// Which worker.
        worker: usize,
    },
    /// A frame is through: written, skipped or failed.
    Finished(&'a Outcome),
}

/// The sums of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// Frames developed and written.
    pub done: usize,
    /// Frames left alone because their outputs exist.
    pub skipped: usize,
    /// Frames left alone because something else has the names of their outputs.
    pub not_delivered: usize,
    /// Frames left alone because their outputs are up to date.
    pub up_to_date: usize,
    /// Frames that failed.
    pub failed: usize,
    /// Those of them that are worth another try: a disk was gone for a moment.
    pub passing: usize,
    /// Frames that were not begun because the run was stopped.
    pub unbegun: usize,
    /// Frames whose file said where it was taken.
    pub had_position: usize,
    /// Millions of pixels decoded in frames that are done.
    pub megapixels: f64,
    /// How long the run took.
    pub took: Duration,
    /// Whether the run was ended because nothing could be written.
    pub environment: bool,
    /// What was not as it should be, though no frame suffered from it.
    pub warnings: Vec<Warning>,
}

impl Summary {
    /// Adds what came of a further batch.
    pub fn add(&mut self, further: &Self) {
        self.done += further.done;
        self.skipped += further.skipped;
        self.not_delivered += further.not_delivered;
        self.up_to_date += further.up_to_date;
        self.failed += further.failed;
        self.passing += further.passing;
        self.unbegun += further.unbegun;
        self.had_position += further.had_position;
        self.megapixels += further.megapixels;
        self.took += further.took;
        self.environment |= further.environment;
        for warning in &further.warnings {
            if !self.warnings.contains(warning) {
                self.warnings.push(warning.clone());
            }
        }
    }
}

/// A frame that was developed and written.
#[derive(Debug, Clone)]
pub struct Done {
    /// Size of the original, upright.
    pub original: Size,
    /// The part of it that was kept.
    pub kept: Rect,
    /// Size of the finished frame, a strip included.
    pub size: Size,
    /// Format of the file.
    pub format: Format,
    /// Its length in bytes.
    pub bytes: u64,
    /// What was needed to make it no longer than it may be, if that is limited.
    pub fitted: Option<Fit>,
    /// What the survey found, if there was one.
    pub surveyed: Option<Surveyed>,
    /// Degrees clockwise by which it was turned.
    pub turned_degrees: f64,
    /// How far it was tilted, if it was looked at for that and shows it.
    pub tilt: Option<Tilt>,
    /// Whether the original said where it was taken.
    pub had_position: bool,
    /// What was taken out of the metadata.
    pub removed: Vec<Removed>,
    /// Whether its frame was decoded for it: a further output of one frame is made of the same samples.
    pub decoded: bool,
    /// What a person is shown of it, if that was asked for.
    pub shown: Option<Box<Shown>>,
}

/// What a person is shown of a frame: small JPEGs without metadata, in sRGB.
#[derive(Debug, Clone)]
pub struct Shown {
    /// What was kept of the original.
    pub before: Thumbnail,
    /// The finished frame.
    pub after: Thumbnail,
    /// A far part of both, at the size of the finished frame.
    pub far: Option<[Thumbnail; 2]>,
    /// The caption that was drawn.
    pub caption: String,
}

/// A small JPEG.
#[derive(Debug, Clone)]
pub struct Thumbnail {
    /// Width and height in pixels.
    pub size: Size,
    /// The file.
    pub bytes: Vec<u8>,
}

impl Done {
    /// Millions of pixels that were decoded for it.
    #[must_use]
    pub fn decoded_megapixels(&self) -> f64 {
        if self.decoded { self.original.megapixels() } else { 0.0 }
    }
}

/// How a file was made to fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fit {
    /// Quality of the JPEG.
    pub quality: u8,
    /// How often the frame was encoded.
    pub encodings: u8,
}

/// What the survey of a frame found, as far as it is told: its maps go with the frame. Kept until the file
/// is written, they cut the heap of a worker that has the next frame to begin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Surveyed {
    /// Its haze.
    pub haze: Haze,
    /// Standard deviation of its noise, share of the greatest sample.
    pub noise: f32,
}

impl From<Survey> for Surveyed {
    fn from(Survey { haze, noise, .. }: Survey) -> Self {
        Self { haze, noise }
    }
}

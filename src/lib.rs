//! longlens develops a whole shoot of hazy telephoto frames at once: it removes haze, sharpens, crops and
//! captions every frame on all cores, and never touches the originals.
//!
//! # The plan of the house
//!
//! [`cli`] starts a [`batch`]; a [`format`](mod@format) decodes bytes into a [`frame`]; [`develop`]
//! surveys it small and sweeps it full, running the [`stage`]s that the [`recipe`] asks for; a
//! [`format`](mod@format) encodes it; [`cli`] reports the outcome. The way of one frame:
//!
//! 1. [`batch`] decides which frames are developed, under which names and in how much memory, and which
//!    of them are one scene and share the values of their haze; then it reads the file.
//! 2. [`format`](mod@format) decodes the bytes into samples, turned upright, with the [`metadata`] beside
//!    them. An upright JPEG stays in its own planes, half the size of RGB, until its rows are read.
//! 3. [`develop`]: the **survey** looks at the whole frame at 256 px for airlight and optical depth, and at
//!    some full-size patches for noise. The **sweep** then takes the full-size rows of the crop through
//!    the stages while they are in the cache, and passes them on in **bands**.
//! 4. [`stage`]: dehaze, sharpen, crop, resize and caption, each a room of its own, built on [`filter`]s. A
//!    resize needs all bands, a caption only those that it covers. Outputs of one frame
//!    that differ in resize, caption and file alone are swept once.
//! 5. [`template`] fills captions and names with the fields that [`metadata`] found.
//! 6. [`format`](mod@format) encodes the samples, with the metadata that the privacy level keeps; a JPEG
//!    band by band, as the sweep makes them.
//! 7. [`batch`] writes a temporary file, syncs and renames it: the complete new file or the old one.
//!
//! A plan can be written down, and its frames developed in shards on many machines ([`batch::WrittenPlan`]).
//!
//! Beside this way: `container` finds the named parts of a file's bytes, [`colour`] converts between profiles,
//! `words` reads values as people type them, `hidden` lists invisible characters, `measure` serves the benches.
//!
//! Which room uses which (`tests/layers.rs` compares this with the sources):
//!
//! ```text
//! cli      → measure, batch, develop, recipe, stage, template, format, metadata, colour, frame, hidden, words, error
//! measure  → format, metadata, frame, error
//! batch    → develop, recipe, stage, template, format, metadata, colour, frame, words, error
//! develop  → recipe, stage, filter, colour, frame, error
//! recipe   → stage, format, metadata, frame, words, error
//! stage    → filter, frame, hidden, words, error
//! filter   → frame
//! template → container, metadata, hidden, words, error
//! format   → metadata, container, colour, frame, error
//! metadata → container, colour, frame, words, error
//! container → error
//! colour   → frame, error
//! frame    → words, error
//! words    → error
//! hidden   → nothing
//! error    → nothing
//! ```
//!
//! # One frame, without files
//!
//! ```
//! use image::{ImageBuffer, Rgb};
//! use longlens::develop::develop;
//! use longlens::frame::{Frame, Pixels, Size};
//! use longlens::recipe::Recipe;
//!
//! // A grey-blue scene that gets hazier to the top.
//! let scene = ImageBuffer::from_fn(300, 200, |x, y| {
//!     let haze = 200 - y as u8;
//!     Rgb([90 + haze / 2 + (x % 40) as u8, 100 + haze / 2, 120 + haze / 3])
//! });
//! let mut recipe = Recipe::default();
//! recipe.set("crop", "3:1")?;
//! recipe.set("caption", "Seen from the far bank")?;
//! let developed = develop(&Frame::new(Pixels::Rgb8(scene)), &recipe)?;
//! assert_eq!(developed.frame.size(), Size::new(300, 100));
//! # Ok::<(), longlens::error::Error>(())
//! ```
//!
//! A whole shoot is a [`batch::Batch`].

pub mod batch;
#[doc(hidden)]
pub mod cli;
pub mod colour;
mod container;
pub mod develop;
pub mod error;
pub mod filter;
pub mod format;
pub mod frame;
mod hidden;
#[doc(hidden)]
pub mod measure;
pub mod metadata;
pub mod recipe;
pub mod stage;
pub mod template;
mod words;

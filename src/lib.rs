//! longlens develops a whole shoot of long-range telephoto frames at once: it takes the haze out,
//! sharpens, crops, stamps a caption, on all cores, and leaves the originals alone.
//!
//! # The plan of the house
//!
//! [`cli`] orders a [`batch`]; a [`format`](mod@format) decodes bytes into a [`frame`]; [`develop`]
//! surveys it small and sweeps it full, running the [`stage`]s that the [`recipe`] asks for; a
//! [`format`](mod@format) encodes it; [`cli`] reports the outcome. In the order of one frame's way:
//!
//! 1. [`batch`]: which frames, under which names, in how much memory; reads the file.
//! 2. [`format`](mod@format): bytes → samples, turned upright, with the [`metadata`] beside them. Those
//!    of an upright JPEG stay in its own planes, half of RGB, until their rows are read.
//! 3. [`develop`]: the **survey** looks at the whole frame at 256 px for airlight and optical depth,
//!    and at patches of it in full size for noise; the **sweep** takes the full-size rows of the crop
//!    through the stages while they are in the cache, and hands them on in **bands**; a resize wants
//!    them all, a caption only those that it lies on.
//! 4. [`stage`]: dehaze, sharpen, crop, resize, caption: one room each, on [`filter`]s.
//! 5. [`template`] fills captions and names with the fields that [`metadata`] found.
//! 6. [`format`](mod@format) again: samples → bytes, with the metadata that the policy leaves; a JPEG
//!    band by band, as the sweep makes them.
//! 7. [`batch`]: a temporary file, synced, renamed: the whole new file or the old one.
//!
//! Which room uses which (`tests/layers.rs` compares this with the sources):
//!
//! ```text
//! cli      → measure, batch, develop, recipe, stage, template, format, metadata, colour, frame, hidden, error
//! measure  → format, metadata, frame, error
//! batch    → develop, recipe, stage, template, format, metadata, colour, frame, words, error
//! develop  → recipe, stage, filter, frame, error
//! recipe   → stage, format, metadata, words, error
//! stage    → filter, frame, hidden, words, error
//! filter   → frame
//! template → container, hidden, words, error
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

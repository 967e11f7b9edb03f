//! Folders that are watched: what arrives in them, and when it is complete enough to be developed.
//!
//! Nothing is developed here: what is ready is planned and run as any other batch. [`Watched`] looks at the
//! folders when the system says that something happened, or now and then; [`Arrivals`] knows what became of
//! each file. A file is ready once its size and time have not changed for a while. Its decoder finds out
//! whether it is complete; an incomplete one is tried again when it has changed.

mod alarm;
mod arrivals;
mod folders;
mod partners;

pub use arrivals::{Arrivals, Left, Ready, Rules};
pub use folders::{News, Watched};

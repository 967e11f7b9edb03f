//! The format room from outside: what goes in comes out, what is broken or hostile is refused. All
//! inputs are made here.

pub(crate) mod make;

mod hostile;
mod jpeg;
mod lossless;
mod planes;
mod sampled;
mod tiff;

//! What all tests share: a folder in which the program runs, files made byte by byte, noise,
//! ExifTool, reference pictures.

mod bench;
pub(crate) mod bytes;
pub(crate) mod exiftool;
pub(crate) mod golden;
mod noise;
pub(crate) mod sources;

pub(crate) use bench::{Bench, Ran, jpeg, lossless, tells};
pub(crate) use bytes::occurs;
pub(crate) use noise::noise;

//! Where decoders write runs of pixels: a reused buffer in the frame's depth, without alpha.

use crate::error::{Error, Result, Warning};
use crate::frame::{Pixels, Pool, Size};

use super::samples::{self, Alpha};

/// What fills the places that a damaged file has nothing for: mid-grey, 128 of 255 in either depth.
const MISSING: u8 = 128;

/// Why a decoder came to no end.
#[derive(Debug)]
pub(super) enum Fault {
    /// The file is broken, in these words.
    Damage(String),
    /// Something else, memory above all: no matter of the file, and not mended by accepting damage.
    Other(Error),
}

impl Fault {
    /// As an error of the format, which says how its damage is put.
    pub(super) fn into_error(self, damaged: impl FnOnce(&str) -> Error) -> Error {
        match self {
            Self::Damage(fault) => damaged(&fault),
            Self::Other(error) => error,
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// Samples of a run as a codec hands them over.
#[derive(Debug, Clone, Copy)]
pub(super) enum Run<'a> {
    /// 8 bits.
    Eight(&'a [u8]),
    /// 16 bits, numbers.
    Sixteen(&'a [u16]),
    /// 16 bits, high byte first.
    BigEndian(&'a [u8]),
}

/// Samples of a frame in the making.
#[derive(Debug)]
enum Samples {
    Eight(Vec<u8>),
    Sixteen(Vec<u16>),
}

/// A frame in the making.
#[derive(Debug)]
pub(super) struct Store {
    size: Size,
    channels: u8,
    samples: Samples,
    alpha: Alpha,
    /// A run of 16-bit numbers before alpha is taken off.
    numbers: Vec<u16>,
}

impl Store {
    /// A frame of 1 or 3 channels and 8 or 16 bits; what it shows is mid-grey.
    pub(super) fn new(size: Size, channels: u8, depth_bits: u8, pool: &Pool) -> Result<Self> {
        let length = samples::length(size, channels)?;
        let mut samples = match depth_bits {
            8 => Samples::Eight(pool.take(length)?),
            _ => Samples::Sixteen(pool.take(length)?),
        };
        // A reused buffer still shows another frame.
        match &mut samples {
            Samples::Eight(s) => s.fill(MISSING),
            Samples::Sixteen(s) => s.fill(u16::from(MISSING) * 257),
        }
        Ok(Self { size, channels, samples, alpha: Alpha::Opaque, numbers: Vec::new() })
    }

    /// A row of 8-bit samples to be written directly, if the depth is 8.
    pub(super) fn row_mut(&mut self, y: usize) -> Option<&mut [u8]> {
        let row = self.size.width as usize * usize::from(self.channels);
        match &mut self.samples {
            Samples::Eight(s) => s.get_mut(y * row..(y + 1) * row),
            Samples::Sixteen(_) => None,
        }
    }

    /// The bytes of all samples, to be written directly; those of 16 bits as the machine has numbers.
    #[cfg(feature = "jxl")]
    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        match &mut self.samples {
            Samples::Eight(s) => s,
            Samples::Sixteen(s) => bytemuck::cast_slice_mut(s),
        }
    }

    /// Puts a run at `x`, `y`; `channels` of its pixels, one more than the frame's if alpha is last.
    pub(super) fn put(&mut self, x: usize, y: usize, run: Run<'_>, channels: usize) {
        let Self { size, samples, alpha, numbers, .. } = self;
        let colours = usize::from(self.channels);
        let start = (y * size.width as usize + x) * colours;
        match (samples, run) {
            (Samples::Eight(to), Run::Eight(from)) => {
                alpha.join(lay(from, channels, &mut to[start..], colours));
            }
            (Samples::Sixteen(to), Run::Sixteen(from)) => {
                alpha.join(lay(from, channels, &mut to[start..], colours));
            }
            (Samples::Sixteen(to), Run::BigEndian(bytes)) => {
                numbers.clear();
                numbers.extend(bytes.as_chunks().0.iter().map(|&pair| u16::from_be_bytes(pair)));
                alpha.join(lay(numbers, channels, &mut to[start..], colours));
            }
            (_, _) => debug_assert!(false, "a decoder that keeps to the depth of its header"),
        }
    }

    /// Notes that a run was transparent before it was put.
    pub(super) fn let_through(&mut self) {
        self.alpha = Alpha::Transparent;
    }

    /// The pixels, and a warning if some were transparent.
    pub(super) fn finish(self, warnings: &mut Vec<Warning>) -> Result<Pixels> {
        if self.alpha == Alpha::Transparent {
            warnings.push(Warning::AlphaFlattened);
        }
        match self.samples {
            Samples::Eight(s) => samples::eight(self.size, self.channels, s),
            Samples::Sixteen(s) => samples::sixteen(self.size, self.channels, s),
        }
    }
}

/// Copies a run, or lays it over white if it has alpha behind its colours.
fn lay<D: samples::Depth>(from: &[D], channels: usize, to: &mut [D], colours: usize) -> Alpha {
    let pixels = from.len() / channels;
    let to = &mut to[..pixels * colours];
    if channels == colours {
        to.copy_from_slice(&from[..pixels * colours]);
        return Alpha::Opaque;
    }
    samples::over_white(from, colours, to)
}

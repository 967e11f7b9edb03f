//! A file's bytes beside what their header says, so that it is read once on the way of a frame.

use super::{Decoded, Decoding, Header, Limits, decode_admitted, probe};
use crate::error::Result;
use crate::frame::{Original, Pool};

/// A file that was admitted: its bytes, and its header as [`probe`] reads it.
#[derive(Debug)]
pub struct Opened {
    bytes: Vec<u8>,
    header: Header,
}

impl Opened {
    /// Reads the header of these bytes.
    ///
    /// # Errors
    /// As [`probe`].
    pub fn new(bytes: Vec<u8>, limits: &Limits) -> Result<Self> {
        let header = probe(&bytes, limits)?;
        Ok(Self { bytes, header })
    }

    /// The file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What the file says of itself.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// As [`decode_as_stored`](super::decode_as_stored), without another look at the header; the file's
    /// bytes are let go.
    ///
    /// # Errors
    /// As [`decode_as_stored`](super::decode_as_stored).
    pub fn decode_as_stored(self, decoding: &Decoding, pool: &Pool) -> Result<Decoded<Original>> {
        let Self { bytes, header } = self;
        decode_admitted(&bytes, header, decoding, pool)
    }
}

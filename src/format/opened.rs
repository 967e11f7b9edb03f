//! A file's bytes together with its parsed header, so that the header is read only once.

use super::{Decoded, Decoding, Header, Limits};
use super::{decode_admitted, decode_eighth, has_eighth, probe};
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

    /// The picture to be surveyed: whole, or an eighth as wide and high where that is less work and enough,
    /// for a third of the time.
    ///
    /// # Errors
    /// As [`decode_as_stored`](super::decode_as_stored).
    pub fn decode_to_survey(self, decoding: &Decoding, pool: &Pool) -> Result<Original> {
        match decode_eighth(&self.bytes, &self.header, pool)? {
            Some(eighth) => Ok(eighth),
            None => Ok(self.decode_as_stored(decoding, pool)?.frame),
        }
    }

    /// Bytes that [`Opened::decode_to_survey`] takes at its peak, beside the file.
    #[must_use]
    pub fn survey_bytes(&self) -> u64 {
        match has_eighth(&self.bytes, &self.header) {
            // A 64th of the samples, and the metadata that the decoder copies.
            true => self.header.decode_bytes / 64 + self.bytes.len() as u64,
            false => self.header.decode_bytes,
        }
    }
}

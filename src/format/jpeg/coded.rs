//! A JPEG as its decoder reads it: the file up to the end of its last coded bytes, then bits
//! that no Huffman code begins with.
//!
//! Where data have run out, zune-jpeg reads an end-of-image marker as zeros without end and fills
//! the rest of the picture with what they happen to mean. No code consists of ones alone (T.81,
//! C.2): behind ones in place of the marker it decodes a whole picture, for the last block is then
//! complete, and refuses one that broke off. (A second decoder's opinion on every picture whose last
//! units are alike took 40 ms for a 24 MP frame; this is free.)

use zune_jpeg::zune_core::bytestream::{ZByteIoError, ZByteReaderTrait, ZSeekFrom};

/// Ones, as the coded bytes of a JPEG hold them (0xFF is followed by 0), then EOI.
const ONES: [u8; 34] = {
    let mut bytes = [0; 34];
    let mut i = 0;
    while i < bytes.len() {
        bytes[i] = 0xFF;
        i += 2;
    }
    bytes[33] = 0xD9;
    bytes
};

/// Reads the bytes and then [`ONES`].
pub(super) struct Coded<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Coded<'a> {
    /// `bytes` end where the coded bytes do, without a marker.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    #[inline(always)]
    fn byte(&self, at: usize) -> Option<u8> {
        let after = || ONES.get(at - self.bytes.len());
        self.bytes.get(at).or_else(after).copied()
    }

    fn peek(&self, buf: &mut [u8]) -> usize {
        let bytes = (self.at..).map_while(|at| self.byte(at));
        buf.iter_mut().zip(bytes).map(|(place, byte)| *place = byte).count()
    }
}

impl ZByteReaderTrait for Coded<'_> {
    #[inline(always)]
    fn read_byte_no_error(&mut self) -> u8 {
        let byte = self.byte(self.at).unwrap_or(0);
        self.at += 1;
        byte
    }

    /// Four bytes at a time, from the loop over all coefficients: the common case is one move.
    #[inline(always)]
    fn read_exact_bytes(&mut self, buf: &mut [u8]) -> Result<(), ZByteIoError> {
        match self.bytes.get(self.at..).and_then(|rest| rest.get(..buf.len())) {
            Some(bytes) => buf.copy_from_slice(bytes),
            None => self.peek_exact_bytes(buf)?,
        }
        self.at += buf.len();
        Ok(())
    }

    fn read_bytes(&mut self, buf: &mut [u8]) -> Result<usize, ZByteIoError> {
        let count = self.peek(buf);
        self.at += count;
        Ok(count)
    }

    fn peek_bytes(&mut self, buf: &mut [u8]) -> Result<usize, ZByteIoError> {
        Ok(self.peek(buf))
    }

    fn peek_exact_bytes(&mut self, buf: &mut [u8]) -> Result<(), ZByteIoError> {
        match self.peek(buf) {
            count if count == buf.len() => Ok(()),
            count => Err(ZByteIoError::NotEnoughBytes(count, buf.len())),
        }
    }

    #[inline(always)]
    fn z_seek(&mut self, from: ZSeekFrom) -> Result<u64, ZByteIoError> {
        let (base, offset) = match from {
            ZSeekFrom::Start(at) => (0, at as i64),
            ZSeekFrom::End(offset) => (self.bytes.len() + ONES.len(), offset),
            ZSeekFrom::Current(offset) => (self.at, offset),
        };
        let at = base.checked_add_signed(offset as isize);
        self.at = at.ok_or(ZByteIoError::SeekError("before the first byte"))?;
        Ok(self.at as u64)
    }

    #[inline(always)]
    fn is_eof(&mut self) -> Result<bool, ZByteIoError> {
        Ok(self.at >= self.bytes.len() + ONES.len())
    }

    fn z_position(&mut self) -> Result<u64, ZByteIoError> {
        Ok(self.at as u64)
    }

    fn read_remaining(&mut self, sink: &mut Vec<u8>) -> Result<usize, ZByteIoError> {
        let before = sink.len();
        sink.extend((self.at..).map_while(|at| self.byte(at)));
        self.at += sink.len() - before;
        Ok(sink.len() - before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ones_follow_the_bytes_and_end_with_the_marker() {
        let mut coded = Coded::new(&[1, 2, 3]);
        let mut four = [0; 4];
        assert_eq!(coded.peek_bytes(&mut four).unwrap(), 4);
        assert_eq!(four, [1, 2, 3, 0xFF]);
        coded.z_seek(ZSeekFrom::Current(2)).unwrap();
        coded.read_exact_bytes(&mut four).unwrap();
        assert_eq!(four, [3, 0xFF, 0, 0xFF]);
        coded.z_seek(ZSeekFrom::End(-2)).unwrap();
        assert!(coded.read_exact_bytes(&mut four).is_err());
        assert_eq!([coded.read_byte_no_error(), coded.read_byte_no_error()], [0xFF, 0xD9]);
        assert!(coded.is_eof().unwrap());
    }
}

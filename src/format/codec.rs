//! The codecs, one row per format: what each can do. A format that is only read has no [`Writing`].
//!
//! A new format is a folder beside this file, a row here, and a row in the table of kinds of files.

use super::stored::AsStored;
use super::{Coding, Decoding, Encoding, Format, Header, Limits, Threads};
use super::{jpeg, png, raw, tiff, webp};
use crate::error::{Error, ErrorKind, Result, Warning};
use crate::frame::{Frame, Pool};
use crate::metadata::{Blocks, ExifTags, Iptc};

/// What longlens can do with one format.
pub(super) struct Codec {
    format: Format,
    /// Reads a header; its memory is checked by the caller.
    pub(super) probe: fn(&[u8], &Limits) -> Result<Header>,
    /// Decodes a file whose header has been admitted.
    pub(super) decode: fn(&[u8], &Header, &Decoding, &Pool) -> Result<AsStored>,
    /// Bytes that decoding takes beside those of the header if the file, of so many bytes, is damaged.
    pub(super) damaged_bytes: fn(&Header, u64) -> u64,
    /// Reads metadata; decodes no sample.
    pub(super) read_blocks: fn(&[u8]) -> Result<Blocks>,
    /// How it is written, if it is.
    pub(super) writing: Option<Writing>,
}

type Encode = fn(&Frame, &Encoding, &Blocks, Threads, &mut Vec<u8>) -> Result<Vec<Warning>>;

/// How a format is written.
pub(super) struct Writing {
    /// Appends a whole file.
    pub(super) encode: Encode,
    /// Whether it is written band by band, by a [`BandEncoder`](super::BandEncoder), without the whole frame.
    pub(super) in_bands: bool,
    /// Bytes that writing takes at most beside a frame of so many, the file included.
    pub(super) bytes: fn(u64, Coding) -> u64,
    /// Whether a file that was written has an end.
    pub(super) is_ended: fn(&[u8]) -> bool,
    /// What becomes of IPTC-IIM in it.
    pub(super) iptc: Iptc,
}

/// What is lossless may not shrink at all, and is held three times while it is put together.
fn lossless_bytes(frame_bytes: u64, _: Coding) -> u64 {
    3 * frame_bytes
}

static CODECS: &[Codec] = &[
    Codec {
        format: Format::Jpeg,
        probe: jpeg::probe,
        decode: jpeg::decode,
        damaged_bytes: jpeg::damaged_bytes,
        read_blocks: jpeg::read_blocks,
        writing: Some(Writing {
            encode: jpeg::encode,
            in_bands: true,
            bytes: jpeg::encode_bytes,
            is_ended: |file| file.ends_with(&[0xFF, 0xD9]),
            iptc: Iptc::Kept,
        }),
    },
    Codec {
        format: Format::Png,
        probe: png::probe,
        decode: png::decode,
        damaged_bytes: |_, _| 0,
        read_blocks: png::read_blocks,
        writing: Some(Writing {
            encode: |frame, _, blocks, _, out| png::encode(frame, blocks, out),
            in_bands: false,
            bytes: lossless_bytes,
            is_ended: |file| file.ends_with(b"IEND\xAE\x42\x60\x82"),
            iptc: Iptc::Kept,
        }),
    },
    Codec {
        format: Format::Tiff,
        probe: tiff::probe,
        decode: tiff::decode,
        damaged_bytes: |_, _| 0,
        read_blocks: tiff::read_blocks,
        writing: Some(Writing {
            encode: |frame, _, blocks, _, out| tiff::encode(frame, blocks, out),
            in_bands: false,
            bytes: lossless_bytes,
            is_ended: |_| true,
            iptc: Iptc::Kept,
        }),
    },
    Codec {
        format: Format::WebP,
        probe: webp::probe,
        decode: webp::decode,
        damaged_bytes: |_, _| 0,
        read_blocks: webp::read_blocks,
        writing: Some(Writing {
            encode: |frame, _, blocks, _, out| webp::encode(frame, blocks, out),
            in_bands: false,
            bytes: lossless_bytes,
            is_ended: |file| crate::container::riff::promised_bytes(file) == file.len() as u64,
            iptc: Iptc::IntoXmp,
        }),
    },
    Codec {
        format: Format::Raw,
        probe: raw::probe,
        decode: raw::decode,
        damaged_bytes: jpeg::damaged_bytes,
        read_blocks: raw::read_blocks,
        writing: None,
    },
    #[cfg(feature = "heic")]
    Codec {
        format: Format::Heic,
        probe: super::heic::probe,
        decode: super::heic::decode,
        damaged_bytes: |_, _| 0,
        read_blocks: super::heic::read_blocks,
        writing: None,
    },
    #[cfg(feature = "jxl")]
    Codec {
        format: Format::JpegXl,
        probe: super::jxl::probe,
        decode: super::jxl::decode,
        damaged_bytes: |_, _| 0,
        read_blocks: super::jxl::read_blocks,
        writing: None,
    },
];

impl Format {
    pub(super) fn codec(self) -> &'static Codec {
        // Every format has a row, as a test holds.
        CODECS.iter().find(|codec| codec.format == self).unwrap_or(&CODECS[0])
    }

    /// Whether longlens writes it.
    #[must_use]
    pub fn is_written(self) -> bool {
        self.codec().writing.is_some()
    }

    /// Whether it is written band by band, by a [`BandEncoder`](super::BandEncoder), without the whole frame.
    #[must_use]
    pub fn in_bands(self) -> bool {
        self.codec().writing.as_ref().is_some_and(|writing| writing.in_bands)
    }

    /// Bytes that it takes at most to write a frame of so many, beside that frame; the file is included.
    #[must_use]
    pub fn encode_bytes(self, frame_bytes: u64, coding: Coding) -> u64 {
        self.codec().writing.as_ref().map_or(0, |writing| (writing.bytes)(frame_bytes, coding))
    }

    /// Which of EXIF's tags belong in it.
    #[must_use]
    pub fn exif_tags(self) -> ExifTags {
        match self {
            Self::Tiff => ExifTags::OfTiff,
            _ => ExifTags::OfCompressed,
        }
    }

    /// What becomes of IPTC-IIM in it.
    #[must_use]
    pub fn iptc(self) -> Iptc {
        self.codec().writing.as_ref().map_or(Iptc::Kept, |writing| writing.iptc)
    }

    /// Damage of a file of this format, in these words.
    pub(super) fn damaged(self, fault: &str) -> Error {
        Error::new(ErrorKind::Damaged, format!("the {} is damaged: {fault}", self.name()))
            .with_hint("copy it again, or accept damaged files to develop the readable part")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_its_own_row() {
        for &format in Format::ALL {
            assert_eq!(format.codec().format, format);
        }
    }
}

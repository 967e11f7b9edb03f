//! The metadata blocks of a file, and how large they may be.

use std::sync::Arc;

/// Bytes of EXIF at most; a JPEG segment cannot hold more than 64 KiB anyway.
pub(crate) const MOST_EXIF_BYTES: usize = 1 << 20;
/// Bytes of XMP at most; depth maps in extended XMP reach about 10 MB.
pub(crate) const MOST_XMP_BYTES: usize = 32 << 20;

/// The metadata blocks of one file, each as the bytes that the standard defines, without the
/// wrapping of the container.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blocks {
    /// EXIF: a TIFF structure, starting with `II` or `MM` (without JPEG's `Exif\0\0`).
    pub exif: Option<Vec<u8>>,
    /// The XMP packet.
    pub xmp: Option<Vec<u8>>,
    /// JPEG's extended XMP, put together again.
    pub xmp_extended: Option<Vec<u8>>,
    /// Photoshop's image resources (`8BIM…`), IPTC-IIM among them.
    pub photoshop: Option<Vec<u8>>,
    /// The ICC profile.
    pub icc: Option<Arc<[u8]>>,
    /// A JPEG's comment.
    pub comment: Option<Vec<u8>>,
    /// A JPEG's JFIF density: unit (0 none, 1 inch, 2 cm), horizontal, vertical.
    pub density: Option<(u8, u16, u16)>,
}

impl Blocks {
    /// These, with what the RAW file of the same frame says: people and programs write their texts into it.
    /// EXIF and profile describe the samples, and stay.
    #[must_use]
    pub fn with_raw(self, raw: Self) -> Self {
        // Extended XMP belongs to its packet.
        let own = if raw.xmp.is_some() { None } else { self.xmp_extended };
        Self {
            exif: self.exif.or(raw.exif),
            xmp: raw.xmp.or(self.xmp),
            xmp_extended: own,
            photoshop: raw.photoshop.or(self.photoshop),
            ..self
        }
    }
}

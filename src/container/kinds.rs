//! Kinds of files: the one table of names, of the endings of file names, and of first bytes.
//!
//! The content decides what a file is, never its name. Endings say which files of a folder may be frames, which
//! format an output's name asks for, and what a template removes from a name. Kinds that longlens does not read
//! are in the table too, so that they are named when they are refused.

use Reading::{Film, Foreign, Read};

/// A file format that longlens reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// JPEG: 8 bit, lossy.
    Jpeg,
    /// PNG: 8 or 16 bit, lossless.
    Png,
    /// TIFF: 8 or 16 bit, lossless.
    Tiff,
    /// WebP: 8 bit; written lossless.
    WebP,
    /// A camera's RAW file, of any make; only read.
    Raw,
    /// HEIC and HIF: 8 or 10 bit, lossy; only read.
    #[cfg(feature = "heic")]
    Heic,
    /// JPEG XL: 1 to 16 bits, lossy or lossless; only read.
    #[cfg(feature = "jxl")]
    JpegXl,
}

/// What longlens makes of a kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// It is read.
    Read(Format),
    /// A film, which is not.
    Film,
    /// Something else that is not read.
    Foreign,
}

/// A kind of file.
#[derive(Debug)]
pub(crate) struct Kind {
    /// Its name in messages.
    pub(crate) name: &'static str,
    /// Endings of its names in small letters, the usual one first.
    pub(crate) endings: &'static [&'static str],
    /// How its content begins; `?` matches any byte.
    begins: &'static [&'static [u8]],
    /// What longlens makes of it.
    pub(crate) reading: Reading,
}

const fn kind(
    name: &'static str,
    reading: Reading,
    endings: &'static [&'static str],
    begins: &'static [&'static [u8]],
) -> Kind {
    Kind { name, endings, begins, reading }
}

/// A camera's RAW file.
const RAW: Reading = Read(Format::Raw);
/// Read where the build has its decoder.
#[cfg(feature = "heic")]
const HEIC: Reading = Read(Format::Heic);
#[cfg(not(feature = "heic"))]
const HEIC: Reading = Foreign;
#[cfg(feature = "jxl")]
const JPEG_XL: Reading = Read(Format::JpegXl);
#[cfg(not(feature = "jxl"))]
const JPEG_XL: Reading = Foreign;

/// All kinds. The first whose beginning fits is what a file is, so those that wear another's clothes come
/// before it: JPEG-LS before JPEG, cameras' raw files before TIFF.
#[rustfmt::skip]
static KINDS: [Kind; 54] = [
    kind("JPEG-LS", Foreign, &["jls"], &[b"\xFF\xD8\xFF\xF7"]),
    kind("JPEG", Read(Format::Jpeg), &["jpg", "jpeg", "jpe", "jfif", "jif"], &[b"\xFF\xD8\xFF"]),
    kind("PNG", Read(Format::Png), &["png"], &[b"\x89PNG\r\n\x1A\n"]),
    kind("WebP", Read(Format::WebP), &["webp"], &[b"RIFF????WEBP"]),
    kind("Canon RAW (CR2)", RAW, &["cr2"], &[b"II*\0????CR"]),
    kind("Olympus RAW (ORF)", RAW, &["orf"], &[b"IIRO", b"IIRS"]),
    kind("Panasonic RAW (RW2)", RAW, &["rw2", "rwl"], &[b"IIU\0"]),
    kind("JPEG XR", Foreign, &["jxr", "wdp", "hdp"], &[b"II\xBC\x01"]),
    kind("TIFF", Read(Format::Tiff), &["tif", "tiff"],
        &[b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"]),
    kind("HEIC", HEIC, &["heic", "heif", "hif"], &[
        b"????ftypheic", b"????ftypheix", b"????ftypheim", b"????ftypheis", b"????ftyphevc",
        b"????ftyphevx", b"????ftypmif1", b"????ftypmsf1",
    ]),
    kind("AVIF", Foreign, &["avif"], &[b"????ftypavif", b"????ftypavis"]),
    kind("Canon RAW (CR3)", RAW, &["cr3"], &[b"????ftypcrx "]),
    kind("JPEG XL", JPEG_XL, &["jxl"], &[b"\0\0\0\x0CJXL ", b"\xFF\x0A", b"????ftypjxl "]),
    kind("a QuickTime film", Film, &["mov"], &[b"????ftypqt  "]),
    kind("an MP4 film", Film, &["mp4", "m4v"], &[b"????ftyp"]),
    kind("Fujifilm RAW (RAF)", RAW, &["raf"], &[b"FUJIFILMCCD-RAW"]),
    kind("Minolta RAW (MRW)", RAW, &["mrw"], &[b"\0MRM"]),
    kind("Sigma RAW (X3F)", RAW, &["x3f"], &[b"FOVb"]),
    kind("Canon RAW (CRW)", RAW, &["crw"], &[b"II\x1A\0\0\0HEAPCCDR"]),
    // These begin as a TIFF does, with a small preview for its picture: only their names tell.
    kind("Adobe RAW (DNG)", RAW, &["dng"], &[]),
    kind("GoPro RAW (GPR)", RAW, &["gpr"], &[]),
    kind("Nikon RAW", RAW, &["nef", "nrw"], &[]),
    kind("Sony RAW", RAW, &["arw", "sr2", "srf"], &[]),
    kind("Pentax RAW", RAW, &["pef"], &[]),
    kind("Samsung RAW", RAW, &["srw"], &[]),
    kind("Hasselblad RAW", RAW, &["3fr", "fff"], &[]),
    kind("Phase One RAW", RAW, &["iiq"], &[]),
    kind("Kodak RAW", RAW, &["dcr", "kdc"], &[]),
    kind("Epson RAW", RAW, &["erf"], &[]),
    kind("Mamiya RAW", RAW, &["mef"], &[]),
    kind("Leaf RAW", RAW, &["mos"], &[]),
    kind("RAW", RAW, &["raw"], &[]),
    kind("GIF", Foreign, &["gif"], &[b"GIF8"]),
    kind("BMP", Foreign, &["bmp", "dib"], &[b"BM"]),
    kind("Photoshop (PSD)", Foreign, &["psd", "psb"], &[b"8BPS"]),
    kind("PDF", Foreign, &["pdf"], &[b"%PDF"]),
    kind("PostScript", Foreign, &["ps", "eps"], &[b"%!PS"]),
    kind("JPEG 2000", Foreign, &["jp2", "j2k", "jpf", "jpx"], &[b"\0\0\0\x0CjP  ", b"\xFF\x4F\xFF\x51"]),
    kind("OpenEXR", Foreign, &["exr"], &[b"\x76\x2F\x31\x01"]),
    kind("Radiance HDR", Foreign, &["hdr"], &[b"#?RADIANCE"]),
    kind("DDS", Foreign, &["dds"], &[b"DDS "]),
    kind("QOI", Foreign, &["qoi"], &[b"qoif"]),
    kind("farbfeld", Foreign, &["ff"], &[b"farbfeld"]),
    kind("an icon (ICO)", Foreign, &["ico"], &[b"\0\0\x01\0"]),
    kind("MNG", Foreign, &["mng"], &[b"\x8AMNG"]),
    kind("JNG", Foreign, &["jng"], &[b"\x8BJNG"]),
    kind("GIMP (XCF)", Foreign, &["xcf"], &[b"gimp xcf"]),
    kind("a ZIP archive", Foreign, &["zip"], &[b"PK\x03\x04"]),
    kind("a gzip archive", Foreign, &["gz", "tgz"], &[b"\x1F\x8B"]),
    kind("Netpbm", Foreign, &["pnm", "pbm", "pgm", "ppm", "pam"], &[]),
    kind("SVG", Foreign, &["svg"], &[]),
    kind("TGA", Foreign, &["tga"], &[]),
    kind("an XMP sidecar", Foreign, &["xmp"], &[]),
    kind("a text file", Foreign, &["txt", "csv", "json", "toml", "xml", "html", "md", "log"], &[]),
];

/// What a file is by its first bytes, if it is known.
pub(crate) fn of(bytes: &[u8]) -> Option<&'static Kind> {
    let begins = |kind: &&Kind| kind.begins.iter().any(|pattern| fits(bytes, pattern));
    KINDS.iter().find(begins).or_else(|| named(text(bytes)?))
}

fn fits(bytes: &[u8], pattern: &[u8]) -> bool {
    let start = bytes.get(..pattern.len()).unwrap_or_default();
    start.len() == pattern.len() && start.iter().zip(pattern).all(|(b, p)| *p == b'?' || b == p)
}

fn named(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// Pictures that are written as text.
fn text(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [b'P', b'1'..=b'7', b'\n' | b' ' | b'\r' | b'\t', ..] => Some("Netpbm"),
        _ => {
            let head = &bytes[..bytes.len().min(256)];
            head.windows(4).any(|w| w == b"<svg").then_some("SVG")
        }
    }
}

/// The format of these bytes, if longlens reads it.
pub(crate) fn format(bytes: &[u8]) -> Option<Format> {
    match of(bytes)?.reading {
        Read(format) => Some(format),
        Film | Foreign => None,
    }
}

/// The kind of files whose names have this ending, in capitals or small letters, without the dot.
pub(crate) fn of_ending(ending: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.endings.iter().any(|e| e.eq_ignore_ascii_case(ending)))
}

impl Format {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Jpeg,
        Self::Png,
        Self::Tiff,
        Self::WebP,
        Self::Raw,
        #[cfg(feature = "heic")]
        Self::Heic,
        #[cfg(feature = "jxl")]
        Self::JpegXl,
    ];

    fn kind(self) -> &'static Kind {
        let of_this = |kind: &&Kind| kind.reading == Read(self);
        // The last of the many kinds of RAW has no maker's name. A test holds that every format has a row.
        KINDS.iter().rfind(of_this).unwrap_or(&KINDS[0])
    }

    /// Its name in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.kind().name
    }

    /// The endings of its file names in small letters, without the dot; the one that is written first.
    #[must_use]
    pub fn endings(self) -> &'static [&'static str] {
        self.kind().endings
    }

    /// The ending of file names that are written, without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        self.endings()[0]
    }

    /// The format that a name with this ending promises, in capitals or small letters, without the dot.
    #[must_use]
    pub fn of_ending(ending: &str) -> Option<Self> {
        match of_ending(ending)?.reading {
            Read(format) => Some(format),
            Film | Foreign => None,
        }
    }
}

/// Whether names with this ending are those of cameras' raw files.
#[must_use]
pub fn is_raw_ending(ending: &str) -> bool {
    of_ending(ending).is_some_and(|kind| kind.reading == RAW)
}

/// Whether names with this ending are those of pictures or their sidecars, read by longlens or not.
#[must_use]
pub fn is_picture_ending(ending: &str) -> bool {
    const NO_PICTURES: [&str; 5] =
        ["a ZIP archive", "a gzip archive", "a text file", "PDF", "PostScript"];
    of_ending(ending).is_some_and(|kind| kind.reading != Film && !NO_PICTURES.contains(&kind.name))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_format_has_a_row_and_no_ending_has_two() {
        for &format in Format::ALL {
            assert_eq!(format.kind().reading, Read(format));
            for ending in format.endings() {
                assert_eq!(Format::of_ending(&ending.to_uppercase()), Some(format));
            }
        }
        let mut seen = HashSet::new();
        for ending in KINDS.iter().flat_map(|kind| kind.endings) {
            assert!(seen.insert(ending), "{ending} twice");
            assert_eq!(*ending, ending.to_lowercase());
        }
        assert!(["Netpbm", "SVG"].into_iter().all(|name| named(name).is_some()));
    }

    #[test]
    fn raw_in_the_clothes_of_a_tiff_is_not_one() {
        assert_eq!(format(b"II\x2A\0\x10\0\0\0CR\x02\0"), Some(Format::Raw));
        assert_eq!(format(b"II\x2A\0\x08\0\0\0\x01\0"), Some(Format::Tiff));
        assert_eq!(format(b"MM\0\x2A\0\0\0\x08"), Some(Format::Tiff));
        assert_eq!(of(b"\0\0\0\x18ftypheic\0\0\0\0").map(|kind| kind.name), Some("HEIC"));
        assert_eq!(of(b"P6\n1 1\n255\n").map(|kind| kind.name), Some("Netpbm"));
        assert!(is_raw_ending("NEF") && !is_raw_ending("tif") && is_picture_ending("heic"));
        assert!(!is_picture_ending("5") && !is_picture_ending("txt"));
    }
}

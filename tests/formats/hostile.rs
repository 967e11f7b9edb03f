//! Headers that lie, and files that are something else: refused clearly.

use longlens::error::{Error, ErrorKind};
use longlens::format::{Decoding, Format, Limits, decode, probe};
use longlens::frame::{Pool, Size};

use super::make::{file, open, open_damaged, rgb8};
use crate::support::bytes::{claiming, png, tiff};
use crate::support::{noise, tells};

fn refused(bytes: &[u8]) -> Error {
    open(bytes).unwrap_err()
}

fn jpeg_claiming(width: u16, height: u16) -> Vec<u8> {
    claiming(file(&rgb8(Size::new(16, 16)), Format::Jpeg), width, height)
}

#[test]
fn a_size_beyond_the_limits_is_refused_with_its_numbers() {
    let jpeg = refused(&jpeg_claiming(65_535, 65_535));
    assert_eq!(jpeg.kind(), ErrorKind::TooLarge);
    assert!(tells(jpeg.message(), &["65535x65535 px", "4295 Mpx", "500 Mpx"]), "{jpeg}");

    let png = refused(&png([1 << 30, 1], 2, &[]));
    assert_eq!(png.kind(), ErrorKind::TooLarge);
    assert!(png.message().contains("65535 px"), "{}", png.message());
}

#[test]
fn a_small_file_cannot_claim_a_large_frame() {
    // Within the limits, but 5,000,000 blocks do not fit into a few hundred bytes.
    assert_eq!(refused(&jpeg_claiming(20_000, 20_000)).kind(), ErrorKind::Damaged);
}

#[test]
fn no_size_at_all_is_refused() {
    for (width, height) in [(0, 8), (0, 0)] {
        assert_eq!(refused(&jpeg_claiming(width, height)).kind(), ErrorKind::Damaged);
    }
    assert_eq!(refused(&jpeg_claiming(8, 0)).kind(), ErrorKind::Unsupported);
    assert_eq!(refused(&png([0, 5], 2, &[])).kind(), ErrorKind::Damaged);
}

#[test]
fn more_memory_than_allowed_is_refused_with_its_numbers() {
    let bytes = file(&rgb8(Size::new(2000, 1000)), Format::Png);
    let limits = Limits { memory_bytes: 5 << 20, ..Limits::default() };
    let error = decode(&bytes, &Decoding { limits, ..Decoding::default() }, &Pool::default());
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(tells(error.message(), &["2000x1000 px", "6 MiB", "5 MiB"]), "{error}");
}

#[test]
fn a_palette_of_four_bytes_is_refused() {
    let picture = (b"IDAT", &[0x78, 1, 1, 2, 0, 0xFD, 0xFF, 0, 0, 0, 2, 0, 1][..]);
    let bytes = png([1, 1], 3, &[(b"PLTE", &[1, 2, 3, 4]), picture]);
    assert_eq!(refused(&bytes).message(), "the PNG has a palette of 4 bytes");
}

#[test]
fn tiffs_that_claim_much_or_show_a_thumbnail_are_refused() {
    let huge = [(256, 60_000), (257, 60_000), (258, 8), (259, 1), (262, 1), (273, 8), (279, 64)];
    assert_eq!(refused(&tiff(&huge)).kind(), ErrorKind::TooLarge);
    let raw = [(254, 1), (256, 4), (257, 4), (262, 1), (330, 8), (273, 8), (279, 16)];
    assert!(refused(&tiff(&raw)).message().contains("camera RAW"));
}

#[test]
fn what_is_no_picture_is_said_to_be_none() {
    use ErrorKind::{Damaged, Unsupported};
    for (bytes, kind, word) in [
        (b"".as_slice(), Damaged, "empty"),
        (b"dear diary", Unsupported, "not a picture"),
        (b"GIF89a\x01\0\x01\0", Unsupported, " GIF,"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", Unsupported, " AVIF,"),
        (b"8BPS\0\x01", Unsupported, " Photoshop (PSD),"),
    ] {
        let error = refused(bytes);
        assert_eq!(error.kind(), kind);
        assert!(error.message().contains(word), "{error}");
        assert_eq!(probe(bytes, &Limits::default()).unwrap_err().message(), error.message());
    }
}

#[test]
fn a_hundred_and_one_scans_are_refused() {
    let bytes = file(&rgb8(Size::new(8, 8)), Format::Jpeg);
    let at = bytes.windows(2).position(|w| w == [0xFF, 0xDA]).unwrap();
    let (head, scan) = (&bytes[..at], &bytes[at..bytes.len() - 2]);
    let bomb = [head, &scan.repeat(101), &[0xFF, 0xD9]].concat();
    let error = refused(&bomb);
    assert_eq!(error.message(), "more than 100 scans in one JPEG");
}

#[test]
fn no_codec_panics_on_noise_behind_a_good_start() {
    for format in [Format::Jpeg, Format::Png, Format::Tiff, Format::WebP] {
        let good = file(&rgb8(Size::new(40, 30)), format);
        for start in (0..good.len().min(1500)).step_by(7) {
            let mut bad = good.clone();
            for (i, byte) in (0..20).zip(&mut bad[start..]) {
                *byte = noise(i, start as u32, 0) as u8;
            }
            for opened in [open(&bad), open_damaged(&bad)] {
                // A panic that was caught would be an internal error.
                let kind = opened.err().map(|e| e.kind());
                assert_ne!(kind, Some(ErrorKind::Internal), "{format:?}, noise from byte {start}");
            }
        }
    }
}

//! JPEG left in its own planes: what is read of them is the frame, to the bit.

use libjpeg_turbo_rs as turbo;
use longlens::develop::{Means, Prepared, Workers, survey};
use longlens::error::ErrorKind;
use longlens::format::{Decoded, Decoding, Limits, decode, decode_as_stored, probe};
use longlens::frame::{Original, Pool, Size, Stored};
use longlens::recipe::Recipe;
use longlens::stage::caption::Typesetter;

use super::make::{bytes_of, difference, open, rgb8};

/// The file with Adobe's marker, which says what its components are, behind its JFIF header.
fn with_adobe(file: &[u8], transform: u8) -> Vec<u8> {
    assert_eq!(&file[6..10], b"JFIF");
    let behind = 4 + usize::from(u16::from_be_bytes([file[4], file[5]]));
    let mut marker = b"\xFF\xEE\0\x0EAdobe\0\x64\0\0\0\0".to_vec();
    marker.push(transform);
    [&file[..behind], &marker, &file[behind..]].concat()
}

#[test]
fn a_file_whose_markers_disagree_on_its_colours_is_read_as_libjpeg_reads_it() {
    let frame = rgb8(Size::new(40, 30));
    for subsampling in [turbo::Subsampling::S444, turbo::Subsampling::S420] {
        for progressive in [false, true] {
            let encoder = turbo::Encoder::new(bytes_of(&frame), 40, 30, turbo::PixelFormat::Rgb);
            let encoder = encoder.subsampling(subsampling).progressive(progressive);
            let plain = encoder.encode().unwrap();
            let right = open(&plain).unwrap().frame;
            for transform in [0, 1] {
                let marked = open(&with_adobe(&plain, transform)).unwrap().frame;
                let name = format!("{subsampling:?} {progressive} {transform}");
                assert!(difference(&marked, &right) <= 2, "{name}");
            }
        }
    }
}

#[test]
fn what_fits_in_planes_may_be_too_large_for_a_frame() {
    let size = Size::new(250, 171);
    let frame = rgb8(size);
    let encoder = turbo::Encoder::new(bytes_of(&frame), 250, 171, turbo::PixelFormat::Rgb);
    let bytes = encoder.subsampling(turbo::Subsampling::S420).encode().unwrap();
    let header = probe(&bytes, &Limits::default()).unwrap();
    let limits = Limits { memory_bytes: header.decode_bytes, ..Limits::default() };
    let decoding = Decoding { limits, ..Decoding::default() };
    assert!(decode_as_stored(&bytes, &decoding, &Pool::default()).is_ok());
    let error = decode(&bytes, &decoding, &Pool::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
}

/// Files that are left in planes, by name: sizes that fill no unit, and one that is wider than a strip.
fn files() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for size in [(5, 1), (7, 40), (17, 13), (33, 129), (250, 171), (1301, 70)] {
        let frame = rgb8(Size::new(size.0, size.1));
        let make = |subsampling| {
            let (width, height) = (size.0 as usize, size.1 as usize);
            let format = turbo::PixelFormat::Rgb;
            turbo::Encoder::new(bytes_of(&frame), width, height, format)
                .quality(92)
                .subsampling(subsampling)
        };
        let (s444, s422, s420) =
            (turbo::Subsampling::S444, turbo::Subsampling::S422, turbo::Subsampling::S420);
        for (name, encoder) in [
            ("4:2:0", make(s420)),
            ("4:2:2", make(s422)),
            ("4:2:0 with restarts", make(s420).restart_blocks(3)),
            ("progressive 4:2:0", make(s420).progressive(true)),
            ("progressive 4:4:4", make(s444).progressive(true)),
        ] {
            files.push((format!("{name} {size:?}"), encoder.encode().unwrap()));
        }
    }
    files
}

fn stored(bytes: &[u8]) -> Original {
    let decoded = decode_as_stored(bytes, &Decoding::default(), &Pool::default());
    let Decoded { frame, warnings, .. } = decoded.unwrap();
    assert_eq!(warnings, []);
    frame
}

#[test]
fn planes_joined_are_what_the_reference_decodes() {
    for (name, bytes) in files() {
        let original = stored(&bytes);
        assert!(matches!(original.stored, Stored::Ycc(_)), "{name}");
        let reference = turbo::decompress(&bytes).unwrap().data;
        let joined = original.into_frame(&Pool::default()).unwrap();
        assert!(bytes_of(&joined) == reference, "{name}");
        assert!(open(&bytes).unwrap().frame == joined, "{name}");
    }
}

#[test]
fn what_is_developed_of_planes_is_what_is_developed_of_the_frame() {
    let recipe = |settings: &[(&str, &str)]| {
        let mut recipe = Recipe::default();
        settings.iter().for_each(|(name, value)| recipe.set(name, value).unwrap());
        recipe
    };
    let recipes = [
        recipe(&[]),
        recipe(&[("crop", "3x1+1+0"), ("dehaze", "70"), ("sharpen", "60")]),
        recipe(&[("crop", "16:9"), ("dehaze", "off"), ("sharpen", "off")]),
        recipe(&[("dehaze", "off"), ("sharpen", "off")]),
        recipe(&[("crop", "1:1"), ("long-edge", "40"), ("dehaze", "50")]),
        recipe(&[("sharpen-method", "deconvolve"), ("dehaze", "30")]),
    ];
    for (name, bytes) in files() {
        let (original, frame) = (stored(&bytes), open(&bytes).unwrap().frame);
        assert_eq!(survey(&original), survey(&frame), "{name}");
        for recipe in &recipes {
            let pool = Pool::default();
            let means = |workers| Means { pool: &pool, workers, survey: None };
            let prepared = || Prepared::new(frame.size(), recipe, &Typesetter::new());
            if prepared().is_err() {
                continue;
            }
            let right = prepared().unwrap().develop(frame.clone(), means(Workers::One)).unwrap();
            for workers in [Workers::One, Workers::All] {
                let prepared = prepared().unwrap();
                let developed = prepared.develop(original.clone(), means(workers)).unwrap();
                assert!(developed.frame == right.frame, "{name} {workers:?} {:?}", recipe.crop);
            }
        }
    }
}

//! Samples whose values are known, through the decoder and through the built program.

use longlens::colour;
use longlens::error::{ErrorKind, Result, Warning};
use longlens::format::{Decoded, Decoding, Limits, decode, probe, read_blocks};
use longlens::frame::{Pixels, Size};
use longlens::metadata::Fields;

use super::{COLOUR_8, GREY_ALPHA, JPEG_TURNED, LOSSY};
use crate::support::{Bench, occurs};

const COLOUR_16: &[u8] = include_bytes!("colour-16.jxl");
const ICC: &[u8] = include_bytes!("icc.jxl");
const LOSSY_P3: &[u8] = include_bytes!("lossy-p3.jxl");
const LOSSY_ICC: &[u8] = include_bytes!("lossy-icc.jxl");
const HDR: &[u8] = include_bytes!("hdr.jxl");
const ANIMATION: &[u8] = include_bytes!("animation.jxl");
/// What they show, but for the animation.
const SIZE: Size = Size { width: 40, height: 30 };

fn open(file: &[u8]) -> Result<Decoded> {
    decode(file, &Default::default(), &Default::default())
}

fn read(file: &[u8]) -> Decoded {
    open(file).unwrap()
}

/// The gradient of the lossy pictures.
fn soft(x: u32, y: u32) -> [i32; 3] {
    let [x, y] = [x, y].map(|v| v as i32);
    [90 + x * 3, 120 + y * 2, 150 - x - y]
}

/// How far samples of 8 bits are from those of the gradient, at most.
fn far_from_soft(decoded: &Decoded, place: impl Fn(u32, u32) -> [u32; 2]) -> i32 {
    let Pixels::Rgb8(picture) = &decoded.frame.pixels else { panic!("8 bit and colour") };
    let of = |(x, y, pixel): (u32, u32, &image::Rgb<u8>)| {
        let [x, y] = place(x, y);
        let pairs = pixel.0.iter().zip(soft(x, y));
        pairs.map(|(&is, was)| (i32::from(is) - was).abs()).max().unwrap()
    };
    picture.enumerate_pixels().map(of).max().unwrap()
}

#[test]
fn lossless_samples_are_exact() {
    let decoded = read(COLOUR_8);
    assert_eq!(decoded.header.size, SIZE);
    let Pixels::Rgb8(picture) = &decoded.frame.pixels else { panic!("8 bit and colour") };
    for (x, y, pixel) in picture.enumerate_pixels() {
        assert_eq!(pixel.0.map(u32::from), [x * 6, y * 8, (x + y) * 3], "{x}, {y}");
    }
    let Pixels::Rgb16(picture) = read(COLOUR_16).frame.pixels else { panic!("16 bit and colour") };
    for (x, y, pixel) in picture.enumerate_pixels() {
        assert_eq!(pixel.0.map(u32::from), [x * 1600, y * 2100, x * y * 50], "{x}, {y}");
    }
}

#[test]
fn grey_is_grey_and_what_is_transparent_is_laid_over_white() {
    let decoded = read(GREY_ALPHA);
    assert!(decoded.warnings.contains(&Warning::AlphaFlattened), "{:?}", decoded.warnings);
    let Pixels::Gray8(picture) = &decoded.frame.pixels else { panic!("8 bit and grey") };
    for (x, y, pixel) in picture.enumerate_pixels() {
        let [grey, alpha] = [x * 6, y * 8];
        assert_eq!(u32::from(pixel.0[0]), (grey * alpha + 255 * (255 - alpha) + 127) / 255);
    }
}

#[test]
fn lossy_colours_are_right_and_have_their_profile() {
    let decoded = read(LOSSY);
    assert!(decoded.blocks.icc.is_none());
    let far = far_from_soft(&decoded, |x, y| [x, y]);
    assert!(far <= 4, "{far}");
    let decoded = read(LOSSY_P3);
    assert!(colour::describe(decoded.blocks.icc.as_deref().unwrap()).unwrap().name.contains("P3"));
    let far = far_from_soft(&decoded, |x, y| [x, y]);
    assert!(far <= 4, "{far}");
}

#[test]
fn a_profile_stays_where_samples_are_and_is_named_where_they_are_converted() {
    let decoded = read(ICC);
    assert_eq!(decoded.warnings, []);
    let named = |decoded: &Decoded| {
        decoded.blocks.icc.as_deref().map(|icc| colour::describe(icc).unwrap().name)
    };
    assert_eq!(named(&decoded).as_deref(), Some("Wide"));
    assert_eq!(read_blocks(ICC).unwrap().icc, decoded.blocks.icc);
    let decoded = read(LOSSY_ICC);
    assert_eq!((named(&decoded), read_blocks(LOSSY_ICC).unwrap().icc), (None, None));
    let said = decoded.warnings.first().map(ToString::to_string).unwrap();
    assert!(said.contains("converted from its profile 'Wide' to sRGB"), "{said}");
    // What the profile says of the gradient, but for what sRGB has no place for.
    let mut wide = soft(20, 15).map(|v| v as f32 / 255.0);
    let mapping = colour::Mapping::new(read(ICC).blocks.icc.as_deref().unwrap()).unwrap();
    mapping.to_srgb(std::slice::from_mut(&mut wide));
    let Pixels::Rgb8(picture) = &decoded.frame.pixels else { panic!("8 bit and colour") };
    let is = picture.get_pixel(20, 15).0.map(f32::from);
    let near = is.iter().zip(wide).all(|(is, was)| (is - was * 255.0).abs() <= 4.0);
    assert!(near, "{is:?}, not {wide:?}");
}

#[test]
fn a_jpeg_made_jpeg_xl_is_turned_once() {
    let turned = Size::new(SIZE.height, SIZE.width);
    assert_eq!(probe(JPEG_TURNED, &Limits::default()).unwrap().size, turned);
    let decoded = read(JPEG_TURNED);
    assert_eq!(decoded.frame.size(), turned);
    // A quarter turn clockwise: the upper row is what was the left column, from below.
    let far = far_from_soft(&decoded, |x, y| [y, SIZE.height - 1 - x]);
    assert!(far <= 12, "{far}");
    let bench = Bench::new();
    bench.put("a.jxl", JPEG_TURNED);
    bench.develop("a.jxl -o out --dehaze off --sharpen off").code(0);
    let header = probe(&bench.out("a.jpg"), &Limits::default()).unwrap();
    assert_eq!((header.size, header.orientation.to_exif()), (turned, 1));
}

#[test]
fn of_an_animation_the_first_picture_is_developed() {
    let decoded = read(ANIMATION);
    assert_eq!(decoded.warnings, [Warning::FirstOfMany]);
    let Pixels::Rgb8(picture) = &decoded.frame.pixels else { panic!("8 bit and colour") };
    assert!(picture.pixels().all(|pixel| pixel.0 == [60; 3]));
}

#[test]
fn what_would_not_come_out_right_is_refused_by_name() {
    let error = open(HDR).map(drop).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.message().contains("HDR screens"), "{error}");
    let limits = Limits { pixels: 1000, ..Limits::default() };
    assert_eq!(probe(COLOUR_8, &limits).unwrap_err().kind(), ErrorKind::TooLarge);
}

fn part(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [&(content.len() as u32 + 8).to_be_bytes()[..], kind, content].concat()
}

/// A codestream in boxes, with others behind it.
fn boxed(codestream: &[u8], others: &[Vec<u8>]) -> Vec<u8> {
    let head = [part(b"JXL ", b"\r\n\x87\n"), part(b"ftyp", b"jxl \0\0\0\0jxl ")].concat();
    [head, part(b"jxlc", codestream), others.concat()].concat()
}

/// Bytes as Brotli keeps them where it does not pack (RFC 7932, 9.2).
fn brotli(content: &[u8]) -> Vec<u8> {
    // A window of 64 KiB, not the last block, its length in four nibbles, not packed.
    let head = (content.len() as u32 - 1) << 4 | 1 << 20;
    [&head.to_le_bytes()[..3], content, &[3]].concat()
}

const EXIF: &[u8] =
    b"II*\0\x08\0\0\0\x02\0\x0f\x01\x02\0\x04\0\0\0Cam\0\x25\x88\x04\0\x01\0\0\0\x26\0\0\0\
    \0\0\0\0\x02\0\x01\0\x02\0\x02\0\0\0N\0\0\0\x02\0\x05\0\x03\0\0\0\x44\0\0\0\0\0\0\0\
    \x2a\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\0\0\x00\0\0\0\x01\0\0\0";
const XMP: &str = "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF \
    xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description \
    xmlns:photoshop=\"http://ns.adobe.com/photoshop/1.0/\" photoshop:City=\"Tumen\"/>\
    </rdf:RDF></x:xmpmeta>";

#[test]
fn metadata_in_boxes_goes_the_way_of_all_others() {
    let exif = [b"\0\0\0\0", EXIF].concat();
    let packed =
        |kind: &[u8; 4], content: &[u8]| part(b"brob", &[&kind[..], &brotli(content)].concat());
    let plain = [part(b"Exif", &exif), part(b"xml ", XMP.as_bytes())];
    let brotli = [packed(b"Exif", &exif), packed(b"xml ", XMP.as_bytes())];
    for boxes in [plain, brotli] {
        let bench = Bench::new();
        let others = [part(b"jhgm", b"map"), part(b"jumb", b"said")];
        bench.put("in/a.jxl", &boxed(LOSSY_P3, &[&boxes[..], &others].concat()));
        let ran = bench.develop("in -o out").code(0).says("1 developed");
        ran.tells(&["warning", "a gain map, content credentials (C2PA)"])
            .says("the position was removed");
        let out = bench.out("a.jpg");
        let blocks = read_blocks(&out).unwrap();
        let (fields, _) = Fields::read(&blocks, "", Default::default());
        assert_eq!(fields.get("city"), Some("Tumen"));
        assert!(occurs(b"Cam", &out) && !occurs(&EXIF[0x44..], &out));
        assert!(colour::describe(&blocks.icc.unwrap()).unwrap().name.contains("P3"));
    }
}

#[test]
fn what_brotli_cannot_unpack_is_dropped_and_said() {
    let endless = [&b"Exif"[..], &brotli(&[0; 3])[..4]].concat();
    let decoded = read(&boxed(COLOUR_8, &[part(b"brob", &endless)]));
    let said = Warning::MetadataDropped("EXIF, whose Brotli data is damaged".to_owned());
    assert_eq!(decoded.warnings, [said]);
}

#[test]
fn files_cut_short_are_errors_unless_damage_is_accepted() {
    let boxed = boxed(COLOUR_8, &[part(b"xml ", XMP.as_bytes())]);
    let accepting = Decoding { accept_damaged: true, ..Decoding::default() };
    for whole in [COLOUR_8, COLOUR_16, LOSSY, JPEG_TURNED, GREY_ALPHA, boxed.as_slice()] {
        // A file that ends where a box does is whole.
        let between = |length: &usize| whole == boxed && *length == boxed.len() - XMP.len() - 8;
        for length in (0..whole.len()).filter(|length| !between(length)) {
            let error = open(&whole[..length]).map(drop).unwrap_err();
            assert!(!error.message().contains("gave up"), "{length}: {error}");
            match decode(&whole[..length], &accepting, &Default::default()) {
                Ok(decoded) => assert!(
                    decoded.warnings.iter().any(|w| matches!(w, Warning::Damaged(_))),
                    "{length} of {}: {:?}",
                    whole.len(),
                    decoded.warnings
                ),
                Err(error) => assert!(!error.message().contains("gave up"), "{length}: {error}"),
            }
        }
    }
    let half = &boxed[..boxed.len() - XMP.len() / 2];
    assert!(decode(half, &accepting, &Default::default()).is_ok(), "its picture is whole");
}

//! JPEG: round trips, bands, damage, turning, metadata.

use libjpeg_turbo_rs as turbo;
use longlens::error::{ErrorKind, Warning};
use longlens::format::{Encoding, Format, Limits, Subsampling, Threads, encode, probe};
use longlens::frame::{Frame, Orientation, Size};
use longlens::metadata::Blocks;

use super::make::{
    SIZES, blocks, bytes_of, difference, encoding, exif, file, file_with, gray8, icc, open,
    open_damaged, rgb8, rgb16,
};

const SUBSAMPLINGS: [(Subsampling, turbo::Subsampling); 3] = [
    (Subsampling::S444, turbo::Subsampling::S444),
    (Subsampling::S422, turbo::Subsampling::S422),
    (Subsampling::S420, turbo::Subsampling::S420),
];

fn jpeg(subsampling: Subsampling) -> Encoding {
    Encoding { subsampling, ..Encoding::of(Format::Jpeg) }
}

/// The same frame by the encoder alone, in one piece.
fn whole(frame: &Frame, subsampling: turbo::Subsampling) -> Vec<u8> {
    let (width, height) = (frame.size().width as usize, frame.size().height as usize);
    let format = turbo::PixelFormat::Rgb;
    turbo::compress(bytes_of(frame), width, height, format, 92, subsampling).unwrap()
}

/// Bands of less than a megabyte are one piece; they are joined in frames of any size in the encoder's
/// own tests. Colour is converted in another way than the encoder would do it, and no worse. Frames
/// have enough pixels for chance to even out.
#[test]
fn a_file_is_as_near_to_its_frame_as_the_encoder_alone_would_make_it() {
    for size in [Size::new(250, 171), Size::new(1300, 900), Size::new(117, 93), Size::new(1, 2999)]
    {
        let frame = rgb8(size);
        for (ours, theirs) in SUBSAMPLINGS {
            let joined = turbo::decompress(&file_with(&frame, &jpeg(ours), &Blocks::default()));
            let whole = turbo::decompress(&whole(&frame, theirs));
            let [joined, whole] = [joined, whole].map(|decoded| decoded.unwrap().data);
            let off = |data: &[u8]| {
                let off = data.iter().zip(bytes_of(&frame)).map(|(a, b)| f64::from(a.abs_diff(*b)));
                off.sum::<f64>() / data.len() as f64
            };
            let (joined, whole) = (off(&joined), off(&whole));
            assert!(joined < whole + 0.02, "{size} {ours:?}: {joined:.3}, alone {whole:.3}");
        }
    }
}

#[test]
fn the_bytes_are_the_same_on_one_thread_and_on_all() {
    let large = Size::new(1321, 1707);
    for frame in [rgb8(large), rgb16(Size::new(1100, 900)), gray8(large), gray8(Size::new(9, 500))]
    {
        let (mut one, mut all) = (Vec::new(), vec![1, 2, 3]);
        let encoding = jpeg(Subsampling::S420);
        encode(&frame, &encoding, &blocks(), Threads::One, &mut one).unwrap();
        encode(&frame, &encoding, &blocks(), Threads::All, &mut all).unwrap();
        assert!(one == all);
    }
}

#[test]
fn frames_of_every_size_come_back() {
    for size in SIZES {
        for frame in [rgb8(size), gray8(size)] {
            let decoded = open(&file(&frame, Format::Jpeg)).unwrap();
            assert!(difference(&decoded.frame, &frame) <= 14, "{size}");
            assert_eq!(decoded.warnings, []);
            assert_eq!(usize::from(decoded.header.channels), frame.pixels.channels());
        }
    }
}

#[test]
fn sixteen_bits_become_eight_with_a_warning() {
    let mut out = Vec::new();
    let frame = rgb16(Size::new(30, 20));
    let warnings =
        encode(&frame, &encoding(Format::Jpeg), &Blocks::default(), Threads::One, &mut out);
    assert_eq!(warnings.unwrap(), [Warning::DepthReduced]);
    assert!(difference(&open(&out).unwrap().frame, &rgb8(Size::new(30, 20))) <= 14);
}

#[test]
fn what_the_header_says() {
    let frame = rgb8(Size::new(250, 171));
    for (ours, _) in SUBSAMPLINGS {
        let header = probe(&file_with(&frame, &jpeg(ours), &blocks()), &Limits::default()).unwrap();
        assert_eq!((header.size, header.subsampling), (Size::new(250, 171), Some(ours)));
        assert!(header.decode_bytes >= 250 * 171 * 3);
    }
    let header = probe(&file(&frame, Format::Jpeg), &Limits::default()).unwrap();
    assert_eq!(header.kind, "baseline 4:4:4");
}

/// Files of the kinds that cameras and programs write.
fn kinds() -> Vec<(&'static str, Vec<u8>)> {
    let frame = rgb8(Size::new(250, 171));
    let make =
        || turbo::Encoder::new(bytes_of(&frame), 250, 171, turbo::PixelFormat::Rgb).quality(92);
    let s420 = turbo::Subsampling::S420;
    vec![
        ("ours", file_with(&frame, &jpeg(Subsampling::S420), &blocks())),
        ("baseline", make().subsampling(s420).encode().unwrap()),
        ("4:4:0", make().subsampling(turbo::Subsampling::S440).encode().unwrap()),
        ("optimised", make().subsampling(s420).optimize_huffman(true).encode().unwrap()),
        ("restarts", make().subsampling(s420).restart_blocks(7).encode().unwrap()),
        ("progressive", make().subsampling(s420).progressive(true).encode().unwrap()),
        (
            "progressive 4:4:4",
            make().subsampling(turbo::Subsampling::S444).progressive(true).encode().unwrap(),
        ),
        ("arithmetic", make().subsampling(s420).arithmetic(true).encode().unwrap()),
        ("scan by scan", scan_by_scan(&frame)),
        ("grey", file(&gray8(Size::new(250, 171)), Format::Jpeg)),
    ]
}

/// One scan a component, 4:2:0: three grey files of the planes, put together by hand.
fn scan_by_scan(frame: &Frame) -> Vec<u8> {
    let (width, height) = (frame.size().width as usize, frame.size().height as usize);
    let pixel = |x: usize, y: usize| {
        let at = (y.min(height - 1) * width + x.min(width - 1)) * 3;
        let [r, g, b] = *bytes_of(frame)[at..].first_chunk().unwrap();
        let (r, g, b) = (f32::from(r), f32::from(g), f32::from(b));
        let luma = 0.299 * r + 0.587 * g + 0.114 * b;
        [luma, 128.0 + (b - luma) * 0.564, 128.0 + (r - luma) * 0.713]
    };
    let mean = |x: usize, y: usize, c: usize| {
        (pixel(2 * x, 2 * y)[c]
            + pixel(2 * x + 1, 2 * y)[c]
            + pixel(2 * x, 2 * y + 1)[c]
            + pixel(2 * x + 1, 2 * y + 1)[c])
            / 4.0
    };
    let mut out = Vec::new();
    for c in 0..3 {
        let (w, h) = if c == 0 { (width, height) } else { (width.div_ceil(2), height.div_ceil(2)) };
        let sample = |x, y| if c == 0 { pixel(x, y)[0] } else { mean(x, y, c) };
        let plane = (0..h).flat_map(|y| (0..w).map(move |x| (x, y)));
        let plane = plane.map(|(x, y)| sample(x, y).round() as u8).collect::<Vec<_>>();
        let s444 = turbo::Subsampling::S444;
        let grey = turbo::compress(&plane, w, h, turbo::PixelFormat::Grayscale, 97, s444).unwrap();
        let at = |marker: u8| grey.windows(2).position(|b| b == [0xFF, marker]).unwrap();
        if c == 0 {
            out.extend_from_slice(&grey[..at(0xC0)]);
            let (h, w) = ((h as u16).to_be_bytes(), (w as u16).to_be_bytes());
            out.extend_from_slice(&[0xFF, 0xC0, 0, 17, 8, h[0], h[1], w[0], w[1], 3]);
            out.extend_from_slice(&[1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0]);
            out.extend_from_slice(&grey[at(0xC4)..at(0xDA)]);
        }
        out.extend_from_slice(&[0xFF, 0xDA, 0, 8, 1, c as u8 + 1, 0, 0, 63, 0]);
        out.extend_from_slice(&grey[at(0xDA) + 10..grey.len() - 2]);
    }
    out.extend_from_slice(&[0xFF, 0xD9]);
    out
}

#[test]
fn a_baseline_file_of_one_scan_a_component_is_not_garbled() {
    for size in [Size::new(250, 171), Size::new(33, 20)] {
        let frame = rgb8(size);
        let decoded = open(&scan_by_scan(&frame)).unwrap();
        assert_eq!(decoded.header.kind, "baseline 4:2:0");
        assert!(difference(&decoded.frame, &frame) <= 14, "{size}");
    }
}

#[test]
fn every_kind_decodes_as_the_reference_does() {
    for (name, bytes) in kinds() {
        let decoded = open(&bytes).unwrap();
        let reference = turbo::decompress(&bytes).unwrap().data;
        let ours = bytes_of(&decoded.frame);
        assert_eq!(ours.len(), reference.len(), "{name}");
        let worst = ours.iter().zip(&reference).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
        // Decoders differ in how they interpolate colour.
        assert!(worst <= 12, "{name}: {worst}");
        assert_eq!(decoded.warnings, [], "{name}");
    }
}

#[test]
fn a_file_cut_at_any_tenth_is_refused_or_accepted_with_a_warning() {
    for (name, bytes) in kinds() {
        for tenth in 0..10 {
            let cut = &bytes[..bytes.len() * tenth / 10];
            assert_eq!(open(cut).unwrap_err().kind(), ErrorKind::Damaged, "{name} {tenth}");
        }
        // From the first coded byte on there is a picture, wherever the file breaks off: among the
        // coded bytes of a scan, in the tables of the next one or in its header.
        let begins = bytes.windows(2).position(|b| b == [0xFF, 0xDA]).unwrap() + 16;
        let mut cuts = (begins..bytes.len() - 2).step_by(509).collect::<Vec<_>>();
        for marker in [0xC4, 0xDA] {
            let later = (begins..bytes.len()).filter(|&i| bytes[i..].starts_with(&[0xFF, marker]));
            cuts.extend(later.flat_map(|i| [i, i + 1, i + 2, i + 3, i + 4, i + 9]));
        }
        for end in cuts {
            let decoded = open_damaged(&bytes[..end]).map_err(|e| format!("{name} {end}: {e}"));
            let warnings = decoded.unwrap().warnings;
            assert!(matches!(warnings[..], [.., Warning::Damaged(_)]), "{name} {end}");
        }
    }
}

/// The file cut in its scans: at so many sixteenths of what begins with the first of them.
fn cut_in_scans(bytes: &[u8], sixteenths: usize) -> &[u8] {
    let begins = bytes.windows(2).position(|b| b == [0xFF, 0xDA]).unwrap() + 16;
    &bytes[..begins + (bytes.len() - begins) * sixteenths / 16]
}

/// Found on the corpus: a decoder read zeros behind the end, and painted the rest black or green.
#[test]
fn what_a_cut_takes_away_is_grey_and_the_rest_is_as_it_was() {
    // Each scan of these is of the whole frame; and what arithmetic coding lacks are zeros.
    let by_rows = |name: &str| {
        !name.starts_with("progressive") && !matches!(name, "scan by scan" | "arithmetic")
    };
    for (name, bytes) in kinds().into_iter().filter(|(name, _)| by_rows(name)) {
        let whole = open(&bytes).unwrap().frame;
        let row = whole.size().width as usize * whole.pixels.channels();
        for sixteenths in 4..16 {
            let cut = open_damaged(cut_in_scans(&bytes, sixteenths)).unwrap().frame;
            let rows = bytes_of(&cut).chunks_exact(row).zip(bytes_of(&whole).chunks_exact(row));
            let grey = |(cut, _): &(&[u8], &[u8])| cut.iter().all(|&v| v == 128);
            let grey = rows.clone().rev().take_while(grey).count();
            // The row of units that the file breaks off in, and one that is interpolated from it.
            let sound = rows.len() - grey - 17;
            let about = rows.len() * sixteenths / 16;
            assert!(sound.abs_diff(about) <= 40, "{name} {sixteenths}: {sound} of {about} rows");
            for (cut, whole) in rows.take(sound) {
                let worst = cut.iter().zip(whole).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
                assert!(worst <= 16, "{name} {sixteenths}: {worst}");
            }
        }
    }
}

/// Found on the corpus: the scan that breaks off laid a pattern over the rest of the frame.
#[test]
fn the_more_there_is_of_a_progressive_file_the_better_it_looks() {
    for (name, bytes) in kinds().into_iter().filter(|(name, _)| name.starts_with("progressive")) {
        let whole = open(&bytes).unwrap().frame;
        let mut before = f64::INFINITY;
        for sixteenths in 4..16 {
            let cut = open_damaged(cut_in_scans(&bytes, sixteenths)).unwrap().frame;
            let off = bytes_of(&cut).iter().zip(bytes_of(&whole)).map(|(a, b)| a.abs_diff(*b));
            let mean = off.map(f64::from).sum::<f64>() / bytes_of(&whole).len() as f64;
            assert!(mean <= before + 0.1, "{name} {sixteenths}: {mean:.2}, {before:.2} with less");
            before = mean;
        }
    }
}

#[test]
fn a_file_cut_in_its_scan_and_closed_again_is_refused() {
    for (name, bytes) in kinds() {
        for tenth in [5, 7, 9] {
            // Arithmetic coding may break off unseen: what it lacks it reads as zeros, by the standard.
            if name == "arithmetic" {
                continue;
            }
            let cut = [&bytes[..bytes.len() * tenth / 10], &[0xFF, 0xD9]].concat();
            let kind = open(&cut).map(|d| d.warnings).map_err(|e| e.kind());
            assert_eq!(kind, Err(ErrorKind::Damaged), "{name} {tenth}");
        }
    }
}

#[test]
fn damage_leaves_nothing_of_an_earlier_frame_in_the_buffer() {
    let bytes = file(&rgb8(Size::new(250, 171)), Format::Jpeg);
    let cut = &bytes[..bytes.len() / 2];
    let pool = longlens::frame::Pool::default();
    let decoding = longlens::format::Decoding { accept_damaged: true, ..Default::default() };
    let fresh = longlens::format::decode(cut, &decoding, &pool).unwrap().frame;
    pool.give_samples(vec![77_u8; 250 * 171 * 3]);
    let reused = longlens::format::decode(cut, &decoding, &pool).unwrap().frame;
    assert_eq!(fresh, reused);
}

#[test]
fn a_flat_frame_is_not_taken_for_a_damaged_one() {
    let size = Size::new(320, 160);
    let white = image::ImageBuffer::from_pixel(size.width, size.height, image::Rgb([255_u8; 3]));
    let frame = Frame::new(longlens::frame::Pixels::Rgb8(white));
    let bytes = whole(&frame, turbo::Subsampling::S420);
    assert_eq!(open(&bytes).unwrap().frame, frame);
}

#[test]
fn what_follows_the_end_is_no_damage() {
    let mut bytes = file(&rgb8(Size::new(40, 30)), Format::Jpeg);
    bytes.extend_from_slice(b"\0\0\0\x18ftypmp42 a motion photo's film");
    let warnings = open(&bytes).unwrap().warnings;
    assert!(matches!(warnings.as_slice(), [Warning::PartsLeftOut(_)]), "{warnings:?}");
}

#[test]
fn a_frame_stands_upright_whatever_the_camera_was_held_like() {
    let frame = rgb8(Size::new(48, 32));
    for number in 1..=8 {
        let blocks = Blocks { exif: Some(exif(number)), ..Blocks::default() };
        let bytes = file_with(&frame, &encoding(Format::Jpeg), &blocks);
        let decoded = open(&bytes).unwrap();
        let orientation = Orientation::from_exif(u16::from(number));
        assert_eq!(decoded.header.orientation, orientation);
        let size = if number > 4 { Size::new(32, 48) } else { Size::new(48, 32) };
        assert_eq!((decoded.header.size, decoded.frame.size()), (size, size));
        let mut expected = image::DynamicImage::ImageRgb8(
            image::RgbImage::from_raw(48, 32, turbo::decompress(&bytes).unwrap().data).unwrap(),
        );
        expected.apply_orientation(image::metadata::Orientation::from_exif(number).unwrap());
        let worst = expected.as_bytes().iter().zip(bytes_of(&decoded.frame));
        assert!(worst.map(|(a, b)| a.abs_diff(*b)).max().unwrap() <= 3, "{number}");
    }
}

#[test]
fn metadata_comes_back_byte_for_byte() {
    let frame = rgb8(Size::new(40, 30));
    let decoded = open(&file_with(&frame, &encoding(Format::Jpeg), &blocks())).unwrap();
    assert_eq!(decoded.blocks, blocks());
    assert_eq!(decoded.frame.facts.profile, blocks().icc);
    assert_eq!(decoded.warnings, []);
}

#[test]
fn xmp_under_a_garbled_name_is_read_and_what_is_no_packet_is_named() {
    let bytes = file_with(&rgb8(Size::new(8, 8)), &encoding(Format::Jpeg), &blocks());
    let name = b"http://ns.adobe.com/xap/1.0/\0";
    let at = bytes.windows(name.len()).position(|w| w == name).unwrap();
    let mut garbled = bytes.clone();
    garbled[at..at + 4].copy_from_slice(b"XMP\0");
    let decoded = open(&garbled).unwrap();
    assert_eq!((decoded.blocks, decoded.warnings), (blocks(), vec![]));
    // The one under the proper name counts, wherever it is.
    let packet = b"XMP\0<x:xmpmeta>other</x:xmpmeta>";
    let other = [&[0xFF, 0xE1, 0, packet.len() as u8 + 2][..], packet].concat();
    let two = [&bytes[..2], &other, &bytes[2..]].concat();
    let decoded = open(&two).unwrap();
    assert_eq!(decoded.blocks, blocks());
    assert_eq!(decoded.warnings, [Warning::PartsLeftOut("APP1 (XMP)".to_owned())]);
    // No packet begins here.
    garbled[at + name.len()] = b'(';
    let decoded = open(&garbled).unwrap();
    assert_eq!(decoded.blocks.xmp, None);
    assert!(decoded.warnings.contains(&Warning::PartsLeftOut("APP1 (XMP)".to_owned())));
}

#[test]
fn extended_xmp_of_another_packet_is_dropped_with_a_warning() {
    let frame = rgb8(Size::new(8, 8));
    let bytes = file_with(&frame, &encoding(Format::Jpeg), &blocks());
    let name = b"HasExtendedXMP=\"01";
    let at = bytes.windows(name.len()).position(|w| w == name).unwrap();
    let mut other = bytes.clone();
    other[at + name.len() - 1] = b'9';
    let decoded = open(&other).unwrap();
    assert_eq!(decoded.blocks.xmp_extended, None);
    assert!(matches!(decoded.warnings[..], [Warning::MetadataDropped(_)]));
}

#[test]
fn a_profile_that_cannot_mean_the_samples_is_dropped_with_a_warning() {
    let blocks = Blocks { icc: Some(icc(b"GRAY", 400).into()), ..Blocks::default() };
    let bytes = file_with(&rgb8(Size::new(8, 8)), &encoding(Format::Jpeg), &blocks);
    let decoded = open(&bytes).unwrap();
    assert_eq!(decoded.frame.facts.profile, None);
    assert!(matches!(decoded.warnings[..], [Warning::ProfileDropped(_)]));
}

#[test]
fn four_inks_become_three_lights() {
    // C, M, Y, K without Adobe's marker, inverted all the same: 255 is no ink.
    let inks = [255, 0, 0, 255].repeat(16 * 16);
    let bytes = turbo::Encoder::new(&inks, 16, 16, turbo::PixelFormat::Cmyk)
        .quality(100)
        .write_adobe_marker(false)
        .encode()
        .unwrap();
    let decoded = open(&bytes).unwrap();
    assert_eq!(decoded.header.kind, "baseline CMYK");
    let [r, g, b] = *bytes_of(&decoded.frame).first_chunk().unwrap();
    assert!(r > 250 && g < 5 && b < 5, "{r} {g} {b}");
}

/// Found by mutation: the decoder of four inks went out of bounds.
#[test]
fn inks_that_share_parts_of_pixels_are_refused_by_name() {
    let inks = [0, 255, 255, 0].repeat(16 * 16);
    let mut bytes = turbo::Encoder::new(&inks, 16, 16, turbo::PixelFormat::Cmyk).encode().unwrap();
    let at = bytes.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    assert_eq!(bytes[at + 11], 0x22, "the first component's sampling");
    for sampling in [0x31, 0x13] {
        bytes[at + 11] = sampling;
        let error = open(&bytes).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        assert!(error.to_string().contains("fractionally sampled"), "{error}");
    }
}

//! PNG, TIFF and WebP: round trips, metadata, alpha, damage.

use std::io::Cursor;

use longlens::error::{ErrorKind, Warning};
use longlens::format::{Format, Limits, Threads, encode, probe, sniff};
use longlens::frame::{Frame, Pixels, Size};
use longlens::metadata::Blocks;

use super::make::{
    SIZES, blocks, bytes_of, encoding, exif, file, file_with, gray8, gray16, icc, open,
    open_damaged, rgb8, rgb16,
};

#[test]
fn frames_of_every_size_and_depth_come_back_exactly() {
    for size in SIZES {
        for frame in [rgb8(size), gray8(size), rgb16(size), gray16(size)] {
            for format in [Format::Png, Format::Tiff] {
                let bytes = file(&frame, format);
                assert_eq!(sniff(&bytes), Some(format));
                let decoded = open(&bytes).unwrap();
                assert_eq!(decoded.frame, frame, "{size} {format:?}");
                assert_eq!(decoded.warnings, []);
                assert_eq!(decoded.header, probe(&bytes, &Limits::default()).unwrap());
            }
        }
    }
}

#[test]
fn webp_comes_back_exactly_in_eight_bits_of_colour() {
    for size in SIZES {
        let decoded = open(&file(&rgb8(size), Format::WebP)).unwrap();
        assert_eq!(decoded.frame, rgb8(size));
        let grey = open(&file(&gray8(size), Format::WebP)).unwrap().frame;
        let first = bytes_of(&grey).iter().step_by(3).copied().collect::<Vec<_>>();
        assert_eq!(first, bytes_of(&gray8(size)));
    }
    let mut out = Vec::new();
    let sixteen = rgb16(Size::new(20, 10));
    let warnings =
        encode(&sixteen, &encoding(Format::WebP), &Blocks::default(), Threads::All, &mut out);
    assert_eq!(warnings.unwrap(), [Warning::DepthReduced]);
}

#[test]
fn metadata_that_the_format_has_a_place_for_comes_back() {
    let frame = rgb8(Size::new(31, 23));
    let all = blocks();
    for format in [Format::Png, Format::Tiff, Format::WebP] {
        let mut out = Vec::new();
        let warnings = encode(&frame, &encoding(format), &all, Threads::One, &mut out).unwrap();
        let back = open(&out).unwrap().blocks;
        assert_eq!((&back.icc, &back.xmp), (&all.icc, &all.xmp), "{format:?}");
        // TIFF has a place for EXIF and IPTC both, the other two for EXIF alone.
        match format {
            Format::Tiff => assert!(back.exif.is_some() && back.photoshop == all.photoshop),
            _ => assert_eq!(back.exif, all.exif, "{format:?}"),
        }
        // The extended XMP and the comment; in WebP also IPTC.
        let named = if format == Format::WebP { 3 } else { 2 };
        assert_eq!(warnings.len(), named, "{format:?}: what has no place is named");
    }
}

#[test]
fn a_frame_stands_upright() {
    let frame = rgb8(Size::new(48, 32));
    for format in [Format::Png, Format::WebP] {
        for number in 1..=8 {
            let blocks = Blocks { exif: Some(exif(number)), ..Blocks::default() };
            let decoded = open(&file_with(&frame, &encoding(format), &blocks)).unwrap();
            let (Pixels::Rgb8(from), Pixels::Rgb8(to)) = (&frame.pixels, decoded.frame.pixels)
            else {
                panic!("colour stays colour")
            };
            let mut expected = image::DynamicImage::ImageRgb8(from.clone());
            expected.apply_orientation(image::metadata::Orientation::from_exif(number).unwrap());
            assert_eq!(expected.into_rgb8(), to, "{format:?} {number}");
            assert_eq!(decoded.header.size, Size::new(to.width(), to.height()));
        }
    }
}

#[test]
fn a_file_cut_at_any_tenth_is_refused_or_accepted_with_a_warning() {
    for format in [Format::Png, Format::Tiff, Format::WebP] {
        for frame in [rgb8(Size::new(250, 171)), gray8(Size::new(90, 90))] {
            let bytes = file_with(&frame, &encoding(format), &Blocks::default());
            for tenth in 0..10 {
                let cut = &bytes[..bytes.len() * tenth / 10];
                let kind = open(cut).map(|d| d.warnings).map_err(|e| e.kind());
                assert_eq!(kind, Err(ErrorKind::Damaged), "{format:?} {tenth}");
                if let Ok(decoded) = open_damaged(cut) {
                    let marked = decoded.warnings.iter().any(|w| matches!(w, Warning::Damaged(_)));
                    assert!(marked, "{format:?} {tenth}");
                }
            }
            if format == Format::Png {
                assert!(open_damaged(&bytes[..bytes.len() * 9 / 10]).is_ok());
            }
        }
    }
}

#[test]
fn a_flipped_bit_in_a_png_is_found_by_its_checksum() {
    let mut bytes = file(&rgb8(Size::new(60, 40)), Format::Png);
    let at = bytes.len() / 2;
    bytes[at] ^= 4;
    assert_eq!(open(&bytes).unwrap_err().kind(), ErrorKind::Damaged);
}

/// A PNG by the `png` crate itself.
fn png(colour: png::ColorType, depth: png::BitDepth, size: (u32, u32), samples: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, size.0, size.1);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    if colour == png::ColorType::Indexed {
        encoder.set_palette(vec![10, 20, 30, 200, 100, 50]);
    }
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(samples).unwrap();
    writer.finish().unwrap();
    out
}

#[test]
fn pngs_of_few_bits_palettes_and_alpha_become_frames() {
    let bits = png(png::ColorType::Grayscale, png::BitDepth::One, (8, 1), &[0b1010_0000]);
    assert_eq!(bytes_of(&open(&bits).unwrap().frame), [255, 0, 255, 0, 0, 0, 0, 0]);

    let palette = png(png::ColorType::Indexed, png::BitDepth::Eight, (2, 1), &[1, 0]);
    assert_eq!(bytes_of(&open(&palette).unwrap().frame), [200, 100, 50, 10, 20, 30]);

    let rgba = png::ColorType::Rgba;
    let opaque = open(&png(rgba, png::BitDepth::Eight, (1, 1), &[1, 2, 3, 255])).unwrap();
    assert_eq!((bytes_of(&opaque.frame), opaque.warnings), ([1, 2, 3].as_slice(), vec![]));
    assert!(opaque.header.alpha);

    let clear = open(&png(rgba, png::BitDepth::Eight, (1, 1), &[1, 2, 3, 0])).unwrap();
    assert_eq!(bytes_of(&clear.frame), [255; 3]);
    assert_eq!(clear.warnings, [Warning::AlphaFlattened]);

    let deep =
        png(png::ColorType::GrayscaleAlpha, png::BitDepth::Sixteen, (1, 1), &[1, 2, 255, 255]);
    let Pixels::Gray16(p) = open(&deep).unwrap().frame.pixels else { panic!("16-bit grey") };
    assert_eq!(p.into_raw(), [0x0102]);
}

#[test]
fn of_an_animation_the_first_picture_is_read() {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, 2, 1);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_animated(2, 0).unwrap();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&[7, 8]).unwrap();
    writer.write_image_data(&[9, 9]).unwrap();
    writer.finish().unwrap();
    let decoded = open(&out).unwrap();
    assert_eq!(bytes_of(&decoded.frame), [7, 8]);
    assert_eq!(decoded.warnings, [Warning::FirstOfMany]);
}

/// A TIFF by the `tiff` crate, in strips of three rows.
fn tiff<C>(
    size: (u32, u32),
    samples: &[C::Inner],
    compression: tiff::encoder::Compression,
) -> Vec<u8>
where
    C: tiff::encoder::colortype::ColorType,
    [C::Inner]: tiff::encoder::TiffValue,
{
    let mut out = Vec::new();
    let encoder = tiff::encoder::TiffEncoder::new(Cursor::new(&mut out)).unwrap();
    let mut encoder = encoder.with_compression(compression);
    let mut image = encoder.new_image::<C>(size.0, size.1).unwrap();
    image.rows_per_strip(3).unwrap();
    image.write_data(samples).unwrap();
    out
}

#[test]
fn tiffs_of_every_compression_and_some_kinds_of_colour_become_frames() {
    use tiff::encoder::{Compression, DeflateLevel, colortype};
    let frame = rgb8(Size::new(37, 29));
    for compression in [
        Compression::Uncompressed,
        Compression::Lzw,
        Compression::Deflate(DeflateLevel::Balanced),
        Compression::Packbits,
    ] {
        let bytes = tiff::<colortype::RGB8>((37, 29), bytes_of(&frame), compression);
        assert_eq!(open(&bytes).unwrap().frame, frame);
    }
    let plain = Compression::Uncompressed;
    let clear = open(&tiff::<colortype::RGBA8>((1, 1), &[1, 2, 3, 0], plain)).unwrap();
    assert_eq!(bytes_of(&clear.frame), [255; 3]);
    let ink = open(&tiff::<colortype::CMYK8>((1, 1), &[0, 255, 255, 0], plain)).unwrap();
    assert_eq!(bytes_of(&ink.frame), [255, 0, 0]);
    let float = open(&tiff::<colortype::Gray32Float>((1, 1), &[0.5], plain)).unwrap_err();
    assert_eq!(float.kind(), ErrorKind::Unsupported);
    assert!(float.message().contains("32 bits"), "{}", float.message());
}

#[test]
fn a_tiff_with_a_palette_becomes_a_frame() {
    // Written as grey with a map of colours; then the photometric number is changed to 3.
    let mut out = Vec::new();
    let mut encoder = tiff::encoder::TiffEncoder::new(Cursor::new(&mut out)).unwrap();
    let mut image = encoder.new_image::<tiff::encoder::colortype::Gray8>(2, 1).unwrap();
    let map = (0..768_u32).map(|i| if i % 256 == 5 { 65_535 } else { 257 }).collect::<Vec<u16>>();
    image.encoder().write_tag(tiff::tags::Tag::ColorMap, &map[..]).unwrap();
    image.write_data(&[5, 6]).unwrap();
    let entry = [6, 1, 3, 0, 1, 0, 0, 0, 1, 0];
    let at = out.windows(entry.len()).position(|w| w == entry).unwrap();
    out[at + 8] = 3;
    let decoded = open(&out).unwrap();
    assert_eq!(decoded.header.kind, "8-bit palette");
    assert_eq!(bytes_of(&decoded.frame), [255, 255, 255, 1, 1, 1]);
}

#[test]
fn a_tiff_that_lost_its_last_strips_gives_what_it_has() {
    use tiff::encoder::{Compression, colortype};
    let frame = rgb8(Size::new(40, 30));
    let bytes = tiff::<colortype::RGB8>((40, 30), bytes_of(&frame), Compression::Lzw);
    // Overwrites the last strip's data; the directory behind it stays.
    let mut broken = bytes.clone();
    let end = broken.len() - 300;
    broken[end - 200..end].fill(0xFF);
    assert_eq!(open(&broken).unwrap_err().kind(), ErrorKind::Damaged);
    let decoded = open_damaged(&broken).unwrap();
    let row = 40 * 3;
    assert_eq!(bytes_of(&decoded.frame)[..20 * row], bytes_of(&frame)[..20 * row]);
}

#[test]
fn a_grey_profile_does_not_go_into_webp() {
    let grey: Frame = gray8(Size::new(9, 9));
    let blocks = Blocks { icc: Some(icc(b"GRAY", 300).into()), ..Blocks::default() };
    let mut out = Vec::new();
    let warnings = encode(&grey, &encoding(Format::WebP), &blocks, Threads::One, &mut out).unwrap();
    assert!(matches!(warnings[..], [Warning::ProfileDropped(_)]));
    assert_eq!(open(&out).unwrap().blocks, Blocks::default());
}

#[test]
fn a_grey_frame_is_converted_from_its_profile_into_webp() {
    for (gamma, right) in [(1.8, 147), (2.2, 128)] {
        let profile = moxcms::ColorProfile::new_gray_with_gamma(gamma).encode().unwrap();
        let grey = image::ImageBuffer::from_pixel(9, 7, image::Luma([128_u8]));
        let blocks = Blocks { icc: Some(profile.into()), ..Blocks::default() };
        let mut out = Vec::new();
        let frame = Frame::new(longlens::frame::Pixels::Gray8(grey));
        let encoding = encoding(Format::WebP);
        let warnings = encode(&frame, &encoding, &blocks, Threads::One, &mut out).unwrap();
        let says = warnings.iter().any(|w| w.to_string().contains("converted to sRGB"));
        // 128/255 to the 1.8th is 0.289 linear, in sRGB 0.575.
        let decoded = open(&out).unwrap();
        assert!(bytes_of(&decoded.frame)[0].abs_diff(right) <= 2, "{gamma}");
        assert!(decoded.blocks.icc.is_none() && says, "{gamma}: {warnings:?}");
    }
}

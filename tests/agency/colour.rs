//! Colours of frame and caption in the frame's profile, and out of it.

use std::sync::Arc;

use image::{ImageBuffer, Luma, Rgb};
use longlens::colour::{ColourSpace, Mapping, convert_to_srgb, describe};
use longlens::format::{Decoding, Format, decode, read_blocks};
use longlens::frame::{Frame, Pixels, Pool};
use longlens::metadata::Blocks;
use moxcms::ColorProfile;

use super::file;
use crate::metadata::make::{Exif, Order, Val};
use crate::support::Bench;

fn with_profile(profile: &[u8], colour: [f32; 3]) -> Vec<u8> {
    let pixel = Rgb(colour.map(|v| (v * 255.0).round() as u8));
    let frame = Frame::new(Pixels::Rgb8(ImageBuffer::from_pixel(320, 240, pixel)));
    let blocks = Blocks { icc: Some(Arc::from(profile)), ..Blocks::default() };
    file(&frame, Format::Png, &blocks)
}

fn pixels(bytes: &[u8]) -> ImageBuffer<Rgb<u8>, Vec<u8>> {
    match decode(bytes, &Decoding::default(), &Pool::default()).unwrap().frame.pixels {
        Pixels::Rgb8(pixels) => pixels,
        other => panic!("8-bit RGB stays so: {:?}", other.size()),
    }
}

#[test]
fn wide_profiles_are_kept_or_converted_and_captions_are_neutral_in_all() {
    for profile in [ColorProfile::new_display_p3(), ColorProfile::new_adobe_rgb()] {
        let profile = profile.encode().unwrap();
        let mut drawn = [[60.0, 160.0, 90.0].map(|v| v / 255.0)];
        Mapping::new(&profile).unwrap().from_srgb(&mut drawn).unwrap();
        let [drawn] = drawn;
        let bench = Bench::new();
        bench.put("in/a.png", &with_profile(&profile, drawn));

        assert_eq!(bench.deliver(&["--caption", "Chunggang"]).code, 0);
        let kept = bench.out("a.png");
        assert_eq!(read_blocks(&kept).unwrap().icc.as_deref(), Some(&profile[..]));
        let kept = pixels(&kept);
        assert_eq!(kept.get_pixel(300, 5).0.map(f32::from), drawn.map(|v| (v * 255.0).round()));
        assert!(kept.pixels().any(|p| p.0 == [255; 3]), "letters are white");

        let ran = bench.deliver(&["--caption", "Chunggang", "--profile", "srgb", "--overwrite"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let converted = bench.out("a.png");
        let icc = read_blocks(&converted).unwrap().icc.unwrap();
        assert!(describe(&icc).unwrap().is_srgb);
        let converted = pixels(&converted);
        for (is, right) in converted.get_pixel(300, 5).0.into_iter().zip([60_u8, 160, 90]) {
            assert!(is.abs_diff(right) <= 2, "{:?}", converted.get_pixel(300, 5));
        }
        assert!(converted.pixels().any(|p| p.0 == [255; 3]), "letters are white");
    }
}

#[test]
fn a_frame_without_a_profile_counts_as_srgb() {
    let bench = Bench::new();
    let frame = Frame::new(Pixels::Rgb8(ImageBuffer::from_pixel(64, 48, Rgb([60, 160, 90]))));
    bench.put("in/a.png", &file(&frame, Format::Png, &Blocks::default()));
    for profile in ["keep", "srgb"] {
        assert_eq!(bench.deliver(&["--profile", profile, "--overwrite"]).code, 0);
        let bytes = bench.out("a.png");
        assert_eq!(pixels(&bytes).get_pixel(5, 5).0, [60, 160, 90]);
        assert!(read_blocks(&bytes).unwrap().icc.is_none());
    }
}

#[test]
fn a_grey_frame_in_srgb_gets_a_grey_profile() {
    let gamma = ColorProfile::new_gray_with_gamma(1.8).encode().unwrap();
    let frame = Frame::new(Pixels::Gray8(ImageBuffer::from_pixel(64, 48, Luma([128]))));
    let blocks = Blocks { icc: Some(Arc::from(&gamma[..])), ..Blocks::default() };
    for (format, name) in [(Format::Png, "a.png"), (Format::Jpeg, "a.jpg"), (Format::Tiff, "a.tif")]
    {
        let bench = Bench::new();
        bench.put(format!("in/{name}"), &file(&frame, format, &blocks));
        let ran = bench.deliver(&["--profile", "srgb"]);
        assert_eq!((ran.code, ran.err.contains("profile")), (0, false), "{}", ran.err);
        let decoded = decode(&bench.out(name), &Decoding::default(), &Pool::default()).unwrap();
        assert_eq!(decoded.warnings, [], "{name}");
        let Pixels::Gray8(pixels) = &decoded.frame.pixels else { panic!("grey stays grey") };
        // 128/255 to the 1.8th is 0.289 linear, in sRGB 0.575.
        assert!(pixels.get_pixel(9, 9).0[0].abs_diff(147) <= 2, "{name}");
        let icc = decoded.blocks.icc.unwrap();
        let described = describe(&icc).unwrap();
        assert_eq!(described.space, ColourSpace::Gray, "{name}");
        assert!(described.name.contains("sRGB"), "{described:?}");
        // Its curve is sRGB's own.
        let mut ramp = Pixels::Gray8(ImageBuffer::from_fn(256, 1, |x, _| Luma([x as u8])));
        convert_to_srgb(&mut ramp, &icc).unwrap();
        let Pixels::Gray8(ramp) = ramp else { panic!("grey stays grey") };
        assert!(ramp.pixels().enumerate().all(|(x, p)| p.0[0].abs_diff(x as u8) <= 1));
    }
}

/// Coloured blocks before a plain sky, in haze that gets denser to the top; encoded sRGB.
fn hazy(x: u32, y: u32) -> [f32; 3] {
    let air = [0.74, 0.77, 0.82];
    if y < 60 {
        return air.map(|air| air + 0.02);
    }
    let objects =
        [[0.3, 0.16, 0.1], [0.1, 0.22, 0.1], [0.28, 0.27, 0.22], [0.05; 3], [0.4, 0.33, 0.15]];
    let object = objects[((x / 7 + 3 * (y / 9)) % 5) as usize];
    let transmission = (-1.6 + 1.5 * (y - 60) as f32 / 180.0).exp();
    std::array::from_fn(|c| object[c] * transmission + air[c] * (1.0 - transmission))
}

#[test]
fn a_scene_is_dehazed_alike_in_every_space() {
    let profiles = [
        None,
        Some(ColorProfile::new_display_p3()),
        Some(ColorProfile::new_adobe_rgb()),
        Some(ColorProfile::new_pro_photo_rgb()),
    ];
    for dehaze in ["auto", "70"] {
        let mut finished: Vec<(f64, Vec<u16>)> = Vec::new();
        for profile in &profiles {
            let mut colours: Vec<[f32; 3]> =
                (0..320 * 240).map(|i| hazy(i % 320, i / 320)).collect();
            let icc = profile.as_ref().map(|profile| profile.encode().unwrap());
            if let Some(icc) = &icc {
                Mapping::new(icc).unwrap().from_srgb(&mut colours).unwrap();
            }
            let samples = colours.as_flattened().iter().map(|v| (v * 65_535.0).round() as u16);
            let pixels = ImageBuffer::from_raw(320, 240, samples.collect()).unwrap();
            let blocks = Blocks { icc: icc.clone().map(Arc::from), ..Blocks::default() };
            let bench = Bench::new();
            bench.put("in/a.png", &file(&Frame::new(Pixels::Rgb16(pixels)), Format::Png, &blocks));
            let ran = bench.run(&["develop", "in", "-o", "out", "--json", "--dehaze", dehaze]);
            let lines =
                ran.out.lines().map(|l| serde_json::from_str::<serde_json::Value>(l).unwrap());
            let amount = lines.filter_map(|line| line["dehaze"]["amount"].as_f64()).next().unwrap();
            let decoded =
                decode(&bench.out("a.png"), &Decoding::default(), &Pool::default()).unwrap();
            let mut pixels = decoded.frame.pixels;
            if let Some(icc) = &icc {
                convert_to_srgb(&mut pixels, icc).unwrap();
            }
            let Pixels::Rgb16(pixels) = pixels else { panic!("16 bits stay so") };
            finished.push((amount, pixels.into_raw()));
        }
        let (amount, srgb) = &finished[0];
        assert!(*amount > 10.0, "the scene is hazy: {amount}");
        for ((other, colours), profile) in finished.iter().zip(&profiles) {
            assert!((amount - other).abs() < 1.0, "{dehaze}: {amount} and {other}: {profile:?}");
            let far = srgb.iter().zip(colours).map(|(a, b)| f64::from(a.abs_diff(*b)) / 257.0);
            let mean = far.sum::<f64>() / srgb.len() as f64;
            assert!(mean < 0.5, "{dehaze}: {mean} levels of 255 apart: {profile:?}");
        }
    }
}

#[test]
fn exif_that_says_srgb_overrules_the_rules_that_a_camera_kept() {
    let frame = Frame::new(Pixels::Rgb8(ImageBuffer::from_pixel(64, 48, Rgb([60, 160, 90]))));
    for (space, is_adobe) in [(Some(1), false), (Some(65_535), true), (None, true)] {
        let interop = (0xA005, Val::Table(vec![(0x0001, Val::Ascii("R03"))]));
        let space_entry = space.map(|space| (0xA001, Val::Short(space)));
        let table = Val::Table(space_entry.into_iter().chain([interop]).collect());
        let exif = Exif::new(Order::Big, vec![(0x8769, table)], b"").bytes;
        let blocks = Blocks { exif: Some(exif), ..Blocks::default() };
        let bytes = file(&frame, Format::Jpeg, &blocks);
        let decoded = decode(&bytes, &Decoding::default(), &Pool::default()).unwrap();
        assert_eq!(decoded.blocks.icc.is_some(), is_adobe, "{space:?}");
        assert_eq!(decoded.warnings.len(), usize::from(is_adobe), "{space:?}");
    }
}

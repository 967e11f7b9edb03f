//! The sensor's samples through the built program: colours, highlights, what is refused and what is said.

use longlens::format::{Decoded, Decoding, Limits, RawPicture, decode, probe};
use longlens::frame::{Pixels, Size};

use super::dng::{Coding, Dng};
use super::field;
use crate::support::bytes::occurs;
use crate::support::{Bench, jpeg};

fn developed(file: &[u8]) -> Decoded {
    let limits = Limits { raw: RawPicture::Sensor, ..Limits::default() };
    decode(file, &Decoding { limits, accept_damaged: false }, &Default::default()).unwrap()
}

/// A pixel in levels of 255.
fn pixel(decoded: &Decoded, x: u32, y: u32) -> [f32; 3] {
    let Pixels::Rgb16(picture) = &decoded.frame.pixels else { panic!("16 bit and colour") };
    picture.get_pixel(x, y).0.map(|sample| f32::from(sample) / 257.0)
}

#[test]
fn colours_come_out_in_their_order_whatever_that_of_the_filters_is() {
    let light = |x: u32, _: u32| if x < 40 { [0.5, 0.1, 0.1] } else { [0.1, 0.1, 0.5] };
    let mut seen = Vec::new();
    for filters in [[0, 1, 1, 2], [2, 1, 1, 0], [1, 0, 2, 1], [1, 2, 0, 1]] {
        let dng = Dng { filters: &filters, ..Dng::new(80, 60, &light) };
        let decoded = developed(&dng.file());
        assert_eq!(decoded.frame.size(), Size::new(80, 60));
        let (left, right) = (pixel(&decoded, 10, 30), pixel(&decoded, 70, 30));
        assert!(
            left[0] > left[1] + 60.0 && (left[1] - left[2]).abs() < 2.0,
            "{filters:?} {left:?}"
        );
        assert!(right[2] > right[1] + 60.0 && (right[1] - right[0]).abs() < 2.0, "{right:?}");
        seen.push(left);
    }
    // Samples that are no mosaic show the same.
    let linear = developed(&Dng { filters: &[0], ..Dng::new(80, 60, &light) }.file());
    seen.push(pixel(&linear, 10, 30));
    for other in &seen[1..] {
        (0..3).for_each(|c| assert!((other[c] - seen[0][c]).abs() < 1.0, "{seen:?}"));
    }
}

#[test]
fn grey_is_grey_brighter_than_its_light_and_clipped_light_is_white() {
    let wedge = |x: u32, _: u32| [x as f32 / 100.0; 3];
    // Half of the wedge is more than the sensor takes; green is full long before red.
    let decoded = developed(&Dng { full: 0.5, ..Dng::new(200, 40, &wedge) }.file());
    let mut last = -1.0;
    for x in 0..200 {
        let [red, green, blue] = pixel(&decoded, x, 20);
        assert!(
            (red - green).abs() < 2.0 && (blue - green).abs() < 2.0,
            "{x}: {red} {green} {blue}"
        );
        assert!(green > last - 0.5, "{x}");
        last = green;
    }
    assert!(last > 254.9);
    // A grey card is 118 in sRGB as the light is; cameras show what they measure at 13 % of white there.
    let card = pixel(&developed(&Dng::new(40, 40, &|_, _| [0.13; 3]).file()), 20, 20);
    assert!((105.0..140.0).contains(&card[1]), "{card:?}");
}

#[test]
fn a_lone_raw_file_with_a_small_jpeg_is_developed_from_the_sensor() {
    let bench = Bench::new();
    let (small, large) = (jpeg(80, 60, 1), jpeg(240, 160, 1));
    let light = |x: u32, y: u32| [0.2 + (x + y) as f32 / 1000.0; 3];
    let with = |jpeg| {
        let dng =
            Dng { jpeg, orientation: 6, margin: 4, colours: 65_535, ..Dng::new(248, 168, &light) };
        dng.file()
    };
    bench.put("in/none.dng", &with(None));
    bench.put("in/small.dng", &with(Some(&small)));
    bench.put("in/large.dng", &with(Some(&large)));
    let ran = bench.develop("in -o out --dehaze off --sharpen off").code(0).says("3 developed");
    ran.tells(&["3 RAW files ", "no JPEG", "the JPEG inside or the sensor data"]);
    for name in ["none", "small", "large"] {
        let bytes = bench.out(&format!("{name}.jpg"));
        let header = probe(&bytes, &Limits::default()).unwrap();
        assert_eq!(header.size, Size::new(160, 240), "{name}");
        assert!(field(&bytes, "camera").is_some_and(|camera| camera.contains("Acme Z1")), "{name}");
        assert_eq!(field(&bytes, "date").as_deref(), Some("2024-02-28"), "{name}");
        assert!(!occurs(b"SERIAL-4711", &bytes), "{name}");
    }
    bench.develop("in/large.dng -o forced --raw sensor --format tiff").code(0);
    let forced = std::fs::read(bench.path("forced/large.tif")).unwrap();
    let header = probe(&forced, &Limits::default()).unwrap();
    assert_eq!((header.depth_bits, header.size), (16, Size::new(160, 240)));
    // The samples are sRGB whatever the camera would have made of them.
    let decoded = developed(&with(None));
    assert!(decoded.blocks.icc.is_none());
    let ran = bench.develop("in -o embedded --raw embedded").code(1);
    ran.says("in/none.dng").says("in/small.dng").says("1 developed");
}

#[test]
fn what_cannot_be_developed_well_is_refused_by_name() {
    let bench = Bench::new();
    let grey = |_: u32, _: u32| [0.2; 3];
    let xtrans = [
        1, 1, 0, 1, 1, 2, 1, 1, 2, 1, 1, 0, 2, 0, 1, 0, 2, 1, 1, 1, 2, 1, 1, 0, 1, 1, 0, 1, 1, 2,
        0, 2, 1, 2, 0, 1,
    ];
    bench.put("xtrans.dng", &Dng { filters: &xtrans, ..Dng::new(96, 96, &grey) }.file());
    bench.put("unsaid.dng", &Dng { balance: None, ..Dng::new(96, 96, &grey) }.file());
    bench.put("unknown.dng", &Dng { has_matrix: false, ..Dng::new(96, 96, &grey) }.file());
    let ran = bench.develop("xtrans.dng -o out --raw sensor").code(1);
    ran.tells(&["error: xtrans.dng: ", "X-Trans", "hint: ", "--raw embedded"]);
    bench.develop("unsaid.dng -o out --raw sensor").code(1).tells(&[
        "error: unsaid.dng: ",
        "white",
        "hint: ",
        "--raw embedded",
    ]);
    assert!(!bench.path("out/xtrans.jpg").exists() && !bench.path("out/unsaid.jpg").exists());
    bench.develop("unknown.dng -o out").code(0).tells(&["warning: unknown.dng: ", "colours"]);
}

#[test]
fn deflated_and_floating_point_samples_are_those_of_a_plain_file() {
    let light = |x: u32, y: u32| [0.05 + x as f32 / 120.0, 0.3, 0.1 + y as f32 / 100.0];
    for filters in [&[0, 1, 1, 2][..], &[0]] {
        let of = |coding| Dng { filters, coding, ..Dng::new(80, 60, &light) }.file();
        let plain = developed(&of(Coding::Plain));
        for coding in [
            Coding::Deflate { differences: false },
            Coding::Deflate { differences: true },
            Coding::Float,
            Coding::DeflatedFloat { bits: 16 },
            Coding::DeflatedFloat { bits: 32 },
        ] {
            let file = of(coding);
            let decoded = developed(&file);
            assert_eq!(decoded.warnings, []);
            for (x, y) in [(3, 3), (20, 40), (60, 10), (76, 56)] {
                let (is, was) = (pixel(&decoded, x, y), pixel(&plain, x, y));
                let near = is.iter().zip(was).all(|(is, was)| (is - was).abs() < 0.5);
                assert!(near, "{filters:?} {coding:?} {x},{y}: {is:?}, not {was:?}");
            }
            let limits = Limits { raw: RawPicture::Sensor, ..Limits::default() };
            let decoding = Decoding { limits, accept_damaged: false };
            let cut = &file[..file.len() - file.len() / 8];
            assert!(decode(cut, &decoding, &Default::default()).is_err(), "{coding:?}");
        }
    }
}

#[test]
fn a_cut_file_is_damaged_and_developed_only_if_that_is_accepted() {
    let bench = Bench::new();
    let whole = Dng::new(200, 100, &|_, _| [0.3; 3]).file();
    bench.put("cut.dng", &whole[..whole.len() - 9000]);
    bench.develop("cut.dng -o out").code(1).says("cut.dng: ").says("damaged");
    assert!(!bench.path("out/cut.jpg").exists());
    bench
        .develop("cut.dng -o out --accept-damaged")
        .code(0)
        .tells(&["warning: cut.dng: ", "damaged"]);
    assert!(bench.path("out/cut.jpg").exists());
}

#[test]
fn coded_data_of_a_lossy_dng_that_do_not_add_up_are_damage() {
    let bench = Bench::new();
    let light = |_: u32, _: u32| [0.2; 3];
    let dng = Dng { filters: &[0], coding: Coding::LossyJpeg, ..Dng::new(160, 120, &light) };
    let mut file = dng.file();
    bench.put("whole.dng", &file);
    bench.develop("whole.dng -o out --raw sensor").code(0).says("1 developed");
    // Some of the coded data are missing; the JPEG has its end all the same.
    let scan = file.windows(2).rposition(|pair| pair == [0xFF, 0xDA]).unwrap();
    let middle = (scan + file.len()) / 2;
    file.drain(middle..middle + 40);
    file.extend([0; 40]);
    bench.put("changed.dng", &file);
    let ran = bench.develop("changed.dng -o out --raw sensor").code(1);
    ran.tells(&["error: changed.dng: ", "damaged", "a tile"]);
    assert!(!bench.path("out/changed.jpg").exists());
    let ran = bench.develop("changed.dng -o out --raw sensor --accept-damaged").code(0);
    ran.tells(&["warning: changed.dng: ", "damaged"]);
}

/// The digest that Adobe's programs give samples: of the digests of parts of 256 by 256, channel by channel.
fn digest(samples: &[u16], columns: usize, channels: usize) -> [u8; 16] {
    let rows = samples.len() / columns / channels;
    let mut digests = Vec::new();
    for (top, left) in
        (0..rows).step_by(256).flat_map(|y| (0..columns).step_by(256).map(move |x| (y, x)))
    {
        let mut part = Vec::new();
        for channel in 0..channels {
            for y in top..rows.min(top + 256) {
                for x in left..columns.min(left + 256) {
                    part.extend(samples[(y * columns + x) * channels + channel].to_le_bytes());
                }
            }
        }
        digests.extend(md5::compute(part).0);
    }
    md5::compute(digests).0
}

#[test]
fn samples_that_are_not_those_of_the_digest_are_damage() {
    let bench = Bench::new();
    let light = |x: u32, y: u32| [0.1 + (x + y) as f32 / 1000.0; 3];
    for (name, filters) in [("mosaic", &[0, 1, 1, 2][..]), ("linear", &[0])] {
        let channels = if filters.len() == 1 { 3 } else { 1 };
        let plain = Dng { filters, ..Dng::new(300, 270, &light) };
        let file = plain.file();
        let samples = &file[file.len() - 300 * 270 * channels * 2..];
        let samples: Vec<u16> =
            samples.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
        let of =
            |digest| Dng { filters, digest: Some(digest), ..Dng::new(300, 270, &light) }.file();
        let mut file = of(digest(&samples, 300, channels));
        bench.put(format!("{name}.dng"), &file);
        bench.develop(&format!("{name}.dng -o out --raw sensor")).code(0).says("1 developed");
        // One bit; a digest of zeros is none.
        let at = file.len() - 50_000;
        file[at] ^= 1;
        bench.put(format!("{name}-changed.dng"), &file);
        let ran = bench.develop(&format!("{name}-changed.dng -o out --raw sensor")).code(1);
        ran.says("the RAW is damaged").says("digest");
        assert!(!bench.path(format!("out/{name}-changed.jpg")).exists());
        let ran =
            bench.develop(&format!("{name}-changed.dng -o out --raw sensor --accept-damaged"));
        ran.code(0).says("damaged");
        bench.put(format!("{name}-none.dng"), &of([0; 16]));
        bench.develop(&format!("{name}-none.dng -o out --raw sensor")).code(0);
    }
    // Of a lossy file the digest is that of its coded tiles.
    let jpeg = crate::support::jpeg(160, 120, 1);
    let digest = |of: &[u8]| Some(md5::compute(md5::compute(of).0).0);
    for (name, digest, code) in [("right", digest(&jpeg), 0), ("wrong", digest(b"another"), 1)] {
        let coding = Coding::LossyJpeg;
        let dng = Dng { filters: &[0], coding, digest, ..Dng::new(160, 120, &light) };
        bench.put(format!("{name}.dng"), &dng.file());
        bench.develop(&format!("{name}.dng -o out --raw sensor")).code(code);
    }
}

#[test]
fn memory_is_known_before_anything_is_decoded() {
    let file = Dng::new(400, 300, &|_, _| [0.3; 3]).file();
    let limits = Limits { raw: RawPicture::Sensor, ..Limits::default() };
    let header = probe(&file, &limits).unwrap();
    assert!(header.decode_bytes >= 400 * 300 * (2 + 6), "{header:?}");
    let small = Limits { memory_bytes: header.decode_bytes - 1, ..limits };
    assert!(probe(&file, &small).is_err());
    assert!(probe(&file, &Limits { pixels: 100_000, ..limits }).is_err());
}

#[test]
fn a_byte_changed_anywhere_is_no_panic() {
    let file = Dng::new(64, 48, &|x, y| [((x * 31 + y * 17) % 64) as f32 / 64.0; 3]).file();
    let limits = Limits { raw: RawPicture::Sensor, ..Limits::default() };
    for accept_damaged in [false, true] {
        let decoding = Decoding { limits, accept_damaged };
        for at in 0..file.len().min(2000) {
            let mut broken = file.clone();
            broken[at] ^= 0xA5;
            if let Err(error) = decode(&broken, &decoding, &Default::default()) {
                assert!(!error.message().contains("gave up"), "{at}: {error}");
            }
        }
    }
}

//! Samples whose values are known, through the decoder and through the built program.

use longlens::format::{Decoded, decode, probe};
use longlens::frame::{Pixels, Size};
use longlens::metadata::Fields;

use super::make::{Coded, Heic, SIDE};
use crate::support::Bench;
use crate::support::bytes::occurs;

fn read(file: &[u8]) -> Decoded {
    decode(file, &Default::default(), &Default::default()).unwrap()
}

fn pixel(decoded: &Decoded, x: u32, y: u32) -> [i32; 3] {
    let Pixels::Rgb8(picture) = &decoded.frame.pixels else { panic!("8 bit and colour") };
    picture.get_pixel(x, y).0.map(i32::from)
}

/// Red, green and blue of luma and colours (ITU-T H.273, 8.3), of full range or not.
fn rgb([y, cb, cr]: [u8; 3], is_full: bool, [kr, kb]: [f32; 2]) -> [i32; 3] {
    let [y, cb, cr] = [y, cb, cr].map(f32::from);
    let (y, cb, cr) = match is_full {
        true => (y, cb - 128.0, cr - 128.0),
        false => {
            let colour = |c: f32| (c - 128.0) * 255.0 / 224.0;
            ((y - 16.0) * 255.0 / 219.0, colour(cb), colour(cr))
        }
    };
    let (red, blue) = (y + 2.0 * (1.0 - kr) * cr, y + 2.0 * (1.0 - kb) * cb);
    let green = (y - kr * red - kb * blue) / (1.0 - kr - kb);
    [red, green, blue].map(|v| v.round().clamp(0.0, 255.0) as i32)
}

const BT_601: [f32; 2] = [0.299, 0.114];
const BT_709: [f32; 2] = [0.2126, 0.0722];

#[test]
fn range_and_matrix_are_what_the_stream_says() {
    let colour = [120, 100, 160];
    for (said, is_full, weights) in [
        (Some((true, 6)), true, BT_601),
        (Some((false, 6)), false, BT_601),
        (Some((true, 1)), true, BT_709),
        (None, false, BT_601),
    ] {
        let samples = |_: usize, _: usize| colour;
        let decoded = read(&Heic::of(Coded { samples: &samples, colours: said }).file());
        let (found, right) = (pixel(&decoded, 20, 30), rgb(colour, is_full, weights));
        let near = found.iter().zip(right).all(|(a, b)| (a - b).abs() <= 1);
        assert!(near, "{said:?}: {found:?}, not {right:?}");
    }
}

#[test]
fn tiles_are_joined_cut_and_turned_once() {
    let shades = [40, 90, 140, 200];
    let tiles: Vec<_> =
        shades.iter().map(|&shade| move |_: usize, _: usize| [shade, 128, 128]).collect();
    let coded = |samples| Coded { samples, colours: Some((true, 6)) };
    // EXIF says it as well, and is not to be followed.
    let exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x08\0\0\0\0\0\0\0";
    let file = Heic {
        tiles: tiles.iter().map(|tile| coded(tile as &dyn Fn(usize, usize) -> [u8; 3])).collect(),
        size: (100, 80),
        turned: 1,
        exif: Some(exif),
        ..Heic::of(coded(&tiles[0]))
    };
    let file = file.file();
    assert_eq!(probe(&file, &Default::default()).unwrap().size, Size::new(80, 100));
    let decoded = read(&file);
    assert_eq!(decoded.frame.size(), Size::new(80, 100));
    // A quarter turn against the clock: the right edge comes to the top.
    let seen = [(10, 10), (10, 95), (75, 10), (75, 95)].map(|(x, y)| pixel(&decoded, x, y)[0]);
    assert_eq!(seen, [90, 40, 200, 140]);
    let bench = Bench::new();
    bench.put("a.heic", &file);
    bench.develop("a.heic -o out --dehaze off --sharpen off").code(0);
    let header = probe(&bench.out("a.jpg"), &Default::default()).unwrap();
    assert_eq!((header.size, header.orientation.to_exif()), (Size::new(80, 100), 1));
}

#[test]
fn metadata_and_profile_go_the_way_of_all_others() {
    let bench = Bench::new();
    let exif = b"II*\0\x08\0\0\0\x02\0\x0f\x01\x02\0\x04\0\0\0Cam\0\x25\x88\x04\0\x01\0\0\0\x26\0\0\0\0\0\0\0\
        \x02\0\x01\0\x02\0\x02\0\0\0N\0\0\0\x02\0\x05\0\x03\0\0\0\x44\0\0\0\0\0\0\0\
        \x2a\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\0\0\x00\0\0\0\x01\0\0\0";
    let xmp = "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF \
        xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description \
        xmlns:photoshop=\"http://ns.adobe.com/photoshop/1.0/\" photoshop:City=\"Tumen\"/>\
        </rdf:RDF></x:xmpmeta>";
    let samples = |x: usize, y: usize| [(x + y) as u8 + 60, 128, 128];
    let coded = Coded { samples: &samples, colours: Some((true, 6)) };
    let profile = longlens::colour::display_p3().unwrap();
    let file = Heic {
        exif: Some(exif),
        xmp: Some(xmp),
        profile: Some(&profile),
        has_parts: true,
        ..Heic::of(coded)
    };
    bench.put("in/a.heic", &file.file());
    let ran = bench.develop("in -o out").code(0).says("1 developed");
    ran.tells(&["warning", "a depth map, a film"]).says("the position was removed");
    let out = bench.out("a.jpg");
    let blocks = longlens::format::read_blocks(&out).unwrap();
    let (fields, _) = Fields::read(&blocks, "", Default::default());
    assert_eq!(fields.get("city"), Some("Tumen"));
    assert!(occurs(b"Cam", &out) && !occurs(&exif[0x44..], &out));
    assert!(
        blocks.icc.is_some_and(|icc| longlens::colour::describe(&icc).unwrap().name.contains("P3"))
    );
}

#[test]
fn broken_files_are_errors_and_nothing_panics() {
    let samples = |x: usize, y: usize| [(x * y) as u8, x as u8 * 3, y as u8 * 3];
    let coded = || Coded { samples: &samples, colours: Some((true, 6)) };
    let file = Heic { size: (2 * SIDE as u32, SIDE as u32), ..Heic::of(coded()) };
    let file = Heic { tiles: vec![coded(), coded()], ..file }.file();
    read(&file);
    for length in (0..file.len()).step_by(7) {
        let cut = decode(&file[..length], &Default::default(), &Default::default());
        let error = cut.map(drop).unwrap_err();
        assert!(!error.message().contains("gave up"), "{length}: {error}");
    }
    for at in 0..file.len().min(1500) {
        let mut broken = file.clone();
        broken[at] ^= 0x5A;
        if let Err(error) = decode(&broken, &Default::default(), &Default::default()) {
            assert!(!error.message().contains("gave up"), "{at}: {error}");
        }
    }
}

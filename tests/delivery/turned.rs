//! `--rotate`, `--straighten` and `--crop sidecar`, through the built program.

use image::{ImageBuffer, Rgb};
use longlens::format::{Decoding, Encoding, Format, Threads, decode, encode};
use longlens::frame::{Frame, Pixels, Pool, Size};
use longlens::metadata::Blocks;
use serde_json::Value;

use crate::support::{Bench, Ran, noise};

/// A sea below a sky, its horizon so many degrees down to the right.
fn sea(degrees: f64) -> Vec<u8> {
    let slope = degrees.to_radians().tan();
    let picture = ImageBuffer::from_fn(900, 600, |x, y| {
        let below = f64::from(y) - 250.0 - slope * (f64::from(x) - 450.0);
        let sea = 1.0 / (1.0 + (-below).exp());
        let light = 200.0 - 90.0 * sea + f64::from(noise(x, y, 1) % 9);
        Rgb([light as u8, (light + 8.0) as u8, (light + 20.0) as u8])
    });
    jpeg(picture)
}

fn jpeg(picture: ImageBuffer<Rgb<u8>, Vec<u8>>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoding = Encoding { quality: 95, ..Encoding::of(Format::Jpeg) };
    let frame = Frame::new(Pixels::Rgb8(picture));
    encode(&frame, &encoding, &Blocks::default(), Threads::One, &mut bytes).unwrap();
    bytes
}

fn picture(bytes: &[u8]) -> ImageBuffer<Rgb<u8>, Vec<u8>> {
    match decode(bytes, &Decoding::default(), &Pool::default()).unwrap().frame.pixels {
        Pixels::Rgb8(picture) => picture,
        _ => panic!("another kind"),
    }
}

fn frames(ran: &Ran) -> Vec<Value> {
    let lines = ran.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["type"] == "frame").collect()
}

/// The rows of the horizon at the left and at the right of a picture.
fn horizon(picture: &ImageBuffer<Rgb<u8>, Vec<u8>>) -> [i64; 2] {
    [10, picture.width() - 11].map(|x| {
        let step = |y: &u32| i64::from(picture[(x, y - 3)][0]) - i64::from(picture[(x, y + 3)][0]);
        (6..picture.height() - 6).max_by_key(step).unwrap().into()
    })
}

#[test]
fn a_tilted_horizon_is_level_afterwards() {
    let bench = Bench::new();
    for (name, degrees) in [("a", -4.0), ("b", 1.3), ("c", 0.0)] {
        bench.put(format!("in/{name}.jpg"), &sea(degrees));
    }
    let ran = bench.develop("in -o out --straighten auto --dehaze off --scene off --json").code(0);
    // Frames are told as they are done, in whatever order.
    for line in &frames(&ran) {
        let degrees = match line["input"].as_str().unwrap() {
            "in/a.jpg" => -4.0,
            "in/b.jpg" => 1.3,
            _ => 0.0,
        };
        let found = line["tilt"]["degrees"].as_f64().unwrap();
        assert!((found - degrees).abs() < 0.1, "{line}");
        assert_eq!(line["tilt"]["by"], "horizon");
        assert_eq!(line["turned"].as_f64(), (degrees != 0.0).then_some(-found), "{line}");
        let name = line["output"].as_str().unwrap().rsplit('/').next().unwrap();
        let developed = picture(&bench.out(name));
        let [left, right] = horizon(&developed);
        assert!((left - right).abs() <= 2, "{name}: {left} and {right}");
        // Its shape is that of the frame, without an empty corner.
        let shape = f64::from(developed.width()) / f64::from(developed.height());
        assert!((shape - 1.5).abs() < 0.01, "{name}: {shape}");
        let darkest = developed.pixels().map(|p| p[0]).min().unwrap();
        assert!(darkest > 90, "{name}: {darkest}");
    }
    let told = bench.run(&["inspect", "in/b.jpg"]).code(0);
    assert!(told.out.contains("tilt         1.3") && told.out.contains("horizon"), "{told:?}");
    bench
        .develop("in -o said --straighten auto -v")
        .code(0)
        .says("turned 4.0")
        .says("level, by its horizon");
}

#[test]
fn nothing_is_turned_that_shows_no_horizon() {
    let bench = Bench::new();
    bench.frames(2, 600);
    bench.develop("in -o out --straighten auto -v --scene off").code(0).says("not straightened");
    bench.develop("in -o plain --scene off").code(0);
    assert_eq!(bench.out("000.jpg"), std::fs::read(bench.path("plain/000.jpg")).unwrap());
}

#[test]
fn an_angle_turns_by_so_much_and_rules_over_straighten() {
    let bench = Bench::new();
    bench.put("in/a.jpg", &sea(2.0));
    bench.put("captions.csv", b"file,rotate\na.jpg,-5\n");
    bench
        .develop("in -o out --captions captions.csv --straighten auto -v")
        .code(0)
        .says("turned 5.00");
    let [left, right] = horizon(&picture(&bench.out("a.jpg")));
    assert!(left > right + 20, "the right end is up: {left}, {right}");
    bench.develop("in -o out --rotate 46").code(2).says("-45 to 45");
    bench.develop("in -o out --straighten perhaps").code(2).says("off or auto");
}

fn sidecar(settings: &str) -> String {
    format!(
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
         <rdf:Description rdf:about=\"\" xmlns:crs=\"http://ns.adobe.com/camera-raw-settings/1.0/\" {settings}/>\
         </rdf:RDF></x:xmpmeta>"
    )
}

#[test]
fn a_crop_of_lightroom_is_taken_from_the_sidecar() {
    let bench = Bench::new();
    for name in ["a", "b", "c"] {
        bench.put(format!("in/{name}.jpg"), &sea(3.0));
    }
    let crop = "crs:HasCrop=\"True\" crs:CropLeft=\"0.25\" crs:CropTop=\"0.1\" crs:CropRight=\"0.75\" \
                crs:CropBottom=\"0.6\"";
    bench.put("in/a.xmp", sidecar(&format!("{crop} crs:CropAngle=\"0\"")).as_bytes());
    bench.put("in/b.xmp", sidecar(&format!("{crop} crs:CropAngle=\"3\"")).as_bytes());
    let ran =
        bench.develop("in -o out --crop sidecar --dehaze off --sharpen off --scene off").code(0);
    assert!(!ran.err.contains("warning"), "{ran:?}");
    bench.develop("in/c.jpg -o whole --crop sidecar").code(0).says("warning: --crop sidecar");
    let whole = picture(&bench.out("c.jpg"));
    assert_eq!(whole.dimensions(), (900, 600));
    let part = picture(&bench.out("a.jpg"));
    assert_eq!(part.dimensions(), (450, 300));
    for (x, y) in [(5, 5), (200, 150), (444, 290)] {
        assert!(part[(x, y)][0].abs_diff(whole[(x + 225, y + 60)][0]) < 12, "{x}, {y}");
    }
    // Turned counterclockwise by 3 degrees, the horizon is level.
    let turned = picture(&bench.out("b.jpg"));
    let [left, right] = horizon(&turned);
    assert!((left - right).abs() <= 2, "{left}, {right}");
    assert_ne!(turned.dimensions(), (450, 300));
    assert!(Size::new(turned.width(), turned.height()).area() > 100_000);
}

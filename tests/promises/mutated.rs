//! The fuzz targets, run on bytes that are changed here: nothing panics, whatever a file contains.
//!
//! Some thousand runs for each target; `LONGLENS_FUZZ_SECONDS=600 cargo test mutated` for longer.

use std::io::Write;
use std::time::{Duration, Instant};

use image::ImageFormat;

use crate::raw::dng::Dng;
use crate::raw::make::Camera;
use crate::support::{jpeg, lossless, noise};

#[path = "../../fuzz/targets.rs"]
mod targets;

/// Numbers in a row; where it begins is its salt.
struct Random {
    salt: u32,
    count: u32,
}

impl Random {
    fn next(&mut self) -> u32 {
        self.count = self.count.wrapping_add(1);
        noise(self.count, 0, self.salt)
    }

    fn below(&mut self, end: usize) -> usize {
        self.next() as usize % end.max(1)
    }
}

/// Values that break sums and sizes.
const ODD: [u8; 8] = [0x00, 0xFF, 0x7F, 0x80, 0x01, 0xD9, b'{', b'"'];

fn change(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    for _ in 0..=random.below(6) {
        let at = random.below(bytes.len());
        let run = 1 + random.below(8);
        let end = (at + run).min(bytes.len());
        match random.below(7) {
            0 => bytes.truncate(at),
            1 => bytes[at..end].iter_mut().for_each(|b| *b = ODD[(*b as usize ^ at) % ODD.len()]),
            2 => bytes[at..end].iter_mut().for_each(|b| *b ^= 1 << (at % 8)),
            3 => drop(bytes.drain(at..end)),
            4 => {
                let from = random.below(other.len());
                let taken = other[from..(from + run * 8).min(other.len())].to_vec();
                bytes.splice(at..at, taken);
            }
            5 => bytes[at..end].fill(random.next() as u8),
            _ => {
                let again = bytes[at..end].repeat(1 + random.below(40));
                bytes.splice(at..at, again);
            }
        }
    }
}

/// Runs a target so many times on changed seeds, always the same ones; or, when asked to, for a time and
/// from another start. The bytes that make it panic are kept.
fn mutate(name: &str, runs: u64, seeds: &[Vec<u8>], target: fn(&[u8])) {
    let seconds = std::env::var("LONGLENS_FUZZ_SECONDS").ok().and_then(|s| s.parse().ok());
    let time = seconds.map(Duration::from_secs);
    let started = std::time::UNIX_EPOCH.elapsed().map_or(1, |t| t.subsec_nanos());
    let mut random = Random { salt: time.map_or(0, |_| started), count: 0 };
    let (begun, mut run) = (Instant::now(), 0);
    seeds.iter().for_each(|seed| target(seed));
    while time.map_or(run < runs, |time| begun.elapsed() < time) {
        let mut bytes = seeds[random.below(seeds.len())].clone();
        let other = &seeds[random.below(seeds.len())];
        change(&mut bytes, other, &mut random);
        run += 1;
        if std::panic::catch_unwind(|| target(&bytes)).is_err() {
            let mut kept = tempfile::Builder::new().prefix(name).tempfile().unwrap();
            kept.write_all(&bytes).unwrap();
            let (_, path) = kept.keep().unwrap();
            panic!("{name}: run {run} failed; its bytes are in {}", path.display());
        }
    }
    eprintln!("{name}: {run} runs in {:.0?}", begun.elapsed());
}

/// Of formats that only some builds read.
fn optional() -> Vec<Vec<u8>> {
    vec![
        #[cfg(feature = "jxl")]
        crate::jxl::COLOUR_8.to_vec(),
        #[cfg(feature = "jxl")]
        crate::jxl::LOSSY.to_vec(),
        #[cfg(feature = "jxl")]
        crate::jxl::GREY_ALPHA.to_vec(),
        #[cfg(feature = "jxl")]
        crate::jxl::JPEG_TURNED.to_vec(),
    ]
}

fn pictures() -> Vec<Vec<u8>> {
    let inside = jpeg(40, 30, 1);
    let camera = Camera::new(&inside, 40);
    let light = |x: u32, y: u32| [x as f32 / 40.0, y as f32 / 30.0, 0.2];
    vec![
        Dng::new(40, 30, &light).file(),
        Dng { filters: &[0], ..Dng::new(20, 10, &light) }.file(),
        camera.nef(),
        camera.cr3(),
        camera.raf(),
        camera.crw(),
        jpeg(40, 30, 1),
        jpeg(17, 9, 2),
        lossless(ImageFormat::Png, 20, 14),
        lossless(ImageFormat::Tiff, 20, 14),
        lossless(ImageFormat::WebP, 20, 14),
    ]
}

#[test]
fn decode() {
    mutate("decode", 10_000, &[pictures(), optional()].concat(), targets::decode);
}

#[test]
fn metadata() {
    let exif =
        b"II*\0\x08\0\0\0\x03\0\x0f\x01\x02\0\x04\0\0\0Cam\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\
        \x25\x88\x04\0\x01\0\0\0\x32\0\0\0\0\0\0\0\x01\0\x01\0\x02\0\x02\0\0\0N\0\0\0\0\0\0\0";
    let xmp = br#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/" photoshop:City="Tumen" exif:GPSLatitude="42,1N"><dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Seq><rdf:li>P</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>"#;
    let iptc = b"8BIM\x04\x04\0\0\0\0\0\x0e\x1c\x02\x00\0\x02\0\x02\x1c\x02\x5a\0\x05Tumen\0";
    let mut seeds = vec![exif.to_vec(), xmp.to_vec(), iptc.to_vec()];
    seeds.extend(pictures());
    mutate("metadata", 20_000, &seeds, targets::metadata);
}

#[test]
fn template() {
    let seeds = [
        r#"{{ city }}, {{ date | date("%-d %B %Y") }}. {byline}/AFP"#,
        "{% if city %}{{ city | upper }}{% else %}none{% endif %}",
        "{{ byline | default('x') }} \\nk7\\ =nk7= ../..//a",
        "nk7\tNorth Korea\tDPRK\n// remark\n",
    ];
    mutate("template", 30_000, &seeds.map(|s| s.as_bytes().to_vec()), targets::template);
}

#[test]
fn recipe() {
    let all = longlens::recipe::Recipe::default().to_toml();
    let some = "dehaze = 30\ncrop = \"3000x2000+8+6\"\nquality = 80\ncaption = \"{{ city }}\"\n";
    let outputs = "quality = 80\n[output.web]\nfolder = \"for/web\"\nlong-edge = 99\n[output.b]\n";
    let seeds = [all.into_bytes(), some.into(), outputs.into()];
    mutate("recipe", 20_000, &seeds, targets::recipe);
}

#[test]
fn captions() {
    let table = "file,city,crop,caption\na.jpg,\"Tu,\nmen\",3:2,text\nb.jpg,,,\n";
    let other = "\u{feff}file;byline;dehaze\nsub/a.jpg;P. Pardo;30\n";
    mutate("captions", 20_000, &[table.into(), other.into()], targets::captions);
}

#[test]
fn journal() {
    let line = r#"{"version":"0.1.0","output":"a.jpg","output_bytes":3,"output_hash":"00","input":[255,47],"input_hash":"11","recipe_hash":"22","chosen":{"haze":0.25,"airlight":[1,2,3]},"warnings":["w"]}"#;
    mutate("journal", 100_000, &[format!("{line}\n{line}\n").into_bytes()], targets::journal);
}

#[test]
fn plan() {
    let head = format!(
        r#"{{"longlens":"{}","folder":"/shoot","out":"out","frames":2,"megapixels":2.5,"recipe_hash":"00","accept_damaged":false,"raw":"auto","require":["city"],"settings":{{"crop":"3:2"}}}}"#,
        env!("CARGO_PKG_VERSION")
    );
    let frames = r#"{"input":[255,47],"output":"a.jpg","bytes":3,"hash":"11","megapixels":1.5,"sequence":1,"settings":{"caption":"{{ city }}"},"fields":{"city":"Tumen"},"warnings":["w"],"check":"22"}
{"input":"b.jpg","output":"b/b.jpg","megapixels":1.0,"sequence":2,"sidecar":"b.xmp","caption":"text","set":{"date":"2024"}}"#;
    let whole = format!("{head}\n{frames}\n").into_bytes();
    assert!(longlens::batch::WrittenPlan::read(&whole).is_ok());
    mutate("plan", 20_000, &[whole], targets::plan);
}

#[test]
fn frame() {
    let numbered = |(i, mut bytes): (usize, Vec<u8>)| {
        bytes.insert(0, i as u8);
        bytes
    };
    mutate(
        "frame",
        1000,
        &pictures().into_iter().enumerate().map(numbered).collect::<Vec<_>>(),
        targets::frame,
    );
}

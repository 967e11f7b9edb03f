//! What each stage of a frame costs, and its parts: `cargo bench --bench stages`.

#![allow(clippy::print_stdout, reason = "a measuring program prints what it measures")]
#![allow(clippy::unwrap_used, reason = "a measuring program may stop")]

mod measure;

use std::time::Instant;

use longlens::develop::{Means, Prepared, Workers, survey};
use longlens::filter::area_average;
use longlens::format::{Decoding, Threads, decode, decode_as_stored, encode};
use longlens::frame::{Bands, Frame, Original, Pool, Samples, SamplesMut};
use longlens::measure::{camera_jpeg, least_ms};
use longlens::metadata::Blocks;
use longlens::recipe::Recipe;
use longlens::stage::caption::{Rows, Typesetter, compose};
use longlens::stage::dehaze;
use measure::{CAPTION, CROP, ENCODING, FRAME};

const RUNS: usize = 9;

fn main() {
    let frame = Frame::specimen(FRAME);
    let file = camera_jpeg(&frame).unwrap();
    measure::opening(
        "stages: least of 9 runs, one thread; ns for each pixel that the stage puts out",
        &format!(
            "a drawn frame of {FRAME} px, {:.1} MB as JPEG, crop {CROP}",
            file.len() as f64 / 1e6
        ),
    );
    let pool = Pool::default();
    let decoding = Decoding::default();
    let opened = || decode_as_stored(&file, &decoding, &pool).unwrap().frame;
    row("decode", FRAME.area(), || drop(opened()));
    row("  as RGB", FRAME.area(), || pool.give(decode(&file, &decoding, &pool).unwrap().frame));
    let original = opened();
    row("survey", FRAME.area(), || drop(survey(&original)));
    row("  area average", FRAME.area(), || drop(area_average(&original, 256)));
    let small = area_average(&original, 256);
    row("  haze of the small picture", FRAME.area(), || drop(dehaze::survey(&small)));
    sweeps(&original, &pool);
    finish(&frame, &pool);
}

fn row(name: &str, pixels: u64, work: impl FnMut()) {
    print_row(name, pixels, least_ms(RUNS, work));
}

fn print_row(name: &str, pixels: u64, ms: f64) {
    println!("{name:28} {ms:8.2} ms {:8.3} ns/px", ms * 1e6 / pixels as f64);
}

fn recipe(settings: &[(&str, &str)]) -> Recipe {
    let mut recipe = Recipe::default();
    for (name, value) in settings {
        recipe.set(name, value).unwrap();
    }
    recipe
}

/// Takes bands and does nothing with them: the sweep alone is timed.
struct Untaken;

impl Bands for Untaken {
    fn rows(&self) -> usize {
        64
    }

    fn take(&self, _: usize, samples: Samples<'_>) {
        std::hint::black_box(samples);
    }
}

fn sweeps(original: &Original, pool: &Pool) {
    let survey = survey(original);
    let sets: [(&str, &str, &str, &str); 6] = [
        ("sweep", "50", "40", "unsharp"),
        ("  dehaze alone", "50", "off", "unsharp"),
        ("  sharpen alone", "off", "40", "unsharp"),
        ("  crop alone", "off", "off", "unsharp"),
        ("  colours dimmed unequally", "50", "40", "unsharp"),
        ("sweep with deconvolution", "50", "40", "deconvolve"),
    ];
    for (name, dehaze, sharpen, method) in sets {
        let colour = if name.contains("unequally") { "1.3" } else { "0" };
        let recipe = recipe(&[
            ("crop", CROP),
            ("dehaze", dehaze),
            ("haze-colour", colour),
            ("sharpen", sharpen),
            ("sharpen-method", method),
        ]);
        let typesetter = Typesetter::open(&recipe.caption).unwrap();
        let means = Means { pool, workers: Workers::One, survey: Some(&survey) };
        let least = (0..RUNS).map(|_| {
            let copy = original.clone();
            let begun = Instant::now();
            let prepared = Prepared::new(FRAME, &recipe, &typesetter).unwrap();
            prepared.develop_into(copy, means, &Untaken).unwrap();
            begun.elapsed().as_secs_f64() * 1e3
        });
        let least = least.fold(f64::INFINITY, f64::min);
        print_row(name, recipe.crop.rect(FRAME).unwrap().0.size().area(), least);
    }
}

/// Caption and encoding, of a developed frame.
fn finish(frame: &Frame, pool: &Pool) {
    let area = recipe(&[("crop", CROP)]).crop.rect(FRAME).unwrap().0.size().area();
    for style in ["plate", "strip", "text"] {
        let caption = recipe(&[("caption-style", style)]).caption;
        let typesetter = Typesetter::open(&caption).unwrap();
        let size = recipe(&[("crop", CROP)]).crop.rect(FRAME).unwrap().0.size();
        let mut samples = Vec::new();
        row(&format!("caption as {style}"), area, || {
            let layout = compose(size, CAPTION, &caption, &typesetter).0.unwrap();
            let covered = layout.rows(size.height);
            samples.resize(covered.len() * size.width as usize * 3, 90);
            let samples = SamplesMut::Eight(&mut samples);
            layout.lay(Rows { samples, channels: 3, top: covered.start }, size);
        });
    }
    let plain = recipe(&[("crop", CROP)]);
    let typesetter = Typesetter::open(&plain.caption).unwrap();
    let means = Means { pool, workers: Workers::One, survey: None };
    let prepared = Prepared::new(FRAME, &plain, &typesetter).unwrap();
    let kept = prepared.develop(frame.clone(), means).unwrap().frame;
    let mut out = Vec::new();
    for (name, threads) in [("encode", Threads::One), ("encode on all cores", Threads::All)] {
        row(name, area, || {
            encode(&kept, &ENCODING, &Blocks::default(), threads, &mut out).unwrap();
        });
    }
}

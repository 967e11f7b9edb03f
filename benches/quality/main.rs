//! How good the picture is: `cargo bench --bench quality [-- --pairs DIR] [--real DIR]`.
//!
//! `--pairs DIR` holds `DIR/<set>/hazy/NAME.*` and `DIR/<set>/clear/NAME.*`; `--real DIR` holds hazy
//! photographs whose clear version is not known. Without either, synthetic haze is added to a drawn
//! scene with depth. Two baselines are measured for comparison: the dark channel with a guided filter,
//! and the colour attenuation prior.

#![allow(clippy::print_stdout, reason = "a measuring program prints what it measures")]
#![allow(clippy::unwrap_used, reason = "a measuring program may stop at a broken file")]

mod baselines;
mod picture;
mod scene;
mod score;

use std::path::{Path, PathBuf};
use std::time::Instant;

use longlens::develop::{develop, survey};
use longlens::recipe::Recipe;
use longlens::stage::dehaze;
use picture::Picture;
use score::{Real, Truth};

/// A hazy picture and the same without haze.
pub(crate) struct Pair {
    pub(crate) hazy: Picture,
    pub(crate) clear: Picture,
}

fn main() {
    let mut words = std::env::args().skip(1);
    let (mut pairs, mut real) = (None, None);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--pairs" => pairs = words.next().map(PathBuf::from),
            "--real" => real = words.next().map(PathBuf::from),
            // Cargo adds --bench; filters meant for other benches are ignored.
            _ => {}
        }
    }
    println!("{:24} {:18} {:>7} {:>6} {:>9}", "set", "method", "PSNR dB", "SSIM", "CIEDE2000");
    match &pairs {
        Some(folder) => folder_of_sets(folder),
        None => scene::sets().into_iter().for_each(|(name, pairs)| set(&name, pairs)),
    }
    if let Some(folder) = &real {
        photographs(folder);
    }
    survey_time();
}

fn folder_of_sets(folder: &Path) {
    for set_folder in sorted(folder) {
        let hazy = sorted(&set_folder.join("hazy"));
        let pairs = sorted(&set_folder.join("clear")).into_iter().filter_map(|clear| {
            let hazy = hazy.iter().find(|h| h.file_stem() == clear.file_stem())?;
            Some(Pair { hazy: Picture::read(hazy)?, clear: Picture::read(&clear)? })
        });
        set(&set_folder.file_name().unwrap().to_string_lossy(), pairs);
    }
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// Amounts of which the one closest to the truth is reported.
const AMOUNTS: [u32; 13] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 90, 100];

fn set(name: &str, pairs: impl IntoIterator<Item = Pair>) {
    let methods = ["hazy", "dark channel", "colour attenuation", "fixed 50", "auto", "best amount"];
    let mut rows = methods.map(|_| Vec::new());
    let mut clear_db = Vec::new();
    for pair in pairs {
        let truth = |picture: &Picture| Truth::of(picture, &pair.clear);
        let best = AMOUNTS
            .iter()
            .map(|amount| developed(&pair.hazy, &amount.to_string()))
            .max_by(|a, b| score::psnr(a, &pair.clear).total_cmp(&score::psnr(b, &pair.clear)));
        rows[0].push(truth(&pair.hazy));
        rows[1].push(truth(&baselines::dark_channel(&pair.hazy)));
        rows[2].push(truth(&baselines::colour_attenuation(&pair.hazy)));
        rows[3].push(truth(&developed(&pair.hazy, "50")));
        rows[4].push(truth(&developed(&pair.hazy, "auto")));
        rows[5].push(truth(&best.unwrap()));
        // The PSNR of an untouched picture is infinite; it is counted as 50 dB.
        clear_db.push(score::psnr(&developed(&pair.clear, "auto"), &pair.clear).min(50.0));
    }
    if clear_db.is_empty() {
        return;
    }
    for (method, scores) in methods.iter().zip(&rows) {
        let Truth { psnr, ssim, ciede2000 } = Truth::mean(scores);
        println!("{name:24} {method:18} {psnr:7.2} {ssim:6.3} {ciede2000:9.2}");
    }
    let mean = clear_db.iter().sum::<f64>() / clear_db.len() as f64;
    println!("{name:24} {:18} {mean:7.2}   ({} pairs)", "clear, auto", clear_db.len());
}

fn developed(picture: &Picture, amount: &str) -> Picture {
    let mut recipe = Recipe::default();
    recipe.set("dehaze", amount).unwrap();
    recipe.set("sharpen", "off").unwrap();
    Picture::of_frame(&develop(&picture.frame(), &recipe).unwrap().frame)
}

fn photographs(folder: &Path) {
    println!(
        "\n{:24} {:>8} {:>8} {:>6} {:>6} {:>6} {:>8} {:>6} {:>8}",
        "photograph", "strength", "clipped%", "hue°", "chroma", "luma", "contrast", "noise", "half"
    );
    let mut all = Vec::new();
    let mut halves = Vec::new();
    for path in sorted(folder) {
        let Some(before) = Picture::read(&path) else { continue };
        let after = developed(&before, "auto");
        let real = Real::of(&before, &after);
        let half = score::mean_difference(&after.halved(), &developed(&before.halved(), "auto"));
        let found = survey(&before.frame()).haze;
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        println!("{name:24} {:8.2} {real} {half:8.2}", found.auto_strength);
        all.push(real);
        halves.push(half);
    }
    if !all.is_empty() {
        let half = halves.iter().sum::<f64>() / halves.len() as f64;
        println!("{:24} {:8} {} {half:8.2}", "mean", "", Real::mean(&all));
    }
}

/// For a frame of 24 MP: the time of the whole survey, and of the survey without its area average.
fn survey_time() {
    let frame = scene::photograph(6000, 4000).frame();
    let small = longlens::filter::area_average(&frame.pixels, 256);
    let whole = least_ms(|| {
        std::hint::black_box(survey(&frame));
    });
    let analysis = least_ms(|| {
        std::hint::black_box(dehaze::survey(&small));
    });
    println!(
        "\nsurvey of 24 MP on one core: {whole:.2} ms, {analysis:.2} ms of it after the area average"
    );
}

fn least_ms(mut work: impl FnMut()) -> f64 {
    let times = (0..9).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64() * 1e3
    });
    times.fold(f64::INFINITY, f64::min)
}

//! Command lines that cannot be carried out as given, and what a dry run reports.

use std::fs::{self, File};
use std::path::Path;

use image::ImageFormat;

use crate::support::{Bench, Ran, jpeg, lossless};

#[test]
fn what_the_run_reads_is_never_written_over() {
    let bench = Bench::new();
    bench.frames(1, 60);
    bench.put("in/logo.png", &lossless(ImageFormat::Png, 60, 40));
    bench.put("out/logo.png", &lossless(ImageFormat::Png, 30, 20));
    bench.put("texts/000.jpg", b"");
    bench.put("tables/000.jpg", b"file,city\n");
    bench.put("codes/000.jpg", b"a\tb\n");
    bench.put("lists/000.jpg", b"in/000.jpg\0");
    let font = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/stage/caption/fonts");
    let font = fs::read_dir(font).unwrap().map(|entry| entry.unwrap().path());
    let font = font.filter(|path| path.extension().is_some_and(|e| e == "ttf" || e == "otf")).min();
    bench.put("fonts/000.jpg", &fs::read(font.unwrap()).unwrap());
    for words in [
        "in -o out --logo out/logo.png",
        "in -o texts --recipe texts/000.jpg",
        "in -o tables --captions tables/000.jpg",
        "in -o codes --code-replacements codes/000.jpg",
        "--files0-from lists/000.jpg -o lists",
        "in -o fonts --caption Mist --font fonts/000.jpg",
    ] {
        let folder = words.split_once("-o ").unwrap().1.split(' ').next().unwrap();
        let before = bench.tree(folder);
        bench.develop(&format!("{words} --overwrite")).code(2).tells(&["error", "the output is "]);
        assert_eq!(bench.tree(folder), before, "{words}");
    }
}

#[test]
fn a_crop_that_misses_the_frame_costs_that_frame() {
    let bench = Bench::new();
    bench.frames(1, 60);
    bench.develop("in -o out --crop 30x20+60+0").code(1).says("30x20+60+0").says("60x40 px");
    assert!(!bench.path("out/000.jpg").exists());
    bench.develop("in -o out --crop 30x20+50+0").code(0).tells(&["warning: in/000.jpg: ", "crop"]);
}

#[test]
fn a_dry_run_tells_what_the_run_would_do() {
    let bench = Bench::new();
    bench.frames(4, 60);
    bench.develop("in/000.jpg in/001.jpg -o out").code(0);
    bench.put("in/001.jpg", &jpeg(60, 40, 9));
    bench.put("out/002.jpg", b"retouched by hand");
    let before = bench.tree("out");
    for (flags, statuses, code) in [
        ("", ["skipped", "skipped", "not delivered", "planned"], 1),
        ("--skip-existing", ["skipped", "skipped", "not delivered", "planned"], 0),
        ("--resume", ["up to date", "planned", "not delivered", "planned"], 1),
        ("--resume --overwrite", ["up to date", "planned", "planned", "planned"], 0),
        ("--overwrite", ["planned"; 4], 0),
    ] {
        let ran = bench.develop(&format!("in -o out --dry-run --json {flags}")).code(code);
        let line = |line| serde_json::from_str::<serde_json::Value>(line).unwrap();
        let told = ran.out.lines().map(line).filter(|line| line["type"] == "frame");
        let told: Vec<_> = told.map(|line| line["status"].clone()).collect();
        assert_eq!(told, statuses, "{flags}");
    }
    let ran = bench.develop("in -o out --dry-run --resume").code(1);
    assert!(ran.out.contains("out/000.jpg (up to date)"), "{ran:?}");
    ran.tells(&["1 frame ", "not be delivered"]);
    assert_eq!(bench.tree("out"), before);
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut program = bench.program();
    program.args(["develop", "in", "-o", "out", "--dry-run"]).stdout(full);
    Ran::of(program.output().unwrap()).code(3).says("standard output");
}

#[test]
fn orders_that_make_no_sense_are_told_why() {
    let bench = Bench::new();
    bench.frames(1, 60);
    bench.develop("in -o out --memory 9999999999GB").code(2).says("--memory");
    bench.develop("in -o out --memory 100").code(2).says("--memory").says("'100'");
    for (name, bytes, why) in
        [("a.png", &b"not one"[..], "not a PNG file"), ("b.png", b"\x89PNG\r\n\x1a\n?", "damaged")]
    {
        bench.put(name, bytes);
        let ran = bench.develop(&format!("in -o out --caption x --logo {name}")).code(2);
        ran.says("logo").says(why);
    }
    bench.develop("in -o x.csv").code(2).says(".csv");
    for fields in ["", "city,", " "] {
        let words = ["develop", "in", "-o", "out", "--require", fields];
        let ran = Ran::of(bench.program().args(words).output().unwrap());
        ran.code(2).says("--require city,country");
    }
    assert!(!bench.path("out").exists() && !bench.path("x.csv").exists());
}

#[test]
fn a_bench_of_a_template_draws_another_caption_and_says_so() {
    let bench = Bench::new();
    bench.frames(1, 60);
    let words = ["bench", "in/000.jpg", "--caption", "{{ city }}", "--against", "vips"];
    let ran = Ran::of(bench.program().args(words).output().unwrap());
    let ran = ran.code(0).tells(&["caption", "template"]);
    let own = ran.out.lines().find(|line| line.starts_with("longlens  ")).unwrap();
    assert!(own.ends_with("the whole recipe"), "{ran:?}");
}

#[test]
fn one_frame_more_changes_only_captions_that_count() {
    let bench = Bench::new();
    bench.frames(3, 60);
    for (out, caption, expected) in
        [("a", "A-sequel", "1 developed, 2 up to date"), ("b", "{seqn}", "3 developed")]
    {
        fs::remove_file(bench.path("in/000.jpg")).unwrap();
        bench.develop(&format!("in -o {out} --caption {caption}")).code(0);
        bench.put("in/000.jpg", &jpeg(60, 40, 0));
        bench.develop(&format!("in -o {out} --caption {caption} --resume")).code(0).says(expected);
    }
}

#[test]
fn an_output_that_cannot_be_meant_is_an_error() {
    let bench = Bench::new();
    bench.frames(1, 60);
    bench.develop("in/000.jpg -o -").code(2).says("standard output");
    bench.develop("in/000.jpg -o ./-").code(0);
    bench.develop("in/000.jpg -o a.jpg --name {stem}").code(2).says("--name");
    bench.put("longlens.toml", b"name = \"b\"\n");
    bench.develop("in/000.jpg -o a.jpg --recipe longlens.toml").code(0);
    assert!(bench.path("a.jpg").exists() && bench.path("-/000.jpg").exists());
}

#[test]
fn a_printed_recipe_means_the_same_in_another_folder() {
    let bench = Bench::new();
    bench.frames(1, 200);
    bench.put("art/logo.png", &lossless(ImageFormat::Png, 20, 10));
    let mut program = bench.program();
    program.args(["recipe", "--logo", "art/logo.png", "--caption", "Mist"]);
    let printed = Ran::of(program.output().unwrap()).code(0);
    bench.put("elsewhere/longlens.toml", printed.out.as_bytes());
    bench.develop("in -o by-flags --logo art/logo.png --caption Mist").code(0);
    bench.develop("in -o by-recipe --recipe elsewhere/longlens.toml").code(0);
    let (flags, recipe) = (bench.tree("by-flags"), bench.tree("by-recipe"));
    assert_eq!(flags.get(Path::new("000.jpg")), recipe.get(Path::new("000.jpg")));
}

#[test]
fn inspect_writes_its_maps_as_pictures_and_never_over_a_file() {
    let bench = Bench::new();
    bench.frames(1, 60);
    let look = || {
        let ran = bench.program().args(["inspect", "in/000.jpg", "--maps", "maps"]).output();
        Ran::of(ran.unwrap())
    };
    look().code(0);
    for name in ["haze", "sky", "gain"] {
        let map = image::open(bench.path(format!("maps/000-{name}.png"))).unwrap();
        assert!(map.width() > 1 && map.color() == image::ColorType::L8, "{name}");
    }
    let again = look().code(1);
    assert!(again.err.contains("000-haze.png") && again.err.contains("--maps"), "{again:?}");
}

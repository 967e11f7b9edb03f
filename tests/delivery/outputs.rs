//! Several outputs of each frame in one run: the bytes of as many runs, each with its own line everywhere.

use std::collections::BTreeMap;
use std::path::PathBuf;

use image::ImageFormat;
use longlens::format::{Limits, probe};
use longlens::frame::Size;
use serde_json::Value;

use crate::support::{Bench, jpeg, lossless};

/// Outputs that share a sweep and outputs that cannot, in formats written by bands and whole.
const OUTPUTS: &[(&str, &str)] = &[
    ("bare", "privacy = \"bare\"\nquality = 70\ndehaze = 0\n"),
    ("print", "caption = \"No. {{ sequence }} of the day\"\n"),
    ("square", "crop = \"1:1\"\ncaption-style = \"strip\"\ncaption = \"A square\"\n"),
    ("tiff", "format = \"tiff\"\nprofile = \"srgb\"\n"),
    ("tiny", "long-edge = 100\nformat = \"jpeg\"\nmax-bytes = \"6kB\"\n"),
    ("web", "long-edge = 300\nprofile = \"srgb\"\ncaption = \"Seen\"\ndehaze = \"off\"\n"),
];

/// Frames of several formats and a recipe with all outputs.
fn shoot(bench: &Bench) {
    for number in 0..3 {
        bench.put(format!("in/{number}.jpg"), &jpeg(420, 280, number));
    }
    bench.put("in/sub/grey.png", &lossless(ImageFormat::Png, 360, 300));
    let table = |(name, settings): &(&str, &str)| format!("[output.{name}]\n{settings}");
    let tables: String = OUTPUTS.iter().map(table).collect();
    bench.put("all.toml", format!("sharpen = 50\n{tables}").as_bytes());
}

/// The pictures below a folder.
fn pictures(bench: &Bench, folder: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let is_picture = |path: &PathBuf| !path.to_string_lossy().contains(".longlens");
    bench.tree(folder).into_iter().filter(|(path, _)| is_picture(path)).collect()
}

fn lines(json: &str, kind: &str) -> Vec<Value> {
    let lines = json.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["type"] == kind).collect()
}

#[test]
fn outputs_have_the_bytes_of_runs_of_their_own() {
    let bench = Bench::new();
    shoot(&bench);
    for (jobs, out) in [("1", "one"), ("3", "three")] {
        bench.develop(&format!("in -o {out} --recipe all.toml -j{jobs}")).code(0);
    }
    assert_eq!(pictures(&bench, "one"), pictures(&bench, "three"));
    let all = pictures(&bench, "one");
    assert_eq!(all.len(), 4 * OUTPUTS.len());
    for (name, settings) in OUTPUTS {
        bench.put("alone.toml", format!("sharpen = 50\n{settings}").as_bytes());
        let out = format!("alone/{name}");
        bench.develop(&format!("in -o {out} --recipe alone.toml")).code(0);
        for (path, bytes) in pictures(&bench, &out) {
            let made = all.get(&PathBuf::from(name).join(&path));
            assert!(made == Some(&bytes), "{name}: {} differs", path.display());
        }
    }
    // Each has its own line in the journal, in the words of a run of its own.
    let journal = String::from_utf8(bench.out_of("one", ".longlens.jsonl")).unwrap();
    assert_eq!(journal.lines().count(), all.len());
    let alone = String::from_utf8(bench.out_of("alone/tiny", ".longlens.jsonl")).unwrap();
    for line in alone.lines() {
        let line = line.replace("\"output\":\"", "\"output\":\"tiny/");
        assert!(journal.contains(&line), "{line}\n{journal}");
    }
}

#[test]
fn each_output_has_a_line_of_json_and_the_folder_and_name_that_it_asks_for() {
    let bench = Bench::new();
    bench.frames(2, 240);
    bench.put(
        "r.toml",
        b"[output.print]\nfolder = \".\"\n\
          [output.web]\nlong-edge = 120\nfolder = \"for/web\"\nname = \"{{ filename }}-s\"\n",
    );
    let ran = bench.develop("in -o out --recipe r.toml --json").code(0);
    let ran = ran.tells(&["2 outputs", "print, web"]).says("4 outputs developed");
    let frames = lines(&ran.out, "frame");
    let named = |name: &str| frames.iter().filter(|line| line["output_name"] == name).count();
    assert_eq!((frames.len(), named("print"), named("web")), (4, 2, 2));
    let run = &lines(&ran.out, "run")[0];
    assert_eq!(run["frames"], 2);
    assert_eq!(run["outputs"]["web"]["long-edge"], "120");
    let summary = &lines(&ran.out, "summary")[0];
    assert_eq!(summary["done"], 4);
    let megapixels = 2.0 * 240.0 * 160.0 / 1e6;
    assert!((summary["megapixels"].as_f64().unwrap() - megapixels).abs() < 1e-9, "{summary}");
    let size = |name: &str| probe(&bench.out(name), &Limits::default()).unwrap().size;
    assert_eq!(size("000.jpg"), Size::new(240, 160));
    assert_eq!(size("for/web/001-s.jpg"), Size::new(120, 80));
}

#[test]
fn what_is_missing_of_a_frame_is_made_again_and_nothing_else() {
    let bench = Bench::new();
    shoot(&bench);
    bench.develop("in -o out --recipe all.toml").code(0);
    let before = bench.tree("out");
    std::fs::remove_file(bench.path("out/square/1.jpg")).unwrap();
    std::fs::write(bench.path("out/tiny/2.jpg"), b"cut off").unwrap();
    let ran = bench.develop("in -o out --recipe all.toml --resume").code(1);
    ran.says("1 output developed, 22 up to date, 1 not delivered");
    bench.develop("in -o out --recipe all.toml --resume --overwrite").code(0);
    assert_eq!(bench.tree("out"), before);
    // A changed output makes that one out of date.
    let text = std::fs::read_to_string(bench.path("all.toml")).unwrap();
    bench.put("all.toml", text.replace("quality = 70", "quality = 71").as_bytes());
    let ran = bench.develop("in -o out --recipe all.toml --resume").code(0);
    ran.says("4 outputs developed, 20 up to date");
}

#[test]
fn flags_win_over_outputs_and_outputs_over_the_table() {
    let bench = Bench::new();
    bench.frames(1, 300);
    bench.put("in/captions.csv", b"file,long-edge,crop\n000.jpg,200,1:1\n");
    bench.put("r.toml", b"[output.a]\nlong-edge = 100\n[output.b]\nquality = 80\n");
    let sizes = |words: &str| {
        bench.develop(&format!("in -o out --recipe r.toml --overwrite {words}")).code(0);
        let size = |name: &str| probe(&bench.out(name), &Limits::default()).unwrap().size;
        (size("a/000.jpg"), size("b/000.jpg"))
    };
    assert_eq!(sizes(""), (Size::new(100, 100), Size::new(200, 200)));
    assert_eq!(sizes("--crop off"), (Size::new(100, 67), Size::new(200, 133)));
    assert_eq!(sizes("--long-edge 50"), (Size::new(50, 50), Size::new(50, 50)));
}

#[test]
fn what_is_wrong_with_one_output_is_found_before_the_run_or_costs_that_one() {
    let bench = Bench::new();
    bench.frames(2, 240);
    let ordered = |recipe: &str, words: &str| {
        bench.put("r.toml", recipe.as_bytes());
        bench.develop(&format!("in -o out --recipe r.toml {words}"))
    };
    let ran = ordered("[output.a]\ncaption = \"{{ city }}\"\n[output.b]\n", "").code(2);
    assert!(ran.says("2 of 2 frames").err.contains("city"));
    ordered("[output.a]\nqualty = 3\n", "").code(2).tells(&[
        "output.a",
        "'qualty'",
        "did you mean 'quality'",
    ]);
    ordered("[output.a]\nfolder = \"../x\"\n", "").code(2).tells(&["error", "folder", "'../x'"]);
    ordered("[output.a]\nlogo = \"none.png\"\n", "").code(2).says("none.png");
    let wrong = bench.develop("in/000.jpg -o one.jpg --recipe r.toml");
    wrong.code(2).tells(&["one.jpg", "outputs"]);
    assert!(!bench.path("out").exists() && !bench.path("one.jpg").exists());
    let ran = ordered("[output.a]\nmax-bytes = \"1kB\"\n[output.b]\n", "").code(1);
    ran.says("2 outputs developed, 2 failed").tells(&["error", "a: ", "JPEG", "1 kB"]);
    assert_eq!(pictures(&bench, "out").len(), 2);
}

#[test]
fn two_outputs_of_one_name_are_numbered() {
    let bench = Bench::new();
    bench.frames(1, 120);
    bench.put("r.toml", b"[output.a]\nfolder = \".\"\n[output.b]\nfolder = \".\"\n");
    bench.develop("in -o out --recipe r.toml").code(0).tells(&["warning", "-2.jpg'"]);
    assert_eq!(pictures(&bench, "out").len(), 2);
}

#[test]
fn a_damaged_frame_is_told_once_and_leaves_the_others_alone() {
    let bench = Bench::new();
    shoot(&bench);
    let whole = std::fs::read(bench.path("in/1.jpg")).unwrap();
    bench.put("in/1.jpg", &whole[..whole.len() / 2]);
    let ran = bench.develop("in -o out --recipe all.toml").code(1);
    assert_eq!(ran.err.matches("error: in/1.jpg").count(), 1, "{ran:?}");
    ran.says("18 outputs developed, 6 failed");
    let ran = bench.develop("in -o damaged --recipe all.toml --accept-damaged").code(0);
    ran.says("24 outputs developed");
}

#[test]
fn frames_of_one_view_share_their_haze_in_every_output() {
    let bench = Bench::new();
    for number in 0..3 {
        bench.put(format!("in/{number}.jpg"), &jpeg(420, 280, number));
    }
    bench.put(
        "r.toml",
        b"scene = \"folder\"\n[output.a]\nquality = 80\n[output.b]\nscene = \"off\"\n",
    );
    bench.develop("in -o out --recipe r.toml").code(0);
    bench.develop("in -o a --scene folder --quality 80").code(0);
    bench.develop("in -o b --scene off").code(0);
    assert_eq!(pictures(&bench, "out/a"), pictures(&bench, "a"));
    assert_eq!(pictures(&bench, "out/b"), pictures(&bench, "b"));
}

#[test]
fn outputs_are_planned_and_a_shard_has_all_of_a_frame() {
    let bench = Bench::new();
    shoot(&bench);
    let plan = bench.run(&["plan", "in", "-o", "out", "--recipe", "all.toml"]).code(0);
    let plan = plan.says("24 outputs of 4 frames planned");
    assert_eq!(plan.out.lines().count(), 25);
    // In whatever order its lines are.
    let (head, frames) = plan.out.split_once('\n').unwrap();
    let mut sorted: Vec<&str> = frames.lines().collect();
    sorted.reverse();
    bench.put("shoot.plan", format!("{head}\n{}\n", sorted.join("\n")).as_bytes());
    bench.run(&["run", "shoot.plan", "--shard", "1/3"]).code(0).says("of 24 outputs");
    let made = pictures(&bench, "out");
    assert_eq!(made.len() % OUTPUTS.len(), 0);
    for shard in ["2/3", "3/3"] {
        bench.run(&["run", "shoot.plan", "--shard", shard]).code(0);
    }
    bench.develop("in -o developed --recipe all.toml").code(0);
    assert_eq!(pictures(&bench, "out"), pictures(&bench, "developed"));
    let report = bench.run(&["report", "shoot.plan"]).code(0).out;
    assert!(report.contains("24 outputs of 4 frames") && report.contains("24 done"), "{report}");
}

/// What all outputs of a frame have alike is one line; what some have names them.
#[test]
fn a_report_lists_a_frame_once_for_each_reason() {
    let bench = Bench::new();
    bench.put("in/cut.jpg", &jpeg(160, 120, 1)[..2000]);
    bench.put("in/whole.jpg", &jpeg(420, 280, 2));
    let tables = "[output.big]\nquality = 90\n[output.small]\nquality = 70\n\
                  [output.least]\nmax-bytes = \"1kB\"\n";
    bench.put("r.toml", tables.as_bytes());
    let plan = bench.run(&["plan", "in", "-o", "out", "--recipe", "r.toml"]).code(0);
    bench.put("shoot.plan", plan.out.as_bytes());
    let before = bench.run(&["report", "shoot.plan"]).code(75).out;
    assert_eq!(list(&before, "missing"), ["in/cut.jpg", "in/whole.jpg"]);
    bench.run(&["run", "shoot.plan"]).code(1);
    let after = bench.run(&["report", "shoot.plan"]).code(1).out;
    assert!(after.contains("2 done, 4 failed"), "{after}");
    let failed = list(&after, "failed");
    assert_eq!(failed.len(), 2, "{after}");
    assert!(failed[0].starts_with("in/cut.jpg: "), "{after}");
    assert!(failed[1].starts_with("in/whole.jpg: least: "), "{after}");
    let slowest = list(&after, "slowest frames");
    assert!(slowest.iter().any(|line| line.starts_with("in/whole.jpg (small): ")), "{after}");
    // One of several that are as they should be is gone.
    std::fs::remove_file(bench.path("out/small/whole.jpg")).unwrap();
    let lacking = bench.run(&["report", "shoot.plan"]).code(75).out;
    assert_eq!(list(&lacking, "missing"), ["in/whole.jpg (small)"]);
}

/// The lines of a list in a report.
fn list<'a>(report: &'a str, name: &str) -> Vec<&'a str> {
    let lines = report.lines().skip_while(|line| line.strip_suffix(':') != Some(name)).skip(1);
    lines.map_while(|line| line.strip_prefix("  ")).collect()
}

#[test]
fn a_dry_run_shows_each_output() {
    let bench = Bench::new();
    bench.frames(2, 120);
    bench.put("r.toml", b"[output.a]\nquality = 80\n[output.b]\ncaption = \"Two\"\n");
    let ran = bench.develop("in -o out --recipe r.toml --dry-run").code(0);
    assert!(ran.out.contains("out/a/000.jpg\n  quality=80"), "{ran:?}");
    assert!(ran.out.contains("out/b/001.jpg") && ran.out.contains("caption: Two"), "{ran:?}");
    ran.says("4 outputs of 2 frames planned, nothing written");
    assert!(!bench.path("out").exists());
}

#[test]
fn outputs_that_do_not_fit_into_memory_together_are_made_one_after_the_other() {
    let bench = Bench::new();
    bench.put("in/a.jpg", &jpeg(3000, 2000, 1));
    let tables: String = OUTPUTS.iter().map(|(name, s)| format!("[output.{name}]\n{s}")).collect();
    bench.put("all.toml", tables.replace("6kB", "1MB").as_bytes());
    bench.develop("in -o free --recipe all.toml").code(0);
    bench.develop("in -o tight --recipe all.toml --memory 100MB").code(0);
    assert_eq!(pictures(&bench, "tight"), pictures(&bench, "free"));
}

#[test]
fn a_recipe_with_outputs_is_printed_with_them() {
    let bench = Bench::new();
    shoot(&bench);
    let printed = bench.run(&["recipe", "--recipe", "all.toml"]).code(0).out;
    bench.put("again.toml", printed.as_bytes());
    bench.develop("in -o one --recipe all.toml").code(0);
    bench.develop("in -o two --recipe again.toml --no-folder-files").code(0);
    assert_eq!(pictures(&bench, "one"), pictures(&bench, "two"));
}

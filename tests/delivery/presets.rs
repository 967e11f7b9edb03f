//! Recipes by name: those of the program, the user's own, several over each other.

use std::process::Command;

use longlens::format::{Limits, probe};
use longlens::frame::Size;
use longlens::recipe::Recipe;

use crate::support::{Bench, Ran, jpeg};

/// The program with the user's presets in `presets`.
fn program(bench: &Bench) -> Command {
    std::fs::create_dir_all(bench.path("presets")).unwrap();
    let mut program = bench.program();
    program.env("LONGLENS_PRESETS", bench.path("presets"));
    program
}

fn run(bench: &Bench, words: &str) -> Ran {
    Ran::of(program(bench).args(words.split_whitespace()).output().unwrap())
}

/// A setting of the recipe that these words amount to.
fn setting(bench: &Bench, words: &str, name: &str) -> String {
    let printed = run(bench, &format!("recipe {words}")).code(0).out;
    let mut recipe = Recipe::default();
    recipe.set_from_toml(&printed).unwrap();
    recipe.get(name).unwrap()
}

#[test]
fn a_preset_is_used_by_its_name() {
    let bench = Bench::new();
    bench.put("in/a.jpg", &jpeg(600, 400, 1));
    bench.put("presets/tiny.toml", b"# thumbnails\nlong-edge = 120\nname = \"{{ filename }}-s\"\n");
    run(&bench, "develop in -o out --recipe tiny").code(0);
    let small = probe(&bench.out("a-s.jpg"), &Limits::default()).unwrap();
    assert_eq!(small.size, Size::new(120, 80));
    // The folder of the platform, where no other is named.
    bench.put("home/.config/longlens/presets/huge.toml", b"quality = 99\n");
    let mut elsewhere = bench.program();
    elsewhere.env("HOME", bench.path("home")).env_remove("XDG_CONFIG_HOME");
    elsewhere.env_remove("LONGLENS_PRESETS").args(["recipe", "huge"]);
    if cfg!(target_os = "linux") {
        assert!(Ran::of(elsewhere.output().unwrap()).code(0).out.contains("quality = \"99\""));
    }
}

#[test]
fn later_recipes_win_and_leave_what_they_do_not_mention() {
    let bench = Bench::new();
    bench.put("presets/one.toml", b"quality = 70\nlong-edge = 900\n");
    bench.put("two.toml", b"quality = 80\n");
    let words = "--recipe one --recipe two.toml";
    assert_eq!(setting(&bench, words, "quality"), "80");
    assert_eq!(setting(&bench, words, "long-edge"), "900");
    assert_eq!(setting(&bench, "--recipe two.toml --recipe one", "quality"), "70");
    assert_eq!(setting(&bench, &format!("{words} --quality 60"), "quality"), "60");
}

#[test]
fn one_of_the_users_hides_one_of_the_program() {
    let bench = Bench::new();
    assert_eq!(setting(&bench, "--recipe web", "long-edge"), "2048");
    bench.put("presets/web.toml", b"# mine\nlong-edge = 1000\n");
    assert_eq!(setting(&bench, "--recipe web", "long-edge"), "1000");
    let listed = run(&bench, "presets").code(0).out;
    let web: Vec<_> = listed.lines().filter(|line| line.starts_with("web ")).collect();
    assert_eq!(web.len(), 1, "{listed}");
    assert!(web[0].contains("mine") && web[0].contains("presets/web.toml"), "{listed}");
    for name in ["wire", "print", "evidence"] {
        assert!(listed.lines().any(|line| line.starts_with(name)), "{name}: {listed}");
    }
}

#[test]
fn a_preset_is_shown_with_what_it_sets_and_nothing_else() {
    let bench = Bench::new();
    let shown = run(&bench, "recipe web --sharpen 55").code(0).out;
    let table: Vec<_> = shown.lines().filter_map(|line| line.split_once(" = ")).collect();
    assert!(table.contains(&("long-edge", "\"2048\"")), "{shown}");
    assert!(table.contains(&("sharpen", "\"55\"")), "{shown}");
    assert!(table.iter().all(|(name, _)| *name != "dehaze"), "{shown}");
}

#[test]
fn a_name_that_is_none_is_told_the_nearest() {
    let bench = Bench::new();
    bench.put("in/a.jpg", &jpeg(60, 40, 1));
    let ran = run(&bench, "develop in -o out --recipe weeb").code(2);
    ran.says("no preset 'weeb'").says("did you mean 'web'");
    run(&bench, "develop in -o out --recipe nothing").code(2).says("nothing.toml");
    // A file without an ending, where no preset has its name.
    bench.put("mine", b"quality = 50\n");
    assert_eq!(setting(&bench, "--recipe mine", "quality"), "50");
    // A preset that is wrong is named with its file.
    bench.put("presets/bad.toml", b"qualty = 50\n");
    run(&bench, "recipe bad").code(2).says("bad.toml").says("did you mean 'quality'?");
    let listed = run(&bench, "presets").code(0).out;
    assert!(listed.contains("bad") && listed.contains("'qualty'"), "{listed}");
}

#[test]
fn a_folder_of_presets_that_does_not_exist_is_an_error() {
    let bench = Bench::new();
    bench.put("in/a.jpg", &jpeg(60, 40, 1));
    bench.put("file.toml", b"quality = 50\n");
    for words in ["presets", "develop in -o out --recipe web", "develop in -o out --recipe mine"] {
        for place in ["gone", "file.toml"] {
            let mut program = bench.program();
            program.env("LONGLENS_PRESETS", bench.path(place)).args(words.split_whitespace());
            let ran = Ran::of(program.output().unwrap()).code(2);
            ran.says(place).says("LONGLENS_PRESETS");
        }
    }
    assert!(!bench.path("out").exists());
}

#[test]
fn the_shell_offers_presets_by_their_names() {
    let bench = Bench::new();
    bench.put("presets/harbour.toml", b"crop = \"3:1\"");
    // Names that a shell would run, or that would end a string of its script.
    for name in ["x$(touch RUN)", "back`touch RUN`", "it's", "a b"] {
        bench.put(format!("presets/{name}.toml"), b"crop = \"3:1\"");
    }
    for shell in ["bash", "zsh", "fish"] {
        let mut program = bench.program();
        program.args(["completions", shell]).env("LONGLENS_PRESETS", bench.path("presets"));
        let script = Ran::of(program.output().unwrap()).code(0).out;
        assert!(script.contains("harbour") && script.contains("evidence"), "{shell}");
        assert!(!script.contains("touch") && !script.contains("it's"), "{shell}");
    }
}

//! The README against the program: its commands run, its tables name every setting and every flag.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use longlens::batch::Captions;
use longlens::recipe::{Recipe, SETTINGS};

use crate::support::{Bench, Ran, jpeg};

const README: &str = include_str!("../README.md");

/// The contents of the code blocks of a language.
fn blocks(language: &str) -> impl Iterator<Item = &'static str> {
    let parts = README.split("```").skip(1).step_by(2);
    parts.filter_map(move |block| block.strip_prefix(language)?.strip_prefix('\n'))
}

/// The text between a heading and the next one.
fn section(heading: &str) -> &'static str {
    let (_, after) = README.split_once(&format!("\n{heading}\n")).unwrap();
    after.split("\n## ").next().unwrap()
}

/// The first and the last cell of each row of a section's table.
fn rows(heading: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let rows = section(heading).lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells = row.trim_matches('|');
        (cells.split('|').next().unwrap().trim(), cells.rsplit('|').next().unwrap().trim())
    })
}

#[test]
fn every_command_of_the_readme_runs() {
    let bench = Bench::new();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/frames");
    for entry in std::fs::read_dir(samples).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("samples/frames/{}", path.file_name().unwrap().display());
        bench.put(name, &std::fs::read(&path).unwrap());
    }
    bench.put("DCIM/100CANON/IMG_0001.JPG", &jpeg(60, 40, 1));
    let recipe = blocks("toml").find(|recipe| recipe.contains("[output.web]")).unwrap();
    bench.put("deliver.toml", recipe.as_bytes());
    let program = Path::new(env!("CARGO_BIN_EXE_longlens")).parent().unwrap();
    let path = format!("{}:/usr/bin:/bin", program.display());
    let lines = blocks("sh").map(|block| block.replace("\\\n", " ")).collect::<String>();
    let mut ran = 0;
    for line in lines.lines().filter(|line| line.starts_with("longlens ")) {
        // Other programs are not there to be measured, and measuring takes its time; a watch has no end.
        if line.starts_with("longlens bench") || line.starts_with("longlens watch") {
            continue;
        }
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(line).env("PATH", &path).current_dir(bench.path("."));
        let outcome = Ran::of(shell.output().unwrap());
        assert_eq!(outcome.code, 0, "{line}: {outcome:?}");
        ran += 1;
    }
    assert!(ran >= 10, "only {ran} commands were found");
}

#[test]
fn the_table_of_settings_has_all_of_them_with_their_defaults() {
    let recipe = Recipe::default();
    let mut told = BTreeSet::new();
    for (names, default) in rows("## Settings") {
        for name in names.split(", ").map(|name| name.trim_matches('`')) {
            let is = recipe.get(name).unwrap_or_else(|| panic!("there is no setting {name}"));
            let is = if is.is_empty() { "none".to_owned() } else { is };
            assert_eq!(default.trim_matches('`'), is, "the default of {name}");
            told.insert(name);
        }
    }
    assert_eq!(told, SETTINGS.iter().map(|setting| setting.name).collect());
}

#[test]
fn the_table_of_flags_has_all_of_them() {
    let help = Bench::new().run(&["develop", "--help"]).out;
    let (options, _) = help.split_once("\nSettings:").unwrap();
    let flags = |text: &str| -> BTreeSet<String> {
        let words = text.split(|c: char| !(c.is_alphanumeric() || c == '-'));
        words.filter(|word| word.starts_with("--") && word.len() > 2).map(str::to_owned).collect()
    };
    let lines = options.lines().filter(|line| line.trim_start().starts_with('-'));
    let mut have: BTreeSet<String> =
        lines.flat_map(|line| flags(&line[..30.min(line.len())])).collect();
    have.remove("--help");
    let told = rows("## Options of a run").flat_map(|(names, _)| flags(names)).collect();
    assert_eq!(have, told);
}

#[test]
fn the_example_of_a_table_can_be_read() {
    let tables: Vec<_> = blocks("csv").collect();
    assert!(!tables.is_empty());
    for table in tables {
        assert!(!Captions::parse(table.as_bytes()).unwrap().lines().is_empty());
    }
}

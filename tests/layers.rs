//! The plan in `src/lib.rs`, held against the sources: which room uses which, who may print, touch
//! files or start threads, how long a file is, and that no files use each other in a circle.
//!
//! What is private to a room is the compiler's business.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::support::sources::{Source, sources};

/// Lines of a file, tests included, and of its head; `lib.rs` has the plan for a head.
const FILE_LINES: usize = 420;
const HEAD_LINES: usize = 20;

/// Words that only some files may have, by the beginnings of their paths below src.
const DEEDS: [(&str, &[&str], &[&str]); 5] = [
    ("only cli prints", &["println!", "print!", "stdout()", "stderr()"], &["cli/", "main.rs"]),
    (
        "only batch and cli, and the caption for fonts and logos, touch the file system",
        &["std::fs", "fs::", "File::", "tempfile"],
        &["batch/", "cli/", "measure.rs", "stage/caption/typesetter.rs", "stage/caption/fonts.rs"],
    ),
    (
        "threads are started by the run, the sweep and the JPEG encoder",
        &["rayon", "thread::spawn", "thread::scope", "thread::Builder"],
        &["batch/", "develop/sweep", "format/jpeg/", "cli/"],
    ),
    (
        "the same frame and recipe give the same bytes: no clock, no environment below batch",
        &["Instant", "SystemTime", "Timestamp::now", "Zoned::now", "env::var"],
        &["batch/", "cli/", "measure.rs"],
    ),
    ("only the command line exits", &["process::exit", "env::args"], &["cli/", "main.rs"]),
];

/// Rooms whose files use each other in one direction.
const STRAIGHT: [&str; 8] =
    ["batch", "cli", "colour", "container", "filter", "metadata", "recipe", "template"];

/// Which rooms each room uses, as the head of `lib.rs` says in lines of `room → others`.
fn plan() -> BTreeMap<String, BTreeSet<String>> {
    let lib = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs");
    let lib = std::fs::read_to_string(lib).unwrap();
    let rows = lib.lines().filter_map(|line| line.strip_prefix("//! ")?.split_once(" → "));
    let rows = rows.filter(|(room, _)| !room.trim().contains(' '));
    let others = |text: &str| -> BTreeSet<String> {
        text.split(',').map(|name| name.trim().to_owned()).filter(|n| n != "nothing").collect()
    };
    rows.map(|(room, text)| (room.trim().to_owned(), others(text))).collect()
}

#[test]
fn rooms_use_what_the_plan_says_and_all_of_it() {
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources().iter().filter(|s| !["lib", "main"].contains(&s.room())) {
        let paths = source.paths().into_iter().filter(|(path, _)| path[0] == "crate");
        let others = paths.map(|(mut path, _)| path.swap_remove(1));
        let others = others.filter(|other| other != source.room());
        used.entry(source.room().to_owned()).or_default().extend(others);
    }
    assert_eq!(used, plan(), "left: as the sources are; right: the plan in lib.rs");
}

/// Takes away what uses nothing that is left, until nothing is left or all of it is in circles.
fn circles(mut uses: BTreeMap<String, BTreeSet<String>>) -> BTreeMap<String, BTreeSet<String>> {
    loop {
        let names: BTreeSet<String> = uses.keys().cloned().collect();
        let before = uses.len();
        uses.values_mut().for_each(|used| used.retain(|one| names.contains(one)));
        uses.retain(|_, used| !used.is_empty());
        if uses.len() == before {
            return uses;
        }
    }
}

#[test]
fn the_plan_has_no_circle() {
    assert_eq!(circles(plan()), BTreeMap::new());
}

/// The module whose file a path leads to, names that are handed on followed; `None` if it leads out
/// of the library.
fn module_of(all: &BTreeMap<&str, &Source>, from: &str, path: &[String]) -> Option<String> {
    let below = |module: &str, name: &str| format!("{module}/{name}").trim_matches('/').to_owned();
    let mut at = from.to_owned();
    for (i, name) in path.iter().enumerate() {
        match name.as_str() {
            "crate" if i == 0 => at.clear(),
            "self" => {}
            "super" => at.truncate(at.rfind('/').unwrap_or(0)),
            _ if all.contains_key(below(&at, name).as_str()) => at = below(&at, name),
            _ => {
                let paths = all.get(at.as_str())?.paths();
                let gives = |path: &[String]| path.len() > 1 && path.last() == Some(name);
                let given = paths.into_iter().find(|(path, on)| *on && gives(path));
                return match given {
                    Some((path, _)) => module_of(all, &at, &path),
                    None => (i > 0).then_some(at),
                };
            }
        }
    }
    Some(at)
}

#[test]
fn files_of_a_room_use_each_other_in_one_direction() {
    let sources = sources();
    let all: BTreeMap<&str, &Source> = sources.iter().map(|s| (s.module(), s)).collect();
    for room in STRAIGHT {
        let mut uses = BTreeMap::new();
        for source in sources.iter().filter(|source| source.room() == room) {
            let paths = source.paths().into_iter().filter(|(_, handed_on)| !handed_on);
            let used = paths.filter_map(|(path, _)| module_of(&all, source.module(), &path));
            let used = used.filter(|used| used != source.module() && used.starts_with(room));
            uses.insert(source.module().to_owned(), used.collect());
        }
        assert_eq!(circles(uses), BTreeMap::new(), "files of {room} that use each other");
    }
}

#[test]
fn each_deed_has_its_room_and_each_file_one_subject() {
    let mut broken = Vec::new();
    for source in sources() {
        let path = &source.path;
        for (what, words, allowed) in DEEDS {
            let allowed = allowed.iter().any(|start| path.starts_with(start));
            for (number, line) in source.code().filter(|_| !allowed) {
                let found = words.iter().find(|word| line.contains(**word));
                broken.extend(found.map(|word| format!("{path}:{number}: {word}: {what}")));
            }
        }
        let lines = source.text.lines().count();
        let head = source.text.lines().take_while(|line| line.starts_with("//!")).count();
        if lines > FILE_LINES {
            broken.push(format!("{path}: {lines} lines, more than {FILE_LINES}"));
        }
        if head == 0 || head > HEAD_LINES && path != "lib.rs" {
            broken.push(format!("{path}: its head has {head} lines, not 1 to {HEAD_LINES}"));
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

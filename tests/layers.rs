//! The plan in `src/lib.rs`, held against the sources: which room uses which, who may print, touch
//! files or start threads, how long a file is.
//!
//! The sources are read line by line, comments and the tests at the end of a file left out. What is
//! private to a room is the compiler's business.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Lines of a file, tests included, and of its head; `lib.rs` has the plan for a head.
const FILE_LINES: usize = 420;
const HEAD_LINES: usize = 20;

/// Words that only some files may have, by the beginnings of their paths below src.
const DEEDS: [(&str, &[&str], &[&str]); 5] = [
    ("only cli prints", &["println!", "print!", "stdout()", "stderr()"], &["cli/", "main.rs"]),
    (
        "only batch and cli, and the caption for fonts and logos, touch the file system",
        &["std::fs", "fs::", "File::", "tempfile"],
        &["batch/", "cli/", "stage/caption/typesetter.rs", "stage/caption/fonts.rs"],
    ),
    (
        "threads are started by the run, the sweep and the JPEG encoder",
        &["rayon", "thread::spawn", "thread::scope", "thread::Builder"],
        &["batch/", "develop/sweep", "format/jpeg/", "cli/"],
    ),
    (
        "the same frame and recipe give the same bytes: no clock, no environment below batch",
        &["Instant", "SystemTime", "Timestamp::now", "Zoned::now", "env::var"],
        &["batch/", "cli/"],
    ),
    ("only the command line exits", &["process::exit", "env::args"], &["cli/", "main.rs"]),
];

/// A source file: its path below src with slashes, and its lines of code with their numbers.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// Lines that the program is made of.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = (1..).zip(self.text.lines());
        let program = lines.take_while(|(_, line)| !line.starts_with("mod tests"));
        program.map(|(number, line)| (number, line.split("//").next().unwrap_or_default()))
    }

    fn room(&self) -> &str {
        self.path.split(['/', '.']).next().unwrap_or_default()
    }

    /// The rooms that the file names after `crate::`, groups in braces included.
    fn uses(&self) -> BTreeSet<String> {
        let code: Vec<_> = self.code().map(|(_, line)| line).collect();
        let code = code.join(" ");
        let mut rooms = BTreeSet::new();
        for (_, rest) in code.match_indices("crate::").map(|(at, _)| code[at..].split_at(7)) {
            let group = rest.strip_prefix('{').map(top_level);
            for path in group.unwrap_or_else(|| vec![rest]) {
                let end = path.find(|c: char| !c.is_alphanumeric() && c != '_');
                rooms.insert(path[..end.unwrap_or(path.len())].to_owned());
            }
        }
        rooms
    }
}

/// The parts between the commas of a group of paths, without those of groups inside.
fn top_level(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                parts.push(group[start..at].trim());
                start = at + 1;
                if letter == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// All files below src.
fn sources() -> Vec<Source> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = walkdir::WalkDir::new(&top).sort_by_file_name().into_iter().map(Result::unwrap);
    let rust = files.filter(|file| file.path().extension().is_some_and(|e| e == "rs"));
    let rust = rust.filter(|file| file.file_name() != "tests.rs");
    let sources: Vec<_> = rust
        .map(|file| Source {
            path: file.path().strip_prefix(&top).unwrap().to_string_lossy().replace('\\', "/"),
            text: std::fs::read_to_string(file.path()).unwrap(),
        })
        .collect();
    assert!(sources.len() > 50, "only {} files were read", sources.len());
    sources
}

/// Which rooms each room uses, as the table in the head of `lib.rs` says: lines of `room → others`.
fn plan() -> BTreeMap<String, BTreeSet<String>> {
    let lib = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs"));
    let lib = lib.unwrap();
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
        let others = source.uses().into_iter().filter(|other| other != source.room());
        used.entry(source.room().to_owned()).or_default().extend(others);
    }
    assert_eq!(used, plan(), "left: as the sources are; right: the plan in lib.rs");
}

#[test]
fn the_plan_has_no_circle() {
    let mut plan = plan();
    while !plan.is_empty() {
        let lowest = plan.iter().find(|(_, uses)| uses.iter().all(|u| !plan.contains_key(u)));
        let lowest = lowest.map(|(room, _)| room.clone());
        let room = lowest.unwrap_or_else(|| panic!("these use one another: {plan:?}"));
        plan.remove(&room);
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

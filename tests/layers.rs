//! The plan of the house, held by reading the sources: arrows point down, and each deed has its room.
//!
//! Comments, texts in quotes and `#[cfg(test)]` parts are blanked out first; what is left is searched
//! for words. The test lists every line that breaks a rule, and the rules are tried on small pieces
//! of code that break them.

#![allow(clippy::unwrap_used, reason = "a test ends where a file cannot be read")]

use std::fmt::Write as _;
use std::path::Path;

/// Which rooms a room may use, beside itself.
const ARROWS: [(&str, &[&str]); 12] = [
    ("error", &[]),
    ("frame", &["error"]),
    ("filter", &["frame", "error"]),
    ("colour", &["frame", "error"]),
    ("metadata", &["colour", "frame", "error", "recipe"]),
    ("format", &["metadata", "colour", "frame", "error", "recipe"]),
    ("template", &["error", "recipe"]),
    // It is read by everyone and reads what its settings are of.
    ("recipe", &["stage", "metadata", "format", "template", "frame", "error"]),
    ("stage", &["filter", "frame", "error", "recipe"]),
    ("develop", &["stage", "filter", "colour", "frame", "error", "recipe"]),
    (
        "batch",
        &[
            "develop", "stage", "format", "metadata", "colour", "template", "frame", "error",
            "recipe",
        ],
    ),
    (
        "cli",
        &[
            "batch", "develop", "stage", "format", "metadata", "colour", "template", "frame",
            "error", "recipe",
        ],
    ),
];

/// Something that only some places may do: its words, and where they may stand.
struct Deed {
    what: &'static str,
    words: &'static [&'static str],
    /// Beginnings of paths below src.
    allowed: &'static [&'static str],
}

const DEEDS: [Deed; 6] = [
    Deed {
        what: "only cli prints",
        words: &["print!", "println!", "eprint!", "eprintln!", "dbg!", "stdout", "stderr"],
        allowed: &["cli/", "main.rs"],
    },
    Deed {
        what: "only batch, format and cli touch the file system",
        words: &["std::fs", "fs::", "File::", "OpenOptions", "load_system_fonts", "tempfile"],
        // The typesetter opens the font and the logo that a recipe names, so that `develop` alone
        // draws the caption that was ordered; fonts.rs looks through the machine's.
        allowed: &[
            "batch/",
            "format/",
            "cli/",
            "stage/caption/typesetter.rs",
            "stage/caption/fonts.rs",
        ],
    },
    Deed {
        what: "threads are the run's, the sweep's and the JPEG encoder's",
        words: &["rayon", "thread::spawn", "thread::scope"],
        allowed: &["batch/run.rs", "develop/sweep.rs", "format/jpeg/encode.rs"],
    },
    Deed {
        what: "no clock below batch: the same frame and recipe give the same bytes",
        words: &["Instant", "SystemTime", "Timestamp::now", "Zoned::now", "env::var"],
        allowed: &["batch/", "cli/"],
    },
    Deed {
        what: "an order or a rounding that depends on threads or machine",
        words: &["par_bridge", "mul_add"],
        allowed: &[],
    },
    Deed {
        what: "only main exits, only the command line reads arguments",
        words: &["process::exit", "env::args"],
        allowed: &["cli/", "main.rs"],
    },
];

/// Words that a room must not know.
const IGNORANCE: [(&str, &str, &[&str]); 3] = [
    ("batch/", "batch touches no pixel", &["image::", "imageproc", "Pixels", "ImageBuffer"]),
    (
        "frame/",
        "frame knows no file type",
        &[
            "jpeg",
            "Jpeg",
            "png",
            "Png",
            "tiff",
            "Tiff",
            "webp",
            "WebP",
            "exif",
            "zune",
            "ExtendedColorType",
        ],
    ),
    ("filter/", "filter knows no stage", &["haze", "dehaze", "sharpen", "caption", "recipe"]),
];

/// Words that say nothing, in names of files and of public things.
const EMPTY_WORDS: [&str; 10] = [
    "util",
    "utils",
    "helper",
    "helpers",
    "common",
    "misc",
    "manager",
    "handler",
    "processor",
    "info",
];

/// Lines that the head of a file may have; `lib.rs` has none of its own: its head is the plan.
const HEAD_LINES: usize = 20;
/// Lines of a file, tests included: 400 and a little.
const FILE_LINES: usize = 420;

#[test]
fn the_house_is_as_its_plan_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut broken = Vec::new();
    let mut files = 0;
    for path in sources(&root) {
        let below = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        broken.extend(check(&below, &std::fs::read_to_string(&path).unwrap()));
        files += 1;
    }
    assert!(files > 50, "only {files} files were read");
    let mut list = String::new();
    broken.iter().for_each(|line| _ = writeln!(list, "  {line}"));
    assert!(broken.is_empty(), "{} lines break the plan of the house:\n{list}", broken.len());
}

/// All Rust files below a folder, in a stable order.
fn sources(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut entries: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let files = entries.into_iter().flat_map(|path| match path.is_dir() {
        true => sources(&path),
        false => vec![path],
    });
    files.filter(|path| path.extension().is_some_and(|e| e == "rs")).collect()
}

/// What a file (named by its path below src) breaks.
fn check(path: &str, source: &str) -> Vec<String> {
    let code = without_tests(&bare(source));
    let mut broken = head_and_length(path, source);
    broken.extend(arrows(path, &code));
    for Deed { what, words, allowed } in DEEDS {
        if !allowed.iter().any(|start| path.starts_with(start)) {
            broken.extend(words_found(path, &code, words, what));
        }
    }
    for (room, what, words) in IGNORANCE {
        if path.starts_with(room) {
            broken.extend(words_found(path, &code, words, what));
        }
    }
    broken.extend(names(path, &code));
    broken.extend(booleans(path, &code));
    broken
}

fn head_and_length(path: &str, source: &str) -> Vec<String> {
    let mut broken = Vec::new();
    let head = source.lines().take_while(|line| line.starts_with("//!")).count();
    if head == 0 {
        broken.push(format!("{path}:1: the file does not open with //!"));
    }
    if head > HEAD_LINES && path != "lib.rs" {
        broken.push(format!("{path}:1: the head has {head} lines, more than {HEAD_LINES}"));
    }
    let lines = source.lines().count();
    if lines > FILE_LINES {
        broken
            .push(format!("{path}:{lines}: more than {FILE_LINES} lines, so it has two subjects"));
    }
    broken
}

/// Uses of rooms that do not stand below this one.
fn arrows(path: &str, code: &str) -> Vec<String> {
    let room = path.split('/').next().unwrap_or(path).trim_end_matches(".rs");
    if ["lib", "main"].contains(&room) {
        return Vec::new();
    }
    let Some((_, below)) = ARROWS.iter().find(|(name, _)| *name == room) else {
        return vec![format!("{path}:1: the plan has no room '{room}'")];
    };
    let uses = uses(code).into_iter();
    uses.filter(|(_, used)| used != room && !below.contains(&used.as_str()))
        .map(|(line, used)| {
            format!("{path}:{line}: {room} uses {used}, which does not stand below it")
        })
        .collect()
}

/// The rooms that code names after `crate::`, with their lines; groups in braces are looked into.
fn uses(code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, prefix) in code.match_indices("crate::") {
        // `$crate::` and a path's middle are the same thing; `some_crate::` is not.
        if code[..at].ends_with(is_word) {
            continue;
        }
        let line = line_of(code, at);
        let rest = &code[at + prefix.len()..];
        match rest.strip_prefix('{') {
            None => found.push((line, first_word(rest))),
            Some(group) => {
                let mut depth = 0;
                let mut starts = true;
                for (i, letter) in group.char_indices() {
                    match letter {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => starts = true,
                        _ if depth == 0 && starts && is_word(letter) => {
                            found.push((
                                line_of(code, at + prefix.len() + 1 + i),
                                first_word(&group[i..]),
                            ));
                            starts = false;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    found
}

/// Lines with one of these words; at its ends a word is not part of a longer one.
fn words_found(path: &str, code: &str, words: &[&str], what: &str) -> Vec<String> {
    let mut broken = Vec::new();
    for (number, line) in (1..).zip(code.lines()) {
        for word in words {
            let whole = |at: usize| {
                let (before, after) = (&line[..at], &line[at + word.len()..]);
                !(word.starts_with(is_word) && before.ends_with(is_word)
                    || word.ends_with(is_word) && after.starts_with(is_word))
            };
            if line.match_indices(word).any(|(at, _)| whole(at)) {
                broken.push(format!("{path}:{number}: {what}: '{word}'"));
            }
        }
    }
    broken
}

/// Files and things whose names say nothing, and `get_`.
fn names(path: &str, code: &str) -> Vec<String> {
    let empty = |name: &str| words_of(name).iter().any(|word| EMPTY_WORDS.contains(&word.as_str()));
    let file = path.trim_end_matches(".rs").split('/').filter(|part| empty(part));
    let mut broken: Vec<_> =
        file.map(|part| format!("{path}:1: '{part}' says nothing as a name")).collect();
    for (number, line) in (1..).zip(code.lines()) {
        let words: Vec<&str> =
            line.split(|c| !is_word(c)).filter(|word| !word.is_empty()).collect();
        for pair in words.windows(2) {
            if !["fn", "struct", "enum", "trait", "mod", "type", "const", "static"]
                .contains(&pair[0])
            {
                continue;
            }
            if empty(pair[1]) {
                broken.push(format!("{path}:{number}: '{}' says nothing as a name", pair[1]));
            }
            if pair[0] == "fn" && pair[1].starts_with("get_") {
                broken.push(format!("{path}:{number}: '{}': an accessor has no get_", pair[1]));
            }
        }
    }
    broken
}

/// The words of `snake_case`, `CamelCase` and `CAPITALS`, in small letters.
fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = '_';
    for letter in name.chars() {
        if letter == '_' || letter.is_uppercase() && before.is_lowercase() {
            words.push(String::new());
        }
        if let (true, Some(word)) = (letter != '_', words.last_mut()) {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words
}

/// Public functions with a `bool` among their arguments: what `true` means is not seen by a caller.
fn booleans(path: &str, code: &str) -> Vec<String> {
    let found = code.match_indices("pub fn ").filter(|(at, _)| {
        let rest = &code[*at..];
        let end = rest.find(['{', ';']).unwrap_or(rest.len());
        let arguments = rest[..end].split("->").next().unwrap_or_default();
        arguments.contains(": bool")
    });
    found
        .map(|(at, word)| {
            let (line, name) = (line_of(code, at), first_word(&code[at + word.len()..]));
            format!("{path}:{line}: '{name}' is public and takes a bool")
        })
        .collect()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn first_word(text: &str) -> String {
    text.trim_start().chars().take_while(|&c| is_word(c)).collect()
}

fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

/// The code with comments and the insides of quotes blanked out; every line stays where it is.
fn bare(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut at = 0;
    while at < source.len() {
        let rest = &source[at..];
        let blank = blank_length(rest, code.ends_with(is_word));
        if blank > 0 {
            code.extend(rest[..blank].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            at += blank;
        } else {
            let letter = rest.chars().next().unwrap_or(' ');
            code.push(letter);
            at += letter.len_utf8();
        }
    }
    code
}

/// The length of the comment, text or letter in quotes that begins here; 0 if none does.
fn blank_length(rest: &str, after_word: bool) -> usize {
    let until = |text: &str, end: &str| text.find(end).map_or(text.len(), |at| at + end.len());
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return until(rest, "*/");
    }
    if let (Some(raw), false) = (rest.strip_prefix("br").or(rest.strip_prefix('r')), after_word) {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw[hashes..].starts_with('"') {
            let start = rest.len() - raw.len() + hashes + 1;
            return start + until(&rest[start..], &format!("\"{}", "#".repeat(hashes)));
        }
    }
    let quoted = |quote: char| {
        let mut letters = rest.char_indices().skip(1);
        while let Some((i, letter)) = letters.next() {
            match letter {
                '\\' => _ = letters.next(),
                _ if letter == quote => return i + 1,
                _ => {}
            }
        }
        rest.len()
    };
    match rest.chars().next() {
        Some('"') => quoted('"'),
        // A lifetime is no letter in quotes.
        Some('\'') if rest[1..].starts_with('\\') || rest.chars().nth(2) == Some('\'') => {
            quoted('\'')
        }
        _ => 0,
    }
}

/// Bare code without what follows `#[cfg(test)]`, up to its closing brace or semicolon.
fn without_tests(code: &str) -> String {
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(start) = rest.find("#[cfg(test)]") {
        kept.push_str(&rest[..start]);
        let mut depth = 0;
        let end = rest[start..].char_indices().find(|&(_, letter)| {
            match letter {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            depth == 0 && (letter == '}' || letter == ';')
        });
        let end = end.map_or(rest.len(), |(i, _)| start + i + 1);
        kept.extend(rest[start..end].chars().filter(|&c| c == '\n'));
        rest = &rest[end..];
    }
    kept + rest
}

/// What `check` says of a piece of code, with a head put before it.
fn said(path: &str, code: &str) -> String {
    check(path, &format!("//! Head.\n{code}\n")).join("\n")
}

#[test]
fn arrows_that_point_up_are_found() {
    for (path, code, line) in [
        ("frame/mod.rs", "use crate::format::Format;", "frame/mod.rs:2: frame uses format,"),
        ("stage/crop.rs", "fn f() { crate::batch::find(); }", "stage/crop.rs:2: stage uses batch,"),
        ("error.rs", "use crate::{\n    frame::{Size, Rect},\n};", "error.rs:3: error uses frame,"),
        (
            "filter/mod.rs",
            "use crate::{frame::Size, stage};",
            "filter/mod.rs:2: filter uses stage,",
        ),
        ("develop/mod.rs", "pub(in crate::cli) fn f() {}", "develop/mod.rs:2: develop uses cli,"),
        ("attic/mod.rs", "", "attic/mod.rs:1: the plan has no room 'attic'"),
    ] {
        assert!(said(path, code).starts_with(line), "{code}: {}", said(path, code));
    }
    for (path, code) in [
        ("stage/crop.rs", "use crate::{error::{Error, Result}, stage::dehaze, recipe::Recipe};"),
        ("error.rs", "use other_crate::batch; // use crate::batch;"),
        ("error.rs", "const A: &str = \"crate::batch\"; const B: &str = r#\"\" crate::batch\"#;"),
        ("error.rs", "#[cfg(test)]\nmod tests {\n    use crate::batch::find;\n}"),
    ] {
        assert_eq!(said(path, code), "");
    }
}

#[test]
fn deeds_in_the_wrong_room_are_found() {
    for (path, code) in [
        ("develop/mod.rs", "println!()"),
        ("batch/run.rs", "let mut err = std::io::stderr();"),
        ("recipe/mod.rs", "use std::fs;"),
        ("stage/caption/mod.rs", "fs::read(path)"),
        ("metadata/mod.rs", "File::open(path)"),
        ("stage/resize.rs", "use rayon::prelude::*;"),
        ("develop/mod.rs", "Instant::now()"),
        ("develop/sweep.rs", "rows.par_bridge()"),
        ("stage/sharpen/unsharp.rs", "a.mul_add(b, c)"),
        ("batch/frame.rs", "use image::RgbImage;"),
        ("frame/mod.rs", "enum Kind { Jpeg }"),
        ("frame/mod.rs", "pub fn turned(left: bool) {}"),
        ("frame/mod.rs", "fn f(&self) {}\npub fn turned(\n    left: bool,\n) -> u8 {}"),
        ("frame/mod.rs", "fn get_size() {}"),
        ("frame/mod.rs", "struct PoolManager;"),
        ("frame/utils.rs", ""),
        ("cli/text_helpers/mod.rs", ""),
    ] {
        assert_eq!(said(path, code).lines().count(), 1, "{path}, {code}: {:?}", said(path, code));
    }
    for (path, code) in [
        ("cli/report.rs", "eprintln!(); std::io::stderr()"),
        ("batch/write.rs", "use std::fs::File;"),
        ("stage/caption/typesetter.rs", "fs::read(path)"),
        ("develop/mod.rs", "offs::read(); fn pretty_println() {}"),
        (
            "develop/mod.rs",
            "// Instant, println!, 'a', \"fs::read\"\nfn f<'a>(x: &'a str) -> bool { x }",
        ),
        ("frame/mod.rs", "#[cfg(test)]\nfn x() { println!() }"),
        ("stage/crop.rs", "let c = '\"'; let d = '\\''; let e = \"\\\" println!\";"),
    ] {
        assert_eq!(said(path, code), "", "{path}, {code}");
    }
}

#[test]
fn heads_and_lengths_are_found() {
    assert!(check("error.rs", "use std::fmt;\n")[0].contains("does not open with //!"));
    assert!(check("error.rs", &"//! word\n".repeat(21))[0].contains("21 lines, more than 20"));
    let long = format!("//! Head.\n{}", "\n".repeat(420));
    assert!(check("error.rs", &long)[0].contains("more than 420 lines"));
    assert_eq!(check("error.rs", &"//! word\n".repeat(20)), Vec::<String>::new());
}

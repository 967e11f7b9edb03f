//! The sources of the library as text: files, and the paths that they name.

use std::path::Path;

/// A source file: its path below src with slashes, and its text.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// All files below src but those of tests alone.
pub(crate) fn sources() -> Vec<Source> {
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

impl Source {
    /// Lines that the program is made of: without comments, up to the tests at the end.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = (1..).zip(self.text.lines());
        let program = lines.take_while(|(_, line)| !line.starts_with("mod tests"));
        program.map(|(number, line)| (number, line.split("//").next().unwrap_or_default()))
    }

    /// The room that the file belongs to: the first part of its path.
    pub(crate) fn room(&self) -> &str {
        self.path.split(['/', '.']).next().unwrap_or_default()
    }

    /// The path of the module: `format/png/encode.rs` is `format/png/encode`, `lib.rs` is empty.
    pub(crate) fn module(&self) -> &str {
        let path = self.path.trim_end_matches(".rs");
        path.strip_suffix("/mod").unwrap_or(if path == "lib" { "" } else { path })
    }

    /// Every path that the code names after `crate`, `super` or `self`, groups in braces taken apart;
    /// whether it stands in a `use` that hands the name on.
    pub(crate) fn paths(&self) -> Vec<(Vec<String>, bool)> {
        let code: Vec<_> = self.code().map(|(_, line)| line).collect();
        let code = code.join("\n");
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let mut found = Vec::new();
        for (at, _) in code.match_indices("::") {
            let start = code[..at].rfind(|c| !word(c)).map_or(0, |before| before + 1);
            // Only the first of a path's parts, and no visibility: `pub(in crate::cli)`.
            if code[..start].ends_with("::") || code[..start].ends_with("(in ") || start == at {
                continue;
            }
            let statement = code[..start].rfind([';', '}', '{']).map_or(0, |end| end + 1);
            let handed_on = code[statement..start].contains("pub")
                && code[statement..start].trim_end().ends_with("use");
            let mut paths = Vec::new();
            take_apart(&code[start..], &[], &mut paths);
            found.extend(paths.into_iter().map(|path| (path, handed_on)));
        }
        found
    }
}

/// Adds the paths of `a::{b, c::d}` to the list; gives what follows.
fn take_apart<'a>(text: &'a str, before: &[String], paths: &mut Vec<Vec<String>>) -> &'a str {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut path = before.to_vec();
    let mut rest = text;
    loop {
        let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
        path.push(rest[..end].to_owned());
        rest = &rest[end..];
        let Some(next) = rest.strip_prefix("::") else { break };
        let Some(mut group) = next.strip_prefix('{') else {
            rest = next;
            continue;
        };
        loop {
            group = group.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
            match group.strip_prefix('}') {
                Some(after) => return after,
                None if group.starts_with(word) => group = take_apart(group, &path, paths),
                None => return group,
            }
        }
    }
    paths.push(path);
    // `a as b` in a group.
    rest.trim_start().strip_prefix("as ").map_or(rest, |name| name.trim_start_matches(word))
}

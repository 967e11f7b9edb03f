//! ExifTool as a second opinion; the tests that ask it are `#[ignore = "needs exiftool"]`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

fn ask(path: &Path, options: &[&str]) -> String {
    let output = Command::new("exiftool").args(options).arg(path).output();
    let output = output.unwrap_or_else(|e| panic!("cannot run exiftool: {e}"));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Every tag that ExifTool reads, as `[Group] Name`, but those of the file system.
pub(crate) fn tags(path: &Path) -> BTreeMap<String, String> {
    let text = ask(path, &["-a", "-u", "-s", "-G1", "-n", "-ee"]);
    let one_space = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = |l: &str| l.split_once(" : ").map(|(n, v)| (one_space(n), v.to_owned()));
    let mut tags: BTreeMap<_, _> = text.lines().filter_map(line).collect();
    tags.retain(|name, _| !name.starts_with("[System]") && !name.starts_with("[ExifTool]"));
    assert!(!tags.is_empty(), "exiftool reads nothing from {}", path.display());
    tags
}

/// What ExifTool finds wrong with a file.
pub(crate) fn complaints(path: &Path) -> Vec<String> {
    let text = ask(path, &["-validate", "-warning", "-a", "-s3"]);
    let count = |l: &&str| !l.contains("Warning") && !l.starts_with("OK");
    text.lines().filter(count).map(str::to_owned).collect()
}

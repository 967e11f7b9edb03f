//! ExifTool as a second opinion: what it reads before and after. Skipped, and said, without it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use longlens::metadata::{Blocks, Privacy, verify};

use super::make::{self, Order};
use super::{blocks, carry, fields, policy, writing};

fn has_exiftool() -> bool {
    let found = Command::new("exiftool").arg("-ver").output().is_ok_and(|o| o.status.success());
    if !found {
        eprintln!("skipped: exiftool is not installed");
    }
    found
}

fn ask(file: &Path, options: &[&str]) -> String {
    let output = Command::new("exiftool").args(options).arg(file).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Every tag that ExifTool reads, by group and name.
fn tags(file: &Path) -> BTreeMap<String, String> {
    let text =
        ask(file, &["-a", "-u", "-s", "-G1", "-n", "-x", "System:all", "-x", "ExifTool:all"]);
    let line = |l: &str| l.split_once(" : ").map(|(n, v)| (n.trim().to_owned(), v.to_owned()));
    text.lines().filter_map(line).collect()
}

fn complaints(file: &Path) -> Vec<String> {
    let text = ask(file, &["-validate", "-warning", "-a", "-s3"]);
    text.lines()
        .filter(|l| !l.contains("Warning") && !l.starts_with("OK"))
        .map(str::to_owned)
        .collect()
}

fn written(folder: &Path, name: &str, blocks: &Blocks) -> std::path::PathBuf {
    use std::io::Write;
    let path = folder.join(name);
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(&path).unwrap();
    file.write_all(&make::jpeg(blocks)).unwrap();
    path
}

#[test]
fn exiftool_sees_no_unintended_change() {
    if !has_exiftool() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for order in [Order::Little, Order::Big] {
        let before = Blocks { icc: None, ..blocks(order) };
        let old = written(folder.path(), &format!("{order:?}-old.jpg"), &before);
        let kept = carry(&before, &policy(Privacy::Keep)).blocks;
        let new = written(folder.path(), &format!("{order:?}-keep.jpg"), &kept);
        let (was, is) = (tags(&old), tags(&new));
        let intended = [
            "Orientation",
            "Software",
            "ExifImage",
            "Thumbnail",
            "hdrgm",
            "XMP-exif] ExifImageWidth",
            "Photoshop",
        ];
        for (name, value) in &was {
            let changed = is.get(name) != Some(value);
            assert!(!changed || intended.iter().any(|i| name.contains(i)), "{name}: {value}");
        }
        assert_eq!(is.keys().find(|name| !was.contains_key(*name)), None);
        let known = complaints(&old);
        for complaint in complaints(&new) {
            assert!(known.contains(&complaint), "{complaint}");
        }
    }
}

#[test]
fn exiftool_finds_no_place_and_no_serial_and_reads_the_fields() {
    if !has_exiftool() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for order in [Order::Little, Order::Big] {
        let before = Blocks { icc: None, ..blocks(order) };
        let old = written(folder.path(), &format!("{order:?}-old.jpg"), &before);
        let names = ["GPS", "SerialNumber", "OwnerName", "LocationCreated", "Thumbnail"];
        for name in names {
            assert!(
                tags(&old).keys().any(|tag| tag.contains(name)),
                "the test's own file lacks {name}"
            );
        }
        let carried = carry(&before, &writing(Privacy::Field));
        let new = written(folder.path(), &format!("{order:?}-field.jpg"), &carried.blocks);
        verify(&carried.blocks, &std::fs::read(&new).unwrap(), &carried).unwrap();
        let is = tags(&new);
        // A maker's own serial entries stay, empty.
        let left = |(tag, value): &(&String, &String)| {
            let empty = value.trim().is_empty() || value.trim() == "0";
            names.iter().any(|name| tag.contains(name)) && !empty
        };
        assert_eq!(is.iter().find(left), None);
        let says = |tag: &str| is.iter().find(|(t, _)| t.starts_with(tag)).map(|(_, v)| v.as_str());
        assert_eq!(says("[IFD0]          ImageDescription"), Some("Houses"));
        for complaint in complaints(&new) {
            assert!(complaints(&old).contains(&complaint), "{complaint}");
        }
        assert_eq!(fields(&carried.blocks).get("description"), Some("Houses"));
    }
}

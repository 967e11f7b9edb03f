//! ExifTool as a second opinion: what it reads before and after.

use std::path::Path;

use longlens::metadata::{Blocks, Privacy, verify};

use super::make::{self, Order};
use super::{blocks, carry, fields, policy, writing};
use crate::support::exiftool::{complaints, tags};

fn written(folder: &Path, name: &str, blocks: &Blocks) -> std::path::PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, make::jpeg(blocks)).unwrap();
    path
}

#[test]
#[ignore = "needs exiftool"]
fn exiftool_sees_no_unintended_change() {
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
            "[File] ",
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
#[ignore = "needs exiftool"]
fn exiftool_finds_no_place_and_no_serial_and_reads_the_fields() {
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
        assert_eq!(says("[IFD0] ImageDescription"), Some("Houses"));
        for complaint in complaints(&new) {
            assert!(complaints(&old).contains(&complaint), "{complaint}");
        }
        assert_eq!(fields(&carried.blocks).get("description"), Some("Houses"));
    }
}

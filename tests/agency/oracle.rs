//! ExifTool as a second opinion on whole files. Skipped, and said, without it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use longlens::format::Format;

use super::make::Order;
use super::{Shoot, file, full, picture};

fn has_exiftool() -> bool {
    let found = Command::new("exiftool").arg("-ver").output().is_ok_and(|o| o.status.success());
    if !found {
        eprintln!("skipped: exiftool is not installed");
    }
    found
}

fn ask(path: &Path, options: &[&str]) -> String {
    let output = Command::new("exiftool").args(options).arg(path).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Every tag but those of the file system, the samples' coding and the stale pictures.
fn tags(path: &Path) -> BTreeMap<String, String> {
    let text = ask(path, &["-a", "-u", "-s", "-G1", "-n", "-ee"]);
    let one_space = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = |l: &str| l.split_once(" : ").map(|(n, v)| (one_space(n), v.to_owned()));
    let groups = ["[System]", "[ExifTool]", "[File]", "[Composite]", "[PNG]", "[RIFF]", "[IFD1]"];
    let intended = ["ImageWidth", "ImageHeight", "Software", "Thumbnail", "hdrgm", "HDR"];
    let mut tags: BTreeMap<_, _> = text.lines().filter_map(line).collect();
    tags.retain(|name, _| {
        let group = groups.iter().any(|g| name.starts_with(g));
        !group && !intended.iter().any(|n| name.contains(n))
    });
    tags
}

fn complaints(path: &Path) -> Vec<String> {
    let text = ask(path, &["-validate", "-warning", "-a", "-s3"]);
    let count = |l: &&str| !l.contains("Warning") && !l.starts_with("OK");
    text.lines().filter(count).map(str::to_owned).collect()
}

#[test]
fn exiftool_sees_no_unintended_change_in_a_kept_jpeg() {
    if !has_exiftool() {
        return;
    }
    for order in [Order::Little, Order::Big] {
        let shoot = Shoot::new();
        let input = shoot.put("in/a.jpg", &file(&picture(240, 160), Format::Jpeg, &full(order)));
        let ran = shoot.develop(&["--privacy", "keep"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let output = shoot.path("out/a.jpg");
        let (before, after) = (tags(&input), tags(&output));
        let differ = before.iter().filter(|(name, value)| {
            let is = after.get(*name);
            // XMP said that the stored picture was turned; the finished one stands upright.
            let meant = ["IPTCDigest", "PixelXDimension", "[XMP-tiff] Orientation"];
            is != Some(value) && !meant.iter().any(|meant| name.contains(meant))
        });
        assert_eq!(differ.collect::<Vec<_>>(), Vec::<(&String, &String)>::new());
        let old = complaints(&input);
        let new: Vec<_> = complaints(&output).into_iter().filter(|c| !old.contains(c)).collect();
        assert_eq!(new, Vec::<String>::new());
        assert!(after.contains_key("[Canon] CanonFirmwareVersion"), "{after:?}");
    }
}

#[test]
fn exiftool_finds_no_place_and_no_serial_by_default_and_the_same_exif_in_every_format() {
    if !has_exiftool() {
        return;
    }
    let shoot = Shoot::new();
    shoot.put("in/a.jpg", &file(&picture(240, 160), Format::Jpeg, &full(Order::Big)));
    for (to, extension) in [("jpeg", "jpg"), ("png", "png"), ("webp", "webp"), ("tiff", "tif")] {
        let ran = shoot.develop(&["--format", to]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let tags = tags(&shoot.path(&format!("out/a.{extension}")));
        let tells = |name: &String| {
            ["GPS", "Serial", "Owner", "LocationCreated", "Preview"]
                .iter()
                .any(|n| name.contains(n))
        };
        // The models' serials are there and say nothing.
        let says = |value: &String| value.chars().any(|c| c.is_alphanumeric() && c != '0');
        let told: Vec<_> = tags.iter().filter(|(n, v)| tells(n) && says(v)).collect();
        assert_eq!(told, Vec::new(), "{to}");
        for (tag, value) in [
            ("[ExifIFD] ExposureTime", "0.002"),
            ("[ExifIFD] ISO", "400"),
            ("[ExifIFD] LensModel", "RF600mm F4 L IS USM"),
            ("[ExifIFD] DateTimeOriginal", "2024:02:28 14:03:22"),
            ("[IFD0] Artist", "Pedro Pardo"),
            ("[IFD0] Model", "EOS R5"),
        ] {
            assert_eq!(tags.get(tag).map(String::as_str), Some(value), "{to}: {tag}: {tags:?}");
        }
    }
}

//! ExifTool as a second opinion on whole files.

use std::collections::BTreeMap;
use std::path::Path;

use longlens::format::Format;

use super::{file, full, picture};
use crate::metadata::make::Order;
use crate::support::Bench;
use crate::support::exiftool::{self, complaints};

/// Every tag but those of the samples' coding and the stale pictures.
fn tags(path: &Path) -> BTreeMap<String, String> {
    let groups = ["[File]", "[Composite]", "[PNG]", "[RIFF]", "[IFD1]"];
    let intended = ["ImageWidth", "ImageHeight", "Software", "Thumbnail", "hdrgm", "HDR"];
    let mut tags = exiftool::tags(path);
    tags.retain(|name, _| {
        let group = groups.iter().any(|g| name.starts_with(g));
        !group && !intended.iter().any(|n| name.contains(n))
    });
    tags
}

#[test]
#[ignore = "needs exiftool"]
fn exiftool_sees_no_unintended_change_in_a_kept_jpeg() {
    for order in [Order::Little, Order::Big] {
        let bench = Bench::new();
        let input = bench.put("in/a.jpg", &file(&picture(240, 160), Format::Jpeg, &full(order)));
        let ran = bench.deliver(&["--privacy", "keep"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let output = bench.path("out/a.jpg");
        let (before, after) = (tags(&input), tags(&output));
        let differ = before.iter().filter(|(name, value)| {
            let is = after.get(*name);
            // XMP said that the stored picture was turned; the finished one is upright.
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
#[ignore = "needs exiftool"]
fn exiftool_finds_no_place_and_no_serial_by_default_and_the_same_exif_in_every_format() {
    let bench = Bench::new();
    bench.put("in/a.jpg", &file(&picture(240, 160), Format::Jpeg, &full(Order::Big)));
    for (to, extension) in [("jpeg", "jpg"), ("png", "png"), ("webp", "webp"), ("tiff", "tif")] {
        let ran = bench.deliver(&["--format", to]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let tags = tags(&bench.path(format!("out/a.{extension}")));
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

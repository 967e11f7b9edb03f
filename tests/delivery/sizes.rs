//! `--max-bytes`: files that are no longer than they may be.

use serde_json::Value;

use crate::support::{Bench, Ran};

/// The lines of JSON that are of frames.
fn frames(ran: &Ran) -> Vec<Value> {
    let lines = ran.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["type"] == "frame").collect()
}

#[test]
fn every_file_fits_at_the_best_quality_that_does() {
    let bench = Bench::new();
    bench.frames(4, 600);
    let ran = bench.develop("in -o out --max-bytes 60kB --json").code(0);
    let lines = frames(&ran);
    assert_eq!(lines.len(), 4);
    for line in &lines {
        let quality = line["quality"].as_u64().unwrap();
        assert!((40..92).contains(&quality), "{line}");
        assert!((2..=3).contains(&line["encodings"].as_u64().unwrap()), "{line}");
        let name = line["output"].as_str().unwrap().rsplit('/').next().unwrap();
        let bytes = bench.out(name);
        assert_eq!(line["bytes"], bytes.len());
        assert!(bytes.len() <= 60_000, "{line}");
        // The same file as with this quality, and with the next one it is too long.
        for (quality, fits) in [(quality, true), (quality + 1, false)] {
            let out = format!("at{quality}");
            bench.develop(&format!("in/{name} -o {out} --quality {quality}")).code(0);
            let other = std::fs::read(bench.path(out).join(name)).unwrap();
            assert_eq!(other == bytes, fits, "{name} at {quality}");
            assert_eq!(other.len() <= 60_000, fits, "{name} at {quality}");
        }
    }
}

#[test]
fn what_is_short_enough_is_what_it_would_be_without_a_limit() {
    let bench = Bench::new();
    bench.frames(2, 300);
    bench.develop("in -o plain").code(0);
    bench.develop("in -o out --max-bytes 5MB -v").code(0).says("quality 92, in 1 encoding");
    for (name, bytes) in bench.tree("plain").iter().filter(|(name, _)| name.ends_with("000.jpg")) {
        assert_eq!(&bench.tree("out")[name], bytes);
    }
}

#[test]
fn a_frame_that_cannot_fit_fails_and_the_others_do_not() {
    let bench = Bench::new();
    bench.frames(1, 1200);
    bench.put("in/small.jpg", &crate::support::jpeg(120, 80, 3));
    let ran = bench.develop("in -o out --max-bytes 20kB").code(1);
    ran.says("at quality 40").says("long-edge");
    assert_eq!(bench.out("small.jpg")[..2], [0xFF, 0xD8]);
    assert!(!bench.path("out/000.jpg").exists());
    bench.develop("in/small.jpg -o png --format png --max-bytes 2kB").code(1).says("the PNG takes");
    bench.develop("in -o out --max-bytes lots").code(2).says("1MB or 800kB");
    bench.develop("in -o out --max-bytes 10").code(2);
}

//! Which frames are developed, and which first: `--where`, `--only-table`, `--first`, `--deadline`.

use serde_json::Value;

use crate::support::{Bench, Ran, jpeg};

/// An XMP sidecar with a rating, a label and keywords.
fn sidecar(rating: &str, label: &str, keywords: &[&str]) -> Vec<u8> {
    let items: String = keywords.iter().map(|k| format!("<rdf:li>{k}</rdf:li>")).collect();
    format!(
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF \
         xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' \
         xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/' \
         xmp:Rating='{rating}' xmp:Label='{label}'><dc:subject><rdf:Bag>{items}</rdf:Bag></dc:subject>\
         </rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    .into_bytes()
}

/// Four frames: a, b and c with 2, 5 and 3 stars, d without a sidecar.
fn shoot() -> Bench {
    let bench = Bench::new();
    for (number, name) in ["a", "b", "c", "d"].into_iter().enumerate() {
        bench.put(format!("in/{name}.jpg"), &jpeg(90, 60, number as u32));
    }
    bench.put("in/a.xmp", &sidecar("2", "Red", &["river", "border"]));
    bench.put("in/b.xmp", &sidecar("5", "Red", &["bridge"]));
    bench.put("in/c.xmp", &sidecar("3", "", &["river"]));
    bench
}

/// The frames of a run, in the order in which they were done, and its exit code.
fn done(bench: &Bench, words: &[&str]) -> (Vec<String>, i32) {
    let order = ["develop", "in", "-o", "out", "--overwrite", "--json", "-j1"];
    let ran = Ran::of(bench.program().args(order).args(words).output().unwrap());
    let lines = ran.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let frames = lines.filter(|line| line["type"] == "frame" && line["status"] == "done");
    let name = |line: &Value| line["input"].as_str().unwrap().trim_start_matches("in/").to_owned();
    (frames.map(|line| name(&line)).collect(), ran.code)
}

#[test]
fn only_frames_that_meet_the_condition_are_developed() {
    let bench = shoot();
    for (condition, picked) in [
        ("rating >= 3", &["b.jpg", "c.jpg"][..]),
        ("rating >= 3 and \"river\" in keywords", &["c.jpg"]),
        ("label == \"Red\"", &["a.jpg", "b.jpg"]),
        ("not rating", &["d.jpg"]),
        ("filename in [\"a\", \"d\"]", &["a.jpg", "d.jpg"]),
    ] {
        let (names, code) = done(&bench, &["--where", condition]);
        assert_eq!(
            (names, code),
            (picked.iter().map(|n| (*n).to_owned()).collect(), 0),
            "{condition}"
        );
    }
    // The number of a frame is that of the whole shoot.
    done(&bench, &["--where", "label == \"\" and rating", "--name", "n{{ sequence }}"]);
    assert!(bench.path("out/n3.jpg").exists());
}

#[test]
fn a_condition_that_is_wrong_or_met_by_none_is_an_error() {
    let bench = shoot();
    let run = |condition: &str| bench.run(&["develop", "in", "-o", "out", "--where", condition]);
    run("rating >=").code(2).says("--where: line 1");
    run("ratin > 2").code(2).says("no field 'ratin'").says("did you mean 'rating'?");
    run("rating > 5").code(2).tells(&["error", "4 frames"]);
    assert!(!bench.path("out").exists());
    // A frame that cannot be read is told, not passed over.
    bench.put("in/bad.jpg", b"no picture");
    run("rating > 4").code(1).says("bad.jpg");
    assert!(bench.path("out/b.jpg").exists() && !bench.path("out/a.jpg").exists());
}

#[test]
fn the_table_can_pick_and_order() {
    let bench = shoot();
    bench.run(&["develop", "in", "-o", "out", "--only-table"]).code(2).says("--captions");
    bench.put("in/captions.csv", b"file,beat\nc.jpg,north\na.jpg,south\n");
    let (names, code) = done(&bench, &["--only-table", "--first", "table"]);
    assert_eq!((names, code), (vec!["c.jpg".to_owned(), "a.jpg".to_owned()], 0));
    let (names, _) = done(&bench, &["--where", "beat == \"south\""]);
    assert_eq!(names, ["a.jpg"]);
    let (names, _) = done(&bench, &["--first", "table"]);
    assert_eq!(names, ["c.jpg", "a.jpg", "b.jpg", "d.jpg"]);
}

#[test]
fn the_best_or_the_earliest_come_first() {
    let bench = shoot();
    assert_eq!(done(&bench, &["--first", "rating"]).0, ["b.jpg", "c.jpg", "a.jpg", "d.jpg"]);
    bench.put(
        "t.csv",
        b"file,date,time\nd.jpg,2024-02-27,\na.jpg,2024-02-28,09:00\nc.jpg,2024-02-28,08:00\n",
    );
    let (names, _) = done(&bench, &["--first", "time", "--captions", "t.csv"]);
    assert_eq!(names, ["d.jpg", "c.jpg", "a.jpg", "b.jpg"]);
    bench
        .run(&["develop", "in", "-o", "out", "--first", "last"])
        .code(2)
        .says("rating, time or table");
}

#[test]
fn a_deadline_ends_the_run_between_frames() {
    let bench = shoot();
    // Too short for anything: the first frame may be begun, and what is begun is finished.
    let ran = bench.run(&["develop", "in", "-o", "out", "--deadline", "0.000001s", "-j1"]).code(1);
    let ran = ran.says("not reached").says("--resume");
    assert!(ran.err.contains("d.jpg"), "{ran:?}");
    bench.not_torn("out");
    for no_time in ["soon", "10", "1h30", "-5m"] {
        bench.run(&["develop", "in", "-o", "out", "--deadline", no_time]).code(2).says("10m");
    }
    // Long enough: as without one.
    bench.run(&["develop", "in", "-o", "out", "--deadline", "1h", "--overwrite"]).code(0);
    assert_eq!(bench.tree("out").keys().filter(|name| name.ends_with("d.jpg")).count(), 1);
}

//! Templates, required fields, fields written and read again, texts that are data.

use longlens::format::Format;
use longlens::metadata::Blocks;

use super::{fields, file, full, picture, plain};
use crate::metadata::make::Order;
use crate::support::{Bench, occurs};

#[test]
fn a_broken_template_names_its_place_and_writes_nothing() {
    let bench = Bench::new();
    bench.put("in/a.jpg", &plain());
    for (caption, place) in [
        ("{{ city", "line 1"),
        ("a\nb {{ city ! }}", "line 2, column 11"),
        ("{{ date | dat }}", "line 1, column 11"),
        ("{% for x in y %}{% endfor %}", "line 1, column 1"),
    ] {
        let ran = bench.deliver(&["--caption", caption]);
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains(place), "{caption:?}: {}", ran.err);
        assert!(!bench.path("out").exists());
    }
}

#[test]
fn a_caption_without_its_field_is_found_before_the_run_in_every_frame() {
    let bench = Bench::new();
    bench.put("in/a.jpg", &plain());
    bench.put("in/b.jpg", &file(&picture(60, 40), Format::Jpeg, &full(Order::Big)));
    bench.put("in/c.png", &file(&picture(60, 40), Format::Png, &Blocks::default()));
    let ran = bench.deliver(&["--caption", "{{ country }},\n  {{ city }}"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    let ran =
        ran.tells(&["a.jpg: ", "'country'", "line 1, column 4"]).tells(&["c.png: ", "'country'"]);
    let ran = ran.tells(&["2 of 3 frames", "hint: ", "filename, sequence"]);
    assert!(!ran.err.contains("b.jpg"), "{}", ran.err);
    assert!(!bench.path("out").exists());
    let set = ["--set", "country=North Korea", "--set", "city=Chunggang"];
    let ran = bench.deliver(&[&["--caption", "{{ country }}, {city}"], &set[..]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn required_fields_name_every_frame_that_lacks_one() {
    let bench = Bench::new();
    bench.put("in/a.jpg", &plain());
    bench.put("in/b.jpg", &file(&picture(60, 40), Format::Jpeg, &full(Order::Little)));
    bench.put("in/c.tif", &file(&picture(60, 40), Format::Tiff, &Blocks::default()));
    let ran = bench.deliver(&["--require", "city,country,date,byline", "--set", "city=Tumen"]);
    let lacking = "country, date, byline";
    let ran = ran.code(2).tells(&["a.jpg: ", lacking]).tells(&["c.tif: ", lacking]);
    assert!(!ran.err.contains("b.jpg:") && !bench.path("out").exists(), "{}", ran.err);
    ran.tells(&["2 of 3 frames", "hint: ", "captions.csv", "--set"]);
    let ran = bench.deliver(&["--require", "country,citty", "--set", "country=China"]);
    ran.tells(&["a.jpg: ", "citty"]).tells(&["did you mean 'city'?"]);
}

#[test]
fn a_code_that_the_list_does_not_have_is_said_once() {
    let bench = Bench::new();
    for name in ["in/a.jpg", "in/b.jpg"] {
        bench.put(name, &plain());
    }
    bench.put("codes.txt", b"k7\tNo. 7\n");
    bench.put("odd.csv", b"file,city\na.jpg,\\tumn\\ and \\k7\\\n");
    let codes = ["--code-replacements", "codes.txt"];
    let strays = ["--caption", r"\k7\ passes to \k8\", "--captions", "odd.csv"];
    let ran = bench.deliver(&[&codes[..], &strays[..]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    for code in [r"warning: '\k8\'", r"warning: '\tumn\'"] {
        assert_eq!(ran.err.matches(code).count(), 1, "{}", ran.err);
    }
    assert!(!ran.err.contains(r"'\k7\'"), "{}", ran.err);
    let whole = ["--caption", r"\k7\ in C:\a b\c", "--overwrite"];
    let ran = bench.deliver(&[&codes[..], &whole[..]].concat());
    assert!(!ran.err.contains("warning"), "{}", ran.err);
}

#[test]
fn written_fields_are_read_again_from_every_format() {
    let odd = "Häuser in 中江, \"quoted\" <&> {{ 7*7 }} 100 % \\pp\\ 김";
    for to in ["jpeg", "png", "tiff", "webp"] {
        let bench = Bench::new();
        bench.put("in/a.jpg", &plain());
        let set = format!("description={odd}");
        let ran = bench.deliver(&[
            "--format",
            to,
            "--write-metadata",
            "yes",
            "--set",
            &set,
            "--set",
            "byline=P. Pardo",
            "--set",
            "city=Chunggang",
            "--set",
            "date=2024-02-28",
            "--set",
            "keywords=a, b",
        ]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let name = super::only_frame(&bench.path("out"));
        let read = fields(&bench, &name.path());
        for (field, text) in [
            ("description", odd),
            ("byline", "P. Pardo"),
            ("city", "Chunggang"),
            ("date", "2024-02-28"),
            ("keywords", "a, b"),
        ] {
            assert_eq!(read[field]["text"], text, "{to}");
        }
    }
}

#[test]
fn sources_overrule_one_another_in_their_order() {
    let bench = Bench::new();
    let path = bench.put("in/a.jpg", &file(&picture(60, 40), Format::Jpeg, &full(Order::Big)));
    let read = fields(&bench, &path);
    assert_eq!(
        (&read["city"]["text"], &read["city"]["from"]),
        (&"Chunggang & more".into(), &"XMP".into())
    );
    assert_eq!(read["country"]["from"], "IPTC");
    assert_eq!(read["shutter"]["text"], "1/500");
    let sidecar = crate::metadata::make::XMP.replace("Chunggang &amp; more", "Beside");
    bench.put("in/a.xmp", sidecar.as_bytes());
    let read = fields(&bench, &path);
    assert_eq!(
        (&read["city"]["text"], &read["city"]["from"]),
        (&"Beside".into(), &"sidecar".into())
    );
    bench.put("in/captions.csv", b"file,city\na.jpg,Of the table\n");
    let name = ["--name", "{{ city }}"];
    assert_eq!(bench.deliver(&name).code, 0);
    assert!(occurs(b"\xFF\xD8", &bench.out("Of the table.jpg")));
    assert_eq!(bench.deliver(&[&name[..], &["--set", "city=Set"]].concat()).code, 0);
    bench.out("Set.jpg");
}

#[test]
fn fields_are_those_that_develop_would_have() {
    let bench = Bench::new();
    let bytes = file(&picture(60, 40), Format::Jpeg, &full(Order::Big));
    let a = bench.put("in/a.jpg", &bytes);
    bench.put("in/deep/b.jpg", &plain());
    bench.put("in/note.txt", b"no picture");
    bench.put("in/captions.csv", b"file,city\na.jpg,Of the table\nnone.jpg,X\n");
    let from = |ran: &crate::support::Ran, name: &str| -> Vec<String> {
        let lines = ran.out.lines().map(|line| serde_json::from_str(line).unwrap());
        let lines: Vec<serde_json::Value> = lines.collect();
        lines.iter().map(|line| line["fields"][name]["from"].to_string()).collect()
    };
    let ran = bench.run(&["fields", "in", "--json", "--set", "byline=P. Pardo"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(from(&ran, "city"), ["\"table\"", "null"]);
    assert_eq!(from(&ran, "byline"), ["\"set\"", "\"set\""]);
    for said in ["using in/captions.csv", "skipped 1 file", "(1 .txt)", "('none.jpg')"] {
        assert!(ran.err.contains(said), "{}", ran.err);
    }
    let ran = bench.run(&["fields", "in", "--json", "--no-folder-files"]);
    assert_eq!(from(&ran, "city"), ["\"XMP\"", "null"]);
    bench.put("odd.csv", b"file,city\na.jpg,\\t\\\n");
    bench.put("codes.txt", b"t\tTumen\n");
    let table = ["--captions", "odd.csv", "--code-replacements", "codes.txt"];
    let ran = bench.run(&[&["fields", a.to_str().unwrap()], &table[..]].concat());
    assert!(ran.out.contains("Tumen  (table)"), "{}{}", ran.out, ran.err);
    bench.put("empty/note.txt", b"no picture");
    assert_eq!(bench.run(&["fields", "empty"]).code, 2);
}

/// Quotes, braces, percent signs, control characters and overrides of the reading direction.
const ODD: &str = "\"'{{ 7*7 }}{% x %}{city} 100%s \u{1b}[31m\u{7} \u{202e}gpj.exe\u{2066} \\ab\\";

#[test]
fn odd_texts_are_drawn_as_texts_whichever_way_they_come() {
    let bench = Bench::new();
    bench.put("in/a.jpg", &file(&picture(640, 480), Format::Jpeg, &Blocks::default()));
    let quoted =
        format!("file,caption,headline\na.jpg,\"{0}\",\"{0}\"\n", ODD.replace('"', "\"\""));
    let table = bench.put("odd.csv", quoted.as_bytes());
    let set = format!("headline={ODD}");
    let mut finished = Vec::new();
    for further in [
        vec!["--captions", table.to_str().unwrap()],
        vec!["--set", &set, "--caption", "{{ headline }}"],
        vec!["--captions", table.to_str().unwrap(), "--caption", "{{ headline }}"],
    ] {
        let ran = bench.deliver(&[&further[..], &["--overwrite", "--format", "png"]].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(!ran.err.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{:?}", ran.err);
        finished.push(bench.out("a.png"));
    }
    assert!(finished.iter().all(|f| *f == finished[0]), "the same letters, whatever the way");
    let ran = bench.deliver(&["--caption", ODD, "--overwrite"]);
    assert_eq!(ran.code, 2, "a statement in a template is refused: {}", ran.err);
}

#[test]
fn six_hundred_characters_fit_on_four_hundred_pixels() {
    let text = "Rows of uniform houses stand above the frozen river. ".repeat(12);
    for (width, height) in [(400, 300), (300, 400), (400, 120)] {
        for style in ["plate", "strip", "text"] {
            let bench = Bench::new();
            bench.put("in/a.jpg", &file(&picture(width, height), Format::Jpeg, &Blocks::default()));
            let ran = bench.deliver(&["--caption", &text[..600], "--caption-style", style]);
            assert_eq!(ran.code, 0, "{style}: {}", ran.err);
            let said = ran.err.contains("made smaller") || ran.err.contains("left out");
            assert!(said || style == "strip" || width == 300, "{width}, {style}: {}", ran.err);
        }
    }
}

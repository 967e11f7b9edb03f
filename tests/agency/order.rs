//! Templates, required fields, fields written and read again, texts that are data.

use longlens::format::Format;
use longlens::metadata::Blocks;

use super::make::Order;
use super::{Shoot, fields, file, full, picture, plain, stands};

#[test]
fn a_broken_template_names_its_place_and_writes_nothing() {
    let shoot = Shoot::new();
    shoot.put("in/a.jpg", &plain());
    for (caption, place) in [
        ("{{ city", "line 1"),
        ("a\nb {{ city ! }}", "line 2, column 11"),
        ("{{ date | dat }}", "line 1, column 11"),
        ("{% for x in y %}{% endfor %}", "line 1, column 1"),
    ] {
        let ran = shoot.develop(&["--caption", caption]);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains(place), "{caption:?}: {}", ran.stderr);
        assert!(!shoot.has_output());
    }
}

#[test]
fn a_caption_without_its_field_is_found_before_the_run_in_every_frame() {
    let shoot = Shoot::new();
    shoot.put("in/a.jpg", &plain());
    shoot.put("in/b.jpg", &file(&picture(60, 40), Format::Jpeg, &full(Order::Big)));
    shoot.put("in/c.png", &file(&picture(60, 40), Format::Png, &Blocks::default()));
    let ran = shoot.develop(&["--caption", "{{ country }},\n  {{ city }}"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    for said in ["a.jpg: the field 'country' has no value (line 1, column 4", "c.png: the field"] {
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
    assert!(ran.stderr.contains("2 of 3 frames") && !ran.stderr.contains("b.jpg"));
    assert!(ran.stderr.contains("fields with values: filename, sequence"), "{}", ran.stderr);
    assert!(!shoot.has_output());
    let set = ["--set", "country=North Korea", "--set", "city=Chunggang"];
    let ran = shoot.develop(&[&["--caption", "{{ country }}, {city}"], &set[..]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn required_fields_name_every_frame_that_lacks_one() {
    let shoot = Shoot::new();
    shoot.put("in/a.jpg", &plain());
    shoot.put("in/b.jpg", &file(&picture(60, 40), Format::Jpeg, &full(Order::Little)));
    shoot.put("in/c.tif", &file(&picture(60, 40), Format::Tiff, &Blocks::default()));
    let ran = shoot.develop(&["--require", "city,country,date,byline", "--set", "city=Tumen"]);
    assert_eq!(ran.code, 2);
    for said in ["a.jpg: has no country, date, byline", "c.tif: has no country, date, byline"] {
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
    assert!(!ran.stderr.contains("b.jpg:") && !shoot.has_output(), "{}", ran.stderr);
    assert!(ran.stderr.contains("add it in captions.csv"), "{}", ran.stderr);
    let ran = shoot.develop(&["--require", "country,citty", "--set", "country=China"]);
    assert!(ran.stderr.contains("has no citty"), "{}", ran.stderr);
    assert!(ran.stderr.contains("did you mean 'city'?"), "{}", ran.stderr);
}

#[test]
fn a_code_that_the_list_does_not_have_is_said_once() {
    let shoot = Shoot::new();
    for name in ["in/a.jpg", "in/b.jpg"] {
        shoot.put(name, &plain());
    }
    shoot.put("codes.txt", b"k7\tNo. 7\n");
    shoot.put("odd.csv", b"file,city\na.jpg,\\tumn\\ and \\k7\\\n");
    let codes = ["--code-replacements", "codes.txt"];
    let strays = ["--caption", r"\k7\ passes to \k8\", "--captions", "odd.csv"];
    let ran = shoot.develop(&[&codes[..], &strays[..]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for said in [r"'\k8\' is no code of the list", r"'\tumn\' is no code of the list"] {
        assert_eq!(ran.stderr.matches(said).count(), 1, "{}", ran.stderr);
    }
    assert!(!ran.stderr.contains(r"'\k7\'"), "{}", ran.stderr);
    let whole = ["--caption", r"\k7\ in C:\a b\c", "--overwrite"];
    let ran = shoot.develop(&[&codes[..], &whole[..]].concat());
    assert!(!ran.stderr.contains("no code"), "{}", ran.stderr);
}

#[test]
fn written_fields_are_read_again_from_every_format() {
    let odd = "Häuser in 中江, \"quoted\" <&> {{ 7*7 }} 100 % \\pp\\ 김";
    for to in ["jpeg", "png", "tiff", "webp"] {
        let shoot = Shoot::new();
        shoot.put("in/a.jpg", &plain());
        let set = format!("description={odd}");
        let ran = shoot.develop(&[
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
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let name = crate::only_frame(&shoot.path("out"));
        let read = fields(&shoot, &name.path());
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
    let shoot = Shoot::new();
    let path = shoot.put("in/a.jpg", &file(&picture(60, 40), Format::Jpeg, &full(Order::Big)));
    let read = fields(&shoot, &path);
    assert_eq!(
        (&read["city"]["text"], &read["city"]["from"]),
        (&"Chunggang & more".into(), &"XMP".into())
    );
    assert_eq!(read["country"]["from"], "IPTC");
    assert_eq!(read["shutter"]["text"], "1/500");
    let sidecar = super::make::XMP.replace("Chunggang &amp; more", "Beside");
    shoot.put("in/a.xmp", sidecar.as_bytes());
    let read = fields(&shoot, &path);
    assert_eq!(
        (&read["city"]["text"], &read["city"]["from"]),
        (&"Beside".into(), &"sidecar".into())
    );
    shoot.put("in/captions.csv", b"file,city\na.jpg,Of the table\n");
    let name = ["--name", "{{ city }}"];
    assert_eq!(shoot.develop(&name).code, 0);
    assert!(stands(b"\xFF\xD8", &shoot.out("Of the table.jpg")));
    assert_eq!(shoot.develop(&[&name[..], &["--set", "city=Set"]].concat()).code, 0);
    shoot.out("Set.jpg");
}

#[test]
fn fields_are_those_that_develop_would_have() {
    let shoot = Shoot::new();
    let bytes = file(&picture(60, 40), Format::Jpeg, &full(Order::Big));
    let a = shoot.put("in/a.jpg", &bytes);
    shoot.put("in/deep/b.jpg", &plain());
    shoot.put("in/note.txt", b"no picture");
    shoot.put("in/captions.csv", b"file,city\na.jpg,Of the table\nnone.jpg,X\n");
    let from = |ran: &crate::Ran, name: &str| -> Vec<String> {
        let lines = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap());
        let lines: Vec<serde_json::Value> = lines.collect();
        lines.iter().map(|line| line["fields"][name]["from"].to_string()).collect()
    };
    let ran = shoot.run(&["fields", "in", "--json", "--set", "byline=P. Pardo"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(from(&ran, "city"), ["\"table\"", "null"]);
    assert_eq!(from(&ran, "byline"), ["\"set\"", "\"set\""]);
    for said in ["using in/captions.csv", "no pictures: 1 .txt", "no frame is named 'none.jpg'"] {
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
    let ran = shoot.run(&["fields", "in", "--json", "--no-folder-files"]);
    assert_eq!(from(&ran, "city"), ["\"XMP\"", "null"]);
    shoot.put("odd.csv", b"file,city\na.jpg,\\t\\\n");
    shoot.put("codes.txt", b"t\tTumen\n");
    let table = ["--captions", "odd.csv", "--code-replacements", "codes.txt"];
    let ran = shoot.run(&[&["fields", a.to_str().unwrap()], &table[..]].concat());
    assert!(ran.stdout.contains("Tumen  (table)"), "{}{}", ran.stdout, ran.stderr);
    shoot.put("empty/note.txt", b"no picture");
    assert_eq!(shoot.run(&["fields", "empty"]).code, 2);
}

/// Quotes, braces, percent signs, control characters and overrides of the reading direction.
const ODD: &str = "\"'{{ 7*7 }}{% x %}{city} 100%s \u{1b}[31m\u{7} \u{202e}gpj.exe\u{2066} \\ab\\";

#[test]
fn odd_texts_are_drawn_as_texts_whichever_way_they_come() {
    let shoot = Shoot::new();
    shoot.put("in/a.jpg", &file(&picture(640, 480), Format::Jpeg, &Blocks::default()));
    let quoted =
        format!("file,caption,headline\na.jpg,\"{0}\",\"{0}\"\n", ODD.replace('"', "\"\""));
    let table = shoot.put("odd.csv", quoted.as_bytes());
    let set = format!("headline={ODD}");
    let mut finished = Vec::new();
    for further in [
        vec!["--captions", table.to_str().unwrap()],
        vec!["--set", &set, "--caption", "{{ headline }}"],
        vec!["--captions", table.to_str().unwrap(), "--caption", "{{ headline }}"],
    ] {
        let ran = shoot.develop(&[&further[..], &["--overwrite", "--format", "png"]].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(!ran.stderr.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{:?}", ran.stderr);
        finished.push(shoot.out("a.png"));
    }
    assert!(finished.iter().all(|f| *f == finished[0]), "the same letters, whatever the way");
    let ran = shoot.develop(&["--caption", ODD, "--overwrite"]);
    assert_eq!(ran.code, 2, "a statement in a template is refused: {}", ran.stderr);
}

#[test]
fn six_hundred_characters_fit_on_four_hundred_pixels() {
    let text = "Rows of uniform houses stand above the frozen river. ".repeat(12);
    for (width, height) in [(400, 300), (300, 400), (400, 120)] {
        for style in ["plate", "strip", "text"] {
            let shoot = Shoot::new();
            shoot.put("in/a.jpg", &file(&picture(width, height), Format::Jpeg, &Blocks::default()));
            let ran = shoot.develop(&["--caption", &text[..600], "--caption-style", style]);
            assert_eq!(ran.code, 0, "{style}: {}", ran.stderr);
            let said = ran.stderr.contains("made smaller") || ran.stderr.contains("left out");
            assert!(said || style == "strip" || width == 300, "{width}, {style}: {}", ran.stderr);
        }
    }
}

//! Tables of captions in every way that spreadsheets write them.

use super::plain;
use crate::support::{Bench, tells};

fn city(bench: &Bench, table: &[u8]) -> String {
    let path = bench.path("table.csv");
    let _ = std::fs::remove_file(&path);
    bench.put("table.csv", table);
    let ran = bench.deliver(&["--captions", "table.csv", "--name", "{{ city }}", "--dry-run"]);
    format!("{}{}", ran.out, ran.err)
}

#[test]
fn marks_delimiters_line_ends_and_quotes_do_not_matter() {
    let bench = Bench::new();
    bench.put("in/a.jpg", &plain());
    for table in [
        "file,city,country\na.jpg,Tumen,China\n",
        "\u{feff}file;city;country\r\na.jpg;Tumen;China\r\n",
        "File\tCity\tCountry\r\na.jpg\tTumen\tChina",
        "file,headline,city\na.jpg,\"two\nlines, \"\"quoted\"\"\",Tumen\n",
        "\u{feff}\"file\";\"city\"\r\n\"a.jpg\";\"Tumen\"\r\n\r\n",
        "file,city\ra.jpg,Tumen\rb.jpg,Jilin\r",
    ] {
        let plan = city(&bench, table.as_bytes());
        assert!(plan.contains("Tumen.jpg"), "{table:?}: {plan}");
    }
}

#[test]
fn mistakes_in_a_table_are_told_with_their_line() {
    let bench = Bench::new();
    bench.put("in/a.jpg", &plain());
    for (table, said) in [
        (&b"name,city\na.jpg,X\n"[..], &["error", "first column", "'name'"][..]),
        (b"file,citty\na.jpg,X\n", &["error", "'citty'", "did you mean 'city'"]),
        (b"file,city\na.jpg,X\nb.jpg,Y\na.jpg,Z\n", &["error", "line 4", "'a.jpg'", "line 2"]),
        (b"file,city\na.jpg,X,Y\n", &["error", "line 2", "3 values", "2 columns"]),
        (b"file,city,city\na.jpg,X,Y\n", &["error", "columns 'city'"]),
        (b"\xff\xfef\0i\0l\0e\0", &["error", "UTF-16"]),
        (b"file,city\na.jpg,Z\xfcrich\n", &["error", "not UTF-8"]),
        (b"file,city\na.jpg,\"X\nb.jpg,Y\n", &["error", "line 2", "quote"]),
        (b"file,city\na.jpg,X\nnone.jpg,Y\n", &["warning", "line 3 ('none.jpg')"]),
    ] {
        let plan = city(&bench, table);
        assert!(tells(&plan, said), "{said:?}: {plan}");
    }
}

#[test]
fn a_line_that_is_a_frames_path_means_that_frame_alone() {
    let bench = Bench::new();
    bench.put("in/a.jpg", &plain());
    bench.put("in/one/a.jpg", &plain());
    for line in ["a.jpg", "./a.jpg"] {
        let both = format!("file,city\n{line},Tumen\none/a.jpg,Jilin\n");
        let plan = city(&bench, both.as_bytes());
        assert!(plan.contains("Tumen.jpg") && plan.contains("Jilin.jpg"), "{plan}");
        // The other frame has no city, and so no name.
        let alone = city(&bench, format!("file,city\n{line},Tumen\n").as_bytes());
        assert!(tells(&alone, &["error", "one/a.jpg: ", "'city'"]), "{alone}");
    }
}

#[test]
fn ten_thousand_lines_are_read() {
    let bench = Bench::new();
    bench.put("in/a.jpg", &plain());
    let mut table = String::from("file,city,description\r\n");
    for i in 0..10_000 {
        table.push_str(&format!(
            "{i:05}.jpg,City {i},\"A \"\"long\"\"\r\ndescription, number {i}\"\r\n"
        ));
    }
    table.push_str("a.jpg,Tumen,last\r\n");
    assert!(city(&bench, table.as_bytes()).contains("Tumen.jpg"));
}

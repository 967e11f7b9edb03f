//! `--write-metadata yes`: EXIF, IPTC-IIM and XMP of a delivered file say alike.

use longlens::format::{Format, read_blocks};
use longlens::metadata::{Blocks, Fields};

use super::{file, full, picture, plain};
use crate::metadata::make::{self, Order, Val};
use crate::support::{Bench, Ran, occurs};

/// A frame with all blocks.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.put("in/a.jpg", &file(&picture(60, 40), Format::Jpeg, &full(Order::Big)));
    bench
}

fn write(bench: &Bench, set: &[&str]) -> Ran {
    let set = set.iter().flat_map(|set| ["--set", set]);
    let write = ["--write-metadata", "yes", "--overwrite"];
    bench.deliver(&write.into_iter().chain(set).collect::<Vec<_>>())
}

/// What each block of a file says by itself: EXIF, IPTC-IIM, XMP.
fn each(bytes: &[u8], field: &str) -> [Option<String>; 3] {
    let blocks = read_blocks(bytes).unwrap();
    let alone = [
        Blocks { exif: blocks.exif, ..Blocks::default() },
        Blocks { photoshop: blocks.photoshop, ..Blocks::default() },
        Blocks { xmp: blocks.xmp, ..Blocks::default() },
    ];
    alone.map(|block| Fields::read(&block, "", Default::default()).0.get(field).map(str::to_owned))
}

fn all(text: &str) -> [Option<String>; 3] {
    [0; 3].map(|_| Some(text.to_owned()))
}

#[test]
fn a_date_that_is_set_stands_in_all_blocks() {
    let bench = bench();
    let ran = write(&bench, &["date=2020-01-31"]);
    assert_eq!((ran.code, ran.err.contains("hint")), (0, false), "{}", ran.err);
    let bytes = bench.out("a.jpg");
    assert_eq!(each(&bytes, "date"), all("2020-01-31"));
    // The camera's clock is not set otherwise; IPTC has no time without a zone.
    assert_eq!(each(&bytes, "time")[0].as_deref(), Some("14:03:22"));
    assert_eq!(each(&bytes, "time")[2].as_deref(), Some("14:03:22"));
    assert!(occurs(b"2020:01:31 14:03:22\0", &bytes) && !occurs(b"2024:02:28 14", &bytes));

    write(&bench, &["date=2020-01-31", "time=9:30"]);
    let bytes = bench.out("a.jpg");
    assert!(occurs(b"2020:01:31 09:30:00\0", &bytes));
    assert!(occurs(b"2020-01-31T09:30:00+09:00", &bytes));
}

#[test]
fn a_file_without_exif_gets_its_date_there_too() {
    let bench = Bench::new();
    bench.put("in/a.jpg", &plain());
    let artist = make::Exif::new(Order::Little, vec![(0x013B, Val::Ascii("P. Pardo"))], b"");
    let blocks = Blocks { exif: Some(artist.bytes), ..Blocks::default() };
    bench.put("in/b.jpg", &file(&picture(60, 40), Format::Jpeg, &blocks));
    let ran = write(&bench, &["date=2024-02-28"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for name in ["a.jpg", "b.jpg"] {
        let bytes = bench.out(name);
        // EXIF has no date without its time: strict readers refuse blanks.
        let day = || Some("2024-02-28".to_owned());
        assert_eq!(each(&bytes, "date"), [None, day(), day()], "{name}");
        assert_eq!(each(&bytes, "time"), [const { None }; 3], "{name}");
        assert!(!occurs(b"2024:02:28", &bytes), "{name}");
    }
    let ran = write(&bench, &["date=2024-02-28T14:03:22+09:00"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for name in ["a.jpg", "b.jpg"] {
        assert_eq!(each(&bench.out(name), "date"), all("2024-02-28"), "{name}");
        assert_eq!(each(&bench.out(name), "zone"), all("+09:00"), "{name}");
    }
    assert_eq!(each(&bench.out("b.jpg"), "byline")[0].as_deref(), Some("P. Pardo"));
}

#[test]
fn fields_that_were_taken_away_are_delivered_nowhere() {
    let bench = bench();
    let taken = ["city", "description", "byline", "copyright", "date", "keywords"];
    let had = bench.path("in/a.jpg");
    let had = std::fs::read(had).unwrap();
    for name in taken {
        assert!(each(&had, name).iter().any(Option::is_some), "the test's frame lacks {name}");
    }
    let set: Vec<String> = taken.iter().map(|name| format!("{name}=")).collect();
    let mut set: Vec<&str> = set.iter().map(String::as_str).collect();
    set.push("shown_location=");
    let ran = write(&bench, &set);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let bytes = bench.out("a.jpg");
    for name in taken {
        assert_eq!(each(&bytes, name), [const { None }; 3], "{name}");
    }
    for gone in ["Chunggang", "ouses", "Häuser", "Pedro Pardo", "2024:02:28 14", "2024-02-28"] {
        assert!(!occurs(gone.as_bytes(), &bytes), "{gone}");
    }
    assert_eq!(each(&bytes, "country")[1].as_deref(), Some("North Korea"));
    // Without being written, the file says what it said before.
    assert_eq!(bench.deliver(&["--set", "city=", "--overwrite"]).code, 0);
    assert_eq!(each(&bench.out("a.jpg"), "city")[1].as_deref(), Some("Chunggang"));
}

#[test]
fn what_is_no_date_is_drawn_but_not_written_and_that_is_said() {
    let bench = bench();
    let ran = write(&bench, &["date=28 February 2024", "time=half past nine"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for said in ["'28 February 2024' is not a date", "'half past nine' is not a time"] {
        assert!(ran.err.contains(said), "{said}: {}", ran.err);
    }
    let bytes = bench.out("a.jpg");
    assert_eq!(each(&bytes, "date"), all("2024-02-28"), "the frame's own");
    assert!(!occurs(b"28 Febru", &bytes) && !occurs(b"half", &bytes));
    let ran = bench.deliver(&["--set", "date=28 February 2024", "--name", "{{ date }}"]);
    assert_eq!((ran.code, ran.err.contains("not a date")), (0, false), "{}", ran.err);
    bench.out("28 February 2024.jpg");
    for (given, written) in [("2024:02:29", "2024-02-29"), ("20240229", "2024-02-29")] {
        let ran = write(&bench, &[&format!("date={given}"), "time=930"]);
        assert!(ran.err.contains("'930' is not a time"), "{}", ran.err);
        let bytes = bench.out("a.jpg");
        assert_eq!(each(&bytes, "date"), all(written));
        assert_eq!(each(&bytes, "time")[0].as_deref(), Some("14:03:22"));
    }
    write(&bench, &["date=2023-02-29"]).code(2).says("date").says("'2023-02-29'");
    write(&bench, &["time=25:10"]).code(2).says("time").says("'25:10'");
    bench.run(&["fields", "in", "--set", "date=2023-02-29"]).code(2).says("'2023-02-29'");
    bench.put("in/captions.csv", b"file,date\na.jpg,2024-02-30\n");
    write(&bench, &[]).code(2).says("line 2: '2024-02-30'");
}

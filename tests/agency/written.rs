//! `--write-metadata yes`: EXIF, IPTC-IIM and XMP of a delivered file say alike.

use longlens::format::{Format, read_blocks};
use longlens::metadata::{Blocks, Fields};

use super::make::{self, Order, Val};
use super::{Ran, Shoot, file, full, picture, plain, stands};

/// A frame with all blocks.
fn shoot() -> Shoot {
    let shoot = Shoot::new();
    shoot.put("in/a.jpg", &file(&picture(60, 40), Format::Jpeg, &full(Order::Big)));
    shoot
}

fn write(shoot: &Shoot, set: &[&str]) -> Ran {
    let set = set.iter().flat_map(|set| ["--set", set]);
    let write = ["--write-metadata", "yes", "--overwrite"];
    shoot.develop(&write.into_iter().chain(set).collect::<Vec<_>>())
}

/// What each block of a file says by itself: EXIF, IPTC-IIM, XMP.
fn each(bytes: &[u8], field: &str) -> [Option<String>; 3] {
    let blocks = read_blocks(bytes).unwrap();
    let alone = [
        Blocks { exif: blocks.exif, ..Blocks::default() },
        Blocks { photoshop: blocks.photoshop, ..Blocks::default() },
        Blocks { xmp: blocks.xmp, ..Blocks::default() },
    ];
    alone.map(|block| Fields::read(&block, "").0.get(field).map(str::to_owned))
}

fn all(text: &str) -> [Option<String>; 3] {
    [0; 3].map(|_| Some(text.to_owned()))
}

#[test]
fn a_date_that_is_set_stands_in_all_blocks() {
    let shoot = shoot();
    let ran = write(&shoot, &["date=2020-01-31"]);
    assert_eq!((ran.code, ran.stderr.contains("hint")), (0, false), "{}", ran.stderr);
    let bytes = shoot.out("a.jpg");
    assert_eq!(each(&bytes, "date"), all("2020-01-31"));
    // The camera's clock is not set otherwise; IPTC has no time without a zone.
    assert_eq!(each(&bytes, "time")[0].as_deref(), Some("14:03:22"));
    assert_eq!(each(&bytes, "time")[2].as_deref(), Some("14:03:22"));
    assert!(stands(b"2020:01:31 14:03:22\0", &bytes) && !stands(b"2024:02:28 14", &bytes));

    write(&shoot, &["date=2020-01-31", "time=9:30"]);
    let bytes = shoot.out("a.jpg");
    assert!(stands(b"2020:01:31 09:30:00\0", &bytes));
    assert!(stands(b"2020-01-31T09:30:00+09:00", &bytes));
}

#[test]
fn a_file_without_exif_gets_its_date_there_too() {
    let shoot = Shoot::new();
    shoot.put("in/a.jpg", &plain());
    let artist = make::Exif::new(Order::Little, vec![(0x013B, Val::Ascii("P. Pardo"))], b"");
    let blocks = Blocks { exif: Some(artist.bytes), ..Blocks::default() };
    shoot.put("in/b.jpg", &file(&picture(60, 40), Format::Jpeg, &blocks));
    let ran = write(&shoot, &["date=2024-02-28"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for name in ["a.jpg", "b.jpg"] {
        let bytes = shoot.out(name);
        assert_eq!(each(&bytes, "date"), all("2024-02-28"), "{name}");
        assert_eq!(each(&bytes, "time"), [const { None }; 3], "{name}");
        // A time that is not known is blank (EXIF 2.32, 4.6.5).
        assert!(stands(b"2024:02:28   :  :  \0", &bytes), "{name}");
    }
    assert_eq!(each(&shoot.out("b.jpg"), "byline")[0].as_deref(), Some("P. Pardo"));
}

#[test]
fn fields_that_were_taken_away_are_delivered_nowhere() {
    let shoot = shoot();
    let taken = ["city", "description", "byline", "copyright", "date", "keywords"];
    let had = shoot.path("in/a.jpg");
    let had = std::fs::read(had).unwrap();
    for name in taken {
        assert!(each(&had, name).iter().any(Option::is_some), "the test's frame lacks {name}");
    }
    let set: Vec<String> = taken.iter().map(|name| format!("{name}=")).collect();
    let mut set: Vec<&str> = set.iter().map(String::as_str).collect();
    set.push("shown_location=");
    let ran = write(&shoot, &set);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let bytes = shoot.out("a.jpg");
    for name in taken {
        assert_eq!(each(&bytes, name), [const { None }; 3], "{name}");
    }
    for gone in ["Chunggang", "ouses", "Häuser", "Pedro Pardo", "2024:02:28 14", "2024-02-28"] {
        assert!(!stands(gone.as_bytes(), &bytes), "{gone}");
    }
    assert_eq!(each(&bytes, "country")[1].as_deref(), Some("North Korea"));
    // Without being written, the file says what it said before.
    assert_eq!(shoot.develop(&["--set", "city=", "--overwrite"]).code, 0);
    assert_eq!(each(&shoot.out("a.jpg"), "city")[1].as_deref(), Some("Chunggang"));
}

#[test]
fn what_is_no_date_is_drawn_but_not_written_and_that_is_said() {
    let shoot = shoot();
    let ran = write(&shoot, &["date=28 February 2024", "time=half past nine"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for said in ["'28 February 2024' is no date", "'half past nine' is no time"] {
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
    let bytes = shoot.out("a.jpg");
    assert_eq!(each(&bytes, "date"), all("2024-02-28"), "the frame's own");
    assert!(!stands(b"28 Febru", &bytes) && !stands(b"half", &bytes));
    let ran = shoot.develop(&["--set", "date=28 February 2024", "--name", "{{ date }}"]);
    assert_eq!((ran.code, ran.stderr.contains("no date")), (0, false), "{}", ran.stderr);
    shoot.out("28 February 2024.jpg");
    for (given, written) in [("2024:02:29", "2024-02-29"), ("20240229", "2024-02-29")] {
        let ran = write(&shoot, &[&format!("date={given}"), "time=930"]);
        assert!(ran.stderr.contains("'930' is no time"), "{}", ran.stderr);
        let bytes = shoot.out("a.jpg");
        assert_eq!(each(&bytes, "date"), all(written));
        assert_eq!(each(&bytes, "time")[0].as_deref(), Some("14:03:22"));
    }
    assert!(write(&shoot, &["date=2023-02-29"]).stderr.contains("is no date"));
}

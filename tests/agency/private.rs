//! Levels of privacy: what is planted is searched for in the bytes that are delivered.

use longlens::format::{Format, read_blocks};

use super::{fields, file, full, picture};
use crate::metadata::make::{self, Order};
use crate::support::{Bench, occurs, tells};

/// What must not be found: the position as text and as numbers, serials, owner, places, thumbnails.
fn planted(order: Order) -> Vec<Vec<u8>> {
    let numbers = |parts: [(u32, u32); 3]| {
        parts.iter().flat_map(|&(n, d)| [order.u32(n), order.u32(d)].concat()).collect::<Vec<u8>>()
    };
    let texts: [&[u8]; 10] = [
        b"41,48.5N",
        b"41.8083",
        b"126.9100",
        make::SERIAL.as_bytes(),
        make::LENS_SERIAL.as_bytes(),
        make::INTERNAL_SERIAL.as_bytes(),
        b"Someone Else",
        b"Linjiang",
        b"who was cropped out",
        b"hdrgm",
    ];
    let texts = texts.map(<[u8]>::to_vec).into_iter();
    texts.chain([numbers(make::LATITUDE), numbers(make::LONGITUDE)]).collect()
}

#[test]
fn by_default_no_format_keeps_what_endangers_and_all_keep_the_caption() {
    for order in [Order::Little, Order::Big] {
        for from in [Format::Jpeg, Format::Png, Format::WebP, Format::Tiff] {
            let bench = Bench::new();
            let input = file(&picture(240, 160), from, &full(order));
            let original = bench.put(format!("in/a.{}", from.extension()), &input);
            let had = fields(&bench, &original);
            for to in ["jpeg", "png", "webp", "tiff"] {
                let out = format!("out-{to}");
                let ran = bench.run(&["develop", "in", "-o", &out, "--format", to]);
                assert_eq!(ran.code, 0, "{}", ran.err);
                assert!(ran.err.contains("1 frame"), "{}", ran.err);
                let name = super::only_frame(&bench.path(&out));
                let bytes = std::fs::read(name.path()).unwrap();
                for secret in planted(order) {
                    let shown = String::from_utf8_lossy(&secret).into_owned();
                    assert!(!occurs(&secret, &bytes), "{from:?} to {to}: {shown:?}");
                }
                let fields = fields(&bench, &name.path());
                for (field, text) in [
                    ("byline", "Pedro Pardo"),
                    ("credit", "AFP"),
                    ("country", "North Korea"),
                    ("shown_location", "Chunggang, North Korea"),
                    ("lens", "RF600"),
                    ("date", "2024-02-28"),
                ] {
                    // WebP has no place for IPTC, so such an original has less to say.
                    if from != Format::WebP {
                        assert_eq!(had[field]["text"], text, "{from:?}: {field}");
                    }
                    let (is, was) = (&fields[field]["text"], &had[field]["text"]);
                    assert_eq!(is, was, "{from:?} to {to}: {field}");
                }
                let city = fields["city"]["text"].as_str().unwrap();
                assert!(city.starts_with("Chunggang"), "{from:?} to {to}: {city}");
                assert!(fields["description"]["text"].as_str().unwrap().contains("ouses"));
            }
        }
    }
}

#[test]
fn keep_keeps_all_but_previews_and_bare_leaves_five_things() {
    let bench = Bench::new();
    bench.put("in/a.jpg", &file(&picture(240, 160), Format::Jpeg, &full(Order::Big)));
    assert_eq!(bench.deliver(&["--privacy", "keep"]).code, 0);
    let kept = bench.out("a.jpg");
    for there in [&b"41,48.5N"[..], b"Someone Else", b"Linjiang", make::SERIAL.as_bytes()] {
        assert!(occurs(there, &kept));
    }
    assert!(!occurs(b"who was cropped out", &kept) && !occurs(b"hdrgm", &kept));

    assert_eq!(bench.deliver(&["--privacy", "bare", "--overwrite"]).code, 0);
    let bare = read_blocks(&bench.out("a.jpg")).unwrap();
    let text = [bare.exif, bare.xmp, bare.photoshop].map(Option::unwrap).concat();
    for there in ["Pedro Pardo", "AFP", "Houses"] {
        assert!(occurs(there.as_bytes(), &text), "{there}");
    }
    for gone in ["Canon", "Chunggang", "RF600", "2024"] {
        assert!(!occurs(gone.as_bytes(), &text), "{gone}");
    }
}

#[test]
fn further_pictures_go_with_all_that_points_to_them_and_that_is_said() {
    let bench = Bench::new();
    let frame = file(&picture(240, 160), Format::Jpeg, &full(Order::Little));
    let mpf = [&b"\xFF\xE2\x00\x20MPF\0II\x2A\0"[..], &[8; 22]].concat();
    let own = b"\xFF\xE5\x00\x10RMETA\0private!";
    let behind = [&frame[..], b"MotionPhoto_Data and a ftyp film that is long enough"].concat();
    let whole = [&frame[..2], &mpf, own, &frame[2..], &behind].concat();
    bench.put("in/a.jpg", &whole);
    let ran = bench.deliver(&["--privacy", "keep"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for said in ["further pictures (MPF)", "APP5 (RMETA)", "gain map", " kB ", "(a film)"] {
        assert!(ran.err.contains(said), "{said}: {}", ran.err);
    }
    let bytes = bench.out("a.jpg");
    for gone in [&b"MPF\0"[..], b"hdrgm", b"MotionPhoto", b"RMETA"] {
        assert!(!occurs(gone, &bytes));
    }
    assert!(bytes.ends_with(&[0xFF, 0xD9]));
}

#[test]
fn what_a_format_has_no_place_for_is_said_once_in_a_run() {
    let bench = Bench::new();
    let bytes = file(&picture(60, 40), Format::Jpeg, &full(Order::Little));
    for name in ["in/a.jpg", "in/b.jpg", "in/c.jpg"] {
        bench.put(name, &bytes);
    }
    let ran = bench.deliver(&["--format", "webp"]);
    let told = ran.err.lines().filter(|line| tells(line, &["warning", "WebP", "IPTC-IIM"]));
    assert_eq!(told.count(), 1, "{}", ran.err);
}

#[test]
fn a_position_in_the_description_fails_with_a_hint_that_helps() {
    for text in ["Houses at 41.80833, 126.91", "Houses at 41°48'30\"N 126°54'36\"E"] {
        let mut blocks = full(Order::Little);
        let packet = make::XMP.replace(">Houses<", &format!(">{text}<"));
        assert_ne!(packet, make::XMP);
        blocks.xmp = Some(packet.into_bytes());
        let bench = Bench::new();
        bench.put("in/a.jpg", &file(&picture(240, 160), Format::Jpeg, &blocks));
        for (level, further) in [("field", " and --write-metadata yes"), ("bare", "")] {
            let ran = bench.deliver(&["--privacy", level]);
            assert_eq!(ran.code, 1, "{text}: {}", ran.err);
            let set = format!("--set description=…{further}, ");
            ran.tells(&["in/a.jpg: ", "a position", "hint: ", &set, "--privacy keep"]);
            let follow = ["--privacy", level, "--set", "description=Houses", "--overwrite"];
            let write = ["--write-metadata", "yes"];
            let write = if level == "field" { &write[..] } else { &[] };
            let ran = bench.deliver(&[&follow[..], write].concat());
            assert_eq!(ran.code, 0, "{level}: {}", ran.err);
            assert_eq!(bench.deliver(&["--privacy", "keep", "--overwrite"]).code, 0);
            std::fs::remove_dir_all(bench.path("out")).unwrap();
        }
    }
}

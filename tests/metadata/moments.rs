//! Dates, times and zones: those of the camera, those given, and the same moment in every block.

use longlens::metadata::{Blocks, Privacy};

use super::kinds::{WHOLE, carried, each, packet, read, writing, xmp};
use super::make::{Exif, Order, Val, dataset};
use crate::support::occurs as stands;

fn dated(exif: &'static str, zone: Option<&'static str>, of_xmp: Option<&str>) -> Blocks {
    let zone = zone.map(|zone| (0x9011, Val::Ascii(zone)));
    let exif = [(0x9003, Val::Ascii(exif)), (0x9004, Val::Ascii(exif))].into_iter().chain(zone);
    let exif = Exif::new(Order::Big, vec![(0x8769, Val::Table(exif.collect()))], b"");
    let attribute = |date: &str| packet(&format!("photoshop:DateCreated='{date}'"), "");
    Blocks { exif: Some(exif.bytes), xmp: of_xmp.map(attribute), ..Blocks::default() }
}

#[test]
fn dates_that_nobody_gave_stay_as_they_were() {
    for of_xmp in ["2024-02-28T05:03:22Z", "1968-07-14", "1968", "2024-02-28T14:03+09:00", "odd"] {
        let before = dated("2024:02:28 14:03:22", Some("+09:00"), Some(of_xmp));
        let after = carried(&before, &writing(Privacy::Keep), &[("city", "Tumen")], WHOLE).blocks;
        assert!(stands(format!("DateCreated='{of_xmp}'").as_bytes(), after.xmp.as_ref().unwrap()));
        assert_eq!(
            after.xmp.as_ref().unwrap().windows(11).filter(|w| w == b"DateCreated").count(),
            1
        );
        let exif = Blocks { exif: after.exif, ..Blocks::default() };
        let expected = ["2024-02-28", "14:03:22", "+09:00"];
        assert_eq!(
            ["date", "time", "zone"].map(|f| read(&exif).0.get(f).unwrap().to_owned()),
            expected
        );
    }
}

#[test]
fn a_date_known_in_part_stays_so_where_it_is_new() {
    let before = dated("2019:05:02 10:11:12", None, Some("1968-07"));
    let after = carried(&before, &writing(Privacy::Field), &[], WHOLE).blocks;
    let iptc = after.photoshop.clone().unwrap();
    assert!(stands(&dataset(2, 55, b"19680700"), &iptc) && !stands(&[0x1C, 2, 60], &iptc));
    assert_eq!(read(&after).0.get("time"), None, "not the scanner's");
    let given = carried(&before, &writing(Privacy::Field), &[("date", "1968")], WHOLE).blocks;
    assert_eq!(
        each(&given, "date"),
        [Some("2019-05-02"), Some("1968"), Some("1968")].map(|d| d.map(str::to_owned))
    );
    assert!(!stands(b"  :  ", given.exif.as_ref().unwrap()));
    assert!(!stands(&[0x90, 0x03, 0, 2], given.exif.as_ref().unwrap()), "no DateTimeOriginal");
}

#[test]
fn a_given_moment_is_the_same_in_every_block_with_its_zone() {
    let before = dated("2024:02:28 10:00:00", Some("+08:00"), Some("2024-02-28T02:00:00Z"));
    for (set, moment, of_iptc, zone) in [
        (&[("time", "14:03:22+09:00")][..], "2024-02-28T14:03:22+09:00", "140322+0900", "+09:00"),
        (&[("time", "14:03")], "2024-02-28T14:03:00+08:00", "140300+0800", "+08:00"),
        (&[("date", "2024-03-01")], "2024-03-01T10:00:00+08:00", "100000+0800", "+08:00"),
        (
            &[("date", "2024-03-01T23:59:01-05:30")],
            "2024-03-01T23:59:01-05:30",
            "235901-0530",
            "-05:30",
        ),
    ] {
        let after = carried(&before, &writing(Privacy::Field), set, WHOLE);
        assert!(xmp(&after).contains(moment), "{set:?}: {}", xmp(&after));
        let after = after.blocks;
        assert!(stands(&dataset(2, 60, of_iptc.as_bytes()), after.photoshop.as_ref().unwrap()));
        let exif = Blocks { exif: after.exif, ..Blocks::default() };
        assert_eq!(read(&exif).0.get("zone"), Some(zone), "{set:?}");
        assert_eq!(read(&exif).0.get("time"), Some(&moment[11..19]), "{set:?}");
    }
    let none = carried(&before, &writing(Privacy::Field), &[("date", "")], WHOLE).blocks;
    assert_eq!(each(&none, "date"), [None, None, None]);
    // A frame without any zone gets none, and IPTC-IIM no time.
    let bare = dated("2024:02:28 10:00:00", None, None);
    let after = carried(&bare, &writing(Privacy::Field), &[("date", "2024-03-01")], WHOLE).blocks;
    assert_eq!(
        each(&after, "time"),
        [Some("10:00:00".to_owned()), None, Some("10:00:00".to_owned())]
    );
}

#[test]
fn what_is_no_date_is_said_and_not_written() {
    let before = dated("2024:02:28 10:00:00", None, None);
    let set = [("date", "28 February 2024"), ("time", "noon")];
    let after = carried(&before, &writing(Privacy::Field), &set, WHOLE);
    assert_eq!(after.warnings.len(), 2);
    assert_eq!(each(&after.blocks, "date").map(|d| d.unwrap()), ["2024-02-28"; 3]);
}

#[test]
fn a_zone_that_is_given_or_taken_away_is_so_in_every_block() {
    let before = dated("2024:02:28 10:00:00", Some("+08:00"), Some("2024-02-28T10:00:00+08:00"));
    let after = carried(&before, &writing(Privacy::Field), &[("zone", "+09:00")], WHOLE);
    assert_eq!(after.warnings, []);
    assert!(xmp(&after).contains("2024-02-28T10:00:00+09:00"), "{}", xmp(&after));
    assert_eq!(each(&after.blocks, "zone"), [(); 3].map(|()| Some("+09:00".to_owned())));
    let after = carried(&before, &writing(Privacy::Field), &[("zone", "")], WHOLE);
    assert!(!xmp(&after).contains("+08:00"), "{}", xmp(&after));
    assert_eq!(each(&after.blocks, "zone"), [None, None, None]);
    let ten = Some("10:00:00".to_owned());
    // IPTC-IIM has no time without a zone.
    assert_eq!(each(&after.blocks, "time"), [ten.clone(), None, ten]);
}

#[test]
fn a_time_that_has_no_date_is_said_and_not_written() {
    for (set, what) in [(("time", "14:03"), "the time"), (("zone", "+09:00"), "the zone")] {
        let after = carried(&Blocks::default(), &writing(Privacy::Field), &[set], WHOLE);
        let said: Vec<String> = after.warnings.iter().map(ToString::to_string).collect();
        assert_eq!(said, [format!("{what} is not written: the frame has no date")]);
        let set = [("date", "1968"), set];
        let after = carried(&Blocks::default(), &writing(Privacy::Field), &set, WHOLE);
        assert!(after.warnings[0].to_string().ends_with("the frame's date has no day"));
        assert_eq!(each(&after.blocks, "date")[2].as_deref(), Some("1968"));
    }
}

//! Each level of privacy, and the search that must find what was left.

use longlens::error::ErrorKind;
use longlens::metadata::{Blocks, Origin, Privacy, Removed, verify};

use super::make::{self, Note, Order, Val};
use super::{blocks, carry, carry_with, fields, policy};
use crate::support::occurs;

/// Everything that tells where the photographer stood, or which camera it was.
fn telling(order: Order) -> Vec<Vec<u8>> {
    let ratios = |parts: [(u32, u32); 3], order: Order| {
        parts.iter().flat_map(|&(n, d)| [order.u32(n), order.u32(d)].concat()).collect()
    };
    let texts = [make::SERIAL, make::LENS_SERIAL, make::INTERNAL_SERIAL, "41,48.5", "126,54.6"];
    let names = ["GPSLat", "LocationCreated", "Linjiang", "geo:l", "Someone Else", "cropped out"];
    let mut all: Vec<Vec<u8>> = texts.iter().chain(&names).map(|t| t.as_bytes().to_vec()).collect();
    all.extend([ratios(make::LATITUDE, order), ratios(make::LONGITUDE, order)]);
    all.push(order.u32(3_141_592_653).to_vec());
    all
}

#[test]
fn field_takes_out_where_and_with_what_and_leaves_what_is_shown() {
    for order in [Order::Little, Order::Big] {
        let before = blocks(order);
        let carried = carry(&before, &policy(Privacy::Field));
        let file = make::jpeg(&carried.blocks);
        let old = make::jpeg(&before);
        for secret in telling(order) {
            assert!(occurs(&secret, &old), "the test's own file lacks {secret:?}");
            assert!(!occurs(&secret, &file), "{:?} is left", String::from_utf8_lossy(&secret));
        }
        verify(&carried.blocks, &file, &carried).unwrap();
        assert!(carried.had_position);
        use Removed::{FurtherPicture, Owner, Position, Preview, SerialNumber};
        assert_eq!(carried.removed, [Position, SerialNumber, Owner, Preview, FurtherPicture]);
        assert_eq!(carried.warnings, []);
        let after = fields(&carried.blocks);
        assert_eq!(after.get("city"), Some("Chunggang & more"));
        assert_eq!(after.get("shown_location"), Some("Chunggang, North Korea"));
        assert_eq!(after.get("keywords"), Some("river"));
        assert_eq!(after.get("viewpoint"), None);
        assert_eq!(after.get("byline"), Some("Pedro Pardo"));
    }
}

#[test]
fn an_owner_who_is_the_byline_stays() {
    let before = blocks(Order::Big);
    let mut fields = fields(&before);
    fields.set("byline", "someone else", Origin::Set);
    let carried = carry_with(&before, &policy(Privacy::Field), &fields);
    assert!(occurs(b"Someone Else", &carried.blocks.exif.clone().unwrap()));
    verify(&carried.blocks, &make::jpeg(&carried.blocks), &carried).unwrap();
}

#[test]
fn every_makers_note_is_cleaned_where_it_stands_or_dropped_whole() {
    let makers: [(&str, Note, &[u8], bool); 6] = [
        ("Canon", make::canon, b"Firmware Version 1.8.1", true),
        ("NIKON CORPORATION", make::nikon, b"FINE", true),
        ("FUJIFILM", make::fujifilm, b"0130", true),
        ("OLYMPUS CORPORATION", make::olympus, b"M.ZUIKO", true),
        ("Panasonic", make::panasonic, b"Panasonic\0\0\0", true),
        ("Samsung", make::unknown, b"WHO-KNOWS", false),
    ];
    for (make, note, rest, stays) in makers {
        for order in [Order::Little, Order::Big] {
            let exif = make::full(order, make, note);
            let before = Blocks { exif: Some(exif.bytes.clone()), ..Blocks::default() };
            let carried = carry(&before, &policy(Privacy::Field));
            let after = carried.blocks.exif.clone().unwrap();
            for secret in [&b"JD0417728"[..], b"enciphered", b"Linjiang", b"41.808333", b"XK93720"]
            {
                assert!(!occurs(secret, &after), "{make}: {secret:?}");
            }
            let place = exif.places[&0x927C].1.clone();
            assert_eq!(occurs(rest, &after[place]), stays, "{make}");
            assert_eq!(carried.removed.contains(&Removed::MakerNote), !stays, "{make}");
            verify(&carried.blocks, &after, &carried).unwrap();
        }
    }
}

#[test]
fn previews_in_makers_notes_go_with_what_points_to_them() {
    let makers: [(&str, Note, [u32; 2]); 3] = [
        ("Canon", make::canon_preview, [380_376, 2_449_912]),
        ("OLYMPUS CORPORATION", make::olympus_preview, [make::THUMBNAIL.len() as u32, 60]),
        ("PENTAX Corporation", make::pentax_preview, [make::THUMBNAIL.len() as u32; 2]),
    ];
    for (make, note, pointers) in makers {
        for order in [Order::Little, Order::Big] {
            let exif = make::full(order, make, note);
            let before = Blocks { exif: Some(exif.bytes.clone()), ..Blocks::default() };
            let carried = carry(&before, &policy(Privacy::Field));
            let after = carried.blocks.exif.clone().unwrap();
            assert!(!occurs(b"cropped out", &after), "{make}: the preview is left");
            let note = &after[exif.places[&0x927C].1.clone()];
            let order = if make.starts_with("OLYMPUS") { Order::Little } else { order };
            for pointer in pointers {
                assert!(!occurs(&order.u32(pointer), note), "{make}: {pointer} is left");
            }
            assert!(carried.removed.contains(&Removed::Preview), "{make}");
            assert!(!carried.removed.contains(&Removed::MakerNote), "{make}: dropped whole");
        }
    }
}

#[test]
fn positions_in_xmp_go_whatever_their_namespace() {
    const PACKET: &str = r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dwc="http://rs.tdwg.org/dwc/index.htm" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" dwc:DCDecimalLatitude="-41.0983423" photoshop:City="Namyang"><dwc:DCVerbatimLongitude>121 05 34W</dwc:DCVerbatimLongitude><dwc:verbatimCoordinates>41 05 54S 121 05 34W</dwc:verbatimCoordinates></rdf:Description></rdf:RDF></x:xmpmeta>"#;
    let before = Blocks { xmp: Some(PACKET.as_bytes().to_vec()), ..Blocks::default() };
    let carried = carry(&before, &policy(Privacy::Field));
    let after = carried.blocks.xmp.clone().unwrap();
    assert!(!occurs(b"41.0983", &after) && !occurs(b"121 05", &after));
    verify(&carried.blocks, &make::jpeg(&carried.blocks), &carried).unwrap();
    assert!(occurs(b"Namyang", &after));
    assert!(carried.had_position);
    assert_eq!(carried.removed, [Removed::Position]);
}

#[test]
fn a_note_that_was_moved_is_not_trusted() {
    fn moved(at: usize, order: Order) -> Vec<u8> {
        make::canon(at - 6, order)
    }
    let exif = make::full(Order::Little, "Canon", moved);
    let before = Blocks { exif: Some(exif.bytes), ..Blocks::default() };
    let carried = carry(&before, &policy(Privacy::Field));
    assert!(carried.removed.contains(&Removed::MakerNote));
    assert!(!occurs(b"JD0417728", carried.blocks.exif.as_ref().unwrap()));
}

#[test]
fn bare_leaves_four_fields_and_the_profile() {
    let before = blocks(Order::Little);
    let carried = carry(&before, &policy(Privacy::Bare));
    verify(&carried.blocks, &make::jpeg(&carried.blocks), &carried).unwrap();
    assert_eq!(carried.blocks.icc, before.icc);
    assert_eq!((&carried.blocks.comment, carried.had_position), (&None, true));
    let after = fields(&carried.blocks);
    let left: Vec<_> = after.iter().map(|(name, value)| (name, value.text.as_str())).collect();
    let expected = [
        ("description", "Houses"),
        ("byline", "Pedro Pardo"),
        ("copyright", "AFP"),
        ("filename", "a.jpg"),
    ];
    assert_eq!(left, expected);
    assert_eq!(carry(&Blocks::default(), &policy(Privacy::Bare)).blocks, Blocks::default());
}

/// What the search must find in a finished file, however it came to be left there.
#[test]
fn the_search_finds_what_is_planted() {
    let before = blocks(Order::Big);
    let carried = carry(&before, &policy(Privacy::Field));
    let good = &carried.blocks;
    let with_exif = |entries| {
        let exif = make::Exif::new(Order::Little, entries, b"");
        Blocks { exif: Some(exif.bytes), ..good.clone() }
    };
    let gps = vec![(2, Val::Ratio(make::LATITUDE.to_vec()))];
    let comment = |text: &str| Blocks { comment: Some(text.as_bytes().to_vec()), ..good.clone() };
    let planted = [
        Blocks { exif: before.exif.clone(), ..good.clone() },
        Blocks { xmp: before.xmp.clone(), ..good.clone() },
        Blocks { photoshop: before.photoshop.clone(), ..good.clone() },
        Blocks { xmp_extended: before.xmp.clone(), ..good.clone() },
        with_exif(vec![(0x8825, Val::Table(gps))]),
        with_exif(vec![(0xA431, Val::Ascii("7"))]),
        with_exif(vec![
            (0x010F, Val::Ascii("Samsung")),
            (0x8769, Val::Table(vec![(0x927C, Val::Note(make::unknown))])),
        ]),
        comment("taken at 41.80833, 126.91"),
        comment("body 012345678901"),
        comment("lens XK93720."),
        comment("41,48.5N"),
    ];
    for (i, blocks) in planted.iter().enumerate() {
        let error = verify(blocks, &make::jpeg(blocks), &carried).expect_err(&format!("plant {i}"));
        assert_eq!(error.kind(), ErrorKind::Privacy);
        assert!(error.hint().is_some());
    }
    // Not in the blocks at all: behind the picture, in the other byte order.
    let place =
        make::LATITUDE.iter().flat_map(|&(n, d)| [n.to_le_bytes(), d.to_le_bytes()].concat());
    let file = [make::jpeg(good), place.collect()].concat();
    assert!(verify(good, &file, &carried).is_err());
    let kept = carry(&before, &policy(Privacy::Keep));
    verify(&before, &make::jpeg(&before), &kept).unwrap();
}

#[test]
fn a_table_of_the_position_that_was_cut_off_before_goes_as_well() {
    let exif = make::full(Order::Big, "Canon", make::canon);
    let mut bytes = exif.bytes.clone();
    // A second table of the same place, to which nothing leads.
    bytes.extend(exif.value(2, &exif.bytes));
    let before = Blocks { exif: Some(bytes), ..Blocks::default() };
    let carried = carry(&before, &policy(Privacy::Field));
    verify(&carried.blocks, &make::jpeg(&carried.blocks), &carried).unwrap();
}

#[test]
fn texts_of_people_are_not_overwritten_in_silence() {
    let exif = make::Exif::new(
        Order::Little,
        vec![
            (0x010E, Val::Ascii("seen from 41.808333 N")),
            (0x8825, Val::Table(vec![(2, Val::Ratio(make::LATITUDE.to_vec()))])),
        ],
        b"",
    );
    let before = Blocks { exif: Some(exif.bytes), ..Blocks::default() };
    let carried = carry(&before, &policy(Privacy::Field));
    assert!(occurs(b"seen from 41.808333 N", carried.blocks.exif.as_ref().unwrap()));
    assert!(verify(&carried.blocks, &make::jpeg(&carried.blocks), &carried).is_err());
}

#[test]
fn extended_xmp_loses_what_has_to_go_and_a_broken_one_goes_whole() {
    let extended = |text: &str| Blocks {
        xmp: Some(
            make::XMP
                .replace(
                    "r:about=",
                    "xmlns:n=\"http://ns.adobe.com/xmp/note/\" \
            n:HasExtendedXMP=\"0123456789ABCDEF0123456789ABCDEF\" r:about=",
                )
                .into_bytes(),
        ),
        xmp_extended: Some(text.as_bytes().to_vec()),
        ..Blocks::default()
    };
    let carried = carry(&extended(make::XMP), &policy(Privacy::Field));
    let after = carried.blocks.xmp_extended.clone().unwrap();
    assert!(!occurs(b"41,48.5N", &after) && !occurs(make::SERIAL.as_bytes(), &after));
    assert!(occurs(b"own:Kept", &after));
    assert_eq!(carried.warnings, []);
    let name: String = md5::compute(&after).0.iter().map(|b| format!("{b:02X}")).collect();
    assert!(occurs(name.as_bytes(), carried.blocks.xmp.as_ref().unwrap()), "named by its sum");
    assert!(verify(&carried.blocks, &make::jpeg(&carried.blocks), &carried).is_ok());
    let broken = carry(&extended("<a"), &policy(Privacy::Field));
    assert_eq!((broken.blocks.xmp_extended, broken.warnings.len()), (None, 1));
    assert!(!occurs(b"HasExtendedXMP", broken.blocks.xmp.as_ref().unwrap()));
}

/// A block of these entries alone, carried under field.
fn carried_exif(entries: Vec<(u16, Val)>) -> longlens::metadata::Carried {
    let exif = make::Exif::new(Order::Little, entries, b"");
    carry(&Blocks { exif: Some(exif.bytes), ..Blocks::default() }, &policy(Privacy::Field))
}

fn searched(carried: &longlens::metadata::Carried) -> Result<(), longlens::error::Error> {
    verify(&carried.blocks, &make::jpeg(&carried.blocks), carried)
}

#[test]
fn camera_raws_own_serial_number_and_owner_go_as_well() {
    let carried = carried_exif(vec![
        (0x010E, Val::Ascii("Houses")),
        (0xFDE8, Val::Ascii("Owner's Name: Someone Else")),
        (0xFDE9, Val::Ascii("Serial Number: 0730210045")),
    ]);
    let after = carried.blocks.exif.clone().unwrap();
    assert!(!occurs(b"0730210045", &after) && !occurs(b"Someone Else", &after));
    assert!(occurs(b"Houses", &after));
    assert_eq!(carried.removed, [Removed::SerialNumber, Removed::Owner]);
    searched(&carried).unwrap();
    for planted in [
        vec![(0xFDE8, Val::Ascii("Owner's Name: Someone Else"))],
        vec![(0xFDE9, Val::Ascii("Serial Number: 1"))],
        vec![(0x010E, Val::Ascii("Body 0730210045"))],
    ] {
        let exif = make::Exif::new(Order::Big, planted, b"");
        let blocks = Blocks { exif: Some(exif.bytes), ..Blocks::default() };
        assert!(verify(&blocks, &make::jpeg(&blocks), &carried).is_err());
    }
}

/// A text as Windows' tags have it.
fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

#[test]
fn positions_go_from_windows_keywords_and_the_other_keywords_stay() {
    let keywords = "river;geo:lat=41.80853;geo:lon=126.93331; border";
    let carried = carried_exif(vec![(0x9C9E, Val::Byte(wide(keywords)))]);
    let after = carried.blocks.exif.clone().unwrap();
    assert!(occurs(&wide("river;border"), &after) && !occurs(&wide("geo:l")[..10], &after));
    assert_eq!(carried.removed, [Removed::Position]);
    searched(&carried).unwrap();
    let places = carried_exif(vec![(0x9C9E, Val::Byte(wide("geo:lat=41.80853")))]);
    assert!(!occurs(&[0x9E, 0x9C], places.blocks.exif.as_ref().unwrap()));
    let exif = make::Exif::new(Order::Little, vec![(0x9C9E, Val::Byte(wide(keywords)))], b"");
    let blocks = Blocks { exif: Some(exif.bytes), ..Blocks::default() };
    assert!(verify(&blocks, &make::jpeg(&blocks), &carried).is_err());
}

#[test]
fn a_serial_number_is_found_in_utf_16_in_both_byte_orders() {
    let big: Vec<u8> = "UNICODE\0".bytes().collect();
    let spread = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
    for (serial, repeats, kept) in [
        ("012345678901", "Body 012345678901", false),
        ("XK93720", "lens XK93720.", false),
        ("XK93720", "the file XK93720A", true),
    ] {
        let comments = [
            (0x9C9C, Val::Byte(wide(repeats))),
            (0x9286, Val::Bytes([&big[..], &spread(repeats)].concat())),
        ];
        for (tag, comment) in comments {
            let mut entries = vec![(0xA431, Val::Ascii(serial))];
            if tag == 0x9286 {
                entries.push((tag, comment));
                entries = vec![(0x8769, Val::Table(entries))];
            } else {
                entries.push((tag, comment));
            }
            assert_eq!(searched(&carried_exif(entries)).is_ok(), kept, "{tag:04X}: {repeats}");
        }
    }
}

#[test]
fn a_second_iptc_block_and_a_torn_end_go() {
    let iim = |texts: &[&str]| {
        texts.iter().flat_map(|t| make::dataset(2, 25, t.as_bytes())).collect::<Vec<u8>>()
    };
    let torn = [iim(&["river"]), b"\x1C\x02\x5A\x01\x00Linjiang, house 7".to_vec()].concat();
    let (good, place) = (iim(&["river", "border"]), iim(&["geo:lat=41.80853", "Linjiang"]));
    let resources = |blocks: [&[u8]; 2]| blocks.map(|b| make::resource(0x0404, b)).concat();
    for photoshop in [resources([&good, &place]), make::resource(0x0404, &torn)] {
        let before = Blocks { photoshop: Some(photoshop), ..Blocks::default() };
        let carried = carry(&before, &policy(Privacy::Field));
        let after = carried.blocks.photoshop.clone().unwrap();
        assert!(!occurs(b"Linjiang", &after) && !occurs(b"geo:lat", &after));
        assert!(occurs(b"river", &after));
        assert_eq!(carried.removed, [Removed::Unread]);
        assert_eq!(carried.warnings.len(), 1);
        searched(&carried).unwrap();
        assert!(verify(&before, &make::jpeg(&before), &carried).is_err());
        assert_eq!(carry(&before, &policy(Privacy::Keep)).blocks, before);
    }
    // Zeros that fill the block up are no torn end.
    let filled = make::resource(0x0404, &[&good[..], &[0; 9]].concat());
    let before = Blocks { photoshop: Some(filled), ..Blocks::default() };
    let carried = carry(&before, &policy(Privacy::Field));
    assert_eq!((&carried.blocks, carried.warnings.len()), (&before, 0));
    searched(&carried).unwrap();
}

#[test]
fn a_preview_in_iptc_is_called_a_preview() {
    let iim = [make::dataset(2, 25, b"river"), make::dataset(2, 202, b"a picture")].concat();
    let photoshop = Some(make::resource(0x0404, &iim));
    let before = Blocks { photoshop, ..Blocks::default() };
    for privacy in [Privacy::Field, Privacy::Keep] {
        let carried = carry(&before, &policy(privacy));
        assert_eq!(carried.removed, [Removed::Preview]);
        assert!(!occurs(b"a picture", &carried.blocks.photoshop.unwrap()));
    }
}

#[test]
fn places_and_directions_in_xmp_go_by_their_names_and_texts_stay() {
    let gone = [
        r#"<a:PoseHeadingDegrees xmlns:a="http://ns.google.com/photos/1.0/panorama/">211.5</a:PoseHeadingDegrees>"#,
        r#"<a:PosePitchDegrees xmlns:a="http://ns.google.com/photos/1.0/panorama/">2.5</a:PosePitchDegrees>"#,
        r#"<a:shotLocation xmlns:a="http://ns.adobe.com/xmp/1.0/DynamicMedia/">Linjiang</a:shotLocation>"#,
        r#"<a:AbsoluteAltitude xmlns:a="http://drone.example/1.0/">+512.40</a:AbsoluteAltitude>"#,
        r#"<a:FlightYawDegree xmlns:a="http://drone.example/1.0/">-93.1</a:FlightYawDegree>"#,
        r#"<a:GimbalPitchDegree xmlns:a="http://drone.example/1.0/">-12.0</a:GimbalPitchDegree>"#,
        r#"<a:verbatimElevation xmlns:a="http://rs.tdwg.org/dwc/terms/">390 m</a:verbatimElevation>"#,
        r#"<a:Keyword xmlns:a="http://www.metadataworkinggroup.com/schemas/keywords/">geo:lat=41.80853</a:Keyword>"#,
        r#"<a:hierarchicalSubject xmlns:a="http://ns.adobe.com/lightroom/1.0/"><rdf:Bag><rdf:li>places|geo:lon=126.9</rdf:li></rdf:Bag></a:hierarchicalSubject>"#,
    ];
    let stays = [
        r#"<a:Headline xmlns:a="http://ns.adobe.com/photoshop/1.0/">Heading home</a:Headline>"#,
        r#"<a:City xmlns:a="http://ns.adobe.com/photoshop/1.0/">Namyang</a:City>"#,
        r#"<a:Location xmlns:a="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/">The river</a:Location>"#,
        r#"<a:ProjectionType xmlns:a="http://ns.google.com/photos/1.0/panorama/">flat</a:ProjectionType>"#,
    ];
    let packet = |property: &str| {
        format!(
            r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="">{property}</rdf:Description></rdf:RDF></x:xmpmeta>"#
        )
    };
    let of =
        |property: &str| Blocks { xmp: Some(packet(property).into_bytes()), ..Blocks::default() };
    for property in gone {
        let carried = carry(&of(property), &policy(Privacy::Field));
        assert_eq!(carried.removed, [Removed::Position], "{property}");
        let clean = carried.blocks.clone();
        let value = property.split(['>', '<']).map(str::trim).filter(|v| !v.is_empty());
        let value = value.filter(|v| !v.contains(':') || v.contains('=') && !v.contains("xmlns"));
        for value in value {
            assert!(!occurs(value.as_bytes(), clean.xmp.as_ref().unwrap()), "{value}");
        }
        searched(&carried).unwrap();
        assert!(verify(&of(property), &make::jpeg(&of(property)), &carried).is_err());
    }
    for property in stays {
        let carried = carry(&of(property), &policy(Privacy::Field));
        assert_eq!((carried.blocks, carried.removed), (of(property), vec![]), "{property}");
    }
}

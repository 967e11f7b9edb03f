//! What is not to change, byte for byte; and the few things that always do.

use longlens::metadata::{Blocks, Privacy, SOFTWARE};

use super::make::{self, Order};
use super::{SIZE, blocks, carry, fields, policy};
use crate::support::occurs;

#[test]
fn all_fields_are_read_from_all_blocks() {
    for order in [Order::Little, Order::Big] {
        let read = fields(&blocks(order));
        let expected = [
            ("description", "Houses"),
            ("city", "Chunggang & more"),
            ("country", "North Korea"),
            ("date", "2024-02-28"),
            ("time", "14:03:22"),
            ("zone", "+09:00"),
            ("byline", "Pedro Pardo"),
            ("copyright", "AFP"),
            ("keywords", "river, geo:lon=126.9100"),
            ("shown_location", "Chunggang, North Korea"),
            ("viewpoint", "Linjiang"),
            ("camera", "Canon EOS R5"),
            ("lens", "RF600"),
            ("focal_length", "600 mm"),
            ("shutter", "1/500"),
            ("aperture", "f/5.6"),
            ("iso", "400"),
            ("filename", "a.jpg"),
        ];
        let read: Vec<_> = read.iter().map(|(n, v)| (n, v.text.as_str())).collect();
        assert_eq!(read, expected);
    }
}

#[test]
fn kept_exif_changes_in_the_entries_that_must_and_nowhere_else() {
    for order in [Order::Little, Order::Big] {
        let exif = make::full(order, "Canon", make::canon);
        let before = Blocks { exif: Some(exif.bytes.clone()), ..Blocks::default() };
        let after = carry(&before, &policy(Privacy::Keep)).blocks.exif.unwrap();
        let entry = |tag: u16| exif.places[&tag].0..exif.places[&tag].0 + 12;
        let next = exif.places[&0x8825].0 + 12;
        let thumbnail = exif.bytes.len() - make::THUMBNAIL.len() - 30..exif.bytes.len();
        let may_change = [
            entry(0x0112),
            entry(0xA002),
            entry(0xA003),
            entry(0x0131),
            exif.places[&0x0131].1.clone(),
            next..next + 4,
            thumbnail.clone(),
        ];
        for at in (0..exif.bytes.len()).filter(|at| !may_change.iter().any(|r| r.contains(at))) {
            assert_eq!(after.get(at), exif.bytes.get(at), "byte {at}, {order:?}");
        }
        assert_eq!(&after[entry(0x0112).start + 8..][..2], order.u16(1));
        // 70,000 rows are too many for the 16 bits that the entry had.
        assert_eq!(&after[entry(0xA003).start + 2..][..2], order.u16(4));
        assert_eq!(&after[entry(0xA003).start + 8..][..4], order.u32(SIZE.height));
        assert_eq!(&after[entry(0xA002).start + 8..][..2], order.u16(5000));
        assert!(!occurs(b"cropped out", &after));
        assert!(after.ends_with(format!("{SOFTWARE}\0").as_bytes()));
        assert!(after.len() < exif.bytes.len());
    }
}

#[test]
fn values_that_stay_under_field_stand_where_they_stood() {
    for order in [Order::Little, Order::Big] {
        let exif = make::full(order, "Canon", make::canon);
        let before = Blocks { exif: Some(exif.bytes.clone()), ..Blocks::default() };
        let after = carry(&before, &policy(Privacy::Field)).blocks.exif.unwrap();
        let far = [0x010E, 0x010F, 0x0110, 0x013B, 0x829A, 0x829D, 0x9003, 0x920A, 0x9286, 0xA434];
        for tag in far {
            let value = exif.value(tag, &exif.bytes);
            assert_eq!(exif.value(tag, &after), value, "tag {tag:04X}");
        }
    }
}

#[test]
fn kept_xmp_loses_pointers_to_further_pictures_and_nothing_else() {
    let before = blocks(Order::Big);
    let after = carry(&before, &policy(Privacy::Keep)).blocks;
    let expected = make::XMP
        .replace("\n   <hdrgm:Version xmlns:hdrgm=\"http://ns.adobe.com/hdr-gain-map/1.0/\">1.0</hdrgm:Version>", "")
        .replace("Orientation=\"6\"", "Orientation=\"1\"")
        .replace("PixelXDimension=\"6000\"", "PixelXDimension=\"5000\"");
    assert_eq!(String::from_utf8(after.xmp.unwrap()).unwrap(), expected);
    let thumbnail = make::resource(0x0409, b"thumbnail");
    let all = make::photoshop();
    let place = all.windows(thumbnail.len()).position(|w| w == thumbnail).unwrap();
    let expected = [&all[..place], &all[place + thumbnail.len()..]].concat();
    assert_eq!(after.photoshop, Some(expected));
    assert_eq!((after.icc, after.comment), (before.icc, before.comment));
    assert_eq!(after.density, before.density);
}

#[test]
fn xmp_under_field_is_the_old_one_less_what_went() {
    let before = Blocks { xmp: Some(make::XMP.as_bytes().to_vec()), ..Blocks::default() };
    let after = carry(&before, &policy(Privacy::Field)).blocks.xmp.unwrap();
    let after = String::from_utf8(after).unwrap();
    let from = make::XMP.find("\n   <ext:LocationCreated").unwrap();
    let end = "</ext:LocationCreated>";
    let to = make::XMP.find(end).unwrap() + end.len();
    let expected = [&make::XMP[..from], &make::XMP[to..]].concat();
    let expected = expected
        .replace("\n   <hdrgm:Version xmlns:hdrgm=\"http://ns.adobe.com/hdr-gain-map/1.0/\">1.0</hdrgm:Version>", "")
        .replace("\n    exif:GPSLatitude=\"41,48.5N\" exif:GPSLongitude=\"126,54.6E\"", "")
        .replace("\n    aux:SerialNumber='012345678901'", "")
        .replace("<r:li>geo:lon=126.9100</r:li>", "")
        .replace("PixelXDimension=\"6000\"", "PixelXDimension=\"5000\"");
    assert_eq!(after, expected);
}

#[test]
fn no_blocks_give_no_blocks() {
    for privacy in [Privacy::Field, Privacy::Keep, Privacy::Bare] {
        let carried = carry(&Blocks::default(), &policy(privacy));
        assert_eq!(carried.blocks, Blocks::default());
        assert_eq!((carried.had_position, carried.warnings.len()), (false, 0));
    }
}

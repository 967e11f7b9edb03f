//! Orientation: what the file says is applied, and what the output says is true.

use longlens::format::{Format, Limits, probe, read_blocks};
use longlens::frame::Size;
use longlens::metadata::Blocks;

use super::{file, picture};
use crate::metadata::make::{self, Order, Val};
use crate::support::{Bench, occurs};

/// A frame of 60 by 40 stored pixels, developed: its size, and its bytes.
fn developed(blocks: &Blocks, format: Format) -> (Size, Vec<u8>) {
    let bench = Bench::new();
    let name = format!("a.{}", format.extension());
    bench.put(format!("in/{name}"), &file(&picture(60, 40), format, blocks));
    let ran = bench.deliver(&[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let bytes = bench.out(&name);
    (probe(&bytes, &Limits::default()).unwrap().size, bytes)
}

fn xmp(orientation: u8) -> Option<Vec<u8>> {
    let packet = make::XMP.replace("Orientation=\"6\"", &format!("Orientation=\"{orientation}\""));
    Some(packet.into_bytes())
}

#[test]
fn an_orientation_of_any_whole_kind_is_applied() {
    for order in [Order::Little, Order::Big] {
        for value in [Val::Short(6), Val::Long(6), Val::Byte(vec![6])] {
            let exif = make::Exif::new(order, vec![(0x0112, value.clone())], b"");
            let blocks = Blocks { exif: Some(exif.bytes), xmp: xmp(6), ..Blocks::default() };
            for format in [Format::Jpeg, Format::Png] {
                let (size, bytes) = developed(&blocks, format);
                assert_eq!(size, Size::new(40, 60), "{value:?}, {format:?}");
                assert!(occurs(b"tiff:Orientation=\"1\"", &bytes), "{value:?}");
                let exif = read_blocks(&bytes).unwrap().exif.unwrap();
                let again = Blocks { exif: Some(exif), ..Blocks::default() };
                assert_eq!(developed(&again, format).0, Size::new(60, 40), "turned once only");
            }
        }
    }
}

#[test]
fn an_orientation_that_was_not_applied_stays_as_it_is() {
    // With a program's name in it no table has to grow, so everything stays where it was.
    let entries = vec![(0x0112, Val::Ascii("6")), (0x0131, Val::Ascii("Firmware"))];
    let exif = make::Exif::new(Order::Big, entries, b"");
    let text = Blocks { exif: Some(exif.bytes.clone()), ..Blocks::default() };
    let (size, bytes) = developed(&text, Format::Jpeg);
    assert_eq!(size, Size::new(60, 40));
    let after = read_blocks(&bytes).unwrap().exif.unwrap();
    assert_eq!(exif.value(0x0112, &after), b"6\0");
    // Viewers of JPEGs turn by EXIF alone, so what XMP alone says was never seen.
    let alone = Blocks { xmp: xmp(6), ..Blocks::default() };
    let (size, bytes) = developed(&alone, Format::Jpeg);
    assert_eq!(size, Size::new(60, 40));
    assert!(occurs(b"tiff:Orientation=\"6\"", &bytes));
}

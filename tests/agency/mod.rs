//! Captions and metadata through the built program: what an agency gets, and what it must not get.

mod colour;
mod formats;
mod oracle;
mod order;
mod private;
mod table;
mod turned;
mod undrawn;
mod written;

use std::path::Path;

use image::{ImageBuffer, Rgb};
use longlens::format::{Encoding, Format, Threads, encode};
use longlens::frame::{Frame, Pixels};
use longlens::metadata::Blocks;

use crate::metadata::make::{self, Order};
use crate::support::Bench;

pub(crate) fn picture(width: u32, height: u32) -> Frame {
    let colour = |x, y| Rgb([(x % 256) as u8, (y % 256) as u8, 120]);
    Frame::new(Pixels::Rgb8(ImageBuffer::from_fn(width, height, colour)))
}

pub(crate) fn file(frame: &Frame, format: Format, blocks: &Blocks) -> Vec<u8> {
    let encoding = Encoding { quality: 90, ..Encoding::of(format) };
    let mut bytes = Vec::new();
    encode(frame, &encoding, blocks, Threads::One, &mut bytes).unwrap();
    bytes
}

/// A frame of 240 by 160 without metadata.
fn plain() -> Vec<u8> {
    file(&picture(240, 160), Format::Jpeg, &Blocks::default())
}

/// All that a camera and a desk can say of a frame, positions and serial numbers included.
pub(crate) fn full(order: Order) -> Blocks {
    let iim = [
        make::dataset(1, 90, b"\x1B%G"),
        make::dataset(2, 0, &[0, 4]),
        make::dataset(2, 25, b"river"),
        make::dataset(2, 25, b"geo:lat=41.8083"),
        make::dataset(2, 80, b"Pedro Pardo"),
        make::dataset(2, 90, b"Chunggang"),
        make::dataset(2, 101, b"North Korea"),
        make::dataset(2, 110, b"AFP"),
        make::dataset(2, 120, b"Rows of uniform houses"),
    ];
    let photoshop =
        [make::resource(0x0404, &iim.concat()), make::resource(0x0409, b"thumbnail")].concat();
    let mut exif = make::full(order, "Canon", make::canon).bytes;
    // The frame is upright.
    let upright = make::full(order, "Canon", make::canon).places[&0x0112].1.clone();
    exif[upright].copy_from_slice(&order.u16(1));
    Blocks {
        exif: Some(exif),
        xmp: Some(make::XMP.as_bytes().to_vec()),
        photoshop: Some(photoshop),
        ..Blocks::default()
    }
}

/// The one frame in a folder; the journal beside it is hidden.
fn only_frame(folder: &Path) -> std::fs::DirEntry {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let mut frames = entries.filter(|e| !e.file_name().to_string_lossy().starts_with('.'));
    frames.next().unwrap()
}

/// The fields that the program reads out of a file.
fn fields(bench: &Bench, path: &Path) -> serde_json::Value {
    let ran = bench.run(&["fields", "--json", path.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let line: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    line["fields"].clone()
}

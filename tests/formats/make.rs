//! Frames, and files in several formats, for the tests beside this one.

use image::ImageBuffer;
use longlens::format::{Decoded, Decoding, Encoding, Format, Subsampling, Threads, decode, encode};
use longlens::frame::{Frame, Pixels, Pool, Size};
use longlens::metadata::Blocks;

use crate::support::noise;

/// The sizes that break kernels and codecs.
pub(crate) const SIZES: [Size; 8] = [
    Size::new(1, 1),
    Size::new(1, 40),
    Size::new(40, 1),
    Size::new(17, 13),
    Size::new(16, 16),
    Size::new(33, 129),
    Size::new(129, 33),
    Size::new(250, 171),
];

/// A smooth scene with some noise: sample `channel` at `x`, `y`, 0..=65535.
fn scene(x: u32, y: u32, channel: u32) -> u16 {
    let slope = 150 * x + 220 * y + 9000 * channel + 3000;
    (slope + noise(x, y, channel) % 1500).min(65_000) as u16
}

fn samples(size: Size, channels: u32) -> Vec<u16> {
    let pixel = |x, y| (0..channels).map(move |c| scene(x, y, c));
    (0..size.height).flat_map(|y| (0..size.width).flat_map(move |x| pixel(x, y))).collect()
}

fn eights(size: Size, channels: u32) -> Vec<u8> {
    samples(size, channels).into_iter().map(|s| (s >> 8) as u8).collect()
}

/// 8-bit colour.
pub(crate) fn rgb8(size: Size) -> Frame {
    let samples = eights(size, 3);
    Frame::new(Pixels::Rgb8(ImageBuffer::from_raw(size.width, size.height, samples).unwrap()))
}

/// 8-bit grey.
pub(crate) fn gray8(size: Size) -> Frame {
    let samples = eights(size, 1);
    Frame::new(Pixels::Gray8(ImageBuffer::from_raw(size.width, size.height, samples).unwrap()))
}

/// 16-bit colour.
pub(crate) fn rgb16(size: Size) -> Frame {
    let samples = samples(size, 3);
    Frame::new(Pixels::Rgb16(ImageBuffer::from_raw(size.width, size.height, samples).unwrap()))
}

/// 16-bit grey.
pub(crate) fn gray16(size: Size) -> Frame {
    let samples = samples(size, 1);
    Frame::new(Pixels::Gray16(ImageBuffer::from_raw(size.width, size.height, samples).unwrap()))
}

/// The encoding of a format with settings that lose little.
pub(crate) fn encoding(format: Format) -> Encoding {
    Encoding { quality: 95, subsampling: Subsampling::S444, ..Encoding::of(format) }
}

/// The bytes of a frame without metadata.
pub(crate) fn file(frame: &Frame, format: Format) -> Vec<u8> {
    file_with(frame, &encoding(format), &Blocks::default())
}

/// The bytes of a frame.
pub(crate) fn file_with(frame: &Frame, encoding: &Encoding, blocks: &Blocks) -> Vec<u8> {
    let mut out = Vec::new();
    encode(frame, encoding, blocks, Threads::One, &mut out).unwrap();
    out
}

/// A file decoded as the default has it.
pub(crate) fn open(bytes: &[u8]) -> longlens::error::Result<Decoded> {
    decode(bytes, &Decoding::default(), &Pool::default())
}

/// A file decoded with damage accepted.
pub(crate) fn open_damaged(bytes: &[u8]) -> longlens::error::Result<Decoded> {
    let decoding = Decoding { accept_damaged: true, ..Decoding::default() };
    decode(bytes, &decoding, &Pool::default())
}

/// All 8-bit samples of a frame.
pub(crate) fn bytes_of(frame: &Frame) -> &[u8] {
    match &frame.pixels {
        Pixels::Gray8(p) => p.as_raw(),
        Pixels::Rgb8(p) => p.as_raw(),
        other => panic!("{} bits", other.depth_bits()),
    }
}

/// The largest difference between two frames' 8-bit samples.
pub(crate) fn difference(a: &Frame, b: &Frame) -> u8 {
    assert_eq!(a.size(), b.size());
    bytes_of(a).iter().zip(bytes_of(b)).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0)
}

/// A minimal ICC profile of this colour space (`RGB `, `GRAY`), `bytes` long.
pub(crate) fn icc(space: &[u8; 4], bytes: usize) -> Vec<u8> {
    let mut profile = (0..bytes).map(|i| (i * 31 % 251) as u8).collect::<Vec<_>>();
    profile[..4].copy_from_slice(&(bytes as u32).to_be_bytes());
    profile[12..16].copy_from_slice(b"mntr");
    profile[16..20].copy_from_slice(space);
    profile[36..40].copy_from_slice(b"acsp");
    profile
}

/// EXIF with nothing but an orientation.
pub(crate) fn exif(orientation: u8) -> Vec<u8> {
    let mut exif = b"II\x2A\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\0\0\0\0\0\0\0\0".to_vec();
    exif[18] = orientation;
    exif
}

/// Blocks of every kind, the profile in several parts.
pub(crate) fn blocks() -> Blocks {
    let guid = "0123456789ABCDEF0123456789ABCDEF";
    let xmp = format!("<x:xmpmeta xmpNote:HasExtendedXMP=\"{guid}\"/>");
    Blocks {
        exif: Some(exif(1)),
        xmp: Some(xmp.into_bytes()),
        xmp_extended: Some((0..150_000_u32).map(|i| (i % 253) as u8).collect()),
        photoshop: Some([b"8BIM\x04\x04\0\0".as_slice(), &[7; 100_000]].concat()),
        icc: Some(icc(b"RGB ", 200_000).into()),
        comment: Some(b"an osprey at 1200 mm".to_vec()),
        density: Some((1, 300, 300)),
    }
}

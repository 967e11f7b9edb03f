//! TIFFs of every depth, bit order, compression and layout that the README promises. The files are
//! written here, tag by tag.

use std::io::Write;

use longlens::error::{ErrorKind, Warning};
use longlens::format::{Decoded, Format};
use longlens::frame::{Pixels, Size};

use super::make::{bytes_of, file, open, rgb8};

/// A little-endian TIFF of these numbers (tag, values) and strips or tiles.
fn tiff(tags: &[(u16, &[u32])], chunks: &[Vec<u8>]) -> Vec<u8> {
    let tiled = tags.iter().any(|(tag, _)| *tag == 322);
    let (mut data, mut offsets, mut lengths) = (Vec::new(), Vec::new(), Vec::new());
    for chunk in chunks {
        offsets.push(8 + data.len() as u32);
        lengths.push(chunk.len() as u32);
        data.extend(chunk);
    }
    let places = if tiled { (324, 325) } else { (273, 279) };
    let mut tags: Vec<(u16, Vec<u32>)> = tags.iter().map(|(t, v)| (*t, v.to_vec())).collect();
    tags.extend([(places.0, offsets), (places.1, lengths)]);
    tags.sort();
    let mut far = Vec::new();
    let directory = 8 + data.len().next_multiple_of(2);
    let behind = directory + 2 + tags.len() * 12 + 4;
    let mut entries = (tags.len() as u16).to_le_bytes().to_vec();
    for (tag, values) in &tags {
        entries.extend(tag.to_le_bytes());
        entries.extend(4_u16.to_le_bytes());
        entries.extend((values.len() as u32).to_le_bytes());
        let place = match values[..] {
            [value] => value,
            _ => {
                let place = (behind + far.len()) as u32;
                far.extend(values.iter().flat_map(|v| v.to_le_bytes()));
                place
            }
        };
        entries.extend(place.to_le_bytes());
    }
    let mut out = b"II\x2A\0".to_vec();
    out.extend((directory as u32).to_le_bytes());
    out.extend(&data);
    out.resize(directory, 0);
    out.extend(entries);
    out.extend([0; 4]);
    out.extend(far);
    out
}

/// Numbers of so many bits, the first in the highest bits, each row in whole bytes.
fn packed(numbers: &[u32], bits: u32, row: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for row in numbers.chunks(row) {
        let all: Vec<u8> =
            row.iter().flat_map(|n| (0..bits).rev().map(move |bit| (n >> bit & 1) as u8)).collect();
        out.extend(all.chunks(8).map(|byte| {
            let byte: Vec<u8> = byte.iter().copied().chain([0; 7]).take(8).collect();
            byte.iter().fold(0, |sum, bit| sum << 1 | bit)
        }));
    }
    out
}

fn lzw(bytes: &[u8]) -> Vec<u8> {
    weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8).encode(bytes).unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn pack_bits(bytes: &[u8]) -> Vec<u8> {
    bytes.chunks(128).flat_map(|run| [&[run.len() as u8 - 1], run].concat()).collect()
}

/// All samples of a frame with 16 bits, those of 8 as they are.
fn samples(decoded: &Decoded) -> Vec<u16> {
    match &decoded.frame.pixels {
        Pixels::Gray16(p) => p.as_raw().clone(),
        Pixels::Rgb16(p) => p.as_raw().clone(),
        _ => bytes_of(&decoded.frame).iter().map(|&v| u16::from(v)).collect(),
    }
}

#[test]
fn the_order_of_bits_counts_in_every_compression() {
    let frame = rgb8(Size::new(23, 9));
    let plain = bytes_of(&frame).to_vec();
    for (number, chunk) in
        [(1, plain.clone()), (5, lzw(&plain)), (8, deflate(&plain)), (32_773, pack_bits(&plain))]
    {
        for order in [1, 2] {
            let turn = |byte: u8| if order == 2 { byte.reverse_bits() } else { byte };
            let chunk = chunk.iter().map(|&byte| turn(byte)).collect();
            let tags: [(u16, &[u32]); 7] = [
                (256, &[23]),
                (257, &[9]),
                (258, &[8, 8, 8]),
                (259, &[number]),
                (262, &[2]),
                (266, &[order]),
                (277, &[3]),
            ];
            assert_eq!(open(&tiff(&tags, &[chunk])).unwrap().frame, frame, "{number}, {order}");
        }
    }
}

#[test]
fn tiles_reach_over_the_edge_in_any_compression_and_layout() {
    let frame = rgb8(Size::new(21, 18));
    // Of the pixels of a 16×16 tile at `x`, `y`; zero beyond the edge.
    let sample = |x: usize, y: usize, channel: usize| {
        let inside = x < 21 && y < 18;
        if inside { bytes_of(&frame)[(y * 21 + x) * 3 + channel] } else { 0 }
    };
    let places = [(0, 0), (16, 0), (0, 16), (16, 16)];
    let pixels = |(left, top): (usize, usize)| {
        (0..256).map(move |i| (left + i % 16, top + i / 16)).collect::<Vec<_>>()
    };
    for (number, pack) in [(1, <[u8]>::to_vec as fn(&[u8]) -> Vec<u8>), (5, lzw), (8, deflate)] {
        let together = places.map(|place| {
            let all = pixels(place).into_iter();
            pack(&all.flat_map(|(x, y)| [0, 1, 2].map(|c| sample(x, y, c))).collect::<Vec<u8>>())
        });
        let apart = [0, 1, 2].map(|channel| {
            places.map(|place| {
                let all = pixels(place).into_iter();
                pack(&all.map(|(x, y)| sample(x, y, channel)).collect::<Vec<u8>>())
            })
        });
        for (layout, chunks) in [(1, together.to_vec()), (2, apart.concat())] {
            let tags: [(u16, &[u32]); 9] = [
                (256, &[21]),
                (257, &[18]),
                (258, &[8, 8, 8]),
                (259, &[number]),
                (262, &[2]),
                (277, &[3]),
                (284, &[layout]),
                (322, &[16]),
                (323, &[16]),
            ];
            assert_eq!(open(&tiff(&tags, &chunks)).unwrap().frame, frame, "{number}, {layout}");
        }
    }
}

#[test]
fn samples_have_one_to_sixteen_bits() {
    for bits in 1..=16_u32 {
        let most = (1 << bits) - 1;
        let numbers: Vec<u32> = (0..33).map(|i| i * most / 32).collect();
        let chunk = match bits {
            // Numbers of 16 bits have the file's order of bytes.
            16 => numbers.iter().flat_map(|&n| (n as u16).to_le_bytes()).collect(),
            _ => packed(&numbers, bits, 11),
        };
        for photometric in [0, 1] {
            let tags: [(u16, &[u32]); 4] =
                [(256, &[11]), (257, &[3]), (258, &[bits]), (262, &[photometric])];
            let decoded = open(&tiff(&tags, std::slice::from_ref(&chunk))).unwrap();
            let full = if bits > 8 { 65_535 } else { 255 };
            let right = |&number: &u32| {
                let level = (f64::from(number) * f64::from(full) / f64::from(most)).round() as u16;
                if photometric == 0 { full as u16 - level } else { level }
            };
            let right: Vec<u16> = numbers.iter().map(right).collect();
            assert_eq!(samples(&decoded), right, "{bits} bits, {photometric}");
        }
    }
    // Colour, all together and in planes.
    let numbers: Vec<u32> = (0..36).map(|i| i * 113).collect();
    let apart = [0, 1, 2].map(|channel| {
        let plane: Vec<u32> = numbers.iter().copied().skip(channel).step_by(3).collect();
        packed(&plane, 12, 4)
    });
    for (layout, chunks) in [(1, vec![packed(&numbers, 12, 12)]), (2, apart.to_vec())] {
        let tags: [(u16, &[u32]); 6] = [
            (256, &[4]),
            (257, &[3]),
            (258, &[12, 12, 12]),
            (262, &[2]),
            (277, &[3]),
            (284, &[layout]),
        ];
        let right = numbers.iter().map(|&n| (f64::from(n) * 65_535.0 / 4095.0).round() as u16);
        assert_eq!(samples(&open(&tiff(&tags, &chunks)).unwrap()), right.collect::<Vec<_>>());
    }
}

#[test]
fn inks_have_eight_or_sixteen_bits() {
    // Cyan, half a black, paper.
    let inks = [65_535, 0, 0, 0, 0, 0, 0, 32_768, 0, 0, 0, 0_u16];
    let sixteen = inks.iter().flat_map(|v| v.to_le_bytes()).collect();
    let eight = inks.iter().map(|v| (v >> 8) as u8).collect();
    for (bits, chunk, half) in [(16, sixteen, 32_767), (8, eight, 127)] {
        let full = half * 2 + 1;
        let tags: [(u16, &[u32]); 5] =
            [(256, &[3]), (257, &[1]), (258, &[bits; 4]), (262, &[5]), (277, &[4])];
        let decoded = open(&tiff(&tags, &[chunk])).unwrap();
        let right = [0, full, full, half, half, half, full, full, full];
        assert_eq!(samples(&decoded), right, "{bits}");
    }
}

#[test]
fn colour_may_be_shared_by_pixels() {
    // Two units: grey and a light red; levels of luma in each pixel.
    let at = |x: usize, y: usize| 60 + 10 * x as u8 + 40 * y as u8;
    for (across, down) in [(2, 2), (2, 1), (4, 1), (1, 1)] {
        let (width, height) = (2 * across, down);
        let mut chunk = Vec::new();
        for unit in 0..2 {
            for y in 0..down {
                chunk.extend((0..across).map(|x| at(unit * across + x, y)));
            }
            chunk.extend([[128, 128], [128, 158]][unit]);
        }
        let (w, h) = (width as u32, height as u32);
        let tags: [(u16, &[u32]); 6] = [
            (256, &[w]),
            (257, &[h]),
            (258, &[8, 8, 8]),
            (262, &[6]),
            (277, &[3]),
            (530, &[across as u32, down as u32]),
        ];
        let decoded = open(&tiff(&tags, &[chunk])).unwrap();
        for (i, pixel) in bytes_of(&decoded.frame).chunks(3).enumerate() {
            let y = f32::from(at(i % width, i / width));
            let red = if i % width < across { 0.0 } else { 30.0 };
            let right = [y + 1.402 * red, y - 0.714_14 * red, y];
            for (is, right) in pixel.iter().zip(right) {
                assert!((f32::from(*is) - right).abs() < 1.0, "{across}x{down}: {is} for {right}");
            }
        }
    }
}

#[test]
fn a_sample_of_no_meaning_is_not_transparency_and_a_multiplied_one_is() {
    for (extra, right, warning) in [
        (0, [100, 50], Warning::PartsLeftOut("extra channels".to_owned())),
        (1, [127, 255], Warning::AlphaFlattened),
        (2, [138, 255], Warning::AlphaFlattened),
    ] {
        let tags: [(u16, &[u32]); 6] =
            [(256, &[2]), (257, &[1]), (258, &[8, 8]), (262, &[1]), (277, &[2]), (338, &[extra])];
        let opacity = if extra == 1 { 228 } else { 192 };
        let decoded = open(&tiff(&tags, &[vec![100, opacity, 50, 0]])).unwrap();
        let is: Vec<u16> = samples(&decoded);
        assert!(is[0].abs_diff(right[0]) <= 1 && is[1].abs_diff(right[1]) <= 1, "{extra}: {is:?}");
        assert_eq!(decoded.warnings, [warning], "{extra}");
    }
}

#[test]
fn a_jpeg_in_a_strip_has_its_tables_elsewhere() {
    let jpeg = file(&rgb8(Size::new(40, 30)), Format::Jpeg);
    let start = jpeg.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    let right = open(&jpeg).unwrap();
    // The tables before the frame's header go into the tag, whose bytes this writes as numbers.
    let tables = [&jpeg[..start], &[0xFF, 0xD9]].concat();
    let numbers: Vec<u32> = tables.iter().map(|&byte| u32::from(byte)).collect();
    let strip = [&[0xFF, 0xD8], &jpeg[start..]].concat();
    let tags: [(u16, &[u32]); 7] = [
        (256, &[40]),
        (257, &[30]),
        (258, &[8, 8, 8]),
        (259, &[7]),
        (262, &[6]),
        (277, &[3]),
        (347, &numbers),
    ];
    let mut bytes = tiff(&tags, &[strip]);
    // Makes the tag's type 'bytes': its numbers become its bytes.
    let entry = bytes.windows(4).position(|w| w == [0x5B, 1, 4, 0]).unwrap();
    bytes[entry + 2] = 7;
    let at = u32::from_le_bytes(bytes[entry + 8..entry + 12].try_into().unwrap()) as usize;
    bytes[at..at + tables.len()].copy_from_slice(&tables);
    assert_eq!(open(&bytes).unwrap().frame, right.frame);
}

#[test]
fn what_is_not_read_is_named_in_few_words() {
    let refused = |tags: &[(u16, &[u32])]| {
        let error = open(&tiff(tags, &[vec![0; 64]])).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        assert!(error.message().len() < 120, "{error}");
        error.message().to_owned()
    };
    let of = |tag: u16, value: &'static [u32]| {
        let mut tags: Vec<(u16, &[u32])> = vec![(256, &[4]), (257, &[4]), (258, &[8]), (262, &[1])];
        tags.retain(|(known, _)| *known != tag);
        tags.push((tag, value));
        refused(&tags)
    };
    assert!(of(259, &[3]).contains("fax group 3"));
    assert!(of(259, &[50_000]).contains("Zstandard"));
    assert!(of(262, &[8]).contains("CIELab"));
    assert!(of(258, &[32]).contains("32 bits"));
    assert!(of(277, &[30_000]).contains("30000 samples"));
    assert!(of(339, &[2]).contains("signed"));
}

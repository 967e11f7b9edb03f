//! Metadata from one format into another, and the ways in which other programs store it.

use longlens::format::{Format, read_blocks};
use longlens::metadata::{Blocks, Fields};

use super::{file, full, only_frame, picture, plain};
use crate::metadata::make::{Exif, Order, Val, dataset, photoshop, resource};
use crate::support::bytes::with_chunks;
use crate::support::exiftool::complaints;
use crate::support::{Bench, occurs, tells};

const FORMATS: [(Format, &str); 4] =
    [(Format::Jpeg, "jpeg"), (Format::Png, "png"), (Format::Tiff, "tiff"), (Format::WebP, "webp")];
const WRITE: [&str; 4] = ["--write-metadata", "yes", "--set", "byline=Pedro Pardo"];

/// What comes out of a file: its bytes, and what the run said.
fn delivered(input: &[u8], format: &str, further: &[&str]) -> (Vec<u8>, String) {
    let bench = Bench::new();
    bench.put("in/a", input);
    let ran = bench.deliver(&[&["--format", format, "-v"], further].concat()).code(0);
    (std::fs::read(only_frame(&bench.path("out")).path()).unwrap(), ran.err)
}

/// A segment of a JPEG.
fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u16 + 2).to_be_bytes();
    [&[0xFF, marker], &length[..], content].concat()
}

/// A JPEG with these segments first.
fn with_segments(segments: &[Vec<u8>]) -> Vec<u8> {
    let mut jpeg = plain();
    jpeg.splice(2..2, segments.concat());
    jpeg
}

/// An EXIF block that says whose picture it is and how it is turned.
fn exif(artist: &'static str, orientation: u16) -> Vec<u8> {
    let entries = vec![(0x0112, Val::Short(orientation)), (0x013B, Val::Ascii(artist))];
    Exif::new(Order::Big, entries, b"").bytes
}

fn byline(bytes: &[u8]) -> Option<String> {
    let (fields, _) = Fields::read(&read_blocks(bytes).unwrap(), "", Default::default());
    fields.get("byline").map(str::to_owned)
}

fn size(bytes: &[u8]) -> String {
    longlens::format::probe(bytes, &Default::default()).unwrap().size.to_string()
}

#[test]
fn exif_gets_and_loses_the_tags_that_differ_between_jpeg_and_tiff() {
    let has = |bytes: &[u8], tag: u16| {
        let block = read_blocks(bytes).unwrap().exif.unwrap();
        occurs(&tag.to_be_bytes(), &block) || occurs(&tag.to_le_bytes(), &block)
    };
    let jpeg = file(&picture(60, 40), Format::Jpeg, &full(Order::Big));
    assert!(has(&jpeg, 0xA002) && !has(&jpeg, 0x9101));
    let (tiff, _) = delivered(&jpeg, "tiff", &[]);
    assert!(!has(&tiff, 0xA002) && has(&tiff, 0x9000) && has(&tiff, 0x829D));
    // Where the format stays, nothing is added.
    assert!(!has(&delivered(&jpeg, "same", &[]).0, 0x9101));
    let (back, _) = delivered(&tiff, "jpeg", &[]);
    for tag in [0xA002, 0xA003, 0x9101, 0xA000, 0x0213, 0x829D] {
        assert!(has(&back, tag), "{tag:04X}");
    }
    let png = file(&picture(60, 40), Format::Png, &Blocks::default());
    let (fresh, _) = delivered(&png, "tiff", &WRITE);
    assert!(has(&fresh, 0x9000) && !has(&fresh, 0x9101));
}

#[test]
fn tiff_is_written_as_every_reader_knows_it() {
    let iim = [dataset(2, 0, &[0, 4]), dataset(2, 90, b"Tumen")].concat();
    let blocks = Blocks { photoshop: Some(resource(0x0404, &iim)), ..Blocks::default() };
    let (tiff, _) = delivered(&file(&picture(60, 40), Format::Jpeg, &blocks), "tiff", &[]);
    let entry = |tag: u16, kind: u16| [tag.to_ne_bytes(), kind.to_ne_bytes()].concat();
    // Compression is LZW; IPTC counts numbers of 32 bits, the last of them filled up.
    assert!(occurs(&[entry(259, 3), vec![1, 0, 0, 0, 5, 0]].concat(), &tiff));
    let count = (iim.len().div_ceil(4) as u32).to_ne_bytes();
    assert!(occurs(&[entry(33_723, 4), count.to_vec()].concat(), &tiff) && iim.len() % 4 != 0);
    let (again, said) = delivered(&tiff, "jpeg", &WRITE);
    let (fields, warnings) = Fields::read(&read_blocks(&again).unwrap(), "", Default::default());
    assert_eq!((fields.get("city"), warnings.len()), (Some("Tumen"), 0), "{said}");
    assert!(!said.contains("warning"), "{said}");
}

#[test]
fn a_digest_that_says_that_iptc_is_newer_says_so_in_a_tiff_too() {
    let iim = [dataset(2, 0, &[0, 4]), dataset(2, 120, b"corrected")].concat();
    let xmp = "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF \
        xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' \
        xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:description><rdf:Alt><rdf:li \
        xml:lang='x-default'>old</rdf:li></rdf:Alt></dc:description></rdf:Description></rdf:RDF>\
        </x:xmpmeta>";
    let filled = [&iim[..], &[0; 3]].concat();
    for (digest, right) in
        [([7; 16], "corrected"), (md5::compute(&iim).0, "old"), (md5::compute(&filled).0, "old")]
    {
        let resources = [resource(0x0404, &filled), resource(0x0425, &digest)].concat();
        let blocks = Blocks {
            photoshop: Some(resources),
            xmp: Some(xmp.as_bytes().to_vec()),
            ..Blocks::default()
        };
        let read = |bytes: &[u8]| {
            let (fields, _) = Fields::read(&read_blocks(bytes).unwrap(), "", Default::default());
            fields.get("description").map(str::to_owned)
        };
        let jpeg = file(&picture(60, 40), Format::Jpeg, &blocks);
        assert_eq!(read(&jpeg).as_deref(), Some(right));
        let (tiff, _) = delivered(&jpeg, "tiff", &[]);
        assert_eq!(read(&tiff).as_deref(), Some(right));
        assert_eq!(read(&delivered(&tiff, "jpeg", &[]).0).as_deref(), Some(right));
    }
}

#[test]
fn png_holds_metadata_in_raw_profiles_and_packed_texts() {
    let png = file(&picture(240, 160), Format::Png, &Blocks::default());
    let hexadecimal = |name: &str, block: &[u8]| {
        let digits: String = block.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("\n{name}\n{:8}\n{digits}\n", block.len()).into_bytes()
    };
    let packed = |keyword: &str, text: &[u8]| {
        use std::io::Write as _;
        let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), Default::default());
        packed.write_all(text).unwrap();
        [keyword.as_bytes(), &[0, 0], &packed.finish().unwrap()].concat()
    };
    let plain = |keyword: &str, text: &[u8]| [keyword.as_bytes(), &[0], text].concat();
    let bare = exif("Ann Lee", 6);
    let named = [b"Exif\0\0", &bare[..]].concat();
    for block in [&bare, &named] {
        for kind in ["exif", "APP1"] {
            let (keyword, text) = (format!("Raw profile type {kind}"), hexadecimal(kind, block));
            for chunk in [(b"zTXt", packed(&keyword, &text)), (b"tEXt", plain(&keyword, &text))] {
                let input = with_chunks(png.clone(), &[(chunk.0, &chunk.1)]);
                for format in ["png", "jpeg"] {
                    let (out, said) = delivered(&input, format, &[]);
                    assert_eq!(byline(&out).as_deref(), Some("Ann Lee"), "{kind} {format}: {said}");
                    assert_eq!(size(&out), "160x240", "turned: {kind} {format}");
                    assert!(!said.contains("warning"), "{said}");
                }
            }
        }
    }
    let iim = [dataset(2, 0, &[0, 4]), dataset(2, 80, b"Bo Kim")].concat();
    for block in [iim.clone(), resource(0x0404, &iim)] {
        let text = packed("Raw profile type iptc", &hexadecimal("iptc", &block));
        let input = with_chunks(png.clone(), &[(b"zTXt", &text)]);
        assert_eq!(byline(&delivered(&input, "png", &[]).0).as_deref(), Some("Bo Kim"));
    }
    let xmp = &full(Order::Big).xmp.unwrap()[..];
    for chunk in [
        (b"zTXt", packed("XML:com.adobe.xmp", xmp)),
        (b"tEXt", plain("XML:com.adobe.xmp", xmp)),
        (b"zTXt", packed("Raw profile type xmp", &hexadecimal("xmp", xmp))),
    ] {
        let input = with_chunks(png.clone(), &[(chunk.0, &chunk.1)]);
        let (out, said) = delivered(&input, "png", &["--privacy", "keep"]);
        let (fields, _) = Fields::read(&read_blocks(&out).unwrap(), "", Default::default());
        assert_eq!(fields.get("city"), Some("Chunggang & more"), "{said}");
    }
    let (_, said) = delivered(&with_chunks(png, &[(b"tEXt", b"Comment\0by hand")]), "png", &[]);
    assert!(tells(&said, &["warning", "PNG", "(Comment)"]), "{said}");
}

#[test]
fn extended_xmp_goes_back_into_the_packet_where_there_is_room() {
    let mask = "m".repeat(70_000);
    let xmp = String::from_utf8(full(Order::Big).xmp.unwrap()).unwrap();
    let xmp = xmp.replace("<!-- a remark -->", &format!("<own:Mask>{mask}</own:Mask>"));
    let blocks = Blocks { xmp: Some(xmp.into_bytes()), ..Blocks::default() };
    let png = file(&picture(60, 40), Format::Png, &blocks);
    let (jpeg, said) = delivered(&png, "jpeg", &[]);
    assert!(occurs(b"http://ns.adobe.com/xmp/extension/\0", &jpeg), "{said}");
    for format in ["png", "tiff", "webp"] {
        let (out, said) = delivered(&jpeg, format, &[]);
        let blocks = read_blocks(&out).unwrap();
        assert!(occurs(mask.as_bytes(), blocks.xmp.as_ref().unwrap()), "{format}: {said}");
        assert!(!said.contains("warning"), "{format}: {said}");
        let (fields, _) = Fields::read(&blocks, "", Default::default());
        assert_eq!(fields.get("city"), Some("Chunggang & more"), "{format}");
    }
}

#[test]
fn where_xmp_and_iptc_differ_in_many_frames_that_is_counted() {
    let bench = Bench::new();
    for number in 0..9 {
        let iim = [
            dataset(2, 90, format!("O'Neil {number}").as_bytes()),
            dataset(2, 101, format!("Country {number}").as_bytes()),
        ];
        let blocks =
            Blocks { photoshop: Some(resource(0x0404, &iim.concat())), ..full(Order::Big) };
        bench.put(format!("in/{number}.jpg"), &file(&picture(60, 40), Format::Jpeg, &blocks));
    }
    let ran = bench.deliver(&[]).code(0);
    let lines: Vec<&str> = ran.err.lines().filter(|line| line.contains("differ")).collect();
    assert_eq!(lines.len(), 4, "{ran:?}");
    // Frames finish in any order; each line has the texts of its own.
    let is_whole = |line: &&str| {
        (0..9).any(|number| {
            line.contains(&format!("in/{number}.jpg"))
                && line.contains(&format!("city 'Chunggang & more' and 'O'Neil {number}'"))
        })
    };
    assert!(lines[..3].iter().all(is_whole), "{ran:?}");
    assert!(tells(lines[3], &["9 frames", "XMP", "IPTC-IIM"]), "{ran:?}");
}

#[test]
fn fields_reads_metadata_in_the_encoding_that_is_named() {
    let bench = Bench::new();
    let iim = dataset(2, 90, b"\xCC\xEE\xF1\xEA\xE2\xE0");
    let blocks = Blocks { photoshop: Some(resource(0x0404, &iim)), ..Blocks::default() };
    bench.put("a.jpg", &file(&picture(60, 40), Format::Jpeg, &blocks));
    let ran = bench.run(&["fields", "a.jpg", "--encoding", "windows-1251"]).code(0);
    assert!(ran.out.contains("Москва") && !ran.out.contains("warning"), "{ran:?}");
    bench.run(&["fields", "a.jpg", "--encoding", "windows-99"]).code(2).says("--encoding");
}

#[test]
fn the_print_resolution_is_kept_in_every_format_and_at_every_privacy_level() {
    // 300 dots per inch, as each of the formats says it.
    let said = |bytes: &[u8], format: &str| {
        let exif = |order: [u8; 8]| occurs(&order, bytes);
        let in_exif = exif([44, 1, 0, 0, 1, 0, 0, 0]) || exif([0, 0, 1, 44, 0, 0, 0, 1]);
        match format {
            // Cameras' files have EXIF instead of JFIF.
            "jpeg" => occurs(b"JFIF\0\x01\x01\x01\x01\x2C\x01\x2C", bytes) || in_exif,
            "png" => {
                let per_metre = 11_811_u32.to_be_bytes();
                occurs(&[&b"pHYs"[..], &per_metre, &per_metre, &[1]].concat(), bytes)
            }
            _ => in_exif,
        }
    };
    let density = || Blocks { density: Some((1, 300, 300)), ..Blocks::default() };
    let in_exif = |blocks: Blocks| {
        let ratio = || Val::Ratio(vec![(300, 1)]);
        let entries = vec![(0x011A, ratio()), (0x011B, ratio()), (0x0128, Val::Short(2))];
        let exif = Some(Exif::new(Order::Big, entries, b"").bytes);
        Blocks { exif, density: None, ..blocks }
    };
    for (input, from) in FORMATS {
        // WebP has no place for it but EXIF.
        let blocks = if input == Format::WebP { in_exif(density()) } else { density() };
        let bytes = file(&picture(60, 40), input, &blocks);
        assert!(said(&bytes, from), "the test's own {from} does not say it");
        for (_, to) in FORMATS {
            for privacy in ["field", "keep", "bare"] {
                for write in [&[][..], &WRITE] {
                    let further = [&["--privacy", privacy], write].concat();
                    let (out, told) = delivered(&bytes, to, &further);
                    assert!(said(&out, to), "{from} to {to}, {privacy}, {write:?}: {told}");
                }
            }
        }
    }
}

#[test]
fn of_several_segments_the_first_that_can_be_read_counts() {
    let named = |block: &[u8]| segment(0xE1, &[b"Exif\0\0", block].concat());
    let (first, second) = (exif("Ann Lee", 6), exif("Bo Kim", 1));
    for (segments, says) in [
        (vec![named(b""), named(&first)], false),
        (vec![named(b"no block at all"), named(&first)], true),
        (vec![named(&first), named(&second)], true),
        (vec![named(&first), named(&first)], true),
    ] {
        let (out, said) = delivered(&with_segments(&segments), "jpeg", &[]);
        assert_eq!(byline(&out).as_deref(), Some("Ann Lee"), "{said}");
        assert_eq!((size(&out), said.contains("EXIF")), ("160x240".to_owned(), says), "{said}");
        assert!(!occurs(b"Bo Kim", &out));
    }
    let xmp = full(Order::Big).xmp.unwrap();
    let named =
        |packet: &[u8]| segment(0xE1, &[b"http://ns.adobe.com/xap/1.0/\0", packet].concat());
    let other =
        String::from_utf8(xmp.clone()).unwrap().replace("Chunggang &amp; more", "Elsewhere");
    for (segments, says) in [
        (vec![named(b""), named(&xmp)], false),
        (vec![named(b"<broken"), named(&xmp)], true),
        (vec![named(&xmp), named(other.as_bytes())], true),
    ] {
        let (out, said) = delivered(&with_segments(&segments), "jpeg", &[]);
        let (fields, _) = Fields::read(&read_blocks(&out).unwrap(), "", Default::default());
        assert_eq!(fields.get("city"), Some("Chunggang & more"), "{said}");
        assert_eq!(said.contains("XMP segments"), says, "{said}");
    }
}

#[test]
fn content_credentials_are_named_in_every_format_and_dropped() {
    // A box as C2PA has it (ISO 19566-5): length, jumb, a description with its label.
    let store = b"\0\0\0\x25jumb\0\0\0\x1Djumdc2pa\0\x11\0\x10\x80\0\0\xAA\0\x38\x9B\x71\x03c2pa\0";
    let lossless = |format| file(&picture(60, 40), format, &Blocks::default());
    let jpeg = with_segments(&[segment(0xEB, &[b"JP\0\x01\0\0\0\x01", &store[..]].concat())]);
    let png = with_chunks(lossless(Format::Png), &[(b"caBX", store)]);
    let webp = {
        let mut bytes = lossless(Format::WebP);
        bytes.extend([&b"C2PA"[..], &(store.len() as u32).to_le_bytes(), store].concat());
        bytes.resize(bytes.len().next_multiple_of(2), 0);
        let length = (bytes.len() as u32 - 8).to_le_bytes();
        bytes[4..8].copy_from_slice(&length);
        bytes
    };
    let tiff = with_tiff_entry(lossless(Format::Tiff), 0xCD41, store);
    for (input, (_, format)) in [jpeg, png, tiff, webp].iter().zip(FORMATS) {
        assert!(occurs(b"c2pa", input));
        let (out, said) = delivered(input, "same", &["--privacy", "keep"]);
        assert!(said.contains("content credentials (C2PA)"), "{format}: {said}");
        assert!(!occurs(b"c2pa", &out), "{format}");
    }
}

/// A TIFF of the machine's own byte order with one entry of bytes more, at the end of its table.
fn with_tiff_entry(mut tiff: Vec<u8>, tag: u16, value: &[u8]) -> Vec<u8> {
    let at = u32::from_ne_bytes(*tiff[4..].first_chunk().unwrap()) as usize;
    let count = u16::from_ne_bytes(*tiff[at..].first_chunk().unwrap());
    let entries = tiff[at + 2..at + 2 + 12 * usize::from(count)].to_vec();
    tiff.resize(tiff.len().next_multiple_of(2), 0);
    let place = (tiff.len() as u32).to_ne_bytes();
    tiff.extend(value);
    tiff.resize(tiff.len().next_multiple_of(2), 0);
    let table = (tiff.len() as u32).to_ne_bytes();
    tiff[4..8].copy_from_slice(&table);
    tiff.extend((count + 1).to_ne_bytes());
    tiff.extend(entries);
    tiff.extend([tag.to_ne_bytes(), 7_u16.to_ne_bytes()].concat());
    tiff.extend([(value.len() as u32).to_ne_bytes(), place].concat());
    tiff.extend([0; 4]);
    tiff
}

#[test]
#[ignore = "needs exiftool"]
fn exiftool_finds_nothing_wrong_with_metadata_made_for_any_format() {
    let all = Blocks { photoshop: Some(photoshop()), ..full(Order::Big) };
    for blocks in [Blocks::default(), all] {
        for (input, from) in FORMATS {
            let bytes = file(&picture(61, 41), input, &blocks);
            for (_, to) in FORMATS {
                let bench = Bench::new();
                let before = bench.put("in/a", &bytes);
                let sets =
                    ["headline=Houses", "keywords=river; border", "date=2024-02-28T14:03:22Z"];
                let sets = sets.iter().flat_map(|set| ["--set", set]);
                let further: Vec<&str> =
                    ["--format", to].into_iter().chain(WRITE).chain(sets).collect();
                bench.deliver(&further).code(0);
                let after = complaints(&only_frame(&bench.path("out")).path());
                let known = if from == to { complaints(&before) } else { Vec::new() };
                let new: Vec<_> = after.iter().filter(|c| !known.contains(c)).collect();
                assert_eq!(new, Vec::<&String>::new(), "{from} to {to}");
            }
        }
    }
}

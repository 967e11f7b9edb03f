//! What a PNG says beside its samples and longlens does not heed: it is named.

use super::{Shoot, file, picture};
use longlens::format::Format;
use longlens::metadata::Blocks;

/// The check sum of a chunk (W3C PNG 3, annex D), bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    let step = |c: u32, _| if c & 1 == 1 { 0xEDB8_8320 ^ (c >> 1) } else { c >> 1 };
    !bytes.iter().fold(u32::MAX, |c, &b| (0..8).fold(c ^ u32::from(b), step))
}

/// A PNG with these chunks behind its header.
fn with_chunks(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut bytes = file(&picture(60, 40), Format::Png, &Blocks::default());
    let mut further = Vec::new();
    for (kind, body) in chunks {
        let summed = [&kind[..], body].concat();
        further.extend((body.len() as u32).to_be_bytes());
        further.extend(&summed);
        further.extend(crc(&summed).to_be_bytes());
    }
    // The signature has 8 bytes, the header 25.
    bytes.splice(33..33, further);
    bytes
}

fn said(chunks: &[(&[u8; 4], &[u8])]) -> String {
    let shoot = Shoot::new();
    shoot.put("in/a.png", &with_chunks(chunks));
    let ran = shoot.develop(&[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.stderr
}

const LINEAR: &[u8] = &100_000_u32.to_be_bytes();
const SRGB: &[u8] = &45_455_u32.to_be_bytes();

#[test]
fn colours_that_are_not_srgb_are_named() {
    let adobe: Vec<u8> = [31_270, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6_000_u32]
        .iter()
        .flat_map(|n| n.to_be_bytes())
        .collect();
    for (kind, body, word) in [
        (b"gAMA", LINEAR, "gAMA"),
        (b"cICP", &[9, 16, 0, 1][..], "cICP"),
        (b"cHRM", &adobe, "cHRM"),
    ] {
        let text = said(&[(kind, body)]);
        assert!(text.contains("the colour profile was dropped") && text.contains(word), "{text}");
    }
    for silent in [
        &[(b"gAMA", SRGB)][..],
        &[(b"cICP", &[1, 13, 0, 1][..])],
        &[(b"sRGB", &[0][..]), (b"gAMA", SRGB)],
    ] {
        assert!(!said(silent).contains("dropped"), "{}", said(silent));
    }
}

#[test]
fn texts_that_are_not_carried_are_named() {
    let long = b"Description\0\0\0en\0\0seen from the river";
    let text = said(&[(b"tEXt", b"Comment\0a remark"), (b"iTXt", long), (b"tEXt", b"Software\0X")]);
    assert!(text.contains("metadata dropped: PNG's texts Comment, Description\n"), "{text}");
    assert!(!said(&[(b"tEXt", b"Software\0X")]).contains("dropped"));
    let many: Vec<Vec<u8>> = (0..30).map(|i| format!("Key {i}\0x").into_bytes()).collect();
    let many: Vec<(&[u8; 4], &[u8])> = many.iter().map(|t| (b"tEXt", &t[..])).collect();
    assert!(said(&many).contains("and 25 more"), "{}", said(&many));
}

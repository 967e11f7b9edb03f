//! What a PNG says beside its samples and longlens does not heed: it is named.

use super::{file, picture};
use crate::support::bytes::with_chunks;
use crate::support::{Bench, tells};
use longlens::format::Format;
use longlens::metadata::Blocks;

fn said(chunks: &[(&[u8; 4], &[u8])]) -> String {
    let bench = Bench::new();
    bench.put(
        "in/a.png",
        &with_chunks(file(&picture(60, 40), Format::Png, &Blocks::default()), chunks),
    );
    let ran = bench.deliver(&[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.err
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
        assert!(tells(&text, &["warning: in/a.png: ", "colour profile", word]), "{text}");
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
    assert!(tells(&text, &["warning: in/a.png: ", "PNG", "(Comment, Description)"]), "{text}");
    assert!(!said(&[(b"tEXt", b"Software\0X")]).contains("dropped"));
    let many: Vec<Vec<u8>> = (0..30).map(|i| format!("Key {i}\0x").into_bytes()).collect();
    let many: Vec<(&[u8; 4], &[u8])> = many.iter().map(|t| (b"tEXt", &t[..])).collect();
    assert!(said(&many).contains("and 25 more"), "{}", said(&many));
}

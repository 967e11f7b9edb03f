//! Fields written into all three blocks, and read again as they were.

use longlens::metadata::{Blocks, Fields, Origin, Privacy, verify};
use proptest::prelude::*;

use super::make::{self, Order};
use super::{blocks, carry, carry_with, fields, policy, writing};
use crate::support::occurs;

/// Texts that break writers: quotes, braces, mark-up, entities, right-to-left, beyond 16 bits.
const ODD: &str = "“Rows” {of} 'uniform' <houses> & ]]> &amp; {{ city }} – 중강 \u{202E}🦅";

#[test]
fn odd_texts_survive_in_every_block_by_itself() {
    let before = blocks(Order::Little);
    let mut fields = fields(&before);
    for name in ["headline", "description", "copyright"] {
        fields.set(name, ODD, Origin::Set);
    }
    fields.set("byline", "{Kim} “<&>” 🦅", Origin::Set);
    let after = carry_with(&before, &writing(Privacy::Field), &fields).blocks;
    let alone = [
        Blocks { exif: after.exif.clone(), ..Blocks::default() },
        Blocks { photoshop: after.photoshop.clone(), ..Blocks::default() },
        Blocks { xmp: after.xmp.clone(), ..Blocks::default() },
    ];
    for (block, names) in alone.iter().zip([1, 0, 0]) {
        let (read, warnings) = Fields::read(block, "", Default::default());
        assert_eq!(warnings, []);
        for name in ["headline", "description", "byline", "copyright"].iter().skip(names) {
            assert_eq!(read.get(name), fields.get(name), "{name}");
        }
    }
}

#[test]
fn files_without_blocks_get_them() {
    let mut fields = Fields::default();
    fields.set("description", ODD, Origin::Csv);
    fields.set("keywords", "river, border; houses", Origin::Csv);
    fields.set("date", "2024-02-28", Origin::Csv);
    fields.set("time", "14:03:22", Origin::Csv);
    let carried = carry_with(&Blocks::default(), &writing(Privacy::Field), &fields);
    verify(&carried.blocks, &make::jpeg(&carried.blocks), &carried).unwrap();
    assert!(carried.blocks.exif.is_some() && carried.blocks.photoshop.is_some());
    let read = super::fields(&carried.blocks);
    for name in ["description", "date", "time"] {
        assert_eq!(read.get(name), fields.get(name), "{name}");
    }
    assert_eq!(read.get("keywords"), Some("river, border, houses"));
}

#[test]
fn what_a_block_says_already_is_not_written_again() {
    let before = blocks(Order::Big);
    let first = carry_with(&before, &writing(Privacy::Field), &fields(&before)).blocks;
    let again = carry_with(&first, &writing(Privacy::Field), &fields(&first)).blocks;
    assert_eq!((&again.xmp, &again.photoshop), (&first.xmp, &first.photoshop));
    assert_eq!(again.exif, first.exif);
}

#[test]
fn a_changed_iptc_block_gets_its_own_digest_and_keeps_the_rest() {
    let before = blocks(Order::Big);
    let mut fields = fields(&before);
    fields.set("city", "Linjiang", Origin::Set);
    let after = carry_with(&before, &writing(Privacy::Keep), &fields).blocks.photoshop.unwrap();
    let iim = Blocks { photoshop: Some(after.clone()), ..Blocks::default() };
    assert_eq!(super::fields(&iim).get("city"), Some("Linjiang"));
    let at = after.windows(6).position(|w| w == b"8BIM\x04\x25").unwrap() + 12;
    let block = after.windows(6).position(|w| w == b"8BIM\x04\x04").unwrap() + 8;
    let length = u32::from_be_bytes(*after[block..].first_chunk().unwrap()) as usize;
    let digest = md5::compute(&after[block + 4..block + 4 + length]).0;
    assert_eq!(after[at..at + 16], digest, "the digest is that of the new block");
    assert!(after.starts_with(&make::resource(0x03ED, &[0, 72, 0, 0, 0, 1, 0, 1])));
    assert!(occurs(&make::dataset(2, 90, b"Linjiang"), &after));
    assert!(occurs(&make::dataset(2, 101, b"North Korea"), &after));
}

#[test]
fn sidecars_overrule_the_file_and_bad_ones_change_nothing() {
    let mut fields = fields(&blocks(Order::Big));
    fields.add_sidecar(make::XMP.replace("Houses", "Other houses").as_bytes()).unwrap();
    assert_eq!(fields.get("description"), Some("Other houses"));
    assert_eq!(fields.value("description").unwrap().origin, Origin::Sidecar);
    let before = fields.clone();
    let bomb = "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>";
    for bad in [bomb, "<a", "<a></b>", "<a b=c/>", "\u{0}\u{1}", "<a>&unknown;</a>"] {
        assert!(fields.add_sidecar(bad.as_bytes()).is_err(), "{bad}");
        assert_eq!(fields, before);
    }
}

/// A text in UTF-16 and UTF-32, both orders of bytes, with and without the mark before it.
fn wide(text: &str) -> Vec<Vec<u8>> {
    let marked = format!("\u{FEFF}{text}");
    let mut all = Vec::new();
    for text in [text, &marked] {
        all.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
        all.push(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
        all.push(text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect());
        all.push(text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect());
    }
    all
}

#[test]
fn xmp_in_utf_16_and_utf_32_says_what_it_says_in_utf_8() {
    let text = make::XMP.replace("Houses", "Häuser 중강 \u{1F3D4}");
    let plain = Blocks { xmp: Some(text.clone().into_bytes()), ..blocks(Order::Big) };
    let privately = |blocks: &Blocks| carry(blocks, &policy(Privacy::Field));
    let expected = privately(&plain);
    assert_eq!(fields(&plain).get("description"), Some("Häuser 중강 \u{1F3D4}"));
    for packet in wide(&text) {
        let blocks = Blocks { xmp: Some(packet), ..plain.clone() };
        assert_eq!(fields(&blocks), fields(&plain));
        let carried = privately(&blocks);
        assert_eq!(carried.warnings, expected.warnings);
        assert_eq!(carried.removed, expected.removed);
        assert_eq!(carried.blocks, expected.blocks);
    }
    // A sidecar's declaration names the encoding that it has no more.
    let declared = format!("<?xml version=\"1.0\" encoding=\"UTF-16\"?>{text}");
    for packet in wide(&declared) {
        let mut fields = Fields::default();
        fields.add_sidecar(&packet).unwrap();
        assert_eq!(fields.get("description"), Some("Häuser 중강 \u{1F3D4}"));
        let blocks = Blocks { xmp: Some(packet), ..plain.clone() };
        assert_eq!(privately(&blocks).blocks, expected.blocks);
    }
}

#[test]
fn half_a_character_in_utf_16_is_said_and_the_packet_left_out() {
    for bad in [&b"<\0\0\xD8<\0"[..], b"\xFF\xFE<\0x", b"<\0\0\0\0\xD8\0\0", b"\xFE\xFF"] {
        let blocks = Blocks { xmp: Some(bad.to_vec()), ..Blocks::default() };
        let carried = carry(&blocks, &policy(Privacy::Field));
        assert_eq!(carried.blocks.xmp, None, "{bad:?}");
        assert_eq!(carried.warnings.len(), 1, "{bad:?}");
    }
}

#[test]
fn policies_that_do_not_write_leave_the_fields_alone() {
    let before = blocks(Order::Big);
    let mut changed = fields(&before);
    changed.set("city", "Nowhere", Origin::Set);
    let after = carry_with(&before, &policy(Privacy::Keep), &changed).blocks;
    assert_eq!(fields(&after).get("city"), Some("Chunggang & more"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_text_survives(text in "\\PC{1,60}", control in any::<char>()) {
        let text = format!("a{text}{control}z");
        let mut fields = Fields::default();
        fields.set("description", text.clone(), Origin::Set);
        let carried = carry_with(&Blocks::default(), &writing(Privacy::Keep), &fields);
        let iptc = Blocks { photoshop: carried.blocks.photoshop.clone(), ..Blocks::default() };
        let read = super::fields(&iptc);
        prop_assert_eq!(read.get("description"), Some(text.as_str()));
        let xmp = Blocks { xmp: carried.blocks.xmp.clone(), ..Blocks::default() };
        let plain = |c: &char| !c.is_control() && !matches!(c, '\u{FFFE}' | '\u{FFFF}');
        let read = super::fields(&xmp);
        let read = read.get("description").unwrap();
        let (read, text): (String, String) =
            (read.chars().filter(plain).collect(), text.chars().filter(plain).collect());
        prop_assert_eq!(read, text);
    }
}

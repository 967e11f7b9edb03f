//! What is longer than a block can be.

use longlens::metadata::{Blocks, Encoding, Fields, Policy, Privacy};

use super::kinds::{WHOLE, carried, each, iptc, packet, read, writing, xmp};
use super::make::{Exif, Order, Val, dataset, resource};
use crate::support::occurs as stands;

#[test]
fn long_xmp_loses_its_padding_first_and_then_moves_into_extended_xmp() {
    let padded = |count: usize| {
        let text = String::from_utf8(packet("photoshop:City='Tumen'", "")).unwrap();
        text.replace("<?xpacket end", &format!("{}<?xpacket end", " ".repeat(count))).into_bytes()
    };
    let before = Blocks { xmp: Some(padded(64_700)), ..Blocks::default() };
    let set = [("description", "x".repeat(1500))];
    let set: Vec<(&str, &str)> = set.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let after = carried(&before, &writing(Privacy::Field), &set, WHOLE);
    assert!(after.blocks.xmp.as_ref().unwrap().len() < 5000 && after.blocks.xmp_extended.is_none());
    assert_eq!(after.warnings, []);
    let mask = format!("<photoshop:Mask>{}</photoshop:Mask>", "m".repeat(70_000));
    let before = Blocks { xmp: Some(packet("photoshop:City='Tumen'", &mask)), ..Blocks::default() };
    let after = carried(&before, &writing(Privacy::Field), &set, WHOLE);
    assert!(after.blocks.xmp.as_ref().unwrap().len() <= 65_504);
    assert!(stands(b"mmmm", after.blocks.xmp_extended.as_ref().unwrap()));
    assert_eq!(after.warnings, []);
    let fields = read(&Blocks { xmp: after.blocks.xmp.clone(), ..Blocks::default() }).0;
    assert_eq!(
        (fields.get("city"), fields.get("description")),
        (Some("Tumen"), Some(&*"x".repeat(1500)))
    );
    // Read as JPEG has it, and changed again: still one whole.
    let again = carried(&after.blocks, &writing(Privacy::Field), &[("city", "Chunggang")], WHOLE);
    assert!(stands(b"mmmm", again.blocks.xmp_extended.as_ref().unwrap()));
    assert_eq!(read(&again.blocks).0.get("city"), Some("Chunggang"));
    // With a mask more, the packet has to be split again: neither mask is lost.
    let masked = xmp(&after).replace(
        "</rdf:RDF>",
        &format!(
            "<rdf:Description rdf:about='' xmlns:own='urn:own'><own:Further>{}</own:Further>\
             </rdf:Description></rdf:RDF>",
            "f".repeat(64_000)
        ),
    );
    let full = Blocks { xmp: Some(masked.into_bytes()), ..after.blocks.clone() };
    let again = carried(&full, &writing(Privacy::Field), &[("city", "Chunggang")], WHOLE);
    assert!(again.blocks.xmp.as_ref().unwrap().len() <= 65_504);
    let extended = again.blocks.xmp_extended.as_ref().unwrap();
    assert!(stands(b"mmmm", extended) && stands(b"ffff", extended));
    assert_eq!((again.warnings.len(), read(&again.blocks).0.get("city")), (0, Some("Chunggang")));
}

#[test]
fn full_exif_leaves_out_what_was_added() {
    let note = vec![0x55; 65_300];
    let exif =
        vec![(0x010F, Val::Ascii("Canon")), (0x8769, Val::Table(vec![(0xA300, Val::Bytes(note))]))];
    let before =
        Blocks { exif: Some(Exif::new(Order::Little, exif, b"").bytes), ..Blocks::default() };
    let long = "Rows of uniform houses ".repeat(20);
    let after = carried(&before, &writing(Privacy::Field), &[("description", &long)], WHOLE);
    assert!(after.blocks.exif.as_ref().unwrap().len() <= 65_527);
    assert_eq!(after.warnings.len(), 1);
    assert_eq!(each(&after.blocks, "description")[1].as_deref(), Some(long.trim_end()));
}

#[test]
fn new_exif_leaves_out_the_longest_text_alone() {
    let long = "Rows of uniform houses ".repeat(3000);
    let set = [("description", long.as_str()), ("byline", "Ann Lee")];
    let after = carried(&Blocks::default(), &writing(Privacy::Field), &set, WHOLE);
    assert!(after.blocks.exif.as_ref().unwrap().len() <= 65_527);
    let said: Vec<String> = after.warnings.iter().map(ToString::to_string).collect();
    assert!(said.iter().any(|said| said.starts_with("EXIF is full")), "{said:?}");
    assert_eq!(each(&after.blocks, "description")[0], None);
    assert!(stands(long.trim_end().as_bytes(), after.blocks.xmp_extended.as_ref().unwrap()));
    assert_eq!(each(&after.blocks, "byline")[0].as_deref(), Some("Ann Lee"));
}

#[test]
fn a_text_in_another_encoding_is_cut_between_characters() {
    let encoding: Encoding = "shift_jis".parse().unwrap();
    let before = iptc(&[(90, b"\x93\x8C\x8B\x9E")]);
    let before = Blocks { photoshop: Some(resource(0x0404, &before)), ..Blocks::default() };
    // One byte and then two each: 256 bytes, the limit of a headline, would end within one.
    let headline = format!("A{}", "山".repeat(200));
    let policy = Policy { encoding, ..writing(Privacy::Field) };
    let after = carried(&before, &policy, &[("city", "東京"), ("headline", &headline)], WHOLE);
    assert_eq!(after.warnings.len(), 1, "{:?}", after.warnings);
    let photoshop = after.blocks.photoshop.clone().unwrap();
    assert!(stands(&dataset(2, 90, b"\x93\x8C\x8B\x9E"), &photoshop), "the rest keeps its bytes");
    let alone = Blocks { photoshop: Some(photoshop), ..Blocks::default() };
    let (fields, _) = Fields::read(&alone, "", encoding);
    assert_eq!(fields.get("headline"), Some(&*format!("A{}", "山".repeat(127))));
    // 132 characters of two bytes fit as they are, though UTF-8 has more bytes than the limit.
    let fits = "山".repeat(120);
    let after = carried(&before, &policy, &[("city", "東京"), ("headline", &fits)], WHOLE);
    assert_eq!(after.warnings, []);
}

//! Kinds of metadata that other programs get wrong: which source counts, encodings, aliases.

use longlens::frame::{Orientation, Rect, Size};
use longlens::metadata::{
    Blocks, Carried, Change, Encoding, ExifTags, Fields, Iptc, Origin, Picture, Policy, Privacy,
    Profile, Removed, WriteMetadata, carry_over,
};

use super::make::{Exif, Order, Val, dataset, resource};
use crate::support::bytes::occurs as stands;

const NS: &str = r#"xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/"
 xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
 xmlns:digiKam="http://www.digikam.org/ns/1.0/" xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
 xmlns:dcterms="http://purl.org/dc/terms/" xmlns:OpCamera="http://ns.oplus.com/photos/1.0/camera/"
 xmlns:MiCamera="http://ns.xiaomi.com/photos/1.0/camera/"
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
 xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#"
 xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#""#;

/// A packet with these attributes and elements.
pub(super) fn packet(attributes: &str, elements: &str) -> Vec<u8> {
    let rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
    format!(
        "<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>\
         <rdf:RDF xmlns:rdf='{rdf}'><rdf:Description rdf:about='' {NS} {attributes}>{elements}\
         </rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
    )
    .into_bytes()
}

pub(super) fn bag(items: &[&str]) -> String {
    let items: String = items.iter().map(|item| format!("<rdf:li>{item}</rdf:li>")).collect();
    format!("<rdf:Bag>{items}</rdf:Bag>")
}

pub(super) fn iptc(datasets: &[(u8, &[u8])]) -> Vec<u8> {
    let all: Vec<u8> =
        datasets.iter().flat_map(|(number, text)| dataset(2, *number, text)).collect();
    [dataset(2, 0, &[0, 4]), all].concat()
}

pub(super) fn read(blocks: &Blocks) -> (Fields, Vec<String>) {
    let (fields, warnings) = Fields::read(blocks, "a.jpg", Encoding::default());
    (fields, warnings.iter().map(ToString::to_string).collect())
}

pub(super) fn writing(privacy: Privacy) -> Policy {
    Policy { privacy, write_metadata: WriteMetadata::Yes, ..Policy::default() }
}

/// What is carried of a picture of 400 by 300 of which `kept` is kept.
pub(super) fn carried(
    blocks: &Blocks,
    policy: &Policy,
    set: &[(&str, &str)],
    kept: Rect,
) -> Carried {
    let mut fields = read(blocks).0;
    for (name, text) in set {
        fields.set(name, *text, Origin::Set);
    }
    let picture =
        Picture { original: Size::new(400, 300), turned: Orientation::Upright, tilted: None, kept };
    let change = Change {
        size: Size::new(kept.width, kept.height),
        fields: &fields,
        iptc: Iptc::Kept,
        segment_bytes: Some(65_533),
        picture: Some(picture),
        exif_tags: ExifTags::OfCompressed,
        reformatted: false,
    };
    carry_over(blocks.clone(), policy, &change).unwrap()
}

pub(super) const WHOLE: Rect = Rect { x: 0, y: 0, width: 400, height: 300 };

pub(super) fn xmp(carried: &Carried) -> String {
    String::from_utf8(carried.blocks.xmp.clone().unwrap()).unwrap()
}

/// What each block says by itself.
pub(super) fn each(blocks: &Blocks, field: &str) -> [Option<String>; 3] {
    let alone = [
        Blocks { exif: blocks.exif.clone(), ..Blocks::default() },
        Blocks { photoshop: blocks.photoshop.clone(), ..Blocks::default() },
        Blocks { xmp: blocks.xmp.clone(), ..Blocks::default() },
    ];
    alone.map(|block| read(&block).0.get(field).map(str::to_owned))
}

#[test]
fn the_digest_says_whether_iptc_is_newer_than_xmp() {
    let block = iptc(&[(120, b"CORRECTED caption"), (90, b"Tumen")]);
    let xmp = Some(packet(
        "photoshop:City='Tumen'",
        "<dc:description><rdf:Alt><rdf:li \
        xml:lang='x-default'>Old caption</rdf:li></rdf:Alt></dc:description>",
    ));
    let with = |digest: Option<[u8; 16]>| {
        let digest = digest.map(|digest| resource(0x0425, &digest)).unwrap_or_default();
        let photoshop = Some([resource(0x0404, &block), digest].concat());
        Blocks { photoshop, xmp: xmp.clone(), ..Blocks::default() }
    };
    let caption = |blocks: &Blocks| read(blocks).0.get("description").map(str::to_owned);
    let changed = with(Some([7; 16]));
    assert_eq!(caption(&changed).as_deref(), Some("CORRECTED caption"));
    assert_eq!(read(&changed).1, Vec::<String>::new());
    let known = with(Some(md5::compute(&block).0));
    assert_eq!(caption(&known).as_deref(), Some("Old caption"));
    assert_eq!(read(&known).1, Vec::<String>::new());
    for unknown in [with(None), with(Some([0; 16]))] {
        assert_eq!(caption(&unknown).as_deref(), Some("Old caption"));
        let said = read(&unknown).1.join("\n");
        assert!(said.contains("description 'Old caption' and 'CORRECTED caption'"), "{said}");
        assert!(!said.contains("Tumen"), "{said}");
    }
    let after = carried(&changed, &writing(Privacy::Field), &[], WHOLE).blocks;
    assert_eq!(each(&after, "description"), [(); 3].map(|()| Some("CORRECTED caption".to_owned())));
}

#[test]
fn texts_in_windows_1252_and_other_encodings_are_read_and_keep_their_bytes() {
    let block = iptc(&[(90, b"Z\xFCrich"), (120, b"\x93Houses\x94 \x96 5 \x80")]);
    let blocks = Blocks { photoshop: Some(resource(0x0404, &block)), ..Blocks::default() };
    let (fields, said) = read(&blocks);
    assert_eq!(fields.get("description"), Some("“Houses” – 5 €"));
    assert!(said.len() == 1 && said[0].contains("windows-1252") && said[0].contains("--encoding"));
    let after = carried(&blocks, &writing(Privacy::Field), &[("byline", "Zoë")], WHOLE).blocks;
    assert!(stands(&dataset(2, 90, b"Z\xFCrich"), after.photoshop.as_ref().unwrap()));
    assert_eq!(read(&after).0.get("byline"), Some("Zoë"));
    let cyrillic = Blocks {
        photoshop: Some(resource(0x0404, &iptc(&[(90, b"\xCC\xEE\xF1\xEA\xE2\xE0")]))),
        ..Blocks::default()
    };
    let (fields, said) = Fields::read(&cyrillic, "", "windows-1251".parse().unwrap());
    assert_eq!((fields.get("city"), said.len()), (Some("Москва"), 0));
    let mut stray = packet("photoshop:City='Zurich'", "");
    let at = stray.windows(6).position(|w| w == b"Zurich").unwrap() + 1;
    stray[at] = 0xFC;
    let stray = Blocks { xmp: Some(stray), ..Blocks::default() };
    assert_eq!(read(&stray).0.get("city"), Some("Zürich"));
    assert_eq!(read(&stray).1.len(), 1);
    let after = carried(&stray, &writing(Privacy::Field), &[], WHOLE);
    assert!(xmp(&after).contains("Zürich"));
}

#[test]
fn lists_stay_lists_from_block_to_block() {
    let keywords = ["Washington, D.C.", "river"];
    let elements = format!(
        "<dc:subject>{}</dc:subject><dc:creator><rdf:Seq><rdf:li>Ann Lee</rdf:li><rdf:li>Bo \
         Kim</rdf:li></rdf:Seq></dc:creator>",
        bag(&keywords)
    );
    let before = Blocks { xmp: Some(packet("", &elements)), ..Blocks::default() };
    let after = carried(&before, &writing(Privacy::Field), &[], WHOLE).blocks;
    let photoshop = after.photoshop.clone().unwrap();
    for keyword in keywords {
        assert!(stands(&dataset(2, 25, keyword.as_bytes()), &photoshop), "{keyword}");
    }
    assert!(stands(&dataset(2, 80, b"Bo Kim"), &photoshop));
    assert!(stands(b"Ann Lee; Bo Kim\0", after.exif.as_ref().unwrap()));
    let exif = Blocks { exif: after.exif, ..Blocks::default() };
    assert_eq!(read(&exif).0.list("byline"), ["Ann Lee", "Bo Kim"]);
    let back = carried(&exif, &writing(Privacy::Field), &[], WHOLE);
    assert!(xmp(&back).contains("<rdf:li>Ann Lee</rdf:li><rdf:li>Bo Kim</rdf:li>"));
}

/// A text as Windows writes it into EXIF.
fn wide(text: &str) -> Val {
    Val::Byte(text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect())
}

#[test]
fn a_field_that_is_replaced_or_taken_away_goes_from_all_its_homes() {
    let picture = vec![
        (0x010E, Val::Ascii("Old words")),
        (0x8769, Val::Table(vec![(0x9286, Val::Bytes(b"ASCII\0\0\0Old words".to_vec()))])),
        (0x9C9B, wide("Old title")),
        (0x9C9C, wide("Old words")),
        (0x9C9D, wide("Old Author")),
        (0x9C9E, wide("old;keys")),
    ];
    let elements = format!(
        "<lr:hierarchicalSubject>{}</lr:hierarchicalSubject><digiKam:TagsList>{}</digiKam:TagsList>",
        bag(&["a|old"]),
        bag(&["a/old"])
    );
    let attributes =
        "tiff:Artist='Old Author' tiff:ImageDescription='Old words' photoshop:City='Tumen'";
    let before = Blocks {
        exif: Some(Exif::new(Order::Big, picture, b"").bytes),
        xmp: Some(packet(attributes, &elements)),
        ..Blocks::default()
    };
    for text in ["New", ""] {
        let set = ["title", "description", "byline", "keywords"].map(|name| (name, text));
        let after = carried(&before, &writing(Privacy::Field), &set, WHOLE);
        assert!(after.removed.contains(&Removed::Copies), "{text:?}");
        let after = after.blocks;
        let exif = after.exif.as_ref().unwrap();
        let old: Vec<u8> = "Old".encode_utf16().flat_map(u16::to_be_bytes).skip(1).collect();
        for left in [&b"Old"[..], b"old", &old] {
            assert!(!stands(left, exif) && !stands(left, after.xmp.as_ref().unwrap()), "{text:?}");
        }
        assert!(stands(b"Tumen", after.xmp.as_ref().unwrap()));
    }
    // Where nobody gave the field, everything stays.
    let after = carried(&before, &writing(Privacy::Keep), &[("city", "Tumen")], WHOLE).blocks;
    assert!(stands(b"hierarchicalSubject", after.xmp.as_ref().unwrap()));
    assert!(stands(b"ASCII\0\0\0Old words", after.exif.as_ref().unwrap()));
}

#[test]
fn a_cameras_own_text_is_no_description() {
    for text in ["OLYMPUS DIGITAL CAMERA         ", "SONY DSC", "DCIM\\100MEDIA\\DJI_0001.JPG"] {
        let text: &'static str = text;
        let exif = Exif::new(Order::Big, vec![(0x010E, Val::Ascii(text))], b"").bytes;
        let block = iptc(&[(120, text.trim().as_bytes())]);
        let before = Blocks {
            exif: Some(exif),
            photoshop: Some(resource(0x0404, &block)),
            ..Blocks::default()
        };
        assert_eq!(read(&before).0.get("description"), None, "{text}");
        let after = carried(&before, &writing(Privacy::Field), &[("city", "Tumen")], WHOLE);
        assert!(!xmp(&after).contains("description"), "{text}");
        assert!(stands(text.trim().as_bytes(), after.blocks.exif.as_ref().unwrap()), "carried");
    }
}

#[test]
fn what_an_editor_would_do_goes_and_pointers_to_what_is_gone_go() {
    let attributes = "crs:Exposure2012='+1.50' crs:HasCrop='True' OpCamera:VideoLength='500' \
        MiCamera:XMPMeta='x' dcterms:provenance='https://example.org/m' photoshop:City='Tumen'";
    let before = Blocks { xmp: Some(packet(attributes, "")), ..Blocks::default() };
    for privacy in [Privacy::Field, Privacy::Keep] {
        let after = carried(&before, &Policy { privacy, ..Policy::default() }, &[], WHOLE);
        let text = xmp(&after);
        for gone in ["crs:Exposure", "crs:HasCrop", "VideoLength", "XMPMeta", "provenance="] {
            assert!(!text.contains(gone), "{gone}");
        }
        assert!(text.contains("Tumen"));
        for removed in
            [Removed::EditorSettings, Removed::FurtherPicture, Removed::ContentCredentials]
        {
            assert!(after.removed.contains(&removed), "{removed}");
        }
    }
}

#[test]
fn a_table_that_loses_its_last_entry_goes_with_its_pointer() {
    let exif = vec![
        (0x010F, Val::Ascii("Canon")),
        (0x8769, Val::Table(vec![(0xA431, Val::Ascii("012345678901"))])),
    ];
    let before =
        Blocks { exif: Some(Exif::new(Order::Little, exif, b"").bytes), ..Blocks::default() };
    let after = carried(&before, &Policy::default(), &[], WHOLE).blocks.exif.unwrap();
    assert!(!stands(&[0x69, 0x87, 4, 0], &after), "{after:?}");
}

#[test]
fn exif_made_for_a_file_without_one_has_what_the_standard_requires() {
    let before = Blocks { density: Some((1, 300, 300)), ..Blocks::default() };
    let after = carried(&before, &writing(Privacy::Field), &[("byline", "Pedro Pardo")], WHOLE);
    let exif = after.blocks.exif.unwrap();
    for tag in [0x011A_u16, 0x011B, 0x0128, 0x0213, 0x9000, 0x9101, 0xA000, 0xA001, 0xA002, 0xA003]
    {
        assert!(exif.windows(2).any(|w| w == tag.to_le_bytes()), "{tag:04X}");
    }
    assert!(stands(&[300_u32.to_le_bytes(), 1_u32.to_le_bytes()].concat(), &exif));
}

#[test]
fn after_a_conversion_nothing_says_adobe_rgb() {
    let interop = vec![(0x0001, Val::Ascii("R03"))];
    let exif = vec![(
        0x8769,
        Val::Table(vec![(0xA001, Val::Short(65_535)), (0xA005, Val::Table(interop))]),
    )];
    let before = Blocks {
        exif: Some(Exif::new(Order::Big, exif, b"").bytes),
        xmp: Some(packet("exif:ColorSpace='65535'", "")),
        ..Blocks::default()
    };
    let policy = Policy { profile: Profile::Srgb, ..Policy::default() };
    let after = carried(&before, &policy, &[], WHOLE);
    assert!(xmp(&after).contains("exif:ColorSpace='1'"));
    let exif = after.blocks.exif.unwrap();
    assert!(stands(b"R98\0", &exif) && !stands(b"R03", &exif) && !stands(&[0xFF, 0xFF], &exif));
    let kept = carried(&before, &Policy::default(), &[], WHOLE).blocks.exif.unwrap();
    assert!(stands(b"R03", &kept));
}

#[test]
fn every_field_that_desks_ask_for_goes_into_its_blocks_and_comes_back() {
    let set = [
        ("title", "PP_0412"),
        ("headline", "Houses"),
        ("caption_writer", "kim"),
        ("category", "I"),
        ("supplemental_categories", "POL; WAR"),
        ("job_id", "AFP-1"),
        ("byline_title", "STR"),
        ("urgency", "4"),
        ("location", "Bridge"),
        ("country_code", "PRK"),
        ("contact", "desk@afp.com; +33 1 40 41 46 46"),
        ("usage_terms", "no archive"),
        ("person_in_image", "Ann Lee; Bo Kim"),
        ("event", "Border, 2024"),
        ("shown_location", "Chunggang, North Korea"),
    ];
    let after = carried(&Blocks::default(), &writing(Privacy::Field), &set, WHOLE).blocks;
    for (name, text) in set {
        let [_, of_iptc, of_xmp] = each(&after, name);
        assert_eq!(
            of_xmp.map(|t| t.replace(", ", "; ")).as_deref(),
            Some(&*text.replace(", ", "; ")),
            "{name}"
        );
        let only_xmp = ["usage_terms", "person_in_image", "event", "shown_location"];
        assert_eq!(of_iptc.is_some(), !only_xmp.contains(&name), "{name}");
    }
    let text = String::from_utf8(after.xmp.unwrap()).unwrap();
    assert!(text.contains("CiEmailWork>desk@afp.com") && text.contains("CiTelWork>+33"), "{text}");
    assert!(text.contains("LocationShown") && text.contains("<rdf:li>Ann Lee</rdf:li>"), "{text}");
}

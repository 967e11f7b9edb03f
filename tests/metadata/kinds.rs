//! Kinds of metadata that other programs get wrong: which source counts, dates, encodings, aliases,
//! long blocks, what says where something is in the picture.

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
    let picture = Picture { original: Size::new(400, 300), turned: Orientation::Upright, kept };
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
fn each(blocks: &Blocks, field: &str) -> [Option<String>; 3] {
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

fn dated(exif: &'static str, zone: Option<&'static str>, of_xmp: Option<&str>) -> Blocks {
    let zone = zone.map(|zone| (0x9011, Val::Ascii(zone)));
    let exif = [(0x9003, Val::Ascii(exif)), (0x9004, Val::Ascii(exif))].into_iter().chain(zone);
    let exif = Exif::new(Order::Big, vec![(0x8769, Val::Table(exif.collect()))], b"");
    let attribute = |date: &str| packet(&format!("photoshop:DateCreated='{date}'"), "");
    Blocks { exif: Some(exif.bytes), xmp: of_xmp.map(attribute), ..Blocks::default() }
}

#[test]
fn dates_that_nobody_gave_stay_as_they_were() {
    for of_xmp in ["2024-02-28T05:03:22Z", "1968-07-14", "1968", "2024-02-28T14:03+09:00", "odd"] {
        let before = dated("2024:02:28 14:03:22", Some("+09:00"), Some(of_xmp));
        let after = carried(&before, &writing(Privacy::Keep), &[("city", "Tumen")], WHOLE).blocks;
        assert!(stands(format!("DateCreated='{of_xmp}'").as_bytes(), after.xmp.as_ref().unwrap()));
        assert_eq!(
            after.xmp.as_ref().unwrap().windows(11).filter(|w| w == b"DateCreated").count(),
            1
        );
        let exif = Blocks { exif: after.exif, ..Blocks::default() };
        let expected = ["2024-02-28", "14:03:22", "+09:00"];
        assert_eq!(
            ["date", "time", "zone"].map(|f| read(&exif).0.get(f).unwrap().to_owned()),
            expected
        );
    }
}

#[test]
fn a_date_known_in_part_stays_so_where_it_is_new() {
    let before = dated("2019:05:02 10:11:12", None, Some("1968-07"));
    let after = carried(&before, &writing(Privacy::Field), &[], WHOLE).blocks;
    let iptc = after.photoshop.clone().unwrap();
    assert!(stands(&dataset(2, 55, b"19680700"), &iptc) && !stands(&[0x1C, 2, 60], &iptc));
    assert_eq!(read(&after).0.get("time"), None, "not the scanner's");
    let given = carried(&before, &writing(Privacy::Field), &[("date", "1968")], WHOLE).blocks;
    assert_eq!(
        each(&given, "date"),
        [Some("2019-05-02"), Some("1968"), Some("1968")].map(|d| d.map(str::to_owned))
    );
    assert!(!stands(b"  :  ", given.exif.as_ref().unwrap()));
    assert!(!stands(&[0x90, 0x03, 0, 2], given.exif.as_ref().unwrap()), "no DateTimeOriginal");
}

#[test]
fn a_given_moment_is_the_same_in_every_block_with_its_zone() {
    let before = dated("2024:02:28 10:00:00", Some("+08:00"), Some("2024-02-28T02:00:00Z"));
    for (set, moment, of_iptc, zone) in [
        (&[("time", "14:03:22+09:00")][..], "2024-02-28T14:03:22+09:00", "140322+0900", "+09:00"),
        (&[("time", "14:03")], "2024-02-28T14:03:00+08:00", "140300+0800", "+08:00"),
        (&[("date", "2024-03-01")], "2024-03-01T10:00:00+08:00", "100000+0800", "+08:00"),
        (
            &[("date", "2024-03-01T23:59:01-05:30")],
            "2024-03-01T23:59:01-05:30",
            "235901-0530",
            "-05:30",
        ),
    ] {
        let after = carried(&before, &writing(Privacy::Field), set, WHOLE);
        assert!(xmp(&after).contains(moment), "{set:?}: {}", xmp(&after));
        let after = after.blocks;
        assert!(stands(&dataset(2, 60, of_iptc.as_bytes()), after.photoshop.as_ref().unwrap()));
        let exif = Blocks { exif: after.exif, ..Blocks::default() };
        assert_eq!(read(&exif).0.get("zone"), Some(zone), "{set:?}");
        assert_eq!(read(&exif).0.get("time"), Some(&moment[11..19]), "{set:?}");
    }
    let none = carried(&before, &writing(Privacy::Field), &[("date", "")], WHOLE).blocks;
    assert_eq!(each(&none, "date"), [None, None, None]);
    // A frame without any zone gets none, and IPTC-IIM no time.
    let bare = dated("2024:02:28 10:00:00", None, None);
    let after = carried(&bare, &writing(Privacy::Field), &[("date", "2024-03-01")], WHOLE).blocks;
    assert_eq!(
        each(&after, "time"),
        [Some("10:00:00".to_owned()), None, Some("10:00:00".to_owned())]
    );
}

#[test]
fn what_is_no_date_is_said_and_not_written() {
    let before = dated("2024:02:28 10:00:00", None, None);
    let set = [("date", "28 February 2024"), ("time", "noon")];
    let after = carried(&before, &writing(Privacy::Field), &set, WHOLE);
    assert_eq!(after.warnings.len(), 2);
    assert_eq!(each(&after.blocks, "date").map(|d| d.unwrap()), ["2024-02-28"; 3]);
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

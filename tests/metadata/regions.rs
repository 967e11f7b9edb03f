//! What says where in the picture something is: it follows the crop, or goes.

use longlens::frame::Rect;
use longlens::metadata::{Blocks, Policy, Privacy, Removed};

use super::kinds::{WHOLE, bag, carried, iptc, packet, writing, xmp};
use super::make::{Exif, Order, Val, resource};
use crate::support::occurs as stands;

const HALF: Rect = Rect { x: 0, y: 0, width: 200, height: 300 };

fn faces() -> Blocks {
    let region = |name: &str, x: f64, y: f64| {
        format!(
            "<rdf:li><rdf:Description mwg-rs:Name='{name}' mwg-rs:Type='Face'><mwg-rs:Area \
             stArea:x='{x}' stArea:y='{y}' stArea:w='0.1' stArea:h='0.2' \
             stArea:unit='normalized'/></rdf:Description></rdf:li>"
        )
    };
    let elements = format!(
        "<mwg-rs:Regions rdf:parseType='Resource'><mwg-rs:AppliedToDimensions stDim:w='400' \
         stDim:h='300' stDim:unit='pixel'/><mwg-rs:RegionList><rdf:Bag>{}{}</rdf:Bag>\
         </mwg-rs:RegionList></mwg-rs:Regions><Iptc4xmpExt:PersonInImage>{}</Iptc4xmpExt:PersonInImage>\
         <dc:subject>{}</dc:subject><exif:SubjectArea><rdf:Seq><rdf:li>9</rdf:li></rdf:Seq></exif:SubjectArea>",
        region("Ann Lee", 0.25, 0.5),
        region("Bo Kim", 0.9, 0.1),
        bag(&["Ann Lee", "Bo Kim"]),
        bag(&["river", "Bo Kim"]),
    );
    let table = vec![(0x9214, Val::Short(100))];
    Blocks {
        exif: Some(Exif::new(Order::Big, vec![(0x8769, Val::Table(table))], b"").bytes),
        photoshop: Some(resource(0x0404, &iptc(&[(25, b"river"), (25, b"Bo Kim")]))),
        xmp: Some(packet("", &elements)),
        ..Blocks::default()
    }
}

#[test]
fn faces_follow_a_crop_and_people_who_were_cropped_out_go() {
    let whole = carried(&faces(), &Policy::default(), &[], WHOLE);
    assert_eq!(whole.blocks.xmp, faces().xmp);
    let half = Rect { x: 0, y: 0, width: 200, height: 300 };
    for policy in [Policy::default(), writing(Privacy::Keep)] {
        let after = carried(&faces(), &policy, &[], half);
        let text = xmp(&after);
        assert!(
            text.contains("stArea:x='0.500000' stArea:y='0.500000' stArea:w='0.200000'"),
            "{text}"
        );
        assert!(text.contains("stDim:w='200'") && text.contains("Ann Lee"));
        assert!(!text.contains("Bo Kim") && !text.contains("SubjectArea"), "{text}");
        assert!(!stands(b"Bo Kim", after.blocks.photoshop.as_ref().unwrap()));
        assert!(!stands(&[0x92, 0x14], after.blocks.exif.as_ref().unwrap()));
        assert!(after.removed.contains(&Removed::PersonCroppedOut));
    }
    let neither = Rect { x: 350, y: 200, width: 50, height: 100 };
    assert!(!xmp(&carried(&faces(), &Policy::default(), &[], neither)).contains("mwg-rs:Regions"));
}

/// As Windows, digiKam and the Metadata Working Group write the keywords of a tree.
fn trees(names: &[&str]) -> Blocks {
    let leaves: Vec<String> = names.iter().map(|name| format!("people|{name}")).collect();
    let joined = format!("river;{}", leaves.join(";"));
    let joined: Vec<u8> = joined.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
    let item = |name: &str, below: &str| {
        format!(
            "<rdf:li rdf:parseType='Resource'><mwg-kw:Keyword>{name}</mwg-kw:Keyword>{below}</rdf:li>"
        )
    };
    let below: String = names.iter().map(|name| item(name, "")).collect();
    let below = format!("<mwg-kw:Children><rdf:Bag>{below}</rdf:Bag></mwg-kw:Children>");
    let Blocks { xmp, .. } = faces();
    let elements = format!(
        "<lr:hierarchicalSubject>{0}</lr:hierarchicalSubject><digiKam:TagsList>{1}</digiKam:TagsList>\
         <mwg-kw:Keywords xmlns:mwg-kw='http://www.metadataworkinggroup.com/schemas/keywords/' \
         rdf:parseType='Resource'><mwg-kw:Hierarchy><rdf:Bag>{2}</rdf:Bag></mwg-kw:Hierarchy>\
         </mwg-kw:Keywords></rdf:Description></rdf:RDF>",
        bag(&leaves.iter().map(String::as_str).collect::<Vec<_>>()),
        bag(&leaves
            .iter()
            .map(|leaf| leaf.replace('|', "/"))
            .collect::<Vec<_>>()
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()),
        item("people", &below),
    );
    let packet = String::from_utf8(xmp.unwrap()).unwrap();
    let packet = packet.replace("</rdf:Description></rdf:RDF>", &elements);
    let datasets: Vec<(u8, &[u8])> = leaves.iter().map(|leaf| (25, leaf.as_bytes())).collect();
    Blocks {
        exif: Some(Exif::new(Order::Big, vec![(0x9C9E, Val::Byte(joined))], b"").bytes),
        photoshop: Some(resource(0x0404, &iptc(&datasets))),
        xmp: Some(packet.into_bytes()),
        ..Blocks::default()
    }
}

/// Whether a block says a name, in UTF-8 or in UTF-16.
fn says(block: Option<&Vec<u8>>, name: &str) -> bool {
    let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    block.is_some_and(|block| stands(name.as_bytes(), block) || stands(&wide, block))
}

#[test]
fn people_who_were_cropped_out_go_from_trees_of_keywords_too() {
    for policy in [Policy::default(), writing(Privacy::Keep)] {
        let after = carried(&trees(&["Ann Lee", "Bo Kim"]), &policy, &[], HALF).blocks;
        assert!(says(after.exif.as_ref(), "Ann Lee") && says(after.xmp.as_ref(), "Ann Lee"));
        for block in [&after.exif, &after.photoshop, &after.xmp] {
            assert!(!says(block.as_ref(), "Bo Kim"));
        }
        // A list of which nothing is left goes, and so does what is around it.
        let text = xmp(&carried(&trees(&["Bo Kim"]), &policy, &[], HALF));
        for gone in ["hierarchicalSubject", "TagsList", "mwg-kw:Children", "Bo Kim"] {
            assert!(!text.contains(gone), "{gone}: {text}");
        }
        assert!(text.contains("<mwg-kw:Keyword>people</mwg-kw:Keyword>"), "{text}");
    }
    // What somebody gives by hand counts.
    let set = [("keywords", "river; Bo Kim")];
    let after = carried(&trees(&["Ann Lee", "Bo Kim"]), &writing(Privacy::Keep), &set, HALF);
    let text = xmp(&after);
    assert!(text.contains("<rdf:li>Bo Kim</rdf:li>") && !text.contains("hierarchical"), "{text}");
    assert!(says(after.blocks.photoshop.as_ref(), "Bo Kim"));
}

/// A packet with one property of regions, the first of which stands left in the middle and the second at
/// the upper right, where nothing is kept.
fn regions(property: &str) -> Blocks {
    let spaces = r#"xmlns:MP="http://ns.microsoft.com/photo/1.2/"
        xmlns:MPRI="http://ns.microsoft.com/photo/1.2/t/RegionInfo#"
        xmlns:MPReg="http://ns.microsoft.com/photo/1.2/t/Region#"
        xmlns:acdsee-rs="http://ns.acdsee.com/regions/"
        xmlns:acdsee-stArea="http://ns.acdsee.com/sType/Area#""#;
    let people = format!(
        "<Iptc4xmpExt:PersonInImage>{}</Iptc4xmpExt:PersonInImage>",
        bag(&["Ann Lee", "Bo Kim"])
    );
    Blocks { xmp: Some(packet(spaces, &format!("{property}{people}"))), ..Blocks::default() }
}

fn boundary(shape: &str, unit: &str, [x, y, w, h]: [f64; 4], name: &str) -> String {
    format!(
        "<rdf:li rdf:parseType='Resource'><Iptc4xmpExt:RegionBoundary rdf:parseType='Resource'>\
         <Iptc4xmpExt:rbShape>{shape}</Iptc4xmpExt:rbShape><Iptc4xmpExt:rbUnit>{unit}</Iptc4xmpExt:rbUnit>\
         <Iptc4xmpExt:rbX>{x}</Iptc4xmpExt:rbX><Iptc4xmpExt:rbY>{y}</Iptc4xmpExt:rbY>\
         <Iptc4xmpExt:rbW>{w}</Iptc4xmpExt:rbW><Iptc4xmpExt:rbH>{h}</Iptc4xmpExt:rbH>\
         </Iptc4xmpExt:RegionBoundary><Iptc4xmpExt:PersonInImage>{}</Iptc4xmpExt:PersonInImage></rdf:li>",
        bag(&[name])
    )
}

fn image_region(items: &[String]) -> String {
    let items = items.concat();
    format!("<Iptc4xmpExt:ImageRegion><rdf:Bag>{items}</rdf:Bag></Iptc4xmpExt:ImageRegion>")
}

#[test]
fn regions_of_microsoft_acdsee_and_iptc_follow_a_crop() {
    let microsoft = "<MP:RegionInfo rdf:parseType='Resource'><MPRI:Regions><rdf:Bag>\
        <rdf:li MPReg:Rectangle='0.20, 0.4, 0.1, 0.2' MPReg:PersonDisplayName='Ann Lee'/>\
        <rdf:li MPReg:Rectangle='0.85, 0.0, 0.1, 0.2' MPReg:PersonDisplayName='Bo Kim'/>\
        </rdf:Bag></MPRI:Regions></MP:RegionInfo>";
    let area = |x: f64, y: f64, name: &str| {
        let numbers = format!(
            "acdsee-stArea:x='{x}' acdsee-stArea:y='{y}' acdsee-stArea:w='0.1' acdsee-stArea:h='0.2'"
        );
        format!(
            "<rdf:li><rdf:Description acdsee-rs:Name='{name}'><acdsee-rs:DLYArea {numbers}/>\
             <acdsee-rs:ALGArea {numbers}/></rdf:Description></rdf:li>"
        )
    };
    let acdsee = format!(
        "<acdsee-rs:Regions rdf:parseType='Resource'><acdsee-rs:RegionList><rdf:Bag>{}{}</rdf:Bag>\
         </acdsee-rs:RegionList></acdsee-rs:Regions>",
        area(0.25, 0.5, "Ann Lee"),
        area(0.9, 0.1, "Bo Kim")
    );
    let iptc = |unit, scale: [f64; 2]| {
        let placed =
            |[x, y]: [f64; 2]| [x * scale[0], y * scale[1], 0.1 * scale[0], 0.2 * scale[1]];
        image_region(&[
            boundary("rectangle", unit, placed([0.2, 0.4]), "Ann Lee"),
            boundary("rectangle", unit, placed([0.85, 0.0]), "Bo Kim"),
        ])
    };
    for (property, name, right) in [
        (microsoft, "MP:RegionInfo", "'0.400000, 0.400000, 0.200000, 0.200000'"),
        (&acdsee, "acdsee-rs:Regions", "stArea:x='0.500000' acdsee-stArea:y='0.500000'"),
        (&iptc("relative", [1.0, 1.0]), "ImageRegion", "rbX>0.400000</Iptc4xmpExt:rbX>"),
        (&iptc("pixel", [400.0, 300.0]), "ImageRegion", "rbX>80.000000</Iptc4xmpExt:rbX>"),
    ] {
        let before = regions(property);
        assert_eq!(carried(&before, &Policy::default(), &[], WHOLE).blocks.xmp, before.xmp);
        let after = carried(&before, &Policy::default(), &[], HALF);
        let text = xmp(&after);
        assert!(text.contains(right) && text.contains("Ann Lee"), "{name}: {text}");
        assert!(!text.contains("Bo Kim") && text.matches("rdf:li").count() > 0, "{name}: {text}");
        assert_eq!(after.warnings, [], "{name}");
        assert!(after.removed.contains(&Removed::PersonCroppedOut), "{name}");
        let neither = Rect { x: 200, y: 200, width: 100, height: 100 };
        assert!(!xmp(&carried(&before, &Policy::default(), &[], neither)).contains(name), "{name}");
    }
}

#[test]
fn a_region_that_is_no_rectangle_goes_with_a_warning_and_the_others_stay() {
    let items = [
        boundary("rectangle", "relative", [0.2, 0.4, 0.1, 0.2], "Ann Lee"),
        boundary("circle", "relative", [0.3, 0.5, 0.1, 0.2], "Bo Kim"),
    ];
    let after = carried(&regions(&image_region(&items)), &Policy::default(), &[], HALF);
    let text = xmp(&after);
    assert!(text.contains("rectangle") && !text.contains("circle"), "{text}");
    assert!(text.contains("Bo Kim"), "nothing says that he was cropped out: {text}");
    let said: Vec<String> = after.warnings.iter().map(ToString::to_string).collect();
    assert!(said.len() == 1 && said[0].contains("Iptc4xmpExt:ImageRegion"), "{said:?}");
    let alone = carried(&regions(&image_region(&items[1..])), &Policy::default(), &[], HALF);
    assert!(!xmp(&alone).contains("ImageRegion") && alone.warnings.len() == 1);
}

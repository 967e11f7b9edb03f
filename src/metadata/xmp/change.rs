//! What has to change in an XMP packet, as replacements of single ranges of its bytes.
//!
//! Properties are known by namespace and name, at any depth, so that a position within the
//! structure of a place or of an ingredient goes as well. New values stand in one description of
//! their own at the end (XMP Part 1, 7.4: properties may be spread over several).

use std::collections::BTreeSet;
use std::ops::Range;

use quick_xml::escape::escape;

use super::tree::{Name, Node, Tree, address};
use super::{DATES, PROPERTIES, Shape, elements, property, texts};
use crate::frame::Size;
use crate::metadata::carry::Removed;
use crate::metadata::fields::Fields;
use crate::metadata::iptc::{is_position, keywords};
use crate::metadata::policy::Privacy;
use crate::metadata::secrets::Secrets;

/// Namespaces of pointers to further pictures in the file, which a new file does not have.
const FURTHER: [&str; 6] = ["hdrgm", "HDRGainMap", "Container", "GImage", "GDepth", "GAudio"];
/// Namespaces that say where and how a drone flew, or a place on the map.
const PLACES: [&str; 5] = ["drone-dji", "drone-parrot", "drone", "Camera", "geo"];
/// Where the photographer stood (IPTC Extension), in small letters.
const CREATED: &str = "locationcreated";

/// What is ordered for a packet.
#[derive(Debug, Clone, Copy)]
pub(in crate::metadata) struct Changing<'a> {
    pub(in crate::metadata) size: Size,
    /// Whether EXIF stated the orientation, and so the picture was turned by it. Viewers turn by EXIF
    /// alone where they can: what XMP alone states was never seen, and stays.
    pub(in crate::metadata) upright: bool,
    pub(in crate::metadata) privacy: Privacy,
    pub(in crate::metadata) byline: Option<&'a str>,
    /// Fields to write.
    pub(in crate::metadata) write: Option<&'a Fields>,
    /// Whether the extended packet stays.
    pub(in crate::metadata) extended: Packet,
    /// Whether the IPTC-IIM block stays as the packet knows it.
    pub(in crate::metadata) iptc: Packet,
}

/// What became of another block that the packet speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::metadata) enum Packet {
    /// It is as it was.
    Same,
    /// It was changed or dropped.
    Changed,
}

/// A range of the packet and what stands there instead.
type Edit = (Range<usize>, String);

/// Words in the name of a property that says where the frame was taken, or in which direction: EXIF's
/// and Darwin Core's, drones' in any namespace, panoramas', and the place of a take (XMP Part 2,
/// Dynamic Media). Towns and countries are texts of people, and are no matter of this list.
const PLACE_WORDS: [&str; 14] = [
    "gps",
    "latitude",
    "longitude",
    "altitude",
    "elevation",
    "coordinates",
    "geolocation",
    "footprintwkt",
    "shotlocation",
    "headingdegrees",
    "posepitch",
    "poseroll",
    "yawdegree",
    "gimbal",
];

/// Why a property has to go, by its name and text alone; what tells goes in whatever namespace.
fn doom(name: &Name, text: &str, privacy: Privacy, byline: Option<&str>) -> Option<Removed> {
    let small = name.local.to_lowercase();
    let motion = name.prefix == "GCamera"
        && ["motion", "microvideo"].iter().any(|start| small.starts_with(start));
    if FURTHER.contains(&name.prefix) || motion {
        return Some(Removed::FurtherPicture);
    }
    if name.is("xmp", "Thumbnails") {
        return Some(Removed::Preview);
    }
    if privacy == Privacy::Keep {
        return None;
    }
    // In whatever namespace: Darwin Core, say, writes `decimalLatitude`.
    let place = PLACE_WORDS.iter().any(|word| small.contains(word));
    if place || PLACES.contains(&name.prefix) || small.contains(CREATED) {
        return Some(Removed::Position);
    }
    // Keywords of whatever list: dc's, Lightroom's and digiKam's trees, the Working Group's.
    if (name.is("rdf", "li") || small.contains("keyword")) && is_position(text) {
        return Some(Removed::Position);
    }
    if small.contains("serialnumber") {
        return Some(Removed::SerialNumber);
    }
    // Telephones keep an enciphered maker's note in XMP: `GCamera:HdrPlusMakernote`.
    if small.contains("makernote") || small.contains("shot_log_data") {
        return Some(Removed::MakerNote);
    }
    let owns = name.is("aux", "OwnerName") || small == "cameraownername";
    let is_byline = byline.is_some_and(|b| b.trim().eq_ignore_ascii_case(text.trim()));
    (owns && !is_byline).then_some(Removed::Owner)
}

/// Of a packet: what stands in it that has to go at this level of privacy.
pub(in crate::metadata) fn leftover(
    packet: &[u8],
    privacy: Privacy,
    byline: Option<&str>,
) -> Result<Option<Removed>, String> {
    let tree = Tree::new(packet)?;
    let mut names = tree.nodes.iter().flat_map(|node| {
        let own = std::iter::once((&node.name, node.text.as_str()));
        own.chain(node.attributes.iter().map(|a| (&a.name, a.value.as_str())))
    });
    Ok(names.find_map(|(name, text)| doom(name, text, privacy, byline)))
}

/// Whether a packet says where the photographer stood.
pub(in crate::metadata) fn says_position(packet: &[u8]) -> bool {
    let Ok(tree) = Tree::new(packet) else { return false };
    let says = |name: &Name| {
        let small = name.local.to_lowercase();
        ["latitude", "longitude", CREATED, "shotlocation"].iter().any(|end| small.ends_with(end))
    };
    tree.nodes.iter().any(|n| says(&n.name) || n.attributes.iter().any(|a| says(&a.name)))
}

impl Changing<'_> {
    /// Changes a packet as ordered; the error says, after 'the XMP', why it cannot be read.
    pub(in crate::metadata) fn change(
        &self,
        packet: &[u8],
        removed: &mut BTreeSet<Removed>,
        secrets: &mut Secrets,
    ) -> Result<Vec<u8>, String> {
        let tree = Tree::new(packet)?;
        let mut edits = self.removals(&tree, removed, secrets);
        for description in tree.descriptions() {
            self.set_picture(&tree, description, &mut edits);
        }
        let new = self.write.map(|fields| replaced(&tree, fields, &mut edits)).unwrap_or_default();
        if !new.is_empty() {
            let rdf = tree.rdf().filter(|rdf| rdf.inner.end < rdf.whole.end);
            let rdf = rdf.ok_or("has no place for properties")?;
            let about = tree.descriptions().flat_map(|d| &d.attributes);
            let about = about.filter(|a| a.name.local == "about").map(|a| a.quoted.clone()).next();
            let about = about.map_or("", |range| &tree.source[range]);
            edits.push((rdf.inner.end..rdf.inner.end, description(about, &new)));
        }
        // Attributes that XML does not allow can come out worse: then the packet is not carried.
        let changed = applied(tree.source, edits);
        Tree::new(&changed).map(|_| ()).map_err(|_| "cannot be changed surely")?;
        Ok(changed)
    }

    fn removals(
        &self,
        tree: &Tree<'_>,
        removed: &mut BTreeSet<Removed>,
        secrets: &mut Secrets,
    ) -> Vec<Edit> {
        let mut edits = Vec::new();
        let mut judge = |name: &Name, text: &str, range: Range<usize>| {
            let reason = doom(name, text, self.privacy, self.byline);
            if reason.is_some() || self.is_stale(name) {
                edits.push((range, String::new()));
            }
            match reason {
                Some(Removed::Position) if name.local.to_lowercase().ends_with("itude") => {
                    secrets.add_position_text(&name.local, text.trim());
                }
                Some(Removed::SerialNumber) => secrets.add_serial(text),
                _ => {}
            }
            removed.extend(reason);
        };
        for node in &tree.nodes {
            let before = tree.source[..node.whole.start].trim_end().len();
            judge(&node.name, &node.text, before..node.whole.end);
            for attribute in &node.attributes {
                judge(&attribute.name, &attribute.value, attribute.whole.clone());
            }
        }
        edits
    }

    /// What would point to a block that is no longer as it was.
    fn is_stale(&self, name: &Name) -> bool {
        name.is("xmpNote", "HasExtendedXMP") && self.extended == Packet::Changed
            || name.is("photoshop", "LegacyIPTCDigest") && self.iptc == Packet::Changed
    }

    fn set_picture(&self, tree: &Tree<'_>, description: &Node, edits: &mut Vec<Edit>) {
        let number = |name: &Name| match (name.prefix, name.local.as_str()) {
            ("tiff", "Orientation") => self.upright.then_some(1),
            ("tiff", "ImageWidth") | ("exif", "PixelXDimension") => Some(self.size.width),
            ("tiff", "ImageLength") | ("exif", "PixelYDimension") => Some(self.size.height),
            _ => None,
        };
        for attribute in &description.attributes {
            let new = number(&attribute.name);
            edits.extend(new.map(|n| (attribute.quoted.clone(), n.to_string())));
        }
        for node in tree.parts(description).filter(|n| n.inner.end < n.whole.end) {
            edits.extend(number(&node.name).map(|n| (node.inner.clone(), n.to_string())));
        }
    }
}

/// Takes out the properties that have to say something else, and gives the elements that say it.
fn replaced(tree: &Tree<'_>, fields: &Fields, edits: &mut Vec<Edit>) -> String {
    let (before, mut new) = (texts(tree), String::new());
    let says = |field: &str| before.iter().find(|(f, _)| *f == field).map(|(_, t)| t.as_str());
    for (field, prefix, local, shape) in PROPERTIES.iter().filter(|p| p.0 != "lens") {
        if fields.is_taken(field) {
            take(tree, prefix, local, edits);
        }
        let Some(text) = fields.get(field) else { continue };
        if says(field) != Some(&clean(text)) {
            take(tree, prefix, local, edits);
            new.push_str(&element(prefix, local, *shape, text));
        }
    }
    for (_, local) in super::PLACES.iter().filter(|(field, _)| fields.is_taken(field)) {
        take(tree, "Iptc4xmpExt", local, edits);
    }
    let (date, time) = (fields.get("date"), fields.get("time"));
    let other = |field| says(field) != fields.get(field);
    let timed = time.is_some() || fields.is_taken("time");
    if fields.is_taken("date") || date.is_some() && (other("date") || timed && other("time")) {
        let zone = zone(tree);
        for (prefix, local) in DATES {
            take(tree, prefix, local, edits);
        }
        let time = time.map(|time| format!("T{time}{zone}")).unwrap_or_default();
        let moment = date.map(|date| format!("{date}{time}"));
        new.extend(moment.map(|m| element("photoshop", "DateCreated", Shape::Text, &m)));
    }
    new
}

/// The zone behind the time that a packet has: `+09:00`.
fn zone(tree: &Tree<'_>) -> String {
    let date = DATES.iter().find_map(|(prefix, local)| property(tree, prefix, local));
    let behind = date.as_deref().and_then(|date| date.get(19..)).unwrap_or_default();
    behind.find(['+', '-', 'Z']).map_or("", |at| &behind[at..]).to_owned()
}

fn take(tree: &Tree<'_>, prefix: &str, local: &str, edits: &mut Vec<Edit>) {
    let attributes = tree.descriptions().flat_map(|d| &d.attributes);
    let attributes = attributes.filter(|a| a.name.is(prefix, local)).map(|a| a.whole.clone());
    let whole = elements(tree, prefix, local).map(|n| n.whole.clone());
    edits.extend(attributes.chain(whole).map(|range| (range, String::new())));
}

/// One property as an element, with its namespace.
fn element(prefix: &str, local: &str, shape: Shape, text: &str) -> String {
    let clear = clean(text);
    let item = |text: &str, lang: &str| format!("<rdf:li{lang}>{}</rdf:li>", escaped(text));
    let inner = match shape {
        Shape::Text => escaped(&clear),
        Shape::Alt => format!("<rdf:Alt>{}</rdf:Alt>", item(&clear, " xml:lang=\"x-default\"")),
        Shape::Seq => format!("<rdf:Seq>{}</rdf:Seq>", item(&clear, "")),
        Shape::Bag => {
            let items: String = keywords(&clear).map(|k| item(k, "")).collect();
            format!("<rdf:Bag>{items}</rdf:Bag>")
        }
    };
    let address = address(prefix);
    format!("<{prefix}:{local} xmlns:{prefix}=\"{address}\">{inner}</{prefix}:{local}>\n")
}

/// A text without the characters that XML 1.0 (2.2) cannot say.
fn clean(text: &str) -> String {
    let says = |c: &char| !matches!(c, '\0'..='\x08' | '\x0B' | '\x0C' | '\x0E'..='\x1F' | '\u{FFFE}' | '\u{FFFF}');
    text.chars().filter(says).collect::<String>().trim().to_owned()
}

fn escaped(text: &str) -> String {
    // A bare carriage return would come back as a line feed (XML 1.0, 2.11).
    escape(text).replace('\r', "&#xD;")
}

fn description(about: &str, properties: &str) -> String {
    let rdf = address("rdf");
    format!(
        "<rdf:Description xmlns:rdf=\"{rdf}\" rdf:about=\"{about}\">\n{properties}</rdf:Description>\n"
    )
}

/// The packet with its edits; an edit within another one's range is part of it.
fn applied(source: &str, mut edits: Vec<Edit>) -> Vec<u8> {
    edits.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    let (mut out, mut at) = (String::with_capacity(source.len()), 0);
    for (range, new) in edits.into_iter() {
        if range.start >= at {
            out.push_str(&source[at..range.start]);
            out.push_str(&new);
            at = range.end;
        }
    }
    out.push_str(&source[at..]);
    out.into_bytes()
}

/// A new packet that says what the fields say; `None` if they say nothing that XMP holds.
pub(in crate::metadata) fn fresh(fields: &Fields) -> Option<Vec<u8>> {
    let empty = Tree { source: "", nodes: Vec::new() };
    let new = replaced(&empty, fields, &mut Vec::new());
    // The header's id is the same for all packets (XMP Part 1, 7.3.2).
    let head = "<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
                <x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n";
    let rdf = address("rdf");
    let body = description("", &new);
    let packet = format!(
        "{head}<rdf:RDF xmlns:rdf=\"{rdf}\">\n{body}</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>"
    );
    (!new.is_empty()).then(|| packet.into_bytes())
}

//! What has to change in an XMP packet, as replacements of single ranges of its bytes.
//!
//! Properties are known by namespace and name, at any depth, so that a position within the
//! structure of a place or of an ingredient goes as well. New values are put into one description of
//! their own at the end (XMP Part 1, 7.4: properties may be spread over several).

use std::collections::BTreeSet;
use std::ops::Range;

use super::geometry::Geometry;
use super::properties::{ALIASES, DATES, DIGITISED, ONLY_READ, PROPERTIES, Shape};
use super::read::{elements, items, property, when_of};
use super::regions::followed;
use super::tree::{Name, Node, Tree, address};
use super::write::{Edit, applied, clean, description, element};
use crate::frame::Size;
use crate::metadata::dates::Dates;
use crate::metadata::fields::Fields;
use crate::metadata::keywords::{is_name_of, is_position};
use crate::metadata::policy::Privacy;
use crate::metadata::removed::Removed;
use crate::metadata::secrets::Secrets;

/// Namespaces of pointers to further pictures in the file, which a new file does not have.
const FURTHER: [&str; 9] = [
    "hdrgm",
    "HDRGainMap",
    "Container",
    "GImage",
    "GDepth",
    "GAudio",
    "OpCamera",
    "MiCamera",
    "HwCamera",
];
/// Namespaces of what an editor would do to the picture: it is done, or it would be done twice.
const EDITS: [&str; 3] = ["crs", "crss", "darktable"];
/// Properties that say in pixels where the subject is.
const PLACED: [&str; 2] = ["SubjectArea", "SubjectLocation"];
/// Namespaces that say where and how a drone flew, or a place on the map.
const PLACES: [&str; 5] = ["drone-dji", "drone-parrot", "drone", "Camera", "geo"];
/// Fields whose lists may name people who are in the picture.
const NAMING: [&str; 2] = ["person_in_image", "keywords"];
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
    /// Fields of which every property goes, where it was given or taken away: in extended XMP.
    pub(in crate::metadata) take: Option<&'a Fields>,
    pub(in crate::metadata) dates: &'a Dates,
    /// What became of the picture; `None` if nothing did.
    pub(in crate::metadata) geometry: Option<Geometry>,
    /// Names of people who were cropped out.
    pub(in crate::metadata) gone: &'a [String],
    /// Whether the samples were converted to sRGB.
    pub(in crate::metadata) converted: bool,
    /// The name of the extended packet, if there is one.
    pub(in crate::metadata) extended: Option<&'a str>,
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

/// Words in the name of a property that says where the frame was taken, or in which direction: EXIF's
/// and Darwin Core's, drones' in any namespace, panoramas', and the place of a take (XMP Part 2,
/// Dynamic Media). Towns and countries are people's texts, and not in this list.
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
    // In whatever maker's namespace.
    let motion = ["motionphoto", "microvideo"].iter().any(|start| small.starts_with(start));
    if FURTHER.contains(&name.prefix) || motion {
        return Some(Removed::FurtherPicture);
    }
    if EDITS.contains(&name.prefix) {
        return Some(Removed::EditorSettings);
    }
    if name.is("dcterms", "provenance") {
        return Some(Removed::ContentCredentials);
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

/// Of a packet: what is in it that has to go at this level of privacy.
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
        self.drop_names(&tree, &mut edits);
        if let Some(fields) = self.take {
            take_given(&tree, fields, &mut edits);
        }
        if self.write.is_some_and(|fields| has_copies(&tree, fields)) {
            removed.insert(Removed::Copies);
        }
        let write = |fields| replaced(&tree, fields, self.dates, &mut edits);
        let new = self.write.map(write).unwrap_or_default();
        if !new.is_empty() {
            let rdf = tree.rdf().filter(|rdf| rdf.inner.end < rdf.whole.end);
            let rdf = rdf.ok_or("has nowhere to put properties")?;
            let about = tree.descriptions().flat_map(|d| &d.attributes);
            let about = about.filter(|a| a.name.local == "about").map(|a| a.quoted.clone()).next();
            let about = about.map_or("", |range| &tree.source[range]);
            edits.push((rdf.inner.end..rdf.inner.end, description(about, &new)));
        }
        // Attributes that XML does not allow can come out worse: then the packet is not carried.
        let changed = applied(tree.source, edits);
        Tree::new(&changed).map(|_| ()).map_err(|_| "cannot be changed safely")?;
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
            if reason.is_some() || self.is_stale(name) || self.is_placed(name) {
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
        edits.extend(self.geometry.iter().flat_map(|geometry| followed(tree, geometry)));
        edits
    }

    /// What says where in the old picture something is.
    fn is_placed(&self, name: &Name) -> bool {
        let moves = self.geometry.is_some_and(|geometry| geometry.moves_pixels());
        moves && PLACED.iter().any(|local| name.is("exif", local))
    }

    /// Takes people who were cropped out off the lists that name them.
    /// A list of which nothing is left goes whole.
    fn drop_names(&self, tree: &Tree<'_>, edits: &mut Vec<Edit>) {
        let is_given = |field| self.write.is_some_and(|fields| fields.is_given(field));
        let homes = homes().filter(|(field, ..)| NAMING.contains(field) && !is_given(field));
        for property in homes.flat_map(|(_, prefix, local)| elements(tree, prefix, local)) {
            // Trees of keywords have lists in lists.
            let mut waiting = vec![property];
            while let Some(node) = waiting.pop() {
                waiting.extend(tree.parts(node));
                let arrays = tree.parts(node).filter(|part| part.name.prefix == "rdf");
                let items = arrays.flat_map(|array| tree.parts(array));
                let (gone, kept): (Vec<&Node>, Vec<&Node>) = items
                    .filter(|item| item.name.is("rdf", "li"))
                    .partition(|item| is_name_of(keyword(tree, item), self.gone));
                let is_tree = node.name.is("mwg-kw", "Hierarchy");
                let gone = match (gone.is_empty(), kept.is_empty()) {
                    (false, true) if is_tree => vec![property],
                    (false, true) => vec![node],
                    _ => gone,
                };
                edits.extend(gone.into_iter().map(|node| (node.whole.clone(), String::new())));
            }
        }
    }

    /// What would point to a block that is no longer as it was.
    fn is_stale(&self, name: &Name) -> bool {
        name.is("xmpNote", "HasExtendedXMP") && self.extended.is_none()
            || name.is("photoshop", "LegacyIPTCDigest") && self.iptc == Packet::Changed
    }

    fn set_picture(&self, tree: &Tree<'_>, description: &Node, edits: &mut Vec<Edit>) {
        let number = |name: &Name| match (name.prefix, name.local.as_str()) {
            ("tiff", "Orientation") => self.upright.then_some(1),
            ("exif", "ColorSpace") => self.converted.then_some(1),
            ("tiff", "ImageWidth") | ("exif", "PixelXDimension") => Some(self.size.width),
            ("tiff", "ImageLength") | ("exif", "PixelYDimension") => Some(self.size.height),
            _ => None,
        };
        let number = |name: &Name| match self.extended {
            Some(digest) if name.is("xmpNote", "HasExtendedXMP") => Some(digest.to_owned()),
            _ => number(name).map(|number| number.to_string()),
        };
        for attribute in &description.attributes {
            edits.extend(number(&attribute.name).map(|new| (attribute.quoted.clone(), new)));
        }
        for node in tree.parts(description).filter(|n| n.inner.end < n.whole.end) {
            edits.extend(number(&node.name).map(|new| (node.inner.clone(), new)));
        }
    }
}

/// The text of an item of a list, or the keyword of one of a tree (Metadata Working Group 2.0, 5.8).
fn keyword<'t>(tree: &'t Tree<'_>, item: &'t Node) -> &'t str {
    let is_keyword = |name: &Name| name.is("mwg-kw", "Keyword");
    let structs = tree.parts(item).filter(|part| part.name.is("rdf", "Description"));
    let found = std::iter::once(item).chain(structs).find_map(|node| {
        let attribute = node.attributes.iter().find(|a| is_keyword(&a.name));
        let element = || tree.parts(node).find(|part| is_keyword(&part.name));
        attribute.map(|a| a.value.as_str()).or_else(|| element().map(|e| e.text.as_str()))
    });
    found.unwrap_or(&item.text)
}

/// Every property of every field, other programs' among them.
fn homes() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let own = PROPERTIES.into_iter().map(|(field, prefix, local, _)| (field, prefix, local));
    own.chain(ALIASES)
}

/// Whether a packet repeats fields that somebody gave or took away, in other words.
fn has_copies(tree: &Tree<'_>, fields: &Fields) -> bool {
    let given = ALIASES.into_iter().filter(|alias| fields.is_given(alias.0));
    let texts = given.filter_map(|(field, prefix, local)| {
        Some((fields.get(field), property(tree, prefix, local)?))
    });
    texts.into_iter().any(|(field, copy)| field != Some(&copy))
}

/// Takes out the properties that have to say something else, and gives the elements that say it.
fn replaced(tree: &Tree<'_>, fields: &Fields, dates: &Dates, edits: &mut Vec<Edit>) -> String {
    let mut new = String::new();
    for (field, prefix, local, shape) in PROPERTIES {
        if fields.is_taken(field) {
            take(tree, prefix, local, edits);
        }
        let texts = fields.list(field);
        if texts.is_empty() || ONLY_READ.contains(&field) {
            continue;
        }
        let clear: Vec<String> = texts.iter().map(|text| clean(text)).collect();
        if items(tree, prefix, local, shape) != clear {
            take(tree, prefix, local, edits);
            new.push_str(&element(prefix, local, shape, &texts));
        }
    }
    for (field, prefix, local) in ALIASES.into_iter().filter(|alias| fields.is_given(alias.0)) {
        if property(tree, prefix, local).as_deref() != fields.get(field) {
            take(tree, prefix, local, edits);
        }
    }
    let before = when_of(tree);
    let date = match dates {
        Dates::None => None,
        Dates::Taken => {
            DATES
                .iter()
                .chain(&DIGITISED)
                .for_each(|(prefix, local)| take(tree, prefix, local, edits));
            None
        }
        Dates::Given(when) => Some(when).filter(|when| before != Some(**when)),
        // What the packet has keeps its bytes, even if it cannot be read.
        Dates::Known(when) => {
            let says = DATES.iter().any(|(prefix, local)| property(tree, prefix, local).is_some());
            Some(when).filter(|_| !says)
        }
    };
    if let Some(text) = date.and_then(|when| when.xmp()) {
        DATES.iter().for_each(|(prefix, local)| take(tree, prefix, local, edits));
        new.push_str(&element("photoshop", "DateCreated", Shape::Text, &[text]));
    }
    new
}

/// Takes out every property of fields that were given or taken away.
fn take_given(tree: &Tree<'_>, fields: &Fields, edits: &mut Vec<Edit>) {
    for (_, prefix, local) in homes().filter(|home| fields.is_given(home.0)) {
        take(tree, prefix, local, edits);
    }
    if ["date", "time", "zone"].into_iter().any(|field| fields.is_given(field)) {
        DATES.iter().for_each(|(prefix, local)| take(tree, prefix, local, edits));
    }
}

fn take(tree: &Tree<'_>, prefix: &str, local: &str, edits: &mut Vec<Edit>) {
    let attributes = tree.descriptions().flat_map(|d| &d.attributes);
    let attributes = attributes.filter(|a| a.name.is(prefix, local)).map(|a| a.whole.clone());
    let whole = elements(tree, prefix, local).map(|n| n.whole.clone());
    edits.extend(attributes.chain(whole).map(|range| (range, String::new())));
}

/// A new packet that says what the fields say; `None` if they say nothing that XMP holds.
pub(in crate::metadata) fn fresh(fields: &Fields, dates: &Dates) -> Option<Vec<u8>> {
    let empty = Tree { source: "", nodes: Vec::new() };
    let new = replaced(&empty, fields, dates, &mut Vec::new());
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

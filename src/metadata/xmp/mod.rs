//! XMP: fields read out of a packet, and the packet changed in the bytes that have to change.
//!
//! Layout: XMP Specification Parts 1 (ISO 16684-1:2019) and 3 (2020), IPTC Photo Metadata Standard
//! 2023.1. A property is an attribute or an element of an `rdf:Description`; its value is a text, an
//! array (`rdf:Alt`, `rdf:Bag`, `rdf:Seq`) or a structure, itself written in several ways.

mod change;
mod encoding;
mod tree;

pub(super) use change::{Changing, Packet, fresh, leftover, says_position};
pub(super) use encoding::in_utf8;

use super::fields::{Fields, Origin, iso_date, iso_time};
use tree::{Name, Node, Tree};

/// How a property's value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Text,
    /// Texts by language, of which `x-default` is meant.
    Alt,
    /// Texts in any order.
    Bag,
    /// Texts in order.
    Seq,
}

/// The property of each field that XMP holds (IPTC Photo Metadata Standard; XMP Part 2).
const PROPERTIES: [(&str, &str, &str, Shape); 15] = [
    ("headline", "photoshop", "Headline", Shape::Text),
    ("description", "dc", "description", Shape::Alt),
    ("city", "photoshop", "City", Shape::Text),
    ("location", "Iptc4xmpCore", "Location", Shape::Text),
    ("province", "photoshop", "State", Shape::Text),
    ("country", "photoshop", "Country", Shape::Text),
    ("country_code", "Iptc4xmpCore", "CountryCode", Shape::Text),
    ("byline", "dc", "creator", Shape::Seq),
    ("credit", "photoshop", "Credit", Shape::Text),
    ("source", "photoshop", "Source", Shape::Text),
    ("copyright", "dc", "rights", Shape::Alt),
    ("instructions", "photoshop", "Instructions", Shape::Text),
    ("keywords", "dc", "subject", Shape::Bag),
    ("event", "Iptc4xmpExt", "Event", Shape::Alt),
    ("lens", "aux", "Lens", Shape::Text),
];

/// When the picture was taken: IPTC's date, and what cameras' own programs write.
const DATES: [(&str, &str); 2] = [("photoshop", "DateCreated"), ("exif", "DateTimeOriginal")];
/// The structures of places, and the field that each becomes as a text.
const PLACES: [(&str, &str); 2] =
    [("shown_location", "LocationShown"), ("viewpoint", "LocationCreated")];
/// The parts of a place, from the small to the large (IPTC Extension, 'Location structure').
const PLACE_PARTS: [&str; 5] =
    ["LocationName", "Sublocation", "City", "ProvinceState", "CountryName"];

/// Reads a packet's fields; the error says, after 'the XMP', why it cannot be read.
pub(super) fn read(packet: &[u8], origin: Origin, fields: &mut Fields) -> Result<(), String> {
    let tree = Tree::new(packet)?;
    for (field, text) in texts(&tree) {
        fields.set(field, text, origin);
    }
    Ok(())
}

/// The fields of a packet; of a property that stands twice, the first counts.
fn texts(tree: &Tree<'_>) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    for (field, prefix, local, _) in PROPERTIES {
        found.extend(property(tree, prefix, local).map(|text| (field, text)));
    }
    let date = DATES.iter().find_map(|(prefix, local)| property(tree, prefix, local));
    if let Some(date) = date {
        found.extend(iso_date(&date).map(|d| ("date", d)));
        found.extend(date.split_once('T').and_then(|(_, t)| iso_time(t)).map(|t| ("time", t)));
    }
    for (field, local) in PLACES {
        let place = elements(tree, "Iptc4xmpExt", local).next();
        found.extend(place.map(|node| (field, place_text(tree, node))));
    }
    found.retain(|(_, text)| !text.is_empty());
    found
}

/// The elements of a property, right within a description.
fn elements<'t>(tree: &'t Tree<'_>, prefix: &str, local: &str) -> impl Iterator<Item = &'t Node> {
    let parts = tree.descriptions().flat_map(|d| tree.parts(d));
    parts.filter(move |n| n.name.is(prefix, local))
}

/// The text of a property, whichever way it is written.
fn property(tree: &Tree<'_>, prefix: &str, local: &str) -> Option<String> {
    let attributes = || tree.descriptions().flat_map(|d| &d.attributes);
    let attribute = attributes().find(|a| a.name.is(prefix, local)).map(|a| a.value.clone());
    attribute.or_else(|| elements(tree, prefix, local).next().map(|n| value(tree, n)))
}

/// The text of a property's element: its own, the default language's, or all items joined.
fn value(tree: &Tree<'_>, node: &Node) -> String {
    let array =
        tree.parts(node).find(|n| ["Alt", "Bag", "Seq"].iter().any(|a| n.name.is("rdf", a)));
    let Some(array) = array else { return node.text.trim().to_owned() };
    let items: Vec<&Node> = tree.parts(array).filter(|n| n.name.is("rdf", "li")).collect();
    if array.name.local != "Alt" {
        let texts = items.iter().map(|n| n.text.trim()).filter(|t| !t.is_empty());
        return texts.collect::<Vec<_>>().join(", ");
    }
    let is_default = |n: &&&Node| {
        n.attributes.iter().any(|a| a.name.is("xml", "lang") && a.value == "x-default")
    };
    let item = items.iter().find(is_default).or(items.first());
    item.map(|n| n.text.trim().to_owned()).unwrap_or_default()
}

/// A place as a text: `Chunggang, North Korea`.
fn place_text(tree: &Tree<'_>, node: &Node) -> String {
    let (mut inside, mut waiting) = (Vec::new(), vec![node]);
    while let Some(node) = waiting.pop() {
        waiting.extend(tree.parts(node));
        inside.push(node);
    }
    let part = |local: &str| {
        let is = |name: &Name| name.is("Iptc4xmpExt", local);
        let attribute = inside.iter().flat_map(|n| &n.attributes).find(|a| is(&a.name));
        let element = || inside.iter().find(|n| is(&n.name)).map(|n| value(tree, n));
        attribute.map(|a| a.value.clone()).or_else(element).filter(|t| !t.is_empty())
    };
    PLACE_PARTS.iter().filter_map(|p| part(p)).collect::<Vec<_>>().join(", ")
}

//! Fields read out of a packet.

use super::encoding::in_utf8;
use super::properties::{CONTACT_PARTS, DATES, PLACE_PARTS, PROPERTIES, Shape};
use super::tree::{Node, Tree};
use crate::metadata::fields::{Fields, Origin};
use crate::metadata::when::When;

/// Reads a packet's fields; the error says, after 'the XMP', why it cannot be read.
pub(in crate::metadata) fn read(
    packet: &[u8],
    origin: Origin,
    fields: &mut Fields,
) -> Result<(), String> {
    let tree = Tree::new(packet)?;
    for (field, prefix, local, shape) in PROPERTIES {
        let mut items = items(&tree, prefix, local, shape);
        match (shape, items.len()) {
            (_, 0) => {}
            (Shape::Bag | Shape::Seq, _) => fields.set_list(field, items, origin),
            (Shape::Contact, 2..) => fields.set_list(field, items, origin),
            _ => fields.set(field, items.swap_remove(0), origin),
        }
    }
    fields.set_when(when_of(&tree).unwrap_or_default(), origin);
    Ok(())
}

/// Whether bytes are a packet that can be read.
pub(crate) fn is_xmp(packet: &[u8]) -> bool {
    Tree::new(&in_utf8(packet)).is_ok()
}

/// When the picture was taken, as a packet has it.
pub(in crate::metadata) fn when(packet: &[u8]) -> Option<When> {
    when_of(&Tree::new(packet).ok()?)
}

pub(super) fn when_of(tree: &Tree<'_>) -> Option<When> {
    let mut dates = DATES.iter().filter_map(|(prefix, local)| property(tree, prefix, local));
    dates.find_map(|date| When::of_block(&date))
}

/// The MD5 sum that the IPTC-IIM block had when it was last brought into line with the packet, in files
/// other than JPEG.
pub(in crate::metadata) fn iptc_digest(packet: &[u8]) -> Option<[u8; 16]> {
    let text = property(&Tree::new(packet).ok()?, "photoshop", "LegacyIPTCDigest")?;
    let digits: Vec<u32> = text.chars().map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    let bytes: Vec<u8> =
        digits.as_chunks().0.iter().map(|&[high, low]| (high << 4 | low) as u8).collect();
    bytes.try_into().ok().filter(|digest| *digest != [0; 16])
}

/// The single texts of a field's property; of one that is there twice, the first counts.
pub(super) fn items(tree: &Tree<'_>, prefix: &str, local: &str, shape: Shape) -> Vec<String> {
    let mut found = match shape {
        Shape::Place => {
            let place = elements(tree, prefix, local).next();
            let parts = place.map(|node| parts(tree, node, &PLACE_PARTS)).unwrap_or_default();
            let named =
                |part: &&str| parts.iter().find(|(name, _)| name == part).map(|(_, t)| t.as_str());
            vec![PLACE_PARTS.iter().filter_map(named).collect::<Vec<_>>().join(", ")]
        }
        Shape::Contact => {
            let contact = elements(tree, prefix, local).next();
            let parts = contact.map(|node| parts(tree, node, &CONTACT_PARTS)).unwrap_or_default();
            parts.into_iter().map(|(_, text)| text).collect()
        }
        _ => {
            let attribute = attribute(tree, prefix, local).map(|text| vec![text]);
            let element = || elements(tree, prefix, local).next().map(|node| values(tree, node));
            attribute.or_else(element).unwrap_or_default()
        }
    };
    found.retain(|text| !text.trim().is_empty());
    found
}

/// The elements of a property, right within a description.
pub(super) fn elements<'t>(
    tree: &'t Tree<'_>,
    prefix: &str,
    local: &str,
) -> impl Iterator<Item = &'t Node> {
    let parts = tree.descriptions().flat_map(|d| tree.parts(d));
    parts.filter(move |n| n.name.is(prefix, local))
}

fn attribute(tree: &Tree<'_>, prefix: &str, local: &str) -> Option<String> {
    let mut attributes = tree.descriptions().flat_map(|d| &d.attributes);
    attributes.find(|a| a.name.is(prefix, local)).map(|a| a.value.clone())
}

/// The text of a property, whichever way it is written.
pub(super) fn property(tree: &Tree<'_>, prefix: &str, local: &str) -> Option<String> {
    let element = || Some(values(tree, elements(tree, prefix, local).next()?).join(", "));
    attribute(tree, prefix, local).or_else(element)
}

/// The texts of a property's element: its own, the default language's, or all items.
pub(super) fn values(tree: &Tree<'_>, node: &Node) -> Vec<String> {
    let array =
        tree.parts(node).find(|n| ["Alt", "Bag", "Seq"].iter().any(|a| n.name.is("rdf", a)));
    let Some(array) = array else { return vec![node.text.trim().to_owned()] };
    let items: Vec<&Node> = tree.parts(array).filter(|n| n.name.is("rdf", "li")).collect();
    if array.name.local != "Alt" {
        return items.iter().map(|n| n.text.trim().to_owned()).collect();
    }
    let is_default = |n: &&&Node| {
        n.attributes.iter().any(|a| a.name.is("xml", "lang") && a.value == "x-default")
    };
    let item = items.iter().find(is_default).or(items.first());
    item.map(|n| n.text.trim().to_owned()).into_iter().collect()
}

/// The parts of a structure that have these names, in the order of the packet: `City`, `Chunggang`.
fn parts(tree: &Tree<'_>, node: &Node, names: &[&str]) -> Vec<(String, String)> {
    let (mut found, mut waiting): (Vec<(String, String)>, _) = (Vec::new(), vec![node]);
    while let Some(node) = waiting.pop() {
        let known = |name: &str| names.contains(&name);
        let attributes = node.attributes.iter().filter(|a| known(&a.name.local));
        let attributes = attributes.map(|a| (a.name.local.clone(), a.value.clone()));
        let own = known(&node.name.local)
            .then(|| (node.name.local.clone(), values(tree, node).join(", ")));
        for (name, text) in attributes.chain(own) {
            // Of several places the first counts.
            if !text.trim().is_empty() && found.iter().all(|(other, _)| *other != name) {
                found.push((name, text));
            }
        }
        let mut inner: Vec<&Node> = tree.parts(node).collect();
        inner.reverse();
        waiting.extend(inner);
    }
    found
}

//! A packet and its extended packet made one: for a format that has room for both in one place, or to be
//! split again (XMP Specification part 3, 1.1.3.1).

use super::tree::{Tree, declarations};
use super::write::{Edit, applied};

/// The packet with what its extended packet says; none if that cannot be done surely.
pub(in crate::metadata) fn joined(packet: &[u8], extended: &[u8]) -> Option<Vec<u8>> {
    let (tree, further) = (Tree::new(packet).ok()?, Tree::new(extended).ok()?);
    let rdf = tree.rdf().filter(|rdf| rdf.inner.end < rdf.whole.end)?;
    let around = [further.nodes.first()?, further.rdf()?];
    let mut added = String::new();
    for description in further.descriptions() {
        let source = &further.source[description.whole.clone()];
        let name_end = source.find(|c: char| c.is_whitespace() || c == '>' || c == '/')?;
        let (name, rest) = source.split_at(name_end);
        let mut own: Vec<&str> =
            declarations(further.source, description).into_iter().map(|(name, _)| name).collect();
        added.push_str(name);
        // The inner declaration counts.
        for (name, whole) in around.iter().rev().flat_map(|n| declarations(further.source, n)) {
            if !own.contains(&name) {
                own.push(name);
                added.push_str(whole);
            }
        }
        added.push_str(rest);
        added.push('\n');
    }
    let mut edits: Vec<Edit> = vec![(rdf.inner.end..rdf.inner.end, added)];
    for node in tree.nodes.iter() {
        if node.name.is("xmpNote", "HasExtendedXMP") {
            edits.push((node.whole.clone(), String::new()));
        }
        let attributes = node.attributes.iter();
        let names = attributes.filter(|a| a.name.is("xmpNote", "HasExtendedXMP"));
        edits.extend(names.map(|a| (a.whole.clone(), String::new())));
    }
    let joined = applied(tree.source, edits);
    Tree::new(&joined).is_ok().then_some(joined)
}

#[cfg(test)]
mod tests {
    use super::super::split::{Split, name_of, split};
    use super::super::tree::address;
    use super::*;

    #[test]
    fn what_was_split_is_joined_with_its_namespaces_and_can_be_split_again() {
        let mask = "m".repeat(3000);
        let text = format!(
            "<x:xmpmeta xmlns:x='adobe:ns:meta/'><r:RDF xmlns:r='{}' xmlns:own='urn:own'>\
             <r:Description r:about='' xmlns:photoshop='{}' photoshop:City='Tumen'>\
             <own:Mask>{mask}</own:Mask><own:Small>kept</own:Small></r:Description></r:RDF></x:xmpmeta>",
            address("rdf"),
            address("photoshop"),
        );
        let Split { packet, extended } = split(text.as_bytes(), 2000).unwrap();
        let name = name_of(&extended);
        let joined = joined(&packet, &extended).unwrap();
        let text = String::from_utf8(joined.clone()).unwrap();
        assert!(text.contains(&mask) && text.contains("Tumen") && text.contains("<own:Small>"));
        assert!(!text.contains(&name) && !text.contains("HasExtendedXMP"), "{text}");
        let again = split(&joined, 2000).unwrap();
        assert!(again.packet.len() <= 2000 && again.extended.len() > mask.len());
        assert!(super::joined(b"<broken", &extended).is_none());
    }
}

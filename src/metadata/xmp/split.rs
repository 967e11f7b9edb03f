//! A packet that is too long for its container: first its padding is dropped, then a part of it moves into
//! extended XMP (XMP Specification part 3, 1.1.3.1), beginning with the longest properties that no news desk
//! needs.

use super::properties::{DATES, PROPERTIES};
use super::tree::{Node, Tree, address};
use super::write::applied;

/// Bytes that naming the extended packet takes at most.
const NAMING_BYTES: usize = 400;

/// A packet that fits, and its extended packet.
pub(in crate::metadata) struct Split {
    pub(in crate::metadata) packet: Vec<u8>,
    pub(in crate::metadata) extended: Vec<u8>,
}

/// The name by which a packet knows its extended packet: its MD5 sum.
pub(in crate::metadata) fn name_of(extended: &[u8]) -> String {
    md5::compute(extended).0.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// The packet without the blanks that leave room for changes.
pub(in crate::metadata) fn without_padding(packet: &[u8]) -> Vec<u8> {
    const END: &[u8] = b"<?xpacket end";
    let Some(end) = packet.windows(END.len()).rposition(|w| w == END) else {
        return packet.to_vec();
    };
    let text = packet[..end].trim_ascii_end();
    [text, b"\n", &packet[end..]].concat()
}

/// Splits a packet so that its first part has `most` bytes; none if that cannot be done.
pub(in crate::metadata) fn split(packet: &[u8], most: usize) -> Option<Split> {
    let tree = Tree::new(packet).ok()?;
    let asked = |node: &Node| {
        let of_field = PROPERTIES.iter().any(|(_, prefix, local, _)| node.name.is(prefix, local));
        of_field || DATES.iter().any(|(prefix, local)| node.name.is(prefix, local))
    };
    let mut all: Vec<&Node> = tree.descriptions().flat_map(|d| tree.parts(d)).collect();
    all.sort_by_key(|node| (asked(node), std::cmp::Reverse(node.whole.len())));
    let (mut moved, mut bytes) = (Vec::new(), packet.len() + NAMING_BYTES);
    for node in all {
        if bytes <= most {
            break;
        }
        bytes -= node.whole.len();
        moved.push(node);
    }
    if bytes > most {
        return None;
    }
    let gone = |range: &std::ops::Range<usize>| (range.clone(), String::new());
    let is_moved = |node: &Node| moved.iter().any(|other| other.whole == node.whole);
    let mut stays = Vec::new();
    for description in tree.descriptions() {
        let about = |name: &str| name == "about";
        stays.extend(
            description.attributes.iter().filter(|a| !about(&a.name.local)).map(|a| gone(&a.whole)),
        );
        stays.extend(tree.parts(description).filter(|n| !is_moved(n)).map(|n| gone(&n.whole)));
    }
    let whole = tree.nodes.first()?.whole.clone();
    // What is before and behind the root belongs to the packet alone.
    stays.extend([gone(&(0..whole.start)), gone(&(whole.end..tree.source.len()))]);
    let extended = applied(tree.source, stays);
    let rdf = tree.rdf().filter(|rdf| rdf.inner.end < rdf.whole.end)?;
    let (of_rdf, of_note) = (address("rdf"), address("xmpNote"));
    let about = tree.descriptions().flat_map(|d| &d.attributes).find(|a| a.name.local == "about");
    let about = about.map_or("", |a| &tree.source[a.quoted.clone()]);
    let note = format!(
        "<rdf:Description xmlns:rdf=\"{of_rdf}\" rdf:about=\"{about}\" xmlns:xmpNote=\"{of_note}\" \
         xmpNote:HasExtendedXMP=\"{}\"/>\n",
        name_of(&extended)
    );
    let mut edits: Vec<_> = moved.iter().map(|node| gone(&node.whole)).collect();
    edits.push((rdf.inner.end..rdf.inner.end, note));
    let packet = applied(tree.source, edits);
    (packet.len() <= most && Tree::new(&extended).is_ok()).then_some(Split { packet, extended })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::{Blocks, Fields, Origin};

    #[test]
    fn a_long_packet_keeps_its_fields_and_moves_its_masks() {
        let mask = "m".repeat(70_000);
        let text = format!(
            "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='{}'>\
             <rdf:Description rdf:about='' xmlns:dc='{}' xmlns:own='urn:own' own:small='kept'>\
             <dc:title>River</dc:title><own:Mask>{mask}</own:Mask></rdf:Description>\
             </rdf:RDF></x:xmpmeta>{}<?xpacket end='w'?>",
            address("rdf"),
            address("dc"),
            " ".repeat(3000)
        );
        assert_eq!(without_padding(text.as_bytes()).len(), text.len() - 2999);
        let Split { packet, extended } = split(text.as_bytes(), 65_000).unwrap();
        let (main, extension) =
            (String::from_utf8(packet).unwrap(), String::from_utf8(extended).unwrap());
        assert!(main.contains("River") && main.contains("own:small") && !main.contains("mmm"));
        assert!(
            extension.contains(&mask)
                && !extension.contains("River")
                && !extension.contains("small=")
        );
        assert!(main.contains(&name_of(extension.as_bytes())));
        let blocks = Blocks {
            xmp: Some(main.into_bytes()),
            xmp_extended: Some(extension.into_bytes()),
            ..Blocks::default()
        };
        let (fields, warnings) = Fields::read(&blocks, "", Default::default());
        assert_eq!((fields.get("title"), warnings.len()), (Some("River"), 0));
        assert_eq!(fields.value("title").unwrap().origin, Origin::Xmp);
        assert!(split(text.as_bytes(), 300).is_none());
    }
}

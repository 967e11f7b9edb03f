//! An XMP packet as a tree of elements that know which bytes of the packet they are.
//!
//! Layout: XMP Specification Part 1 (ISO 16684-1:2019), chapter 7: RDF/XML in UTF-8. Because every
//! element and attribute knows its bytes, a change replaces only those bytes. A document type is
//! refused, so only XML's own five entities are expanded.

use std::collections::HashMap;
use std::ops::Range;

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::Event;

use crate::metadata::blocks::MOST_XMP_BYTES;

/// Elements within one another, and in all, beyond which a packet is refused; Lightroom's longest
/// histories have a few thousand, ten deep.
const DEPTH_MAX: usize = 100;
const NODES_MAX: usize = 200_000;

/// The namespaces that longlens knows, by the prefix that the XMP specification gives them.
const NAMESPACES: [(&str, &str); 49] = [
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("dc", "http://purl.org/dc/elements/1.1/"),
    ("xmp", "http://ns.adobe.com/xap/1.0/"),
    ("xmpNote", "http://ns.adobe.com/xmp/note/"),
    ("tiff", "http://ns.adobe.com/tiff/1.0/"),
    ("exif", "http://ns.adobe.com/exif/1.0/"),
    ("exifEX", "http://cipa.jp/exif/1.0/"),
    ("aux", "http://ns.adobe.com/exif/1.0/aux/"),
    ("photoshop", "http://ns.adobe.com/photoshop/1.0/"),
    ("Iptc4xmpCore", "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"),
    ("Iptc4xmpExt", "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"),
    ("MicrosoftPhoto", "http://ns.microsoft.com/photo/1.0/"),
    ("MicrosoftPhoto", "http://ns.microsoft.com/photo/1.0"),
    ("hdrgm", "http://ns.adobe.com/hdr-gain-map/1.0/"),
    ("HDRGainMap", "http://ns.apple.com/HDRGainMap/1.0/"),
    ("Container", "http://ns.google.com/photos/1.0/container/"),
    ("GCamera", "http://ns.google.com/photos/1.0/camera/"),
    ("GImage", "http://ns.google.com/photos/1.0/image/"),
    ("GDepth", "http://ns.google.com/photos/1.0/depthmap/"),
    ("GAudio", "http://ns.google.com/photos/1.0/audio/"),
    ("Device", "http://ns.google.com/photos/dd/1.0/device/"),
    ("drone-dji", "http://www.dji.com/drone-dji/1.0/"),
    ("drone-parrot", "http://www.parrot.com/drone-parrot/1.0/"),
    ("drone", "http://ns.google.com/photos/1.0/drone/"),
    ("Camera", "http://pix4d.com/camera/1.0"),
    ("Camera", "http://pix4d.com/camera/1.0/"),
    ("geo", "http://www.w3.org/2003/01/geo/wgs84_pos#"),
    ("xmpDM", "http://ns.adobe.com/xmp/1.0/DynamicMedia/"),
    ("crs", "http://ns.adobe.com/camera-raw-settings/1.0/"),
    ("xml", "http://www.w3.org/XML/1998/namespace"),
    ("xmpRights", "http://ns.adobe.com/xap/1.0/rights/"),
    ("dcterms", "http://purl.org/dc/terms/"),
    ("lr", "http://ns.adobe.com/lightroom/1.0/"),
    ("digiKam", "http://www.digikam.org/ns/1.0/"),
    ("mediapro", "http://ns.iview-multimedia.com/mediapro/1.0/"),
    ("acdsee", "http://ns.acdsee.com/iptc/1.0/"),
    ("acdsee-rs", "http://ns.acdsee.com/regions/"),
    ("mwg-kw", "http://www.metadataworkinggroup.com/schemas/keywords/"),
    ("mwg-rs", "http://www.metadataworkinggroup.com/schemas/regions/"),
    ("stArea", "http://ns.adobe.com/xmp/sType/Area#"),
    ("stDim", "http://ns.adobe.com/xap/1.0/sType/Dimensions#"),
    ("MP", "http://ns.microsoft.com/photo/1.2/"),
    ("apple-fi", "http://ns.apple.com/faceinfo/1.0/"),
    ("pdf", "http://ns.adobe.com/pdf/1.3/"),
    ("OpCamera", "http://ns.oplus.com/photos/1.0/camera/"),
    ("MiCamera", "http://ns.xiaomi.com/photos/1.0/camera/"),
    ("HwCamera", "http://ns.huawei.com/photos/1.0/camera/"),
    ("darktable", "http://darktable.sf.net/"),
    ("crss", "http://ns.adobe.com/camera-raw-saved-settings/1.0/"),
];

/// The address of a namespace by its usual prefix.
pub(super) fn address(prefix: &str) -> &'static str {
    NAMESPACES.iter().find(|(p, _)| *p == prefix).map_or("", |(_, address)| address)
}

/// A name with the usual prefix of its namespace, whatever prefix the packet uses; an unknown
/// namespace is `?`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) prefix: &'static str,
    pub(super) local: String,
}

impl Name {
    pub(super) fn is(&self, prefix: &str, local: &str) -> bool {
        self.prefix == prefix && self.local == local
    }
}

/// One attribute.
#[derive(Debug, Clone)]
pub(super) struct Attribute {
    pub(super) name: Name,
    pub(super) value: String,
    /// Its bytes, with the space before it.
    pub(super) whole: Range<usize>,
    /// The bytes between its quotes.
    pub(super) quoted: Range<usize>,
}

/// One element.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) name: Name,
    pub(super) attributes: Vec<Attribute>,
    pub(super) children: Vec<usize>,
    /// Its own text, without that of elements within it.
    pub(super) text: String,
    /// All its bytes, tags included.
    pub(super) whole: Range<usize>,
    /// The bytes between its tags; empty at its end where it has only one.
    pub(super) inner: Range<usize>,
}

/// A packet and its elements, in the order of their first bytes.
#[derive(Debug, Clone)]
pub(super) struct Tree<'a> {
    pub(super) source: &'a str,
    pub(super) nodes: Vec<Node>,
}

/// The prefixes that an element declares.
type Scope = HashMap<String, &'static str>;

struct Growing<'a> {
    source: &'a str,
    nodes: Vec<Node>,
    open: Vec<usize>,
    scopes: Vec<Scope>,
}

impl<'a> Tree<'a> {
    /// Reads a packet; the error says, after 'the XMP', what is wrong with it.
    pub(super) fn new(packet: &'a [u8]) -> Result<Self, String> {
        if packet.len() > MOST_XMP_BYTES {
            return Err("is larger than 32 MiB".to_owned());
        }
        let source = std::str::from_utf8(packet).map_err(|_| "is not UTF-8".to_owned())?;
        let source = source.trim_end_matches('\0').trim_start_matches('\u{FEFF}');
        let mut growing = Growing { source, nodes: vec![], open: vec![], scopes: vec![] };
        let mut reader = Reader::from_str(source);
        loop {
            let start = reader.buffer_position() as usize;
            let event = reader.read_event().map_err(|e| format!("is not well-formed XML: {e}"))?;
            let end = reader.buffer_position() as usize;
            match event {
                Event::Eof => break,
                event => growing.take(&event, start..end)?,
            }
        }
        if growing.nodes.is_empty() {
            return Err("contains no element".to_owned());
        }
        match growing.open.is_empty() {
            true => Ok(Self { source, nodes: growing.nodes }),
            false => Err("ends in the middle of an element".to_owned()),
        }
    }

    /// The element `rdf:RDF`.
    pub(super) fn rdf(&self) -> Option<&Node> {
        self.nodes.iter().find(|n| n.name.is("rdf", "RDF"))
    }

    /// The elements `rdf:Description` right under `rdf:RDF`, whose parts are the properties.
    pub(super) fn descriptions(&self) -> impl Iterator<Item = &Node> {
        let parts = self.rdf().map(|rdf| self.parts(rdf));
        parts.into_iter().flatten().filter(|n| n.name.is("rdf", "Description"))
    }

    /// The elements right within an element.
    pub(super) fn parts(&self, node: &Node) -> impl Iterator<Item = &Node> {
        node.children.iter().map(|&i| &self.nodes[i])
    }
}

impl Growing<'_> {
    fn take(&mut self, event: &Event<'_>, range: Range<usize>) -> Result<(), String> {
        match event {
            Event::Start(_) => {
                let index = self.add(range)?;
                self.open.push(index);
            }
            Event::Empty(_) => {
                self.add(range)?;
                self.scopes.pop();
            }
            Event::End(_) => {
                if let Some(index) = self.open.pop() {
                    self.scopes.pop();
                    let node = &mut self.nodes[index];
                    node.inner.end = range.start;
                    node.whole.end = range.end;
                }
            }
            Event::Text(_) | Event::GeneralRef(_) => {
                let text = unescape(&self.source[range])
                    .map_err(|e| format!("is not well-formed XML: {e}"))?;
                self.add_text(&text);
            }
            Event::CData(text) => self.add_text(text),
            Event::DocType(_) => {
                return Err("declares a document type, which XMP never does".into());
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::Eof => {}
        }
        Ok(())
    }

    fn add_text(&mut self, text: &str) {
        if let Some(&index) = self.open.last() {
            self.nodes[index].text.push_str(text);
        }
    }

    fn add(&mut self, whole: Range<usize>) -> Result<usize, String> {
        if self.open.len() >= DEPTH_MAX || self.nodes.len() >= NODES_MAX {
            return Err("has too many elements".to_owned());
        }
        let (tag, raw) = attributes(self.source, &whole)?;
        let declares = |(name, value, ..): &(&str, String, Range<usize>, Range<usize>)| {
            let prefix = name.strip_prefix("xmlns")?;
            let known = NAMESPACES.iter().find(|(_, address)| address == value);
            Some((prefix.trim_start_matches(':').to_owned(), known.map_or("?", |(p, _)| *p)))
        };
        self.scopes.push(raw.iter().filter_map(declares).collect());
        let attributes = raw.into_iter().filter(|(name, ..)| !name.starts_with("xmlns")).map(
            |(name, value, whole, quoted)| Attribute {
                name: self.name(name),
                value,
                whole,
                quoted,
            },
        );
        let attributes = attributes.collect();
        let inner = whole.end..whole.end;
        let (name, index) = (self.name(tag), self.nodes.len());
        self.nodes.push(Node {
            name,
            attributes,
            children: vec![],
            text: String::new(),
            whole,
            inner,
        });
        if let Some(&parent) = self.open.last() {
            self.nodes[parent].children.push(index);
        }
        Ok(index)
    }

    fn name(&self, written: &str) -> Name {
        let (prefix, local) = written.split_once(':').unwrap_or(("", written));
        let known = self.scopes.iter().rev().find_map(|scope| scope.get(prefix).copied());
        let known = if prefix == "xml" { Some("xml") } else { known };
        Name {
            prefix: known.unwrap_or(if prefix.is_empty() { "" } else { "?" }),
            local: local.to_owned(),
        }
    }
}

/// The prefixes that an element declares, each with its whole attribute and the space before it.
pub(super) fn declarations<'a>(source: &'a str, node: &Node) -> Vec<(&'a str, &'a str)> {
    let tag = node.whole.start..node.inner.start;
    let all = attributes(source, &tag).map(|(_, all)| all).unwrap_or_default();
    let declares = all.into_iter().filter(|(name, ..)| name.starts_with("xmlns"));
    declares.map(|(name, _, whole, _)| (name, &source[whole])).collect()
}

/// An attribute's name, value, own bytes with the space before, and bytes between the quotes.
type Raw<'a> = (&'a str, String, Range<usize>, Range<usize>);

/// The name of a tag, and its attributes; the reader has seen to it that the tag is closed.
fn attributes<'a>(source: &'a str, tag: &Range<usize>) -> Result<(&'a str, Vec<Raw<'a>>), String> {
    let wrong = || "has an attribute that cannot be read".to_owned();
    let text =
        source[tag.clone()].trim_start_matches('<').trim_end_matches('>').trim_end_matches('/');
    let (name, mut rest) = text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()));
    let mut found = Vec::new();
    while !rest.trim_start().is_empty() {
        let at = tag.start + 1 + text.len() - rest.len();
        let (key, after) = rest.split_once('=').ok_or_else(wrong)?;
        let value = after.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or_else(wrong)?;
        let end = value[1..].find(quote).ok_or_else(wrong)?;
        let start = tag.start + 1 + text.len() - value.len() + 1;
        let raw = &value[1..=end];
        let clear = unescape(raw).map_err(|e| format!("is not well-formed XML: {e}"))?.into_owned();
        rest = &value[end + 2..];
        found.push((key.trim(), clear, at..start + end + 1, start..start + end));
    }
    Ok((name, found))
}

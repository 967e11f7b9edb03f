//! Writing XMP: elements, descriptions, and a packet with its edits.

use std::cmp::Reverse;
use std::ops::Range;

use quick_xml::escape::escape;

use super::properties::Shape;
use super::tree::address;

/// A range of the packet and what replaces it.
pub(super) type Edit = (Range<usize>, String);

/// One property as an element, with its namespace.
pub(super) fn element(prefix: &str, local: &str, shape: Shape, texts: &[String]) -> String {
    let all: Vec<String> = texts.iter().map(|text| clean(text)).collect();
    let clear = all.join(", ");
    let item = |text: &str, lang: &str| format!("<rdf:li{lang}>{}</rdf:li>", escaped(text));
    let inner = match shape {
        Shape::Text => escaped(&clear),
        Shape::Alt => format!("<rdf:Alt>{}</rdf:Alt>", item(&clear, " xml:lang=\"x-default\"")),
        Shape::Seq => {
            format!("<rdf:Seq>{}</rdf:Seq>", all.iter().map(|t| item(t, "")).collect::<String>())
        }
        Shape::Bag => {
            format!("<rdf:Bag>{}</rdf:Bag>", all.iter().map(|t| item(t, "")).collect::<String>())
        }
        Shape::Place => place(&item(&clear, " xml:lang=\"x-default\"")),
        Shape::Contact => all.iter().map(|text| contact(text)).collect(),
    };
    let resource = if shape == Shape::Contact { " rdf:parseType=\"Resource\"" } else { "" };
    let address = address(prefix);
    format!("<{prefix}:{local} xmlns:{prefix}=\"{address}\"{resource}>{inner}</{prefix}:{local}>\n")
}

/// A place of which only the name is known (IPTC Extension, 'Location structure').
fn place(name: &str) -> String {
    format!(
        "<rdf:Bag><rdf:li rdf:parseType=\"Resource\"><Iptc4xmpExt:LocationName><rdf:Alt>{name}\
         </rdf:Alt></Iptc4xmpExt:LocationName></rdf:li></rdf:Bag>"
    )
}

/// One way to reach somebody, by what it looks like.
fn contact(text: &str) -> String {
    let number = |c: char| c.is_ascii_digit() || " +()-./".contains(c);
    let name = match text {
        _ if text.contains('@') && !text.contains(' ') => "CiEmailWork",
        _ if text.starts_with("http://")
            || text.starts_with("https://")
            || text.starts_with("www.") =>
        {
            "CiUrlWork"
        }
        _ if text.chars().all(number) => "CiTelWork",
        _ => "CiAdrExtadr",
    };
    format!("<Iptc4xmpCore:{name}>{}</Iptc4xmpCore:{name}>", escaped(text))
}

/// A text without the characters that XML 1.0 (2.2) cannot say.
pub(super) fn clean(text: &str) -> String {
    let says = |c: &char| !matches!(c, '\0'..='\x08' | '\x0B' | '\x0C' | '\x0E'..='\x1F' | '\u{FFFE}' | '\u{FFFF}');
    text.chars().filter(says).collect::<String>().trim().to_owned()
}

pub(super) fn escaped(text: &str) -> String {
    // A bare carriage return would come back as a line feed (XML 1.0, 2.11).
    escape(text).replace('\r', "&#xD;")
}

pub(super) fn description(about: &str, properties: &str) -> String {
    let rdf = address("rdf");
    format!(
        "<rdf:Description xmlns:rdf=\"{rdf}\" rdf:about=\"{about}\">\n{properties}</rdf:Description>\n"
    )
}

/// The packet with its edits; an edit within another one's range is part of it.
pub(super) fn applied(source: &str, mut edits: Vec<Edit>) -> Vec<u8> {
    edits.sort_by_key(|(range, _)| (range.start, Reverse(range.end)));
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

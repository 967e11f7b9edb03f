//! Faces and other parts of a picture that a packet names: they follow crop, turn and resize.
//!
//! Layouts: Metadata Working Group 2.0, 5 (`mwg-rs`: centre and size of an area, as shares of the stored
//! picture), which ACDSee's are like; Microsoft's `MP:RegionInfo` (left, top, width and height in one text);
//! IPTC Extension 1.5, Image Region (corner and size, as shares or in pixels). Rectangles are followed. A
//! circle, a polygon or a point is not: such a region is removed, with a warning.

use std::ops::Range;

use super::geometry::{Area, Geometry};
use super::read::values;
use super::tree::{Node, Tree};
use super::write::Edit;

/// How a property names its regions.
struct Kind {
    prefix: &'static str,
    local: &'static str,
    /// The element that holds the list; `None` if the property does.
    list: Option<&'static str>,
    /// What holds an area in a region: elements, or of Microsoft's regions the text.
    areas: &'static [&'static str],
    form: Form,
    /// What names people in a region.
    people: &'static str,
}

/// How numbers say where a rectangle is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Centre and size.
    Centre,
    /// Left upper corner and size.
    Corner,
    /// The same in one text, between commas.
    OneText,
}

const KINDS: [Kind; 4] = [
    Kind {
        prefix: "mwg-rs",
        local: "Regions",
        list: Some("RegionList"),
        areas: &["Area"],
        form: Form::Centre,
        people: "Name",
    },
    Kind {
        prefix: "acdsee-rs",
        local: "Regions",
        list: Some("RegionList"),
        areas: &["DLYArea", "ALGArea"],
        form: Form::Centre,
        people: "Name",
    },
    Kind {
        prefix: "MP",
        local: "RegionInfo",
        list: Some("Regions"),
        areas: &["Rectangle"],
        form: Form::OneText,
        people: "PersonDisplayName",
    },
    Kind {
        prefix: "Iptc4xmpExt",
        local: "ImageRegion",
        list: None,
        areas: &["RegionBoundary"],
        form: Form::Corner,
        people: "PersonInImage",
    },
];

/// The properties that hold regions.
fn properties<'t>(tree: &'t Tree<'_>) -> impl Iterator<Item = (&'static Kind, &'t Node)> {
    let kind = |node: &Node| KINDS.iter().find(|kind| node.name.is(kind.prefix, kind.local));
    tree.nodes.iter().filter_map(move |node| Some((kind(node)?, node)))
}

/// A value, as an attribute or as an element, and its bytes.
fn part(tree: &Tree<'_>, node: &Node, local: &str) -> Option<(String, Range<usize>)> {
    let mut waiting = vec![node];
    while let Some(node) = waiting.pop() {
        if let Some(found) = node.attributes.iter().find(|a| a.name.local == local) {
            return Some((found.value.clone(), found.quoted.clone()));
        }
        if node.name.local == local && node.children.is_empty() {
            return Some((node.text.trim().to_owned(), node.inner.clone()));
        }
        waiting.extend(tree.parts(node));
    }
    None
}

/// A part that is a finite number, and its bytes.
fn number(tree: &Tree<'_>, node: &Node, local: &str) -> Option<(f64, Range<usize>)> {
    let (text, range) = part(tree, node, local)?;
    Some((text.parse::<f64>().ok().filter(|n| n.is_finite())?, range))
}

/// The first element of this name at or below a node.
fn below<'t>(tree: &'t Tree<'_>, node: &'t Node, local: &str) -> Option<&'t Node> {
    let mut waiting = vec![node];
    while let Some(node) = waiting.pop() {
        if node.name.local == local {
            return Some(node);
        }
        waiting.extend(tree.parts(node));
    }
    None
}

/// A rectangle of a region: the bytes of its numbers, what is one in their units, where it is now.
struct Rectangle {
    form: Form,
    numbers: Vec<Range<usize>>,
    one: [f64; 2],
    new: Option<Area>,
}

impl Rectangle {
    /// Reads it; none if it is not a rectangle. `applied` is the size of the picture that the regions were made
    /// for, if that is known.
    fn read(
        tree: &Tree<'_>,
        area: &Node,
        form: Form,
        applied: Option<[f64; 2]>,
        geometry: &Geometry,
    ) -> Option<Self> {
        let says = |local: &str| part(tree, area, local).map(|(text, _)| text);
        let apart = |names: [&str; 4]| {
            let found = names.map(|name| number(tree, area, name));
            let all: Vec<_> = found.into_iter().flatten().collect();
            let (numbers, ranges): (Vec<f64>, Vec<_>) = all.into_iter().unzip();
            Some((<[f64; 4]>::try_from(numbers).ok()?, ranges))
        };
        let (mut old, mut new) = ([1.0; 2], [1.0; 2]);
        let ([x, y, w, h], numbers) = match form {
            // A circle has a diameter and a point no size.
            Form::Centre => {
                says("unit").is_none_or(|unit| unit == "normalized").then_some(())?;
                let ([x, y, w, h], ranges) = apart(["x", "y", "w", "h"])?;
                ([x - w / 2.0, y - h / 2.0, w, h], ranges)
            }
            Form::Corner => {
                says("rbShape").filter(|shape| shape == "rectangle")?;
                if says("rbUnit").is_some_and(|unit| unit == "pixel") {
                    let size = geometry.size;
                    (old, new) = (geometry.stored(), [size.width, size.height].map(f64::from));
                }
                apart(["rbX", "rbY", "rbW", "rbH"])?
            }
            Form::OneText => {
                let (text, range) = part(tree, area, "Rectangle")?;
                let numbers = text.split(',').map(|n| n.trim().parse().ok());
                let numbers: Vec<f64> = numbers.collect::<Option<_>>()?;
                (numbers.try_into().ok()?, vec![range])
            }
        };
        let area = [x / old[0], y / old[1], (x + w) / old[0], (y + h) / old[1]];
        Some(Self { form, numbers, one: new, new: geometry.follow(area, applied) })
    }

    fn edits(self) -> Vec<Edit> {
        let Some([left, top, right, bottom]) = self.new else { return Vec::new() };
        let (width, height) = (right - left, bottom - top);
        let [x, y] = match self.form {
            Form::Centre => [(left + right) / 2.0, (top + bottom) / 2.0],
            Form::Corner | Form::OneText => [left, top],
        };
        let [across, down] = self.one;
        let new = [x * across, y * down, width * across, height * down];
        let new = new.map(|number| format!("{number:.6}"));
        match self.form {
            Form::OneText => self.numbers.into_iter().map(|r| (r, new.join(", "))).collect(),
            Form::Centre | Form::Corner => self.numbers.into_iter().zip(new).collect(),
        }
    }
}

/// One region: its bytes, the people that it names, its rectangles.
struct Region<'t> {
    node: &'t Node,
    people: Vec<String>,
    /// `None` if it is not a rectangle.
    rectangles: Option<Vec<Rectangle>>,
}

impl Region<'_> {
    /// Whether it was cropped away.
    fn is_gone(&self) -> bool {
        let all = |rectangles: &Vec<Rectangle>| rectangles.iter().all(|r| r.new.is_none());
        self.rectangles.as_ref().is_some_and(all)
    }
}

/// All regions of a property; none if they are not in a list.
fn regions<'t>(
    tree: &'t Tree<'_>,
    property: &'t Node,
    kind: &Kind,
    geometry: &Geometry,
) -> Option<Vec<Region<'t>>> {
    let applied = below(tree, property, "AppliedToDimensions")
        .and_then(|applied| Some([number(tree, applied, "w")?.0, number(tree, applied, "h")?.0]));
    let one = |node: &'t Node| {
        let areas: Vec<&Node> = match kind.form {
            Form::OneText => vec![node],
            _ => kind.areas.iter().filter_map(|name| below(tree, node, name)).collect(),
        };
        let rectangle = |area| Rectangle::read(tree, area, kind.form, applied, geometry);
        let rectangles = areas.into_iter().map(rectangle).collect::<Option<Vec<_>>>();
        let attribute = || part(tree, node, kind.people).map(|(name, _)| vec![name]);
        let people = match below(tree, node, kind.people) {
            Some(element) => values(tree, element),
            None => attribute().unwrap_or_default(),
        };
        Region { node, people, rectangles: rectangles.filter(|all| !all.is_empty()) }
    };
    let list = match kind.list {
        Some(name) => below(tree, property, name)?,
        None => property,
    };
    let items = tree.parts(list).flat_map(|bag| tree.parts(bag));
    Some(items.map(one).collect())
}

/// What of a packet's regions has to be replaced, and what goes: regions that were cropped away or cannot be
/// followed, and properties of which no region is left.
pub(super) fn followed(tree: &Tree<'_>, geometry: &Geometry) -> Vec<Edit> {
    let mut edits = Vec::new();
    if !geometry.moves_pixels() {
        return edits;
    }
    for (kind, node) in properties(tree) {
        let before = tree.source[..node.whole.start].trim_end().len();
        let gone = (before..node.whole.end, String::new());
        let regions = regions(tree, node, kind, geometry).unwrap_or_default();
        let stays = |region: &Region<'_>| region.rectangles.is_some() && !region.is_gone();
        if !regions.iter().any(stays) {
            edits.push(gone);
            continue;
        }
        for region in regions {
            match stays(&region) {
                true => {
                    edits.extend(region.rectangles.into_iter().flatten().flat_map(Rectangle::edits))
                }
                false => edits.push((region.node.whole.clone(), String::new())),
            }
        }
        if let Some(applied) = below(tree, node, "AppliedToDimensions") {
            for (local, number) in [("w", geometry.size.width), ("h", geometry.size.height)] {
                let place = part(tree, applied, local);
                edits.extend(place.map(|(_, range)| (range, number.to_string())));
            }
        }
    }
    edits
}

/// The properties with regions that cannot be followed, by their names.
pub(in crate::metadata) fn unfollowed(packet: &[u8], geometry: &Geometry) -> Vec<String> {
    let Ok(tree) = Tree::new(packet) else { return Vec::new() };
    if !geometry.moves_pixels() {
        return Vec::new();
    }
    let is_lost = |region: &Region<'_>| region.rectangles.is_none();
    let lost = properties(&tree).filter(|(kind, node)| {
        regions(&tree, node, kind, geometry).is_none_or(|all| all.iter().any(is_lost))
    });
    lost.map(|(kind, _)| format!("{}:{}", kind.prefix, kind.local)).collect()
}

/// The names of people of whom no part is in the finished picture.
pub(in crate::metadata) fn cropped_out(packet: &[u8], geometry: &Geometry) -> Vec<String> {
    let Ok(tree) = Tree::new(packet) else { return Vec::new() };
    let all = properties(&tree).filter_map(|(kind, node)| regions(&tree, node, kind, geometry));
    let seen: Vec<(String, bool)> = all
        .flatten()
        .flat_map(|region| {
            let there = !region.is_gone();
            region.people.into_iter().map(move |name| (name, there))
        })
        .collect();
    let stays = |name: &String| seen.iter().any(|(other, there)| other == name && *there);
    let gone = seen.iter().map(|(name, _)| name).filter(|name| !name.is_empty() && !stays(name));
    gone.cloned().collect()
}

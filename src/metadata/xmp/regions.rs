//! Faces and other parts of a picture that a packet names: they follow crop, turn and resize.
//!
//! Layouts: Metadata Working Group 2.0, 5 (mwg-rs: centre and size of an area, as shares of the stored
//! picture); Microsoft's MP:RegionInfo (left, top, width, height).

use std::ops::Range;

use super::tree::{Node, Tree};
use crate::frame::{Orientation, Rect, Size};

/// What became of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::metadata) struct Geometry {
    /// Size of the original, upright.
    pub(in crate::metadata) original: Size,
    /// How it was turned.
    pub(in crate::metadata) turned: Orientation,
    /// The part of it that was kept.
    pub(in crate::metadata) kept: Rect,
    /// Size of the finished picture, a strip below it included.
    pub(in crate::metadata) size: Size,
}

/// An area of a picture: left, top, right, bottom, as shares of it.
type Area = [f64; 4];

impl Geometry {
    /// Whether parts of the picture are no longer where they were, as shares of it.
    pub(in crate::metadata) fn moves(&self) -> bool {
        let whole = Rect { x: 0, y: 0, width: self.original.width, height: self.original.height };
        self.turned != Orientation::Upright || self.kept != whole || self.has_strip()
    }

    /// The same in pixels.
    pub(in crate::metadata) fn moves_pixels(&self) -> bool {
        self.moves() || self.size != self.original
    }

    fn picture_height(&self) -> f64 {
        f64::from(self.kept.height) * f64::from(self.size.width) / f64::from(self.kept.width)
    }

    fn has_strip(&self) -> bool {
        f64::from(self.size.height) - self.picture_height() > 1.5
    }

    /// The area of the finished picture, cut to what was kept; none if its centre was cropped away.
    /// `applied` is the size of the picture that it is a share of, if that is known.
    fn follow(&self, [left, top, right, bottom]: Area, applied: Option<[f64; 2]>) -> Option<Area> {
        let turn = |x: f64, y: f64| match self.turned {
            Orientation::Upright => (x, y),
            Orientation::MirrorHorizontal => (1.0 - x, y),
            Orientation::Rotate180 => (1.0 - x, 1.0 - y),
            Orientation::MirrorVertical => (x, 1.0 - y),
            Orientation::Transpose => (y, x),
            Orientation::Rotate90 => (1.0 - y, x),
            Orientation::Transverse => (1.0 - y, 1.0 - x),
            Orientation::Rotate270 => (y, 1.0 - x),
        };
        // Most programs mean the stored picture; one that says an upright size means that.
        let landscape = |[width, height]: [f64; 2]| width > height;
        let upright = self.turned.transposes()
            && applied.is_some_and(|size| {
                landscape(size) == (self.original.width > self.original.height)
            });
        let turn = |x, y| if upright { (x, y) } else { turn(x, y) };
        let (a, b) = (turn(left, top), turn(right, bottom));
        let (kept, original) = (self.kept, self.original);
        let across =
            |x: f64| (x * f64::from(original.width) - f64::from(kept.x)) / f64::from(kept.width);
        let share = (self.picture_height() / f64::from(self.size.height)).min(1.0);
        let down = |y: f64| {
            (y * f64::from(original.height) - f64::from(kept.y)) / f64::from(kept.height) * share
        };
        let area =
            [across(a.0.min(b.0)), down(a.1.min(b.1)), across(a.0.max(b.0)), down(a.1.max(b.1))];
        let centre = [(area[0] + area[2]) / 2.0, (area[1] + area[3]) / 2.0];
        let inside = (0.0..=1.0).contains(&centre[0]) && (0.0..=share).contains(&centre[1]);
        let cut = [area[0].max(0.0), area[1].max(0.0), area[2].min(1.0), area[3].min(share)];
        inside.then_some(cut)
    }
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

/// The items of the list at or below a node.
fn items<'t>(tree: &'t Tree<'_>, node: &'t Node, list: &str) -> Vec<&'t Node> {
    let bag = below(tree, node, list).and_then(|list| tree.parts(list).next());
    bag.map(|bag| tree.parts(bag).collect()).unwrap_or_default()
}

/// One region: its bytes, its name, its old area with the bytes of its numbers, its new area.
struct Region<'t> {
    node: &'t Node,
    name: Option<String>,
    numbers: Vec<Range<usize>>,
    new: Option<Area>,
}

/// All regions of an `mwg-rs:Regions`; none if one of them cannot be followed.
fn regions<'t>(tree: &'t Tree<'_>, node: &'t Node, geometry: &Geometry) -> Option<Vec<Region<'t>>> {
    let number = |node: &'t Node, local: &str| {
        let (text, range) = part(tree, node, local)?;
        Some((text.parse::<f64>().ok().filter(|n| n.is_finite())?, range))
    };
    let applied = below(tree, node, "AppliedToDimensions")
        .and_then(|applied| Some([number(applied, "w")?.0, number(applied, "h")?.0]));
    let one = |li: &'t Node| {
        let area = below(tree, li, "Area")?;
        let unit = part(tree, area, "unit").map_or("normalized".to_owned(), |(unit, _)| unit);
        let [x, y] = [number(area, "x")?, number(area, "y")?];
        // A point has no size, a circle a diameter: left out, since its pixels are no squares.
        let [w, h] = [number(area, "w")?, number(area, "h")?];
        let old = [x.0 - w.0 / 2.0, y.0 - h.0 / 2.0, x.0 + w.0 / 2.0, y.0 + h.0 / 2.0];
        let numbers = vec![x.1, y.1, w.1, h.1];
        let name = part(tree, li, "Name").map(|(name, _)| name);
        (unit == "normalized").then(|| Region {
            node: li,
            name,
            numbers,
            new: geometry.follow(old, applied),
        })
    };
    items(tree, node, "RegionList").into_iter().map(one).collect()
}

/// What of a packet's regions has to be replaced; nothing if the whole property has to go.
pub(super) fn followed(
    tree: &Tree<'_>,
    node: &Node,
    geometry: &Geometry,
) -> Option<Vec<(Range<usize>, String)>> {
    let regions = regions(tree, node, geometry)?;
    if regions.iter().all(|region| region.new.is_none()) {
        return None;
    }
    let mut edits = Vec::new();
    for region in regions {
        let Some([left, top, right, bottom]) = region.new else {
            edits.push((region.node.whole.clone(), String::new()));
            continue;
        };
        let new = [(left + right) / 2.0, (top + bottom) / 2.0, right - left, bottom - top];
        edits.extend(region.numbers.into_iter().zip(new.map(|n| format!("{n:.6}"))));
    }
    if let Some(applied) = below(tree, node, "AppliedToDimensions") {
        for (local, number) in [("w", geometry.size.width), ("h", geometry.size.height)] {
            edits.extend(part(tree, applied, local).map(|(_, range)| (range, number.to_string())));
        }
    }
    Some(edits)
}

/// The names of people of whom no part is in the finished picture.
pub(in crate::metadata) fn cropped_out(packet: &[u8], geometry: &Geometry) -> Vec<String> {
    let Ok(tree) = Tree::new(packet) else { return Vec::new() };
    let mut seen: Vec<(String, bool)> = Vec::new();
    for node in tree.nodes.iter().filter(|n| n.name.is("mwg-rs", "Regions")) {
        for region in regions(&tree, node, geometry).unwrap_or_default() {
            seen.extend(region.name.map(|name| (name, region.new.is_some())));
        }
    }
    for node in tree.nodes.iter().filter(|n| n.name.is("MP", "RegionInfo")) {
        for item in items(&tree, node, "Regions") {
            let area = part(&tree, item, "Rectangle").map(|(text, _)| text).unwrap_or_default();
            let numbers: Vec<f64> = area.split(',').filter_map(|n| n.trim().parse().ok()).collect();
            let Ok([left, top, width, height]) = <[f64; 4]>::try_from(numbers) else { continue };
            let area = [left, top, left + width, top + height];
            let name = part(&tree, item, "PersonDisplayName").map(|(name, _)| name);
            seen.extend(name.map(|name| (name, geometry.follow(area, None).is_some())));
        }
    }
    let stays = |name: &String| seen.iter().any(|(other, there)| other == name && *there);
    let gone = seen.iter().map(|(name, _)| name).filter(|name| !name.is_empty() && !stays(name));
    gone.cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_follows_turn_crop_resize_and_strip() {
        let kept = Rect { x: 0, y: 100, width: 300, height: 200 };
        let geometry = Geometry {
            original: Size::new(300, 400),
            turned: Orientation::Rotate90,
            kept,
            size: Size::new(150, 125),
        };
        // Stored 400 x 300; its left middle is the upright picture's top middle, cropped away.
        assert_eq!(geometry.follow([0.0, 0.4, 0.1, 0.6], None), None);
        let area = geometry.follow([0.4, 0.25, 0.6, 0.75], None).unwrap();
        let expected = [0.25, 0.24, 0.75, 0.56];
        assert!(area.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9), "{area:?}");
        // Said of the upright size, it is not turned again.
        let area = geometry.follow([0.25, 0.4, 0.75, 0.6], Some([300.0, 400.0])).unwrap();
        assert!(area.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9), "{area:?}");
    }
}

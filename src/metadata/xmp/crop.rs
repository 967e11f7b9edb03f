//! The crop that Lightroom or Camera Raw keeps in a packet, not yet applied to the picture.
//!
//! `crs:CropLeft` and `crs:CropTop` are one corner of it, `crs:CropRight` and `crs:CropBottom` the opposite one,
//! as shares of the picture as it is stored; `crs:CropAngle` is by how many degrees the picture is turned
//! counterclockwise before its edges are level. (Adobe does not say so in writing; darktable reads it like this.)

use super::encoding::in_utf8;
use super::geometry::upright;
use super::read::property;
use super::tree::Tree;
use crate::frame::Orientation;

/// A crop, as shares of the upright picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CropSettings {
    /// Two opposite corners, from the left and from the top.
    pub corners: [(f64, f64); 2],
    /// Degrees clockwise by which the picture is turned.
    pub degrees: f64,
}

/// The crop that a packet asks for, of a picture that was stored with this orientation; none if it has none,
/// or one that was applied already, as a finished picture says it.
#[must_use]
pub fn crop_settings(packet: &[u8], stored: Orientation) -> Option<CropSettings> {
    let packet = in_utf8(packet);
    let tree = Tree::new(&packet).ok()?;
    let text = |name: &str| property(&tree, "crs", name);
    let is = |name: &str| text(name).is_some_and(|text| text.trim().eq_ignore_ascii_case("true"));
    if !is("HasCrop") || is("AlreadyApplied") {
        return None;
    }
    let number = |name: &str, missing: f64| match text(name) {
        None => Some(missing),
        Some(text) => text.trim().parse::<f64>().ok().filter(|number| number.is_finite()),
    };
    let corners = [
        (number("CropLeft", 0.0)?, number("CropTop", 0.0)?),
        (number("CropRight", 1.0)?, number("CropBottom", 1.0)?),
    ];
    let degrees = -number("CropAngle", 0.0)?;
    let is_share = |share: f64| (-0.5..=1.5).contains(&share);
    let all_shares = corners.iter().all(|&(x, y)| is_share(x) && is_share(y));
    if !all_shares || degrees.abs() > 45.0 {
        return None;
    }
    let upright = |at: (f64, f64)| upright(at, stored);
    let mirrors = matches!(
        stored,
        Orientation::MirrorHorizontal
            | Orientation::MirrorVertical
            | Orientation::Transpose
            | Orientation::Transverse
    );
    let degrees = if mirrors { -degrees } else { degrees };
    Some(CropSettings { corners: corners.map(upright), degrees })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(settings: &str) -> Vec<u8> {
        format!(
            "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF \
             xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" \
             xmlns:crs=\"http://ns.adobe.com/camera-raw-settings/1.0/\" {settings}/></rdf:RDF></x:xmpmeta>"
        )
        .into_bytes()
    }

    #[test]
    fn a_crop_is_read_and_turned_upright() {
        let settings = "crs:HasCrop=\"True\" crs:CropLeft=\"0.1\" crs:CropTop=\"0.2\" crs:CropRight=\"0.9\" \
                        crs:CropBottom=\"0.7\" crs:CropAngle=\"-1.5\"";
        let found = crop_settings(&packet(settings), Orientation::Upright).unwrap();
        let corners = [(0.1, 0.2), (0.9, 0.7)];
        assert_eq!(found, CropSettings { corners, degrees: 1.5 });
        let found = crop_settings(&packet(settings), Orientation::Rotate90).unwrap();
        assert_eq!(found.corners, [(1.0 - 0.2, 0.1), (1.0 - 0.7, 0.9)]);
        assert_eq!(found.degrees, 1.5);
        let found = crop_settings(&packet(settings), Orientation::MirrorHorizontal).unwrap();
        assert_eq!(found.degrees, -1.5);
    }

    #[test]
    fn what_is_not_to_be_cropped_is_not() {
        for settings in [
            "crs:HasCrop=\"False\" crs:CropLeft=\"0.1\"",
            "crs:CropLeft=\"0.1\"",
            "crs:HasCrop=\"True\" crs:AlreadyApplied=\"True\" crs:CropLeft=\"0.1\"",
            "crs:HasCrop=\"True\" crs:CropLeft=\"many\"",
            "crs:HasCrop=\"True\" crs:CropAngle=\"NaN\"",
        ] {
            assert_eq!(crop_settings(&packet(settings), Orientation::Upright), None, "{settings}");
        }
        assert_eq!(crop_settings(b"no packet", Orientation::Upright), None);
    }
}

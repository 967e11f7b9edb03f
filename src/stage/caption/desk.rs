//! A desk is what one worker needs to set a line: fonts opened, shaping plans, glyphs drawn before.
//!
//! Shaping, bidi, font fallback and line breaking are cosmic-text's; outlines become coverage with
//! swash, unhinted. What a desk remembers never changes what it draws.

use std::collections::HashMap;
use std::fmt;

use cosmic_text::{CacheKey, FontSystem, fontdb};
use swash::scale::image::Image;
use swash::scale::{Render, ScaleContext, Source};
use swash::zeno::{Cap, Join, Stroke, Vector};

use super::fonts::Face;

/// Coverage bytes a desk remembers before it forgets them all: some 1,500 letters of 90 px.
const REMEMBERED_BYTES: usize = 8 << 20;

/// Width of the dark edge on each side of an outline, as a share of the letter size; by eye on
/// samples/frames: thinner is lost on snow, thicker closes the eyes of 'e' and Hangul.
const EDGE: f32 = 0.065;

/// The narrowest edge, in pixels.
const EDGE_FLOOR_PX: f32 = 1.25;

/// What of a glyph is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Part {
    /// The letter itself.
    Body,
    /// A line along its outline.
    Edge,
}

/// Fonts and memory of one worker.
pub(super) struct Desk {
    pub(super) fonts: FontSystem,
    faces: Vec<Face>,
    ids: Vec<fontdb::ID>,
    scale: ScaleContext,
    drawn: HashMap<(CacheKey, Part), Option<Image>>,
    drawn_bytes: usize,
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").field("faces", &self.faces).finish_non_exhaustive()
    }
}

impl Desk {
    /// A desk with these faces, tried in this order; `None` if one of them cannot be opened.
    pub(super) fn new(faces: &[Face]) -> Option<Self> {
        let mut db = fontdb::Database::new();
        let mut ids = Vec::new();
        for (i, face) in faces.iter().enumerate() {
            // Every face passes for upright and regular under a name of our own: the order here,
            // not what a font says of itself, decides which one sets a character.
            ids.push(db.push_face_info(fontdb::FaceInfo {
                id: fontdb::ID::dummy(),
                source: fontdb::Source::Binary(face.bytes.clone()),
                index: face.index,
                families: vec![(family(i), fontdb::Language::English_UnitedStates)],
                post_script_name: family(i),
                style: fontdb::Style::Normal,
                weight: fontdb::Weight::NORMAL,
                stretch: fontdb::Stretch::Normal,
                monospaced: false,
            }));
        }
        let mut fonts = FontSystem::new_with_locale_and_db("en".to_owned(), db);
        fonts.get_font(*ids.first()?, fontdb::Weight::NORMAL)?;
        Some(Self {
            fonts,
            faces: faces.to_vec(),
            ids,
            scale: ScaleContext::new(),
            drawn: HashMap::new(),
            drawn_bytes: 0,
        })
    }

    /// The name of the face that is tried first.
    pub(super) fn family() -> String {
        family(0)
    }

    /// Whether it has exactly these faces.
    pub(super) fn has_faces(&self, faces: &[Face]) -> bool {
        self.faces.len() == faces.len() && self.faces.iter().zip(faces).all(|(a, b)| a.is(b))
    }

    /// Whether any of its fonts has this character.
    pub(super) fn has(&mut self, c: char) -> bool {
        let Self { fonts, ids, .. } = self;
        ids.iter().any(|&id| {
            let font = fonts.get_font(id, fontdb::Weight::NORMAL);
            font.is_some_and(|font| font.as_swash().charmap().map(c) != 0)
        })
    }

    /// A glyph's coverage, 8 bit; `None` if it has no outline.
    pub(super) fn glyph(&mut self, key: CacheKey, part: Part) -> Option<&Image> {
        if self.drawn_bytes > REMEMBERED_BYTES {
            self.drawn.clear();
            self.drawn_bytes = 0;
        }
        let Self { fonts, scale, drawn, drawn_bytes, .. } = self;
        let image = drawn.entry((key, part)).or_insert_with(|| {
            let image = draw(fonts, scale, key, part);
            *drawn_bytes += image.as_ref().map_or(0, |image| image.data.len());
            image
        });
        image.as_ref()
    }
}

fn family(i: usize) -> String {
    format!("face {i}")
}

fn draw(
    fonts: &mut FontSystem,
    scale: &mut ScaleContext,
    key: CacheKey,
    part: Part,
) -> Option<Image> {
    let font = fonts.get_font(key.font_id, key.font_weight)?;
    let size_px = f32::from_bits(key.font_size_bits);
    let mut scaler = scale.builder(font.as_swash()).size(size_px).hint(false).build();
    let mut stroke = Stroke::new(2.0 * edge_px(size_px));
    stroke.join(Join::Round).cap(Cap::Round);
    let mut render = Render::new(&[Source::Outline]);
    render.offset(Vector::new(key.x_bin.as_float(), key.y_bin.as_float()));
    if part == Part::Edge {
        render.style(stroke);
    }
    render.render(&mut scaler, key.glyph_id)
}

/// How far the dark edge of letters of this size reaches beyond them.
pub(super) fn edge_px(size_px: f32) -> f32 {
    (EDGE * size_px).max(EDGE_FLOOR_PX)
}

//! The typesetter: fonts and logo of a run, shared by all workers.
//!
//! Making one costs nothing; the built-in fonts are opened when the first caption is set (about a
//! millisecond). Workers do not wait for each other: each takes a desk from a pile, or makes one.

use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::Caption;
use super::desk::Desk;
use super::fonts::{Face, SystemFonts};
use super::layout::{Block, Room, Text};
use super::logo::Logo;
use crate::error::{Error, ErrorKind, Result};

/// Desks kept for the next caption; more than there are workers on most machines.
const DESKS: usize = 64;

/// Sets captions: fonts, the logo, and what was drawn before. One for a whole run.
#[derive(Default)]
pub struct Typesetter {
    ordered: Option<Face>,
    carried: OnceLock<[Face; 2]>,
    system: Option<SystemFonts>,
    logo: Option<Logo>,
    desks: Mutex<Vec<Desk>>,
}

impl fmt::Debug for Typesetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Typesetter")
            .field("ordered", &self.ordered)
            .field("logo", &self.logo.is_some())
            .finish_non_exhaustive()
    }
}

/// A text that was set: its lines, if they fit, and the characters that no font has.
pub(super) struct Set {
    pub(super) block: Option<Block>,
    pub(super) missing: Vec<char>,
}

impl Typesetter {
    /// With the carried fonts, and the machine's for characters that they lack.
    #[must_use]
    pub fn new() -> Self {
        Self { system: Some(SystemFonts::default()), ..Self::default() }
    }

    /// With the carried fonts alone: the same bytes on every machine, whatever the script.
    #[must_use]
    pub fn without_system_fonts() -> Self {
        Self::default()
    }

    /// With the font and the logo that a caption asks for: the one place here that reads files.
    ///
    /// # Errors
    /// If one of the two cannot be read, or is not a font or a PNG.
    pub fn open(caption: &Caption) -> Result<Self> {
        let read = |path: &Path, what: &str| {
            let tried = format!("cannot read the {what}");
            fs::read(path)
                .map_err(|cause| Error::io(ErrorKind::Unreadable, &tried, &cause).about(path))
        };
        let mut typesetter = Self::new();
        if let Some(path) = &caption.font {
            let font = read(path, "font")?;
            typesetter = typesetter.with_font(font).map_err(|error| error.about(path))?;
        }
        if let Some(path) = &caption.logo {
            let logo = read(path, "logo")?;
            typesetter = typesetter.with_logo(&logo).map_err(|error| error.about(path))?;
        }
        Ok(typesetter)
    }

    /// With this font (TrueType, OpenType or a collection, of which the first face is taken) tried
    /// before all others.
    ///
    /// # Errors
    /// If the bytes are not such a font.
    pub fn with_font(mut self, font: Vec<u8>) -> Result<Self> {
        let face = Face::read(font).filter(|face| Desk::new(std::slice::from_ref(face)).is_some());
        self.ordered = Some(face.ok_or_else(|| {
            Error::new(ErrorKind::Unsupported, "not a font that longlens can read")
                .with_hint("use a TrueType or OpenType file (.ttf, .otf, .ttc)")
        })?);
        Ok(self)
    }

    /// With this logo, a PNG.
    ///
    /// # Errors
    /// If the bytes are not a PNG, or a very large one.
    pub fn with_logo(mut self, png: &[u8]) -> Result<Self> {
        self.logo = Some(Logo::read(png)?);
        Ok(self)
    }

    pub(super) fn logo(&self) -> Option<&Logo> {
        self.logo.as_ref()
    }

    /// Sets a text in a room and hands the lines to `draw`, with the desk they were set at.
    pub(super) fn set<T>(
        &self,
        text: &str,
        room: &Room,
        draw: impl FnOnce(&mut Desk, Set) -> T,
    ) -> Option<T> {
        let mut faces: Vec<Face> = self.ordered.iter().cloned().collect();
        faces.extend_from_slice(self.carried.get_or_init(Face::carried));
        let mut desk = self.take(&faces)?;
        let mut shaped = Text::shape(&mut desk, text);
        let mut missing = shaped.as_ref().map_or(Vec::new(), |text| text.missing(&mut desk));
        if let Some(system) = self.system.as_ref().filter(|_| !missing.is_empty()) {
            let more = system.faces_for(&missing);
            if !more.is_empty() {
                self.give(desk);
                faces.extend(more);
                desk = self.take(&faces)?;
                shaped = Text::shape(&mut desk, text);
                missing = shaped.as_ref().map_or(Vec::new(), |text| text.missing(&mut desk));
            }
        }
        let block = shaped.and_then(|mut text| text.fit(&mut desk, room));
        let drawn = draw(&mut desk, Set { block, missing });
        self.give(desk);
        Some(drawn)
    }

    /// A desk with these faces, from the pile or new.
    fn take(&self, faces: &[Face]) -> Option<Desk> {
        // A poisoned pile is whole: desks are taken and given in one go.
        let mut desks = self.desks.lock().unwrap_or_else(PoisonError::into_inner);
        let place = desks.iter().position(|desk| desk.has_faces(faces));
        let desk = place.map(|place| desks.swap_remove(place));
        drop(desks);
        desk.or_else(|| Desk::new(faces))
    }

    fn give(&self, desk: Desk) {
        let mut desks = self.desks.lock().unwrap_or_else(PoisonError::into_inner);
        if desks.len() == DESKS {
            desks.remove(0);
        }
        desks.push(desk);
    }
}

//! The fonts of a caption: the user's, then the two built-in ones, then the machine's.
//!
//! Noto Sans (Latin, Greek, Cyrillic) and a subset of Noto Sans CJK (Hangul, Han, kana) are in the
//! program, so a caption in their scripts has the same bytes on every machine. The machine's fonts
//! are searched only when a text has a character that none of these has.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use cosmic_text::fontdb;
use swash::FontRef;

const NOTO_SANS: &[u8] = include_bytes!("fonts/NotoSans-Regular.ttf");
const NOTO_SANS_CJK: &[u8] = include_bytes!("fonts/NotoSansCJKkr-subset.otf");

type Bytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// One face of a font file in memory.
#[derive(Clone)]
pub(super) struct Face {
    pub(super) bytes: Bytes,
    pub(super) index: u32,
}

impl Face {
    /// The first face of this font file; `None` if it is not a font.
    pub(super) fn read(bytes: Vec<u8>) -> Option<Self> {
        FontRef::from_index(&bytes, 0)?;
        Some(Self { bytes: Arc::new(bytes), index: 0 })
    }

    /// The faces that every longlens has, in the order in which they are tried.
    pub(super) fn carried() -> [Self; 2] {
        [NOTO_SANS, NOTO_SANS_CJK].map(|bytes| Self { bytes: Arc::new(bytes), index: 0 })
    }

    /// Whether it is the same face of the same bytes in memory.
    pub(super) fn is(&self, other: &Self) -> bool {
        std::ptr::addr_eq(Arc::as_ptr(&self.bytes), Arc::as_ptr(&other.bytes))
            && self.index == other.index
    }
}

impl fmt::Debug for Face {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Face({} bytes, {})", (*self.bytes).as_ref().len(), self.index)
    }
}

/// The fonts installed on this machine, looked at once and only if needed.
#[derive(Debug, Default)]
pub(super) struct SystemFonts {
    faces: OnceLock<Vec<Installed>>,
    /// Which face has a character, by its place in `faces`; `None` for none.
    found: Mutex<BTreeMap<char, Option<usize>>>,
}

/// A face on the disk, and in memory once it was used.
struct Installed {
    db: Arc<fontdb::Database>,
    id: fontdb::ID,
    face: OnceLock<Option<Face>>,
}

impl fmt::Debug for Installed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Installed({:?})", self.id)
    }
}

impl SystemFonts {
    /// The faces for characters that the carried fonts lack, each once, in the text's order.
    pub(super) fn faces_for(&self, characters: &[char]) -> Vec<Face> {
        let installed = self.faces.get_or_init(installed);
        let mut places = Vec::new();
        for &c in characters {
            // A poisoned map is whole: an entry is inserted in one go.
            let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
            let place =
                *found.entry(c).or_insert_with(|| installed.iter().position(|face| face.has(c)));
            places.extend(place.filter(|place| !places.contains(place)));
        }
        places.into_iter().filter_map(|place| installed[place].load()).collect()
    }
}

impl Installed {
    fn has(&self, c: char) -> bool {
        let has = |bytes: &[u8], index: u32| {
            FontRef::from_index(bytes, index as usize)
                .is_some_and(|font| font.charmap().map(c) != 0)
        };
        self.db.with_face_data(self.id, has).unwrap_or(false)
    }

    fn load(&self) -> Option<Face> {
        let copy = |bytes: &[u8], index| Face { bytes: Arc::new(bytes.to_vec()), index };
        self.face.get_or_init(|| self.db.with_face_data(self.id, copy)).clone()
    }
}

/// All upright regular faces that are not colour emoji, Noto Sans first, then DejaVu Sans, then by
/// name: which face sets a character depends on the machine, but not on the order of its folders.
fn installed() -> Vec<Installed> {
    let mut db = fontdb::Database::new();
    db.load_system_fonts();
    let db = Arc::new(db);
    let mut ranked: Vec<_> = db
        .faces()
        .filter(|face| {
            face.style == fontdb::Style::Normal
                && face.weight == fontdb::Weight::NORMAL
                && face.stretch == fontdb::Stretch::Normal
                && !face.post_script_name.contains("Emoji")
        })
        .map(|face| {
            let name = face.families.first().map_or("", |(name, _)| name.as_str());
            let rank = ["Noto Sans", "DejaVu Sans", "Noto"]
                .iter()
                .position(|&prefix| name.starts_with(prefix))
                .unwrap_or(3);
            ((rank, name.to_owned(), face.post_script_name.clone(), face.index), face.id)
        })
        .collect();
    ranked.sort_by(|a, b| a.0.cmp(&b.0));
    let face = |(_, id)| Installed { db: Arc::clone(&db), id, face: OnceLock::new() };
    ranked.into_iter().map(face).collect()
}

//! The typesetters of a run: fonts and logos are opened once for all frames that name them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::Result;
use crate::stage::caption::{Caption, Typesetter};

/// A font and a logo, as a recipe names them.
type Furniture = (Option<PathBuf>, Option<PathBuf>);

/// A typesetter for each pair of font and logo that the recipes of a run name: one, almost always, or
/// one for each desk of a table.
#[derive(Debug, Default)]
pub(in crate::batch) struct Typesetters(Mutex<HashMap<Furniture, Arc<Typesetter>>>);

impl Typesetters {
    pub(in crate::batch) fn of(&self, caption: &Caption) -> Result<Arc<Typesetter>> {
        /// Typesetters that are kept: a logo may take many megabytes.
        const MOST: usize = 8;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let named = (caption.font.clone(), caption.logo.clone());
        if let Some(typesetter) = kept.get(&named) {
            return Ok(Arc::clone(typesetter));
        }
        let typesetter = Arc::new(Typesetter::open(caption)?);
        if kept.len() == MOST {
            kept.clear();
        }
        kept.insert(named, Arc::clone(&typesetter));
        Ok(typesetter)
    }
}

//! What all frames of a run share.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::batch::disk::hash::hash;
use crate::batch::run::known::Known;
use crate::batch::run::pace::Pace;
use crate::batch::run::typesetters::Typesetters;
use crate::batch::settings::Settings;
use crate::batch::stop::{Stop, stopped};
use crate::develop::Workers;
use crate::error::Result;
use crate::format::Decoding;
use crate::frame::Pool;
use crate::recipe::{Recipe, Scene};

/// What all frames of a run share.
#[derive(Debug)]
pub(in crate::batch) struct Shared<'a> {
    pub(in crate::batch) pool: Pool,
    pub(in crate::batch) settings: &'a Settings,
    pub(in crate::batch) stop: &'a Stop,
    /// What was known of the outputs when the run began.
    pub(in crate::batch) known: Known,
    /// Frames that no worker has begun yet; never 0 where there is one worker.
    pub(in crate::batch) to_begin: AtomicUsize,
    pub(in crate::batch) typesetters: Typesetters,
    /// All frames of the run, among which scenes were looked for.
    pub(in crate::batch) company: Option<String>,
    pub(in crate::batch) pace: Pace,
    /// Hashes of fonts and logos, by path.
    furniture: Mutex<HashMap<PathBuf, u64>>,
    /// The last recipe and its text: most frames share one.
    recipe: Mutex<Option<(Arc<Recipe>, Arc<str>)>>,
}

impl<'a> Shared<'a> {
    pub(in crate::batch) fn new(settings: &'a Settings, stop: &'a Stop, known: Known) -> Self {
        Self {
            pool: Pool::default(),
            settings,
            stop,
            known,
            to_begin: AtomicUsize::new(usize::MAX),
            typesetters: Typesetters::default(),
            company: None,
            pace: Pace::new(settings.deadline),
            furniture: Mutex::default(),
            recipe: Mutex::default(),
        }
    }

    /// Hash of a font or a logo; 0 if it cannot be read, which its frames will say.
    pub(in crate::batch) fn furniture(&self, path: &Path) -> u64 {
        let mut known = self.furniture.lock().unwrap_or_else(PoisonError::into_inner);
        *known.entry(path.to_path_buf()).or_insert_with(|| fs::read(path).map_or(0, |b| hash(&b)))
    }

    /// The text of a recipe without font and logo, which count by what they hold: a shoot that is moved
    /// with them is the same.
    pub(in crate::batch) fn recipe_text(&self, recipe: &Arc<Recipe>) -> Arc<str> {
        let mut last = self.recipe.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, text)) = last.as_ref().filter(|(known, _)| Arc::ptr_eq(known, recipe)) {
            return Arc::clone(text);
        }
        let mut plain = (**recipe).clone();
        (plain.caption.font, plain.caption.logo) = (None, None);
        // Of its scene what it shares counts, which is in the journal by itself.
        (plain.scene, plain.haze_from) = (Scene::default(), String::new());
        let text: Arc<str> = plain.to_toml().into();
        *last = Some((Arc::clone(recipe), Arc::clone(&text)));
        text
    }

    pub(in crate::batch) fn decoding(&self) -> Decoding {
        self.settings.decoding()
    }

    /// How many workers a frame may use that is decoded now: all, once none has another frame to begin.
    /// Of twelve frames on two cores the last two take 2 % less of the whole.
    pub(in crate::batch) fn workers(&self) -> Workers {
        match self.to_begin.load(Ordering::Relaxed) {
            0 => Workers::All,
            _ => Workers::One,
        }
    }

    pub(in crate::batch) fn go_on(&self) -> Result<()> {
        match self.stop.is_set() {
            true => Err(stopped()),
            false => Ok(()),
        }
    }
}

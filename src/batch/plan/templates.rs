//! The templates of a plan, each parsed once, and recipes that are shared.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::error::Result;
use crate::recipe::Recipe;
use crate::template::Template;

/// Recipes that are kept: each output of a frame may have one.
const MOST_RECIPES: usize = 16;

/// Templates that were read, by their source, and the last recipes: most frames share them.
#[derive(Debug, Default)]
pub(in crate::batch) struct Templates {
    by_source: HashMap<String, Arc<Template>>,
    recipes: VecDeque<Arc<Recipe>>,
}

impl Templates {
    pub(in crate::batch) fn get(&mut self, source: &str) -> Result<Arc<Template>> {
        if let Some(template) = self.by_source.get(source) {
            return Ok(Arc::clone(template));
        }
        let template = Arc::new(Template::parse(source)?);
        self.by_source.insert(source.to_owned(), Arc::clone(&template));
        Ok(template)
    }

    /// The recipe, kept once for frames in a row that have the same: there may be 100,000.
    pub(in crate::batch) fn share(&mut self, recipe: Recipe) -> Arc<Recipe> {
        if let Some(known) = self.recipes.iter().find(|known| ***known == recipe) {
            return Arc::clone(known);
        }
        self.recipes.truncate(MOST_RECIPES - 1);
        let recipe = Arc::new(recipe);
        self.recipes.push_front(Arc::clone(&recipe));
        recipe
    }
}

//! The templates of a plan, each parsed once, and recipes that are shared.

use std::collections::HashMap;
use std::sync::Arc;

use crate::error::Result;
use crate::recipe::Recipe;
use crate::template::Template;

/// Templates that were read, by their source, and the last recipe: most frames share one.
#[derive(Debug, Default)]
pub(in crate::batch) struct Templates {
    by_source: HashMap<String, Arc<Template>>,
    recipe: Arc<Recipe>,
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
        if *self.recipe != recipe {
            self.recipe = Arc::new(recipe);
        }
        Arc::clone(&self.recipe)
    }
}

//! The templates of a plan, each parsed once.

use std::collections::HashMap;
use std::sync::Arc;

use crate::error::Result;
use crate::template::Template;

/// Templates that were read, by their source: most frames share one.
#[derive(Debug, Default)]
pub(in crate::batch) struct Templates(HashMap<String, Arc<Template>>);

impl Templates {
    pub(in crate::batch) fn get(&mut self, source: &str) -> Result<Arc<Template>> {
        if let Some(template) = self.0.get(source) {
            return Ok(Arc::clone(template));
        }
        let template = Arc::new(Template::parse(source)?);
        self.0.insert(source.to_owned(), Arc::clone(&template));
        Ok(template)
    }
}

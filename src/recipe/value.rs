//! Values of settings, as TOML and as text.

use crate::error::{Error, ErrorKind, Result};

/// The text of a setting's value.
pub(super) fn text_of(name: &str, value: &toml::Value) -> Result<String> {
    Ok(match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        toml::Value::Boolean(true) => "yes".to_owned(),
        toml::Value::Boolean(false) => "no".to_owned(),
        _ => {
            let message = format!("{}: not a single value", name.escape_debug());
            return Err(Error::new(ErrorKind::Usage, message)
                .with_hint("a recipe has lines such as: name = value"));
        }
    })
}

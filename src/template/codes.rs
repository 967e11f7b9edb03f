//! Photo Mechanic's code replacements: `\nk7\` in a text becomes what a list says.
//!
//! The list is UTF-8 text, a code a line: the code, a tab, its replacement, and further tabs and
//! replacements for `\nk7#2\`, `\nk7#3\`. Lines that begin with `//` are remarks. Codes are
//! case-sensitive and stand between two `\` or two `=`. What is no code stays as it is, so a lone
//! backslash or an equation does no harm; a replacement is not looked through for further codes.

use std::collections::BTreeMap;

use crate::error::{Error, ErrorKind, Result};

/// What may stand before and behind a code.
const DELIMITERS: [char; 2] = ['\\', '='];

/// Codes and what they stand for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodeReplacements {
    codes: BTreeMap<String, Vec<String>>,
}

impl CodeReplacements {
    /// Reads a list.
    ///
    /// # Errors
    /// If a line has no tab, or a code stands for two different things.
    pub fn parse(text: &str) -> Result<Self> {
        let mut codes: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        for (i, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with("//") {
                continue;
            }
            let wrong = |what: String, hint: &str| {
                let message = format!("code replacements, line {}: {what}", i + 1);
                Err(Error::new(ErrorKind::Usage, message).with_hint(hint))
            };
            let mut columns = line.split('\t').map(str::trim);
            let code = columns.next().unwrap_or_default();
            let replacements: Vec<String> = columns.map(str::to_owned).collect();
            if code.is_empty() || replacements.is_empty() {
                return wrong(
                    "no code and tab".to_owned(),
                    "a line is a code, a tab, its replacement",
                );
            }
            match codes.get(code) {
                Some(before) if *before != replacements => {
                    let code = code.escape_debug();
                    return wrong(format!("'{code}' stands for something else above"), "keep one");
                }
                _ => codes.insert(code.to_owned(), replacements),
            };
        }
        Ok(Self { codes })
    }

    /// The text with its codes replaced.
    ///
    /// ```
    /// use longlens::template::CodeReplacements;
    /// let codes = CodeReplacements::parse("pp\tPedro Pardo\tPardo\n")?;
    /// assert_eq!(codes.apply(r"\pp\/AFP, by =pp#2=, C:\temp\x"), r"Pedro Pardo/AFP, by Pardo, C:\temp\x");
    /// # Ok::<(), longlens::error::Error>(())
    /// ```
    #[must_use]
    pub fn apply(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(DELIMITERS) {
            let (before, from) = rest.split_at(at);
            out.push_str(before);
            let delimiter = &from[..1];
            let inner = from[1..].split_once(delimiter);
            match inner.and_then(|(code, after)| Some((self.replacement(code)?, after))) {
                Some((replacement, after)) => {
                    out.push_str(replacement);
                    rest = after;
                }
                None => {
                    out.push_str(delimiter);
                    rest = &from[1..];
                }
            }
        }
        out.push_str(rest);
        out
    }

    fn replacement(&self, code: &str) -> Option<&str> {
        if let Some(replacements) = self.codes.get(code) {
            return replacements.first().map(String::as_str);
        }
        let (code, number) = code.rsplit_once('#')?;
        let number: usize = number.parse().ok()?;
        self.codes.get(code)?.get(number.checked_sub(1)?).map(String::as_str)
    }
}

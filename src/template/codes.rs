//! Photo Mechanic's code replacements: `\nk7\` in a text becomes what a list says.
//!
//! The list is UTF-8 text, a code a line: the code, a tab, its replacement, and further tabs and
//! replacements for `\nk7#2\`, `\nk7#3\`. Lines that begin with `//` are remarks. Codes are
//! case-sensitive and are between two `\` or two `=`. Anything that is not a code stays as it is,
//! so a lone backslash or an equation does no harm; replacements are not searched for further
//! codes.

use std::collections::BTreeMap;

use crate::error::{Error, ErrorKind, Result};

/// What may delimit a code.
const DELIMITERS: [char; 2] = ['\\', '='];

/// Codes and their replacements.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodeReplacements {
    codes: BTreeMap<String, Vec<String>>,
}

impl CodeReplacements {
    /// Reads a list.
    ///
    /// # Errors If a line has no tab, or a code has two different replacements.
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
                    "no tab after the code".to_owned(),
                    "a line has a code, a tab and its replacement",
                );
            }
            match codes.get(code) {
                Some(before) if *before != replacements => {
                    let code = code.escape_debug();
                    return wrong(
                        format!("'{code}' already has a different replacement above"),
                        "keep one",
                    );
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
            let (text, after) = self.code(from).unwrap_or_else(|| from.split_at(1));
            out.push_str(text);
            rest = after;
        }
        out.push_str(rest);
        out
    }

    /// What is between two `\` in a text as a code would be, and is not in the list: a slip of the
    /// pen, most likely.
    ///
    /// ```
    /// use longlens::template::CodeReplacements;
    /// let codes = CodeReplacements::parse("k7\tNo. 7\n")?;
    /// assert_eq!(codes.strays(r"\k7\ to \k8\, 3 \ 4 \ 5"), ["k8"]);
    /// # Ok::<(), longlens::error::Error>(())
    /// ```
    #[must_use]
    pub fn strays<'a>(&'a self, text: &'a str) -> Vec<&'a str> {
        let (mut strays, mut rest) = (Vec::new(), text);
        while let Some(at) = rest.find('\\') {
            let from = &rest[at..];
            if let Some((_, after)) = self.code(from) {
                rest = after;
                continue;
            }
            rest = &from[1..];
            if let Some((stray, after)) = rest.split_once('\\').filter(|(s, _)| is_like_code(s)) {
                strays.push(stray);
                rest = after;
            }
        }
        strays
    }

    /// A template's source with its codes replaced, in its texts and in the quoted texts of its expressions.
    /// The replacement is plain text there too: braces and quotes in it have no meaning.
    ///
    /// ```
    /// use longlens::template::{CodeReplacements, Fields, Template};
    /// let codes = CodeReplacements::parse("k7\tNo. 7 {GK}\n")?;
    /// let caption = Template::parse(&codes.apply_to_template(r"\k7\ saves"))?;
    /// assert_eq!(caption.render(&Fields::new(), "a.jpg")?, "No. 7 {GK} saves");
    /// # Ok::<(), longlens::error::Error>(())
    /// ```
    #[must_use]
    pub fn apply_to_template(&self, source: &str) -> String {
        let mut out = String::with_capacity(source.len());
        let (mut rest, mut place) = (source, Place::Text);
        while !rest.is_empty() {
            let code = if place.is_code() { None } else { self.code(rest) };
            if let Some((text, after)) = code {
                out.push_str(&place.literal(text));
                rest = after;
            } else {
                let (part, next) = place.step(rest);
                out.push_str(part);
                (rest, place) = (&rest[part.len()..], next);
            }
        }
        out
    }

    /// The replacement for the code at the start of a text, and what follows it.
    fn code<'a>(&'a self, text: &'a str) -> Option<(&'a str, &'a str)> {
        let after = text.strip_prefix(DELIMITERS)?;
        let (code, after) = after.split_once(&text[..1])?;
        Some((self.replacement(code)?, after))
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

/// Whether a text could be a code: a short word.
fn is_like_code(text: &str) -> bool {
    const MOST_LETTERS: usize = 24;
    let fits = |c: char| c.is_alphanumeric() || "#_-".contains(c);
    (1..=MOST_LETTERS).contains(&text.chars().count()) && text.chars().all(fits)
}

/// Where in a template's source one is.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// Outside of all braces.
    Text,
    /// In braces, which end so.
    Code(&'static str),
    /// In a text between such quotes, in braces that end so.
    Quoted(char, &'static str),
}

impl Place {
    fn is_code(self) -> bool {
        matches!(self, Self::Code(_))
    }

    /// The next part of a source, and where one is behind it.
    fn step(self, rest: &str) -> (&str, Self) {
        const BRACES: [(&str, &str); 3] = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")];
        let opened = BRACES.iter().find(|(open, _)| rest.starts_with(open));
        let (first, escaped) = {
            let mut letters = rest.chars();
            (letters.next().unwrap_or_default(), letters.next().map_or(0, char::len_utf8))
        };
        let (length, next) = match (self, first) {
            (Self::Text, _) if opened.is_some() => {
                (2, opened.map_or(self, |(_, close)| Self::Code(close)))
            }
            (Self::Code(close), _) if rest.starts_with(close) => (2, Self::Text),
            // A remark has no texts.
            (Self::Code(close), '"' | '\'') if close != "#}" => (1, Self::Quoted(first, close)),
            (Self::Quoted(quote, close), _) if first == quote => (1, Self::Code(close)),
            (Self::Quoted(..), '\\') => (1 + escaped, self),
            _ => (first.len_utf8(), self),
        };
        (&rest[..length], next)
    }

    /// A text as it is written here, so that it is nothing but a text.
    fn literal(self, text: &str) -> String {
        let quoted = |quote: char| text.replace('\\', "\\\\").replace(quote, &format!("\\{quote}"));
        match self {
            Self::Text => format!("{{{{ \"{}\" }}}}", quoted('"')),
            Self::Quoted(quote, _) => quoted(quote),
            Self::Code(_) => text.to_owned(),
        }
    }
}

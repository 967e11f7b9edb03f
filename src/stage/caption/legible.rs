//! A caption's text made safe to draw: characters that are invisible or would reverse the line are removed.
//!
//! Line ends become `\n`, tabs a space. Control characters, soft hyphens, bidi overrides, embeddings
//! and isolates (U+202A–202E, U+2066–2069: 'Trojan Source', Boucher and Anderson 2021), deprecated
//! format characters and tags are dropped; the marks that ordinary Arabic, Hebrew, Persian and Indic
//! text needs (U+200C–200F, U+061C) stay. A credit's slash, 'Pardo/AFP', is not a place for a line to
//! end: a word joiner (U+2060, UAX 14 class WJ) is put behind it.

use crate::hidden::{is_hidden, joins_or_marks};

/// Whether a character has no business in a caption.
fn is_unwanted(c: char) -> bool {
    is_hidden(c) && !joins_or_marks(c) && c != '\u{200B}'
}

/// Whether a character has no glyph by nature, so that none can be missing.
pub(super) fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || is_unwanted(c)
        || matches!(c, '\u{034F}' | '\u{061C}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// The text as it is set; empty if there is nothing to see.
pub(super) fn legible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        match c {
            '\r' => {
                letters.next_if_eq(&'\n');
                out.push('\n');
            }
            '\n' | '\u{000B}' | '\u{000C}' | '\u{0085}' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            '\t' => out.push(' '),
            c if is_unwanted(c) => {}
            '/' if letters.peek().is_some_and(|next| next.is_alphanumeric()) => {
                out.push_str("/\u{2060}");
            }
            c => out.push(c),
        }
    }
    let lines: Vec<&str> = out.lines().map(str::trim).collect();
    let text = lines.join("\n");
    let text = text.trim_matches('\n');
    if text.chars().all(is_invisible) { String::new() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stay_and_controls_go() {
        assert_eq!(legible("a\r\nb\rc\td\u{7}\u{1b}[31m\u{0}"), "a\nb\nc d[31m");
        assert_eq!(legible("a\u{202E}b\u{2066}c\u{2069}\u{FEFF}d\u{AD}e"), "abcde");
        assert_eq!(legible("می\u{200C}خواهم"), "می\u{200C}خواهم");
        assert_eq!(legible(" \n\u{200B}\n "), "");
        assert_eq!(legible("P. Pardo/AFP / x"), "P. Pardo/\u{2060}AFP / x");
    }
}

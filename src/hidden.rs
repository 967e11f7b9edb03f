//! Characters that are invisible or change the reading order: the one list for terminal, log, file
//! names and captions.
//!
//! Control characters (Unicode category Cc), marks and overrides of the reading direction (UAX 9;
//! 'Trojan Source', Boucher and Anderson 2021), line and paragraph separators, characters of no width,
//! annotations (U+FFF9–FFFB) and tags (U+E0000–E007F, which can carry a whole hidden text).

/// Whether a character can hide text or turn it round.
///
/// Ordinary Arabic, Hebrew, Persian and Indic text has some of them ([`joins_or_marks`]).
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || joins_or_marks(c)
        || matches!(c,
            '\u{00AD}' | '\u{180E}' | '\u{200B}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// The hidden characters that well-written text needs: joiners (U+200C, U+200D) and the marks of a
/// direction, which turn nothing but the spaces and points beside them.
pub(crate) fn joins_or_marks(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200C}'..='\u{200F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_overrides_tags_and_annotations_are_hidden_and_letters_are_not() {
        for c in "\u{1b}\u{9b}\u{ad}\u{61c}\u{200b}\u{200d}\u{200f}\u{2028}\u{202e}\u{2066}\u{2069}\u{206f}\u{feff}\u{fff9}\u{fffb}\u{e0001}\u{e0041}\u{e007f}".chars() {
            assert!(is_hidden(c), "U+{:04X}", u32::from(c));
        }
        for c in "aé中강م\u{301}\u{a0} \u{2013}\u{1F985}\u{FE0F}".chars() {
            assert!(!is_hidden(c), "U+{:04X}", u32::from(c));
        }
    }
}

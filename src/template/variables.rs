//! Photo Mechanic's variables: `{city}`, `{iptcmonthname}`, `{filenamebase}` become expressions.
//!
//! Names and short forms are those of Camera Bits' 'List of Photo Mechanic Variables'. A name that is not among
//! them is taken as a field of that name, so columns of a CSV work too. A brace that is not closed right after
//! a name is an ordinary character; `{{ "{city}" }}` writes one literally. Statements that templates do not
//! have here are refused on the way.

use crate::error::{Error, ErrorKind, Result, place};

/// Photo Mechanic's names, beside those that are the same here, and what each means.
const VARIABLES: &[(&[&str], &str)] = &[
    (&["caption", "capt"], "description"),
    (&["head"], "headline"),
    (&["sublocation", "sloc"], "location"),
    (&["state", "stat"], "province"),
    (&["ctry"], "country"),
    (&["countrycode", "ccod"], "country_code"),
    (&["photographer", "phot"], "byline"),
    (&["cred"], "credit"),
    (&["srce"], "source"),
    (&["copy"], "copyright"),
    (&["specialinstructions", "spec"], "instructions"),
    (&["keyw"], "keywords"),
    (&["model"], "camera"),
    (&["focallength"], "focal_length"),
    (&["f"], "aperture"),
    (&["file"], "filename"),
    (&["filenamebase", "fbas"], "filename | stem"),
    (&["seqn", "seq"], "sequence"),
    (&["datesort", "iptcdatesort"], "date | date(\"%Y%m%d\")"),
    (&["year4", "iptcyear4"], "date | date(\"%Y\")"),
    (&["year2", "iptcyear2"], "date | date(\"%y\")"),
    (&["monthname", "iptcmonthname"], "date | date(\"%B\")"),
    (&["month0", "iptcmonth0"], "date | date(\"%m\")"),
    (&["month", "iptcmonth"], "date | date(\"%-m\")"),
    (&["dayname", "iptcdayname"], "date | date(\"%A\")"),
    (&["day0", "iptcday0"], "date | date(\"%d\")"),
    (&["day", "iptcday"], "date | date(\"%-d\")"),
];

/// What a template may do between `{%` and `%}`.
const STATEMENTS: [&str; 4] = ["if", "elif", "else", "endif"];

/// A template with its variables turned into expressions, and where each part came from.
#[derive(Debug)]
pub(super) struct Rewritten {
    pub(super) text: String,
    /// Offsets in `text` and in the source from which both run on alike.
    joints: Vec<(usize, usize)>,
}

impl Rewritten {
    /// The place in the source of a place in the text.
    pub(super) fn origin(&self, offset: usize) -> usize {
        let joint = self.joints.iter().rev().find(|joint| joint.0 <= offset);
        joint.map_or(offset, |&(there, here)| here + offset - there)
    }
}

/// The expression for a variable.
///
/// ```
/// use longlens::template::variables::expression;
/// assert_eq!(expression("state"), "province");
/// assert_eq!(expression("city"), "city");
/// ```
#[must_use]
pub fn expression(name: &str) -> &str {
    let known = VARIABLES.iter().find(|(names, _)| names.contains(&name));
    known.map_or(name, |(_, expression)| expression)
}

/// Turns variables into expressions and refuses what a template here may not do.
pub(super) fn rewrite(source: &str) -> Result<Rewritten> {
    let mut text = String::with_capacity(source.len());
    let mut joints = vec![(0, 0)];
    let mut at = 0;
    while let Some(brace) = source[at..].find('{').map(|brace| at + brace) {
        text.push_str(&source[at..brace]);
        let rest = &source[brace..];
        at = if rest.starts_with("{{") || rest.starts_with("{%") {
            let end = brace + code_length(source, brace)?;
            text.push_str(&source[brace..end]);
            end
        } else if rest.starts_with("{#") {
            let end = rest.find("#}").map_or(source.len(), |end| brace + end + 2);
            text.push_str(&source[brace..end]);
            end
        } else if let Some(name) = variable(rest) {
            joints.push((text.len(), brace));
            text.push_str(&format!("{{{{ {} }}}}", expression(name)));
            let end = brace + name.len() + 2;
            joints.push((text.len(), end));
            end
        } else {
            text.push('{');
            brace + 1
        };
    }
    text.push_str(&source[at..]);
    Ok(Rewritten { text, joints })
}

/// The name in `{name}` at the start of a text.
fn variable(text: &str) -> Option<&str> {
    let (name, _) = text.strip_prefix('{')?.split_once('}')?;
    let mut letters = name.chars();
    let starts = letters.next().is_some_and(|c| c.is_alphabetic() || c == '_');
    (starts && letters.all(|c| c.is_alphanumeric() || c == '_')).then_some(name)
}

/// The length of `{{ … }}` or `{% … %}` at `start`, quoted texts respected.
fn code_length(source: &str, start: usize) -> Result<usize> {
    let refuse = |offset: usize, what: String| {
        let message = format!("{}: {what}", place(source, offset));
        Err(Error::new(ErrorKind::Usage, message)
            .with_hint("templates can use values, filters and if … elif … else … endif"))
    };
    let code = &source[start..];
    let close = if code.starts_with("{{") { "}}" } else { "%}" };
    if close == "%}" {
        let word = code[2..].trim_start_matches(['-', '+']).trim_start();
        let word = word.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("");
        if !STATEMENTS.contains(&word) {
            return refuse(start, format!("unknown statement '{}'", word.escape_debug()));
        }
    }
    let mut quote = None;
    let mut letters = code.char_indices().skip(2);
    while let Some((i, c)) = letters.next() {
        match (quote, c) {
            (Some(_), '\\') => _ = letters.next(),
            (Some(open), c) if open == c => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '*') => return refuse(start + i, "no multiplication".to_owned()),
            (None, _) if code[i..].starts_with(close) => return Ok(i + 2),
            _ => {}
        }
    }
    // Not closed: the engine says so, and where.
    Ok(code.len())
}

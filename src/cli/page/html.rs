//! Escaping: texts and file names in HTML must stay plain text.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::path::{Component, Path, PathBuf};

/// A text between tags.
pub(super) fn text(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// A text as the value of an attribute, with its quotes.
pub(super) fn quoted(value: &str) -> String {
    format!("\"{}\"", text(value))
}

/// A word that nobody can guess, by which the page's own script and style are known.
pub(super) fn nonce() -> String {
    // The one source of random numbers that the standard library has.
    let word = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", word(), word())
}

/// Links out of a page.
pub(super) struct Link {
    /// The folder of the page, without links.
    folder: Option<PathBuf>,
}

impl Link {
    /// Out of the page that is going to be this file.
    pub(super) fn from(page: &Path) -> Self {
        let folder = page.parent().filter(|folder| !folder.as_os_str().is_empty());
        Self { folder: whole(folder.unwrap_or(Path::new("."))) }
    }

    /// To a file: relative where that can be, so that page and files can be moved together.
    pub(super) fn to(&self, file: &Path) -> String {
        let name = file.file_name().unwrap_or_default();
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        let there = whole(folder.unwrap_or(Path::new(".")));
        match self.folder.as_deref().zip(there.as_deref()) {
            Some((here, there)) => match relative(here, there) {
                Some(way) => path(&way.join(name)),
                None => format!("file:///{}", path(&there.join(name)).trim_start_matches('/')),
            },
            None => path(file),
        }
    }
}

fn whole(path: &Path) -> Option<PathBuf> {
    std::fs::canonicalize(path).or_else(|_| std::path::absolute(path)).ok()
}

/// The way from one folder to another; none between two drives.
fn relative(from: &Path, to: &Path) -> Option<PathBuf> {
    let (from, to): (Vec<Component>, Vec<Component>) =
        (from.components().collect(), to.components().collect());
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    if common == 0 {
        return None;
    }
    let up = from[common..].iter().map(|_| Component::ParentDir);
    Some(up.chain(to[common..].iter().copied()).collect())
}

/// A relative path as a URL (RFC 3986): bytes that are not plain are written as `%41`.
pub(super) fn path(path: &Path) -> String {
    let mut url = String::new();
    let bytes = path.as_os_str().as_encoded_bytes();
    for &byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                url.push(char::from(byte));
            }
            b'\\' if cfg!(windows) => url.push('/'),
            byte => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url
}

/// Bytes in base64 (RFC 4648, 4).
pub(super) fn base64(bytes: &[u8], out: &mut String) {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    out.reserve(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |i: usize| u32::from(three.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            match i <= three.len() {
                true => out.push(char::from(LETTERS[(bits >> (18 - 6 * i)) as usize & 63])),
                false => out.push('='),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_its_place() {
        assert_eq!(text("<b onclick='x'>&"), "&lt;b onclick=&#39;x&#39;&gt;&amp;");
        assert_eq!(quoted("a\" onload=\"x"), "\"a&quot; onload=&quot;x\"");
        assert_eq!(path(Path::new("a b/\"#?%<.jpg")), "a%20b/%22%23%3F%25%3C.jpg");
        assert_eq!(path(Path::new("javascript:x")), "javascript%3Ax");
    }

    #[test]
    fn links_go_up_and_down() {
        let way = |from: &str, to: &str| relative(Path::new(from), Path::new(to));
        assert_eq!(way("/a/b", "/a/c/d"), Some("../c/d".into()));
        assert_eq!(way("/a", "/a"), Some(PathBuf::new()));
        assert_eq!(way("a", "/a"), None);
    }

    #[test]
    fn base64_of_all_lengths() {
        for (bytes, expected) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            let mut out = String::new();
            base64(bytes.as_bytes(), &mut out);
            assert_eq!(out, expected);
        }
    }
}

//! Why longlens does not read a file, with the name of its kind if known, and what to do about it.

use std::collections::BTreeSet;

use crate::container::kinds;
use crate::error::{Error, ErrorKind};

/// What to do with a RAW file that cannot be developed here.
pub(super) const DEVELOP_FIRST: &str = "develop the RAW file to JPEG or 16-bit TIFF first";

/// How to get a build with features.
const INSTALL: &str = "cargo install longlens --features";

/// Photographs that not every build reads, and the feature that reads them.
const PHOTOGRAPHS: [(&str, Option<&str>); 3] =
    [("HEIC", Some("heic")), ("JPEG XL", Some("jxl")), ("AVIF", None)];

/// The feature with which a build reads files of this kind.
fn feature(kind: &str) -> Option<&'static str> {
    PHOTOGRAPHS.iter().find(|(name, _)| *name == kind)?.1
}

/// What a file with such an ending (in small letters) is if it is a photograph that this build cannot read:
/// `HEIC`, `JPEG XL` or `AVIF`.
#[must_use]
pub fn unread_photograph(ending: &str) -> Option<&'static str> {
    let kind = kinds::of_ending(ending).filter(|kind| kind.reading == kinds::Reading::Foreign)?;
    PHOTOGRAPHS.iter().map(|(name, _)| *name).find(|name| *name == kind.name)
}

/// What to do with photographs of these kinds.
#[must_use]
pub fn remedy<'a>(kinds: impl IntoIterator<Item = &'a str>) -> String {
    let features: BTreeSet<&str> = kinds.into_iter().filter_map(feature).collect();
    let convert = "convert them to JPEG or 16-bit TIFF first";
    if features.is_empty() {
        return convert.to_owned();
    }
    let features = Vec::from_iter(features).join(",");
    format!("{convert}, or build longlens with their decoder: {INSTALL} {features}")
}

/// Why these bytes are refused.
pub(super) fn refusal(bytes: &[u8]) -> Error {
    const COPY: &str = "the copy from the card probably failed; copy it again";
    const HINT: &str = "longlens reads JPEG, PNG, TIFF, WebP and the JPEG in RAW files";
    if bytes.is_empty() {
        return Error::new(ErrorKind::Damaged, "the file is empty").with_hint(COPY);
    }
    if bytes.iter().take(4096).all(|&b| b == 0) {
        return Error::new(ErrorKind::Damaged, "the file contains only zeros").with_hint(COPY);
    }
    match kinds::of(bytes) {
        Some(kind) => {
            let message = format!("this is {}, which longlens does not read", kind.name);
            let hint = match feature(kind.name) {
                Some(feature) => format!("build it with their decoder: {INSTALL} {feature}"),
                None => HINT.to_owned(),
            };
            Error::new(ErrorKind::Unsupported, message).with_hint(hint)
        }
        None if bytes.starts_with(&[0xFF, 0xD8]) || bytes.starts_with(b"\x89PNG") => {
            Error::new(ErrorKind::Damaged, "the first bytes of the file are broken")
        }
        None => {
            Error::new(ErrorKind::Unsupported, "not a picture that longlens knows").with_hint(HINT)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_read_is_named() {
        let avif = refusal(b"\0\0\0\x18ftypavif\0\0\0\0");
        assert_eq!(avif.message(), "this is AVIF, which longlens does not read");
        assert_eq!(refusal(b"").message(), "the file is empty");
        let text = refusal(b"dear diary, the haze today");
        assert_eq!(text.message(), "not a picture that longlens knows");
        assert!(text.hint().is_some_and(|h| h.contains("TIFF")));
    }
}

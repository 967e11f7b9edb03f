//! Why a file is refused that longlens does not read: by its name, if its kind is known.

use crate::container::kinds;
use crate::error::{Error, ErrorKind};

/// What to do with a RAW file that cannot be developed here.
pub(super) const DEVELOP_FIRST: &str = "develop the RAW file to JPEG or 16-bit TIFF first";

/// Why these bytes are refused.
pub(super) fn refusal(bytes: &[u8]) -> Error {
    const HINT: &str = "longlens reads JPEG, PNG, TIFF, WebP and the JPEG in RAW files";
    if bytes.is_empty() {
        return Error::new(ErrorKind::Damaged, "the file is empty");
    }
    if bytes.iter().take(4096).all(|&b| b == 0) {
        return Error::new(ErrorKind::Damaged, "the file holds nothing but zeros")
            .with_hint("copying it from the card has failed; copy it again");
    }
    match kinds::of(bytes) {
        Some(kind) => {
            let message = format!("this is {}, which longlens does not read", kind.name);
            Error::new(ErrorKind::Unsupported, message).with_hint(HINT)
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
        let heic = refusal(b"\0\0\0\x18ftypheic\0\0\0\0");
        assert_eq!(heic.message(), "this is HEIC, which longlens does not read");
        assert_eq!(refusal(b"").message(), "the file is empty");
        let text = refusal(b"dear diary, the haze today");
        assert_eq!(text.message(), "not a picture that longlens knows");
        assert!(text.hint().is_some_and(|h| h.contains("TIFF")));
    }
}

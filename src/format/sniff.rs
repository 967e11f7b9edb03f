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
            Error::new(ErrorKind::Unsupported, message).with_hint(match kind.name {
                // Where the build has their decoders they do not come here.
                "HEIC" => "build it with their decoder: cargo install longlens --features heic",
                "JPEG XL" => "build it with their decoder: cargo install longlens --features jxl",
                _ => HINT,
            })
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

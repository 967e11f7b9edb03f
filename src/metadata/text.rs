//! Texts of metadata: bytes as text, and numbers as people write them.

use std::fmt;
use std::str::FromStr;

use encoding_rs::WINDOWS_1252;

use crate::error::{Error, ErrorKind};

/// How texts are read that are not UTF-8 and do not say what they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Encoding(Option<&'static encoding_rs::Encoding>);

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(encoding) => f.write_str(&encoding.name().to_ascii_lowercase()),
            None => f.write_str("auto"),
        }
    }
}

impl FromStr for Encoding {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text.trim().eq_ignore_ascii_case("auto") {
            return Ok(Self(None));
        }
        match encoding_rs::Encoding::for_label(text.as_bytes()) {
            Some(encoding) => Ok(Self(Some(encoding))),
            None => Err(Error::new(ErrorKind::Usage, format!("unknown encoding '{text}'")).with_hint(
                "give auto or a name such as windows-1251, shift_jis, gb18030, euc-kr, macintosh",
            )),
        }
    }
}

impl Encoding {
    /// Bytes of a text: UTF-8 if they are, else as named, else Windows-1252, which is what nearly all
    /// programs wrote that say nothing (its 0x80 to 0x9F are “ ” ’ – — … €).
    pub(super) fn read(self, bytes: &[u8]) -> String {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => self.legacy().decode_without_bom_handling(bytes).0.into_owned(),
        };
        text.trim_end_matches(['\0', ' ']).trim_start_matches(' ').to_owned()
    }

    /// Whether reading these bytes takes a guess.
    pub(super) fn guesses(self, bytes: &[u8]) -> bool {
        self.0.is_none() && std::str::from_utf8(bytes).is_err()
    }

    /// The bytes of a text in the encoding that is not UTF-8, if it can say it.
    pub(super) fn write(self, text: &str) -> Option<Vec<u8>> {
        let (bytes, _, lossy) = self.legacy().encode(text);
        (!lossy).then(|| bytes.into_owned())
    }

    fn legacy(self) -> &'static encoding_rs::Encoding {
        self.0.unwrap_or(WINDOWS_1252)
    }
}

/// The warning where a text's encoding was guessed.
pub(super) fn guessed(block: &str) -> String {
    format!("{block} is not UTF-8 and was read as windows-1252; --encoding names another")
}

/// Texts that cameras and programs put where a description belongs, by how they begin or end in small
/// letters: 'OLYMPUS DIGITAL CAMERA', 'SONY DSC', a drone's folder.
pub(super) fn is_makers_text(text: &str) -> bool {
    const WHOLE: [&str; 22] = [
        "sony dsc",
        "minolta dsc",
        "exif_jpeg_picture",
        "exif jpeg picture",
        "exif jpeg",
        "default",
        "samsung",
        "samsung camera pictures",
        "kodak camera",
        "kodak digital still camera",
        "maginon",
        "digital camera",
        "digital still camera",
        "digital image",
        "binary comment",
        "user comments",
        "dji_media_file",
        "default_comment",
        "image description",
        "my beautiful picture",
        "cof",
        "mde",
    ];
    const BEGINS: [&str; 4] = ["dcim\\", "dcim/", "\\dcim\\", "/dcim/"];
    const ENDS: [&str; 2] = [" digital camera", " digital still camera"];
    // A sentence that ends in these words has small letters in it.
    let shouted = !text.chars().any(char::is_lowercase);
    let small = text.trim().trim_matches('\0').to_lowercase();
    WHOLE.contains(&small.as_str())
        || BEGINS.iter().any(|begin| small.starts_with(begin))
        || shouted && ENDS.iter().any(|end| small.ends_with(end))
}

/// An exposure time for people: `1/500`, `0.4`, `2`.
pub(super) fn shutter(numerator: u32, denominator: u32) -> Option<String> {
    let seconds = f64::from(numerator) / f64::from(denominator);
    match seconds {
        s if !s.is_finite() || s <= 0.0 => None,
        // Below 0.3 s cameras show a fraction, above it a decimal.
        s if s < 0.3 => Some(format!("1/{}", (1.0 / s).round())),
        s => Some(decimal(s)),
    }
}

/// A number with one decimal at most: `8`, `5.6`.
pub(super) fn decimal(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_utf8_or_what_is_named_or_windows_1252() {
        let auto = Encoding::default();
        assert_eq!(auto.read(b"\x93Z\xFCrich\x94 \x96 5 \x80\0"), "“Zürich” – 5 €");
        assert_eq!(auto.read("중강".as_bytes()), "중강");
        assert!(auto.guesses(b"\xFC") && !auto.guesses("ü".as_bytes()));
        let cyrillic: Encoding = "windows-1251".parse().unwrap();
        assert_eq!(cyrillic.read(b"\xCC\xEE\xF1\xEA\xE2\xE0"), "Москва");
        assert!(!cyrillic.guesses(b"\xFC"));
        assert_eq!(
            (cyrillic.write("Ж").as_deref(), cyrillic.write("중")),
            (Some(&b"\xC6"[..]), None)
        );
        assert_eq!(cyrillic.to_string().parse(), Ok(cyrillic));
        assert!("klingon".parse::<Encoding>().is_err());
    }

    #[test]
    fn texts_of_makers_are_known_and_those_of_people_are_not_taken_for_them() {
        for text in [
            "OLYMPUS DIGITAL CAMERA         ",
            "SONY DSC",
            "DCIM\\100MEDIA\\DJI_0001.JPG",
            "PENTAX DIGITAL CAMERA",
        ] {
            assert!(is_makers_text(text), "{text}");
        }
        for text in ["Shop window with a digital camera", "Sony DSC at a fair", "Houses"] {
            assert!(!is_makers_text(text), "{text}");
        }
    }

    #[test]
    fn exposure_times_read_as_on_a_camera() {
        assert_eq!(shutter(10, 5000).as_deref(), Some("1/500"));
        assert_eq!(shutter(4, 10).as_deref(), Some("0.4"));
        assert_eq!(shutter(2, 1).as_deref(), Some("2"));
        assert_eq!((shutter(1, 0), shutter(0, 1)), (None, None));
    }
}

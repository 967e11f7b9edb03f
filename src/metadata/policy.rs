//! How much of a frame's metadata its outputs may contain.

use super::text::Encoding;
use crate::words::named;

/// What is taken out of a frame's metadata before it is delivered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Privacy {
    /// Where the photographer stood, serial numbers, the owner's name unless it is the byline, and
    /// embedded previews go; where the subject is stays. Every latitude and longitude goes, the
    /// subject's too: a block does not say surely whose it is.
    #[default]
    Field,
    /// Nothing, except previews that no longer show the frame.
    Keep,
    /// Everything but byline, credit, copyright, description and the colour profile.
    Bare,
}

/// Whether the frame's fields are written into its metadata.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum WriteMetadata {
    /// The metadata says what it said before.
    #[default]
    No,
    /// EXIF, IPTC-IIM and XMP all say what the fields say.
    Yes,
}

/// What becomes of the colour profile.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Profile {
    /// The frame keeps its own.
    #[default]
    Keep,
    /// The samples are converted to sRGB.
    Srgb,
}

/// What happens to a frame's metadata.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// What is taken out.
    pub privacy: Privacy,
    /// Whether the fields are written.
    pub write_metadata: WriteMetadata,
    /// What becomes of the colour profile.
    pub profile: Profile,
    /// How texts are read that are not UTF-8.
    pub encoding: Encoding,
}

named!(Privacy, "a privacy level", Field = "field", Keep = "keep" | "all", Bare = "bare");
named!(
    WriteMetadata,
    "yes or no",
    No = "no" | "false" | "off" | "0",
    Yes = "yes" | "true" | "on" | "1"
);
named!(Profile, "a profile option", Keep = "keep" | "same", Srgb = "srgb");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back_and_the_cautious_one_is_the_default() {
        for privacy in [Privacy::Field, Privacy::Keep, Privacy::Bare] {
            assert_eq!(privacy.to_string().parse(), Ok(privacy));
        }
        assert_eq!(Policy::default().privacy, Privacy::Field);
        let error = "all".parse::<Profile>().unwrap_err();
        assert_eq!(error.hint(), Some("use keep or srgb"));
    }
}

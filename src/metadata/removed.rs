//! What was taken out of a frame's metadata, as it is reported.

use std::fmt;

/// Something that was taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Removed {
    /// Where the photographer stood.
    Position,
    /// Serial numbers and other names of one camera or lens.
    SerialNumber,
    /// The camera owner's name.
    Owner,
    /// A maker's note that could not be cleaned surely.
    MakerNote,
    /// Pictures of the frame as it was.
    Preview,
    /// Pointers to gain maps, films and other pictures in the old file.
    FurtherPicture,
    /// Settings of an editor, which would be applied a second time.
    EditorSettings,
    /// Content credentials (C2PA), which hold for the original alone.
    ContentCredentials,
    /// What other programs repeat of a field that was set or removed.
    Copies,
    /// Names of people who were cropped out.
    PersonCroppedOut,
    /// A comment or another part that cannot be read surely.
    Unread,
    /// Everything but the few fields that stay.
    AllElse,
}

impl fmt::Display for Removed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Position => "position",
            Self::SerialNumber => "serial numbers",
            Self::Owner => "camera owner",
            Self::MakerNote => "maker's note",
            Self::Preview => "embedded previews",
            Self::FurtherPicture => "pointers to further pictures",
            Self::EditorSettings => "settings of an editor",
            Self::ContentCredentials => "content credentials (C2PA)",
            Self::Copies => "other programs' copies of fields that were changed",
            Self::PersonCroppedOut => "names of people who were cropped out",
            Self::Unread => "parts that cannot be read",
            Self::AllElse => "everything but the credits",
        })
    }
}

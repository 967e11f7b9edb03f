//! Errors and warnings, worded so that a photographer can act on them.
//!
//! An [`Error`] ends one frame (or, when planning, the run); a [`Warning`] reports something that
//! was not done as asked. Messages are lower case without a full stop; the remedy is the `hint`.
//! Texts that come from files are escaped where they are printed.

use std::fmt;
use std::path::{Path, PathBuf};

/// What sort of thing went wrong; the exit code of the program follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The order itself is wrong: an unknown setting, a value out of range, two inputs for one output.
    Usage,
    /// The file cannot be read: missing, no permission, changed while it was read.
    Unreadable,
    /// The file is not a picture that longlens knows, or of a kind that it names as not supported.
    Unsupported,
    /// The file is cut short or broken.
    Damaged,
    /// The frame is beyond the limits of size or memory.
    TooLarge,
    /// A caption or a metadata field cannot be made as ordered.
    Caption,
    /// The finished file holds what was to be taken out of it, and is not delivered.
    Privacy,
    /// The output cannot be written: disk full, folder not writable.
    Environment,
    /// The run was interrupted before this frame was done.
    Interrupted,
    /// A fault of the program itself, a panic in a decoder included.
    Internal,
}

/// Why a frame or a run failed, with the file it is about and a hint how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    path: Option<PathBuf>,
    message: String,
    hint: Option<String>,
}

/// `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of this kind; `message` is lower case without a full stop.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, path: None, message: message.into(), hint: None }
    }

    /// A value that a setting does not know: `'5:' is not a crop`, with those that it does.
    #[must_use]
    pub fn no_value(text: &str, what: &str, values: &str) -> Self {
        Self::new(ErrorKind::Usage, format!("'{}' is not {what}", text.escape_debug()))
            .with_hint(format!("use {values}"))
    }

    /// A number that a setting does not take, with the range that it does.
    #[must_use]
    pub fn out_of_range(text: &str, values: &str) -> Self {
        Self::new(ErrorKind::Usage, format!("'{}' is out of range", text.escape_debug()))
            .with_hint(format!("use {values}"))
    }

    /// An input or output operation that failed: what was tried, and the system's reason.
    ///
    /// Disk full, a read-only file system and an exceeded quota or file size are
    /// [`ErrorKind::Environment`] whoever met them; the rest is of the kind given.
    #[must_use]
    pub fn io(kind: ErrorKind, tried: &str, cause: &std::io::Error) -> Self {
        use std::io::ErrorKind as Io;
        let kind = match cause.kind() {
            Io::StorageFull | Io::ReadOnlyFilesystem | Io::QuotaExceeded | Io::FileTooLarge => {
                ErrorKind::Environment
            }
            _ => kind,
        };
        Self::new(kind, format!("{tried}: {}", reason(cause)))
    }

    /// The same error with a remedy, which is printed on a line of its own.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same error, about this file (an error that already names one keeps it).
    #[must_use]
    pub fn about(mut self, path: impl AsRef<Path>) -> Self {
        self.path.get_or_insert_with(|| path.as_ref().to_path_buf());
        self
    }

    /// The same error with this text before its message: the line of a table, the flag.
    #[must_use]
    pub fn prefixed(mut self, before: &str) -> Self {
        self.message.insert_str(0, before);
        self
    }

    /// What sort of thing went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The file it is about, if it is about one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// What went wrong, without the path and the hint.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it, if something can be done.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{}: ", path.display())?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// The system's reason without Rust's `(os error 28)` behind it.
fn reason(cause: &std::io::Error) -> String {
    let text = cause.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => "unknown reason".to_owned(),
    }
}

/// Something that was done otherwise than asked; the frame is delivered all the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Warning {
    /// The file was damaged and `--accept-damaged` developed what there was.
    Damaged(String),
    /// The name's extension says another format than the content.
    WrongExtension {
        /// The extension, as the name has it.
        extension: String,
        /// The format of the content.
        format: &'static str,
    },
    /// Transparent parts were laid over white.
    AlphaFlattened,
    /// Only the first picture of an animation or a multi-page file was developed.
    FirstOfMany,
    /// reduced from 16 to 8 bits per sample because the output format has no more.
    DepthReduced,
    /// The colour profile could not be used or kept.
    ProfileDropped(String),
    /// Metadata that could not be read, or that is too large for the output.
    MetadataDropped(String),
    /// Metadata that the output's format has no place for: the same for all frames alike.
    NoPlace {
        /// What has no place, and what became of it.
        what: &'static str,
        /// The format of the output.
        format: &'static str,
    },
    /// Parts of the file beside the photograph, left out with all that points to them.
    PartsLeftOut(String),
    /// No font has this character; a box is drawn instead.
    MissingGlyph(char),
    /// The caption did not fit and was made smaller.
    CaptionShrunk,
    /// A word of the caption is wider than the frame and was broken.
    CaptionBroken,
    /// The frame is too small for its caption at any size, so the caption was left out.
    CaptionLeftOut,
    /// The crop reaches beyond the frame and was cut to it.
    CropReduced,
    /// XMP and IPTC-IIM say different things and nothing tells which is newer: each field with both texts.
    SourcesDiffer(String),
    /// Anything else worth saying, in one sentence.
    Other(String),
}

impl Warning {
    /// Whether it is of the output's format rather than of one frame: said once in a run.
    #[must_use]
    pub fn is_of_the_run(&self) -> bool {
        matches!(self, Self::NoPlace { .. } | Self::DepthReduced)
    }

    /// What it is called where frames with it are counted, if its text is of one frame.
    #[must_use]
    pub fn kind(&self) -> Option<&'static str> {
        matches!(self, Self::SourcesDiffer(_)).then_some("XMP and IPTC-IIM differ; using XMP")
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged(what) => write!(f, "damaged; developed only the readable part: {what}"),
            Self::WrongExtension { extension, format } => {
                write!(f, "the name ends in .{extension} but the content is {format}")
            }
            Self::AlphaFlattened => f.write_str("transparent areas were placed on white"),
            Self::FirstOfMany => f.write_str("only the first picture of this file was developed"),
            Self::DepthReduced => f.write_str("reduced from 16 to 8 bits per sample"),
            Self::ProfileDropped(why) => write!(f, "the colour profile was dropped: {why}"),
            Self::MetadataDropped(what) => write!(f, "metadata dropped: {what}"),
            Self::NoPlace { what, format } => write!(f, "{format} cannot hold {what}"),
            Self::PartsLeftOut(what) => {
                write!(f, "dropped, with all references to it: {what}")
            }
            Self::MissingGlyph(c) => {
                write!(f, "no font has the character '{c}' (U+{:04X})", u32::from(*c))
            }
            Self::CaptionShrunk => f.write_str("the caption was made smaller to fit"),
            Self::CaptionBroken => {
                f.write_str("a word of the caption is wider than the frame and was broken")
            }
            Self::CaptionLeftOut => {
                f.write_str("the frame is too small for its caption, which was left out")
            }
            Self::CropReduced => {
                f.write_str("the crop extends beyond the frame and was trimmed to it")
            }
            Self::SourcesDiffer(what) => {
                write!(f, "XMP and IPTC-IIM differ; using XMP: {what}")
            }
            Self::Other(text) => f.write_str(text),
        }
    }
}

/// 'line 2, column 5' of an offset in a text that somebody wrote.
pub(crate) fn place(source: &str, offset: usize) -> String {
    let before = source.get(..offset).unwrap_or(source);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
    format!("line {line}, column {column}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_the_environment_whoever_meets_it() {
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        assert_eq!(Error::io(ErrorKind::Unreadable, "write", &full).kind(), ErrorKind::Environment);
    }

    #[test]
    fn the_path_stands_before_the_message_and_the_first_one_stays() {
        let e = Error::new(ErrorKind::Damaged, "the file ends early").about("a.jpg").about("b.jpg");
        assert_eq!(e.to_string(), "a.jpg: the file ends early");
    }
}

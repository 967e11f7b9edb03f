//! Small files that claim giant frames: no photograph is so, and no memory is taken for them.

use crate::batch::memory::needs::needed_bytes;
use crate::error::{Error, ErrorKind, Result};
use crate::format::Header;
use crate::recipe::Recipe;

/// Most bytes that any frame may take to develop whose file is small beside them.
const BOMB_BYTES: u64 = 1 << 30;

/// Bytes of development for a byte of file beyond which a file is small. A photograph at JPEG
/// quality 30 has about 70, a JPEG of one colour 300, a grey page as PNG or WebP thousands.
const BOMB_RATIO: u64 = 270;

/// Refuses a file of `file_bytes` bytes that would take far more to develop than a photograph does.
///
/// # Errors
/// [`ErrorKind::TooLarge`], whatever memory there is; if the crop misses the frame.
pub fn refuse_bomb(header: &Header, file_bytes: u64, recipe: &Recipe) -> Result<()> {
    let whole = file_bytes.saturating_add(needed_bytes(header, &[recipe])?);
    if whole <= BOMB_BYTES || whole / BOMB_RATIO <= file_bytes {
        return Ok(());
    }
    let (claimed, held) = (whole.div_ceil(1_000_000), file_bytes.div_ceil(1000));
    let message = format!(
        "{} px would take {claimed} MB to develop, out of a file of {held} kB: not a plausible photograph",
        header.size
    );
    Err(Error::new(ErrorKind::TooLarge, message).with_hint("make it smaller first"))
}

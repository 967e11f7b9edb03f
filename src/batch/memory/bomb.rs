//! Small files that claim giant frames: no photograph does, so no memory is allocated for them.

use crate::batch::memory::needs::needed_bytes;
use crate::error::{Error, ErrorKind, Result};
use crate::format::Header;
use crate::recipe::Recipe;

/// Pixels of the largest cameras' pictures. Up to here the memory that is allowed is the only limit: a lens
/// cap of 50 megapixels is 150 kB as HEIF, and takes 1.2 GB.
const CAMERA_PIXELS: u64 = 105_000_000;

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
    if header.size.area() <= CAMERA_PIXELS {
        return Ok(());
    }
    let whole = file_bytes.saturating_add(needed_bytes(header, &[recipe])?);
    if whole <= BOMB_BYTES || whole / BOMB_RATIO <= file_bytes {
        return Ok(());
    }
    let (claimed, held) = (whole.div_ceil(1_000_000), file_bytes.div_ceil(1000));
    let message = format!(
        "{} px would take {claimed} MB to develop, from a file of {held} kB: not a plausible photograph",
        header.size
    );
    Err(Error::new(ErrorKind::TooLarge, message).with_hint("make it smaller first"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Format;
    use crate::frame::{Orientation, Size};

    fn refused(width: u32, height: u32, bytes_a_pixel: u64, file_bytes: u64) -> bool {
        let size = Size::new(width, height);
        let header = Header {
            format: Format::Jpeg,
            size,
            orientation: Orientation::Upright,
            channels: 3,
            depth_bits: 8,
            kind: String::new(),
            alpha: false,
            subsampling: None,
            decode_bytes: size.area() * bytes_a_pixel,
        };
        refuse_bomb(&header, file_bytes, &Recipe::default()).is_err()
    }

    #[test]
    fn what_a_camera_can_make_is_none_however_flat_it_is() {
        assert!(!refused(8640, 5760, 23, 151_552));
        assert!(refused(16_000, 16_000, 3, 4_000_000));
        assert!(!refused(16_000, 16_000, 3, 40_000_000));
    }
}

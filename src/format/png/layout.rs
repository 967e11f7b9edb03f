//! The chunks of a PNG, read without inflating any.

use super::texts::Text;
use crate::container::png::{Chunk, chunks};
use crate::error::{Error, ErrorKind, Result};
use crate::frame::Size;

/// The colour type of IHDR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colour {
    Grey,
    Rgb,
    Palette,
    GreyAlpha,
    RgbAlpha,
}

/// What the chunks say.
#[derive(Debug)]
pub(super) struct Layout<'a> {
    pub(super) size: Size,
    pub(super) depth: u8,
    pub(super) colour: Colour,
    pub(super) interlaced: bool,
    /// Whether pixels can be transparent, by their type or by tRNS.
    pub(super) alpha: bool,
    /// Whether acTL announces an animation of more than one picture.
    pub(super) animated: bool,
    pub(super) exif: Option<&'a [u8]>,
    /// Texts, before and behind the samples.
    pub(super) texts: Vec<Text<'a>>,
    /// Whether there are content credentials.
    pub(super) credentials: bool,
    /// Whether there is an iCCP chunk, usable or not.
    pub(super) profile: bool,
    /// Whether IEND is there.
    pub(super) ended: bool,
    /// Bytes of compressed samples.
    pub(super) coded_bytes: u64,
}

fn damaged(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::Damaged, what)
}

/// Looks over all chunks.
pub(super) fn layout(bytes: &[u8]) -> Result<Layout<'_>> {
    let mut chunks = chunks(bytes);
    let Some(first) = chunks.next() else {
        return Err(damaged("the PNG ends before its header"));
    };
    if &first.kind == b"CgBI" {
        let what = "this is an iPhone-optimised PNG, which longlens does not read";
        return Err(Error::new(ErrorKind::Unsupported, what));
    }
    let mut layout = parse_header(&first.kind, first.body)?;
    for Chunk { kind, body, .. } in chunks {
        match &kind {
            b"PLTE" if body.is_empty() || body.len() % 3 != 0 || body.len() > 768 => {
                return Err(damaged(format!("the PNG has a palette of {} bytes", body.len())));
            }
            b"tRNS" => layout.alpha = true,
            b"acTL" => layout.animated = body.first_chunk().is_some_and(|n| *n > [0, 0, 0, 1]),
            b"eXIf" => layout.exif = layout.exif.or(Some(body)),
            b"tEXt" | b"zTXt" | b"iTXt" => layout.texts.extend(Text::of_chunk(&kind, body)),
            b"caBX" => layout.credentials = true,
            b"iCCP" => layout.profile = true,
            b"IDAT" => layout.coded_bytes += body.len() as u64,
            b"IHDR" => return Err(damaged("the PNG has two headers")),
            b"IEND" => {
                layout.ended = true;
                break;
            }
            _ => {}
        }
    }
    Ok(layout)
}

/// IHDR, with the combinations that the standard allows.
fn parse_header(kind: &[u8; 4], body: &[u8]) -> Result<Layout<'static>> {
    let broken = || damaged("the header of the PNG is broken");
    let (b"IHDR", Ok(body)) = (kind, <[u8; 13]>::try_from(body)) else { return Err(broken()) };
    let [w0, w1, w2, w3, h0, h1, h2, h3, depth, colour, compression, filter, interlace] = body;
    let colour = match (colour, depth) {
        (0, 1 | 2 | 4 | 8 | 16) => Colour::Grey,
        (2, 8 | 16) => Colour::Rgb,
        (3, 1 | 2 | 4 | 8) => Colour::Palette,
        (4, 8 | 16) => Colour::GreyAlpha,
        (6, 8 | 16) => Colour::RgbAlpha,
        _ => return Err(broken()),
    };
    if compression != 0 || filter != 0 || interlace > 1 {
        return Err(broken());
    }
    Ok(Layout {
        size: Size::new(u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([h0, h1, h2, h3])),
        depth,
        colour,
        interlaced: interlace == 1,
        alpha: matches!(colour, Colour::GreyAlpha | Colour::RgbAlpha),
        animated: false,
        exif: None,
        texts: Vec::new(),
        credentials: false,
        profile: false,
        ended: false,
        coded_bytes: 0,
    })
}

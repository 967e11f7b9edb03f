//! The metadata segments of a JPEG: unwrapped when read, and written in the usual order.
//!
//! EXIF in APP1 (CIPA DC-008, 4.7.2); XMP and extended XMP in APP1 (XMP Specification part 3, 1.1.3);
//! Photoshop's resources in APP13; the ICC profile in numbered APP2 parts (ICC.1:2022, annex B.4);
//! JFIF in APP0 (ISO 10918-5); the comment in COM.

use std::sync::Arc;

use super::super::profile::{MOST_ICC_BYTES, MOST_XMP_BYTES};
use super::super::upright;
use crate::container::jpeg::{APP0, COM, Segment};
use crate::error::Warning;
use crate::frame::Orientation;
use crate::metadata::{self, Blocks};

pub(super) const JFIF: &[u8] = b"JFIF\0";
const EXIF: &[u8] = b"Exif\0\0";
pub(super) const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
pub(super) const XMP_EXTENSION: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
pub(super) const ICC: &[u8] = b"ICC_PROFILE\0";
pub(super) const PHOTOSHOP: &[u8] = b"Photoshop 3.0\0";
const APP1: u8 = APP0 + 1;
const APP2: u8 = APP0 + 2;
const APP13: u8 = APP0 + 13;
/// Bytes that a segment can hold beside its own length (T.81, B.1.1.4).
const MOST_BODY_BYTES: usize = 65_533;
/// Hexadecimal digits of the digest that ties extended XMP to its packet.
const GUID_BYTES: usize = 32;

/// The bodies of the segments with this marker and signature, signature taken off.
fn bodies<'a>(
    segments: &'a [Segment<'a>],
    marker: u8,
    signature: &'static [u8],
) -> impl Iterator<Item = &'a [u8]> {
    let of_marker = segments.iter().filter(move |s| s.marker == marker);
    of_marker.filter_map(move |s| s.body.strip_prefix(signature))
}

/// The first EXIF that can be read; some writers leave one of the two zeros behind its name otherwise.
fn exif<'a>(segments: &'a [Segment<'a>]) -> Option<&'a [u8]> {
    let all = || bodies(segments, APP1, b"Exif\0").filter_map(|body| body.get(1..));
    let mut some = all().filter(|exif| !exif.is_empty());
    // Most files have one, which is not read twice.
    let first = some.next()?;
    match some.next() {
        None => Some(first),
        Some(_) => all().find(|exif| metadata::is_exif(exif)).or(Some(first)),
    }
}

/// How the EXIF segment says that the picture has to be turned.
pub(super) fn orientation(segments: &[Segment<'_>]) -> Orientation {
    exif(segments).map_or(Orientation::Upright, upright::from_exif)
}

/// The XMP packet: the one under its proper name, or else one under a garbled name, as a program
/// left it that wrote `XMP\0` over the `http` of the address.
pub(super) fn xmp<'a>(segments: &'a [Segment<'a>]) -> Option<&'a [u8]> {
    let garbled = || bodies(segments, APP1, b"").find_map(packet_under_another_name);
    let all = || bodies(segments, APP1, XMP).filter(|packet| !packet.is_empty());
    let first = match all().nth(1) {
        None => all().next(),
        Some(_) => all().find(|packet| metadata::is_xmp(packet)).or_else(|| all().next()),
    };
    first.or_else(garbled)
}

fn packet_under_another_name(body: &[u8]) -> Option<&[u8]> {
    /// The proper name has 29 bytes.
    const NAME_BYTES: usize = 64;
    const BEGINS: [&[u8]; 4] = [b"<?xpacket", b"<x:xmpmeta", b"<x:xapmeta", b"<rdf:RDF"];
    let is_other = body.starts_with(EXIF) || body.starts_with(XMP_EXTENSION);
    let start = body.iter().take(NAME_BYTES).position(|&b| b == b'<').filter(|_| !is_other)?;
    BEGINS.iter().any(|begin| body[start..].starts_with(begin)).then(|| &body[start..])
}

/// All blocks of a file.
pub(super) fn read(segments: &[Segment<'_>], warnings: &mut Vec<Warning>) -> Blocks {
    let xmp = xmp(segments);
    let photoshop = bodies(segments, APP13, PHOTOSHOP).flatten().copied().collect::<Vec<_>>();
    let mut comments = segments.iter().filter(|s| s.marker == COM).map(|s| s.body.to_vec());
    let comment = comments.next();
    if comments.next().is_some() {
        warnings.push(Warning::MetadataDropped("all comments but the first".to_owned()));
    }
    for (signature, name) in [(&b"Exif\0"[..], "EXIF"), (XMP, "XMP")] {
        if bodies(segments, APP1, signature).filter(|body| body.len() > 1).count() > 1 {
            let what = format!("all {name} segments but the first that can be read");
            warnings.push(Warning::MetadataDropped(what));
        }
    }
    Blocks {
        exif: exif(segments).map(<[u8]>::to_vec),
        xmp: xmp.map(<[u8]>::to_vec),
        xmp_extended: extended_xmp(segments, xmp, warnings),
        photoshop: (!photoshop.is_empty()).then_some(photoshop),
        icc: profile(segments, warnings),
        comment,
        density: bodies(segments, APP0, JFIF).find_map(density),
    }
}

/// JFIF's density, after two bytes of version.
fn density(body: &[u8]) -> Option<(u8, u16, u16)> {
    let &[_, _, unit, x0, x1, y0, y1] = body.first_chunk()?;
    Some((unit, u16::from_be_bytes([x0, x1]), u16::from_be_bytes([y0, y1])))
}

/// The parts of the profile, in the order of their numbers.
fn profile(segments: &[Segment<'_>], warnings: &mut Vec<Warning>) -> Option<Arc<[u8]>> {
    let mut parts = bodies(segments, APP2, ICC)
        .filter_map(|body| body.split_first_chunk::<2>())
        .map(|(&[number, count], part)| (number, count, part))
        .collect::<Vec<_>>();
    if parts.is_empty() {
        return None;
    }
    parts.sort_by_key(|&(number, ..)| number);
    let count = parts.len();
    let whole = (1..=count).zip(&parts).all(|(expected, &(number, of, _))| {
        usize::from(number) == expected && usize::from(of) == count
    });
    let bytes = parts.iter().map(|(.., part)| part.len()).sum::<usize>();
    if !whole || bytes > MOST_ICC_BYTES {
        let why = if whole { "it is larger than 16 MiB" } else { "parts of it are missing" };
        warnings.push(Warning::ProfileDropped(why.to_owned()));
        return None;
    }
    Some(parts.iter().flat_map(|(.., part)| part.iter().copied()).collect())
}

/// The parts of extended XMP that belong to the packet, put together if none is missing.
fn extended_xmp(
    segments: &[Segment<'_>],
    xmp: Option<&[u8]>,
    warnings: &mut Vec<Warning>,
) -> Option<Vec<u8>> {
    let mut parts = bodies(segments, APP1, XMP_EXTENSION)
        .filter_map(|body| {
            let (guid, rest) = body.split_at_checked(GUID_BYTES)?;
            let (&full, rest) = rest.split_first_chunk::<4>()?;
            let (&offset, part) = rest.split_first_chunk::<4>()?;
            Some((guid, u32::from_be_bytes(full), u32::from_be_bytes(offset), part))
        })
        .collect::<Vec<_>>();
    if parts.is_empty() {
        return None;
    }
    let guid = xmp.and_then(extension_guid);
    parts.retain(|&(of, ..)| Some(of) == guid);
    parts.sort_by_key(|&(_, _, offset, _)| offset);
    let whole = parts.first().map_or(0, |&(_, full, ..)| full as usize);
    let mut packet = Vec::new();
    for (_, full, offset, part) in &parts {
        let follows = *offset as usize == packet.len() && *full as usize == whole;
        if !follows || packet.len() + part.len() > MOST_XMP_BYTES {
            break;
        }
        packet.extend_from_slice(part);
    }
    if packet.is_empty() || packet.len() != whole {
        let what = "extended XMP that is incomplete, too large or belongs to another packet";
        warnings.push(Warning::MetadataDropped(what.to_owned()));
        return None;
    }
    Some(packet)
}

/// The digest by which a packet names its extension: `xmpNote:HasExtendedXMP`.
fn extension_guid(xmp: &[u8]) -> Option<&[u8]> {
    const NAME: &[u8] = b"HasExtendedXMP";
    let after = xmp.windows(NAME.len()).position(|w| w == NAME)? + NAME.len();
    let value = xmp.get(after..)?;
    // Either `="…"` or `>…<`: the digest is the first run of hexadecimal digits behind the name.
    let start = value.iter().take(8).position(u8::is_ascii_hexdigit)?;
    value.get(start..start + GUID_BYTES).filter(|g| g.iter().all(u8::is_ascii_hexdigit))
}

/// Appends one segment.
fn push(out: &mut Vec<u8>, marker: u8, parts: &[&[u8]]) {
    let length = parts.iter().map(|p| p.len()).sum::<usize>();
    debug_assert!(length <= MOST_BODY_BYTES, "segments are split before they are pushed");
    out.extend_from_slice(&[0xFF, marker]);
    out.extend_from_slice(&(length as u16 + 2).to_be_bytes());
    parts.iter().for_each(|part| out.extend_from_slice(part));
}

/// Appends one segment, or a warning if it cannot hold the block.
fn push_whole(
    out: &mut Vec<u8>,
    marker: u8,
    signature: &[u8],
    block: Option<&[u8]>,
    name: &str,
    warnings: &mut Vec<Warning>,
) {
    let Some(block) = block else { return };
    if signature.len() + block.len() <= MOST_BODY_BYTES {
        push(out, marker, &[signature, block]);
        return;
    }
    let what = format!("{name} of {} KiB (a JPEG holds at most 64 KiB)", block.len() >> 10);
    warnings.push(Warning::MetadataDropped(what));
}

/// Writes all blocks behind SOI: JFIF, EXIF, XMP, extended XMP, Photoshop, ICC, comment.
pub(super) fn write(blocks: &Blocks, out: &mut Vec<u8>, warnings: &mut Vec<Warning>) {
    // Cameras write EXIF without JFIF; a file that has neither gets JFIF, which says that three
    // components are YCbCr.
    if blocks.density.is_some() || blocks.exif.is_none() {
        let (unit, x, y) = blocks.density.unwrap_or((0, 1, 1));
        let ([x0, x1], [y0, y1]) = (x.to_be_bytes(), y.to_be_bytes());
        push(out, APP0, &[JFIF, &[1, 1, unit, x0, x1, y0, y1, 0, 0]]);
    }
    push_whole(out, APP1, EXIF, blocks.exif.as_deref(), "EXIF", warnings);
    push_whole(out, APP1, XMP, blocks.xmp.as_deref(), "XMP", warnings);
    write_extended(blocks, out, warnings);
    let photoshop = blocks.photoshop.as_deref().unwrap_or_default();
    for part in photoshop.chunks(MOST_BODY_BYTES - PHOTOSHOP.len()) {
        push(out, APP13, &[PHOTOSHOP, part]);
    }
    write_profile(blocks.icc.as_deref().unwrap_or_default(), out, warnings);
    push_whole(out, COM, &[], blocks.comment.as_deref(), "comment", warnings);
}

/// Extended XMP in parts under the digest that the packet names.
fn write_extended(blocks: &Blocks, out: &mut Vec<u8>, warnings: &mut Vec<Warning>) {
    let Some(packet) = blocks.xmp_extended.as_deref() else { return };
    let guid = blocks.xmp.as_deref().and_then(extension_guid);
    let (Some(guid), Ok(whole)) = (guid, u32::try_from(packet.len())) else {
        let what = "extended XMP that the XMP packet does not name";
        warnings.push(Warning::MetadataDropped(what.to_owned()));
        return;
    };
    let part_bytes = MOST_BODY_BYTES - XMP_EXTENSION.len() - GUID_BYTES - 8;
    for (number, part) in packet.chunks(part_bytes).enumerate() {
        // Within `whole`, which fits.
        let offset = (number * part_bytes) as u32;
        let head = [guid, &whole.to_be_bytes(), &offset.to_be_bytes()].concat();
        push(out, APP1, &[XMP_EXTENSION, &head, part]);
    }
}

/// The profile in up to 255 numbered parts.
fn write_profile(icc: &[u8], out: &mut Vec<u8>, warnings: &mut Vec<Warning>) {
    let part_bytes = MOST_BODY_BYTES - ICC.len() - 2;
    let Ok(count) = u8::try_from(icc.len().div_ceil(part_bytes)) else {
        let why = "it has more than the 255 parts that a JPEG holds";
        warnings.push(Warning::ProfileDropped(why.to_owned()));
        return;
    };
    for (number, part) in (1..=count).zip(icc.chunks(part_bytes)) {
        push(out, APP2, &[ICC, &[number, count], part]);
    }
}

//! The finished file read again: nothing that had to be removed may be left in it.
//!
//! Two independent checks: the blocks are searched by their structure, and all bytes of the file
//! outside the samples are searched for the positions and serial numbers that the file had. A find
//! is an error, and the file is not delivered.

use super::blocks::Blocks;
use super::carried::Carried;
use super::iptc::Iim;
use super::photoshop::{IPTC, NESTED, Resources, THUMBNAILS};
use super::policy::Privacy;
use super::removed::Removed;
use super::text::Encoding;
use super::{exif, xmp};
use crate::container::outside_of_samples;
use crate::error::{Error, ErrorKind, Result};

/// Names of XMP properties that have to be gone wherever they are.
const NAMES: [&str; 4] = ["GPSLatitude", "GPSLongitude", "LocationCreated", "SerialNumber"];

/// Searches a finished file for what had to go.
///
/// `finished` are the blocks read again from `whole_file`, the bytes as they will be delivered.
///
/// # Errors
/// [`ErrorKind::Privacy`] if something is found: the file must not be delivered.
pub fn verify(finished: &Blocks, whole_file: &[u8], carried: &Carried) -> Result<()> {
    if carried.privacy == Privacy::Keep {
        return Ok(());
    }
    let byline = carried.byline.as_deref();
    let in_exif = finished.exif.as_deref().and_then(|b| exif::leftover(b, byline));
    let packets = [&finished.xmp, &finished.xmp_extended].into_iter().flatten();
    let in_xmp = packets.filter_map(|p| match xmp::leftover(p, carried.privacy, byline) {
        Ok(found) => found.map(|what| format!("{what} in XMP")),
        Err(why) => Some(format!("an XMP packet that {why}")),
    });
    let found = in_exif
        .map(str::to_owned)
        .or_else(|| in_xmp.into_iter().next())
        .or_else(|| in_photoshop(finished).map(str::to_owned))
        .or_else(|| in_bytes(whole_file, carried))
        // A PNG packs its IPTC, so the file's bytes do not show it.
        .or_else(|| carried.secrets.find(finished.photoshop.as_deref()?).map(str::to_owned));
    match found {
        None => Ok(()),
        Some(what) => Err(Error::new(
            ErrorKind::Privacy,
            format!("the finished file still contains {what}, so it is not delivered"),
        )
        .with_hint(remedy(carried))),
    }
}

/// What helps: bare only where it takes out what tells.
fn remedy(carried: &Carried) -> String {
    let write = if carried.privacy == Privacy::Bare { "" } else { " and --write-metadata yes" };
    match carried.telling {
        Some(field) => format!(
            "it is in the {field}, which is kept: replace it with --set {field}=…{write}, or \
             use --privacy keep if it may be published"
        ),
        None if carried.privacy == Privacy::Bare => {
            "remove it from the original, or use --privacy keep if it may be published".to_owned()
        }
        None => {
            "remove it from the original, or use --privacy bare (or keep, if it may be published)"
                .to_owned()
        }
    }
}

fn in_photoshop(finished: &Blocks) -> Option<&'static str> {
    let resources = Resources::new(finished.photoshop.as_deref()?);
    let has = |numbers: &[u16]| numbers.iter().any(|&n| resources.find(n).is_some());
    let mut iptc = resources.list.iter().filter(|r| r.number == IPTC);
    let in_iptc = iptc.next().and_then(|first| in_iptc(first.content()));
    match () {
        () if has(&THUMBNAILS) => Some("a preview in Photoshop's resources"),
        () if has(&NESTED) => Some("EXIF or XMP in Photoshop's resources"),
        () if resources.tail.iter().any(|&b| b != 0) => Some("unreadable data after IPTC-IIM"),
        () if iptc.next().is_some() => Some("a second IPTC-IIM block"),
        () => in_iptc,
    }
}

fn in_iptc(block: &[u8]) -> Option<&'static str> {
    let mut iim = Iim::new(block, Encoding::default());
    match iim.take_out(Privacy::Field).first() {
        Some(Removed::Preview) => Some("a preview in IPTC-IIM"),
        Some(_) => Some("a position in IPTC-IIM"),
        None => iim.drop_tail().then_some("unreadable data in IPTC-IIM"),
    }
}

fn in_bytes(whole_file: &[u8], carried: &Carried) -> Option<String> {
    for part in outside_of_samples(whole_file) {
        if let Some(what) = carried.secrets.find(part) {
            return Some(what.to_owned());
        }
        let stands = |name: &str| part.windows(name.len()).any(|w| w == name.as_bytes());
        if let Some(name) = NAMES.iter().find(|name| stands(name)) {
            return Some(format!("the tag {name}"));
        }
    }
    None
}

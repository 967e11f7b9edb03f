//! From the blocks of the file that was read to those of the file that is written.

use std::collections::BTreeSet;
use std::fmt;

use super::fields::{Fields, Origin};
use super::iptc::Iim;
use super::photoshop::{IPTC, NESTED, Resources, THUMBNAILS};
use super::policy::{Policy, Privacy, Profile, WriteMetadata};
use super::secrets::Secrets;
use super::xmp::{Changing, Packet};
use super::{Blocks, exif, iptc, xmp};
use crate::colour;
use crate::error::{Result, Warning};
use crate::frame::Size;

/// What EXIF's 'Software' says of a file that longlens wrote.
pub const SOFTWARE: &str = concat!("longlens ", env!("CARGO_PKG_VERSION"));

/// The fields that [`Privacy::Bare`] leaves.
const BARE: [&str; 4] = ["byline", "credit", "copyright", "description"];

/// What happened to the frame that its metadata has to follow.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// The size of the finished picture.
    pub size: Size,
    /// What is known of the frame; the byline tells whether the camera's owner may stay.
    pub fields: &'a Fields,
    /// What the output's format does with IPTC-IIM.
    pub iptc: Iptc,
}

/// Whether the output's format has a place for IPTC-IIM.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Iptc {
    /// It has.
    #[default]
    Kept,
    /// It has none: what XMP does not say yet is said there.
    IntoXmp,
}

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
            Self::Unread => "parts that cannot be read",
            Self::AllElse => "all else",
        })
    }
}

/// The blocks to write, and what [`super::verify`] has to know of how they came about.
#[derive(Debug, Clone)]
pub struct Carried {
    /// The blocks to write.
    pub blocks: Blocks,
    /// Whether the file said where it was taken.
    pub had_position: bool,
    /// What was taken out, each kind once.
    pub removed: Vec<Removed>,
    /// What could not be carried or was cut.
    pub warnings: Vec<Warning>,
    pub(super) privacy: Privacy,
    pub(super) byline: Option<String>,
    pub(super) secrets: Secrets,
    /// The field that stays at every level and tells what should be gone, if one does.
    pub(super) telling: Option<&'static str>,
}

/// Makes the blocks of the finished file out of those of the file that was read.
///
/// What the policy does not name is carried byte for byte, but XMP in UTF-16 or UTF-32 becomes
/// UTF-8. Under every policy the picture is upright and of its new size, and previews and pointers to
/// other pictures in the file are gone, since they show or mean the frame as it was.
///
/// # Errors
/// If the profile that the policy asks for cannot be made.
pub fn carry_over(mut blocks: Blocks, policy: &Policy, change: &Change<'_>) -> Result<Carried> {
    blocks.xmp = blocks.xmp.map(|packet| xmp::in_utf8(&packet).into_owned());
    let icc = match (policy.profile, &blocks.icc) {
        (Profile::Srgb, Some(before)) => Some(colour::srgb_instead_of(before)?),
        (_, icc) => icc.clone(),
    };
    let mut fields = writable(change.fields, policy.privacy);
    let warnings = match policy.write_metadata {
        WriteMetadata::Yes => fields.make_iso(&blocks),
        WriteMetadata::No => Vec::new(),
    };
    let mut carrying = Carrying {
        policy,
        size: change.size,
        iptc: change.iptc,
        fields: &fields,
        byline: change.fields.get("byline"),
        had_position: says_position(&blocks),
        removed: BTreeSet::new(),
        warnings,
        secrets: Secrets::default(),
    };
    let carried = carrying.carry(&blocks);
    let blocks = match policy.privacy {
        // The search afterwards needs what stood in the blocks, so they are gone through all the same.
        Privacy::Bare => carrying.bare(&blocks),
        _ => carried,
    };
    let tells = |name: &&str| {
        let text = change.fields.get(name).unwrap_or_default();
        carrying.secrets.find(text.as_bytes()).is_some()
    };
    Ok(Carried {
        telling: BARE.into_iter().find(|name| tells(name)),
        blocks: Blocks { icc, ..blocks },
        had_position: carrying.had_position,
        removed: carrying.removed.into_iter().collect(),
        warnings: carrying.warnings,
        privacy: policy.privacy,
        byline: carrying.byline.map(str::to_owned),
        secrets: carrying.secrets,
    })
}

/// The fields as they may be written: under privacy without keywords that are a position.
fn writable(fields: &Fields, privacy: Privacy) -> Fields {
    let mut fields = fields.clone();
    if let Some(value) = fields.value("keywords").filter(|_| privacy != Privacy::Keep).cloned() {
        let kept: Vec<&str> =
            iptc::keywords(&value.text).filter(|k| !iptc::is_position(k)).collect();
        if kept.len() < iptc::keywords(&value.text).count() {
            fields.set("keywords", "", Origin::Set);
            fields.set("keywords", kept.join(", "), value.origin);
        }
    }
    fields
}

/// Whether the blocks say where the photographer stood.
fn says_position(blocks: &Blocks) -> bool {
    let packets = [&blocks.xmp, &blocks.xmp_extended].into_iter().flatten();
    blocks.exif.as_deref().is_some_and(exif::says_position)
        || packets.into_iter().any(|packet| xmp::says_position(packet))
}

struct Carrying<'a> {
    policy: &'a Policy,
    size: Size,
    iptc: Iptc,
    /// What may be written.
    fields: &'a Fields,
    byline: Option<&'a str>,
    had_position: bool,
    removed: BTreeSet<Removed>,
    warnings: Vec<Warning>,
    secrets: Secrets,
}

impl Carrying<'_> {
    fn writes(&self) -> bool {
        self.policy.write_metadata == WriteMetadata::Yes
    }

    fn dropped(&mut self, what: &str, why: &str) {
        self.removed.insert(Removed::Unread);
        self.warnings.push(Warning::MetadataDropped(format!("{what} {why}")));
    }

    fn carry(&mut self, blocks: &Blocks) -> Blocks {
        // EXIF comes first: what it could not read is said by itself.
        let exif = self.exif(blocks.exif.as_deref());
        let (photoshop, iptc) = self.photoshop(blocks.photoshop.as_deref());
        let extended = self.extended(blocks.xmp_extended.as_deref());
        let fate = match extended.is_some() {
            true => Packet::Same,
            false => Packet::Changed,
        };
        let mut carried = Blocks {
            exif,
            xmp: self.xmp(blocks, fate, iptc),
            xmp_extended: extended,
            photoshop,
            comment: blocks.comment.clone(),
            ..blocks.clone()
        };
        if self.policy.privacy != Privacy::Keep
            && carried.comment.as_ref().is_some_and(|c| self.secrets.find(c).is_some())
        {
            carried.comment = None;
            self.removed.insert(Removed::Unread);
        }
        carried
    }

    fn exif(&mut self, block: Option<&[u8]>) -> Option<Vec<u8>> {
        let mut before = Fields::default();
        if let Some(block) = block {
            // What cannot be read is said below.
            let _ = exif::read(block, &mut before);
        }
        let mut texts = exif::wanted(self.fields);
        let said = exif::wanted(&before);
        texts.retain(|wanted| self.writes() && !said.contains(wanted));
        let orders = exif::Orders {
            size: self.size,
            privacy: self.policy.privacy,
            byline: self.byline,
            software: SOFTWARE,
            texts: &texts,
        };
        let changed =
            block.map(|b| exif::change(b.to_vec(), &orders, &mut self.removed, &mut self.secrets));
        match changed {
            Some(Ok(block)) => {
                if self.removed.contains(&Removed::Unread) {
                    self.dropped("EXIF entries", "that lead out of their block");
                }
                return Some(block);
            }
            Some(Err(why)) => self.dropped("the EXIF block cannot be read:", why),
            None => {}
        }
        exif::fresh(&texts)
    }

    fn photoshop(&mut self, block: Option<&[u8]>) -> (Option<Vec<u8>>, Packet) {
        let mut resources = Resources::new(block.unwrap_or_default());
        if resources.remove(&THUMBNAILS) {
            self.removed.insert(Removed::Preview);
        }
        let mut iim = Iim::new(resources.find(IPTC).unwrap_or_default());
        if self.policy.privacy != Privacy::Keep {
            self.clean(&mut resources, &mut iim);
        }
        self.removed.extend(iim.take_out(self.policy.privacy));
        if self.writes() {
            iim.put(self.fields, &mut self.warnings);
        }
        let fate = if iim.is_changed() { Packet::Changed } else { Packet::Same };
        iim.store(&mut resources);
        (resources.into_bytes(), fate)
    }

    /// Takes out of Photoshop's resources what tells a place and what no reader looks at.
    fn clean(&mut self, resources: &mut Resources, iim: &mut Iim) {
        if !resources.tail.is_empty() {
            resources.tail.clear();
            self.dropped("Photoshop's resources end", "in bytes that cannot be read");
        }
        if resources.keep_first(IPTC) {
            self.dropped("a second IPTC-IIM block", "beside the first");
        }
        if iim.drop_tail() {
            self.dropped("IPTC-IIM ends", "in bytes that cannot be read");
        }
        resources.remove(&NESTED);
    }

    fn xmp(&mut self, blocks: &Blocks, extended: Packet, iptc: Packet) -> Option<Vec<u8>> {
        let packet = blocks.xmp.as_deref();
        let only_iptc = (self.iptc == Iptc::IntoXmp).then(|| self.only_iptc(blocks)).flatten();
        let write = self.writes().then_some(self.fields).or(only_iptc.as_ref());
        let changing = Changing {
            size: self.size,
            upright: blocks.exif.as_deref().and_then(exif::orientation).is_some(),
            privacy: self.policy.privacy,
            byline: self.byline,
            write,
            extended,
            iptc,
        };
        match packet.map(|p| changing.change(p, &mut self.removed, &mut self.secrets)) {
            Some(Ok(packet)) => return Some(packet),
            Some(Err(why)) => self.dropped("the XMP", &why),
            None => {}
        }
        write.and_then(xmp::fresh)
    }

    /// What IPTC-IIM says and XMP does not.
    fn only_iptc(&self, blocks: &Blocks) -> Option<Fields> {
        let mut fields = Fields::default();
        iptc::read(blocks.photoshop.as_deref()?, &mut fields);
        let (in_xmp, _) =
            Fields::read(&Blocks { xmp: blocks.xmp.clone(), ..Blocks::default() }, "");
        let mut only = Fields::default();
        for (name, value) in fields.iter().filter(|(name, _)| in_xmp.get(name).is_none()) {
            only.set(name, value.text.clone(), value.origin);
        }
        Some(writable(&only, self.policy.privacy))
    }

    /// The extended packet is carried byte for byte, its MD5 sum being its name; or not at all.
    fn extended(&mut self, packet: Option<&[u8]>) -> Option<Vec<u8>> {
        let packet = packet?;
        if let Some(name) = self.taken_from(packet) {
            self.dropped("the extended XMP", &format!("was dropped whole for its {name}"));
            return None;
        }
        match xmp::leftover(packet, self.policy.privacy, self.byline) {
            Ok(None) => return Some(packet.to_vec()),
            Ok(Some(what)) => {
                self.removed.insert(what);
                self.dropped("the extended XMP", &format!("was dropped whole for its {what}"));
            }
            Err(why) => self.dropped("the extended XMP", &why),
        }
        None
    }

    /// A field that a packet has and that is to be written nowhere.
    fn taken_from(&self, packet: &[u8]) -> Option<String> {
        let mut fields = Fields::default();
        // What cannot be read is said by the search.
        let _ = xmp::read(packet, Origin::Xmp, &mut fields);
        let taken = |(name, _): &(&str, _)| self.writes() && self.fields.is_taken(name);
        fields.iter().find(taken).map(|(name, _)| name.to_owned())
    }

    fn bare(&mut self, blocks: &Blocks) -> Blocks {
        let mut fields = Fields::default();
        for value in BARE.iter().filter_map(|n| Some((n, self.fields.value(n)?))) {
            fields.set(value.0, value.1.text.clone(), value.1.origin);
        }
        self.removed = BTreeSet::from([Removed::AllElse]);
        self.warnings.clear();
        let mut iim = Iim::default();
        iim.put(&fields, &mut self.warnings);
        let mut resources = Resources::default();
        iim.store(&mut resources);
        Blocks {
            exif: exif::fresh(&exif::wanted(&fields)),
            xmp: xmp::fresh(&fields),
            photoshop: resources.into_bytes(),
            density: blocks.density,
            ..Blocks::default()
        }
    }
}

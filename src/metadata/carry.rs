//! From the metadata blocks of the original to those of the output.

use std::collections::BTreeSet;

use super::blocks::Blocks;
use super::carried::{Carried, Change, Iptc, Picture};
use super::dates::Dates;
use super::exif::Facts;
use super::fields::{Fields, Origin};
use super::iptc::Iim;
use super::photoshop::{IPTC, NESTED, Resources, THUMBNAILS};
use super::policy::{Policy, Privacy, Profile, WriteMetadata};
use super::removed::Removed;
use super::secrets::Secrets;
use super::xmp::{Changing, Geometry, Packet};
use super::{exif, fit, keywords, xmp};
use crate::colour;
use crate::error::{Result, Warning};

/// What EXIF's 'Software' says of a file that longlens wrote.
pub const SOFTWARE: &str = concat!("longlens ", env!("CARGO_PKG_VERSION"));

/// The fields that [`Privacy::Bare`] leaves.
const BARE: [&str; 4] = ["byline", "credit", "copyright", "description"];

/// Bytes before EXIF in its segment: `Exif` and two zeros.
const EXIF_NAME_BYTES: usize = 6;

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
    if change.segment_bytes.is_none() {
        fit::join(&mut blocks);
    }
    let icc = match (policy.profile, &blocks.icc) {
        (Profile::Srgb, Some(before)) => Some(colour::srgb_instead_of(before)?),
        (_, icc) => icc.clone(),
    };
    let mut warnings = Vec::new();
    let writes = policy.write_metadata == WriteMetadata::Yes;
    let dates = match writes {
        true => Dates::of(change.fields, &blocks, policy.encoding, &mut warnings),
        false => Dates::None,
    };
    let geometry = change.picture.map(|Picture { original, turned, tilted, kept }| Geometry {
        original,
        turned,
        tilted,
        kept,
        size: change.size,
    });
    let of_regions = |find: fn(&[u8], &Geometry) -> Vec<String>| -> Vec<String> {
        let packets = [&blocks.xmp, &blocks.xmp_extended].into_iter().flatten();
        let found = |geometry| packets.flat_map(|packet| find(packet, geometry)).collect();
        geometry.as_ref().map(found).unwrap_or_default()
    };
    let gone = of_regions(xmp::cropped_out);
    let lost = of_regions(xmp::unfollowed);
    if !lost.is_empty() {
        let what = format!("regions of {} that are not rectangles", lost.join(", "));
        warnings.push(Warning::MetadataDropped(what));
    }
    let fields = writable(change.fields, policy.privacy, &gone);
    let density = blocks.density.filter(|density| density.0 != 0);
    let density = density.or_else(|| exif::density(blocks.exif.as_deref()?));
    let mut carrying = Carrying {
        policy,
        change,
        fields: &fields,
        dates,
        byline: change.fields.get("byline"),
        geometry,
        gone,
        facts: Facts {
            size: change.size,
            density,
            srgb: icc.is_none() || policy.profile == Profile::Srgb,
            tags: change.exif_tags,
        },
        had_position: says_position(&blocks),
        removed: BTreeSet::new(),
        warnings,
        secrets: Secrets::default(),
    };
    if !carrying.gone.is_empty() {
        carrying.removed.insert(Removed::PersonCroppedOut);
    }
    let carried = carrying.carry(&blocks);
    let mut blocks = match policy.privacy {
        // The search afterwards needs what stood in the blocks, so they are gone through all the same.
        Privacy::Bare => carrying.bare(&blocks),
        _ => carried,
    };
    match change.segment_bytes {
        Some(bytes) => fit::xmp(&mut blocks, bytes),
        None => blocks.density = density.or(blocks.density),
    }
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

/// The fields as they may be written: without people who were cropped out, unless somebody named them,
/// and under privacy without keywords that are a position.
fn writable(fields: &Fields, privacy: Privacy, gone: &[String]) -> Fields {
    let mut written = fields.clone();
    for name in ["keywords", "person_in_image"] {
        let Some(value) = fields.value(name) else { continue };
        let tells = |item: &String| privacy != Privacy::Keep && keywords::is_position(item);
        let named = |item: &String| keywords::is_name_of(item, gone) && !fields.is_given(name);
        let all = fields.list(name);
        let kept: Vec<String> = all.iter().filter(|i| !tells(i) && !named(i)).cloned().collect();
        if kept.len() < all.len() {
            let nothing = kept.is_empty();
            written = written.without(name);
            written.set_list(name, kept, value.origin);
            if nothing {
                written.set(name, "", Origin::Set);
            }
        }
    }
    written
}

/// Whether the blocks say where the photographer stood.
fn says_position(blocks: &Blocks) -> bool {
    let packets = [&blocks.xmp, &blocks.xmp_extended].into_iter().flatten();
    blocks.exif.as_deref().is_some_and(exif::says_position)
        || packets.into_iter().any(|packet| xmp::says_position(packet))
}

struct Carrying<'a> {
    policy: &'a Policy,
    change: &'a Change<'a>,
    /// What may be written.
    fields: &'a Fields,
    dates: Dates,
    byline: Option<&'a str>,
    geometry: Option<Geometry>,
    /// People who were cropped out.
    gone: Vec<String>,
    facts: Facts,
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
        // EXIF comes first: it reports by itself what it could not read.
        let exif = self.exif(blocks.exif.as_deref());
        let (photoshop, iptc) = self.photoshop(blocks.photoshop.as_deref());
        let extended = self.extended(blocks.xmp_extended.as_deref());
        let name = extended.as_deref().map(xmp::name_of);
        let mut carried = Blocks {
            exif,
            xmp: self.xmp(blocks, name.as_deref(), iptc),
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
            // What cannot be read is reported below.
            let _ = exif::read(block, self.policy.encoding, &mut before);
        }
        let mut texts = match self.writes() {
            true => exif::wanted(block, self.fields, &self.dates),
            false => Vec::new(),
        };
        let said = exif::wanted(None, &before, &Dates::None);
        texts.retain(|wanted| !said.contains(wanted));
        let mut orders = exif::Orders {
            size: self.change.size,
            privacy: self.policy.privacy,
            gone: if self.writes() && self.fields.is_given("keywords") { &[] } else { &self.gone },
            byline: self.byline,
            software: SOFTWARE,
            texts: &texts,
            moved: self.geometry.is_some_and(|geometry| geometry.moves_pixels()),
            converted: self.policy.profile == Profile::Srgb,
            required: Some(&self.facts),
            reformatted: self.change.reformatted,
        };
        let most = self.most_exif_bytes();
        let mut changed =
            block.map(|b| exif::change(b.to_vec(), &orders, &mut self.removed, &mut self.secrets));
        if matches!(&changed, Some(Ok(block)) if block.len() > most) {
            // What the fields say is in IPTC-IIM and XMP too; what the camera said is here alone.
            let shorter: Vec<_> =
                texts.iter().filter(|wanted| wanted.is_removal()).cloned().collect();
            orders = exif::Orders { texts: &shorter, required: None, ..orders };
            let mut again = |software| {
                let orders = exif::Orders { software, ..orders };
                block.map(|b| {
                    exif::change(b.to_vec(), &orders, &mut self.removed, &mut self.secrets)
                })
            };
            changed = again(SOFTWARE);
            if matches!(&changed, Some(Ok(block)) if block.len() > most) {
                changed = again("");
            }
            if shorter.len() < texts.len() {
                let why =
                    "EXIF is full: the fields are written to IPTC-IIM and XMP only".to_owned();
                self.warnings.push(Warning::Other(why));
            }
        }
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
        let resolution = self.change.iptc == Iptc::IntoXmp && self.facts.density.is_some();
        let says = texts.iter().any(|wanted| !wanted.is_removal());
        (says || resolution).then(|| self.fresh_exif(texts))
    }

    /// Bytes that an EXIF block can have.
    fn most_exif_bytes(&self) -> usize {
        self.change.segment_bytes.map_or(usize::MAX, |bytes| bytes - EXIF_NAME_BYTES)
    }

    /// A new EXIF block, without the longest texts where they do not fit.
    fn fresh_exif(&mut self, mut texts: Vec<exif::Wanted>) -> Vec<u8> {
        let mut block = exif::fresh(&texts, &self.facts);
        let before = texts.len();
        while block.len() > self.most_exif_bytes() && !texts.is_empty() {
            let longest = (0..texts.len()).max_by_key(|&i| texts[i].bytes());
            texts.remove(longest.unwrap_or(0));
            block = exif::fresh(&texts, &self.facts);
        }
        if texts.len() < before {
            let why = "EXIF is full: the longest fields are written to IPTC-IIM and XMP only";
            self.warnings.push(Warning::Other(why.to_owned()));
        }
        block
    }

    fn photoshop(&mut self, block: Option<&[u8]>) -> (Option<Vec<u8>>, Packet) {
        let mut resources = Resources::new(block.unwrap_or_default());
        if resources.remove(&THUMBNAILS) {
            self.removed.insert(Removed::Preview);
        }
        let mut iim = Iim::of(&resources, self.policy.encoding);
        if self.policy.privacy != Privacy::Keep {
            self.clean(&mut resources, &mut iim);
        }
        self.removed.extend(iim.take_out(self.policy.privacy));
        // Before what is written: a name that somebody gave stays.
        iim.drop_names(&self.gone);
        if self.writes() {
            iim.put(self.fields, &self.dates, &mut self.warnings);
        }
        let fate = if iim.is_changed() { Packet::Changed } else { Packet::Same };
        iim.store(&mut resources, self.writes());
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

    fn xmp(&mut self, blocks: &Blocks, extended: Option<&str>, iptc: Packet) -> Option<Vec<u8>> {
        let packet = blocks.xmp.as_deref();
        let only_iptc =
            (self.change.iptc == Iptc::IntoXmp).then(|| self.only_iptc(blocks)).flatten();
        let (only_iptc, known) = only_iptc.unzip();
        let write = self.writes().then_some(self.fields).or(only_iptc.as_ref());
        let dates = if self.writes() { self.dates } else { known.unwrap_or(Dates::None) };
        let changing = Changing {
            upright: blocks.exif.as_deref().and_then(exif::orientation).is_some(),
            write,
            dates: &dates,
            extended,
            iptc,
            ..self.changing()
        };
        let (mut removed, mut secrets) = (BTreeSet::new(), self.secrets.clone());
        let changed = packet.map(|p| changing.change(p, &mut removed, &mut secrets));
        self.secrets = secrets;
        self.removed.extend(removed);
        match changed {
            Some(Ok(packet)) => return Some(packet),
            Some(Err(why)) => self.dropped("the XMP", &why),
            None => {}
        }
        write.and_then(|fields| xmp::fresh(fields, &dates))
    }

    /// What every packet has to follow.
    fn changing(&self) -> Changing<'_> {
        Changing {
            size: self.change.size,
            upright: false,
            privacy: self.policy.privacy,
            byline: self.byline,
            write: None,
            take: None,
            dates: &Dates::None,
            geometry: self.geometry,
            gone: &self.gone,
            converted: self.policy.profile == Profile::Srgb,
            extended: None,
            iptc: Packet::Same,
        }
    }

    /// What IPTC-IIM says and XMP does not, and the date if XMP has none.
    fn only_iptc(&self, blocks: &Blocks) -> Option<(Fields, Dates)> {
        let alone = Blocks { photoshop: Some(blocks.photoshop.clone()?), ..Blocks::default() };
        let (fields, _) = Fields::read(&alone, "", self.policy.encoding);
        let of_xmp = Blocks { xmp: blocks.xmp.clone(), ..Blocks::default() };
        let (in_xmp, _) = Fields::read(&of_xmp, "", self.policy.encoding);
        let mut only = Fields::default();
        for (name, value) in fields.iter().filter(|(name, _)| in_xmp.get(name).is_none()) {
            only.copy(name, value);
        }
        let dates = fields.get("date").map_or(Dates::None, |_| Dates::Known(fields.when()));
        Some((writable(&only, self.policy.privacy, &self.gone), dates))
    }

    /// The extended packet, of which only goes what has to; its name is its MD5 sum.
    fn extended(&mut self, packet: Option<&[u8]>) -> Option<Vec<u8>> {
        let packet = packet?;
        let take = self.writes().then_some(self.fields);
        let (mut removed, mut secrets) = (BTreeSet::new(), self.secrets.clone());
        let changing = Changing { take, ..self.changing() };
        let changed = changing.change(packet, &mut removed, &mut secrets);
        self.secrets = secrets;
        self.removed.extend(removed);
        match changed {
            Ok(packet) => Some(packet),
            Err(why) => {
                self.dropped("the extended XMP", &why);
                None
            }
        }
    }

    fn bare(&mut self, blocks: &Blocks) -> Blocks {
        let mut fields = Fields::default();
        for (name, value) in BARE.iter().filter_map(|n| Some((n, self.fields.value(n)?))) {
            fields.copy(name, value);
        }
        self.removed = BTreeSet::from([Removed::AllElse]);
        self.warnings.clear();
        let mut iim = Iim::default();
        iim.put(&fields, &Dates::None, &mut self.warnings);
        let mut resources = Resources::default();
        iim.store(&mut resources, true);
        let texts = exif::wanted(None, &fields, &Dates::None);
        let resolution = self.facts.density.is_some();
        Blocks {
            exif: (resolution || !texts.is_empty()).then(|| self.fresh_exif(texts)),
            xmp: xmp::fresh(&fields, &Dates::None),
            photoshop: resources.into_bytes(),
            density: blocks.density,
            ..Blocks::default()
        }
    }
}

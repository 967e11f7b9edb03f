//! The fields of a frame, read out of all its blocks.

use super::blocks::Blocks;
use super::fields::{Fields, Origin};
use super::iptc::{self, Iim};
use super::photoshop::Resources;
use super::text::{Encoding, guessed, is_makers_text};
use super::{exif, xmp};
use crate::error::Warning;

impl Fields {
    /// The fields that a file's blocks and name hold; warnings name blocks that cannot be read, texts
    /// whose encoding was guessed, and fields of which IPTC-IIM and XMP say different things.
    ///
    /// XMP counts before IPTC-IIM, unless the digest that Photoshop keeps of the IPTC-IIM block says
    /// that it was changed since (Metadata Working Group 2.0, 3.2).
    #[must_use]
    pub fn read(blocks: &Blocks, filename: &str, encoding: Encoding) -> (Self, Vec<Warning>) {
        let (mut fields, mut warnings) = (Self::default(), Vec::new());
        fields.set("filename", filename, Origin::File);
        if let Some(exif) = &blocks.exif {
            match exif::read(exif, encoding, &mut fields) {
                Ok(true) => warnings.push(Warning::Other(guessed("EXIF"))),
                Ok(false) => {}
                Err(why) => warnings.push(why),
            }
        }
        let mut packets = Self::default();
        for (packet, name) in [(&blocks.xmp, "XMP"), (&blocks.xmp_extended, "extended XMP")] {
            let Some(packet) = packet else { continue };
            match xmp::read(&xmp::in_utf8(packet), Origin::Xmp, &mut packets) {
                Ok(()) if xmp::guesses(packet) => {
                    warnings.push(Warning::Other(guessed(&format!("a text of the {name}"))));
                }
                Ok(()) => {}
                Err(why) => warnings.push(Warning::MetadataDropped(format!("the {name} {why}"))),
            }
        }
        let resources = Resources::new(blocks.photoshop.as_deref().unwrap_or_default());
        let iim = Iim::of(&resources, encoding);
        let digest = resources.digest().or_else(|| xmp::iptc_digest(blocks.xmp.as_deref()?));
        let newer = digest.is_some_and(|digest| !iim.has_digest(digest));
        let mut of_iptc = Self::default();
        iim.read(&mut of_iptc);
        if iim.guesses() {
            warnings.push(Warning::Other(guessed("IPTC-IIM")));
        }
        if digest.is_none() {
            warnings.extend(iptc::differences(&of_iptc, &packets));
        }
        let (first, second) = if newer { (of_iptc, packets) } else { (packets, of_iptc) };
        for source in [second, first] {
            fields.overrule(source);
        }
        (fields.without_makers_text(), warnings)
    }

    /// Takes over all that another source says, whatever its origin.
    fn overrule(&mut self, source: Self) {
        let when = source.when();
        if let Some(origin) = source.value("date").map(|date| date.origin) {
            self.lower("date");
            self.set_when(when, origin);
        }
        let whens = ["date", "time", "zone"];
        for (name, value) in source.iter().filter(|(name, _)| !whens.contains(name)) {
            self.lower(name);
            self.copy(name, value);
        }
    }

    /// A camera's own text is not a description.
    fn without_makers_text(self) -> Self {
        let mut fields = self;
        for name in ["title", "headline", "description"] {
            if fields.get(name).is_some_and(is_makers_text) {
                fields = fields.without(name);
            }
        }
        fields
    }

    /// Adds the fields of an XMP file beside the frame (`name.xmp`, `name.jpg.xmp`).
    ///
    /// # Errors
    /// A warning that says why the sidecar cannot be read; the fields are then as before.
    pub fn add_sidecar(&mut self, xml: &[u8]) -> Result<(), Warning> {
        let mut sidecar = Self::default();
        xmp::read(&xmp::in_utf8(xml), Origin::Sidecar, &mut sidecar)
            .map_err(|why| Warning::MetadataDropped(format!("the XMP sidecar {why}")))?;
        self.overrule(sidecar.without_makers_text());
        Ok(())
    }
}

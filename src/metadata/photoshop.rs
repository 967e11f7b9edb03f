//! Photoshop's image resources, the box in which a JPEG or TIFF carries its IPTC-IIM block.
//!
//! Layout: Adobe Photoshop File Formats Specification (2019), 'Image Resource Blocks': signature
//! (`8BIM`, seldom another), number (2 bytes), name (a counted text, padded to even), length (4
//! bytes), content, padded to even. Resources are carried as they are; what lies after the last
//! whole one is the tail.

use std::ops::Range;

/// The signature of nearly all resources.
const USUAL: &[u8; 4] = b"8BIM";
/// Signatures that other programs of the house have used.
const SIGNATURES: [&[u8; 4]; 5] = [USUAL, b"PHUT", b"DCSR", b"AgHg", b"MeSa"];

/// The IPTC-IIM block.
pub(super) const IPTC: u16 = 0x0404;
/// The MD5 sum of the IPTC-IIM block, which says whether it was changed.
pub(super) const IPTC_DIGEST: u16 = 0x0425;
/// Thumbnails, of Photoshop 4 and of Photoshop 5.
pub(super) const THUMBNAILS: [u16; 2] = [0x0409, 0x040C];
/// EXIF (twice) and XMP within the resources.
pub(super) const NESTED: [u16; 3] = [0x0422, 0x0423, 0x0424];

/// One resource and the bytes it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resource {
    pub(super) number: u16,
    /// All of it, padding included.
    whole: Vec<u8>,
    content: Range<usize>,
}

impl Resource {
    /// A resource without a name.
    pub(super) fn new(number: u16, content: &[u8]) -> Self {
        let mut whole = USUAL.to_vec();
        whole.extend(number.to_be_bytes());
        whole.extend([0, 0]);
        whole.extend((content.len() as u32).to_be_bytes());
        let start = whole.len();
        whole.extend(content);
        whole.resize(whole.len().next_multiple_of(2), 0);
        Self { number, whole, content: start..start + content.len() }
    }

    pub(super) fn content(&self) -> &[u8] {
        &self.whole[self.content.clone()]
    }

    /// The first resource of these bytes.
    fn first(bytes: &[u8]) -> Option<Self> {
        if !SIGNATURES.iter().any(|s| bytes.starts_with(*s)) {
            return None;
        }
        let number = u16::from_be_bytes(bytes.get(4..6)?.try_into().ok()?);
        let named = 6 + (1 + usize::from(*bytes.get(6)?)).next_multiple_of(2);
        let length = u32::from_be_bytes(bytes.get(named..named + 4)?.try_into().ok()?) as usize;
        let start = named + 4;
        let end = start.checked_add(length).filter(|&end| end <= bytes.len())?;
        // The last padding byte is sometimes left out.
        let padded = (start + length.next_multiple_of(2)).min(bytes.len());
        Some(Self { number, whole: bytes[..padded].to_vec(), content: start..end })
    }
}

/// All resources of a block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Resources {
    pub(super) list: Vec<Resource>,
    /// Bytes after the last whole resource.
    pub(super) tail: Vec<u8>,
}

impl Resources {
    pub(super) fn new(mut bytes: &[u8]) -> Self {
        let mut list = Vec::new();
        while let Some(resource) = Resource::first(bytes) {
            bytes = &bytes[resource.whole.len()..];
            list.push(resource);
        }
        Self { list, tail: bytes.to_vec() }
    }

    /// The content of the first resource of this number.
    pub(super) fn find(&self, number: u16) -> Option<&[u8]> {
        self.list.iter().find(|r| r.number == number).map(Resource::content)
    }

    /// The MD5 sum that the IPTC-IIM block had when Photoshop last brought it and XMP into line; all zeros mean
    /// none.
    pub(super) fn digest(&self) -> Option<[u8; 16]> {
        let digest = self.find(IPTC_DIGEST)?.first_chunk().copied()?;
        (digest != [0; 16]).then_some(digest)
    }

    /// Takes out every resource of these numbers; whether there was one.
    pub(super) fn remove(&mut self, numbers: &[u16]) -> bool {
        let before = self.list.len();
        self.list.retain(|r| !numbers.contains(&r.number));
        self.list.len() < before
    }

    /// Puts a resource in the place of the first of its number, or at the end.
    pub(super) fn put(&mut self, number: u16, content: &[u8]) {
        let new = Resource::new(number, content);
        self.keep_first(number);
        match self.list.iter_mut().find(|r| r.number == number) {
            Some(old) => *old = new,
            None => self.list.push(new),
        }
    }

    /// Takes out all resources of a number but the first, which is the one that is read; whether
    /// there were such.
    pub(super) fn keep_first(&mut self, number: u16) -> bool {
        let (before, mut seen) = (self.list.len(), false);
        self.list.retain(|r| r.number != number || !std::mem::replace(&mut seen, true));
        self.list.len() < before
    }

    /// The block again; `None` if nothing is left in it.
    pub(super) fn into_bytes(self) -> Option<Vec<u8>> {
        let mut bytes: Vec<u8> = self.list.into_iter().flat_map(|r| r.whole).collect();
        bytes.extend(self.tail);
        (!bytes.is_empty()).then_some(bytes)
    }
}

/// The resources of a TIFF, which has its IPTC-IIM block beside them, as a JPEG has them.
#[must_use]
pub fn with_iptc(block: Option<Vec<u8>>, iptc: Option<&[u8]>) -> Option<Vec<u8>> {
    let Some(iptc) = iptc else { return block };
    let mut resources = Resources::new(block.as_deref().unwrap_or_default());
    if resources.find(IPTC).is_none() {
        resources.put(IPTC, iptc);
    }
    resources.into_bytes()
}

/// The resources without the IPTC-IIM block, and that block. A digest that says that the block is newer than
/// XMP stays, since it holds for the block wherever it is.
#[must_use]
pub fn without_iptc(block: Option<&[u8]>) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
    let mut resources = Resources::new(block.unwrap_or_default());
    let iptc = resources.find(IPTC).map(<[u8]>::to_vec);
    let current = |iptc: &Vec<u8>| resources.digest() == Some(md5::compute(iptc).0);
    if iptc.as_ref().is_some_and(current) {
        resources.remove(&[IPTC_DIGEST]);
    }
    resources.remove(&[IPTC]);
    (resources.into_bytes(), iptc)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_touched_stays_byte_for_byte() {
        let mut bytes = b"8BIM\x03\xED\x03abc\0\0\0\x03xyz\0".to_vec();
        bytes.extend(b"AgHg\x04\x25\0\0\0\0\0\x02ok");
        bytes.extend(b"tail");
        let mut resources = Resources::new(&bytes);
        assert_eq!(resources.find(0x03ED), Some(&b"xyz"[..]));
        assert_eq!(resources.tail, b"tail");
        assert_eq!(resources.clone().into_bytes(), Some(bytes.clone()));
        assert!(resources.remove(&[IPTC_DIGEST]));
        assert_eq!(resources.into_bytes(), Some([&bytes[..18], b"tail"].concat()));
    }

    #[test]
    fn a_length_beyond_the_end_is_tail() {
        let bytes = b"8BIM\x04\x04\0\0\xFF\xFF\xFF\xFFabc";
        assert_eq!(Resources::new(bytes).tail, bytes);
    }
}

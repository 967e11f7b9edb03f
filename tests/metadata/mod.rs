//! What leaves the house: fields read, blocks carried, positions and serial numbers taken out.

mod carried;
mod hostile;
mod kinds;
mod limits;
pub(crate) mod make;
mod moments;
mod oracle;
mod private;
mod regions;
mod written;

use std::sync::Arc;

use longlens::frame::Size;
use longlens::metadata::{
    Blocks, Carried, Change, Encoding, ExifTags, Fields, Iptc, Policy, Privacy, WriteMetadata,
    carry_over,
};
use make::Order;

/// The size of the finished picture in all tests.
const SIZE: Size = Size::new(5000, 70_000);

/// A file's blocks with everything in them.
fn blocks(order: Order) -> Blocks {
    Blocks {
        exif: Some(make::full(order, "Canon", make::canon).bytes),
        xmp: Some(make::XMP.as_bytes().to_vec()),
        photoshop: Some(make::photoshop()),
        icc: Some(Arc::from(&b"a profile"[..])),
        comment: Some(b"a comment".to_vec()),
        density: Some((1, 300, 300)),
        ..Blocks::default()
    }
}

fn policy(privacy: Privacy) -> Policy {
    Policy { privacy, ..Policy::default() }
}

fn writing(privacy: Privacy) -> Policy {
    Policy { write_metadata: WriteMetadata::Yes, ..policy(privacy) }
}

fn fields(blocks: &Blocks) -> Fields {
    let (fields, warnings) = Fields::read(blocks, "a.jpg", Encoding::default());
    assert_eq!(warnings, []);
    fields
}

fn carry(blocks: &Blocks, policy: &Policy) -> Carried {
    let (fields, _) = Fields::read(blocks, "a.jpg", Encoding::default());
    carry_with(blocks, policy, &fields)
}

fn carry_with(blocks: &Blocks, policy: &Policy, fields: &Fields) -> Carried {
    let change = Change {
        size: SIZE,
        fields,
        iptc: Iptc::Kept,
        segment_bytes: Some(65_533),
        picture: None,
        exif_tags: ExifTags::OfCompressed,
        reformatted: false,
    };
    carry_over(blocks.clone(), policy, &change).unwrap()
}

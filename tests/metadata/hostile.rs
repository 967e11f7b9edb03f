//! Broken blocks: nothing panics, and nothing that had to go is left.

use longlens::metadata::{Blocks, Fields, Policy, Privacy, verify};
use proptest::prelude::*;

use super::make::{self, Order, Val};
use super::{blocks, carry, policy, writing};

#[test]
fn tables_that_lead_in_a_circle_end() {
    for order in [Order::Little, Order::Big] {
        let mut exif = make::full(order, "Canon", make::canon).bytes;
        // The thumbnail's table leads back to the first one, and so do EXIF and GPS.
        let circle = make::full(order, "Canon", make::canon);
        for tag in [0x8769, 0x8825] {
            let at = circle.places[&tag].0 + 8;
            let mut looped = exif.clone();
            looped[at..at + 4].copy_from_slice(&order.u32(8));
            let before = Blocks { exif: Some(looped), ..Blocks::default() };
            carry(&before, &policy(Privacy::Field));
        }
        let next = exif.len() - make::THUMBNAIL.len() - 4;
        exif[next..next + 4].copy_from_slice(&order.u32(8));
        let before = Blocks { exif: Some(exif), ..Blocks::default() };
        let carried = carry(&before, &policy(Privacy::Field));
        verify(&carried.blocks, &make::jpeg(&carried.blocks), &carried).unwrap();
    }
}

#[test]
fn a_block_cut_short_anywhere_is_carried_clean_or_dropped_with_a_warning() {
    let whole = make::full(Order::Big, "Canon", make::canon).bytes;
    for end in 0..whole.len() {
        let before = Blocks { exif: Some(whole[..end].to_vec()), ..Blocks::default() };
        let carried = carry(&before, &policy(Privacy::Field));
        // A thumbnail (its table of 30 bytes, a byte of padding) that is cut goes anyway.
        let in_thumbnail = end >= whole.len() - make::THUMBNAIL.len() - 31;
        assert!(carried.warnings.len() == 1 || in_thumbnail, "cut at {end}");
        verify(&carried.blocks, &make::jpeg(&carried.blocks), &carried).unwrap();
    }
}

#[test]
fn huge_counts_and_many_tables_are_refused() {
    let mut bytes = b"II\x2A\0\x08\0\0\0".to_vec();
    for table in 0..20_000u32 {
        bytes.extend([1, 0, 0x69, 0x87, 4, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
        bytes.extend((8 + (table + 1) * 18).to_le_bytes());
    }
    let before = Blocks { exif: Some(bytes), ..Blocks::default() };
    let carried = carry(&before, &policy(Privacy::Field));
    assert_eq!((carried.blocks.exif, carried.warnings.len()), (None, 1));
    let giant = make::Exif::new(Order::Little, vec![(0x010E, Val::Ascii("x")); 3], b"");
    let mut giant = giant.bytes;
    giant[12..16].copy_from_slice(&u32::MAX.to_le_bytes());
    carry(&Blocks { exif: Some(giant), ..Blocks::default() }, &policy(Privacy::Field));
}

#[test]
fn xmp_of_endless_depth_is_refused() {
    let deep = "<a>".repeat(100_000) + &"</a>".repeat(100_000);
    let before = Blocks { xmp: Some(deep.into_bytes()), ..Blocks::default() };
    let carried = carry(&before, &policy(Privacy::Keep));
    assert_eq!((carried.blocks.xmp, carried.warnings.len()), (None, 1));
}

fn any_policy() -> impl Strategy<Value = Policy> {
    let levels = prop_oneof![Just(Privacy::Field), Just(Privacy::Keep), Just(Privacy::Bare)];
    (levels, any::<bool>()).prop_map(|(p, write)| if write { writing(p) } else { policy(p) })
}

/// A block with some bytes changed and its end cut off or filled up.
fn mutated(
    mut block: Vec<u8>,
    changes: &[(prop::sample::Index, u8)],
    cut: prop::sample::Index,
) -> Vec<u8> {
    for (at, byte) in changes {
        let at = at.index(block.len());
        block[at] = *byte;
    }
    if cut.index(4) == 0 {
        block.truncate(cut.index(block.len()));
    }
    block
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn no_mutated_block_makes_a_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut in any::<prop::sample::Index>(),
        little in any::<bool>(),
        maker in 0usize..6,
        policy in any_policy(),
    ) {
        let order = if little { Order::Little } else { Order::Big };
        let notes: [(&str, make::Note); 6] = [
            ("Canon", make::canon), ("NIKON", make::nikon), ("FUJIFILM", make::fujifilm),
            ("OLYMPUS", make::olympus), ("Panasonic", make::panasonic), ("Sony", make::unknown),
        ];
        let exif = make::full(order, notes[maker].0, notes[maker].1).bytes;
        let before = Blocks {
            exif: Some(mutated(exif, &changes, cut)),
            xmp: Some(mutated(make::XMP.as_bytes().to_vec(), &changes, cut)),
            photoshop: Some(mutated(make::photoshop(), &changes, cut)),
            xmp_extended: Some(mutated(make::XMP.as_bytes().to_vec(), &changes, cut)),
            ..blocks(order)
        };
        let (fields, _) = Fields::read(&before, "a.jpg", Default::default());
        let carried = super::carry_with(&before, &policy, &fields);
        // A find is allowed where the mutation hid something; a panic is not.
        let _ = verify(&carried.blocks, &make::jpeg(&carried.blocks), &carried);
    }
}

//! Values of the first directory moved to even offsets, which TIFF requires (TIFF 6.0, section 2): the encoder
//! writes them one after the other, whatever their length.

use crate::container::tiff::table::item_bytes;
use crate::container::tiff::tag;

/// The number of the field type of bytes with a meaning of their own, which a profile is.
const UNDEFINED: [u8; 2] = 7_u16.to_ne_bytes();

/// Moves every value that begins at an odd place to the end of the file; nothing is changed in a file
/// that is not as the encoder writes it, in the machine's own byte order.
pub(super) fn align(file: &mut Vec<u8>) {
    let long = |file: &[u8], at: usize| {
        let bytes = file.get(at..at + 4)?.first_chunk()?;
        usize::try_from(u32::from_ne_bytes(*bytes)).ok()
    };
    let short = |file: &[u8], at: usize| {
        let bytes = file.get(at..at + 2)?.first_chunk()?;
        Some(u16::from_ne_bytes(*bytes))
    };
    let Some(table) = long(file, 4) else { return };
    let entries = short(file, table).unwrap_or(0);
    for entry in (0..usize::from(entries)).map(|i| table + 2 + 12 * i) {
        let (Some(tag), Some(kind)) = (short(file, entry), short(file, entry + 2)) else { return };
        let (Some(count), Some(place)) = (long(file, entry + 4), long(file, entry + 8)) else {
            return;
        };
        if tag == tag::ICC {
            file[entry + 2..entry + 4].copy_from_slice(&UNDEFINED);
        }
        let bytes = count.saturating_mul(item_bytes(kind).unwrap_or(1));
        let Some(value) = file.get(place..place.saturating_add(bytes)) else { continue };
        if bytes <= 4 || place % 2 == 0 {
            continue;
        }
        let value = value.to_vec();
        file.resize(file.len().next_multiple_of(2), 0);
        let Ok(place) = u32::try_from(file.len()) else { return };
        file.extend(value);
        file[entry + 8..entry + 12].copy_from_slice(&place.to_ne_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_at_an_odd_place_is_moved_and_the_others_stay() {
        let mut file =
            if cfg!(target_endian = "big") { b"MM\0\x2A".to_vec() } else { b"II\x2A\0".to_vec() };
        file.extend(8_u32.to_ne_bytes());
        file.extend(3_u16.to_ne_bytes());
        for (tag, kind, count, place) in
            [(258_u16, 3_u16, 3_u32, 51_u32), (273, 4, 1, 7), (34_675, 1, 6, 58)]
        {
            file.extend([tag.to_ne_bytes(), kind.to_ne_bytes()].concat());
            file.extend([count.to_ne_bytes(), place.to_ne_bytes()].concat());
        }
        file.extend(b"\0\0\0\0.abcdef.profile");
        let before = file.clone();
        align(&mut file);
        assert_eq!(file[18..22], 66_u32.to_ne_bytes(), "moved behind the end, which is even");
        assert_eq!(&file[66..], b"abcdef");
        assert_eq!(file[30..34], 7_u32.to_ne_bytes());
        assert_eq!((&file[36..38], &file[42..46]), (&UNDEFINED[..], &58_u32.to_ne_bytes()[..]));
        assert_eq!(file[46..before.len()], before[46..]);
    }
}

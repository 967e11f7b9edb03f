//! Boxes of the ISO base media format (ISO 14496-12): HEIC, JPEG XL and CR3 consist of them.

use std::ops::Range;

use super::tiff::Order;

/// Boxes beside one another that are looked at: cameras write about ten, and JPEG XL may be cut into some
/// hundreds.
const MOST_BOXES: usize = 1000;

/// A box: its type, and where its content is, which may be beyond the end of the file.
pub(crate) struct Part {
    pub(crate) kind: [u8; 4],
    pub(crate) content: Range<usize>,
}

/// The boxes that lie in a range of the file.
pub(crate) fn parts(file: &[u8], within: Range<usize>) -> Vec<Part> {
    let (mut at, mut parts) = (within.start, Vec::new());
    while at < within.end.min(file.len()) && parts.len() < MOST_BOXES {
        let Some((short, kind)) = number(file, at, 4).zip(file.get(at + 4..at + 8)) else { break };
        let (head, length) = match short {
            0 => (8, (within.end - at) as u64),
            1 => (16, number(file, at + 8, 8).unwrap_or_default()),
            _ => (8, short),
        };
        let Some(whole) = range(at as u64, length).filter(|whole| whole.len() >= head) else {
            break;
        };
        let kind = [kind[0], kind[1], kind[2], kind[3]];
        parts.push(Part { kind, content: at + head..whole.end });
        at = whole.end;
    }
    parts
}

/// A number of so many bytes, the highest first.
pub(crate) fn number(file: &[u8], at: usize, bytes: usize) -> Option<u64> {
    Some(Order::Big.number(file.get(at..at.checked_add(bytes)?)?))
}

/// The first box of a type in a range.
pub(crate) fn find(file: &[u8], within: Range<usize>, kind: &[u8; 4]) -> Option<Range<usize>> {
    parts(file, within).into_iter().find(|part| part.kind == *kind).map(|part| part.content)
}

/// The first box along a path of types.
pub(crate) fn descend(
    file: &[u8],
    within: Range<usize>,
    path: &[&[u8; 4]],
) -> Option<Range<usize>> {
    path.iter().try_fold(within, |within, kind| find(file, within, kind))
}

/// A range of a file by its place and length.
pub(crate) fn range(at: u64, length: u64) -> Option<Range<usize>> {
    let (at, length) = (usize::try_from(at).ok()?, usize::try_from(length).ok()?);
    Some(at..at.checked_add(length)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_end_where_the_file_does() {
        let file = b"\0\0\0\x09moov.";
        assert_eq!(parts(file, 0..usize::MAX).len(), 1);
        // A box that says it reaches to the end of all numbers, and what would follow it.
        assert!(parts(file, usize::MAX - 3..usize::MAX).is_empty());
    }
}

//! Runs of TIFF samples as the decoder gives them, made into runs of grey or RGB.

use super::super::store::{Run, Store};
use crate::colour::Press;

/// What the samples of a pixel mean.
pub(super) enum Meaning {
    /// Grey or RGB, with straight alpha behind them if there is one sample more.
    Plain,
    /// The same with alpha already multiplied in (TIFF 6.0, section 18, ExtraSamples 1).
    Premultiplied,
    /// Grey of 1, 2 or 4 bits.
    Packed(u32),
    /// A palette of RGB, its index of so many bits.
    Palette(Vec<[u8; 3]>, u32),
    /// Cyan, magenta, yellow, black.
    Inks(Press),
    /// Full-range Y'CbCr, Rec. 601, as JPEG has it.
    YCbCr,
}

/// Converts one row of a chunk and puts it at `x`, `y` of `store`; `samples` of a pixel come in.
pub(super) fn put_eight(
    meaning: &Meaning,
    store: &mut Store,
    (x, y): (usize, usize),
    width: usize,
    row: &mut [u8],
    samples: usize,
) {
    match meaning {
        Meaning::Plain => store.put(x, y, Run::Eight(row), samples),
        Meaning::Premultiplied => {
            let colours = over_white(row, samples, 255, |s, white| s.saturating_add(white), store);
            store.put(x, y, Run::Eight(&colours), samples - 1);
        }
        Meaning::Packed(bits) => {
            let full = (1_u32 << bits) - 1;
            let level = |v: u8| (u32::from(v) * 255 / full) as u8;
            let levels = unpack(row, *bits, width).map(level).collect::<Vec<_>>();
            store.put(x, y, Run::Eight(&levels), 1);
        }
        Meaning::Palette(palette, bits) => {
            let black = [0; 3];
            let colour = |i: u8| *palette.get(usize::from(i)).unwrap_or(&black);
            let colours = unpack(row, *bits, width).flat_map(colour).collect::<Vec<_>>();
            store.put(x, y, Run::Eight(&colours), 3);
        }
        Meaning::Inks(press) => {
            let mut lights = vec![0; width * 3];
            press.print(row, &mut lights);
            store.put(x, y, Run::Eight(&lights), 3);
        }
        Meaning::YCbCr => {
            let colours = row.as_chunks().0.iter().flat_map(ycbcr).collect::<Vec<_>>();
            store.put(x, y, Run::Eight(&colours), 3);
        }
    }
}

/// The same for 16 bits.
pub(super) fn put_sixteen(
    meaning: &Meaning,
    store: &mut Store,
    (x, y): (usize, usize),
    row: &[u16],
    samples: usize,
) {
    if let Meaning::Premultiplied = meaning {
        let colours = over_white(row, samples, 65_535, |s, white| s.saturating_add(white), store);
        store.put(x, y, Run::Sixteen(&colours), samples - 1);
    } else {
        store.put(x, y, Run::Sixteen(row), samples);
    }
}

/// Premultiplied samples over white: s + (full − a).
fn over_white<T: Copy + PartialEq + std::ops::Sub<Output = T>>(
    row: &[T],
    samples: usize,
    full: T,
    add: impl Fn(T, T) -> T,
    store: &mut Store,
) -> Vec<T> {
    let mut out = Vec::with_capacity(row.len());
    for pixel in row.chunks_exact(samples) {
        let alpha = pixel[samples - 1];
        if alpha != full {
            store.let_through();
        }
        out.extend(pixel[..samples - 1].iter().map(|&s| add(s, full - alpha)));
    }
    out
}

/// Numbers of 1, 2, 4 or 8 bits, the first in the highest bits.
fn unpack(row: &[u8], bits: u32, width: usize) -> impl Iterator<Item = u8> {
    let in_byte = 8 / bits;
    let mask = (0xFF_u32 >> (8 - bits)) as u8;
    let split = move |&byte: &u8| (1..=in_byte).map(move |i| byte >> (8 - bits * i) & mask);
    row.iter().flat_map(split).take(width)
}

/// Rec. ITU-T T.871, 7.
fn ycbcr(&[y, cb, cr]: &[u8; 3]) -> [u8; 3] {
    let (y, cb, cr) = (f32::from(y), f32::from(cb) - 128.0, f32::from(cr) - 128.0);
    let byte = |v: f32| (v + 0.5) as u8;
    [byte(y + 1.402 * cr), byte(y - 0.344_14 * cb - 0.714_14 * cr), byte(y + 1.772 * cb)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_numbers_come_out_from_the_highest_bits() {
        assert_eq!(unpack(&[0b1010_0001], 1, 8).collect::<Vec<_>>(), [1, 0, 1, 0, 0, 0, 0, 1]);
        assert_eq!(unpack(&[0b1101_0010], 2, 3).collect::<Vec<_>>(), [3, 1, 0]);
        assert_eq!(unpack(&[0xA5, 0x30], 4, 3).collect::<Vec<_>>(), [10, 5, 3]);
        assert_eq!(unpack(&[0xA5, 0x30], 8, 2).collect::<Vec<_>>(), [0xA5, 0x30]);
    }

    #[test]
    fn grey_has_no_chroma() {
        assert_eq!(ycbcr(&[77, 128, 128]), [77; 3]);
        assert_eq!(ycbcr(&[76, 85, 255]), [254, 0, 0]);
    }
}

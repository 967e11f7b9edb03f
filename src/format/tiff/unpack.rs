//! Decompresses one strip or tile of a TIFF (TIFF 6.0, sections 9 to 11, 13, 14, 22).

use std::borrow::Cow;
use std::io::Read;

use fax::Color;
use fax::decoder::{decode_g4, pels};
use flate2::read::ZlibDecoder;
use weezl::{BitOrder, LzwStatus, decode::Decoder as Lzw};

use super::layout::{Colour, Compression, Layout};
use super::{damaged, unsupported};
use crate::container::tiff::{Order, tag};
use crate::error::Result;
use crate::format::jpeg;

/// Fills `out`, whose rows have `row_bytes` each, with an unpacked chunk.
pub(super) fn unpack(
    layout: &Layout<'_>,
    packed: &[u8],
    row_bytes: usize,
    out: &mut [u8],
) -> Result<()> {
    let packed = in_order(layout, packed);
    let filled = match layout.compression {
        Compression::None => {
            let length = packed.len().min(out.len());
            out[..length].copy_from_slice(&packed[..length]);
            length
        }
        Compression::Lzw => lzw(&packed, out)?,
        Compression::Deflate => deflate(&packed, out)?,
        Compression::PackBits => pack_bits(&packed, out),
        Compression::Fax4 => fax4(&packed, layout.chunk.width, row_bytes, out)?,
        Compression::Jpeg => coded(layout, &packed, row_bytes, out)?,
    };
    if filled < out.len() {
        return Err(damaged("a strip or tile ends before its picture does"));
    }
    if layout.differences {
        let samples = if layout.planes { 1 } else { usize::from(layout.samples) };
        let rows = out.chunks_exact_mut(row_bytes);
        match layout.bits {
            8 => rows.for_each(|row| sum_eight(row, samples)),
            _ => rows.for_each(|row| sum_sixteen(row, samples, layout.order)),
        }
    }
    Ok(())
}

/// With the highest bit of a byte first. A JPEG has its own order.
fn in_order<'a>(layout: &Layout<'_>, packed: &'a [u8]) -> Cow<'a, [u8]> {
    if !layout.reversed || layout.compression == Compression::Jpeg {
        return packed.into();
    }
    packed.iter().map(|byte| byte.reverse_bits()).collect::<Vec<_>>().into()
}

fn lzw(packed: &[u8], out: &mut [u8]) -> Result<usize> {
    // Old writers put the lowest bit first, and so begin with the clear code this way.
    let mut decoder = match packed {
        [0, second, ..] if second & 1 == 1 => Lzw::new(BitOrder::Lsb, 8),
        _ => Lzw::with_tiff_size_switch(BitOrder::Msb, 8),
    };
    let (mut read, mut filled) = (0, 0);
    while filled < out.len() {
        let done = decoder.decode_bytes(&packed[read..], &mut out[filled..]);
        read += done.consumed_in;
        filled += done.consumed_out;
        match done.status {
            Ok(LzwStatus::Ok) if done.consumed_in + done.consumed_out > 0 => {}
            Ok(_) => break,
            Err(_) => return Err(damaged("its LZW data is broken")),
        }
    }
    Ok(filled)
}

fn deflate(packed: &[u8], out: &mut [u8]) -> Result<usize> {
    let mut decoder = ZlibDecoder::new(packed);
    let mut filled = 0;
    while filled < out.len() {
        match decoder.read(&mut out[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(_) => return Err(damaged("its deflated data is broken")),
        }
    }
    Ok(filled)
}

fn pack_bits(packed: &[u8], out: &mut [u8]) -> usize {
    let (mut rest, mut filled) = (packed, 0);
    while let ([head, after @ ..], true) = (rest, filled < out.len()) {
        let room = &mut out[filled..];
        match *head as i8 {
            -128 => rest = after,
            count @ 0.. => {
                let count = (count as usize + 1).min(after.len());
                let fits = count.min(room.len());
                room[..fits].copy_from_slice(&after[..fits]);
                (rest, filled) = (&after[count..], filled + fits);
            }
            count => {
                let [value, after @ ..] = after else { break };
                let fits = (1 - isize::from(count)) as usize;
                let fits = fits.min(room.len());
                room[..fits].fill(*value);
                (rest, filled) = (after, filled + fits);
            }
        }
    }
    filled
}

/// ITU-T T.6; black is 1.
fn fax4(packed: &[u8], width: u32, row_bytes: usize, out: &mut [u8]) -> Result<usize> {
    let width =
        u16::try_from(width).map_err(|_| unsupported("a fax of more than 65,535 columns"))?;
    let height = u16::try_from(out.len() / row_bytes).ok();
    let mut rows = out.chunks_exact_mut(row_bytes);
    let mut filled = 0;
    let done = decode_g4(packed.iter().copied(), width, height, |changes| {
        let Some(row) = rows.next() else { return };
        row.fill(0);
        for (x, colour) in pels(changes, width).enumerate() {
            if colour == Color::Black {
                row[x / 8] |= 0x80 >> (x % 8);
            }
        }
        filled += row_bytes;
    });
    done.map(|()| filled).ok_or_else(|| damaged("its fax is broken"))
}

/// A JPEG, with the tables that all chunks share; colours come out as RGB.
fn coded(layout: &Layout<'_>, packed: &[u8], row_bytes: usize, out: &mut [u8]) -> Result<usize> {
    const START: &[u8] = &[0xFF, 0xD8];
    const END: &[u8] = &[0xFF, 0xD9];
    let tables = layout.directory.bytes(tag::JPEG_TABLES).unwrap_or_default();
    let tables = tables.strip_prefix(START).unwrap_or(tables);
    let tables = tables.strip_suffix(END).unwrap_or(tables);
    let whole = [START, tables, packed.strip_prefix(START).unwrap_or(packed)].concat();
    let samples = if layout.planes { 1 } else { usize::from(layout.samples) };
    let picture =
        jpeg::plain_samples(&whole, layout.chunk, samples, layout.colour == Colour::YCbCr)?;
    let width = picture.width * samples;
    let rows = out.chunks_exact_mut(row_bytes).zip(picture.samples.chunks_exact(width.max(1)));
    let mut filled = 0;
    for (to, from) in rows {
        let length = to.len().min(from.len());
        to[..length].copy_from_slice(&from[..length]);
        filled += if length == to.len() { length } else { 0 };
    }
    Ok(filled)
}

fn sum_eight(row: &mut [u8], samples: usize) {
    for i in samples..row.len() {
        row[i] = row[i].wrapping_add(row[i - samples]);
    }
}

fn sum_sixteen(row: &mut [u8], samples: usize, order: Order) {
    let (pairs, _) = row.as_chunks_mut::<2>();
    for i in samples..pairs.len() {
        let sum = sixteen(pairs[i], order).wrapping_add(sixteen(pairs[i - samples], order));
        pairs[i] = order.short(sum);
    }
}

/// The number in two bytes.
pub(super) fn sixteen(bytes: [u8; 2], order: Order) -> u16 {
    match order {
        Order::Little => u16::from_le_bytes(bytes),
        Order::Big => u16::from_be_bytes(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_runs_and_copies() {
        let mut out = [0; 8];
        assert_eq!(pack_bits(&[2, 1, 2, 3, 0x80, 0xFD, 9, 0, 7], &mut out), 8);
        assert_eq!(out, [1, 2, 3, 9, 9, 9, 9, 7]);
        assert_eq!(pack_bits(&[0xF0], &mut out), 0);
    }

    #[test]
    fn differences_are_summed_by_sample_in_both_orders() {
        let mut row = [10, 20, 5, 250, 1, 1];
        sum_eight(&mut row, 2);
        assert_eq!(row, [10, 20, 15, 14, 16, 15]);
        let mut row = [0, 255, 0, 1];
        sum_sixteen(&mut row, 1, Order::Big);
        assert_eq!(row, [0, 255, 1, 0]);
        let mut row = [255, 0, 1, 0];
        sum_sixteen(&mut row, 1, Order::Little);
        assert_eq!(row, [255, 0, 0, 1]);
    }
}

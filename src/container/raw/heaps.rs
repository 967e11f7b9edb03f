//! RAW files with a layout of their own: Fujifilm's RAF, a header with places, and Canon's CRW, the
//! 'camera image file format' (CIFF 1.0, 1997), heaps of records, each with a table at its end.

use std::ops::Range;

use super::parts::{Basics, Metadata, Raw};
use crate::container::boxes::range;
use crate::container::tiff::table::{Order, View};

fn big(file: &[u8], at: usize) -> Option<u64> {
    Some(Order::Big.number(file.get(at..at.checked_add(4)?)?))
}

pub(super) fn read_raf(file: &[u8]) -> Option<Raw<'_>> {
    const JPEG_AT: usize = 84;
    const RECORDS_AT: usize = 92;
    let picture = range(big(file, JPEG_AT)?, big(file, JPEG_AT + 4)?)?;
    Some(Raw {
        pictures: vec![picture],
        sensor_px: big(file, RECORDS_AT).and_then(|at| raf_side(file, usize::try_from(at).ok()?)),
        metadata: Metadata::Picture,
        xmp: None,
        iptc: None,
    })
}

/// The long side of the picture, from the records that describe the sensor.
fn raf_side(file: &[u8], records: usize) -> Option<u32> {
    /// What the sensor has, and what the camera's JPEG shows of it.
    const SIZES: [u16; 2] = [0x100, 0x111];
    /// Records that are looked at; cameras write about twenty.
    const MOST_RECORDS: u64 = 1000;
    let view = View::new(file, Order::Big);
    let short = |at: usize| view.u16(at);
    let (mut at, mut side) = (records.checked_add(4)?, None);
    for _ in 0..big(file, records)?.min(MOST_RECORDS) {
        let (tag, length) = (short(at)?, short(at + 2)?);
        if SIZES.contains(&tag) && length == 4 {
            side = [short(at + 4)?, short(at + 6)?].into_iter().max().map(u32::from);
        }
        at = at.checked_add(4 + usize::from(length))?;
    }
    side
}

pub(super) fn read_crw(file: &[u8]) -> Option<Raw<'_>> {
    let start = little(file, 2)? as usize;
    let mut found = Crw::default();
    found.read(file, start..file.len(), 0);
    Some(Raw {
        pictures: found.pictures,
        sensor_px: found.side_px,
        metadata: Metadata::Basics(found.basics),
        xmp: None,
        iptc: None,
    })
}

fn little(file: &[u8], at: usize) -> Option<u32> {
    let bytes = file.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

#[derive(Debug, Default)]
struct Crw {
    pictures: Vec<Range<usize>>,
    side_px: Option<u32>,
    basics: Basics,
}

impl Crw {
    /// Reads the records of a heap, and of the heaps in it.
    fn read(&mut self, file: &[u8], heap: Range<usize>, depth: usize) -> Option<()> {
        /// Heaps in heaps; Canon writes three.
        const MOST_DEPTH: usize = 5;
        let end = heap.end.min(file.len());
        let table = heap.start.checked_add(little(file, end.checked_sub(4)?)? as usize)?;
        let count = file.get(table..table.checked_add(2)?)?;
        for i in 0..usize::from(u16::from_le_bytes([count[0], count[1]])) {
            let at = table + 2 + 10 * i;
            let tag = file.get(at..at + 2).map(|tag| u16::from_le_bytes([tag[0], tag[1]]))?;
            // The two highest bits say where the value is, in the heap or here.
            let value = match tag >> 14 {
                0 => range(
                    heap.start as u64 + u64::from(little(file, at + 6)?),
                    u64::from(little(file, at + 2)?),
                ),
                _ => Some(at + 2..at + 10),
            };
            let Some(value) = value else { continue };
            match tag & 0x3FFF {
                // Types of records that are heaps.
                tag if [0x2800, 0x3000].contains(&(tag & 0x3800)) => {
                    if depth < MOST_DEPTH && value.len() < heap.len() {
                        self.read(file, value, depth + 1);
                    }
                }
                0x2007 => self.pictures.push(value),
                tag => self.take(tag, file.get(value).unwrap_or_default()),
            }
        }
        Some(())
    }

    fn take(&mut self, tag: u16, value: &[u8]) {
        match tag {
            0x080A => {
                let mut texts = value.split(|&byte| byte == 0).map(<[u8]>::to_vec);
                self.basics.make = texts.next().unwrap_or_default();
                self.basics.model = texts.next().unwrap_or_default();
            }
            0x1810 => {
                self.side_px = little(value, 0).max(little(value, 4));
                self.basics.turned = little(value, 12).unwrap_or_default();
            }
            0x180E => self.basics.taken = little(value, 0),
            _ => {}
        }
    }
}

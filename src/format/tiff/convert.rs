//! Rows of TIFF samples converted to rows of grey or RGB.

use super::layout::{Colour, Extra, Layout};
use super::unpack::sixteen;
use crate::colour::{Polarity, Press};
use crate::container::tiff::{Order, tag};
use crate::format::samples;
use crate::format::store::{Run, Store};

/// What rows are converted with.
pub(super) struct Converter {
    meaning: Meaning,
    bits: u32,
    depth_bits: u8,
    samples: usize,
    colours: usize,
    extra: Extra,
    order: Order,
    /// Samples of a row as numbers, and what they become.
    numbers: Vec<u16>,
    wide: Vec<u16>,
    narrow: Vec<u8>,
}

/// What the colours of a pixel mean.
enum Meaning {
    /// Grey or RGB.
    Plain,
    /// Grey of which zero is white.
    FromWhite,
    Palette(Vec<[u8; 3]>),
    Inks(Press),
    YCbCr(YCbCr),
}

impl Converter {
    /// For a picture; `icc` is its CMYK profile.
    pub(super) fn new(layout: &Layout<'_>, icc: Option<&[u8]>) -> Self {
        let meaning = match layout.colour {
            Colour::Grey | Colour::Rgb => Meaning::Plain,
            Colour::GreyFromWhite => Meaning::FromWhite,
            Colour::Palette => Meaning::Palette(palette(layout)),
            Colour::Cmyk => Meaning::Inks(Press::new(Polarity::Ink, icc)),
            // Its decoder has made RGB of a JPEG.
            Colour::YCbCr if layout.compression == super::layout::Compression::Jpeg => {
                Meaning::Plain
            }
            Colour::YCbCr => Meaning::YCbCr(YCbCr::of(layout)),
        };
        Self {
            meaning,
            bits: u32::from(layout.bits),
            depth_bits: layout.depth_bits(),
            samples: usize::from(layout.samples),
            colours: usize::from(layout.colour.samples()),
            extra: layout.extra,
            order: layout.order,
            numbers: Vec::new(),
            wide: Vec::new(),
            narrow: Vec::new(),
        }
    }

    /// What became of the CMYK profile, for a warning.
    pub(super) fn said(&self) -> Option<&'static str> {
        match &self.meaning {
            Meaning::Inks(press) => Some(press.said()),
            _ => None,
        }
    }

    /// Puts one row of pixels, all its samples together, at `x`, `y` of `store`.
    pub(super) fn put(
        &mut self,
        store: &mut Store,
        (x, y): (usize, usize),
        row: &[u8],
        width: usize,
    ) {
        let direct = self.bits == 8 && matches!(self.meaning, Meaning::Plain);
        if direct && matches!(self.extra, Extra::None | Extra::Straight) && self.alpha_is_last() {
            store.put(x, y, Run::Eight(&row[..width * self.samples]), self.samples);
            return;
        }
        let mut numbers = std::mem::take(&mut self.numbers);
        numbers.clear();
        numbers.extend(self.unpacked(row).take(width * self.samples));
        self.put_numbers(store, (x, y), &mut numbers);
        self.numbers = numbers;
    }

    /// Puts one row of pixels, its planes one by one.
    pub(super) fn put_planes(
        &mut self,
        store: &mut Store,
        at: (usize, usize),
        planes: &[&[u8]],
        width: usize,
    ) {
        let mut numbers = std::mem::take(&mut self.numbers);
        numbers.clear();
        numbers.resize(width * self.samples, 0);
        for (i, plane) in planes.iter().enumerate() {
            let places = numbers.iter_mut().skip(i).step_by(self.samples);
            places.zip(self.unpacked(plane)).for_each(|(place, number)| *place = number);
        }
        self.put_numbers(store, at, &mut numbers);
        self.numbers = numbers;
    }

    fn alpha_is_last(&self) -> bool {
        let alpha = usize::from(self.extra != Extra::None);
        self.samples == self.colours + alpha
    }

    /// The numbers of a row, as they are stored.
    fn unpacked<'r>(&self, row: &'r [u8]) -> impl Iterator<Item = u16> + 'r {
        let (bits, order) = (self.bits as usize, self.order);
        let count = row.len() * 8 / bits;
        (0..count).map(move |i| match bits {
            8 => u16::from(row[i]),
            16 => sixteen([row[2 * i], row[2 * i + 1]], order),
            _ => {
                // Up to 15 bits from up to three bytes, the first in the highest bits.
                let (byte, bit) = (i * bits / 8, i * bits % 8);
                let at = |byte: usize| u32::from(row.get(byte).copied().unwrap_or(0));
                let three = at(byte) << 16 | at(byte + 1) << 8 | at(byte + 2);
                (three >> (24 - bits - bit) & ((1 << bits) - 1)) as u16
            }
        })
    }

    fn put_numbers(&mut self, store: &mut Store, (x, y): (usize, usize), numbers: &mut [u16]) {
        if let Meaning::Palette(palette) = &self.meaning {
            let colour = |pixel: &[u16]| palette.get(usize::from(pixel[0])).unwrap_or(&[0; 3]);
            let colours = numbers.chunks_exact(self.samples).flat_map(colour).copied();
            self.narrow.clear();
            self.narrow.extend(colours);
            store.put(x, y, Run::Eight(&self.narrow), 3);
            return;
        }
        let stored = (1_u32 << self.bits) - 1;
        let full = (1_u32 << self.depth_bits) - 1;
        let level = |v: u16| ((u32::from(v) * full + stored / 2) / stored) as u16;
        if stored != full {
            numbers.iter_mut().for_each(|v| *v = level(*v));
        }
        self.wide.clear();
        let count = self.colours;
        let full = full as u16;
        let (mut channels, mut see_through) = (if count == 1 { 1 } else { 3 }, false);
        for pixel in numbers.chunks_exact(self.samples) {
            let at = self.wide.len();
            self.wide.extend_from_slice(&pixel[..count]);
            match &self.meaning {
                Meaning::FromWhite => self.wide[at] = full - pixel[0],
                Meaning::YCbCr(to_rgb) => {
                    let rgb = to_rgb.rgb([pixel[0], pixel[1], pixel[2]]);
                    self.wide[at..].copy_from_slice(&rgb);
                }
                _ => {}
            }
            match self.extra {
                Extra::Straight => self.wide.push(pixel[count]),
                Extra::Premultiplied => {
                    let clear = full - pixel[count];
                    see_through |= clear > 0;
                    // Over white: s + (full − a).
                    let over = |s: u16| s.saturating_add(clear).min(full);
                    self.wide[at..].iter_mut().for_each(|s| *s = over(*s));
                }
                Extra::None | Extra::Other => {}
            }
        }
        if see_through {
            store.let_through();
        }
        if let Meaning::Inks(press) = &self.meaning {
            print(press, &mut self.wide, self.depth_bits);
        } else if self.extra == Extra::Straight {
            channels += 1;
        }
        if self.depth_bits == 8 {
            self.narrow.clear();
            self.narrow.extend(self.wide.iter().map(|&v| v as u8));
            store.put(x, y, Run::Eight(&self.narrow), channels);
        } else {
            store.put(x, y, Run::Sixteen(&self.wide), channels);
        }
    }
}

/// Inks to lights.
fn print(press: &Press, wide: &mut Vec<u16>, depth_bits: u8) {
    let mut lights = vec![0; wide.len() / 4 * 3];
    if depth_bits == 8 {
        let mut inks: Vec<u8> = wide.iter().map(|&v| v as u8).collect();
        let mut narrow = vec![0; lights.len()];
        press.print(&mut inks, &mut narrow);
        lights.iter_mut().zip(narrow).for_each(|(light, v)| *light = u16::from(v));
    } else {
        press.print_sixteen(wide, &mut lights);
    }
    *wide = lights;
}

/// Numbers of the largest palette: three for each value of 16 bits.
const MOST_LEVELS: usize = 3 << 16;

/// All reds, then all greens, then all blues, of 16 bits; old writers put 8-bit numbers there.
fn palette(layout: &Layout<'_>) -> Vec<[u8; 3]> {
    let map: Vec<u64> = layout.directory.numbers(tag::COLOR_MAP).take(MOST_LEVELS).collect();
    let narrow = map.iter().all(|&v| v < 256);
    let level = |v: u64| if narrow { v as u8 } else { samples::to_eight(v as u16) };
    let third = map.len() / 3;
    (0..third).map(|i| [map[i], map[i + third], map[i + 2 * third]].map(level)).collect()
}

/// Rows of 8-bit YCbCr whose colour several pixels share (TIFF 6.0, section 21), one pixel after another.
pub(super) fn spread(
    row: &[u8],
    (across, down): (usize, usize),
    width: usize,
    line: usize,
) -> Vec<u8> {
    let units = row.chunks_exact(across * down + 2);
    let pixels = units.flat_map(|unit| {
        let (luma, colour) = unit.split_at(across * down);
        luma[line * across..][..across].iter().flat_map(move |&y| [y, colour[0], colour[1]])
    });
    pixels.take(width * 3).collect()
}

/// Y'CbCr to RGB (TIFF 6.0, section 21), with the file's own coefficients and reference levels.
struct YCbCr {
    /// Black, and what one step is, of each sample.
    scale: [(f32, f32); 3],
    luma: [f32; 3],
}

impl YCbCr {
    fn of(layout: &Layout<'_>) -> Self {
        let fractions = |tag| -> Vec<f32> {
            let ratio = |[n, d]: [u64; 2]| n as f32 / d.max(1) as f32;
            // One more than is ever meant, so that too many are not taken for the right ones.
            layout.directory.fractions(tag, 7).into_iter().map(ratio).collect()
        };
        let luma = fractions(tag::YCBCR_COEFFICIENTS);
        // Rec. 601, and full range, unless the file says otherwise.
        let luma = <[f32; 3]>::try_from(luma).unwrap_or([0.299, 0.587, 0.114]);
        let levels = fractions(tag::REFERENCE_BLACK_WHITE);
        let levels =
            <[f32; 6]>::try_from(levels).unwrap_or([0.0, 255.0, 128.0, 255.0, 128.0, 255.0]);
        let span = |i: usize, full: f32| {
            let (black, white) = (levels[2 * i], levels[2 * i + 1]);
            (black, if white > black { full / (white - black) } else { 1.0 })
        };
        let luma = if luma[1] > 0.0 { luma } else { [0.299, 0.587, 0.114] };
        Self { scale: [span(0, 255.0), span(1, 127.0), span(2, 127.0)], luma }
    }

    fn rgb(&self, pixel: [u16; 3]) -> [u16; 3] {
        let [y, cb, cr] = [0, 1, 2].map(|i| {
            let (black, step) = self.scale[i];
            (f32::from(pixel[i]) - black) * step
        });
        let [red, green, blue] = self.luma;
        let r = y + (2.0 - 2.0 * red) * cr;
        let b = y + (2.0 - 2.0 * blue) * cb;
        let g = (y - red * r - blue * b) / green;
        // Not clamp, which keeps what is not a number.
        [r, g, b].map(|v| (v + 0.5).max(0.0).min(255.0) as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_shared_by_the_pixels_of_a_unit() {
        // Two units of 2×2: four lumas, then one Cb and one Cr.
        let row = [1, 2, 3, 4, 50, 60, 5, 6, 7, 8, 70, 80];
        assert_eq!(spread(&row, (2, 2), 3, 0), [1, 50, 60, 2, 50, 60, 5, 70, 80]);
        assert_eq!(spread(&row, (2, 2), 3, 1), [3, 50, 60, 4, 50, 60, 7, 70, 80]);
    }
}

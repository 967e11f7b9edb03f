//! DNG files with a sensor's samples, made byte by byte: a picture seen through a mosaic of filters.

use std::io::Write;

use super::make::{Tiff, longs, shorts, text};

/// How samples are kept (DNG 1.7, chapter 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "raw"), allow(dead_code, reason = "no build without it decodes them"))]
pub(crate) enum Coding {
    /// Numbers of 16 bits as they are.
    Plain,
    /// The same, deflated, each as it is or as the difference to its neighbour.
    Deflate { differences: bool },
    /// Floating point of 32 bits as they are.
    Float,
    /// Floating point of 16 or 32 bits, deflated as programs do that merge exposures: bytes of the same rank
    /// together, each as the difference to its neighbour.
    DeflatedFloat { bits: usize },
    /// A JPEG of some other picture, as of a small DNG.
    LossyJpeg,
}

impl Coding {
    fn is_float(self) -> bool {
        matches!(self, Self::Float | Self::DeflatedFloat { .. })
    }

    fn bits(self) -> usize {
        match self {
            Self::Plain | Self::Deflate { .. } => 16,
            Self::Float => 32,
            Self::DeflatedFloat { bits } => bits,
            Self::LossyJpeg => 8,
        }
    }

    fn compression(self) -> u16 {
        match self {
            Self::Plain | Self::Float => 1,
            Self::LossyJpeg => 34_892,
            _ => 8,
        }
    }

    /// What stands for black and white.
    fn levels(self) -> [u32; 2] {
        match self {
            Self::LossyJpeg => [0, 255],
            _ if self.is_float() => [0, 1],
            _ => [BLACK as u32, WHITE as u32],
        }
    }

    fn predictor(self) -> u16 {
        match self {
            Self::Deflate { differences: true } => 2,
            Self::DeflatedFloat { .. } => 3,
            _ => 1,
        }
    }

    /// A row of samples of 0 to 1, with `channels` of each pixel.
    fn row(self, light: &[f32], channels: usize) -> Vec<u8> {
        let whole = |v: &f32| (BLACK + v * (WHITE - BLACK)).round() as u16;
        let wholes = || light.iter().map(whole).collect::<Vec<u16>>();
        let to_bytes = |row: Vec<u16>| row.iter().flat_map(|v| v.to_le_bytes()).collect();
        match self {
            Self::Plain | Self::Deflate { differences: false } => to_bytes(wholes()),
            Self::Deflate { differences: true } => {
                let row = wholes();
                let before = |i: usize| if i < channels { 0 } else { row[i - channels] };
                to_bytes((0..row.len()).map(|i| row[i].wrapping_sub(before(i))).collect())
            }
            Self::Float => light.iter().flat_map(|v| v.to_le_bytes()).collect(),
            Self::DeflatedFloat { bits } => {
                let big = |v: &f32| match bits {
                    16 => half(*v).to_be_bytes().to_vec(),
                    _ => v.to_be_bytes().to_vec(),
                };
                let samples: Vec<Vec<u8>> = light.iter().map(big).collect();
                let ranks = (0..bits / 8).flat_map(|rank| samples.iter().map(move |s| s[rank]));
                let row: Vec<u8> = ranks.collect();
                let before = |i: usize| if i < channels { 0 } else { row[i - channels] };
                (0..row.len()).map(|i| row[i].wrapping_sub(before(i))).collect()
            }
            Self::LossyJpeg => Vec::new(),
        }
    }
}

/// The nearest floating-point number of 16 bits to one of 0 to 1 (IEEE 754).
fn half(value: f32) -> u16 {
    /// Halves have 24 steps below their least normal number.
    const LEAST: f32 = 1.0 / 16_384.0;
    if value < LEAST {
        return (value / LEAST * 1024.0).round() as u16;
    }
    let bits = value.to_bits() + (1 << 12);
    ((bits >> 13) - (112 << 10)) as u16
}

/// What a DNG says, and the light that it was made of.
pub(crate) struct Dng<'a> {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// The light at a pixel, red first, of 1 = white.
    pub(crate) light: &'a dyn Fn(u32, u32) -> [f32; 3],
    /// What the sensor's samples are multiplied with to be neutral; `None` to leave it unsaid.
    pub(crate) balance: Option<[f32; 3]>,
    pub(crate) orientation: u32,
    /// Colours of the filters, two by two: 0 is red. Six by six is X-Trans; one is no mosaic, three samples.
    pub(crate) filters: &'a [u8],
    /// Sites that are cut off on each side.
    pub(crate) margin: u32,
    /// Whether it has the matrix of its camera.
    pub(crate) has_matrix: bool,
    /// Light that is too much for the sensor: samples go up to white at this.
    pub(crate) full: f32,
    pub(crate) jpeg: Option<&'a [u8]>,
    /// EXIF's ColorSpace.
    pub(crate) colours: u32,
    pub(crate) coding: Coding,
    /// The digest of its samples (NewRawImageDigest).
    pub(crate) digest: Option<[u8; 16]>,
}

const BLACK: f32 = 512.0;
const WHITE: f32 = 16_383.0;

impl<'a> Dng<'a> {
    pub(crate) fn new(width: u32, height: u32, light: &'a dyn Fn(u32, u32) -> [f32; 3]) -> Self {
        Self {
            width,
            height,
            light,
            balance: Some([2.0, 1.0, 1.6]),
            orientation: 1,
            filters: &[0, 1, 1, 2],
            margin: 0,
            has_matrix: true,
            full: 1.0,
            jpeg: None,
            colours: 1,
            coding: Coding::Plain,
            digest: None,
        }
    }

    fn samples(&self) -> Vec<u8> {
        let side = self.filters.len().isqrt() as u32;
        let balance = self.balance.unwrap_or([2.0, 1.0, 1.6]);
        let mut samples = Vec::new();
        let channels = if side == 1 { 3 } else { 1 };
        for y in 0..self.height {
            let mut row = Vec::new();
            for x in 0..self.width {
                let light = (self.light)(x, y);
                let mut put = |channel: usize| {
                    row.push((light[channel] / balance[channel] / self.full).min(1.0));
                };
                match side {
                    1 => (0..3).for_each(put),
                    _ => put(self.filters[(y % side * side + x % side) as usize].into()),
                }
            }
            samples.extend(self.coding.row(&row, channels));
        }
        match self.coding {
            Coding::Plain | Coding::Float => return samples,
            Coding::LossyJpeg => return crate::support::jpeg(self.width, self.height, 1),
            _ => {}
        }
        let mut deflate = flate2::write::ZlibEncoder::new(Vec::new(), Default::default());
        deflate.write_all(&samples).unwrap();
        deflate.finish().unwrap()
    }

    /// The file, its samples last.
    pub(crate) fn file(&self) -> Vec<u8> {
        let samples = self.samples();
        let place = self.tables(0, samples.len()).len();
        [self.tables(place, samples.len()), samples].concat()
    }

    /// All before the samples.
    fn tables(&self, place: usize, sample_bytes: usize) -> Vec<u8> {
        let side = self.filters.len().isqrt() as u32;
        let is_linear = side == 1;
        let mut tiff = Tiff::new();
        let (kind, channels) = if is_linear { (34_892, 3) } else { (32_803, 1) };
        let [black, white] = self.coding.levels();
        let mut mosaic = vec![
            (254, longs(&[0])),
            (256, longs(&[self.width])),
            (257, longs(&[self.height])),
            (258, shorts(&vec![self.coding.bits() as u16; channels])),
            (259, shorts(&[self.coding.compression()])),
            (262, shorts(&[kind])),
            (273, longs(&[place as u32])),
            (277, shorts(&[channels as u16])),
            (278, longs(&[self.height])),
            (279, longs(&[sample_bytes as u32])),
            (317, shorts(&[self.coding.predictor()])),
            (339, shorts(&vec![if self.coding.is_float() { 3 } else { 1 }; channels])),
            (50_714, longs(&vec![black; channels])),
            (50_717, longs(&vec![white; channels])),
            (50_719, longs(&[self.margin; 2])),
            (50_720, longs(&[self.width - 2 * self.margin, self.height - 2 * self.margin])),
        ];
        if !is_linear {
            mosaic.push((33_421, shorts(&[side as u16; 2])));
            mosaic.push((33_422, (1, self.filters.len() as u32, self.filters.to_vec())));
        }
        let mosaic = tiff.table(mosaic);
        let mut inside = vec![mosaic];
        if let Some(jpeg) = self.jpeg {
            let place = tiff.append(jpeg);
            inside.push(tiff.table(vec![
                (254, longs(&[1])),
                (259, shorts(&[7])),
                (262, shorts(&[6])),
                (273, longs(&[place])),
                (279, longs(&[jpeg.len() as u32])),
            ]));
        }
        let exif = tiff.table(vec![
            (36_867, text("2024:02:28 14:03:22")),
            (40_961, longs(&[self.colours])),
            (42_033, text("SERIAL-4711")),
        ]);
        let mut first = vec![
            (254, longs(&[1])),
            (256, longs(&[1])),
            (257, longs(&[1])),
            (271, text("Acme")),
            (272, text("Acme Z1")),
            (274, shorts(&[self.orientation as u16])),
            (330, longs(&inside)),
            (34_665, longs(&[exif])),
            (50_706, (1, 4, vec![1, 4, 0, 0])),
            (50_708, text("Acme Z1")),
        ];
        if let Some(balance) = self.balance {
            let neutral = balance.map(|factor| [(1e6 / factor) as u32, 1_000_000]);
            let (_, _, bytes) = longs(neutral.as_flattened());
            first.push((50_728, (5, 3, bytes)));
        }
        if self.has_matrix {
            // A camera that sees what sRGB is made of (IEC 61966-2-1, from CIE XYZ).
            let seen = [32_406, -15_372, -4_986, -9_689, 18_758, 415, 557, -2_040, 10_570_i32];
            let fractions = seen.map(|number| [number as u32, 10_000]);
            let (_, _, bytes) = longs(fractions.as_flattened());
            first.push((50_721, (10, 9, bytes)));
            first.push((50_778, shorts(&[21])));
        }
        if let Some(digest) = self.digest {
            first.push((51_111, (1, 16, digest.to_vec())));
        }
        let first = tiff.table(first);
        tiff.finish(first)
    }
}

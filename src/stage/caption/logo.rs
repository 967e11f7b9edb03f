//! A logo: a PNG with alpha, scaled to the frame once per size and kept.

use std::io::Cursor;
use std::sync::{Arc, Mutex, PoisonError};

use image::imageops::{self, FilterType};
use image::{ImageBuffer, ImageError, ImageFormat, ImageReader, Limits, Rgba};

use crate::error::{Error, ErrorKind, Result};
use crate::frame::Size;

/// The largest side of a logo's file, in pixels; the largest frame shows it at a tenth of that.
const MOST_PX: u32 = 8192;

/// What decoding a logo may allocate, in bytes.
const MOST_BYTES: u64 = 512 << 20;

/// The first bytes of a PNG (W3C PNG 3, 5.2).
const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Sizes kept: a shoot has two or three frame sizes.
const KEPT: usize = 4;

type Premultiplied = ImageBuffer<Rgba<u16>, Vec<u16>>;

/// A logo as it was read, and as it was scaled before.
#[derive(Debug)]
pub(super) struct Logo {
    picture: Premultiplied,
    kept: Mutex<Vec<Arc<Scaled>>>,
}

/// A logo at the size at which it is laid on.
#[derive(Debug)]
pub(super) struct Scaled {
    picture: Premultiplied,
}

impl Scaled {
    /// Premultiplied red, green, blue and alpha of a pixel, 0..1.
    pub(super) fn at(&self, x: u32, y: u32) -> [f32; 4] {
        self.picture.get_pixel(x, y).0.map(|v| f32::from(v) / 65_535.0)
    }

    fn size(&self) -> Size {
        Size::new(self.picture.width(), self.picture.height())
    }
}

impl Logo {
    /// Reads a PNG.
    pub(super) fn read(png: &[u8]) -> Result<Self> {
        let broken = |cause: &str| {
            Error::new(ErrorKind::Unsupported, format!("cannot read the logo: {cause}"))
                .with_hint("the logo is a PNG file of at most 8192 pixels a side")
        };
        let mut reader = ImageReader::with_format(Cursor::new(png), ImageFormat::Png);
        let mut limits = Limits::default();
        limits.max_image_width = Some(MOST_PX);
        limits.max_image_height = Some(MOST_PX);
        limits.max_alloc = Some(MOST_BYTES);
        reader.limits(limits);
        let fault = |cause: ImageError| match cause {
            ImageError::Limits(_) => broken("it is too large"),
            _ if !png.starts_with(SIGNATURE) => broken("it is not a PNG file"),
            _ => broken("it is damaged"),
        };
        let mut picture = reader.decode().map_err(fault)?.into_rgba16();
        if picture.width() == 0 || picture.height() == 0 {
            return Err(broken("it has no pixels"));
        }
        // Scaled with its colours as they are, a transparent pixel's black would bleed into the rim.
        for pixel in picture.pixels_mut() {
            let alpha = u32::from(pixel.0[3]);
            for v in &mut pixel.0[..3] {
                *v = ((u32::from(*v) * alpha + 32_767) / 65_535) as u16;
            }
        }
        Ok(Self { picture, kept: Mutex::default() })
    }

    /// Its size when it is so many pixels high, or less if it would be wider than allowed.
    pub(super) fn size(&self, height: u32, most_width: u32) -> Size {
        let shape = f64::from(self.picture.width()) / f64::from(self.picture.height());
        let height = f64::from(height).min(f64::from(most_width) / shape);
        let round = |side: f64| (side.round() as u32).max(1);
        Size::new(round(height * shape).min(most_width.max(1)), round(height))
    }

    /// The logo at this size.
    pub(super) fn scaled(&self, size: Size) -> Arc<Scaled> {
        // A poisoned list is whole: it is changed in one go.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(scaled) = kept.iter().find(|scaled| scaled.size() == size) {
            return Arc::clone(scaled);
        }
        let picture =
            imageops::resize(&self.picture, size.width, size.height, FilterType::CatmullRom);
        let scaled = Arc::new(Scaled { picture });
        if kept.len() == KEPT {
            kept.remove(0);
        }
        kept.push(Arc::clone(&scaled));
        scaled
    }
}

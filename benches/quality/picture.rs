//! A picture of three float planes, 0..1, as the measures need it.

use std::path::Path;

use image::RgbImage;
use longlens::format::{Decoding, decode};
use longlens::frame::{Frame, Pixels, Plane, Pool, Size, luma};

/// Red, green and blue, encoded, 0..1.
#[derive(Clone)]
pub(crate) struct Picture {
    pub(crate) channels: [Plane; 3],
}

impl Picture {
    pub(crate) fn read(path: &Path) -> Option<Self> {
        let decoded = decode(&std::fs::read(path).ok()?, &Decoding::default(), &Pool::default());
        Some(Self::of_frame(&decoded.ok()?.frame))
    }

    pub(crate) fn from_fn(size: Size, mut colour: impl FnMut(u32, u32) -> [f32; 3]) -> Self {
        let mut channels = [0; 3].map(|_| Vec::with_capacity(size.area() as usize));
        for y in 0..size.height {
            for x in 0..size.width {
                channels.iter_mut().zip(colour(x, y)).for_each(|(c, v)| c.push(v));
            }
        }
        Self { channels: channels.map(|values| Plane::new(size, values)) }
    }

    pub(crate) fn of_frame(frame: &Frame) -> Self {
        Self::from_fn(frame.size(), |x, y| match &frame.pixels {
            Pixels::Gray8(p) => [f32::from(p.get_pixel(x, y).0[0]) / 255.0; 3],
            Pixels::Rgb8(p) => p.get_pixel(x, y).0.map(|v| f32::from(v) / 255.0),
            Pixels::Gray16(p) => [f32::from(p.get_pixel(x, y).0[0]) / 65535.0; 3],
            Pixels::Rgb16(p) => p.get_pixel(x, y).0.map(|v| f32::from(v) / 65535.0),
        })
    }

    /// As a frame of 8 bits.
    pub(crate) fn frame(&self) -> Frame {
        let Size { width, height } = self.size();
        Frame::new(Pixels::Rgb8(RgbImage::from_fn(width, height, |x, y| {
            image::Rgb(self.at((y * width + x) as usize).map(|v| (v * 255.0).round() as u8))
        })))
    }

    pub(crate) fn size(&self) -> Size {
        self.channels[0].size()
    }

    pub(crate) fn len(&self) -> usize {
        self.channels[0].values().len()
    }

    pub(crate) fn at(&self, i: usize) -> [f32; 3] {
        self.channels.each_ref().map(|c| c.values()[i])
    }

    pub(crate) fn luma(&self) -> Plane {
        let values = (0..self.len()).map(|i| self.at(i)).map(|[r, g, b]| luma(r, g, b));
        Plane::new(self.size(), values.collect())
    }

    /// Each 2×2 pixels averaged into one.
    pub(crate) fn halved(&self) -> Self {
        let size = Size::new(self.size().width / 2, self.size().height / 2);
        Self {
            channels: self.channels.each_ref().map(|plane| {
                let values = (0..size.height as usize).flat_map(|y| {
                    let (above, below) = (plane.row(2 * y), plane.row(2 * y + 1));
                    (0..size.width as usize).map(move |x| {
                        let (a, b) =
                            (above[2 * x] + above[2 * x + 1], below[2 * x] + below[2 * x + 1]);
                        (a + b) / 4.0
                    })
                });
                Plane::new(size, values.collect())
            }),
        }
    }
}

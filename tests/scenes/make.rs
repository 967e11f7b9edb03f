//! Frames of a shoot: a drawn view in haze as a camera takes it, with what it notes.

use image::{ImageBuffer, Rgb};
use longlens::format::{Decoding, Encoding, Format, Subsampling, Threads, decode, encode};
use longlens::frame::{Frame, Pixels, Pool, encoded, linear};
use longlens::metadata::Blocks;

use crate::metadata::make::{Exif, Order, Val};
use crate::picture::scene::{random, view};

pub(crate) const WIDTH: u32 = 540;
pub(crate) const HEIGHT: u32 = 360;

/// What a camera notes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Camera {
    pub(crate) model: &'static str,
    pub(crate) focal_mm: u32,
    /// Shutter: one part of a second.
    pub(crate) shutter: u32,
}

pub(crate) const CAMERA: Camera = Camera { model: "Z 9", focal_mm: 600, shutter: 1000 };

impl Camera {
    /// The EXIF block of a frame taken so many milliseconds after ten o'clock.
    pub(crate) fn exif(&self, ms: u32) -> Vec<u8> {
        let s = ms / 1000;
        let time = format!("2024:02:28 {:02}:{:02}:{:02}", 10 + s / 3600, s / 60 % 60, s % 60);
        let of_shot = vec![
            (0x829A, Val::Ratio(vec![(1, self.shutter)])),
            (0x829D, Val::Ratio(vec![(8, 1)])),
            (0x8827, Val::Short(400)),
            (0x9003, Val::Text(time)),
            (0x9291, Val::Text(format!("{:03}", ms % 1000))),
            (0x920A, Val::Ratio(vec![(self.focal_mm, 1)])),
        ];
        let entries = vec![
            (0x010F, Val::Ascii("NIKON CORPORATION")),
            (0x0110, Val::Ascii(self.model)),
            (0x8769, Val::Table(of_shot)),
        ];
        Exif::new(Order::Little, entries, &[]).bytes
    }
}

/// A view through haze: where the camera points (0 at the left), a boat if there is one, the light.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scene {
    /// Which view.
    pub(crate) number: u32,
    /// Where the left edge points, shares of the width.
    pub(crate) left: f32,
    /// How far a white boat has come into the frame, share of the width.
    pub(crate) boat: f32,
    /// Light that reaches the sensor beside the usual, in stops.
    pub(crate) stops: f32,
    /// Grain of its own.
    pub(crate) grain: u32,
}

pub(crate) const SCENE: Scene = Scene { number: 0, left: 0.0, boat: 0.0, stops: 0.0, grain: 1 };

impl Scene {
    fn colour(&self, x: f32, y: f32, column: u32, row: u32) -> [f32; 3] {
        // Houses, trees and waves of its own, and for every other view a horizon and haze of its own.
        let other = self.number as f32;
        let squeezed = if self.number.is_multiple_of(2) { y } else { (0.35 + 0.65 * y).min(1.0) };
        let (colour, distance) = view(x + self.left + 7.0 * other, squeezed);
        let air = [[0.78, 0.80, 0.82], [0.62, 0.60, 0.57], [0.55, 0.60, 0.68]];
        let air = air[self.number as usize % 3];
        let t = (-(0.9 - 0.2 * (other % 3.0)) * distance).exp();
        let is_boat = x < self.boat && (0.80..0.92).contains(&y);
        let seen: [f32; 3] = std::array::from_fn(|c| match is_boat {
            true => 0.96,
            false => colour[c] * t + air[c] * (1.0 - t),
        });
        let grain = (random(column, row, self.grain) - 0.5) * 0.012;
        seen.map(|v| {
            let light = linear(f64::from(v)) * f64::from(self.stops).exp2();
            encoded(light) as f32 + grain
        })
    }

    /// As a JPEG with this EXIF block.
    pub(crate) fn jpeg(&self, exif: Vec<u8>) -> Vec<u8> {
        let pixels = ImageBuffer::from_fn(WIDTH, HEIGHT, |column, row| {
            let (x, y) = ((column as f32 + 0.5) / WIDTH as f32, (row as f32 + 0.5) / HEIGHT as f32);
            Rgb(self.colour(x, y, column, row).map(|v| (v.clamp(0.0, 1.0) * 255.0).round() as u8))
        });
        let quality = 95;
        let encoding =
            Encoding { quality, subsampling: Subsampling::S444, ..Encoding::of(Format::Jpeg) };
        let blocks = Blocks { exif: Some(exif), ..Blocks::default() };
        let frame = Frame::new(Pixels::Rgb8(pixels));
        let mut bytes = Vec::new();
        encode(&frame, &encoding, &blocks, Threads::One, &mut bytes).unwrap();
        bytes
    }
}

/// The mean level of a part of a JPEG: left, top, width, height in shares of the frame.
pub(crate) fn level(jpeg: &[u8], [x, y, width, height]: [f32; 4]) -> f32 {
    let frame = decode(jpeg, &Decoding::default(), &Pool::default()).unwrap().frame;
    let Pixels::Rgb8(pixels) = frame.pixels else { panic!("8-bit RGB") };
    let (mut sum, mut count) = (0.0_f64, 0.0);
    let at = |share: f32, side: u32| (share * side as f32).round() as u32;
    for row in at(y, HEIGHT)..at(y + height, HEIGHT) {
        for column in at(x, WIDTH)..at(x + width, WIDTH) {
            sum += pixels.get_pixel(column, row).0.iter().map(|&v| f64::from(v)).sum::<f64>();
            count += 3.0;
        }
    }
    (sum / count) as f32
}

/// Greatest minus least.
pub(crate) fn span(levels: &[f32]) -> f32 {
    levels.iter().copied().fold(f32::MIN, f32::max)
        - levels.iter().copied().fold(f32::MAX, f32::min)
}

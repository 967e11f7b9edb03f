//! The sweep beside a plain, slow, whole-picture version of itself: bit for bit.

use super::super::places::Places;
use super::super::rows::{DITHER_SIDE, bayer};
use super::*;
use image::RgbImage;

use crate::filter::{Coefficients, SmallPicture};
use crate::frame::{BLOCK, Input, Plane, Size, luma};
use crate::stage::dehaze::{self, Amount, Dehaze, DepthMap, DepthRows};
use crate::stage::sharpen::{Method, Sharpen};

/// A repeatable sequence of bytes (Marsaglia, "Xorshift RNGs", 2003).
fn noise(count: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_u32;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 24) as u8
    };
    (0..count).map(next).collect()
}

/// A source stage of any reach: each pixel goes towards the mean of those around it, the further the
/// more the dehaze is going to raise it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mean {
    reach: usize,
}

impl Mean {
    /// What a pixel goes to, of the lanes around it (row by row) and its exponent.
    fn of<L: Lane>(around: impl Iterator<Item = L>, centre: L, exponent: f32) -> L {
        let (mut sum, mut count) = (0.0, 0.0);
        around.for_each(|lane| (sum, count) = (sum + lane.to_f32(), count + 1.0));
        let centre = centre.to_f32();
        L::from_f32(centre + (sum / count - centre) * exponent.clamp(0.1, 1.0))
    }

    fn exponent<L: Lane>(dehaze: Option<&Removal>, colours: [L; 3], depth: [f32; 2]) -> f32 {
        let [red, green, blue] = colours.map(Input::level);
        dehaze.map_or(1.0, |r| r.kernel::<L>().exponent(luma(red, green, blue), depth))
    }
}

impl RowStage for Mean {
    fn reach(&self) -> usize {
        self.reach
    }
}

impl SourceStage for Mean {
    fn run<L: Lane, const CHANNELS: usize>(
        &self,
        _: Level,
        around: &Around<'_, L, CHANNELS>,
        out: [&mut [L]; CHANNELS],
    ) {
        let side = 2 * self.reach + 1;
        assert!(around.rows.len() == side, "as many rows as the stage reads");
        let middle = around.rows[self.reach];
        for (c, out) in out.into_iter().enumerate() {
            assert!(out.len() >= around.len.next_multiple_of(BLOCK), "whole blocks");
            for (x, out) in out[..around.len].iter_mut().enumerate() {
                let centre = std::array::from_fn(|c| middle[c % CHANNELS][x + self.reach]);
                let depth = around.dehaze.map_or([0.0; 2], |(_, depth)| depth.at(x));
                let exponent = Self::exponent(around.dehaze.map(|d| d.0), centre, depth);
                let near = around.rows.iter().flat_map(|row| &row[c][x..x + side]).copied();
                *out = Self::of(near, centre[c], exponent);
            }
        }
    }
}

/// Takes haze out of a picture by maps of 3×2.
fn removal(samples: &[u8], size: Size, a: [f32; 6], b: [f32; 6]) -> Option<Removal> {
    let channel = |c: usize| {
        let values = samples.iter().skip(c).step_by(3).map(|&v| f32::from(v) / 255.0);
        Plane::new(size, values.map(|v| 0.4 + 0.6 * v).collect())
    };
    let picture = SmallPicture::of([0, 1, 2].map(channel));
    let haze = dehaze::survey(&picture).haze;
    let [a, b] = [a, b].map(|map| Plane::new(Size::new(3, 2), map.to_vec()));
    let depth = DepthMap { coefficients: Coefficients { a, b }, framed: None, judged: None };
    let dehaze = Dehaze { amount: Amount::Fixed(60.0), ..Dehaze::default() };
    Removal::new(&haze, &depth, &dehaze, 255.0)
}

fn stages(samples: &[u8], size: Size) -> RowStages {
    let (a, b) = ([-1.0, 0.3, -0.5, 1.0, -2.0, 0.0], [0.9, 0.4, 1.5, 0.2, 2.2, 0.6]);
    let sharpen = Sharpen { amount: Some(50.0), method: Method::Unsharp };
    RowStages {
        source: Some(Cleaner::Mean(Mean { reach: 2 })),
        dehaze: removal(samples, size, a, b),
        sharpen: Sharpener::new(&sharpen, 0.5, 255.0),
    }
}

/// The whole frame pixel by pixel, every stage for all of it before the next: no rows in a
/// ring, no blocks, no bands, nothing to vectorise.
fn plainly(source: &[u8], size: Size, part: Rect, stages: &RowStages) -> Vec<u8> {
    let (width, height) = (size.width as usize, size.height as usize);
    let pixels = source.as_chunks::<3>().0;
    let mut colours: Vec<[i16; 3]> = pixels.iter().map(|p| p.map(u8::to_lane)).collect();
    let mut depths = vec![[0.0; 2]; width * height];
    if let Some(removal) = &stages.dehaze {
        let mut depth = DepthRows::default();
        for (i, at) in depths.iter_mut().enumerate() {
            let columns = Rect { x: 0, y: 0, width: size.width, height: 1 };
            depth.seek(removal, size, columns, (i / width) as u32);
            *at = depth.at(i % width);
        }
    }
    if let Some(Cleaner::Mean(Mean { reach })) = stages.source {
        let read = colours.clone();
        for (i, made) in colours.iter_mut().enumerate() {
            let exponent = Mean::exponent(stages.dehaze.as_ref(), read[i], depths[i]);
            *made = std::array::from_fn(|c| {
                let at = |i: usize, j: usize, most: usize| (i + j).saturating_sub(reach).min(most);
                let rows = (0..=2 * reach).map(|j| at(i / width, j, height - 1));
                let columns = |j: usize| at(i % width, j, width - 1);
                let read = &read;
                let near = rows
                    .flat_map(|y| (0..=2 * reach).map(move |j| read[y * width + columns(j)][c]));
                Mean::of(near, read[i][c], exponent)
            });
        }
    }
    let mut gains = vec![1.0; width * height];
    if let Some(removal) = &stages.dehaze {
        let kernel = removal.kernel::<i16>();
        for (i, colour) in colours.iter_mut().enumerate() {
            let (dehazed, gain) = kernel.pixel(colour.map(Input::level), depths[i]);
            (*colour, gains[i]) = (dehazed.map(Lane::from_raised), gain);
        }
    }
    let luma: Vec<i16> = colours.iter().map(|&colours| Lane::luma(colours)).collect();
    let mut out = Vec::new();
    for y in 0..part.height as usize {
        for x in 0..part.width as usize {
            let (column, row) = (part.x as usize + x, part.y as usize + y);
            let mut change = 0;
            if let Some(Sharpener::Unsharp(unsharp)) = &stages.sharpen {
                let near: [[i16; 5]; 5] = std::array::from_fn(|i| {
                    let x = (column + i).saturating_sub(2).min(width - 1);
                    let y = |j: usize| (row + j).saturating_sub(2).min(height - 1);
                    std::array::from_fn(|j| luma[y(j) * width + x])
                });
                change = unsharp.plainly(near, gains[row * width + column]);
            }
            let add = change + bayer::<i16>(x % DITHER_SIDE, y % DITHER_SIDE);
            out.extend(colours[row * width + column].map(|v| u8::from_lane(v + add)));
        }
    }
    out
}

fn levels() -> Vec<Level> {
    let mut levels = vec![Level::baseline(), Level::new()];
    #[cfg(target_arch = "x86_64")]
    {
        levels.extend(Level::new().as_sse4_2().map(Level::Sse4_2));
        levels.extend(Level::new().as_avx2().map(Level::Avx2));
    }
    levels
}

#[test]
fn every_level_gives_the_bytes_of_the_plain_way_on_odd_sizes() {
    for (width, height) in [(1, 1), (1, 9), (7, 1), (67, 5), (131, 141), (521, 19)] {
        let size = Size::new(width, height);
        let source = noise(size.area() as usize * 3);
        let picture = RgbImage::from_raw(width, height, source.clone()).unwrap();
        let all = stages(&source, size);
        let half = Rect {
            x: width / 3,
            y: height / 3,
            width: width.div_ceil(2),
            height: height.div_ceil(2),
        };
        let only = |source: Option<usize>, dehaze: bool, sharpen: bool| RowStages {
            source: source.map(|reach| Cleaner::Mean(Mean { reach })),
            dehaze: all.dehaze.clone().filter(|_| dehaze),
            sharpen: all.sharpen.filter(|_| sharpen),
        };
        let sets = [
            all.clone(),
            RowStages::default(),
            only(None, true, true),
            only(None, true, false),
            only(None, false, true),
            only(Some(4), false, false),
            only(Some(1), true, false),
            only(Some(0), false, true),
        ];
        for part in [size.rect(), half.within(size).unwrap()] {
            for stages in &sets {
                let right = plainly(&source, size, part, stages);
                for level in levels() {
                    for (workers, rows) in
                        [(Workers::One, 64), (Workers::All, 16), (Workers::All, 9)]
                    {
                        let mut out = vec![0; right.len()];
                        let source = Source { picture: &picture, part };
                        let row_len = source.row_len();
                        let places = Places::new(&mut out, rows * row_len);
                        sweep_at(level, source, stages, workers, rows, &|i, band| {
                            places.put_joined::<3>(i, band, row_len);
                        });
                        assert!(out == right, "{size} {part:?} {level:?} {workers:?} {rows}");
                    }
                }
            }
        }
    }
}

#[test]
fn what_is_not_raised_gets_the_tone_alone_and_looks_the_same() {
    let size = Size::new(521, 60);
    let samples = noise(size.area() as usize * 3);
    let picture = RgbImage::from_raw(size.width, size.height, samples.clone()).unwrap();
    // A sky on the left, in which the exponent is below 0, next to it or 0.
    let (a, b) = ([0.0, 5e-4, 0.3, 0.1, 0.0, 0.2], [0.0, 0.0, 0.8, -0.2, 1e-3, 0.6]);
    let dehaze = removal(&samples, size, a, b).unwrap();
    let mut depth = DepthRows::default();
    let columns = Rect { height: 1, ..size.rect() };
    depth.seek(&dehaze, size, columns, 30);
    assert_eq!([0, 192, 256, 512].map(|x| depth.is_still(x)), [true, true, false, false]);
    let stages = RowStages { dehaze: Some(dehaze), ..RowStages::default() };
    let right = plainly(&samples, size, size.rect(), &stages);
    let mut out = vec![0; right.len()];
    let source = Source { picture: &picture, part: size.rect() };
    let places = Places::new(&mut out, 64 * source.row_len());
    sweep(source, &stages, Workers::One, 64, &|i, band| {
        places.put_joined::<3>(i, band, source.row_len());
    });
    let other = out.iter().zip(&right).filter(|(a, b)| a != b).count();
    assert!(out.iter().zip(&right).all(|(a, b)| a.abs_diff(*b) <= 1));
    assert!(other * 50 < out.len(), "{other} samples of {} differ", out.len());
}

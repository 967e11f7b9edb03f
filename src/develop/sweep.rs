//! The sweep: the full-size rows of the crop, each dehazed, sharpened and quantised while it is in
//! the cache.
//!
//! Rows go round in a ring of as many as the sharpener reads (its reach above and below). Bands of
//! rows are independent: each starts its own ring, one reach early, so any number of workers gives
//! the same bytes. The deconvolution takes blocks of rows rather than single ones.

use fearless_simd::{Level, dispatch};
use rayon::prelude::*;

use crate::frame::{Rect, Sample, Size, luma};
use crate::stage::dehaze::{DepthRows, Removal};
use crate::stage::sharpen::{Deconvolution, Neighbourhood, Sharpener, Unsharp, Workspace};

/// How many workers one frame may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Workers {
    /// The one that calls: there are frames enough for the others.
    #[default]
    One,
    /// All of rayon's current pool.
    All,
}

/// What is done to every row.
#[derive(Debug, Clone, Default)]
pub(super) struct RowStages {
    /// Haze to take out.
    pub(super) dehaze: Option<Removal>,
    /// Detail to raise.
    pub(super) sharpen: Option<Sharpener>,
}

impl RowStages {
    /// Whether the samples would come out as they are.
    #[must_use]
    pub(super) fn is_neutral(&self) -> bool {
        self.dehaze.is_none() && self.sharpen.is_none()
    }
}

/// Rows of a band when a frame is shared out: the unsharp mask's halo costs 4 of them.
const BAND_ROWS: usize = 128;

/// Sweeps the rows and columns of `part` of a frame of `CHANNELS` interleaved samples a pixel into
/// `out`, which is as large as `part`.
pub(super) fn sweep<S: Sample, const CHANNELS: usize>(
    source: &[S],
    frame: Size,
    part: Rect,
    stages: &RowStages,
    workers: Workers,
    out: &mut [S],
) {
    sweep_at::<S, CHANNELS>(Level::new(), source, frame, part, stages, workers, out);
}

/// [`sweep`] with the vectors of `level`; every level gives the same samples.
fn sweep_at<S: Sample, const CHANNELS: usize>(
    level: Level,
    source: &[S],
    frame: Size,
    part: Rect,
    stages: &RowStages,
    workers: Workers,
    out: &mut [S],
) {
    let row_len = part.width as usize * CHANNELS;
    if stages.is_neutral() {
        for (y, row) in out.chunks_exact_mut(row_len).enumerate() {
            let start = ((part.y as usize + y) * frame.width as usize + part.x as usize) * CHANNELS;
            row.copy_from_slice(&source[start..start + row_len]);
        }
        return;
    }
    let band = |first: usize, rows: &mut [S]| {
        Band::<S, CHANNELS>::new(level, source, frame, part, stages).run(first, rows);
    };
    match workers {
        Workers::One => band(0, out),
        Workers::All => out
            .par_chunks_mut(BAND_ROWS * row_len)
            .enumerate()
            .for_each(|(i, rows)| band(i * BAND_ROWS, rows)),
    }
}

/// Rows that are deconvolved at once; the halo of 32 on each side costs as much again.
const BLOCK_ROWS: usize = 64;

/// One band on its way; every row buffer is `reach` longer than the crop on both sides.
struct Band<'a, S, const CHANNELS: usize> {
    source: &'a [S],
    frame: Size,
    part: Rect,
    stages: &'a RowStages,
    /// The processor's vectors.
    level: Level,
    /// The columns that are read: the crop and what of the reach lies in the frame.
    columns: Rect,
    /// Rows and columns that a pixel reads on each side.
    reach: usize,
    /// Reach on the left that lies outside of the frame.
    missing_left: usize,
    depth: DepthRows,
    /// The rings: row `y` stands in slot `y` modulo their length.
    colours: Vec<[Vec<f32>; CHANNELS]>,
    luma: Vec<Vec<f32>>,
    gains: Vec<Vec<f32>>,
    scratch: [Vec<f32>; 3],
    change: Vec<f32>,
    dither: [Vec<f32>; DITHER_SIDE],
}

impl<'a, S: Sample, const CHANNELS: usize> Band<'a, S, CHANNELS> {
    fn new(
        level: Level,
        source: &'a [S],
        frame: Size,
        part: Rect,
        stages: &'a RowStages,
    ) -> Self {
        let reach = stages.sharpen.map_or(0, |sharpen| sharpen.reach());
        let left = part.x.saturating_sub(reach as u32);
        let right = (part.x + part.width + reach as u32).min(frame.width);
        let width = part.width as usize;
        let row = || vec![0.0_f32; width + 2 * reach];
        let ring = match stages.sharpen {
            Some(Sharpener::Deconvolution(_)) => 2 * reach + BLOCK_ROWS,
            _ => 2 * reach + 1,
        };
        Self {
            source,
            frame,
            part,
            stages,
            level,
            columns: Rect { x: left, y: 0, width: right - left, height: 1 },
            reach,
            missing_left: reach - (part.x - left) as usize,
            depth: DepthRows::default(),
            colours: (0..ring).map(|_| std::array::from_fn(|_| row())).collect(),
            luma: (0..ring).map(|_| row()).collect(),
            gains: (0..ring).map(|_| vec![1.0; width + 2 * reach]).collect(),
            scratch: std::array::from_fn(|_| row()),
            change: vec![0.0; width],
            dither: dither_rows(width),
        }
    }

    /// Writes the rows of the crop from `first` on.
    fn run(mut self, first: usize, out: &mut [S]) {
        let row_len = self.part.width as usize * CHANNELS;
        // The row `first` needs `reach` rows before it; counted from `reach` above the crop.
        for y in first..first + 2 * self.reach {
            self.load(y);
        }
        if let Some(Sharpener::Deconvolution(deconvolution)) = &self.stages.sharpen {
            let mut work = Workspace::new(self.part.width as usize, BLOCK_ROWS);
            for (i, rows) in out.chunks_mut(BLOCK_ROWS * row_len).enumerate() {
                self.run_block(deconvolution, &mut work, first + i * BLOCK_ROWS, rows);
            }
            return;
        }
        for (i, row) in out.chunks_exact_mut(row_len).enumerate() {
            let y = first + i;
            self.load(y + 2 * self.reach);
            if let Some(Sharpener::Unsharp(unsharp)) = &self.stages.sharpen {
                self.sharpen(unsharp, y);
            }
            self.write(y, row);
        }
    }

    /// Deconvolves and writes the rows of a block, of which the first 2·reach are in the ring.
    fn run_block(
        &mut self,
        deconvolution: &Deconvolution,
        work: &mut Workspace,
        first: usize,
        out: &mut [S],
    ) {
        let row_len = self.part.width as usize * CHANNELS;
        let rows = out.len() / row_len;
        for y in 0..rows {
            self.load(first + 2 * self.reach + y);
        }
        for y in 0..rows + 2 * self.reach {
            work.row_mut(y).copy_from_slice(&self.luma[(first + y) % self.luma.len()]);
        }
        let level = self.level;
        dispatch!(level, _simd => deconvolution.restore(work, rows));
        for (i, row) in out.chunks_exact_mut(row_len).enumerate() {
            let y = first + i;
            let gains = &self.gains[(y + self.reach) % self.gains.len()][self.reach..];
            let change = &mut self.change;
            dispatch!(level, _simd => deconvolution.change(work, i, gains, change));
            self.write(y, row);
        }
    }

    /// Reads and dehazes one row into the ring; `y` counts from `reach` rows above the crop.
    fn load(&mut self, y: usize) {
        let row = (self.part.y as usize + y).saturating_sub(self.reach);
        let row = row.min(self.frame.height as usize - 1);
        let start = (row * self.frame.width as usize + self.columns.x as usize) * CHANNELS;
        let len = self.columns.width as usize;
        let samples = &self.source[start..start + len * CHANNELS];
        let slot = y % self.colours.len();
        let inside = self.missing_left..self.missing_left + len;
        let colours = &mut self.colours[slot];
        let mut colours = colours.each_mut().map(|c| &mut c[inside.clone()]);
        let gains = &mut self.gains[slot][inside.clone()];
        let luma_row = &mut self.luma[slot];
        if let Some(removal) = &self.stages.dehaze {
            self.depth.seek(removal, self.frame, self.columns, row as u32);
        }
        let level = self.level;
        for first in (0..len).step_by(STRIP_PX) {
            let strip = first..(first + STRIP_PX).min(len);
            let mut colours = colours.each_mut().map(|c| &mut c[strip.clone()]);
            let samples = &samples[strip.start * CHANNELS..strip.end * CHANNELS];
            let rows = colours.each_mut().map(|c| &mut **c);
            dispatch!(level, _simd => split(samples, rows));
            if let Some(removal) = &self.stages.dehaze {
                let gains = &mut gains[strip.clone()];
                dehaze_strip(level, removal, colours.as_mut_slice(), (&self.depth, first), gains);
            }
            if self.stages.sharpen.is_some() {
                let out = &mut luma_row[inside.start..][strip];
                match colours.as_slice() {
                    [red, green, blue] => luma_of_strip(level, [red, green, blue], out),
                    [grey, ..] => out.copy_from_slice(grey),
                    [] => {}
                }
            }
        }
        if self.stages.sharpen.is_some() {
            let (first, last) = (luma_row[inside.start], luma_row[inside.end - 1]);
            luma_row[..inside.start].fill(first);
            luma_row[inside.end..].fill(last);
        }
    }

    fn sharpen(&mut self, unsharp: &Unsharp, y: usize) {
        let ring = self.luma.len();
        let rows = [0, 1, 2, 3, 4].map(|i| self.luma[(y + i) % ring].as_slice());
        let gains = &self.gains[(y + self.reach) % ring][self.reach..];
        for (i, change) in self.change.chunks_mut(STRIP_PX).enumerate() {
            let first = i * STRIP_PX;
            let luma = rows.map(|row| &row[first..]);
            let scratch = self.scratch.each_mut().map(Vec::as_mut_slice);
            let near = Neighbourhood { luma, gains: &gains[first..] };
            unsharpened_strip(self.level, unsharp, &near, scratch, change);
        }
    }

    fn write(&self, y: usize, out: &mut [S]) {
        let slot = (y + self.reach) % self.colours.len();
        let dither = &self.dither[y % DITHER_SIDE];
        let width = self.part.width as usize;
        let colours = self.colours[slot].each_ref().map(|c| &c[self.reach..self.reach + width]);
        let change = &self.change[..width];
        let dither = &dither[..width];
        dispatch!(self.level, _simd => join(colours, change, dither, out));
    }
}

// Each kernel is dispatched by itself, not the band as a whole: a band with everything inlined, for
// four kinds of samples and four levels, took the compiler five minutes; a dispatch takes
// nanoseconds a row.

fn dehaze_strip(
    level: Level,
    removal: &Removal,
    colours: &mut [&mut [f32]],
    (depth, first): (&DepthRows, usize),
    gains: &mut [f32],
) {
    match colours {
        [red, green, blue] => {
            dispatch!(level, _simd => removal.run([red, green, blue], depth, first, gains));
        }
        [grey, ..] => dispatch!(level, _simd => removal.run_grey(grey, depth, first, gains)),
        [] => {}
    }
}

fn luma_of_strip(level: Level, [red, green, blue]: [&[f32]; 3], out: &mut [f32]) {
    dispatch!(level, _simd => {
        let pixels = red.iter().zip(green).zip(blue).zip(out);
        pixels.for_each(|(((&r, &g), &b), out)| *out = luma(r, g, b));
    });
}

fn unsharpened_strip(
    level: Level,
    unsharp: &Unsharp,
    near: &Neighbourhood,
    scratch: [&mut [f32]; 3],
    change: &mut [f32],
) {
    dispatch!(level, _simd => unsharp.run(near, scratch, change));
}

/// Columns that go through one kernel after the other before the next ones do: their floats stay in
/// the first cache (whole rows of 5,000 px: sharpening 1.7 instead of 1.1 ns a pixel).
const STRIP_PX: usize = 512;

/// Pixels that are taken apart at once: an array of fixed length, so that the step of three samples
/// becomes shuffles (a whole row .53 ns a pixel, this .45, 16 pixels .60). Putting them together
/// again gains nothing from it.
const GROUP_PX: usize = 64;

/// Interleaved samples to one row of floats a channel.
#[inline(always)]
fn split<S: Sample, const CHANNELS: usize>(samples: &[S], mut rows: [&mut [f32]; CHANNELS]) {
    let (pixels, _) = samples.as_chunks::<CHANNELS>();
    let (groups, rest) = pixels.as_chunks::<GROUP_PX>();
    for (i, group) in groups.iter().enumerate() {
        for (c, row) in rows.iter_mut().enumerate() {
            let mut plane = [S::default(); GROUP_PX];
            for (sample, pixel) in plane.iter_mut().zip(group) {
                *sample = pixel[c];
            }
            for (out, sample) in row[i * GROUP_PX..][..GROUP_PX].iter_mut().zip(plane) {
                *out = sample.to_f32();
            }
        }
    }
    for (i, pixel) in rest.iter().enumerate() {
        for (row, sample) in rows.iter_mut().zip(pixel) {
            row[groups.len() * GROUP_PX + i] = sample.to_f32();
        }
    }
}

/// Rows of floats, with what sharpening and dither add, to interleaved samples.
#[inline(always)]
fn join<S: Sample, const CHANNELS: usize>(
    colours: [&[f32]; CHANNELS],
    change: &[f32],
    dither: &[f32],
    out: &mut [S],
) {
    let (pixels, _) = out.as_chunks_mut::<CHANNELS>();
    let width = pixels.len();
    let (change, dither) = (&change[..width], &dither[..width]);
    let colours = colours.map(|row| &row[..width]);
    for (i, pixel) in pixels.iter_mut().enumerate() {
        let add = change[i] + dither[i];
        for c in 0..CHANNELS {
            pixel[c] = S::from_f32(colours[c][i] + add);
        }
    }
}

/// Side of the dither matrix.
const DITHER_SIDE: usize = 8;

/// Peak to peak, samples. Dehazed samples carry the frame's own noise, raised; more than this would
/// be seen before it (flat-area noise of a quiet sky: 1.58 times without, 1.85 with this, 1.99 with
/// twice of it; 2.3 with one whole sample).
const DITHER: f32 = 0.1;

/// Rows of the ordered dither, in samples, within ±[`DITHER`]/2: a sample that needs no rounding
/// stays.
///
/// Bayer, "An optimum method for two-level rendition of continuous-tone pictures", ICC 1973.
fn dither_rows(width: usize) -> [Vec<f32>; DITHER_SIDE] {
    std::array::from_fn(|y| (0..width).map(|x| bayer(x % DITHER_SIDE, y)).collect())
}

fn bayer(x: usize, y: usize) -> f32 {
    let (mut rank, mixed) = (0, x ^ y);
    for bit in 0..3 {
        rank = rank << 2 | (mixed >> bit & 1) << 1 | y >> bit & 1;
    }
    ((rank as f32 + 0.5) / 64.0 - 0.5) * DITHER
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::{Coefficients, SmallPicture};
    use crate::frame::Plane;
    use crate::stage::dehaze::{self, Amount, Dehaze};
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

    fn stages(samples: &[u8], size: Size) -> RowStages {
        let channel = |c: usize| {
            let values = samples.iter().skip(c).step_by(3).map(|&v| f32::from(v) / 255.0);
            Plane::new(size, values.map(|v| 0.4 + 0.6 * v).collect())
        };
        let picture = SmallPicture { channels: [0, 1, 2].map(channel) };
        let mut survey = dehaze::survey(&picture);
        survey.depth = Coefficients {
            a: Plane::new(Size::new(3, 2), vec![-1.0, 0.3, -0.5, 1.0, -2.0, 0.0]),
            b: Plane::new(Size::new(3, 2), vec![0.9, 0.4, 1.5, 0.2, 2.2, 0.6]),
        };
        let dehaze = Dehaze { amount: Amount::Fixed(60.0), ..Dehaze::default() };
        let sharpen = Sharpen { amount: Some(50.0), method: Method::Unsharp };
        RowStages {
            dehaze: Removal::new(&survey, &dehaze, 0.002, 255.0),
            sharpen: Sharpener::new(&sharpen, 0.5, 255.0),
        }
    }

    /// The whole frame pixel by pixel, every stage for all of it before the next: no rows in a
    /// ring, no strips, no bands, nothing to vectorise.
    fn plainly(source: &[u8], size: Size, part: Rect, stages: &RowStages) -> Vec<u8> {
        let (width, height) = (size.width as usize, size.height as usize);
        let mut colours: Vec<[f32; 3]> =
            source.as_chunks::<3>().0.iter().map(|p| p.map(f32::from)).collect();
        let mut gains = vec![1.0; width * height];
        if let Some(removal) = &stages.dehaze {
            let mut depth = DepthRows::default();
            for (i, (colour, gain)) in colours.iter_mut().zip(&mut gains).enumerate() {
                let columns = Rect { x: 0, y: 0, width: size.width, height: 1 };
                depth.seek(removal, size, columns, (i / width) as u32);
                let [r, g, b] = colour;
                let one = std::slice::from_mut;
                removal.run([one(r), one(g), one(b)], &depth, i % width, one(gain));
            }
        }
        let luma: Vec<f32> = colours.iter().map(|&[r, g, b]| luma(r, g, b)).collect();
        let at = |x: isize, y: isize| {
            let x = x.clamp(0, width as isize - 1) as usize;
            luma[y.clamp(0, height as isize - 1) as usize * width + x]
        };
        let mut out = Vec::new();
        for y in 0..part.height as usize {
            for x in 0..part.width as usize {
                let (column, row) = (part.x as usize + x, part.y as usize + y);
                let mut change = [0.0];
                if let Some(Sharpener::Unsharp(unsharp)) = &stages.sharpen {
                    let near: [[f32; 5]; 5] = std::array::from_fn(|j| {
                        std::array::from_fn(|i| {
                            at(column as isize + i as isize - 2, row as isize + j as isize - 2)
                        })
                    });
                    let (mut a, mut b, mut c) = ([0.0; 5], [0.0; 5], [0.0; 5]);
                    let gains = &[gains[row * width + column]];
                    let near = Neighbourhood { luma: near.each_ref().map(|r| &r[..]), gains };
                    unsharp.run(&near, [&mut a, &mut b, &mut c], &mut change);
                }
                let add = change[0] + bayer(x % DITHER_SIDE, y % DITHER_SIDE);
                out.extend(colours[row * width + column].map(|v| u8::from_f32(v + add)));
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
            let all = stages(&source, size);
            let half = Rect { x: width / 3, y: height / 3, width: width.div_ceil(2), height: height.div_ceil(2) };
            let only = |dehaze: bool| RowStages {
                dehaze: all.dehaze.clone().filter(|_| dehaze),
                sharpen: all.sharpen.filter(|_| !dehaze),
            };
            for part in [size.rect(), half.within(size).unwrap()] {
                for stages in [&all, &only(true), &only(false)] {
                    let right = plainly(&source, size, part, stages);
                    for level in levels() {
                        for workers in [Workers::One, Workers::All] {
                            let mut out = vec![0; right.len()];
                            sweep_at::<u8, 3>(level, &source, size, part, stages, workers, &mut out);
                            assert!(out == right, "{size} {part:?} {level:?} {workers:?}");
                        }
                    }
                }
            }
        }
    }
}

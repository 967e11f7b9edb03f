//! Rows of a frame, read once from top to bottom, resampled to the rows of the small one.
//!
//! Columns are summed first, over whole rows side by side in the registers; less is then left to do along the
//! rows. Two small rows are made at a time, one in each half of a register.

use fearless_simd::{Level, dispatch};
use image::{ImageBuffer, Pixel};

use super::light::Lit;
use super::taps::Taps;
use crate::frame::Size;

/// A frame that is made smaller by twice this or more is first averaged over whole cells, so many pixels on a
/// side that as much is left to do: the filter is as much shorter. Of three photographs of 24 MP made 640 and 300 px
/// long this is 55 to 63 dB from the filter alone; with 2 left to do it is 52 to 60.
const LEFT_TO_FILTER: f64 = 2.5;

/// Rows that are added up in the registers.
const GROUP: usize = 6;

/// How a frame is made smaller, and what is needed for that.
#[derive(Debug)]
pub(super) struct Way {
    /// Pixels on a side of a cell that is averaged.
    pub(super) cell: usize,
    /// Cells of the frame.
    pub(super) cells: Size,
    scale: (f64, f64),
}

impl Way {
    pub(super) fn new(frame: Size, target: Size) -> Self {
        let scale = |from: u32, to: u32| f64::from(from) / f64::from(to);
        let (across, down) = (scale(frame.width, target.width), scale(frame.height, target.height));
        let cell = (across.min(down) / LEFT_TO_FILTER).floor().max(1.0);
        let pixels = cell as u32;
        let cells = Size::new(frame.width.div_ceil(pixels), frame.height.div_ceil(pixels));
        Self { cell: cell as usize, cells, scale: (across / cell, down / cell) }
    }

    fn taps(&self, target: Size) -> (Taps, Taps) {
        let taps = |from: u32, to: u32, scale| Taps::new(from as usize, to as usize, scale);
        let across = taps(self.cells.width, target.width, self.scale.0);
        (across, taps(self.cells.height, target.height, self.scale.1))
    }

    /// Rows of cells that one small row is made of, about.
    pub(super) fn rows(&self) -> u64 {
        (6.0 * self.scale.1.max(1.0)).ceil() as u64 + 3
    }
}

/// Fills each `out` with the frame in its size, all from one reading of its rows: what each is, depends on no
/// other.
pub(super) fn resample<P>(
    picture: &ImageBuffer<P, Vec<P::Subpixel>>,
    made: Vec<(Size, &mut [P::Subpixel])>,
) where
    P: Pixel<Subpixel: Lit>,
{
    let frame = Size::new(picture.width(), picture.height());
    let (level, channels) = (Level::new(), usize::from(P::CHANNEL_COUNT));
    let Some(way) = made.first().map(|(target, _)| Way::new(frame, *target)) else { return };
    let mut making: Vec<Making<P::Subpixel>> =
        made.into_iter().map(|(target, out)| Making::new(frame, target, channels, out)).collect();
    let places = making.iter().map(|making| making.down.count).max().unwrap_or(0) + 1;
    let mut rows = Rows::<P>::new(picture, &way, places, level);
    // The row comes first that needs the fewest rows of the frame: those that others need are then held.
    let needs = |making: &Making<_>| Some(making.down.first.get(making.next)? + making.down.count);
    while let Some((end, making)) = making
        .iter_mut()
        .filter_map(|making| Some((needs(making)?, making)))
        .min_by_key(|(end, _)| *end)
    {
        rows.read_to(end);
        making.make_row(&rows.held(end - making.down.count, making.down.count), level);
    }
}

/// A small frame in the making.
struct Making<'o, S> {
    across: Taps,
    down: Taps,
    channels: usize,
    /// The row that is made next.
    next: usize,
    /// Two rows as wide as the frame.
    sums: [Vec<f32>; 2],
    /// The same, pixel by pixel.
    pairs: Vec<[f32; 8]>,
    /// Two rows as wide as the small frame.
    small: Vec<[f32; 8]>,
    lights: Vec<f32>,
    out: &'o mut [S],
}

impl<'o, S: Lit> Making<'o, S> {
    fn new(frame: Size, target: Size, channels: usize, out: &'o mut [S]) -> Self {
        let way = Way::new(frame, target);
        let (across, down) = way.taps(target);
        let width = way.cells.width as usize;
        let row = || vec![0.0_f32; width * channels];
        Self {
            across,
            down,
            channels,
            next: 0,
            sums: [row(), row()],
            pairs: vec![[0.0; 8]; width],
            small: vec![[0.0; 8]; target.width as usize],
            lights: vec![0.0; target.width as usize * channels],
            out,
        }
    }

    /// Makes the next row from those that it is the sum of; two at a time are made small.
    fn make_row(&mut self, rows: &[&[S::Light]], level: Level) {
        let (row, half) = (self.next, self.next % 2);
        self.next += 1;
        let (sums, weights) = (&mut self.sums[half], self.down.of(row));
        dispatch!(level, _simd => add_rows(sums, weights, rows));
        if half == 0 && self.next < self.down.first.len() {
            return;
        }
        let ([one, two], pairs, small) = (&self.sums, &mut self.pairs, &mut self.small);
        let (across, channels) = (&self.across, self.channels);
        dispatch!(level, _simd => {
            match channels {
                1 => paired::<1>(one, two, pairs),
                _ => paired::<3>(one, two, pairs),
            }
            filter_along(pairs, across, small);
        });
        let row_len = self.lights.len();
        let out = &mut self.out[(row - half) * row_len..(row + 1) * row_len];
        for (half, out) in out.chunks_mut(row_len).enumerate() {
            for (light, pair) in self.lights.chunks_exact_mut(channels).zip(&self.small) {
                light.copy_from_slice(&pair[4 * half..][..channels]);
            }
            S::of_light(&self.lights, out);
        }
    }
}

/// The light of the last rows of cells that were read.
struct Rows<'a, P: Pixel<Subpixel: Lit>> {
    picture: &'a ImageBuffer<P, Vec<P::Subpixel>>,
    cell: usize,
    level: Level,
    /// Rows of cells, each in the place of its number by the count of places.
    ring: Vec<Vec<<P::Subpixel as Lit>::Light>>,
    /// Rows of cells that were read so far.
    read: usize,
    /// The sums of the cells' columns.
    columns: Vec<f32>,
}

impl<'a, P: Pixel<Subpixel: Lit>> Rows<'a, P> {
    fn new(
        picture: &'a ImageBuffer<P, Vec<P::Subpixel>>,
        way: &Way,
        places: usize,
        level: Level,
    ) -> Self {
        let channels = usize::from(P::CHANNEL_COUNT);
        let row_len = way.cells.width as usize * channels;
        let ring = vec![vec![Default::default(); row_len]; places];
        let columns = match way.cell {
            1 => Vec::new(),
            _ => vec![0.0; picture.width() as usize * channels],
        };
        Self { picture, cell: way.cell, level, ring, read: 0, columns }
    }

    /// Reads rows of cells until this one.
    fn read_to(&mut self, end: usize) {
        let row_len = self.picture.width() as usize * usize::from(P::CHANNEL_COUNT);
        let samples = self.picture.as_raw();
        while self.read < end {
            let place = self.read % self.ring.len();
            let from = self.read * self.cell * row_len;
            let to = (from + self.cell * row_len).min(samples.len());
            let (rows, into) = (&samples[from..to], &mut self.ring[place]);
            if self.cell == 1 {
                P::Subpixel::to_light(rows, into);
            } else {
                self.columns.fill(0.0);
                for row in rows.chunks_exact(row_len) {
                    P::Subpixel::add_light(row, &mut self.columns);
                }
                let (columns, cell) = (&self.columns, self.cell);
                let height = rows.len() / row_len;
                dispatch!(self.level, _simd => match P::CHANNEL_COUNT {
                    1 => averaged::<1, P::Subpixel>(columns, cell, height, into),
                    _ => averaged::<3, P::Subpixel>(columns, cell, height, into),
                });
            }
            self.read += 1;
        }
    }

    /// Rows that were read, from this one on.
    fn held(&self, first: usize, count: usize) -> Vec<&[<P::Subpixel as Lit>::Light]> {
        (first..first + count).map(|row| &self.ring[row % self.ring.len()][..]).collect()
    }
}

/// The means of cells whose columns have these sums.
#[inline(always)]
fn averaged<const CHANNELS: usize, S: Lit>(
    columns: &[f32],
    cell: usize,
    height: usize,
    cells: &mut [S::Light],
) {
    let (columns, _) = columns.as_chunks::<CHANNELS>();
    for (cells, columns) in cells.chunks_exact_mut(CHANNELS).zip(columns.chunks(cell)) {
        let mut sum = [0.0; CHANNELS];
        for column in columns {
            for (sum, light) in sum.iter_mut().zip(column) {
                *sum += light;
            }
        }
        let share = 1.0 / (columns.len() * height) as f32;
        for (cell, sum) in cells.iter_mut().zip(sum) {
            *cell = S::light(sum * share);
        }
    }
}

/// The sum of rows, each with its weight.
#[inline(always)]
fn add_rows<L: Copy + Into<f32>>(sums: &mut [f32], weights: &[f32], rows: &[&[L]]) {
    // So few columns that their sums stay in the fastest cache.
    const COLUMNS: usize = 2048;
    let len = sums.len();
    for from in (0..len).step_by(COLUMNS) {
        let part = from..len.min(from + COLUMNS);
        let sums = &mut sums[part.clone()];
        sums.fill(0.0);
        let (groups, rest) = rows.as_chunks::<GROUP>();
        let (weights, rest_weights) = weights.as_chunks::<GROUP>();
        for (rows, weights) in groups.iter().zip(weights) {
            add_group(sums, weights, rows.map(|row| &row[part.clone()]));
        }
        for (row, &weight) in rest.iter().zip(rest_weights) {
            for (sum, &light) in sums.iter_mut().zip(&row[part.clone()]) {
                *sum += weight * light.into();
            }
        }
    }
}

#[inline(always)]
fn add_group<L: Copy + Into<f32>>(sums: &mut [f32], weights: &[f32; GROUP], rows: [&[L]; GROUP]) {
    let len = sums.len();
    let rows = rows.map(|row| &row[..len]);
    for i in 0..len {
        let mut sum = sums[i];
        for (row, weight) in rows.iter().zip(weights) {
            sum += weight * row[i].into();
        }
        sums[i] = sum;
    }
}

/// The pixels of two rows, each in one half.
#[inline(always)]
fn paired<const CHANNELS: usize>(one: &[f32], two: &[f32], pairs: &mut [[f32; 8]]) {
    let (one, _) = one.as_chunks::<CHANNELS>();
    let (two, _) = two.as_chunks::<CHANNELS>();
    for ((pair, one), two) in pairs.iter_mut().zip(one).zip(two) {
        pair[..CHANNELS].copy_from_slice(one);
        pair[4..4 + CHANNELS].copy_from_slice(two);
    }
}

/// The small rows of two rows.
#[inline(always)]
fn filter_along(pairs: &[[f32; 8]], taps: &Taps, small: &mut [[f32; 8]]) {
    for (column, small) in small.iter_mut().enumerate() {
        let first = taps.first[column];
        let mut sum = [0.0; 8];
        for (pair, weight) in pairs[first..first + taps.count].iter().zip(taps.of(column)) {
            for lane in 0..8 {
                sum[lane] += weight * pair[lane];
            }
        }
        *small = sum;
    }
}

//! Rows of a frame, read once from top to bottom, resampled to the rows of the small one.
//!
//! Columns are summed first, over whole rows side by side in the registers; less is then left to do along the
//! rows, of which some are made at a time, each in its part of a register.

use fearless_simd::{Level, dispatch};
use image::{ImageBuffer, Pixel};

use super::light::{AT_ONCE, LANES, Lit, PixelPair, row_len};
use super::taps::Taps;
use crate::frame::Size;

/// A frame that is made smaller by twice this or more is first averaged over whole cells, so many pixels on a
/// side that as much is left to do: the filter is as much shorter. Of three photographs of 24 MP made 640 and 300 px
/// long this is 55 to 63 dB from the filter alone; with 2 left to do it is 52 to 60.
const LEFT_TO_FILTER: f64 = 2.5;

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

    fn across<S: Lit>(&self, target: Size) -> Taps<S::Weight, 1> {
        let (from, to) = (self.cells.width as usize, target.width as usize);
        Taps::new(from, to, self.scale.0, S::STEPS, S::weight)
    }

    fn down<S: Lit>(&self, target: Size) -> Taps<S::Weight, 2> {
        let (from, to) = (self.cells.height as usize, target.height as usize);
        Taps::new(from, to, self.scale.1, S::STEPS, S::weight)
    }

    /// Rows of cells that are held, about: those of two small rows, in pairs, and two that are read.
    pub(super) fn rows(&self) -> u64 {
        (7.0 * self.scale.1.max(1.0)).ceil() as u64 + 8
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
    let places = making.iter().map(|making| making.down.count).max().unwrap_or(0);
    let mut rows = Rows::<P>::new(picture, &way, places, level);
    // Those rows come first that need the fewest rows of the frame: what others need is then held.
    let needs = |making: &Making<_>| Some(making.down.first.get(making.next)? + making.down.count);
    while let Some((end, making)) = making
        .iter_mut()
        .filter_map(|making| Some((needs(making)?, making)))
        .min_by_key(|(end, _)| *end)
    {
        rows.read_to(end);
        making.make_two(&rows.held(end - making.down.count, making.down.count), level);
    }
}

/// A small frame in the making.
struct Making<'o, S: Lit> {
    across: Taps<S::Weight, 1>,
    down: Taps<S::Weight, 2>,
    channels: usize,
    /// The two rows that are made next.
    next: usize,
    /// Rows as wide as the frame.
    sums: [Vec<S::Light>; AT_ONCE],
    /// The same, pixel by pixel.
    pairs: Vec<PixelPair<S::Light>>,
    /// Rows as wide as the small frame.
    small: Vec<[S::Sum; LANES]>,
    /// Those that are not made yet.
    out: &'o mut [S],
}

impl<'o, S: Lit> Making<'o, S> {
    fn new(frame: Size, target: Size, channels: usize, out: &'o mut [S]) -> Self {
        let way = Way::new(frame, target);
        let width = way.cells.width as usize;
        let row = || vec![S::Light::default(); row_len(width, channels)];
        Self {
            across: way.across::<S>(target),
            down: way.down::<S>(target),
            channels,
            next: 0,
            sums: [row(), row(), row(), row()],
            pairs: vec![[S::Light::default(); _]; width.div_ceil(2)],
            small: vec![[S::Sum::default(); LANES]; target.width as usize],
            out,
        }
    }

    /// Sums the next two rows from the pairs that they are made of; when as many are there as are made small at
    /// once, or all, they are.
    fn make_two(&mut self, pairs: &[&[S::Light]], level: Level) {
        let first = 2 * self.next % AT_ONCE;
        let [one, two, ..] = &mut self.sums[first..] else { return };
        S::sum_down(level, pairs, self.down.of(self.next), [one, two]);
        self.next += 1;
        if first + 2 == AT_ONCE || self.next == self.down.first.len() {
            self.make_small(level);
        }
    }

    fn make_small(&mut self, level: Level) {
        S::turn(level, self.channels, self.sums.each_ref().map(|row| &row[..]), &mut self.pairs);
        S::sum_along(level, &self.pairs, &self.across, &mut self.small);
        let row_len = self.small.len() * self.channels;
        let len = self.out.len().min(AT_ONCE * row_len);
        let out = self.out.split_off_mut(..len).unwrap_or_default();
        for (row, out) in out.chunks_exact_mut(row_len).enumerate() {
            match self.channels {
                1 => samples::<S, 1>(&self.small, row, out),
                _ => samples::<S, 3>(&self.small, row, out),
            }
        }
    }
}

/// The samples of one of the rows that were made at once.
fn samples<S: Lit, const CHANNELS: usize>(small: &[[S::Sum; LANES]], row: usize, out: &mut [S]) {
    let (of_sum, (out, _)) = (S::of_sum(), out.as_chunks_mut::<CHANNELS>());
    for (pixel, sums) in out.iter_mut().zip(small) {
        let (rows, _) = sums.as_chunks::<4>();
        let sums = rows[row];
        for (sample, sum) in pixel.iter_mut().zip(sums) {
            *sample = of_sum(sum);
        }
    }
}

/// The light of the last rows of cells that were read.
struct Rows<'a, P: Pixel<Subpixel: Lit>> {
    picture: &'a ImageBuffer<P, Vec<P::Subpixel>>,
    cell: usize,
    level: Level,
    /// Pairs of rows of cells, each in the place of its number by the count of places.
    ring: Vec<Vec<Light<P>>>,
    /// Pairs that were read so far.
    read: usize,
    /// The rows of the next.
    pair: [Vec<Light<P>>; 2],
    /// A row of the frame, if it is not one of cells, and the sums of the cells' columns.
    row: Vec<Light<P>>,
    columns: Vec<f32>,
}

type Light<P> = <<P as Pixel>::Subpixel as Lit>::Light;

impl<'a, P: Pixel<Subpixel: Lit>> Rows<'a, P> {
    fn new(
        picture: &'a ImageBuffer<P, Vec<P::Subpixel>>,
        way: &Way,
        places: usize,
        level: Level,
    ) -> Self {
        let channels = usize::from(P::CHANNEL_COUNT);
        let len = row_len(way.cells.width as usize, channels);
        let row = |len| vec![Default::default(); len];
        let of_frame = match way.cell {
            1 => 0,
            _ => picture.width() as usize * channels,
        };
        Self {
            picture,
            cell: way.cell,
            level,
            ring: vec![row(2 * len); places],
            read: 0,
            pair: [row(len), row(len)],
            row: row(of_frame),
            columns: vec![0.0; of_frame],
        }
    }

    /// Reads pairs of rows of cells until this one.
    fn read_to(&mut self, end: usize) {
        while self.read < end {
            for i in 0..2 {
                self.read_row(2 * self.read + i, i);
            }
            let place = self.read % self.ring.len();
            let rows = self.pair.each_ref().map(|row| &row[..]);
            P::Subpixel::pair(self.level, rows, &mut self.ring[place]);
            self.read += 1;
        }
    }

    /// Reads a row of cells into one of the pair; there may be no second one, which then has no weight.
    fn read_row(&mut self, row: usize, of_pair: usize) {
        let row_len = self.picture.width() as usize * usize::from(P::CHANNEL_COUNT);
        let samples = self.picture.as_raw();
        let from = (row * self.cell * row_len).min(samples.len());
        let to = (from + self.cell * row_len).min(samples.len());
        let (rows, into) = (&samples[from..to], &mut self.pair[of_pair]);
        if self.cell == 1 {
            return P::Subpixel::to_light(self.level, rows, &mut into[..rows.len()]);
        }
        self.columns.fill(0.0);
        for row in rows.chunks_exact(row_len) {
            P::Subpixel::to_light(self.level, row, &mut self.row);
            P::Subpixel::add(self.level, &self.row, &mut self.columns);
        }
        let (columns, cell) = (&self.columns, self.cell);
        let height = rows.len() / row_len;
        dispatch!(self.level, _simd => match P::CHANNEL_COUNT {
            1 => averaged::<1, P::Subpixel>(columns, cell, height, into),
            _ => averaged::<3, P::Subpixel>(columns, cell, height, into),
        });
    }

    /// Pairs that were read, from this one on.
    fn held(&self, first: usize, count: usize) -> Vec<&[Light<P>]> {
        (first..first + count).map(|pair| &self.ring[pair % self.ring.len()][..]).collect()
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
        let share = 1.0 / (columns.len() * height.max(1)) as f32;
        for (cell, sum) in cells.iter_mut().zip(sum) {
            *cell = S::mean(sum * share);
        }
    }
}

//! From a mosaic of colour filters to three colours a pixel, row by row.
//!
//! Across and down the difference of colour and green is estimated (Hamilton and Adams 1997), smoothed,
//! and both are mixed by how steady they are (Zhang and Wu 2005). All of it is done on cube roots of
//! light: there a difference is close to a ratio, which is what stays the same in a texture of one
//! colour, and noise is much the same in the dark and in the light. On photographs of known colours
//! that gained 3 to 5 dB over the same on light itself, 5 dB on saturated red.
//!
//! Only the rows that are still needed are in memory, as in the sweep. Beyond an edge the picture
//! is mirrored, so that the filters go on alternating.

use fearless_simd::{Level, dispatch};

/// Added to light before the cube root, of 1 = white: noise around black would be blown up. Measured
/// from 0.002 to 0.05: less stains the shadows of noisy frames, more loses saturated colours.
const LIFT: f32 = 0.008;
/// Columns that are added on each side for the filters to reach into.
const MARGIN: usize = 8;
/// Sites on each side that a difference is smoothed over.
const REACH: usize = 4;
/// Rows below the one that is finished that have to be read: one for its neighbours' colours, a reach to
/// smooth over, two to estimate green.
const AHEAD: isize = 1 + REACH as isize + 2;
/// Weights of a site and its neighbours on either side where differences are smoothed, of 25.
const WEIGHTS: [f32; 2 * REACH + 1] = [1.0, 2.0, 3.0, 4.0, 5.0, 4.0, 3.0, 2.0, 1.0];
/// Sites that are worked on at once, in arrays of this length, so that no index is checked in the loops and
/// all sums stay in registers.
const LANES: usize = 16;
/// Below this a sum of squares is rounding.
const STEADY: f32 = 1e-7;

/// A mosaic that can be read.
pub(super) trait Mosaic {
    /// Columns and rows.
    fn size(&self) -> (usize, usize);
    /// Column and row, 0 or 1, of a red site.
    fn red(&self) -> (usize, usize);
    /// The light of a row, balanced, of 1 = white.
    fn read(&self, y: usize, out: &mut [f32]);
}

/// Rows under their numbers, as many as are needed at once.
struct Rows(Vec<Vec<f32>>);

impl Rows {
    fn new(count: usize, columns: usize) -> Self {
        Self((0..count).map(|_| vec![0.0; columns]).collect())
    }

    fn place(&self, y: isize) -> usize {
        y.rem_euclid(self.0.len() as isize) as usize
    }

    fn row(&self, y: isize) -> &[f32] {
        &self.0[self.place(y)]
    }

    fn row_mut(&mut self, y: isize) -> &mut [f32] {
        let place = self.place(y);
        &mut self.0[place]
    }
}

/// The row or column that replaces one beyond the edge of `length`.
fn mirrored(at: isize, length: usize) -> usize {
    let period = (2 * length as isize - 2).max(1);
    let at = at.rem_euclid(period);
    at.min(period - at).min(length as isize - 1) as usize
}

/// Columns of the rows that are held: with margins, and up to a multiple of what is worked on at once.
fn columns(width: usize) -> usize {
    width.next_multiple_of(LANES) + 2 * MARGIN
}

/// Bytes that [`develop`] takes for a mosaic of so many columns.
pub(super) fn bytes(width: u64) -> u64 {
    // Roots, differences down, differences to green, and some more.
    const ROWS: u64 = 8 + 9 + 3 + 8;
    ROWS * (width + (LANES + 2 * MARGIN) as u64) * size_of::<f32>() as u64
}

/// The sites from `first` on.
#[inline(always)]
fn lanes(row: &[f32], first: usize) -> &[f32; LANES] {
    &row[first..].as_chunks().0[0]
}

/// [`lanes`], to be written.
#[inline(always)]
fn lanes_mut(row: &mut [f32], first: usize) -> &mut [f32; LANES] {
    &mut row[first..].as_chunks_mut().0[0]
}

/// The firsts of all lanes of a row, but for `margin` columns on each side.
#[inline(always)]
fn firsts(row: &[f32], margin: usize) -> impl Iterator<Item = usize> {
    (margin..row.len() - margin + 1 - LANES).step_by(LANES)
}

/// Hands the rows `rows` over, each as red, green and blue light of 1 = white.
pub(super) fn develop(
    mosaic: &impl Mosaic,
    rows: std::ops::Range<usize>,
    mut hand_over: impl FnMut(usize, [&[f32]; 3]),
) {
    let level = Level::new();
    let (width, height) = mosaic.size();
    let columns = columns(width);
    let (red_x, red_y) = mosaic.red();
    let mut roots = Rows::new(AHEAD as usize + 1, columns);
    let mut down = Rows::new(2 * REACH + 1, columns);
    let mut to_green = Rows::new(3, columns);
    let mut across = vec![0.0; columns];
    let mut light = [(); 3].map(|()| vec![0.0; columns]);
    // Where a row has a colour that is not green: 1 there, 0 at its greens. Green before and behind.
    let colours = [0, 1].map(|parity| {
        let is_colour = |x: usize| (x + MARGIN + parity + red_x + red_y).is_multiple_of(2);
        (0..columns).map(|x| f32::from(u8::from(is_colour(x)))).collect::<Vec<_>>()
    });
    let colour = |y: isize| &colours[y.rem_euclid(2) as usize];
    for newest in rows.start as isize - AHEAD..rows.end as isize + AHEAD {
        let row = roots.row_mut(newest);
        mosaic.read(mirrored(newest, height), &mut row[MARGIN..][..width]);
        for i in 0..MARGIN {
            row[MARGIN - 1 - i] = row[MARGIN + mirrored(-1 - i as isize, width)];
            row[MARGIN + width + i] = row[MARGIN + mirrored((width + i) as isize, width)];
        }
        dispatch!(level, _simd => take_roots(&mut row[..width + 2 * MARGIN]));
        // The first rows only fill what is held; what is made of rows that were never read is not used.
        let y = newest - 2;
        let near = [-2, -1, 0, 1, 2].map(|step| roots.row(y + step));
        dispatch!(level, _simd => differ_down(near, colour(y), down.row_mut(y)));
        let y = y - REACH as isize;
        dispatch!(level, _simd => differ_across(roots.row(y), colour(y), &mut across));
        let near = std::array::from_fn(|i| down.row(y + i as isize - REACH as isize));
        dispatch!(level, _simd => mix(&across, near, colour(y), to_green.row_mut(y)));
        let y = y - 1;
        let Some(at) = usize::try_from(y).ok().filter(|at| rows.contains(at)) else { continue };
        let near = [-1, 0, 1].map(|step| to_green.row(y + step));
        let [red, green, blue] = light.each_mut().map(Vec::as_mut_slice);
        let (own, other) = if at % 2 == red_y { (red, blue) } else { (blue, red) };
        dispatch!(level, _simd => join(roots.row(y), near, [own, green, other]));
        hand_over(at, light.each_ref().map(|row| &row[MARGIN..][..width]));
    }
}

/// The cube roots of light, lifted. Halley's steps from a guess at the exponent (Kahan 1991).
#[inline(always)]
fn take_roots(row: &mut [f32]) {
    const SIGN: u32 = 0x8000_0000;
    /// Two thirds of the exponent's bias, less what makes the guess right in the middle.
    const GUESS: i32 = 709_958_130;
    for value in row {
        let bits = (*value + LIFT).to_bits();
        let light = f32::from_bits(bits & !SIGN);
        let third = (bits & !SIGN) as i32 as f32 * (1.0 / 3.0);
        let mut root = f32::from_bits((third as i32).wrapping_add(GUESS) as u32);
        for _ in 0..2 {
            let cube = root * root * root;
            root *= (cube + 2.0 * light) / (2.0 * cube + light);
        }
        *value = f32::from_bits(root.to_bits() | bits & SIGN);
    }
}

/// The light of a root.
#[inline(always)]
fn light(root: f32) -> f32 {
    root * root * root - LIFT
}

/// What sites have more than the other filter's estimate there, from two sites before to two behind.
#[inline(always)]
fn difference([a, b, at, c, d]: [&[f32; LANES]; 5], colour: &[f32; LANES], out: &mut [f32; LANES]) {
    for i in 0..LANES {
        let other = (b[i] + c[i]) * 0.5 + (2.0 * at[i] - a[i] - d[i]) * 0.25;
        // Colour less green, whichever the site has.
        out[i] = (2.0 * colour[i] - 1.0) * (at[i] - other);
    }
}

#[inline(always)]
fn differ_down(near: [&[f32]; 5], colour: &[f32], out: &mut [f32]) {
    for first in firsts(colour, 0) {
        let near = near.map(|row| lanes(row, first));
        difference(near, lanes(colour, first), lanes_mut(out, first));
    }
}

#[inline(always)]
fn differ_across(roots: &[f32], colour: &[f32], out: &mut [f32]) {
    // The last ones reach less far than a whole row of lanes.
    let last = roots.len() - 2 - LANES;
    for first in firsts(roots, 2).chain([last]) {
        let near = [0, 1, 2, 3, 4].map(|from| lanes(roots, first + from - 2));
        difference(near, lanes(colour, first), lanes_mut(out, first));
    }
}

/// The difference to green at the sites of colours, 0 elsewhere: across and down, each smoothed, and the
/// more of one the less it varies along its way.
#[inline(always)]
fn mix(across: &[f32], down: [&[f32]; 2 * REACH + 1], colour: &[f32], out: &mut [f32]) {
    let last = across.len() - REACH - LANES;
    for first in firsts(across, REACH).chain([last]) {
        let along = std::array::from_fn(|k| lanes(across, first + k - REACH));
        let (mean, spread) = smoothed(along);
        let (down_mean, down_spread) = smoothed(down.map(|row| lanes(row, first)));
        let (colour, out) = (lanes(colour, first), lanes_mut(out, first));
        for i in 0..LANES {
            let mixed = (mean[i] * down_spread[i] + down_mean[i] * spread[i])
                / (spread[i] + down_spread[i]);
            out[i] = mixed * colour[i];
        }
    }
}

/// Means of the differences along a way, and how much they vary.
#[inline(always)]
fn smoothed(along: [&[f32; LANES]; 2 * REACH + 1]) -> ([f32; LANES], [f32; LANES]) {
    let (mut mean, mut spread) = ([0.0; LANES], [STEADY; LANES]);
    for k in 0..along.len() {
        for i in 0..LANES {
            mean[i] += along[k][i] * (WEIGHTS[k] / 25.0);
        }
    }
    for row in along {
        for i in 0..LANES {
            let off = row[i] - mean[i];
            spread[i] += off * off;
        }
    }
    (mean, spread)
}

/// All three colours of a row: the row's own colour, green, and the colour of the rows beside it. A
/// difference that a site does not have is the mean of those beside it.
#[inline(always)]
fn join(roots: &[f32], [above, at, below]: [&[f32]; 3], [own, green, other]: [&mut [f32]; 3]) {
    for first in firsts(roots, MARGIN) {
        let around = |row| [0, 1, 2].map(|from| lanes(row, first + from - 1));
        let ([before, here, behind], above, below) = (around(at), around(above), around(below));
        let roots = lanes(roots, first);
        let (own, green, other) =
            (lanes_mut(own, first), lanes_mut(green, first), lanes_mut(other, first));
        for i in 0..LANES {
            let root = roots[i] - here[i];
            let [left, upright, right] = [0, 1, 2].map(|k| above[k][i] + below[k][i]);
            green[i] = light(root);
            own[i] = light(root + here[i] + (before[i] + behind[i]) * 0.5);
            other[i] = light(root + upright * 0.5 + (left + right) * 0.25);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture seen through filters, red at (1, 0).
    struct Seen<F>(usize, usize, F);

    impl<F: Fn(usize, usize) -> [f32; 3]> Mosaic for Seen<F> {
        fn size(&self) -> (usize, usize) {
            (self.0, self.1)
        }
        fn red(&self) -> (usize, usize) {
            (1, 0)
        }
        fn read(&self, y: usize, out: &mut [f32]) {
            for (x, out) in out.iter_mut().enumerate() {
                let channel = match (x % 2, y % 2) {
                    (1, 0) => 0,
                    (0, 1) => 2,
                    _ => 1,
                };
                *out = (self.2)(x, y)[channel];
            }
        }
    }

    /// The greatest distance of a channel from the truth.
    fn fault(width: usize, height: usize, truth: impl Fn(usize, usize) -> [f32; 3]) -> f32 {
        let (mut most, mut seen) = (0.0_f32, 0);
        develop(&Seen(width, height, &truth), 0..height, |y, rows| {
            seen += 1;
            for (channel, row) in rows.iter().enumerate() {
                for (x, found) in row.iter().enumerate() {
                    most = most.max((found - truth(x, y)[channel]).abs());
                }
            }
        });
        assert_eq!(seen, height);
        most
    }

    #[test]
    fn a_plain_colour_stays_what_it_is_up_to_every_edge() {
        for (width, height) in [(64, 40), (17, 9), (2, 2), (3, 31)] {
            assert!(fault(width, height, |_, _| [0.9, 0.05, 0.02]) < 1e-5, "{width}x{height}");
        }
    }

    #[test]
    fn a_grey_edge_has_no_colour() {
        let across = fault(64, 64, |x, _| [if x < 30 { 0.05 } else { 0.8 }; 3]);
        let down = fault(64, 64, |_, y| [if y < 31 { 0.6 } else { 0.03 }; 3]);
        assert!(across < 0.01 && down < 0.01, "{across} {down}");
    }

    #[test]
    fn the_texture_of_a_red_wall_is_red() {
        // A wave of 16 pixels, of which every second has a red filter; it goes on beyond the mirrors.
        let shade = |x: usize| 0.5 + 0.3 * (x as f32 * std::f32::consts::PI * 8.0 / 63.0).cos();
        let most = fault(64, 64, |x, _| [shade(x), 0.1 * shade(x), 0.05 * shade(x)]);
        assert!(most < 0.05, "{most}");
    }

    #[test]
    fn what_is_below_black_stays_there() {
        assert!(fault(20, 20, |_, _| [-0.02; 3]) < 1e-5);
    }
}

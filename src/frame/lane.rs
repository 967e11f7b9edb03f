//! The numbers that full-size stages pass from one to the next, and the block that holds them.
//!
//! A sample of 8 bits becomes 64ths of a level in 16 bits: a vector holds twice as many as of
//! floats, a row takes half of the cache, and the step is a sixth of what the dither spans. A
//! sample of 16 bits becomes a float. Stages are written once, for [`Lane`].

use super::Aligned;
use super::light::{INTEGER, Sample, greater, lesser, luma};

/// Pixels that a kernel takes at once, in arrays of this length: no index is checked in its loops,
/// no rest is left over, and what it writes cannot be what it reads (the unsharp mask on slices of
/// any length 0.93 ns a pixel, on blocks 0.6).
pub const BLOCK: usize = 64;

/// The block of a row that begins at column `first`.
#[inline(always)]
#[must_use]
pub fn block<T>(row: &[T], first: usize) -> &[T; BLOCK] {
    &row[first..].as_chunks().0[0]
}

/// [`block`], to be written.
#[inline(always)]
#[must_use]
pub fn block_mut<T>(row: &mut [T], first: usize) -> &mut [T; BLOCK] {
    &mut row[first..].as_chunks_mut().0[0]
}

/// A block of interleaved pixels, one plane a channel.
///
/// Plain indices, and all channels in one loop: only then does the compiler see whole pixels and
/// make shuffles of them (0.09 ns a pixel; one channel after the other 0.27, an iterator over the
/// pixels 1.3).
#[inline(always)]
#[must_use]
pub fn split<S: Sample, const CHANNELS: usize>(
    pixels: &[[S; CHANNELS]; BLOCK],
) -> Aligned<[[S; BLOCK]; CHANNELS]> {
    let mut planes = Aligned([[S::default(); BLOCK]; CHANNELS]);
    for i in 0..BLOCK {
        for c in 0..CHANNELS {
            planes[c][i] = pixels[i][c];
        }
    }
    planes
}

/// [`split`] of a row of any length.
#[inline(always)]
pub fn split_row<S: Sample, const CHANNELS: usize>(
    pixels: &[[S; CHANNELS]],
    mut planes: [&mut [S]; CHANNELS],
) {
    let (blocks, rest) = pixels.as_chunks();
    for (i, pixels) in blocks.iter().enumerate() {
        let made = split::<S, CHANNELS>(pixels);
        for (plane, made) in planes.iter_mut().zip(made.iter()) {
            *block_mut(plane, i * BLOCK) = *made;
        }
    }
    let whole = pixels.len() - rest.len();
    for (c, plane) in planes.iter_mut().enumerate() {
        plane[whole..].iter_mut().zip(rest).for_each(|(sample, pixel)| *sample = pixel[c]);
    }
}

/// A block of planes as interleaved pixels.
#[inline(always)]
fn join<S: Sample, const CHANNELS: usize>(
    planes: [&[S; BLOCK]; CHANNELS],
    pixels: &mut [[S; CHANNELS]; BLOCK],
) {
    for i in 0..BLOCK {
        for c in 0..CHANNELS {
            pixels[i][c] = planes[c][i];
        }
    }
}

/// Planes as interleaved pixels, a row of any length.
#[inline(always)]
pub fn join_row<S: Sample, const CHANNELS: usize>(
    planes: [&[S]; CHANNELS],
    pixels: &mut [[S; CHANNELS]],
) {
    let whole = pixels.len() / BLOCK * BLOCK;
    let (blocks, rest) = pixels.as_chunks_mut();
    for (i, pixels) in blocks.iter_mut().enumerate() {
        join(planes.map(|plane| block(plane, i * BLOCK)), pixels);
    }
    for (i, pixel) in rest.iter_mut().enumerate() {
        *pixel = planes.map(|plane| plane[whole + i]);
    }
}

/// What a stage takes in: a sample of the file, or a lane that another stage has made.
pub trait Input: Copy + Default + Send + Sync + std::fmt::Debug + 'static {
    /// What the full-size stages hold it as.
    type Lane: Lane;
    /// As a number of levels, exactly.
    fn level(self) -> f32;
    /// As a lane, exactly.
    fn lane(self) -> Self::Lane;
}

impl<S: Sample> Input for S {
    type Lane = S::Lane;
    #[inline(always)]
    fn level(self) -> f32 {
        self.to_f32()
    }
    #[inline(always)]
    fn lane(self) -> S::Lane {
        self.to_lane()
    }
}

impl Input for i16 {
    type Lane = Self;
    #[inline(always)]
    fn level(self) -> f32 {
        f32::from(self) * (1.0 / Self::UNIT)
    }
    #[inline(always)]
    fn lane(self) -> Self {
        self
    }
}

impl Input for f32 {
    type Lane = Self;
    #[inline(always)]
    fn level(self) -> f32 {
        self
    }
    #[inline(always)]
    fn lane(self) -> Self {
        self
    }
}

/// A sample, or a difference of two, between two stages.
pub trait Lane: Input<Lane = Self> {
    /// Units a level of the file's samples.
    const UNIT: f32;
    /// Its cube root.
    const UNIT_ROOT: f32;
    /// What a number has to be raised by for [`Lane::from_raised`].
    const RAISE: f32;
    /// Of a number of units, [`Lane::RAISE`] already added, that is in range: a sum that ends in a
    /// constant takes it along for nothing.
    fn from_raised(number: f32) -> Self;
    /// Of a number of units within ±4 million, the nearest; out of range is clamped.
    fn from_f32(units: f32) -> Self;
    /// The number of units.
    fn to_f32(self) -> f32;
    /// The sum, clamped to the range.
    #[must_use]
    fn plus(self, other: Self) -> Self;
    /// The difference, clamped to the range.
    #[must_use]
    fn minus(self, other: Self) -> Self;
    /// The greater of two.
    #[must_use]
    fn greater(self, other: Self) -> Self;
    /// The lesser of two.
    #[must_use]
    fn lesser(self, other: Self) -> Self;
    /// This times a share below ½.
    #[must_use]
    fn share(self, share: f32) -> Self;
    /// A share from 0 to 1 that differs from pixel to pixel, for [`Lane::times`].
    fn of_share(share: f32) -> Self;
    /// This times what [`Lane::of_share`] gave.
    #[must_use]
    fn times(self, share: Self) -> Self;
    /// The mean with weights 1 4 6 4 1, for values from 0 on.
    fn binomial(values: [Self; 5]) -> Self;
    /// Luma of encoded red, green and blue, 0 or more.
    fn luma(colours: [Self; 3]) -> Self;
}

/// 64ths of a level: ±511, where dehazed samples stay within 0..270.
impl Lane for i16 {
    const UNIT: f32 = 64.0;
    const UNIT_ROOT: f32 = 4.0;
    /// One and a half times 2²³: the integer is then in the low 16 bits, sign and all.
    const RAISE: f32 = 1.5 * INTEGER;

    #[inline(always)]
    fn from_raised(number: f32) -> Self {
        number.to_bits() as Self
    }

    #[inline(always)]
    fn from_f32(units: f32) -> Self {
        let integer = (units + Self::RAISE).to_bits() as i32 - Self::RAISE.to_bits() as i32;
        integer.max(i32::from(Self::MIN)).min(i32::from(Self::MAX)) as Self
    }

    #[inline(always)]
    fn to_f32(self) -> f32 {
        f32::from(self)
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        self.saturating_add(other)
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        self.saturating_sub(other)
    }

    #[inline(always)]
    fn greater(self, other: Self) -> Self {
        self.max(other)
    }

    #[inline(always)]
    fn lesser(self, other: Self) -> Self {
        self.min(other)
    }

    #[inline(always)]
    fn share(self, share: f32) -> Self {
        high_half(self, (share * 65_536.0) as Self)
    }

    /// 15 bits.
    #[inline(always)]
    fn of_share(share: f32) -> Self {
        Self::from_raised(share * 32_767.0 + Self::RAISE)
    }

    /// Up to a 32nd of a level too low. A sum, not a shift: the compiler would make one product of 32 bits
    /// of the two.
    #[inline(always)]
    fn times(self, share: Self) -> Self {
        let half = high_half(self, share);
        half.plus(half)
    }

    /// Five means of two: ½·(b + d)/2 + ½·(¾·c + ¼·(a + e)/2), a quarter of a unit too high in the
    /// mean for each of them.
    #[inline(always)]
    fn binomial([a, b, c, d, e]: [Self; 5]) -> Self {
        mean(mean(b, d), mean(mean(mean(a, e), c), c))
    }

    #[inline(always)]
    fn luma([red, green, blue]: [Self; 3]) -> Self {
        // 0.7152 of 65,536 is beyond 16 bits with a sign.
        let green = (green >> 1).plus(green.share(0.7152 - 0.5));
        red.share(0.2126).plus(green).plus(blue.share(0.0722)).max(0)
    }
}

/// The upper half of the product: one instruction for a vector (the compiler does not find the one
/// that rounds: 0.26 instead of 0.07 ns for the luma of a pixel).
#[inline(always)]
pub(super) fn high_half(a: i16, b: i16) -> i16 {
    ((i32::from(a) * i32::from(b)) >> 16) as i16
}

/// (a + b + 1)/2 of two that are not negative; written like this it is one instruction for a vector.
#[inline(always)]
fn mean(a: i16, b: i16) -> i16 {
    let (a, b) = (a as u16, b as u16);
    (a | b).wrapping_sub((a ^ b) >> 1) as i16
}

/// Levels.
impl Lane for f32 {
    const UNIT: f32 = 1.0;
    const UNIT_ROOT: f32 = 1.0;
    const RAISE: f32 = 0.0;

    #[inline(always)]
    fn from_raised(number: f32) -> Self {
        number
    }

    #[inline(always)]
    fn from_f32(units: f32) -> Self {
        units
    }

    #[inline(always)]
    fn to_f32(self) -> f32 {
        self
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        self + other
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        self - other
    }

    #[inline(always)]
    fn greater(self, other: Self) -> Self {
        greater(self, other)
    }

    #[inline(always)]
    fn lesser(self, other: Self) -> Self {
        lesser(self, other)
    }

    #[inline(always)]
    fn share(self, share: f32) -> Self {
        self * share
    }

    #[inline(always)]
    fn of_share(share: f32) -> Self {
        share
    }

    #[inline(always)]
    fn times(self, share: Self) -> Self {
        self * share
    }

    #[inline(always)]
    fn binomial([a, b, c, d, e]: [Self; 5]) -> Self {
        ((a + e) + 4.0 * (b + d) + 6.0 * c) * (1.0 / 16.0)
    }

    #[inline(always)]
    fn luma([red, green, blue]: [Self; 3]) -> Self {
        luma(red, green, blue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_fourths_are_the_floats_to_a_fraction_of_the_dither() {
        let levels = [0.0, 0.3, 1.0, 17.25, 128.0, 200.9, 255.0, 268.0];
        let lane = |v: f32| <i16 as Lane>::from_f32(v * 64.0);
        for (i, &a) in levels.iter().enumerate() {
            for (j, &b) in levels.iter().enumerate() {
                let c = levels[(i + j) % levels.len()];
                let near = |exact: f32, lane: i16| {
                    let error = lane.to_f32() / 64.0 - exact;
                    assert!(error.abs() < 0.05, "{a} {b} {c}: {exact} is off by {error}");
                };
                near(luma(a, b, c), Lane::luma([a, b, c].map(lane)));
                let five = [a, b, c, b, c];
                near(Lane::binomial(five), Lane::binomial(five.map(lane)));
                near((a - b).share(0.1), lane(a).minus(lane(b)).share(0.1));
                near(a, Lane::from_raised(a * 64.0 + i16::RAISE));
            }
        }
    }

    #[test]
    fn out_of_range_is_clamped() {
        assert_eq!(<i16 as Lane>::from_f32(40_000.0), i16::MAX);
        assert_eq!(<i16 as Lane>::from_f32(-40_000.0), i16::MIN);
        assert_eq!(<i16 as Lane>::from_f32(-2.6), -3);
    }
}

//! A border river seen through a long lens: reeds, water, a far bank with rows of identical houses, hills.
//!
//! Every pixel has a radiance J (encoded red, green, blue in 0..1, as the develop stages see it) and
//! a distance d in metres. Haze is added after Koschmieder (*Theorie der horizontalen
//! Sichtweite*, 1924): `I = J·t + A·(1 − t)`, `t = exp(−β·d)`. The drawing depends only on its
//! size: everything that looks random is an integer hash.
//!
//! Positions are in picture heights: y from 0 (top) to 1, x from 0 to the aspect ratio. Colours
//! and outlines were chosen by eye.

use image::{ImageBuffer, Luma, RgbImage};

/// Encoded red, green and blue in 0..1.
type Colour = [f32; 3];

/// A point of the scene: radiance and distance in metres.
type Point = (Colour, f32);

/// Haze that lies over the scene.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Haze {
    /// Extinction β per kilometre.
    pub(crate) beta_per_km: f32,
    /// Airlight A, encoded, 0..1.
    pub(crate) airlight: Colour,
    /// Standard deviation of the camera's noise, share of the greatest sample.
    pub(crate) noise_sigma: f32,
}

/// The scene itself, without air.
#[derive(Debug)]
pub(crate) struct Scene {
    width: u32,
    height: u32,
    points: Vec<Point>,
}

/// Samples per pixel, across and down.
const SUBPIXELS: u32 = 2;

impl Scene {
    /// Draws the scene.
    pub(crate) fn draw(width: u32, height: u32) -> Self {
        let scale = 1.0 / (height * SUBPIXELS) as f32;
        let pixel = |x: u32, y: u32| {
            let (mut colour, mut distance) = ([0.0; 3], 0.0);
            for i in 0..SUBPIXELS * SUBPIXELS {
                let (dx, dy) = (i % SUBPIXELS, i / SUBPIXELS);
                let at = |v: u32, d: u32| ((v * SUBPIXELS + d) as f32 + 0.5) * scale;
                let (c, d) = point(at(x, dx), at(y, dy));
                colour = zip(colour, c, |sum, c| sum + c);
                distance += d;
            }
            let count = (SUBPIXELS * SUBPIXELS) as f32;
            (colour.map(|sum| (sum / count).clamp(0.0, 1.0)), distance / count)
        };
        let points = (0..height).flat_map(|y| (0..width).map(move |x| pixel(x, y))).collect();
        Self { width, height, points }
    }

    /// The frame that a noiseless camera would take without air.
    pub(crate) fn clear(&self) -> RgbImage {
        self.frame(|_, (colour, _)| colour)
    }

    /// The frame that is taken through this haze.
    pub(crate) fn hazy(&self, haze: &Haze) -> RgbImage {
        self.frame(|i, (colour, distance)| {
            let t = (-haze.beta_per_km * distance / 1000.0).exp();
            let seen = zip(colour, haze.airlight, |j, a| j * t + a * (1.0 - t));
            let mut channel = 0;
            seen.map(|value| {
                channel += 1;
                value + haze.noise_sigma * normal(i as u32, channel)
            })
        })
    }

    /// Distances: a sample of 1 is a metre; the sky is where [`SKY_M`] says.
    pub(crate) fn depth(&self) -> ImageBuffer<Luma<u16>, Vec<u16>> {
        let metres = self.points.iter().map(|&(_, distance)| distance.round() as u16).collect();
        #[allow(clippy::expect_used, reason = "one sample a pixel, whatever the size")]
        ImageBuffer::from_raw(self.width, self.height, metres).expect("as many samples as pixels")
    }

    fn frame(&self, seen: impl Fn(usize, Point) -> Colour) -> RgbImage {
        RgbImage::from_fn(self.width, self.height, |x, y| {
            let i = (y * self.width + x) as usize;
            image::Rgb(seen(i, self.points[i]).map(|v| (v.clamp(0.0, 1.0) * 255.0).round() as u8))
        })
    }
}

/// Where the air ends, metres.
pub(crate) const SKY_M: f32 = 40_000.0;
/// The line between far bank and river.
const WATERLINE: f32 = 0.735;
/// Far and near end of the river, metres.
const RIVER_M: (f32, f32) = (900.0, 150.0);

/// What is seen at a place, the nearest first.
fn point(x: f32, y: f32) -> Point {
    reeds(x, y)
        .or_else(|| near_bank(x, y))
        .unwrap_or_else(|| if y > WATERLINE { river(x, y) } else { far_side(x, y) })
}

/// The far bank and what is behind it.
fn far_side(x: f32, y: f32) -> Point {
    embankment(x, y)
        .or_else(|| trees(x, y))
        .or_else(|| houses(x, y))
        .or_else(|| fields(x, y))
        .or_else(|| hills(x, y))
        .unwrap_or_else(|| sky(x, y))
}

fn sky(x: f32, y: f32) -> Point {
    let cloud = smooth(0.5, 0.8, clouds(x * 1.3 + 3.0, y * 7.0));
    let blue = mix([0.56, 0.70, 0.86], [0.86, 0.89, 0.91], smooth(-0.05, 0.42, y));
    (mix(blue, [0.91, 0.92, 0.93], 0.5 * cloud), SKY_M)
}

fn clouds(x: f32, y: f32) -> f32 {
    fractal(x, y, 5, 91)
}

/// A chain of hills: how far, how high in the picture, how rough, and its colour.
struct Ridge {
    distance_m: f32,
    crest: f32,
    relief: f32,
    waves: f32,
    colour: Colour,
}

const RIDGES: [Ridge; 4] = [
    Ridge {
        distance_m: 3_200.0,
        crest: 0.535,
        relief: 0.12,
        waves: 2.3,
        colour: [0.37, 0.36, 0.22],
    },
    Ridge {
        distance_m: 5_500.0,
        crest: 0.440,
        relief: 0.16,
        waves: 2.0,
        colour: [0.40, 0.37, 0.25],
    },
    Ridge {
        distance_m: 9_000.0,
        crest: 0.365,
        relief: 0.20,
        waves: 1.6,
        colour: [0.39, 0.38, 0.30],
    },
    Ridge {
        distance_m: 14_000.0,
        crest: 0.270,
        relief: 0.22,
        waves: 1.3,
        colour: [0.40, 0.41, 0.38],
    },
];

fn hills(x: f32, y: f32) -> Option<Point> {
    (0_u32..).zip(&RIDGES).find_map(|(i, ridge)| {
        let crest =
            |x: f32| ridge.crest - ridge.relief * (fractal(x * ridge.waves + 7.3, 0.5, 6, i) - 0.5);
        let below = y - crest(x);
        (below > 0.0).then(|| {
            // Gullies run down the slope; the light comes from the left.
            let gullies = |x: f32| {
                let drift = 1.4 * fractal(x * 3.0, y * 5.0, 3, 20 + i);
                fractal((x + 0.22 * drift * below) * 17.0, below * 6.0 + 3.0 * drift, 5, 30 + i)
            };
            let slope =
                (gullies(x + 0.004) - gullies(x)) * 3.2 + (crest(x + 0.01) - crest(x)) * 4.0;
            let wood = smooth(0.47, 0.56, fractal(x * 9.0, y * 14.0, 5, 40 + i));
            let ground = mix(ridge.colour, [0.20, 0.24, 0.15], 0.75 * wood);
            let grain = 0.94 + 0.12 * fractal(x * 160.0, y * 200.0, 2, 50 + i);
            let light = (1.0 + slope).clamp(0.52, 1.4) * grain;
            // A ridge comes a little nearer towards its foot.
            (ground.map(|c| c * light), ridge.distance_m * (1.0 - 0.8 * below))
        })
    })
}

/// Fields of the far bank in strips, rising from the river.
const FIELDS_TOP: f32 = 0.585;

/// Distance of the far bank's ground, metres.
fn bank_m(y: f32) -> f32 {
    let share = ((WATERLINE - y) / (WATERLINE - FIELDS_TOP)).clamp(0.0, 1.0);
    RIVER_M.0 + 40.0 + 1_400.0 * share * share
}

fn fields(x: f32, y: f32) -> Option<Point> {
    let top = FIELDS_TOP + 0.02 * (fractal(x * 3.0, 0.0, 4, 61) - 0.5);
    (y > top).then(|| {
        let rise = (y - top) / (WATERLINE - top);
        let strip = (rise.sqrt() * 13.0 + 0.8 * fractal(x * 2.0, y, 2, 62)).floor();
        let lot = (x * 3.5 + strip * 0.37).floor();
        let tone = hash(strip as u32, lot as u32, 63);
        let soil = mix([0.52, 0.42, 0.27], [0.48, 0.50, 0.24], tone);
        let furrows = 0.92 + 0.16 * fractal(x * 14.0, y * 420.0, 2, 64);
        (soil.map(|c| c * furrows), bank_m(y))
    })
}

/// A row of identical houses: where its ground is, how high they are, where they begin and end.
struct Row {
    ground: f32,
    high: f32,
    from: f32,
    to: f32,
}

const ROWS: [Row; 5] = [
    Row { ground: 0.713, high: 0.040, from: 0.10, to: 1.33 },
    Row { ground: 0.679, high: 0.034, from: 0.05, to: 1.20 },
    Row { ground: 0.651, high: 0.029, from: 0.18, to: 1.42 },
    Row { ground: 0.627, high: 0.025, from: 0.30, to: 1.28 },
    Row { ground: 0.607, high: 0.021, from: 0.42, to: 1.10 },
];

fn houses(x: f32, y: f32) -> Option<Point> {
    (0_u32..).zip(&ROWS).find_map(|(i, row)| {
        let up = (row.ground - y) / row.high;
        let along = (x - row.from) / (1.75 * row.high);
        let number = along.floor();
        let houses = ((row.to - row.from) / (1.75 * row.high)).floor();
        let inside = (0.0..1.0).contains(&up) && (0.0..houses).contains(&number);
        // A gap in the row now and then: a path, a yard.
        (inside && hash(number as u32, i, 70) > 0.07)
            .then(|| house(along - number, up, hash(number as u32, i, 71)))
            .flatten()
            .map(|colour| (colour, bank_m(row.ground)))
    })
}

/// One house: `along` and `up` from 0 to 1, `tone` its own shade.
fn house(along: f32, up: f32, tone: f32) -> Option<Colour> {
    let (left, right, eaves, ridge) = (0.06, 0.90, 0.54, 0.93);
    let white = mix([0.87, 0.86, 0.82], [0.94, 0.93, 0.91], tone);
    let near = |middle: f32, half: f32| (along - middle).abs() < half;
    if up > eaves {
        // A hipped roof that overhangs the walls, tiles in courses.
        let lean = 0.16 * (up - eaves) / (ridge - eaves);
        let roof = up < ridge && along > left - 0.04 + lean && along < right + 0.04 - lean;
        let course = if (up * 26.0).fract() < 0.3 { 0.86 } else { 1.0 };
        let tiles = mix([0.34, 0.37, 0.42], [0.50, 0.33, 0.27], smooth(0.78, 0.82, tone));
        return roof.then(|| tiles.map(|c| c * course));
    }
    (along > left && along < right).then(|| {
        let opening = |middle: f32| near(middle, 0.075) && (0.20..0.42).contains(&up);
        let frame = |middle: f32| near(middle, 0.012) || (up - 0.32).abs() < 0.012;
        let shade = if up > eaves - 0.07 { 0.70 } else { 1.0 };
        match () {
            () if near(0.48, 0.055) && up < 0.40 => [0.30, 0.36, 0.42],
            () if opening(0.22) && !frame(0.22) => [0.16, 0.20, 0.25],
            () if opening(0.74) && !frame(0.74) => [0.16, 0.20, 0.25],
            () if up < 0.07 => white.map(|c| c * 0.62),
            () => white.map(|c| c * shade),
        }
    })
}

/// Poplars between the houses and along the water, bare.
fn trees(x: f32, y: f32) -> Option<Point> {
    [(0.722, 0.060, 46.0, 0.42), (0.664, 0.040, 52.0, 0.22)].into_iter().enumerate().find_map(
        |(i, (ground, high, per_height, share))| {
            let cell = (x * per_height).floor();
            let seed = |n: u32| hash(cell as u32, i as u32, 80 + n);
            let middle = (cell + 0.3 + 0.4 * seed(0)) / per_height;
            let up = (ground - y) / (high * (0.6 + 0.4 * seed(1)));
            let wide = 0.16 * high * (1.0 - up) * (0.3 + up.min(0.35) * 2.0);
            let twigs = || fractal(x * 420.0, y * 260.0, 2, 83) > 0.44;
            let crown = (x - middle).abs() < wide && up > 0.12 && twigs();
            let trunk = (x - middle).abs() < 0.018 * high && up < 0.6;
            let there = (0.0..1.0).contains(&up) && seed(2) < share && (crown || trunk);
            let bark = mix([0.26, 0.22, 0.16], [0.36, 0.30, 0.20], seed(3));
            there.then(|| (bark, bank_m(ground)))
        },
    )
}

/// The wall of stone along the far bank.
fn embankment(x: f32, y: f32) -> Option<Point> {
    if y < WATERLINE - 0.02 {
        return None;
    }
    let top = WATERLINE - 0.012 - 0.002 * fractal(x * 9.0, 0.0, 3, 85);
    (y > top).then(|| {
        let stones = 0.75 + 0.5 * fractal(x * 150.0, y * 220.0, 3, 86);
        ([0.47, 0.45, 0.41].map(|c| c * stones), RIVER_M.0 + 10.0)
    })
}

/// The river: the far bank upside down in it, broken by ripples, and its own green.
fn river(x: f32, y: f32) -> Point {
    let down = (y - WATERLINE) / (1.0 - WATERLINE);
    let distance = 1.0 / (1.0 / RIVER_M.0 + down * (1.0 / RIVER_M.1 - 1.0 / RIVER_M.0));
    let ripple = fractal(x * 14.0 + 5.0, distance * 0.11, 4, 87) - 0.5;
    let fine = fractal(x * 60.0, distance * 0.6, 3, 88) - 0.5;
    let mirrored = WATERLINE - 0.9 * (y - WATERLINE) + (0.05 * ripple + 0.03 * fine) * down.sqrt();
    let image = far_side(x + 0.004 * fine, mirrored.clamp(0.0, WATERLINE - 0.001)).0;
    let water = [0.27, 0.36, 0.36].map(|c| c * (1.0 + 0.9 * fine + 0.4 * ripple));
    (mix(image.map(|c| c * 0.9), water, 0.50 + 0.28 * down.sqrt()), distance)
}

/// The bank on this side, dark, its edge uneven.
fn near_bank(x: f32, y: f32) -> Option<Point> {
    if y < 0.9 {
        return None;
    }
    let edge = 0.955 - 0.05 * (fractal(x * 2.1, 0.0, 5, 89) - 0.5);
    (y > edge).then(|| {
        let grass = fractal(x * 90.0, y * 40.0, 3, 90);
        (mix([0.10, 0.10, 0.06], [0.26, 0.23, 0.12], grass), 60.0)
    })
}

/// Reeds on this side, three ranks, the near ones longer and darker.
fn reeds(x: f32, y: f32) -> Option<Point> {
    if y < WATERLINE {
        return None;
    }
    (0..3_u32).find_map(|rank| {
        let per_height = 34.0 + 16.0 * rank as f32;
        (-2..=2).find_map(|neighbour| reed(x, y, (x * per_height).floor() + neighbour as f32, rank))
    })
}

fn reed(x: f32, y: f32, cell: f32, rank: u32) -> Option<Point> {
    let per_height = 34.0 + 16.0 * rank as f32;
    let seed = |n: u32| hash((cell + 64.0) as u32, rank, 92 + n);
    // They stand in clumps.
    let clump = smooth(0.44, 0.62, fractal(cell / per_height * 2.6 + 11.0, 0.0, 3, 99));
    let long = (0.10 + 0.12 * seed(0)) * (0.25 + 0.75 * clump) * (1.0 - 0.18 * rank as f32);
    let up = (1.0 - 0.015 * rank as f32 - y) / long;
    let root = (cell + seed(1)) / per_height;
    let bend = (seed(2) - 0.35) * 0.30 * long * up * up;
    let stalk = 0.0011 * (1.25 - up);
    let head = ((1.0 - up) * (up - 0.78)).max(0.0).sqrt() * 0.022;
    let there = (0.0..1.0).contains(&up) && (x - root - bend).abs() < stalk.max(head);
    let straw = mix([0.22, 0.17, 0.09], [0.50, 0.40, 0.22], seed(3) * (0.4 + 0.3 * rank as f32));
    there.then_some((straw, 45.0))
}

fn zip(a: Colour, b: Colour, f: impl Fn(f32, f32) -> f32) -> Colour {
    [f(a[0], b[0]), f(a[1], b[1]), f(a[2], b[2])]
}

fn mix(a: Colour, b: Colour, share: f32) -> Colour {
    zip(a, b, |a, b| a + (b - a) * share)
}

/// 0 below `low`, 1 above `high`, smooth between (Hermite).
fn smooth(low: f32, high: f32, value: f32) -> f32 {
    let t = ((value - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// A number in 0..1 that belongs to these three (the mixing steps of MurmurHash3, Appleby 2011).
fn hash(x: u32, y: u32, seed: u32) -> f32 {
    let mut h =
        x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77) ^ seed.wrapping_mul(0xC2B2_AE3D);
    h = (h ^ (h >> 16)).wrapping_mul(0x85EB_CA6B);
    h = (h ^ (h >> 13)).wrapping_mul(0xC2B2_AE35);
    ((h ^ (h >> 16)) >> 8) as f32 / (1 << 24) as f32
}

/// Smooth noise in 0..1 with a lattice of 1, for coordinates above −4096.
fn noise(x: f32, y: f32, seed: u32) -> f32 {
    let (left, top) = (x.floor(), y.floor());
    let (dx, dy) = (smooth(0.0, 1.0, x - left), smooth(0.0, 1.0, y - top));
    let corner = |i: f32, j: f32| hash((left + i + 4096.0) as u32, (top + j + 4096.0) as u32, seed);
    let row = |j: f32| corner(0.0, j) + (corner(1.0, j) - corner(0.0, j)) * dx;
    row(0.0) + (row(1.0) - row(0.0)) * dy
}

/// Octaves of noise, each twice as fine and half as strong; in 0..1.
fn fractal(x: f32, y: f32, octaves: u32, seed: u32) -> f32 {
    let (mut sum, mut weights, mut scale, mut weight) = (0.0, 0.0, 1.0, 1.0);
    for octave in 0..octaves {
        sum += weight * noise(x * scale, y * scale, seed * 16 + octave);
        weights += weight;
        scale *= 2.0;
        weight *= 0.5;
    }
    sum / weights
}

/// A nearly normal number, variance 1: the sum of twelve even ones (Irwin and Hall, 1927).
fn normal(i: u32, channel: u32) -> f32 {
    (0..12).map(|n| hash(i, channel, 1_000 + n)).sum::<f32>() - 6.0
}

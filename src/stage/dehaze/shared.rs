//! What frames of one scene share: every value that the survey reads off a frame as a whole.
//!
//! A boat that enters the frame moves all of them a little, and with them every pixel. Frames of one scene
//! take the same values; their depth maps stay their own, and go by these values too.
//!
//! Values count in sRGB, as the survey sees colours, whatever the profile of the frame.

use serde::{Deserialize, Serialize};

use super::survey::Survey;
use super::tone::{Brightness, STEPS};
use crate::error::{Error, ErrorKind};
use crate::frame::{encoded, linear};

/// The haze that frames of a scene have in common. As JSON or TOML it is read back to the bit, and checked.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct SharedHaze {
    /// Airlight: encoded red, green and blue, 1/255 to 1.
    pub airlight: [f32; 3],
    /// Wavelength exponent of the optical depth, 0 (grey) to 2.
    pub exponent: f32,
    /// What `auto` takes out: the factor on the optical depth, 0 to 1.6.
    pub strength: f32,
    /// Luma of what is white, 0.2 to 1: a sky is bright beside it.
    pub sky_white: f32,
    /// How bright the dehazed frames are.
    pub brightness: Brightness,
}

/// Least and greatest values.
const AIRLIGHT: (f32, f32) = (1.0 / 255.0, 1.0);
const EXPONENT: (f32, f32) = (0.0, 2.0);
const STRENGTH: (f32, f32) = (0.0, 1.6);
const SKY_WHITE: (f32, f32) = (0.2, 1.0);
const WHITE: (f32, f32) = (0.01, 1.0);
/// Of dehazed luma, which may lie a little beyond black and white.
const LUMA: (f32, f32) = (-1.0, 2.0);
/// How many numbers a scene has.
pub const NUMBERS: usize = 6 + 3 * STEPS;
/// Exponent and strength, the numbers that are no light.
const NO_LIGHT: std::ops::Range<usize> = 3..5;
/// The first of the numbers that are light squared.
const SQUARES: usize = NUMBERS - STEPS;
/// Least light whose logarithm is taken: beyond black.
const LEAST_LIGHT: f64 = 1e-4;

impl Survey {
    /// What this frame would share with others of its scene; of a picture in sRGB.
    #[must_use]
    pub fn shared(&self) -> SharedHaze {
        let haze = &self.haze;
        SharedHaze {
            airlight: haze.airlight,
            exponent: haze.exponent,
            strength: haze.auto_strength,
            sky_white: self.sky_white,
            brightness: haze.brightness,
        }
    }
}

impl SharedHaze {
    /// Whether a number of [`SharedHaze::stops`] is light, which goes with the exposure.
    #[must_use]
    pub fn is_light(number: usize) -> bool {
        !NO_LIGHT.contains(&number)
    }

    /// All values in a fixed order: light as log₂ of what it is before it is encoded, others as they are.
    #[must_use]
    pub fn stops(&self) -> [f64; NUMBERS] {
        let numbers = self.numbers().map(f64::from);
        std::array::from_fn(|i| match numbers[i] {
            value if !Self::is_light(i) => value,
            value if i < SQUARES => linear(value).max(LEAST_LIGHT).log2(),
            value => linear(value.max(0.0).sqrt()).max(LEAST_LIGHT).log2(),
        })
    }

    /// The way back from [`SharedHaze::stops`]; what is brighter than white is white.
    #[must_use]
    pub fn of_stops(stops: &[f64; NUMBERS]) -> Self {
        let light = |stops: f64| encoded(stops.exp2());
        Self::from_numbers(&std::array::from_fn(|i| match stops[i] {
            value if !Self::is_light(i) => value as f32,
            value if i < SQUARES => light(value) as f32,
            value => light(value).powi(2) as f32,
        }))
    }

    /// All values, in a fixed order.
    fn numbers(&self) -> [f32; NUMBERS] {
        let [red, green, blue] = self.airlight;
        let Brightness { white, mean, square } = &self.brightness;
        let single = [red, green, blue, self.exponent, self.strength, self.sky_white];
        let mut all = single.iter().chain(white).chain(mean).chain(square);
        std::array::from_fn(|_| all.next().copied().unwrap_or_default())
    }

    /// The way back from [`SharedHaze::numbers`], each value kept to its range.
    fn from_numbers(numbers: &[f32; NUMBERS]) -> Self {
        let mut all = numbers.iter().copied();
        let mut next = |(least, greatest): (f32, f32)| {
            // As many as there are.
            all.next().unwrap_or_default().clamp(least, greatest)
        };
        Self {
            airlight: std::array::from_fn(|_| next(AIRLIGHT)),
            exponent: next(EXPONENT),
            strength: next(STRENGTH),
            sky_white: next(SKY_WHITE),
            brightness: Brightness {
                white: std::array::from_fn(|_| next(WHITE)),
                mean: std::array::from_fn(|_| next(LUMA)),
                square: std::array::from_fn(|_| next(LUMA)),
            },
        }
    }
}

/// The values as they were read.
#[derive(Deserialize)]
struct Unchecked {
    airlight: [f32; 3],
    exponent: f32,
    strength: f32,
    sky_white: f32,
    brightness: Brightness,
}

impl TryFrom<Unchecked> for SharedHaze {
    type Error = Error;

    fn try_from(read: Unchecked) -> Result<Self, Error> {
        let Unchecked { airlight, exponent, strength, sky_white, brightness } = read;
        let shared = Self { airlight, exponent, strength, sky_white, brightness };
        let numbers = shared.numbers();
        if Self::from_numbers(&numbers).numbers() == numbers {
            return Ok(shared);
        }
        let ranges = [
            ("airlight", airlight.as_slice(), AIRLIGHT),
            ("exponent", &[exponent], EXPONENT),
            ("strength", &[strength], STRENGTH),
            ("sky_white", &[sky_white], SKY_WHITE),
            ("white", &brightness.white, WHITE),
            ("mean", &brightness.mean, LUMA),
            ("square", &brightness.square, LUMA),
        ];
        let is_out = |values: &[f32], (least, greatest): (f32, f32)| {
            values.iter().any(|v| !(least..=greatest).contains(v))
        };
        let out = ranges.into_iter().find(|(_, values, range)| is_out(values, *range));
        let (name, _, (least, greatest)) = out.unwrap_or(("haze", &[], LUMA));
        Err(Error::new(ErrorKind::Usage, format!("{name} of the haze is out of range"))
            .with_hint(format!("use numbers from {least} to {greatest}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(salt: u32) -> SharedHaze {
        let mut seed = salt;
        let numbers = std::array::from_fn(|_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as f32 / 16_777_216.0
        });
        SharedHaze::from_numbers(&numbers)
    }

    #[test]
    fn what_is_written_is_read_back_to_the_bit() {
        for salt in 0..2000 {
            let written = serde_json::to_string(&shared(salt)).unwrap();
            let read: SharedHaze = serde_json::from_str(&written).unwrap();
            assert_eq!(read.numbers().map(f32::to_bits), shared(salt).numbers().map(f32::to_bits));
        }
    }

    #[test]
    fn stops_lead_back_and_one_more_is_twice_the_light() {
        let haze = SharedHaze { airlight: [0.5, 0.6, 0.7], ..shared(7) };
        let mut stops = haze.stops();
        let numbers = SharedHaze::of_stops(&stops).numbers().into_iter().zip(haze.numbers());
        assert!(numbers.clone().all(|(a, b)| (a - b).abs() < 0.01), "{numbers:?}");
        stops[0] += 1.0;
        let brighter = SharedHaze::of_stops(&stops);
        let light = |haze: &SharedHaze| linear(f64::from(haze.airlight[0]));
        assert!((light(&brighter) / light(&haze) - 2.0).abs() < 1e-3);
        assert_eq!(brighter.strength, haze.strength);
    }

    #[test]
    fn values_out_of_range_are_refused_by_name() {
        let text = |haze: SharedHaze| serde_json::to_string(&haze).unwrap();
        let read = |text: &str| serde_json::from_str::<SharedHaze>(text).map_err(|e| e.to_string());
        let wrong = text(SharedHaze { strength: 3.0, ..shared(1) });
        assert!(read(&wrong).unwrap_err().contains("strength"), "{wrong}");
        let wrong = text(SharedHaze { airlight: [0.5, 0.0, 0.5], ..shared(1) });
        assert!(read(&wrong).unwrap_err().contains("airlight"), "{wrong}");
        let wrong = text(SharedHaze { sky_white: f32::NAN, ..shared(1) });
        assert!(read(&wrong).is_err(), "{wrong}");
    }
}

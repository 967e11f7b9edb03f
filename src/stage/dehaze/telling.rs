//! What `auto` saw, in a photographer's words.

use std::fmt;

use super::Haze;

/// A score below this means no haze, as far as anyone can tell: the amount is below 10.
const NONE: f32 = 0.2;
/// Mean veil of a third of the frame from which on it is hazy.
const HAZY: f32 = 0.3;
/// Mean veil of the hazy part up to which haze is light, and up to which it is moderate.
const LIGHT: f32 = 0.4;
const MODERATE: f32 = 0.6;
/// Blue over red of the airlight: below the first haze is brown, below the second yellowish, above the
/// third bluish.
const BROWN: f32 = 0.6;
const YELLOWISH: f32 = 0.88;
const BLUISH: f32 = 1.08;
/// Wavelength exponent from which on grey haze is bluish before what is far.
const BLUE_BEFORE: f32 = 0.5;
/// Share of the frame from which on a sky is worth a word.
const SKY: f32 = 0.05;

impl fmt::Display for Haze {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let evidence = &self.evidence;
        if evidence.score() < NONE {
            return f.write_str("no haze to speak of");
        }
        let [far, middle, near] = evidence.thirds;
        let (place, veil) = if near >= HAZY && middle >= HAZY {
            ("everywhere", (far + middle + near) / 3.0)
        } else if middle >= HAZY {
            ("in the far two thirds", (far + middle) / 2.0)
        } else {
            ("in the far third", far)
        };
        let strength = match veil {
            veil if veil < LIGHT => "light",
            veil if veil < MODERATE => "moderate",
            _ => "dense",
        };
        let [red, _, blue] = self.airlight;
        let colour = match blue / red.max(1e-3) {
            ratio if ratio < BROWN => "brown",
            ratio if ratio < YELLOWISH => "yellowish",
            ratio if ratio > BLUISH || self.exponent > BLUE_BEFORE => "bluish",
            _ => "grey",
        };
        write!(f, "haze {place}, {strength}, {colour}")?;
        if evidence.sky > SKY {
            f.write_str("; sky left alone")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::evidence::Evidence;
    use super::super::{Brightness, survey};
    use super::*;
    use crate::filter::SmallPicture;
    use crate::frame::{Plane, Size};

    fn haze(airlight: [f32; 3], thirds: [f32; 3], sky: f32) -> Haze {
        let grey = Plane::filled(Size::new(8, 8), 0.5);
        let brightness: Brightness =
            survey(&SmallPicture::of([grey.clone(), grey.clone(), grey])).haze.brightness;
        // What the gate takes for haze without doubt.
        let evidence = Evidence {
            veil_by_sky: 0.8,
            luma_spread: 0.1,
            sharp: 0.1,
            thirds,
            sky,
            ..Evidence::default()
        };
        Haze { airlight, exponent: 0.0, auto_strength: 1.0, brightness, evidence }
    }

    #[test]
    fn where_how_much_and_of_what_colour() {
        let told = haze([0.8, 0.82, 0.85], [0.5, 0.2, 0.1], 0.3).to_string();
        assert_eq!(told, "haze in the far third, moderate, grey; sky left alone");
        let told = haze([0.8, 0.6, 0.4], [0.8, 0.7, 0.5], 0.0).to_string();
        assert_eq!(told, "haze everywhere, dense, brown");
        let told = haze([0.7, 0.75, 0.85], [0.4, 0.35, 0.1], 0.0).to_string();
        assert_eq!(told, "haze in the far two thirds, light, bluish");
    }
}

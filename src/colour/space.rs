//! A profile as a colour space, if it consists of a curve and three primaries.

use moxcms::{ColorProfile, DataColorSpace, Matrix3d, ToneReprCurve};

use super::profile::read;
use crate::frame::{Curve, Space};

/// How far a table may lie from a curve, of 1: less than a tenth of a level of 8 bits.
const TOLERANCE: f32 = 0.0003;
/// Powers that profiles have as tables: of ProPhoto, Adobe RGB (563/256) and the round ones.
const POWERS: [f32; 5] = [1.0, 1.8, 563.0 / 256.0, 2.2, 2.4];
/// A gamma in a table of one value counts in 256ths.
const GAMMA_UNIT: f32 = 256.0;

/// The space of an RGB profile that is made of one curve and of primaries; `None` for any other.
#[must_use]
pub fn space_of(profile: &[u8]) -> Option<Space> {
    let profile = read(profile).ok()?;
    if profile.color_space != DataColorSpace::Rgb || !profile.is_matrix_shaper() {
        return None;
    }
    let curves = [&profile.red_trc, &profile.green_trc, &profile.blue_trc];
    let [red, green, blue] = curves.map(|curve| curve.as_ref().and_then(curve_of));
    let curve = red.filter(|red| Some(*red) == green && Some(*red) == blue)?;
    let srgb = ColorProfile::new_srgb();
    let numbers = |m: Matrix3d| m.v.map(|row| row.map(|n| n as f32));
    let space = Space {
        curve,
        to_srgb: numbers(profile.transform_matrix(&srgb)),
        from_srgb: numbers(srgb.transform_matrix(&profile)),
    };
    let all = [space.to_srgb, space.from_srgb];
    all.as_flattened().as_flattened().iter().all(|n| n.is_finite()).then_some(space)
}

fn curve_of(curve: &ToneReprCurve) -> Option<Curve> {
    let found = match curve {
        ToneReprCurve::Parametric(numbers) => match numbers[..] {
            [exponent] => Curve::power(exponent),
            [exponent, scale, offset, toe, toe_end]
            | [exponent, scale, offset, toe, toe_end, 0.0, 0.0] => {
                Curve { exponent, scale, offset, toe, toe_end }
            }
            _ => return None,
        },
        ToneReprCurve::Lut(table) => match table[..] {
            [] => Curve::power(1.0),
            [gamma] => Curve::power(f32::from(gamma) / GAMMA_UNIT),
            _ => of_table(table)?,
        },
    };
    // What is raised to a power by the dehaze has to stay within bounds.
    let is_usable = (0.9..=3.0).contains(&found.exponent) && found.scale > 0.0 && found.toe >= 0.0;
    (is_usable && (found.toe_end <= 0.0 || found.toe > 0.0)).then_some(found)
}

/// The curve that a table is of.
fn of_table(table: &[u16]) -> Option<Curve> {
    let last = (table.len() - 1) as f32;
    let is = |curve: &Curve| {
        table.iter().enumerate().all(|(i, &value)| {
            (curve.light(i as f32 / last) - f32::from(value) / f32::from(u16::MAX)).abs()
                < TOLERANCE
        })
    };
    [Curve::SRGB].into_iter().chain(POWERS.map(Curve::power)).find(is)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_profiles_are_curves_and_primaries() {
        for (profile, exponent) in [
            (ColorProfile::new_display_p3(), 2.4),
            (ColorProfile::new_adobe_rgb(), 2.2),
            (ColorProfile::new_pro_photo_rgb(), 1.8),
        ] {
            let space = space_of(&profile.encode().unwrap()).unwrap();
            assert!((space.curve.exponent - exponent).abs() < 0.01, "{space:?}");
            for row in 0..3 {
                for column in 0..3 {
                    let product: f32 =
                        (0..3).map(|i| space.to_srgb[row][i] * space.from_srgb[i][column]).sum();
                    let right = if row == column { 1.0 } else { 0.0 };
                    assert!((product - right).abs() < 1e-3, "{space:?}");
                }
                // White stays white.
                assert!((space.to_srgb[row].iter().sum::<f32>() - 1.0).abs() < 2e-3, "{space:?}");
            }
        }
        let mut table = ColorProfile::new_srgb();
        let curve = (0..1024).map(|i| (Curve::SRGB.light(i as f32 / 1023.0) * 65_535.0) as u16);
        let curve = Some(ToneReprCurve::Lut(curve.collect()));
        (table.red_trc, table.green_trc) = (curve.clone(), curve.clone());
        assert!(space_of(&table.encode().unwrap()).is_none_or(|s| s.curve == Curve::SRGB));
        table.blue_trc = Some(ToneReprCurve::Lut(vec![0, 9000, 65_535]));
        assert!(space_of(&table.encode().unwrap()).is_none(), "no curve that is known");
        assert!(space_of(&ColorProfile::new_gray_with_gamma(2.2).encode().unwrap()).is_none());
    }
}

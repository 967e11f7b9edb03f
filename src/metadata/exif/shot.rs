//! What the camera notes of a shot that tells whether two frames belong together.

use jiff::civil;

use super::patch::Tiff;
use super::tags::{FRACTIONS, MAKE, MODEL, TAKEN, ZONES, text};
use super::tiff::Which;
use crate::container::tiff::table::{Table, View};
use crate::metadata::when::When;

/// Serial number of the camera's body, and its lens (EXIF 2.32, 4.6.5).
const SERIAL: u16 = 0xA431;
const LENS: u16 = 0xA434;
/// Exposure time, aperture, focal length.
const SHUTTER: u16 = 0x829A;
const APERTURE: u16 = 0x829D;
const FOCAL_LENGTH: u16 = 0x920A;
/// ISO, and the tag for values that do not fit there.
const ISO: [u16; 3] = [0x8827, 0x8833, 0x8832];

/// A shot as the camera notes it; what it does not say is `None`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shot {
    /// Make, model and serial number of the body.
    pub camera: Option<String>,
    /// Name of the lens.
    pub lens: Option<String>,
    /// Focal length in millimetres.
    pub focal_mm: Option<f32>,
    /// log₂ of t·ISO/N²: one more is twice as bright. What the lens does not say of N counts as 1.
    pub exposure_ev: Option<f32>,
    /// Milliseconds since 1970 by the camera's clock, in UTC if its zone is known.
    pub taken_ms: Option<i64>,
}

impl Shot {
    /// Of an EXIF block; one that cannot be read says nothing.
    #[must_use]
    pub fn read(block: &[u8]) -> Self {
        let Ok(tiff) = Tiff::new(block.to_vec()) else { return Self::default() };
        let view = tiff.view();
        let primary = tiff.table(Which::Primary);
        let of_camera = |tag| text(view, primary.as_ref()?, tag);
        let Some(table) = tiff.table(Which::Exif) else { return Self::default() };
        let says = |tag| text(view, &table, tag).filter(|text| !text.trim().is_empty());
        let ratio = |tag| {
            let (n, d) = view.rational(table.find(tag)?, 0)?;
            (n > 0 && d > 0).then(|| f64::from(n) / f64::from(d))
        };
        let iso = ISO.into_iter().filter_map(|tag| view.number(table.find(tag)?, 0));
        let iso = iso.filter(|&n| n != 0 && n != 65535).map(f64::from).next();
        let aperture = ratio(APERTURE).unwrap_or(1.0);
        let exposure = ratio(SHUTTER).zip(iso).map(|(t, iso)| t * iso / (aperture * aperture));
        let camera = [of_camera(MAKE), of_camera(MODEL), says(SERIAL)];
        let camera = camera.into_iter().flatten().collect::<Vec<_>>().join(" ");
        Self {
            camera: (!camera.trim().is_empty()).then_some(camera),
            lens: says(LENS),
            focal_mm: ratio(FOCAL_LENGTH).map(|mm| mm as f32),
            exposure_ev: exposure.map(|exposure| exposure.log2() as f32),
            taken_ms: taken_ms(view, &table),
        }
    }
}

/// When the shutter opened, with the fraction of the second, which has its own tag.
fn taken_ms(view: View<'_>, table: &Table) -> Option<i64> {
    let tags = TAKEN.into_iter().zip(ZONES).zip(FRACTIONS);
    tags.into_iter().find_map(|((tag, zone), fraction)| {
        let When { date, time, zone: own } = When::of_block(&text(view, table, tag)?)?;
        let zone = own.or_else(|| crate::metadata::when::Zone::read(&text(view, table, zone)?));
        let epoch = civil::date(1970, 1, 1).at(0, 0, 0, 0);
        let moment = date?.day()?.to_datetime(time?);
        let seconds = epoch.until((jiff::Unit::Second, moment)).ok()?.get_seconds();
        let minutes = zone.map_or(0, |zone| i64::from(zone.minutes()));
        let fraction = text(view, table, fraction).unwrap_or_default();
        Some((seconds - minutes * 60) * 1000 + thousandths(&fraction))
    })
}

/// Milliseconds of the digits behind the point: `5` and `50` are half a second.
fn thousandths(digits: &str) -> i64 {
    let digits = digits.trim();
    let digits = digits.get(..3).unwrap_or(digits);
    let number = digits.parse::<u32>().ok().filter(|_| digits.bytes().all(|b| b.is_ascii_digit()));
    number.map_or(0, |n| i64::from(n) * 10_i64.pow(3 - digits.len() as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_of_a_second_are_digits_behind_the_point() {
        for (digits, ms) in
            [("5", 500), ("50", 500), ("053", 53), ("12345", 123), ("", 0), ("x", 0), ("+1", 0)]
        {
            assert_eq!(thousandths(digits), ms, "{digits}");
        }
    }
}

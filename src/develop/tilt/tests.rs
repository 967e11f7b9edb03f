use image::{ImageBuffer, Luma};

use super::*;
use crate::frame::{Frame, Pixels};

fn noise(x: u32, y: u32, number: u32) -> f32 {
    let mut bits = x.wrapping_mul(0x9E37_79B9) ^ y.wrapping_mul(0x85EB_CA6B) ^ number;
    bits = (bits ^ bits >> 15).wrapping_mul(0x2C1B_3C6D);
    bits = (bits ^ bits >> 12).wrapping_mul(0x297A_2D39);
    (bits >> 8) as f32 / (1 << 24) as f32 - 0.5
}

fn drawn(width: u32, height: u32, light: impl Fn(f32, f32) -> f32, grain: f32) -> Frame {
    let picture = ImageBuffer::from_fn(width, height, |x, y| {
        let light = light(x as f32 - width as f32 / 2.0, y as f32 - height as f32 / 2.0);
        Luma([((light + grain * noise(x, y, 1)) * 255.0).clamp(0.0, 255.0) as u8])
    });
    Frame::new(Pixels::Gray8(picture))
}

/// A soft step from one light to another, some pixels wide.
fn edge(distance: f32, soft: f32, before: f32, after: f32) -> f32 {
    before + (after - before) / (1.0 + (-distance / soft).exp())
}

/// The sea below a sky, with waves.
fn sea(degrees: f32, sky: f32, soft: f32, waves: f32) -> impl Fn(f32, f32) -> f32 {
    let slope = degrees.to_radians().tan();
    move |x, y| {
        let below = y + 40.0 - slope * x;
        let wave = (0.11 * x + 0.7 * y).sin() * (0.031 * x - 0.21 * y).cos();
        edge(below, soft, sky, 0.5 + waves * wave)
    }
}

#[test]
fn a_drawn_horizon_is_found_to_a_hundredth_or_so() {
    for degrees in [-5.0, -3.3, -1.0, -0.2, 0.0, 0.4, 1.7, 2.9, 5.0] {
        for (sky, soft, waves, grain) in
            [(0.8, 0.6, 0.0, 0.0), (0.75, 1.0, 0.06, 0.1), (0.58, 0.8, 0.02, 0.05)]
        {
            let frame = drawn(900, 600, sea(degrees, sky, soft, waves), grain);
            let found = tilt(&frame).unwrap_or_else(|| panic!("{degrees}, {sky}: nothing found"));
            assert_eq!(found.by, TiltedBy::Horizon);
            let off = (found.degrees - f64::from(degrees)).abs();
            assert!(off < 0.05, "{degrees}, {sky}: {found:?}");
            assert!(found.confidence > 0.75, "{degrees}, {sky}: {found:?}");
        }
    }
}

#[test]
fn an_island_and_boats_before_the_horizon_do_not_hide_it() {
    for degrees in [-4.1, -0.7, 2.2, 5.0] {
        let sea = sea(degrees, 0.75, 0.8, 0.03);
        let view = |x: f32, y: f32| {
            let above = -(y + 40.0);
            let island = (x + 180.0).abs() < 150.0 && above < 70.0 + 20.0 * (0.05 * x).sin();
            let boat = (x - 240.0).abs() < 14.0 && above < 25.0;
            if (island || boat) && above > -25.0 { 0.35 } else { sea(x, y) }
        };
        let found = tilt(&drawn(900, 600, view, 0.05)).unwrap_or_else(|| panic!("{degrees}"));
        assert_eq!(found.by, TiltedBy::Horizon);
        assert!((found.degrees - f64::from(degrees)).abs() < 0.1, "{degrees}: {found:?}");
    }
}

/// Houses on a shore, upright in the picture but for so many degrees.
fn houses(degrees: f32, shore: f32) -> impl Fn(f32, f32) -> f32 {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let slope = shore.to_radians().tan();
    move |x, y| {
        // As they stand, before the frame is turned.
        let (x, y) = (cos * x + sin * y, cos * y - sin * x);
        let water = edge(y - 80.0 - slope * x, 0.7, 0.0, 1.0);
        let mut light = 0.75;
        for k in -6..=6_i16 {
            let (place, kind) = (f32::from(k) * 62.0, f32::from(k.rem_euclid(4)));
            let side = edge(x - place, 0.6, 0.0, 1.0) - edge(x - place - 40.0, 0.6, 0.0, 1.0);
            light -= 0.15 * side * edge(y + 40.0 + 30.0 * kind, 0.8, 0.0, 1.0);
        }
        light * (1.0 - water) + 0.4 * water
    }
}

#[test]
fn a_shore_counts_where_houses_on_it_say_the_same() {
    for degrees in [-3.5, 0.0, 1.2] {
        let found = tilt(&drawn(900, 600, houses(degrees, 0.0), 0.05)).unwrap();
        assert!((found.degrees - f64::from(degrees)).abs() < 0.15, "{degrees}: {found:?}");
    }
    // Seen obliquely it is not level: what is upright says more.
    for degrees in [-2.0, 1.2] {
        if let Some(found) = tilt(&drawn(900, 600, houses(degrees, 2.0), 0.05)) {
            assert!((found.degrees - f64::from(degrees)).abs() < 0.15, "{degrees}: {found:?}");
        }
    }
}

#[test]
fn drawn_walls_are_found_and_their_leaning_is_that_of_the_middle() {
    for (degrees, converging) in [(0.0, 0.0), (1.5, 0.0), (-2.5, 2.0), (3.0, -3.0)] {
        let wall = move |x: f32, y: f32| {
            let mut light = 0.7;
            for k in -5..=5_i16 {
                let place = f32::from(k) * 78.0;
                let lean = degrees + converging * place / 900.0;
                let at = x - place + f32::to_radians(lean).tan() * y;
                light -= 0.3 * (edge(at, 0.6, 0.0, 1.0) - edge(at - 30.0, 0.6, 0.0, 1.0));
            }
            light
        };
        let found =
            tilt(&drawn(900, 700, wall, 0.05)).unwrap_or_else(|| panic!("{degrees}: nothing"));
        assert_eq!(found.by, TiltedBy::Verticals);
        assert!((found.degrees - f64::from(degrees)).abs() < 0.15, "{degrees}: {found:?}");
    }
}

#[test]
fn without_a_horizon_nothing_is_found() {
    let ridge = |x: f32, y: f32| {
        let top = 40.0 * (x * 0.013).sin() + 25.0 * (x * 0.031 + 1.0).sin() + 0.04 * x;
        edge(y - top, 0.8, 0.8, 0.45)
    };
    // A road up a slope: as straight as a horizon, but land is above it.
    let road = |x: f32, y: f32| {
        let land = 0.5 + 0.2 * (0.2 * x + 0.1 * y).sin() * (0.05 * x - 0.3 * y).cos();
        if (y - 0.06 * x).abs() < 4.0 { 0.9 } else { land }
    };
    let slope = |x: f32, y: f32| 0.5 + x * 2e-4 + y * 4e-4;
    // Two lines from side to side, of which one cannot be level.
    let two = |x: f32, y: f32| {
        edge(y + 60.0 - 0.05 * x, 0.8, 0.8, 0.6) + edge(y - 80.0 + 0.04 * x, 0.8, 0.0, -0.2)
    };
    let frames: [(&str, Frame); 6] = [
        ("ridge", drawn(900, 600, ridge, 0.05)),
        ("road", drawn(900, 600, road, 0.05)),
        ("slope", drawn(900, 600, slope, 0.02)),
        ("two", drawn(900, 600, two, 0.02)),
        ("noise", drawn(900, 600, |_, _| 0.5, 0.3)),
        ("plain", drawn(40, 30, |_, _| 0.5, 0.0)),
    ];
    for (name, frame) in frames {
        assert_eq!(tilt(&frame), None, "{name}");
    }
}

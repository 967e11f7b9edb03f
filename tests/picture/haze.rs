//! Physics: haze laid on by I = Jt + A(1 − t) comes off, and only haze does.

use longlens::colour::{Mapping, adobe_rgb};
use longlens::develop::{Developed, develop, survey};
use longlens::frame::{Frame, Pixels};

use super::scene::{clear_view, developed, difference, hazy_view, random, recipe, rgb8, values};

const AUTO: [(&str, &str); 2] = [("dehaze", "auto"), ("sharpen", "off")];

fn decibels(one: &Frame, other: &Frame) -> f32 {
    let (a, b) = (values(one), values(other));
    let square: f32 =
        a.iter().zip(&b).map(|(a, b)| (a - b) * (a - b)).sum::<f32>() / a.len() as f32;
    -10.0 * (square + 1e-12).log10()
}

#[test]
fn haze_that_was_laid_on_comes_off() {
    let clear = clear_view(480, 320);
    for (beta, airlight, gain) in [
        (0.4, [0.78, 0.80, 0.82], 0.5),
        (0.8, [0.78, 0.80, 0.82], 2.0),
        (0.8, [0.70, 0.75, 0.83], 2.0),
        // Soft optical depth takes out little more than 1: dense haze is thinned, not gone.
        (1.5, [0.86, 0.84, 0.80], 1.0),
    ] {
        let hazy = hazy_view(480, 320, beta, airlight);
        let settings = [("dehaze", "50"), ("sharpen", "off"), ("denoise", "off")];
        let after = decibels(&developed(&hazy, &settings), &clear);
        let before = decibels(&hazy, &clear);
        assert!(after > before + gain, "β {beta}, A {airlight:?}: {before:.1} → {after:.1} dB");
    }
}

#[test]
fn clear_air_is_left_alone() {
    let clear = clear_view(480, 320);
    let off = difference(&developed(&clear, &AUTO), &clear);
    assert!(off < 1.5, "{off} levels");
}

#[test]
fn the_airlight_is_found() {
    for airlight in [[0.78, 0.80, 0.82], [0.70, 0.75, 0.83]] {
        let found = survey(&hazy_view(480, 320, 1.5, airlight)).haze.airlight;
        for (a, right) in found.iter().zip(airlight) {
            assert!((a - right).abs() < 0.06, "{found:?} for {airlight:?}");
        }
    }
}

#[test]
fn the_sun_is_not_the_airlight() {
    let frame = hazy_view(480, 320, 0.8, [0.66, 0.68, 0.70]);
    let Pixels::Rgb8(mut p) = frame.pixels else { panic!("8 bit") };
    for y in 0..16 {
        for x in 0..16 {
            p.put_pixel(300 + x, 30 + y, image::Rgb([255; 3]));
        }
    }
    let air = survey(&Frame::new(Pixels::Rgb8(p))).haze.airlight;
    assert!(air.iter().all(|&a| a < 0.78), "{air:?}");
}

#[test]
fn a_flat_wall_and_a_plain_sky_are_no_haze() {
    let wall = rgb8(300, 200, |x, y| [0.8 + 0.01 * random(x, y, 1); 3]);
    assert!(difference(&developed(&wall, &AUTO), &wall) < 1.0);
    let sky = rgb8(300, 200, |_, y| [0.3 + 0.001 * y as f32, 0.5 + 0.001 * y as f32, 0.8]);
    assert!(difference(&developed(&sky, &AUTO), &sky) < 1.0);
}

#[test]
fn full_size_and_half_size_agree() {
    let halved = |p: &image::RgbImage| {
        rgb8(p.width() / 2, p.height() / 2, |x, y| {
            std::array::from_fn(|c| {
                let at = |dx, dy| f32::from(p.get_pixel(2 * x + dx, 2 * y + dy).0[c]);
                (at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) / 1020.0
            })
        })
    };
    // The half of the small one is smaller than what is surveyed.
    for (width, height) in [(1024, 680), (480, 320)] {
        let full = hazy_view(width, height, 0.8, [0.78, 0.80, 0.82]);
        let Pixels::Rgb8(p) = &full.pixels else { panic!("8 bit") };
        let half = developed(&halved(p), &AUTO);
        let Pixels::Rgb8(after) = developed(&full, &AUTO).pixels else { panic!("8 bit") };
        let off = difference(&half, &halved(&after));
        assert!(off < 1.0, "{width} px: full and half differ by {off} levels");
    }
}

#[test]
fn whole_and_crop_agree() {
    let full = hazy_view(1024, 680, 0.8, [0.78, 0.80, 0.82]);
    let Pixels::Rgb8(after) = developed(&full, &AUTO).pixels else { panic!("8 bit") };
    let mut settings = AUTO.to_vec();
    settings.push(("crop", "400x300+500+200"));
    let part =
        rgb8(400, 300, |x, y| after.get_pixel(500 + x, 200 + y).0.map(|v| f32::from(v) / 255.0));
    let off = difference(&developed(&full, &settings), &part);
    assert!(off < 0.1, "whole and crop differ by {off} levels");
}

#[test]
fn auto_says_what_it_went_by() {
    let hazy = develop(&hazy_view(300, 200, 1.0, [0.8; 3]), &recipe(&AUTO)).unwrap();
    let clear = develop(&clear_view(300, 200), &recipe(&AUTO)).unwrap();
    let (hazy, clear) = (hazy.survey.unwrap().haze, clear.survey.unwrap().haze);
    assert!(hazy.evidence.score() > clear.evidence.score());
    assert!(hazy.auto_strength > clear.auto_strength);
    assert!(hazy.to_string().starts_with("haze"), "{hazy}");
    assert_eq!(clear.to_string(), "no haze to speak of");
}

#[test]
fn a_frame_gets_the_same_dehaze_in_adobe_rgb_as_in_srgb() {
    let profile = adobe_rgb().unwrap();
    let mapping = Mapping::new(&profile).unwrap();
    let in_srgb = hazy_view(480, 320, 0.8, [0.70, 0.75, 0.83]);
    let mut colours: Vec<[f32; 3]> = values(&in_srgb).as_chunks().0.to_vec();
    mapping.from_srgb(&mut colours).unwrap();
    let mut in_adobe = rgb8(480, 320, |x, y| colours[(y * 480 + x) as usize]);
    in_adobe.facts.profile = Some(profile);
    let settings = recipe(&[("sharpen", "off")]);
    let (one, other) =
        (develop(&in_srgb, &settings).unwrap(), develop(&in_adobe, &settings).unwrap());
    let strength = |developed: &Developed| developed.survey.as_ref().unwrap().haze.auto_strength;
    assert!(strength(&one) > 0.5, "{}", strength(&one));
    assert!((strength(&one) - strength(&other)).abs() < 0.03);
    let mut colours: Vec<[f32; 3]> = values(&other.frame).as_chunks().0.to_vec();
    mapping.to_srgb(&mut colours);
    let other = rgb8(480, 320, |x, y| colours[(y * 480 + x) as usize]);
    let off = difference(&one.frame, &other);
    assert!(off < 1.5, "{off} levels");
}

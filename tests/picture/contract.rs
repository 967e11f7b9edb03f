//! What every stage holds, whatever the frame.

use std::sync::Mutex;

use longlens::develop::{Means, Prepared, Workers, develop, look, survey};
use longlens::frame::{Bands, Frame, Pixels, Pool, Rect, Samples};
use longlens::stage::caption::Typesetter;
use longlens::stage::dehaze::SharedHaze;

use super::scene::{developed, difference, every_kind, hazy_view, random, recipe, rgb8, values};

fn noisy(width: u32, height: u32) -> [Frame; 4] {
    every_kind(width, height, |x, y| [0, 1, 2].map(|c| 0.3 + 0.5 * random(x, y, c)))
}

#[test]
fn neutral_settings_return_the_input() {
    for frame in noisy(61, 43) {
        for neutral in [("off", "off"), ("0", "off"), ("off", "0")] {
            let same = developed(&frame, &[("dehaze", neutral.0), ("sharpen", neutral.1)]);
            assert_eq!(same, frame, "{neutral:?}");
        }
    }
}

const RECIPES: [&[(&str, &str)]; 6] = [
    &[("dehaze", "60"), ("sharpen", "off")],
    &[("dehaze", "-60"), ("sharpen", "off")],
    &[("dehaze", "off"), ("sharpen", "40")],
    &[("dehaze", "60"), ("sharpen", "70")],
    &[("dehaze", "60"), ("sharpen", "70"), ("haze-colour", "1.3")],
    &[("dehaze", "60"), ("sharpen", "70"), ("sharpen-method", "deconvolve")],
];

#[test]
fn workers_do_not_change_a_byte() {
    let pool = Pool::default();
    for frame in noisy(67, 301) {
        for settings in RECIPES {
            let means = |workers| Means { pool: &pool, workers, survey: None };
            let recipe = recipe(settings);
            let [one, all] = [Workers::One, Workers::All].map(|workers| {
                let prepared = Prepared::new(frame.size(), &recipe, &Typesetter::new()).unwrap();
                prepared.develop(frame.clone(), means(workers)).unwrap().frame
            });
            assert!(one == all, "{settings:?}");
        }
    }
}

/// A crop is the same part of the whole frame developed: nothing depends on where a row begins.
/// The dither does, and is half a fifth of a level.
#[test]
fn a_crop_is_a_part_of_the_whole() {
    let frame = hazy_view(203, 157, 0.8, [0.8, 0.82, 0.84]);
    for settings in RECIPES {
        let whole = developed(&frame, settings);
        for part in [
            Rect { x: 0, y: 0, width: 64, height: 48 },
            Rect { x: 91, y: 50, width: 77, height: 101 },
        ] {
            let crop = format!("{}x{}+{}+{}", part.width, part.height, part.x, part.y);
            let mut settings = settings.to_vec();
            settings.push(("crop", &crop));
            let Pixels::Rgb8(kept) = developed(&frame, &settings).pixels else { panic!("8 bit") };
            let Pixels::Rgb8(all) = &whole.pixels else { panic!("8 bit") };
            for (x, y, pixel) in kept.enumerate_pixels() {
                let right = all.get_pixel(part.x + x, part.y + y);
                for (a, b) in pixel.0.iter().zip(&right.0) {
                    assert!(a.abs_diff(*b) <= 1, "{settings:?} at {x},{y}: {pixel:?} {right:?}");
                }
            }
        }
    }
}

#[test]
fn odd_frames_come_out_finite_and_in_range() {
    let sizes = [(1, 1), (1, 40), (40, 1), (2, 3), (5, 5), (33, 70)];
    for (width, height) in sizes {
        let black = every_kind(width, height, |_, _| [0.0; 3]);
        let white = every_kind(width, height, |_, _| [1.0; 3]);
        for frame in noisy(width, height).into_iter().chain(black).chain(white) {
            let found = survey(&frame);
            assert!(found.noise.is_finite() && found.haze.auto_strength.is_finite());
            for settings in
                RECIPES.into_iter().chain([&[("dehaze", "100"), ("sharpen", "100")][..], &[]])
            {
                assert_eq!(developed(&frame, settings).size(), frame.size(), "{settings:?}");
            }
        }
    }
}

#[test]
fn black_and_white_stay() {
    for level in [0.0, 1.0] {
        for frame in every_kind(50, 40, |_, _| [level; 3]) {
            for amount in ["auto", "50", "100"] {
                let same = developed(&frame, &[("dehaze", amount)]);
                let off = difference(&same, &frame);
                assert!(off < 1.0, "{level} at {amount}: {off}");
            }
        }
    }
}

#[test]
fn a_grey_frame_and_its_colour_copy_agree() {
    let grey = |x: u32, y: u32| 0.35 + 0.4 * (y as f32 / 90.0) + 0.15 * random(x / 4, y / 4, 3);
    let [colour, _, grey, _] = every_kind(120, 90, |x, y| [grey(x, y); 3]);
    let (colour, grey) =
        (developed(&colour, &[("dehaze", "50")]), developed(&grey, &[("dehaze", "50")]));
    let thrice: Vec<f32> = values(&grey).into_iter().flat_map(|v| [v; 3]).collect();
    for (a, b) in values(&colour).iter().zip(&thrice) {
        assert!((a - b).abs() < 1.5 / 255.0, "{a} {b}");
    }
}

#[test]
fn sixteen_bits_are_eight_within_rounding() {
    let eight = hazy_view(160, 120, 0.8, [0.8, 0.82, 0.84]);
    let Pixels::Rgb8(p) = &eight.pixels else { panic!("8 bit") };
    let wide = p.as_raw().iter().map(|&v| u16::from(v) * 257).collect();
    let wide = image::ImageBuffer::from_raw(160, 120, wide).unwrap();
    let sixteen = Frame::new(Pixels::Rgb16(wide));
    for settings in RECIPES {
        let (a, b) = (developed(&eight, settings), developed(&sixteen, settings));
        for (a, b) in values(&a).iter().zip(values(&b)) {
            assert!((a - b).abs() * 255.0 < 1.1, "{settings:?}: {a} {b}");
        }
    }
}

#[test]
fn frames_of_a_scene_can_share_a_survey() {
    let frame = hazy_view(160, 120, 0.8, [0.8, 0.82, 0.84]);
    let pool = Pool::default();
    let own = survey(&frame);
    let means = Means { pool: &pool, workers: Workers::One, survey: Some(&own) };
    let recipe = recipe(&[]);
    let prepared = Prepared::new(frame.size(), &recipe, &Typesetter::new()).unwrap();
    let shared = prepared.develop(frame.clone(), means).unwrap();
    assert_eq!(shared.frame, develop(&frame, &recipe).unwrap().frame);
}

#[test]
fn a_frame_that_takes_its_own_haze_is_developed_as_it_is_alone() {
    let frame = hazy_view(160, 120, 0.8, [0.8, 0.82, 0.84]);
    let shared = look(&frame, None).shared;
    let pool = Pool::default();
    let means = Means { pool: &pool, workers: Workers::One, survey: None };
    let recipe = recipe(&[]);
    let prepare = || Prepared::new(frame.size(), &recipe, &Typesetter::new()).unwrap();
    let shares = |haze| prepare().sharing(Some(haze)).develop(frame.clone(), means).unwrap();
    assert_eq!(shares(&shared).frame, develop(&frame, &recipe).unwrap().frame);
    let stronger = SharedHaze { strength: 1.6, ..shared };
    assert!(difference(&shares(&stronger).frame, &shares(&shared).frame) > 1.0);
}

#[test]
fn negative_amounts_add_haze() {
    let frame = rgb8(96, 64, |x, y| [0.1 + 0.5 * random(x / 5, y / 5, 9); 3]);
    let spread = |frame: &Frame| {
        let v = values(frame);
        let mean = v.iter().sum::<f32>() / v.len() as f32;
        v.iter().map(|v| (v - mean).abs()).sum::<f32>() / v.len() as f32
    };
    let [full, half] =
        ["-100", "-50"].map(|a| spread(&developed(&frame, &[("dehaze", a), ("sharpen", "off")])));
    assert!(full < half && half < spread(&frame), "{full} {half}");
}

/// Puts the bands of a frame together again.
struct Together {
    rows: usize,
    row_len: usize,
    samples: Mutex<Vec<Option<u16>>>,
}

impl Bands for Together {
    fn rows(&self) -> usize {
        self.rows
    }

    fn take(&self, first: usize, samples: Samples<'_>) {
        let wide: Vec<u16> = match samples {
            Samples::Eight(s) => s.iter().map(|&v| u16::from(v)).collect(),
            Samples::Sixteen(s) => s.to_vec(),
        };
        let mut all = self.samples.lock().unwrap();
        for (place, v) in all[first * self.rows * self.row_len..].iter_mut().zip(wide) {
            assert!(place.replace(v).is_none(), "a row came twice");
        }
    }
}

#[test]
fn a_frame_taken_in_bands_is_the_whole_frame() {
    let pool = Pool::default();
    let captions: [&[(&str, &str)]; 5] = [
        &[],
        &[("caption", "Namyang, seen from Tumen")],
        &[("caption", "Namyang"), ("caption-style", "strip")],
        &[("caption", "Namyang"), ("caption-style", "text"), ("caption-anchor", "north")],
        &[("caption", "Namyang"), ("long-edge", "160"), ("crop", "150x203")],
    ];
    for frame in noisy(211, 301) {
        for (caption, sharpen) in captions.into_iter().flat_map(|c| [(c, "40"), (c, "off")]) {
            let settings = [caption, &[("dehaze", "60"), ("sharpen", sharpen)]].concat();
            let recipe = recipe(&settings);
            let whole = develop(&frame, &recipe).unwrap();
            for (rows, workers) in [(16, Workers::One), (16, Workers::All), (500, Workers::One)] {
                let prepared = Prepared::new(frame.size(), &recipe, &Typesetter::new()).unwrap();
                let size = prepared.size();
                assert_eq!(size, whole.frame.size());
                let row_len = size.width as usize * frame.pixels.channels();
                let samples = Mutex::new(vec![None; row_len * size.height as usize]);
                let together = Together { rows, row_len, samples };
                let means = Means { pool: &pool, workers, survey: None };
                prepared.develop_into(frame.clone(), means, &together).unwrap();
                let samples = together.samples.into_inner().unwrap();
                let right = match whole.frame.pixels.samples() {
                    Samples::Eight(s) => s.iter().map(|&v| Some(u16::from(v))).collect::<Vec<_>>(),
                    Samples::Sixteen(s) => s.iter().map(|&v| Some(v)).collect(),
                };
                let channels = frame.pixels.channels();
                let of_row = |row: &[Option<u16>]| -> Vec<Option<u16>> {
                    let channel = |c| row.iter().skip(c).step_by(channels).copied();
                    (0..channels).flat_map(channel).collect()
                };
                let right: Vec<_> = right.chunks(row_len).flat_map(of_row).collect();
                assert!(samples == right, "{settings:?} in bands of {rows}, {workers:?}");
            }
        }
    }
}

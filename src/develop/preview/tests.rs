use image::{ImageBuffer, Rgb};

use super::*;
use crate::develop::{Means, Workers};
use crate::frame::Pool;
use crate::recipe::Recipe;
use crate::stage::caption::Typesetter;

fn scene(width: u32, height: u32) -> Frame {
    let pixels = ImageBuffer::from_fn(width, height, |x, y| {
        let grain = ((x * 7919) ^ (y * 104_729)) % 31;
        Rgb([(60 + y * 120 / height + grain) as u8, (70 + x * 100 / width) as u8, 90])
    });
    Frame::new(Pixels::Rgb8(pixels))
}

fn watched(frame: &Frame, settings: &[(&str, &str)]) -> (Preview, Frame) {
    let mut recipe = Recipe::default();
    settings.iter().for_each(|(name, value)| recipe.set(name, value).unwrap());
    let typesetter = Typesetter::open(&recipe.caption).unwrap();
    let prepared = Prepared::new(frame.size(), &recipe, &typesetter).unwrap();
    let original = Original::from(frame.clone());
    let survey = prepared.survey(&original);
    let onlooker = Onlooker::new(&prepared, &original, survey.as_ref()).unwrap();
    let pool = Pool::default();
    let means = Means { pool: &pool, workers: Workers::One, survey: survey.as_ref() };
    let developed = prepared.develop(original, means).unwrap().frame;
    onlooker.take_frame(&developed);
    (onlooker.end().unwrap(), developed)
}

#[test]
fn a_small_pixel_is_about_the_mean_of_what_it_stands_for() {
    let frame = scene(1920, 1280);
    let off = [("dehaze", "off"), ("sharpen", "off"), ("denoise", "off")];
    let (preview, developed) = watched(&frame, &off);
    assert_eq!(developed, frame);
    assert_eq!(preview.after.size(), Size::new(640, 426));
    assert_eq!(preview.before, preview.after, "nothing was done");
    let (Pixels::Rgb8(small), Pixels::Rgb8(large)) = (&preview.after, &frame.pixels) else {
        panic!("another kind");
    };
    for (x, y) in [(0, 0), (400, 300), (639, 425)] {
        for c in 1..3 {
            let cell = (0..9).map(|i| u32::from(large[(x * 3 + i % 3, y * 3 + i / 3)][c]));
            let mean = cell.sum::<u32>() / 9;
            assert!(mean.abs_diff(u32::from(small[(x, y)][c])) <= 1, "{x}, {y}");
        }
    }
}

#[test]
fn the_grain_of_a_sky_is_no_detail() {
    // Land with a few walls under a large sky with grain, which fades into haze.
    let pixels = ImageBuffer::from_fn(2400, 1600, |x, y| {
        let grain = if y < 700 { ((x / 4 * 7919) ^ (y / 4 * 104_729)) % 31 % 2 } else { 0 };
        let wall = if y > 1250 && x % 400 < 40 { 60 } else { 0 };
        let haze = 225 - 105 * y.clamp(700, 1200).abs_diff(700) / 500;
        Rgb([(haze + wall + grain) as u8; 3])
    });
    let off = [("dehaze", "off"), ("sharpen", "off"), ("denoise", "off")];
    let (preview, _) = watched(&Frame::new(Pixels::Rgb8(pixels)), &off);
    let [Pixels::Rgb8(before), _] = preview.far.unwrap() else { panic!("another kind") };
    assert!(before.pixels().any(|pixel| pixel[0] < 190), "nothing but sky");
}

#[test]
fn the_part_at_full_size_is_the_same_part_both_ways() {
    let frame = scene(2000, 1400);
    let off = [("dehaze", "off"), ("sharpen", "off"), ("denoise", "off"), ("crop", "1500x1200")];
    let (preview, _) = watched(&frame, &off);
    let [before, after] = preview.far.unwrap();
    assert_eq!(after.size(), PART);
    assert_eq!(before, after);
    let (preview, developed) = watched(&scene(700, 500), &off[..3]);
    assert!(preview.far.is_none(), "the small picture shows all");
    assert_eq!(preview.after, developed.pixels);
}

#[test]
fn bands_in_any_order_give_what_the_whole_frame_gives() {
    struct Nobody;
    impl Bands for Nobody {
        fn rows(&self) -> usize {
            48
        }
        fn take(&self, _: usize, _: Samples<'_>) {}
    }
    let frame = scene(1700, 1100);
    let (whole, _) = watched(&frame, &[("caption", "Seen from the far bank")]);
    let mut recipe = Recipe::default();
    recipe.set("caption", "Seen from the far bank").unwrap();
    let typesetter = Typesetter::open(&recipe.caption).unwrap();
    let prepared = Prepared::new(frame.size(), &recipe, &typesetter).unwrap();
    let original = Original::from(frame);
    let survey = prepared.survey(&original);
    let onlooker = Onlooker::new(&prepared, &original, survey.as_ref()).unwrap();
    let pool = Pool::default();
    let means = Means { pool: &pool, workers: Workers::All, survey: None };
    prepared.develop_into(original, means, &onlooker.before(&Nobody)).unwrap();
    let bands = onlooker.end().unwrap();
    assert_eq!(bands.after, whole.after);
    assert_eq!(bands.far, whole.far);
}

//! A surface at one distance comes out with one depth: far hills and towers keep an even tone.

use longlens::frame::Frame;

use super::scene::{developed, random, rgb8, values};

const SIZE: (u32, u32) = (1024, 656);
const SKY: f32 = 225.0;

/// A frame of these levels, warm in the lights as haze is, with a little noise.
fn drawn(level: impl Fn(u32, u32) -> f32) -> Frame {
    rgb8(SIZE.0, SIZE.1, |x, y| {
        let level = level(x, y) / 255.0;
        let noise = |salt| (random(x, y, salt) - 0.5) * 0.01;
        [level * 1.04 + noise(1), level + noise(2), level * 0.94 + noise(3)]
    })
}

/// Near land with texture of this depth.
fn near(x: u32, y: u32, level: f32, texture: f32) -> f32 {
    level + texture * (random(x / 7, y / 7, 5) - 0.5)
}

/// Mean level of green in a rectangle.
fn mean(frame: &Frame, x: std::ops::Range<u32>, y: std::ops::Range<u32>) -> f32 {
    let (values, count) = (values(frame), (x.len() * y.len()) as f32);
    let rows =
        y.map(|y| x.clone().map(|x| values[((y * SIZE.0 + x) * 3 + 1) as usize]).sum::<f32>());
    255.0 * rows.sum::<f32>() / count
}

#[test]
fn a_far_hill_keeps_its_tone_from_its_crest_to_its_foot() {
    for level in [120.0, 160.0, 200.0] {
        let hill = drawn(|x, y| {
            let crest = 380.0 - 190.0 * (-((x as f32 - 690.0) / 190.0).powi(2)).exp();
            match y as f32 {
                y if y < crest => SKY,
                y if y < 453.0 => level,
                _ => near(x, y, 90.0, 90.0),
            }
        });
        for amount in ["auto", "80"] {
            let out = developed(&hill, &[("dehaze", amount), ("sharpen", "off")]);
            let across = 655..725;
            let crest = mean(&out, across.clone(), 208..223);
            assert!(crest < level - 8.0, "hill of {level} at {amount}: {crest} shows no dehaze");
            // At the foot near land lies before the hill, and some of its lack of veil is carried over.
            for (part, allowed) in [(343..394, 4.0), (431..447, 7.0)] {
                let apart = mean(&out, across.clone(), part.clone()) - crest;
                assert!(
                    apart.abs() < allowed,
                    "hill of {level} at {amount}, rows {part:?}: {apart}"
                );
            }
        }
    }
}

#[test]
fn far_towers_in_haze_are_even_and_the_haze_beside_them_stays() {
    const TOWERS: [(u32, u32, u32); 3] = [(300, 29, 175), (585, 51, 219), (800, 19, 88)];
    for level in [185.0, 205.0] {
        let towers = drawn(|x, y| {
            let is_tower = |&(left, width, top): &(u32, u32, u32)| {
                (left..left + width).contains(&x) && y >= top
            };
            match y {
                ..380 if TOWERS.iter().any(is_tower) => level,
                ..380 => SKY + 4.0 * (1.0 - y as f32 / 380.0),
                380..468 => near(x, y, level - 25.0, 25.0),
                _ => near(x, y, 85.0, 90.0),
            }
        });
        let out = developed(&towers, &[("sharpen", "off")]);
        for (left, width, top) in TOWERS {
            let tower = left + 3..left + width - 3;
            let parts: Vec<f32> =
                (top + 10..366).step_by(10).map(|y| mean(&out, tower.clone(), y..y + 10)).collect();
            let (least, most) =
                parts.iter().fold((255.0_f32, 0.0_f32), |(l, m), &v| (l.min(v), m.max(v)));
            assert!(least < level - 8.0, "tower of {level}: {least} shows no dehaze");
            assert!(most - least < 6.0, "tower of {level}, {width} wide: {least} to {most}");
            for beside in [left - 30..left - 10, left + width + 10..left + width + 30] {
                let haze = mean(&out, beside.clone(), 300..340);
                let open = mean(&out, 30..90, 300..340);
                assert!(
                    (haze - open).abs() < 3.0,
                    "beside a tower of {level}: {haze}, else {open}"
                );
            }
        }
    }
}

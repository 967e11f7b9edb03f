//! Frames of one scene look alike: what stands still does not flicker.

use super::make::{CAMERA, Camera, SCENE, Scene, level, span};
use crate::support::Bench;

/// Patches of far shore, hills and sky, shares of the frame.
const STILL: [[f32; 4]; 6] = [
    [0.05, 0.38, 0.12, 0.12],
    [0.45, 0.38, 0.12, 0.12],
    [0.80, 0.40, 0.12, 0.12],
    [0.30, 0.26, 0.10, 0.06],
    [0.10, 0.02, 0.20, 0.10],
    [0.70, 0.02, 0.20, 0.10],
];

/// Eight frames in 1.4 s, into whose water a white boat comes.
fn boat(bench: &Bench) {
    for i in 0..8 {
        let scene = Scene { boat: 0.09 * i as f32, grain: i, ..SCENE };
        bench.put(format!("in/{i}.jpg"), &scene.jpeg(CAMERA.exif(i * 200)));
    }
}

/// How much more the patches move in the developed frames than in the originals, each.
fn flicker(bench: &Bench) -> Vec<f32> {
    let levels = |folder: &str, patch| -> Vec<f32> {
        let frames = (0..8).map(|i| std::fs::read(bench.path(format!("{folder}/{i}.jpg"))));
        frames.map(|frame| level(&frame.unwrap(), patch)).collect()
    };
    STILL.iter().map(|&p| span(&levels("out", p)) - span(&levels("in", p))).collect()
}

#[test]
fn a_boat_that_enters_a_burst_changes_neither_shore_nor_sky() {
    let bench = Bench::new();
    boat(&bench);
    bench.develop("in -o out -q").code(0);
    let moved = flicker(&bench);
    assert!(moved.iter().all(|&levels| levels <= 0.5), "{moved:?}");
    // It is the scene that holds them still.
    bench.develop("in -o out -q --scene off --overwrite").code(0);
    let alone = flicker(&bench);
    assert!(alone.iter().any(|&levels| levels > 1.0), "{alone:?}");
}

#[test]
fn overlapping_windows_of_a_still_are_developed_alike() {
    let bench = Bench::new();
    let lefts: Vec<f32> = (0..6).map(|i| 0.05 * i as f32).collect();
    for (i, &left) in lefts.iter().enumerate() {
        let scene = Scene { left, ..SCENE };
        bench.put(format!("in/{i}.jpg"), &scene.jpeg(CAMERA.exif(i as u32 * 700)));
    }
    bench.develop("in -o out -q").code(0);
    let levels = |folder: &str, [x, y, width, height]: [f32; 4]| -> Vec<f32> {
        let level = |(i, left): (usize, &f32)| {
            let frame = std::fs::read(bench.path(format!("{folder}/{i}.jpg"))).unwrap();
            level(&frame, [x - left, y, width, height])
        };
        lefts.iter().enumerate().map(level).collect()
    };
    for patch in STILL.map(|[x, y, width, height]| [0.30 + 0.6 * x, y, width, height]) {
        let (before, after) = (span(&levels("in", patch)), span(&levels("out", patch)));
        assert!(after <= before + 1.0, "{patch:?}: {before} {after}");
    }
}

#[test]
fn a_bracket_is_dehazed_alike_at_each_exposure() {
    let bench = Bench::new();
    for (i, stops) in [0.0, -1.0, -2.0, 0.0, -1.0, -2.0].into_iter().enumerate() {
        let scene = Scene { stops, ..SCENE };
        let camera = Camera { shutter: (1000.0 * (-stops).exp2()) as u32, ..CAMERA };
        bench.put(format!("in/{i}.jpg"), &scene.jpeg(camera.exif(i as u32 * 100)));
    }
    let ran = bench.develop("in -o out --json").code(0);
    let lines = ran.out.lines().map(|line| serde_json::from_str(line).unwrap());
    let frames: Vec<serde_json::Value> =
        lines.filter(|l: &serde_json::Value| l["type"] == "frame").collect();
    let of = |i: usize| {
        let name = format!("in/{i}.jpg");
        frames.iter().find(|frame| frame["input"] == name.as_str()).unwrap()
    };
    let amounts: Vec<_> = (0..6).map(|i| of(i)["dehaze"]["amount"].clone()).collect();
    assert!(amounts.iter().all(|amount| *amount == amounts[0]), "{amounts:?}");
    // Green of the airlight goes with the exposure, in linear light.
    let light = |i: usize| {
        let level = of(i)["dehaze"]["airlight"][1].as_f64().unwrap();
        longlens::frame::linear(level / 255.0)
    };
    for (i, stops) in [(1, -1.0_f64), (2, -2.0), (4, -1.0)] {
        let ratio = light(i) / light(0);
        assert!((ratio / stops.exp2() - 1.0).abs() < 0.05, "{i}: {ratio}");
    }
}

//! Which frames are one scene, as a person would say it.

use std::collections::BTreeMap;

use super::make::{CAMERA, Camera, SCENE, Scene};
use crate::support::{Bench, Ran, jpeg};

/// The scene of each frame by its file's name, as JSON says it; frames alone have none.
fn scenes(ran: &Ran) -> BTreeMap<String, Option<String>> {
    let lines =
        ran.out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let frames = lines.filter(|line| line["type"] == "frame");
    let scene = |line: serde_json::Value| {
        let file = line["input"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        (file, line["scene"]["name"].as_str().map(str::to_owned))
    };
    frames.map(scene).collect()
}

/// The frames of each scene.
fn groups(ran: &Ran) -> Vec<Vec<String>> {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (file, scene) in scenes(ran) {
        if let Some(scene) = scene {
            groups.entry(scene).or_default().push(file);
        }
    }
    groups.into_values().collect()
}

#[test]
fn a_mixed_shoot_is_grouped_as_a_person_would_do_it() {
    let bench = Bench::new();
    let other = Camera { model: "Z 8", ..CAMERA };
    let close = Camera { focal_mm: 400, ..CAMERA };
    // Two cameras that work at the same time, the clock of the second an hour late; both count their
    // frames, and all lie in one folder.
    let shoot = [
        // A burst.
        ("A01", CAMERA, 0, 0),
        ("A02", CAMERA, 0, 200),
        ("A03", CAMERA, 0, 400),
        ("A04", CAMERA, 0, 600),
        // Turned to something else, once.
        ("A05", CAMERA, 1, 21_000),
        // A second burst, half a minute later.
        ("A06", CAMERA, 2, 50_000),
        ("A07", CAMERA, 2, 50_150),
        ("A08", CAMERA, 2, 50_300),
        // The same view at another focal length, once.
        ("A09", close, 2, 58_000),
        // The first view again, much later.
        ("A10", CAMERA, 0, 1_900_000),
        ("B01", other, 1, 3_600_000),
        ("B02", other, 1, 3_600_120),
        ("B03", other, 1, 3_600_240),
        ("B04", other, 0, 3_640_000),
        // Without a burst, one after the other, of one view.
        ("B05", other, 2, 3_670_000),
        ("B06", other, 2, 3_679_000),
    ];
    for (i, (name, camera, number, ms)) in shoot.into_iter().enumerate() {
        let scene = Scene { number, grain: i as u32, ..SCENE };
        bench.put(format!("in/{name}.jpg"), &scene.jpeg(camera.exif(ms)));
    }
    let ran = bench.develop("in -o out --dry-run --json").code(0);
    assert_eq!(
        groups(&ran),
        [
            vec!["A01.jpg", "A02.jpg", "A03.jpg", "A04.jpg"],
            vec!["A06.jpg", "A07.jpg", "A08.jpg"],
            vec!["B01.jpg", "B02.jpg", "B03.jpg"],
            vec!["B05.jpg", "B06.jpg"],
        ]
    );
    // People are told the same, with the reason.
    let told = bench.develop("in -o out --dry-run").code(0).out;
    assert!(told.contains("scene A06: 3 frames at 600 mm within 0.3 s"), "{told}");
    let inspected = bench.run(&["inspect", "in/A05.jpg", "in/A07.jpg", "in/A06.jpg"]).code(0).out;
    let scenes: Vec<_> = inspected.lines().filter(|line| line.contains(" scene ")).collect();
    let [alone, others @ ..] = scenes.as_slice() else { panic!("{inspected}") };
    assert!(alone.ends_with(" none"), "{inspected}");
    assert_eq!(others.len(), 2, "{inspected}");
    assert!(others.iter().all(|line| line.contains("A06")), "{inspected}");
}

#[test]
fn the_same_moments_in_two_folders_are_two_scenes() {
    let bench = Bench::new();
    for (folder, number) in [("a", 0), ("b", 1)] {
        for i in 0..3 {
            let scene = Scene { number, grain: i, ..SCENE };
            bench.put(format!("in/{folder}/1{i}.jpg"), &scene.jpeg(CAMERA.exif(i * 100)));
        }
    }
    let told = bench.develop("in -o out --dry-run").code(0).out;
    for scene in ["scene a/10: 3 frames", "scene b/10: 3 frames"] {
        assert_eq!(told.matches(scene).count(), 3, "{told}");
    }
}

#[test]
fn a_scene_is_what_the_order_says_it_is() {
    let bench = Bench::new();
    // Without a word about when they were taken.
    for (name, number) in
        [("in/a/1.jpg", 1), ("in/a/2.jpg", 2), ("in/b/3.jpg", 3), ("in/b/4.jpg", 4)]
    {
        bench.put(name, &jpeg(160, 120, number));
    }
    bench.put(
        "in/captions.csv",
        b"file,event,scene\n1.jpg,race,\n2.jpg,race,start\n3.jpg,race,start\n4.jpg,,off\n",
    );
    let dry = |words: &str| bench.develop(&format!("in -o out --dry-run --json {words}")).code(0);
    assert_eq!(groups(&dry("")), [["2.jpg", "3.jpg"]], "the table names one");
    assert_eq!(groups(&dry("--scene folder")), [["1.jpg", "2.jpg"], ["3.jpg", "4.jpg"]]);
    assert_eq!(groups(&dry("--scene event")), [["1.jpg", "2.jpg", "3.jpg"]]);
    assert_eq!(groups(&dry("--scene auto")), Vec::<Vec<String>>::new(), "nothing is guessed");
    let ran = bench.develop("in -o out --scene evnt").code(2).tells(&["error: scene: ", "'evnt'"]);
    assert!(ran.err.contains("event"), "{ran:?}");
}

#[test]
fn the_haze_of_a_named_frame_is_taken() {
    let bench = Bench::new();
    for i in 0..3 {
        bench.put(
            format!("in/{i}.jpg"),
            &Scene { number: i, ..SCENE }.jpeg(CAMERA.exif(i * 90_000)),
        );
    }
    bench.develop("in -o alone -q").code(0);
    bench.develop("in -o out -q --haze-from 1.jpg").code(0);
    let same = |i: u32| {
        let file = |folder: &str| std::fs::read(bench.path(format!("{folder}/{i}.jpg"))).unwrap();
        file("alone") == file("out")
    };
    assert_eq!([same(0), same(1), same(2)], [false, true, false]);
    bench.develop("in -o out --haze-from 7.jpg").code(2).tells(&["error: haze-from: ", "'7.jpg'"]);
    bench.put("in/broken.jpg", b"\xFF\xD8\xFF no picture");
    bench.develop("in -o out --overwrite --haze-from broken.jpg").code(2).says("broken.jpg");
}

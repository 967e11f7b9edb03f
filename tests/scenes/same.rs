//! The same frames are the same scene: whatever their order, the workers, the frames that fail.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

use longlens::batch::{Order, Root, Settings, Stop, Target, assign_scenes, find, plan};
use longlens::recipe::Recipe;

use super::make::{CAMERA, SCENE, Scene};
use crate::support::Bench;

/// A burst of five and a frame that is alone.
fn shoot(bench: &Bench) {
    for i in 0..5 {
        let scene = Scene { boat: 0.1 * i as f32, grain: i, ..SCENE };
        bench.put(format!("in/{i}.jpg"), &scene.jpeg(CAMERA.exif(i * 250)));
    }
    bench.put("in/9.jpg", &Scene { number: 1, ..SCENE }.jpeg(CAMERA.exif(900_000)));
}

#[test]
fn jobs_and_order_do_not_change_a_byte() {
    let bench = Bench::new();
    shoot(&bench);
    bench.develop("in -o one -q -j1").code(0);
    bench.develop("in -o two -q -j2").code(0);
    let backwards: Vec<String> = (0..10).rev().map(|i| format!("in/{i}.jpg\n")).collect();
    let there = backwards.iter().filter(|name| bench.path(name.trim()).exists());
    bench.put("list.txt", there.cloned().collect::<String>().as_bytes());
    bench.develop("--files-from list.txt -o three -q -j2").code(0);
    let pictures = |folder: &str| -> BTreeMap<PathBuf, Vec<u8>> {
        let mut tree = bench.tree(folder);
        tree.retain(|name, _| name.extension().is_some_and(|ending| ending == "jpg"));
        tree
    };
    assert_eq!(pictures("one").len(), 6);
    assert!(pictures("one") == pictures("two"), "two workers");
    assert!(pictures("one") == pictures("three"), "the other way round");
}

#[test]
fn a_frame_that_fails_leaves_the_others_as_they_would_be_without_it() {
    let bench = Bench::new();
    shoot(&bench);
    bench.develop("in -o out -q").code(0);
    let whole = Scene { boat: 0.7, ..SCENE }.jpeg(CAMERA.exif(1250));
    bench.put("in/5.jpg", &whole[..whole.len() / 2]);
    bench.develop("in -o again -q").code(1);
    let name = |i: u32| format!("{i}.jpg");
    let same = |i: u32| {
        let file = |folder: &str| std::fs::read(bench.path(folder).join(name(i))).unwrap();
        file("out") == file("again")
    };
    assert!((0..5).all(same) && same(9));
}

#[test]
fn a_frame_alone_is_developed_as_without_scenes() {
    let bench = Bench::new();
    shoot(&bench);
    bench.develop("in -o out -q").code(0);
    bench.develop("in -o off -q --scene off").code(0);
    bench.develop("in/4.jpg -o alone -q").code(0);
    let file = |name: &str| std::fs::read(bench.path(name)).unwrap();
    assert!(file("out/9.jpg") == file("off/9.jpg"));
    assert!(file("alone/4.jpg") == file("off/4.jpg"));
    assert!(file("out/4.jpg") != file("off/4.jpg"), "the scene counts");
}

#[test]
fn resume_knows_what_a_scene_decided() {
    let bench = Bench::new();
    shoot(&bench);
    bench.develop("in -o out -q").code(0);
    let before = bench.tree("out");
    bench.develop("in -o out --resume").code(0).says("0 developed, 6 up to date");
    assert!(bench.tree("out") == before);
    // What is missing is developed as it was.
    std::fs::remove_file(bench.path("out/2.jpg")).unwrap();
    bench.develop("in -o out --resume").code(0).says("1 developed, 5 up to date");
    assert!(bench.tree("out") == before);
    // A frame more in the scene changes what its frames share.
    bench.put("in/5.jpg", &Scene { boat: 0.9, ..SCENE }.jpeg(CAMERA.exif(1250)));
    let ran = bench.develop("in -o out --resume").code(0);
    let ran = ran.says("6 developed, 1 up to date").says("scene '0' has 6 frames, it had 5");
    assert!(!ran.err.contains("9.jpg"), "{ran:?}");
    let resumed = bench.tree("out");
    bench.develop("in -o fresh -q").code(0);
    assert!(resumed == bench.tree("fresh"));
}

#[test]
fn a_run_that_is_stopped_decides_nothing() {
    let bench = Bench::new();
    shoot(&bench);
    let out = Target::Folder(bench.path("out"));
    let found = find(&[bench.path("in")], out.folder()).unwrap();
    let roots = [Root { recipe: Recipe::default(), captions: None }];
    let order = Order { roots: &roots, flags: &[], set: &[], codes: None, reads: &[], out: &out };
    let mut jobs = plan(&found, &order).unwrap().jobs;
    let stop = Stop::default();
    stop.flag().store(2, Ordering::Relaxed);
    assign_scenes(&mut jobs, &Settings::default(), &stop, &|_, _| {}).unwrap();
    assert!(jobs.iter().all(|job| job.scene.is_none()));
}

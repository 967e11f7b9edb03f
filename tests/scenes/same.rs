//! The same frames are the same scene: whatever their order, the workers, the frames that fail.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

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
    let ran = ran.says("6 developed, 1 up to date").tells(&["scene '0'", "6 frames", "5"]);
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

/// The frames were written an hour ago: a later run knows them by size and times.
fn settle(bench: &Bench) {
    let hour_ago = SystemTime::now() - Duration::from_secs(3600);
    for entry in fs::read_dir(bench.path("in")).unwrap() {
        let file = File::options().write(true).open(entry.unwrap().path()).unwrap();
        file.set_modified(hour_ago).unwrap();
    }
}

#[test]
fn scenes_that_a_run_did_not_look_for_are_not_recalled() {
    let bench = Bench::new();
    shoot(&bench);
    settle(&bench);
    bench.develop("in -o out -q").code(0);
    let before = bench.tree("out");
    // Nothing is known of the outputs any more, so all are kept and no frame is looked at.
    fs::remove_file(bench.path("out/.longlens.jsonl")).unwrap();
    bench.develop("in -o out").code(1).says("6 not delivered");
    bench.develop("in -o out --resume --overwrite -q").code(0);
    assert!(bench.tree("out") == before);
}

#[test]
fn scenes_of_a_plan_are_not_recalled_by_a_run_of_fewer_frames() {
    let bench = Bench::new();
    shoot(&bench);
    settle(&bench);
    let plan = bench.run(&["plan", "in", "-o", "out", "-q"]).code(0).out;
    let fewer = plan.replace("\"frames\":6", "\"frames\":5");
    let fewer = fewer.lines().filter(|line| !line.contains("in/4.jpg"));
    bench.put("shoot.plan", fewer.map(|line| format!("{line}\n")).collect::<String>().as_bytes());
    bench.run(&["run", "shoot.plan", "-q"]).code(0);
    fs::remove_file(bench.path("in/4.jpg")).unwrap();
    bench.develop("in -o out --resume").code(0).says("4 developed, 1 up to date");
    bench.develop("in -o fresh -q").code(0);
    assert!(bench.tree("out") == bench.tree("fresh"));
}

#[test]
fn a_plan_finds_the_scenes_of_what_is_accepted() {
    let bench = Bench::new();
    shoot(&bench);
    let broken = fs::read(bench.path("in/3.jpg")).unwrap();
    bench.put("in/3.jpg", &broken[..broken.len() / 2]);
    bench.develop("in -o whole --accept-damaged -q").code(0);
    let plan = bench.run(&["plan", "in", "-o", "out", "--accept-damaged", "-q"]).code(0).out;
    bench.put("shoot.plan", plan.as_bytes());
    bench.run(&["run", "shoot.plan", "-q"]).code(0);
    assert!(bench.tree("out") == bench.tree("whole"));
}

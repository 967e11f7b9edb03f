//! Interrupts and kills: outputs are whole, and a resumed run ends at the same tree.

use std::process::Child;
use std::time::{Duration, Instant};

use crate::support::{Bench, Ran};

/// Frames in a run that is interrupted, and their width: some two seconds of work.
const FRAMES: u32 = 40;
const WIDTH: u32 = 400;

fn begin(bench: &Bench, out: &str) -> Child {
    let mut program = bench.program();
    program.args(["develop", "in", "-o", out, "-j2", "--resume", "--no-sync"]);
    program.stderr(std::process::Stdio::piped()).spawn().unwrap()
}

fn signal(child: &Child, name: &str) {
    let sent = std::process::Command::new("kill").arg(name).arg(child.id().to_string()).status();
    assert!(sent.unwrap().success());
}

/// Waits until some frames are there, or the run is over.
fn wait_for(bench: &Bench, out: &str, child: &mut Child) {
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() && begun.elapsed() < Duration::from_secs(20) {
        if bench.path(out).join("001.jpg").exists() {
            return;
        }
        std::thread::sleep(Duration::from_millis(3));
    }
}

#[test]
fn a_signal_ends_the_run_within_two_seconds_and_resume_completes_it() {
    let bench = Bench::new();
    bench.frames(FRAMES, WIDTH);
    bench.develop("in -o whole --no-sync").code(0);
    for (name, code) in [("-INT", 130), ("-TERM", 143)] {
        let out = format!("out{code}");
        let mut child = begin(&bench, &out);
        wait_for(&bench, &out, &mut child);
        let begun = Instant::now();
        signal(&child, name);
        let ran = Ran::of(child.wait_with_output().unwrap()).code(code);
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}: {ran:?}", begun.elapsed());
        bench.whole(&out);
        let made = bench.tree(&out).len();
        assert!(made < FRAMES as usize, "the run was over before the signal came");
        let ran = bench.develop(&format!("in -o {out} --resume --no-sync")).code(0);
        assert!(ran.err.contains("up to date"), "{ran:?}");
        assert_eq!(bench.tree(&out), bench.tree("whole"));
    }
}

#[test]
fn a_second_signal_ends_the_run_at_once_and_leaves_no_temporary_file() {
    let bench = Bench::new();
    bench.frames(FRAMES, WIDTH);
    bench.develop("in -o whole --no-sync").code(0);
    for pause_ms in [0, 1, 3, 8, 20] {
        let mut child = begin(&bench, "out");
        wait_for(&bench, "out", &mut child);
        signal(&child, "-INT");
        std::thread::sleep(Duration::from_millis(pause_ms));
        // It may have come to its end in between.
        let _ = std::process::Command::new("kill").arg("-INT").arg(child.id().to_string()).output();
        Ran::of(child.wait_with_output().unwrap()).code(130);
        bench.whole("out");
        std::fs::remove_file(bench.path("out/001.jpg")).unwrap();
    }
    bench.develop("in -o out --resume --no-sync").code(0);
    assert_eq!(bench.tree("out"), bench.tree("whole"));
}

#[test]
fn kills_at_random_moments_tear_nothing_and_resume_completes_them() {
    let bench = Bench::new();
    bench.frames(12, 200);
    bench.develop("in -o whole --no-sync").code(0);
    let begun = Instant::now();
    bench.develop("in -o timed --no-sync").code(0);
    let took = begun.elapsed();
    // Two runs killed in every tree, at moments spread over a whole run (a low-discrepancy sequence).
    for i in 0..8_u32 {
        let out = format!("out{i}");
        for half in 0..2 {
            let share = (f64::from(2 * i + half) * 0.618_033_988_7).fract();
            let mut child = begin(&bench, &out);
            std::thread::sleep(took.mul_f64(share));
            let _ = child.kill();
            child.wait().unwrap();
            if bench.path(&out).exists() {
                bench.not_torn(&out);
            }
        }
        bench.develop(&format!("in -o {out} --resume --no-sync")).code(0);
        assert_eq!(bench.tree(&out), bench.tree("whole"), "killed at {i}");
    }
}

#[test]
fn two_runs_into_one_folder_at_once_make_one_tree() {
    let bench = Bench::new();
    bench.frames(12, 200);
    bench.develop("in -o whole").code(0);
    let (first, second) = (begin(&bench, "out"), begin(&bench, "out"));
    let mut developed = 0;
    for run in [first, second] {
        let ran = Ran::of(run.wait_with_output().unwrap()).code(0);
        let count = ran.err.split(" developed").next().unwrap().rsplit(' ').next().unwrap();
        developed += count.parse::<u32>().unwrap();
    }
    assert_eq!(developed, 12, "each frame is developed by one of them");
    bench.develop("in -o out --resume").code(0).says("12 up to date");
    assert_eq!(bench.tree("out"), bench.tree("whole"));
}

#[test]
fn what_a_killed_run_left_in_a_folder_below_is_taken_away() {
    let bench = Bench::new();
    bench.put("in/sub/a.jpg", &crate::support::jpeg(60, 40, 1));
    bench.put("out/.longlens-killed01", b"half a fra");
    bench.put("out/sub/.longlens-killed02", b"half a fra");
    bench.develop("in -o out").code(0);
    bench.whole("out");
}

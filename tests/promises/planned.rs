//! Plans: one that is written, cut into shards, run in any order and reported gives what `develop` gives.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use longlens::format::{Limits, probe};
use longlens::frame::Size;

use crate::support::{Bench, Ran, jpeg};

/// Runs the program with these words.
fn run(bench: &Bench, words: &str) -> Ran {
    bench.run(&words.split_whitespace().collect::<Vec<_>>())
}

/// Plans with these words, into `shoot.plan`.
fn plan(bench: &Bench, words: &str) -> Ran {
    let ran = run(bench, &format!("plan {words}"));
    bench.put("shoot.plan", ran.out.as_bytes());
    ran
}

/// The pictures below a folder, without journals: which shard a frame was in is no matter.
fn pictures(bench: &Bench, folder: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut tree = bench.tree(folder);
    tree.retain(|path, _| !path.to_string_lossy().contains(".longlens"));
    tree
}

/// The lines of `shoot.plan`, changed.
fn edit(bench: &Bench, change: impl Fn(String) -> String) {
    let text = fs::read_to_string(bench.path("shoot.plan")).unwrap();
    bench.put("shoot.plan", change(text).as_bytes());
}

const TABLE: &[u8] =
    b"file,city,crop,caption\n000.jpg,Tumen,,\n001.jpg,\"Z\\k7\\\",3:2,finished \\k7\\\n";

/// Frames with all that a plan can say of them.
fn shoot(bench: &Bench, frames: u32) {
    bench.frames(frames, 90);
    bench.put("in/captions.csv", TABLE);
    bench.put("codes.txt", b"k7\tNo. 7\n");
    bench.put("in/deep/002.jpg", &jpeg(120, 80, 77));
}

const WORDS: &str = "in -o whole --code-replacements codes.txt --set byline=P --set x:mine=1 \
                     --caption {{filename}}/{{mine}}\\k7\\ --dehaze 30";

#[test]
fn a_plan_that_is_run_writes_what_develop_writes_journal_and_all() {
    let bench = Bench::new();
    shoot(&bench, 5);
    run(&bench, &format!("develop {WORDS}")).code(0);
    plan(&bench, &WORDS.replace("whole", "out")).code(0).says("6 frames planned");
    assert!(!bench.path("out").exists(), "a plan writes nothing");
    run(&bench, "run shoot.plan -j1").code(0).says("6 developed");
    assert_eq!(bench.tree("out"), bench.tree("whole"));
    let again = run(&bench, "run shoot.plan").code(0).says("6 up to date");
    assert!(again.err.contains("0 developed"), "{again:?}");
    run(&bench, &format!("develop {} --resume", WORDS.replace("whole", "out")))
        .says("6 up to date");
    let report = run(&bench, "report shoot.plan").code(0);
    assert!(report.out.contains("6 done\n"), "{report:?}");
}

#[test]
fn shards_of_any_number_in_any_order_make_one_tree() {
    let bench = Bench::new();
    shoot(&bench, 8);
    run(&bench, &format!("develop {WORDS}")).code(0);
    for (of, out, turned) in [(3, "out3", false), (7, "out7", true), (12, "out12", false)] {
        plan(&bench, &WORDS.replace("whole", out)).code(0);
        if turned {
            edit(&bench, |text| text.lines().rev().map(|line| format!("{line}\n")).collect());
        }
        for index in (1..=of).rev() {
            if index == 2 {
                let report = run(&bench, "report shoot.plan").code(75);
                assert!(report.out.contains("missing"), "{report:?}");
            }
            // A shard that is run twice, as after a requeue, finds its frames done.
            for _ in 0..=index % 2 {
                run(&bench, &format!("run shoot.plan --shard {index}/{of} -j2")).code(0);
            }
        }
        assert_eq!(pictures(&bench, out), pictures(&bench, "whole"), "{of}");
        run(&bench, "report shoot.plan --verify").code(0);
    }
    // One process finds all of it done.
    run(&bench, "run shoot.plan").code(0).says("9 up to date");
}

#[test]
fn a_shard_that_is_killed_is_completed_by_another_run_of_it() {
    let bench = Bench::new();
    bench.frames(24, 300);
    bench.develop("in -o whole").code(0);
    plan(&bench, "in -o out").code(0);
    for index in [2, 1] {
        let shard = format!("{index}/2");
        let mut program = bench.program();
        let mut child =
            program.args(["run", "shoot.plan", "--shard", &shard, "-q"]).spawn().unwrap();
        while child.try_wait().unwrap().is_none() && bench.tree_or_empty("out").len() < 4 {
            std::thread::sleep(Duration::from_millis(3));
        }
        let _ = child.kill();
        child.wait().unwrap();
        bench.not_torn("out");
        // Two at once are no more than one.
        let both = [0, 1].map(|_| {
            let mut program = bench.program();
            program.args(["run", "shoot.plan", "--shard", &shard, "-q"]).spawn().unwrap()
        });
        for one in both {
            Ran::of(one.wait_with_output().unwrap()).code(0);
        }
    }
    assert_eq!(pictures(&bench, "out"), pictures(&bench, "whole"));
    bench.whole("out");
    run(&bench, "report shoot.plan").code(0);
}

#[test]
fn exit_codes_tell_what_is_worth_another_try() {
    let bench = Bench::new();
    bench.frames(4, 60);
    bench.put("in/broken.jpg", &jpeg(160, 120, 1)[..2000]);
    plan(&bench, "in -o out").code(0);
    fs::rename(bench.path("in/002.jpg"), bench.path("away.jpg")).unwrap();
    run(&bench, "run shoot.plan").code(75).says("3 developed, 2 failed");
    let report = run(&bench, "report shoot.plan").code(75);
    assert!(report.out.contains("3 done, 1 failed, 1 worth another try"), "{report:?}");
    fs::rename(bench.path("away.jpg"), bench.path("in/002.jpg")).unwrap();
    run(&bench, "run shoot.plan").code(1).says("1 developed, 1 failed, 3 up to date");
    let report = run(&bench, "report shoot.plan --json").code(1);
    let lines = report.out.lines().map(|line| serde_json::from_str(line).unwrap());
    let lines: Vec<serde_json::Value> = lines.collect();
    let failed = lines.iter().find(|line| line["status"] == "failed").unwrap();
    assert_eq!((&failed["input"], &failed["shard"]), (&"in/broken.jpg".into(), &"1/1".into()));
    assert_eq!(lines.last().unwrap()["done"], 4);
    // An output folder that cannot be made now may be there later.
    plan(&bench, "in/000.jpg -o file/out").code(0);
    bench.put("file", b"");
    run(&bench, "run shoot.plan").code(75);
}

#[test]
fn an_original_that_changed_since_the_plan_is_not_developed() {
    let bench = Bench::new();
    bench.frames(2, 60);
    plan(&bench, "in -o out").code(0);
    bench.put("in/001.jpg", &jpeg(60, 40, 99));
    let told = ["error: in/001.jpg: ", "changed", "hint: ", "plan"];
    run(&bench, "run shoot.plan").code(1).tells(&told);
    plan(&bench, "in -o out").code(0);
    run(&bench, "run shoot.plan").code(0).says("1 developed, 1 up to date");
    // A report knows an output of another plan from its own.
    plan(&bench, "in -o out --sharpen 90").code(0);
    let report = run(&bench, "report shoot.plan").code(75);
    assert!(report.out.contains("0 done, 2 missing"), "{report:?}");
}

#[test]
fn a_line_that_was_edited_is_checked_again() {
    let bench = Bench::new();
    bench.frames(3, 60);
    let original = plan(&bench, "in -o out").code(0).out;
    for (from, to, told) in [
        ("\"output\":\"001.jpg\"", "\"output\":\"../001.jpg\"", &["'../001.jpg'"][..]),
        (
            "\"output\":\"001.jpg\"",
            "\"output\":\"002.JPG\"",
            &["line 4", "'002.jpg'", "two frames"],
        ),
        (
            "\"sequence\":2",
            "\"sequence\":2,\"settings\":{\"crob\":\"3:2\"}",
            &["'crob'", "did you mean 'crop'"],
        ),
        (
            "\"sequence\":2",
            "\"sequence\":2,\"settings\":{\"crop\":\"wide\"}",
            &["'wide' is not a crop"],
        ),
        ("\"sequence\":2", "\"sequence\":2,\"sttings\":{}", &["'sttings'"]),
        (
            "\"sequence\":2",
            "\"sequence\":2,\"settings\":{\"caption\":\"{{ city }}\"}",
            &["in/001.jpg: ", "'city'"],
        ),
        ("\"frames\":3", "\"frames\":4", &["3 frames", "4"]),
        ("{\"longlens\":\"", "{\"longlens\":\"0.0.", &["longlens 0.0."]),
    ] {
        assert!(original.contains(from), "{from}: {original}");
        bench.put("shoot.plan", original.replacen(from, to, 1).as_bytes());
        run(&bench, "run shoot.plan").code(2).tells(told);
        assert!(!bench.path("out").exists(), "{to}");
    }
    let changed = "\"sequence\":2,\"settings\":{\"crop\":\"30x20+0+0\"}";
    bench.put("shoot.plan", original.replacen("\"sequence\":2", changed, 1).as_bytes());
    run(&bench, "run shoot.plan").code(0);
    let header = probe(&bench.out("001.jpg"), &Limits::default()).unwrap();
    assert_eq!(header.size, Size::new(30, 20));
    bench.put("shoot.plan", b"Dear editor\n");
    run(&bench, "run shoot.plan").code(2).tells(&["error: shoot.plan: ", "not a plan"]);
    let (head, frames) = original.split_once('\n').unwrap();
    bench.put("shoot.plan", format!("{head}\nDear editor\n{frames}").as_bytes());
    run(&bench, "run shoot.plan").code(2).tells(&["error: shoot.plan: ", "line 2"]);
}

#[test]
fn a_plan_is_refused_where_develop_is() {
    let bench = Bench::new();
    bench.frames(2, 60);
    for words in [
        "in -o out --crop wide",
        "in -o out --require city",
        "in -o out --caption {{city}}",
        "in -o out --set citty=X",
        "nothere -o out",
        "in -o in/000.jpg",
    ] {
        let planned = run(&bench, &format!("plan {words}")).code(2);
        assert_eq!(planned.err, bench.develop(words).code(2).err, "{words}");
        assert_eq!(planned.out, "");
    }
    run(&bench, "plan in/000.jpg -o one.jpg").code(2).tells(&["error", "output folder"]);
}

#[test]
fn a_run_elsewhere_finds_the_shoot_where_the_plan_says() {
    let bench = Bench::new();
    bench.frames(2, 60);
    plan(&bench, "in -o out").code(0);
    let elsewhere = tempfile::tempdir().unwrap();
    let mut program = bench.program();
    program.current_dir(elsewhere.path()).arg("run").arg(bench.path("shoot.plan"));
    Ran::of(program.output().unwrap()).code(0).says("2 developed");
    bench.develop("in -o out --resume").code(0).says("2 up to date");
}

#[test]
fn what_was_beside_a_frame_and_is_gone_is_worth_another_try() {
    let bench = Bench::new();
    bench.frames(2, 60);
    bench.put("in/001.xmp", crate::metadata::make::XMP.as_bytes());
    let inside = fs::read(bench.path("in/000.jpg")).unwrap();
    bench.put("in/000.nef", &crate::raw::make::Camera::new(&inside, 60).nef());
    plan(&bench, "in -o out").code(0);
    for (gone, told) in [("in/001.xmp", "001.xmp"), ("in/000.nef", "000.nef")] {
        let kept = fs::read(bench.path(gone)).unwrap();
        fs::remove_file(bench.path(gone)).unwrap();
        let ran = run(&bench, "run shoot.plan").code(75);
        assert!(ran.err.contains(told) && ran.err.contains("1 failed"), "{ran:?}");
        bench.put(gone, &kept);
    }
    run(&bench, "run shoot.plan").code(0);
    fs::remove_file(bench.path("in/001.xmp")).unwrap();
    run(&bench, "run shoot.plan").code(75);
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_told_is_worth_another_try_too() {
    let bench = Bench::new();
    bench.frames(1, 60);
    plan(&bench, "in -o out").code(0);
    let mut program = bench.program();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let ran = program.args(["run", "shoot.plan", "--json"]).stdout(full).output().unwrap();
    assert_eq!(ran.status.code(), Some(75), "{ran:?}");
    run(&bench, "run in").code(2).tells(&["error: in: ", "plan"]);
    run(&bench, "run none.plan").code(2).tells(&["error: none.plan: ", "no such file"]);
}

/// Bytes that the program reads, in all: the shell counts its children when they have ended.
#[cfg(target_os = "linux")]
fn bytes_read(bench: &Bench, words: &str) -> u64 {
    let program = env!("CARGO_BIN_EXE_longlens");
    let line = format!("'{program}' {words} || exit; grep rchar /proc/$$/io");
    let mut shell = std::process::Command::new("sh");
    let ran = Ran::of(shell.arg("-c").arg(line).current_dir(bench.path(".")).output().unwrap());
    ran.out.rsplit(' ').next().unwrap().trim().parse().unwrap_or_else(|_| panic!("{ran:?}"))
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_done_is_known_by_size_and_times_and_verify_reads_it() {
    let bench = Bench::new();
    bench.frames(12, 900);
    let hour_ago = SystemTime::now() - Duration::from_secs(3600);
    let mut all = 0;
    for entry in fs::read_dir(bench.path("in")).unwrap() {
        let file = File::options().write(true).open(entry.unwrap().path()).unwrap();
        file.set_modified(hour_ago).unwrap();
        all += file.metadata().unwrap().len();
    }
    plan(&bench, "in -o out").code(0);
    run(&bench, "run shoot.plan").code(0);
    for words in ["run shoot.plan -q", "develop in -o out --resume -q"] {
        // After a plan, which may have had fewer frames, `develop` looks for scenes once.
        run(&bench, words).code(0);
        let (some, every) =
            (bytes_read(&bench, words), bytes_read(&bench, &format!("{words} --verify")));
        assert!(some < all / 4, "{words}: {some} bytes of {all}");
        assert!(every > 2 * all, "{words}: {every} bytes of {all} and the outputs");
    }
    // Another file of the same length is found, whatever its time says.
    let output = bench.path("out/003.jpg");
    let (bytes, time) = (bench.out("003.jpg"), fs::metadata(&output).unwrap().modified().unwrap());
    fs::write(&output, bytes.iter().rev().copied().collect::<Vec<u8>>()).unwrap();
    File::options().write(true).open(&output).unwrap().set_modified(time).unwrap();
    run(&bench, "run shoot.plan").code(1).tells(&["warning", "changed"]);
}

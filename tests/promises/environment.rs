//! The machine fails: full disks, closed outputs, limits on files, memory and handles.

use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;

use crate::support::{Bench, Ran};

#[test]
fn a_closed_or_full_standard_output_costs_no_frame() {
    let bench = Bench::new();
    bench.frames(3, 60);
    let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
    let mut program = bench.program();
    program.args(["develop", "in", "-o", "out", "--json"]).stdout(full());
    Ran::of(program.output().unwrap()).code(3).says("standard output");
    assert_eq!(bench.tree("out").len(), 4, "three frames and the journal");
    let mut program = bench.program();
    program.args(["develop", "in", "-o", "again", "--json", "-v"]).stdout(full()).stderr(full());
    Ran::of(program.output().unwrap()).code(3);
    assert_eq!(bench.tree("again"), bench.tree("out"));
    // None of the files takes the place of a closed stream, so that nothing is printed into it.
    for (closed, out) in [(">&-", "third"), ("<&- >&- 2>&-", "fourth"), ("2>&-", "fifth")] {
        bench.limited(&format!("exec {closed}"), &format!("in -o {out} --json -v")).code(0);
        assert_eq!(bench.tree(out), bench.tree("out"), "{closed}");
    }
    // Where the text is all that was ordered, a full disk is no success.
    for order in [&["recipe"][..], &["inspect", "in/000.jpg"], &["fields", "in/000.jpg"]] {
        let ran = bench.program().args(order).stdout(full()).output().unwrap();
        Ran::of(ran).code(3).says("standard output");
    }
}

#[test]
fn files_that_may_not_grow_end_the_run_and_leave_nothing_torn() {
    let bench = Bench::new();
    bench.frames(3, 400);
    // Units of 512 bytes in POSIX's sh: from no byte to more than a frame has.
    for blocks in [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 400] {
        let out = format!("out{blocks}");
        let ran = bench.limited(&format!("ulimit -f {blocks}"), &format!("in -o {out} -j1"));
        bench.whole(&out);
        let made =
            bench.tree(&out).keys().filter(|n| n.extension().is_some_and(|e| e == "jpg")).count();
        match ran.code {
            0 => assert_eq!(made, 3),
            3 => assert!(ran.err.contains("file too large"), "{ran:?}"),
            _ => panic!("{ran:?}"),
        }
        assert_eq!(ran.code == 3, made < 3, "{blocks}: {made} made, {ran:?}");
        if blocks == 0 {
            ran.code(3);
        }
    }
}

#[test]
fn running_out_of_file_handles_is_reported() {
    let bench = Bench::new();
    bench.frames(3, 60);
    for handles in 4..20 {
        let out = format!("out{handles}");
        let ran = bench.limited(&format!("ulimit -n {handles}"), &format!("in -o {out} -j1"));
        // Too few for the system's own loader: the program never began.
        if ran.code == 127 {
            continue;
        }
        assert!(matches!(ran.code, 0..=3), "{handles}: {ran:?}");
        assert!(ran.code == 0 || ran.err.contains("too many open files"), "{ran:?}");
        bench.whole(&out);
    }
}

#[test]
fn too_little_memory_gives_a_result_or_a_reason() {
    let bench = Bench::new();
    bench.frames(2, 3000);
    let mut refused = 0;
    for mib in [60, 90, 120, 160, 240, 400, 800] {
        for workers in [1, 8] {
            let out = format!("out{mib}-{workers}");
            let words = format!("in -o {out} -j{workers} --no-sync");
            let ran = bench.limited(&format!("ulimit -v {}", mib * 1024), &words);
            assert!(matches!(ran.code, 0 | 1 | 3), "{mib} MiB: {ran:?}");
            if ran.code != 0 {
                refused += 1;
                assert!(ran.err.contains("memory") || ran.err.contains("cannot start"), "{ran:?}");
            }
            bench.whole(&out);
        }
    }
    assert!(refused > 0, "60 MiB cannot be enough for a frame of 6 MP");
}

#[test]
#[ignore = "needs the right to mount a file system"]
fn a_full_disk_ends_the_run_with_its_reason() {
    let bench = Bench::new();
    bench.frames(6, 500);
    fs::create_dir(bench.path("disk")).unwrap();
    let mount = |words: &[&str]| {
        let run =
            std::process::Command::new(words[0]).args(&words[1..]).arg(bench.path("disk")).output();
        run.is_ok_and(|run| run.status.success())
    };
    assert!(mount(&["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs"]), "cannot mount a tmpfs");
    let ran = bench.develop("in -o disk/out -j2");
    let outcome = std::panic::catch_unwind(|| {
        bench.whole("disk/out");
        bench.tree("disk/out").len()
    });
    mount(&["umount"]);
    assert!(outcome.unwrap() >= 1);
    ran.code(3).says("no space left on device");
}

#[test]
fn a_folder_that_cannot_be_written_is_found_before_any_work() {
    let bench = Bench::new();
    bench.frames(1, 60);
    bench.put("file", b"");
    bench.develop("in -o file").code(2).says("file: ");
    bench.develop("in -o file/below").code(3).says("file/below: ");
    bench.develop("in -o /proc/none").code(3).says("/proc/none: ");
}

#[test]
fn a_name_that_cannot_be_written_costs_one_frame() {
    let bench = Bench::new();
    bench.frames(2, 60);
    // 255 bytes as PNG's name is 256 bytes as TIFF's.
    bench.put(format!("in/{}.png", "n".repeat(251)), &crate::support::jpeg(60, 40, 1));
    bench.put(format!("in/{}.jpg", "m".repeat(251)), &crate::support::jpeg(60, 40, 1));
    bench.develop("in -o out").code(0);
    bench
        .develop("in -o long --format webp")
        .code(1)
        .says("file name too long")
        .says("2 developed, 2 failed");
}

#[test]
fn a_frame_alone_gives_the_same_bytes_as_among_others() {
    for long_side in [640, 1600] {
        let bench = Bench::new();
        bench.frames(1, long_side);
        bench.develop("in -o alone").code(0);
        bench.frames(2, long_side);
        bench.develop("in -o both").code(0);
        let (alone, both) = (bench.tree("alone"), bench.tree("both"));
        assert_eq!(alone[Path::new("000.jpg")], both[Path::new("000.jpg")]);
    }
}

/// Where std handles stack overflows, it aborts the program when there is no memory for the stack that
/// each thread then needs for signals.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn no_thread_needs_a_stack_for_signals() {
    let bench = Bench::new();
    bench.frames(100, 300);
    let mut program = bench.program();
    let mut run = program.args(["develop", "in", "-o", "out"]).spawn().unwrap();
    let (interrupt, segments) = (1 << (2 - 1), 1 << (11 - 1));
    let caught = loop {
        let status = fs::read_to_string(format!("/proc/{}/status", run.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let caught = u64::from_str_radix(line.unwrap().trim(), 16).unwrap();
        if caught & interrupt != 0 || run.try_wait().unwrap().is_some() {
            break caught;
        }
    };
    assert!(run.wait().unwrap().success());
    assert_eq!(caught & (interrupt | segments), interrupt, "{caught:x}");
}

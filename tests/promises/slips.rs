//! What people type who come from other programs, or in a hurry: the program does what they mean, or says
//! what to type.

use crate::support::{Bench, Ran, jpeg};

/// The program with these words, whatever the command.
fn typed(bench: &Bench, words: &[&str]) -> Ran {
    Ran::of(bench.program().args(words).output().unwrap())
}

#[test]
fn flags_of_other_programs_are_answered_with_ours() {
    let bench = Bench::new();
    bench.frames(1, 60);
    for (flag, answer) in [
        ("--resize", "--long-edge"),
        ("--text", "--caption"),
        ("--watermark", "--caption"),
        ("--gravity", "--anchor"),
        ("--threads", "--jobs"),
        ("--preset", "--recipe"),
        ("--output", "--out"),
        ("--strip", "--privacy bare"),
        ("--force", "--overwrite"),
        ("-resize", "--long-edge"),
        ("--recursive", "subfolders"),
        ("--dehase", "did you mean '--dehaze'?"),
    ] {
        let ran = typed(&bench, &["develop", "in", "-o", "out", flag, "50"]).code(2);
        assert!(ran.err.contains("hint:") && ran.err.contains(answer), "{flag}: {ran:?}");
    }
    assert!(!bench.path("out").exists());
}

#[test]
fn frames_without_a_command_or_a_folder_are_told_what_to_type() {
    let bench = Bench::new();
    bench.frames(2, 60);
    let ran = typed(&bench, &["in/000.jpg", "in/001.jpg"]).code(2);
    ran.says("'in/000.jpg'").says("longlens develop in/000.jpg -o out");
    let ran = typed(&bench, &["compare", "in/000.jpg"]).code(2);
    ran.tells(&["error", "no output"]).says("longlens compare in/000.jpg -o compare.jpg");
    let ran = typed(&bench, &["develop", "in/000.jpg"]).code(2);
    ran.says("longlens develop in/000.jpg -o out");
    typed(&bench, &["develp", "in"]).code(2).says("'longlens develop'");
    typed(&bench, &["develop", "-o", "out"]).code(2).tells(&["error", "no frames", "hint: "]);
}

#[test]
fn a_shells_list_of_frames_is_the_shoot_of_their_folder() {
    let bench = Bench::new();
    bench.frames(3, 240);
    bench.put("in/longlens.toml", b"sharpen = \"off\"\n");
    bench.put("in/captions.csv", b"file,caption\n000.jpg,One\n001.jpg,Two\n002.jpg,Three\n");
    bench.develop("in -o whole --dehaze off").code(0);
    let listed = bench.develop("in/000.jpg in/001.jpg -o out --dehaze off").code(0);
    let listed = listed.says("using in/captions.csv").says("using in/longlens.toml");
    assert!(!listed.err.contains("002.jpg"), "the third was not asked for: {listed:?}");
    for name in ["000.jpg", "001.jpg"] {
        let of = |folder: &str| bench.tree(folder)[std::path::Path::new(name)].clone();
        assert_eq!(of("out"), of("whole"), "{name}");
    }
    // All that is in the folder, as `in/*` names it.
    let all = "in/000.jpg in/001.jpg in/002.jpg in/captions.csv in/longlens.toml";
    bench.develop(&format!("{all} -o all --dehaze off")).code(0).says("3 developed");
    let left = bench.develop("in/000.jpg -o plain --dehaze off --no-folder-files").code(0);
    assert!(!left.err.contains("using"), "{left:?}");
}

#[test]
fn each_folder_of_a_list_is_a_shoot_of_its_own() {
    let bench = Bench::new();
    for folder in ["one", "two"] {
        bench.put(format!("{folder}/{folder}.jpg"), &jpeg(240, 160, 1));
        bench.put(
            format!("{folder}/captions.csv"),
            format!("file,caption\n{folder}.jpg,{folder}\n").as_bytes(),
        );
    }
    let ran =
        typed(&bench, &["develop", "one/one.jpg", "two/two.jpg", "-o", "out", "--dry-run"]).code(0);
    for said in ["caption: one", "caption: two"] {
        assert!(ran.out.contains(said), "{ran:?}");
    }
}

#[test]
fn a_ratio_typed_with_an_x_is_asked_about() {
    let bench = Bench::new();
    bench.frames(1, 240);
    for (crop, ratio) in [("16x9", "16:9"), ("3X2", "3:2"), ("235x100", "235:100")] {
        bench
            .develop(&format!("in -o out --crop {crop}"))
            .code(2)
            .says(&format!("the ratio {ratio}?"));
    }
    assert!(!bench.path("out").exists());
    bench.develop("in -o out --crop 16x9+0+0").code(0);
    bench.develop("in -o size --crop 100x80").code(0);
    bench.develop("in -o slash --crop 3/2").code(0);
}

#[test]
fn an_output_with_a_foreign_ending_is_no_folder_unless_it_is_written_like_one() {
    let bench = Bench::new();
    bench.frames(1, 60);
    for name in ["out.exr", "out.jepg", "out.2024", "out.heic"] {
        let ran = bench.develop(&format!("in/000.jpg -o {name}")).code(2);
        ran.says(&format!("write {name}/"));
        assert!(!bench.path(name).exists(), "{name}");
    }
    bench.develop("in -o out.exr/").code(0);
    assert!(bench.path("out.exr/000.jpg").is_file());
    bench.develop("in/000.jpg -o picture.jfif").code(0);
    assert!(bench.path("picture.jfif").is_file());
}

#[test]
fn raw_and_heic_files_beside_pictures_are_counted_and_the_others_named() {
    let bench = Bench::new();
    bench.frames(1, 60);
    bench.put("in/000.CR2", b"II*\0\x10\0\0\0CR\x02\0");
    bench.put("in/000.HEIC", b"\0\0\0\x18ftypheic\0\0\0\0");
    if !cfg!(feature = "heic") {
        bench.put("in/PHONE.HEIC", b"\0\0\0\x18ftypheic\0\0\0\0");
    }
    bench.put("in/notes.txt", b"notes");
    let ran = bench.develop("in -o out").code(0);
    let ran = ran
        .tells(&["1 RAW file ", "developed from the JPEG beside it"])
        .tells(&["skipped 1 file", "(1 .heic)"])
        .tells(&["skipped 1 file", "not a picture", "(1 .txt)"]);
    if !cfg!(feature = "heic") {
        ran.tells(&["skipped 1 photograph", "in/PHONE.HEIC (HEIC)", "hint: ", "--features heic"]);
    }
}

#[test]
fn photographs_that_no_build_reads_are_named_too() {
    let bench = Bench::new();
    bench.frames(1, 60);
    bench.put("in/b.avif", b"\0\0\0\x18ftypavif\0\0\0\0");
    let ran = bench.develop("in -o out").code(0);
    let ran = ran.tells(&["skipped 1 photograph", "in/b.avif (AVIF)", "hint: ", "TIFF"]);
    assert!(!ran.err.contains("not a picture"), "{}", ran.err);
    if !cfg!(feature = "jxl") {
        bench.put("in/c.jxl", b"\xFF\x0A");
        let ran = bench.develop("in -o again").code(0);
        ran.says("in/c.jxl (JPEG XL)").says("--features jxl");
    }
}

#[test]
fn another_cards_frame_of_the_same_name_is_not_taken_for_delivered() {
    let bench = Bench::new();
    bench.put("one/IMG_1.jpg", &jpeg(60, 40, 1));
    bench.put("two/IMG_1.jpg", &jpeg(60, 40, 2));
    bench.develop("one -o out").code(0);
    bench.develop("one -o out").code(0).says("1 skipped (output exists)");
    let ran = bench.develop("two -o out").code(1).says("1 not delivered");
    ran.says("--skip-existing").says("--overwrite").says("'one/IMG_1.jpg'");
    bench.develop("two -o out --skip-existing").code(0).says("1 not delivered");
    bench.develop("two -o out --overwrite").code(0).says("1 developed");
}

#[test]
fn an_output_of_other_settings_is_not_taken_for_delivered() {
    let bench = Bench::new();
    bench.frames(2, 60);
    bench.develop("in -o out --crop 3:2").code(0);
    let ran = bench.develop("in -o out --crop 1:1").code(1).says("2 not delivered");
    ran.tells(&["warning: in/000.jpg: ", "settings"]).says("--resume").says("--overwrite");
    bench.develop("in -o out --crop 1:1 --skip-existing").code(0);
    bench.develop("in -o out --crop 3:2").code(0).says("2 skipped (output exists)");
    bench.develop("in -o out --crop 1:1 --resume").code(0).says("2 developed");
}

#[test]
fn lists_with_lines_and_lists_with_nul_are_read() {
    let bench = Bench::new();
    bench.frames(2, 60);
    bench.put("lines.txt", "\u{feff}in/000.jpg\r\nin/001.jpg\r\n\n".as_bytes());
    bench.put("nul", b"in/000.jpg\0in/001.jpg\0");
    bench.develop("--files-from lines.txt -o a").code(0).says("2 developed");
    bench.develop("--files-from nul -o b").code(0).says("2 developed");
    bench.develop("--files0-from nul -o c").code(0).says("2 developed");
    bench.develop("--files0-from lines.txt -o d").code(2).tells(&[
        "error",
        "hint: ",
        "--files-from ",
    ]);
}

#[test]
fn one_line_a_kind_and_the_failures_again_at_the_end() {
    let bench = Bench::new();
    bench.frames(12, 60);
    bench.put("in/000.jpg", b"");
    let caption = "a caption that is much too long for so small a frame as this one is";
    let words = ["develop", "in", "-o", "out", "--sharpen", "off", "--caption", caption];
    let ran = typed(&bench, &words).code(1);
    assert_eq!(ran.err.matches(": the caption was made smaller").count(), 4, "{ran:?}");
    let ran = ran.tells(&["11 frames", "the caption was made smaller"]);
    let end = ran.err.rsplit("1 failed:").next().unwrap();
    assert!(end.starts_with("\n  in/000.jpg: the file is empty\n"), "{ran:?}");
    ran.says("outputs are in out").says("frames/s");
    let all = typed(&bench, &[&words[..], &["--overwrite", "-vv"]].concat()).code(1);
    assert!(
        all.err.matches(": warning: ").count()
            + all.err.matches("the caption was made smaller").count()
            >= 11
    );
}

#[test]
fn json_begins_with_the_run_and_ends_with_its_sums() {
    let bench = Bench::new();
    bench.frames(2, 60);
    let lines = |ran: &Ran| -> Vec<serde_json::Value> {
        ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let ran = typed(&bench, &["develop", "in", "-o", "out", "--json", "--quality", "80"]).code(0);
    let told = lines(&ran);
    let kinds: Vec<_> = told.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["run", "frame", "frame", "summary"]);
    assert_eq!(told[0]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(told[0]["settings"]["quality"], "80");
    assert!(told[0]["run"].is_string() && told[0]["time"].as_str().unwrap().ends_with('Z'));
    assert_eq!((&told[3]["done"], &told[3]["exit"]), (&2.into(), &0.into()));
    // What keeps it from beginning is a line, too.
    for words in [&["nothere", "-o", "out"][..], &["in", "-o", "out", "--resize", "5"]] {
        let ran = typed(&bench, &[&["develop", "--json"], words].concat()).code(2);
        let told = lines(&ran);
        assert_eq!((told.len(), told[0]["type"].as_str()), (1, Some("error")), "{ran:?}");
    }
}

#[test]
fn a_flag_of_another_command_is_named_as_such() {
    let bench = Bench::new();
    let ran = bench.run(&["inspect", "a.jpg", "--where", "rating > 3"]).code(2);
    ran.says("unknown flag '--where'").says("--where is a flag of longlens develop");
    let ran = bench.run(&["completions", "foo"]).code(2);
    ran.tells(&["'foo'", "hint: ", "bash, zsh, fish, elvish or powershell"]);
    bench.run(&["presets", "foo"]).code(2).says("unexpected argument 'foo'");
}

#[test]
fn the_shell_is_offered_values_and_the_manual_has_every_flag() {
    let bench = Bench::new();
    let script = typed(&bench, &["completions", "bash"]).code(0).out;
    for value in ["northwest", "deconvolve", "strip", "webp"] {
        assert!(script.contains(value), "{value} is not offered");
    }
    let page = Ran::of(bench.program().arg("man").output().unwrap()).code(0).out;
    for flag in
        ["dehaze", "files\\-from", "skip\\-existing", "EXIT STATUS", "75 (run", ".TH longlens"]
    {
        assert!(page.contains(flag), "{flag} is not in the manual");
    }
}

/// What a command would refuse or ignore, it does not offer.
#[test]
fn help_lists_only_what_a_command_accepts() {
    let bench = Bench::new();
    bench.frames(1, 200);
    let offers = |command: &str, flag: &str| {
        let help = bench.run(&[command, "--help"]).code(0).out;
        help.lines().any(|line| line.split_whitespace().next() == Some(flag))
    };
    for (command, flags) in [
        ("watch", &["--scene", "--haze-from"][..]),
        ("compare", &["--quality", "--privacy", "--caption", "--long-edge", "--scene"]),
        ("bench", &["--name", "--scene"]),
    ] {
        assert!(offers(command, "--dehaze"), "{command}");
        for flag in flags {
            assert!(offers("develop", flag), "{flag}");
            assert!(!offers(command, flag), "{command} offers {flag}");
        }
    }
    typed(&bench, &["compare", "in/000.jpg", "--dehaze", "1,2", "--quality", "50", "-o", "x.jpg"])
        .code(2)
        .says("--quality is a flag of longlens develop");
    typed(&bench, &["watch", "in", "-o", "out", "--scene", "folder"]).code(2).says("one by one");
}

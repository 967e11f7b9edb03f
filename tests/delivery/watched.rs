//! `longlens watch`: what arrives is developed once, whole, however it arrives.

use std::fs;
use std::io::Write;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Bench, Ran, jpeg};

/// Longest time that anything may take that is waited for.
const MOST: Duration = Duration::from_secs(40);

/// A watch of `in`, with outputs in `out`, that is ended with the test.
struct Watch<'a> {
    bench: &'a Bench,
    child: Option<Child>,
}

impl<'a> Watch<'a> {
    fn begin(bench: &'a Bench, words: &str) -> Self {
        let mut program = bench.program();
        program.args(["watch", "in", "-o", "out", "--json", "--no-sync", "--settle", "0.4s"]);
        program.args(words.split_whitespace());
        program.stdout(Stdio::piped()).stderr(fs::File::create(bench.path("said")).unwrap());
        Self { bench, child: Some(program.spawn().unwrap()) }
    }

    #[track_caller]
    fn wait_for(&mut self, what: &str, is_there: impl Fn() -> bool) {
        let begun = Instant::now();
        while !is_there() {
            let ended = self.child.as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none() && begun.elapsed() < MOST, "{what}: {}", self.said());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    #[track_caller]
    fn wait_for_output(&mut self, name: &str) {
        let path = self.bench.path("out").join(name);
        self.wait_for(name, || path.exists());
    }

    #[track_caller]
    fn wait_until_said(&mut self, text: &str) {
        let said = self.bench.path("said");
        self.wait_for(text, || fs::read_to_string(&said).unwrap().contains(text));
    }

    fn said(&self) -> String {
        fs::read_to_string(self.bench.path("said")).unwrap()
    }

    fn signal(&self, name: &str) {
        let id = self.child.as_ref().unwrap().id().to_string();
        assert!(std::process::Command::new("kill").arg(name).arg(id).status().unwrap().success());
    }

    /// Ends it as a user does; what it said and the lines of JSON about frames.
    fn end(mut self) -> (Ran, Vec<serde_json::Value>) {
        self.signal("-INT");
        let ran = Ran::of(self.child.take().unwrap().wait_with_output().unwrap());
        let ran = Ran { err: self.said(), ..ran };
        let lines = ran.out.lines().map(|line| serde_json::from_str(line).unwrap());
        let frames = lines.filter(|line: &serde_json::Value| line["type"] == "frame").collect();
        (ran, frames)
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// What became of each file, by its name below the folder: `done`, or what failed.
fn statuses(frames: &[serde_json::Value]) -> Vec<String> {
    let said = |frame: &serde_json::Value| {
        let input = frame["input"].as_str().unwrap();
        format!("{} {}", input.strip_prefix("in/").unwrap(), frame["status"].as_str().unwrap())
    };
    let mut said: Vec<String> = frames.iter().map(said).collect();
    said.sort();
    said
}

/// Makes the folder `in`.
fn watched() -> Bench {
    let bench = Bench::new();
    fs::create_dir(bench.path("in")).unwrap();
    bench
}

#[test]
fn files_that_come_in_pieces_or_get_their_names_late_are_developed_once_and_whole() {
    let bench = watched();
    bench.put("in/early.jpg", &jpeg(90, 60, 1));
    let mut watch = Watch::begin(&bench, "");
    watch.wait_for_output("early.jpg");
    let bytes = jpeg(300, 200, 2);
    let mut slow = fs::File::create(bench.path("in/slow.jpg")).unwrap();
    for piece in bytes.chunks(bytes.len() / 6) {
        slow.write_all(piece).unwrap();
        std::thread::sleep(Duration::from_millis(150));
    }
    drop(slow);
    bench.put("in/renamed.jpg.part", &jpeg(90, 60, 3));
    bench.put("in/.hidden.jpg", &jpeg(90, 60, 4));
    bench.put("in/sub/deep.jpg", &jpeg(90, 60, 5));
    watch.wait_for_output("slow.jpg");
    watch.wait_for_output("sub/deep.jpg");
    assert!(!bench.path("out/renamed.jpg").exists());
    fs::rename(bench.path("in/renamed.jpg.part"), bench.path("in/renamed.jpg")).unwrap();
    watch.wait_for_output("renamed.jpg");
    let (ran, frames) = watch.end();
    let ran = ran.code(0).says("4 developed");
    assert_eq!(
        statuses(&frames),
        ["early.jpg done", "renamed.jpg done", "slow.jpg done", "sub/deep.jpg done"],
        "{ran:?}"
    );
    bench.whole("out");
    // The same bytes as of a run of all, and nothing left to do for it.
    fs::remove_file(bench.path("in/.hidden.jpg")).unwrap();
    bench.develop("in -o whole --scene off --no-sync").code(0);
    assert_eq!(bench.tree("out"), bench.tree("whole"));
    bench.develop("in -o out --scene off --resume").code(0).says("4 up to date");
}

#[test]
fn a_file_that_is_cut_short_is_tried_again_when_it_grows_and_fails_in_the_end() {
    let bench = watched();
    let mut watch = Watch::begin(&bench, "--patience 2s");
    let bytes = jpeg(300, 200, 1);
    bench.put("in/grows.jpg", &bytes[..bytes.len() / 2]);
    bench.put("in/empty.jpg", &[]);
    let log = bench.path("out/.longlens.log.jsonl");
    watch.wait_for("the first try", || {
        fs::read_to_string(&log).is_ok_and(|log| log.contains("grows.jpg"))
    });
    bench.put("in/grows.jpg", &bytes);
    bench.put("in/torn.jpg", &bytes[..bytes.len() / 3]);
    watch.wait_for_output("grows.jpg");
    watch.wait_until_said("torn.jpg: ");
    watch.wait_until_said("empty.jpg: ");
    // Reported as failed, and right after all.
    bench.put("in/torn.jpg", &bytes);
    watch.wait_for_output("torn.jpg");
    bench.put("in/never.jpg", &bytes[..bytes.len() / 3]);
    std::thread::sleep(Duration::from_millis(1200));
    let (ran, frames) = watch.end();
    let ran = ran.code(1).says("2 developed, 2 failed");
    assert_eq!(
        statuses(&frames),
        ["empty.jpg failed", "grows.jpg done", "torn.jpg done", "torn.jpg failed"],
        "{ran:?}"
    );
    assert!(ran.err.contains("in/never.jpg: "), "{ran:?}");
    bench.whole("out");
}

#[test]
fn a_file_that_was_tried_too_soon_and_then_renamed_is_no_failure() {
    let bench = watched();
    let mut watch = Watch::begin(&bench, "--patience 30s");
    let bytes = jpeg(300, 200, 1);
    bench.put("in/upload.jpg", &bytes[..bytes.len() / 2]);
    let log = bench.path("out/.longlens.log.jsonl");
    watch.wait_for("the first try", || {
        fs::read_to_string(&log).is_ok_and(|log| log.contains("upload.jpg"))
    });
    fs::rename(bench.path("in/upload.jpg"), bench.path("in/final.jpg")).unwrap();
    bench.put("in/final.jpg", &bytes);
    watch.wait_for_output("final.jpg");
    let (ran, frames) = watch.end();
    let ran = ran.code(0).says("1 developed");
    assert!(!ran.err.contains("upload.jpg"), "{ran:?}");
    assert_eq!(statuses(&frames), ["final.jpg done"]);
}

#[test]
fn the_page_of_a_watch_has_each_frame_once_as_it_ended() {
    let bench = watched();
    let words = "--patience 1s --report page.html";
    let mut watch = Watch::begin(&bench, words);
    let bytes = jpeg(300, 200, 1);
    bench.put("in/torn.jpg", &bytes[..bytes.len() / 2]);
    bench.put("in/twice.jpg", &jpeg(90, 60, 2));
    watch.wait_for_output("twice.jpg");
    watch.wait_until_said("torn.jpg: ");
    bench.put("in/torn.jpg", &bytes);
    watch.wait_for_output("torn.jpg");
    let first = fs::read(bench.path("out/twice.jpg")).unwrap();
    bench.put("in/twice.jpg", &jpeg(120, 80, 3));
    let again = bench.path("out/twice.jpg");
    watch.wait_for("the second", || fs::read(&again).is_ok_and(|bytes| bytes != first));
    let (ran, _) = watch.end();
    ran.code(0);
    let page = fs::read_to_string(bench.path("page.html")).unwrap();
    assert_eq!(page.matches("<article").count(), 2, "torn.jpg and twice.jpg");
    assert_eq!(page.matches("data-status=\"done\"").count(), 2);
}

#[test]
fn damaged_files_that_are_accepted_are_developed_when_patience_is_over() {
    let bench = watched();
    let bytes = jpeg(300, 200, 1);
    bench.put("in/torn.jpg", &bytes[..bytes.len() / 2]);
    let mut watch = Watch::begin(&bench, "--patience 2s --accept-damaged");
    watch.wait_for_output("torn.jpg");
    let (ran, frames) = watch.end();
    ran.code(0).says("1 developed").says("1 warning");
    assert_eq!(statuses(&frames), ["torn.jpg done"]);
}

#[test]
fn a_folder_may_go_and_come_back() {
    let bench = watched();
    bench.frames(2, 90);
    for words in ["", "--poll 0.3s"] {
        let mut watch = Watch::begin(&bench, words);
        watch.wait_for_output("001.jpg");
        fs::rename(bench.path("in"), bench.path("away")).unwrap();
        watch.wait_until_said("warning: in is ");
        bench.put("away/late.jpg", &jpeg(90, 60, 7));
        fs::rename(bench.path("away"), bench.path("in")).unwrap();
        watch.wait_until_said("in is back");
        watch.wait_for_output("late.jpg");
        bench.put("in/later.jpg", &jpeg(90, 60, 8));
        watch.wait_for_output("later.jpg");
        let (ran, frames) = watch.end();
        let ran = ran.code(0);
        let done = ["000.jpg done", "001.jpg done", "late.jpg done", "later.jpg done"];
        assert_eq!(statuses(&frames), done, "{ran:?}");
        fs::remove_dir_all(bench.path("out")).unwrap();
        fs::remove_file(bench.path("in/late.jpg")).unwrap();
        fs::remove_file(bench.path("in/later.jpg")).unwrap();
    }
}

#[test]
fn another_card_in_the_place_of_one_that_was_pulled_out_is_developed_too() {
    let bench = watched();
    bench.put("in/000.jpg", &jpeg(90, 60, 1));
    let mut watch = Watch::begin(&bench, "--patience 30s");
    watch.wait_for_output("000.jpg");
    let (first, cut) = (fs::read(bench.path("out/000.jpg")).unwrap(), jpeg(300, 200, 2));
    // Pulled out in the middle of a file.
    bench.put("in/cut.jpg", &cut[..cut.len() / 2]);
    fs::remove_dir_all(bench.path("in")).unwrap();
    watch.wait_until_said("warning: in is ");
    bench.put("card/000.jpg", &jpeg(120, 80, 3));
    bench.put("card/DCIM/new.jpg", &jpeg(90, 60, 4));
    fs::rename(bench.path("card"), bench.path("in")).unwrap();
    watch.wait_until_said("in is back");
    watch.wait_for_output("DCIM/new.jpg");
    let again = bench.path("out/000.jpg");
    watch.wait_for("the second", || fs::read(&again).is_ok_and(|bytes| bytes != first));
    let (ran, frames) = watch.end();
    let ran = ran.code(0);
    let done = ["000.jpg done", "000.jpg done", "DCIM/new.jpg done"];
    assert_eq!(statuses(&frames), done, "{ran:?}");
    bench.whole("out");
}

#[test]
fn what_is_done_is_not_done_again_and_what_is_replaced_is() {
    let bench = watched();
    bench.frames(2, 90);
    bench.develop("in -o out --scene off --no-sync").code(0);
    let mut watch = Watch::begin(&bench, "");
    bench.put("in/000.jpg", &jpeg(120, 80, 9));
    bench.put("in/new.jpg", &jpeg(90, 60, 8));
    watch.wait_for_output("new.jpg");
    // Of two frames of one name the later one has a number, whenever it comes.
    bench.put("in/new.png", &crate::support::lossless(image::ImageFormat::Png, 60, 40));
    bench.put("in/longlens.toml", b"format = \"jpeg\"");
    watch.signal("-HUP");
    watch.wait_until_said("reloaded");
    bench.put("in/other.png", &crate::support::lossless(image::ImageFormat::Png, 60, 40));
    watch.wait_for_output("other.jpg");
    let (ran, frames) = watch.end();
    ran.code(0).says("1 up to date");
    let of = |name: &str| statuses(&frames).into_iter().filter(|s| s.starts_with(name)).count();
    assert_eq!((of("000.jpg done"), of("001.jpg up to date"), of("new.jpg done")), (1, 1, 1));
    assert_eq!((of("new.png done"), of("other.png done")), (1, 1));
    bench.whole("out");
}

#[test]
fn a_recipe_that_is_wrong_when_it_is_read_again_changes_nothing() {
    let bench = watched();
    bench.put("in/longlens.toml", b"crop = \"3:1\"");
    let mut watch = Watch::begin(&bench, "--dehaze off --sharpen off");
    watch.wait_until_said("using in/longlens.toml");
    bench.put("in/longlens.toml", b"crop = \"wide\"");
    watch.signal("-HUP");
    watch.wait_until_said("'wide' is not a crop");
    bench.put("in/a.jpg", &jpeg(90, 60, 8));
    watch.wait_for_output("a.jpg");
    let (ran, frames) = watch.end();
    ran.code(0);
    assert_eq!((frames[0]["width"].as_u64(), frames[0]["height"].as_u64()), (Some(90), Some(30)));
}

#[test]
fn one_process_alone_watches_for_a_folder() {
    let bench = watched();
    let mut watch = Watch::begin(&bench, "");
    watch.wait_until_said("watching in");
    let second = bench.run(&["watch", "in", "-o", "out"]);
    second.code(2).says("another longlens");
    // A run beside it is no matter.
    bench.put("in/a.jpg", &jpeg(90, 60, 8));
    bench.develop("in -o out --resume --scene off").code(0);
    std::thread::sleep(Duration::from_millis(2000));
    let (ran, _) = watch.end();
    ran.code(0);
    bench.whole("out");
    // It gave the folder up.
    Watch::begin(&bench, "").wait_until_said("watching in");
}

#[test]
fn what_cannot_be_watched_is_refused() {
    let bench = watched();
    bench.put("frame.jpg", &jpeg(60, 40, 1));
    for (words, why) in [
        ("watch gone -o out", &["gone: ", "no such file"][..]),
        ("watch frame.jpg -o out", &["frame.jpg: ", "folder"]),
        ("watch in -o in", &["in: ", "watched"]),
        ("watch in -o out --scene folder", &["scene: ", "longlens develop"]),
        ("watch in -o out --name {{sequence}}", &["'sequence'"]),
        ("watch in -o out --crop wide", &["--crop: ", "'wide' is not a crop"]),
        ("watch in -o out --set nothing=1", &["--set: ", "'nothing'"]),
    ] {
        let ran = bench.run(&words.split_whitespace().collect::<Vec<_>>());
        ran.code(2).tells(why);
    }
}

#[test]
fn frames_of_two_outputs_that_lack_a_field_fail_alone() {
    let bench = watched();
    bench.put("in/captions.csv", b"file,city\na.jpg,Tumen\n");
    let recipe = b"[output.web]\nlong-edge = 50\n[output.big]\ncaption = \"{{ city }}\"\n";
    bench.put("recipe.toml", recipe);
    let mut watch = Watch::begin(&bench, "--require city --recipe recipe.toml --report page.html");
    watch.wait_until_said("watching in");
    bench.put("in/b.jpg", &jpeg(90, 60, 1));
    bench.put("in/a.jpg", &jpeg(90, 60, 2));
    watch.wait_for_output("web/a.jpg");
    watch.wait_for_output("big/a.jpg");
    watch.wait_until_said("error: in/b.jpg: ");
    let (ran, frames) = watch.end();
    ran.code(1).says("2 outputs developed, 1 failed");
    assert_eq!(statuses(&frames), ["a.jpg done", "a.jpg done"]);
    assert_eq!(fs::read_to_string(bench.path("page.html")).unwrap().matches("<article").count(), 2);
}

#[test]
fn a_raw_file_waits_for_its_jpeg_and_one_without_is_developed_all_the_same() {
    use crate::raw::make::Camera;
    let bench = watched();
    let inside = jpeg(300, 200, 1);
    let raw = Camera::new(&inside, 310).nef();
    let mut watch = Watch::begin(&bench, "--dehaze off --sharpen off");
    bench.put("in/pair.NEF", &raw);
    bench.put("in/alone.NEF", &raw);
    std::thread::sleep(Duration::from_millis(1000));
    bench.put("in/pair.JPG", &inside);
    bench.put("in/other.jpg", &inside);
    watch.wait_for_output("pair.JPG");
    watch.wait_for_output("alone.jpg");
    bench.put("in/other.NEF", &raw);
    bench.put("in/last.jpg", &inside);
    watch.wait_for_output("last.jpg");
    std::thread::sleep(Duration::from_millis(2500));
    let (ran, frames) = watch.end();
    ran.code(0);
    let done = ["alone.NEF done", "last.jpg done", "other.jpg done", "pair.JPG done"];
    assert_eq!(statuses(&frames), done);
}

//! `--report`: the page that shows a run. What a browser makes of it is tested by `tests/browser/report.py`.

use std::fs;

use crate::support::{Bench, jpeg};

const HOSTILE: &str = "<script>alert(1)</script>\" onload=\"x";

fn page(bench: &Bench, name: &str) -> String {
    fs::read_to_string(bench.path(name)).unwrap()
}

/// Parts of a text between two others.
fn between<'a>(text: &'a str, start: &'a str, end: &'a str) -> Vec<&'a str> {
    text.split(start).skip(1).map(|rest| rest.split(end).next().unwrap()).collect()
}

#[test]
fn the_page_has_every_frame_with_what_was_done_and_what_went_wrong() {
    let bench = Bench::new();
    bench.frames(2, 890);
    let torn = jpeg(300, 200, 9);
    bench.put("in/torn.jpg", &torn[..torn.len() / 2]);
    bench.put("in/no.JPG", &jpeg(300, 200, 4));
    let ran = bench.develop("in -o out --report shown/page.html --sharpen 33 --crop 3:2").code(1);
    ran.tells(&["report", "shown/page.html"]);
    let page = page(&bench, "shown/page.html");
    assert_eq!(between(&page, "<article", ">").len(), 4);
    assert!(
        page.contains("3 frames developed") && page.contains("<b>1</b> failed"),
        "{page:.3000}"
    );
    assert_eq!(
        between(&page, "class=\"failures\"", "</section>")[0].matches("torn.jpg").count(),
        1
    );
    for text in ["<dt>sharpen</dt><dd>33</dd>", "<dt>crop</dt><dd>3:2</dd>", "Dehaze ", " (auto): "]
    {
        assert!(page.contains(text), "{text}");
    }
    assert!(page.contains("href=\"../out/000.jpg\"") && !page.contains("href=\"../out/torn"));
    // Before and after of three frames; the page has them itself.
    assert_eq!(page.matches("src=\"data:image/jpeg;base64,/9j/").count(), 6);
    assert_eq!(page.matches("type=\"range\"").count(), 3);
    assert!(!bench.path("shown/page_files").exists());
}

#[test]
fn nothing_from_a_file_can_run() {
    let bench = Bench::new();
    bench.put("in/<b onclick=x>.jpg", &jpeg(60, 40, 1));
    let set = format!("headline={HOSTILE}");
    let words =
        ["develop", "in", "-o", "out", "--caption", "{{ headline }}", "--report", "page.html"];
    bench.run(&[&words[..], &["--set", &set]].concat()).code(0);
    let page = page(&bench, "page.html");
    assert!(
        page.contains(
            "<blockquote dir=\"auto\">&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload"
        )
    );
    assert!(!page.contains("<script>") && !page.contains("<b onclick"));
    assert!(page.contains("href=\"out/%3Cb%20onclick%3Dx%3E.jpg\""));
    // Its own script and style, by a word that differs from page to page; nothing else.
    let policy = between(&page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"")[0];
    assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"), "{policy}");
    let nonce = between(policy, "script-src 'nonce-", "'")[0];
    assert_eq!(between(&page, "<script", ">"), [format!(" nonce=\"{nonce}\"")]);
    assert_eq!(between(&page, "<style", ">"), [format!(" nonce=\"{nonce}\"")]);
    assert!(!page.contains("http://") && !page.contains("https://"));
    bench.run(&[&words[..], &["--set", &set, "--overwrite"]].concat()).code(0);
    assert!(!self::page(&bench, "page.html").contains(nonce), "the word is the same again");
}

#[test]
fn many_pictures_lie_beside_the_page_and_are_not_taken_for_frames() {
    let bench = Bench::new();
    bench.frames(24, 899);
    bench.develop("in -o out --report in --no-sync").code(0).says("in/report.html");
    let page = page(&bench, "in/report.html");
    assert!(page.len() < 1_000_000, "{}", page.len());
    let pictures = between(&page, "src=\"", "\"");
    assert_eq!(pictures.len(), 48);
    for picture in pictures {
        assert!(picture.starts_with("report_files/"), "{picture}");
        assert_eq!(fs::read(bench.path("in").join(picture)).unwrap()[..2], [0xFF, 0xD8]);
    }
    bench
        .develop("in -o again --no-sync")
        .code(0)
        .says("24 developed")
        .says("pictures of a report");
}

#[test]
fn a_resumed_run_shows_what_was_there() {
    let bench = Bench::new();
    bench.frames(2, 300);
    bench.develop("in -o out").code(0);
    bench.put("in/new.jpg", &jpeg(300, 200, 5));
    bench.develop("in -o out --resume --report out").code(0);
    let page = page(&bench, "out/report.html");
    assert!(page.contains("1 frame developed") && page.contains("<b>2</b> up to date"));
    assert_eq!(page.matches("data-status=\"kept\"").count(), 2);
    assert!(page.contains("<img src=\"000.jpg\""));
}

#[test]
fn every_output_of_a_frame_is_shown_and_is_what_it_is_without_a_report() {
    let bench = Bench::new();
    bench.frames(2, 890);
    let outputs = b"[output.large]\n[output.small]\nlong-edge = 300\n[output.turned]\nrotate = 3\n";
    bench.put("all.toml", outputs);
    bench.develop("in -o plain --recipe all.toml").code(0);
    bench.develop("in -o out --recipe all.toml --report page.html").code(0);
    let page = page(&bench, "page.html");
    assert_eq!(page.matches("data:image/jpeg").count(), 12);
    for name in ["000.jpg · large", "001.jpg · small", "001.jpg · turned"] {
        assert!(page.contains(name), "{name}");
    }
    assert!(page.contains("turned 3.00° clockwise"));
    let pictures = |folder: &str| {
        let mut tree = bench.tree(folder);
        tree.retain(|path, _| path.extension().is_some_and(|ending| ending == "jpg"));
        tree
    };
    assert_eq!(pictures("out"), pictures("plain"));
    assert_eq!(pictures("out").len(), 6);
}

#[test]
fn what_is_no_report_is_kept() {
    let bench = Bench::new();
    bench.frames(1, 60);
    bench.put("mine.html", b"<html>my page</html>");
    bench.develop("in -o out --report mine.html").code(2).tells(&["error: mine.html: ", "report"]);
    assert_eq!(fs::read(bench.path("mine.html")).unwrap(), b"<html>my page</html>");
    bench.put("shoot_files/own.jpg", b"mine");
    bench.develop("in -o out --report shoot.html").code(2).tells(&["error", "shoot_files"]);
    bench.put("notes.txt", b"mine");
    bench.develop("in -o out --report notes.txt").code(2).tells(&["error: notes.txt: ", ".html"]);
    assert!(!bench.path("out").exists());
    // Where no page can be written, nothing is developed.
    bench.develop("in -o lone --report notes.txt/page.html").code(3).tells(&["error: notes.txt: "]);
    assert!(
        bench.tree_or_empty("lone").keys().all(|name| name.extension() != Some("jpg".as_ref()))
    );
    bench.develop("in -o out --report shown").code(0);
    bench.develop("in -o out --report shown --overwrite").code(0);
    assert!(page(&bench, "shown/report.html").contains("1 frame developed"));
}

#[test]
fn the_frames_of_a_plan_are_shown_too() {
    let bench = Bench::new();
    bench.frames(2, 300);
    let plan = bench.run(&["plan", "in", "-o", "out"]).code(0).out;
    bench.put("shoot.plan", plan.as_bytes());
    bench
        .run(&["run", "shoot.plan", "--report", "page.html"])
        .code(0)
        .tells(&["report", "page.html"]);
    assert_eq!(between(&page(&bench, "page.html"), "<article", ">").len(), 2);
}

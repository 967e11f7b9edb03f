//! `longlens compare` and `longlens sheet`: pictures of pictures.

use std::fs;

use image::{ImageBuffer, Rgb};
use longlens::format::{Decoding, decode};
use longlens::frame::{Pixels, Pool};

use crate::support::{Bench, jpeg};

fn picture(bytes: &[u8]) -> ImageBuffer<Rgb<u8>, Vec<u8>> {
    match decode(bytes, &Decoding::default(), &Pool::default()).unwrap().frame.pixels {
        Pixels::Rgb8(picture) => picture,
        _ => panic!("another kind"),
    }
}

/// The mean of a square of a picture.
fn mean(picture: &ImageBuffer<Rgb<u8>, Vec<u8>>, left: u32, top: u32) -> f64 {
    let pixels = (0..400).map(|i| picture[(left + i % 20, top + i / 20)]);
    pixels.flat_map(|pixel| pixel.0).map(f64::from).sum::<f64>() / 1200.0
}

#[test]
fn amounts_lie_side_by_side() {
    let bench = Bench::new();
    bench.put("a.jpg", &jpeg(600, 400, 1));
    let words =
        ["compare", "a.jpg", "--dehaze", "off,50,100", "-o", "three.png", "--width", "1000"];
    bench.run(&words).code(0).tells(&["3 ", "three.png"]);
    let three = picture(&fs::read(bench.path("three.png")).unwrap());
    assert!(three.width() <= 1000 && three.width() > 980, "{}", three.width());
    assert!((200..320).contains(&three.height()), "{}", three.height());
    let means = [30, 360, 690].map(|left| mean(&three, left, 60));
    assert!(means[0] > means[1] + 5.0 && means[1] > means[2] + 5.0, "{means:?}");
    // It is there, and stays.
    bench.run(&words).code(1).says("three.png").says("--overwrite");
    bench.run(&[&words[..], &["--overwrite"]].concat()).code(0);
    // Two settings: rows and columns.
    let words = ["compare", "a.jpg", "--dehaze", "20,60", "--sharpen", "0,40,80", "-o", "six.jpg"];
    bench.run(&words).code(0).tells(&["6 "]);
    let six = picture(&fs::read(bench.path("six.jpg")).unwrap());
    // Frames are not enlarged, so it is narrower than it may be.
    assert!((1850..=2400).contains(&six.width()) && six.height() > 900, "{:?}", six.dimensions());
}

#[test]
fn several_frames_go_into_a_folder_and_mistakes_are_told() {
    let bench = Bench::new();
    bench.frames(2, 300);
    bench.run(&["compare", "in/000.jpg", "in/001.jpg", "--sharpen", "0,90", "-o", "side"]).code(0);
    assert!(
        bench.path("side/000-compare.jpg").is_file()
            && bench.path("side/001-compare.jpg").is_file()
    );
    // Two frames of one name; the first of them twice.
    bench.put("other/000.jpg", &jpeg(60, 40, 1));
    let named =
        ["compare", "in/000.jpg", "other/000.jpg", "in/000.jpg", "--sharpen", "0,90", "-o", "same"];
    for more in [&[][..], &["--overwrite"]] {
        bench.run(&[&named[..], more].concat()).code(0);
        let made: Vec<_> = bench.tree("same").into_keys().collect();
        assert_eq!(made, ["000-2-compare.jpg", "000-compare.jpg"].map(std::path::PathBuf::from));
    }
    let one = ["compare", "in/000.jpg", "-o", "x.jpg"];
    bench.run(&[&one[..], &["--dehaze", "20"]].concat()).code(2).says("--dehaze 20,40,60");
    bench.run(&[&one[..], &["--dehaze", "20,much"]].concat()).code(2).says("'much'");
    bench.run(&["compare", "no.jpg", "--dehaze", "1,2", "-o", "x.jpg"]).code(1).says("no.jpg");
    bench
        .run(&["compare", "in/000.jpg", "--dehaze", "1,2", "-o", "x.gif"])
        .code(1)
        .says("jpg, png");
    assert!(!bench.path("x.jpg").exists());
}

#[test]
fn a_sheet_has_every_frame_with_its_name_and_caption() {
    let bench = Bench::new();
    bench.frames(7, 400);
    bench.put("in/tall.jpg", &jpeg(200, 400, 3));
    bench.put("in/captions.csv", b"file,headline\n000.jpg,Men on the far bank\n");
    let words = ["sheet", "in", "-o", "sheet.jpg", "--columns", "3", "--width", "900"];
    bench.run(&words).code(0).says("8 frames on 1 page");
    let sheet = picture(&fs::read(bench.path("sheet.jpg")).unwrap());
    assert!((880..=900).contains(&sheet.width()), "{}", sheet.width());
    assert!((700..=1273).contains(&sheet.height()), "{}", sheet.height());
    // The frames are light, the ground is dark; the ninth place is empty.
    assert!(mean(&sheet, 130, 60) > 80.0);
    assert!(mean(&sheet, 720, sheet.height() - 150) < 40.0);
    bench.run(&words).code(2).says("--overwrite");
}

#[test]
fn many_frames_take_several_pages_and_a_pdf_holds_them_all() {
    let bench = Bench::new();
    bench.frames(12, 100);
    let run = |out: &str| {
        bench.run(&["sheet", "in", "-o", out, "--columns", "2", "--width", "400"]).code(0)
    };
    run("sheet.jpg").says("pages");
    assert!(bench.path("sheet.jpg").is_file() && bench.path("sheet-2.jpg").is_file());
    run("sheet.pdf");
    let pdf = fs::read(bench.path("sheet.pdf")).unwrap();
    assert!(pdf.starts_with(b"%PDF-1.4") && pdf.ends_with(b"%%EOF\n"));
    let text = String::from_utf8_lossy(&pdf);
    let pages =
        (1..).take_while(|n| *n == 1 || bench.path(format!("sheet-{n}.jpg")).exists()).count();
    assert!(text.contains(&format!("/Count {pages} ")), "{pages} pages");
    assert_eq!(text.matches("/Filter /DCTDecode").count(), pages);
    // The table of objects says where each begins.
    let table: usize =
        text.rsplit("startxref\n").next().unwrap().lines().next().unwrap().parse().unwrap();
    assert!(pdf[table..].starts_with(b"xref\n"));
    let rows = String::from_utf8_lossy(&pdf[table..]).into_owned();
    for (number, row) in (1..).zip(rows.lines().skip(3).take(2 + 3 * pages)) {
        let start: usize = row[..10].parse().unwrap();
        assert!(pdf[start..].starts_with(format!("{number} 0 obj").as_bytes()), "{number}");
    }
}

#[test]
fn a_frame_that_cannot_be_read_has_its_place_and_is_told() {
    let bench = Bench::new();
    bench.frames(2, 200);
    bench.put("in/not.jpg", b"no picture at all");
    bench
        .run(&["sheet", "in", "-o", "sheet.png"])
        .code(1)
        .says("not.jpg")
        .says("3 frames on 1 page");
    bench.run(&["sheet", "in", "-o", "sheet.txt"]).code(2).says("jpg, png");
    bench
        .run(&["sheet", "in", "-o", "a.jpg", "--columns", "90", "--width", "900"])
        .code(2)
        .says("--width");
}

#[test]
fn a_sheet_has_the_shape_of_its_paper() {
    let bench = Bench::new();
    bench.frames(3, 300);
    let sheet = |paper: &str, out: &str| {
        bench.run(&["sheet", "in", "--paper", paper, "--columns", "3", "--width", "600", "-o", out])
    };
    sheet("letter", "letter.pdf").code(0).says("3 frames on 1 page");
    let file = fs::read(bench.path("letter.pdf")).unwrap();
    let text = String::from_utf8_lossy(&file);
    assert!(text.contains("/MediaBox [0 0 612 792.00]"), "{text:.900}");
    sheet("legal", "legal.jpg").code(0);
    assert!(picture(&fs::read(bench.path("legal.jpg")).unwrap()).width() <= 600);
    sheet("napkin", "n.jpg").code(2).tells(&["error: --paper: ", "'napkin'", "hint: ", "a4"]);
}

#[test]
fn where_a_terminal_shows_no_pictures_their_file_is_named() {
    let bench = Bench::new();
    bench.put("a.jpg", &jpeg(120, 80, 1));
    let ran = bench.run(&["inspect", "a.jpg", "--show"]).code(0);
    let ran = ran.tells(&["terminal", "a.jpg"]);
    assert!(ran.out.contains("120x80"), "{ran:?}");
    let words = ["compare", "a.jpg", "--sharpen", "0,90", "--show", "-o", "side.png"];
    bench.run(&words).code(0).tells(&["terminal", "side.png"]);
}

#[test]
fn a_picture_of_frames_never_replaces_one_of_them() {
    let bench = Bench::new();
    bench.frames(2, 200);
    let before = bench.tree("in");
    let refused = |words: &[&str]| {
        bench.run(&[words, &["--overwrite"]].concat()).code(2).tells(&[
            "in/00",
            "the input",
            "never",
        ]);
        assert_eq!(bench.tree("in"), before, "{words:?}");
    };
    refused(&["sheet", "in", "-o", "in/000.jpg"]);
    refused(&["compare", "in/000.jpg", "--dehaze", "1,50", "-o", "in/000.jpg"]);
    // Through a link of another name, and over the second page's name.
    fs::hard_link(bench.path("in/001.jpg"), bench.path("other.jpg")).unwrap();
    bench
        .run(&["compare", "in/001.jpg", "--dehaze", "1,50", "-o", "other.jpg", "--overwrite"])
        .code(2)
        .says("in/001.jpg");
    bench.frames(12, 100);
    fs::rename(bench.path("in/011.jpg"), bench.path("in/s-2.jpg")).unwrap();
    let page = fs::read(bench.path("in/s-2.jpg")).unwrap();
    let words =
        ["sheet", "in", "-o", "in/s.jpg", "--columns", "2", "--width", "400", "--overwrite"];
    bench.run(&words).code(2).says("in/s-2.jpg");
    assert_eq!(fs::read(bench.path("in/s-2.jpg")).unwrap(), page);
    assert!(!bench.path("in/s.jpg").exists());
}

#[test]
fn pages_of_a_sheet_are_written_all_or_not_at_all() {
    let bench = Bench::new();
    bench.frames(12, 100);
    let words = ["sheet", "in", "-o", "s.jpg", "--columns", "2", "--width", "400"];
    bench.put("s-2.jpg", b"of somebody else");
    bench.run(&words).code(2).tells(&["s-2.jpg", "--overwrite"]);
    assert!(!bench.path("s.jpg").exists());
    bench.run(&[&words[..], &["--overwrite"]].concat()).code(0);
    assert_ne!(fs::read(bench.path("s-2.jpg")).unwrap(), b"of somebody else");
    // Of fewer frames a page stays of the sheet before, and is named.
    for i in 1..12 {
        fs::remove_file(bench.path(format!("in/{i:03}.jpg"))).unwrap();
    }
    bench.run(&[&words[..], &["--overwrite"]].concat()).code(0).tells(&["warning", "s-2.jpg"]);
}

#[test]
fn a_damaged_frame_of_a_sheet_is_shown_and_told() {
    let bench = Bench::new();
    let (small, large) = (jpeg(300, 200, 1), jpeg(2400, 1600, 2));
    bench.put("in/small.jpg", &small[..small.len() / 2]);
    bench.put("in/large.jpg", &large[..large.len() / 2]);
    let sheet = ["sheet", "in", "-o", "s.png", "--columns", "2", "--width", "400"];
    bench.run(&sheet).code(1).tells(&["small.jpg", "damaged"]).tells(&["large.jpg", "damaged"]);
    let sheet = picture(&fs::read(bench.path("s.png")).unwrap());
    for left in [60, 260] {
        assert!(mean(&sheet, left, 40) > 40.0, "what can be read is there");
    }
}

#[test]
fn labels_of_a_sheet_keep_the_joiners_of_persian_and_tell_what_no_font_has() {
    let bench = Bench::new();
    bench.frames(1, 300);
    let sheet = |headline: &str, out: &str| {
        let table = format!("file,headline\n000.jpg,{headline}\n");
        bench.put("in/captions.csv", table.as_bytes());
        let ran = bench.run(&["sheet", "in", "-o", out, "--columns", "1", "--width", "400"]);
        (ran.code(0), fs::read(bench.path(out)).unwrap())
    };
    // A joiner between two letters that do not join draws nothing.
    let (_, plain) = sheet("AB", "plain.png");
    let (_, joined) = sheet("A\u{200C}B", "joined.png");
    assert!(plain == joined);
    // An override is dropped, as in captions.
    assert!(plain == sheet("A\u{202E}B", "turned.png").1);
    let (ran, _) = sheet("a \u{1F6A2}\u{1F680}", "ship.png");
    ran.tells(&["warning", "000.jpg", "U+1F6A2", "1 more"]);
}

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

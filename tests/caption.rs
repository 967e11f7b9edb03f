//! Captions on frames: seven scripts against small reference pictures, sizes, contrast, warnings.
//!
//! `LONGLENS_BLESS=1 cargo test caption` rewrites the reference pictures.

use std::fs;
use std::path::{Path, PathBuf};

use image::{GrayImage, ImageBuffer, RgbImage};
use longlens::develop::{Means, Prepared, Workers};
use longlens::error::Warning;
use longlens::frame::{Anchor, Frame, Pixels, Pool, Size};
use longlens::recipe::Recipe;
use longlens::stage::caption::{Caption, Style, Typesetter};

use crate::support::golden;

const REQUIRED: &str = "남양 Namyang, 북한 — 朝鲜 · Ελληνικά · Київ · © P. Pardo";
const CAPTION: &str = "Rows of uniform houses in Chunggang, North Korea, seen from Linjiang in China's Jilin province, 28 February 2024. Pedro Pardo/AFP";

fn in_tests(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(path)
}

/// A hazy ramp with a ridge, the same on every machine.
fn picture(size: Size) -> RgbImage {
    ImageBuffer::from_fn(size.width, size.height, |x, y| {
        let sky = 215 - 10 * (9 * y / size.height.max(1));
        let ridge = (x / 9 * 7 % 61) / 6 + size.height / 2;
        let v = if y > ridge { sky / 2 + 3 * (x / 40 % 5) } else { sky };
        image::Rgb([v as u8, (v + 6) as u8, (v + 18) as u8])
    })
}

fn frame(width: u32, height: u32) -> Frame {
    Frame::new(Pixels::Rgb8(picture(Size::new(width, height))))
}

fn flat(width: u32, height: u32, v: u8) -> Frame {
    Frame::new(Pixels::Rgb8(RgbImage::from_pixel(width, height, image::Rgb([v; 3]))))
}

fn rgb(frame: &Frame) -> &RgbImage {
    match &frame.pixels {
        Pixels::Rgb8(picture) => picture,
        other => panic!("8-bit RGB expected, {:?} found", other.size()),
    }
}

fn styled(style: Style, anchor: Anchor) -> Caption {
    Caption { style, anchor: Some(anchor), ..Caption::default() }
}

fn carried() -> Typesetter {
    Typesetter::without_system_fonts()
}

/// The frame with nothing but its caption.
fn stamp(
    frame: Frame,
    text: &str,
    caption: &Caption,
    typesetter: &Typesetter,
) -> (Frame, Vec<Warning>) {
    let mut recipe = Recipe::default();
    recipe.set("dehaze", "off").unwrap();
    recipe.set("sharpen", "off").unwrap();
    recipe.caption = Caption { text: text.to_owned(), ..caption.clone() };
    let pool = Pool::default();
    let means = Means { pool: &pool, workers: Workers::One, survey: None };
    let prepared = Prepared::new(frame.size(), &recipe, typesetter).unwrap();
    let developed = prepared.develop(frame, means).unwrap();
    (developed.frame, developed.warnings)
}

fn set(frame: Frame, text: &str, caption: &Caption) -> (Frame, Vec<Warning>) {
    stamp(frame, text, caption, &carried())
}

/// The rows and columns that differ: left, top, right, bottom, the last two exclusive.
fn changed(before: &RgbImage, after: &RgbImage) -> Option<[u32; 4]> {
    let mut bounds: Option<[u32; 4]> = None;
    for (x, y, pixel) in before.enumerate_pixels() {
        if pixel != after.get_pixel(x, y) {
            let [l, t, r, b] = bounds.unwrap_or([x, y, x, y]);
            bounds = Some([l.min(x), t.min(y), r.max(x + 1), b.max(y + 1)]);
        }
    }
    bounds
}

#[test]
fn seven_scripts_look_as_they_did() {
    let scripts = [
        ("latin", "Rows of houses in Chunggang · façade, Żółw, Tiếng Việt", None),
        ("greek", "Σειρές σπιτιών στο Τσουνγκάνγκ, Βόρεια Κορέα", None),
        ("cyrillic", "Ряди будинків у Чунгані, Північна Корея", None),
        ("hangul", "중강의 똑같은 집들, 조선민주주의인민공화국", None),
        ("han", "朝鲜中江郡整齐划一的房屋，从中国吉林省临江市拍摄", None),
        (
            "arabic",
            "صفوف من المنازل في كوريا الشمالية، ٢٨ فبراير ٢٠٢٤ AFP",
            Some("NotoSansArabic-subset.ttf"),
        ),
        ("hebrew", "שורות בתים בצפון קוריאה (AFP) 28.2.2024", Some("NotoSansHebrew-subset.ttf")),
    ];
    for (name, text, font) in scripts {
        let mut typesetter = carried();
        if let Some(font) = font {
            typesetter =
                typesetter.with_font(fs::read(in_tests("fonts").join(font)).unwrap()).unwrap();
        }
        let caption = Caption { size_percent: 7.0, ..Caption::default() };
        let (frame, warnings) = stamp(frame(480, 200), text, &caption, &typesetter);
        assert_eq!(warnings, [], "{name}");
        golden::compare(&format!("caption-{name}"), rgb(&frame));
    }
}

#[test]
fn the_required_caption_is_whole_in_every_style() {
    for style in Style::ALL {
        let caption = Caption { size_percent: 5.0, ..styled(style, Anchor::Southwest) };
        let (frame, warnings) = set(frame(480, 320), REQUIRED, &caption);
        assert_eq!(warnings, []);
        golden::compare(&format!("caption-required-{style}"), rgb(&frame));
    }
}

#[test]
fn a_plate_stands_at_its_anchor_and_touches_nothing_else() {
    for style in [Style::Plate, Style::Text] {
        for anchor in Anchor::ALL {
            let before = flat(600, 400, 140);
            let (after, warnings) = set(before.clone(), "Chunggang", &styled(style, anchor));
            assert_eq!(warnings, []);
            let [l, t, r, b] = changed(rgb(&before), rgb(&after)).unwrap();
            assert!(l >= 6 && t >= 6 && r <= 594 && b <= 394, "{style} {anchor}: {l} {t} {r} {b}");
            let side = |low: u32, high: u32, all: u32| match (low, all - high) {
                (low, high) if low.abs_diff(high) < 12 => 0,
                (low, high) => {
                    if low < high {
                        -1
                    } else {
                        1
                    }
                }
            };
            assert_eq!(
                (side(l, r, 600), side(t, b, 400)),
                (anchor.across(), anchor.down()),
                "{style} {anchor}"
            );
        }
    }
}

#[test]
fn a_strip_hides_nothing() {
    for (width, height) in [(600, 400), (400, 600), (301, 77)] {
        let before = frame(width, height);
        let (after, warnings) = set(before.clone(), CAPTION, &styled(Style::Strip, Anchor::South));
        assert_eq!(warnings.len(), usize::from(height == 77), "{warnings:?}");
        assert!(after.size().height > height && after.size().width == width);
        assert_eq!(changed(rgb(&before), rgb(&after)), None);
        let picture_bytes = (width * height * 3) as usize;
        let strip = &rgb(&after).as_raw()[picture_bytes..];
        assert!(strip.iter().any(|&v| v > 180), "letters are white");
        let (first, last) =
            (&strip[..width as usize * 3], &strip[strip.len() - width as usize * 3..]);
        assert!(first.iter().chain(last).all(|&v| v == 14), "and clear of the border");
    }
}

/// Everything about a caption on an empty ground that could have been cut is inside.
fn is_whole(before: &Frame, after: &Frame, what: &str) {
    let [l, t, r, b] =
        changed(rgb(before), rgb(after)).unwrap_or_else(|| panic!("{what}: nothing drawn"));
    let size = before.size();
    assert!(l > 0 && t > 0 && r < size.width && b < size.height, "{what}: {l} {t} {r} {b}");
}

#[test]
fn a_long_caption_becomes_smaller_and_stays_whole() {
    let long = CAPTION.repeat(5);
    assert!(long.len() > 600);
    for (width, height) in [(400, 267), (267, 400), (400, 400)] {
        for style in [Style::Plate, Style::Text] {
            let before = flat(width, height, 120);
            let (after, warnings) = set(before.clone(), &long, &styled(style, Anchor::South));
            assert_eq!(warnings, [Warning::CaptionShrunk]);
            is_whole(&before, &after, &format!("{width}x{height} {style}"));
        }
    }
    let word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
        .repeat(3);
    let before = flat(500, 300, 120);
    let (after, _) = set(before.clone(), &word, &Caption::default());
    is_whole(&before, &after, "one long word");
}

#[test]
fn the_same_picture_smaller_has_the_same_caption_smaller() {
    let covered = |scale: u32| {
        let before = flat(750 * scale, 500 * scale, 120);
        let (after, _) = set(before.clone(), CAPTION, &Caption::default());
        changed(rgb(&before), rgb(&after)).unwrap().map(|v| f64::from(v) / f64::from(scale))
    };
    let (small, large) = (covered(2), covered(4));
    for (a, b) in small.iter().zip(large) {
        assert!((a - b).abs() < 4.0, "{small:?} {large:?}");
    }
}

#[test]
fn tiny_frames_get_a_small_caption_or_none_with_a_warning() {
    let typesetter = carried();
    for style in Style::ALL {
        for (width, height) in [(1, 1), (8, 8), (1, 500), (500, 1), (3, 40), (30, 20), (64, 64)] {
            let before = flat(width, height, 90);
            let (after, warnings) =
                stamp(before.clone(), CAPTION, &styled(style, Anchor::Center), &typesetter);
            let fits = width.min(height) >= 64;
            let warned = if fits { Warning::CaptionShrunk } else { Warning::CaptionLeftOut };
            assert!(warnings.contains(&warned), "{width}x{height} {style}: {warnings:?}");
            assert_eq!(before == after, !fits, "{width}x{height} {style}");
        }
    }
}

#[test]
fn hostile_texts_are_drawn_or_left_out() {
    let before = flat(320, 200, 100);
    for text in ["", " \n\t ", "\u{0}\u{7}\u{1b}", "\u{202E}\u{2066}"] {
        let (after, warnings) = set(before.clone(), text, &Caption::default());
        assert!(after == before && warnings.is_empty(), "{text:?}");
    }
    let plain = set(before.clone(), "Chunggang AFP", &Caption::default());
    for text in
        ["Chung\u{202E}gang AFP", "Chunggang\t\u{0}AFP\u{2069}", "\u{1b}Chunggang AFP\r\n\r\n"]
    {
        assert_eq!(set(before.clone(), text, &Caption::default()), plain, "{text:?}");
    }
    let (after, warnings) = set(before.clone(), &"x ".repeat(6_000), &Caption::default());
    assert!(after == before && warnings == [Warning::CaptionLeftOut]);
    let zalgo = format!("Z{}", "\u{0301}\u{0323}\u{0336}".repeat(300));
    let text = format!("{{{{ 7*7 }}}} %s <b>&amp; \\ {} {zalgo}", "\n".repeat(3));
    let (after, _) = set(before.clone(), &text, &Caption::default());
    is_whole(&before, &after, "zalgo");
}

#[test]
fn a_missing_glyph_is_a_warning_once_and_a_box() {
    let before = flat(400, 300, 100);
    let (after, warnings) = set(before.clone(), "Sun 😀 and 😀 🚀", &Caption::default());
    assert_eq!(warnings.iter().filter(|w| **w == Warning::MissingGlyph('😀')).count(), 1);
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    let (without, none) = set(before, "Sun and", &Caption::default());
    assert!(none.is_empty() && without != after);
}

fn luminance(pixel: [u8; 3]) -> f64 {
    let linear = |v: u8| match f64::from(v) / 255.0 {
        v if v <= 0.04045 => v / 12.92,
        v => ((v + 0.055) / 1.055).powf(2.4),
    };
    0.2126 * linear(pixel[0]) + 0.7152 * linear(pixel[1]) + 0.0722 * linear(pixel[2])
}

#[test]
fn letters_have_contrast_on_any_ground() {
    let noise = RgbImage::from_fn(480, 320, |x, y| {
        let v = u64::from(x * 7919 + y * 104_729).wrapping_mul(6_364_136_223_846_793_005) >> 20;
        image::Rgb([v as u8, (v >> 8) as u8, (v >> 16) as u8])
    });
    let grounds = [
        flat(480, 320, 255),
        flat(480, 320, 0),
        flat(480, 320, 128),
        Frame::new(Pixels::Rgb8(noise)),
    ];
    for before in grounds {
        let (after, _) =
            set(before.clone(), REQUIRED, &Caption { size_percent: 5.0, ..Caption::default() });
        let bounds = changed(rgb(&before), rgb(&after));
        let [l, t, r, b] = bounds.unwrap();
        // The ground under the letters is seen where they are not: the darkest half of the plate.
        let mut lights: Vec<f64> = (t + 3..b - 3)
            .flat_map(|y| (l + 3..r - 3).map(move |x| (x, y)))
            .map(|(x, y)| luminance(rgb(&after).get_pixel(x, y).0))
            .collect();
        lights.sort_by(f64::total_cmp);
        let ground = lights[lights.len() / 2];
        assert!(1.05 / (ground + 0.05) >= 4.5, "{ground}");
    }
}

#[test]
fn letters_without_a_plate_have_a_dark_edge_on_white() {
    let before = flat(480, 320, 255);
    let (after, _) = set(
        before,
        REQUIRED,
        &Caption { size_percent: 6.0, ..styled(Style::Text, Anchor::Center) },
    );
    let dark = rgb(&after).pixels().filter(|p| 1.05 / (luminance(p.0) + 0.05) >= 4.5).count();
    assert!(dark > 1_000, "{dark} pixels");
}

/// A façade: windows as large as letters, dark and nearly white by turns.
fn facade(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let window = (x / 7 + y / 9) % 2 == 0;
        image::Rgb(if window { [235, 238, 240] } else { [70, 66, 60] })
    })
}

#[test]
fn letters_without_a_plate_have_a_dark_ground_on_a_facade() {
    let before = Frame::new(Pixels::Rgb8(facade(640, 427)));
    let caption = Caption { size_percent: 5.0, ..styled(Style::Text, Anchor::Center) };
    let (after, _) = set(before, CAPTION, &caption);
    let after = rgb(&after);
    let size_px = 0.05 * 427.0;
    let letter = |x: u32, y: u32| after.get_pixel(x, y).0.iter().all(|&v| v >= 250);
    // What the eye sees of the ground of a letter: a tenth of its size around it.
    let (near, mut grounds) = ((size_px * 0.1_f32).ceil() as u32, Vec::new());
    for (x, y, pixel) in after.enumerate_pixels() {
        let around = |at: u32, end: u32| at.saturating_sub(near)..(at + near + 1).min(end);
        let beside = around(y, 427).any(|y| around(x, 640).any(|x| letter(x, y)));
        if beside && !letter(x, y) {
            grounds.push(luminance(pixel.0));
        }
    }
    grounds.sort_by(f64::total_cmp);
    assert!(grounds.len() > 5_000, "{} pixels beside letters", grounds.len());
    // The rims of letters are half white themselves.
    let contrast = |share: f64| 1.05 / (grounds[(grounds.len() as f64 * share) as usize] + 0.05);
    assert!(contrast(0.5) >= 7.0 && contrast(0.7) >= 4.5, "{} {}", contrast(0.5), contrast(0.7));
}

#[test]
fn a_strip_uses_its_whole_width() {
    let before = flat(900, 600, 120);
    let (after, _) = set(before, &CAPTION.repeat(2), &styled(Style::Strip, Anchor::Southwest));
    let letters = rgb(&after).enumerate_pixels().filter(|p| p.1 >= 600 && p.2.0[0] > 200);
    let right = letters.map(|p| p.0).max().unwrap();
    // The inset is 18 px; a word more would not have fitted.
    assert!((780..882).contains(&right), "{right}");
}

#[test]
fn a_text_from_right_to_left_begins_at_the_right_unless_its_place_is_given() {
    let font = fs::read(in_tests("fonts").join("NotoSansHebrew-subset.ttf")).unwrap();
    let typesetter = carried().with_font(font).unwrap();
    let text = "שורות בתים בצפון קוריאה";
    for style in Style::ALL {
        let columns = |anchor| {
            let before = flat(900, 600, 120);
            let caption = Caption { style, anchor, ..Caption::default() };
            let (after, warnings) = stamp(before, text, &caption, &typesetter);
            assert_eq!(warnings, []);
            let white = rgb(&after).enumerate_pixels().filter(|p| p.2.0[0] > 200).map(|p| p.0);
            white.fold((900, 0), |(low, high), x| (x.min(low), x.max(high)))
        };
        let (left, right) = columns(None);
        assert!(left > 450 && right > 850, "{style}: {left} to {right}");
        let (left, right) = columns(Some(Anchor::Southwest));
        assert!(left < 60 && right < 450, "{style}: {left} to {right}");
    }
}

#[test]
fn grey_stays_grey_and_sixteen_bits_stay_sixteen() {
    let typesetter = carried();
    let grey16 =
        ImageBuffer::from_fn(300, 200, |x, y| image::Luma([(x * 150 + y * 77) as u16 | 1]));
    let rgb16 = ImageBuffer::from_fn(300, 200, |x, y| {
        image::Rgb([(x * 200) as u16, (y * 300) as u16, 40_001])
    });
    let grey8 = GrayImage::from_pixel(300, 200, image::Luma([200]));
    let frames = [Pixels::Gray16(grey16), Pixels::Rgb16(rgb16), Pixels::Gray8(grey8)];
    for pixels in frames {
        for style in Style::ALL {
            let before = Frame::new(pixels.clone());
            let (after, warnings) =
                stamp(before.clone(), "Chunggang", &styled(style, Anchor::North), &typesetter);
            assert_eq!(warnings, []);
            assert_ne!(before, after);
            assert_eq!(before.pixels.depth_bits(), after.pixels.depth_bits());
            assert_eq!(before.pixels.channels(), after.pixels.channels());
        }
    }
}

#[test]
fn every_thread_gives_the_same_bytes() {
    let typesetter = carried();
    let texts = [REQUIRED, CAPTION, "朝鲜 중강", "😀"];
    let alone: Vec<_> = texts.map(|text| set(frame(640, 427), text, &Caption::default())).into();
    std::thread::scope(|scope| {
        for turn in 0..4 {
            let (typesetter, alone) = (&typesetter, &alone);
            scope.spawn(move || {
                for i in (0..8).map(|i| (i + turn) % 4) {
                    let stamped = stamp(frame(640, 427), texts[i], &Caption::default(), typesetter);
                    assert!(stamped == alone[i], "{}", texts[i]);
                }
            });
        }
    });
}

#[test]
fn a_logo_stands_in_the_other_corner_and_keeps_its_colours() {
    let mut logo = image::RgbaImage::from_pixel(80, 40, image::Rgba([200, 30, 30, 255]));
    for (x, _, pixel) in logo.enumerate_pixels_mut() {
        if x < 20 {
            *pixel = image::Rgba([0, 0, 0, 0]);
        }
    }
    let mut png = std::io::Cursor::new(Vec::new());
    logo.write_to(&mut png, image::ImageFormat::Png).unwrap();
    let typesetter = carried().with_logo(png.get_ref()).unwrap();
    for style in Style::ALL {
        let before = flat(900, 600, 120);
        let (after, warnings) =
            stamp(before.clone(), "Chunggang", &styled(style, Anchor::Southwest), &typesetter);
        assert_eq!(warnings, []);
        let red = image::Rgb([200, 30, 30]);
        let at: Vec<_> = rgb(&after).enumerate_pixels().filter(|p| *p.2 == red).collect();
        assert!(
            at.len() > 300 && at.iter().all(|p| p.0 > 700 && p.1 > 500),
            "{style}: {}",
            at.len()
        );
    }
    let alone = Caption { logo: Some("logo.png".into()), ..Caption::default() };
    let (alone, warnings) = stamp(flat(900, 600, 9), "", &alone, &typesetter);
    assert!(warnings.is_empty() && alone != flat(900, 600, 9));
    let (tight, warnings) = stamp(flat(90, 60, 9), CAPTION, &Caption::default(), &typesetter);
    assert!(tight != flat(90, 60, 9) && !warnings.is_empty());
    assert!(carried().with_logo(b"\x89PNG and no more").is_err());
    assert!(carried().with_font(b"no font".to_vec()).is_err());
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 64, ..Default::default() })]
    #[test]
    fn any_text_on_any_frame_does_no_harm(
        text in proptest::prop_oneof!["\\PC{0,120}", "[\u{600}-\u{6ff}\u{ac00}-\u{ac40}a-z /\n]{0,200}"],
        width in 1..500_u32, height in 1..400_u32, style in 0..3_usize, anchor in 0..9_usize,
        size_percent in 0.5..20.0_f32,
    ) {
        let before = flat(width, height, 100);
        let caption = Caption { size_percent, ..styled(Style::ALL[style], Anchor::ALL[anchor]) };
        let (after, warnings) = set(before.clone(), &text, &caption);
        proptest::prop_assert_eq!(after.size().width, width);
        match caption.style {
            Style::Strip => proptest::prop_assert_eq!(changed(rgb(&before), rgb(&after)), None),
            _ => proptest::prop_assert_eq!(after.size(), before.size()),
        }
        if warnings.contains(&Warning::CaptionLeftOut) {
            proptest::prop_assert_eq!(before, after);
        }
    }
}

#[test]
fn settings_are_checked_and_named() {
    assert_eq!("plate".parse(), Ok(Style::Plate));
    let error = "blob".parse::<Style>().unwrap_err();
    let hint = error.hint().unwrap();
    assert!(Style::ALL.iter().all(|style| hint.contains(&style.to_string())), "{hint}");
    for size in ["0.4", "20.1", "nan", "inf", "-1"] {
        assert!(Recipe::default().set("caption-size", size).is_err(), "{size}");
    }
}

//! RAW files through the built program: the JPEG inside, the JPEG beside, what is said of both.

mod card;
pub(crate) mod dng;
pub(crate) mod make;
#[cfg(feature = "raw")]
mod sensor;

use longlens::format::{Decoded, Limits, decode, probe, read_blocks};
use longlens::frame::Size;
use longlens::metadata::Fields;

use crate::support::bytes::occurs;
use crate::support::{Bench, jpeg};
use make::Camera;

fn read(bytes: &[u8]) -> Decoded {
    decode(bytes, &Default::default(), &Default::default()).unwrap()
}

fn field(bytes: &[u8], name: &str) -> Option<String> {
    let (fields, _) = Fields::read(&read_blocks(bytes).unwrap(), "", Default::default());
    fields.get(name).map(str::to_owned)
}

fn xmp(headline: &str) -> String {
    format!(
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF \
         xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description \
         xmlns:photoshop=\"http://ns.adobe.com/photoshop/1.0/\" photoshop:Headline=\"{headline}\"/>\
         </rdf:RDF></x:xmpmeta>"
    )
}

#[test]
fn the_jpeg_inside_is_developed_with_the_metadata_of_the_raw_file() {
    let bench = Bench::new();
    let inside = jpeg(300, 200, 1);
    let camera = Camera { orientation: 6, ..Camera::new(&inside, 310) };
    bench.put("in/a.NEF", &camera.nef());
    bench.put("in/b.CR3", &camera.cr3());
    bench.put("in/c.crw", &camera.crw());
    bench.put("in/d.raf", &Camera::new(&inside, 310).raf());
    let ran = bench.develop("in -o out --dehaze off --sharpen off").code(0).says("4 developed");
    ran.tells(&["4 RAW files ", "no JPEG", "the JPEG inside", "in/a.NEF"]);
    let expected = read(&inside).frame.size();
    for (name, turned, camera) in [
        ("a", true, Some("NIKON D7100")),
        ("b", true, Some("Canon EOS R6")),
        ("c", true, Some("Canon EOS D30")),
        ("d", false, None),
    ] {
        let bytes = bench.out(&format!("{name}.jpg"));
        let size = if turned { expected.transposed() } else { expected };
        assert_eq!(read(&bytes).frame.size(), size, "{name}");
        let found = field(&bytes, "camera");
        assert!(camera.is_none_or(|camera| found.is_some_and(|f| f.contains(camera))), "{name}");
        // Where the photographer stood, and the serial number.
        assert!(!occurs(b"SERIAL-4711", &bytes), "{name}");
    }
    assert_eq!(field(&bench.out("a.jpg"), "date").as_deref(), Some("2024-02-28"));
    assert_eq!(field(&bench.out("b.jpg"), "time").as_deref(), Some("14:03:22"));
    let kept = "in/a.NEF -o kept --privacy keep --dehaze off --sharpen off";
    bench.develop(kept).code(0).tells(&["1 frame still ", "the position"]);
    bench.develop("in/a.NEF -o out2").code(0).tells(&["the position was removed", "1 frame"]);
}

#[test]
fn a_jpeg_inside_that_is_small_is_refused_unless_it_is_asked_for() {
    let bench = Bench::new();
    let inside = jpeg(160, 120, 1);
    for (name, file) in [
        ("a.nef", Camera::new(&inside, 6000).nef()),
        ("b.cr3", Camera::new(&inside, 6000).cr3()),
        ("c.raf", Camera::new(&inside, 6000).raf()),
        ("d.crw", Camera::new(&inside, 6000).crw()),
    ] {
        bench.put(format!("in/{name}"), &file);
        let ran = bench.develop(&format!("in/{name} -o out")).code(1);
        let ran = ran.tells(&[&format!("error: in/{name}: "), "160x120 px", "6000 px"]);
        ran.says("--raw embedded-any");
        let any = format!("in/{name} -o any --raw embedded-any");
        bench.develop(&any).code(0).tells(&["1 RAW file ", "developed from the JPEG inside"]);
    }
    assert!(!bench.path("out/a.jpg").exists());
    // A plan says so to whoever runs it.
    let planned = bench.run(&["plan", "in", "-o", "planned", "--raw", "embedded-any"]).code(0);
    assert!(!planned.err.contains("planned anyway"), "{planned:?}");
    bench.put("any.plan", planned.out.as_bytes());
    bench.run(&["run", "any.plan"]).code(0).says("4 developed");
    bench.run(&["report", "any.plan"]).code(0);
    let refused = bench.run(&["plan", "in", "-o", "planned"]).code(0);
    assert_eq!(refused.err.matches("; planned anyway").count(), 4, "{refused:?}");
}

#[test]
fn a_cut_raw_file_is_damaged_and_not_its_preview() {
    let bench = Bench::new();
    let inside = jpeg(300, 200, 1);
    for (name, whole) in
        [("a.cr3", Camera::new(&inside, 300).cr3()), ("b.raf", Camera::new(&inside, 300).raf())]
    {
        bench.put(name, &whole[..whole.len() - 2000]);
        bench.develop(&format!("{name} -o out")).code(1).says("damaged");
        let accepted = format!("{name} -o part --accept-damaged");
        bench.develop(&accepted).code(0).says("1 warning");
    }
    // The tables are at the end, and the rest would be a TIFF with a thumbnail.
    let whole = Camera::new(&inside, 300).nef();
    bench.put("c.nef", &whole[..whole.len() - 60]);
    bench.develop("c.nef -o out").code(1);
    bench.put("d.nef", &crate::support::bytes::tiff(&[(256, 4), (257, 4)]));
    bench.develop("d.nef -o out").code(1).tells(&["error: d.nef: ", "RAW", "hint: "]);
}

#[test]
fn a_place_beyond_the_file_where_no_jpeg_begins_is_no_sign_of_damage() {
    let bench = Bench::new();
    let inside = jpeg(160, 120, 1);
    let mut file = Camera::new(&inside, 6000).nef();
    // The sensor's samples become a lossless JPEG that would reach beyond the end of the file.
    let entry = |tag: u16, value: u32| {
        let head = [tag.to_le_bytes(), 4_u16.to_le_bytes()].concat();
        [head, 1_u32.to_le_bytes().to_vec(), value.to_le_bytes().to_vec()].concat()
    };
    for (tag, old, new) in [(259, 34_713, 7), (279, 64, 0x7FFF_FFFF)] {
        let at = file.windows(12).position(|w| w == entry(tag, old)).unwrap();
        file[at..at + 12].copy_from_slice(&entry(tag, new));
    }
    bench.put("a.nef", &file);
    let ran = bench.develop("a.nef -o out").code(1);
    ran.tells(&["error", "160x120 px", "hint: ", "--raw embedded-any"]);
}

#[test]
fn colours_that_are_not_srgb_get_the_profile_of_adobe_rgb() {
    let inside = jpeg(300, 200, 1);
    let plain = Camera::new(&inside, 300).nef();
    let wide = Camera { colours: 65_535, ..Camera::new(&inside, 300) }.nef();
    assert!(read(&plain).blocks.icc.is_none());
    assert!(read(&wide).blocks.icc.is_some());
    assert_eq!(probe(&wide, &Limits::default()).unwrap().size, Size::new(300, 200));
}

#[test]
fn a_raw_file_and_its_jpeg_are_one_frame() {
    let bench = Bench::new();
    let (beside, inside) = (jpeg(240, 160, 2), jpeg(300, 200, 1));
    let packet = xmp("From the RAW file");
    let camera = Camera { xmp: &packet, ..Camera::new(&inside, 300) };
    bench.put("card/DSC_1.JPG", &beside);
    bench.put("card/DSC_1.NEF", &camera.nef());
    bench.put("card/DSC_2.JPG", &jpeg(240, 160, 3));
    bench.put("card/DSC_3.NEF", &camera.nef());
    bench.put("card/DSC_1.xmp", xmp("From the sidecar").as_bytes());
    let ran = bench.develop("card -o out --caption {{headline|default('')}}").code(0);
    ran.says("3 developed").tells(&[
        "2 RAW files",
        "1 has a JPEG",
        "1 has none",
        ": card/DSC_3.NEF",
    ]);
    // The card's own JPEG, with the RAW file's texts.
    assert_eq!(read(&bench.out("DSC_1.JPG")).frame.size(), Size::new(240, 160));
    assert_eq!(field(&bench.out("DSC_1.JPG"), "headline").as_deref(), Some("From the RAW file"));
    assert_eq!(read(&bench.out("DSC_3.jpg")).frame.size(), Size::new(300, 200));
    let told = bench.run(&["fields", "card"]);
    assert!(told.out.contains("From the sidecar"), "{told:?}");
    // Named alone, the RAW file is still developed from the JPEG beside it.
    bench.develop("card/DSC_1.NEF -o alone").code(0).says("from the JPEG beside it");
    let alone = std::fs::read(bench.path("alone/DSC_1.JPG")).unwrap();
    assert_eq!(read(&alone).frame.size(), Size::new(240, 160));
}

#[test]
fn every_way_to_treat_raw_files_does_what_it_says() {
    let bench = Bench::new();
    let inside = jpeg(300, 200, 1);
    bench.put("in/a.jpg", &jpeg(240, 160, 2));
    bench.put("in/a.nef", &Camera::new(&inside, 300).nef());
    bench.put("in/b.nef", &Camera::new(&inside, 300).nef());
    let width = |out: &str, name: &str| {
        let bytes = std::fs::read(bench.path(format!("{out}/{name}"))).ok()?;
        Some(read(&bytes).frame.size().width)
    };
    bench.develop("in -o jpeg --raw jpeg").code(0).tells(&["1 has none", "skipped", "in/b.nef"]);
    assert_eq!((width("jpeg", "a.jpg"), width("jpeg", "b.jpg")), (Some(240), None));
    let ran = bench.develop("in -o embedded --raw embedded").code(0);
    ran.tells(&["2 RAW files ", "the JPEG inside", "1 JPEG ", "not used"]);
    assert_eq!((width("embedded", "a.jpg"), width("embedded", "b.jpg")), (Some(300), Some(300)));
    bench.develop("in -o skip --raw skip").code(0).says("skipped 2 RAW files");
    assert_eq!((width("skip", "a.jpg"), width("skip", "b.jpg")), (Some(240), None));
    bench.develop("in/b.nef -o none --raw skip").code(2).tells(&["error", "no frames"]);
    bench.develop("in -o bad --raw jepg").code(2).says("did you mean 'jpeg'?");
    let dry = bench.develop("in -o dry --dry-run").code(0);
    dry.says("1 has a JPEG and is developed from it");
}

/// A build without the decoder says how to get it.
#[cfg(not(feature = "raw"))]
#[test]
fn sensor_data_needs_a_build_with_its_decoder() {
    let bench = Bench::new();
    let light = |_: u32, _: u32| [0.2; 3];
    bench.put("a.dng", &dng::Dng::new(64, 48, &light).file());
    let ran = bench.develop("a.dng -o out --raw sensor").code(1);
    ran.says("a.dng: ").says("cargo install longlens --features raw").says("--raw embedded");
    bench.develop("a.dng -o out").code(1).tells(&["error: a.dng: ", "JPEG", "hint: "]);
    assert!(!bench.path("out/a.jpg").exists());
}

#[test]
fn two_slots_belong_together_if_they_say_the_same_moment() {
    let bench = Bench::new();
    let inside = jpeg(300, 200, 1);
    let later = Camera { taken: "2024:02:28 15:00:00", ..Camera::new(&inside, 300) };
    // What the camera puts on the other card, with its EXIF.
    bench.put("cam/a.nef", &Camera::new(&inside, 300).nef());
    bench.develop("cam/a.nef -o cards --dehaze off --sharpen off --name IMG_1").code(0);
    let with_date = std::fs::read(bench.path("cards/IMG_1.jpg")).unwrap();
    bench.put("one/DCIM/IMG_1.NEF", &Camera::new(&inside, 300).nef());
    bench.put("two/DCIM/IMG_1.JPG", &with_date);
    bench.put("one/DCIM/IMG_2.NEF", &later.nef());
    bench.put("two/DCIM/IMG_2.JPG", &with_date);
    let ran = bench.develop("one two -o out").code(0).says("3 developed");
    ran.tells(&["1 has a JPEG", "developed from it", ": one/DCIM/IMG_2.NEF"]);
    bench.put("shoot/RAW/IMG_1.NEF", &Camera::new(&inside, 300).nef());
    bench.put("shoot/JPG/IMG_1.JPG", &with_date);
    bench.develop("shoot -o folders").code(0).says("1 developed").says("from the JPEG beside it");
}

#[test]
fn a_run_is_resumed_when_the_text_in_the_raw_file_has_changed() {
    let bench = Bench::new();
    let inside = jpeg(300, 200, 1);
    let old = xmp("Old");
    let new = xmp("New");
    let with = |packet| Camera { xmp: packet, ..Camera::new(&inside, 300) }.nef();
    bench.put("in/a.jpg", &jpeg(240, 160, 2));
    bench.put("in/a.nef", &with(&old));
    bench.develop("in -o out").code(0);
    bench.develop("in -o out --resume").code(0).says("1 up to date");
    bench.put("in/a.nef", &with(&new));
    bench.develop("in -o out --resume").code(0).says("1 developed");
    assert_eq!(field(&bench.out("a.jpg"), "headline").as_deref(), Some("New"));
}

//! A whole card as a photographer brings it home, through the built program: what came of each file.

use longlens::format::DEVELOPS_SENSORS;

use super::dng::Dng;
use super::make::Camera;
use super::{field, read, xmp};
use crate::support::{Bench, Ran, jpeg};

fn large<'a>(inside: &'a [u8], xmp: &'a str) -> Camera<'a> {
    Camera { xmp, ..Camera::new(inside, 300) }
}

/// Pairs, lone RAW files, one whose JPEG is small, a damaged one, sidecars, a JPEG alone, a film.
fn card(bench: &Bench) {
    let (beside, inside, small) = (jpeg(240, 160, 2), jpeg(300, 200, 1), jpeg(80, 60, 3));
    let light = |x: u32, y: u32| [0.2 + (x + y) as f32 / 1000.0; 3];
    bench.put("card/A.NEF", &large(&inside, &xmp("From the RAW file")).nef());
    bench.put("card/A.JPG", &beside);
    bench.put("card/B.CR3", &large(&inside, "").cr3());
    bench.put("card/B.JPG", &beside);
    bench.put("card/B.xmp", xmp("From the sidecar").as_bytes());
    bench.put("card/C.NEF", &large(&inside, "").nef());
    bench.put("card/C.xmp", xmp("From the sidecar").as_bytes());
    bench.put("card/D.DNG", &Dng { jpeg: Some(&small), ..Dng::new(240, 160, &light) }.file());
    let whole = large(&inside, "").cr3();
    bench.put("card/E.CR3", &whole[..whole.len() - 2000]);
    bench.put("card/F.JPG", &beside);
    bench.put("card/CLIP.MOV", b"\0\0\0\x14ftypqt  \0\0\0\0qt  ");
}

/// Names of the pictures in a folder.
fn pictures(bench: &Bench, folder: &str) -> Vec<String> {
    let tree = bench.tree(folder);
    let names = tree.keys().map(|path| path.to_string_lossy().into_owned());
    names.filter(|name| !name.starts_with('.')).collect()
}

fn size(bench: &Bench, folder: &str, name: &str) -> [u32; 2] {
    let size = read(&bench.out_of(folder, name)).frame.size();
    [size.width, size.height]
}

#[test]
fn of_a_whole_card_every_file_comes_to_something() {
    let bench = Bench::new();
    card(&bench);
    let before = bench.tree("card");
    let ran: Ran =
        bench.develop("card -o out --write-metadata yes --dehaze off --sharpen off").code(1);
    let alone = if DEVELOPS_SENSORS { "JPEG inside or the sensor data" } else { "JPEG inside" };
    let names = "card/C.NEF, card/D.DNG, card/E.CR3";
    let ran = ran.tells(&["5 RAW files", "2 have a JPEG", "3 have none", alone, names]);
    let ran = ran.tells(&["error: card/E.CR3: ", "JPEG is damaged"]);
    if DEVELOPS_SENSORS {
        ran.says("5 developed, 1 failed");
        assert_eq!(pictures(&bench, "out"), ["A.JPG", "B.JPG", "C.jpg", "D.jpg", "F.JPG"]);
        // The sensor's picture, not the small JPEG.
        assert_eq!(size(&bench, "out", "D.jpg"), [240, 160]);
    } else {
        let ran = ran.says("4 developed, 2 failed");
        ran.tells(&["error: card/D.DNG: ", "80x60 px", "240 px", "hint: ", "--raw embedded-any"]);
        assert_eq!(pictures(&bench, "out"), ["A.JPG", "B.JPG", "C.jpg", "F.JPG"]);
    }
    // Pairs come from the JPEG on the card, others from the one inside.
    let sizes = ["A.JPG", "B.JPG", "C.jpg"].map(|name| size(&bench, "out", name));
    assert_eq!(sizes, [[240, 160], [240, 160], [300, 200]]);
    let headline = |name: &str| field(&bench.out(name), "headline");
    assert_eq!(headline("A.JPG").as_deref(), Some("From the RAW file"));
    assert_eq!(headline("B.JPG").as_deref(), Some("From the sidecar"));
    assert_eq!(headline("C.jpg").as_deref(), Some("From the sidecar"));
    assert_eq!(headline("F.JPG"), None);
    assert_eq!(bench.tree("card"), before, "the card is as it was");
}

#[test]
fn all_of_a_card_is_delivered_if_small_and_damaged_pictures_will_do() {
    let bench = Bench::new();
    card(&bench);
    let any = "card -o out --raw embedded-any --accept-damaged --dehaze off --sharpen off";
    let ran = bench.develop(any).code(0).says("6 developed");
    ran.tells(&["warning: card/E.CR3: ", "damaged"]).tells(&[
        "5 RAW files ",
        "the JPEG inside",
        "2 JPEGs",
        "not used",
    ]);
    assert_eq!(pictures(&bench, "out"), ["A.jpg", "B.jpg", "C.jpg", "D.jpg", "E.jpg", "F.JPG"]);
    assert_eq!(size(&bench, "out", "A.jpg"), [300, 200]);
    assert_eq!(size(&bench, "out", "D.jpg"), [80, 60]);
}

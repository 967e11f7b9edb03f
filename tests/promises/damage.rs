//! Damaged and hostile files: each fails with its reason, and none takes another with it.

use std::fs;

use image::ImageFormat;

use crate::support::bytes::{claiming, png, tiff};
use crate::support::{Bench, Ran, jpeg, lossless};

#[test]
fn a_file_cut_at_any_tenth_is_refused_and_developed_only_when_that_is_accepted() {
    let bench = Bench::new();
    let whole = [
        ("jpg", jpeg(160, 120, 1)),
        ("png", lossless(ImageFormat::Png, 160, 120)),
        ("tif", lossless(ImageFormat::Tiff, 160, 120)),
        ("webp", lossless(ImageFormat::WebP, 160, 120)),
    ];
    for (extension, bytes) in &whole {
        for tenth in 1..10 {
            let cut = &bytes[..bytes.len() * tenth / 10];
            bench.put(format!("in/{extension}-{tenth}.{extension}"), cut);
        }
    }
    let ran = bench.develop("in -o out").code(1).says("0 developed, 36 failed");
    assert!(bench.tree("out").is_empty(), "{ran:?}");

    let ran = bench.develop("in -o accepted --accept-damaged");
    for tenth in 3..10 {
        let name = format!("jpg-{tenth}.jpg");
        assert!(bench.path("accepted").join(&name).exists(), "{name}: {ran:?}");
        assert!(ran.err.contains(&format!("{name}: damaged")), "{name}: {ran:?}");
    }
    bench.whole("accepted");
}

/// Names and bytes of files of which each breaks some decoder.
fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let wrong_checksum = {
        let mut bytes = lossless(ImageFormat::Png, 20, 14);
        let at = bytes.windows(4).position(|w| w == b"IDAT").unwrap();
        bytes[at + 10] ^= 1;
        bytes
    };
    let tiled_planar = [
        (256, 32),
        (257, 32),
        (258, 8),
        (259, 1),
        (262, 2),
        (277, 3),
        (284, 2),
        (322, 16),
        (323, 16),
        (324, 200),
        (325, 256),
    ];
    vec![
        ("empty.jpg", Vec::new()),
        ("text.jpg", b"Dear editor, here is the frame.".to_vec()),
        ("one-byte.jpg", vec![0xFF]),
        ("soi.jpg", vec![0xFF, 0xD8]),
        ("markers.jpg", [vec![0xFF, 0xD8], [0xFF, 0xE1, 0, 2].repeat(5000)].concat()),
        ("giant.jpg", claiming(jpeg(64, 48, 1), 0xFFDC, 0xFFDC)),
        ("giant.png", png([60_000; 2], 2, &[(b"IDAT", &[0x78, 0x9C, 3, 0, 0, 0, 0, 1])])),
        ("wide.png", png([0x7FFF_FFFF, 1], 2, &[(b"IDAT", &[0])])),
        (
            "palette.png",
            png([1, 1], 3, &[(b"PLTE", &[1, 2, 3, 4]), (b"IDAT", &[0x78, 0x9C, 3, 0])]),
        ),
        ("zero.png", png([0, 1], 2, &[])),
        ("strange.png", png([1, 1], 2, &[(b"ABCD", &[1]), (b"IDAT", &[0x78, 0x9C, 3, 0])])),
        ("checksum.png", wrong_checksum),
        ("planar.tif", tiff(&tiled_planar)),
        (
            "giant.tif",
            tiff(&[(256, 60_000), (257, 60_000), (258, 8), (259, 1), (262, 1), (273, 8), (279, 9)]),
        ),
        ("loop.tif", b"II*\0\x08\0\0\0\0\0\x08\0\0\0".to_vec()),
        (
            "riff.webp",
            b"RIFF\xFF\xFF\xFF\xFFWEBPVP8X\x0a\0\0\0\x10\0\0\0\xFF\xFF\xFF\xFF\xFF\xFF".to_vec(),
        ),
        ("heic.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec()),
        ("gif.jpg", b"GIF89a\x01\0\x01\0\0\0\0;".to_vec()),
    ]
}

#[test]
fn hostile_files_are_refused_each_by_name_and_the_others_come_out_the_same() {
    let bench = Bench::new();
    bench.frames(4, 120);
    bench.develop("in -o alone -j2").code(0);
    for (name, bytes) in hostile() {
        bench.put(format!("in/{name}"), &bytes);
    }
    let ran = bench.develop("in -o beside -j2").code(1);
    for (name, _) in hostile() {
        assert!(ran.err.contains(&format!("in/{name}: ")), "{name} is not named in {ran:?}");
        // A reason is in words, not as a decoder's types print themselves.
        assert!(!ran.err.contains(" { ") && !ran.err.contains("(\""), "{ran:?}");
        assert!(!bench.path("beside").join(name).exists(), "{name}");
    }
    assert_eq!(bench.tree("alone"), bench.tree("beside"));
}

/// A progressive JPEG of 8×8 grey pixels with one scan, of the coefficients `first` to 63: the first
/// of them is 1, the others are 0.
fn one_scan(first: u8) -> Vec<u8> {
    let mut bytes = b"\xFF\xD8\xFF\xDB\0\x43\0".to_vec();
    bytes.extend([8; 64]);
    bytes.extend(b"\xFF\xC2\0\x0B\x08\0\x08\0\x08\x01\x01\x11\0");
    // Two AC codes: 00 for 'a coefficient of one bit', 01 for 'no more in this block'.
    bytes.extend(b"\xFF\xC4\0\x15\x10\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0");
    bytes.extend([0xFF, 0xDA, 0, 8, 1, 1, 0, first, 63, 0]);
    // 00, its bit 1, 01, then ones.
    bytes.extend([0b0010_1111, 0xFF, 0xD9]);
    bytes
}

#[test]
fn a_progressive_jpeg_that_was_made_without_its_mean_is_no_cut_one() {
    let bench = Bench::new();
    bench.put("in/a.jpg", &one_scan(1));
    bench.put("in/b.jpg", &one_scan(20));
    bench.develop("in -o out").code(0).says("2 developed");
}

#[test]
fn giant_claims_take_no_memory() {
    let bench = Bench::new();
    for (name, bytes) in hostile() {
        bench.put(format!("in/{name}"), &bytes);
    }
    // Billions of pixels, out of some bytes.
    bench.limited("ulimit -v 300000", "in -o out -j1").code(1).says("0 developed");
}

#[test]
fn a_small_file_that_claims_a_giant_frame_is_refused_whatever_memory_is_allowed() {
    let bench = Bench::new();
    // 16,000 px on each side as a JPEG of one colour: 4 MB that would take 1.2 GB.
    let mut bytes = claiming(jpeg(64, 48, 1), 16_000, 16_000);
    bytes.resize(4_000_000, 0);
    bench.put("in/one-colour.jpg", &bytes);
    bench.put("in/one-colour.png", &png([16_000; 2], 2, &[(b"IDAT", &[0x78, 0x9C, 3, 0])]));
    let ran = bench.develop("in -o out --memory 16GB").code(1);
    assert_eq!(ran.err.matches("not a plausible photograph").count(), 2, "{ran:?}");
    for name in ["one-colour.jpg", "one-colour.png"] {
        let begins = format!("longlens: error: in/{name}: ");
        let refusal =
            |ran: &Ran| ran.err.lines().find(|l| l.starts_with(&begins)).map(str::to_owned);
        let looked = bench.program().args(["inspect", &format!("in/{name}")]).output();
        let looked = Ran::of(looked.unwrap()).code(1);
        assert!(refusal(&looked).is_some(), "{looked:?}");
        assert_eq!(refusal(&looked), refusal(&ran), "inspect and develop refuse in the same words");
    }
}

#[test]
fn pipes_links_and_folders_with_a_frames_name_are_named_and_none_is_waited_for() {
    let bench = Bench::new();
    bench.frames(1, 60);
    let status = std::process::Command::new("mkfifo").arg(bench.path("in/pipe.jpg")).status();
    std::os::unix::fs::symlink("nowhere.jpg", bench.path("in/dangling.jpg")).unwrap();
    std::os::unix::fs::symlink("in", bench.path("in/round.jpg")).unwrap();
    std::os::unix::fs::symlink("..", bench.path("in/up")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", bench.path("in/zero.jpg")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(bench.path("in/socket.jpg")).unwrap();
    fs::create_dir(bench.path("in/folder.jpg")).unwrap();
    bench.put("in/folder.jpg/inside.jpg", &jpeg(60, 40, 2));
    bench.put("in/.hidden.jpg", &jpeg(60, 40, 2));
    let ran = bench.develop("in -o out").code(1).says("in/.hidden.jpg").says("in/up");
    // A folder with such a name is a folder.
    assert!(
        !ran.err.contains("in/folder.jpg") && bench.path("out/folder.jpg/inside.jpg").is_file(),
        "{ran:?}"
    );
    for name in ["dangling.jpg", "zero.jpg", "socket.jpg"] {
        assert!(ran.err.contains(&format!("in/{name}: ")), "{name}: {ran:?}");
    }
    if status.is_ok_and(|s| s.success()) {
        assert!(ran.err.contains("in/pipe.jpg: it is a pipe"), "{ran:?}");
    }
    let made: Vec<_> = bench
        .tree("out")
        .into_keys()
        .filter(|n| n.extension().is_some_and(|e| e == "jpg"))
        .collect();
    assert_eq!(made.len(), 2, "{made:?}");
}

#[test]
fn an_unreadable_file_costs_itself() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    let bench = Bench::new();
    bench.frames(2, 60);
    let allow = |name: &str, mode| {
        fs::set_permissions(bench.path(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    allow("in/000.jpg", 0o000);
    allow(".", 0o777);
    // Nothing is unreadable to root, so that the program runs as nobody then.
    let program = bench.path("longlens");
    fs::copy(env!("CARGO_BIN_EXE_longlens"), &program).unwrap();
    let mut develop = std::process::Command::new(program);
    develop.args(["develop", "in", "-o", "out"]).current_dir(bench.path("."));
    if fs::read(bench.path("in/000.jpg")).is_ok() {
        develop.uid(65_534).gid(65_534);
    }
    let ran = Ran::of(develop.output().unwrap()).code(1);
    ran.says("in/000.jpg: ").says("permission denied").says("1 developed, 1 failed");
}

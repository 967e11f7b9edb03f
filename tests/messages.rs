//! One page of all that the program says when something is wrong: `tests/golden/messages.txt`.
//!
//! Other tests look for the kind of a message and the names in it; its wording is here alone.
//! `LONGLENS_BLESS=1 cargo test messages` rewrites the page: read the difference before you commit it.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use image::ImageFormat;
use longlens::format::Format;
use longlens::metadata::Blocks;

use crate::agency::{file, full, picture};
use crate::metadata::make::Order;
use crate::support::bytes::{claiming, png, with_chunks};
use crate::support::{Bench, Ran, golden, jpeg, lossless};

/// Files that are wrong in some way, each in a folder of its own.
fn lay_out(bench: &Bench) {
    for name in ["good/a.jpg", "good/b.jpg", "one/a.jpg", "two/1/a.jpg", "two/2/a.jpg"] {
        bench.put(name, &jpeg(60, 40, 1));
    }
    bench.put("mixed/a.jpg", &jpeg(60, 40, 1));
    bench.put("mixed/notes.txt", b"not a picture");
    bench.put("mixed/clip.mov", b"film");
    bench.put("mixed/.hidden.jpg", b"");
    bench.put("mixed/below/captions.csv", b"file,city\n");
    bench.put("mixed/below/c.jpg", &jpeg(60, 40, 1));
    bench.put("empty/notes.txt", b"");
    for (name, bytes) in [
        ("empty.jpg", &b""[..]),
        ("text.jpg", b"Dear editor"),
        ("gif.jpg", b"GIF89a\x01\0\x01\0\0\0\0;"),
        ("phone.jpg", b"\0\0\0\x18ftypavif\0\0\0\0mif1avif"),
        ("cut.jpg", &jpeg(160, 120, 1)[..2000]),
        ("cut.png", &lossless(ImageFormat::Png, 160, 120)[..9000]),
        ("huge.jpg", &claiming(jpeg(64, 48, 1), 65_500, 65_500)),
        ("large.png", &png([9000; 2], 2, &[(b"IDAT", &[0x78, 0x9C, 3, 0])])),
        ("palette.png", &png([1; 2], 3, &[(b"PLTE", &[1, 2, 3, 4]), (b"IDAT", &[0x78, 0x9C])])),
    ] {
        bench.put(format!("broken/{name}"), bytes);
    }
    std::os::unix::fs::symlink("nowhere.jpg", bench.path("broken/link.jpg")).unwrap();
    let chunks: [(&[u8; 4], &[u8]); 2] =
        [(b"gAMA", &100_000_u32.to_be_bytes()), (b"tEXt", b"Comment\0a remark")];
    let frame = file(&picture(60, 40), Format::Png, &Blocks::default());
    bench.put("said/a.png", &with_chunks(frame, &chunks));
    bench.put("said/b.jpg", &file(&picture(60, 40), Format::Jpeg, &full(Order::Little)));
    let deep = image::ImageBuffer::from_pixel(60, 40, image::Rgb([30_000_u16; 3]));
    deep.save(bench.path("said/deep.png")).unwrap();
    let clear = image::ImageBuffer::from_pixel(60, 40, image::Rgba([90_u8, 90, 90, 40]));
    clear.save(bench.path("said/clear.png")).unwrap();
    for (name, table) in [
        ("first", &b"name,city\na.jpg,X\n"[..]),
        ("column", b"file,citty\na.jpg,X\n"),
        ("columns", b"file,city,city\na.jpg,X,Y\n"),
        ("twice", b"file,city\na.jpg,X\na.jpg,Z\n"),
        ("cells", b"file,city\na.jpg,X,Y\n"),
        ("quote", b"file,city\na.jpg,\"X\n"),
        ("utf16", b"\xff\xfef\0i\0l\0e\0"),
        ("latin", b"file,city\na.jpg,Z\xfcrich\n"),
        ("nobody", b"file,city\nnone.jpg,X\n"),
        ("setting", b"file,crop\na.jpg,wide\n"),
        ("codes", b"file,city\na.jpg,\\k8\\\n"),
    ] {
        bench.put(format!("{name}.csv"), table);
    }
    bench.put("key.toml", b"crob = \"3:2\"\n");
    bench.put("value.toml", b"quality = \"best\"\n");
    bench.put("syntax.toml", b"quality = \n");
    bench.put("codes.txt", b"k7\tNo. 7\n");
    bench.put("tabs.txt", b"no tab here\n");
    bench.put("list.txt", b"nothere.jpg\0");
    bench.put("file", b"");
}

/// What is run, in this order; `out` is removed before each line that does not begin with '+'.
const LINES: &str = r#"
develop
develop good
develop nothere -o out
develop nothere.jpg good -o out
develop empty -o out
develop --files0-from nolist -o out
develop --files0-from list.txt -o out
develp good -o out
develop good -o out --crob 3:2
develop good -o good
develop good -o file
develop good -o file/below
develop good -o out.jpg
develop good/a.jpg -o out.bmp
develop good/a.jpg -o out.heic
develop good -o -
develop good/a.jpg -o out.jpg --name x
develop good/a.jpg -o out.jpg --resume
develop good -o late --jobs 0
develop good -o out --memory lots
develop good -o out --dehaze 200
develop good -o out --dehaze much
develop good -o out --haze-colour 3
develop good -o out --scene evnt
develop good -o out --scene folder --dry-run
develop good -o out --haze-from c.jpg
develop good -o out --sharpen 200
develop good -o out --sharpen-method blur
develop good -o out --crop wide
develop good -o out --crop 0x0
develop good -o out --crop 3000x2000+800+600
develop good -o out --anchor nort
develop good -o out --long-edge 5
develop good -o out --caption-style plat
develop good -o out --caption-anchor up
develop good -o out --caption-size 50
develop good -o out --font nofont.ttf --caption x
develop good -o out --logo nologo.png
develop good -o out --logo good/a.jpg
develop good -o out --format bmp
develop good -o out --quality 0
develop good -o out --subsampling 411
develop good -o out --max-bytes lots
develop good -o out --format png --dehaze off --max-bytes 1kB
develop good -o out --privacy none
develop good -o out --write-metadata maybe
develop good -o out --profile adobe
develop good -o out --set city
develop good -o out --set =x
develop good -o out --require city,,country
develop good -o out --require city,citty
develop good -o out --recipe norecipe.toml
develop good -o out --recipe key.toml
develop good -o out --recipe weeb
develop good -o out --recipe studio
develop good -o out --recipe value.toml
develop good -o out --recipe syntax.toml
develop good -o out --captions notable.csv
develop good -o out --captions first.csv
develop good -o out --captions column.csv
develop good -o out --captions columns.csv
develop good -o out --captions twice.csv
develop good -o out --captions cells.csv
develop good -o out --captions quote.csv
develop good -o out --captions utf16.csv
develop good -o out --captions latin.csv
develop good -o out --captions nobody.csv
develop good -o out --captions setting.csv
develop good -o out --captions codes.csv --code-replacements codes.txt
develop good -o out --code-replacements tabs.txt
develop two -o out --captions nobody.csv --dry-run
develop good -o out --caption '{{ city'
develop good -o out --caption '{{ city }}'
develop good -o out --caption '{{ date | dat }}'
develop good -o out --caption '{% set a = 1 %}'
develop good -o out --caption '{{ filename | date }}'
develop good -o out --name '{{ city }}'
develop good -o out --name same
develop good -o out --caption 'ฬ'
develop good -o out --caption 'a long caption on a small frame, longer than it can hold'
develop good -o out --set 'date=last week' --write-metadata yes
develop mixed -o out
develop good/a.jpg good -o out
+develop good -o out
+develop good -o out --overwrite
+develop good -o out --resume
+develop good -o out --resume --quality 80
develop good -o out --dry-run
develop broken/empty.jpg -o out
develop broken/text.jpg -o out
develop broken/gif.jpg -o out
develop broken/phone.jpg -o out
develop broken/cut.jpg -o out
develop broken/cut.jpg -o out --accept-damaged
develop broken/cut.png -o out
develop broken/huge.jpg -o out
develop broken/large.png -o out
develop broken/palette.png -o out
develop broken/link.jpg -o out
develop said -o out --format webp
develop said -o out --format jpeg
develop said -o out --profile srgb --privacy keep
inspect nothere.jpg
inspect broken/text.jpg
inspect good
fields nothere
fields empty
recipe --crop wide
bench nothere.jpg
bench --against gimp
bench --plot file
completions tcsh
"#;

/// The text without what differs from run to run: times, speeds, the machine.
fn settled(text: &str) -> String {
    let mut page = String::new();
    for line in text.lines() {
        let timed = line.find(" s, ").filter(|_| line.ends_with("MP/s"));
        let before = timed.and_then(|at| line[..at].rfind(", "));
        match before {
            Some(at) => _ = writeln!(page, "{}, … s, … MP/s", &line[..at]),
            None => _ = writeln!(page, "{line}"),
        }
    }
    page
}

#[test]
fn messages_are_those_of_the_page() {
    let bench = Bench::new();
    lay_out(&bench);
    let program = Path::new(env!("CARGO_BIN_EXE_longlens"));
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let mut page = String::new();
    for line in LINES.trim().lines() {
        let kept = line.strip_prefix('+');
        if kept.is_none() {
            std::fs::remove_dir_all(bench.path("out")).unwrap_or_default();
        }
        let line = kept.unwrap_or(line);
        let jobs =
            if line.starts_with("develop") && !line.contains("--jobs") { " -j1" } else { "" };
        let mut shell = Command::new("sh");
        let order = format!("longlens {line}{jobs}");
        shell.arg("-c").arg(&order).env("PATH", &path).stdin(Stdio::null());
        let ran = Ran::of(shell.current_dir(bench.path(".")).output().unwrap());
        let out = if line.contains("--dry-run") { &ran.out } else { "" };
        let text = settled(&format!("{out}{}", ran.err));
        _ = writeln!(page, "$ longlens {line}\n{text}[exit {}]\n", ran.code);
    }
    golden::compare_text("messages.txt", &page);
}
